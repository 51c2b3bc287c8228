"""Extraction and rotation of factors, against R and against structures that were put in."""

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.efa import efa
from psychometrics.extraction import extracted
from psychometrics.rotation import oblimin, varimax

# nine ability tests, 213 persons: Bechtoldt (1961), as in McDonald (1999)
NAMES = [
    "Sentences",
    "Vocabulary",
    "Completion",
    "FirstLetters",
    "FourLetters",
    "Suffixes",
    "Series",
    "Pedigrees",
    "Group",
]
BELOW = [
    [0.828],
    [0.776, 0.779],
    [0.439, 0.493, 0.460],
    [0.432, 0.464, 0.425, 0.674],
    [0.447, 0.489, 0.443, 0.590, 0.541],
    [0.447, 0.432, 0.401, 0.381, 0.402, 0.288],
    [0.541, 0.537, 0.534, 0.350, 0.367, 0.320, 0.555],
    [0.380, 0.358, 0.359, 0.424, 0.446, 0.325, 0.598, 0.452],
]
# R 4.2.2, psych 2.2.9: fa(r, 3, rotate = "oblimin", fm = "minres")
PATTERN = [
    [0.900847357604, -0.03295782269, 0.041377681183],
    [0.890111188273, 0.06493500478, -0.030425080965],
    [0.837713456983, 0.03111787538, 0.004942745248],
    [-0.001185504854, 0.85331978246, 0.002165961185],
    [-0.017537320666, 0.74717548470, 0.103862464105],
    [0.180109332241, 0.62552480424, -0.082150929168],
    [0.030915736412, -0.01388646339, 0.842085696577],
    [0.382121324912, -0.05009997173, 0.463105740055],
    [-0.059725413638, 0.21235521501, 0.626730945284],
]
# fa(r, 3, n.obs = 213, rotate = "varimax", fm = "ml")
BY_LIKELIHOOD = [
    [0.8342814769, 0.2436159929, 0.2639998684],
    [0.8273549083, 0.3179858596, 0.2228656954],
    [0.7747840697, 0.2841030184, 0.2265457895],
    [0.2278733361, 0.7919836469, 0.2299603439],
    [0.2130732558, 0.7059052281, 0.2906432871],
    [0.3143930774, 0.6157503344, 0.1341540614],
    [0.2323388967, 0.1787544437, 0.7952004010],
    [0.4464392655, 0.1661511513, 0.5265185486],
    [0.1540354489, 0.3106997144, 0.6378841656],
]


def with_correlations(r: np.ndarray, persons: int, names: list[str] | None = None) -> pd.DataFrame:
    """Numbers whose correlations are exactly `r`."""
    x = np.random.default_rng(6).normal(size=(persons, len(r)))
    q = np.linalg.qr(x - x.mean(axis=0))[0]
    return pd.DataFrame(q @ np.linalg.cholesky(r).T, columns=names or [f"q{i + 1}" for i in range(len(r))])


def abilities() -> pd.DataFrame:
    r = np.eye(9)
    for i, row in enumerate(BELOW, start=1):
        r[i, :i] = r[:i, i] = row
    return with_correlations(r, 213, NAMES)


def test_minimum_residuals_and_oblimin_are_those_of_r() -> None:
    found = efa(abilities(), 3)
    assert found.loadings.to_numpy() == pytest.approx(np.array(PATTERN), abs=1e-4)
    assert found.phi.loc["F1", "F2"] == pytest.approx(0.5926277300, abs=1e-4)
    assert found.phi.loc["F2", "F3"] == pytest.approx(0.5151336444, abs=1e-4)
    assert found.fit.value == pytest.approx(0.005841435927, abs=1e-7)
    assert found.items["communality"].iloc[0] == pytest.approx(0.8174972834, abs=1e-5)


def test_maximum_likelihood_and_varimax_are_those_of_r() -> None:
    found = efa(abilities(), 3, extraction="ml", rotation="varimax")
    assert found.loadings.to_numpy() == pytest.approx(np.array(BY_LIKELIHOOD), abs=1e-4)
    assert found.fit.extra["chi_square"] == pytest.approx(2.823319471, abs=1e-4)
    assert found.fit.extra["df"] == 12
    assert found.fit.extra["p"] == pytest.approx(0.996668042, abs=1e-5)
    assert found.phi.equals(pd.DataFrame(np.eye(3), index=found.phi.index, columns=found.phi.columns))


@pytest.mark.parametrize("extraction", ["minres", "ml"])
def test_factors_that_were_put_in_are_found_again(extraction: str) -> None:
    loadings = np.kron(np.diag([0.8, 0.6]), np.ones((4, 1))) + np.linspace(0, 0.1, 8)[:, None]
    r = loadings @ loadings.T
    np.fill_diagonal(r, 1.0)
    found = extracted(r, 2, extraction)
    assert found.loadings @ found.loadings.T == pytest.approx(loadings @ loadings.T, abs=1e-6)
    assert found.converged
    assert not found.heywood.any()


def test_a_search_that_ends_in_a_short_step_goes_on_to_the_minimum() -> None:
    r = np.eye(6)
    r[np.triu_indices(6, 1)] = [0.42, 0.47, 0.33, 0.42, 0.28, 0.64, 0.32, 0.58, 0.4, 0.25, 0.52, 0.25, 0.46, 0.14, 0.51]
    found = extracted(np.maximum(r, r.T), 2)
    assert found.converged
    assert found.heywood.tolist() == [False, False, True, False, False, False]


