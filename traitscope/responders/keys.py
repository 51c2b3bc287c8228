"""Keys of providers: from the environment, a `.env` file, or given for one run. Never stored, logged or shown."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inventories.responder import ResponderError

SERVER_KEY = "SERVER_API_KEY"  # what a `server:` model is sent; its own variable, so that no provider's key goes astray
_SECRET = re.compile(r"key|token|secret|password|passwd|authorization|bearer|credential|cookie", re.I)
_HARMLESS = re.compile(r"tokens(?!\w*(key|secret))|token_(ids?|budget|limit|count)$|tokenizer", re.I)
_LOOKS_SECRET = re.compile(
    r"\b(sk-[\w-]{8,}|Bearer\s+[\w.~+/=-]{8,}|AIza[\w-]{20,}|gsk_\w{20,}|hf_\w{20,}|xai-\w{20,})"
)


def load_env(folder: Path | None = None) -> None:
    """Take variables of a `.env` file in `folder` (the working directory) into the environment; what is set there wins."""
    from dotenv import load_dotenv

    load_dotenv((folder or Path.cwd()) / ".env", override=False, interpolate=False)


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
    # a short value, such as "true", stands in honest texts too
    known = {value.strip() for name, value in os.environ.items() if _SECRET.search(name) and len(value.strip()) >= 8}
    for secret in sorted(known, key=len, reverse=True):
        text = text.replace(secret, "[key]")
    return _LOOKS_SECRET.sub("[key]", text)


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
