"""The folder `runs/<study>/`: study file, manifest, inventories of the user's own, and the store."""

from __future__ import annotations

import json
import os
import platform
import time
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from inventories.answers import READER_VERSION
from inventories.definitions import Inventory
from inventories.forms import LAYOUT, Elicitation
from inventories.ids import digest
from inventories.loading import BANK, in_language
from inventories.persona_sets import Persona
from inventories.reading import allowed, parse_toml, seen
from inventories.responder import Abilities
from inventories.scenarios import as_asked, twins
from inventories.wording import WORDINGS
from traitscope.bank import inventory_at
from traitscope.disk_errors import named
from traitscope.frames import Tables
from traitscope.store import Store, StoreError
from traitscope.study import Study, persona_files
from traitscope.study_file import StudyFile

RUNS = Path("runs")
FROZEN = "frozen.json"  # the plan that was fixed before data were seen, where one was
PACKAGES = ("traitscope", "msgspec", "numpy", "pandas", "scipy", "litellm", "transformers", "torch", "tokenizers")


class Asked(msgspec.Struct, frozen=True):
    """What had been asked of a record when it was exported; of the record itself its store tells that."""

    trials: int
    done: int
    outcomes: dict[str, int]  # answers of the plan by outcome
    calls: int
    failed_calls: int
    usd: float | None  # None where no price is known
    tokens_in: int | None
    tokens_out: int | None
    first_reply: float | None  # seconds since 1970
    last_reply: float | None


class Manifest(msgspec.Struct):
    """What a record was made with: enough to read it without the study's files. Never a key."""

    study: str
    title: str
    seed: int
    created: float
    personas: dict[str, Persona]
    inventories: dict[str, str]  # id -> fingerprint in the inventory's own language
    models: dict[str, dict[str, Any]]  # name -> temperature, parameters
    abilities: dict[str, Abilities]
    reference: list[str]  # personas whose mean centres likelihoods; never changes once set
    reference_name: str
    negated: dict[str, str] = {}  # control set with negated markers -> the set it is the control of
    reused: dict[str, int] = {}  # other record -> trials whose answers were taken over from it
    frozen: str = ""  # hash of the first plan that was frozen here; kept when its file is gone
    updated: float = 0.0
    layout: int = LAYOUT
    reader: int = READER_VERSION
    wordings: dict[str, int] = {}
    packages: dict[str, str] = {}
    python: str = ""
    machine: str = ""
    fingerprints: dict[str, dict[str, str]] = {}  # "personas" by set, "wordings" by id
    imported: str = ""  # the bundle that the record was made from
    asked: Asked | None = None  # in a bundle


class Record(Tables):
    """One record, for reading: what every page and every table starts from; its tables are methods."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        path = self.folder / "manifest.json"
        if not path.is_file():
            raise StoreError(f"{self.folder}: no record there (no manifest.json); allowed: {_known()}")
        try:
            self.manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
        except OSError as problem:  # it may go at this moment
            raise StoreError(f"{path}: cannot be read ({problem.strerror})") from None
        except (ValueError, RecursionError) as problem:
            raise StoreError(f"{path}: not a manifest: {problem}") from None

    @property
    def name(self) -> str:
        return self.folder.name

    def store(self) -> Store:
        """The database, open for reading."""
        return Store(self.folder / "answers.sqlite")

    def inventory(self, name: str, language: str | None = None, elicitation: Elicitation = "choice") -> Inventory:
        """The inventory `name` as the record used it: the user's own file is in the folder, others are in the bank.

        Scenarios that were rated or confirmed are the statements that `elicitation` makes of them.
        """
        own = [path for path in sorted((self.folder / "inventories").glob("*")) if path.stem == name]
        inventory = inventory_at(str(own[0].resolve()) if own else name)
        return as_asked(in_language(inventory, language or inventory.language), elicitation)

    def inventories(self) -> dict[str, Inventory]:
        """Every inventory of the record by id."""
        return {name: self.inventory(name) for name in self.manifest.inventories}

    def able(self, model: str) -> Abilities:
        """What the model `model` could do when it was asked."""
        if model not in self.manifest.abilities:
            path = self.folder / "manifest.json"
            raise StoreError(f"{path}, abilities: {seen(model)} is missing; {allowed(self.manifest.abilities, model)}")
        return self.manifest.abilities[model]

    def progress(self) -> dict[str, int]:
        """Trials in all, done and failed."""
        with self.store() as store:
            return store.counts()

    def stamp(self) -> tuple[int, ...]:
        """Changes whenever the record does; what a cache is keyed by."""
        return tuple(_changed(self.folder / name) for name in ("answers.sqlite", "answers.sqlite-wal", "manifest.json"))


def _changed(path: Path) -> int:
    """When a file was last written, in nanoseconds; 0 where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:  # a log goes when its writer does
        return 0
    # looking at a record makes an empty write-ahead log; that is no change
    return found.st_mtime_ns if found.st_size else 0


