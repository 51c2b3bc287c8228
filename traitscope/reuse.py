"""Answers to the very same trials, taken over from another record. Never silently: only where a record is named."""

from __future__ import annotations

from inventories.responder import ResponderError
from traitscope.record import Record, add_reused
from traitscope.store import Store


def take_over(store: Store, record: Record, other: Record) -> int:
    """Copy the good calls of trials that are pending here; return how many trials that settles.

    A trial is the same when its id is: the same model with the same settings, persona, item, form, seed and replicate.
    The other record is named in the manifest and with each call.
    """
    mine, theirs = record.manifest.abilities, other.manifest.abilities
    for name in mine.keys() & theirs.keys():
        if mine[name].resolved != theirs[name].resolved:
            raise ResponderError(
                f"--reuse {other.folder}: {name} was {theirs[name].resolved} there and is {mine[name].resolved} here: not the same model"
            )
    if other.folder.resolve() == record.folder.resolve():
        raise ResponderError(f"--reuse {other.folder}: is this study's own record; another one is needed")
    with other.store():  # brings an older file up to date
        pass
    count = store.take_over(other.folder / "answers.sqlite", str(other.folder))
    if count:
        add_reused(record, str(other.folder), count)
    return count
