"""`traitscope verify` and `import`: what a bundle says follows from its raw replies, and a record can be made of it."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from saying_and_doing import CHOICE, CONFIRMATION, RATING, asked

from traitscope import estimates, planning, reporting
from traitscope.bundle.importing import import_bundle
from traitscope.bundle.verifying import verify
from traitscope.bundle.writing import export
from traitscope.cli import main
from traitscope.datafile import DataError
from traitscope.record import Record
from traitscope.runner import Options, run
from traitscope.study import load_study

STUDY = """
title = "Small"
models = ["simulated:person"]
inventories = ["tipi"]
personas = [{ set = "big_five_32", fraction = "half" }]
[[asks]]
reply = "text"
"""
OWN = """
title = "Own"
kind = "cognition"
licence = "public domain"
scales = { E = "Extraversion" }
options = [{ value = 1, text = "no" }, { value = 2, text = "neither" }, { value = 3, text = "yes" }]
items = [
  { id = "e1", scale = "E", key = 1, text = "Am loud, and early." },
  { id = "e2", scale = "E", key = -1, text = "Am quiet." },
]
"""
PEOPLE = """
title = "Two"
source = "ours"
licence = "public domain"
personas = [{ id = "calm", text = "You are calm." }, { id = "bold", text = "You are bold." }]
"""
KINDS = {
    "label probabilities": 'models = ["simulated:person"]\ninventories = ["tipi"]\npersonas = ["none", "subjects"]',
    "likelihoods": """
models = ["simulated:person"]
inventories = ["bfi44"]
personas = [{ set = "big_five_32", fraction = "half" }]
[[asks]]
elicitation = "likelihood"
""",
    "blocks": f'{STUDY}form = {{ items_per_prompt = 4, items = "shuffled" }}\nreplicates = 2',
    "a conversation with a task and follow-ups": f"""{STUDY}form = {{ memory = "continued", options = "shuffled" }}
