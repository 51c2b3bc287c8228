"""What a model, a file or a stranger says is text to a terminal, a spreadsheet and a database: docs/threats.md, line by line."""

import csv
import json
import re

import pytest
from hostile_study import ESCAPES, FORMULA, OBEYED, STUDY
from imitations import openai, refused, serving

from traitscope.bundle.verifying import verify
from traitscope.bundle.writing import export
from traitscope.cli import main
from traitscope.harmless import for_terminal, guarded, json_for_terminal, unguarded
from traitscope.runner import run
from traitscope.store import Store
from traitscope.study import load_study
from traitscope.teaching import taking


@pytest.fixture
def record(study_file, tmp_path):
    return run(load_study(study_file(STUDY, "hostile.toml")), tmp_path / "record")


def said(record, text):
    """Let every reply of the record say this."""
    with Store(record.folder / "answers.sqlite", write=True) as store:
        store.db.execute("UPDATE calls SET text = ?", (text,))


# ---- a terminal


@pytest.mark.parametrize("text", [ESCAPES, "\ud800 half a pair", "a\u2028b", "\x00"])
def test_nothing_that_a_terminal_obeys_is_left_in_what_is_printed(text):
    told = for_terminal(text)
    assert not OBEYED.search(told)
    told.encode("utf-8")


@pytest.mark.parametrize("text", ["Größe, 日本語, עברית, 👩\u200d🔬, می\u200cخواهم", "two\nlines\tand a tab", "\\x1b"])
def test_what_people_write_is_printed_as_it_is(text):
    assert for_terminal(text) == text


def test_json_is_harmless_to_look_at_and_holds_the_very_letters():
    whole = {"said": ESCAPES, "half": "\ud800"}
    told = json_for_terminal(json.dumps(whole, ensure_ascii=False))
    assert not OBEYED.search(told)
    assert json.loads(told) == whole


def test_a_file_of_replies_reaches_no_terminal(tmp_path, capsys):
    path = tmp_path / "replies.jsonl"
    options = [{"label": "1", "text": "no", "value": 1}, {"label": "2", "text": "yes", "value": 2}]
    path.write_text(json.dumps({"options": options, "text": f"2 {ESCAPES}"}), "utf-8")
    for arguments in (["read", str(path)], ["read", str(path), "--json"]):
        assert main(arguments) == 0
        assert not OBEYED.search(capsys.readouterr().out)


def test_what_a_server_says_in_an_error_reaches_no_terminal(tmp_path, study_file, capfd):
    def answer(path, asked):
        return refused(f"{ESCAPES} no") if "extraverted" in json.dumps(asked) else openai()(path, asked)

    with serving(answer) as server:
        path = study_file(STUDY.replace("simulated:person", server.model))
        for arguments in (
            ["run", str(path), "--record", str(tmp_path / "r"), "--yes"],
            ["status", str(tmp_path / "r")],
        ):
            main(arguments)
            told = capfd.readouterr()
            # the bar of a run goes back to the start of its line, and up again, by itself
            assert not OBEYED.search(told.out + re.sub(r"\r|\x1b\[A", "", told.err)), arguments


@pytest.mark.parametrize(
    "command", [["status", f"nowhere{ESCAPES}"], ["inventories", f"x{ESCAPES}"], ["status", "x", f"--no{ESCAPES}"]]
)
def test_a_mistake_quotes_no_escape(command, capsys):
    try:
        code = main(command)
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert not OBEYED.search(capsys.readouterr().err)


# ---- a spreadsheet


@pytest.mark.parametrize("sign", "=+-@\t\r\n＝＋－＠")
def test_a_text_that_begins_like_a_formula_is_none_and_is_read_back(sign):
    assert guarded(f"{sign}1+1") == f"'{sign}1+1"
    assert unguarded(guarded(f"{sign}1+1")) == f"{sign}1+1"
    hidden = f" \u3000\u200b\ufeff{sign}1+1"
    assert unguarded(guarded(hidden)) == hidden and (sign in "\t\r\n" or guarded(hidden) == f"'{hidden}")


def cells(path):
    with path.open(encoding="utf-8", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


def is_formula(cell):
    """As a spreadsheet sees it: it begins with a sign of formulas, and is no number."""
    return (cell[:1] in ("\t", "\r") or cell.strip(" \u3000")[:1] in tuple("=+-@＝＋－＠")) and not re.fullmatch(
        r"[+-]?[\d.]+(e[+-]?\d+)?|-inf", cell
    )


def test_no_cell_of_a_bundle_is_a_formula(record, tmp_path):
    said(record, f" {FORMULA}")
    main(["reparse", str(record.folder)])
    export(record, tmp_path / "out")
    tables = sorted((tmp_path / "out").rglob("*.csv"))
    assert len(tables) > 10 and any("'=1+1" in cells(path) for path in tables)
    assert [(path.name, cell) for path in tables for cell in cells(path) if is_formula(cell)] == []
    assert verify(tmp_path / "out")[0]["differences"] == []


def test_no_cell_and_no_header_of_a_download_is_a_formula(tmp_path):
    from pandas import DataFrame

    from traitscope.exhibit import Exhibit

    table = DataFrame({"persona": ["=1+1", "calm", None], FORMULA: [-0.5, 1.0, 2.0], "told": ["-0.5", "-x", "@a"]})
    path = tmp_path / "shown.csv"
    path.write_text(Exhibit("x", "?", table, about={"record": "+evil"}).csv(), "utf-8")
    assert [cell for cell in cells(path) if is_formula(cell)] == []
    assert "-0.5" in cells(path), "a number stays one"


def test_own_answers_are_no_formulas(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(taking.as_csv(taking.inventory("tipi"), {}, person="=1+1"), "utf-8")
    assert "'=1+1" in cells(path)


# ---- a database


def test_a_search_for_sql_finds_the_text_and_harms_nothing(record):
    from traitscope.results import replies

    before = record.progress()
    for text in ("'; DROP TABLE calls; --", "%", "_", '" OR 1=1'):
        found = replies.found(record, dict.fromkeys(replies.FILTERS, replies.ANY) | {"persona": text}, text)
        assert found.total == 0 and record.progress() == before
