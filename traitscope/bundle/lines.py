"""The raw half of a bundle: the plan, the prompts and the calls as JSON lines, out of a store and into another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from inventories.administer import Reading, contrast
from inventories.answers import PrintedOption
from inventories.forms import Elicitation
from inventories.ids import digest
from inventories.responder import Message, Reply
from traitscope.queries import PLANNED, PROMPTS, TABLES
from traitscope.record import Record
from traitscope.runner import reparse
from traitscope.store import Store

SITTINGS, SENT_PROMPTS, CALLS = "sittings.jsonl", "prompts.jsonl", "calls.jsonl"

Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]  # what a store can hold
Differs = Callable[[str, str], None]  # called with the place, such as "calls.jsonl, line 7", and what is wrong there


class TrialLine(msgspec.Struct):
    """One trial of a sitting; `options` is the place of what was printed for it in the sitting's list."""

    trial: str
    kind: str
    item: str
    step: Whole
    line: Whole
    shown: list[int]
    options: int | None


class SittingLine(msgspec.Struct):
    """One sitting with its trials, in the order in which they are asked; not `current` is one of a former plan."""

    sitting: str
    number: Whole
    current: bool
    model: str
    persona: str
    inventory: str
    language: str
    form: dict[str, Any]
    elicitation: str
    reply: str
    replicate: Whole
    options: list[tuple[PrintedOption, ...]]
    trials: list[TrialLine]

    def __post_init__(self) -> None:
        asked = [each.item for each in self.trials if each.kind == "item"]
        if len(set(asked)) < len(asked):
            twice = next(item for item in asked if asked.count(item) > 1)
            raise ValueError(f"the item {twice!r} is there twice; allowed: once in a sitting")
        for each in self.trials:
            if each.options is not None and not 0 <= each.options < len(self.options):
                told = f"trial {each.trial} has the options {each.options}, of {len(self.options)}"
                raise ValueError(f"{told}; allowed: numbers from 0 below that, or null")


class PromptLine(msgspec.Struct):
    """One prompt that was sent, whoever it was sent to and how often; its id is a hash of all that it says."""

    prompt: str
    messages: tuple[Message, ...]
    continuations: tuple[str, ...]


class CallLine(msgspec.Struct):
    """One exchange, good or failed; a block of items is one call about several trials."""

    call: Whole
    trials: list[str]
    sitting: str
    kind: str
    items: list[str]
    prompt: str
    attempt: Whole
    text: str | None
    thinking: str | None
    error: str | None
    finish: str | None
    distribution: dict[str, Any] | None  # log-probabilities of the labels, or [sum, tokens] of each likelihood
    seconds: float | None
    tokens_in: Whole | None
    tokens_out: Whole | None
    tokens_thinking: Whole | None
    cost: float | None
    source: str | None
    created: float


# columns of the store that a call's line has under the same name
KEPT = ("attempt", "text", "thinking", "error", "finish", "seconds", "tokens_in", "tokens_out", "tokens_thinking", "cost",
        "source", "created")  # fmt: skip
Line = TypeVar("Line", SittingLine, PromptLine, CallLine)


# ---- out of a store


def write_lines(store: Store, folder: Path) -> None:
    """Write the three files; never more than one sitting or call is in memory."""
    for name, lines in ((SITTINGS, _sittings(store)), (SENT_PROMPTS, _prompts(store)), (CALLS, _calls(store))):
        with (folder / name).open("wb") as file:
            for line in lines:
                file.write(msgspec.json.encode(line) + b"\n")


def _sittings(store: Store) -> Iterator[SittingLine]:
    @lru_cache(maxsize=10_000)
    def printed(name: str) -> tuple[PrintedOption, ...]:
        return msgspec.json.decode(store.text(name), type=tuple[PrintedOption, ...])

    for _, group in groupby(store.each(PLANNED), key=lambda row: row["sitting"]):
        rows = list(group)
        names = list(dict.fromkeys(row["options"] for row in rows if row["options"]))
        trials = [
            TrialLine(
                **{name: row[name] for name in ("trial", "kind", "item", "step", "line")},
                shown=[int(each) for each in row["shown"].split(",") if each],
                options=names.index(row["options"]) if row["options"] else None,
            )
            for row in rows
        ]
        first = rows[0]
        plain = ("sitting", "number", "model", "persona", "inventory", "language", "elicitation", "reply", "replicate")
        yield SittingLine(
            **{name: first[name] for name in plain}, current=bool(first["current"]), form=json.loads(first["form"]),
            options=[printed(each) for each in names], trials=trials,
        )  # fmt: skip


