"""People beside a model: their answers are compared with its own, and change nothing of what is asked."""

from __future__ import annotations

from typing import Any

from inventories.loading import load_inventory
from traitscope.making.so_far import SoFar


def people_beside(study: dict[str, Any], so_far: SoFar) -> dict[str, Any]:
    """As the study file below says; a mistake in the file of people's answers is told before anything is asked."""
    if so_far.file is not None:
        from traitscope.divergence_scopes import apart  # statistics, which other recipes need not wait for
        from traitscope.divergence_told import people

        asked = [load_inventory(each) for each in study["inventories"]]
        apart(people(so_far.file, [each for each in asked if each.twin_of]))
    return study
