"""Test-retest reliability and measurement error of one score."""

import dataclasses
import math

import numpy as np
import pytest
from hard_data import HARD

from psychometrics.retest import retest

FIRST = [12, 15, 9, 20, 17, 11, 14, 18]
SECOND = [13, 14, 10, 19, 19, 11, 16, 17]


def test_r_gives_the_same() -> None:
    # R 4.2.2: cor.test, psych::ICC(cbind(a, b), lmer = FALSE) and the definitions of de Vet et al. (2006), Lin (1989)
    found = retest(FIRST, SECOND)
    expected = {
        "r": 0.9376308766,
        "spearman": 0.9341484843,
        "icc_agreement": 0.9369369369,
        "icc_consistency": 0.9343469247,
        "mean_change": 0.375,
        "sem_r": 0.8976562818,
        "sem_consistency": 0.9209854970,
        "sem_agreement": 0.9013878189,
        "sdc_r": 2.4881762686,
        "sdc_consistency": 2.5528415540,
        "limits_low": -2.1778415540,
        "limits_high": 2.9278415540,
        "ccc": 0.9292894579,
    }
    assert {name: getattr(found, name).value for name in expected} == pytest.approx(expected, abs=1e-9)
    assert (found.r.low, found.r.high) == pytest.approx((0.6866307287, 0.9889088731), abs=1e-9)


def test_every_interval_holds_its_value() -> None:
    table = retest(FIRST, SECOND).table
    assert ((table["low"] <= table["value"]) & (table["value"] <= table["high"])).all()


def test_a_copy_is_no_replication() -> None:
    found = retest(FIRST, FIRST)
    table = found.table.set_index("statistic")
    assert set(table["note"]) == {"no_replication"}
    assert table["value"].dropna().to_dict() == {"exact_agreement": 1, "change": 0}


def test_a_constant_change_is_marked_and_has_no_interval() -> None:
    found = retest(FIRST, [each + 2 for each in FIRST])
    assert (found.r.value, found.r.note) == (1, "constant_change")
    assert math.isnan(found.r.low)
    assert found.mean_change.value == 2
    assert found.icc_agreement.value < found.icc_consistency.value
    assert (found.sem_consistency.value, found.sem_consistency.note) == (0, "constant_change")


def test_an_occasion_without_spread_has_no_correlation() -> None:
    found = retest([3, 3, 3, 3], [1, 2, 3, 4])
    for estimate in (found.r, found.spearman, found.ccc, found.sem_r):
        assert estimate.note == "zero_variance"


def test_persons_without_both_scores_are_left_out() -> None:
    found = retest([*FIRST, None, 3], [*SECOND, 3, None])
    assert found.r.n_persons == 8
    assert found.r.value == retest(FIRST, SECOND).r.value


def test_error_in_the_second_score_is_found_back() -> None:
    random = np.random.default_rng(8)
    truth = random.normal(0, 2, 4000)
    found = retest(*(truth + random.normal(0, 1, 4000) for _ in range(2)), resamples=200)
    for estimate in (found.sem_r, found.sem_consistency, found.sem_agreement):
        assert estimate.value == pytest.approx(1, abs=0.05)
        assert estimate.low < 1.02
        assert estimate.high > 0.98
    assert found.icc_agreement.value == pytest.approx(0.8, abs=0.02)
    assert found.ccc.low < 0.8 < found.ccc.high
    assert found.sdc_agreement.value == pytest.approx(1.96 * math.sqrt(2) * found.sem_agreement.value)


def test_a_change_of_level_lowers_agreement_only() -> None:
    same, moved = retest(FIRST, SECOND), retest(FIRST, [each + 5 for each in SECOND])
    assert moved.r.value == pytest.approx(same.r.value)
    assert moved.icc_agreement.value < same.icc_agreement.value - 0.3
    assert moved.ccc.value < same.ccc.value - 0.3
    assert moved.sem_agreement.value > same.sem_agreement.value


def test_lengths_must_fit() -> None:
    with pytest.raises(ValueError, match="2 first and 3 second"):
        retest([1, 2], [1, 2, 3])


@pytest.mark.parametrize("name", HARD)
def test_hard_data_give_values_or_reasons(name: str) -> None:
    found = retest(HARD[name].iloc[:, 0], HARD[name].iloc[:, -1], resamples=50)
    for estimate in (getattr(found, each.name) for each in dataclasses.fields(found)):
        assert estimate.note if math.isnan(estimate.value) or estimate.value == 1 else True
