"""The official TRAIT scenarios in the place of ours, where the user has a copy of them."""

from __future__ import annotations

from typing import Any

from traitscope.making.so_far import SoFar
from traitscope.trait_items import official


def official_items(study: dict[str, Any], so_far: SoFar) -> dict[str, Any]:
    """The study with the scenarios of the user's file, `most` of each trait; without a file as it is."""
    if so_far.file is None:
        return study
    return official(study, so_far.file, so_far.beside, most=so_far.options.get("most"))
