"""Records of the first format: brought up to date when they are opened, whoever opens them."""

import shutil
import sqlite3
import threading

from traitscope import analysis
from traitscope.cli import main
from traitscope.record import Record
from traitscope.runner import Options, run
from traitscope.store import MIGRATIONS, Store
from traitscope.study import load_study

STUDY = """
models = ["simulated:person"]
inventories = ["tipi"]
personas = [{ id = "calm", text = "You are calm." }, { id = "bold", text = "You are bold." }]
[[asks]]
reply = "text"
"""


def calls(folder) -> list[dict]:
    with Record(folder).store() as store:
        names, rows = store.table("calls")
    return [dict(zip(names, row, strict=True)) for row in rows]


def as_of_old(folder) -> None:
    """Make a record as the first format had it: without three columns, and a form without its latest factor."""
    with sqlite3.connect(folder / "answers.sqlite") as db:
        for column in ("finish", "tokens_thinking", "source"):
            db.execute(f"ALTER TABLE calls DROP COLUMN {column}")
        db.execute("UPDATE sittings SET form = json_remove(form, '$.format')")
        db.execute("PRAGMA user_version=1")
    db.close()


def version(folder) -> int:
    with Store(folder / "answers.sqlite") as store:
        return store.db.execute("PRAGMA user_version").fetchone()[0]


def test_a_record_of_the_first_format_is_brought_up_to_date_when_it_is_read(study_file, tmp_path, capsys):
    folder = run(load_study(study_file(STUDY)), tmp_path / "r").folder
    before = analysis.answers(Record(folder))
    as_of_old(folder)
    assert analysis.answers(Record(folder)).equals(before)
    assert version(folder) == len(MIGRATIONS) == 2
    assert {(each["source"], each["finish"]) for each in calls(folder)} == {(None, None)}
    assert main(["status", str(folder)]) == main(["show", str(folder)]) == 0


def test_a_record_of_the_first_format_is_run_on_and_taken_over(study_file, tmp_path):
    study, folder = load_study(study_file(STUDY)), tmp_path / "r"
    run(study, folder)
    shutil.copytree(folder, tmp_path / "copy")
    as_of_old(folder), as_of_old(tmp_path / "copy")
    run(study, folder)
    assert len(calls(folder)) == 20
    assert run(study, tmp_path / "new", options=Options(reuse=(tmp_path / "copy",))).manifest.reused == {
        str(tmp_path / "copy"): 20
    }
    assert version(tmp_path / "copy") == 2


def test_two_readers_of_a_record_of_the_first_format_do_not_clash(study_file, tmp_path):
    folder = run(load_study(study_file(STUDY)), tmp_path / "r").folder
    for _ in range(10):
        as_of_old(folder)
        start, found = threading.Barrier(4), []

        def read(start=start, found=found) -> None:
            start.wait()
            with Store(folder / "answers.sqlite") as store:
                found.append(len(store.table("calls")[1]))

        readers = [threading.Thread(target=read) for _ in range(4)]
        for each in readers:
            each.start()
        for each in readers:
            each.join()
        assert found == [20] * 4
