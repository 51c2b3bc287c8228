"""The command: exit codes, one line for a mistake, one JSON object and nothing else."""

import json

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
