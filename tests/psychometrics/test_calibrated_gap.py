"""Behaviour mapped to human self-reports: values from R and by hand, and data that leave it undefined."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame

from psychometrics.calibrated_gap import calibrate, calibrated_gap

R = json.loads((Path(__file__).parents[1] / "reference" / "divergence_said_done.json").read_text())["calibrated"]
SCORES = DataFrame(R["scores"])
# the two samples of people need not be of one size
HUMAN = pd.concat(
    [
        DataFrame({name: pd.Series(values, dtype=float) for name, values in sides.items()}).assign(domain=domain)
        for domain, sides in R["human"].items()
    ]
)
RANGES = {"said_range": (1.0, 5.0), "done_range": (0.0, 60.0)}


def test_values_are_those_of_r() -> None:
    found = calibrated_gap(SCORES, HUMAN, **RANGES, seed=1)
    assert found.value == pytest.approx(R["value"], abs=1e-10)
    assert found.extra["rmse"] == pytest.approx(math.sqrt(R["value"]), abs=1e-10)
    assert found.extra["null_constant"] == pytest.approx(R["null_constant"], abs=1e-10)
    assert [found.extra["gap_E"], found.extra["gap_N"]] == pytest.approx([R["gaps"]["E"], R["gaps"]["N"]], abs=1e-10)
    assert found.low < found.value < found.high and found.n_persons == 6
    assert (found.extra["n_domains"], found.extra["fewest_humans"]) == (2, 9)


@pytest.mark.parametrize("domain", ["E", "N"])
def test_each_score_is_mapped_as_in_r(domain: str) -> None:
    rows = SCORES[SCORES["domain"] == domain]
    human = R["human"][domain]
    assert calibrate(rows["done"], human["done"], human["said"]) == pytest.approx(rows["calibrated"].to_numpy())


def test_the_mid_point_stands_in_where_nobody_reports_what_lies_between() -> None:
    # shares .25 and .5 of four, so percentiles 2.5 and 5 of 0 and 10
    assert calibrate([2], [1, 2, 3, 4], [0, 10]).tolist() == [3.75]


def test_scores_beyond_all_humans_get_the_ends() -> None:
    assert calibrate([-9, 99], [1, 2, 3], [4, 5, 6]).tolist() == [4, 6]


def test_somebody_distributed_as_people_are_gets_their_self_reports_in_order() -> None:
    human = np.random.default_rng(1).permutation(np.arange(1.0, 51))
    assert calibrate(human, human, human) == pytest.approx(human, abs=0.5)
    assert (np.diff(calibrate(np.sort(human), human, human * 3)) >= 0).all()


def test_ties_that_differ_by_rounding_are_ties() -> None:
    assert calibrate([0.3], [0.1 + 0.2, 0.3, 0.9], [1, 2, 3]) == calibrate([0.3], [0.3, 0.3, 0.9], [1, 2, 3])


def test_too_few_humans_map_nothing() -> None:
    assert np.isnan(calibrate([1, 2], [1], [1, 2])).all() and np.isnan(calibrate([1, np.nan], [1, 2], [1, 2])[1])
    found = calibrated_gap(SCORES, HUMAN[HUMAN["domain"] == "E"], **RANGES, seed=1)
    assert found.note == "too_few_humans" and math.isnan(found.value)
    assert found.warnings[0].startswith("too_few_humans: N")


def test_a_responder_that_tells_nothing_has_its_gap_beside_it() -> None:
    middle = DataFrame({"person": np.repeat(list("pqr"), 2), "domain": ["E", "N"] * 3, "said": 3.0, "done": 30.0})
    found = calibrated_gap(middle, HUMAN, **RANGES, seed=1)
    assert found.value == pytest.approx(found.extra["null_constant"])
    assert found.note == "equal_in_all_persons" and math.isnan(found.low)


def test_repeats_count_within_their_person_and_domain() -> None:
    once = calibrated_gap(SCORES, HUMAN, **RANGES, seed=1)
    copies = pd.concat([SCORES, SCORES, SCORES[SCORES["person"] == 2]])
    found = calibrated_gap(copies, HUMAN, **RANGES, seed=1)
    assert (found.value, found.low, found.high) == pytest.approx((once.value, once.low, once.high))
    assert (found.n_persons, found.n_replications, once.n_replications) == (6, None, 1)


def test_a_repeat_keeps_its_own_squared_gap() -> None:
    human = DataFrame({"domain": "E", "said": [1.0, 3.0, 5.0], "done": [1.0, 3.0, 5.0]})
    scores = DataFrame({"person": ["p", "p"], "domain": "E", "said": [1.0, 5.0], "done": 3.0})
    assert calibrated_gap(scores, human, said_range=(1, 5), done_range=(1, 5), seed=1).value == pytest.approx(4.0)


def test_rows_without_both_scores_are_left_out_and_counted() -> None:
    table = SCORES.copy()
    table.loc[[0, 3, 10, 11], "said"] = np.nan
    found = calibrated_gap(table, HUMAN, **RANGES, seed=1)
    squares = (table["said"] - table["calibrated"]) ** 2
    assert found.value == pytest.approx(squares.groupby(table["person"]).mean().mean())
    assert (found.n_persons, found.extra["n_left_out"], found.extra["n_incomplete"]) == (5, 4, 2)


def test_the_order_of_rows_changes_nothing() -> None:
    poles = {each: each % 2 for each in range(1, 7)}
    there, found = (
        calibrated_gap(table, HUMAN, **RANGES, poles=poles, seed=1)
        for table in (SCORES, SCORES.sample(frac=1, random_state=1))
    )
    assert (found.value, found.low, found.high) == pytest.approx((there.value, there.low, there.high))
    assert found.method.endswith("within strata")


def test_few_persons_have_a_reason_instead_of_an_interval() -> None:
    few = calibrated_gap(SCORES.head(4), HUMAN, **RANGES, seed=1)
    assert few.estimable and few.note == "too_few_persons" and math.isnan(few.low)
    assert calibrated_gap(SCORES.head(0), HUMAN, **RANGES, seed=1).note == "too_few_persons"
    assert calibrated_gap(SCORES.assign(said=np.nan), HUMAN, **RANGES, seed=1).extra["n_left_out"] == 12


def test_wrong_calls_are_named() -> None:
    with pytest.raises(ValueError, match="human: column done is missing; there are"):
        calibrated_gap(SCORES, HUMAN.drop(columns="done"), **RANGES, seed=1)
    with pytest.raises(ValueError, match=r"said_range: \(5, 1\)"):
        calibrated_gap(SCORES, HUMAN, said_range=(5, 1), done_range=(0, 60), seed=1)
    with pytest.raises(ValueError, match="poles: person 2 has none"):
        calibrated_gap(SCORES, HUMAN, **RANGES, poles={1: "high"}, seed=1)
    with pytest.raises(ValueError, match="domain: row 0 has none"):
        calibrated_gap(SCORES.assign(domain=None), HUMAN, **RANGES, seed=1)
