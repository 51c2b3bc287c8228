"""Answers taken over from another record: the very same trial alone, named, and never unasked."""

import json
import sqlite3

import msgspec
import pytest

from inventories.responder import ResponderError
from traitscope import analysis
from traitscope.cli import main
from traitscope.record import Record
from traitscope.runner import Options, run
from traitscope.study import load_study

STUDY = """
seed = 1
models = [{ name = "NAME", temperature = 0.5, price = { input = 1000.0, output = 4000.0 } }]
inventories = ["tipi"]
personas = [{ id = "calm", text = "You are calm." }, { id = "bold", text = "You are bold." }]
[[asks]]
reply = "text"
"""
SIMULATED = STUDY.replace("NAME", "simulated:person")
TALK = """
models = ["simulated:person"]
inventories = ["tipi"]
personas = ["none", { id = "calm", text = "You are calm." }]
[[asks]]
reply = "text"
form = { FORM }
steps = [{ kind = "follow_up", text = "Are you sure? Answer again." }]
"""


def calls(folder) -> list[dict]:
    with Record(folder).store() as store:
        names, rows = store.table("calls")
    return [dict(zip(names, row, strict=True)) for row in rows]


def reuse(study, folder, other):
    return run(study, folder, options=Options(reuse=(other,)))


class Stop(Exception):
    """Stands for whatever ends a process."""


def stop_after(count):
    def settled(trials):
        left[0] -= trials
        if left[0] <= 0:
            raise Stop

    left = [count]
    return lambda *_: settled


def test_the_same_trial_is_taken_over_with_its_raw_text_and_answer(fault_server, study_file, tmp_path, capsys):
    server, first, second = fault_server("--prose", "0.3"), tmp_path / "first", tmp_path / "second"
    path = str(study_file(STUDY.replace("NAME", server.model)))
    assert main(["run", path, "--record", str(first), "--yes"]) == 0
    before = server.stats()["counts"]["calls"]
    assert main(["run", path, "--record", str(second), "--yes", "--reuse", str(first)]) == 0
    (probe,) = {server.stats()["counts"]["calls"] - before}
    assert probe < 20, "the second record asked what the model can do, and nothing else"
    kept = ("trial", "text", "finish", "tokens_in", "tokens_out", "prompt")
    assert [[one[name] for name in kept] for one in calls(first)] == [
        [one[name] for name in kept] for one in calls(second)
    ]
    tables = [
        analysis.answers(Record(folder))[["trial", "outcome", "chosen", "position"]] for folder in (first, second)
    ]
    assert tables[0].equals(tables[1]) and (tables[0]["outcome"] == "unreadable").any()
    with Record(first).store() as one, Record(second).store() as two:
        assert one.spent() > 0 and two.spent() == 0
    capsys.readouterr()
    assert main(["status", str(second)]) == 0
    assert f"20 answers were taken over from {first}" in capsys.readouterr().out
    assert Record(second).manifest.reused == {str(first): 20}
    assert main(["export", str(second), "--to", str(tmp_path / "out")]) == 0
    lines = [json.loads(each) for each in (tmp_path / "out" / "calls.jsonl").read_text("utf-8").splitlines()]
    assert {(each["source"], each["cost"]) for each in lines} == {(str(first), None)}
    assert json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["reused"] == {str(first): 20}


def test_without_being_told_nothing_is_ever_taken_over(study_file, tmp_path):
    study = load_study(study_file(SIMULATED))
    run(study, tmp_path / "first")
    run(study, tmp_path / "second")
    assert {each["source"] for each in calls(tmp_path / "second")} == {None}
    assert Record(tmp_path / "second").manifest.reused == {}


@pytest.mark.parametrize(
    ("old", "new", "taken"),
    [
        ("seed = 1", "seed = 2", 0), ("You are calm.", "You are quiet.", 10), ("temperature = 0.5", "temperature = 0.6", 0),
        ("temperature = 0.5", "temperature = 0.5, max_tokens = 64", 0), ("[[asks]]", "[[asks]]\nform = { labels = 'upper' }", 0),
        ("[[asks]]", "[[asks]]\nreplicates = 3", 20), ("[[asks]]", "[[asks]]\nitems = ['tipi_01']", 0), ("1000.0", "2.0", 20),
        ('"tipi"', '"tipi", "sd3"', 20),
    ],
)  # fmt: skip
def test_only_the_very_same_trial_is_taken_over(old, new, taken, study_file, tmp_path):
    run(load_study(study_file(SIMULATED)), tmp_path / "first")
    record = reuse(
        load_study(study_file(SIMULATED.replace(old, new), "other.toml")), tmp_path / "second", tmp_path / "first"
    )
    assert sum(each["source"] is not None for each in calls(record.folder)) == taken
    assert record.manifest.reused == ({str(tmp_path / "first"): taken} if taken else {})
    progress = record.progress()
    assert progress["done"] == progress["trials"]


