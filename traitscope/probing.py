"""Asks a model what it knows of an inventory beforehand: `traitscope probe`."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from inventories.definitions import Inventory
from inventories.probes import Probe, names, probes, similarity
from inventories.responder import Responder
from psychometrics.contamination import contamination, wilson
from psychometrics.estimate import Estimate
from traitscope.estimates import SEED


def probe(inventory: Inventory, model: str, responder: Responder, to: Path) -> dict[str, Any]:
    """Ask every probe, keep every reply in the file `to` (JSON lines), and say how much was known.

    `results` has one entry a kind of probe: name (share of replies that name the inventory), complete and next
    (advantage over other items' truths, exact, nearest). A failed call is asked again by the same command.
    """
    asked = probes(inventory)
    said = _kept(to, model, inventory)
    missing = [each for each in asked if each.prompt().id not in said]
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("a", encoding="utf-8") as file:
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


def _kept(file: Path, model: str, inventory: Inventory) -> dict[str, str]:
    """Replies of an earlier run, by probe; what is asked is part of the id, so a changed item is asked anew."""
    if not file.is_file():
        return {}
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    return {
        line["probe"]: line["reply"]
        for line in lines
        if (line["model"], line["inventory"]) == (model, inventory.id) and line["reply"] is not None
    }
