"""Krippendorff's alpha: published values, a second program, and units of one persona."""

import math

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hard_data import HARD
from scipy import stats

from psychometrics.krippendorff_alpha import LEVELS, krippendorff_alpha

# Krippendorff (2011), section D: 12 units, four observers
OBSERVERS = pd.DataFrame(
    {
        "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        "C": [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    }
)


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_the_published_alphas_come_out(level: str, published: float) -> None:
    assert round(krippendorff_alpha(OBSERVERS, level=level).value, 3) == published


@pytest.mark.parametrize("level", LEVELS)
def test_a_second_program_gives_the_same_alpha(level: str, raters) -> None:
    some = raters().mask(np.random.default_rng(3).random((200, 4)) < 0.2)
    other = krippendorff.alpha(some.T.to_numpy(), level_of_measurement=level)
    assert krippendorff_alpha(some, level=level, resamples=10).value == pytest.approx(other, abs=1e-12)


@pytest.mark.parametrize("level", LEVELS)
def test_the_bootstrap_counts_coincidences_as_a_new_table_would(level: str) -> None:
    units = OBSERVERS.iloc[:11]
    drawn = []
    random = np.random.default_rng(0)
    for _ in range(1000):
        rows = units.iloc[random.integers(0, 11, 11)]
        drawn.append(krippendorff.alpha(rows.T.to_numpy(), level_of_measurement=level))
    found = krippendorff_alpha(units, level=level, seed=0, resamples=4000)
    tail = stats.norm.sf(stats.t.isf(0.025, 10) * np.sqrt(11 / 10))  # of 11 units, as persona_bootstrap expands it
    low, high = np.quantile(drawn, [tail, 1 - tail])
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.08)


def test_answers_of_one_persona_are_drawn_together(raters) -> None:
    answers = pd.concat([raters(30)] * 4)
    persona = np.tile(np.arange(30), 4)
    together = krippendorff_alpha(answers, persona=persona, seed=1)
    apart = krippendorff_alpha(answers, seed=1)
    assert together.value == pytest.approx(apart.value)
    assert (together.n_persons, apart.n_persons) == (30, 120)
    assert together.high - together.low > 1.5 * (apart.high - apart.low)


def test_a_unit_with_one_rating_does_not_count() -> None:
    found = krippendorff_alpha(OBSERVERS)
    assert (found.n_persons, found.extra["n_units"], found.extra["n_pairable"]) == (11, 11, 40)


def test_irr_differs_on_complete_tables_of_many_raters_only(raters) -> None:
    assert krippendorff_alpha(OBSERVERS).extra["alpha_irr"] == krippendorff_alpha(OBSERVERS).value
    two, four = (krippendorff_alpha(raters(50, each), resamples=10) for each in (2, 4))
    assert two.extra["alpha_irr"] == pytest.approx(two.value, abs=1e-12)
    n = 200
    assert 1 - four.extra["alpha_irr"] == pytest.approx((1 - four.value) * (n - 1 / 3) / (n - 1), abs=1e-12)


def test_a_ratio_below_zero_is_not_estimable() -> None:
    assert krippendorff_alpha(OBSERVERS - 3, level="ratio").note == "negative_values"


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("level", LEVELS)
def test_hard_data_give_values_or_reasons(name: str, level: str) -> None:
    found = krippendorff_alpha(HARD[name], level=level, resamples=50)
    assert found.note if math.isnan(found.value) or found.value in (0, 1) else True


def test_unknown_options_are_mistakes() -> None:
    with pytest.raises(ValueError, match="ordinal"):
        krippendorff_alpha(OBSERVERS, level="cardinal")
    with pytest.raises(ValueError, match="2 labels for 12 units"):
        krippendorff_alpha(OBSERVERS, persona=["a", "b"])
