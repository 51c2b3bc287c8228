"""The codebook of a bundle: what each item asks and how it is scored, and what each other column means."""

from __future__ import annotations

from collections.abc import Iterable

from pandas import DataFrame

from inventories.definitions import Inventory
from inventories.forms import Elicitation
from traitscope import columns

CODEBOOK = {
    "table": "the table, by its path without .csv",
    "column": "the column",
    "inventory": "id of the inventory, of a column that is an item",
    "elicitation": "how the item was asked: rating, choice, likelihood or confirmation",
    "item": "id of the item",
    "language": "language of the text and the options: the one in which most were asked",
    "text": "what is printed of the item; the sentences whose likelihood is asked",
    "options": "value = text of each option, in the inventory's own order",
    "scale": columns.OF_ITEM["scale"],
    "facet": columns.OF_ITEM["facet"],
    "key": columns.OF_ITEM["key"],
    "values": "lowest to highest value, or the unit",
    "description": "what a column means that is no item",
}
UNIT_OF_LIKELIHOODS = "nats per token"


def items_of(table: str, inventory: Inventory, elicitation: Elicitation, asked: Iterable[str]) -> DataFrame:
    """One row an item of a wide table; columns of `CODEBOOK`. `inventory` is as it was printed."""
    rows = []
    for item in map(inventory.item, asked):
        if elicitation == "likelihood":
            text, options, values = " / ".join(inventory.statements(item)), "", UNIT_OF_LIKELIHOODS
        else:
            text, values = inventory.printed_text(item), "{} to {}".format(*inventory.range_of(item))
            options = "; ".join(f"{each.value} = {each.text}" for each in inventory.options_of(item))
        rows.append(
            {"table": table, "column": item.id, "inventory": inventory.id, "elicitation": elicitation, "item": item.id,
             "language": inventory.language, "text": text, "options": options, "scale": item.scale, "facet": item.facet,
             "key": item.key, "values": values}
        )  # fmt: skip
    return DataFrame(rows)


def value_labels(inventory: Inventory, elicitation: Elicitation, asked: Iterable[str]) -> dict[str, dict[float, str]]:
    """By item the text of each value; none where several options share one, as the high actions of a scenario do."""
    if elicitation == "likelihood":
        return {}
    offered = {name: inventory.options_of(inventory.item(name)) for name in asked}
    return {
        name: {float(each.value): each.text for each in options}
        for name, options in offered.items()
        if len({each.value for each in options}) == len(options)
    }
