"""Streaks and styles over turns: published and hand-computed values, and turns that have no direction."""

import math

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame

from psychometrics.turns import behaviour_chains, style_stability


def chain(kept: list[float], person: str = "p", number: int = 1) -> DataFrame:
    return DataFrame({"person": person, "chain": number, "step": range(len(kept)), "kept": kept})


def turns(persons: int = 6, length: int = 8, seed: int = 1, keep: float = 0.0) -> DataFrame:
    """Turns whose style carries over from the one before by `keep`."""
    random = np.random.default_rng(seed)
    style = random.normal(size=(persons, length, 3))
    for turn in range(1, length):
        style[:, turn] = keep * style[:, turn - 1] + math.sqrt(1 - keep**2) * style[:, turn]
    cells = [(p, 1, t) for p in range(persons) for t in range(length)]
    table = DataFrame(cells, columns=["person", "conversation", "turn"])
    return table.assign(**{name: style.reshape(-1, 3)[:, at] for at, name in enumerate("abc")})


# ---- chains


@pytest.mark.parametrize(
    ("kept", "score"),
    # the first two of BehaviorChain; the others by hand
    [
        ([1, 1, 0, 1], 0.40),
        ([1, 0, 1, 0], 0.20),
        ([1, 1, 1], 1.0),
        ([0, 0], 0.0),
        ([0, 1, 1, 1], 0.6),
        ([1], 1.0),
    ],
)
def test_running_streaks_add_up(kept: list[float], score: float) -> None:
    assert behaviour_chains(chain(kept), seed=1).value == pytest.approx(score)


def test_a_streak_ends_with_its_chain() -> None:
    table = pd.concat([chain([1, 1], number=1), chain([1, 0], number=2), chain([1, 1], "q", 2)])
    # p: (3 + 1) / 3 / 2; q: 1
    assert behaviour_chains(table, seed=1).value == pytest.approx((2 / 3 + 1) / 2)


def test_streaks_count_as_one_step_after_the_other() -> None:
    random = np.random.default_rng(4)
    chains = [random.integers(0, 2, size).tolist() for size in random.integers(1, 12, 9)]
    expected = []
    for kept in chains:
        run = total = 0
        for each in kept:
            run = run + 1 if each else 0
            total += run
        expected.append(total / (len(kept) * (len(kept) + 1) / 2))
    table = pd.concat([chain(kept, f"p{at}") for at, kept in enumerate(chains)])
    found = behaviour_chains(table.sample(frac=1, random_state=1), seed=1)
    assert found.value == pytest.approx(np.mean(expected))
    assert found.low < found.value < found.high and found.n_persons == 9


def test_chains_depend_on_the_order_that_the_share_forgets() -> None:
    late, amid = (behaviour_chains(chain(each), seed=1) for each in ([1, 1, 1, 0], [1, 0, 1, 1]))
    assert late.extra["share_kept"] == amid.extra["share_kept"] == 0.75
    assert late.value > amid.value


def test_a_chain_with_an_unusable_step_is_left_out() -> None:
    found = behaviour_chains(pd.concat([chain([1, math.nan, 1]), chain([1, 0, 1, 0], number=2)]), seed=1)
    assert found.value == pytest.approx(0.2)
    assert (found.extra["n_chains"], found.extra["n_left_out"], found.extra["share_kept"]) == (1, 1, 0.5)
    silent = behaviour_chains(chain([math.nan]), seed=1)
    assert math.isnan(silent.value) and silent.note == "no_answers"
    assert behaviour_chains(chain([]), seed=1).note == "too_few_persons"


def test_a_step_of_two_kinds_or_a_half_kept_one_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        behaviour_chains(pd.concat([chain([1]), chain([0])]), seed=1)
    with pytest.raises(ValueError, match=r"kept: 0\.5; allowed are 1"):
        behaviour_chains(chain([0.5]), seed=1)


# ---- style


