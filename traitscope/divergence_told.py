"""Saying against doing as text: tables for a terminal, and findings worded by interval, null and margin, never beyond them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from pandas import DataFrame, Series

from inventories.definitions import Inventory
from inventories.forms import Elicitation
from inventories.scenarios import twins
from psychometrics.estimate import plain
from traitscope import pairing
from traitscope.datafile import BLANK, LOST, DataError, read_table
from traitscope.divergence import MARGIN, TAU, measures
from traitscope.divergence_found import between, confirmed_findings, finding, named
from traitscope.divergence_scopes import NULL_RESPONDERS
from traitscope.listing import terms_of
from traitscope.record import Record
from traitscope.text import frame, interval

WAY = ["persona_set", "said_by", "done_by"]
OF_PAIRS = ["cosine", "centred_cosine", "spearman", "vmd", "pcp"]
MOST_PERSONAS = 40
LEGEND = (
    "cosine, centred_cosine, spearman: 1 is the same answers (centred: the same pattern); vmd: mean distance in points of the "
    "statement's scale; pcp: share of pairs within {tau:g} of it. Nulls are of pairs that are none: what is done permuted over the "
    "items of a person, or whole persons exchanged within their assigned pole. level_gap: doing less saying, in percent of the "
    "maximum possible (POMP); it agrees if the whole interval lies within {margin:g}. * marks what is more consistent than its nulls. "
    "disattenuated: the correlation over personas corrected for the unreliability of both sides; it may pass 1. rank_change: "
    "mean change of rank, in percent of the longest."
)


def of_record(
    record: Record, *, human: Path | None = None, margin: float = MARGIN, tau: float = TAU, most: int = MOST_PERSONAS
) -> tuple[dict[str, Any], str]:
    """All measures of a record, beside people's answers when a file of them is given."""
    pairs = pairing.pairs(record)
    inventories = [each for each in record.inventories().values() if each.kind == "action" and each.twin_of]
    if pairs.empty:
        raise DataError(_lacking(record, inventories))
    beside = [people(human, inventories)] if human else []
    table = measures(
        pd.concat([pairs, *beside], ignore_index=True), pairing.confirmations(record), margin=margin, tau=tau
    )
    result, text = told(table, f"{record.manifest.title}: saying and doing", margin, tau, most)
    terms = terms_of(record.inventories().values())
    return {"record": str(record.folder), **result, "terms": terms}, "\n\n".join([text, *terms])


def of_files(
    said: Path,
    done: Path,
    statements: Inventory,
    done_by: Elicitation = "rating",
    *,
    margin: float = MARGIN,
    tau: float = TAU,
) -> tuple[dict[str, Any], str]:
    """All measures of paired answers that were collected elsewhere."""
    pairs = pairing.collected_pairs(said, done, statements, pairing.scenarios_of(statements), done_by)
    result, text = told(
        measures(pairs, margin=margin, tau=tau),
        f"{said.name} and {done.name}: saying and doing",
        margin,
        tau,
        MOST_PERSONAS,
    )
    return {"file": str(said), "twin": str(done), **result}, text


def _lacking(record: Record, inventories: list[Inventory]) -> str:
    if not inventories:
        return f'{record.folder}: no scenarios with twins in this record; a study names some as inventories = ["bfi44", "scenarios_bfi44"]'
    names = ", ".join(dict.fromkeys(twins(each).id for each in inventories))
    return f"{record.folder}: no statement of {names} and its twin scenario were answered by the same persona yet; see traitscope status"


def people(file: Path, inventories: Sequence[Inventory]) -> DataFrame:
    """People's pairs, as `pairing.pairs` has those of models, of the scenarios that the file has columns of."""
    found = [each for each in (_people(file, scenarios) for scenarios in inventories) if len(each)]
    if not found:
        raise DataError(
            f"{file}: no columns of statements and scenarios of {', '.join(each.id for each in inventories)}"
        )
    return pd.concat(found, ignore_index=True)


def _people(file: Path, scenarios: Inventory) -> DataFrame:
    """People's pairs in one file with columns of both; scenarios answered 0 or 1 are choices."""
    table = read_table(file)
    ids = [item.id for item in scenarios.items if item.id in table.columns]
    if not ids:
        return DataFrame(columns=pairing.PAIRS)
    seen = set(table[ids].astype(str).stack().str.strip().unique()) - BLANK - LOST
    done_by: Elicitation = "choice" if seen <= {"0", "1", "0.0", "1.0"} else "rating"
    found = pairing.collected_pairs(file, file, twins(scenarios), scenarios, done_by)
    return found.assign(people=True, persona_set="people")


