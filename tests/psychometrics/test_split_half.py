"""Split halves: R's values, all splits, and halves that contradict each other."""

import math

import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.alpha import cronbach_alpha
from psychometrics.split_half import split_half

ITEMS = pd.DataFrame(
    {
        "a": [1, 2, 4, 5, 3, 2, 4, 1, 5, 3],
        "b": [2, 2, 3, 4, 4, 1, 5, 2, 4, 3],
        "c": [1, 3, 4, 5, 2, 2, 4, 2, 5, 4],
        "d": [2, 1, 5, 4, 4, 3, 3, 1, 5, 2],
        "e": [1, 2, 3, 5, 3, 1, 4, 2, 4, 4],
    }
)


def test_r_gives_the_same_halves() -> None:
    found = split_half(ITEMS)
    odd_even = [getattr(found.odd_even, each).value for each in ("r", "spearman_brown", "flanagan_rulon", "horst")]
    assert odd_even == pytest.approx([0.8015157431, 0.8898237455, 0.8234270803, 0.8933829672], abs=1e-9)
    first = [getattr(found.first_second, each).value for each in ("r", "spearman_brown", "flanagan_rulon", "horst")]
    assert first == pytest.approx([0.9317750232, 0.9646827524, 0.9185271093, 0.9660026043], abs=1e-9)


def test_psych_tries_half_of_the_splits_of_an_odd_number_of_items() -> None:
    table = split_half(ITEMS).all_splits.set_index(["metric", "listing"])
    psych, every = table.loc[("correlation", "psych")], table.loc[("correlation", "all")]
    assert (psych["n_splits"], every["n_splits"]) == (5, 10)
    found = [psych["largest"], psych["mean"], psych["smallest"]]
    assert found == pytest.approx([0.9612194183, 0.9159280489, 0.8414809840], abs=1e-9)
    assert every["largest"] >= psych["largest"]


def test_the_mean_of_all_splits_is_alpha_when_the_number_of_items_is_even(scale) -> None:
    covariance = split_half(scale(100)).all_splits.iloc[0]
    assert covariance["mean"] == pytest.approx(cronbach_alpha(scale(100)).value)
    assert covariance["n_splits"] == 10


def test_many_items_are_split_at_random_and_told(scale) -> None:
    items = scale(60, items=20)
    found, again = split_half(items, seed=1), split_half(items, seed=1)
    assert list(found.all_splits["listing"]) == ["sample", "psych"] * 2
    assert found.all_splits.loc[0, "n_splits"] == 10_000
    assert found.all_splits.equals(again.all_splits)
    assert found.all_splits.loc[0, "mean"] == pytest.approx(cronbach_alpha(items).value, abs=0.002)


def test_the_best_half_gives_the_largest_value(scale) -> None:
    items = scale(100)
    best = list(split_half(items).all_splits.loc[0, "best_half"])
    a, b = items[best].sum(axis=1), items.drop(columns=best).sum(axis=1)
    value = 2 * (1 - (a.var() + b.var()) / (a + b).var())
    assert value == pytest.approx(split_half(items).all_splits.loc[0, "largest"])


@pytest.mark.parametrize("slope", [1, 0.1237, 3, 25.37])
def test_of_equally_good_halves_the_first_is_named_in_any_unit(slope: float) -> None:
    table = pd.DataFrame({"q1": [5, 4, 4], "q2": [4, 2, 3], "q3": [4, 2, 4], "q4": [3, 4, 3]})
    splits = split_half(slope * table + 0.377).all_splits.query("metric == 'covariance'")
    assert splits["best_half"].tolist() == [("q1", "q2")] * 2


@pytest.mark.parametrize("slope", [1, 25.37])
def test_a_half_whose_items_make_up_for_each_other_has_no_variance_in_any_unit(slope: float) -> None:
    table = pd.DataFrame({"q1": [3, 3, 2, 4], "q2": [4, 3, 3, 2], "q3": [3, 3, 4, 2], "q4": [3, 4, 3, 2]})
    assert split_half(slope * table + 1000.1).odd_even.r.note == "zero_variance"


def test_equal_halves_make_horst_the_spearman_brown(scale) -> None:
    found = split_half(scale(50)).odd_even
    assert found.horst.value == pytest.approx(found.spearman_brown.value)
    assert (found.horst.low, found.horst.high) == pytest.approx((found.spearman_brown.low, found.spearman_brown.high))


def test_halves_that_contradict_each_other_are_told() -> None:
    found = split_half(pd.DataFrame({"a": [1, 2, 3, 4, 5, 5], "b": [5, 4, 3, 1, 2, 1]})).odd_even
    assert found.r.value < -0.9
    assert found.r.note == "negative_split_correlation"
    assert math.isnan(found.horst.value)


def test_copies_have_no_interval() -> None:
    found = split_half(pd.DataFrame(dict.fromkeys("abcd", ITEMS["a"]))).odd_even
    assert found.r.note == "degenerate_identical_items"
    assert math.isnan(found.spearman_brown.low)


def test_a_constant_item_leaves_the_covariances_and_no_correlations() -> None:
    assert set(split_half(ITEMS.assign(d=3)).all_splits["metric"]) == {"covariance"}


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_hard_data_give_values_or_reasons(name: str, missing: str) -> None:
    found = split_half(HARD[name], missing=missing)
    for halves in (found.odd_even, found.first_second):
        for estimate in (halves.r, halves.spearman_brown, halves.flanagan_rulon, halves.horst):
            assert estimate.note if math.isnan(estimate.value) or estimate.value == 1 else True
    assert found.note if found.all_splits.empty else True
