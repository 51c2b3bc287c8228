"""Answers in JSON: the one in an object, or one for each of many items."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from inventories import reply_words as words
from inventories.reply_text import fold

_KEYS = ("final_answer", "final", "answer", "rating", "choice", "response", "score", "value", "option", "label", "selection", "selected",
         "selected_option", "result", "antwort", "reponse", "respuesta", "risposta", "resposta", "答案", "回答")  # fmt: skip
_NO_ANSWERS = frozenset(words.FIELDS_OF_RECORDS.split())
_BESIDE = ("label", "text", "option", "choice", "answer_text", "rating", "answer")  # they may say the same answer again
_FIELD = re.compile(rf"[\"'](?:{'|'.join(_KEYS)})[\"']\s*:\s*[\"']?([^\"',{{}}\[\]\n]{{1,200}})", re.I)


def json_in(said: str) -> Any:
    """The first JSON object or list in a reply, or None."""
    return next(_each_in(said), None)


def _each_in(said: str) -> Iterator[Any]:
    return (data for data, _, _ in _placed_in(said))


def _placed_in(said: str) -> Iterator[tuple[Any, int, int]]:
    decoder, end = json.JSONDecoder(object_pairs_hook=_every_pair), 0
    for match in list(re.finditer(r"[{\[]", said))[:20]:
        if match.start() < end:
            continue
        try:
            data, stop = decoder.raw_decode(said, match.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(data, dict) or (
            isinstance(data, list) and data and not (len(data) == 1 and isinstance(data[0], int))
        ):
            end = stop
            yield data, match.start(), stop


def without_records(said: str) -> str:
    """Take out JSON that holds no answer: schemas, errors, examples, what programs count and name."""
    for data, start, end in list(_placed_in(said)):
        if isinstance(data, dict) and _is_record(data):
            said = said[:start] + " " * (end - start) + said[end:]
    return said


def _is_record(data: dict[str, Any]) -> bool:
    inside = [data, *(each for each in data.values() if isinstance(each, dict))]
    names = {fold(str(key)) for key in data}
    return bool(names) and (names <= _NO_ANSWERS or any({"enum", "properties"} & set(each) for each in inside))


def _every_pair(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a key that stands twice all values, where they differ."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = [found[key], value] if key in found and found[key] != value else value
    return found


def answers_told(said: str) -> list[str] | None:
    """What JSON objects give as their answer and say beside it, the answer of the first one first; None without such an object."""
    every = [told for data in islice(_each_in(said), 4) if (told := _told_in(data)) is not None]
    if every:
        return [*every[0], *(each for told in every[1:] for each in told[:1])]
    if json_in(said) is None and said.lstrip("` \njson").startswith("{"):
        return found[-1:] if (found := _FIELD.findall(said)) else None  # Python's quotes, or a bracket that is missing
    return None


def _told_in(data: Any) -> list[str] | None:
    if not isinstance(data, dict):
        return None
    beside: list[Any] = []
    for _ in range(4):
        if not isinstance(data, dict):
            break
        lower = {fold(str(key)): value for key, value in data.items()}
        key = next((each for each in _KEYS if each in lower), None)
        if key is None:
            data = next(iter(data.values())) if len(data) == 1 else None
            if data is None:
                return None
            continue
        beside += [lower[each] for each in _BESIDE if each in lower and each != key]
        data = lower[key]
    if isinstance(data, dict):
        return None
    if isinstance(data, list):
        return [" or ".join(map(_told, data))]
    return [_told(each) for each in (data, *beside) if not isinstance(each, dict | list)]


def shares(said: str) -> set[str]:
    """The names that a JSON object gives numbers to, folded: probabilities of options, for one."""
    data = json_in(said)
    for _ in range(3):
        if isinstance(data, dict) and len(data) == 1 and isinstance(next(iter(data.values())), dict):
            data = next(iter(data.values()))
    if not isinstance(data, dict) or not all(isinstance(value, int | float) for value in data.values()):
        return set()
    return {fold(str(key)) for key in data}


def _told(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def answers_in(data: Any, items: Sequence[str], names: dict[str, str]) -> dict[str, list[str]]:
    """The answers by item in an object of answers, in a list of objects that name their item, or in a list as long as `items`."""
    if isinstance(data, dict) and len(data) == 1 and isinstance(next(iter(data.values())), dict | list):
        return answers_in(next(iter(data.values())), items, names)
    found: dict[str, list[str]] = {}
    if isinstance(data, dict):
        for key, value in data.items():
            short = fold(re.sub(r"^(?:item|question|statement|q)[ _]*", "", str(key), flags=re.I))
            name = names.get(short) or names.get(fold(str(key)))
            if name is not None:
                found.setdefault(name, []).append(_one(value))
    elif isinstance(data, list) and data and all(isinstance(each, dict) for each in data):
        for each in data:
            lower = {fold(str(key)): value for key, value in each.items()}
            fields = ("item", "id", "number", "n", "question", "statement", "index", "no")
            place = names.get(fold(str(next((lower[field] for field in fields if field in lower), None))))
            if place is not None:
                found.setdefault(place, []).append(_one(each))
    elif isinstance(data, list) and len(data) == len(items) and not any(isinstance(each, dict | list) for each in data):
        found = {item: [_told(value)] for item, value in zip(items, data, strict=True)}
    return found


def _one(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else _told(value)
