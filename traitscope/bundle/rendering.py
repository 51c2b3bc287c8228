"""Every prompt of a record printed once more from the study and the ids, and held against what was sent."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import tomli_w

from inventories.administer import Interview, next_prompt
from inventories.ids import digest
from inventories.loading import inventory_ids
from inventories.responder import Prompt, Reply
from inventories.trait_file import ENDINGS
from inventories.wording import WORDINGS
from traitscope.bundle.lines import SENT_PROMPTS, SITTINGS, Differs
from traitscope.interviews import interviews
from traitscope.queries import SENT
from traitscope.record import Record
from traitscope.store import Store, stored_prompt
from traitscope.study import Study, load_study


def render_again(record: Record, differs: Differs) -> dict[str, int]:
    """Compare ids and prompts with those of the study in the record's folder; `differs` hears what is not the same.

    Returns counts: prompts rendered, and calls of former plans, which the study no longer tells how to render.
    """
    study = kept_study(record)
    _compare_sources(record, study, differs)
    rendered = 0
    with record.store() as store:
        known, strangers, seen = set(store.sittings()), [], 0
        for interview in interviews(study, record.manifest.abilities):
            if interview.sitting.id not in known:
                strangers.append(_told(interview))
                continue
            seen += 1
            rendered += _compare(store, interview, differs)
        former = sum(1 for row in store.each(FORMER))
    if strangers:
        differs(
            SITTINGS,
            f"{len(strangers)} sittings that the study plans are not among them under the ids that follow from study, "
            f"personas and inventories, such as {strangers[0]}",
        )
    if seen < len(known):
        differs(
            SITTINGS, f"{len(known) - seen} sittings have ids that do not follow from study, personas and inventories"
        )
    return {"prompts": rendered, "former_calls": former}


FORMER = """
    SELECT DISTINCT x.call FROM call_trials x JOIN trials t ON t.id = x.trial JOIN sittings s ON s.id = t.sitting
    WHERE NOT s.current"""


def kept_study(record: Record) -> Study:
    """The study with the files in the record's folder, even where those lie about from which these were copied."""
    path = record.folder / "study.toml"
    told = tomllib.loads(path.read_text("utf-8"))
    told["inventories"] = [_kept(record, "inventories", name) for name in told["inventories"]]
    if "personas" in told:
        told["personas"] = [
            {
                name: _kept(record, "personas", value) if name in ("set", "times") else value
                for name, value in each.items()
            }
            if isinstance(each, dict)
            else _kept(record, "personas", each)
            for each in told["personas"]
        ]
    beside = record.folder / f"{record.manifest.study}.toml"
    beside.write_text(tomli_w.dumps(told), "utf-8")
    return load_study(beside)


def _kept(record: Record, folder: str, name: str) -> str:
    path = PurePath(name.replace("\\", "/"))
    copy = f"{folder}/{path.name}"
    if (record.folder / copy).is_file() or not (path.suffix in (".toml", *ENDINGS) or path.name != str(path)):
        return copy if (record.folder / copy).is_file() else name
    # of a file of the bank there is no copy; any other path is none of the record's, wherever on this machine it leads to
    return path.stem if path.stem in inventory_ids() else copy


def _compare_sources(record: Record, study: Study, differs: Differs) -> None:
    """What was asked, by its fingerprints, and the wordings by theirs."""
    manifest = record.manifest
    for name, fingerprint in manifest.inventories.items():
        if name not in study.inventories:
            differs("study.toml", f"does not name the inventory {name}, which manifest.json has")
        elif study.inventories[name].fingerprint() != fingerprint:
            file = PurePath(study.inventories[name].file).name
            place = (
                f"inventories/{file}" if (record.folder / "inventories" / file).is_file() else f"this program's {file}"
            )
            differs(place, f"its items or options are others than those that were asked: fingerprint "
                           f"{study.inventories[name].fingerprint()}, {fingerprint} in manifest.json")  # fmt: skip
    personas = {each.id: each for each in study.personas}
    for name, persona in manifest.personas.items():
        other = personas.get(name)
        if other is None or (other.text, other.assigned) != (persona.text, persona.assigned):
            differs("manifest.json", f"the persona {name!r} is not as the study and its persona sets have it")
    for name, fingerprint in manifest.fingerprints.get("wordings", {}).items():
        if name in _wordings(study) and (name not in WORDINGS or digest(WORDINGS[name]) != fingerprint):
            differs("manifest.json", f"the wording {name!r} was another one when the study was asked")


def _wordings(study: Study) -> set[str]:
    return {form.wording for ask in study.asks for form in ask.forms(study.seed)}


def _compare(store: Store, interview: Interview, differs: Differs) -> int:
    """One sitting: each prompt that was sent against the one that follows from it; returns how many were."""
    sitting = interview.sitting
    planned = {trial.id for talk in sitting.conversations for step in talk for trial in step.trials}
    stored = {row[0] for row in store.rows(TRIALS, (sitting.id,))[1]}
    if planned != stored:
        differs(SITTINGS, f"sitting {sitting.id} has trials whose ids do not follow from its form and items")
    sent: dict[str, set[str]] = {}
    for trial, prompt in store.rows(SENT, (sitting.id,))[1]:
        sent.setdefault(trial, set()).add(digest(prompt))
    count = 0
    for prompt in sent_prompts(interview, store.replies(sitting.id)):
        trial, name = prompt.id, digest(stored_prompt(prompt.messages, prompt.continuations))
        if trial in sent:
            count += 1
        for other in sent.get(trial, set()) - {name}:
            differs(
                SENT_PROMPTS,
                f"trial {trial} ({_told(interview)}) was sent prompt {other}; from the study follows {name}",
            )
    return count


TRIALS = "SELECT id FROM trials WHERE sitting = ?"


def sent_prompts(interview: Interview, replies: dict[str, Reply]) -> Iterator[Prompt]:
    """Every prompt that could be sent, whose id is its first trial's: all that come after replies that are there."""
    for place, talk in enumerate(interview.sitting.conversations):
        said: dict[str, Reply] = {}
        for step in talk:
            found = next_prompt(interview, place, said)
            if found is None:
                break
            prompt = found[1]
            yield prompt
            reply = replies.get(step.trials[0].id)
            if reply is None:
                break
            said[prompt.id] = reply


def _told(interview: Interview) -> str:
    sitting = interview.sitting
    parts: list[Any] = [sitting.model, sitting.persona, sitting.inventory, sitting.elicitation, sitting.form.name()]
    return ", ".join(map(str, parts))
