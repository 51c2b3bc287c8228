"""Rank correlations: rho as scipy has it, p as all permutations have it, Holm over the table, and what is undefined."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame
from scipy import stats

from psychometrics.rank_correlations import rank_correlations

NAN = math.nan
SIX = {"anger": [1.0, 2.0, 3.0, 5.0, 4.0, 7.0], "N": [-1.0, -1.0, 1.0, -1.0, 1.0, 1.0]}


def one(x: list[float], y: list[float], **told: int) -> pd.Series:
    """The row of one feature and one level."""
    return rank_correlations(DataFrame({"x": x}), DataFrame({"y": y}), **{"seed": 1, "permutations": 200, **told}).iloc[
        0
    ]


def drawn(persons: int = 40, seed: int = 3) -> tuple[DataFrame, DataFrame]:
    """Three features and two levels, with ties everywhere; the first feature follows the first level."""
    random = np.random.default_rng(seed)
    poles = random.choice([-1.0, 1.0], (persons, 2))
    noise = random.normal(0, 1, (persons, 3))
    noise[:, 0] += poles[:, 0]
    return DataFrame(noise.round(), columns=["a", "b", "c"]), DataFrame(poles, columns=["E", "N"])


def test_rho_is_that_of_scipy_with_ties() -> None:
    features, levels = drawn()
    found = rank_correlations(features, levels, seed=1, permutations=10).set_index(["feature", "level"])["rho"]
    for feature, level in itertools.product(features, levels):
        assert found[feature, level] == pytest.approx(stats.spearmanr(features[feature], levels[level]).statistic)


def test_persons_without_a_number_are_left_out_of_their_pairs_alone() -> None:
    features, levels = drawn()
    features.loc[[0, 7, 8], "a"] = NAN
    levels.loc[[8, 30], "N"] = NAN
    found = rank_correlations(features, levels, seed=1, permutations=10).set_index(["feature", "level"])
    for feature, level in itertools.product(features, levels):
        told = stats.spearmanr(features[feature], levels[level], nan_policy="omit").statistic
        assert found.loc[(feature, level), "rho"] == pytest.approx(told)
    assert found["n_persons"].to_dict() == {
        ("a", "E"): 37, ("a", "N"): 36, ("b", "E"): 40, ("b", "N"): 38, ("c", "E"): 40, ("c", "N"): 38
    }  # fmt: skip


@pytest.mark.parametrize("also", [[], [(NAN, 1.0), (2.0, NAN)]])
def test_p_is_near_that_of_all_720_orders_of_six_persons(also: list[tuple[float, float]]) -> None:
    x, y = np.array(SIX["anger"]), np.array(SIX["N"])
    ranks, seen = stats.rankdata(x), abs(stats.spearmanr(x, y).statistic)
    every = [abs(np.corrcoef(ranks, stats.rankdata(order))[0, 1]) for order in itertools.permutations(y)]
    exact = float(np.mean(np.array(every) >= seen - 1e-9))
    given = [*zip(x, y, strict=True), *also]
    draws = 40_000
    found = one([each for each, _ in given], [each for _, each in given], permutations=draws)
    assert found["n_persons"] == 6 and 0.1 < exact < 0.5
    assert found["p"] == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / draws))


def test_no_p_is_zero() -> None:
    found = one(list(range(30)), list(range(30)), permutations=99)
    assert found["p"] == pytest.approx(1 / 100)


def test_p_below_a_level_is_as_rare_as_the_level_where_nothing_goes_together() -> None:
    random = np.random.default_rng(5)
    features = DataFrame(random.normal(0, 1, (24, 400)))
    levels = DataFrame({"E": np.tile([-1.0, 1.0], 12)})
    p = rank_correlations(features, levels, seed=2, permutations=500)["p"]
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=0.035) and p.mean() == pytest.approx(0.5, abs=0.05)


def test_holm_is_over_all_pairs_that_could_be_tested() -> None:
    features, levels = drawn()
    found = rank_correlations(features.assign(flat=1.0), levels, seed=1, permutations=500)
    tested = found.dropna(subset="p").sort_values("p")
    by_hand = np.minimum(1, np.maximum.accumulate(tested["p"].to_numpy() * np.arange(len(tested), 0, -1)))
    assert len(tested) == 6 and tested["p_holm"].to_numpy() == pytest.approx(by_hand)
    assert found.loc[found["feature"] == "flat", "p_holm"].isna().all()
    best = found.set_index(["feature", "level"]).loc[("a", "E")]
    assert best["rho"] > 0.4 and best["p_holm"] < 0.05


def test_the_interval_is_fishers_with_the_error_of_bonett_and_wright() -> None:
    features, levels = drawn()
    found = rank_correlations(features, levels, seed=1, permutations=10, confidence=0.9).iloc[0]
    reach = 1.6448536269514722 * math.sqrt((1 + found["rho"] ** 2 / 2) / 37)
    assert math.atanh(found["high"]) - math.atanh(found["rho"]) == pytest.approx(reach)
    assert math.atanh(found["rho"]) - math.atanh(found["low"]) == pytest.approx(reach)


def test_a_monotone_change_of_units_changes_nothing() -> None:
    features, levels = drawn()
    as_given = rank_correlations(features, levels, seed=1, permutations=300)
    changed = rank_correlations(np.exp(features) * 7 - 2, levels * 10 + 3, seed=1, permutations=300)
    pd.testing.assert_frame_equal(as_given, changed)


def test_turned_levels_turn_rho_and_interval_and_leave_p() -> None:
    features, levels = drawn()
    as_given = rank_correlations(features, levels, seed=1, permutations=300)
    turned = rank_correlations(features, -levels, seed=1, permutations=300)
    assert turned["rho"].to_numpy() == pytest.approx(-as_given["rho"].to_numpy())
    assert turned["low"].to_numpy() == pytest.approx(-as_given["high"].to_numpy())
    assert turned["p"].to_list() == as_given["p"].to_list()


def test_the_order_of_persons_changes_no_rho_and_a_seed_gives_the_same_p() -> None:
    features, levels = drawn()
    order = np.random.default_rng(0).permutation(len(features))
    first, again = (rank_correlations(features, levels, seed=4, permutations=2000) for _ in range(2))
    moved = rank_correlations(features.iloc[order], levels.iloc[order], seed=4, permutations=2000)
    pd.testing.assert_frame_equal(first, again)
    assert moved["rho"].to_numpy() == pytest.approx(first["rho"].to_numpy())
    assert moved["p"].to_numpy() == pytest.approx(first["p"].to_numpy(), abs=0.05)


@pytest.mark.parametrize(
    ("x", "y", "n", "note"),
    [
        ([1, 2, 3, NAN, 5], [1, 2, 3, 4, NAN], 3, "too_few_persons"),
        ([], [], 0, "too_few_persons"),
        ([2, 2, 2, 2, 9], [1, 2, 3, 4, NAN], 4, "constant_scores"),
        ([1, 2, 3, 4], [-1, -1, -1, -1], 4, "constant_scores"),
    ],
)
def test_what_is_undefined_is_nan_with_its_reason(x: list[float], y: list[float], n: int, note: str) -> None:
    found = one(x, y)
    assert (found["n_persons"], found["note"]) == (n, note)
    assert found[["rho", "low", "high", "p", "p_holm"]].isna().all()


def test_a_perfect_correlation_has_a_p_and_no_interval() -> None:
    found = one([1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], permutations=5000)
    assert (found["rho"], found["note"]) == (pytest.approx(-1), "perfect_correlation")
    assert np.isnan([found["low"], found["high"]]).all() and found["p"] == pytest.approx(2 / 720, abs=0.003)


def test_nothing_to_correlate_is_an_empty_table_and_sides_of_two_lengths_a_mistake() -> None:
    features, levels = drawn()
    found = rank_correlations(features[[]], levels, seed=1)
    assert found.empty and "p_holm" in found.columns
    with pytest.raises(ValueError, match="39 persons; features: 40"):
        rank_correlations(features, levels.iloc[1:], seed=1)
