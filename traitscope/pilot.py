"""A pilot: a small crossed part of a study, asked first; see `buying` for what it tells of the rest."""

from __future__ import annotations

import math
from collections.abc import Iterable

from inventories.administer import Interview
from inventories.ids import shuffled
from traitscope.study import StudyError

FEWEST_PERSONAS, FORMS = 3, 2  # what a D-study needs at least, where the study has as many


def chosen(interviews: Iterable[Interview], share: float) -> set[str]:
    """Ids of sittings that cross some personas with some forms, at least `share` of every part of the study.

    Every part (model, elicitation, inventory) keeps two of its printed forms or draws, so that they can be compared,
    and as many personas as that needs: at least three. Which ones is the same every time.
    """
    if not 0 < share <= 1:
        raise StudyError(f"--pilot: a share above 0 and up to 1 is needed, not {share:g}")
    parts: dict[tuple[str, str, str], list[tuple[str, str, str]]] = {}
    for each in interviews:
        sitting = each.sitting
        cell = f"{sitting.form.name()} / {sitting.reply} / {sitting.replicate}"
        parts.setdefault((sitting.model, sitting.elicitation, sitting.inventory), []).append(
            (sitting.persona, cell, sitting.id)
        )
    found: set[str] = set()
    for part, rows in parts.items():
        personas = shuffled(dict.fromkeys(row[0] for row in rows), "pilot", *part[1:])
        cells = shuffled(dict.fromkeys(row[1] for row in rows), "pilot", *part[1:])[:FORMS]
        wanted = math.ceil(share * len(rows) / len(cells) - 1e-9)
        some = set(personas[: max(FEWEST_PERSONAS, wanted)])
        if wanted > len(personas):  # so large a share that two forms of everybody are not enough
            found |= {row[2] for row in rows}
        else:
            found |= {row[2] for row in rows if row[0] in some and row[1] in cells}
    return found
