"""G and Phi: what they equal, what they owe, and tables that break them."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics import cronbach_alpha
from psychometrics.generalizability import g_study


def simulated(
    persons: int = 40, items: int = 8, forms: int = 5, *, spread: float = 0.8, seed: int = 5
) -> np.ndarray[tuple[int, int, int], np.dtype[np.float64]]:
    random = np.random.default_rng(seed)
    y = random.normal(0, spread, (persons, 1, 1)) + random.normal(0, 0.4, (1, items, 1))
    y = y + random.normal(0, 0.3, (1, 1, forms)) + random.normal(0, 0.5, (persons, items, 1))
    y = y + random.normal(0, 0.3, (persons, 1, forms)) + random.normal(0, 0.3, (1, items, forms))
    return np.asarray(y + random.normal(0, 0.7, (persons, items, forms)))


def test_g_of_persons_by_items_is_alpha_with_the_interval_of_feldt() -> None:
    items = HARD["two answers only"]
    study, alpha = g_study(items.to_numpy()), cronbach_alpha(items)
    assert study.g.value == pytest.approx(alpha.value)
    assert (study.g.low, study.g.high) == pytest.approx((alpha.low, alpha.high))
    assert study.g.method == "Feldt"


def test_g_and_phi_of_brennans_raters_follow_from_the_components() -> None:
    x = simulated(10, 3, 4).reshape(10, 3, 4)
    study = g_study(x, facets=("task", "rater"), nested={"rater": "task"})
    of = study.components.variance
    relative = of("person", "task") / 3 + of("person", "task", "rater") / 12
    absolute = relative + of("task") / 3 + max(of("task", "rater"), 0) / 12
    assert study.g.value == pytest.approx(of("person") / (of("person") + relative))
    assert study.phi.value == pytest.approx(of("person") / (of("person") + absolute))
    assert study.sem_relative.value == pytest.approx(math.sqrt(relative))
    assert study.sem_absolute.value == pytest.approx(math.sqrt(absolute))


def test_phi_is_never_above_g() -> None:
    study = g_study(simulated(), facets=("item", "form"))
    assert study.phi.value < study.g.value
    assert study.sem_absolute.value > study.sem_relative.value


def test_a_form_that_prints_everybody_higher_lowers_phi_but_not_g() -> None:
    x = simulated()
    shifted = x.copy()
    shifted[:, :, 0] += 2
    before, after = (g_study(each, facets=("item", "form")) for each in (x, shifted))
    assert after.g.value == pytest.approx(before.g.value)
    assert after.phi.value < before.phi.value - 0.03


def test_the_long_table_and_the_array_give_one_result() -> None:
    x = simulated(12, 4, 3)
    names = ["person", "item", "form"]
    index = pd.MultiIndex.from_product(
        [[f"{name} {i}" for i in range(size)] for name, size in zip(names, x.shape, strict=True)]
    )
    table = pd.Series(x.ravel(), index=index.set_names(names), name="value").reset_index()
    one, two = (g_study(each, facets=("item", "form")) for each in (x, table))
    assert one.g == two.g
    assert one.phi == two.phi


def test_models_can_be_part_of_the_person_or_fixed() -> None:
    random = np.random.default_rng(2)
    model_shift = np.array([0.0, 1.5, -1.5])[:, None]
    x = random.normal(0, 1, (30, 1, 1)) + model_shift + random.normal(0, 0.5, (30, 3, 1))
    x = x + random.normal(0, 0.8, (30, 3, 6))
    as_persons = g_study(x, persons=("persona", "model"), facets=("item",))
    of = as_persons.components.variance
    universe = of("persona") + of("model") + of("persona", "model")
    relative = sum(max(of(*each, "item"), 0) for each in (("persona",), ("model",), ("persona", "model"))) / 6
    assert as_persons.g.value == pytest.approx(universe / (universe + relative))
    assert as_persons.g.n_persons == 90

    fixed = g_study(x, persons="persona", facets=("model", "item"), fixed=("model",))
    loose = g_study(x, persons="persona", facets=("model", "item"))
    universe = of("persona") + of("persona", "model") / 3
    assert fixed.g.extra["universe_variance"] == pytest.approx(universe)
    assert fixed.g.value > loose.g.value
    assert fixed.phi.value > loose.phi.value + 0.2  # the models' levels are no error when they are all there are
    assert fixed.g.n_persons == 30


def test_draws_of_one_form_are_their_own_facet() -> None:
    random = np.random.default_rng(6)
    x = simulated(20, 4, 3)[..., None] + random.normal(0, 0.9, (20, 4, 3, 5))
    study = g_study(x, facets=("item", "form", "draw"), nested={"draw": ("person", "item", "form")})
    assert study.components.variance("person", "item", "form", "draw") == pytest.approx(0.81, abs=0.08)
    assert study.g.n_items == 4
    assert study.g.n_replications == 5


def test_the_generalized_interval_of_one_facet_is_feldts() -> None:
    x = simulated(30, 6, 2)[:, :, 0]
    nearly = g_study(
        x[:, :, None].repeat(2, axis=2) + np.random.default_rng(1).normal(0, 1e-5, (30, 6, 2)), facets=("item", "form")
    )
    exact = g_study(x)
    assert (nearly.g.low, nearly.g.high) == pytest.approx((exact.g.low, exact.g.high), abs=0.01)


def test_the_interval_of_phi_is_wider_when_it_knows_that_items_and_forms_are_few() -> None:
    x = simulated(60, 5, 3)
    widths = [
        (each.phi.high - each.phi.low)
        for each in (g_study(x, facets=("item", "form"), interval=way) for way in ("mean squares", "bootstrap"))
    ]
    assert widths[0] > widths[1]


def test_the_bootstrap_draws_within_poles_and_is_seeded() -> None:
    x = simulated()
    poles = ["high", "low"] * 20
    one, two = (g_study(x, facets=("item", "form"), strata=poles, seed=4, resamples=200) for _ in range(2))
    assert one.g == two.g
    assert one.g.method == "persona bootstrap, expanded percentile within strata"
    other = g_study(x, facets=("item", "form"), strata=poles, seed=5, resamples=200)
    assert other.g.low != one.g.low


def test_strata_of_a_table_are_a_column() -> None:
    x = simulated(8, 3, 2)
    index = pd.MultiIndex.from_product([range(8), range(3), range(2)], names=["person", "item", "form"])
    table = pd.Series(x.ravel(), index=index, name="value").reset_index()
    table["pole"] = np.where(table["person"] % 2 == 0, "high", "low")
    found = g_study(table, facets=("item", "form"), strata="pole", resamples=100)
    same = g_study(x, facets=("item", "form"), strata=["high", "low"] * 4, resamples=100)
    assert found.g == same.g


def test_refusals_keep_all_persons_and_get_a_bootstrap_interval() -> None:
    x = simulated()
    x[np.random.default_rng(1).random(x.shape) < 0.08] = np.nan
    study, full = g_study(x, facets=("item", "form"), resamples=300), g_study(simulated(), facets=("item", "form"))
    assert study.components.method == "analogous ANOVA"
    assert study.g.n_persons == 40
    assert study.g.method == "persona bootstrap, expanded percentile"
    assert study.g.value == pytest.approx(full.g.value, abs=0.02)
    assert study.phi.value == pytest.approx(full.phi.value, abs=0.03)


@pytest.mark.parametrize("missing", [False, True])
def test_resamples_of_equal_values_have_no_coefficient_in_any_unit(missing: bool) -> None:
    x = np.ones((5, 4, 2))
    x[1, [0, 3], [0, 1]] = 5
    x[[0, 3, 4], [2, 0, 0], 0] = np.nan if missing else 1
    found = [
        g_study(each, facets=("item", "form"), interval="bootstrap", resamples=200) for each in (x, 25.37 * x + 3.1)
    ]
    # the one person in whom anything varies is not drawn in a third of them
    assert all("undefined_resamples" in each.g.warnings[-1] and math.isnan(each.g.low) for each in found)


def test_the_interval_from_mean_squares_holds_the_value_beside_negative_components() -> None:
    x = np.array([[3, 3, 3, 3, 4, 3], [3, 3, 3, 3, 3, 4], [3, 3, 3, 4, 3, 3], [3, 3, 2, 4, 3, 3]], float).reshape(
        4, 3, 2
    )
    study = g_study(x, facets=("item", "form"))
    assert any(each.startswith("negative_component") for each in study.sem_absolute.warnings)
    assert study.sem_absolute.low <= study.sem_absolute.value < study.sem_absolute.high


def test_persons_without_variance_get_a_coefficient_of_0_that_says_why() -> None:
    study = g_study(HARD["reversed once too often"].to_numpy())
    assert study.g.value == 0
    assert study.g.note == study.phi.note == "negative_component"
    assert math.isnan(study.g.low)  # every draw is cut off at 0
    assert study.sem_absolute.estimable


def test_equal_persons_are_not_estimable_rather_than_0() -> None:
    study = g_study(HARD["all rows equal"].to_numpy())
    assert study.g.note == study.phi.note == "zero_total_variance"
    assert math.isnan(study.phi.value)


def test_a_coefficient_of_1_is_called_degenerate() -> None:
    study = g_study(HARD["equal within person"].to_numpy())
    assert study.g.value == 1
    assert study.g.note == "degenerate_identical_items"
    assert math.isnan(study.g.low)


def test_one_form_and_one_item_are_no_replication() -> None:
    assert g_study(simulated(20, 1, 1), facets=("item", "form")).g.note == "no_replication"
    assert (
        g_study(simulated(20, 4, 1), facets=("form",) * 0 + ("item", "form"), fixed=("item",)).g.note
        == "no_replication"
    )


def test_two_persons_are_too_few() -> None:
    assert g_study(HARD["two persons"].to_numpy()).phi.note == "too_few_persons"


def test_wrong_calls_are_named() -> None:
    with pytest.raises(ValueError, match="fixed: model; allowed are the facets item"):
        g_study(np.eye(4), fixed=("model",))
    with pytest.raises(ValueError, match='interval: "F"'):
        g_study(np.eye(4), interval="F")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="needs a full table"):
        g_study(HARD["eight percent refused"].to_numpy(), interval="mean squares")
    with pytest.raises(ValueError, match="strata: 2 given for 4"):
        g_study(np.eye(4), strata=["high", "low"])


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("options", [{}, {"estimator": "REML"}, {"missing": "listwise"}, {"interval": "bootstrap"}])
def test_hard_data_give_a_value_or_a_reason(name: str, options: dict[str, str]) -> None:
    study = g_study(HARD[name].to_numpy(), resamples=50, **options)  # type: ignore[arg-type]
    for each in (study.g, study.phi, study.sem_relative, study.sem_absolute):
        assert each.estimable or each.note
        assert each.value not in (0, 1) or each.note
