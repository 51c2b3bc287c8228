"""Omega hierarchical, and what stands in its place where it is improper."""

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD
from test_efa import abilities, with_correlations

from psychometrics.omega import omega_hierarchical


def bifactor(general: float = 0.6, group: float = 0.4, groups: int = 3, each: int = 4) -> np.ndarray:
    loadings = np.column_stack([np.full(groups * each, general), np.kron(np.eye(groups), np.full((each, 1), group))])
    r = loadings @ loadings.T
    np.fill_diagonal(r, 1.0)
    return r


def sampled(r: np.ndarray, persons: int) -> pd.DataFrame:
    x = np.random.default_rng(8).normal(size=(persons, len(r))) @ np.linalg.cholesky(r).T
    return pd.DataFrame(x, columns=[f"q{i + 1}" for i in range(len(r))])


def test_three_group_factors_are_those_of_r() -> None:
    # R 4.2.2, psych 2.2.9: omega(r, 3, flip = FALSE)
    found = omega_hierarchical(abilities(), 3)
    assert found.hierarchical.value == pytest.approx(0.7360703183, abs=1e-4)
    assert found.total.value == pytest.approx(0.9308254149, abs=1e-5)
    assert found.asymptotic.value == pytest.approx(0.7907716168, abs=1e-4)
    assert found.explained_common_variance.value == pytest.approx(0.5969016279, abs=1e-4)
    assert found.alpha.value == pytest.approx(0.8914575356)
    assert found.lambda6.value == pytest.approx(0.9081762418)
    assert found.loadings["g"].to_numpy()[:3] == pytest.approx([0.7089537862, 0.7257051181, 0.6831585120], abs=1e-4)
    assert found.fallback is None


def test_two_group_factors_are_those_of_r_and_marked() -> None:
    found = omega_hierarchical(abilities(), 2)
    assert found.hierarchical.value == pytest.approx(0.7139080411, abs=1e-4)
    assert found.total.value == pytest.approx(0.9127933253, abs=1e-5)
    assert found.hierarchical.note == "general_factor_not_identified"


def test_a_known_general_factor_is_found_again() -> None:
    r = bifactor()
    found = omega_hierarchical(with_correlations(r, 500), 3)
    assert found.hierarchical.value == pytest.approx((12 * 0.6) ** 2 / r.sum(), abs=1e-4)
    assert found.total.value == pytest.approx(((12 * 0.6) ** 2 + 3 * (4 * 0.4) ** 2) / r.sum(), abs=1e-4)
    assert found.explained_common_variance.value == pytest.approx(0.36 / (0.36 + 0.16), abs=1e-4)
    groups = found.loadings[["F1", "F2", "F3"]].to_numpy()
    assert np.sort(groups.ravel())[-12:] == pytest.approx(np.full(12, 0.4), abs=1e-3)


def test_with_one_factor_hierarchical_and_total_agree_on_a_congeneric_scale() -> None:
    loadings = np.array([0.8, 0.7, 0.6, 0.5, 0.4])
    r = np.outer(loadings, loadings)
    np.fill_diagonal(r, 1.0)
    found = omega_hierarchical(with_correlations(r, 400), 1)
    omega = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    assert found.hierarchical.value == pytest.approx(omega, abs=1e-6)
    assert found.total.value == pytest.approx(omega, abs=1e-6)


def test_a_unit_of_the_items_does_not_matter() -> None:
    x = abilities()
    assert omega_hierarchical(x * 7 + 3).hierarchical.value == pytest.approx(omega_hierarchical(x).hierarchical.value)


def test_an_improper_solution_falls_back_to_one_factor() -> None:
    x = sampled(bifactor(), 400)
    found = omega_hierarchical(x.assign(q2=x["q1"] + 0.1 * x["q2"]), 3)
    assert found.hierarchical.note == "did_not_converge"
    assert found.total.note == "did_not_converge"
    assert found.hierarchical.extra["improper_because"] == "heywood_item"
    assert 0 < found.hierarchical.extra["value_at_bound"] < 1
    assert found.fallback is not None
    assert found.fallback.extra["statistic"] == "omega_one_factor"
    assert found.fallback.has("fallback")
    assert 0.8 < found.fallback.value < 1


def test_without_one_proper_factor_it_falls_back_to_alpha() -> None:
    r = np.eye(4)
    r[0, 1:] = r[1:, 0] = 0.57
    found = omega_hierarchical(with_correlations(r, 400), 3)
    assert found.hierarchical.note == "did_not_converge"
    assert found.fallback is not None
    assert found.fallback.extra["statistic"] == "standardised_alpha"
    assert found.fallback.value == found.alpha.value


def test_wrong_keys_are_suspected() -> None:
    x = abilities()
    found = omega_hierarchical(x.assign(Suffixes=-x["Suffixes"]))
    assert found.hierarchical.has("negative_general_loading") or found.hierarchical.note == "did_not_converge"
    assert found.alpha.value < omega_hierarchical(x).alpha.value


def test_the_bootstrap_interval_covers_the_value_and_is_seeded() -> None:
    x = sampled(bifactor(), 400)
    found, again = (omega_hierarchical(x, resamples=40, seed=3) for _ in range(2))
    for name in ("hierarchical", "total", "asymptotic", "explained_common_variance"):
        estimate = getattr(found, name)
        assert estimate.low < estimate.value < estimate.high
        assert estimate == getattr(again, name)
        assert estimate.method.startswith("persona bootstrap")


def test_strata_need_one_label_a_row() -> None:
    with pytest.raises(ValueError, match="strata: 2 labels for 213 rows"):
        omega_hierarchical(abilities(), resamples=5, strata=["high", "low"])


def test_ipsative_answers_are_refused() -> None:
    assert omega_hierarchical(abilities(), ipsative=True).hierarchical.note == "ipsative"


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
@pytest.mark.parametrize("name", HARD)
def test_hard_data_get_a_value_or_a_reason(name: str, missing: str) -> None:
    for factors in (1, 2, 3):
        found = omega_hierarchical(HARD[name], factors, missing=missing, resamples=3)
        for each in (found.hierarchical, found.total, found.asymptotic, found.alpha, found.lambda6):
            assert each.estimable or each.note
        assert found.hierarchical.note != "did_not_converge" or (found.fallback and found.fallback.estimable)
