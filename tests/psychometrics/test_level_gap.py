"""Gaps between what is said and what is done: values from R, persons and poles as units, and verdicts at their edges."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from psychometrics.estimate import Estimate, undefined
from psychometrics.exchange import exchanges
from psychometrics.level_gap import absolute_gap, level_gap, rank_change, verdict

R = json.loads((Path(__file__).parents[1] / "reference" / "divergence_said_done.json").read_text())["gaps"]
SAID, DONE = np.array(R["said"], dtype=float), np.array(R["done"], dtype=float)
PERSONS = [f"p{each}" for each in range(len(SAID))]
GAPS = {"level_gap": level_gap, "absolute_gap": absolute_gap, "rank_change": rank_change}


@pytest.mark.parametrize("name", GAPS)
def test_values_are_those_of_r(name: str) -> None:
    found = GAPS[name](SAID, DONE, PERSONS, seed=1)
    assert found.value == pytest.approx(R[name], abs=1e-10)
    assert found.low < found.value < found.high and found.n_persons == len(SAID)


def test_the_null_of_an_absolute_gap_is_the_mean_over_all_pairs_of_persons() -> None:
    found = absolute_gap(SAID, DONE, PERSONS, seed=1, permutations=20_000)
    assert found.extra["null_mean"] == pytest.approx(R["all_exchanges_absolute"], abs=0.3)
    assert found.extra["null_p"] < 0.01 and found.extra["null_unit"] == "persons"


def test_scores_of_strangers_are_within_the_null() -> None:
    random = np.random.default_rng(4)
    said, done = random.uniform(0, 100, (2, 60))
    for gap in (absolute_gap, rank_change):
        extra = gap(said, done, list(range(60)), seed=1).extra
        assert extra["null_p"] > 0.05
    assert extra["null_mean"] == pytest.approx(100 / 3, abs=1.5)


def test_one_order_moves_nobody_and_the_opposite_order_half_the_way() -> None:
    said = np.arange(40.0)
    same = rank_change(said, said**2, list(range(40)), seed=1)
    assert same.value == 0 and math.isnan(same.low) and same.has("equal_resamples")
    assert same.extra["null_p"] == pytest.approx(1 / 2001)
    assert rank_change(said, -said, list(range(40)), seed=1).value == pytest.approx(100 * 20 / 39)


def test_ranks_need_no_common_metric() -> None:
    found = rank_change(SAID, DONE / 7 - 900, PERSONS, seed=1)
    assert found == rank_change(SAID, DONE, PERSONS, seed=1)


@pytest.mark.parametrize("gap", [absolute_gap, rank_change])
def test_poles_alone_make_no_agreement(gap: Callable[..., Estimate]) -> None:
    """Within the poles nothing ties the two together: without them, the assigned pole would pass for consistency."""
    random, high = np.random.default_rng(2), np.repeat([0, 60], 20)
    call = {"person": list(range(40)), "seed": 1, "resamples": 50, "permutations": 200}
    overall, within = [], []
    for said, done in high + random.uniform(0, 40, (40, 2, 40)):
        overall.append(gap(said, done, **call).extra["null_p"])
        found = gap(said, done, poles=dict(enumerate(high)), **call)
        within.append(found.extra["null_p"])
    assert max(overall) < 0.01 and np.mean(np.array(within) < 0.05) < 0.15
    assert found.extra["null_unit"] == "persons within assigned pole" and found.method.endswith("within strata")


@pytest.mark.parametrize("name", GAPS)
def test_repeats_of_a_person_are_averaged_and_never_another_person(name: str) -> None:
    once = GAPS[name](SAID, DONE, PERSONS, seed=1)
    spread = np.tile([-3.0, 0.0, 3.0], len(SAID))
    said = np.repeat(np.clip(SAID, 3, 97), 3)
    twice = GAPS[name](said + spread, np.repeat(DONE, 3), np.repeat(PERSONS, 3), seed=1)
    alone = GAPS[name](np.clip(SAID, 3, 97), DONE, PERSONS, seed=1)
    assert (twice.value, twice.low, twice.high) == pytest.approx((alone.value, alone.low, alone.high))
    assert (twice.n_persons, twice.n_replications, once.n_replications) == (len(SAID), 3, 1)


@pytest.mark.parametrize("name", GAPS)
def test_the_order_of_rows_changes_nothing(name: str) -> None:
    order = np.random.default_rng(1).permutation(len(SAID))
    poles = {each: int(each[1:]) % 2 for each in PERSONS}
    found = GAPS[name](SAID[order], DONE[order], [PERSONS[each] for each in order], poles=poles, seed=1)
    there = GAPS[name](SAID, DONE, PERSONS, poles=poles, seed=1)
    assert (found.value, found.low, found.high) == pytest.approx((there.value, there.low, there.high))
    assert found.extra.get("null_low") == there.extra.get("null_low")


@pytest.mark.parametrize("name", GAPS)
def test_rows_without_both_scores_are_left_out_and_counted(name: str) -> None:
    done = DONE.copy()
    done[[1, 4]] = np.nan
    found = GAPS[name](SAID, done, PERSONS, seed=1)
    kept = np.isfinite(done)
    there = GAPS[name](SAID[kept], DONE[kept], np.array(PERSONS)[kept], seed=1)
    assert (found.value, found.n_persons) == (there.value, len(SAID) - 2)
    assert (found.extra["n_left_out"], found.extra["n_rows"]) == (2, len(SAID) - 2)


def test_few_or_equal_persons_have_a_reason_instead_of_an_interval() -> None:
    for gap in (level_gap, absolute_gap):
        assert gap([], [], [], seed=1).note == "too_few_persons"
        few = gap([10, 20], [15, 20], ["a", "b"], seed=1)
        assert (few.value, few.note, math.isnan(few.low)) == (2.5, "too_few_persons", True)
        equal = gap([10, 20, 30], [15, 25, 35], list("abc"), seed=1)
        assert (equal.value, equal.note, math.isnan(equal.low)) == (5, "equal_in_all_persons", True)
        assert verdict(equal) == verdict(few) == "cannot be told"
    assert rank_change([1, 2], [1, 2], list("ab"), seed=1).note == "too_few_persons"
    assert rank_change([1, 2, 3], [4, 4, 4], list("abc"), seed=1).note == "constant_scores"
    assert math.isnan(rank_change([np.nan] * 3, [1, 2, 3], list("abc"), seed=1).value)


def test_means_that_differ_by_rounding_are_one_rank() -> None:
    near = np.array([0.1 + 0.2, 0.3, 0.5])
    assert rank_change(near, [1, 1, 2], list("abc"), seed=1).value == 0
    assert rank_change([0.1 + 0.2, 0.3, 0.3], [1, 2, 3], list("abc"), seed=1).note == "constant_scores"


def test_a_null_needs_two_persons_of_one_pole() -> None:
    alone = absolute_gap([10], [20], ["a"], seed=1).extra
    assert alone["null_note"] == "one_person" and math.isnan(alone["null_p"])
    single = absolute_gap([10, 20, 30], [20, 20, 20], list("abc"), poles=dict(zip("abc", "xyz", strict=True)), seed=1)
    assert single.extra["null_note"] == "one_person_per_pole" and math.isnan(single.low) and single.value == 20 / 3


def test_persons_are_exchanged_within_their_pole_alone() -> None:
    poles = np.array(list("aabbbc"))
    orders = exchanges(6, list(poles), seed=1, permutations=500)
    assert (poles[orders] == poles).all() and (np.sort(orders, axis=1) == np.arange(6)).all()
    assert (orders[:, 5] == 5).all() and len(np.unique(orders, axis=0)) == 2 * 6


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-10, 10, "agrees"),
        (1, 9, "agrees"),
        (1, 10.5, "diverges upward"),
        (12, 30, "diverges upward"),
        (-30, -12, "diverges downward"),
        (-11, -0.1, "diverges downward"),
        (0, 30, "cannot be told"),
        (-4, 30, "cannot be told"),
        (-30, 30, "cannot be told"),
        (math.nan, math.nan, "cannot be told"),
    ],
)
def test_a_verdict_comes_from_the_whole_interval(low: float, high: float, said: str) -> None:
    assert verdict(Estimate((low + high) / 2, low, high)) == said


def test_a_verdict_needs_a_value_and_a_margin() -> None:
    assert verdict(undefined("too_few_persons")) == "cannot be told"
    assert verdict(Estimate(2, -3, 7), margin=5) == "cannot be told"
    with pytest.raises(ValueError, match="margin: -1"):
        verdict(Estimate(2, -3, 7), margin=-1)


def test_wrong_calls_are_named() -> None:
    with pytest.raises(ValueError, match="2 said, 3 done, 3 persons"):
        level_gap([1, 2], [1, 2, 3], list("abc"), seed=1)
    with pytest.raises(ValueError, match=r"done: row 1 has 101; POMP is from 0 to 100"):
        absolute_gap([1, 2], [1, 101], list("ab"), seed=1)
    with pytest.raises(ValueError, match="poles: person 'b' has none"):
        rank_change([1, 2, 3], [1, 2, 4], list("abc"), poles={"a": 1, "c": 1}, seed=1)
    with pytest.raises(ValueError, match="person: row 1 has none"):
        level_gap([1, 2], [1, 2], ["a", None], seed=1)
    with pytest.raises(ValueError, match="permutations: 0"):
        absolute_gap([1, 2], [1, 2], list("ab"), seed=1, permutations=0)
