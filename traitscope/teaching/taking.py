"""Somebody takes a test in the browser: the questions, the scores of the answers, and the answers as a file."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pandas import DataFrame

from inventories.definitions import Inventory
from inventories.loading import load_inventory
from psychometrics.scoring import keyed, normal_percentile, pomp, scale_score, t_score
from traitscope.analysis import norm_for, scale_range
from traitscope.datafile import BLANK, DataError, read_table
from traitscope.harmless import guarded_table

TESTS = {"BFI-10": "bfi10", "BFI-44": "bfi44", "SD-3": "sd3"}  # as somebody chooses them
YOU = "you"
PEOPLE = "people.csv"
ON_PAPER = "write a number next to each statement"
MOST_ON_A_PAGE = 11
LONGEST_NAME = 40
FORMULAS = ("=", "+", "-", "@")  # a spreadsheet would compute what begins like this
FEWEST_FOR_CONSTANT = 10  # answers; below, the same answer again and again is no surprise

Answers = Mapping[str, int | None]

_writing = threading.Lock()


@dataclass(frozen=True)
class Question:
    """One item as it is asked: its number from 1, its text, and text by value of its options in printed order."""

    number: int
    item: str
    text: str
    options: dict[int, str]


def instructions(of: Inventory) -> str:
    """The instructions for a screen, where an answer is chosen and not written down."""
    return of.instructions.replace(ON_PAPER, "choose an answer for each statement")


def inventory(name: str) -> Inventory:
    """One of the tests, by its id."""
    return load_inventory(name)


def questions(of: Inventory) -> list[Question]:
    """All items in printed order."""
    return [
        Question(number, item.id, of.printed_text(item), {each.value: each.text for each in of.options_of(item)})
        for number, item in enumerate(of.items, start=1)
    ]


def parts(of: Inventory) -> list[list[Question]]:
    """All questions in printed order, a page at a time, as evenly as can be."""
    asked = questions(of)
    size = math.ceil(len(asked) / math.ceil(len(asked) / MOST_ON_A_PAGE))
    return [asked[start : start + size] for start in range(0, len(asked), size)]


def unanswered(of: Inventory, answers: Answers) -> list[Question]:
    """The questions without an answer."""
    return [each for each in questions(of) if answers.get(each.item) is None]


def scores(of: Inventory, answers: Answers) -> DataFrame:
    """One row a scale: the mean of the answered items, turned round where they are reversed.

    Columns scale, name, score (unit of an item), low, high (ends of the scale), n_answered, n_items, pomp, t, percentile
    (in a verified norm group, if its scores are normal; else NaN), norm, norm_n (None, NaN), constant (one answer for
    everything, before keying). Without any answer score, POMP, T and percentile are NaN; nothing is imputed.
    """
    given = [value for value in answers.values() if value is not None]
    constant = len(given) >= FEWEST_FOR_CONSTANT and len(set(given)) == 1
    norm = norm_for(of)
    rows = []
    for scale in of.scales:
        keys = of.keys(scale)
        raw = DataFrame({item: [answers.get(item)] for item in keys}, index=[YOU]).astype(float)
        ends = {item: of.range_of(of.item(item)) for item in keys}
        turned = keyed(
            raw, keys, {item: low for item, (low, _) in ends.items()}, {item: high for item, (_, high) in ends.items()}
        )
        found = scale_score(turned, of.scoring).iloc[0].to_dict()
        low, high = scale_range(of, keys)
        score, figures = float(found["score"]), norm.scales.get(scale) if norm else None
        row = {
            "scale": scale, "name": of.scale(scale).name, "score": score, "low": low, "high": high,
            "n_answered": int(found["n_answered"]), "n_items": int(found["n_items"]), "pomp": pomp(score, low, high),
            "t": math.nan, "percentile": math.nan, "norm": None, "norm_n": math.nan, "constant": constant,
        }  # fmt: skip
        # a norm of item means belongs to mean scores, and a part of the items is not the scale of the norm
        metric = {"mean": "item_mean", "sum": "sum"}[of.scoring]
        if (
            norm
            and figures
            and figures.sd
            and norm.metric == metric
            and found["n_answered"] == found["n_items"]
            and not constant
        ):
            row |= {"t": t_score(score, figures.mean, figures.sd), "percentile": normal_percentile(score, figures.mean, figures.sd),
                    "norm": norm.id, "norm_n": figures.n or norm.n}  # fmt: skip
        rows.append(row)
    return DataFrame(rows)


def as_csv(of: Inventory, answers: Answers, person: str = YOU) -> str:
    """One row: columns person and the item ids, answers as given, empty where there is none."""
    return guarded_table(_row(of, answers, person)).to_csv(index=False)


def add(folder: Path, person: str, of: Inventory, answers: Answers) -> Path:
    """Add the answers to people.csv in `folder`, under a name; DataError where this would overwrite something.

    A person who is there and has answered other inventories only gets the new answers in the same row.
    """
    person = _name(person)
    if all(value is None for value in answers.values()):
        raise DataError("nothing is answered yet")
    path, row = folder / PEOPLE, _row(of, answers, person)
    with _writing:
        table = read_table(path).rename(columns={"persona": "person"}) if path.is_file() else DataFrame({"person": []})
        items = [item.id for item in of.items]
        more = [item for item in items if item not in table]
        table = table.reindex(columns=[*table.columns, *more], fill_value="")
        there = [at for at, each in table["person"].items() if str(each).casefold() == person.casefold()]
        if there and (table.loc[there, items] != "").any(axis=None):
            raise DataError(f"{person} is in {PEOPLE} with answers to some of these items; choose another name")
        if there:
            table.loc[there[0], items] = row.loc[0, items]
        else:
            table = pd.concat([table, row], ignore_index=True).fillna("")
        folder.mkdir(parents=True, exist_ok=True)
        whole = path.with_suffix(".new")
        whole.write_text(table.to_csv(index=False), "utf-8")
        whole.replace(path)  # whoever reads meanwhile sees the old file or the new one
    return path


def _row(of: Inventory, answers: Answers, person: str) -> DataFrame:
    given = {item.id: answers.get(item.id) for item in of.items}
    return DataFrame(
        [{"person": person} | {item: "" if value is None else str(value) for item, value in given.items()}]
    )


def _name(text: str) -> str:
    """A name that a data file can hold and no spreadsheet computes."""
    name = " ".join(text.split())
    if name in BLANK or len(name) > LONGEST_NAME or not name.isprintable() or name.startswith(FORMULAS):
        raise DataError(
            f"name {text[:60]!r}: needed is one of 1 to {LONGEST_NAME} letters that does not begin with =, +, - or @"
        )
    return name
