"""Test-retest, parallel forms, and draws of one prompt."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.agreement import intraclass_correlations
from psychometrics.retest import draw_agreement, parallel_forms, retest

FIRST = [12, 15, 9, 20, 17, 11, 14, 18]
SECOND = [13, 14, 10, 19, 19, 11, 16, 17]


@pytest.fixture
def forms():
    def made(persons: int = 80, shift: float = 0.0, count: int = 3) -> pd.DataFrame:
        random = np.random.default_rng(5)
        scores = random.normal(0, 1, (persons, 1)) + random.normal(0, 0.5, (persons, count))
        return pd.DataFrame(scores + shift * np.arange(count), columns=[f"form {i}" for i in range(count)])

    return made


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


# ---- forms


def test_forms_of_one_level_have_no_shift(forms) -> None:
    found = parallel_forms(forms(), seed=1)
    assert abs(found.level_shift.value) < 0.01
    assert found.level_shift.low < 0.01


def test_a_level_shift_is_what_agreement_lacks_to_consistency(forms) -> None:
    found = parallel_forms(forms(shift=0.5), seed=1)
    assert found.level_shift.value == pytest.approx(found.consistency.value - found.agreement.value)
    assert 0.05 < found.level_shift.low < found.level_shift.value < found.level_shift.high
    assert list(found.levels["shift"].round(1)) == [-0.5, 0.0, 0.5]


def test_the_shares_are_variances_of_the_two_way_table(forms) -> None:
    person, form, residual = intraclass_correlations(forms(shift=0.5)).variances["variance"]
    found = parallel_forms(forms(shift=0.5), seed=1)
    assert found.form_share.value == pytest.approx(form / (person + form + residual))
    assert found.interaction_share.value == pytest.approx(residual / (person + form + residual))


def test_missing_forms_keep_the_persons(forms) -> None:
    some = forms(shift=0.5).mask(np.random.default_rng(1).random((80, 3)) < 0.1)
    whole, found = parallel_forms(forms(shift=0.5), seed=1), parallel_forms(some, seed=1, resamples=300)
    assert found.level_shift.n_persons == 80
    assert found.level_shift.value == pytest.approx(whole.level_shift.value, abs=0.03)
    assert list(found.levels["n_persons"]) == list(some.notna().sum())


def test_personas_are_drawn_within_strata(forms) -> None:
    table = forms(shift=0.5)
    poles = np.where(table.mean(axis=1) > 0.5, "high", "low")
    found = parallel_forms(table, seed=1, strata=list(poles))
    assert found.level_shift.method.endswith("within strata")
    with pytest.raises(ValueError, match="1 given for 80"):
        parallel_forms(table, seed=1, strata=["high"])


def test_copied_forms_are_marked(forms) -> None:
    copied = pd.DataFrame({"a": forms()["form 0"], "b": forms()["form 0"]})
    found = parallel_forms(copied, seed=1)
    assert found.agreement.note == found.level_shift.note == "identical_ratings"
    assert math.isnan(found.level_shift.low)


# ---- draws


def long(values: dict[tuple[str, str], list[float]]) -> pd.DataFrame:
    rows = [(person, item, value) for (person, item), answers in values.items() for value in answers]
    return pd.DataFrame(rows, columns=["person", "item", "value"])


def test_draws_are_compared_within_person_and_item() -> None:
    table = long({("p", "a"): [1, 1, 2], ("p", "b"): [4, 4], ("q", "a"): [5, 3], ("q", "b"): [2], ("r", "a"): [3, 3]})
    found = draw_agreement(table, seed=1)
    assert found.exact.value == pytest.approx(((1 / 3 + 1) / 2 + 0 + 1) / 3)
    assert found.change.value == pytest.approx(((2 / 3 + 0) / 2 + 2 + 0) / 3)
    assert found.exact.extra["n_pairs"] == 6
    assert found.by_item["n_persons"].tolist() == [3, 1]


def test_copied_draws_are_no_replication() -> None:
    found = draw_agreement(long({(person, "a"): [value] * 3 for value, person in enumerate("pqr")}), seed=1)
    assert (found.exact.value, found.exact.note) == (1, "no_replication")
    assert (found.change.value, found.change.note) == (0, "no_replication")
    assert found.exact.n_replications == 3


def test_single_answers_have_no_pairs() -> None:
    found = draw_agreement(long({("p", "a"): [1], ("q", "a"): [2]}), seed=1)
    assert found.exact.note == "no_pairs"
    assert found.by_item["n_persons"].tolist() == [0]


def test_columns_and_labels_are_needed() -> None:
    with pytest.raises(ValueError, match="no column item"):
        draw_agreement(pd.DataFrame({"person": ["p"], "value": [1]}), seed=1)
    with pytest.raises(ValueError, match="no person"):
        draw_agreement(pd.DataFrame({"person": [None], "item": ["a"], "value": [1]}), seed=1)


@pytest.mark.parametrize("name", HARD)
def test_hard_data_give_values_or_reasons(name: str) -> None:
    table = HARD[name]
    again = retest(table.iloc[:, 0], table.iloc[:, -1], resamples=50)
    form = parallel_forms(table, seed=1, resamples=50)
    answers = table.reset_index().melt("index").set_axis(["person", "item", "value"], axis=1)
    draws = draw_agreement(pd.concat([answers, answers]), seed=1, resamples=50)
    found = [getattr(again, each.name) for each in dataclasses.fields(again)]
    found += [form.agreement, form.consistency, form.level_shift, form.form_share, form.interaction_share]
    for estimate in (*found, draws.exact, draws.change):
        assert estimate.note if math.isnan(estimate.value) or estimate.value == 1 else True
    assert len(form.levels) == table.shape[1]