steps = [{{ kind = "task", text = "Tell a story." }}, {{ kind = "follow_up", text = "Are you sure?" }}]
""",
    "another language": 'models = ["simulated:person"]\ninventories = ["ipip_neo_120"]\n[[asks]]\nvary = { language = ["en", "de"] }',
    "types": 'models = ["simulated:person"]\ninventories = ["oejts12"]',
}


@pytest.fixture
def bundle(study_file, tmp_path):
    export(run(load_study(study_file(STUDY)), tmp_path / "record"), tmp_path / "out", spss=True)
    return tmp_path / "out"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())


def told(bundle: Path) -> list[str]:
    """The differences as they are printed."""
    result, text = verify(bundle)
    assert result["equal"] is False and result["n_differences"] > 0
    return text.splitlines()


def calls(bundle: Path) -> list[str]:
    return (bundle / "calls.jsonl").read_text("utf-8").splitlines(keepends=True)


# ---- equal


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_exported_is_equal_wherever_it_is_moved_and_its_import_has_the_same_tables(kind, study_file, tmp_path):
    record = run(load_study(study_file(KINDS[kind])), tmp_path / "record")
    export(record, tmp_path / "out")
    (tmp_path / "elsewhere").mkdir()
    shutil.move(tmp_path / "out", tmp_path / "elsewhere" / "bundle")
    shutil.move(record.folder, tmp_path / "elsewhere" / "original")
    result, text = verify(tmp_path / "elsewhere" / "bundle")
    assert result["equal"] and result["differences"] == [], text
    with Record(tmp_path / "elsewhere" / "original").store() as store:
        assert result["prompts"] == len({row[0] for row in store.table("calls")[1]}) > 0
    import_bundle(tmp_path / "elsewhere" / "bundle", tmp_path / "imported")
    before, after = (
        estimates.tables(Record(folder)) for folder in (tmp_path / "elsewhere" / "original", tmp_path / "imported")
    )
    assert len(before["answers"]) and before["answers"]["outcome"].notna().all()
    for name, table in before.items():
        assert_frame_equal(table, after[name])


def test_saying_and_doing_with_a_frozen_plan_is_equal(tmp_path):
    record = asked(tmp_path / "s", '"simulated:person"', RATING, CHOICE, CONFIRMATION)
    planning.plan(tmp_path / "s" / "study.toml", tmp_path / "frozen", frozen=True)
    record = run(
        load_study(tmp_path / "s" / "study.toml"), tmp_path / "frozen", options=Options(reuse=(record.folder,))
    )
    export(record, tmp_path / "out")
    assert len(pd.read_csv(tmp_path / "out" / "estimates" / "divergence.csv")) > 20
    result, text = verify(tmp_path / "out")
    assert result["equal"], text
    import_bundle(tmp_path / "out", tmp_path / "imported")
    shown = [reporting.show(Record(folder))[1] for folder in (record.folder, tmp_path / "imported")]
    assert shown[0] == shown[1] and "DEVIATIONS" in shown[0]


def test_inventories_and_personas_of_ones_own_travel_with_the_bundle(study_file, tmp_path):
    study_file(OWN, "own.toml")
    study_file(PEOPLE, "two.toml")
    text = 'models = ["simulated:person"]\ninventories = ["own.toml"]\npersonas = ["two.toml"]'
    export(run(load_study(study_file(text)), tmp_path / "record"), tmp_path / "out")
    (tmp_path / "own.toml").unlink()
    (tmp_path / "two.toml").unlink()
    shutil.rmtree(tmp_path / "record")
    assert verify(tmp_path / "out")[0]["equal"]
    import_bundle(tmp_path / "out", tmp_path / "imported")
    assert Record(tmp_path / "imported").inventory("own").title == "Own"


def test_calls_of_a_former_plan_and_failed_calls_are_kept_and_told(fault_server, study_file, tmp_path):
    server = fault_server("--prose", "0.3")
    text = STUDY.replace("simulated:person", server.model).replace("tipi", "sd3")
    run(load_study(study_file(text)), tmp_path / "record")
    record = run(load_study(study_file(text.replace("sd3", "tipi"))), tmp_path / "record")
    with record.store() as store:
        before = store.rows("SELECT id, text, error, cost, source FROM calls")[1]
    export(record, tmp_path / "out")
    result, text = verify(tmp_path / "out")
    assert result["equal"] and result["former_calls"] == 16 * 27 and "432 calls are of a former plan" in text
    import_bundle(tmp_path / "out", tmp_path / "imported")
    with Record(tmp_path / "imported").store() as store:
        assert store.rows("SELECT id, text, error, cost, source FROM calls")[1] == before
        assert {name: len(store.answered()) for name in ("sittings",)} == {"sittings": 32}


def test_the_command_exits_with_0_for_equal_and_1_for_different(bundle, capsys):
    assert main(["verify", str(bundle)]) == 0
    assert "equal. 160 of 160 trials read again" in capsys.readouterr().out
    change(bundle / "answers.csv", "answered", "refused")
    assert main(["verify", str(bundle), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["n_differences"] == 1


# ---- different


def test_a_changed_answer_is_named_with_its_table_row_and_column(bundle):
    table = pd.read_csv(bundle / "answers.csv", dtype=str, keep_default_na=False)
    trial, value = table["trial"][7], table["chosen"][7]
    table.loc[7, "chosen"] = str(8 - int(value)) if value != "4" else "1"
    table.to_csv(bundle / "answers.csv", index=False, lineterminator="\r\n")
    assert told(bundle)[1:] == [
        f"- answers.csv, row {trial}, column chosen: seen '{table['chosen'][7]}', expected '{value}'"
    ]


@pytest.mark.parametrize("name", ["answers.parquet", "scores.parquet", "wide/tipi.rating.parquet"])
def test_a_changed_parquet_is_named(name, bundle):
    table = pd.read_parquet(bundle / name)
    column = {"answers.parquet": "chosen", "scores.parquet": "score"}.get(name, "tipi_03")
    table.loc[4, column] = 99
    table.to_parquet(bundle / name, index=False)
    (line,) = told(bundle)[1:]
    assert line.startswith(f"- {name}, row ") and f"column {column}: seen '99" in line


def test_a_changed_estimate_and_a_changed_spss_file_are_named(bundle):
    table = pd.read_csv(bundle / "estimates" / "reliability.csv")
    table.loc[0, "alpha"] = 0.99
    table.to_csv(bundle / "estimates" / "reliability.csv", index=False)
    (bundle / "scores.sav").write_bytes(b"none")
    lines = told(bundle)[1:]
    assert any(line.startswith("- estimates/reliability.csv") and "alpha: seen '0.99'" in line for line in lines)
    assert any(line.startswith("- scores.sav: cannot be read") for line in lines)


def test_another_raw_reply_is_named_in_all_that_follows_from_it(bundle):
    lines = calls(bundle)
    call = json.loads(lines[5])
    other = "1" if call["text"] != "1" else "2"
    (bundle / "calls.jsonl").write_text("".join([*lines[:5], json.dumps(call | {"text": other}) + "\n", *lines[6:]]))
    found = told(bundle)
    assert f"- answers.csv, row {call['trials'][0]}, column chosen: seen '{call['text']}', expected '{other}'" in found
    assert any(each.startswith("- wide/tipi.rating.csv") for each in found)


def test_a_call_that_is_gone_is_named(bundle):
    lines = calls(bundle)
    (bundle / "calls.jsonl").write_text("".join([*lines[:9], *lines[10:]]))
    trial = json.loads(lines[9])["trials"][0]
    assert f"- answers.csv, row {trial}, column outcome: seen 'answered', expected nothing" in told(bundle)


def test_a_line_that_is_no_call_is_named_with_its_number(bundle, capsys):
    lines = calls(bundle)
    (bundle / "calls.jsonl").write_text("".join([*lines[:9], lines[9][:40] + "\n", *lines[10:]]))
    assert any(each.startswith("- calls.jsonl, line 10: cannot be read") for each in told(bundle))
    capsys.readouterr()
    assert main(["import", str(bundle), "--record", str(bundle.parent / "new")]) == 2
    assert "calls.jsonl, line 10" in capsys.readouterr().err and not (bundle.parent / "new").exists()


@pytest.mark.parametrize(("old", "new"), [('"replicate":1', f'"replicate":{10**30}'), ('"options":0', '"options":99')])
def test_a_sitting_that_no_store_can_hold_is_named_with_its_number(old, new, bundle):
    change(bundle / "sittings.jsonl", old, new)
    assert any(each.startswith("- sittings.jsonl, line 1: cannot be read") for each in told(bundle))


def test_an_item_that_is_twice_in_a_sitting_is_named_and_not_imported(bundle, capsys):
    change(bundle / "sittings.jsonl", '"item":"tipi_02"', '"item":"tipi_01"')
    assert any(
        "sittings.jsonl, line 1: cannot be read: the item 'tipi_01' is there twice" in each for each in told(bundle)
    )
    assert main(["import", str(bundle), "--record", str(bundle.parent / "again")]) == 2
    assert "is there twice" in capsys.readouterr().err


def test_a_study_that_is_no_toml_any_more_is_a_difference(bundle):
    change(bundle / "study.toml", "inventories =", "inventories !")
    assert any("cannot be computed again as it is (TOMLDecodeError" in each for each in told(bundle))


def test_a_cost_that_no_table_shows_is_named_too(bundle):
    change(bundle / "calls.jsonl", '"cost":null', '"cost":9.5')
    assert any("manifest.json, row asked, column usd: seen 'null', expected '9.5'" in each for each in told(bundle))


def test_a_changed_prompt_is_named(bundle):
    change(bundle / "prompts.jsonl", "You are a character", "You are the character")
    found = told(bundle)
    assert any(each.startswith("- prompts.jsonl, line 1: the prompt") for each in found)


def test_a_comma_less_in_an_inventory_is_named(study_file, tmp_path):
    study_file(OWN, "own.toml")
    text = 'models = ["simulated:person"]\ninventories = ["own.toml"]'
    export(run(load_study(study_file(text)), tmp_path / "record"), tmp_path / "out")
    change(tmp_path / "out" / "inventories" / "own.toml", "loud, and", "loud and")
    found = told(tmp_path / "out")
    assert any(each.startswith("- inventories/own.toml: its items or options are others") for each in found)
    assert any("1 sittings that the study plans are not among them" in each for each in found)


def test_another_key_in_an_inventory_is_named_by_the_scores(study_file, tmp_path):
    study_file(OWN, "own.toml")
    text = 'models = ["simulated:first_option"]\ninventories = ["own.toml"]'
    export(run(load_study(study_file(text)), tmp_path / "record"), tmp_path / "out")
    change(tmp_path / "out" / "inventories" / "own.toml", "key = -1", "key = 1")
    found = told(tmp_path / "out")
    assert any(each.startswith("- scores.csv") and "column score: seen '2.0', expected '1.0'" in each for each in found)


@pytest.mark.parametrize(
    ("old", "new"), [("seed = 1", "seed = 2"), ("You are calm.", "You are quiet."), ('"printed"', '"reversed"')]
)
def test_another_study_than_was_asked_is_named(old, new, study_file, tmp_path):
    text = """seed = 1