def test_a_repeat_is_never_served_from_another_repeat(study_file, tmp_path):
    text = SIMULATED + "replicates = 2\n"
    first, second = tmp_path / "first", tmp_path / "second"
    run(load_study(study_file(SIMULATED)), first)
    reuse(load_study(study_file(text, "more.toml")), second, first)
    taken = {each["trial"] for each in calls(second) if each["source"]}
    table = analysis.answers(Record(second))
    assert set(table["replicate"][table["trial"].isin(taken)]) == {1}
    assert not table["trial"].duplicated().any() and len(table) == 40
    assert len(calls(second)) == 40


def test_a_failed_call_is_not_taken_over(study_file, tmp_path):
    study = load_study(study_file(SIMULATED))
    run(study, tmp_path / "first")
    with sqlite3.connect(tmp_path / "first" / "answers.sqlite") as db:
        db.execute("UPDATE calls SET error = '500: overloaded' WHERE id <= 7")
    db.close()
    reuse(study, tmp_path / "second", tmp_path / "first")
    assert sum(each["source"] is not None for each in calls(tmp_path / "second")) == 13


def test_what_is_answered_here_is_not_replaced(study_file, tmp_path):
    study = load_study(study_file(SIMULATED))
    run(study, tmp_path / "first")
    with pytest.raises(Stop):
        run(study, tmp_path / "second", stop_after(6))
    own = calls(tmp_path / "second")
    reuse(study, tmp_path / "second", tmp_path / "first")
    found = calls(tmp_path / "second")
    assert found[: len(own)] == own
    assert sorted(each["trial"] for each in found) == sorted(each["trial"] for each in calls(tmp_path / "first"))


def test_another_revision_of_the_model_is_refused(study_file, tmp_path):
    study, first = load_study(study_file(SIMULATED)), tmp_path / "first"
    manifest = run(study, first).manifest
    able = msgspec.structs.replace(manifest.abilities["simulated:person"], resolved="simulated:person-2")
    manifest.abilities["simulated:person"] = able
    (first / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    with pytest.raises(ResponderError, match="simulated:person-2 there and is simulated:person here"):
        reuse(study, tmp_path / "second", first)
    assert calls(tmp_path / "second") == []


def test_the_own_record_and_none_at_all_are_refused_in_one_line(study_file, tmp_path, capsys):
    path, folder = str(study_file(SIMULATED)), str(tmp_path / "r")
    for other, told in ((folder, "is this study's own record"), (str(tmp_path / "nowhere"), "no record there")):
        assert main(["run", path, "--record", folder, "--reuse", other, "--yes"]) == 2
        error = capsys.readouterr().err
        assert told in error and error.count("\n") == 1


@pytest.mark.parametrize("form", ['memory = "continued"', 'memory = "continued", items_per_prompt = 3', ""])
@pytest.mark.parametrize("count", [1, 5, 17])
def test_a_conversation_that_was_begun_here_goes_on_from_its_own_replies(
    form, count, fault_server, study_file, tmp_path
):
    server, first, second = fault_server("--prose", "0.6"), tmp_path / "first", tmp_path / "second"  # each draw differs
    study = load_study(study_file(TALK.replace("simulated:person", server.model).replace("FORM", form), "talk.toml"))
    run(study, first)
    with pytest.raises(Stop):
        run(study, second, stop_after(count))
    record = reuse(study, second, first)
    with record.store() as store:
        steps = dict(
            store.rows("SELECT t.id, t.step FROM trials t JOIN sittings s ON s.id = t.sitting WHERE s.current")[1]
        )
        said = {(each["sitting"], steps[each["trial"]]): each for each in calls(second)}
        assert len(said) == len({each["call"] for each in calls(second)}), "one reply to each question"
        for (sitting, step), each in said.items():
            repeated = [one.content for one in store.prompt(each["prompt"])[0] if one.role == "assistant"]
            before = [said[sitting, step - back]["text"] for back in range(len(repeated), 0, -1)]
            assert repeated == before, "what a prompt repeats is what this record holds"


def test_a_conversation_that_was_broken_off_there_is_gone_on_with_here(study_file, tmp_path):
    study = load_study(study_file(TALK.replace("FORM", 'memory = "continued"'), "talk.toml"))
    with pytest.raises(Stop):
        run(study, tmp_path / "first", stop_after(9))
    taken = len(calls(tmp_path / "first"))
    reuse(study, tmp_path / "second", tmp_path / "first")
    run(study, tmp_path / "whole")
    found = calls(tmp_path / "second")
    assert sum(each["source"] is not None for each in found) == taken > 0
    assert [(each["trial"], each["text"]) for each in sorted(found, key=lambda each: each["trial"])] == [
        (each["trial"], each["text"]) for each in sorted(calls(tmp_path / "whole"), key=lambda each: each["trial"])
    ]


def test_blocks_are_taken_over_whole(study_file, tmp_path):
    study = load_study(study_file(SIMULATED + "form = { items_per_prompt = 4 }\n"))
    run(study, tmp_path / "first")
    record = reuse(study, tmp_path / "second", tmp_path / "first")
    assert record.manifest.reused == {str(tmp_path / "first"): 20}
    with record.store() as store:
        assert store.reused() == 20
        assert len({row[0] for row in store.table("calls")[1]}) == 6