def told(table: DataFrame, title: str, margin: float, tau: float, most: int) -> tuple[dict[str, Any], str]:
    """The measures as a result for programs and as text."""
    parts = [f"{title}\n{LEGEND.format(tau=tau, margin=margin)}"]
    found = []
    for place, some in table.groupby(WAY, sort=False):
        persona_set, said_by, done_by = (str(each) for each in place)
        if _is_shown_already(table, some, said_by, done_by):
            continue
        if said_by == "confirmation":
            parts.append(_confirmed(some, persona_set))
            found += confirmed_findings(some, persona_set)
            continue
        parts.append("\n\n".join(_way(some, f"DIVERGENCE - {named(said_by, done_by)}; {persona_set}", most)))
        real = some[~some["model"].isin(NULL_RESPONDERS)]
        for (scope, model), rows in real[real["scope"].isin(["overall", "model", "trait"])].groupby(
            ["scope", "model"], sort=False
        ):
            if scope != "trait":
                own = real[
                    (real["model"] == model)
                    & (real["scope"].eq("trait") | real["scope"].eq("overall") & (scope == "overall"))
                ]
                found.append(
                    finding(
                        rows, own[own["scale"] != ""], str(model) or "all models", persona_set, said_by, done_by, margin
                    )
                )
    parts.append("\n".join(f"FINDING, {each}" for each in found))
    every = [{str(name): plain(value) for name, value in row.items()} for row in table.to_dict("records")]
    return {"margin": margin, "tau": tau, "findings": found, "measures": every}, "\n\n".join(
        part for part in parts if part
    )


def _is_shown_already(table: DataFrame, some: DataFrame, said_by: str, done_by: str) -> bool:
    """Expected values are printed only where the answers themselves can't be compared; the JSON has both."""
    if "expected" not in said_by + done_by:
        return False
    names = {"said_by": said_by.replace("expected", "chosen"), "done_by": done_by.replace("expected", "chosen")}
    plainer = table[
        (table["persona_set"] == some["persona_set"].iloc[0])
        & table["measure"].eq("spearman")
        & table["scope"].eq("model")
    ]
    plainer = plainer[(plainer["said_by"] == names["said_by"]) & (plainer["done_by"] == names["done_by"])]
    return bool(plainer["value"].notna().any())


def _way(table: DataFrame, title: str, most: int) -> list[str]:
    real, nulls = table[~table["model"].isin(NULL_RESPONDERS)], table[table["model"].isin(NULL_RESPONDERS)]
    whole = real[real["scope"].isin(["overall", "model"]) & real["scale"].eq("")]
    parts = [f"{title}\n{frame(_lines(whole))}"]
    if len(nulls):
        wide = nulls.pivot_table(
            index="model", columns="measure", values="value", sort=False, dropna=False
        ).reset_index()
        parts.append(
            f"Answered without looking (null responders)\n{frame(wide.rename(columns={'model': 'responder'}))}"
        )
    scales = real[real["scale"].ne("")]
    scales = scales.assign(model=scales["model"].where(scales["scope"] != "overall", "all models"))
    if len(scales):
        parts.append(f"By trait\n{frame(_wide(scales, ['model', 'scale']))}")
    personas = real[real["scope"].eq("persona")]
    if personas["persona"].nunique() > 1:
        few = personas[personas["persona"].isin(personas["persona"].unique()[:most])]
        parts.append(f"By persona (intervals over items)\n{frame(_wide(few, ['model', 'persona']))}")
    return parts


def _lines(table: DataFrame) -> DataFrame:
    """One line a measure, with its interval and nulls."""
    words = {True: "yes", False: "no"}
    return DataFrame(
        {
            "model": table["model"].where(table["scope"] != "overall", "all models"), "measure": table["measure"],
            "value": table["value"], "95 % interval": _intervals(table, "low", "high"),
            "items permuted": _nulls(table, "null_items"), "persons exchanged": _nulls(table, "null_persons"),
            "beyond its nulls": [words.get(each, "") for each in table["above_null"]],
            "verdict": table["verdict"], "personas": table["n_persons"], "note": table["note"],
        }
    )  # fmt: skip


def _nulls(table: DataFrame, name: str) -> list[str]:
    rows = zip(table[name], table[f"{name}_low"], table[f"{name}_high"], strict=True)
    return ["" if mean != mean else f"{mean:.2f} {interval(low, high)}" for mean, low, high in rows]


def _intervals(table: DataFrame, low: str, high: str) -> list[str]:
    return [interval(*ends) for ends in zip(table[low].astype(float), table[high].astype(float), strict=True)]


def _wide(table: DataFrame, by: list[str]) -> DataFrame:
    """One line a trait or persona, a column a measure: "value [low, high]"; * marks what is beyond its nulls."""
    cells = table.assign(cell=[_cell(row) for _, row in table.iterrows()])
    wide = cells.pivot_table(index=by, columns="measure", values="cell", aggfunc="first", sort=False)
    shown = [
        each
        for each in (*OF_PAIRS, "level_gap", "rank_change", "correlation", "disattenuated", "calibrated_gap")
        if each in wide
    ]
    wide = wide[[each for each in shown if not wide[each].eq("-").all()]].reset_index()
    verdicts = cells[cells["measure"] == "level_gap"].set_index(by)["verdict"]
    if verdicts.ne("").any():
        wide["level"] = [verdicts.get(tuple(place), "") for place in wide[by].itertuples(index=False)]
    return wide.drop(columns=["model"]) if wide["model"].nunique() == 1 else wide


def _cell(row: Series[Any]) -> str:
    if row["value"] != row["value"]:
        return "-"
    return f"{row['value']:.2f}{'*' if row['above_null'] is True else ''}{between(row)}"


def _confirmed(table: DataFrame, persona_set: str) -> str:
    whole = table[table["scope"].isin(["overall", "model"]) & table["scale"].eq("")]
    return (
        f"SELF-CONFIRMATION - percent of chosen actions that are confirmed by themselves, and of the other pole's; {persona_set}\n"
        f"{frame(_lines(whole)[['model', 'measure', 'value', '95 % interval', 'personas', 'note']])}"
    )
