"""What a study that is being composed would ask, take, cost and buy; no model is asked for that."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from pandas import DataFrame

from inventories.reading import DefinitionError, parse_toml
from inventories.responder import Abilities, ResponderError
from traitscope import buying, cost, planning
from traitscope.background import last_words
from traitscope.background import start as start_process
from traitscope.cost import ASK_ABOVE
from traitscope.design import design_pace
from traitscope.design.design_file import checked, stamp
from traitscope.design.design_probe import Answer
from traitscope.freeze import told_before
from traitscope.interviews import check_served, interviews, summary
from traitscope.lock import is_held
from traitscope.record import Record
from traitscope.responders import by_name, keys_needed
from traitscope.store import StoreError
from traitscope.study import Study
from traitscope.study_file import Model, StudyError, StudyFile

# before a model is checked it may do all that is asked; a text takes the most tokens, so the price is not too low
UNCHECKED = Abilities(labels=False, likelihood=True, structured=True)
UNCHECKED_LOCAL = Abilities(labels=True, likelihood=True)


class Plan(msgspec.Struct, frozen=True):
    """A study that can be asked and what it comes to; `problem` says in words why it cannot."""

    study: Study | None = None
    problem: str = ""
    counts: dict[str, Any] = {}
    rows: list[cost.Forecast] = []  # of what is paid
    notes: list[str] = []
    unchecked: list[str] = []  # models of which it is assumed that they can do all that is asked
    limit: float | None = (
        None  # US dollars that the record may cost in all, in whole cents; None where it is free or unknown
    )
    confirm: bool = False  # it may cost more than a dollar, or nobody knows what

    @property
    def sittings(self) -> int:
        return sum(part["sittings"] for part in self.counts["parts"])

    @property
    def price(self) -> str:
        """The cost in words."""
        if not self.rows:
            return "nothing"
        known = cost.total(self.rows)
        return planning.dollars(known) if any(row.usd for row in self.rows) else "unknown"

    @property
    def unpriced(self) -> list[str]:
        """Models that are paid and have no price here."""
        return [row.model for row in self.rows if row.usd is None]


def plan(file: StudyFile, home: Path, folder: Path, checks: Mapping[str, Answer]) -> Plan:
    """The plan of a study whose record is, or will be, `folder`; `checks` has what models were found to be able to do."""
    able = {name: each.able for name, each in checks.items() if each.able is not None}
    record = folder / "manifest.json"
    state = Record(folder).stamp() if record.is_file() else ()
    encoded = msgspec.json.encode((file, able), order="sorted")
    return _planned(encoded, str(home), str(folder), stamp(file, home), state)


@lru_cache(maxsize=64)
def _planned(encoded: bytes, home: str, folder: str, files: tuple[Any, ...], state: tuple[int, ...]) -> Plan:
    """As `plan`; `files` and `state` change when what is read from the disk does."""
    file, able = msgspec.json.decode(encoded, type=tuple[StudyFile, dict[str, Abilities]])
    study, problem = checked(file, Path(home))
    if study is None:
        return Plan(problem=problem)
    try:
        abilities = {each.name: able.get(each.name) or _assumed(each) for each in study.models}
        check_served(study, abilities)
        counts = summary(study, abilities)
        paid = [each for each in study.models if _is_paid(each)]
        rows: list[cost.Forecast] = []
        if paid:
            rows = planning.forecast(msgspec.structs.replace(study, models=tuple(paid)), abilities, Path(folder))
        rows = [row for row in rows if row.usd is None or row.usd.high]
        notes = [*told_before(study, Path(folder), interviews(study, abilities)), *planning.notes_of(study, abilities)]
        spent = _spent(Path(folder)) if rows else 0.0
    except (StudyError, DefinitionError, ResponderError, StoreError) as mistake:
        return Plan(problem=str(mistake).replace(f"{study.path}, ", "").replace(f"{study.path}: ", ""))
    high, priced = cost.total(rows).high, all(row.usd is not None for row in rows)
    return Plan(
        study=study,
        counts=counts,
        rows=rows,
        notes=notes,
        unchecked=[each.name for each in study.models if each.name not in able and not each.name.startswith("simulated:")],
        limit=math.ceil(round((high + spent) * 100, 6)) / 100 if rows and priced else None,
        confirm=bool(rows) and (high > ASK_ABOVE or not priced),
    )  # fmt: skip


def time_told(made: Plan, records: Sequence[Record], checks: Mapping[str, Answer]) -> tuple[str, list[str]]:
    """How long the study takes, in words, and where each model's pace is known from."""
    assert made.study is not None
    known = design_pace.paces(made.study, made.counts["parts"], records, checks)
    return design_pace.told(design_pace.seconds(made.counts["parts"], known), known)


