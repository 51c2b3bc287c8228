"""Topics shown: are the questions of one scale answered alike, and more so than questions drawn from all scales?

After Moore et al. (2024), whose groups of questions on one topic are here the keyed items of one scale, or of one facet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd
from pandas import DataFrame

from inventories.definitions import Inventory
from psychometrics.topics import NULL, TopicInconsistency, topic_inconsistency
from traitscope import figures
from traitscope.apa import Column, column, interval
from traitscope.estimates import SEED
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.places import about
from traitscope.record import Record
from traitscope.results.forms_asked import asked
from traitscope.results.paraphrases_shown import MEAN, label_shares, places_read

QUESTION = "Are questions on one topic answered alike?"
EVERY = "all topics"
UNREAD = "No label probabilities of two items of one scale: this model gives text alone, or nothing usable."
COLUMNS = [
    column("persona"), column("name", "topic"), column("n_items", "items", "count"), column("value", "inconsistency", "bounded", MEAN),
    interval("bounded"), column("null_mean", "drawn across topics", "bounded", "the mean when items are given to topics at random"),
    Column(("null_low", "null_high"), "drawn across topics, 95 %", "bounded"),
    column("null_p", "p", "p", "share of such draws that are as consistent"), column("note"),
]  # fmt: skip


def by_topic(record: Record) -> Iterator[Exhibit]:
    """Mean distance of the keyed items of each scale from their centre, beside that of items drawn across scales."""
    for place in places_read(record):
        yield topics(record, **place)


def topics(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    """One row a persona x topic, all topics of a persona first."""
    of = asked(record, inventory, model, ask)
    parts = []
    for persona, found in kept(_found, record, inventory, model, ask).items():
        own = found.topics.rename(columns={"inconsistency": "value"}).assign(persona=persona)
        own["name"] = [of.inventory.scale(each).name for each in own["topic"]]
        parts += [DataFrame([_every(found, persona)]), own]
    table = pd.concat(parts, ignore_index=True) if parts else DataFrame()
    if table.empty or table["value"].isna().all():
        return Exhibit("by_topic", QUESTION, table, missing=UNREAD)
    table["note"] = table["note"].map(in_words)
    figure = figures.forest(_drawn(table), QUESTION, x=MEAN, line=0.0)
    caption = of.caption(
        "95 % bootstrap intervals: of all topics over topics, of one topic over its items. Beside them the central 95 % of 1,000 draws of items across topics."
    )
    note = (
        "A topic is the items of one scale or facet; their answers are turned in its direction and averaged over forms. 0 is the same "
        "probabilities for all of them. Different questions have different answers: a topic is one only as far as its items lie nearer "
        "to each other than items of all topics do."
    )
    told = about(record, inventory=inventory, model=model, ask=ask)
    return Exhibit("by_topic", QUESTION, table, COLUMNS, caption, figure, note=note, about=told)


def _every(found: TopicInconsistency, persona: str) -> dict[str, Any]:
    mean = found.mean
    null = {name: mean.extra[name] for name in NULL}
    ends = {"value": mean.value, "low": mean.low, "high": mean.high}
    n_items = int(found.topics["n_items"].sum())
    return {"persona": persona, "topic": "", "name": EVERY, "n_items": n_items, **ends, **null, "note": mean.note}


def _drawn(table: DataFrame) -> DataFrame:
    """What was seen and what is drawn across topics, as two groups."""
    several = table["persona"].nunique() > 1
    seen = table.assign(group=table["persona"] if several else "items of the topic")
    null = table.assign(
        group=(table["persona"] + ", " if several else "") + "drawn across topics",
        value=table["null_mean"], low=table["null_low"], high=table["null_high"],
    )  # fmt: skip
    return pd.concat([seen, null], ignore_index=True)


def _found(record: Record, inventory: str, model: str, ask: str) -> dict[str, TopicInconsistency]:
    known = asked(record, inventory, model, ask).inventory
    long = label_shares(record, inventory, model, ask)
    if long.empty:
        return {}
    topic = _topics(known)
    long = long[long["item"].isin(topic)]
    answers = zip(long["item"], long["option"], long["key"], strict=True)
    shares = long.assign(value=[_keyed(known, *each) for each in answers]).groupby(["persona", "item", "value"], sort=False)["probability"].sum()  # fmt: skip
    return {
        str(persona): topic_inconsistency(some.droplevel("persona").unstack("value", fill_value=0), topic, seed=SEED)
        for persona, some in shares.groupby("persona", sort=False)
    }


def _topics(inventory: Inventory) -> dict[str, str]:
    """The facet of each item, or its scale where not all have one; items whose values are not the commonest are left out."""
    scored = [item for item in inventory.items if item.scale is not None]
    by_facet = all(item.facet for item in scored)
    ends = Counter(inventory.range_of(item) for item in scored).most_common(1)
    alike = [item for item in scored if inventory.range_of(item) == ends[0][0]]
    return {item.id: str(item.facet if by_facet else item.scale) for item in alike}


def _keyed(inventory: Inventory, name: str, option: int, key: int) -> int:
    """The option's value in the direction of the scale."""
    item = inventory.item(name)
    low, high = inventory.range_of(item)
    value = inventory.options_of(item)[option].value
    return value if key == 1 else low + high - value
