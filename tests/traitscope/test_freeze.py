"""A plan that is fixed before data are seen: its hash, when it is refused, and every deviation from it."""

import json

import msgspec
import pytest

from inventories.responder import ResponderError
from inventories.wording import WORDINGS
from traitscope import freeze, planning
from traitscope.cli import main
from traitscope.record import Record
from traitscope.runner import Options, run
from traitscope.store import StoreError
from traitscope.study import load_study

STUDY = """
title = "Planned"
seed = 1
models = [{ name = "simulated:person", temperature = 0.5, max_tokens = 32, parameters = { noise = 0.5 } }]
inventories = ["tipi"]
personas = [{ id = "calm", text = "You are calm." }, { id = "bold", text = "You are bold.", assigned = { E = 1 } }]
[analysis]
statistics = ["alpha"]
margin = 8
note = "E is higher in bold than in calm."
[[asks]]
reply = "text"
"""


@pytest.fixture
def planned(study_file, tmp_path):
    """A study file and the folder in which its plan is frozen."""
    path = study_file(STUDY, "planned.toml")
    assert main(["plan", str(path), "--record", str(tmp_path / "r"), "--freeze"]) == 0
    return path, tmp_path / "r"


def deviations_after(planned, old="", new="", options=None):
    path, folder = planned
    if old:
        assert old in STUDY
        path.write_text(STUDY.replace(old, new), "utf-8")
    return freeze.deviations(run(load_study(path), folder, options=options))


def test_freezing_writes_hash_plan_and_analysis_and_asks_nothing(study_file, tmp_path, capsys):
    path, folder = study_file(STUDY, "planned.toml"), tmp_path / "r"
    assert main(["plan", str(path), "--record", str(folder), "--freeze"]) == 0
    out = capsys.readouterr().out
    kept = json.loads((folder / "frozen.json").read_text("utf-8"))
    assert f"hash {kept['hash']}" in out and str(folder / "frozen.json") in out
    assert {each.name for each in folder.iterdir()} == {"frozen.json"}
    assert kept["analysis"] == {
        "statistics": ["alpha"], "margin": 8, "tau": 1, "missing": "pairwise", "note": "E is higher in bold than in calm.",
    }  # fmt: skip
    assert kept["study"] == STUDY
    assert (len(kept["sittings"]), kept["trials"]) == (2, 20)


def test_the_same_study_has_the_same_hash(planned, study_file, tmp_path):
    _, folder = planned
    again = study_file(STUDY, "planned.toml")
    first = freeze.read(folder)
    other = planning.plan(again, tmp_path / "other", frozen=True)[0]["frozen"]
    assert other["hash"] == first.hash
    same = planning.plan(again, folder, frozen=True)[0]["frozen"]
    assert (same["hash"], same["time"]) == (first.hash, first.frozen)


@pytest.mark.parametrize(
    ("old", "new"),
    [("seed = 1", "seed = 2"), ("temperature = 0.5", "temperature = 0.6"), ("margin = 8", "margin = 9"), ("calm.", "quiet.")],
)  # fmt: skip
def test_another_study_has_another_hash_and_does_not_replace_the_plan(old, new, planned, tmp_path):
    path, folder = planned
    before = (folder / "frozen.json").read_bytes()
    path.write_text(STUDY.replace(old, new), "utf-8")
    with pytest.raises(StoreError, match="another plan is frozen there"):
        planning.plan(path, folder, frozen=True)
    assert (folder / "frozen.json").read_bytes() == before
    assert planning.plan(path, tmp_path / "o", frozen=True)[0]["frozen"]["hash"] != freeze.read(folder).hash


def test_a_plan_is_not_frozen_once_there_are_answers(study_file, tmp_path, capsys):
    path, folder = study_file(STUDY), tmp_path / "r"
    run(load_study(path), folder)
    assert main(["plan", str(path), "--record", str(folder), "--freeze"]) == 2
    assert "has answers already" in capsys.readouterr().err
    assert not (folder / "frozen.json").exists()


def test_answers_to_an_earlier_form_of_the_study_count_as_answers(study_file, tmp_path):
    path, folder = study_file(STUDY), tmp_path / "r"
    run(load_study(path), folder)
    path.write_text(STUDY.replace("seed = 1", "seed = 2"), "utf-8")
    run(load_study(path), folder, options=Options(max_cost=0.0))
    assert Record(folder).progress()["done"] == 0
    with pytest.raises(StoreError, match="has answers already"):
        planning.plan(path, folder, frozen=True)


def test_a_plan_may_be_frozen_after_calls_that_all_failed(fault_server, study_file, tmp_path):
    server, folder = fault_server(), tmp_path / "r"
    text = STUDY.replace("simulated:person", server.model).replace(", parameters = { noise = 0.5 }", "")
    study = load_study(study_file(text))
    with pytest.raises(ResponderError):
        run(study, folder, lambda *_: server.set(fail=1) or (lambda count: None))
    assert Record(folder).progress()["failed"] > 0
    planning.plan(study.path, folder, frozen=True)
    server.set(fail=0)
    assert freeze.deviations(run(study, folder)) == []


