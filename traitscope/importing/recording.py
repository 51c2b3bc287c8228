"""A sheet becomes a record: a study whose answers are there already, planned, replayed and stored like any other."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from inventories.administer import Interview, next_prompt
from inventories.definitions import Inventory
from inventories.forms import Elicitation, Form, ReplyFormat, Step, Trial
from inventories.loading import BANK, in_language
from inventories.persona_sets import Persona
from inventories.responder import Abilities, Reply
from inventories.scenarios import as_asked
from inventories.wording import printed_options
from traitscope.datafile import DataError
from traitscope.disk_errors import named
from traitscope.importing.cells import placed, read_reply
from traitscope.importing.sheet import BARE, BARE_SET, REPLIES, Filled, Sheet
from traitscope.interviews import Seat
from traitscope.record import Record, make_record
from traitscope.responders.imported import PREFIX, TOLD
from traitscope.store import Store
from traitscope.study import Study, asked_items, load_study
from traitscope.study_file import Ask, Model, StudyError

KEPT = "imported"  # the folder of the record with the file as it came, and the name of the persona set
CUT_OFF = "imported"  # why the reply ends where it does, in place of a provider's word


def make(sheet: Sheet, inventory: Inventory, folder: Path) -> Record:
    """The record of a sheet in `folder`, whole or not at all."""
    if (folder / "manifest.json").is_file():
        raise DataError(f"{folder}: holds a record already; say another folder with --record")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with named(folder), tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as made:
        study = _study(sheet, inventory, Path(made), folder.name)
        part = Path(made) / "record"
        (part / KEPT).mkdir(parents=True)
        shutil.copyfile(sheet.file, part / KEPT / sheet.file.name)
        able = {each.name: _abilities(sheet) for each in study.models}
        with Store(part / "answers.sqlite", write=True) as store:
            _fill(store, sheet, study, able)
        make_record(study, part, able)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        try:
            part.rename(folder)
        except OSError as problem:
            raise DataError(f"{folder}: cannot be made ({problem.strerror})") from None
    return Record(folder)


def _abilities(sheet: Sheet) -> Abilities:
    return Abilities(labels=sheet.by_labels, note=f"{TOLD}; from {sheet.file.name} ({sheet.kind})")


def _study(sheet: Sheet, inventory: Inventory, home: Path, name: str) -> Study:
    """The study that asks for what the sheet answers, with the persona file that it names beside it."""
    people = {
        each: person if each == BARE and not person.assigned else _with_text(person, sheet)
        for each, person in sheet.people.items()
    }
    own = [person for person in people.values() if person.text]
    source = f"imported from {sheet.file.name}; what these personas were told is not known"
    file = {"title": f"Personas of {sheet.file.name}", "source": source, "licence": "that of the file"}
    told = {**file, "personas": [msgspec.to_builtins(each) for each in own]}
    for each in told["personas"]:
        del each["set"]
    (home / f"{KEPT}.toml").write_text(tomli_w.dumps(told), "utf-8")
    path = home / f"{name}.toml"
    said: dict[str, Any] = {
        "title": f"Imported: {sheet.file.name}",
        "note": f"Answers collected elsewhere, imported and not asked: {sheet.file.name} ({sheet.kind}). Where the file does not "
        "say how it was asked, the form is the standard one; the prompts are what this program would have printed.",
        "models": [
            {"name": PREFIX + each, "parameters": {"file": sheet.file.name, "format": sheet.kind}}
            for each in dict.fromkeys(row.model for row in sheet.sittings)
        ],
        "inventories": [_named(inventory)],
        "personas": [*([BARE_SET] if len(own) < len(people) else []), *([f"{KEPT}.toml"] if own else [])],
        "asks": _asks(sheet, inventory),
    }
    if accepted := _accepted(inventory):
        said["accept"] = accepted
    path.write_text(
        f"# Made by `traitscope import`: these answers cannot be asked again.\n{tomli_w.dumps(said)}", "utf-8"
    )
    try:
        return load_study(path)
    except StudyError as mistake:
        raise DataError(f"{sheet.file}: {str(mistake).removeprefix(f'{path}: ')}") from None


def _accepted(inventory: Inventory) -> list[str]:
    """What a study of the inventory has to accept; the answers are there already, and the terms are told."""
    translation = inventory.translation
    found = [inventory.id] if inventory.terms.use == "unclear" else []
    return [*found, *([f"{inventory.id}.{inventory.language}"] if translation and translation.untranslated else [])]


def _with_text(person: Persona, sheet: Sheet) -> Persona:
    """With a text of its own, which tells persons apart in ids and is read wherever a prompt is shown."""
    text = f"(Imported: {person.id}, from {sheet.file.name}. Nobody was asked this; what the persona was told is not known.)"
    return msgspec.structs.replace(person, text=text)


def _named(inventory: Inventory) -> str:
    """How a study names the inventory: by its id, or its file where it is the user's own."""
    if Path(inventory.file).parent.resolve() == BANK.resolve():
        return inventory.id
    return str(Path(inventory.file).resolve())


