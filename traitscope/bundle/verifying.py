"""Does all that stands in a bundle follow from its raw replies? `traitscope verify`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from inventories.answers import READER_VERSION
from inventories.reading import DefinitionError
from traitscope.bundle.comparing import Difference, differences
from traitscope.bundle.importing import MANIFEST, manifest_of, rebuild
from traitscope.bundle.package import PACKAGE, hash_of, resources
from traitscope.bundle.rendering import render_again
from traitscope.bundle.writing import DEVIATIONS, write
from traitscope.datafile import DataError
from traitscope.record import Manifest
from traitscope.store import StoreError
from traitscope.study_file import StudyError

MOST_TOLD = 20
TABLES = (".csv", ".parquet", ".sav")


def verify(folder: Path) -> tuple[dict[str, Any], str]:
    """Compute everything again from the raw replies of the bundle in `folder`, and name what is not the same there."""
    manifest = manifest_of(folder)
    found: list[Difference] = []
    counts: dict[str, int] = {}

    def differs(place: str, told: str) -> None:
        found.append(Difference(place, told=told))

    with tempfile.TemporaryDirectory(prefix="traitscope-verify-") as place:
        made = Path(place) / "bundle"
        made.mkdir()
        try:
            record = rebuild(folder, Path(place) / "record", differs)
            counts = record.progress()
            write(record, made, spss=any(folder.rglob("*.sav")))
            counts |= {"tables": sum(path.suffix == ".csv" for path in made.rglob("*"))}
            found += _tables(folder, made)
            found += _manifest(manifest, made)
            found += _texts(folder, made)
            counts |= render_again(record, differs)
        except (DefinitionError, StudyError, StoreError, DataError) as problem:
            differs("bundle", " ".join(str(problem).split()))
        except Exception as problem:
            if not any(_files(folder, set())):
                raise
            # of files that were changed anything may come, and which these are is told below
            differs("bundle", f"cannot be computed again as it is ({type(problem).__name__}: {problem})")
    found += _files(folder, {each.file.partition(",")[0] for each in found})
    notes = _notes(manifest, counts)
    result = {
        "bundle": str(folder),
        "equal": not found,
        **counts,
        "n_differences": len(found),
        "differences": [each._asdict() for each in _spread(found)],
        "notes": notes,
    }
    return result, _told(folder, found, counts, notes)


def _tables(folder: Path, made: Path) -> Iterator[Difference]:
    """Every table cell by cell."""
    names = {each: each.relative_to(made).as_posix() for each in sorted(made.rglob("*")) if each.suffix in TABLES}
    for path, name in names.items():
        yield from differences(name, folder / name, path)
    for name in sorted(set(resources(folder)) - set(names.values())):
        if Path(name).suffix in TABLES:
            yield Difference(name, told="does not follow from the raw replies")


def _manifest(manifest: Manifest, made: Path) -> Iterator[Difference]:
    """What had been asked, by outcome, with tokens, cost and times."""
    now = msgspec.json.decode((made / MANIFEST).read_bytes(), type=Manifest).asked
    seen, expected = (msgspec.to_builtins(each) or {} for each in (manifest.asked, now))
    for name in dict.fromkeys([*seen, *expected]):
        if seen.get(name) != expected.get(name):
            one, other = (json.dumps(each.get(name)) for each in (seen, expected))
            yield Difference(MANIFEST, "asked", name, one, other)


def _texts(folder: Path, made: Path) -> Iterator[Difference]:
    """The list of deviations, and the columns as they are described."""
    one, other = (path.read_bytes() if (path := each / DEVIATIONS).is_file() else None for each in (folder, made))
    if one != other:
        yield Difference(DEVIATIONS, told="is not what follows from the frozen plan")
    described = resources(folder)
    for name, each in resources(made).items():
        if name in described and described[name].get("schema") != each.get("schema"):
            yield Difference(PACKAGE, told=f"the columns of {name} are described otherwise than they are")


def _files(folder: Path, told: set[str]) -> Iterator[Difference]:
    """Files that are not as they were written, and that nothing else was said of."""
    for name, each in resources(folder).items():
        path = folder / name
        if name in told:
            continue
        if not path.is_file():
            yield Difference(name, told="is not in the bundle")
        elif hash_of(path) != each.get("hash"):
            yield Difference(name, told=f"was changed after the export: its hash is not that in {PACKAGE}")


def _notes(manifest: Manifest, counts: dict[str, int]) -> list[str]:
    notes = []
    if manifest.reader != READER_VERSION:
        notes.append(f"replies were read by reader {manifest.reader} then, and by reader {READER_VERSION} now")
    if former := counts.get("former_calls"):
        notes.append(f"{former} calls are of a former plan of the study, so their prompts could not be rendered again")
    return notes


def _spread(found: list[Difference]) -> list[Difference]:
    """As many as are told: one of each file before a second of any, and all in their order."""
    seen: dict[str, int] = {}
    turns = []
    for place, each in enumerate(found):
        file = each.file.partition(",")[0]
        seen[file] = seen.get(file, 0) + 1
        turns.append((seen[file], place))
    return [found[place] for place in sorted(place for _, place in sorted(turns)[:MOST_TOLD])]


def _told(folder: Path, found: list[Difference], counts: dict[str, int], notes: list[str]) -> str:
    lines = []
    if found:
        lines.append(
            f"{folder}: {len(found)} difference{'s' if len(found) > 1 else ''} from what follows from study and raw replies"
        )
        lines += [f"- {each.line()}" for each in _spread(found)]
        lines += [f"and {len(found) - MOST_TOLD} more"] if len(found) > MOST_TOLD else []
    else:
        lines.append(
            f"{folder}: equal. {counts['done']} of {counts['trials']} trials read again, {counts['tables']} tables computed again, "
            f"{counts['prompts']} prompts rendered again"
        )
    return "\n".join([*lines, *notes])