def pilots(made: Plan, records: Iterable[Record]) -> list[str]:
    """Records of the same models and inventories: what they found tells what this study will buy."""
    assert made.study is not None
    names, asked = {each.name for each in made.study.models}, set(made.study.inventories)
    return [
        each.name for each in records if names & set(each.manifest.models) and asked & set(each.manifest.inventories)
    ]


def bought(record: Record, text: str, home: str) -> DataFrame:
    """`buying.expected` of the study that `text` says, by the pilot in `record`; own inventories lie in `home`."""
    study, _ = checked(parse_toml(text, StudyFile, "the study"), Path(home))
    if study is None:
        return DataFrame()
    known = {each.name: record.manifest.abilities.get(each.name) or _assumed(each) for each in study.models}
    try:
        return buying.expected(record, interviews(msgspec.structs.replace(study, personas=_few(study)), known))
    except (StoreError, StudyError):
        return DataFrame()


def _few(study: Study) -> tuple[Any, ...]:
    """A persona for each ask: how many there are makes no difference to forms and draws."""
    some = []
    for ask in study.asks:
        some += [each for each in study.personas if ask.personas is None or {each.id, each.set} & set(ask.personas)][:1]
    return tuple({each.id: each for each in some}.values())


def keys(models: Iterable[Model]) -> list[str]:
    """Variables that the models need a key in and that are not set; none for a name that no model goes by."""
    found: list[str] = []
    for each in models:
        try:
            found += keys_needed({each.name: each.parameters})
        except ResponderError:
            continue
    return list(dict.fromkeys(found))


def begin(study: Path, keys: Mapping[str, str], max_cost: float | None, pilot: float | None) -> int:
    """Start `traitscope run` of a saved study in a process of its own; return its id."""
    return start_process(study, study.parent, {name: key for name, key in keys.items() if key}, max_cost, pilot)


def started(folder: Path) -> dict[str, Any]:
    """How far a study is that was started: `record` (there is one), `asked` (now), `problem` in words."""
    asked = is_held(folder)
    said = last_words(folder, "traitscope:")
    problem = said if said.startswith("traitscope:") and not asked else ""
    return {"record": (folder / "manifest.json").is_file(), "asked": asked, "problem": problem}


def command(folder: Path) -> str:
    """What does the same on the command line."""
    return f"traitscope run {folder / 'study.toml'} --record {folder}"


def progress(folder: Path) -> dict[str, Any]:
    """Trials of a record in all and done, and the share that is done; none where nothing was planned yet."""
    try:
        counts = Record(folder).progress()
    except StoreError:
        counts = {"trials": 0, "done": 0}
    return {**counts, "share": counts["done"] / max(1, counts["trials"])}


def _assumed(model: Model) -> Abilities:
    kind = model.name.partition(":")[0]
    if kind == "simulated":
        return by_name(model.name, model.parameters).can()
    return UNCHECKED_LOCAL if kind == "local" else UNCHECKED


def _is_paid(model: Model) -> bool:
    return model.price is not None or model.name.partition(":")[0] not in ("local", "simulated")


def _spent(folder: Path) -> float:
    if not (folder / "answers.sqlite").is_file():
        return 0.0
    with Record(folder).store() as store:
        return store.spent()