def _prompts(store: Store) -> Iterator[PromptLine]:
    for row in store.each(PROMPTS):
        yield PromptLine(digest(row["prompt"]), *store.prompt(row["prompt"]))


def _calls(store: Store) -> Iterator[CallLine]:
    for call, group in groupby(store.each(TABLES["calls"]), key=lambda row: row["call"]):
        rows = list(group)
        first = rows[0]
        yield CallLine(
            call=call,
            trials=[row["trial"] for row in rows],
            items=[row["item"] for row in rows],
            prompt=digest(first["prompt"]),
            distribution=json.loads(first["distribution"]) if first["distribution"] else None,
            **{name: first[name] for name in ("sitting", "kind", *KEPT)},
        )


# ---- into a store


def restore(record: Record, folder: Path, differs: Differs) -> None:
    """Fill the record's new store from the lines in `folder`, and read every reply with the present reader."""
    with Store(record.folder / "answers.sqlite", write=True) as store:
        known: set[str] = set()
        for _, sitting in _read(folder / SITTINGS, SittingLine, differs):
            store.restore_sitting(*_rows(sitting))
            known.update(each.trial for each in sitting.trials)
        sent: set[str] = set()
        for place, line in _read(folder / SENT_PROMPTS, PromptLine, differs):
            found = store.restore_prompt(line.messages, line.continuations)
            if found != line.prompt:
                differs(place, f"the prompt {line.prompt} does not say what its id stands for")
            sent.add(found)
        numbers: set[int] = set()
        for place, call in _read(folder / CALLS, CallLine, differs):
            strangers = [each for each in call.trials if each not in known]
            if call.call in numbers:
                differs(place, f"call {call.call} is there twice")
            elif strangers or not call.trials:
                differs(place, f"{SITTINGS} has no trial {', '.join(strangers) or 'for it'}")
            elif call.prompt not in sent:
                differs(place, f"{SENT_PROMPTS} has no prompt {call.prompt}")
            else:
                numbers.add(call.call)
                kept = {name: getattr(call, name) for name in KEPT}
                distribution = None if call.distribution is None else msgspec.json.encode(call.distribution)
                store.restore_call(call.prompt, {"id": call.call, "distribution": distribution, **kept}, call.trials)
    read_again(record)


def _read(path: Path, kind: type[Line], differs: Differs) -> Iterator[tuple[str, Line]]:
    """Each line of a file with its place; what is no such line is told and passed over."""
    if not path.is_file():
        differs(path.name, "is not in the bundle")
        return
    decoder = msgspec.json.Decoder(kind)
    with path.open("rb") as file:
        for number, text in enumerate(file, start=1):
            place = f"{path.name}, line {number}"
            try:
                yield place, decoder.decode(text)
            except UnicodeDecodeError:
                differs(place, "is not UTF-8")
            except (ValueError, RecursionError) as problem:
                differs(place, f"cannot be read: {problem}")


def _rows(sitting: SittingLine) -> tuple[tuple[object, ...], list[tuple[object, ...]]]:
    """The sitting and its trials as rows of the store."""
    options = [msgspec.json.encode(each).decode() for each in sitting.options]
    trials: list[tuple[object, ...]] = [
        (each.trial, sitting.sitting, each.kind, each.item, each.step, each.line, ",".join(map(str, each.shown)),
         None if each.options is None else options[each.options])
        for each in sitting.trials
    ]  # fmt: skip
    return (
        sitting.sitting, sitting.number, sitting.model, sitting.persona, sitting.inventory, sitting.language,
        json.dumps(sitting.form, sort_keys=True), sitting.elicitation, sitting.reply, sitting.replicate, int(sitting.current),
    ), trials  # fmt: skip


def read_again(record: Record) -> None:
    """Answers from the raw replies: those to printed questions, and likelihoods."""

    @lru_cache(maxsize=100)
    def asked(inventory: str, language: str, elicitation: Elicitation) -> Any:
        return record.inventory(inventory, language, elicitation)

    def said(inventory: str, language: str, elicitation: Elicitation, item: str, reply: Reply) -> Reading:
        known = asked(inventory, language, elicitation)
        return Reading(reply.prompt, "answered", likelihood=contrast(known, known.item(item), reply.likelihoods or ()))

    reparse(record)
    with Store(record.folder / "answers.sqlite", write=True) as store:
        store.reread_likelihoods(said)