def _asks(sheet: Sheet, inventory: Inventory) -> list[dict[str, Any]]:
    """One ask for each form and elicitation, with as many replicates as any person has."""
    replicates: dict[tuple[Elicitation, Form], int] = {}
    for row in sheet.sittings:
        key = row.elicitation, row.form
        replicates[key] = max(replicates.get(key, 1), row.replicate)
    some = {} if len(sheet.items) == len(inventory.items) else {"items": list(sheet.items)}
    return [
        {"elicitation": elicitation, "replicates": count, "form": form.differences(), **some}
        for (elicitation, form), count in replicates.items()
    ]


def _fill(store: Store, sheet: Sheet, study: Study, able: dict[str, Abilities]) -> None:
    """Plan what the file holds, and store each cell as the reply to its trial."""
    number = 0
    for row, interview in _interviews(sheet, study, able):  # one at a time: a file may hold twenty thousand people
        number = store.plan([interview], first=number)
        _replay(store, row, interview, values=sheet.kind not in REPLIES)


def _interviews(sheet: Sheet, study: Study, able: dict[str, Abilities]) -> Iterator[tuple[Filled, Interview]]:
    """Each row with its sitting, as `interviews` plans it; the items in the order in which they were asked."""
    models = {each.name: each for each in study.models}
    people = {each.id: each for each in study.personas}
    reply_format: ReplyFormat = "labels" if sheet.by_labels else "text"
    whole = next(iter(study.inventories.values()))
    asks = {(ask.elicitation, form): ask for ask in study.asks for form in ask.forms(study.seed)}
    printed: dict[tuple[Elicitation, Form], tuple[Ask, Inventory, str]] = {}
    for (elicitation, form), ask in asks.items():
        shown = as_asked(asked_items(in_language(whole, form.language), ask), elicitation, form.situation)
        printed[elicitation, form] = ask, shown, shown.fingerprint()
    for row in sheet.sittings:
        ask, inventory, fingerprint = printed[row.elicitation, row.form]
        model: Model = models[PREFIX + row.model]
        seat = Seat(
            inventory, fingerprint, row.form, people[row.persona], model, able[model.name], ask,
            reply_format, row.replicate, study.seed,
        )  # fmt: skip
        yield row, _ordered(seat.interview(), row.order)


def _ordered(interview: Interview, order: tuple[str, ...]) -> Interview:
    """With items asked one by one in the order of the file: no id hangs on it."""
    conversations = interview.sitting.conversations
    if not order or len(conversations) != len(order):
        return interview
    place = {item: number for number, item in enumerate(order)}
    moved = tuple(sorted(conversations, key=lambda steps: place[steps[0].trials[0].item]))
    return msgspec.structs.replace(interview, sitting=msgspec.structs.replace(interview.sitting, conversations=moved))


def _replay(store: Store, row: Filled, interview: Interview, *, values: bool) -> None:
    """Put the sitting's cells where its responder's replies would stand."""
    replies: dict[str, Reply] = {}
    for place in range(len(interview.sitting.conversations)):
        for _ in interview.sitting.conversations[place]:
            found = next_prompt(interview, place, replies)
            if found is None:
                break
            step, prompt = found
            for trial in step.trials:  # each cell by itself: a block's reply as a whole is not in a table
                cell = row.cells.get(trial.item)
                text = cell if isinstance(cell, str) and cell != "" else None
                chances = cell if isinstance(cell, tuple) else None
                reply = Reply(prompt.id, text=text, label_logprobs=chances, finish=CUT_OFF)
                replies.setdefault(prompt.id, reply)
                reading = read_reply(
                    trial.id, trial.item, _page(interview, trial), reply, values=values, placed=placed(row.form)
                )
                store.add(Step(step.kind, (trial,)), prompt, reply, [reading])


def _page(interview: Interview, trial: Trial) -> tuple[Any, ...]:
    return printed_options(
        interview.inventory, interview.inventory.item(trial.item), interview.sitting.form, trial.shown
    )
