"""A record as a bundle: `traitscope export`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from traitscope import analysis
from traitscope.bundle.importing import FOLDERS, MANIFEST, STUDY
from traitscope.bundle.lines import CALLS, SENT_PROMPTS, SITTINGS, write_lines
from traitscope.bundle.package import MARK, PACKAGE, read_package, record_id, resources, table_resource, write_package
from traitscope.bundle.readme import readme
from traitscope.bundle.spss import write_spss
from traitscope.bundle.tabling import tables, write_table
from traitscope.citations import bibtex
from traitscope.disk_errors import named
from traitscope.freeze import deviations
from traitscope.links import first_link
from traitscope.queries import ASKED
from traitscope.record import FROZEN, Asked, Record, write_manifest
from traitscope.store import StoreError

README, DEVIATIONS, CITATIONS, SCRIPT = "README.txt", "deviations.txt", "citations.bib", "analysis.R"
TOLD = {
    README: "What is what, how to check it, and the terms of the inventories.",
    STUDY: "The study as it was given to the program.",
    MANIFEST: "What the study was asked with: models with their revisions, personas, fingerprints, versions, seed, times, counts and cost.",
    FROZEN: "The plan and its analysis, fixed before data were seen.",
    DEVIATIONS: "What was done otherwise than in the frozen plan, one a line; empty where nothing was.",
    SITTINGS: "The plan: one sitting a line, with its trials and the options that were printed for them.",
    SENT_PROMPTS: "Every prompt that was sent, one a line; its id is a hash of what it says.",
    CALLS: "Every raw reply, good or failed, one a line, with tokens, cost and time.",
    CITATIONS: "References of inventories and methods.",
    SCRIPT: "Reads the bundle in R and computes its coefficients again by psych and lavaan.",
    "inventories": "An inventory of the user's own, as it was asked.",
    "personas": "A persona set of the user's own, as it was asked.",
    "imported": "The file that the answers were read from, as it came.",
    ".parquet": "The table of the same name, typed.",
    ".sav": "The table of the same name for SPSS, without raw replies.",
}


def export(record: Record, folder: Path, spss: bool = False) -> tuple[dict[str, Any], str]:
    """Write the bundle; what lay in the way of an older one of the same record is replaced, anything else refused."""
    if folder.exists():
        _check_free(record, folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with record.store():  # an older store is brought up to date, which would look like a change
        pass
    before = record.stamp()
    with named(folder), tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as place:
        made = Path(place) / "bundle"
        made.mkdir()
        files = write(record, made, spss)
        if record.stamp() != before:
            raise StoreError(
                f"{record.folder}: was asked while it was exported; export it again when the run has ended"
            )
        _move(made, folder)
    told = f"{folder}: {', '.join(files)}\nNext: traitscope verify {folder}"
    return {"folder": str(folder), "files": files}, told


def write(record: Record, folder: Path, spss: bool = False) -> list[str]:
    """Every file of the bundle into an empty folder; return their paths in it."""
    for name in (STUDY, FROZEN):
        if (record.folder / name).is_file():
            shutil.copyfile(record.folder / name, folder / name)
    for name in FOLDERS:
        if (record.folder / name).is_dir():
            shutil.copytree(record.folder / name, folder / name)
    with record.store() as store:
        write_lines(store, folder)
    described = []
    for table in tables(record):
        write_table(table, folder)
        described.append(table_resource(f"{table.name}.csv", table.row, table.schema()))
        if spss:
            write_spss(table, folder)
    manifest = msgspec.structs.replace(record.manifest, asked=asked(record))
    write_manifest(folder, manifest)
    otherwise = deviations(record)
    if otherwise is not None:
        (folder / DEVIATIONS).write_text("".join(f"{each}\n" for each in otherwise), "utf-8")
    shutil.copyfile(Path(__file__).with_name(SCRIPT), folder / SCRIPT)
    (folder / CITATIONS).write_text(bibtex(record), "utf-8")
    (folder / README).write_text(readme(record), "utf-8")
    return [*write_package(folder, manifest, described, TOLD), PACKAGE]


def asked(record: Record) -> Asked:
    """What has been asked so far, by outcome, with tokens, cost and times."""
    with record.store() as store:
        counts = store.counts()
        (found,) = store.each(ASKED)
        names, rows = store.table("outcomes")
    outcomes = {name: int(sum(row[names.index(name)] or 0 for row in rows)) for name in analysis.OUTCOMES}
    return Asked(trials=counts["trials"], done=counts["done"], outcomes=outcomes, **found)


def _check_free(record: Record, folder: Path) -> None:
    """Raise StoreError where `folder` holds anything but an older bundle of the same record."""
    if not folder.is_dir():
        raise StoreError(f"{folder}: is a file; a bundle needs a folder of its own")
    if link := first_link(folder):
        raise StoreError(f"{link}: is a link or no file; name an empty or a new folder")
    if not any(folder.iterdir()):
        return
    old = read_package(folder).get(MARK)
    if not old:
        raise StoreError(
            f"{folder}: holds files that are no bundle; name an empty or a new folder, and nothing is lost"
        )
    if old.get("record") != record_id(record.manifest):
        raise StoreError(f"{folder}: holds the bundle of another record; name an empty or a new folder")


def _move(made: Path, folder: Path) -> None:
    """Put the new files in the place of those of the older bundle; files that somebody added stay."""
    for old in resources(folder):
        (folder / old).unlink(missing_ok=True)
    for path in [each for each in made.rglob("*") if each.is_file()]:
        target = folder / path.relative_to(made)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
