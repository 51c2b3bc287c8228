"""Keys of providers: from the environment, a `.env` file, or given for one run. Never stored, logged or shown."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from inventories.responder import ResponderError

MARK = "[key]"  # in the place of a key
SHORTEST = 8  # characters of what is recognised as a key
SERVER_KEY = "SERVER_API_KEY"  # what a `server:` model is sent; its own variable, so that no provider's key goes astray
_SECRET = re.compile(r"key|token|secret|password|passwd|authorization|bearer|credential|cookie", re.I)
_KEY = re.compile(r"key|token", re.I)
_HARMLESS = re.compile(r"tokens(?!\w*(key|secret))|token_(ids?|budget|limit|count)$|tokenizer", re.I)
_LOOKS_SECRET = re.compile(
    r"\b(sk-[\w-]{8,}|Bearer\s+[\w.~+/=-]{8,}|AIza[\w-]{20,}|gsk_\w{20,}|hf_\w{20,}|xai-\w{20,})"
)


def env_file(folder: Path | None = None) -> Path:
    """`.env` in `folder` (the working directory), whether or not it is there."""
    try:
        return (folder or Path.cwd()) / ".env"
    except FileNotFoundError:
        raise ResponderError("the working folder is gone: change into one that is there") from None


def load_env(folder: Path | None = None) -> None:
    """Take variables of a `.env` file in `folder` (the working directory) into the environment; what is set there wins.

    Keys lose the white space around them, and one of which nothing is left is none: litellm would send both.
    """
    from dotenv import load_dotenv

    path = env_file(folder)
    try:
        load_dotenv(path, override=False, interpolate=False)
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is no text in UTF-8, or has a NUL in it"
        raise ResponderError(f"{path}: cannot be read ({why}); a line is NAME=value") from None
    for name in filter(_KEY.search, variables()):  # a password may have white space at its ends
        if value := key(name):
            os.environ[name] = value
        else:
            del os.environ[name]


def key(variable: str) -> str:
    """The key in `variable` of the environment, or ""."""
    return os.environ.get(variable, "").strip()


def variables() -> list[str]:
    """The variables of the environment that hold keys, by their names."""
    return [name for name in os.environ if _SECRET.search(name) and not _HARMLESS.search(name)]


def refuse_secrets(name: str, parameters: Mapping[str, Any]) -> None:
    """Raise ResponderError for a parameter that holds a key, at any depth: a study file is copied into its record."""
    for place, value in _leaves(parameters):
        word = place.rpartition(".")[2]
        if (_SECRET.search(word) and not _HARMLESS.search(word)) or (
            isinstance(value, str) and _LOOKS_SECRET.search(value)
        ):
            raise ResponderError(
                f"models: {name}: {place!r} does not belong in a study file; put keys in the environment or in .env"
            )


def refuse_secret_text(text: str) -> None:
    """Raise ResponderError for a study file in which something looks like a key, wherever it stands."""
    if found := _LOOKS_SECRET.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise ResponderError(
            f"line {line}: looks like a key ({found[0][:5]}...); a study is copied into its record, so keys belong in the "
            "environment or in .env"
        )


def redacted(text: str) -> str:
    """`text` without any key of the environment and without what looks like one: providers print them in errors."""
    return _LOOKS_SECRET.sub(MARK, without_keys(text))


def without_keys(text: str) -> str:
    """`text` with a mark wherever a key of the environment stands, as it is or as addresses, base64 and JSON write it.

    A reply is kept letter by letter, so what only looks like a key stays in it.
    """
    # a short value, such as "true", stands in honest texts too
    known = {value for name in variables() if len(value := key(name)) >= SHORTEST}
    for secret in sorted({form for each in known for form in _forms(each)}, key=len, reverse=True):
        text = text.replace(secret, MARK)
    return text


@cache
def _forms(secret: str) -> tuple[str, ...]:
    """A key as it may be written: as it is, in an address, in a JSON text within another, in base64 at any of its three places."""
    raw, written = secret.encode("utf-8", "surrogateescape"), json.dumps(secret)[1:-1]
    forms = {secret, quote(raw, safe=""), quote(raw), quote_plus(raw), written, json.dumps(written)[1:-1]}
    forms |= {secret.replace("/", "\\/"), raw.hex(), raw.hex().upper()}
    for before in range(3):
        # letters at either end mix the key with what stands beside it
        packed = base64.b64encode(bytes(before) + raw).decode()
        inner = packed[(0, 2, 3)[before] : len(packed) - (0, 3, 2)[(before + len(raw)) % 3]].rstrip("=")
        forms |= {inner, inner.replace("+", "-").replace("/", "_")}
    return tuple(form for form in forms if len(form) >= SHORTEST)


def _leaves(value: object, place: str = "") -> list[tuple[str, Any]]:
    """Every value with its place; a table or list is itself one, without a value."""
    found: list[tuple[str, Any]] = [(place, None if isinstance(value, Mapping | list | tuple) else value)]
    if isinstance(value, Mapping):
        for name, each in value.items():
            found += _leaves(each, f"{place}.{name}".removeprefix("."))
    elif isinstance(value, list | tuple):
        for each in value:
            found += _leaves(each, place)
    return found
