"""Answers in JSON: the one in an object, or one for each of many items."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from inventories.reply_text import fold

_KEYS = ("final_answer", "final", "answer", "rating", "choice", "response", "score", "value", "option", "label", "selection", "selected",
         "result", "antwort", "réponse", "respuesta", "答案", "回答")  # fmt: skip


def json_in(said: str) -> Any:
    """The first JSON object or list in a reply, or None."""
    decoder = json.JSONDecoder()
    for match in list(re.finditer(r"[{\[]", said))[:20]:
        try:
            data, _ = decoder.raw_decode(said, match.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(data, dict) or (
            isinstance(data, list) and data and not (len(data) == 1 and isinstance(data[0], int))
        ):
            return data
    return None


def answer_in(said: str) -> list[str] | None:
    """What the first JSON object says is its answer, under each of the usual keys; None without such an object."""
    data = json_in(said)
    for _ in range(4):
        if not isinstance(data, dict):
            return None
        lower = {fold(str(key)): value for key, value in data.items()}
        named = [lower[key] for key in _KEYS if key in lower]
        if named and all(
            (isinstance(value, str | int | float) and not isinstance(value, bool)) or value is None for value in named
        ):
            return [f"{value:g}" if isinstance(value, float) else str(value) for value in named if value is not None]
        inner = [value for value in (named or list(data.values())) if isinstance(value, dict)]
        if not inner:
            return (
                None
                if len(data) != 1 or isinstance(next(iter(data.values())), bool | list | None.__class__)
                else [str(next(iter(data.values())))]
            )
        data = inner[0]
    return None


def answers_in(data: Any, items: Sequence[str], names: dict[str, str]) -> dict[str, list[Any]]:
    if isinstance(data, dict) and len(data) == 1 and isinstance(next(iter(data.values())), dict | list):
        return answers_in(next(iter(data.values())), items, names)
    found: dict[str, list[Any]] = {}
    if isinstance(data, dict):
        for key, value in data.items():
            name = names.get(
                fold(re.sub(r"^(?:item|question|statement|q)[ _]*", "", str(key), flags=re.I))
            ) or names.get(fold(str(key)))
            if name is not None:
                one = _first(answer_in(json.dumps(value))) if isinstance(value, dict) else value
                found.setdefault(name, []).append("" if one is None else one)
    elif isinstance(data, list) and data and all(isinstance(each, dict) for each in data):
        for each in data:
            lower = {fold(str(key)): value for key, value in each.items()}
            name = next(
                (
                    lower[key]
                    for key in ("item", "id", "number", "n", "question", "statement", "index", "no")
                    if key in lower
                ),
                None,
            )
            place = names.get(fold(str(name)))
            one = _first(answer_in(json.dumps(each)))
            if place is not None:
                found.setdefault(place, []).append("" if one is None else one)
    elif isinstance(data, list) and len(data) == len(items) and not any(isinstance(each, dict | list) for each in data):
        found = {item: ["" if value is None else value] for item, value in zip(items, data, strict=True)}
    return found


def _first(answers: list[str] | None) -> str | None:
    return answers[0] if answers else None
