"""Names and orders that are the same on every machine, in every Python and under every hash seed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

import msgspec


def digest(*parts: object) -> str:
    """Twenty hex digits that name `parts`; 1 and 1.0 are one number."""
    text = json.dumps(_plain(msgspec.to_builtins(parts)), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def shuffled(ids: Iterable[str], *key: object) -> tuple[str, ...]:
    """`ids` in an order that depends on `key` alone; a new id slots in without moving the others."""
    # not random.shuffle: across versions Python promises the same random(), not the same shuffle()
    return tuple(sorted(ids, key=lambda each: digest(*key, each)))


def _plain(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
