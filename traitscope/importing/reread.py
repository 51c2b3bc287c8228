"""Imported replies read again by the rules of their file, since a number in a table is a value and no label."""

from __future__ import annotations

import json
from collections.abc import Callable

import msgspec

from inventories.administer import Reading
from inventories.answers import PrintedOption
from inventories.forms import Form
from inventories.responder import Reply
from traitscope.importing import sheet
from traitscope.importing.cells import placed, read_reply
from traitscope.record import Record
from traitscope.responders import imported
from traitscope.store import Store

Read = Callable[[list[tuple[str, str]], tuple[PrintedOption, ...], Reply], list[Reading]]


def is_imported(record: Record) -> bool:
    """Whether the answers of a record came from a file."""
    return any(map(imported.is_imported, record.manifest.models))


def reader(record: Record, store: Store) -> Read:
    """What reads the replies of an imported record as the import did."""
    formats = {told["parameters"].get("format") for told in record.manifest.models.values()}
    values = not formats & set(sheet.REPLIES)
    names, rows = store.table("sittings")
    sittings = [dict(zip(names, row, strict=True)) for row in rows]
    unplaced = {each["number"] for each in sittings if not placed(msgspec.convert(json.loads(each["form"]), Form))}
    names, rows = store.table("answers") if unplaced else ([], [])
    number, trial = (names.index("number"), names.index("trial")) if names else (0, 0)
    nowhere = {row[trial] for row in rows if row[number] in unplaced}

    def read(trials: list[tuple[str, str]], printed: tuple[PrintedOption, ...], reply: Reply) -> list[Reading]:
        return [read_reply(*each, printed, reply, values=values, placed=each[0] not in nowhere) for each in trials]

    return read