def records(runs: Path | str = RUNS) -> list[Record]:
    """All records under `runs`, the newest first; folders that are none are passed over."""
    found = []
    for path in Path(runs).glob("*/manifest.json"):
        try:
            found.append(Record(path.parent))
        except StoreError:
            continue
    return sorted(found, key=lambda record: -max(record.stamp()))


def _known() -> str:
    return ", ".join(str(path.parent) for path in sorted(RUNS.glob("*/manifest.json"))) or f"nothing yet under {RUNS}/"


def make_record(study: Study, folder: Path, abilities: dict[str, Abilities]) -> Record:
    """Write or bring up to date the study file, manifest and own inventories in a folder that is there."""
    old = Record(folder).manifest if (folder / "manifest.json").is_file() else None
    if study.path.resolve() != (folder / "study.toml").resolve():
        write_whole(folder / "study.toml", study.text)
    statements = [twins(each) for each in study.inventories.values() if each.twin_of]
    for inventory in (*study.inventories.values(), *statements):
        file = Path(inventory.file)
        if file.parent.resolve() != BANK.resolve():
            (folder / "inventories").mkdir(exist_ok=True)
            _copy_whole(file, folder / "inventories" / file.name)
    for file in persona_files(parse_toml(study.text, StudyFile, str(study.path)), study.path.parent):
        (folder / "personas").mkdir(exist_ok=True)
        _copy_whole(file, folder / "personas" / file.name)
    reference, reference_name = _reference(study)
    manifest = Manifest(
        study=study.name,
        title=study.title,
        seed=study.seed,
        created=old.created if old else time.time(),
        updated=time.time(),
        personas={each.id: each for each in study.personas},
        inventories={each.id: each.fingerprint() for each in study.inventories.values()},
        models={each.name: {"temperature": each.temperature, "parameters": each.parameters} for each in study.models},
        abilities=abilities,
        reference=old.reference if old and old.reference else reference,
        reference_name=old.reference_name if old and old.reference else reference_name,
        negated=study.negated,
        reused=old.reused if old else {},
        frozen=(old.frozen if old else "") or _frozen_hash(folder),
        wordings={name: each.version for name, each in WORDINGS.items()},
        packages=package_versions(),
        python=platform.python_version(),
        machine=f"{platform.system()} {platform.machine()}",
        fingerprints=_fingerprints(study),
        imported=old.imported if old else "",
    )
    write_manifest(folder, manifest)
    return Record(folder)


def add_reused(record: Record, other: str, trials: int) -> None:
    """Name in the manifest a record from which answers were taken over."""
    record.manifest.reused[other] = record.manifest.reused.get(other, 0) + trials
    write_manifest(record.folder, record.manifest)


class _Hashed(msgspec.Struct):
    """The one part of a frozen plan that the manifest keeps."""

    hash: str


def _frozen_hash(folder: Path) -> str:
    """Of the plan that is frozen in `folder`; "" where there is none, or none that can be read."""
    try:
        return msgspec.json.decode((folder / FROZEN).read_bytes(), type=_Hashed).hash
    except (FileNotFoundError, ValueError, RecursionError):
        return ""


def _fingerprints(study: Study) -> dict[str, dict[str, str]]:
    sets: dict[str, list[list[object]]] = {}
    for each in study.personas:
        sets.setdefault(each.set, []).append([each.id, each.text, each.assigned])
    return {
        "personas": {name: digest(people) for name, people in sets.items()},
        "wordings": {name: digest(each) for name, each in WORDINGS.items()},
    }


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Whoever reads it meanwhile sees the old one or the new one."""
    write_whole(folder / "manifest.json", json.dumps(msgspec.to_builtins(manifest), indent=1, ensure_ascii=False))


def _reference(study: Study) -> tuple[list[str], str]:
    """The personas whose item means centre likelihoods: the first set with assigned levels, without bare model and controls."""
    sets = [each.set for each in study.personas if each.assigned]
    if not sets:
        return [], ""
    chosen = [each.id for each in study.personas if each.assigned and each.set == sets[0]]
    return chosen, f"{sets[0]} ({len(chosen)} personas)"


def package_versions() -> dict[str, str]:
    """Of ourselves and of what may change an answer or a number."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except ModuleNotFoundError:  # torch and its kin are optional
            continue
    return found


def write_whole(path: Path, content: str | bytes) -> None:
    """A reader sees the old file or the new one, never half of it."""
    _write_whole(path, path.with_suffix(".part"), content.encode("utf-8") if isinstance(content, str) else content)


def _copy_whole(file: Path, target: Path) -> None:
    """Copy a file into a folder of the record; the part lies outside, where nobody takes it for a file of that name."""
    if file.resolve() != target.resolve():
        _write_whole(target, target.parent.with_suffix(".part"), file.read_bytes())


def _write_whole(path: Path, part: Path, content: bytes) -> None:
    try:
        with named(path), part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # or a power cut would leave the new name with nothing in it
        part.replace(path)
    except BaseException:  # Ctrl-C as well
        with suppress(OSError):
            part.unlink()  # of a disk that is full it would hold what is needed
        raise
