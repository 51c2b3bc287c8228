"""The level of a scale that a persona was assigned, in words: low and high as the scale counts, and what lies between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from pandas import DataFrame

from traitscope import analysis
from traitscope.record import Record


def in_words(record: Record, inventory: str, people: DataFrame) -> list[str | None]:
    """For each row of `people` (columns persona_set, scale, assigned) "high", "low", "level 5 of 9", or None.

    Words go by all levels that the persona's set assigns, asked or not: half a record names them as the whole does.
    """
    known = record.inventory(inventory)
    words: dict[tuple[str, str], dict[float, str]] = {}
    for persona_set, scale in set(zip(people["persona_set"], people["scale"], strict=True)):
        fellows = [each for each in record.manifest.personas.values() if (each.set or "study") == persona_set]
        given = {analysis.assigned_level(each, known, scale) for each in fellows}
        words[persona_set, scale] = _words(sorted(level for level in given if level == level))
    places = zip(people["persona_set"], people["scale"], people["assigned"], strict=True)
    return [words[persona_set, scale].get(level) for persona_set, scale, level in places]


def highest_first(levels: Iterable[str]) -> list[str]:
    """Different levels in words, from high to low."""
    return sorted(set(levels), key=_rank, reverse=True)


def _words(levels: Sequence[float]) -> dict[float, str]:
    """Words for the levels that a set assigns, given in order.

    >>> _words([-9, -5, -1])
    {-9: 'low', -5: 'level 2 of 3', -1: 'high'}
    """
    if len(levels) == 1:
        return {levels[0]: {1.0: "high", -1.0: "low"}.get(levels[0], f"level {levels[0]:g}")}
    told = {level: f"level {rank} of {len(levels)}" for rank, level in enumerate(levels, start=1)}
    return told | dict(zip((*levels[:1], *levels[-1:]), ("low", "high"), strict=False))


def _rank(words: str) -> float:
    return {"high": np.inf, "low": -np.inf}.get(words) or float(words.split()[1])