models = ["simulated:person"]
inventories = ["tipi"]
personas = [{ id = "calm", text = "You are calm." }]
[[asks]]
form = { options = "printed" }
"""
    export(run(load_study(study_file(text)), tmp_path / "record"), tmp_path / "out")
    change(tmp_path / "out" / "study.toml", old, new)
    assert any("under the ids that follow from study" in each for each in told(tmp_path / "out"))


@pytest.mark.parametrize("name", ["README.txt", "analysis.R", "scores.csv", "prompts.jsonl"])
def test_a_file_that_is_gone_is_named(name, bundle):
    (bundle / name).unlink()
    assert any(each == f"- {name}: is not in the bundle" for each in told(bundle))


def test_a_file_that_nothing_is_computed_from_is_held_to_its_hash(bundle):
    change(bundle / "README.txt", "one row a trial", "one row a person")
    assert told(bundle)[1:] == ["- README.txt: was changed after the export: its hash is not that in datapackage.json"]


def test_at_most_twenty_differences_are_printed_and_all_are_counted(bundle):
    table = pd.read_csv(bundle / "answers.csv", dtype=str, keep_default_na=False).assign(model="another")
    table.to_csv(bundle / "answers.csv", index=False, lineterminator="\r\n")
    lines = told(bundle)
    assert lines[0].endswith("160 differences from what follows from study and raw replies")
    assert len(lines) == 22 and lines[-1] == "and 140 more"


# ---- import


def test_an_import_says_where_it_came_from_goes_on_and_is_exported_again(bundle, tmp_path):
    import_bundle(bundle, tmp_path / "new")
    record = Record(tmp_path / "new")
    assert record.manifest.imported == str(bundle) and record.manifest.asked is None
    study = load_study(tmp_path / "new" / "study.toml")
    with record.store() as store:
        before = store.counts()
    assert before == {"trials": 160, "done": 160, "failed": 0}
    grown = run(load_study_with(tmp_path, "replicates = 2"), tmp_path / "new")
    assert grown.progress() == {"trials": 320, "done": 320, "failed": 0}
    assert grown.manifest.imported == str(bundle) and study.title == "Small"
    export(grown, tmp_path / "again")
    assert verify(tmp_path / "again")[0]["equal"]


def load_study_with(tmp_path: Path, more: str):
    path = tmp_path / "more.toml"
    path.write_text(STUDY + more, "utf-8")
    return load_study(path)


def test_an_import_overwrites_no_record_and_takes_no_folder_that_is_no_bundle(bundle, tmp_path, capsys):
    assert main(["import", str(bundle), "--record", str(tmp_path / "record")]) == 2
    error = capsys.readouterr().err
    assert "an import overwrites nothing" in error and error.count("\n") == 1
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataError, match=r"is no bundle \(no datapackage.json"):
        import_bundle(tmp_path / "folder", tmp_path / "new")
    assert main(["verify", str(tmp_path / "folder")]) == 2


def test_without_a_folder_the_record_lies_under_runs_by_the_studys_name(bundle, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["import", str(bundle)]) == 0
    assert Record("runs/small").progress()["done"] == 160
