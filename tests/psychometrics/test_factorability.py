"""Sampling adequacy, Bartlett's test and the correlations that every analysis of structure starts from."""

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.factorability import factorability, item_correlations

# R 4.2.2, psych 2.2.9: KMO(x), cortest.bartlett(cor(x), n = 12)
TWELVE = pd.DataFrame(
    {
        "q1": [1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 1],
        "q2": [2, 1, 2, 2, 4, 3, 3, 5, 4, 4, 5, 2],
        "q3": [1, 3, 1, 3, 2, 4, 4, 3, 5, 5, 4, 2],
        "q4": [3, 2, 5, 1, 4, 2, 3, 5, 1, 2, 4, 4],
    }
)


def test_adequacy_and_bartlett_are_those_of_r() -> None:
    found = factorability(TWELVE)
    assert found.kmo.value == pytest.approx(0.55313585851177)
    adequacy = [0.61331472422349, 0.61864388102178, 0.55992858415619, 0.34103393757571]
    assert found.items["kmo"].to_numpy() == pytest.approx(np.array(adequacy))
    assert found.bartlett.value == pytest.approx(30.414757854066)
    assert found.bartlett.extra["df"] == 6
    assert found.bartlett.extra["p"] == pytest.approx(3.2776683838273e-05)


def test_a_reversed_item_changes_neither() -> None:
    turned = factorability(TWELVE.assign(q2=6 - TWELVE["q2"]))
    assert turned.kmo.value == pytest.approx(factorability(TWELVE).kmo.value)
    assert turned.bartlett.value == pytest.approx(factorability(TWELVE).bartlett.value)


def test_pairwise_correlations_are_those_of_pandas() -> None:
    gaps = TWELVE.astype(float).mask(np.random.default_rng(4).random(TWELVE.shape) < 0.2)
    assert item_correlations(gaps).r == pytest.approx(gaps.corr().to_numpy())
    assert item_correlations(gaps, missing="listwise").r == pytest.approx(gaps.dropna().corr().to_numpy())


def test_correlations_survive_numbers_far_from_zero() -> None:
    far = item_correlations(TWELVE + 1e7)
    assert far.r == pytest.approx(item_correlations(TWELVE).r, abs=1e-9)


def test_a_constant_item_is_left_out_and_listed() -> None:
    found = factorability(TWELVE.assign(q5=3))
    assert list(found.items["item"]) == ["q1", "q2", "q3", "q4"]
    assert found.kmo.has("constant_items")
    assert found.kmo.value == factorability(TWELVE).kmo.value


def test_few_persons_are_warned_of() -> None:
    assert factorability(TWELVE).kmo.has("few_persons_for_structure")
    many = pd.DataFrame(np.random.default_rng(1).normal(size=(300, 4)))
    assert not factorability(many).kmo.warnings


def test_contradictory_pairs_are_named() -> None:
    rows = [[1, 1, None], [2, 2, None], [1, None, 1], [2, None, 2], [None, 1, 2], [None, 2, 1], [3, 3, None], [1, 2, 1]]
    found = factorability(pd.DataFrame(rows, columns=["q1", "q2", "q3"]))
    assert found.kmo.note == "not_positive_definite"


def test_ipsative_answers_are_refused() -> None:
    assert factorability(TWELVE, ipsative=True).kmo.note == "ipsative"


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
@pytest.mark.parametrize("name", HARD)
def test_hard_data_get_a_value_or_a_reason(name: str, missing: str) -> None:
    found = factorability(HARD[name], missing=missing)
    for each in (found.kmo, found.bartlett):
        assert each.estimable or each.note
