"""A bundle becomes a record again: the same folder as a run makes, filled from the raw lines."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from inventories.reading import DefinitionError
from traitscope.bundle.lines import CALLS, Differs, restore
from traitscope.bundle.package import PACKAGE, is_bundle
from traitscope.datafile import DataError
from traitscope.disk_errors import named
from traitscope.links import first_link, is_plain_name
from traitscope.record import FROZEN, RUNS, Manifest, Record, write_manifest

STUDY, MANIFEST = "study.toml", "manifest.json"
FOLDERS = ("inventories", "personas", "imported")


def import_bundle(folder: Path, to: Path | None = None) -> tuple[dict[str, Any], str]:
    """Make a record of the bundle in `folder`, by default under `runs/` with the study's name; what is there stays."""
    manifest = manifest_of(folder)
    to = to or RUNS / manifest.study
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise DataError(
            f"{to}: is there already, and an import overwrites nothing; choose another folder by --record DIR"
        )
    to.parent.mkdir(parents=True, exist_ok=True)
    with named(to), tempfile.TemporaryDirectory(dir=to.parent, prefix=".import-") as place:
        made = Path(place) / "record"
        try:
            rebuild(folder, made, _refuse).inventories()
        except (
            DefinitionError
        ) as mistake:  # told of the file in the bundle, before there is a record that nobody can read
            raise DataError(str(mistake).replace(str(made), str(folder))) from None
        if to.is_dir():
            to.rmdir()
        made.rename(to)
    record = Record(to)
    counts = record.progress()
    told = (
        f"{to}: {counts['done']} of {counts['trials']} trials with an answer, from {folder}\nNext: traitscope show {to}"
    )
    return {"record": str(to), "from": str(folder), **counts}, told


def _refuse(place: str, told: str) -> None:
    raise DataError(f"{place}: {told}; `traitscope verify` names all that differs")


def manifest_of(folder: Path) -> Manifest:
    """The manifest in a bundle; DataError where `folder` is none."""
    if not is_bundle(folder):
        raise DataError(f"{folder}: is no bundle (no {PACKAGE} of `traitscope export` in it)")
    for name in (STUDY, MANIFEST, CALLS):
        if not (folder / name).is_file():
            raise DataError(f"{folder}: the bundle has no {name}")
    if link := first_link(folder):
        raise DataError(f"{link}: is a link or no file; a bundle holds files and folders alone")
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (ValueError, RecursionError) as problem:
        raise DataError(f"{folder / MANIFEST}: not a manifest: {problem}") from None
    if not is_plain_name(manifest.study):  # it becomes the name of a folder
        raise DataError(
            f"{folder / MANIFEST}, study: {manifest.study[:60]!r} is no name of a study; allowed: a name without / \\ and :"
        )
    return manifest


def rebuild(folder: Path, to: Path, differs: Differs) -> Record:
    """The record that the bundle in `folder` was made from, in the new folder `to`; `differs` hears what is wrong."""
    manifest = manifest_of(folder)
    to.mkdir(parents=True)
    for name in (STUDY, FROZEN):
        if (folder / name).is_file():
            shutil.copyfile(folder / name, to / name)
    for name in FOLDERS:
        if (folder / name).is_dir():
            shutil.copytree(folder / name, to / name)
    manifest.imported, manifest.asked = str(folder), None
    write_manifest(to, manifest)
    record = Record(to)
    restore(record, folder, differs)
    return record
