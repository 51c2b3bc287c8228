"""What `traitscope export` writes: a folder that describes itself, with every table, prompt and raw reply."""

import json
from pathlib import Path

import frictionless
import pandas as pd
import pyreadstat
import pytest

from traitscope import analysis
from traitscope.bundle.comparing import differences
from traitscope.bundle.spss import variable_names
from traitscope.bundle.verifying import verify
from traitscope.bundle.writing import export
from traitscope.cli import main
from traitscope.harmless import guarded, unguarded
from traitscope.record import Record
from traitscope.runner import run
from traitscope.store import Store, StoreError
from traitscope.study import load_study

STUDY = """
title = "Two models"
models = ["simulated:person", "simulated:refuser"]
inventories = ["tipi"]
personas = [{ set = "big_five_32", fraction = "half" }, { id = "calm", text = "You are calm.", assigned = { neuroticism = -1.0 } }]
[[asks]]
reply = "text"
vary = { options = ["printed", "reversed"] }
"""


@pytest.fixture
def record(study_file, tmp_path):
    return run(load_study(study_file(STUDY)), tmp_path / "record")


def lines(path: Path) -> list[dict]:
    return [json.loads(each) for each in path.read_text("utf-8").splitlines()]


def said(record: Record, texts: list[str]) -> None:
    """Put these texts in the place of the first replies."""
    with Store(record.folder / "answers.sqlite", write=True) as store:
        for call, text in enumerate(texts, start=1):
            store.db.execute("UPDATE calls SET text = ? WHERE id = ?", (text, call))


def test_the_package_is_valid_for_the_library_of_the_standard(record, tmp_path):
    export(record, tmp_path / "out", spss=True)
    report = frictionless.validate(str(tmp_path / "out" / "datapackage.json"))
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])[:5]
    assert report.stats["tasks"] == len([each for each in (tmp_path / "out").rglob("*") if each.is_file()]) - 1


def test_the_library_sees_a_cell_that_was_changed(record, tmp_path):
    export(record, tmp_path / "out")
    path = tmp_path / "out" / "answers.csv"
    path.write_bytes(path.read_bytes().replace(b"answered,7,", b"answered,8,", 1))
    assert not frictionless.validate(str(tmp_path / "out" / "datapackage.json")).valid


def test_every_column_of_every_table_is_explained_in_the_package_and_in_the_codebook(record, tmp_path):
    export(record, tmp_path / "out")
    book = pd.read_csv(tmp_path / "out" / "codebook.csv", keep_default_na=False)
    explained = set(zip(book["table"], book["column"], strict=True))
    tables = sorted((tmp_path / "out").rglob("*.csv"))
    assert len(tables) > 10
    resources = {
        each["path"]: each for each in json.loads((tmp_path / "out" / "datapackage.json").read_text())["resources"]
    }
    for path in tables:
        name = path.relative_to(tmp_path / "out").as_posix()
        header = list(pd.read_csv(path, nrows=0).columns)
        assert {(name.removesuffix(".csv"), each) for each in header} <= explained, name
        fields = resources[name]["schema"]["fields"]
        assert [each["name"] for each in fields] == header and all(each["description"] for each in fields)
    assert all(row.text and row.options for row in book[book["item"] != ""].itertuples())
    assert (book["description"][book["item"] == ""] != "").all()


def test_the_long_answers_are_those_of_the_record_unrounded_and_with_keyed_values(record, tmp_path):
    export(record, tmp_path / "out")
    written = pd.read_csv(tmp_path / "out" / "answers.csv", dtype={"shown": str})
    table = analysis.answers(record)
    for name in ("trial", "persona", "item", "outcome", "reply_text", "shown"):
        assert written[name].fillna("").tolist() == table[name].fillna("").astype(str).tolist(), name
    turned = written["chosen"].where(written["key"] == 1, 8 - written["chosen"])
    assert written["value"].equals(turned) and written["value"].notna().any()
    assert "created" not in written and "seconds" not in written


