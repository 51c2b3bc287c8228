"""What is told of a frozen plan: by a run before it asks, by a record whose plan is gone, and by an export."""

import json

import pandas as pd
import pytest
from saying_and_doing import CHOICE, RATING, asked

from traitscope import freeze, planning
from traitscope.cli import main
from traitscope.interviews import interviews
from traitscope.record import Record
from traitscope.runner import Options, run
from traitscope.store import StoreError
from traitscope.study import load_study

STUDY = """
models = [{ name = "simulated:person", temperature = 0.5 }]
inventories = ["tipi"]
personas = [{ id = "shy", text = "You are shy." }, { id = "bold", text = "You are bold.", assigned = { E = 1 } }]
analysis = { margin = 8 }
"""
MINI = """
title = "Mine"
kind = "cognition"
source = "made for this test"
licence = "public domain"
scales = { A = "A" }
options = [{ value = 1, text = "no" }, { value = 2, text = "yes" }]
items = [{ id = "m_1", scale = "A", key = 1, text = "First." }, { id = "m_2", scale = "A", key = -1, text = "Second." }]
"""


@pytest.fixture
def planned(study_file, tmp_path):
    """A study file and the record in which its plan is frozen and answered."""
    path, folder = study_file(STUDY), tmp_path / "r"
    planning.plan(path, folder, frozen=True)
    run(load_study(path), folder)
    return path, folder


def changed(path, old, new):
    assert old in STUDY
    path.write_text(STUDY.replace(old, new), "utf-8")
    return load_study(path)


def told_by_a_run(study, folder):
    """What a run says, each with how many answers there were when it was said."""
    told = []
    run(study, folder, tell=lambda text: told.append((text, Record(folder).progress()["done"])))
    return told


# ---- answers that nobody planned


def test_answers_to_a_persona_that_was_changed_and_changed_back_are_told(planned, capsys):
    path, folder = planned
    run(changed(path, "You are shy.", "You are very shy."), folder)
    record = run(changed(path, "", ""), folder)
    told = ["10 answers in this record belong to sittings outside the frozen plan"]
    assert freeze.deviations(record) == told
    capsys.readouterr()
    assert main(["show", str(folder)]) == 0
    assert f"DEVIATIONS from the frozen plan\n- {told[0]}\n" in capsys.readouterr().out


# ---- a plan that is gone


def test_a_frozen_plan_that_was_removed_is_told_ever_after(planned, capsys):
    path, folder = planned
    first = freeze.read(folder).hash
    assert Record(folder).manifest.frozen == first
    (folder / "frozen.json").unlink()
    run(load_study(path), folder)
    (told,) = freeze.deviations(Record(folder))
    assert told.startswith(f"the frozen plan with the hash {first} is gone")
    assert freeze.other_than_planned(Record(folder), margin=8.0) == [told]
    capsys.readouterr()
    assert main(["show", str(folder)]) == 0
    assert f"- {told}" in capsys.readouterr().out
    assert main(["export", str(folder), "--to", str(folder / "out")]) == 0
    assert (folder / "out" / "deviations.txt").read_text("utf-8") == f"{told}\n"


def test_a_frozen_plan_that_was_replaced_is_told(planned, tmp_path):
    path, folder = planned
    first = freeze.read(folder).hash
    study = changed(path, "margin = 8", "margin = 12")
    planning.plan(path, tmp_path / "other", frozen=True)
    (tmp_path / "other" / "frozen.json").replace(folder / "frozen.json")
    told = freeze.deviations(run(study, folder))
    second = freeze.read(folder).hash
    assert f"the frozen plan with the hash {first} is replaced by one with the hash {second}" in told
    assert "answers were there before the plan was frozen" in told


def test_who_freezes_too_late_is_told_the_way_on(study_file, tmp_path):
    path, folder = study_file(STUDY), tmp_path / "r"
    run(load_study(path), folder, options=Options(pilot=0.5))
    with pytest.raises(
        StoreError, match=r"freeze before the pilot, or freeze into a record that has none \(--record DIR\)"
    ):
        planning.plan(path, folder, frozen=True)
    assert planning.plan(path, tmp_path / "other", frozen=True)[0]["frozen"]["hash"]


# ---- what a run says before it asks


def test_a_run_as_planned_or_without_a_plan_says_nothing_of_it(planned, tmp_path):
    path, folder = planned
    assert told_by_a_run(load_study(path), folder) == []
    assert told_by_a_run(load_study(path), tmp_path / "without") == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("You are shy.", "You are very shy.", [
            "other sittings than in the frozen plan: 1 more, 1 fewer",
            "other than the frozen plan: persona shy: its text or its assigned levels are others than in the plan",
        ]),
        ('["tipi"]', '["tipi", "sd3"]', [
            "other sittings than in the frozen plan: 2 more", "other than the frozen plan: inventory sd3: not in the plan",
        ]),
        ("margin = 8", "margin = 12", [
            "other than the frozen plan: analysis margin: 8.0 in the plan, 12.0 in the study",
        ]),
        ("temperature = 0.5", "temperature = 0.7", [
            "other sittings than in the frozen plan: 2 more, 2 fewer",
            "other than the frozen plan: model simulated:person: temperature 0.5 in the plan, temperature 0.7 in the study",
        ]),
    ],
)  # fmt: skip
def test_a_run_says_before_it_asks_what_differs_from_the_frozen_plan(old, new, told, planned):
    path, folder = planned
    assert told_by_a_run(changed(path, old, new), folder) == [(each, 20) for each in told]


