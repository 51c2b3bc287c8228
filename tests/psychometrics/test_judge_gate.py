"""The gate that a judge must pass: known poles, Wilson's lower end, and judges who always say the same."""

import math

import numpy as np
import pytest

from psychometrics.judge_gate import judge_agreement, judge_gate
from psychometrics.kappa import weighted_kappa

POLES = ["high", "low"] * 20


def verdicts(wrong: int, known: list[str] = POLES) -> list[str]:
    """The known poles, but for the first `wrong` ones."""
    other = {"high": "low", "low": "high"}
    return [other[each] if at < wrong else each for at, each in enumerate(known)]


def test_a_judge_who_tells_the_poles_passes() -> None:
    gate = judge_gate(verdicts(2), POLES)
    assert gate.usable and gate.accuracy.note == ""
    assert gate.accuracy.value == 0.95 and gate.accuracy.n_items == 40
    # statsmodels 0.15.0: proportion_confint(38, 40, method="wilson")
    assert (gate.accuracy.low, gate.accuracy.high) == pytest.approx((0.8349612, 0.9861793), abs=1e-7)


def test_a_judge_who_guesses_does_not_pass() -> None:
    gate = judge_gate(verdicts(20), POLES)
    assert not gate.usable and gate.accuracy.note == "judge_not_usable" and gate.accuracy.value == 0.5


def test_the_lower_end_decides_and_not_the_accuracy() -> None:
    few, many = judge_gate(verdicts(2, POLES[:8]), POLES[:8]), judge_gate(verdicts(10), POLES)
    assert few.accuracy.value == many.accuracy.value == 0.75
    assert (few.usable, many.usable) == (False, False)
    # statsmodels 0.15.0: proportion_confint(30, 40, method="wilson"), just below .6
    assert many.accuracy.low == pytest.approx(0.5980604, abs=1e-7)
    assert few.accuracy.low < many.accuracy.low
    assert judge_gate(verdicts(10), POLES, margin=0.09).usable
    assert judge_gate(verdicts(10) * 2, POLES * 2).usable


def test_the_threshold_is_chance_and_margin() -> None:
    low = judge_gate(verdicts(2), POLES).accuracy.low
    assert judge_gate(verdicts(2), POLES, margin=low - 0.5 - 1e-9).usable
    assert not judge_gate(verdicts(2), POLES, margin=low - 0.5 + 1e-9).usable
    assert judge_gate(verdicts(2), POLES).accuracy.extra["threshold"] == pytest.approx(0.6)
    assert judge_gate(["a", "b", "c", "d"] * 5, ["a", "b", "c", "d"] * 5, chance=0.25).accuracy.extra[
        "threshold"
    ] == pytest.approx(0.35)


def test_a_constant_judge_does_not_pass_on_texts_of_mostly_one_pole() -> None:
    known = ["high"] * 95 + ["low"] * 5
    gate = judge_gate(["high"] * 100, known)
    assert gate.accuracy.value == 0.95 and gate.accuracy.low > 0.85
    assert not gate.usable and gate.accuracy.has("unbalanced_poles")
    assert gate.accuracy.extra["threshold"] == gate.accuracy.extra["always_one"] == 0.95
    assert judge_gate(known, known).usable  # the lower end of 100 of 100 is .963
    balanced = judge_gate(verdicts(0), POLES).accuracy
    assert balanced.extra["always_one"] == 0.5 and not balanced.has("unbalanced_poles")


def test_each_pole_has_its_own_accuracy() -> None:
    gate = judge_gate(["high", "high", "high", "low"], ["high", "low", "low", "low"])
    table = gate.poles.set_index("pole")
    assert table["accuracy"].to_dict() == pytest.approx({"high": 1.0, "low": 1 / 3})
    assert table["n_texts"].to_dict() == {"high": 1, "low": 3}


def test_texts_without_a_verdict_are_left_out_and_told() -> None:
    gate = judge_gate([*verdicts(2), None, math.nan], [*POLES, "high", "low"])
    assert gate.accuracy.value == judge_gate(verdicts(2), POLES).accuracy.value
    assert gate.accuracy.extra["n_without"] == 2 and gate.accuracy.has("no_verdict")


@pytest.mark.parametrize("n", [0, 5])
def test_a_judge_without_verdicts_is_not_usable(n: int) -> None:
    gate = judge_gate([None] * n, ["high"] * n)
    assert not gate.usable and math.isnan(gate.accuracy.value)
    assert gate.accuracy.note == "judge_not_usable" and gate.accuracy.has("no_texts")
    assert gate.poles.empty


def test_neither_the_order_of_texts_nor_the_names_of_poles_matter() -> None:
    order = np.random.default_rng(1).permutation(40)
    said = verdicts(7)
    one = judge_gate(said, POLES)
    other = judge_gate([said[each] == "high" for each in order], [POLES[each] == "high" for each in order])
    assert (other.usable, other.accuracy) == (one.usable, one.accuracy)


def test_a_verdict_that_is_no_pole_is_wrong() -> None:
    assert judge_gate(["high", "neither"], ["high", "low"]).accuracy.value == 0.5


def test_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match="verdicts: 1 given for 2 known poles"):
        judge_gate(["high"], ["high", "low"])
    with pytest.raises(ValueError, match="known: text 1 has no pole"):
        judge_gate(["high", "low"], ["high", None])
    with pytest.raises(ValueError, match=r"chance, margin: 0\.5, 0\.5; from 0 on, and together below 1"):
        judge_gate(["high"], ["high"], margin=0.5)


# ---- two judges


def test_kappa_of_a_table_by_hand() -> None:
    # 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: (.7 - .5) / (1 - .5)
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    found = judge_agreement(first, second)
    assert found.value == pytest.approx(0.4)
    assert (found.n_items, found.n_persons) == (50, 0) and found.low < 0.4 < found.high


def test_names_are_compared_as_numbers_would_be_without_weights() -> None:
    random = np.random.default_rng(2)
    first, second = random.integers(0, 3, 60), random.integers(0, 3, 60)
    second[:30] = first[:30]
    names = np.array(["low", "neither", "high"], dtype=object)
    found = judge_agreement(names[first], names[second])
    expected = weighted_kappa(first, second, weights="unweighted")
    assert (found.value, found.low, found.high) == pytest.approx((expected.value, expected.low, expected.high))
    turned = judge_agreement(names[second], names[first])
    assert turned.value == pytest.approx(found.value)


def test_texts_that_one_judge_left_out_do_not_count() -> None:
    found = judge_agreement(["a", "b", "a", "b", None], ["a", "b", "b", "b", "a"])
    assert (found.n_items, found.value) == (4, judge_agreement(list("abab"), list("abbb")).value)


def test_judges_without_variation_or_texts_have_a_note() -> None:
    assert judge_agreement(["a"] * 5, ["a"] * 5).note == "zero_total_variance"
    assert judge_agreement(["a"] * 5, list("aabab")).note == "constant_rater"
    assert judge_agreement(list("abab"), list("abab")).note == "identical_ratings"
    assert judge_agreement(["a", "b"], ["a", "b"]).note == "too_few_items"
    assert judge_agreement([], []).note == "no_pairs"
    with pytest.raises(ValueError, match="first: 1 given for 2 second verdicts"):
        judge_agreement(["a"], ["a", "b"])
