"""P values adjusted as R's p.adjust does, within the families that were named."""

import math

import numpy as np
import pandas as pd
import pytest

from psychometrics.many_tests import METHODS, adjust, adjust_families

P = [0.0002, 0.011, 0.03, 0.039, 0.04, 0.22, 0.51, 0.51, 0.9]
# R 4.2.2: round(p.adjust(P, method), 6)
R = {
    "holm": [0.0018, 0.088, 0.21, 0.234, 0.234, 0.88, 1, 1, 1],
    "hochberg": [0.0018, 0.088, 0.2, 0.2, 0.2, 0.88, 0.9, 0.9, 0.9],
    "hommel": [0.0018, 0.08, 0.15, 0.195, 0.2, 0.68, 0.9, 0.9, 0.9],
    "bonferroni": [0.0018, 0.099, 0.27, 0.351, 0.36, 1, 1, 1, 1],
    "BH": [0.0018, 0.0495, 0.072, 0.072, 0.072, 0.33, 0.57375, 0.57375, 0.9],
    "BY": [0.005092, 0.140034, 0.203686, 0.203686, 0.203686, 0.93356, 1, 1, 1],
}


@pytest.mark.parametrize("method", METHODS)
def test_r_adjusts_alike(method: str) -> None:
    assert adjust(P, method) == pytest.approx(R[method], abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_a_test_that_was_not_done_does_not_count(method: str) -> None:
    with_gap = adjust([*P[:3], math.nan, *P[3:]], method)
    assert math.isnan(with_gap[3])
    assert np.delete(with_gap, 3) == pytest.approx(adjust(P, method))


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_the_tests_does_not_matter(method: str) -> None:
    order = np.random.default_rng(1).permutation(len(P))
    assert adjust(np.array(P)[order], method) == pytest.approx(adjust(P, method)[order])


@pytest.mark.parametrize("method", METHODS)
def test_one_test_stays_as_it_is_and_none_is_no_test(method: str) -> None:
    assert adjust([0.03], method).tolist() == [0.03]
    assert adjust([], method).tolist() == []
    assert np.isnan(adjust([math.nan, math.nan], method)).all()


@pytest.mark.parametrize("method", METHODS)
def test_adjusted_values_are_never_smaller_and_never_above_one(method: str) -> None:
    p = np.random.default_rng(2).random(40) ** 3
    assert (adjust(p, method) >= p - 1e-15).all()
    assert adjust([0.9, 1.0, 1.0], method).max() <= 1


def test_hommel_rejects_whenever_hochberg_does_and_hochberg_whenever_holm_does() -> None:
    p = np.random.default_rng(3).random(15) ** 3
    assert (adjust(p, "hommel") <= adjust(p, "hochberg") + 1e-15).all()
    assert (adjust(p, "hochberg") <= adjust(p, "holm") + 1e-15).all()


def test_hommel_is_the_closed_test_of_simes() -> None:
    p = np.random.default_rng(4).random(7)
    sets = [np.array([i for i in range(7) if chosen >> i & 1]) for chosen in range(1, 128)]
    simes = [(np.sort(p[each]) * len(each) / np.arange(1, len(each) + 1)).min() for each in sets]
    closed = [max(s for s, each in zip(simes, sets, strict=True) if i in each) for i in range(7)]
    assert adjust(p, "hommel") == pytest.approx(closed)


def test_families_are_adjusted_apart() -> None:
    tests = pd.DataFrame({"family": ["a", "b", "a", "b", "a"], "p": [0.01, 0.2, 0.04, math.nan, 0.03]})
    table = adjust_families(tests)
    assert table["p_adjusted"].round(3).tolist()[:3] == [0.03, 0.2, 0.06]
    assert table["n_tests"].tolist() == [3, 1, 3, 1, 3]
    assert table["note"].tolist() == ["", "", "", "no_test", ""]
    assert table["rejected"].tolist() == [True, False, False, False, False]


def test_a_note_of_the_test_is_kept() -> None:
    tests = pd.DataFrame({"family": "a", "p": [math.nan, math.nan], "note": ["zero_variance", ""]})
    assert adjust_families(tests)["note"].tolist() == ["zero_variance", "no_test"]


def test_wrong_calls_are_named() -> None:
    with pytest.raises(ValueError, match=r"p: 1.2; a p value"):
        adjust([0.1, 1.2])
    with pytest.raises(ValueError, match=r'method: "sidak"; allowed are holm'):
        adjust([0.1], "sidak")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="column family is missing"):
        adjust_families(pd.DataFrame({"p": [0.1]}))
    with pytest.raises(ValueError, match="family: row 0 has none"):
        adjust_families(pd.DataFrame({"p": [0.1], "family": [None]}))
