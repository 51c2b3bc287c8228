"""Alpha says what it can, and says so when it cannot."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psychometrics import alpha_of_repeats, cronbach_alpha, item_statistics, keyed, on_rows, persona_bootstrap

EDGES = json.loads((Path(__file__).parents[1] / "reference" / "alpha_edge_cases.json").read_text())


def edge(name):
    case = EDGES["cases"][name]
    return pd.DataFrame(case["rows"], columns=case["items"], dtype=float), case["expected"]


def test_identical_sheets_are_not_estimable_and_agree_fully() -> None:
    items, expected = edge("edge_all_identical")
    alpha = cronbach_alpha(items)
    assert math.isnan(alpha.value)
    assert alpha.note == expected["reason"]
    assert alpha.extra["percent_exact_agreement"] == 100
    assert alpha.n_persons == 60


def test_a_constant_item_is_named_and_alpha_given_with_and_without_it() -> None:
    items, expected = edge("edge_one_constant_item")
    alpha = cronbach_alpha(items)
    assert alpha.value == pytest.approx(expected["raw_alpha_all_items"], abs=1e-6)
    assert alpha.extra["alpha_varying_items"] == pytest.approx(expected["raw_alpha_without_constant"], abs=1e-6)
    assert alpha.extra["constant_items"] == ("q4",)
    assert alpha.note == "constant_items"
    assert math.isnan(alpha.extra["standardised_alpha"])


def test_refusals_give_two_alphas_with_two_n() -> None:
    items, expected = edge("edge_refusals")
    pairwise, listwise = (cronbach_alpha(items, missing=rule) for rule in ("pairwise", "listwise"))
    assert pairwise.value == pytest.approx(expected["pairwise_raw_alpha"], abs=1e-6)
    assert listwise.value == pytest.approx(expected["raw_alpha_all_items"], abs=1e-6)
    assert (pairwise.n_persons, listwise.n_persons) == (60, expected["n_complete"])
    assert pairwise.extra["alpha_listwise"] == listwise.value
    assert pairwise.extra["n_listwise"] == listwise.n_persons
    assert listwise.extra["alpha_pairwise"] == pairwise.value


def test_without_missing_answers_both_rules_agree(scale) -> None:
    pairwise, listwise = (cronbach_alpha(scale(50), missing=rule) for rule in ("pairwise", "listwise"))
    assert pairwise.value == listwise.value
    assert (pairwise.low, pairwise.high) == (listwise.low, listwise.high)


def test_eight_percent_missing_moves_alpha_little_and_keeps_everybody(scale) -> None:
    whole = scale(400)
    some = whole.mask(np.random.default_rng(1).random(whole.shape) < 0.08)
    alpha = cronbach_alpha(some)
    assert alpha.value == pytest.approx(cronbach_alpha(whole).value, abs=0.02)
    assert alpha.n_persons == 400
    assert alpha.extra["n_listwise"] < 300
    assert alpha.extra["missing_share"] == pytest.approx(0.08, abs=0.01)


def test_a_person_without_any_answer_does_not_count(scale) -> None:
    items = scale(20)
    items.loc[3] = np.nan
    assert cronbach_alpha(items).n_persons == 19


def test_two_persons_are_too_few(scale) -> None:
    assert cronbach_alpha(scale(2)).note == "too_few_persons"


def test_one_item_is_too_few(scale) -> None:
    assert cronbach_alpha(scale(20, items=1)).note == "too_few_items"


def test_an_empty_table_is_not_estimable() -> None:
    assert cronbach_alpha(pd.DataFrame({"a": [], "b": []})).note == "too_few_persons"


def test_one_varying_item_is_not_a_scale() -> None:
    alpha = cronbach_alpha(pd.DataFrame({"a": [1, 2, 3, 4], "b": [3, 3, 3, 3], "c": [2, 2, 2, 2]}))
    assert math.isnan(alpha.value)
    assert alpha.note == "constant_items"
    assert alpha.extra["constant_items"] == ("b", "c")


def test_answers_that_cancel_each_other_leave_no_total_variance() -> None:
    alpha = cronbach_alpha(pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [5, 4, 3, 2, 1]}) / 3)
    assert alpha.note == "zero_total_variance"
    assert alpha.extra["percent_exact_agreement"] == 0


def test_a_negative_alpha_is_kept() -> None:
    alpha = cronbach_alpha(pd.DataFrame({"a": [1, 2, 3, 4, 5, 5], "b": [5, 4, 3, 1, 2, 1]}))
    assert alpha.value < -3
    assert alpha.note == "negative_average_covariance"
    assert alpha.low < alpha.value < alpha.high < 1


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [3, 1, 4, 0, 2], [2, 4, 0, 3, 1], [4, 3, 2, 1, 0]])
def test_an_alpha_of_0_is_no_contradiction_on_whichever_side_rounding_falls(order: list[int]) -> None:
    x = pd.DataFrame({"a": [1, 1, 1, 1, 5], "b": [5, 1, 1, 1, 1], "c": [5, 1, 1, 5, 1], "d": [1, 1, 1, 1, 1]})
    alpha = cronbach_alpha(x.iloc[order] * 0.1)
    assert alpha.value == 0
    assert alpha.note == "constant_items"


@pytest.mark.parametrize("shift", [0, 1])
def test_items_that_repeat_each_other_are_no_evidence(shift: int) -> None:
    alpha = cronbach_alpha(pd.DataFrame({"a": [1, 2, 3, 4], "b": [1 + shift, 2 + shift, 3 + shift, 4 + shift]}))
    assert alpha.value == pytest.approx(1)
    assert alpha.note == "degenerate_identical_items"
    assert math.isnan(alpha.low)


def test_items_nobody_answered_together_are_not_estimable() -> None:
    items = pd.DataFrame({"a": [1, 2, 3, None, None, None], "b": [None, None, None, 1, 2, 3]})
    assert cronbach_alpha(items).note == "no_joint_answers"


def test_pairwise_covariances_that_contradict_each_other_are_told() -> None:
    a, b = [1, 2, 3, 4], [1, 2, 3, 4]
    none = [None] * 4
    items = pd.DataFrame({"a": [*a, *a, *none], "b": [*b, *none, *b], "c": [*none, *a[::-1], *b[::-1]]})
    assert cronbach_alpha(items).note == "negative_average_covariance"
    items = pd.DataFrame({"a": [*a, *a, *none], "b": [*b[::-1], *none, *b], "c": [*none, *a[::-1], *b[::-1]]})
    assert cronbach_alpha(items).note == "contradictory_covariances"


def test_reversing_a_whole_scale_changes_nothing(scale) -> None:
    items = scale(40)
    turned = keyed(items, dict.fromkeys(items.columns, -1), 1, 5)
    assert cronbach_alpha(turned).value == pytest.approx(cronbach_alpha(items).value)


def test_alpha_belongs_to_the_spread_of_the_persons(scale) -> None:
    none, some, much = (cronbach_alpha(scale(500, spread=each)) for each in (0, 0.5, 2))
    assert abs(none.value) < 0.15 < some.value < much.value
    assert none.extra["sd"] < some.extra["sd"] < much.extra["sd"]


def test_the_interval_is_not_rounded(scale) -> None:
    alpha = cronbach_alpha(scale(30))
    assert round(alpha.low, 3) != alpha.low


def test_a_wider_confidence_gives_a_wider_interval(scale) -> None:
    narrow, wide = (cronbach_alpha(scale(30), confidence=each) for each in (0.8, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_infinity_is_a_mistake_and_named() -> None:
    with pytest.raises(ValueError, match='item "b", row 1'):
        cronbach_alpha(pd.DataFrame({"a": [1.0, 2, 3], "b": [1.0, np.inf, 3]}))


def test_an_unknown_rule_for_missing_answers_is_a_mistake(scale) -> None:
    with pytest.raises(ValueError, match="pairwise"):
        cronbach_alpha(scale(5), missing="drop")


# ---- rows that repeat personas


def test_alpha_of_repeats_is_alpha_over_the_rows_with_personas_counted(scale) -> None:
    rows, persona = scale(12, repeats=10), np.repeat(np.arange(12), 10)
    alpha = alpha_of_repeats(rows, persona, seed=1)
    assert alpha.value == cronbach_alpha(rows).value
    assert (alpha.n_persons, alpha.n_replications, alpha.extra["n_rows"]) == (12, 10, 120)


def test_the_interval_over_repeats_is_wider_than_feldts_over_rows(scale) -> None:
    rows, persona = scale(12, repeats=10), np.repeat(np.arange(12), 10)
    alpha, naive = alpha_of_repeats(rows, persona, seed=1), cronbach_alpha(rows)
    assert alpha.method.startswith("persona bootstrap")
    assert alpha.high - alpha.low > 1.5 * (naive.high - naive.low)


def test_the_means_of_the_repeats_have_their_own_alpha(scale) -> None:
    rows, persona = scale(12, repeats=10), np.repeat(np.arange(12), 10)
    means = cronbach_alpha(rows.groupby(persona).mean())
    alpha = alpha_of_repeats(rows, persona, seed=1)
    assert alpha.extra["alpha_of_means"] == pytest.approx(means.value)
    assert alpha.extra["alpha_of_means_low"] == pytest.approx(means.low)
    assert means.value > alpha.value


@pytest.mark.parametrize("share_missing", [0, 0.08])
def test_the_fast_bootstrap_draws_what_gathering_the_rows_draws(scale, share_missing: float) -> None:
    rows, persona = scale(15, repeats=4), np.repeat(np.arange(15), 4)
    rows = rows.mask(np.random.default_rng(1).random(rows.shape) < share_missing)
    slow = persona_bootstrap(
        on_rows(lambda r, _: cronbach_alpha(rows.iloc[r]).value, persona), 15, seed=3, resamples=60
    )
    fast = alpha_of_repeats(rows, persona, 3, 60)
    assert (fast.low, fast.high) == pytest.approx((slow.low, slow.high), abs=1e-10)


def test_repeats_of_one_persona_have_no_person_facet(scale) -> None:
    assert alpha_of_repeats(scale(20), [""] * 20, seed=1).note == "no_person_facet"


def test_two_repeated_personas_are_too_few(scale) -> None:
    alpha = alpha_of_repeats(scale(2, repeats=10), np.repeat(["a", "b"], 10), seed=1)
    assert alpha.note == "too_few_persons"
    assert alpha.n_persons == 2


def test_copies_are_not_replications(scale) -> None:
    rows = scale(12).loc[np.repeat(np.arange(12), 5)]
    alpha = alpha_of_repeats(rows, rows.index, seed=1)
    assert alpha.has("no_replication")
    assert alpha.value == pytest.approx(alpha.extra["alpha_of_means"], abs=0.02)


def test_personas_without_a_second_row_have_no_replication(scale) -> None:
    assert alpha_of_repeats(scale(12), range(12), seed=1).has("no_replication")


def test_identical_sheets_of_repeats_are_not_estimable() -> None:
    rows = pd.DataFrame({"a": [2] * 12, "b": [4] * 12})
    alpha = alpha_of_repeats(rows, list("abcd") * 3, seed=1)
    assert alpha.note == "zero_total_variance"
    assert alpha.has("no_replication")


def test_personas_are_drawn_within_their_poles(scale) -> None:
    rows, persona = scale(12, repeats=5), np.repeat(np.arange(12), 5)
    poles = np.where(rows.groupby(persona).mean().mean(axis=1) > 3, 1, -1)[persona]
    alpha, free = alpha_of_repeats(rows, persona, 1, strata=poles), alpha_of_repeats(rows, persona, 1)
    assert alpha.method.endswith("within strata")
    assert alpha.high - alpha.low < free.high - free.low


def test_unequal_numbers_of_repeats_are_told(scale) -> None:
    alpha = alpha_of_repeats(scale(20), [*"abcde" * 3, *"abcab"], seed=1)
    assert alpha.n_replications is None
    assert (alpha.extra["fewest_rows"], alpha.extra["most_rows"]) == (3, 5)


def test_labels_must_fit_the_rows(scale) -> None:
    with pytest.raises(ValueError, match="3 labels for 20 rows"):
        alpha_of_repeats(scale(20), "abc", seed=1)


# ---- items


def test_a_constant_item_has_no_correlation_and_no_warning() -> None:
    items, _ = edge("edge_one_constant_item")
    table = item_statistics(items).set_index("item")
    assert table.loc["q4", ["item_total_r", "item_rest_r"]].isna().all()
    assert table.loc["q4", "alpha_if_dropped"] == pytest.approx(cronbach_alpha(items.drop(columns="q4")).value)
    assert table.loc["q1", "item_rest_r"] > 0


@pytest.mark.parametrize("slope", [1, 7.1, 0.1237])
def test_items_that_are_constant_among_complete_rows_are_named_in_any_unit(slope: float) -> None:
    x = pd.DataFrame({"a": [5, 1, 1, 5, 1, 1], "b": [1, 1, 1, np.nan, 1, 1], "c": [1, 1, 1, 5, np.nan, 1]})
    x = pd.concat(
        [x.assign(d=[1, 1, 5, 1, 1, 1]), pd.DataFrame({"b": [5], "c": [5]})]
    )  # who differs in b or c has gaps
    alpha = cronbach_alpha(slope * x, missing="listwise")
    assert alpha.extra["constant_items"] == ("b", "c")
    assert math.isnan(alpha.extra["standardised_alpha"])


@pytest.mark.parametrize("slope", [1, 0.1237, 100 / 3])
def test_a_constant_total_correlates_with_no_item_in_any_unit(slope: float) -> None:
    x = pd.DataFrame({"a": [3, 3, 1, 3, 2, 1], "b": [1, 1, 2, 2, 1, 2], "c": [2, 2, 3, 1, 3, 3]})
    assert item_statistics(slope * x + 0.377)["item_total_r"].isna().all()


def test_two_items_leave_nothing_to_drop(scale) -> None:
    assert item_statistics(scale(20, items=2))["alpha_if_dropped"].isna().all()
