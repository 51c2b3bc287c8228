"""Keys, scores and metrics."""

import math

import numpy as np
import pandas as pd
import pytest

from psychometrics import (
    keyed,
    keying_suspicion,
    normal_percentile,
    pomp,
    scale_score,
    t_score,
    type_letters,
)

KEYS = {"q1": 1, "q2": -1, "q3": 1, "q4": -1, "q5": 1, "q6": -1}
RULE = [("IE", 24, "E", "I"), ("SN", 24, "N", "S"), ("FT", 24, "T", "F"), ("JP", 24, "P", "J")]


def test_reversing_twice_gives_the_answers_back(scale) -> None:
    items = scale(10)
    assert keyed(keyed(items, KEYS, 1, 5), KEYS, 1, 5).equals(items)


def test_items_may_have_scales_of_their_own() -> None:
    answers = pd.DataFrame({"a": [1, 9], "b": [0, 1]})
    turned = keyed(answers, {"a": -1, "b": -1}, {"a": 1, "b": 0}, {"a": 9, "b": 1})
    assert turned.to_dict("list") == {"a": [9, 1], "b": [1, 0]}


def test_a_missing_answer_stays_missing_when_turned() -> None:
    assert keyed(pd.DataFrame({"a": [None, 2]}), {"a": -1}, 1, 5)["a"].isna().tolist() == [True, False]


def test_an_answer_off_the_scale_is_named() -> None:
    with pytest.raises(ValueError, match='item "a", row 1: value 7; allowed is 1 to 5'):
        keyed(pd.DataFrame({"a": [3, 7]}), {"a": 1}, 1, 5)


@pytest.mark.parametrize("keys", [{"a": 0}, {}])
def test_an_item_without_a_key_is_named(keys: dict[str, int]) -> None:
    with pytest.raises(ValueError, match='item "a": key must be 1 or -1'):
        keyed(pd.DataFrame({"a": [3]}), keys, 1, 5)


def test_a_mean_is_of_the_answered_items_and_a_sum_needs_all() -> None:
    items = pd.DataFrame({"a": [2, 2, None], "b": [4, None, None]}, index=["x", "y", "z"])
    mean, total = scale_score(items), scale_score(items, "sum")
    assert mean["score"].tolist()[:2] == [3, 2]
    assert total["score"].tolist()[:1] == [6]
    assert math.isnan(mean.loc["z", "score"])
    assert total["score"].isna().tolist() == [False, True, True]
    assert mean["n_answered"].tolist() == [2, 1, 0]


def test_pomp_maps_the_ends_of_any_scale_to_0_and_100() -> None:
    assert pomp(pd.Series([1.0, 4.0, 7.0]), 1, 7).tolist() == [0, 50, 100]
    assert pomp(pd.DataFrame({"E": [8.0, 40.0]}), 8, 40)["E"].tolist() == [0, 100]


def test_norms_put_the_mean_at_50() -> None:
    scores = pd.Series([3.25, 4.15, np.nan])
    assert t_score(scores, 3.25, 0.9).round(9).tolist()[:2] == [50, 60]
    assert normal_percentile(scores, 3.25, 0.9).round(2).tolist()[:2] == [50, 84.13]
    assert math.isnan(normal_percentile(scores, 3.25, 0.9)[2])


def test_likelihoods_have_no_common_metric_with_ratings() -> None:
    score = pd.Series([0.4, -0.2])
    assert pomp(score, 1, 5, "likelihood").isna().all()
    assert t_score(score, 3, 1, "likelihood").isna().all()
    assert normal_percentile(score, 3, 1, "likelihood").isna().all()
    letters = type_letters({"IE": 30, "SN": 10, "FT": 30, "JP": 10}, RULE, "likelihood")
    assert letters.letters == "XXXX"
    assert letters.notes[0].startswith("no_common_metric")


def test_bounds_and_spreads_must_make_sense() -> None:
    with pytest.raises(ValueError, match="larger than low"):
        pomp(3.0, 5, 1)
    with pytest.raises(ValueError, match="above 0"):
        t_score(3.0, 3, 0)


def test_letters_follow_the_order_of_the_rule_and_a_tie_falls_to_the_second() -> None:
    letters = type_letters({"JP": 25, "IE": 8, "SN": 40, "FT": 24}, RULE)
    assert letters.letters == "INFP"
    assert letters.notes == ("at_the_cut: FT is exactly 24 and reads F",)


def test_an_axis_without_a_score_reads_x() -> None:
    letters = type_letters({"IE": math.nan, "SN": 30, "FT": 30, "JP": 30}, RULE)
    assert letters.letters == "XNTP"
    assert letters.notes[0].startswith("no_score: IE")


def test_a_rule_with_an_unknown_axis_is_a_mistake() -> None:
    with pytest.raises(ValueError, match='axis "IE" is not among the scores SN'):
        type_letters({"SN": 3}, RULE)


def test_values_keyed_before_are_suspected_when_they_are_keyed_again(scale) -> None:
    items = scale(60)  # all items point the same way, so these are keyed values
    check = keying_suspicion(items, KEYS, 1, 5)
    assert check.warning.startswith("already_keyed")
    assert check.alpha_turned.value < 0.5 < check.alpha_as_given.value
    assert keying_suspicion(items, KEYS, 1, 5, already_keyed=True).warning == ""


def test_raw_values_called_keyed_are_suspected(scale) -> None:
    raw = keyed(scale(60), KEYS, 1, 5)
    assert keying_suspicion(raw, KEYS, 1, 5, already_keyed=True).warning.startswith("not_keyed")
    assert keying_suspicion(raw, KEYS, 1, 5).warning == ""


def test_constant_answers_raise_no_suspicion() -> None:
    constant = pd.DataFrame({item: [3] * 20 for item in KEYS})
    assert keying_suspicion(constant, KEYS, 1, 5).warning == ""


def test_a_scale_without_reversed_items_raises_no_suspicion(scale) -> None:
    assert keying_suspicion(scale(60), dict.fromkeys(KEYS, 1), 1, 5).warning == ""
