"""Studies: how fast a record is asked, what a list of many shows, and that deleting takes one record and nothing else."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import pytest
from test_pages import calm, rendered, words

from traitscope import analysis, headway, overview, removing
from traitscope.lock import alone
from traitscope.record import Record
from traitscope.results import outcomes
from traitscope.store import StoreError

Run = Callable[[Path, str, int | None], Record]
SMALL = """
title = "Small"
models = ["simulated:person"]
inventories = ["tipi"]
"""
NOW = 2_000_000_000.0


@pytest.fixture
def own_runs(tmp_path: Path, runs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runs folder of one's own: half is 75 of 340 trials, small is done."""
    folder = tmp_path / "own"
    copytree(runs / "half", folder / "half")
    copytree(runs / "likelihood", folder / "likelihood")
    monkeypatch.setenv("TRAITSCOPE_RUNS", str(folder))
    return folder


def set_times(record: Record, times: Iterator[float]) -> None:
    with sqlite3.connect(record.folder / "answers.sqlite") as db:
        for (call,) in db.execute("SELECT id FROM calls ORDER BY id").fetchall():
            db.execute("UPDATE calls SET created = ? WHERE id = ?", (next(times), call))
    db.close()


def test_the_rate_is_that_of_the_last_two_minutes_and_the_time_left_follows(own_runs: Path) -> None:
    record = Record(own_runs / "half")
    # 15 calls an hour ago, then 60 calls, one a second, the last one just now
    set_times(record, iter([NOW - 3600] * 15 + [NOW - 60 + second for second in range(60)]))
    assert headway.rate(record, NOW) == pytest.approx(60 / 60)
    row = overview.study(record)
    assert headway.seconds_left(row, headway.rate(record, NOW)) == pytest.approx(340 - 75)
    assert headway.told(record, row, NOW) == "60 trials a minute over the last two minutes; about 4 minutes left."


def test_of_a_record_that_was_asked_long_ago_no_rate_is_told(own_runs: Path) -> None:
    record = Record(own_runs / "half")
    assert headway.rate(record, time.time() + 3600) is None
    assert "as soon as" in headway.told(record, overview.study(record), time.time() + 3600)


def test_before_the_first_answer_a_run_is_said_to_plan_and_load(runs: Path) -> None:
    record = Record(runs / "planned")
    row = overview.study(record)
    assert row["done"] == 0 and "plans the trials and loads the model" in headway.told(record, row)


def test_a_length_of_time_is_told_in_the_units_that_matter() -> None:
    told = [headway.duration(each) for each in (0.2, 45, 300, 7500, 200_000)]
    assert told == ["1 second", "45 seconds", "5 minutes", "2 hours 5 minutes", "2 days 8 hours"]


def test_the_quick_counts_are_those_of_every_sitting_one_by_one(own_runs: Path) -> None:
    record = Record(own_runs / "half")
    with sqlite3.connect(record.folder / "answers.sqlite") as db:  # some fail and are done later, some fail and are not
        calls = [row[0] for row in db.execute("SELECT id FROM calls ORDER BY id")]
        db.executemany("UPDATE calls SET error = 'timeout' WHERE id = ?", [(call,) for call in calls[:20]])
        trials = [row[0] for row in db.execute("SELECT trial FROM call_trials WHERE call <= ?", (calls[7],))]
        db.executemany("INSERT INTO call_trials VALUES (?,?,0)", [(calls[-1], trial) for trial in trials])
        db.execute("UPDATE sittings SET current = 0 WHERE number IN (SELECT max(number) FROM sittings)")
        db.execute("UPDATE sittings SET current = 0 WHERE number IN (SELECT min(number) FROM sittings)")
    db.close()
    with record.store() as store:
        every = store.counts(set(store.sittings()))
        assert store.counts() == every
    assert every["failed"] > 0 and 0 < every["done"] < 75


def test_outcomes_by_sql_are_those_of_the_answers_table(runs: Path) -> None:
    for name in ("full", "half", "likelihood"):
        record = Record(runs / name)
        slow = analysis.outcomes(record)
        quick = outcomes.by_model(record).table
        for column in slow.columns:
            left, right = quick[column], slow[column]
            if column in ("label_mass", "low_mass"):
                assert left.astype(float).to_list() == pytest.approx(right.astype(float).to_list(), nan_ok=True), name
            else:
                assert left.to_list() == right.to_list(), (name, column)


