"""Firm or fickle: does a first answer survive the follow-ups that challenge it, on which scales, and which round breaks it?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
from pandas import DataFrame, Series

from inventories.forms import Elicitation
from psychometrics.bootstrap_mean import bootstrap_mean
from psychometrics.estimate import Estimate
from psychometrics.firmness import GAMMA, firmness
from traitscope import estimates, figures, tables
from traitscope.apa import Column, column, interval
from traitscope.choosing import where_all
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.overview import counted
from traitscope.places import about
from traitscope.record import Record
from traitscope.results import profiles_told
from traitscope.study_file import study_file

QUESTION = "How firmly are first answers kept when they are challenged?"
ROUNDS = "Which challenge makes it give up its first answer?"
NOBODY = (
    "No question was challenged by follow-ups all of which have been asked, with a first answer that could be read."
)
UNIT = ["persona_set", "persona", "sitting", "item"]
ALL = "all scales"
COLUMNS = [
    column("persona_set", "personas"), column("name", "scale"), column("n_persons", "persons", "count"),
    column("n_conversations", "conversations", "count"), column("pwc", "PWC", "number", digits=3),
    Column(("pwc_low", "pwc_high"), "95 % CI of PWC", "number", digits=3),
    column("chance", "chance PWC", "number", "of answers drawn evenly from the options", digits=3),
    column("flips", "ever flips", "percent"), Column(("flips_low", "flips_high"), "95 % CI of flips", "percent"),
    column("flip_round", "mean flip round", "number", "among conversations that flip, counted from 0"),
    Column(("flip_round_low", "flip_round_high"), "95 % CI of round", "number"),
    column("n_untold", "flips untold", "count", "no flip read, but a round is unreadable"),
    column("n_rounds_unreadable", "unreadable rounds", "count"), column("note"),
]  # fmt: skip
ROUND_COLUMNS = [
    column("persona_set", "personas"), column("round", kind="count"), column("challenge"), column("n_persons", "persons", "count"),
    column("n_readable", "readable", "count"), column("n_unreadable", "unreadable", "count"),
    column("value", "first answer kept, %", "number", digits=1), interval(digits=1), column("note"),
]  # fmt: skip


def firm(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    """PWC, share that ever flips and mean flip round of each scale and of all, with unreadable rounds apart (Li et al., 2025)."""
    return kept(_firm, record, inventory, model, ask)


def rounds(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    """Share of first answers that stand in each round."""
    return kept(_rounds, record, inventory, model, ask)


def exhibits(record: Record, inventory: str, model: str, ask: str) -> Iterator[Exhibit]:
    """Both, for one place."""
    yield firm(record, inventory, model, ask)
    yield rounds(record, inventory, model, ask)


def challenged(answers: DataFrame) -> DataFrame:
    """One row a round of every conversation that is whole and whose first answer could be read.

    Needs the columns of `analysis.answers`, rows in the order in which they were asked. Returns persona_set, persona, sitting,
    item, scale, round (from 0), kept (1, 0, NaN: unreadable). `attrs`: n_first_unreadable and n_waiting (conversations that are
    left out since the first answer is none, or a round is still to be asked). Of conversations of several lengths only the longest.
    """
    known = set(answers.loc[answers["kind"] == "follow_up", "sitting"])
    rows = answers[answers["sitting"].isin(known)]
    grouped = rows.groupby(UNIT, sort=False, dropna=False)
    rows = rows.assign(
        round=grouped.cumcount() - 1, waiting=rows["outcome"].isna().groupby([rows[each] for each in UNIT]).transform("any")
    )  # fmt: skip
    rows = rows[grouped["item"].transform("size") == grouped.size().max()] if len(rows) else rows
    # of two options with one value another one is another answer; a block's reply tells no place where values are shared
    said = rows["position"].where(rows["position"].notna(), rows["chosen"]).where(rows["outcome"] == "answered")
    said = said.astype(float)
    by = [rows[each] for each in UNIT]
    opening = said.where(rows["round"] == -1).groupby(by).transform("max")
    first = rows["round"] == -1
    n_waiting = int((first & rows["waiting"]).sum())
    n_unreadable = int((first & ~rows["waiting"] & said.isna()).sum())
    stands = (said == opening).astype(float).where(said.notna())
    table = rows.assign(kept=stands)[~first & ~rows["waiting"] & opening.notna()]
    table = table[[*UNIT, "scale", "round", "kept"]].reset_index(drop=True)
    table.attrs = {"n_first_unreadable": n_unreadable, "n_waiting": n_waiting}
    return table


def summary(table: DataFrame, names: dict[str, str], chances: dict[str, float], gamma: float = GAMMA) -> DataFrame:
    """One row a persona set and scale, all scales first; `chances` says how often an even draw is the first answer, by item.

    Columns persona_set, scale, name, gamma, horizon, normalised, maximum, n_persons, n_conversations; pwc, flips and flip_round,
    each with _low and _high (NaN below 10 persons); chance, n_flipped, n_untold, n_maybe_earlier, share_if_kept,
    share_if_flipped, n_rounds, n_rounds_unreadable, note.
    """
    rows = []
    for persona_set, some in table.groupby("persona_set", sort=False):
        scales = [each for each in names if (some["scale"] == each).any()]
        for scale in ["", *scales] if len(scales) > 1 else scales or [""]:
            part = some[some["scale"] == scale] if scale else some
            rows.append(
                {"persona_set": persona_set, "scale": scale or None, "name": names.get(scale, ALL)}
                | _row(part, chances, gamma)
            )
    return DataFrame(rows)


def _row(part: DataFrame, chances: dict[str, float], gamma: float) -> dict[str, Any]:
    horizon = int(part["round"].max()) + 1
    # a repeat or another form is another conversation of the same person
    asked = part.rename(columns={"persona": "person", "sitting": "replicate"})
    found = firmness(
        asked[["person", "item", "replicate", "round", "kept"]], gamma=gamma, horizon=horizon, seed=estimates.SEED
    )
    flips, extra = found.flips, found.flips.extra
    low, high = extra.get("persons_low", flips.low), extra.get("persons_high", flips.high)
    if (flips.n_persons or 0) < estimates.FEWEST_FOR_INTERVAL or low == high:
        low, high = math.nan, math.nan
    pwc, turn = estimates.withheld(found.pwc), estimates.withheld(found.flip_round)
    first = part.drop_duplicates(["persona", "sitting", "item"])
    told = [each.note for each in (pwc, flips, turn) if each.note]
    return {
        "gamma": gamma, "horizon": horizon, "normalised": pwc.extra["normalised"], "maximum": pwc.extra["maximum"],
        "n_persons": part["persona"].nunique(), "n_conversations": len(first),
        "pwc": pwc.value, "pwc_low": pwc.low, "pwc_high": pwc.high,
        "chance": cast(float, pwc.extra["maximum"]) * float(first["item"].map(chances).mean()),
        "flips": flips.value, "flips_low": low, "flips_high": high,
        "flip_round": turn.value, "flip_round_low": turn.low, "flip_round_high": turn.high,
        "n_flipped": extra["n_flipped"], "n_untold": extra["n_untold"], "n_maybe_earlier": turn.extra.get("n_maybe_earlier"),
        "share_if_kept": extra.get("share_if_kept", math.nan), "share_if_flipped": extra.get("share_if_flipped", math.nan),
        "n_rounds": len(part), "n_rounds_unreadable": int(part["kept"].isna().sum()),
        "note": "; ".join(dict.fromkeys(map(_words, told))),
    }  # fmt: skip


def _table(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    return kept(_challenged, record, inventory, model, ask)


def _challenged(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    elicitation = ask.partition(": ")[0]
    return challenged(where_all(tables.answers(record), inventory=inventory, model=model, elicitation=elicitation))


def _firm(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    table = _table(record, inventory, model, ask)
    if table.empty:
        return Exhibit("firmness", QUESTION, table, missing=NOBODY)
    known = record.inventory(inventory, elicitation=cast(Elicitation, ask.partition(": ")[0]))
    scales = [str(each) for each in dict.fromkeys(table["scale"].dropna())]
    chances = {item: 1 / len(known.options_of(known.item(item))) for item in table["item"].unique()}
    shown = summary(table, {each: known.scale(each).name for each in scales}, chances)
    drawn = shown.rename(columns={"pwc": "value", "pwc_low": "low", "pwc_high": "high"})
    maximum = float(shown["maximum"].max())
    figure = figures.forest(
        drawn, QUESTION, x=f"position-weighted consistency, of {maximum:.3f}", groups="persona_set", span=(0.0, maximum)
    )
    one = shown.iloc[0]
    note = (
        f"PWC = sum of {one['gamma']:g}^i over rounds i = 0 to {one['horizon'] - 1} in which the first answer stands, not normalised; "
        f"{maximum:.6f} at most. Readable rounds speak for the unreadable ones. Conversations left out: "
        f"{table.attrs['n_first_unreadable']} without a readable first answer, {table.attrs['n_waiting']} not asked to the end. Who "
        "always takes the same place never flips: firmness alone is no sign of a view."
    )
    told = "95 % intervals over persons, none below 10."
    return Exhibit(
        "firmness", QUESTION, shown, COLUMNS, f"{_asked(record, table, inventory, model, ask)} {told}", figure, note=note,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )  # fmt: skip


def _rounds(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    table = _table(record, inventory, model, ask)
    if table.empty:
        return Exhibit("firmness_rounds", ROUNDS, table, missing=NOBODY)
    texts = _texts(record, ask.partition(": ")[0], int(table["round"].max()) + 1)
    rows = []
    groups = table.groupby(["persona_set", "round"], sort=False)
    for (persona_set, number), some in cast(Iterator[tuple[tuple[str, int], DataFrame]], iter(groups)):
        found = estimates.withheld(_share(some.groupby("persona", sort=False)["kept"].mean()))
        words = texts[int(number)] if texts else ""
        rows.append(
            {"persona_set": persona_set, "round": int(number), "challenge": re.split(r"(?<=[.?!;:])\s", words)[0], "text": words}
            | {"n_persons": found.n_persons or 0, "n_readable": int(some["kept"].notna().sum())}
            | {"n_unreadable": int(some["kept"].isna().sum()), "value": 100 * found.value}
            | {"low": 100 * found.low, "high": 100 * found.high, "note": _words(found.note)}
        )  # fmt: skip
    shown = DataFrame(rows)
    shown["row"] = shown["round"].astype(str) + (": " + shown["challenge"]).where(shown["challenge"] != "", "")
    figure = figures.forest(
        shown, ROUNDS, x="first answer kept, %", rows="row", groups="persona_set", span=(0.0, 100.0)
    )
    told = "95 % intervals over persons, none below 10."
    note = (
        "Rounds follow each other in one conversation and are counted from 0; a round's share hangs on those before it."
    )
    return Exhibit(
        "firmness_rounds", ROUNDS, shown, ROUND_COLUMNS, f"{_asked(record, table, inventory, model, ask)} {told}", figure, note=note,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )  # fmt: skip


def _share(by_person: Series[float]) -> Estimate:
    return bootstrap_mean(np.asarray(by_person, float), none="no_answers", seed=estimates.SEED)


def _words(note: str) -> str:
    """A note's codes in words; what is equal in all persons is no difference here."""
    return "the same for all persons" if note == "equal_in_all_persons" else in_words(note)


def _asked(record: Record, table: DataFrame, inventory: str, model: str, ask: str) -> str:
    conversations = len(table.drop_duplicates(UNIT))
    return (
        f"{profiles_told.asked(record, inventory, model, ask)}; n = {counted(table['persona'].nunique(), 'person')}, "
        f"{counted(conversations, 'conversation')}, each a question with its challenges."
    )


def _texts(record: Record, elicitation: str, horizon: int) -> list[str]:
    """The words of each round, where all asks of this elicitation have the same; else none."""
    asks = [each for each in study_file(record.folder / "study.toml").asks if each.elicitation == elicitation]
    found = {tuple(step.text for step in each.steps if step.kind == "follow_up") for each in asks}
    whole = [each for each in found if len(each) == horizon]
    return list(whole[0]) if len(whole) == 1 else []
