"""The quasi-F: two conditions over persons and forms."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.quasi_f import quasi_f


def answers(persons: int = 20, forms: int = 6, effect: float = 0.5, seed: int = 3) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    change = effect + random.normal(0, 0.4, (persons, 1)) + random.normal(0, 0.3, (1, forms))
    change = change + random.normal(0, 0.5, (persons, forms))
    base = random.normal(3, 1, (persons, forms))
    index = pd.MultiIndex.from_product([range(persons), range(forms)], names=["person", "form"])
    parts = {"reversed": base + change, "printed": base}
    tables = [
        pd.Series(each.ravel(), index=index, name="value").reset_index().assign(condition=name)
        for name, each in parts.items()
    ]
    return pd.concat(tables, ignore_index=True)


def differences(table: pd.DataFrame) -> pd.DataFrame:
    wide = table.pivot(index=["person", "form"], columns="condition", values="value")
    return (wide["reversed"] - wide["printed"]).unstack("form")


def test_the_denominator_is_persons_plus_forms_minus_residual() -> None:
    table = answers()
    x = differences(table).to_numpy()
    found = quasi_f(table)
    persons, forms = x.shape
    by_person, by_form = x.mean(axis=1), x.mean(axis=0)
    squares = [
        forms * by_person.var(ddof=1),
        persons * by_form.var(ddof=1),
        ((x - by_person[:, None] - by_form + x.mean()) ** 2).sum() / ((persons - 1) * (forms - 1)),
    ]
    assert [found.extra[f"ms_{each}"] for each in ("person", "form", "residual")] == pytest.approx(squares)
    denominator = squares[0] + squares[1] - squares[2]
    assert found.extra["f"] == pytest.approx(persons * forms * x.mean() ** 2 / denominator)
    parts = squares[0] ** 2 / 19 + squares[1] ** 2 / 5 + squares[2] ** 2 / 95
    assert found.extra["df2"] == pytest.approx(denominator**2 / parts)
    assert found.value == pytest.approx(x.mean())


@pytest.mark.parametrize("slope", [1, 0.1237, 25.37])
def test_an_error_variance_of_0_is_none_in_any_unit(slope: float) -> None:
    x = np.zeros((4, 3))
    x[2] = [-4, 4, 0]  # MS 0 of persons, 4 of forms, 4 of the residual
    index = pd.MultiIndex.from_product([range(4), range(3)], names=["person", "form"])
    parts = {"reversed": 1 + np.maximum(x, 0), "printed": 1 + np.maximum(-x, 0)}
    cells = [
        (slope * pd.Series(y.ravel(), index) + 3.1).rename("value").reset_index().assign(condition=name)
        for name, y in parts.items()
    ]
    found = quasi_f(pd.concat(cells))
    assert found.has("negative_error_variance")
    assert found.extra["df2"] > 1


def test_the_interval_and_p_agree() -> None:
    for effect in (0.0, 0.3, 0.6):
        found = quasi_f(answers(effect=effect))
        assert (found.low <= 0 <= found.high) == (found.extra["p"] > 0.05)


def test_forms_that_differ_make_the_test_more_careful_than_persons_alone() -> None:
    table = answers()
    of_persons = differences(table).mean(axis=1)
    t = of_persons.mean() / of_persons.std(ddof=1) * math.sqrt(20)
    assert quasi_f(table).extra["f"] < t**2


def test_refusals_are_fitted_by_the_likelihood_of_the_same_model() -> None:
    table = answers()
    full = quasi_f(table)
    table.loc[np.random.default_rng(4).random(len(table)) < 0.04, "value"] = np.nan
    found, kept = quasi_f(table), quasi_f(table, missing="listwise")
    assert found.method.startswith("REML")
    assert found.n_persons == 20 > kept.n_persons
    assert found.value == pytest.approx(full.value, abs=0.1)
    assert found.extra["df2"] == pytest.approx(full.extra["df2"], rel=0.3)
    assert kept.method == "quasi-F, Satterthwaite df"


def test_a_denominator_below_0_gives_way_to_the_likelihood() -> None:
    x = np.array([[1.0, -1, 1, -1], [-1, 1, -1, 1], [1, -1, 1, -1], [-1, 1, -1, 1.1]])
    rows = [(i, j, c, x[i, j] * (c == "a")) for i in range(4) for j in range(4) for c in "ab"]
    found = quasi_f(pd.DataFrame(rows, columns=["person", "form", "condition", "value"]))
    assert found.has("negative_error_variance")
    assert found.extra["df2"] == pytest.approx(15, rel=0.01)


def test_draws_and_items_of_one_cell_are_averaged() -> None:
    table = answers()
    twice = pd.concat([table.assign(value=table["value"] + 0.3), table.assign(value=table["value"] - 0.3)])
    assert quasi_f(twice).extra["f"] == pytest.approx(quasi_f(table).extra["f"])


def test_conditions_in_different_forms_are_not_estimable() -> None:
    table = answers()
    aliased = table[(table["form"] < 3) == (table["condition"] == "printed")]
    found = quasi_f(aliased)
    assert found.note == "not_estimable"
    assert math.isnan(found.value)


def test_levels_choose_the_conditions_and_their_order() -> None:
    table = answers()
    one, two = (quasi_f(table, levels=each) for each in (("reversed", "printed"), ("printed", "reversed")))
    assert one.value == pytest.approx(-two.value)
    more = pd.concat([table, table.assign(condition="shuffled")])
    assert quasi_f(more, levels=("reversed", "printed")).value == pytest.approx(one.value)
    with pytest.raises(ValueError, match="name two of them in levels"):
        quasi_f(more)
    with pytest.raises(ValueError, match="allowed are two of reversed, printed"):
        quasi_f(table, levels=("reversed", "upside down"))


def test_too_little_is_named() -> None:
    table = answers()
    assert quasi_f(table[table["condition"] == "printed"]).note == "one_condition"
    assert quasi_f(table[table["person"] < 2]).note == "too_few_persons"
    assert quasi_f(table[table["form"] == 0]).note == "too_few_forms"
    same = table.assign(value=(table["condition"] == "reversed") * 0.5)
    found = quasi_f(same)
    assert (found.value, found.note) == (pytest.approx(0.5), "zero_variance")
    assert math.isnan(found.low)


def test_wrong_calls_are_named() -> None:
    with pytest.raises(ValueError, match='column "layout" is missing'):
        quasi_f(answers(), form="layout")
    with pytest.raises(ValueError, match="inf; a value is a number"):
        quasi_f(answers().assign(value=math.inf))


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_hard_data_give_a_value_or_a_reason(name: str, missing: str) -> None:
    table = HARD[name].assign(person=range(len(HARD[name]))).melt("person", var_name="item")
    number = table["item"].str[1:].astype(int) - 1
    table = table.assign(form=number // 2, condition=np.where(number % 2 == 0, "a", "b"))
    found = quasi_f(table, missing=missing)  # type: ignore[arg-type]
    assert found.estimable or found.note
    assert not math.isnan(found.low) or found.note
