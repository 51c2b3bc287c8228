"""Confirmatory factors of ordered answers against lavaan 0.6-14 (R 4.2.2), and what must hold for any data."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD
from two_factors import answers

from psychometrics.cfa_ordinal import correlation_covariance, ordinal_factors
from psychometrics.correlations import polychoric

MODEL = "E =~ e1 + e2 + e3 + e4\nN =~ n1 + n2 + n3 + n4 + e4"


def test_estimates_and_both_chi_squares_are_as_in_lavaan() -> None:
    # cfa(MODEL, x, std.lv = TRUE, ordered = TRUE, estimator = "WLSMV"); fitMeasures; standardizedSolution
    found = ordinal_factors(answers(), MODEL)
    plain, scaled = found.unscaled, found.scaled
    assert (plain.n_parameters, plain.df, scaled.df) == (42, 18, 18)
    assert [plain.chi2, plain.tli, plain.srmr] == pytest.approx([6.15137856036, 1.00818757677, 0.01732229283], abs=1e-5)
    assert [scaled.chi2, scaled.p] == pytest.approx([11.04356864249, 0.89249866696], abs=1e-5)
    assert [scaled.cfi, scaled.tli, scaled.rmsea] == pytest.approx([1, 1.00687857295, 0], abs=1e-6)
    loadings = [0.7293793144, 0.6216244495, 0.7089144975, 0.5563090763, 0.6782170333, -0.6386105611, 0.7606473249]
    assert found.loadings["standardised"].tolist() == pytest.approx([*loadings, 0.5452757786, 0.2634742133], abs=1e-5)
    errors = [0.03548641831, 0.03638666246, 0.03408608525, 0.04234706628, 0.03528816329, 0.03624467463, 0.03007317865]
    assert found.loadings["standardised_standard_error"].tolist() == pytest.approx(
        [*errors, 0.03944175487, 0.04611860517], abs=1e-6
    )
    both = found.factor_correlations.loc[0, ["correlation", "standard_error"]].tolist()
    assert both == pytest.approx([0.3802270805, 0.04748321275], abs=1e-5)


def test_one_factor_is_as_in_lavaan() -> None:
    found = ordinal_factors(answers(), "E =~ e1 + e2 + e3 + n1")
    assert [found.unscaled.chi2, found.scaled.chi2, found.scaled.tli] == pytest.approx(
        [0.1100486681, 0.2011137950, 1.0114841891], abs=1e-5
    )


def test_known_loadings_are_found_again_through_coarse_answers() -> None:
    random = np.random.default_rng(2)
    loads = np.array([0.8, 0.7, 0.6, 0.5])
    z = random.normal(size=(20000, 1)) * loads + random.normal(size=(20000, 4)) * np.sqrt(1 - loads**2)
    x = pd.DataFrame(np.digitize(z, [-0.5, 1.0]), columns=list("abcd"))
    found = ordinal_factors(x, "f =~ a + b + c + d")
    assert found.loadings["standardised"].tolist() == pytest.approx(loads, abs=0.02)


def test_errors_of_correlations_agree_with_resampled_persons() -> None:
    x = answers()[["e1", "e2", "e3"]]
    error = np.sqrt(np.diag(correlation_covariance(x.to_numpy(), polychoric(x))))
    random = np.random.default_rng(9)
    drawn = [polychoric(x.iloc[random.integers(0, len(x), len(x))]).correlations.to_numpy() for _ in range(300)]
    assert np.std(drawn, axis=0)[np.tril_indices(3, -1)] == pytest.approx(error, rel=0.15)


def test_a_reversed_item_turns_only_its_own_loading() -> None:
    x = answers()
    turned, found = (ordinal_factors(each, MODEL) for each in (x.assign(n2=6 - x["n2"]), x))
    expected = found.loadings["standardised"].to_numpy(copy=True)
    expected[5] *= -1
    assert turned.loadings["standardised"].to_numpy() == pytest.approx(expected, abs=1e-6)
    assert turned.scaled.chi2 == pytest.approx(found.scaled.chi2, abs=1e-5)


def test_persons_with_a_missing_answer_are_left_out() -> None:
    x = answers()
    x.loc[::7, "e2"] = np.nan
    assert ordinal_factors(x, MODEL).n_persons == 514


def test_copies_of_an_item_and_too_few_items_are_refused() -> None:
    x = answers()
    assert ordinal_factors(x.assign(e5=x["e1"]), "f =~ e1 + e2 + e3 + e5").note == "boundary_correlation"
    assert ordinal_factors(x, "f =~ e1 + e2").note == "not_identified"
    assert ordinal_factors(x, MODEL, ipsative=True).note == "ipsative"
    assert ordinal_factors(x, "f =~ e1 + e2 + e3").note == "saturated_model"


def test_few_persons_are_warned_of() -> None:
    told = ordinal_factors(answers(150), MODEL).warnings
    assert any(each.startswith("few_persons_for_structure") for each in told)


@pytest.mark.parametrize("name", HARD)
def test_hard_data_have_a_value_or_a_reason(name: str) -> None:
    x = HARD[name]
    found = ordinal_factors(x, {"f": list(x)})
    assert found.note or math.isfinite(found.scaled.chi2)
    assert len(found.loadings) == len(x.columns)


def test_wrong_calls_are_named() -> None:
    with pytest.raises(ValueError, match='heywood: "drop"'):
        ordinal_factors(answers(), MODEL, heywood="drop")  # type: ignore[arg-type]
