"""Polychoric correlations against lavaan 0.6-14 and psych 2.2.9 (R 4.2.2), and what must hold for any data."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD
from scipy import stats
from two_factors import answers

from psychometrics.bivariate_normal import LARGEST, bivariate_normal, two_step
from psychometrics.correlations import polychoric, thresholds_of
from psychometrics.covariances import correlations, covariances
from psychometrics.ordinal_alpha import ordinal_alpha

E = ["e1", "e2", "e3", "e4"]


def upper(table: pd.DataFrame) -> list[float]:
    return table.to_numpy()[np.triu_indices(len(table), 1)].tolist()


def test_correlations_are_as_in_lavaan() -> None:
    # lavCor(x, ordered = names(x))
    expected = [0.4470325727, 0.5129089085, 0.4809405219, 0.4529129988, 0.4228521858, 0.4521545810]
    assert upper(polychoric(answers()[E]).correlations) == pytest.approx(expected, abs=1e-6)


def test_thresholds_are_as_in_psych() -> None:
    # polychoric(x, correct = 0)$tau
    found = polychoric(answers()[E]).thresholds
    assert list(found.columns) == ["1", "2", "3", "4"]
    assert found.loc["e1"].tolist() == pytest.approx([-1.351089806, -0.6077800941, 0.2576634368, 1.080319341])
    assert found.loc["e3"].tolist() == pytest.approx([-1.644853627, -0.7224790519, 0.08365173391, 0.896473364])


def test_pairs_with_missing_answers_are_as_in_psych() -> None:
    x = answers()[E]
    x.iloc[::7, 1] = np.nan
    expected = [0.4544524816, 0.5129016163, 0.4809407331, 0.4631287171, 0.4510812438, 0.4521511210]
    assert upper(polychoric(x).correlations) == pytest.approx(expected, abs=2e-5)
    assert polychoric(x, missing="listwise").n_persons == 514


def test_two_categories_give_the_tetrachoric_correlations_of_lavaan() -> None:
    x = (answers().head(80)[["e1", "e2", "n1", "n2"]] > 3).astype(float)
    expected = [0.69238178423, 0.22934353789, -0.2110651788, 0.01769328015, -0.24022633134, -0.27659928178]
    assert upper(polychoric(x).correlations) == pytest.approx(expected, abs=1e-6)


def test_medians_give_the_sine_of_the_table() -> None:
    x = pd.DataFrame({"a": [0] * 50 + [1] * 50, "b": [0] * 35 + [1] * 30 + [0] * 15 + [1] * 20})
    share = pd.crosstab(x["a"], x["b"]).iloc[0, 0] / 100
    assert polychoric(x).correlations.loc["a", "b"] == pytest.approx(-math.cos(2 * math.pi * share), abs=1e-7)


@pytest.mark.parametrize(("persons", "expected"), [(10, 0.10514487), (12, 0.379412971), (15, 0.545353928)])
def test_an_empty_cell_of_two_by_two_gets_half_an_answer_as_in_lavaan(persons: int, expected: float) -> None:
    x = (answers().head(persons)[["e1", "e3"]] > 3).astype(float)
    assert polychoric(x).correlations.loc["e1", "e3"] == pytest.approx(expected, abs=1e-6)


def test_the_correlation_behind_the_answers_is_found_again() -> None:
    random = np.random.default_rng(8)
    z = random.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 30000)
    x = pd.DataFrame({"a": np.digitize(z[:, 0], [-1, 0.5]), "b": np.digitize(z[:, 1], [-0.5, 0, 1.5])})
    found = polychoric(x)
    assert found.correlations.loc["a", "b"] == pytest.approx(0.6, abs=0.015)
    assert found.thresholds.loc["a", ["1", "2"]].tolist() == pytest.approx([-1, 0.5], abs=0.03)
    assert math.isnan(found.thresholds.loc["a", "3"])


def test_reversing_an_item_turns_its_correlations() -> None:
    x = answers()[E]
    turned = polychoric(x.assign(e2=6 - x["e2"])).correlations
    sign = np.array([1, -1, 1, 1])
    assert turned.to_numpy() == pytest.approx(polychoric(x).correlations.to_numpy() * np.outer(sign, sign), abs=1e-7)


def test_only_the_order_of_the_categories_counts() -> None:
    x = answers()[E]
    assert upper(polychoric(x * 10 - 3).correlations) == pytest.approx(upper(polychoric(x).correlations), abs=1e-9)


@pytest.mark.parametrize("r", [-0.9999, -0.95, -0.3, 0.0, 0.5, 0.93, 0.9999])
def test_bivariate_normal_probabilities_agree_with_scipy(r: float) -> None:
    points = [(-1.5, 0.3), (0.0, 0.0), (0.0, -1.0), (2.0, 2.0), (-3.0, 1.0), (1.0, 1.001)]
    expected = [stats.multivariate_normal.cdf(each, cov=[[1, r], [r, 1]]) for each in points]
    h, k = np.array(points).T
    assert bivariate_normal(h, k, r).tolist() == pytest.approx(expected, abs=1e-12)


def test_beyond_all_thresholds_one_variable_is_left() -> None:
    assert bivariate_normal(np.inf, 0.7, 0.4) == pytest.approx(stats.norm.cdf(0.7), abs=1e-15)
    assert bivariate_normal(-np.inf, 0.7, 0.4) == pytest.approx(0, abs=1e-15)


def test_ordinal_alpha_is_the_standardised_alpha_of_the_polychoric_correlations() -> None:
    r = polychoric(answers()[E]).correlations.to_numpy()
    estimate = ordinal_alpha(answers()[E], resamples=0)
    assert estimate.value == pytest.approx(4 / 3 * (1 - 4 / r.sum()))
    assert math.isnan(estimate.low)


def test_ordinal_alpha_lies_above_the_alpha_of_the_answers() -> None:
    x = (answers()[E] > 3).astype(float)
    r = correlations(covariances(x.to_numpy()))
    assert ordinal_alpha(x, resamples=0).value > 4 / 3 * (1 - 4 / r.sum())


def test_the_bootstrap_draws_personas_whole() -> None:
    x = answers(120)[E]
    once = ordinal_alpha(x, resamples=200, seed=3)
    thrice = ordinal_alpha(pd.concat([x] * 3), persona=list(range(120)) * 3, resamples=200, seed=3)
    assert (once.n_persons, thrice.n_persons) == (120, 120)
    assert (thrice.value, thrice.low, thrice.high) == pytest.approx((once.value, once.low, once.high), abs=1e-6)
    assert once.low < once.value < once.high


@pytest.mark.parametrize("start", [-0.9, -0.3, 0.0, 0.9])
def test_a_likelihood_that_flattens_leads_to_the_limit_wherever_the_search_begins(start: float) -> None:
    table = np.array([[[0.0, 0.0, 1.0], [0.0, 0.0, 1.0], [0.0, 2.0, 2.0]]])  # low on one item is high on the other
    rows, columns = thresholds_of(table.sum(axis=2)), thresholds_of(table.sum(axis=1))
    assert two_step(table, rows, columns, np.array([start])) == [-LARGEST]
    assert two_step(table[:, ::-1], -rows[:, ::-1], columns, np.array([start])) == [LARGEST]


def test_copies_of_one_item_are_at_the_limit_and_say_so() -> None:
    x = pd.DataFrame({each: answers()["e1"] for each in "abc"})
    assert any(each.startswith("boundary_correlation") for each in polychoric(x).warnings)
    assert ordinal_alpha(x).note == "degenerate_identical_items"


def test_a_constant_item_is_named_and_alpha_of_the_others_given() -> None:
    estimate = ordinal_alpha(answers()[E].assign(e5=2))
    assert estimate.note == "constant_items"
    assert estimate.extra["constant_items"] == ("e5",)
    assert estimate.extra["alpha_varying_items"] == pytest.approx(ordinal_alpha(answers()[E], resamples=0).value)


def test_contradictory_correlations_can_be_smoothed() -> None:
    x = HARD["more items than persons"]
    plain, smooth = polychoric(x), polychoric(x, smooth=True)
    assert any(each.startswith("not_positive_definite") for each in plain.warnings)
    assert np.linalg.eigvalsh(smooth.correlations).min() > 0
    assert np.diag(smooth.correlations) == pytest.approx(1)


def test_continuous_answers_have_too_many_categories() -> None:
    x = pd.DataFrame(np.random.default_rng(1).normal(size=(50, 3)))
    assert polychoric(x).note == "too_many_categories"
    assert ordinal_alpha(x).note == "too_many_categories"


def test_repeats_of_the_bare_model_are_no_persons() -> None:
    assert ordinal_alpha(answers(50)[E], persona=["bare"] * 50).note == "no_person_facet"


@pytest.mark.parametrize("name", HARD)
def test_hard_data_have_a_value_or_a_reason(name: str) -> None:
    x = HARD[name]
    found, estimate = polychoric(x), ordinal_alpha(x, resamples=20)
    assert found.note or np.isfinite(found.correlations.to_numpy()).any()
    assert math.isfinite(estimate.value) or estimate.note
    assert ordinal_alpha(x, missing="listwise", resamples=20).note or found.correlations.notna().any(axis=None)


def test_wrong_calls_are_named() -> None:
    with pytest.raises(ValueError, match='missing: "drop"'):
        polychoric(answers()[E], missing="drop")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="persona: 2 labels for 600 rows"):
        ordinal_alpha(answers()[E], persona=["a", "b"])
    with pytest.raises(ValueError, match='item "e1", row 0: inf'):
        polychoric(answers()[E].assign(e1=np.inf))
