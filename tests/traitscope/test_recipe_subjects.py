"""Subjects: who says the same of everybody scores 1, and who goes by the order of the options is not robust to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pandas import DataFrame
from recipes_held import exhibits, held, table, with_parameters

from traitscope.cli import main
from traitscope.recipe_records import parameter
from traitscope.record import Record
from traitscope.results import subjects_shown

PLACE = ("oejts12", "simulated:person", "rating: chosen")


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return held(tmp_path_factory.mktemp("person"), "mbti-subjects", "simulated:person")


def profile(runs: DataFrame, subject: str, options: str) -> np.ndarray[Any, Any]:
    """Percent, shape (runs, axes)."""
    some = runs[(runs["subject"] == subject) & (runs["options"] == options)]
    return some[["IE", "SN", "FT", "JP"]].to_numpy(float)


@pytest.mark.parametrize("kind", ["perfect", "midpoint"])
def test_who_says_the_same_of_all_in_every_run_scores_one_three_times(kind: str, tmp_path: Path) -> None:
    shown = exhibits("mbti-subjects", held(tmp_path, "mbti-subjects", f"simulated:{kind}"))
    steady, fair = table(shown, "steadiness"), table(shown, "fairness")
    assert steady.groupby("index")["value"].unique().map(list).to_dict() == {"consistency": [1.0], "robustness": [1.0]}
    assert fair["value"].to_list() == [1.0, 1.0] and set(steady["note"]) == {"the runs are copies of each other"}
    assert set(table(shown, "subject_profiles")["value"]) == {50.0}


def test_the_indices_are_the_formulas_of_the_mean_profiles(person: Record) -> None:
    shown, runs = exhibits("mbti-subjects", person), subjects_shown.runs(person, *PLACE)
    assert runs.groupby(["subject", "options"]).size().to_dict() == {
        (subject, options): n
        for subject in ("men", "women", "people in general", "barbers")
        for options, n in (("printed", 2), ("shuffled", 5))
    }
    steady = table(shown, "steadiness").set_index(["subject", "index"])["value"]
    for subject in runs["subject"].unique():
        fixed, permuted = (profile(runs, subject, options) for options in ("printed", "shuffled"))
        spread = np.linalg.norm(permuted - permuted.mean(axis=0), axis=1).mean()
        assert steady[subject, "consistency"] == pytest.approx(100 / (100 + spread))
        moved = np.linalg.norm(fixed.mean(axis=0) - permuted.mean(axis=0))
        assert steady[subject, "robustness"] == pytest.approx(100 / (100 + moved))
    fair = table(shown, "fairness").set_index("subjects")["value"]
    assert list(fair.index) == ["men and women", "barbers and people in general"]
    for pair, value in fair.items():
        one, other = (profile(runs, subject, "shuffled").mean(axis=0) for subject in str(pair).split(" and "))
        assert value == pytest.approx(100 / (100 + np.linalg.norm(one - other)))


def test_who_always_takes_the_first_option_is_not_robust_to_their_order(tmp_path: Path) -> None:
    record = held(tmp_path, "mbti-subjects", "simulated:first_option")
    shown = exhibits("mbti-subjects", record)
    steady = table(shown, "steadiness").set_index(["index", "subject"])["value"]
    assert (steady["robustness"] < 0.85).all() and (steady["consistency"] < 0.85).all()
    # in printed order everybody gets the lowest value of each item, turned where the item is
    inventory = record.inventory("oejts12")
    runs = subjects_shown.runs(record, "oejts12", "simulated:first_option", "rating: chosen")
    by_hand = [100 * np.mean([key < 0 for key in inventory.keys(axis).values()]) for axis in ("IE", "SN", "FT", "JP")]
    assert profile(runs, "men", "printed").tolist() == [by_hand] * 2
    assert set(table(shown, "fairness")["value"]) == {1.0}  # what is said of one is said of all


def test_the_more_answers_go_by_the_order_the_less_robust_they_are(person: Record, tmp_path: Path) -> None:
    means = []
    for bias in (0.0, 0.6):
        of = with_parameters("person", order_bias=bias)
        record = person if not bias else held(tmp_path, "mbti-subjects", of)
        means.append(table(exhibits("mbti-subjects", record), "steadiness").groupby("index")["value"].mean())
    assert (means[1] < means[0] - 0.04).all()


def test_a_is_the_distance_at_which_an_index_is_one_half(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "record"
    told = {a: run(folder, capsys, a) for a in (None, 50.0, 7.0)}
    assert parameter(Record(folder), "a", 1.0) == 7.0
    for a, found in told.items():
        rows = [row for each in found["tables"] if each["name"] in ("steadiness", "fairness") for row in each["rows"]]
        assert rows and all(row["a"] == (a or 100.0) for row in rows)
        assert all(row["value"] == pytest.approx(row["a"] / (row["a"] + row["distance"])) for row in rows)
        assert f"a = {a or 100:g} percent" in next(
            each["caption"] for each in found["tables"] if each["name"] == "fairness"
        )
    rows = {
        a: next(each["rows"] for each in found["tables"] if each["name"] == "fairness") for a, found in told.items()
    }
    assert [row["distance"] for row in rows[None]] == [row["distance"] for row in rows[50.0]]
    assert all(row["distance"] > 0 for row in rows[None])


def run(folder: Path, capsys: pytest.CaptureFixture[str], a: float | None) -> dict[str, Any]:
    given = [] if a is None else ["--parameter", f"a={a}"]
    command = ["recipe", "run", "mbti-subjects", "--model", "simulated:person", "--record", str(folder), "--json"]
    assert main([*command, *given]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("a", ["0", "-5", "nan"])
def test_a_constant_that_is_no_distance_is_one_line(a: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["recipe", "run", "mbti-subjects", "--model", "simulated:perfect", "--record", str(tmp_path / "r")]
    assert main([*command, "--parameter", f"a={a}"]) == 2
    said = capsys.readouterr().err
    assert f"--parameter a={a}: a number above 0 is needed" in said and said.count("\n") == 1
    assert not (tmp_path / "r" / "manifest.json").exists()


def test_who_refuses_gets_a_reason(tmp_path: Path) -> None:
    shown = exhibits("mbti-subjects", held(tmp_path, "mbti-subjects", "simulated:refuser"))
    assert [each.name for each in shown] == ["subject_profiles", "steadiness", "fairness"]
    assert all(each.missing or each.table["value"].isna().all() for each in shown)
