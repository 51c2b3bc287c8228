"""Personas of one set crossed with those of another: who somebody is, and what they are like."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from inventories.persona_sets import Persona
from inventories.reading import DefinitionError


def crossed(
    people: Sequence[Persona], others: Sequence[Persona], name: str, place: str, between: str = " "
) -> list[Persona]:
    """Every persona of `people` with each of `others`, in a set called `name`: the other's text stands first, then `between`.

    Both say what they assign and their attributes; where both say the same thing, `place` is told.
    """
    return [_joined(persona, other, name, place, between) for persona, other in itertools.product(people, others)]


def _joined(persona: Persona, other: Persona, name: str, place: str, between: str) -> Persona:
    for what, own, others in (
        ("assigned level", persona.assigned, other.assigned),
        ("attribute", persona.attributes, other.attributes),
    ):
        if both := sorted(set(own) & set(others)):
            raise DefinitionError(
                f"{place}: {persona.id!r} and, in `times`, {other.id!r} both have the {what} {both[0]!r}; only one of them may"
            )
    return Persona(
        id=f"{persona.id} {other.id}",
        text=between.join(filter(None, [other.text, persona.text])),
        assigned={**other.assigned, **persona.assigned},
        attributes={**other.attributes, **persona.attributes},
        set=name,
    )
