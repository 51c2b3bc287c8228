"""The mean over persons by bootstrap: as wide as Student's interval, and withheld where it would claim too much."""

import math

import numpy as np
import pytest

from psychometrics.bootstrap_mean import bootstrap_mean
from psychometrics.compare import mean_over_persons


def test_the_interval_of_normal_scores_is_nearly_that_of_student() -> None:
    x = np.random.default_rng(1).normal(3, 1, 40)
    found, student = bootstrap_mean(x, seed=1), mean_over_persons(x)
    assert found.value == student.value
    assert [found.low, found.high] == pytest.approx([student.low, student.high], abs=0.06)


def test_missing_persons_are_left_out_with_their_strata() -> None:
    x, poles = [1.0, 2.0, math.nan, 4.0, 6.0], ["a", "a", "c", "b", "b"]
    found = bootstrap_mean(x, strata=poles, seed=1)
    assert found == bootstrap_mean([1.0, 2.0, 4.0, 6.0], strata=["a", "a", "b", "b"], seed=1)
    assert found.n_persons == 4 and found.method.endswith("within strata")


@pytest.mark.parametrize(
    ("values", "value", "note"),
    [
        ([], math.nan, "x"),
        ([None], math.nan, "x"),
        ([1, 3], 2, "too_few_persons"),
        ([2] * 9, 2, "equal_in_all_persons"),
    ],
)
def test_without_spread_or_persons_there_is_no_interval(values: list, value: float, note: str) -> None:
    found = bootstrap_mean(values, none="x", extra={"told": 1}, seed=1)
    assert found.value == pytest.approx(value, nan_ok=True)
    assert found.note == note and math.isnan(found.low) and found.extra == {"told": 1}
