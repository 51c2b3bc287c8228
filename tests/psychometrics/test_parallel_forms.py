"""Parallel forms: level shift, and shares of form and residual."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.intraclass import intraclass_correlations
from psychometrics.parallel_forms import parallel_forms


@pytest.fixture
def forms():
    def made(persons: int = 80, shift: float = 0.0, count: int = 3) -> pd.DataFrame:
        random = np.random.default_rng(5)
        scores = random.normal(0, 1, (persons, 1)) + random.normal(0, 0.5, (persons, count))
        return pd.DataFrame(scores + shift * np.arange(count), columns=[f"form {i}" for i in range(count)])

    return made


def test_forms_of_one_level_have_no_shift(forms) -> None:
    found = parallel_forms(forms(), seed=1)
    assert abs(found.level_shift.value) < 0.01
    assert found.level_shift.low < 0.01


def test_a_level_shift_is_what_agreement_lacks_to_consistency(forms) -> None:
    found = parallel_forms(forms(shift=0.5), seed=1)
    assert found.level_shift.value == pytest.approx(found.consistency.value - found.agreement.value)
    assert 0.05 < found.level_shift.low < found.level_shift.value < found.level_shift.high
    assert list(found.levels["shift"].round(1)) == [-0.5, 0.0, 0.5]


def test_the_shares_are_variances_of_the_two_way_table(forms) -> None:
    person, form, residual = intraclass_correlations(forms(shift=0.5)).variances["variance"]
    found = parallel_forms(forms(shift=0.5), seed=1)
    assert found.form_share.value == pytest.approx(form / (person + form + residual))
    assert found.interaction_share.value == pytest.approx(residual / (person + form + residual))


def test_missing_forms_keep_the_persons(forms) -> None:
    some = forms(shift=0.5).mask(np.random.default_rng(1).random((80, 3)) < 0.1)
    whole, found = parallel_forms(forms(shift=0.5), seed=1), parallel_forms(some, seed=1, resamples=300)
    assert found.level_shift.n_persons == 80
    assert found.level_shift.value == pytest.approx(whole.level_shift.value, abs=0.03)
    assert list(found.levels["n_persons"]) == list(some.notna().sum())


def test_personas_are_drawn_within_strata(forms) -> None:
    table = forms(shift=0.5)
    poles = np.where(table.mean(axis=1) > 0.5, "high", "low")
    found = parallel_forms(table, seed=1, strata=list(poles))
    assert found.level_shift.method.endswith("within strata")
    with pytest.raises(ValueError, match="1 given for 80"):
        parallel_forms(table, seed=1, strata=["high"])


def test_copied_forms_are_marked(forms) -> None:
    copied = pd.DataFrame({"a": forms()["form 0"], "b": forms()["form 0"]})
    found = parallel_forms(copied, seed=1)
    assert found.agreement.note == found.level_shift.note == "identical_ratings"
    assert math.isnan(found.level_shift.low)


@pytest.mark.parametrize("name", HARD)
def test_hard_data_give_values_or_reasons(name: str) -> None:
    found = parallel_forms(HARD[name], seed=1, resamples=50)
    estimates = (found.agreement, found.consistency, found.level_shift, found.form_share, found.interaction_share)
    for estimate in estimates:
        assert estimate.note if math.isnan(estimate.value) or estimate.value == 1 else True
    assert len(found.levels) == HARD[name].shape[1]


def test_a_shift_is_that_of_persons_who_have_every_form() -> None:
    scores = pd.DataFrame({"a": [1.0, 2, 3, 4, 5, 6], "b": [1.0, 2, 3, math.nan, math.nan, math.nan]})
    assert parallel_forms(scores, seed=1).levels["shift"].tolist() == [0, 0]
