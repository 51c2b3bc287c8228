"""Two groups write to each other: the study in which everybody reads what a partner of the other group has written."""

from __future__ import annotations

import copy
from itertools import cycle
from typing import Any

from traitscope.making.so_far import SoFar
from traitscope.written import texts

TEXT = "{text}"  # in a task: where the partner's text is printed


def after_a_partner(study: dict[str, Any], so_far: SoFar) -> dict[str, Any] | None:
    """The study's one ask, once for each persona, whose tasks hold the text of a partner.

    `group` in the options names the attribute that divides the personas into two groups; partner of the first of one group
    is the first of the other, and so on, whoever has written by now. Who has a partner without a word is not asked.
    """
    record, attribute = so_far.record, so_far.options["group"]
    assert record is not None
    table = texts(record).drop_duplicates("persona").set_index("persona")["text"]
    written = table[table.str.contains(r"\w")]
    groups: dict[str, list[str]] = {}
    for each in record.manifest.personas.values():
        if group := each.attributes.get(attribute):
            groups.setdefault(group, []).append(each.id)
    if len(groups) < 2:
        return None
    first, second = list(groups.values())[:2]
    (ask,) = study["asks"]
    asks = []
    for own, others in ((first, second), (second, first)):
        for persona, partner in zip(own, cycle(others), strict=False):
            if partner not in written.index:
                continue
            own_ask = copy.deepcopy(ask) | {"personas": [persona]}
            for step in own_ask["steps"]:
                if TEXT in step.get("text", ""):
                    step["text"] = step["text"].replace(TEXT, written[partner])
            asks.append(own_ask)
    if not asks:
        return None
    return study | {"asks": asks}