def test_many_differences_are_told_in_one_line(planned):
    path, folder = planned
    listed = ", ".join(f'{{ id = "p{number}", text = "You are number {number}." }}' for number in range(9))
    study = changed(path, "personas = [", f"personas = [{listed}, ")
    abilities = Record(folder).manifest.abilities
    told = freeze.told_before(study, folder, interviews(study, abilities))
    assert told[0] == "other sittings than in the frozen plan: 9 more"
    assert told[1].count("persona p") == freeze.MOST_TOLD and told[1].endswith("; and 5 differences more")


def test_a_run_says_that_the_frozen_plan_is_gone_or_cannot_be_read(planned):
    path, folder = planned
    (folder / "frozen.json").write_text("{", "utf-8")
    ((told, _),) = told_by_a_run(load_study(path), folder)
    assert "not a frozen plan" in told
    (folder / "frozen.json").unlink()
    ((told, _),) = told_by_a_run(load_study(path), folder)
    assert told.startswith("the frozen plan with the hash") and "is gone" in told


def test_the_command_says_it_on_the_error_stream(planned, capsys):
    path, folder = planned
    changed(path, "margin = 8", "margin = 12")
    assert main(["run", str(path), "--record", str(folder)]) == 0
    assert "traitscope: other than the frozen plan: analysis margin" in capsys.readouterr().err


# ---- words


def test_a_changed_persona_and_a_changed_inventory_are_told_in_words(study_file, tmp_path):
    (tmp_path / "mine.toml").write_text(MINI, "utf-8")
    path, folder = study_file(STUDY.replace('["tipi"]', '["mine.toml"]')), tmp_path / "r"
    planning.plan(path, folder, frozen=True)
    (tmp_path / "mine.toml").write_text(MINI.replace("First.", "The first."), "utf-8")
    path.write_text(path.read_text("utf-8").replace("E = 1", "E = -1"), "utf-8")
    told = freeze.deviations(run(load_study(path), folder))
    assert "persona bold: its text or its assigned levels are others than in the plan" in told
    assert "inventory mine: its items or options are others than in the plan" in told


def test_a_margin_of_the_command_line_is_told_as_used_and_not_as_recorded(tmp_path, capsys):
    record = twice_asked(tmp_path)
    assert main(["divergence", str(record.folder), "--margin", "20", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["deviations"]
    assert told == ["analysis margin: 10.0 in the plan, 20.0 used here"]


# ---- export


def twice_asked(tmp_path):
    """A small record of saying and doing with a frozen plan."""
    record = asked(tmp_path / "s", '"simulated:person"', RATING, CHOICE, personas='"none"')
    planning.plan(tmp_path / "s" / "study.toml", tmp_path / "frozen", frozen=True)
    return run(load_study(tmp_path / "s" / "study.toml"), tmp_path / "frozen", options=Options(reuse=(record.folder,)))


def test_an_export_has_the_frozen_plan_the_deviations_and_saying_against_doing(tmp_path, capsys):
    record, out = twice_asked(tmp_path), tmp_path / "out"
    assert main(["export", str(record.folder), "--to", str(out), "--json"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    written = {each.relative_to(out).as_posix() for each in out.rglob("*") if each.is_file()}
    assert {"frozen.json", "deviations.txt", "estimates/divergence.csv"} <= set(files) == written
    assert (out / "frozen.json").read_bytes() == (record.folder / "frozen.json").read_bytes()
    assert (out / "deviations.txt").read_text("utf-8").splitlines() == freeze.deviations(record)
    table = pd.read_csv(out / "estimates" / "divergence.csv")
    assert {"cosine", "level_gap"} <= set(table["measure"])


def test_an_export_without_plan_and_without_pairs_has_no_such_files(study_file, tmp_path):
    record = run(load_study(study_file(STUDY)), tmp_path / "r")
    assert main(["export", str(record.folder), "--to", str(tmp_path / "out")]) == 0
    files = {each.name for each in (tmp_path / "out").rglob("*")}
    assert "answers.csv" in files and not {"frozen.json", "deviations.txt", "divergence.csv"} & files


def test_a_record_that_is_as_planned_exports_no_deviation(planned, tmp_path):
    assert main(["export", str(planned[1]), "--to", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "deviations.txt").read_text("utf-8") == ""
