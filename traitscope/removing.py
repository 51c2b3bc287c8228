"""A record is deleted: the one thing here that loses answers, so it is asked for by name and refused when in doubt."""

from __future__ import annotations

import shutil
from pathlib import Path

from traitscope.background import LOG, PID
from traitscope.lock import FILE as LOCK
from traitscope.lock import alone, is_held
from traitscope.overview import counted, dollars
from traitscope.recipe_records import GIVEN, NOTE, PAGE, WORKING, working
from traitscope.record import FROZEN, Record
from traitscope.store import StoreError

MANIFEST = "manifest.json"
# what this program writes into a record; anything else there is somebody's own
FILES = {"study.toml", MANIFEST, "manifest.part", "answers.sqlite", "answers.sqlite-wal", "answers.sqlite-shm", FROZEN,
         "frozen.part", "study.part", "inventories.part", "personas.part", LOG, PID, LOCK, NOTE, PAGE, "recipe.part"}  # fmt: skip
FOLDERS = {"inventories", "personas", GIVEN, WORKING}
MOST_NAMES = 3


def at_stake(record: Record) -> str:
    """In words, what goes with a record: answers, what they have cost, and the folder."""
    size = sum(each.stat().st_size for each in record.folder.rglob("*") if each.is_file() and not each.is_symlink())
    told = ""
    try:
        with record.store() as store:
            done, usd = store.counts()["done"], store.spent()
        told = f" {counted(done, 'trial')} {'was' if done == 1 else 'were'} answered"
        told += f", which cost {dollars(usd)}." if usd else "."
    except StoreError:  # nothing was asked, or it cannot be read
        pass
    return (
        f"This deletes the folder {record.folder} ({size / 1e6:,.1f} MB) for ever, and nothing else.{told} Whoever wants to keep "
        "it copies the folder elsewhere first."
    )


def remove(runs: Path, name: str, confirmed: str) -> None:
    """Delete the record `name`, a folder directly under `runs`; `confirmed` is its name, typed by who wants that.

    Raises StoreError, and deletes nothing, where it is no record, a link, being asked, or holds files of somebody's own.
    """
    if confirmed != name:
        raise StoreError(f"to delete {name}, type its name; seen {confirmed!r}, and nothing was deleted")
    folder = _record(runs, name)
    with alone(folder):  # nobody asks it, nobody begins to
        _record(runs, name)
        if is_held(working(folder)):
            raise StoreError(f"{folder}: its recipe is being run; wait for it, or stop it first")
        if strangers := _strangers(folder):
            named = ", ".join(strangers[:MOST_NAMES]) + (" ..." if len(strangers) > MOST_NAMES else "")
            raise StoreError(f"{folder}: holds what is not of the record ({named}); move that away first")
        try:
            shutil.rmtree(folder)  # removes links as links, never what they lead to
        except OSError as problem:
            raise StoreError(f"{folder}: could not be deleted as a whole: {problem}") from None


def _record(runs: Path, name: str) -> Path:
    """The folder of the record `name` under `runs`; StoreError where there is no such record, or only a link to it."""
    folder = runs / name
    if not name or name in (".", "..") or Path(name).name != name or "\\" in name:
        raise StoreError(f"{name!r} is not the name of a record under {runs}")
    if folder.is_symlink() or folder.resolve().parent != runs.resolve():
        raise StoreError(f"{folder}: is a link; a record is deleted only where it lies")
    if not (folder / MANIFEST).is_file():
        raise StoreError(f"{folder}: no record there (no {MANIFEST})")
    return folder


def _strangers(folder: Path) -> list[str]:
    """Names in the folder that no record has."""
    return sorted(
        each.name
        for each in folder.iterdir()
        if each.is_symlink()
        or (each.is_dir() and (each.name not in FOLDERS or any(inner.is_dir() for inner in each.iterdir())))
        or (not each.is_dir() and each.name not in FILES)
    )
