"""Properties of the functions that take no table of persons: metrics, distributions, p values, resamples, loadings."""

import itertools
import math

import numpy as np
import owed_models
import pytest
from by_hand import BY_HAND
from drawn_answers import SEEDS, answers, people
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame
from properties import differing, examples, leaves, unsound

import psychometrics as ps

P_VALUES = st.lists(st.one_of(st.floats(0, 1), st.just(math.nan)), max_size=8)
METHODS = st.sampled_from(["holm", "hochberg", "hommel", "bonferroni", "BH", "BY"])
WEIGHTS = st.lists(st.floats(0, 10), min_size=3, max_size=3).filter(lambda each: sum(each) > 0.01)


def test_what_is_done_by_hand_is_here() -> None:
    assert set(BY_HAND.values()) <= globals().keys()


@examples(20)
@given(p=P_VALUES, method=METHODS, seed=SEEDS)
def test_adjusted_p_values_keep_place_order_and_bounds(p, method, seed) -> None:
    order = np.random.default_rng(seed).permutation(len(p))
    adjusted = ps.adjust(p, method)
    known = ~np.isnan(p)
    assert np.isnan(adjusted).tolist() == np.isnan(p).tolist()
    assert ((adjusted[known] >= np.array(p)[known] - 1e-12) & (adjusted[known] <= 1)).all()
    assert np.allclose(ps.adjust(np.array(p)[order], method), adjusted[order], equal_nan=True)
    assert np.allclose(ps.adjust(np.array(p)[known], method), adjusted[known])
    ranked = adjusted[known][np.argsort(np.array(p)[known], kind="stable")]
    assert (np.diff(ranked) >= -1e-12).all()


@examples(10)
@given(first=P_VALUES, second=P_VALUES, method=METHODS)
def test_a_family_is_adjusted_like_its_p_values_alone(first, second, method) -> None:
    table = DataFrame({"family": ["a"] * len(first) + ["b"] * len(second), "p": np.array([*first, *second], float)})
    found = ps.adjust_families(table, method=method)
    for name, p in (("a", first), ("b", second)):
        assert np.allclose(
            found.loc[found["family"] == name, "p_adjusted"].to_numpy(float), ps.adjust(p, method), equal_nan=True
        )
    assert found.loc[found["p"].isna(), "note"].eq("no_test").all()


@pytest.mark.parametrize("inventory", ["ipip50", "sd3", "goldberg100"])
def test_a_stored_structure_has_orthogonal_named_factors(inventory: str) -> None:
    loadings = ps.human_structure(inventory).loadings
    assert loadings.index.is_unique and loadings.columns.is_unique and loadings.abs().max(axis=None) <= 1
    agreement = ps.tucker_congruence(loadings, loadings)
    assert np.allclose(np.diag(agreement), 1) and (agreement.abs() <= 1 + 1e-12).all(axis=None)


@examples(20)
@given(p=WEIGHTS, q=WEIGHTS, r=WEIGHTS)
def test_a_distance_of_distributions_is_a_metric(p, q, r) -> None:
    distance = {pair: float(ps.jensen_shannon_distance(*pair_of)) for pair, pair_of in
                {"pq": (p, q), "qp": (q, p), "qr": (q, r), "pr": (p, r), "pp": (p, p)}.items()}  # fmt: skip
    assert distance["pq"] == pytest.approx(distance["qp"]) and distance["pp"] == pytest.approx(0, abs=1e-7)
    assert distance["pr"] <= distance["pq"] + distance["qr"] + 1e-9
    assert all(0 <= each <= math.sqrt(math.log(2)) + 1e-9 for each in distance.values())
    assert float(ps.jensen_shannon_divergence(p, q)) == pytest.approx(distance["pq"] ** 2, abs=1e-12)
    assert float(ps.jensen_shannon_distance(np.array(p) * 7, q)) == pytest.approx(distance["pq"], abs=1e-7)


@examples(10)
@given(rows=st.lists(WEIGHTS, min_size=1, max_size=4), seed=SEEDS)
def test_a_centroid_is_a_distribution_and_forgets_order_and_weight(rows, seed) -> None:
    random = np.random.default_rng(seed)
    members, options = random.permutation(len(rows)), random.permutation(3)
    centroid = ps.jensen_shannon_centroid(rows)
    assert centroid.sum() == pytest.approx(1) and (centroid >= 0).all()
    assert np.allclose(ps.jensen_shannon_centroid(np.array(rows)[members] * 3), centroid, atol=1e-5)
    assert np.allclose(ps.jensen_shannon_centroid(np.array(rows)[:, options]), centroid[options], atol=1e-5)
    assert np.allclose(ps.jensen_shannon_centroid([*rows, *rows]), centroid, atol=1e-5)


