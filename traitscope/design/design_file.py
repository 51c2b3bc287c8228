"""A study file as text that a person would write, and the folder in which it is kept."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from inventories.loading import BANK, twins
from inventories.reading import DefinitionError
from inventories.trait_file import ENDINGS
from traitscope.lock import is_held
from traitscope.record import write_whole
from traitscope.study import Study, load_study, persona_file, persona_files
from traitscope.study_file import People, StudyError, StudyFile, study_file

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
NEW = "a small study"
BEGINNING = StudyFile(
    title="My study", models=["simulated:person"], inventories=["tipi"], personas=[People(set="big_five_32", fraction="half")]
)  # fmt: skip
WIDEST = 118  # letters of a line
SECTIONS = ("limits", "analysis")
ALWAYS = ("title", "seed", "models", "inventories", "personas", "elicitation")  # said even where it is the default
_ORDER = ("title", "note", "seed", "models", "inventories", "personas", "accept")


def starts(runs: Path) -> dict[str, Path | None]:
    """What a study can begin with -> its file: a small study (None), the examples, the studies of the records."""
    found: dict[str, Path | None] = {NEW: None}
    files = [(f"example {path.stem}", path) for path in sorted(EXAMPLES.glob("*.toml"))]
    files += [(f"record {path.parent.name}", path) for path in sorted(runs.glob("*/study.toml"))]
    for name, path in files:
        try:
            study_file(path)
        except StudyError:  # an example of an inventory, or a file of a later version
            continue
        found[name] = path
    return found


def begun(path: Path | None) -> StudyFile:
    """The study file at `path`, or the small study; persona files that lie beside it are named in full."""
    if path is None:
        return BEGINNING
    file, home = study_file(path), path.parent.resolve()
    return msgspec.structs.replace(file, personas=[_in_full(each, home) for each in file.personas])


def text(file: StudyFile) -> str:
    """The study as TOML, laid out as in examples/: what is the default is left out."""
    said = _said(file)
    lines = [_line(name, said[name]) for name in _ORDER if name in said]
    for ask in file.asks:
        lines += ["", "[[asks]]", *(_line(name, value) for name, value in _said(ask).items())]
    for name in SECTIONS:
        if name in said:
            lines += ["", f"[{name}]", *(_line(key, value) for key, value in said[name].items())]
    return "\n".join(lines) + "\n"


def checked(file: StudyFile, home: Path) -> tuple[Study | None, str]:
    """The study with all that it names, or None and what is wrong, in words; its own inventories lie in `home`."""
    found = [str(own_file(name, home) or name) for name in file.inventories]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.toml"
        path.write_text(text(msgspec.structs.replace(file, inventories=found)), "utf-8")
        try:
            return load_study(path), ""
        except (StudyError, DefinitionError) as mistake:
            return None, str(mistake).replace(f"{path}: ", "").replace(f"{path}, ", "")


def save(file: StudyFile, study: Study, folder: Path, replace: bool = False) -> Path:
    """Write the study into the folder of its record, inventories and persona sets of its own beside it; return the file.

    Raises StudyError where another study stands there already and is not to be replaced, or is being asked.
    """
    path, written = folder / "study.toml", text(file)
    if taken(folder, file) and not replace:
        raise StudyError(f"{path} is there already and says something else: choose another name, or tick to replace it")
    if is_held(folder):
        raise StudyError(f"{folder} is being asked at this moment: stop it first, or choose another name")
    folder.mkdir(parents=True, exist_ok=True)
    for each in study.inventories.values():
        for source in (Path(each.file), *([Path(twins(each).file)] if each.twin_of else [])):
            target = folder / "inventories" / source.name
            if source.parent.resolve() not in (BANK.resolve(), target.parent.resolve()):
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(source, target)
    for source in persona_files(file, folder):
        target = folder / "personas" / source.name
        if source.is_file() and source.resolve() != target.resolve():
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(source, target)
    if not path.is_file() or path.read_text("utf-8") != written:
        write_whole(path, written)
    return path


def taken(folder: Path, file: StudyFile) -> bool:
    """Whether another study, or something that is none, stands in the folder."""
    path = folder / "study.toml"
    if not path.is_file():
        return folder.is_dir() and any(folder.iterdir())
    try:
        return study_file(path) != file
    except StudyError:
        return True


def folder_name(name: str) -> str:
    """`name` as the name of a folder: letters, digits, "_" and "-"; "" where nothing is left."""
    return re.sub(r"[^\w-]+", "_", name.strip()).strip("_")


def free_name(runs: Path, wanted: str) -> str:
    """`wanted`, with a number where a folder of that name is there."""
    name = folder_name(wanted) or "study"
    names = [name, *(f"{name}_{number}" for number in range(2, 1000))]
    return next(each for each in names if not (runs / each).exists())


def stamp(file: StudyFile, home: Path) -> tuple[tuple[str, int], ...]:
    """Changes when a file that the study names does."""
    paths = [path for name in file.inventories if (path := own_file(name, home))]
    paths += persona_files(file, home)
    return tuple((str(path), path.stat().st_mtime_ns) for path in paths if path.is_file())


def own_file(name: str, home: Path) -> Path | None:
    """The user's own file that an inventory is named by, as `load_study` finds it; None for one of the bank."""
    if not (name.endswith((".toml", ".parquet", *ENDINGS)) or "/" in name or "\\" in name):
        return None
    path, kept = home / Path(name).expanduser(), home / "inventories" / Path(name).name
    return (kept if kept.is_file() and not path.is_file() else path).resolve()


def _in_full(entry: str | People, home: Path) -> str | People:
    if isinstance(entry, str):
        return str(persona_file(entry, home) or entry)
    full = {name: str(persona_file(each, home) or each) for name, each in (("set", entry.set), ("times", entry.times))}
    return msgspec.structs.replace(entry, **full)


def _said(part: msgspec.Struct) -> dict[str, Any]:
    """The fields that are not what they are by default, as plain values."""
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(part):
        value = getattr(part, field.name)
        usual = field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default
        if value != usual or (field.name in ALWAYS and value is not None):
            found[field.name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return _said(value)
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    # 1 and 1.0 are one number, in ids as well
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _line(name: str, value: Any) -> str:
    line = f"{_key(name)} = {_inline(value)}"
    if len(line) <= WIDEST or not isinstance(value, list):
        return line
    lines = [""]
    for each in map(_inline, value):
        if lines[-1] and len(lines[-1]) + len(each) + 5 > WIDEST:
            lines.append("")
        lines[-1] += f" {each},"
    return "\n".join([f"{_key(name)} = [", *(f" {each}" for each in lines), "]"])


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return (
            "{ " + ", ".join(f"{_key(name)} = {_inline(each)}" for name, each in value.items()) + " }"
            if value
            else "{}"
        )
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    return tomli_w.dumps({"value": value}).removeprefix("value = ").rstrip("\n")


def _key(name: str) -> str:
    return tomli_w.dumps({name: 0}).removesuffix(" = 0\n")
