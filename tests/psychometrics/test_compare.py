"""Effects of assigned poles and levels, and changes of the same persons."""

import math

import numpy as np
import pytest
from scipy import stats

from psychometrics import (
    assigned_effect,
    graded_effect,
    mean_over_persons,
    on_rows,
    paired_effect,
    persona_bootstrap,
    two_group_effect,
)
from psychometrics.compare import _noncentralities

RANDOM = np.random.default_rng(11)
HIGH, LOW = RANDOM.normal(4, 0.5, 16), RANDOM.normal(3, 0.5, 16)
SCORES, POLES = np.concatenate([HIGH, LOW]), np.repeat([1, -1], 16)


def repeated(times: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    noise = np.random.default_rng(5).normal(0, 0.3, 32 * times)
    return np.repeat(SCORES, times) + noise, np.repeat(POLES, times), np.repeat(np.arange(32), times)


def test_d_is_the_difference_in_pooled_sds_of_either_kind() -> None:
    pooled = math.sqrt((HIGH.var(ddof=1) + LOW.var(ddof=1)) / 2)
    sample, population = (assigned_effect(SCORES, POLES, ddof=each) for each in (1, 0))
    assert sample.value == pytest.approx((HIGH.mean() - LOW.mean()) / pooled)
    assert population.value == pytest.approx(sample.value * math.sqrt(32 / 30))
    assert "ddof 1" in sample.extra["sd_kind"]
    assert "ddof 0" in population.extra["sd_kind"]
    assert sample.extra["d_ddof0"] == population.value


def test_exchanging_the_poles_turns_the_sign() -> None:
    plain, turned = assigned_effect(SCORES, POLES), assigned_effect(SCORES, -POLES)
    assert turned.value == pytest.approx(-plain.value)
    assert (turned.low, turned.high) == pytest.approx((-plain.high, -plain.low))


def test_independent_persons_get_a_noncentral_t_interval() -> None:
    effect = assigned_effect(SCORES, POLES, [f"p{i}" for i in range(32)])
    assert effect.method == "noncentral t"
    assert effect.low < effect.value < effect.high


def test_repeated_personas_get_a_bootstrap_and_are_counted_once() -> None:
    scores, poles, persona = repeated(10)
    effect = assigned_effect(scores, poles, persona, seed=1)
    assert effect.method == "persona bootstrap, expanded percentile within strata"
    assert (effect.n_persons, effect.n_replications, effect.extra["n_rows"]) == (32, 10, 320)
    naive = assigned_effect(scores, poles)
    assert effect.value == pytest.approx(naive.value)
    assert effect.high - effect.low > 1.5 * (naive.high - naive.low)


def test_copies_of_rows_do_not_narrow_the_interval() -> None:
    few = assigned_effect(np.repeat(SCORES, 2), np.repeat(POLES, 2), np.repeat(np.arange(32), 2), seed=1, ddof=0)
    many = assigned_effect(np.repeat(SCORES, 50), np.repeat(POLES, 50), np.repeat(np.arange(32), 50), seed=1, ddof=0)
    assert (few.low, few.high) == pytest.approx((many.low, many.high))


@pytest.mark.parametrize(
    ("scores", "poles", "note"),
    [
        ([1, 2, 3], [1, 1, 1], "one_pole_missing"),
        ([1, 2, 3], [1, 1, -1], "too_few_per_pole"),
        ([3, 3, 3, 3], [1, 1, -1, -1], "zero_variance"),
        ([5, 5, 1, 1], [1, 1, -1, -1], "zero_variance"),
        ([math.nan, 2, 3, 4], [1, 1, -1, -1], "too_few_per_pole"),
        ([], [], "one_pole_missing"),
    ],
)
def test_what_cannot_be_compared_is_not_estimable(scores: list[float], poles: list[int], note: str) -> None:
    effect = assigned_effect(scores, poles)
    assert math.isnan(effect.value)
    assert effect.note == note


def test_many_repeats_of_one_persona_a_pole_are_too_few() -> None:
    effect = assigned_effect(RANDOM.normal(size=20), [1, -1] * 10, ["high", "low"] * 10)
    assert effect.note == "too_few_per_pole"
    assert effect.n_persons == 2


def test_repeats_without_spread_are_not_estimable() -> None:
    effect = assigned_effect([5.0] * 4 + [1.0] * 4, [1] * 4 + [-1] * 4, list("aabbccdd"))
    assert effect.note == "zero_variance"
    assert effect.extra["mean_difference"] == 4


def test_resamples_without_spread_in_either_pole_are_not_estimable() -> None:
    scores = np.repeat([4.51, 3.83, 4.17, 2.03, 2.91, 2.26], 2)  # copies: one persona a pole has no spread
    effect = assigned_effect(scores, [1] * 6 + [-1] * 6, np.repeat(list("abcdef"), 2), seed=1)
    assert any(each.startswith("undefined_resamples") for each in effect.warnings)
    assert effect.high < 100


def test_personas_without_a_pole_are_left_out() -> None:
    effect = assigned_effect([*SCORES, 1, 2], [*POLES, 0, math.nan])
    assert effect.value == pytest.approx(assigned_effect(SCORES, POLES).value)
    assert effect.extra["n_left_out"] == 2


def test_a_pole_is_1_or_minus_1() -> None:
    with pytest.raises(ValueError, match="assigned: 2; allowed are 1"):
        assigned_effect([1, 2], [2, 1])


def test_a_persona_has_one_pole() -> None:
    with pytest.raises(ValueError, match="every persona must have one"):
        assigned_effect([1, 2, 3, 4], [1, -1, 1, -1], list("aabb"))


@pytest.mark.parametrize(
    ("t", "df"), [(4.84, 30), (-4.84, 30), (69.6, 318), (0.0, 4), (100.0, 60), (5.0, 2), (50.0, 3)]
)
def test_noncentralities_put_t_at_both_tails(t: float, df: float) -> None:
    low, high = _noncentralities(t, df, 0.95)
    assert stats.nct.cdf(t, df, low) == pytest.approx(0.975, abs=1e-5)
    assert stats.nct.cdf(t, df, high) == pytest.approx(0.025, abs=1e-5)


def test_the_interval_goes_on_smoothly_where_scipy_loses_its_digits() -> None:
    for df in (2, 30, 3000):
        below, above = _noncentralities(999.9, df, 0.95), _noncentralities(1000.1, df, 0.95)
        assert below == pytest.approx(above, rel=1e-3)


def test_noncentral_t_covers_the_true_d() -> None:
    random = np.random.default_rng(3)
    covered = 0
    for _ in range(300):
        effect = two_group_effect(random.normal(0.8, 1, 12), random.normal(0, 1, 15))
        covered += effect.low <= 0.8 <= effect.high
    assert 0.91 <= covered / 300 <= 0.985


def test_a_paired_change_is_judged_against_the_spread_of_the_changes() -> None:
    before = RANDOM.normal(3, 1, 20)
    after = before + 0.3 + RANDOM.normal(0, 0.2, 20)
    effect = paired_effect(before, after)
    t = stats.ttest_rel(after, before)
    interval = t.confidence_interval(0.95)
    assert effect.extra["t"] == pytest.approx(t.statistic)
    assert effect.extra["p"] == pytest.approx(t.pvalue)
    assert effect.extra["mean_shift_low"] == pytest.approx(interval.low)
    assert effect.value > 3 * effect.extra["d_av"]


def test_persons_without_both_times_are_left_out() -> None:
    assert paired_effect([1, 2, 3, 4, None], [2, 2, 5, None, 3]).n_persons == 3


def test_changes_that_are_all_alike_have_no_d() -> None:
    effect = paired_effect([1, 2, 3], [2, 3, 4])
    assert effect.note == "zero_variance"
    assert effect.extra["mean_shift"] == 1


def test_the_mean_of_two_persons_has_no_interval() -> None:
    mean = mean_over_persons([1, 3])
    assert (mean.value, mean.note) == (2, "too_few_persons")
    assert math.isnan(mean.low)
    assert not mean_over_persons([]).estimable


# ---- levels


def test_rho_is_spearmans_with_ties() -> None:
    levels, scores = RANDOM.integers(1, 10, 60), np.round(RANDOM.normal(size=60), 1)
    assert graded_effect(levels, scores, seed=1).value == pytest.approx(stats.spearmanr(levels, scores).statistic)


def test_the_fast_bootstrap_of_rho_draws_what_gathering_the_rows_draws() -> None:
    person = np.repeat(np.arange(18), 3)
    levels, scores = np.repeat(np.arange(18) % 6, 3), np.round(np.random.default_rng(2).normal(size=54), 1)
    scores += 0.2 * levels
    tied = np.round(scores, 1)  # 0.1 + 0.2 shares a rank with 0.3
    fast = graded_effect(levels, scores, person, seed=4, resamples=80)
    slow = persona_bootstrap(
        on_rows(lambda rows, _: float(stats.spearmanr(levels[rows], tied[rows]).statistic), person),
        18,
        seed=4,
        resamples=80,
        strata=list(np.arange(18) % 6),
    )
    assert (fast.low, fast.high) == pytest.approx((slow.low, slow.high))


def test_levels_of_one_persona_each_are_drawn_freely() -> None:
    effect = graded_effect(range(1, 10), [1, 2, 2, 3, 5, 4, 6, 8, 7], seed=1)
    assert effect.method == "persona bootstrap, expanded percentile"
    assert effect.low < effect.value


@pytest.mark.parametrize(
    ("levels", "scores", "note"),
    [
        ([1, 2], [3, 4], "too_few_persons"),
        ([2, 2, 2, 2], [1, 2, 3, 4], "one_level"),
        ([1, 2, 3, 4], [3, 3, 3, 3], "zero_variance"),
    ],
)
def test_levels_that_cannot_be_ordered_are_not_estimable(levels: list[int], scores: list[int], note: str) -> None:
    assert graded_effect(levels, scores).note == note


def test_repeats_of_two_personas_are_too_few() -> None:
    assert graded_effect([1, 1, 2, 2], [1, 2, 3, 4], list("aabb")).note == "too_few_persons"


@pytest.mark.parametrize("score", [4.6, 0.1 + 0.2, 1e6 / 3])
def test_poles_without_spread_are_zero_variance_whatever_the_rounding(score):
    poles = [1] * 8 + [-1] * 8
    scores = [score] * 8 + [score / 3] * 8
    assert assigned_effect(scores, poles).note == "zero_variance"
    repeated = assigned_effect(scores * 2, poles * 2, list(range(16)) * 2)
    assert repeated.note == "zero_variance"
