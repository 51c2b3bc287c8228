"""What every statistic of `traitscope analyze` owes, whose input is a whole data file: one made here, small and with everything."""

from typing import Any

import numpy as np
from drawn_answers import SEEDS
from hypothesis import strategies as st
from pandas import DataFrame, Series
from parts import MARK, Fixed, Picks, copy_of

from traitscope.bank import inventory_at
from traitscope.sample import sample
from traitscope.statistics import STATISTICS

INVENTORY = inventory_at("sd3")
ITEMS = [item for scale in INVENTORY.scales for item in list(INVENTORY.keys(scale))[:4]]


@st.composite
def files(draw: Any, personas: tuple[int, int] = (5, 6)) -> DataFrame:
    """The cells of a data file: two models, personas, two replicates in each of two forms and two block sizes."""
    random = np.random.default_rng(draw(SEEDS))
    number, lost = draw(st.integers(*personas)), draw(st.sampled_from([0, 0.05]))
    rows = [
        _row(random, model, f"p{persona:02}", persona, order, block, replicate, traits, lost)
        for model in ("m1", "m2")
        for persona, traits in enumerate(random.normal(size=(number, len(INVENTORY.scales))))
        for order in ("printed", "reversed")
        for block in ("1", "9")
        for replicate in ("1", "2")
    ]
    return DataFrame(rows)


def _row(
    random: Any, model: str, name: str, persona: int, order: str, block: str, replicate: str, traits: Any, lost: float
) -> dict[str, str]:
    row = {
        "model": model, "persona": name, "replicate": replicate, "factor.order": order, "factor.items_per_prompt": block,
        "group.kind": "abb"[persona % 3], "criterion.outside": f"{traits[0] + random.normal():.3f}",
    }  # fmt: skip
    row |= {f"assigned.{scale}": "1" if persona % 2 else "-1" for scale in INVENTORY.scales}
    for at, item in enumerate(ITEMS):
        keyed = int(np.clip(np.round(3 + traits[at // 4] + 0.8 * random.normal()), 1, 5))
        value = keyed if INVENTORY.item(item).key > 0 else 6 - keyed
        place = value if order == "printed" else 6 - value
        row[item] = str(value) if random.random() >= lost else "refused"
        row |= {f"position.{item}": str(at + 1 if order == "printed" else len(ITEMS) - at), f"place.{item}": str(place)}
        row[f"label.{item}"] = "abcde"[place - 1]
    return row


class File(Fixed):
    """A data file: its persons are model x persona, its answers the columns of items."""

    def persons(self, x: DataFrame) -> int:
        return len(dict.fromkeys(_who(x)))

    def take(self, x: DataFrame, picks: Picks) -> DataFrame:
        who = _who(x)
        names = list(dict.fromkeys(who))
        blocks = [
            x[who == names[at]].assign(
                persona=lambda part, copy=copy: [copy_of(each, copy) for each in part["persona"]]
            )
            for at, copy in picks
        ]
        return DataFrame([row for block in blocks for row in block.to_dict("records")], columns=x.columns, dtype=str)

    def mapped(self, x: DataFrame, change: Any) -> DataFrame:
        """Answers as text again; a change that leaves the response scale is none of a data file."""
        changed = {item: change(x[item].where(x[item] != "refused").astype(float)) for item in ITEMS}
        return x.assign(
            **{
                item: Series(each).map(lambda cell: "" if cell != cell else f"{cell:g}")
                for item, each in changed.items()
            }
        )

    def columns(self, x: DataFrame, order: np.random.Generator) -> DataFrame:
        others = [name for name in x if name not in ITEMS]
        return x[[*others, *(ITEMS[at] for at in order.permutation(len(ITEMS)))]]

    def renamed(self, x: DataFrame) -> DataFrame:
        return x.assign(persona=MARK + x["persona"])

    def first_item(self, x: DataFrame, value: str) -> DataFrame:
        return x.assign(**{ITEMS[0]: value})


def _who(x: DataFrame) -> Any:
    return x["model"] + " / " + x["persona"]


def found(name: str, table: DataFrame) -> dict[str, Any]:
    """The estimates and tables of one statistic; an exception in it is one here."""
    of = sample(table, "made.csv", INVENTORY)
    if STATISTICS[name].needs(of):
        return {"lacking": True}
    results: dict[str, Any] = {}
    for each in STATISTICS[name].compute(of):
        place = f"{each.scale}, {each.quantity}" if hasattr(each, "estimate") else each.name
        results[place] = each.estimate if hasattr(each, "estimate") else each.table
    return results