def test_a_frozen_plan_that_was_changed_is_noticed(planned, capsys):
    path, folder = planned
    run(load_study(path), folder)
    kept = json.loads((folder / "frozen.json").read_text("utf-8"))
    kept["analysis"]["margin"] = 20
    (folder / "frozen.json").write_text(json.dumps(kept), "utf-8")
    capsys.readouterr()
    assert main(["show", str(folder)]) == 2
    assert "was changed after it was frozen" in capsys.readouterr().err


def test_a_frozen_plan_that_is_no_plan_is_one_line(planned, capsys):
    path, folder = planned
    run(load_study(path), folder)
    (folder / "frozen.json").write_text("{", "utf-8")
    capsys.readouterr()
    assert main(["show", str(folder)]) == 2
    assert "not a frozen plan" in capsys.readouterr().err


def test_a_study_that_is_done_as_planned_deviates_in_nothing(planned, capsys):
    _, folder = planned
    assert deviations_after(planned) == []
    capsys.readouterr()
    assert main(["show", str(folder)]) == 0
    assert "DEVIATIONS from the frozen plan: none" in capsys.readouterr().out


def test_without_a_frozen_plan_no_deviations_are_told(study_file, tmp_path, capsys):
    record = run(load_study(study_file(STUDY)), tmp_path / "r")
    assert freeze.deviations(record) is None
    assert main(["show", str(record.folder)]) == 0
    assert "DEVIATIONS" not in capsys.readouterr().out


NOT_PLANNED, NOT_ASKED = "sittings are asked that were not planned", "planned sittings are no longer asked"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('personas = [', 'personas = ["none", ', [f"1 {NOT_PLANNED}", "persona bare: not in the plan"]),
        ('{ id = "calm", text = "You are calm." }, ', "", [f"1 {NOT_ASKED}", "persona calm: in the plan, and not in the record"]),
        ("You are calm.", "You are serene.", [f"1 {NOT_PLANNED}", f"1 {NOT_ASKED}", "persona calm: "]),
        ("E = 1", "E = -1", ["persona bold: "]),
        ("[[asks]]", "[[asks]]\nitems = ['tipi_01', 'tipi_02']", [f"2 {NOT_PLANNED}", f"2 {NOT_ASKED}"]),
        ('["tipi"]', '["tipi", "sd3"]', [f"2 {NOT_PLANNED}", "inventory sd3: not in the plan"]),
        ("temperature = 0.5", "temperature = 0.7", [f"2 {NOT_PLANNED}", "model simulated:person: "]),
        ("noise = 0.5", "noise = 0.6", ["model simulated:person: ", "resolved model simulated:person: "]),
        ("max_tokens = 32", "max_tokens = 64", ["model simulated:person: "]),
        ("[[asks]]", "[[asks]]\nreplicates = 3", [f"4 {NOT_PLANNED}"]),
        ("margin = 8", "margin = 12", ["analysis margin: 8.0 in the plan, 12.0 in the record"]),
        ('["alpha"]', '["omega"]', ["analysis statistics: ['alpha'] in the plan, ['omega'] in the record"]),
    ],
)  # fmt: skip
def test_every_deviation_is_told(old, new, told, planned, capsys):
    found = deviations_after(planned, old, new)
    assert len([each for each in found if any(each.startswith(one) for one in told)]) == len(told), found
    capsys.readouterr()
    assert main(["show", str(planned[1])]) == 0
    out = capsys.readouterr().out
    assert "DEVIATIONS from the frozen plan\n" in out and all(f"- {each}" in out for each in found)


def test_answers_that_are_missing_are_told(planned):
    assert deviations_after(planned, options=Options(max_cost=0.0)) == ["20 of 20 trials are not answered yet"]


def test_another_version_of_a_wording_is_told(planned, monkeypatch):
    newer = msgspec.structs.replace(WORDINGS["plain"], version=9)
    monkeypatch.setitem(WORDINGS, "plain", newer)
    assert "version of wording plain: 1 in the plan, 9 in the record" in deviations_after(planned)


def test_answers_taken_over_are_told(planned, study_file, tmp_path):
    run(load_study(study_file(STUDY, "first.toml")), tmp_path / "first")
    told = deviations_after(planned, options=Options(reuse=(tmp_path / "first",)))
    assert "20 answers were taken over from other records" in told


def test_a_plan_that_was_frozen_late_by_hand_is_told(study_file, tmp_path):
    """Frozen in another folder, after the data, and copied here."""
    path = study_file(STUDY, "planned.toml")
    record = run(load_study(path), tmp_path / "r")
    planning.plan(path, tmp_path / "later", frozen=True)
    (tmp_path / "later" / "frozen.json").rename(record.folder / "frozen.json")
    assert freeze.deviations(record) == ["answers were there before the plan was frozen"]