@examples(20)
@given(weights=WEIGHTS, seed=SEEDS)
def test_inertia_is_that_of_shares_in_any_order_and_weight(weights, seed) -> None:
    order = np.random.default_rng(seed).permutation(3)
    inertia = float(ps.option_inertia(weights))
    assert -1e-12 <= inertia <= 1 + 1e-12
    assert float(ps.option_inertia(np.array(weights)[order] * 5)) == pytest.approx(inertia, abs=1e-9)
    assert float(ps.option_inertia([*weights, 0.0], 3)) == pytest.approx(inertia, abs=1e-9)


def test_a_metric_is_common_unless_it_is_of_likelihoods() -> None:
    assert [ps.metric_note(each) for each in ("rating", "choice", "likelihood")] == ["", "", "no_common_metric"]


@examples(20)
@given(score=st.floats(1, 5), slope=st.floats(0.5, 10), shift=st.floats(-50, 50))
def test_norms_follow_the_unit_of_the_score(score, slope, shift) -> None:
    other = slope * score + shift
    assert ps.pomp(other, slope + shift, 5 * slope + shift) == pytest.approx(ps.pomp(score, 1, 5), abs=1e-6)
    assert 0 <= ps.pomp(score, 1, 5) <= 100
    norm = {"mean": 3.0, "sd": 0.7}, {"mean": 3 * slope + shift, "sd": 0.7 * slope}
    assert ps.t_score(other, **norm[1]) == pytest.approx(ps.t_score(score, **norm[0]), abs=1e-6)
    assert ps.normal_percentile(other, **norm[1]) == pytest.approx(ps.normal_percentile(score, **norm[0]), abs=1e-6)
    assert ps.normal_percentile(6 - score, 3.0, 0.7) == pytest.approx(
        100 - ps.normal_percentile(score, 3.0, 0.7), abs=1e-6
    )


@examples(10)
@given(labels=st.lists(st.sampled_from("abc"), max_size=8))
def test_numbers_of_persons_do_not_depend_on_their_names(labels) -> None:
    codes, names = ps.numbered(labels)
    assert [names[code] for code in codes] == labels
    assert ps.numbered([("x", each) for each in labels])[0].tolist() == codes.tolist()


@examples(5)
@given(table=answers(missing=False), seed=st.integers(0, 100))
def test_a_bootstrap_of_rows_is_that_of_sums(table, seed) -> None:
    values = table.mean(axis=1).to_numpy()
    n = len(values)
    by_sums = ps.persona_bootstrap(lambda counts: counts @ values / n, n, seed=seed, resamples=50)
    by_rows = ps.persona_bootstrap(
        ps.on_rows(lambda rows, person: values[rows].mean(), np.arange(n)), n, seed=seed, resamples=50
    )
    moved = ps.persona_bootstrap(lambda counts: counts @ (2 * values + 7) / n, n, seed=seed, resamples=50)
    assert (by_rows.low, by_rows.high) == pytest.approx((by_sums.low, by_sums.high), nan_ok=True)
    assert (moved.low, moved.high) == pytest.approx((2 * by_sums.low + 7, 2 * by_sums.high + 7), nan_ok=True)


@examples(10)
@given(kept=st.lists(st.sampled_from([0.0, 1.0, math.nan]), min_size=1, max_size=8), gamma=st.floats(0.1, 1))
def test_consistency_weighs_early_rounds_most(kept, gamma) -> None:
    found = float(ps.position_weighted_consistency(kept, gamma=gamma, normalised=True))
    assert math.isnan(found) == all(math.isnan(each) for each in kept)
    if not math.isnan(found):
        lost = float(ps.position_weighted_consistency([1 - each for each in kept], gamma=gamma, normalised=True))
        assert 0 <= found <= 1 and found + lost == pytest.approx(1)
    for early, late in itertools.combinations(range(len(kept)), 2):
        if (kept[early], kept[late]) == (0.0, 1.0):
            swapped = [*kept]
            swapped[early], swapped[late] = 1.0, 0.0
            assert float(ps.position_weighted_consistency(swapped, gamma=gamma, normalised=True)) >= found - 1e-12


