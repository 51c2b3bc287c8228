"""Tucker's congruence and Procrustes rotation."""

import numpy as np
import pandas as pd
import pytest

from psychometrics.congruence import congruence, match_factors, procrustes, tucker_congruence
from psychometrics.human_structure import human_structure

A = pd.DataFrame({"F1": [0.8, 0.7, 0.6, 0.1, 0.0, 0.2], "F2": [0.1, 0.0, 0.2, 0.7, 0.6, 0.5]}, index=list("abcdef"))
B = pd.DataFrame({"G1": [0.0, 0.2, 0.1, 0.6, 0.8, 0.4], "G2": [0.7, 0.6, 0.7, 0.2, 0.1, 0.0]}, index=list("abcdef"))


def test_congruence_and_procrustes_are_those_of_r() -> None:
    # R 4.2.2, psych 2.2.9: factor.congruence(A, B, digits = 12), Procrustes(A, B)
    phi = [[0.249072552517, 0.970555966663], [0.949459441117, 0.324285504641]]
    turned = [
        [0.0779231701390, 0.8024512318861],
        [-0.0192840168526, 0.6997343257937],
        [0.1833949357817, 0.6052819983525],
        [0.6969794662434, 0.1192460633945],
        [0.5997722792518, 0.0165291573022],
        [0.4943005136091, 0.2136983908358],
    ]
    assert tucker_congruence(A, B).to_numpy() == pytest.approx(np.array(phi))
    assert procrustes(A, B).to_numpy() == pytest.approx(np.array(turned))


def test_congruence_ignores_the_length_and_the_order_of_items() -> None:
    assert tucker_congruence(3 * A, B.iloc[::-1]).to_numpy() == pytest.approx(tucker_congruence(A, B).to_numpy())


def test_factors_are_matched_and_reflected() -> None:
    matched = match_factors(A * [-1, 1], B)
    assert list(matched) == ["G1", "G2"]
    assert matched.to_numpy() == pytest.approx(A[["F2", "F1"]].to_numpy())


def test_a_rotated_structure_is_rotated_back() -> None:
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(2, 2)))[0]
    turned = pd.DataFrame(A.to_numpy() @ turn, index=A.index)
    assert procrustes(turned, A).to_numpy() == pytest.approx(A.to_numpy())
    found = congruence(turned, A)
    assert found.total.value == pytest.approx(1)
    assert found.factors["phi"].to_numpy() == pytest.approx([1, 1])
    assert found.items["phi"].to_numpy() == pytest.approx(np.ones(6))
    assert (found.factors["phi_matched"] <= 1).all()


def test_chance_is_told_beside_the_congruence() -> None:
    few = congruence(A, A).factors["phi_chance"].min()
    human = human_structure("ipip50").loadings
    many = congruence(human, human).factors["phi_chance"].max()
    assert few > many
    assert many < 0.7


def test_procrustes_needs_as_many_factors() -> None:
    with pytest.raises(ValueError, match="procrustes: 1 factors and 2 in the target"):
        procrustes(A[["F1"]], B)
    assert congruence(A[["F1"]], B).total.note == "too_few_factors"


def test_an_item_that_is_twice_in_a_table_is_named() -> None:
    with pytest.raises(ValueError, match='item "a" is twice in the first table'):
        tucker_congruence(pd.concat([A, A.iloc[:1]]), B)


def test_too_few_shared_items_and_empty_loadings_are_named() -> None:
    assert congruence(A.iloc[:3], B).total.note == "too_few_items"
    assert congruence(A.rename(index=str.upper), B).total.note == "too_few_items"
    assert congruence(A * np.nan, B).total.note == "no_loadings"
    assert congruence(A * 0, B).total.note == "no_loadings"
    assert congruence(A.iloc[:5], B).total.has("not_all_items")
    assert np.isnan(tucker_congruence(A * [1, 0], B).loc["F2"]).all()
