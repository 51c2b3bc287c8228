"""A reply's text becomes an Answer with one named outcome. Never a guess: what could mean two options is ambiguous."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from inventories.reply_json import answers_in, json_in
from inventories.reply_reader import Outcome, PrintedOption, Reader
from inventories.reply_text import fold, plain, without_thinking

READER_VERSION = 1

__all__ = ["READER_VERSION", "Answer", "Outcome", "PrintedOption", "judge_line", "read_block", "read_reply"]


class Answer(msgspec.Struct, frozen=True):
    """What a reply says; `value` (the option's value, not its label) only when answered."""

    outcome: Outcome
    value: int | None = None


def read_reply(text: str | None, options: Sequence[PrintedOption]) -> Answer:
    """Read one reply to one item. `options` stand in printed order."""
    if text is None or not (clean := plain(text)):
        return Answer("missing")
    said = without_thinking(clean)
    if not said:
        return Answer("unreadable")
    return _answer(options, Reader(options).read(said))


def _answer(options: Sequence[PrintedOption], found: int | Outcome) -> Answer:
    return Answer("answered", options[found].value) if isinstance(found, int) else Answer(found)


def read_block(text: str | None, options: Sequence[PrintedOption], items: Sequence[str]) -> dict[str, Answer]:
    """Read a reply to several items, printed as "1. ...", "2. ..." in the order of `items`. A missing line moves no other."""
    if text is None or not (clean := plain(text)):
        return dict.fromkeys(items, Answer("missing"))
    said = without_thinking(clean)
    reader = Reader(options)
    found = _positional(said, items, reader) or _numbered(said, items)
    if not found:
        whole = reader.read(said) if said else "unreadable"
        return dict.fromkeys(items, Answer("refused" if whole == "refused" else "unreadable"))

    def one(part: str) -> Answer:
        return _answer(options, reader.read(part)) if part else Answer("missing")

    return {item: _agreed([one(part) for part in found.get(item, [])]) for item in items}


def _agreed(answers: list[Answer]) -> Answer:
    if not answers:
        return Answer("missing")
    return answers[0] if len(set(answers)) == 1 else Answer("ambiguous")


def _numbered(said: str, items: Sequence[str]) -> dict[str, list[str]]:
    """Replies by item where each names its item by number or id; nothing when they do not."""
    names = {str(place): item for place, item in enumerate(items, start=1)} | {fold(item): item for item in items}
    data = json_in(said)
    if data is not None:
        return {item: [str(each) for each in values] for item, values in answers_in(data, items, names).items()}
    found: dict[str, list[str]] = {}
    key = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    line_pattern = re.compile(
        rf"^[\s|>*_#•([-]*(?:(?:item|question|statement|q|no\.?|nr\.?|aussage|frage)\s*#?\s*)?\**({key})(?!\w)\**\s*"
        rf"(?:[.):\]|=、–—-]+|->|→|\s)\**\s*(.*)$",
        re.I,
    )
    current = ""
    for line in said.splitlines():
        if match := line_pattern.match(line):
            current = names[fold(match[1])]
            found.setdefault(current, []).append(_value_of(match[2]))
        elif current and re.match(
            r"\W*(?:answer|rating|score|response|choice|antwort|réponse|respuesta)\b", line, re.I
        ):
            found[current][-1] = line  # the answer stands under the repeated statement
    if len(found) <= 1 and len(items) > 1:
        inline = re.findall(
            rf"(?:^|(?<=[\s,;(]))(?:q|item|question|statement)?\s*#?({key})\s*[.):=、-]\s*\(?([0-9]+|[A-Za-z]{{1,4}})\)?(?=$|[\s,;.])",
            said,
            re.I,
        )
        if len(inline) > 1:
            found = {}
            for name, value in inline:
                found.setdefault(names[fold(name)], []).append(value)
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


def _positional(said: str, items: Sequence[str], reader: Reader) -> dict[str, list[str]]:
    """Bare answers in order: only when there are exactly as many as items and each is an answer by itself."""
    lines = said.splitlines()
    for parts in (lines, said.strip("[]() .").split(","), said.split(";"), said.split() if len(lines) == 1 else []):
        parts = [part.strip(" *-•\t") for part in parts if part.strip()]
        bare = "\n" in said or not any(part.endswith((".", ")", ":")) for part in parts)  # "1. 4 2. 3" is numbered
        if len(parts) == len(items) and bare and all(isinstance(reader.whole(part), int) for part in parts):
            return {item: [part] for item, part in zip(items, parts, strict=True)}
    return {}


def judge_line(line: str) -> dict[str, Any]:
    """Judge one line of a file of replies; ValueError says what is wrong with it and what is allowed."""
    try:
        given = msgspec.json.decode(line, type=_Line)
    except (msgspec.DecodeError, RecursionError) as problem:
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
