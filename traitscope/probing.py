"""Asks a model what it knows of an inventory beforehand: `traitscope probe`."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from inventories.definitions import Inventory
from inventories.probes import Probe, names, probes, similarity
from inventories.responder import Responder
from psychometrics.contamination import contamination, wilson
from psychometrics.estimate import Estimate
from traitscope.datafile import DataError
from traitscope.disk_errors import named
from traitscope.estimates import SEED

BEGINS = b'{"model": '  # each line of the file


def probe(inventory: Inventory, model: str, responder: Responder, to: Path) -> dict[str, Any]:
    """Ask every probe, keep every reply in the file `to` (JSON lines), and say how much was known.

    `results` has one entry a kind of probe: name (share of replies that name the inventory), complete and next
    (advantage over other items' truths, exact, nearest). A failed call is asked again by the same command.
    """
    asked = probes(inventory)
    said = _kept(to, model, inventory)
    missing = [each for each in asked if each.prompt().id not in said]
    to.parent.mkdir(parents=True, exist_ok=True)
    # a line at a time: kill -9 loses no reply, and a line that it cuts off has another under it
    with named(to), to.open("a", buffering=1, encoding="utf-8") as file:
        if _is_cut_off(to):
            file.write("\n")
        by_id = {each.prompt().id: each for each in missing}
        for reply in responder.ask([each.prompt() for each in missing]):
            each = by_id[reply.prompt]
            line: dict[str, str | None] = {
                "model": model,
                "inventory": inventory.id,
                "probe": reply.prompt,
                "kind": each.kind,
                "item": each.item,
            }
            line |= {"question": each.question, "truth": each.truth, "reply": reply.text, "error": reply.error}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            if reply.error is None and reply.text is not None:
                said[reply.prompt] = reply.text
    results = {
        kind: _judged([each for each in asked if each.kind == kind], said, inventory)
        for kind in ("name", "complete", "next")
    }
    return {
        "model": model, "inventory": inventory.id, "replies": str(to), "probes": len(asked), "answered": len(said),
        "results": {kind: {name: each.to_dict() for name, each in found.items()} for kind, found in results.items()},
    }  # fmt: skip


def _judged(asked: list[Probe], said: dict[str, str], inventory: Inventory) -> dict[str, Estimate]:
    replies = [said.get(each.prompt().id) for each in asked]
    if asked and asked[0].kind == "name":
        given = [reply for reply in replies if reply is not None]
        return {"named": wilson(sum(names(reply, inventory) for reply in given), len(given))}
    table = np.array(
        [[math.nan if reply is None else similarity(reply, other.truth) for other in asked] for reply in replies]
    ).reshape(len(asked), len(asked))
    found = contamination(table, seed=SEED)
    return {"advantage": found.advantage, "exact": found.exact, "nearest": found.nearest}


class _Line(msgspec.Struct):
    """What is read of a line of the file: the rest is for people."""

    model: str
    inventory: str
    probe: str
    reply: str | None


def _kept(file: Path, model: str, inventory: Inventory) -> dict[str, str]:
    """Replies of an earlier run, by probe; what is asked is part of the id, so a changed item is asked anew."""
    said: dict[str, str] = {}
    content = file.read_bytes() if file.is_file() else b""
    for number, text in enumerate(content.split(b"\n"), start=1):  # not splitlines: a reply may hold what it splits at
        try:
            line = msgspec.json.decode(text, type=_Line) if text.strip() else None
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            if BEGINS.startswith(text[: len(BEGINS)]):  # a full disk or kill -9 has cut it off
                continue
            raise DataError(
                f"{file}, line {number}: {problem}; allowed: a file that `traitscope probe` has made"
            ) from None
        if line and (line.model, line.inventory) == (model, inventory.id) and line.reply is not None:
            said[line.probe] = line.reply
    return said


def _is_cut_off(file: Path) -> bool:
    """Whether the last line of a file has no end."""
    content = file.read_bytes()
    return bool(content) and not content.endswith(b"\n")
