"""Jensen-Shannon divergence, distance and centroid: values of Moore et al. and by hand, and groups that are hard."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame
from scipy.optimize import minimize_scalar
from scipy.spatial.distance import jensenshannon

from psychometrics.jensen_shannon import (
    group_inconsistency,
    jensen_shannon_centroid,
    jensen_shannon_distance,
    jensen_shannon_divergence,
)

# the values of shared/PROTOCOLS.md, section 7, which follow the code of Moore et al. (2024)
THREE = [[0.8, 0.2], [0.4, 0.6], [0.1, 0.9]]
RANDOM = np.random.default_rng(1)


def table(groups: dict[str, list[list[float]]]) -> DataFrame:
    rows = [
        (group, f"m{place}", f"o{option}", each)
        for group, members in groups.items()
        for place, member in enumerate(members)
        for option, each in enumerate(member)
    ]
    return DataFrame(rows, columns=["group", "member", "option", "probability"])


def test_the_published_pair_has_its_divergence_and_distance() -> None:
    assert float(jensen_shannon_divergence(THREE[0], THREE[1])) == pytest.approx(0.086305, abs=5e-7)
    assert float(jensen_shannon_distance(THREE[0], THREE[1])) == pytest.approx(0.293776, abs=5e-7)


def test_the_published_three_have_their_centroid_and_mean_distance() -> None:
    centre = jensen_shannon_centroid(THREE)
    assert centre == pytest.approx([0.4210, 0.5790], abs=5e-5)
    assert centre[0] != pytest.approx(np.mean(THREE, axis=0)[0], abs=0.01)
    assert float(jensen_shannon_distance(THREE, centre).mean()) == pytest.approx(0.18679, abs=5e-6)


@pytest.mark.parametrize("base", [2, math.e, 10])
def test_divergences_are_those_of_scipy(base: float) -> None:
    p, q = RANDOM.dirichlet(np.ones(5), 20), RANDOM.dirichlet(np.full(5, 0.2), 20)
    assert jensen_shannon_divergence(p, q, base=base) == pytest.approx(jensenshannon(p, q, base=base, axis=1) ** 2)


def test_nothing_in_common_is_one_bit_and_equal_is_exactly_nothing() -> None:
    assert jensen_shannon_divergence([1, 0], [0, 1], base=2) == 1.0
    p = RANDOM.dirichlet(np.ones(7), 200)
    assert (jensen_shannon_distance(p, p / p.sum(axis=1, keepdims=True)) == 0).all()
    assert jensen_shannon_divergence([3, 1], [0.75, 0.25]) == 0.0


def test_a_distribution_of_nothing_has_no_divergence() -> None:
    assert np.isnan(jensen_shannon_divergence([[0, 0], [np.nan, 1]], [0.5, 0.5])).all()


@pytest.mark.parametrize("members", [2, 3, 9])
def test_the_centroid_of_two_options_is_where_a_search_along_the_line_ends(members: int) -> None:
    first = RANDOM.uniform(0, 1, members)
    p = np.column_stack([first, 1 - first])
    searched = minimize_scalar(
        lambda c: np.mean([jensenshannon(each, [c, 1 - c]) ** 2 for each in p]), bounds=(0, 1), method="bounded"
    )
    assert jensen_shannon_centroid(p)[0] == pytest.approx(searched.x, abs=1e-5)


@pytest.mark.parametrize(
    ("members", "options", "concentration"), [(3, 4, 1.0), (40, 6, 0.1), (300, 3, 0.01), (5, 9, 30)]
)
def test_no_neighbour_of_a_centroid_is_nearer_to_its_members(members: int, options: int, concentration: float) -> None:
    p = RANDOM.dirichlet(np.full(options, concentration), members)
    centre = jensen_shannon_centroid(p)
    here = jensen_shannon_divergence(p, centre).mean()
    for one, other in itertools.permutations(range(options), 2):
        for step in (1e-2, 1e-4):
            moved = centre.copy()
            moved[one] += step
            moved[other] -= step
            if moved[other] >= 0:
                assert jensen_shannon_divergence(p, moved).mean() > here
    assert centre.sum() == pytest.approx(1)


def test_at_the_centroid_all_options_have_one_slope() -> None:
    p = np.vstack([np.eye(4)[RANDOM.integers(0, 4, 60)], RANDOM.dirichlet(np.ones(4), 5)])
    centre = jensen_shannon_centroid(p)
    p = (p + 1e-10) / (p + 1e-10).sum(axis=1, keepdims=True)
    slope = np.log(centre) - np.log((p + centre) / 2).mean(axis=0)
    assert slope == pytest.approx(np.full(4, slope[0]), abs=1e-7)


def test_the_centroid_of_a_distribution_and_its_mirror_image_is_the_middle() -> None:
    assert jensen_shannon_centroid([[0.9, 0.1], [0.1, 0.9]]) == pytest.approx([0.5, 0.5])
    assert jensen_shannon_centroid([[1, 0], [0, 1]]) == pytest.approx([0.5, 0.5])


def test_the_centroid_of_copies_is_the_copy() -> None:
    assert jensen_shannon_centroid([[0.7, 0.2, 0.1]] * 5) == pytest.approx([0.7, 0.2, 0.1])


def test_without_what_is_added_an_option_of_nobody_stays_empty() -> None:
    found = jensen_shannon_centroid([[0.8, 0.2, 0], [0.4, 0.6, 0], [0.1, 0.9, 0]], added=0)
    assert found[2] == 0 and found[:2] == pytest.approx(jensen_shannon_centroid(THREE))


def test_a_single_one_among_thousands_does_not_break_the_centroid() -> None:
    p = np.eye(3)[[0] * 3000 + [1] * 2999 + [2]]
    found = jensen_shannon_centroid(p, added=0)
    assert np.isfinite(found).all() and found.sum() == pytest.approx(1)


def test_members_without_anything_have_no_centroid() -> None:
    assert np.isnan(jensen_shannon_centroid([[0.5, 0.5], [0, 0]], added=0)).all()
    assert np.isnan(jensen_shannon_centroid(np.empty((0, 3)))).all()


def test_options_and_members_may_change_places() -> None:
    p = RANDOM.dirichlet(np.ones(5), 6)
    members, options = RANDOM.permutation(6), RANDOM.permutation(5)
    assert jensen_shannon_centroid(p[members][:, options]) == pytest.approx(jensen_shannon_centroid(p)[options])


def groups(n: int) -> dict[str, list[list[float]]]:
    random = np.random.default_rng(3)
    return {f"q{each:02}": random.dirichlet(np.ones(3), 4).tolist() for each in range(n)}


def test_the_inconsistency_of_a_group_is_the_mean_distance_to_its_centroid() -> None:
    found = group_inconsistency(table({"q": THREE}), seed=1)
    row = found.groups.iloc[0]
    assert row["inconsistency"] == pytest.approx(0.18679, abs=5e-6)
    assert (row["n_members"], row["n_options"], row["farthest"]) == (3, 2, "m0")
    # .8 from .4210, by scipy
    assert row["farthest_distance"] == pytest.approx(jensenshannon([0.8, 0.2], [0.42103, 0.57897]), abs=1e-5)
    assert found.mean.note == "too_few_groups" and found.mean.value == pytest.approx(0.18679, abs=5e-6)
    assert math.isnan(found.mean.low)


def test_the_mean_over_groups_has_an_interval_over_groups() -> None:
    found = group_inconsistency(table(groups(30)), seed=1)
    each = found.groups["inconsistency"]
    assert found.mean.value == pytest.approx(each.mean())
    # as wide as the t interval of a mean, nearly
    assert found.mean.high - found.mean.low == pytest.approx(2 * 2.045 * each.std() / math.sqrt(30), rel=0.1)
    assert (found.mean.n_items, found.mean.n_persons) == (30, 0)
    assert found.mean.method.startswith("bootstrap over groups")
    assert found.mean.extra["median"] == pytest.approx(each.median())


def test_the_least_consistent_groups_come_first() -> None:
    found = group_inconsistency(table({"same": [[0.5, 0.5]] * 3, "far": [[1, 0], [0, 1]], "near": THREE}), seed=1)
    assert found.groups["group"].tolist() == ["far", "near", "same"]
    assert found.groups["inconsistency"].iloc[2] == 0


def test_groups_that_are_all_alike_get_no_interval() -> None:
    found = group_inconsistency(table(dict.fromkeys("abcd", THREE)), seed=1)
    assert found.mean.note == "equal_in_all_groups" and math.isnan(found.mean.low)


def test_an_always_equal_responder_is_perfectly_consistent() -> None:
    found = group_inconsistency(table({name: [[0, 1, 0]] * 3 for name in "abcd"}), seed=1)
    assert found.mean.value == 0 and found.mean.note == "equal_in_all_groups"


def test_no_order_of_rows_changes_anything() -> None:
    rows = table(groups(12))
    there, found = (group_inconsistency(each, seed=1) for each in (rows, rows.sample(frac=1, random_state=2)))
    assert (found.mean.value, found.mean.low, found.mean.high) == pytest.approx(
        (there.mean.value, there.mean.low, there.mean.high)
    )
    pd.testing.assert_frame_equal(found.groups, there.groups)


def test_names_of_options_do_not_matter() -> None:
    rows = table(groups(12))
    renamed = rows.assign(option=rows["option"].map({"o0": "z", "o1": "a", "o2": "k"}))
    assert group_inconsistency(renamed, seed=1).mean.value == pytest.approx(
        group_inconsistency(rows, seed=1).mean.value
    )


def test_counts_stand_for_shares_and_rows_of_a_cell_add_up() -> None:
    rows = table({"q": THREE})
    counts = rows.assign(probability=rows["probability"] * 10)
    halves = pd.concat([rows.assign(probability=rows["probability"] / 2)] * 2)
    expected = group_inconsistency(rows, seed=1).mean.value
    for each in (counts, halves):
        assert group_inconsistency(each, seed=1).mean.value == pytest.approx(expected)


def test_an_option_without_a_row_has_no_probability() -> None:
    rows = table({"q": [[1, 0], [0, 1]]})
    assert group_inconsistency(rows[rows["probability"] > 0], seed=1).mean.value == pytest.approx(
        group_inconsistency(rows, seed=1).mean.value
    )


def test_a_member_without_all_probabilities_is_left_out_and_counted() -> None:
    rows = table({"q": [*THREE, [0.9, math.nan], [0, 0]], "r": [[0.5, 0.5], [math.nan, math.nan]]})
    found = group_inconsistency(rows, seed=1)
    assert found.mean.value == pytest.approx(0.18679, abs=5e-6)
    assert (found.mean.extra["n_left_out"], found.mean.extra["n_too_few_members"]) == (3, 1)
    assert found.groups["note"].tolist() == ["", "too_few_members"]
    assert found.groups["n_members"].tolist() == [3, 1]


def test_without_groups_there_is_no_mean() -> None:
    empty = group_inconsistency(table({}), seed=1)
    assert empty.mean.note == "too_few_groups" and math.isnan(empty.mean.value) and empty.groups.empty
    alone = group_inconsistency(table({"q": [[0.5, 0.5]]}), seed=1)
    assert alone.mean.note == "too_few_groups" and math.isnan(alone.mean.value)


def test_wrong_calls_are_named() -> None:
    rows = table({"q": THREE})
    with pytest.raises(ValueError, match="distributions: column option is missing; there are"):
        group_inconsistency(rows.drop(columns="option"), seed=1)
    with pytest.raises(ValueError, match=r"probability: -0\.2"):
        group_inconsistency(rows.assign(probability=-0.2), seed=1)
    with pytest.raises(ValueError, match="member: row 0 has none"):
        group_inconsistency(rows.assign(member=None), seed=1)
    with pytest.raises(ValueError, match="base: 1"):
        jensen_shannon_divergence([1], [1], base=1)
    with pytest.raises(ValueError, match="added: -1"):
        jensen_shannon_centroid(THREE, added=-1)
    with pytest.raises(ValueError, match=r"p: -1"):
        jensen_shannon_divergence([-1, 2], [0.5, 0.5])
    with pytest.raises(ValueError, match=r"distributions: shape \(2,\)"):
        jensen_shannon_centroid([0.5, 0.5])
