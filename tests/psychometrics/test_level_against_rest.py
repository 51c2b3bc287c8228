"""Levels against the rest as scipy and R compute them, and density outliers as scikit-learn finds them."""

import math

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame
from scipy import stats

from psychometrics.level_against_rest import density_outliers, level_against_rest
from psychometrics.levels import level_tests

SPACE = "two scale means, 1 to 5"


def settings(*moves: float, n: int = 60, sd: float = 0.3, seed: int = 1) -> tuple[np.ndarray, list[str]]:
    random = np.random.default_rng(seed)
    values = np.concatenate([random.normal(3 + each, sd, n) for each in moves])
    return values, [f"level {at}" for at in range(len(moves)) for _ in range(n)]


def rings(seed: int = 1) -> DataFrame:
    """Two dense clusters, one ring around the first, and strewn points."""
    random = np.random.default_rng(seed)
    turn = random.random(600) * 2 * math.pi
    ring = 1.5 * np.column_stack([np.cos(turn), np.sin(turn)]) + random.normal(0, 0.05, (600, 2))
    parts = [random.normal(0, 0.2, (200, 2)), random.normal(4, 0.2, (150, 2)), ring, random.uniform(-4, 8, (80, 2))]
    return DataFrame(np.concatenate(parts), columns=["E", "A"])


# ---- levels


def test_a_level_that_moves_is_told_from_those_that_do_not() -> None:
    values, levels = settings(0, 0.5, 0, 0)
    found = level_against_rest(values, levels).set_index("level")
    assert found["relation"].to_dict()["level 1"] == ">"
    assert found.loc["level 1", "mean_difference"] == pytest.approx(0.5, abs=0.1)
    assert (found["n"] == 60).all() and (found["n_rest"] == 180).all()
    lower, levels = settings(0, 0, 0, -0.5)
    assert level_against_rest(lower, levels)["relation"].iloc[3] == "<"
    equal, levels = settings(0, 0, 0)
    assert level_against_rest(equal, levels)["relation"].tolist() == ["="] * 3


@pytest.mark.parametrize(("sd", "test"), [(1.0, "Student"), (4.0, "Welch")])
def test_the_variance_ratio_chooses_the_test_and_scipy_agrees(sd: float, test: str) -> None:
    random = np.random.default_rng(3)
    here, rest = random.normal(3, sd, 40), random.normal(3.4, 1, 90)
    row = level_against_rest(np.concatenate([here, rest]), ["A"] * 40 + ["1"] * 50 + ["i"] * 40).iloc[0]
    ratio = here.var(ddof=1) / rest.var(ddof=1)
    assert row["ratio"] == pytest.approx(ratio)
    assert row["ratio_p"] == pytest.approx(2 * min(stats.f.cdf(ratio, 39, 89), stats.f.sf(ratio, 39, 89)))
    assert row["test"] == test and (row["ratio_p"] < 0.001) == (test == "Welch")
    expected = stats.ttest_ind(here, rest, equal_var=test == "Student")
    assert (row["t"], row["p"], row["df"]) == pytest.approx((expected.statistic, expected.pvalue, expected.df))


def test_the_test_is_that_of_r() -> None:
    # R 4.2.2: t.test(a, b, var.equal = TRUE), as in test_levels.py
    a, b = [3.1, 4.2, 3.9, 4.4, 2.7], [2.8, 3.0, 3.3, 2.6, 3.9, 3.1, 1.5]
    row = level_against_rest([*a, *b], ["a"] * 5 + ["b"] * 7).iloc[0]
    assert (row["t"], row["p"]) == pytest.approx((1.799388, 0.102154), rel=1e-5)
    assert row["relation"] == "="


def test_the_level_of_the_test_is_a_parameter() -> None:
    values, levels = settings(0, 0.15, n=30)
    p = level_against_rest(values, levels)["p"].iloc[1]
    assert 0.001 < p < 0.2
    strict, lenient = (level_against_rest(values, levels, test_level=each) for each in (p * 0.99, p * 1.01))
    assert (strict["relation"].iloc[1], lenient["relation"].iloc[1]) == ("=", ">")


def test_it_is_the_unpaired_part_of_the_level_tests() -> None:
    values, levels = settings(0, 0.3, 0.1)
    table = DataFrame({"person": range(len(values)), "level": levels, "value": values})
    columns = ["level", "n", "n_rest", "mean_difference", "relation", "test", "ratio", "ratio_p", "t", "df", "p"]
    pd.testing.assert_frame_equal(level_against_rest(values, levels)[columns], level_tests(table)[columns])


def test_rows_in_another_order_and_values_turned_round_tell_the_same() -> None:
    values, levels = settings(0, 0.5, 0)
    order = np.random.default_rng(5).permutation(len(values))
    one = level_against_rest(values, levels).set_index("level")
    other = level_against_rest(-values[order], [levels[each] for each in order]).set_index("level").loc[one.index]
    assert other["p"].to_numpy() == pytest.approx(one["p"].to_numpy())
    assert other["relation"].tolist() == [{"<": ">", ">": "<", "=": "="}[each] for each in one["relation"]]


