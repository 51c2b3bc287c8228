"""Confirmatory factor analysis against lavaan 0.6-14 (R 4.2.2), and what must hold for any data."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD
from two_factors import answers

from psychometrics.cfa import ConfirmatoryFactors, confirmatory_factors
from psychometrics.cfa_model import factor_model
from psychometrics.fit_measures import measures

MODEL = "E =~ e1 + e2 + e3 + e4\nN =~ n1 + n2 + n3 + n4 + e4"


def standardised(found: ConfirmatoryFactors) -> list[float]:
    return found.loadings["standardised"].tolist()


def test_two_factors_with_a_cross_loading_are_as_in_lavaan() -> None:
    # cfa(MODEL, x, std.lv = TRUE); fitMeasures; standardizedSolution
    found = confirmatory_factors(answers(), MODEL)
    fit = found.fit
    assert (fit.n_parameters, fit.df) == (18, 18)
    assert [fit.chi2, fit.p, fit.cfi, fit.tli] == pytest.approx([15.4755851, 0.629094738, 1, 1.00374760], abs=1e-6)
    assert [fit.rmsea, fit.rmsea_low, fit.rmsea_high] == pytest.approx([0, 0, 0.0309866871], abs=1e-6)
    assert [fit.srmr, fit.loglikelihood] == pytest.approx([0.0164190144, -6678.98136], abs=1e-5)
    assert [fit.aic, fit.bic] == pytest.approx([13393.9627, 13473.1075], abs=1e-4)
    loadings = [0.697518382, 0.603326652, 0.676528478, 0.532312056, 0.644487159, -0.618175909, 0.734086603]
    assert standardised(found) == pytest.approx([*loadings, 0.518969779, 0.255088108], abs=1e-6)
    errors = [0.0315252349, 0.0343816402, 0.0320819266, 0.0401719864, 0.0327045786, 0.0335751787, 0.0301576310]
    assert found.loadings["standardised_standard_error"].tolist() == pytest.approx(
        [*errors, 0.0370779821, 0.0436288457], abs=1e-6
    )
    both = found.factor_correlations.loc[0, ["correlation", "standard_error"]].tolist()
    assert both == pytest.approx([0.372197942, 0.0514247717], abs=1e-6)


def test_a_wrong_model_fits_as_badly_as_in_lavaan() -> None:
    # cfa("E =~ e1+e2+e3+e4+n1+n2+n3+n4", x); fitMeasures
    fit = confirmatory_factors(answers(), {"E": ["e1", "e2", "e3", "e4", "n1", "n2", "n3", "n4"]}).fit
    assert [fit.chi2, fit.cfi, fit.tli] == pytest.approx([308.505475432, 0.724665207, 0.614531290], abs=1e-6)
    assert [fit.rmsea, fit.rmsea_low, fit.rmsea_high, fit.srmr] == pytest.approx(
        [0.155055225, 0.140043177, 0.170566000, 0.102876080], abs=1e-7
    )


def test_fit_measures_follow_from_the_published_chi_squares() -> None:
    # Holzinger and Swineford (1939), three factors, as lavaan's authors print it (Rosseel, 2012)
    fit = measures(85.306, 24, 918.852, 36, 301)
    assert [round(each, 3) for each in (fit.cfi, fit.tli, fit.rmsea)] == [0.931, 0.896, 0.092]
    assert [round(each, 3) for each in (fit.rmsea_low, fit.rmsea_high)] == [0.071, 0.114]


def test_identification_changes_neither_fit_nor_standardised_loadings() -> None:
    free, marked = (confirmatory_factors(answers(), MODEL, identification=each) for each in ("std.lv", "marker"))
    assert marked.fit.chi2 == pytest.approx(free.fit.chi2, abs=1e-7)
    for column in ("standardised", "standardised_standard_error"):
        assert marked.loadings[column].tolist() == pytest.approx(free.loadings[column].tolist(), abs=1e-6)
    assert marked.loadings["loading"][0] == 1
    r = [each.factor_correlations.loc[0, ["correlation", "standard_error"]].tolist() for each in (free, marked)]
    assert r[0] == pytest.approx(r[1], abs=1e-6)


def test_another_unit_of_an_item_changes_no_fit() -> None:
    x = answers()
    scaled = confirmatory_factors(x.assign(e1=1000 * x["e1"], n3=x["n3"] / 50), MODEL)
    assert scaled.fit.chi2 == pytest.approx(confirmatory_factors(x, MODEL).fit.chi2, abs=1e-6)


def test_a_reversed_item_turns_only_its_own_loading() -> None:
    x = answers()
    loadings = standardised(confirmatory_factors(x.assign(n2=6 - x["n2"]), MODEL))
    expected = standardised(confirmatory_factors(x, MODEL))
    expected[5] *= -1
    assert loadings == pytest.approx(expected, abs=1e-6)


def test_known_loadings_are_found_again() -> None:
    random = np.random.default_rng(2)
    trait, loads = random.normal(size=(20000, 1)), np.array([0.8, 0.7, 0.6, 0.5])
    x = trait * loads + random.normal(size=(20000, 4)) * np.sqrt(1 - loads**2)
    found = confirmatory_factors(pd.DataFrame(x, columns=list("abcd")), "f =~ a + b + c + d")
    assert standardised(found) == pytest.approx(loads, abs=0.02)
    assert found.residuals["explained"].tolist() == pytest.approx(loads**2, abs=0.02)


def test_persons_with_a_missing_answer_are_left_out() -> None:
    # lavaan: ntotal 514, chisq 1.262
    x = answers()
    x.loc[::7, "e2"] = np.nan
    found = confirmatory_factors(x, "f =~ e1 + e2 + e3 + e4")
    assert found.n_persons == 514
    assert found.fit.chi2 == pytest.approx(1.262, abs=5e-4)


def test_a_model_with_as_many_parameters_as_moments_says_so() -> None:
    found = confirmatory_factors(answers(), "f =~ e1 + e2 + e3")
    assert (found.note, found.fit.df) == ("saturated_model", 0)
    assert found.fit.chi2 == pytest.approx(0, abs=1e-8)
    assert math.isnan(found.fit.p)


def test_two_items_do_not_identify_a_factor() -> None:
    assert confirmatory_factors(answers(), "f =~ e1 + e2").note == "not_identified"


def test_an_unrelated_pair_of_factors_with_two_items_each_is_not_identified() -> None:
    random = np.random.default_rng(3)
    q = np.linalg.qr(np.column_stack([np.ones(400), random.normal(size=(400, 4))]))[0][:, 1:]
    x = pd.DataFrame(q @ np.linalg.cholesky(np.kron(np.eye(2), [[1, 0.5], [0.5, 1]])).T, columns=list("abcd"))
    assert confirmatory_factors(x, "f =~ a + b\ng =~ c + d").note in ("not_identified", "did_not_converge")


def heywood() -> pd.DataFrame:
    r = np.array([[1, 0.8, 0.8, 0.1], [0.8, 1, 0.4, 0.1], [0.8, 0.4, 1, 0.1], [0.1, 0.1, 0.1, 1]])
    random = np.random.default_rng(4)
    z = np.linalg.qr(np.column_stack([np.ones(500), random.normal(size=(500, 4))]))[0][:, 1:]
    return pd.DataFrame(z @ np.linalg.cholesky(r).T * 20, columns=list("abcd"))


def test_a_heywood_case_is_refused_unless_it_is_asked_for() -> None:
    refused = confirmatory_factors(heywood(), "f =~ a + b + c + d")
    kept = confirmatory_factors(heywood(), "f =~ a + b + c + d", heywood="keep")
    assert (refused.note, refused.estimable) == ("did_not_converge", False)
    assert (kept.note, kept.estimable) == ("heywood_case", True)
    assert "a would have a negative residual variance" in kept.warnings[0]
    assert kept.residuals["residual_variance"].min() < 0


def test_ipsative_scores_have_no_factor_analysis() -> None:
    found = confirmatory_factors(answers(), MODEL, ipsative=True)
    assert (found.note, found.estimable) == ("ipsative", False)


def test_few_persons_are_warned_of() -> None:
    assert confirmatory_factors(answers(299), MODEL).chi2.has("few_persons_for_structure")
    assert not confirmatory_factors(answers(300), MODEL).chi2.has("few_persons_for_structure")


@pytest.mark.parametrize("name", HARD)
def test_hard_data_have_a_value_or_a_reason(name: str) -> None:
    x = HARD[name]
    for model in ({"f": list(x)}, {"f": list(x)[: len(x.columns) // 2 or 1], "g": list(x)[len(x.columns) // 2 :]}):
        found = confirmatory_factors(x, model)
        for each in (found.chi2, found.cfi, found.tli, found.rmsea, found.srmr):
            assert each.estimable or each.note
        assert len(found.loadings) == len(x.columns) + (len(x.columns) == 1 and len(model) == 2)


@pytest.mark.parametrize(
    ("model", "seen"),
    [
        ("f =~ a + a", '"a" is named twice'),
        ("f =~ a + 0.5*b", "without modifiers"),
        ("a ~~ b", "without modifiers"),
        ("f ~ a", "without modifiers"),
        ("", "has no factor"),
        ("f =~ a + b; g =~ f + c", '"f" is factor and item'),
    ],
)
def test_a_model_that_cannot_be_read_is_named(model: str, seen: str) -> None:
    with pytest.raises(ValueError, match=seen):
        factor_model(model)


def test_a_model_may_run_over_lines_and_have_comments() -> None:
    model = factor_model("f =~ a +\n  b  # two\n + c\n\ng =~\n d + e\nf =~ h")
    assert dict(zip(model.factors, model.loads, strict=True)) == {"f": ("a", "b", "c", "h"), "g": ("d", "e")}


def test_wrong_calls_are_named() -> None:
    with pytest.raises(ValueError, match='item "e9" is no column'):
        confirmatory_factors(answers(), "f =~ e1 + e2 + e9")
    with pytest.raises(ValueError, match='identification: "first"'):
        confirmatory_factors(answers(), MODEL, identification="first")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match='heywood: "drop"'):
        confirmatory_factors(answers(), MODEL, heywood="drop")  # type: ignore[arg-type]
