"""A pilot: a small crossed part of a study, asked first; see `buying` for what it tells of the rest."""

from __future__ import annotations

import math
from collections.abc import Iterable

from inventories.administer import Interview
from inventories.ids import shuffled
from traitscope.study_file import StudyError

FEWEST_PERSONAS, FORMS = 3, 2  # what a D-study needs at least, where the study has as many


def chosen(interviews: Iterable[Interview], share: float) -> set[str]:
    """Ids of sittings that cross some personas with some forms, at least `share` of every part of the study.

    Every part (model, elicitation, inventory) keeps two of its printed forms, or of its draws where it has one form, so
    that they can be compared, and as many personas as the share needs: at least three; more forms where everybody in
    two of them is not enough. Which ones is the same every time.
    """
    if not 0 < share <= 1:
        raise StudyError(f"--pilot: a share above 0 and up to 1 is needed, not {share:g}")
    parts: dict[tuple[str, str, str], dict[tuple[str, int], list[tuple[str, str]]]] = {}
    for each in interviews:
        sitting = each.sitting
        part = parts.setdefault((sitting.model, sitting.elicitation, sitting.inventory), {})
        cell = f"{sitting.form.name()} / {sitting.reply}", sitting.replicate
        part.setdefault(cell, []).append((sitting.persona, sitting.id))
    found: set[str] = set()
    for (_, *key), part in parts.items():
        forms = shuffled(dict.fromkeys(form for form, _ in part), "pilot", *key)
        # each form once before any a second time: a draw of another form says more than another draw of the same
        cells = sorted(part, key=lambda cell: (cell[1], forms.index(cell[0])))
        personas = shuffled(dict.fromkeys(persona for rows in part.values() for persona, _ in rows), "pilot", *key)
        wanted = math.ceil(share * sum(map(len, part.values())) - 1e-9)
        kept = min(FORMS, len(cells))
        while sum(len(part[cell]) for cell in cells[:kept]) < wanted:
            kept += 1
        rows = [row for cell in cells[:kept] for row in part[cell]]
        some: list[str] = []
        for number, person in enumerate(personas):
            if number >= FEWEST_PERSONAS and len(some) >= wanted:
                break
            some += [sitting for persona, sitting in rows if persona == person]
        found |= set(some)
    return found