def test_what_has_no_test_has_a_note_and_no_relation() -> None:
    one = level_against_rest([1.0, 2.0, 3.0], ["A"] * 3)
    assert one["note"].tolist() == ["one_level"] and one["relation"].tolist() == [""]
    still = level_against_rest([3.0] * 3 + [4.0] * 3, ["A"] * 3 + ["1"] * 3)
    assert still["note"].tolist() == ["zero_variance"] * 2 and still["relation"].tolist() == ["", ""]
    assert still["mean_difference"].tolist() == [-1, 1] and still["p"].isna().all()
    few = level_against_rest([3.0, 4.0, 5.0, math.nan], ["A", "1", "1", "A"])
    assert few["note"].iloc[0] == "too_few_rows" and few["n"].tolist() == [1, 2]
    assert level_against_rest([], []).empty


def test_a_missing_level_and_a_level_too_few_are_mistakes() -> None:
    with pytest.raises(ValueError, match="level: row 1 has none"):
        level_against_rest([1.0, 2.0], ["A", None])
    with pytest.raises(ValueError, match="levels: 1 given for 2 values"):
        level_against_rest([1.0, 2.0], ["A"])
    with pytest.raises(ValueError, match="test_level: 1; it lies between"):
        level_against_rest([1.0, 2.0], ["A", "B"], test_level=1)


# ---- outliers


def test_points_apart_from_two_hand_made_clusters_are_outliers() -> None:
    # a chain of steps of .3 is one cluster; .5 away is apart; the last chain is long enough by its middle point alone
    points = DataFrame({"E": [0, 0.3, 0.6, 0.9, 1.4, 5.0, 5.3, 5.6, 9.0]})
    found = density_outliers(points, "one scale", min_points=3)
    assert found.cluster.tolist() == [0, 0, 0, 0, -1, 1, 1, 1, -1]
    told = found.share.extra
    assert (told["n_outliers"], told["n_clusters"], told["eps"], told["min_points"]) == (2, 2, 0.302, 3)
    assert found.share.value == pytest.approx(2 / 9) and found.share.low < 2 / 9 < found.share.high


def test_a_distance_of_just_eps_is_near_and_the_point_itself_counts() -> None:
    points = DataFrame({"E": [0.0, 1.0, 2.5]})
    assert density_outliers(points, "one scale", eps=1, min_points=2).cluster.tolist() == [0, 0, -1]
    assert density_outliers(points, "one scale", eps=0.99, min_points=2).share.note == "no_dense_region"
    assert density_outliers(points, "one scale", eps=0.99, min_points=1).cluster.tolist() == [0, 1, 2]


@pytest.mark.parametrize("shift", [0, 1e9])
def test_a_distance_of_just_eps_is_near_on_whichever_side_rounding_falls(shift: float) -> None:
    points = DataFrame({"E": shift + np.array([0.7, 0.8, 0.9, 1.0, 1.1, 3.2])})
    found = density_outliers(points, "one scale", eps=0.1, min_points=2)
    assert found.cluster.tolist() == [0, 0, 0, 0, 0, -1]


@pytest.mark.parametrize(("eps", "min_points"), [(0.302, 20), (0.302, 5), (0.15, 5), (0.6, 10), (0.1, 3)])
def test_clusters_are_those_of_scikit_learn(eps: float, min_points: int) -> None:
    cluster = pytest.importorskip("sklearn.cluster")
    points = rings()
    expected = cluster.DBSCAN(eps=eps, min_samples=min_points).fit_predict(points)
    assert density_outliers(points, SPACE, eps=eps, min_points=min_points).cluster.tolist() == expected.tolist()
    assert len(set(expected)) > 2


def test_defaults_are_the_published_ones_and_find_what_was_strewn() -> None:
    found = density_outliers(rings(), SPACE)
    assert (found.share.extra["eps"], found.share.extra["min_points"]) == (0.302, 20)
    assert found.share.extra["n_clusters"] == 3
    assert (found.cluster[:950] >= 0).mean() > 0.99 and (found.cluster[950:] == -1).mean() > 0.6


def test_the_outliers_do_not_depend_on_the_order_of_rows_or_columns() -> None:
    points = rings()
    mixed = points.sample(frac=1, random_state=1)[["A", "E"]]
    one, other = (density_outliers(each, SPACE).cluster == -1 for each in (points, mixed))
    assert other.reindex(one.index).equals(one)


def test_the_number_of_outliers_depends_on_the_space_which_the_result_names() -> None:
    points = rings()
    one = density_outliers(points, SPACE)
    other = density_outliers(points * 25, "POMP of two scales")
    assert (one.space, other.space) == (SPACE, "POMP of two scales")
    assert one.share.extra["space"] == SPACE
    assert other.share.note == "no_dense_region" and other.share.value == 1 and math.isnan(other.share.low)
    assert one.share.extra["n_outliers"] < other.share.extra["n_outliers"]


def test_equal_points_are_one_cluster_and_missing_ones_are_left_out() -> None:
    points = DataFrame({"E": [3.0] * 25 + [math.nan], "A": [2.0] * 26}, index=range(100, 126))
    found = density_outliers(points, SPACE)
    assert found.share.extra["n_outliers"] == 0 and found.share.extra["n_left_out"] == 1
    assert found.cluster.loc[124] == 0 and found.cluster.loc[125] is pd.NA
    none = density_outliers(points.iloc[25:], SPACE)
    assert math.isnan(none.share.value) and none.share.note == "too_few_items"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"space": " "}, "space: it is empty"),
        ({"eps": 0}, "eps: 0; it must be above 0"),
        ({"min_points": 0}, "min_points: 0; allowed are 1"),
        ({"points": DataFrame(index=[1, 2])}, "points: there is no column"),
    ],
)
def test_a_mistake_is_named(wrong: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        density_outliers(**{"points": DataFrame({"E": [1.0, 2.0]}), "space": SPACE} | wrong)