@examples(10)
@given(scores=st.fixed_dictionaries({"IE": st.floats(0, 50), "SN": st.one_of(st.floats(0, 50), st.just(math.nan))}))
def test_letters_do_not_depend_on_the_order_of_axes(scores) -> None:
    rule = [("IE", 24, "E", "I"), ("SN", 24, "N", "S")]
    letters = ps.type_letters(scores, rule).letters
    assert ps.type_letters(dict(reversed(scores.items())), rule[::-1]).letters == letters[::-1]
    assert ps.type_letters(scores, rule, "likelihood").letters == "XX"


def test_an_undefined_estimate_has_nothing_but_its_reason() -> None:
    none = ps.undefined("too_few_persons", n_persons=2)
    assert unsound(none) == [] and not none.estimable and math.isnan(none.low) and none.note == "too_few_persons"


@examples(20)
@given(ends=st.tuples(st.floats(-40, 40), st.floats(-40, 40)).map(sorted), margin=st.floats(1, 20))
def test_a_verdict_turns_with_the_sign(ends, margin) -> None:
    low, high = ends
    turned = {"diverges upward": "diverges downward", "diverges downward": "diverges upward"}
    told = ps.verdict(ps.Estimate((low + high) / 2, low, high), margin)
    assert ps.verdict(ps.Estimate(-(low + high) / 2, -high, -low), margin) == turned.get(told, told)
    assert ps.verdict(ps.undefined("no_pairs"), margin) == "cannot be told"


@examples(20)
@given(n=st.integers(0, 50), share=st.floats(0, 1))
def test_a_share_of_successes_mirrors_that_of_failures(n, share) -> None:
    hits = round(n * share)
    won, lost, twice = ps.wilson(hits, n), ps.wilson(n - hits, n), ps.wilson(2 * hits, 2 * n)
    assert unsound([won, lost, twice]) == []
    if n:
        assert (won.value, won.low, won.high) == pytest.approx((1 - lost.value, 1 - lost.high, 1 - lost.low), abs=1e-9)
        assert twice.value == won.value and twice.high - twice.low < won.high - won.low


@examples(5)
@given(given=owed_models.OWED["contamination"].given, seed=SEEDS)
def test_contamination_does_not_depend_on_the_order_of_items(given, seed) -> None:
    similarity = given["similarity"].to_numpy()
    order = np.random.default_rng(seed).permutation(len(similarity))
    found = leaves(ps.contamination(similarity, seed=1, resamples=40))
    turned = leaves(ps.contamination(similarity[np.ix_(order, order)], seed=1, resamples=40))
    drawn = ("~", ".p", "null", "low", "high")
    assert (
        differing(found, turned, lambda path, value: None if path.endswith(drawn) or "null" in path else value, 1e-9)
        == []
    )
    for rows in (np.full((5, 5), math.nan), np.full((5, 5), 1.0), np.zeros((0, 0)), np.eye(2)):
        assert unsound(ps.contamination(rows, seed=1, resamples=40)) == []


@examples(5)
@given(seed=SEEDS)
def test_a_rotated_target_is_turned_back_whatever_the_rotation(seed) -> None:
    random = np.random.default_rng(seed)
    target = DataFrame(random.normal(0, 0.4, (8, 2)), index=people(8), columns=["E", "N"])
    angle = random.uniform(0, 2 * math.pi)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    turned = DataFrame(target.to_numpy() @ turn, index=target.index, columns=["x", "y"])
    assert np.allclose(ps.procrustes(turned, target), target)
    found = ps.congruence(turned.iloc[::-1], target, shuffles=10)
    assert found.total.value == pytest.approx(1) and np.allclose(found.factors["phi"], 1)


@examples(5)
@given(table=answers(items=(4, 4)))
def test_reversing_items_twice_changes_nothing(table) -> None:
    keys = {"q1": 1, "q2": -1, "q3": -1, "q4": 1}
    twice = ps.keyed(ps.keyed(table, keys, 1, 5), keys, 1, 5)
    for function in (ps.cronbach_alpha, ps.item_statistics, ps.scale_score):
        assert differing(leaves(function(table)), leaves(function(twice)), lambda path, value: value, 0) == []
    # all items turned round mirror the score and keep what goes by the spread
    all_turned = ps.keyed(table, dict.fromkeys(keys, -1), 1, 5)
    assert ps.cronbach_alpha(all_turned).value == pytest.approx(ps.cronbach_alpha(table).value, nan_ok=True)
    assert ps.scale_score(all_turned)["score"].to_numpy() == pytest.approx(
        6 - ps.scale_score(table)["score"].to_numpy(), nan_ok=True
    )
