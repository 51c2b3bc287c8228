"""Profiles of subjects: values by hand, identical profiles, and intervals that hold what they promise."""

import math

import numpy as np
import pytest
from pandas import DataFrame

from psychometrics.subject_profiles import profile_consistency, profile_fairness, profile_robustness

NAN = math.nan


def runs(seed: int, n: int = 15, *, shift: float = 0.0, sd: float = 6.0) -> DataFrame:
    random = np.random.default_rng(seed)
    return DataFrame(random.normal([45 + shift, 50, 55, 40], sd, (n, 4)), columns=list("EANC"))


def test_identical_profiles_give_one_three_times() -> None:
    same = DataFrame({"E": [62.5] * 15, "N": [12.5] * 15})
    found = [
        profile_consistency(same, seed=1),
        profile_robustness(same, same, seed=1),
        profile_fairness(same, same, seed=1),
    ]
    assert [each.value for each in found] == [1, 1, 1]
    # copies tell nothing of what another run would give
    assert all(each.note == "identical_runs" and math.isnan(each.low) for each in found)


def test_consistency_is_that_computed_by_hand() -> None:
    # mean (43, 54); the runs lie (3, 4) from it, so 5 each: 100 / 105
    two = DataFrame({"E": [40.0, 46.0], "N": [58.0, 50.0]})
    assert profile_consistency(two, seed=1).value == pytest.approx(100 / 105)
    # mean (20, 20); distances 10, 10 and 0
    three = DataFrame({"E": [20.0, 20.0, 20.0], "N": [10.0, 30.0, 20.0]})
    found = profile_consistency(three, seed=1)
    assert found.value == pytest.approx(100 / (100 + 20 / 3)) and found.extra["distance"] == pytest.approx(20 / 3)


def test_robustness_and_fairness_are_those_computed_by_hand() -> None:
    # means (43, 54) and (49, 46): distance 10
    one = DataFrame({"E": [40.0, 46.0], "N": [58.0, 50.0]})
    other = DataFrame({"E": [50.0, 47.0, 50.0], "N": [46.0, 44.0, 48.0]})
    robustness, fairness = profile_robustness(one, other, seed=1), profile_fairness(one, other, seed=1)
    assert robustness.value == fairness.value == pytest.approx(100 / 110)
    assert (robustness.n_persons, fairness.n_persons) == (1, 2)
    assert (robustness.extra["n_first"], robustness.extra["n_second"], robustness.n_replications) == (2, 3, None)


def test_the_constant_is_the_distance_of_one_half() -> None:
    one, other = DataFrame({"E": [40.0, 46.0], "N": [58.0, 50.0]}), DataFrame({"E": [49.0], "N": [46.0]})
    found = profile_fairness(one, other, a=10, seed=1)
    assert found.value == pytest.approx(0.5) and found.extra["a"] == 10
    for a in (0, -1, NAN):
        with pytest.raises(ValueError, match="a: "):
            profile_consistency(one, a=a, seed=1)


def test_the_interval_of_consistency_covers_what_many_runs_give() -> None:
    truth = profile_consistency(runs(0, 1500), seed=1, resamples=1).value
    found = [profile_consistency(runs(seed, 15), seed=1, resamples=400) for seed in range(1, 151)]
    covered = np.mean([each.low <= truth <= each.high for each in found])
    assert covered >= 0.88  # 95 % less what is lost with 15 runs
    assert np.mean([each.low < each.value < each.high for each in found]) > 0.99


@pytest.mark.parametrize("shift", [0.0, 2.0, 20.0])
def test_the_interval_of_robustness_covers_the_truth_also_where_nothing_differs(shift: float) -> None:
    truth = 100 / (100 + shift)
    found = [
        profile_robustness(runs(seed), runs(seed + 1000, shift=shift), seed=1, resamples=400, permutations=1)
        for seed in range(1, 151)
    ]
    assert np.mean([each.low <= truth <= each.high for each in found]) >= 0.94
    assert all(each.low < each.value < each.high <= 1 for each in found)


def test_order_that_does_nothing_is_like_runs_exchanged() -> None:
    p = [
        profile_robustness(runs(seed), runs(seed + 500), seed=1, resamples=1, permutations=400).extra["null_p"]
        for seed in range(1, 101)
    ]
    assert 0.01 <= np.mean(np.array(p) <= 0.1) <= 0.2
    moved = profile_robustness(runs(1), runs(2, shift=20), seed=1)
    assert moved.extra["null_p"] < 0.01 and moved.value < moved.extra["null_mean"]


def test_order_of_runs_and_traits_does_not_matter() -> None:
    one, other = runs(1), runs(2, 9, shift=10)
    assert profile_fairness(one, other[list("CNAE")], seed=1) == profile_fairness(one, other, seed=1)
    mixed = one.sample(frac=1, random_state=1)
    assert profile_consistency(mixed, seed=1).value == pytest.approx(profile_consistency(one, seed=1).value)
    assert profile_fairness(one, other, seed=1).value == pytest.approx(profile_fairness(other, mixed, seed=1).value)


def test_a_run_without_all_traits_is_left_out_and_counted() -> None:
    gap = runs(1)
    gap.loc[3, "A"] = NAN
    found = profile_consistency(gap, seed=1)
    assert (found.n_replications, found.extra["n_left_out"]) == (14, 1)
    assert found.value == profile_consistency(gap.drop(index=3), seed=1).value
    nothing = profile_robustness(gap * NAN, gap, seed=1)
    assert (nothing.note, nothing.extra["n_left_out"]) == ("no_runs", 16)


def test_one_run_is_not_consistent_with_itself() -> None:
    assert profile_consistency(runs(1, 1), seed=1).note == "too_few_runs"
    assert math.isnan(profile_consistency(runs(1, 0), seed=1).value)
    found = profile_robustness(runs(1, 1), runs(2), seed=1)
    assert found.estimable and found.note == "too_few_runs" and math.isnan(found.low)


def test_wrong_calls_are_named() -> None:
    with pytest.raises(ValueError, match="profiles are in percent"):
        profile_consistency(DataFrame({"E": [50.0, 101.0]}), seed=1)
    with pytest.raises(ValueError, match="the same are needed"):
        profile_fairness(runs(1), runs(2)[["E", "A"]], seed=1)
    with pytest.raises(ValueError, match="no trait"):
        profile_consistency(DataFrame(index=[0, 1]), seed=1)
