"""Where a recipe keeps what belongs together: its first record, those of later stages, the user's file, what it was run as."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from inventories.reading import DefinitionError
from traitscope.making.people import key_of
from traitscope.recipe_file import Scale
from traitscope.record import Record, write_whole
from traitscope.store import Store

NOTE, GIVEN = "recipe.json", "given"
PAGE = "recipe.html"  # the result, as soon as all was asked
WORKING = "recipe"  # a folder with the lock, the process and the log of the whole recipe: each study has its own, too


class Ran(msgspec.Struct, frozen=True):
    """As what a recipe was run."""

    recipe: str
    scale: Scale
    model: str
    judge: str = ""  # "" where none is asked
    parameters: dict[str, float] = {}  # of the analyses
    temperature: float = 0.0  # of the model; a judge is asked at 0

    def asks_as(self, other: Ran) -> bool:
        """Whether both ask the same; parameters change no question."""
        return msgspec.structs.replace(self, parameters={}) == msgspec.structs.replace(other, parameters={})


def stage_folder(folder: Path, stage: str) -> Path:
    """The record of a stage lies beside the first one."""
    return folder.with_name(f"{folder.name}-{stage}")


def working(folder: Path) -> Path:
    """What says of the record in `folder` whether its recipe is being run, and by whom."""
    return folder / WORKING


def spent(folder: Path) -> float:
    """US dollars that the record in `folder` has cost; 0 where nothing was asked."""
    path = folder / "answers.sqlite"
    if not path.is_file():
        return 0.0
    with Store(path) as store:
        return store.spent()


def stage(record: Record, name: str) -> Record | None:
    """The record of a later stage; None as long as nothing was asked there."""
    folder = stage_folder(record.folder, name)
    return Record(folder) if (folder / "manifest.json").is_file() else None


def file_of(record: Record) -> Path | None:
    """The user's file that the recipe was given."""
    return given_to(record.folder)


def keep_file(folder: Path, file: Path | None) -> Path | None:
    """Keep a copy of the user's file with the record, and return the one that counts: a record has one file for good.

    As long as nothing was asked, a file that had a mistake in it can be replaced.
    """
    kept = given_to(folder)
    if file is None:
        return kept
    if not file.is_file():
        raise DefinitionError(f"--with {file}: no such file")
    if kept is not None and _content(kept) == _content(file):
        return kept
    if (folder / "manifest.json").is_file():
        before = "without a file" if kept is None else f"with another file ({kept})"
        raise DefinitionError(f"{folder}: was made {before}; give another --record to use {file}")
    shutil.rmtree(folder / GIVEN, ignore_errors=True)
    (folder / GIVEN).mkdir(parents=True)
    for each in [file, key_of(file)]:
        if each is not None:
            shutil.copyfile(each, folder / GIVEN / each.name)
    return folder / GIVEN / file.name


def _content(file: Path) -> list[bytes]:
    """What a file says, and what the key beside it says where there is one."""
    return [each.read_bytes() for each in (file, key_of(file)) if each is not None]


def given_to(folder: Path) -> Path | None:
    """The user's file that is kept in `folder`; None where there is none."""
    files = sorted((folder / GIVEN).glob("*"))
    keys = {key_of(each) for each in files}
    return next((each for each in files if each not in keys), None)


def ran(record: Record) -> Ran | None:
    """As what recipe a record was made; None for any other record."""
    return noted(record.folder)


def noted(folder: Path) -> Ran | None:
    """As what recipe the folder was begun, even before anything was asked; None for any other folder."""
    try:
        return msgspec.json.decode((folder / NOTE).read_bytes(), type=Ran)
    except (FileNotFoundError, ValueError, RecursionError):
        return None


def parameter(record: Record, name: str, otherwise: float) -> float:
    """A parameter of the analyses as the recipe was last run; `otherwise` in a record that no recipe made."""
    was = ran(record)
    return otherwise if was is None else was.parameters.get(name, otherwise)


def note(folder: Path, as_what: Ran) -> None:
    """Write down as what recipe the record is made."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / NOTE, msgspec.json.encode(as_what).decode() + "\n")
