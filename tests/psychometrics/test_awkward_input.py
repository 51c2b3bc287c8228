"""Input that is not wrong but awkward: labels of any kind, values that only pandas has, tables that leave nothing over."""

import math

import numpy as np
import pandas as pd
import pytest

from psychometrics import (
    alpha_of_repeats,
    congruence,
    contamination,
    convergent_table,
    cronbach_alpha,
    d_study,
    exact_agreement,
    fleiss_kappa,
    form_effects,
    g_study,
    graded_effect,
    guttman_lambdas,
    intraclass_correlations,
    item_statistics,
    krippendorff_alpha,
    level_tests,
    mean_over_persons,
    paired_effect,
    persona_bootstrap,
    position_preference,
    procrustes,
    repeats,
    retest,
    two_group_effect,
    variance_components,
    variance_decided_test,
    weighted_kappa,
)

RANDOM = np.random.default_rng(1)
SCORES = [1.0, 3, 2, 5, 4, 4]
OTHERS = [2.0, 3, 1, 5, 3, 5]


@pytest.mark.parametrize(
    "statistic", [two_group_effect, paired_effect, variance_decided_test, weighted_kappa, retest, graded_effect]
)
def test_a_missing_value_of_pandas_counts_like_any_other(statistic) -> None:
    plain = statistic([*SCORES, math.nan], [*OTHERS, 3.0])
    nullable = statistic(pd.Series([*SCORES, None], dtype="Int64"), pd.Series([*OTHERS, 3], dtype="Int64"))
    assert nullable == plain


def test_answers_with_na_among_objects_are_numbers() -> None:
    items = pd.DataFrame({"a": SCORES, "b": OTHERS})
    objects = items.astype(object).mask(items["a"] == 5, pd.NA)
    assert cronbach_alpha(objects) == cronbach_alpha(items.mask(items["a"] == 5))


@pytest.mark.parametrize("statistic", [mean_over_persons, lambda x: two_group_effect(x, SCORES)])
def test_an_infinite_score_is_named(statistic) -> None:
    with pytest.raises(ValueError, match="inf"):
        statistic([1.0, 2.0, math.inf])


# ---- intervals of no width


def test_equal_resamples_give_no_interval_but_a_reason() -> None:
    drawn = persona_bootstrap(lambda counts: counts.sum(axis=1), 5, seed=1, resamples=50)
    assert math.isnan(drawn.low) and math.isnan(drawn.high)
    assert drawn.warnings[0].startswith("equal_resamples")


def test_persons_who_are_equal_within_strata_have_no_interval() -> None:
    ratings = pd.DataFrame({"a": [1, 1, 2, 2], "b": [1, 2, 2, 1]})
    found = exact_agreement(ratings, strata=["same", "other", "same", "other"], seed=1)
    assert found.value == 0.5
    assert math.isnan(found.low) and found.has("equal_resamples")


def long(first: np.ndarray, second: np.ndarray) -> pd.DataFrame:
    rows = [
        (p, i, level, answers[p, i])
        for level, answers in (("x", first), ("y", second))
        for p in range(len(first))
        for i in range(first.shape[1])
    ]
    return pd.DataFrame(rows, columns=["person", "item", "level", "value"])


def test_levels_without_any_change_are_marked_and_have_no_interval() -> None:
    answers = RANDOM.integers(1, 6, (6, 3))
    (effect,) = form_effects(long(answers, answers), seed=1)
    assert [each.note for each in (effect.change, effect.agreement, effect.shift)] == ["identical_levels"] * 3
    assert math.isnan(effect.agreement.low)


def test_persons_who_all_change_alike_have_no_interval() -> None:
    answers = np.arange(12).reshape(4, 3)
    (effect,) = form_effects(long(answers, answers + np.array([1, 0, 0])), seed=1)
    assert effect.agreement.value == pytest.approx(2 / 3)
    assert effect.agreement.note == "equal_in_all_persons" and math.isnan(effect.agreement.low)


def test_a_place_that_all_choose_again_is_marked() -> None:
    table = long(np.full((4, 2), 1.0), np.full((4, 2), 5.0)).assign(position=1)
    found = position_preference(table, seed=1)
    assert found.same_position.value == 1
    assert found.same_position.note == "equal_in_all_persons" and math.isnan(found.same_position.low)


