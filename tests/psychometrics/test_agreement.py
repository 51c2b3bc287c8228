"""Exact agreement and mean absolute change."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.agreement import exact_agreement, mean_absolute_change


def test_agreement_and_change_are_means_over_all_pairs() -> None:
    table = pd.DataFrame({"a": [1, 2, 3], "b": [1, 3, 5], "c": [1, 3, np.nan]})
    assert exact_agreement(table).value == pytest.approx((1 + 1 / 3 + 0) / 3)
    assert mean_absolute_change(table).value == pytest.approx((0 + 2 / 3 + 2) / 3)
    assert exact_agreement(table).extra["n_pairs"] == 7


def test_chance_agreement_is_that_of_two_ratings_drawn_from_all() -> None:
    table = pd.DataFrame({"a": [1, 1, 2, 3], "b": [1, 2, 2, 3]})
    assert exact_agreement(table).extra["chance_agreement"] == pytest.approx((3 * 2 + 3 * 2 + 2 * 1) / (8 * 7))


def test_the_interval_resamples_persons_within_strata() -> None:
    table = pd.DataFrame({"a": [1, 1, 1, 1, 2, 2], "b": [1, 1, 1, 2, 1, 1]})
    free = exact_agreement(table)
    fixed = exact_agreement(table, strata=list("hhhhll"))
    assert fixed.method.endswith("within strata")
    assert fixed.high - fixed.low < free.high - free.low


def test_one_number_from_all_is_no_agreement_to_boast_of() -> None:
    assert exact_agreement(pd.DataFrame({"a": [3, 3, 3], "b": [3, 3, 3]})).note == "zero_total_variance"
    assert exact_agreement(pd.DataFrame({"a": [3, 2, 3], "b": [3, 2, 3]})).note == "identical_ratings"


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("statistic", [exact_agreement, mean_absolute_change])
def test_hard_data_give_values_or_reasons(name: str, statistic) -> None:
    found = statistic(HARD[name], resamples=50)
    assert found.note if math.isnan(found.value) or found.value == 1 else True


def test_strata_are_needed_for_every_person() -> None:
    with pytest.raises(ValueError, match="2 given for 3"):
        exact_agreement(pd.DataFrame({"a": [1, 2, 3], "b": [1, 3, 3]}), strata=["a", "b"])
