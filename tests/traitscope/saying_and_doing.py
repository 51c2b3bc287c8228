"""Studies of saying and doing that the tests share: how they are asked, and all that is told of their records."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from traitscope.divergence import NULL_RESPONDERS
from traitscope.divergence_told import of_record
from traitscope.record import Record
from traitscope.runner import run
from traitscope.study import load_study

# six statements each of extraversion and neuroticism, two of them reversed
SAID = [f"bfi44_{number:02}" for number in (1, 6, 11, 16, 21, 26, 4, 9, 14, 19, 24, 29)]
DONE = [f"sc_{name}" for name in SAID]
HALF = '{ set = "big_five_32", fraction = "half" }'
OF_PAIRS = ["cosine", "centred_cosine", "spearman", "vmd", "pcp"]
RATED, CHOSEN = "rating: chosen", "choice: chosen"
BOTH = ("bfi44", "scenarios_bfi44")


def person(**parameters: int | float) -> str:
    listed = ", ".join(f"{name} = {value}" for name, value in parameters.items())
    return f'{{ name = "simulated:person", parameters = {{ {listed} }} }}'


def ask(elicitation: str, *inventories: str, items: list[str] | None = None, rest: str = 'reply = "text"') -> str:
    wanted = items or [*(SAID if BOTH[0] in inventories else []), *(DONE if BOTH[1] in inventories else [])]
    return (
        f"[[asks]]\nelicitation = {json.dumps(elicitation)}\ninventories = {json.dumps(inventories)}\n"
        f"items = {json.dumps(wanted)}\n{rest}\n"
    )


RATING = ask("rating", *BOTH)
CHOICE = ask("choice", BOTH[1], rest='reply = "text"\nvary = { options = ["printed", "swapped"] }')
CONFIRMATION = ask("confirmation", BOTH[1])


def asked(folder: Path, models: str, *asks: str, personas: str = HALF, inventories: tuple[str, ...] = BOTH) -> Record:
    folder.mkdir(parents=True, exist_ok=True)
    text = f"models = [{models}]\ninventories = {json.dumps(inventories)}\npersonas = [{personas}]\n" + "".join(asks)
    (folder / "study.toml").write_text(text, "utf-8")
    return run(load_study(folder / "study.toml"), folder / "record")


@dataclass(frozen=True)
class Told:
    """A record with all that is told of it."""

    record: Record
    table: pd.DataFrame
    findings: list[str]
    text: str

    def one(self, measure: str, **where: object) -> "pd.Series[Any]":
        """The one row of a measure, of a model as a whole unless `where` says otherwise."""
        table = self.table[self.table["measure"] == measure]
        for name, value in {"scope": "model", "scale": "", "done_by": RATED, **where}.items():
            table = table[table[name] == value]
        if "model" not in where:
            table = table[~table["model"].isin(NULL_RESPONDERS)]
        assert len(table) == 1, table
        return table.iloc[0]

    def values(self, **where: object) -> list[float]:
        """The five measures of the pairs."""
        return [float(self.one(measure, **where)["value"]) for measure in OF_PAIRS]

    def finding(self, *parts: str) -> str:
        (found,) = [each for each in self.findings if all(part in each for part in parts)]
        return found


def told_of(record: Record, **given: Any) -> Told:
    result, text = of_record(record, **given)
    return Told(record, pd.DataFrame(result["measures"]), result["findings"], text)
