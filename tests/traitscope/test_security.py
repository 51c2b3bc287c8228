"""docs/threats.md, line by line: what a model, a file or a stranger says stays text, in its folder, and without a key."""

import ast
import csv
import json
import os
import re
import time
import tomllib
import zipfile
from pathlib import Path

import pytest
from imitations import openai, refused, serving

from traitscope import background, recipe_start
from traitscope.bundle.importing import import_bundle
from traitscope.bundle.verifying import verify
from traitscope.bundle.writing import export
from traitscope.cli import main
from traitscope.datafile import DataError, read_table
from traitscope.harmless import for_terminal, guarded, json_for_terminal, unguarded
from traitscope.links import is_plain_name
from traitscope.responders import keys
from traitscope.runner import folder_of, run
from traitscope.store import Store, StoreError
from traitscope.study import load_study
from traitscope.study_file import StudyError
from traitscope.teaching import taking

ROOT = Path(__file__).parent.parent.parent
SOURCES = [path for folder in ("inventories", "psychometrics", "traitscope", "pages", "docs", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))]  # fmt: skip
KEY = "key-of-this-test/4Zq+9_0123456789"
ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m \u202eevil\u2066 \x7f\r\x08"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
FORMULA = '=HYPERLINK("http://out.example","x")'
STUDY = f"""
title = "{FORMULA.replace('"', "'")}"
models = ["simulated:person"]
inventories = ["tipi"]
personas = [{{ set = "big_five_32", fraction = "half" }}, {{ id = "=1+1", text = "@SUM(A1)" }}, {{ id = "+cmd|' /C calc'!A0", text = "-2+3" }}]
"""


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


def cells(path):
    with path.open(encoding="utf-8", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


def is_formula(cell):
    """As a spreadsheet sees it: it begins with a sign of formulas, and is no number."""
    return cell[:1] in tuple("=+-@\t\r＝＋－＠") and not re.fullmatch(r"[+-]?[\d.]+(e[+-]?\d+)?|-inf", cell)


def test_no_cell_of_a_bundle_is_a_formula(record, tmp_path):
    said(record, FORMULA)
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


# ---- the folder of a record


@pytest.mark.parametrize(
    "name", ["", ".", "..", "...", "../evil", "a/b", "a\\b", "C:evil", "/etc", "nul\0", "a\nb", "a\u202eb"]
)
def test_what_is_no_name_in_a_folder_is_known(name):
    assert not is_plain_name(name)


@pytest.mark.parametrize("name", ["demo", "my study", "süß & #1", ".hidden", "a.b"])
def test_what_people_call_a_folder_is_a_name(name):
    assert is_plain_name(name)


def bundle(record, tmp_path):
    export(record, tmp_path / "bundle")
    return tmp_path / "bundle"


@pytest.mark.parametrize("name", ["../../evil", "/tmp/evil", "..", ""])
def test_a_bundle_whose_study_is_called_like_a_path_is_refused(record, tmp_path, monkeypatch, name):
    folder = bundle(record, tmp_path)
    monkeypatch.chdir(tmp_path / "bundle")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps(manifest | {"study": name}), "utf-8")
    for act in (import_bundle, verify):
        with pytest.raises(DataError, match="no name of a study"):
            act(folder)
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.parametrize("place", ["study.toml", "inventories/x.toml", "personas", "answers.csv"])
def test_a_bundle_with_a_link_is_refused(record, tmp_path, place):
    folder = bundle(record, tmp_path)
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key.toml").write_text("a secret", "utf-8")
    path = folder / place
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(secret if place == "personas" else secret / "key.toml")
    for act in (lambda: import_bundle(folder, tmp_path / "new"), lambda: verify(folder)):
        with pytest.raises(DataError, match="is a link"):
            act()
    assert not (tmp_path / "new").exists()


def test_a_bundle_that_names_a_file_of_this_machine_is_not_given_it(record, tmp_path):
    folder = bundle(record, tmp_path)
    outside = tmp_path / "outside.toml"
    outside.write_text(
        (ROOT / "inventories" / "bank" / "tipi.toml").read_text("utf-8").replace("Extraverted", "A SECRET"), "utf-8"
    )
    study = (folder / "study.toml").read_text("utf-8")
    (folder / "study.toml").write_text(study.replace('"tipi"', json.dumps(str(outside))), "utf-8")
    told = json.dumps(verify(folder)[0])
    assert "A SECRET" not in told and "inventories/outside.toml" in told


@pytest.mark.parametrize("name", ["run.log", "study.toml", "inventories/mine.toml", "manifest.part"])
def test_nothing_is_written_through_a_link_in_a_record(record, study_file, tmp_path, name):
    outside = tmp_path / "outside"
    outside.write_text("mine", "utf-8")
    path = record.folder / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(outside)
    file = study_file(STUDY, "hostile.toml")
    with pytest.raises(StoreError, match="is a link"):
        run(load_study(file), record.folder)
    with pytest.raises(StoreError, match="is a link"):
        background.start(file, record.folder)
    assert outside.read_text("utf-8") == "mine"


def test_a_bundle_is_written_through_no_link(record, tmp_path):
    folder = bundle(record, tmp_path)
    (tmp_path / "outside").mkdir()
    (folder / "more").symlink_to(tmp_path / "outside")
    with pytest.raises(StoreError, match="is a link"):
        export(record, folder)


