"""Variance components: published designs, R's lme4, and tables that break things."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.components import variance_components
from psychometrics.g_designs import Design, arranged
from psychometrics.mean_squares import _balanced, _unbalanced, resampled
from psychometrics.mixed import mixed_model

# Brennan (2001), table 3.2: 3 tasks, 4 raters of each task, 10 persons; a row a rater
BRENNAN = """5937937594 6345243894 5735937584 5733757783 5753737763 3531735565
4534365566 5553737455 6765245355 7753755287 3513515111 3265324111"""


def test_raters_nested_in_tasks_give_the_published_components() -> None:
    values = np.array([[float(each) for each in row] for row in BRENNAN.split()])
    array = values.reshape(3, 4, 10).transpose(2, 0, 1)
    found = variance_components(array, facets=("task", "rater"), nested={"rater": "task"})
    assert list(found.table["effect"]) == ["person", "task", "person x task", "rater:task", "residual"]
    assert list(found.table["df"]) == [9, 2, 18, 9, 81]
    # Brennan (2001), table 3.2: .4731, .3252, .5596, .6475, 2.3802
    assert found.table["variance"].to_numpy() == pytest.approx([0.4731, 0.3252, 0.5596, 0.6475, 2.3802], abs=1e-4)


def crossed(persons: int = 12, items: int = 6, forms: int = 4, refused: float = 0.08, seed: int = 7) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    y = 3 + random.normal(0, 0.8, (persons, 1, 1)) + random.normal(0, 0.5, (1, items, 1))
    y = y + random.normal(0, 0.3, (1, 1, forms)) + random.normal(0, 0.5, (persons, items, 1))
    y = y + random.normal(0, 0.3, (persons, 1, forms)) + random.normal(0, 0.3, (1, items, forms))
    y = np.round(y + random.normal(0, 0.7, (persons, items, forms)), 2)
    y[random.random(y.shape) < refused] = np.nan
    index = pd.MultiIndex.from_product([range(persons), range(items), range(forms)], names=["person", "item", "form"])
    return pd.Series(y.ravel(), index=index, name="value").reset_index()


def test_reml_with_refusals_is_that_of_lme4() -> None:
    table = crossed()
    assert table["value"].sum() == pytest.approx(572.8)  # the numbers that R was given
    found = variance_components(table, facets=("item", "form"), estimator="REML")
    # R 4.2.2, lme4 1.1-31: lmer(value ~ 1 + (1|person) + (1|item) + (1|form) + (1|person:item) + (1|person:form) +
    # (1|item:form), control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 2e5)))
    expected = [0.22237542873, 0.12584868073, 0.01081654462, 0.18715438975, 0.03780344125, 0.03905468479, 0.47870448603]
    assert found.method == "REML"
    assert found.table["variance"].to_numpy() == pytest.approx(expected, abs=2e-6)
    assert found.criterion == pytest.approx(673.6828426, abs=1e-6)
    assert found.n_missing == 24


def test_a_component_that_lme4_puts_on_the_boundary_is_exactly_zero() -> None:
    table = crossed()
    table = table[table["item"] < 3]
    # labels of items as seen in each form: the item is nested in the form
    found = variance_components(table, facets=("form", "item"), nested={"item": "form"}, estimator="REML")
    # R: lmer(value ~ 1 + (1|person) + (1|form) + (1|person:form) + (1|form:item))
    assert found.variance("form", "item") == 0
    assert found.variance("person") == pytest.approx(0.3411936279, abs=1e-6)
    assert found.variance("form") == pytest.approx(0.01925381561, abs=1e-6)
    assert found.variance("person", "form") == pytest.approx(0.06238988892, abs=1e-6)
    assert found.variance("item", "form", "person") == pytest.approx(0.6085939342, abs=1e-6)
    assert found.criterion == pytest.approx(336.7306117, abs=1e-6)
    assert set(found.table["note"]) == {"", "zero_component"}


def test_balanced_reml_without_a_boundary_is_the_mean_squares() -> None:
    table = crossed(refused=0, seed=8)
    squares, reml = (
        variance_components(table, facets=("item", "form"), estimator=each) for each in ("mean squares", "REML")
    )
    assert (squares.table["variance"] > 0).all()
    assert reml.table["variance"].to_numpy() == pytest.approx(squares.table["variance"].to_numpy(), rel=1e-6)


def test_balanced_reml_on_the_boundary_is_that_of_the_whole_likelihood() -> None:
    table = crossed(persons=8, items=4, forms=3, refused=0, seed=2)
    table["value"] -= table.groupby("person")["value"].transform("mean")
    closed = variance_components(table, facets=("item", "form"), estimator="REML")
    assert closed.variance("person") == 0
    pairs = (("person", "item"), ("person", "form"), ("item", "form"))
    whole = mixed_model(table, "value", random=["person", "item", "form", *pairs])
    assert closed.criterion == pytest.approx(whole.criterion, abs=1e-7)
    assert closed.table["variance"].to_numpy() == pytest.approx(whole.variances["variance"].to_numpy(), abs=1e-6)


def test_a_full_table_gives_one_result_as_mean_squares_and_as_the_analogous_anova() -> None:
    table = crossed(refused=0)
    array = table["value"].to_numpy().reshape(12, 6, 4)
    with_nobody = np.concatenate([array, np.full((1, 6, 4), np.nan)])
    data = arranged(with_nobody, "person", ("item", "form"), "value", None, "pairwise")
    once = np.ones((1, 12))
    for one, other in zip(_balanced(data)(once), _unbalanced(data)(once), strict=True):
        assert one == pytest.approx(other, rel=1e-9)
    twice = np.array([[2.0, 0, *[1] * 10], [1, 1, 3, 0, 0, *[1] * 7]])
    for one, other in zip(_balanced(data)(twice), _unbalanced(data)(twice), strict=True):
        assert one == pytest.approx(other, rel=1e-8, abs=1e-10)


def test_drawing_persons_is_the_same_as_a_table_that_repeats_them() -> None:
    x = crossed()["value"].to_numpy().reshape(12, 6, 4)
    rows = [0, 0, 2, 3, 3, 3, 6, 7, 8, 9, 10, 11]
    counts = np.bincount(rows, minlength=12)[None].astype(float)
    for values in (x, np.where(np.isnan(x), 3.0, x)):
        drawn = resampled(arranged(values, "person", ("item", "form"), "value", None, "pairwise"))(counts)[2][0]
        repeated = variance_components(values[rows], facets=("item", "form")).table["variance"].to_numpy()
        assert drawn == pytest.approx(repeated, rel=1e-8)


def test_components_are_found_again_when_cells_are_missing() -> None:
    random = np.random.default_rng(3)
    y = random.normal(0, 1, (150, 1)) + random.normal(0, 0.5, (1, 30)) + random.normal(0, 1.2, (150, 30))
    y[random.random(y.shape) < 0.3] = np.nan
    for estimator in ("mean squares", "REML"):
        found = variance_components(y, estimator=estimator)
        assert found.table["variance"].to_numpy() == pytest.approx([1, 0.25, 1.44], abs=0.2)


def test_draws_of_one_cell_are_the_residual() -> None:
    random = np.random.default_rng(4)
    rows = [
        (p, i, f, f"draw {p}{i}{f}{d}", y)
        for p in range(6)
        for i in range(4)
        for f in range(3)
        for d, y in enumerate(random.normal(p, 1, 2))
    ]
    table = pd.DataFrame(rows, columns=["person", "item", "form", "draw", "value"])
    found = variance_components(table, facets=("item", "form", "draw"), nested={"draw": ("person", "item", "form")})
    assert list(found.table["effect"])[-2:] == ["person x item x form", "residual"]
    within = table.groupby(["person", "item", "form"])["value"].var().mean()
    assert found.variance("draw", "person", "item", "form") == pytest.approx(within)
    assert found.levels == {"person": 6, "item": 4, "form": 3, "draw": 2}


def test_the_order_of_rows_and_the_labels_do_not_matter() -> None:
    table = crossed()
    other = table.sample(frac=1, random_state=1).dropna()
    other["person"] = [f"persona {each}" for each in other["person"]]
    one, two = (variance_components(each, facets=("item", "form")) for each in (table, other))
    assert one.table["variance"].to_numpy() == pytest.approx(two.table["variance"].to_numpy(), rel=1e-9)
    assert one.n_values == two.n_values == 264


def test_a_shift_changes_nothing_and_a_factor_changes_variances_by_its_square() -> None:
    table = crossed(refused=0)
    moved = table.assign(value=table["value"] * 10 + 1e4)
    one, two = (variance_components(each, facets=("item", "form")).table["variance"] for each in (table, moved))
    assert two.to_numpy() == pytest.approx(100 * one.to_numpy(), rel=1e-6)


def test_a_negative_component_is_kept() -> None:
    found = variance_components(HARD["reversed once too often"].to_numpy())
    assert found.variance("person") < 0
    assert found.table["note"].iloc[0] == "negative_component"
    assert found.table["percent"].sum() == pytest.approx(100)


def test_a_facet_with_one_level_is_left_out_and_named() -> None:
    table = crossed().query("form == 0")
    found = variance_components(table, facets=("item", "form"))
    assert found.one_level == ("form",)
    assert found.design.facets == ("item",)
    assert found.warnings[0].startswith("one_level: form")


def test_components_that_missing_cells_cannot_tell_apart_are_not_estimable() -> None:
    x = np.full((6, 6), np.nan)
    x[range(6), range(6)] = [1.0, 2, 4, 3, 5, 2]  # everybody answered an item of their own
    found = variance_components(x)
    assert found.table["variance"].isna().all()
    assert set(found.table["note"]) == {"not_estimable"}


def test_listwise_keeps_persons_with_all_cells() -> None:
    x = HARD["eight percent refused"].to_numpy()
    full = x[~np.isnan(x).any(axis=1)]
    one, two = variance_components(x, missing="listwise"), variance_components(full)
    assert one.table["variance"].tolist() == two.table["variance"].tolist()
    assert one.n_persons == len(full) < variance_components(x).n_persons


def test_wrong_calls_are_named() -> None:
    table = crossed()
    with pytest.raises(ValueError, match='column "question" is missing'):
        variance_components(table, facets=("question",))
    with pytest.raises(ValueError, match="stands twice"):
        variance_components(table, facets=("item",))
    with pytest.raises(ValueError, match="allowed are person, item, form"):
        variance_components(table, facets=("item", "form"), nested={"rater": "item"})
    with pytest.raises(ValueError, match="inf; a value is a number"):
        variance_components(np.array([[1, 2], [math.inf, 3]]))
    with pytest.raises(ValueError, match="2 axes for the 3 factors"):
        variance_components(np.ones((3, 3)), facets=("item", "form"))
    with pytest.raises(ValueError, match="no component of form"):
        variance_components(np.eye(3)).variance("form")
    with pytest.raises(ValueError, match='estimator: "ML"'):
        variance_components(np.eye(3), estimator="ML")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("estimator", ["mean squares", "REML"])
@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_hard_data_give_components_or_a_reason(name: str, estimator: str, missing: str) -> None:
    found = variance_components(HARD[name].to_numpy(), estimator=estimator, missing=missing)  # type: ignore[arg-type]
    lost = found.table["variance"].isna()
    assert (found.table.loc[lost, "note"] != "").all()
    assert bool(found.note) == bool(lost.all())


def test_effects_of_a_nested_design_hold_what_they_are_nested_in() -> None:
    design = Design(("person",), ("item", "draw"), {"draw": ("person", "item")})
    assert design.effects == (("person",), ("item",), ("person", "item"), ("person", "item", "draw"))
    assert design.primary(("person", "item", "draw")) == ("draw",)
