"""A TOML file becomes a checked Struct, or one line that names file, place, value and what is allowed."""

from __future__ import annotations

import difflib
import re
import stat
import tomllib
import types
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
MOST_NAMES = 40  # in one message
LONGEST_NAME = 120  # characters of a name or a value in a message
LONGEST_TOLD = 2_000  # characters of a message
LARGEST = 1e15  # of a number: what every table keeps whole
MOST_BYTES = 5_000_000  # of a file that a person writes
MOST_PARTS = 30  # of a key such as limits.retries
# where a key can begin, more parts of it than that; what is passed over is not looked at twice
_LONG_KEY = re.compile(
    rf"""(?:^|[\[{{,])[ \t]*+(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{MOST_PARTS}}}""", re.MULTILINE
)


class DefinitionError(ValueError):
    """A mistake in a file that the user can mend; the message is one line."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


def one_line(message: str) -> str:
    """A message as any terminal shows it: what files say may hold line ends, signs that turn the text round, or no end."""
    if len(message) > LONGEST_TOLD:
        message = f"{message[: LONGEST_TOLD * 3 // 4]} ... {message[-LONGEST_TOLD // 4 :]}"
    return "".join(each if each.isprintable() else " " if each.isspace() else repr(each)[1:-1] for each in message)


def seen(value: object) -> str:
    """A value in a message, as Python writes it; of a long one the beginning."""
    try:
        told = repr(value)
    except (RecursionError, ValueError):  # lists within lists without end, or a number too long to be written
        return f"a {type(value).__name__} too large to be shown"
    return told if len(told) <= LONGEST_NAME else f"{told[:LONGEST_NAME]}..."


def allowed(names: Iterable[str], given: str = "") -> str:
    """The allowed values in words, the likeliest meant one first; of a long list only the beginning."""
    names = sorted(names)
    near = difflib.get_close_matches(given[:LONGEST_NAME], names, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]!r}? " if near else ""
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{hint}Allowed: {', '.join(names[:MOST_NAMES]) or 'nothing'}{more}"


def read_toml(path: Path, kind: type[T], error: type[Exception] = DefinitionError) -> T:
    """Read `path` as a `kind`; everything that is wrong with it is told in one line."""
    return parse_toml(read_text(path, error), kind, str(path), error)


def read_text(path: Path, error: type[Exception] = DefinitionError, most: int = MOST_BYTES) -> str:
    """The text of a file in UTF-8; a mistake is told in one line."""
    try:
        told = path.stat()
        if not stat.S_ISREG(told.st_mode):  # a device would be read without end
            raise error(f"{path}: cannot be read ({'a folder' if stat.S_ISDIR(told.st_mode) else 'not a file'})")
        if told.st_size > most:
            raise error(f"{path}: {told.st_size:,} bytes; allowed: up to {most:,}")
        return path.read_bytes().decode("utf-8-sig")  # some editors put a mark in front
    except UnicodeDecodeError as problem:
        raise error(f"{path}: byte {problem.start} is not UTF-8; save the file as UTF-8") from None
    except OSError as problem:
        raise error(f"{path}: cannot be read ({problem.strerror})") from None
    except ValueError as problem:
        if isinstance(problem, error):
            raise
        raise error(f"{path}: cannot be read ({problem})") from None  # a NUL in its name


def parse_toml(text: str, kind: type[T], file: str, error: type[Exception] = DefinitionError) -> T:
    """As `read_toml`, for text already read; `file` is the name to say in a message."""
    if found := _LONG_KEY.search(text):  # its reader would take minutes
        line = text.count("\n", 0, found.start()) + 1
        raise error(
            f"{file}, line {line}: a key of more than {MOST_PARTS} parts; allowed: up to {MOST_PARTS}, as in a.b"
        )
    try:
        data = tomllib.loads(text)
        _check_values(data, file, error)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise error(f"{file}: not valid TOML: {problem}") from None
    except ValueError as problem:
        if isinstance(problem, error):
            raise
        raise error(f"{file}: not valid TOML: {problem}") from None  # a number of thousands of digits
    try:
        return msgspec.convert(data, type=kind)
    except msgspec.ValidationError as problem:
        raise error(f"{file}{_explain(str(problem), data, kind)}") from None
    except RecursionError:
        raise error(f"{file}: lists or tables stand in one another too deep to be read") from None


_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _check_values(value: Any, place: str, error: type[Exception]) -> None:
    """What TOML can write and nothing here can use: numbers without end, and signs that no page and no table can show."""
    if isinstance(value, dict):
        for key, each in value.items():
            _check_values(each, f"{place}, {key[:LONGEST_NAME]}", error)
    elif isinstance(value, list):
        for number, each in enumerate(value, start=1):
            _check_values(each, f"{place} number {number}", error)
    elif isinstance(value, str):
        if found := _CONTROLS.search(value):
            raise error(
                f"{place}: holds the control character {found[0]!r}; allowed: letters, signs, tabs and line ends"
            )
    elif isinstance(value, int | float) and not abs(value) < LARGEST:
        raise error(f"{place}: {seen(value)} is no number that can be used; allowed: below {LARGEST:.0e} either way")


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
            place += f' "{str(own)[:LONGEST_NAME]}"' if own else f" number {int(index) + 1}"
        else:  # msgspec does not say which key of a table it was: find the ones that fail
            value, here, where = _failing(value, here)
            place += where
    if unknown := _UNKNOWN.search(reason):
        return f"{place}: unknown key {seen(unknown[1])}; {allowed(_fields(here), unknown[1])}"
    if missing := re.search(r"missing required field `(.+?)`", reason):
        return f"{place}: {missing[1]!r} is missing"
    choices = _choices(here)
    if _ENUM.search(reason) and choices:
        return f"{place}: {seen(value)} is not allowed; {allowed(map(str, choices), str(value))}"
    return f"{place}: {reason[0].lower()}{reason[1:]}, seen {seen(value)}"


def _failing(table: Any, kind: Any) -> tuple[Any, Any, str]:
    if isinstance(table, dict):
        for key, value in table.items():
            try:
                msgspec.convert(value, type=kind)
            except msgspec.ValidationError:
                return value, kind, f' "{str(key)[:LONGEST_NAME]}"'
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
