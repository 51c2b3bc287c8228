"""A plan that is fixed before data are seen, and what was done otherwise: `plan --freeze` and the list of deviations."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from inventories.administer import Interview
from inventories.answers import READER_VERSION
from inventories.forms import LAYOUT
from inventories.ids import digest
from inventories.persona_sets import Persona
from inventories.responder import Abilities
from inventories.wording import WORDINGS
from traitscope.interviews import trials_of
from traitscope.record import FROZEN, Record, package_versions, write_whole
from traitscope.store import StoreError
from traitscope.study import Study
from traitscope.study_file import Analysis, Model, study_file

MOST_TOLD = 4  # differences that are named before a run; `show` has all
STUDY = "in the study"
PERSONA = "its text or its assigned levels are others than in the plan"
INVENTORY = "its items or options are others than in the plan"


class Frozen(msgspec.Struct):
    """What was fixed: enough to say of every later difference what it is."""

    hash: str  # of all that follows
    frozen: float  # when, in seconds since 1970
    study: str  # the study file as it was
    sittings: list[str]  # ids of the whole plan
    trials: int
    personas: dict[str, str]  # id -> digest of text and assigned levels
    inventories: dict[str, str]  # id -> fingerprint
    models: dict[str, dict[str, Any]]
    resolved: dict[str, str]  # model -> what answered to its name
    analysis: Analysis
    versions: dict[str, str]


def freeze(study: Study, folder: Path, abilities: Mapping[str, Abilities], planned: Iterable[Interview]) -> Frozen:
    """Write `frozen.json` into the record's folder; refused where there are answers already, or another plan is frozen."""
    path = folder / FROZEN
    if (folder / "manifest.json").is_file() and _has_answers(Record(folder)):
        raise StoreError(
            f"{folder}: has answers already; a plan is frozen before data are seen: freeze before the pilot, or freeze into "
            f"a record that has none (--record DIR)"
        )
    found = _frozen(study, abilities, planned)
    if path.is_file():
        old = read(folder)
        if old is not None and old.hash != found.hash:
            raise StoreError(
                f"{path}: another plan is frozen there ({old.hash}); take another --record, or remove the file yourself"
            )
        return old or found
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(path, msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
    return found


def read(folder: Path) -> Frozen | None:
    """The frozen plan of a record, or None."""
    path = folder / FROZEN
    if not path.is_file():
        return None
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Frozen)
    except (ValueError, RecursionError) as problem:  # also of bytes that are no UTF-8, and of lists without end
        raise StoreError(f"{path}: not a frozen plan: {problem}") from None
    if found.hash != _hash(found):
        raise StoreError(f"{path}: was changed after it was frozen: its hash is not {found.hash}")
    return found


def deviations(record: Record) -> list[str] | None:
    """What the record has otherwise than its frozen plan, a sentence each; None where no plan was ever frozen."""
    frozen, manifest = read(record.folder), record.manifest
    if frozen is None:
        return _first_plan_gone(record, None) or None
    file = study_file(record.folder / "study.toml")
    told: list[str] = []
    with record.store() as store:
        planned, first = store.sittings(), store.first_call()
        counts = store.counts()
        reused = store.reused()
        answered = store.answered()
    told += _first_plan_gone(record, frozen)
    if first is not None and first < frozen.frozen:
        told.append("answers were there before the plan was frozen")
    before, now = set(frozen.sittings), set(planned)
    for count, what in (
        (len(now - before), "sittings are asked that were not planned"),
        (len(before - now), "planned sittings are no longer asked"),
    ):
        if count:
            told.append(f"{count} {what}")
    outside = sum(count for sitting, count in answered.items() if sitting not in before)
    if outside:
        told.append(f"{outside} answers in this record belong to sittings outside the frozen plan")
    told += _differences("persona", frozen.personas, _personas(manifest.personas.values()), changed=PERSONA)
    told += _differences("inventory", frozen.inventories, manifest.inventories, changed=INVENTORY)
    told += _differences("model", frozen.models, _models(file.responders()))
    told += _differences(
        "resolved model", frozen.resolved, {name: each.resolved for name, each in manifest.abilities.items()}
    )
    told += _differences(
        "version of", frozen.versions, _versions(manifest.wordings, manifest.layout, manifest.reader, manifest.packages)
    )
    told += _differences("analysis", msgspec.to_builtins(frozen.analysis), msgspec.to_builtins(file.analysis))
    if counts["done"] < counts["trials"]:
        told.append(f"{counts['trials'] - counts['done']} of {counts['trials']} trials are not answered yet")
    if reused:
        told.append(f"{reused} answers were taken over from other records")
    return told


def other_than_planned(record: Record, **used: object) -> list[str]:
    """Settings of an analysis that differ from the frozen ones, a sentence each."""
    frozen = read(record.folder)
    told = _first_plan_gone(record, frozen)
    if frozen is None:
        return told
    planned = msgspec.to_builtins(frozen.analysis)
    return told + _differences("analysis", {name: planned[name] for name in used}, used, place="used here")