def test_the_wide_answers_are_raw_with_one_row_a_sitting_and_assigned_traits(record, tmp_path):
    export(record, tmp_path / "out")
    wide = pd.read_csv(tmp_path / "out" / "wide" / "tipi.rating.csv")
    answers = analysis.answers(record)
    assert wide["sitting"].tolist() == answers["sitting"].drop_duplicates().tolist()
    one = answers[(answers["sitting"] == wide["sitting"][3]) & (answers["item"] == "tipi_04")]
    assert wide["tipi_04"][3] == one["chosen"].item()
    assert wide["tipi_01"][wide["model"] == "simulated:refuser"].isna().all()
    calm = wide[wide["persona"] == "calm"]
    assert set(calm["assigned.neuroticism"]) == {-1} and calm["assigned.openness"].isna().all()
    assert set(wide["options"]) == {"printed", "reversed"}


def test_parquet_holds_the_same_as_csv_with_types(record, tmp_path):
    export(record, tmp_path / "out")
    for name in ("answers", "scores", "wide/tipi.rating"):
        table = pd.read_parquet(tmp_path / "out" / f"{name}.parquet")
        written = pd.read_csv(tmp_path / "out" / f"{name}.csv", dtype=str, keep_default_na=False)
        assert list(table.columns) == list(written.columns) and len(table) == len(written) > 0
    answers = pd.read_parquet(tmp_path / "out" / "answers.parquet")
    assert answers["chosen"].dtype == "Int64" and answers["near_tie"].dtype == bool
    assert answers["chosen"].isna().sum() == (answers["model"] == "simulated:refuser").sum()


NASTY = [
    "=1+1",
    "+5",
    "-2",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "'=1",
    "''+",
    "'tis",
    'say "7", please',
    "a\r\nb",
    "lone\rreturn",
    "nul\0",
    " 5 ",
]


def test_a_reply_that_looks_like_a_formula_is_harmless_in_a_spreadsheet_and_read_back_as_it_was(record, tmp_path):
    said(record, NASTY)
    export(record, tmp_path / "out")
    table = pd.read_csv(
        tmp_path / "out" / "answers.csv", dtype=str, keep_default_na=False, engine="python", lineterminator=None
    )["reply_text"][: len(NASTY)].tolist()
    assert not [text for text in table if text[:1] in tuple("=+-@\t\r")]
    assert [call["text"] for call in lines(tmp_path / "out" / "calls.jsonl")][: len(NASTY)] == NASTY
    assert pd.read_parquet(tmp_path / "out" / "answers.parquet")["reply_text"][: len(NASTY)].tolist() == NASTY
    main(["reparse", str(record.folder)])
    export(record, tmp_path / "again")
    assert verify(tmp_path / "again")[0]["differences"] == []


@pytest.mark.parametrize("text", [*NASTY, "", "'", "agree"])
def test_the_guard_is_taken_off_without_loss(text):
    assert unguarded(guarded(text)) == text


def test_prompts_and_calls_tell_what_was_sent_and_what_came_back(record, tmp_path):
    export(record, tmp_path / "out")
    prompts = {each["prompt"]: each for each in lines(tmp_path / "out" / "prompts.jsonl")}
    calls = lines(tmp_path / "out" / "calls.jsonl")
    assert len(calls) == 680 and len(prompts) == 340, "both models were sent the same"
    first = prompts[calls[0]["prompt"]]
    assert [each["role"] for each in first["messages"]] == ["system", "user"]
    assert calls[0]["text"] and calls[0]["trials"] == [analysis.answers(record)["trial"][0]]


