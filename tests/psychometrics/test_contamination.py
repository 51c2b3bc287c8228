"""Knowing items by heart is told from knowing the kind of text."""

import math

import numpy as np
import pytest

from psychometrics import contamination, wilson


def test_somebody_who_knows_every_item_is_found() -> None:
    found = contamination(np.eye(20), seed=1)
    assert (found.advantage.value, found.exact.value, found.nearest.value) == (1, 1, 1)
    assert found.advantage.extra["p"] < 0.01
    assert found.nearest.low > 0.8


def test_somebody_who_says_the_same_to_everything_has_no_advantage() -> None:
    found = contamination(np.tile(np.random.default_rng(1).random(20), (20, 1)), seed=1)
    assert found.advantage.value == pytest.approx(0, abs=0.06)
    assert found.nearest.value == pytest.approx(1 / 20, abs=0.06)
    assert found.exact.value == 0


def test_chance_alone_is_no_knowledge() -> None:
    p = [
        contamination(np.random.default_rng(seed).random((15, 15)), seed=seed).advantage.extra["p"]
        for seed in range(200)
    ]
    assert 0.01 <= np.mean(np.array(p) < 0.05) <= 0.1


def test_missing_replies_are_left_out_and_counted() -> None:
    table = np.eye(10)
    table[3] = math.nan
    assert contamination(table, seed=1).exact.n_items == 9


def test_fewer_than_three_replies_are_too_few() -> None:
    found = contamination(np.eye(2), seed=1)
    assert {found.advantage.note, found.exact.note, found.nearest.note} == {"too_few_items"}


def test_wilson_is_the_published_interval() -> None:
    # binom.confint(c(0, 15), c(10, 148), methods = "wilson"): 0 to .2775, .0624 to .1605
    none, some = wilson(0, 10), wilson(15, 148)
    assert (none.low, none.high) == pytest.approx((0, 0.2775), abs=5e-5)
    assert (some.low, some.high) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 0).note == "too_few_items"


def test_a_table_that_is_not_square_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="one row and one column for each item"):
        contamination(np.ones((3, 2)), seed=1)
