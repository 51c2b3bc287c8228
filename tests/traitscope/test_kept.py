"""What was worked out of a record is kept until the record changes, and worked out once for all who ask."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from traitscope import kept as module
from traitscope.kept import kept
from traitscope.record import Record
from traitscope.runner import run
from traitscope.study import load_study

STUDY = """
models = ["simulated:person"]
inventories = ["tipi"]
"""


@pytest.fixture
def record(tmp_path: Path) -> Record:
    file = tmp_path / "study.toml"
    file.write_text(STUDY, "utf-8")
    return run(load_study(file), tmp_path / "record")


@pytest.fixture
def calls() -> Iterator[list[object]]:
    yield _calls
    _calls.clear()


_calls: list[object] = []


def _counted(record: Record, *more: object) -> int:
    _calls.append(more)
    return len(_calls)


def _slow(record: Record) -> int:
    time.sleep(0.05)
    return _counted(record)


def test_the_same_question_is_worked_out_once(record: Record, calls: list[object]) -> None:
    assert [kept(_counted, record), kept(_counted, Record(record.folder))] == [1, 1]
    assert [kept(_counted, record, "a"), kept(_counted, record, "b"), kept(_counted, record, "a")] == [2, 3, 2]


def test_a_record_that_changed_is_read_again(record: Record, calls: list[object]) -> None:
    assert kept(_counted, record) == 1
    manifest = record.folder / "manifest.json"
    manifest.write_text(manifest.read_text() + "\n")
    assert kept(_counted, record) == 2


def test_thirty_who_ask_at_once_wait_for_one(record: Record, calls: list[object]) -> None:
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(kept(_slow, record))) for _ in range(30)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (found, len(calls)) == ([1] * 30, 1)


def test_a_failure_is_not_kept(record: Record) -> None:
    def fails(record: Record) -> None:
        raise ValueError("once")

    for _ in range(2):
        with pytest.raises(ValueError, match="once"):
            kept(fails, record)


def test_no_more_is_kept_than_there_is_room_for(record: Record, calls: list[object]) -> None:
    for number in range(module.MOST_RESULTS + 5):
        kept(_counted, record, number)
    last = len(calls)
    assert kept(_counted, record, module.MOST_RESULTS + 4) == last
    assert kept(_counted, record, 0) == last + 1
