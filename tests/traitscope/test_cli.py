"""The command: exit codes, one line for a mistake, one JSON object and nothing else."""

import json
import os

import pytest

from traitscope.cli import command_names, main

STUDY = (
    'models = ["simulated:person"]\ninventories = ["tipi"]\npersonas = [{ set = "big_five_32", fraction = "half" }]\n'
)


@pytest.fixture
def record(study_file, tmp_path):
    path = study_file(STUDY, "s.toml")
    assert main(["run", str(path), "--record", str(tmp_path / "record")]) == 0
    return tmp_path / "record"


@pytest.mark.parametrize("name", command_names())
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as done:
        main([name, "--help"])
    assert done.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_json_is_one_object_and_nothing_else(record, study_file, tmp_path, capsys):
    capsys.readouterr()
    path = str(study_file(STUDY, "s.toml"))
    for arguments in (
        ["plan", path], ["run", path, "--record", str(record)], ["status", str(record)], ["show", str(record)],
        ["export", str(record), "--to", str(tmp_path / "out")], ["verify", str(tmp_path / "out")],
        ["import", str(tmp_path / "out"), "--record", str(tmp_path / "new")], ["reparse", str(record)], ["inventories"],
        ["inventories", "sd3"], ["personas"], ["personas", "dark_triad"], ["analyze", "--list"],
        ["analyze", str(record), "--inventory", "tipi", "--list"], ["analyze", str(record), "--inventory", "tipi", "--only", "alpha,styles"],
        ["probe", "simulated:person", "--inventory", "tipi", "--to", str(tmp_path / "probe.jsonl")],
    ):  # fmt: skip
        assert main([*arguments, "--json"]) == 0
        out = capsys.readouterr()
        assert isinstance(json.loads(out.out), dict), arguments
        assert out.out.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan", "nowhere.toml"], ["status", "nowhere"], ["inventories", "bfi45"], ["personas", "nobody"], ["read", "nowhere.jsonl"],
        ["analyze", "nowhere.csv", "--inventory", "bfi44"], ["analyze", "nowhere.csv", "--inventory", "bfi45"],
        ["plan", "nowhere.toml", "--json"], ["probe", "nowhere", "--inventory", "tipi"], ["check", "--inventory", "bfi45"],
        ["analyze", "nowhere.csv"],
    ],
)  # fmt: skip
def test_a_mistake_is_exit_2_and_one_line_on_the_error_stream(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert "--inventory ID" in told.err or "nowhere" in told.err or "bfi45" in told.err or "nobody" in told.err


@pytest.mark.parametrize("arguments", [["rnu"], ["run"], ["plan", "x", "--fast"], []])
def test_a_wrong_command_line_is_exit_2_and_one_line(arguments, capsys):
    with pytest.raises(SystemExit) as done:
        main(arguments)
    assert done.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_show_prints_tables_findings_and_terms(record, capsys):
    capsys.readouterr()
    assert main(["show", str(record)]) == 0
    out = capsys.readouterr().out
    for part in (
        "PROFILE",
        "RELIABILITY",
        "EFFECT OF THE ASSIGNED LEVEL",
        "OUTCOMES",
        "FINDING, rating",
        "Terms of tipi",
    ):
        assert part in out


def test_export_writes_every_table_and_every_call(record, tmp_path, capsys):
    main(["export", str(record), "--to", str(tmp_path / "out")])
    names = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*")}
    assert {
        "answers.csv",
        "scores.csv",
        "estimates/reliability.csv",
        "calls.jsonl",
        "study.toml",
        "manifest.json",
    } <= names
    first = json.loads((tmp_path / "out" / "prompts.jsonl").read_text("utf-8").splitlines()[0])
    assert first["messages"][-1]["role"] == "user"


def test_read_judges_one_object_a_line(tmp_path, capsys):
    options = [{"label": str(n), "text": text, "value": n} for n, text in enumerate(("no", "neither", "yes"), start=1)]
    lines = [
        {"options": options, "text": "I would say 3."},
        {"options": options, "text": "I'm sorry, but I can't answer that."},
        {"options": options, "text": "1. 2\n2. 3", "items": ["a", "b", "c"]},
    ]
    path = tmp_path / "replies.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    assert main(["read", str(path)]) == 0
    judged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert judged[0] == {"outcome": "answered", "value": 3}
    assert judged[1]["outcome"] == "refused"
    assert {item: each["outcome"] for item, each in judged[2]["answers"].items()} == {
        "a": "answered",
        "b": "answered",
        "c": "missing",
    }
    path.write_text("{", "utf-8")
    assert main(["read", str(path)]) == 2


def test_a_record_of_a_newer_format_is_told_and_left_alone(record, capsys):
    import sqlite3

    with sqlite3.connect(record / "answers.sqlite") as db:
        db.execute("PRAGMA user_version=99")
    assert main(["status", str(record)]) == 2
    assert "newer traitscope" in capsys.readouterr().err


def test_a_study_with_a_mark_in_front_runs_as_without_it(study_file, tmp_path):
    path = study_file(STUDY, "s.toml")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert main(["run", str(path), "--record", str(tmp_path / "record")]) == 0


@pytest.mark.parametrize(
    "content", [b'{"study": "\xff"}', b'{"models": {"m": {"a": ' + b"[" * 100_000, b'{"a":' * 100_000]
)
def test_a_manifest_or_frozen_plan_of_any_bytes_is_told_in_one_line(record, capsys, content):
    for name, told in (("frozen.json", "not a frozen plan"), ("manifest.json", "not a manifest")):
        (record / name).write_bytes(content)
        assert main(["show", str(record)]) == 2
        assert f"{name}: {told}" in capsys.readouterr().err


def test_a_manifest_that_does_not_know_what_its_models_can_do_is_told_in_one_line(record, tmp_path, capsys):
    path = record / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"abilities": {}}), "utf-8")
    capsys.readouterr()
    assert main(["export", str(record), "--to", str(tmp_path / "out")]) == 0
    assert main(["show", str(record)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "manifest.json, abilities: 'simulated:person' is missing" in told
    assert main(["verify", str(tmp_path / "out")]) == 1
    assert "'simulated:person' can do is not in the record's manifest.json" in capsys.readouterr().out


def test_a_report_of_a_record_whose_study_file_is_no_text_is_written_all_the_same(record, tmp_path):
    (record / "study.toml").write_bytes(b"\xff\xfe\x00")
    assert main(["report", str(record), "--to", str(tmp_path / "report.html")]) == 0


def test_a_parameter_that_a_model_does_not_know_is_told_with_the_study_file(study_file, tmp_path, capsys):
    path = study_file('models = [{ name = "simulated:person", parameters = { nose = 1 } }]\ninventories = ["tipi"]')
    assert main(["plan", str(path), "--record", str(tmp_path / "record")]) == 2
    assert capsys.readouterr().err.startswith(f"traitscope: {path}: simulated:person: unknown parameter 'nose'")


def test_a_name_too_long_for_any_file_and_a_pipe_are_told_in_one_line(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe.jsonl")
    for arguments in (["analyze", f"{'x' * 300}.csv", "--inventory", "tipi"], ["read", str(tmp_path / "pipe.jsonl")]):
        assert main(arguments) == 2
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("columns", "row", "told"),
    [
        ("assigned.E", "inf", "row 1, column 'assigned.E': 'inf' is no number"),
        (",".join(f"factor.f{n}" for n in range(60)), ",".join("1" * 60), "60 columns factor.NAME; allowed: up to 50"),
        ("model", "m", ""),
    ],
)
def test_columns_beside_the_answers_are_used_or_refused(tmp_path, capsys, columns, row, told):
    path = tmp_path / "people.csv"
    path.write_text(f"tipi_01,tipi_02,{columns}\n1,2,{row}\n")
    assert main(["analyze", str(path), "--inventory", "tipi", "--list"]) == (2 if told else 0)
    assert told in capsys.readouterr().err
