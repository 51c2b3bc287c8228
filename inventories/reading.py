"""A TOML file becomes a checked Struct, or one line that names file, place, value and what is allowed."""

from __future__ import annotations

import difflib
import re
import tomllib
import types
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
MOST_NAMES = 40  # in one message


class DefinitionError(ValueError):
    """A mistake in a file that the user can mend; the message is one line."""


def allowed(names: Iterable[str], seen: str = "") -> str:
    """The allowed values in words, the likeliest meant one first; of a long list only the beginning."""
    names = sorted(names)
    near = difflib.get_close_matches(seen, names, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]!r}? " if near else ""
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{hint}Allowed: {', '.join(names[:MOST_NAMES]) or 'nothing'}{more}"


def read_toml(path: Path, kind: type[T], error: type[Exception] = DefinitionError) -> T:
    """Read `path` as a `kind`; everything that is wrong with it is told in one line."""
    try:
        text = path.read_bytes().decode("utf-8-sig")  # some editors put a mark in front
    except OSError as problem:
        raise error(f"{path}: cannot be read ({problem.strerror})") from None
    except UnicodeDecodeError as problem:
        raise error(f"{path}: byte {problem.start} is not UTF-8; save the file as UTF-8") from None
    return parse_toml(text, kind, str(path), error)


def parse_toml(text: str, kind: type[T], file: str, error: type[Exception] = DefinitionError) -> T:
    """As `read_toml`, for text already read; `file` is the name to say in a message."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise error(f"{file}: not valid TOML: {problem}") from None
    try:
        return msgspec.convert(data, type=kind)
    except msgspec.ValidationError as problem:
        raise error(f"{file}{_explain(str(problem), data, kind)}") from None


# msgspec says "Expected `int`, got `str` - at `$.items[2].key`": the path leads to the value and to the type.
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+|\.\.\.)\]")
_UNKNOWN = re.compile(r"unknown field `(.+?)`")
_ENUM = re.compile(r"Invalid enum value (.+)")


def _explain(message: str, data: Any, kind: Any) -> str:
    reason, _, path = message.partition(" - at `")
    place, value, here = "", data, kind
    for name, index in _STEP.findall(path):
        here = _inside(here, name)
        if name:
            value = value.get(name) if isinstance(value, dict) else None
            place += f", {name}"
        elif index != "..." and isinstance(value, list):
            value = value[int(index)]
            own = value.get("id") if isinstance(value, dict) else None
            place += f' "{own}"' if own else f" number {int(index) + 1}"
        else:  # msgspec does not say which key of a table it was: find the ones that fail
            value, here, where = _failing(value, here)
            place += where
    if unknown := _UNKNOWN.search(reason):
        return f"{place}: unknown key {unknown[1]!r}; {allowed(_fields(here), unknown[1])}"
    if missing := re.search(r"missing required field `(.+?)`", reason):
        return f"{place}: {missing[1]!r} is missing"
    choices = _choices(here)
    if _ENUM.search(reason) and choices:
        return f"{place}: {value!r} is not allowed; {allowed(map(str, choices), str(value))}"
    return f"{place}: {reason[0].lower()}{reason[1:]}, seen {value!r}"


def _failing(table: Any, kind: Any) -> tuple[Any, Any, str]:
    if isinstance(table, dict):
        for key, value in table.items():
            try:
                msgspec.convert(value, type=kind)
            except msgspec.ValidationError:
                return value, kind, f' "{key}"'
    return table, kind, ""


def _inside(kind: Any, name: str) -> Any:
    """The type of the field `name` of `kind`, or of its elements when there is no name."""
    for option in _options(kind):
        if name and isinstance(option, type) and issubclass(option, msgspec.Struct):
            hints = typing.get_type_hints(option)
            if name in hints:
                return hints[name]
        elif not name and typing.get_args(option):
            return typing.get_args(option)[0 if typing.get_origin(option) is not dict else 1]
    return Any


def _options(kind: Any) -> tuple[Any, ...]:
    return (
        typing.get_args(kind)
        if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union
        else (kind,)
    )


def _fields(kind: Any) -> list[str]:
    structs = (each for each in _options(kind) if isinstance(each, type) and issubclass(each, msgspec.Struct))
    return [field for each in structs for field in each.__struct_fields__]


def _choices(kind: Any) -> tuple[Any, ...]:
    return tuple(
        choice
        for each in _options(kind)
        if typing.get_origin(each) is typing.Literal
        for choice in typing.get_args(each)
    )