def test_oblimin_finds_correlated_factors() -> None:
    loadings, phi = np.kron(np.eye(3), np.array([[0.8], [0.7], [0.6]])), np.full((3, 3), 0.4) + 0.6 * np.eye(3)
    r = loadings @ phi @ loadings.T
    np.fill_diagonal(r, 1.0)
    found = efa(with_correlations(r, 500), 3)
    assert np.sort(found.loadings.to_numpy().ravel())[-9:] == pytest.approx(np.repeat([0.6, 0.7, 0.8], 3), abs=1e-4)
    assert found.phi.to_numpy() == pytest.approx(phi, abs=1e-4)


def test_a_rotation_keeps_communalities_and_fit() -> None:
    none, turned, oblique = (efa(abilities(), 3, rotation=each) for each in ("none", "varimax", "oblimin"))
    assert none.items["communality"].equals(turned.items["communality"])
    assert none.fit.value == turned.fit.value == oblique.fit.value
    pattern, phi = oblique.loadings.to_numpy(), oblique.phi.to_numpy()
    assert np.diag(pattern @ phi @ pattern.T) == pytest.approx(none.items["communality"].to_numpy())


def test_the_order_of_items_does_not_matter() -> None:
    straight, turned = efa(abilities(), 3).loadings, efa(abilities().iloc[:, ::-1], 3).loadings
    assert turned.loc[straight.index].to_numpy() == pytest.approx(straight.to_numpy(), abs=1e-4)


def test_a_reversed_item_changes_the_sign_of_its_loadings() -> None:
    x = abilities()
    straight, turned = efa(x, 3).loadings, efa(x.assign(Suffixes=-x["Suffixes"]), 3).loadings
    assert turned.loc["Suffixes"].to_numpy() == pytest.approx(-straight.loc["Suffixes"].to_numpy(), abs=1e-4)


def test_varimax_finds_a_perfectly_simple_structure() -> None:
    simple = np.kron(np.eye(2), np.array([[0.7], [0.6]]))
    turn = np.array([[1.0, 1.0], [1.0, -1.0]]) / np.sqrt(2)
    assert np.sort(np.abs(varimax(simple @ turn).loadings).ravel()) == pytest.approx([0, 0, 0, 0, 0.6, 0.6, 0.7, 0.7])


def test_more_starts_of_oblimin_never_end_higher() -> None:
    plain = extracted(np.corrcoef(np.random.default_rng(3).normal(size=(60, 10)).T), 4).loadings

    def criterion(loadings: np.ndarray) -> float:
        squares = loadings**2
        return float((squares.sum(axis=1) ** 2 - (squares**2).sum(axis=1)).sum())

    one, many = oblimin(plain), oblimin(plain, starts=10)
    assert criterion(many.loadings) <= criterion(one.loadings) + 1e-9
    assert one.loadings @ one.phi @ one.loadings.T == pytest.approx(plain @ plain.T)
    assert np.diag(one.phi) == pytest.approx(np.ones(4))


def test_a_heywood_case_is_named() -> None:
    r = np.array([[1, 0.9, 0.9, 0.2], [0.9, 1, 0.7, 0.2], [0.9, 0.7, 1, 0.2], [0.2, 0.2, 0.2, 1]])
    found = efa(with_correlations(r, 400), 1)
    assert found.fit.has("heywood_case")
    assert list(found.items.loc[found.items["heywood"], "item"]) == ["q1"]
    assert found.items["uniqueness"].min() < 0.006


def test_too_many_factors_for_the_items_are_named() -> None:
    x = abilities().iloc[:, :5]
    assert efa(x, 3).fit.has("not_identified")
    assert efa(x, 5).fit.note == "too_few_items"


def test_copies_of_an_item_stop_the_likelihood_and_mark_the_residuals() -> None:
    x = HARD["copies of one item"]
    assert efa(x, 1, extraction="ml").fit.note == "singular_correlations"
    assert efa(x, 1).fit.note == "singular_correlations"
    assert efa(x, 1).fit.estimable


def test_wrong_calls_say_what_is_allowed() -> None:
    x = abilities()
    with pytest.raises(ValueError, match="n_factors: 0"):
        efa(x, 0)
    with pytest.raises(ValueError, match='extraction: "pca"; allowed are minres, ml'):
        efa(x, 1, extraction="pca")
    with pytest.raises(ValueError, match='rotation: "promax"; allowed are none, varimax, oblimin'):
        efa(x, 1, rotation="promax")


def test_ipsative_answers_are_refused() -> None:
    assert efa(abilities(), 2, ipsative=True).fit.note == "ipsative"


@pytest.mark.parametrize("extraction", ["minres", "ml"])
@pytest.mark.parametrize("rotation", ["none", "varimax", "oblimin"])
@pytest.mark.parametrize("name", HARD)
def test_hard_data_get_a_value_or_a_reason(name: str, rotation: str, extraction: str) -> None:
    for missing in ("pairwise", "listwise"):
        for factors in (1, 2, 3):
            found = efa(HARD[name], factors, extraction=extraction, rotation=rotation, missing=missing)
            assert found.fit.estimable or found.fit.note
            assert found.fit.estimable == bool(np.isfinite(found.loadings.to_numpy()).all() and len(found.loadings))