def test_a_study_called_two_dots_has_no_record_above_the_folder_of_records(study_file):
    with pytest.raises(StudyError, match="its name cannot be that of a folder"):
        folder_of(load_study(study_file(STUDY, "...toml")))


# ---- what is uploaded and read


@pytest.mark.parametrize("name", ["..", "a\0b", "x:y"])
def test_a_file_that_is_uploaded_lies_where_it_is_put(name):
    with pytest.raises(DataError, match="no name of a file"):
        recipe_start.uploaded([(name, b"x")])


def test_more_files_than_are_asked_for_are_refused_before_they_are_kept():
    with pytest.raises(DataError, match="50 files; allowed: one"):
        recipe_start.uploaded([(f"{number}.csv", b"x") for number in range(50)])


def test_every_upload_is_limited():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["server"]["maxUploadSize"] <= 50
    calls = [
        node for path in SOURCES for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
    ]
    uploads = [each for each in calls if isinstance(each.func, ast.Attribute) and each.func.attr == "file_uploader"]
    assert uploads and all("max_upload_size" in {word.arg for word in each.keywords} for each in uploads)


def test_an_excel_file_that_unpacks_to_more_than_memory_holds_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as sheet,
    ):
        for _ in range(210):
            sheet.write(bytes(1_000_000))
    assert path.stat().st_size < 1_000_000
    with pytest.raises(DataError, match="210,000,000 bytes when it is unpacked; allowed: up to 200,000,000"):
        read_table(path)


# ---- keys


def files_with(folder, *secrets):
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file()
        for each in secrets
        if each.encode() in path.read_bytes()
    ]


def processes_with(secret):
    """Command lines of this machine's processes, as `ps` shows them to everybody."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [path] if secret.encode() in path.read_bytes() else []
        except OSError:
            continue
    return found


@pytest.mark.parametrize("way", ["model", "litellm"])
def test_a_key_that_a_server_echoes_is_nowhere_after_a_run(tmp_path, study_file, monkeypatch, capfd, way):
    monkeypatch.chdir(tmp_path)
    for variable in (keys.SERVER_KEY, "OPENAI_API_KEY"):
        monkeypatch.setenv(variable, "")
        monkeypatch.delenv(variable)
    shown, refusals = [], []

    def answer(path, asked):
        if "extraverted" not in json.dumps(asked):
            return openai()(path, asked)
        shown.extend(processes_with(KEY))
        refusals.append(asked)
        # one refusal of the key ends a run, so it comes after some that do not
        return refused(f"wrong key {KEY}, header Authorization: Bearer {KEY}", 401 if len(refusals) > 8 else 400)

    folder = tmp_path / "r"
    with serving(answer) as server:
        model = f'"{server.model}"' if way == "model" else server.litellm
        path = study_file(STUDY.replace('"simulated:person"', model))
        number = background.start(path, folder, {keys.SERVER_KEY: KEY, "OPENAI_API_KEY": KEY})
        wait_for(number)
        given = {each.get("authorization") for each in server.headers}
    assert given == {f"Bearer {KEY}"} and len(refusals) > 8
    log = (folder / "run.log").read_text("utf-8")
    main(["status", str(folder)])
    main(["export", str(folder), "--to", str(tmp_path / "out")])
    main(["report", str(folder), "--to", str(tmp_path / "report.html")])
    told = capfd.readouterr()
    assert "[key]" in told.out and "[key]" in log
    assert KEY not in told.out + told.err + log
    assert files_with(tmp_path, KEY) == [] and shown == []


def wait_for(number):
    """Until the process that was started has ended."""
    until = time.monotonic() + 120
    while time.monotonic() < until and os.waitpid(number, os.WNOHANG) == (0, 0):
        time.sleep(0.05)


# ---- the program itself


FORBIDDEN_NAMES = {"eval", "exec", "__import__"}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}


def test_no_source_of_ours_runs_text_as_code():
    """No eval, no pickle, no shell, no code that a model's folder brings along."""
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            place = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_NAMES:
                found.append(f"{place} {node.func.id}")
            if isinstance(node, ast.Attribute) and (
                node.attr in ("read_pickle", "to_pickle")
                or ast.unparse(node) in ("os.system", "os.popen", "yaml.load", "torch.load")
            ):
                found.append(f"{place} {ast.unparse(node)}")
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = (
                    {each.name.partition(".")[0] for each in node.names}
                    if isinstance(node, ast.Import)
                    else {(node.module or "").partition(".")[0]}
                )
                found += [f"{place} {name}" for name in names & FORBIDDEN_MODULES]
            if isinstance(node, ast.keyword) and node.arg in (
                "shell",
                "trust_remote_code",
                "allow_pickle",
                "unsafe_allow_html",
                "unsafe_allow_javascript",
            ):
                found.append(f"{place} {node.arg}")
    assert found == []


def test_the_dashboard_answers_on_this_machine_alone():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["server"]["address"] == "127.0.0.1"
    assert "streamlit run app.py --server.address 127.0.0.1" in (ROOT / "Makefile").read_text("utf-8")


def test_a_search_for_sql_finds_the_text_and_harms_nothing(record):
    from traitscope.results import replies

    before = record.progress()
    for text in ("'; DROP TABLE calls; --", "%", "_", '" OR 1=1'):
        found = replies.found(record, dict.fromkeys(replies.FILTERS, replies.ANY) | {"persona": text}, text)
        assert found.total == 0 and record.progress() == before
