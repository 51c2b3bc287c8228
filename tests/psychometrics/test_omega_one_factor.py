"""Omega of a one-factor model against lavaan 0.6-14 (R 4.2.2), and what must hold for any data."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.alpha import cronbach_alpha
from psychometrics.omega_one_factor import omega_one_factor


def answers(persons: int = 600) -> pd.DataFrame:
    """Four items, 1 to 5: the first four of test_cfa.py."""
    random = np.random.default_rng(11)
    traits = random.normal(size=(persons, 2)) @ np.array([[1.0, 0.4], [0.0, 0.9]])
    group = np.arange(persons) % 3
    traits[:, 0] += np.where(group == 2, 0.5, 0.0)
    loads = np.array([[0.9, 0], [0.7, 0], [0.8, 0], [0.6, 0.3]])
    raw = 3 + traits @ loads.T + random.normal(0, 0.8, (persons, 8))[:, :4]
    raw[:, 2] += np.where(group == 1, 0.6, 0.0)
    return pd.DataFrame(np.clip(np.round(raw), 1, 5), columns=["e1", "e2", "e3", "e4"])


def test_both_omegas_and_the_delta_error_are_as_in_lavaan() -> None:
    # cfa(..., std.lv = TRUE); om := (a+b+c+d)^2 / ((a+b+c+d)^2 + p+q+r+s)
    estimate = omega_one_factor(answers())
    assert estimate.value == pytest.approx(0.7483030828, abs=1e-7)
    assert estimate.extra["omega_observed"] == pytest.approx(0.7482667007, abs=1e-7)
    assert estimate.extra["standard_error"] == pytest.approx(0.0167730599, abs=1e-7)
    assert (estimate.low, estimate.high) == pytest.approx((0.7154285, 0.7811777), abs=1e-6)


def test_the_observed_version_has_a_bootstrap_interval() -> None:
    estimate = omega_one_factor(answers(), variance="observed", resamples=200)
    assert estimate.method.startswith("persona bootstrap")
    assert estimate.low < estimate.value < estimate.high
    assert estimate.extra["standard_error"] == pytest.approx(0.0168, abs=0.004)


def test_omega_of_items_that_load_alike_is_alpha() -> None:
    random = np.random.default_rng(6)
    x = pd.DataFrame(random.normal(size=(50000, 1)) + random.normal(size=(50000, 5)), columns=list("abcde"))
    assert omega_one_factor(x).value == pytest.approx(cronbach_alpha(x).value, abs=2e-4)


def test_omega_does_not_depend_on_unit_or_origin() -> None:
    x = answers()
    assert omega_one_factor(100 - 7 * x).value == pytest.approx(omega_one_factor(x).value, abs=1e-8)


def test_repeated_personas_are_drawn_whole() -> None:
    x = pd.concat([answers(100)] * 5)
    estimate = omega_one_factor(x, persona=list(range(100)) * 5, resamples=200)
    once = omega_one_factor(answers(100), interval="bootstrap", resamples=200)
    assert estimate.n_persons == 100
    assert estimate.value == pytest.approx(once.value, abs=1e-6)
    assert (estimate.low, estimate.high) == pytest.approx((once.low, once.high), abs=1e-6)


def test_repeats_of_the_bare_model_are_no_persons() -> None:
    assert omega_one_factor(answers(50), persona=["bare"] * 50).note == "no_person_facet"


def test_a_heywood_case_falls_back_on_alpha_and_says_so() -> None:
    r = np.array([[1, 0.8, 0.8, 0.1], [0.8, 1, 0.4, 0.1], [0.8, 0.4, 1, 0.1], [0.1, 0.1, 0.1, 1]])
    random = np.random.default_rng(4)
    z = np.linalg.qr(np.column_stack([np.ones(500), random.normal(size=(500, 4))]))[0][:, 1:]
    x = pd.DataFrame(z @ np.linalg.cholesky(r).T * 20, columns=list("abcd"))
    estimate = omega_one_factor(x)
    assert (estimate.note, estimate.extra["fallback"]) == ("did_not_converge", "cronbach_alpha")
    assert estimate.extra["fallback_value"] == pytest.approx(cronbach_alpha(x).value)
    assert omega_one_factor(x, heywood="keep").note == "heywood_case"


def test_a_constant_item_is_named_and_omega_of_the_others_given() -> None:
    estimate = omega_one_factor(answers().assign(e5=3))
    assert estimate.note == "constant_items"
    assert estimate.extra["constant_items"] == ("e5",)
    assert estimate.extra["omega_varying_items"] == pytest.approx(0.7483030828, abs=1e-7)


def test_missing_answers_are_left_out_by_row() -> None:
    x = answers()
    x.loc[::7, "e2"] = np.nan
    assert omega_one_factor(x).value == pytest.approx(omega_one_factor(x.dropna()).value, abs=1e-10)
    assert omega_one_factor(x).n_persons == 514


def test_few_persons_and_ipsative_scores_are_told() -> None:
    assert omega_one_factor(answers(100)).has("few_persons_for_structure")
    assert omega_one_factor(answers(), ipsative=True).note == "ipsative"


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("variance", ["model", "observed"])
def test_hard_data_have_a_value_or_a_reason(name: str, variance: str) -> None:
    estimate = omega_one_factor(HARD[name], variance=variance, resamples=20)  # type: ignore[arg-type]
    assert math.isfinite(estimate.value) or estimate.note


def test_wrong_calls_are_named() -> None:
    with pytest.raises(ValueError, match='variance: "true"'):
        omega_one_factor(answers(), variance="true")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match='interval: "delta" with observed'):
        omega_one_factor(answers(), variance="observed", interval="delta")
    with pytest.raises(ValueError, match="persona: 2 labels for 600 rows"):
        omega_one_factor(answers(), persona=["a", "b"])


def test_items_that_load_against_the_others_are_named() -> None:
    found = omega_one_factor(HARD["reversed once too often"])
    assert found.has("negative_loading")
    assert not omega_one_factor(HARD["two answers only"]).has("negative_loading")