def test_persons_whose_draws_agree_alike_have_no_interval() -> None:
    cells = [(p, i, r, (i + r * (i == 0))) for p in range(4) for i in range(2) for r in range(2)]
    found = repeats(pd.DataFrame(cells, columns=["person", "item", "replicate", "value"]), seed=1)
    assert found.agreement.value == 0.5
    assert found.agreement.note == "equal_in_all_persons" and math.isnan(found.agreement.low)


def test_an_error_that_all_share_has_no_interval() -> None:
    found = retest([1.0, 2, 3, 4, 5], [2.0, 1, 4, 3, 6], seed=1)
    assert found.sem_agreement.value == pytest.approx(math.sqrt(0.5))
    assert math.isnan(found.sem_agreement.low) and found.sem_agreement.has("equal_resamples")


def test_a_perfect_rank_correlation_has_no_interval() -> None:
    found = graded_effect([1, 2, 3, 4], [1.0, 2.5, 3.0, 9.0])
    assert (found.value, found.note) == (1.0, "perfect_correlation")
    assert math.isnan(found.low)


def test_probes_that_are_all_equal_tell_why_there_is_no_interval() -> None:
    found = contamination(np.full((5, 5), 0.2), seed=1, resamples=50).advantage
    assert found.value == 0 and math.isnan(found.low) and found.has("equal_resamples")


def test_raters_who_always_differ_have_no_standard_error() -> None:
    for found in (
        fleiss_kappa(pd.DataFrame({"a": [3, 1, 1], "b": [2, 2, 3]})),
        weighted_kappa([2, 1, 1, 2], [3, 2, 2, 3]),
    ):
        assert math.isfinite(found.value) and math.isnan(found.low)
        assert found.note == "zero_standard_error"


# ---- coefficients outside their range


def test_an_agreement_of_averages_never_has_its_ends_exchanged() -> None:
    for a, b in (([1, 3, 3, 1], [3, 1, 1, 1]), ([1.0, 2, 3, 4], [4.0, 3, 2, 1.5])):
        for each in intraclass_correlations(pd.DataFrame({"a": a, "b": b})).estimates:
            assert math.isnan(each.low) or each.low <= each.value <= each.high


def test_a_share_of_nothing_is_named() -> None:
    found = intraclass_correlations(pd.DataFrame({"a": [2, 1, 2], "b": [1, 1, 2], "c": [1, 3, 1]}))
    assert found.agreement_average.note == "negative_total_variance" and math.isnan(found.agreement_average.value)
    assert found.agreement.note == "negative_component" and found.agreement.value < 0


def test_the_large_sample_interval_of_alpha_ends_at_1() -> None:
    trait = RANDOM.normal(size=(4, 1))
    found = cronbach_alpha(pd.DataFrame(trait + 0.3 * RANDOM.normal(size=(4, 3))), interval="Duhachek")
    assert found.value < 1 and found.high <= 1


def test_two_copies_beside_a_constant_item_are_no_evidence_of_a_scale() -> None:
    found = cronbach_alpha(pd.DataFrame({"a": SCORES, "b": SCORES, "c": 3.0}))
    assert found.note == "degenerate_identical_items" and found.has("constant_items")
    assert math.isnan(found.low) and found.extra["alpha_varying_items"] == pytest.approx(1)


def test_bounds_above_1_are_refused() -> None:
    random = np.random.default_rng(2)
    seen = []
    for _ in range(60):
        x = 3 + random.normal(size=(8, 1)) + 0.5 * random.normal(size=(8, 4))
        found = guttman_lambdas(pd.DataFrame(np.where(random.random(x.shape) < 0.45, np.nan, x)), resamples=10)
        seen += [found.lambda4]
    assert any(each.note == "contradictory_covariances" for each in seen)
    assert all(math.isnan(each.value) or each.value <= 1 + 1e-9 for each in seen)


def test_values_that_differ_by_rounding_alone_have_no_agreement() -> None:
    ratings = pd.DataFrame({"a": SCORES, "b": OTHERS}) * 1e-13
    found = krippendorff_alpha(ratings, level="interval", seed=1, resamples=20)
    assert math.isnan(found.value) and found.note == "zero_total_variance"


# ---- tables that leave nothing over