def test_the_manifest_tells_fingerprints_versions_counts_by_outcome_and_cost(record, tmp_path):
    export(record, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["asked"]["outcomes"] == {
        "answered": 340, "refused": 340, "ambiguous": 0, "off_scale": 0, "unreadable": 0, "missing": 0,
    }  # fmt: skip
    assert manifest["asked"]["calls"] == manifest["asked"]["done"] == 680 and "usd" in manifest["asked"]
    assert set(manifest["fingerprints"]["personas"]) == {"big_five_32", "study"}
    assert manifest["fingerprints"]["wordings"]["plain"] and manifest["packages"]["traitscope"]


def test_spss_gets_labels_of_variables_and_of_values_on_request_alone(record, tmp_path):
    export(record, tmp_path / "out", spss=True)
    table, told = pyreadstat.read_sav(str(tmp_path / "out" / "wide" / "tipi.rating.sav"))
    assert len(table) == 68
    assert told.column_names_to_labels["tipi_01"] == "I see myself as: extraverted, enthusiastic"
    assert told.variable_value_labels["tipi_01"][7.0] == "Agree strongly"
    export(record, tmp_path / "plain")
    assert not list((tmp_path / "plain").rglob("*.sav"))


def test_names_that_differ_only_in_what_spss_does_not_tell_apart_stay_apart():
    assert (
        len({each.lower() for each in variable_names(["a-1", "a.1", "a_1", "A_1", "to", "TO", "x" * 80, "x" * 90])})
        == 8
    )


def test_a_folder_with_other_files_is_refused_in_one_line_and_left_as_it_is(record, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    assert main(["export", str(record.folder), "--to", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "files that are no bundle" in told and told.count("\n") == 1
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["thesis.txt"]


def test_the_bundle_of_another_record_is_not_overwritten(record, study_file, tmp_path):
    export(record, tmp_path / "out")
    other = run(load_study(study_file(STUDY, "other.toml")), tmp_path / "other")
    with pytest.raises(StoreError, match="bundle of another record"):
        export(other, tmp_path / "out")


def test_an_older_bundle_of_the_same_record_is_written_anew_and_what_was_added_stays(record, study_file, tmp_path):
    export(record, tmp_path / "out", spss=True)
    (tmp_path / "out" / "analysis_R.csv").write_text("mine")
    grown = run(load_study(study_file(STUDY.replace('"tipi"', '"tipi", "sd3"'))), record.folder)
    export(grown, tmp_path / "out")
    assert (tmp_path / "out" / "wide" / "sd3.rating.csv").is_file()
    assert not list((tmp_path / "out").rglob("*.sav"))
    assert (tmp_path / "out" / "analysis_R.csv").read_text() == "mine"
    assert verify(tmp_path / "out")[0]["equal"]


def test_a_package_that_names_files_outside_its_folder_costs_none_of_them(record, tmp_path):
    export(record, tmp_path / "out")
    (tmp_path / "thesis.txt").write_text("mine")
    path = tmp_path / "out" / "datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    package["resources"] += [{"path": "../thesis.txt"}, {"path": str(tmp_path / "thesis.txt")}]
    path.write_text(json.dumps(package), "utf-8")
    export(record, tmp_path / "out")
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_references_and_the_script_for_r_come_with_the_bundle(record, tmp_path):
    export(record, tmp_path / "out")
    assert "@misc{tipi" in (tmp_path / "out" / "citations.bib").read_text("utf-8")
    assert "codebook.csv" in (tmp_path / "out" / "analysis.R").read_text("utf-8")


def test_a_record_without_an_answer_is_exported_with_empty_tables(study_file, tmp_path):
    study = load_study(study_file(STUDY))

    class Stop(Exception):
        pass

    def stopped(*_):
        raise Stop

    with pytest.raises(Stop):
        run(study, tmp_path / "record", stopped)
    export(Record(tmp_path / "record"), tmp_path / "out")
    answers = pd.read_csv(tmp_path / "out" / "answers.csv")
    assert len(answers) == 680 and answers["outcome"].isna().all()
    assert frictionless.validate(str(tmp_path / "out" / "datapackage.json")).valid
    assert verify(tmp_path / "out")[0]["equal"]


def test_two_runs_with_one_seed_have_the_same_answers_byte_by_byte(study_file, tmp_path):
    study = load_study(study_file(STUDY))
    for name in ("one", "two"):
        export(run(study, tmp_path / name), tmp_path / f"{name}_out")
    one, two = ((tmp_path / f"{name}_out" / "answers.csv").read_bytes() for name in ("one", "two"))
    assert one == two and len(one) > 100_000
    other = load_study(study_file("seed = 2\n" + STUDY, "other.toml"))
    export(run(other, tmp_path / "three"), tmp_path / "three_out")
    assert one != (tmp_path / "three_out" / "answers.csv").read_bytes()


def test_tables_are_compared_by_what_names_a_row_and_rounding_of_the_last_digits_is_no_difference(tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("trial,chosen,score\nb,2,0.3\na,1,0.1\n")
    two.write_text("trial,chosen,score\na,1,0.10000000000000002\nb,2,0.3\n")
    assert list(differences("t.csv", one, two)) == []
    two.write_text("trial,chosen,score\na,1,0.1\nb,3,0.3\nc,1,0.2\n")
    assert [each.line() for each in differences("t.csv", one, two)] == [
        "t.csv: row c is missing", "t.csv, row b, column chosen: seen '2', expected '3'",
    ]  # fmt: skip
