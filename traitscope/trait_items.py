"""The official TRAIT scenarios, of a copy that the user has, in the place of ours in a study that asks for choices."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from inventories.definitions import Inventory
from inventories.reading import DefinitionError
from inventories.trait_file import ENDINGS
from traitscope.bank import inventory_at

FILES = (*ENDINGS, ".parquet")  # as the authors' repository and the hub have them


def official(study: dict[str, Any], file: Path, beside: Path, *, most: int | None = None) -> dict[str, Any]:
    """`study`, the content of a study file, with the scenarios in `file`; what it names lies in the folder `beside`.

    All that varies stays, so templates and orders are those of the recipe. What is told in other words is asked of the
    scenarios that have a paraphrase; an ask of these is left out where none has (the hub's rows have none). `most` takes
    that many scenarios of each trait, always the same ones; those with a paraphrase come first.
    """
    if file.suffix not in FILES:
        raise DefinitionError(f"{file}: a copy of TRAIT ends in {', '.join(FILES)}, not {file.suffix or 'nothing'!r}")
    copy = inventory_at(str(file.absolute()))
    chosen = _of_each_trait(copy, most)
    paraphrased = [each for each in chosen if copy.item(each).paraphrase]
    asks = []
    for ask in study["asks"]:
        wanted = paraphrased if ask.get("form", {}).get("situation") == "paraphrased" else chosen
        if wanted:
            asks.append(ask | ({"items": wanted} if len(wanted) < len(copy.items) else {}))
    # a study names it by its own name alone, so that where a user keeps it does not stand in the record
    shutil.copyfile(file, beside / file.name)
    return study | {"inventories": [file.name], "asks": asks}


def _of_each_trait(copy: Inventory, most: int | None) -> list[str]:
    """Ids in the file's order; an id ends in a digest of its text, so that the first by id are no choice of anybody's."""
    taken: set[str] = set()
    for scale in copy.scales:
        own = [item for item in copy.items if item.scale == scale]
        own.sort(key=lambda item: (not item.paraphrase, item.id))
        taken |= {item.id for item in own[:most]}
    return [item.id for item in copy.items if item.id in taken]