@pytest.mark.parametrize("persons", [0, 1, 2])
def test_items_of_two_persons_have_no_correlation_but_a_reason(persons: int) -> None:
    table = item_statistics(pd.DataFrame({"a": SCORES, "b": OTHERS}).head(persons))
    assert table[["item_total_r", "item_rest_r", "alpha_if_dropped"]].isna().all(axis=None)
    assert set(table["note"]) == {"no_answers" if not persons else "too_few_persons"}


def test_a_constant_item_leaves_the_others_their_corrected_correlations() -> None:
    items = pd.DataFrame(RANDOM.normal(size=(30, 1)) + RANDOM.normal(size=(30, 3)), columns=list("abc"))
    with_constant, without = item_statistics(items.assign(d=3.0)), item_statistics(items)
    assert list(with_constant["note"]) == ["", "", "", "constant_item"]
    for each in ("item_total_r_corrected", "standardised_alpha_if_dropped"):
        assert with_constant[each][:3].to_numpy() == pytest.approx(without[each].to_numpy())


def test_studies_without_components_have_rows_with_their_reason() -> None:
    for values, reason in (
        (np.array([[1.0], [2.0], [3.0]]), "no_replication"),
        (np.full((3, 2), math.nan), "no_values"),
        (np.array([[1.0, 2.0, 3.0]]), "too_few_persons"),
    ):
        table = d_study(g_study(values), {"item": [1, 3, 10]})
        assert len(table) == 3 and set(table["note"]) == {reason}
        assert table[["g", "phi", "g_low", "width_mean"]].isna().all(axis=None)


def test_persons_with_equal_totals_have_a_g_of_0_and_no_warning() -> None:
    x = RANDOM.normal(size=(20, 3))
    x[:, 2] = -x[:, 0] - x[:, 1]
    found = g_study(x).g
    assert (found.value, found.note) == (0, "negative_component")


def test_a_residual_that_rounding_left_has_no_likelihood() -> None:
    x = np.add.outer([1e6, 2e6, 4e6], [0.1, 0.3]) + np.array([[1e-2, 0], [0, 0], [0, 1e-2]])
    found = variance_components(x, estimator="REML")
    assert found.warnings[0].startswith("zero_residual_variance") and found.method == "mean squares"


def test_loadings_of_no_solution_turn_to_none() -> None:
    target = pd.DataFrame({"E": [0.8, 0.7, 0.0, 0.1], "N": [0.0, 0.1, 0.9, 0.7]}, index=list("abcd"))
    assert procrustes(target * math.nan, target).isna().all(axis=None)
    # a factor of zeros has no congruence with any other
    found = congruence(target.assign(N=0.0), target.assign(N=0.0), shuffles=5)
    assert math.isnan(found.factors["phi_chance"][1])


@pytest.mark.parametrize(
    "statistic",
    [
        lambda table: form_effects(table, seed=1),
        lambda table: repeats(table.rename(columns={"level": "replicate"}), seed=1),
        level_tests,
    ],
)
def test_a_row_without_a_person_is_named(statistic) -> None:
    table = long(RANDOM.integers(1, 6, (4, 2)), RANDOM.integers(1, 6, (4, 2)))
    with pytest.raises(ValueError, match="person: row 2 has none"):
        statistic(table.assign(person=table["person"].astype(object).where(table.index != 2, None)))


def test_an_infinite_answer_under_a_form_is_named() -> None:
    table = long(np.ones((4, 2)), np.full((4, 2), 2.0))
    with pytest.raises(ValueError, match="inf"):
        form_effects(table.assign(value=table["value"].where(table.index != 2, math.inf)), seed=1)


def test_traits_that_stand_twice_are_named() -> None:
    scores = pd.DataFrame(RANDOM.normal(size=(9, 2)), columns=["E", "E"])
    with pytest.raises(ValueError, match="stands twice in first"):
        convergent_table(scores, scores)


def test_copies_of_rows_are_no_more_persons() -> None:
    items = pd.DataFrame(RANDOM.normal(size=(20, 1)) + RANDOM.normal(size=(20, 4)))
    once = alpha_of_repeats(items, range(20), seed=1)
    often = alpha_of_repeats(pd.concat([items] * 5), [*range(20)] * 5, seed=1)
    assert often.n_persons == 20 and often.has("no_replication")
    assert (often.low, often.high) == pytest.approx((once.low, once.high), abs=0.02)
