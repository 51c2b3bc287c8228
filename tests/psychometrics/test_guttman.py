"""Guttman's lambdas: R's values, their order, and what chance makes of the best split."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD
from test_split_half import ITEMS

from psychometrics.alpha import cronbach_alpha
from psychometrics.guttman import guttman_lambdas
from psychometrics.split_half import split_half


def test_r_gives_the_same_lambdas() -> None:
    # psych 2.2.9: splitHalf(x, raw = TRUE, check.keys = FALSE) for lambda6 of correlations; the rest from cov(x)
    found = guttman_lambdas(ITEMS)
    values = [each.value for each in (found.lambda1, found.lambda2, found.lambda3, found.lambda5)]
    assert values == pytest.approx([0.7434038852, 0.9341939558, 0.9292548565, 0.9240059322], abs=1e-9)
    assert guttman_lambdas(ITEMS, standardised=True).lambda6.value == pytest.approx(0.9818870183, abs=1e-9)


def test_lambda3_is_alpha_and_the_bounds_are_ordered(scale) -> None:
    found = guttman_lambdas(scale(100), resamples=50)
    assert found.lambda3.value == pytest.approx(cronbach_alpha(scale(100)).value)
    assert found.lambda1.value < found.lambda3.value <= found.lambda2.value
    assert found.lambda4.value >= found.lambda3.value


def test_lambda4_is_the_best_split_and_says_so(scale) -> None:
    found = guttman_lambdas(scale(100), resamples=50).lambda4
    assert found.value == split_half(scale(100)).all_splits.loc[0, "largest"]
    assert found.has("best_of_splits")
    assert math.isnan(found.low)


def test_lambda4_of_a_sample_of_splits_says_so(scale) -> None:
    assert guttman_lambdas(scale(60, items=20), resamples=20).lambda4.has("sampled_splits")


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


def test_copies_have_no_lambda6() -> None:
    found = guttman_lambdas(pd.DataFrame(dict.fromkeys("abcd", ITEMS["a"])), resamples=20)
    assert (found.lambda2.value, found.lambda2.note) == (pytest.approx(1), "degenerate_identical_items")
    assert found.lambda6.note == "singular_covariances"


def test_a_constant_item_is_told_and_has_no_standardised_bound() -> None:
    items = ITEMS.assign(d=3)
    assert guttman_lambdas(items, resamples=20).lambda2.note == "constant_items"
    standardised = guttman_lambdas(items, resamples=20, standardised=True).lambda2
    assert (standardised.note, standardised.estimable) == ("constant_items", False)


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
@pytest.mark.parametrize("standardised", [False, True])
def test_hard_data_give_values_or_reasons(name: str, missing: str, standardised: bool) -> None:
    table = guttman_lambdas(HARD[name], missing=missing, standardised=standardised, resamples=50).table
    assert ((table["value"].notna() & (table["value"] != 1)) | (table["note"] != "")).all()
