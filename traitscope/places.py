"""What of a record can be looked at: model, inventory, and the way it was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pandas import DataFrame

from traitscope import tables
from traitscope.choosing import choices
from traitscope.findings import CONSTANT
from traitscope.kept import kept
from traitscope.record import Record

FEWEST_FOR_CONSTANT = 10  # answers; below, the same answer again and again is no surprise
# elicitation and version of the score, the most telling first
ASKS = ["rating: chosen", "choice: chosen", "likelihood: double_centred", "rating: expected", "choice: expected",
        "likelihood: item_centred"]  # fmt: skip

ASK_WORDS = {
    "rating: chosen": "rating, answer chosen", "rating: expected": "rating, expected answer", "choice: chosen": "choice, action chosen",
    "choice: expected": "choice, expected action", "likelihood: double_centred": "likelihood, centred twice",
    "likelihood: item_centred": "likelihood, centred once", "confirmation: chosen": "confirmation",
}  # fmt: skip


def ask_words(ask: str) -> str:
    """A way of asking in a reader's words: elicitation, and which number of it is looked at."""
    return ASK_WORDS.get(ask, ask)


def places(record: Record) -> DataFrame:
    """One row a model x inventory x way of asking that has scores, in the order of the study.

    Columns model, inventory, elicitation, version, ask ("rating: chosen"), constant (everybody gave one constant answer: such
    ways come last, so that they can be chosen and are not what a reader is met with).
    """
    return kept(_places, record)


def options(record: Record, column: str, **where: str) -> list[str]:
    """What can be chosen for `column` (model, inventory or ask) where the others are as given."""
    return choices(places(record), column, **where)


def rated(record: Record) -> Iterator[tuple[str, str, str]]:
    """Inventory, model and way of asking of every place whose answers are ratings."""
    for inventory, model, ask in places(record)[["inventory", "model", "ask"]].itertuples(index=False, name=None):
        if ask.startswith("rating: "):
            yield inventory, model, ask


def constant_persons(record: Record) -> set[tuple[Any, ...]]:
    """Model, persona, inventory and elicitation of those who gave one answer, or took one place, nearly always."""
    return kept(_constant_persons, record)


def sets_in_order(record: Record, sizes: Mapping[str, int]) -> list[str]:
    """Persona sets as a reader wants to meet them: those that were assigned something before controls, then the largest."""
    given = {each.set or "study" for each in record.manifest.personas.values() if each.assigned}
    return sorted(sizes, key=lambda name: (name not in given, -sizes[name]))


def with_ask(table: DataFrame) -> DataFrame:
    """The table with the column ask: elicitation and version in one."""
    return table.assign(ask=table["elicitation"] + ": " + table["version"]) if len(table) else table


def _places(record: Record) -> DataFrame:
    columns = ["model", "inventory", "elicitation", "version"]
    table = tables.standings(record)
    if table.empty:
        return DataFrame(columns=[*columns, "ask", "constant"])
    constant = constant_persons(record)
    people = table.drop_duplicates([*columns, "persona"])
    names = zip(people["model"], people["persona"], people["inventory"], people["elicitation"], strict=True)
    people = with_ask(people.assign(constant=[each in constant for each in names]))
    found = people.groupby([*columns, "ask"], sort=False)["constant"].all().reset_index()
    manifest = record.manifest
    ranks = {
        "model": list(manifest.models),
        "inventory": list(manifest.inventories),
        "ask": [*ASKS, *(each for each in found["ask"].unique() if each not in ASKS)],
    }
    order = DataFrame({name: found[name].map(known.index) for name, known in ranks.items()})
    order = order.assign(constant=found["constant"]).sort_values(
        ["model", "inventory", "constant", "ask"], kind="stable"
    )
    return found.loc[order.index].reset_index(drop=True)


def _constant_persons(record: Record) -> set[tuple[Any, ...]]:
    answers = tables.answers(record)
    asked = answers[(answers["kind"] == "item") & answers["chosen"].notna() & (answers["elicitation"] != "likelihood")]
    by = ["model", "persona", "inventory", "elicitation"]
    found: set[tuple[Any, ...]] | None = None
    for each in ("position", "chosen"):
        counts = asked.groupby([*by, each], sort=False).size().groupby(level=by)
        largest, whole = counts.max(), counts.sum()
        same = set(largest.index[(whole >= FEWEST_FOR_CONSTANT) & (largest / whole >= CONSTANT)])
        found = same if found is None else found | same
    return found or set()


def about(record: Record, *, inventory: str = "", model: str = "", ask: str = "", **more: str) -> dict[str, str]:
    """What is shown, as an exhibit's `about`: a column a name; what is empty is left out."""
    named = {"record": record.name, "model": model, "inventory": inventory, "elicitation": ask, **more}
    return {name: word for name, word in named.items() if word}