def test_consecutive_cosines_are_those_of_the_definition() -> None:
    table = turns()
    x = table[list("abc")].to_numpy()
    z = ((x - x.mean(axis=0)) / x.std(axis=0)).reshape(6, 8, 3)
    a, b = z[:, :-1], z[:, 1:]
    cosine = (a * b).sum(axis=2) / np.linalg.norm(a, axis=2) / np.linalg.norm(b, axis=2)
    found = style_stability(table, list("abc"), seed=1)
    assert found.value == pytest.approx(cosine.mean())
    assert found.low < found.value < found.high and found.extra["n_pairs"] == 42


def test_a_style_that_stays_is_found_and_one_that_does_not_is_near_zero() -> None:
    assert style_stability(turns(40, 20, keep=0.9), list("abc"), seed=1).value > 0.6
    assert abs(style_stability(turns(40, 20), list("abc"), seed=1).value) < 0.08


def test_units_and_the_order_of_rows_and_features_do_not_matter() -> None:
    table = turns(keep=0.5)
    other = table.assign(a=table["a"] * 1000 + 7).sample(frac=1, random_state=1)
    one, same = style_stability(table, list("abc"), seed=1), style_stability(other, list("cab"), seed=1)
    assert (same.value, same.low, same.high) == pytest.approx((one.value, one.low, one.high))


def test_the_order_of_turns_matters() -> None:
    table = turns(keep=0.9)
    dealt = table.assign(turn=table["turn"].map(dict(enumerate([0, 4, 1, 5, 2, 6, 3, 7]))))
    assert style_stability(dealt, list("abc"), seed=1).value < style_stability(table, list("abc"), seed=1).value - 0.1


def test_a_turn_of_average_style_has_no_cosine() -> None:
    reference = DataFrame({"a": [0.0, 2.0], "b": [0.0, 2.0]})
    table = DataFrame({"person": "p", "conversation": 1, "turn": [1, 2, 3, 4], "a": [2, 2, 1, 2], "b": [2, 2, 1, 0]})
    found = style_stability(table, ["a", "b"], reference=reference, seed=1)
    assert found.value == pytest.approx(1)  # of turns 1 and 2 alone
    assert (found.extra["n_pairs"], found.extra["n_refused"]) == (1, 2) and found.has("zero_norm")
    none = style_stability(table.assign(a=1, b=1), ["a", "b"], reference=reference, seed=1)
    assert math.isnan(none.value) and none.note == "zero_norm"


def test_the_tolerance_decides_which_norm_is_none() -> None:
    reference = DataFrame({"a": [0.0, 2.0], "b": [0.0, 2.0]})
    table = DataFrame({"person": "p", "conversation": 1, "turn": [1, 2], "a": [1.01, 2], "b": [1.01, 2]})
    assert style_stability(table, ["a", "b"], reference=reference, seed=1).value == pytest.approx(1)
    assert style_stability(table, ["a", "b"], reference=reference, tolerance=0.1, seed=1).note == "zero_norm"
    with pytest.raises(ValueError, match="tolerance: 0; it must be above 0"):
        style_stability(table, ["a", "b"], tolerance=0, seed=1)


def test_a_feature_that_never_varies_is_left_out_and_named() -> None:
    table = turns()
    found = style_stability(table.assign(c=0.1), list("abc"), seed=1)
    assert found.has("constant_features") and "c left out" in found.warnings[-1]
    assert found.value == pytest.approx(style_stability(table, ["a", "b"], seed=1).value)
    assert style_stability(table.assign(a=1), ["a"], seed=1).note == "constant_features"


def test_turns_of_two_conversations_and_incomplete_ones_make_no_pair() -> None:
    table = turns(persons=2, length=2).assign(conversation=[1, 2, 1, 1])
    assert style_stability(table, ["a", "b"], seed=1).extra["n_pairs"] == 1
    apart = style_stability(table.assign(conversation=[1, 2, 1, 2]), ["a", "b"], seed=1)
    assert math.isnan(apart.value) and apart.note == "no_pairs"
    gap = turns(persons=1, length=4)
    found = style_stability(gap.assign(a=gap["a"].mask(gap["turn"] == 3)), ["a", "b"], seed=1)
    assert (found.extra["n_pairs"], found.extra["n_incomplete"]) == (2, 1)
    with pytest.raises(ValueError, match="a list of column names is needed"):
        style_stability(gap, "ab", seed=1)