def test_what_never_happened_is_one_sentence_and_no_column(runs: Path) -> None:
    shown = outcomes.by_model(Record(runs / "likelihood"))
    assert list(shown.printed().columns) == ["model", "how asked", "inventory", "trials", "answered", "label mass"]
    assert (
        "No trial was pending, refused, ambiguous, off the scale, unreadable, missing or a near tie." in shown.caption
    )
    assert "pending" in outcomes.by_model(Record(runs / "half")).printed()


def test_many_records_are_a_list_that_can_be_searched_and_the_chosen_one_is_open(own_runs: Path) -> None:
    page = rendered("studies", own_runs / "half", find="likelihood complete")
    assert "half: simulated:person" in words(page)
    (listed,) = page.dataframe
    assert listed.value["record"].to_list() == ["likelihood"]
    everything = rendered("studies", own_runs / "half").dataframe[0].value
    assert set(everything["record"]) == {"half", "likelihood"}
    assert dict(zip(everything["record"], everything["state"], strict=True))["half"] == "unfinished"


def test_who_types_the_name_deletes_that_record_and_no_other(own_runs: Path) -> None:
    before = {path: path.stat().st_size for path in (own_runs / "likelihood").rglob("*")}
    page = rendered("studies", own_runs / "half")
    calm(page.text_input(key="delete_half").input("likelihood").run())
    calm(page.button(key="delete_it_half").click().run())
    assert "type its name" in page.error[0].value and (own_runs / "half").is_dir()
    page.text_input(key="delete_half").input("half")
    page.button(key="delete_it_half").click().run()
    assert not (own_runs / "half").exists()
    assert {path: path.stat().st_size for path in (own_runs / "likelihood").rglob("*")} == before


def test_a_record_that_is_being_asked_is_not_deleted(own_runs: Path) -> None:
    with alone(own_runs / "half"), pytest.raises(StoreError, match="is being asked by another process"):
        removing.remove(own_runs, "half", "half")
    assert Record(own_runs / "half").progress()["done"] == 75


def test_only_a_record_that_lies_under_the_runs_folder_is_deleted(own_runs: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    copytree(own_runs / "half", outside)
    (own_runs / "linked").symlink_to(outside)
    (own_runs / "plain").mkdir()
    for name in ("../outside", "linked", "plain", "", ".", "..", str(outside), "half/inventories"):
        with pytest.raises(StoreError):
            removing.remove(own_runs, name, name)
    assert (outside / "manifest.json").is_file() and (own_runs / "plain").is_dir()
    assert (own_runs / "half" / "manifest.json").is_file()


def test_what_is_not_of_the_record_keeps_it_from_being_deleted(own_runs: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "data.csv").write_text("kept")
    (own_runs / "half" / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"holds what is not of the record \(notes.txt\)"):
        removing.remove(own_runs, "half", "half")
    (own_runs / "half" / "notes.txt").unlink()
    (own_runs / "half" / "inventories").symlink_to(precious)
    with pytest.raises(StoreError, match="inventories"):
        removing.remove(own_runs, "half", "half")
    assert (own_runs / "half" / "answers.sqlite").is_file() and (precious / "data.csv").read_text() == "kept"


def test_a_frozen_plan_is_told_in_one_line_with_what_was_done_otherwise(
    own_runs: Path, tmp_path: Path, stopped_run: Run
) -> None:
    from traitscope import planning

    study = own_runs / "frozen.toml"
    study.write_text(SMALL, "utf-8")
    planning.plan(study, own_runs / "frozen", frozen=True)
    record = stopped_run(own_runs / "frozen", SMALL, None)
    assert overview.plan_told(record).endswith("; nothing was done otherwise.")
    record = stopped_run(own_runs / "frozen", SMALL.replace('["tipi"]', '["tipi", "sdrs5"]'), None)
    assert "; 3 deviations: 1 sittings are asked that were not planned; " in overview.plan_told(record)
    assert "and 1 more" in overview.plan_told(record)
    assert overview.plan_told(Record(own_runs / "half")) == ""
