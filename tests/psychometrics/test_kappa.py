"""Kappa of two and of many raters."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.kappa import POWERS, fleiss_kappa, item_kappas, weighted_kappa
from psychometrics.krippendorff_alpha import krippendorff_alpha

FIRST = [1, 2, 4, 5, 3, 2, 4, 1, 5, 3]
SECOND = [2, 2, 3, 4, 4, 1, 5, 2, 4, 3]


# ---- Cohen


def test_r_gives_the_same_kappas() -> None:
    # psych 2.2.9: k <- cohen.kappa(cbind(FIRST, SECOND)); the linear one with w = 1 - abs(outer(1:5, 1:5, "-")) / 4
    assert weighted_kappa(FIRST, SECOND, weights="quadratic").value == pytest.approx(0.7647058824, abs=1e-9)
    assert weighted_kappa(FIRST, SECOND, weights="linear").value == pytest.approx(0.4594594595, abs=1e-9)
    plain = weighted_kappa(FIRST, SECOND, weights="unweighted")
    assert (plain.low, plain.high) == pytest.approx((-0.2980498871, 0.2980498871), abs=1e-9)


def test_the_interval_of_weighted_kappa_is_the_published_one_and_not_psychs() -> None:
    # psych 2.2.9: cohen.kappa(cbind(FIRST, SECOND))$confid; with other margins its variance falls below 0
    found = weighted_kappa(FIRST, SECOND)
    psych = (found.extra["low_psych"], found.extra["high_psych"])
    assert psych == pytest.approx((0.6922951943, 0.8371165704), abs=1e-9)
    found = weighted_kappa([1, 1, 2, 3, 5, 5, 4, 2, 1, 2], [1, 2, 2, 3, 4, 5, 5, 3, 2, 2])
    assert found.extra["low_psych"] == found.extra["high_psych"] == pytest.approx(0.8756218905, abs=1e-9)
    assert found.low < 0.8 < 0.95 < found.high


def test_the_interval_of_weighted_kappa_is_that_of_resampled_persons(raters) -> None:
    table = raters(300, 2)
    found = weighted_kappa(table[0], table[1])
    drawn = [
        weighted_kappa(*table.sample(300, replace=True, random_state=each).to_numpy().T).value for each in range(300)
    ]
    assert found.extra["standard_error"] == pytest.approx(np.std(drawn), rel=0.15)


def test_two_categories_have_one_kappa() -> None:
    kappas = [weighted_kappa([1, 1, 2, 2, 1, 2], [1, 2, 2, 2, 1, 1], weights=each).value for each in POWERS]
    assert kappas == pytest.approx([1 / 3] * 3)


def test_a_far_disagreement_costs_more_when_weighted() -> None:
    near, far = ([1, 2, 3, 4, 5, 2], [1, 2, 3, 4, 5, 5])
    plain, weighted = (
        weighted_kappa(near, far, weights=each).value - weighted_kappa(near, [1, 2, 3, 4, 5, 3], weights=each).value
        for each in ("unweighted", "quadratic")
    )
    assert weighted < plain - 0.1


def test_an_unused_category_counts_in_distances_and_not_in_ranks() -> None:
    first, second = [1, 2, 5, 5, 2, 1], [1, 5, 5, 5, 2, 2]
    ranks = weighted_kappa(first, second, spacing="ranks")
    assert ranks.value == weighted_kappa([1, 2, 3, 3, 2, 1], [1, 3, 3, 3, 2, 2]).value
    assert ranks.value != weighted_kappa(first, second).value


def test_persons_without_both_answers_are_left_out() -> None:
    found = weighted_kappa([*FIRST, 1, None], [*SECOND, None, 2])
    assert (found.value, found.n_persons) == (weighted_kappa(FIRST, SECOND).value, 10)


def test_one_category_throughout_says_nothing() -> None:
    found = weighted_kappa([3] * 5, [3] * 5)
    assert found.note == "zero_total_variance"
    assert found.extra["percent_exact_agreement"] == 100


def test_a_constant_rater_is_a_zero_with_a_reason() -> None:
    found = weighted_kappa([3] * 5, [1, 2, 3, 4, 5])
    assert (found.value, found.note) == (0, "constant_rater")
    assert math.isnan(found.low)


def test_items_are_compared_by_person_and_name() -> None:
    first = pd.DataFrame({"a": FIRST, "b": SECOND})
    second = pd.DataFrame({"b": FIRST, "a": SECOND}).iloc[::-1]
    table = item_kappas(first, second).set_index("item")
    assert list(table["kappa"]) == pytest.approx([0.7647058824] * 2, abs=1e-9)
    assert list(table["exact_agreement"]) == [0.2, 0.2]
    assert list(table["mean_absolute_change"]) == [0.8, 0.8]


def test_a_second_administration_that_copies_the_first_is_no_replication() -> None:
    first = pd.DataFrame({"a": FIRST, "b": SECOND})
    table = item_kappas(first, first)
    assert list(table["note"]) == ["no_replication"] * 2
    assert table["kappa"].isna().all()
    assert list(table["exact_agreement"]) == [1, 1]


def test_both_administrations_need_the_same_items_and_one_row_a_person() -> None:
    with pytest.raises(ValueError, match="no column b"):
        item_kappas(pd.DataFrame({"a": [1], "b": [2]}), pd.DataFrame({"a": [1]}))
    with pytest.raises(ValueError, match="two rows in second"):
        item_kappas(pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 2]}, index=[0, 0]))


# ---- Fleiss


def test_ten_subjects_and_fourteen_raters_have_the_published_kappa() -> None:
    # the example of Fleiss' kappa with 10 subjects, 14 raters, 5 categories: .210
    counts = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    ratings = pd.DataFrame([np.repeat(np.arange(5), each) for each in counts])
    assert fleiss_kappa(ratings).value == pytest.approx(0.20993, abs=1e-5)


def test_the_interval_of_fleiss_kappa_is_that_of_resampled_persons(raters) -> None:
    found, drawn = fleiss_kappa(raters()), krippendorff_alpha(raters(), level="nominal", seed=1)
    assert found.value == pytest.approx(drawn.value, abs=2e-3)  # they differ by 1 / n of pairs
    assert (found.low, found.high) == pytest.approx((drawn.low, drawn.high), abs=0.01)


def test_raters_who_guess_have_a_z_of_a_normal() -> None:
    guesses = np.random.default_rng(4).integers(0, 3, (200, 30, 4))
    z = [fleiss_kappa(pd.DataFrame(each)).extra["z"] for each in guesses]
    assert np.std(z) == pytest.approx(1, abs=0.15)
    assert abs(np.mean(z)) < 0.3


def test_a_missing_rating_drops_the_person(raters) -> None:
    some = raters()
    some.iloc[0, 1] = np.nan
    assert fleiss_kappa(some).value == fleiss_kappa(raters().iloc[1:]).value
    assert fleiss_kappa(some).extra["n_dropped"] == 1


@pytest.mark.parametrize("name", HARD)
def test_hard_data_give_values_or_reasons(name: str) -> None:
    table = HARD[name]
    pairs = [weighted_kappa(table.iloc[:, 0], table.iloc[:, -1], weights=each) for each in POWERS]
    for estimate in (fleiss_kappa(table), *pairs):
        assert estimate.note if math.isnan(estimate.value) or estimate.value in (0, 1) else True
    changed = item_kappas(table, table.iloc[::-1].set_axis(table.index))
    assert (changed["kappa"].notna() | (changed["note"] != "")).all()


def test_unknown_options_are_mistakes() -> None:
    with pytest.raises(ValueError, match="quadratic"):
        weighted_kappa([1], [1], weights="cubic")
    with pytest.raises(ValueError, match="ranks"):
        weighted_kappa([1], [1], spacing="equal")
    with pytest.raises(ValueError, match="3 first and 2 second"):
        weighted_kappa([1, 2, 3], [1, 2])