def told_before(study: Study, folder: Path, planned: Iterable[Interview]) -> list[str]:
    """Before anything is asked: what a study has otherwise than the plan frozen in `folder`, a sentence or two.

    `planned` are the sittings of the study as it is now; they are looked at only where a plan was frozen.
    """
    record = Record(folder) if (folder / "manifest.json").is_file() else None
    try:
        frozen = read(folder)
    except StoreError as problem:  # `show` stops at it; a run has nothing to compare with
        return [str(problem)]
    told = _first_plan_gone(record, frozen) if record else []
    if frozen is None:
        return told
    before, now = set(frozen.sittings), {each.sitting.id for each in planned}
    counts = [(len(now - before), "more"), (len(before - now), "fewer")]
    sittings = ", ".join(f"{count} {what}" for count, what in counts if count)
    inventories = {each.id: each.fingerprint() for each in study.inventories.values()}
    analysis = msgspec.to_builtins(study.analysis)
    others = [
        *_differences("model", frozen.models, _models(study.models), place=STUDY),
        *_differences("analysis", msgspec.to_builtins(frozen.analysis), analysis, place=STUDY),
        *_differences("inventory", frozen.inventories, inventories, place=STUDY, changed=INVENTORY),
        *_differences("persona", frozen.personas, _personas(study.personas), place=STUDY, changed=PERSONA),
    ]
    more = [f"and {len(others) - MOST_TOLD} differences more"] if len(others) > MOST_TOLD else []
    told += [f"other sittings than in the frozen plan: {sittings}"] if sittings else []
    return told + ([f"other than the frozen plan: {'; '.join(others[:MOST_TOLD] + more)}"] if others else [])


def _first_plan_gone(record: Record, frozen: Frozen | None) -> list[str]:
    """That the plan which was frozen when the record was first asked is not there now."""
    first = record.manifest.frozen
    if not first or (frozen is not None and frozen.hash == first):
        return []
    gone = f"the frozen plan with the hash {first}"
    if frozen is None:
        return [f"{gone} is gone: there is no {FROZEN} in the record, and nothing to compare with"]
    return [f"{gone} is replaced by one with the hash {frozen.hash}"]


def _has_answers(record: Record) -> bool:
    with record.store() as store:
        return store.first_call() is not None


def _frozen(study: Study, abilities: Mapping[str, Abilities], planned: Iterable[Interview]) -> Frozen:
    sittings, trials = [], 0
    for each in planned:
        sittings.append(each.sitting.id)
        trials += trials_of(each)
    found = Frozen(
        hash="",
        frozen=time.time(),
        study=study.text,
        sittings=sorted(sittings),
        trials=trials,
        personas=_personas(study.personas),
        inventories={each.id: each.fingerprint() for each in study.inventories.values()},
        models=_models(study.models),
        resolved={name: each.resolved for name, each in abilities.items()},
        analysis=study.analysis,
        versions=_versions(
            {name: each.version for name, each in WORDINGS.items()}, LAYOUT, READER_VERSION, package_versions()
        ),
    )
    found.hash = _hash(found)
    return found


def _personas(personas: Iterable[Persona]) -> dict[str, str]:
    return {each.id: digest(each.text, each.assigned) for each in personas}


def _models(models: Iterable[Model]) -> dict[str, dict[str, Any]]:
    """What of each model changes its answers."""
    return {
        each.name: {"temperature": each.temperature, "max_tokens": each.max_tokens, "parameters": each.parameters}
        for each in models
    }


def _hash(plan: Frozen) -> str:
    """Of everything but the hash itself and the time, so that the same plan has the same hash."""
    told = msgspec.to_builtins(plan)
    return digest({name: value for name, value in told.items() if name not in ("hash", "frozen")})


def _versions(wordings: Mapping[str, int], layout: int, reader: int, packages: Mapping[str, str]) -> dict[str, str]:
    return {
        **{f"wording {name}": str(version) for name, version in wordings.items()},
        "prompt layout": str(layout),
        "reader": str(reader),
        **dict(packages),
    }


def _differences(
    what: str, before: Mapping[str, Any], now: Mapping[str, Any], *, place: str = "in the record", changed: str = ""
) -> list[str]:
    """A sentence each; `place` is where the values of `now` were met, `changed` stands for values that say nothing."""
    told = [f"{what} {name}: not in the plan" for name in now if name not in before]
    told += [f"{what} {name}: in the plan, and not {place}" for name in before if name not in now]
    return told + [
        f"{what} {name}: {changed or _both(before[name], now[name], place)}"
        for name in before
        if name in now and before[name] != now[name]
    ]


def _both(planned: Any, now: Any, place: str) -> str:
    """Two values side by side; of tables the entries that differ."""
    if isinstance(planned, dict) and isinstance(now, dict):
        apart = [name for name in {**planned, **now} if planned.get(name) != now.get(name)]
        planned, now = ({name: each[name] for name in apart if name in each} for each in (planned, now))
    return f"{_short(planned)} in the plan, {_short(now)} {place}"


def _short(value: Any) -> str:
    text = ", ".join(f"{name} {each}" for name, each in value.items()) if isinstance(value, dict) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
