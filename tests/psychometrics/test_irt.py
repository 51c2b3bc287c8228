"""Graded response and two-parameter logistic models."""

import math
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD
from scipy import integrate, special, stats

from psychometrics.irt import ItemResponseModel, graded_response, two_parameter_logistic

# Law School Admission Test, section 6: answers to its five items and how many gave them (Bock and Lieberman, 1970)
LSAT = {
    "00000": 3, "00001": 6, "00010": 2, "00011": 11, "00100": 1, "00101": 1, "00110": 3, "00111": 4,
    "01000": 1, "01001": 8, "01011": 16, "01101": 3, "01110": 2, "01111": 15,
    "10000": 10, "10001": 29, "10010": 14, "10011": 81, "10100": 3, "10101": 28, "10110": 15, "10111": 80,
    "11000": 16, "11001": 56, "11010": 21, "11011": 173, "11100": 11, "11101": 61, "11110": 28, "11111": 298,
}  # fmt: skip


def answers(persons: int = 600, items: int = 5, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    values = 3 + random.normal(size=(persons, 1)) + random.normal(size=(persons, items))
    return pd.DataFrame(np.clip(np.round(values), 1, 5), columns=list("abcdefghij")[:items])


def simulated(a: list[float], b: list[list[float]], persons: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    theta = random.normal(size=(persons, 1))
    columns = [
        (each * (theta - cuts) > random.logistic(size=(persons, 1))).sum(axis=1)
        for each, cuts in zip(a, b, strict=True)
    ]
    return pd.DataFrame({f"i{k}": column for k, column in enumerate(columns)})


def close(found: Any, wanted: Any, tolerance: float = 1e-6) -> bool:
    return bool(np.allclose(np.asarray(found, dtype=float), np.asarray(wanted, dtype=float), rtol=0, atol=tolerance))


def test_lsat_has_the_parameters_that_r_gives() -> None:
    # mirt 1.36: mirt(x, 1, TOL = 1e-6); coef(m, IRTpars = TRUE); testinfo(m, matrix(-3:3))
    x = pd.DataFrame([[int(each) for each in pattern] for pattern in LSAT]).loc[
        np.repeat(np.arange(len(LSAT)), list(LSAT.values()))
    ]
    fitted = two_parameter_logistic(x.reset_index(drop=True))
    assert close(fitted.items["a"], [0.825648, 0.722746, 0.890870, 0.688371, 0.656861], 1e-4)
    assert close(fitted.thresholds["b"], [-3.358848, -1.370056, -0.279667, -1.866375, -3.125887], 1e-4)
    assert fitted.log_likelihood == pytest.approx(-2466.653378, abs=1e-5)
    wanted = [0.529898, 0.578878, 0.559199, 0.460182, 0.307007, 0.170841, 0.085404]
    assert close(fitted.test_information(range(-3, 4))["information"], wanted, 1e-5)


def test_parameters_are_recovered() -> None:
    a, b = [0.8, 1.2, 1.6, 2.0, 1.4], [[-2, -0.5, 1], [-1, 0, 1.5], [-1.5, 0.3], [0.2], [-1, -0.2, 0.6, 1.4]]
    fitted = graded_response(simulated(a, b, 8000, 3))
    assert ((fitted.items["a"] - a) / fitted.items["standard_error"]).abs().max() < 3
    errors = (fitted.thresholds["b"] - np.concatenate(b)) / fitted.thresholds["standard_error"]
    assert errors.abs().max() < 3
    assert list(fitted.items["n_categories"]) == [4, 4, 3, 2, 5]


def test_standard_errors_are_the_spread_over_samples() -> None:
    a, b = [1.0, 1.5, 2.0], [[-1, 1], [-0.5, 0.5], [0, 1]]
    fits = [graded_response(simulated(a, b, 500, seed), resamples=50) for seed in range(40)]
    spread = np.std([each.items["a"].to_list() for each in fits], axis=0, ddof=1)
    told = np.mean([each.items["standard_error"].to_list() for each in fits], axis=0)
    assert (np.abs(np.log(spread / told)) < math.log(1.6)).all()


def test_weak_and_extreme_items_are_not_stopped_at_the_walls_of_the_package() -> None:
    # mirt keeps b within 6 of 0: an item that has little to do with the trait has its thresholds far outside
    random = np.random.default_rng(4)
    fitted = graded_response(answers().assign(weak=random.choice([1, 2, 3], 600, p=[0.15, 0.7, 0.15])))
    weak = fitted.thresholds[fitted.thresholds["item"] == "weak"]
    assert weak["b"].abs().min() > 6
    assert (weak["standard_error"] > 3).all()


def test_the_likelihood_is_the_integral_over_the_trait() -> None:
    x = answers(100, 4, seed=8).clip(2, 4)
    fitted = graded_response(x)
    cuts = {name: part["b"].to_numpy() for name, part in fitted.thresholds.groupby("item")}

    theta = np.linspace(-9, 9, 4001)

    def chances(row: pd.Series) -> Any:
        product = stats.norm.pdf(theta)
        for name, a in zip(fitted.items["item"], fitted.items["a"], strict=True):
            above = special.expit(a * (theta - cuts[name][:, None]))
            above = np.vstack([np.ones_like(theta), above, np.zeros_like(theta)])
            product = product * -np.diff(above, axis=0)[int(row[name]) - 2]
        return product

    total = sum(math.log(integrate.simpson(chances(row), x=theta)) for _, row in x.iterrows())
    assert fitted.log_likelihood == pytest.approx(total, abs=1e-4)
    zeroth, first, second = (integrate.simpson(theta**p * chances(x.iloc[0]), x=theta) for p in (0, 1, 2))
    mean = first / zeroth
    assert fitted.persons["theta"].iloc[0] == pytest.approx(mean, abs=1e-5)
    assert fitted.persons["standard_error"].iloc[0] == pytest.approx(math.sqrt(second / zeroth - mean**2), abs=1e-5)


def test_no_parameters_nearby_are_more_likely() -> None:
    # mirt's own fit is a starting point: the maximum can only be as high or higher
    import mirt

    x = answers()
    its = mirt.fit_mirt((x - 1).to_numpy(), model="GRM", n_quadpts=61, tol=1e-6, compute_standard_errors=False)
    fitted = graded_response(x)
    assert fitted.log_likelihood > its.log_likelihood - 1e-4
    assert close(fitted.items["a"], its.model.parameters["discrimination"], 5e-3)
    theta = np.array([-2.0, 0.0, 1.5])
    assert close(fitted.test_information(theta)["information"], mirt.testinfo(its.model, theta[:, None]), 2e-2)


def test_two_answers_make_the_graded_model_the_logistic_one() -> None:
    x = (answers() > 3).astype(int)
    graded, logistic = graded_response(x), two_parameter_logistic(x)
    assert close(graded.items["a"], logistic.items["a"], 1e-5)
    assert close(graded.thresholds["b"], logistic.thresholds["b"], 1e-5)
    assert graded.aic == pytest.approx(logistic.aic, abs=1e-6)


def test_other_numbers_for_the_same_categories_change_nothing() -> None:
    x = answers()
    assert close(graded_response(2 * x + 7).persons["theta"], graded_response(x).persons["theta"])


def test_reversing_every_item_turns_the_trait_round() -> None:
    x = answers()
    there, back = graded_response(x), graded_response(6 - x)
    assert close(there.persons["theta"], -back.persons["theta"], 1e-4)
    assert close(there.thresholds["b"].iloc[:4], -back.thresholds["b"].iloc[3::-1], 1e-4)
    assert there.reliability.value == pytest.approx(back.reliability.value, abs=1e-5)


def test_a_wrongly_keyed_item_has_a_negative_discrimination_and_is_named() -> None:
    x = answers()
    fitted = graded_response(x.assign(c=6 - x["c"]))
    assert close(fitted.items["a"].abs(), graded_response(x).items["a"], 1e-4)
    assert fitted.items["a"].iloc[2] < 0
    assert any(each.startswith("negative_discrimination: c ") for each in fitted.warnings)


def test_missing_answers_cost_precision_but_move_nothing() -> None:
    x = answers(3000)
    holes = x.mask(np.random.default_rng(2).random(x.shape) < 0.2)
    full, some = graded_response(x), graded_response(holes)
    assert close(full.items["a"], some.items["a"], 0.2)
    assert (some.items["standard_error"] > full.items["standard_error"]).all()
    assert some.reliability.extra["missing_share"] == pytest.approx(0.2, abs=0.01)
    assert some.reliability.missing == "full information"


def test_a_person_without_answers_has_no_place_on_the_trait() -> None:
    x = answers()
    x.index = [f"p{each}" for each in range(len(x))]
    x.loc["p3"] = np.nan
    fitted, without = graded_response(x), graded_response(x.drop(index="p3"))
    assert math.isnan(fitted.persons.loc["p3", "theta"])
    assert fitted.persons.loc["p3", "n_answers"] == 0
    assert fitted.reliability.n_persons == 599
    assert close(fitted.persons["theta"].drop("p3"), without.persons["theta"])


def test_a_category_that_nobody_chose_is_skipped_and_named() -> None:
    x = answers()
    fitted = graded_response(x.assign(b=x["b"].replace(3.0, 4.0)))
    rows = fitted.thresholds[fitted.thresholds["item"] == "b"]
    assert list(rows["value"]) == [2, 4, 5]
    assert any(each.startswith("unused_category: nobody gave b 3,") for each in fitted.warnings)


def test_a_category_chosen_once_is_kept_with_a_large_error_and_named() -> None:
    x = answers()
    x["b"] = x["b"].replace(1.0, 2.0)
    x.loc[0, "b"] = 1
    fitted = graded_response(x)
    rows = fitted.thresholds[fitted.thresholds["item"] == "b"]
    assert rows["standard_error"].iloc[0] > 3 * rows["standard_error"].iloc[1]
    assert any("b 1 (1)" in each for each in fitted.warnings if each.startswith("few_answers_in_category"))


def test_a_constant_item_is_left_out_not_fitted() -> None:
    x = answers()
    fitted = graded_response(x.assign(c=3))
    assert list(fitted.items["item"]) == ["a", "b", "d", "e"]
    assert any(each.startswith("constant_items: c ") for each in fitted.warnings)
    assert fitted.reliability.value == pytest.approx(graded_response(x.drop(columns="c")).reliability.value, abs=1e-9)


def test_copies_of_an_item_do_not_converge() -> None:
    x = answers()
    fitted = graded_response(x.assign(b=x["a"], c=x["a"]))
    assert fitted.note == "did_not_converge"
    assert fitted.reliability.has("unbounded_discrimination")
    assert fitted.test_information(0.0)["information"].isna().all()


@pytest.mark.parametrize(
    ("x", "note"),
    [
        (answers() / 2, "not_categories"),
        (answers().head(2), "too_few_persons"),
        (answers(items=2), "too_few_items"),
        (answers().assign(a=1, b=2, c=3), "constant_items"),
        (answers().assign(a=np.arange(600)), "too_many_categories"),
    ],
)
def test_what_cannot_be_fitted_says_why(x: pd.DataFrame, note: str) -> None:
    fitted = graded_response(x)
    assert fitted.note == fitted.reliability.note == fitted.marginal_reliability.note == note
    assert len(fitted.persons) == len(x)
    assert math.isnan(fitted.log_likelihood)


def test_ipsative_scores_get_no_model() -> None:
    assert graded_response(answers(), ipsative=True).reliability.note == "ipsative"


def test_the_logistic_model_wants_two_answers() -> None:
    assert two_parameter_logistic(answers()).note == "not_dichotomous"


def test_few_persons_are_warned_of() -> None:
    assert graded_response(answers(150)).reliability.has("few_persons_for_irt")
    assert not graded_response(answers(400)).reliability.has("few_persons_for_irt")


def test_more_items_make_theta_more_reliable() -> None:
    few, many = graded_response(answers(items=4)), graded_response(answers(items=9))
    assert few.reliability.high < many.reliability.low
    for each in (few, many):
        assert each.reliability.value == pytest.approx(each.marginal_reliability.value, abs=0.02)
        assert each.marginal_reliability.low < each.marginal_reliability.value < each.marginal_reliability.high


def test_information_is_the_sum_of_the_items_and_the_curvature_of_their_chances() -> None:
    fitted = graded_response(answers())
    theta = [-1.0, 0.5]
    by_item = fitted.item_information(theta)
    total = fitted.test_information(theta)
    assert close(by_item.groupby("theta")["information"].sum(), total["information"])
    assert close(total["standard_error"], 1 / np.sqrt(total["information"]))
    a, cuts = fitted.items["a"].iloc[0], fitted.thresholds.loc[fitted.thresholds["item"] == "a", "b"].to_numpy()

    def chances(at: float) -> Any:
        return -np.diff(np.concatenate([[1.0], special.expit(a * (at - cuts)), [0.0]]))

    slope = (chances(0.5 + 1e-5) - chances(0.5 - 1e-5)) / 2e-5
    found = by_item.loc[(by_item["item"] == "a") & (by_item["theta"] == 0.5), "information"].iloc[0]
    assert found == pytest.approx(float((slope**2 / chances(0.5)).sum()), abs=1e-6)


def test_the_same_seed_gives_the_same_interval() -> None:
    x, strata = answers(), ["high", "low"] * 300
    first, again = (graded_response(x, seed=3, strata=strata).reliability for _ in range(2))
    assert (first.low, first.high) == (again.low, again.high)
    assert first.method == "persona bootstrap, expanded percentile within strata"


def test_strata_must_have_one_label_a_row() -> None:
    with pytest.raises(ValueError, match="strata: 2 labels for 600 rows"):
        graded_response(answers(), strata=["a", "b"])


def test_without_mirt_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mirt", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install mirt==1\.2\.0"):
        graded_response(answers())


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("model", [graded_response, two_parameter_logistic])
def test_hard_data_get_a_value_or_a_reason(name: str, model: Any) -> None:
    fitted: ItemResponseModel = model(HARD[name], resamples=100)
    assert len(fitted.persons) == len(HARD[name])
    for each in (fitted.reliability, fitted.marginal_reliability):
        assert each.estimable != bool(each.note)
        assert not each.estimable or 0 < each.value < 1
    assert fitted.items.empty or fitted.items["a"].abs().max() < 10
    assert fitted.items.empty or fitted.items["standard_error"].notna().all()
