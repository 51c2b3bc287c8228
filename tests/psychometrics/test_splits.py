"""Guttman's lambdas and split halves."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics import cronbach_alpha
from psychometrics.splits import guttman_lambdas, split_half

ITEMS = pd.DataFrame(
    {
        "a": [1, 2, 4, 5, 3, 2, 4, 1, 5, 3],
        "b": [2, 2, 3, 4, 4, 1, 5, 2, 4, 3],
        "c": [1, 3, 4, 5, 2, 2, 4, 2, 5, 4],
        "d": [2, 1, 5, 4, 4, 3, 3, 1, 5, 2],
        "e": [1, 2, 3, 5, 3, 1, 4, 2, 4, 4],
    }
)


def test_r_gives_the_same_lambdas() -> None:
    # psych 2.2.9: splitHalf(x, raw = TRUE, check.keys = FALSE) for lambda6 of correlations; the rest from cov(x)
    found = guttman_lambdas(ITEMS)
    values = [each.value for each in (found.lambda1, found.lambda2, found.lambda3, found.lambda5)]
    assert values == pytest.approx([0.7434038852, 0.9341939558, 0.9292548565, 0.9240059322], abs=1e-9)
    assert guttman_lambdas(ITEMS, standardised=True).lambda6.value == pytest.approx(0.9818870183, abs=1e-9)


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


def test_lambda3_is_alpha_and_the_bounds_are_ordered(scale) -> None:
    found = guttman_lambdas(scale(100), resamples=50)
    assert found.lambda3.value == pytest.approx(cronbach_alpha(scale(100)).value)
    assert found.lambda1.value < found.lambda3.value <= found.lambda2.value
    assert found.lambda4.value >= found.lambda3.value


def test_the_mean_of_all_splits_is_alpha_when_the_number_of_items_is_even(scale) -> None:
    covariance = split_half(scale(100)).all_splits.iloc[0]
    assert covariance["mean"] == pytest.approx(cronbach_alpha(scale(100)).value)
    assert covariance["n_splits"] == 10


def test_lambda4_is_the_best_split_and_says_so(scale) -> None:
    found = guttman_lambdas(scale(100), resamples=50).lambda4
    assert found.value == split_half(scale(100)).all_splits.loc[0, "largest"]
    assert found.has("best_of_splits")
    assert math.isnan(found.low)


def test_many_items_are_split_at_random_and_told(scale) -> None:
    items = scale(60, items=20)
    found, again = split_half(items, seed=1), split_half(items, seed=1)
    assert list(found.all_splits["listing"]) == ["sample", "psych"] * 2
    assert found.all_splits.loc[0, "n_splits"] == 10_000
    assert found.all_splits.equals(again.all_splits)
    assert found.all_splits.loc[0, "mean"] == pytest.approx(cronbach_alpha(items).value, abs=0.002)
    assert guttman_lambdas(items, resamples=20).lambda4.has("sampled_splits")


def test_the_best_half_gives_the_largest_value(scale) -> None:
    items = scale(100)
    best = list(split_half(items).all_splits.loc[0, "best_half"])
    a, b = items[best].sum(axis=1), items.drop(columns=best).sum(axis=1)
    value = 2 * (1 - (a.var() + b.var()) / (a + b).var())
    assert value == pytest.approx(split_half(items).all_splits.loc[0, "largest"])


def test_both_rules_agree_without_missing_answers(scale) -> None:
    pairwise, listwise = (guttman_lambdas(scale(50), missing=each, resamples=50) for each in ("pairwise", "listwise"))
    assert list(pairwise.table["value"]) == list(listwise.table["value"])
    assert list(pairwise.table["low"]) == pytest.approx(list(listwise.table["low"]), nan_ok=True)


def test_missing_answers_move_the_bounds_little_and_keep_everybody(scale) -> None:
    whole = scale(400)
    some = whole.mask(np.random.default_rng(1).random(whole.shape) < 0.08)
    found, full = guttman_lambdas(some, resamples=200), guttman_lambdas(whole, resamples=200)
    assert list(found.table["value"]) == pytest.approx(list(full.table["value"]), abs=0.03)
    assert list(found.table["low"]) == pytest.approx(list(full.table["low"]), abs=0.05, nan_ok=True)
    assert found.lambda2.n_persons == 400


def test_reversing_a_whole_scale_changes_nothing(scale) -> None:
    one, other = guttman_lambdas(scale(40), resamples=20), guttman_lambdas(6 - scale(40), resamples=20)
    assert list(one.table["value"]) == pytest.approx(list(other.table["value"]))


def test_equal_halves_make_horst_the_spearman_brown(scale) -> None:
    found = split_half(scale(50)).odd_even
    assert found.horst.value == pytest.approx(found.spearman_brown.value)
    assert (found.horst.low, found.horst.high) == pytest.approx((found.spearman_brown.low, found.spearman_brown.high))


def test_halves_that_contradict_each_other_are_told() -> None:
    found = split_half(pd.DataFrame({"a": [1, 2, 3, 4, 5, 5], "b": [5, 4, 3, 1, 2, 1]})).odd_even
    assert found.r.value < -0.9
    assert found.r.note == "negative_split_correlation"
    assert math.isnan(found.horst.value)


def test_copies_have_no_interval_and_no_lambda6() -> None:
    copies = pd.DataFrame(dict.fromkeys("abcd", ITEMS["a"]))
    assert split_half(copies).odd_even.r.note == "degenerate_identical_items"
    assert math.isnan(split_half(copies).odd_even.spearman_brown.low)
    found = guttman_lambdas(copies, resamples=20)
    assert (found.lambda2.value, found.lambda2.note) == (pytest.approx(1), "degenerate_identical_items")
    assert found.lambda6.note == "singular_covariances"


def test_a_constant_item_leaves_the_covariances_and_no_correlations() -> None:
    items = ITEMS.assign(d=3)
    assert guttman_lambdas(items, resamples=20).lambda2.note == "constant_items"
    assert guttman_lambdas(items, resamples=20, standardised=True).lambda2.note == "constant_items"
    assert set(split_half(items).all_splits["metric"]) == {"covariance"}


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_hard_data_give_values_or_reasons(name: str, missing: str) -> None:
    tables = [
        guttman_lambdas(HARD[name], missing=missing, standardised=each, resamples=50).table for each in (False, True)
    ]
    found = split_half(HARD[name], missing=missing)
    for table in tables:
        assert ((table["value"].notna() & (table["value"] != 1)) | (table["note"] != "")).all()
    for halves in (found.odd_even, found.first_second):
        for estimate in (halves.r, halves.spearman_brown, halves.flanagan_rulon, halves.horst):
            assert estimate.note if math.isnan(estimate.value) or estimate.value == 1 else True
    assert found.note if found.all_splits.empty else True
