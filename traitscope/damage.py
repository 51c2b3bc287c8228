"""Whether the database of a record is damaged, where nothing that was read of it has said so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inventories.reading import DefinitionError
from traitscope.damaged_pages import Pages
from traitscope.damaged_rows import TABLES
from traitscope.datafile import DataError
from traitscope.disk_errors import damaged
from traitscope.lock import is_held
from traitscope.record import Record
from traitscope.store import DATABASE, Store, StoreError
from traitscope.study_file import StudyError

_sound: dict[Path, tuple[int, ...]] = {}  # records with the state in which every page of theirs was looked at


def check(folder: Path, state: tuple[int, ...]) -> None:
    """Raise StoreError where a page is damaged; once for each state of a record, and not while it is asked: a run has looked."""
    path = folder / DATABASE  # a record without one has nothing that could be damaged; who needs it says so
    if _sound.get(folder) != state and path.is_file() and not is_held(folder):
        with Store(path) as store:
            store.check()
        _sound[folder] = state


def checked(folder: Path) -> Record:
    """The record in `folder`, of whose database every page was looked at."""
    record = Record(folder)
    check(record.folder, record.stamp())
    return record


@contextmanager
def blamed(folder: Path) -> Iterator[None]:
    """What fails meanwhile, and would not if the record in `folder` were whole, fails as a StoreError that says so."""
    try:
        yield
    except (StoreError, StudyError, DefinitionError, DataError, OSError):  # say themselves what is wrong
        raise
    except Exception:
        if told := damage(folder):
            raise StoreError(told) from None
        raise


def damage(folder: Path) -> str:
    """That rows in the database of a record cannot be read, in a line; "" where all can, or where it is being written."""
    path = folder / DATABASE
    if not path.is_file() or is_held(folder):
        return ""
    try:
        with Store(path) as store:
            store.check()
            sizes = {table: store.size(table) for table in TABLES}
    except StoreError as problem:
        return str(problem)
    with Pages(path) as pages:
        whole = Counter(table for table, _ in pages.rows())
    lost = {table: size - whole[table] for table, size in sizes.items() if size > whole[table]}
    return (
        damaged(path, ", ".join(f"{count} rows of {table} cannot be read" for table, count in lost.items()))
        if lost
        else ""
    )
