"""A reply's text becomes an Answer with one named outcome. Never a guess: what could mean two options is ambiguous."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from inventories.reply_json import answers_in, json_in
from inventories.reply_reader import Outcome, Reader
from inventories.reply_signs import PrintedOption
from inventories.reply_text import fold, plain, without_thinking

READER_VERSION = 4

__all__ = [
    "READER_VERSION",
    "Answer",
    "Outcome",
    "PrintedOption",
    "judge_line",
    "read_block",
    "read_place",
    "read_reply",
]


class Answer(msgspec.Struct, frozen=True):
    """What a reply says; `value` (the option's value, not its label) only when answered."""

    outcome: Outcome
    value: int | None = None


def read_reply(text: str | None, options: Sequence[PrintedOption]) -> Answer:
    """Read one reply to one item. `options` stand in printed order."""
    return _answer(options, read_place(text, options))


def read_place(text: str | None, options: Sequence[PrintedOption]) -> int | Outcome:
    """The place on the page, from 0, of the option that a reply names, or the outcome that is no answer."""
    if text is None or not (clean := plain(text)):
        return "missing"
    said = without_thinking(clean)
    return _reader(tuple(options)).read(said) if said else "unreadable"


@lru_cache(maxsize=256)
def _reader(options: tuple[PrintedOption, ...]) -> Reader:
    """Kept: thousands of replies are read against the same page."""
    return Reader(options)


def _answer(options: Sequence[PrintedOption], found: int | Outcome) -> Answer:
    return Answer("answered", options[found].value) if isinstance(found, int) else Answer(found)


def read_block(text: str | None, options: Sequence[PrintedOption], items: Sequence[str]) -> dict[str, Answer]:
    """Read a reply to several items, printed as "1. ...", "2. ..." in the order of `items`. A missing line moves no other."""
    if text is None or not (clean := plain(text)):
        return dict.fromkeys(items, Answer("missing"))
    said = without_thinking(clean)
    reader = _reader(tuple(options))
    found = _in_line(said, items, reader) or _numbered(said, items) or _in_order(said.splitlines(), items, reader)
    if not found:
        whole = reader.read(said) if said else "unreadable"
        return dict.fromkeys(items, Answer("refused" if whole == "refused" else "unreadable"))

    def one(part: _Part) -> Answer:
        if part.below and _FIELD.match(part.below) and not isinstance(reader.whole(part.line), int):
            return _answer(options, reader.read(part.below))
        answer = _answer(options, reader.read(part.line)) if part.line else Answer("missing")
        if answer.outcome in ("missing", "unreadable") and part.below:  # the line was the statement
            return _answer(options, reader.read(part.below))
        return answer

    return {item: _agreed([one(part) for part in found.get(item, [])]) for item in items}


class _Part(msgspec.Struct, frozen=True):
    """What a reply says to one item: its numbered line, and the lines up to the next one or an empty one."""

    line: str
    below: str = ""


def _agreed(answers: list[Answer]) -> Answer:
    if not answers:
        return Answer("missing")
    return answers[0] if len(set(answers)) == 1 else Answer("ambiguous")


def _in_line(said: str, items: Sequence[str], reader: Reader) -> dict[str, list[_Part]]:
    """Bare answers in one line, one for every item: "4, 3, 5, 1"."""
    if "\n" in said:
        return {}
    for parts in (said.strip("[]() .").split(","), said.split(";"), said.split()):
        if found := _in_order(parts, items, reader):
            return found
    return {}


def _in_order(parts: Sequence[str], items: Sequence[str], reader: Reader) -> dict[str, list[_Part]]:
    """Bare answers in order: only when there are exactly as many as items and each is an answer by itself."""
    parts = [part.strip(" *-•\t") for part in parts if part.strip()]
    if len(parts) == len(items) and all(isinstance(reader.whole(part), int) for part in parts):
        return {item: [_Part(part)] for item, part in zip(items, parts, strict=True)}
    return {}


def _numbered(said: str, items: Sequence[str]) -> dict[str, list[_Part]]:
    """Replies by item where each names its item by number or id; nothing when they do not."""
    names = {str(place): item for place, item in enumerate(items, start=1)} | {fold(item): item for item in items}
    data = json_in(said)
    if data is not None:
        return {item: [_Part(each) for each in values] for item, values in answers_in(data, items, names).items()}
    key = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    prefix = r"(?:(?:item|question|statement|q|no\.?|nr\.?|aussage|frage)\s*#?\s*)?"
    inline = re.findall(
        rf"(?:^|(?<=[\s,;(])){prefix}({key})\s*[.):=]\s*\(?([0-9]+|[A-Za-z]{{1,4}})\)?(?=$|[\s,;.])", said, re.I
    )
    lines = said.splitlines()
    if len(inline) > 1 and len([line for line in lines if line.strip()]) == 1:
        found: dict[str, list[_Part]] = {}
        for name, value in inline:
            found.setdefault(names[fold(name)], []).append(_Part(value))
        return found
    pattern = re.compile(rf"^[\s|>*_#•([-]*{prefix}\**({key})\b\**\s*(?:[.):\]|=、,–—-]+|->|→|\s)\**\s*(.*)$", re.I)
    found, current = {}, ""
    below: list[str] = []
    for line in [*lines, ""]:
        match = pattern.match(line)
        if current and (match or not line.strip()):
            if below:
                parts = found[current]
                parts[-1] = _Part(parts[-1].line, "\n".join(below))
            current, below = "", []
        if match:
            current = names[fold(match[1])]
            found.setdefault(current, []).append(_Part(_value_of(match[2])))
        elif current:
            below.append(line.strip())
    return found


def _value_of(rest: str) -> str:
    """The answer in the rest of a numbered line: the last cell of a table, or what follows the repeated statement."""
    cells = [cell.strip() for cell in rest.split("|") if cell.strip()]
    rest = cells[-1] if cells else ""
    head, colon, tail = rest.rpartition(":")
    if colon and tail.strip(" *_") and len(head) > 8:
        return tail.strip()
    match = re.search(r"^.{8,}?\s[-–—→=>]+\s*(\S.{0,40})$", rest)
    return match[1] if match else rest


# "Rating: 4" on its own line: what stood before it was the statement
_FIELD = re.compile(
    r"\W*(?:my |final )*(?:answer|rating|response|choice|score|antwort|réponse|respuesta|risposta)\W*[:=]", re.I
)


def judge_line(line: str) -> dict[str, Any]:
    """Judge one line of a file of replies; ValueError says what is wrong with it and what is allowed."""
    try:
        # not msgspec's own reader: half of a surrogate pair can stand in a reply
        given = msgspec.convert(json.loads(line), type=_Line)
    except (ValueError, RecursionError) as problem:
        raise ValueError(
            f'{problem}; allowed: {{"options": [{{"label", "text", "value"}}, ...], "text": "...", "items": [...]}}'
        ) from None
    if given.items is None:
        return _judged(read_reply(given.text, given.options))
    items = [each if isinstance(each, str) else str(each["id"]) if "id" in each else "" for each in given.items]
    if "" in items or len(set(items)) < len(items):
        raise ValueError("items: each needs an id of its own: strings, or objects with an id")
    return {"answers": {item: _judged(answer) for item, answer in read_block(given.text, given.options, items).items()}}


class _Line(msgspec.Struct):
    options: list[PrintedOption]
    text: str | None = None
    items: list[str | dict[str, Any]] | None = None


def _judged(answer: Answer) -> dict[str, Any]:
    return {"outcome": answer.outcome, "value": answer.value}
