"""Intraclass correlations: published values, R's intervals, and what missing ratings change."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.intraclass import intraclass_correlations
from psychometrics.rater_variances import sums_for_variances

# Shrout and Fleiss (1979), table 2: six targets, four judges; intervals from psych::ICC(x, lmer = FALSE) 2.2.9
JUDGES = pd.DataFrame(
    {"a": [9, 6, 8, 7, 10, 6], "b": [2, 1, 4, 1, 5, 2], "c": [5, 3, 6, 2, 6, 4], "d": [8, 2, 8, 6, 9, 7]}
)
PUBLISHED = [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
LOW = [-0.132932324875, 0.0187865133747, 0.342464765034, -0.884442155238, 0.0711368153025, 0.675674713816]
HIGH = [0.722560062328, 0.761084369649, 0.945858259955, 0.912415420341, 0.927232040168, 0.985891678169]


@pytest.fixture
def ratings():
    def made(persons: int = 60, raters: int = 4, shift: float = 0.0, seed: int = 2) -> pd.DataFrame:
        random = np.random.default_rng(seed)
        scores = random.normal(0, 1, (persons, 1)) + random.normal(0, 1, (persons, raters))
        return pd.DataFrame(scores + shift * np.arange(raters), columns=[f"r{i}" for i in range(raters)])

    return made


def test_the_published_six_come_out_with_rs_intervals() -> None:
    table = intraclass_correlations(JUDGES).table
    assert list(table["value"].round(2)) == PUBLISHED
    assert list(table["low"]) == pytest.approx(LOW, abs=1e-9)
    assert list(table["high"]) == pytest.approx(HIGH, abs=1e-9)
    assert list(table["f"].round(3)) == [1.795, 11.027, 11.027] * 2
    assert list(table["df2"]) == [18, 15, 15] * 2


def test_the_variances_are_those_of_the_mean_squares() -> None:
    variances = intraclass_correlations(JUDGES).variances.set_index("source")
    assert list(variances["mean_square"].round(2)) == [11.24, 32.49, 1.02]
    person, rater, residual = variances["variance"]
    assert intraclass_correlations(JUDGES).agreement.value == pytest.approx(person / (person + rater + residual))


def test_a_level_shift_lowers_agreement_and_not_consistency(ratings) -> None:
    level, shifted = (intraclass_correlations(ratings(shift=each)) for each in (0, 1))
    assert shifted.consistency.value == pytest.approx(level.consistency.value)
    assert shifted.agreement.value < level.agreement.value - 0.2


def test_another_unit_and_origin_change_nothing(ratings) -> None:
    one, other = intraclass_correlations(ratings()), intraclass_correlations(1e6 + 7 * ratings())
    assert list(other.table["value"]) == pytest.approx(list(one.table["value"]), abs=1e-8)


def test_an_average_is_spearman_brown_of_a_single_rating(ratings) -> None:
    found = intraclass_correlations(ratings())
    one, many = found.consistency.value, found.consistency_average.value
    assert many == pytest.approx(4 * one / (1 + 3 * one))


def test_both_rules_agree_without_missing_ratings(ratings) -> None:
    pairwise, listwise = (intraclass_correlations(ratings(), missing=each) for each in ("pairwise", "listwise"))
    assert pairwise.table.equals(listwise.table)


def test_listwise_is_the_table_of_complete_persons(ratings) -> None:
    some = ratings().mask(np.random.default_rng(1).random((60, 4)) < 0.1)
    found, complete = intraclass_correlations(some, missing="listwise"), intraclass_correlations(some.dropna())
    assert found.agreement.value == complete.agreement.value
    assert found.agreement.n_persons == len(some.dropna()) == found.agreement.extra["n_complete"]


def test_with_missing_ratings_the_variances_are_those_of_least_squares(ratings) -> None:
    some = ratings(30).mask(np.random.default_rng(1).random((30, 4)) < 0.2).dropna(how="all")
    row, column = np.nonzero(some.notna().to_numpy())
    y = some.to_numpy()[row, column]
    n, k, total = len(some), 4, len(y)

    def left(*factors: np.ndarray) -> float:
        design = np.column_stack([np.equal.outer(each, np.unique(each)).astype(float) for each in factors])
        return float(((y - design @ np.linalg.lstsq(design, y, rcond=None)[0]) ** 2).sum())

    both, persons, raters = left(row, column), left(row), left(column)
    residual = both / (total - n - k + 1)
    person = (raters - both - (n - 1) * residual) / (total - k)
    rater = (persons - both - (k - 1) * residual) / (total - n)
    found = intraclass_correlations(some, resamples=50)
    assert list(found.variances["variance"]) == pytest.approx([person, rater, residual])
    assert found.agreement.value == pytest.approx(person / (person + rater + residual))
    assert found.agreement.method.startswith("persona bootstrap")


def test_few_missing_ratings_move_little_and_keep_everybody(ratings) -> None:
    whole = ratings(400)
    some = whole.mask(np.random.default_rng(1).random(whole.shape) < 0.08)
    found, full = intraclass_correlations(some, resamples=200).agreement, intraclass_correlations(whole).agreement
    assert found.value == pytest.approx(full.value, abs=0.03)
    assert (found.low, found.high) == pytest.approx((full.low, full.high), abs=0.05)
    assert found.n_persons == 400


def test_the_sums_of_persons_give_the_variances_of_any_resample(ratings) -> None:
    some = ratings(12).mask(np.random.default_rng(1).random((12, 4)) < 0.1).to_numpy()
    sums, variances = sums_for_variances(some)
    drawn = np.array([0, 0, 1, 2, 3, 5, 5, 7, 8, 9, 10, 11])
    gathered, direct = sums_for_variances(some[drawn])
    counts = np.bincount(drawn, minlength=12).astype(float)[None]
    assert variances(counts @ sums) == pytest.approx(direct(gathered.sum(axis=0, keepdims=True)))


def test_copies_are_marked_and_have_no_interval(ratings) -> None:
    found = intraclass_correlations(ratings()[["r0"] * 3].set_axis(list("abc"), axis=1)).agreement
    assert (found.value, found.note) == (pytest.approx(1), "identical_ratings")
    assert math.isnan(found.low)


def test_columns_that_differ_by_a_constant_are_consistent_without_interval(ratings) -> None:
    found = intraclass_correlations(pd.DataFrame({"a": ratings()["r0"], "b": ratings()["r0"] + 1}))
    assert found.consistency.value == pytest.approx(1)
    assert found.agreement.value < 0.9
    assert found.agreement.note == "constant_differences"


def test_persons_who_do_not_differ_are_not_estimable() -> None:
    found = intraclass_correlations(pd.DataFrame({"a": [1, 1, 1, 1], "b": [2, 2, 2, 2]})).agreement
    assert found.note == "zero_total_variance"
    assert found.extra["percent_exact_agreement"] == 0


def test_a_negative_value_is_kept() -> None:
    found = intraclass_correlations(pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [5, 4, 3, 1, 2]}))
    assert found.consistency.value < -0.5
    assert found.consistency.note == "negative_component"


def test_a_constant_rater_is_told() -> None:
    found = intraclass_correlations(pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 2, 2, 2]}))
    assert found.agreement.note == "constant_raters"


def test_an_empty_column_is_left_out_and_named(ratings) -> None:
    found = intraclass_correlations(ratings().assign(r9=np.nan)).agreement
    assert found.value == pytest.approx(intraclass_correlations(ratings()).agreement.value)
    assert found.warnings == ("empty_raters: r9 rated nobody and was left out",)


def test_raters_without_common_persons_are_not_comparable() -> None:
    a = pd.DataFrame({"a": [1, 2, 3], "b": [2, 2, 4]})
    apart = pd.concat([a, a.set_axis(["c", "d"], axis=1)])
    assert intraclass_correlations(apart).agreement.note == "unconnected_ratings"


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_hard_data_give_values_or_reasons(name: str, missing: str) -> None:
    found = intraclass_correlations(HARD[name], missing=missing, resamples=50)
    for estimate in found.estimates:
        assert estimate.note if math.isnan(estimate.value) or estimate.value == 1 else True
    assert len(found.table) == 6
    assert len(found.variances) == 3


def test_infinity_is_a_mistake_and_named() -> None:
    with pytest.raises(ValueError, match='item "b", row 0'):
        intraclass_correlations(pd.DataFrame({"a": [1.0, 2, 3], "b": [np.inf, 2, 3]}))


def test_an_unknown_rule_is_a_mistake(ratings) -> None:
    with pytest.raises(ValueError, match="pairwise"):
        intraclass_correlations(ratings(), missing="drop")
