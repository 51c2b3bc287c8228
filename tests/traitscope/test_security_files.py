"""What comes from elsewhere lies in its folder and has its limits: records, bundles and uploads, docs/threats.md line by line."""

import ast
import json
import tomllib
import zipfile
from pathlib import Path

import pyarrow
import pytest
from hostile_study import STUDY
from pyarrow import parquet

from inventories.reading import DefinitionError
from traitscope import background, own_inventories, recipe_start
from traitscope.bank import inventory_at
from traitscope.bundle.importing import import_bundle
from traitscope.bundle.verifying import verify
from traitscope.bundle.writing import export
from traitscope.cli import main
from traitscope.datafile import DataError, read_table
from traitscope.links import is_plain_name
from traitscope.runner import folder_of, run
from traitscope.store import StoreError
from traitscope.study import load_study
from traitscope.study_file import StudyError

ROOT = Path(__file__).parent.parent.parent
SOURCES = [path for folder in ("inventories", "psychometrics", "traitscope", "pages", "docs", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))]  # fmt: skip


@pytest.fixture
def record(study_file, tmp_path):
    return run(load_study(study_file(STUDY, "hostile.toml")), tmp_path / "record")


# ---- the folder of a record


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "...",
        "../evil",
        "a/b",
        "a\\b",
        "C:evil",
        "/etc",
        "nul\0",
        "a\nb",
        "a\u202eb",
        "con",
        "NUL.csv",
        "x" * 256,
    ],
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


@pytest.mark.parametrize("name", ["..", "a\0b", "x:y", "aux.csv", "x" * 300 + ".csv"])
def test_a_file_that_is_uploaded_lies_where_it_is_put(name):
    with pytest.raises(DataError, match="no name of a file"):
        recipe_start.uploaded([(name, b"x")])


def test_two_uploads_of_one_name_are_not_taken_for_one():
    with pytest.raises(DataError, match="two files have this name"):
        recipe_start.uploaded([("people.csv", b"x"), ("elsewhere/people.csv", b"y")])


@pytest.mark.parametrize("name", ["con", "x" * 300, "..", "a/b", "a\0b", ""])
def test_an_inventory_of_ones_own_has_a_name_that_a_folder_takes(tmp_path, name):
    found = own_inventories.read(tmp_path, f"{name}.toml", own_inventories.TEMPLATES["toml"])
    assert found.inventory is None and "at most 100" in found.mistakes[0] and len(found.mistakes[0]) < 300


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


@pytest.mark.parametrize("place", ["file", "nowhere", "loop", "x" * 300])
def test_a_record_where_none_can_be_is_refused_in_one_line(study_file, tmp_path, capsys, place):
    (tmp_path / "file").write_text("mine", "utf-8")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    path = study_file(STUDY, "hostile.toml")
    assert main(["run", str(path), "--record", str(tmp_path / place)]) == 2
    told = capsys.readouterr().err
    assert place in told and "cannot be written" in told and told.count("\n") == 1


@pytest.mark.parametrize(
    "given",
    [["run", "x.toml", "--record", ""], ["salvage", "x", "--to", " "], ["export", "x", "--to", ""], ["status", ""]],
)
def test_a_path_that_is_empty_is_not_the_folder_one_is_in(capsys, given):
    with pytest.raises(SystemExit, match="2"):
        main(given)
    assert "names no file or folder" in capsys.readouterr().err


def test_a_parquet_file_that_unpacks_to_more_than_memory_holds_is_refused(tmp_path):
    path = tmp_path / "bomb.parquet"
    many = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 20_000, pyarrow.int32()), ["x" * 20_000])
    parquet.write_table(pyarrow.table({"situation": many}), path)
    assert path.stat().st_size < 100_000
    with pytest.raises(
        DefinitionError, match="more than 200,000,000 characters or 20,000,000 cells when it is unpacked"
    ):
        inventory_at(str(path))
