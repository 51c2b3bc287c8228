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
_HARMLESS = re.compile(r"(^|_)(max|min|n|thinking|top|budget|num)_?\w*tokens?$|tokens_per|tokenizer", re.I)
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


def redacted(text: str) -> str:
    """`text` without any key of the environment and without what looks like one: providers print them in errors."""
    # a short value, such as "true", stands in honest texts too
    known = {value.strip() for name, value in os.environ.items() if _SECRET.search(name) and len(value.strip()) >= 8}
    for secret in sorted(known, key=len, reverse=True):
        text = text.replace(secret, "[key]")
    return _LOOKS_SECRET.sub("[key]", text)


def _leaves(parameters: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in parameters.items():
        place = f"{before}{name}"
        if isinstance(value, Mapping):
            found += [(place, None), *_leaves(value, f"{place}.")]
        else:
            found.append((place, value))
    return found
