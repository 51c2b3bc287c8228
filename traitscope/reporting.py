"""A record as text for a terminal, and as CSV files."""

from __future__ import annotations

from typing import Any

import numpy as np
from pandas import DataFrame

from psychometrics.estimate import plain
from traitscope import analysis, estimates, scenarios
from traitscope.findings import findings
from traitscope.freeze import deviations
from traitscope.listing import terms_of
from traitscope.planning import spending
from traitscope.record import Record
from traitscope.responders.imported import told_of
from traitscope.text import frame, interval

VERSIONS = {
    "chosen": "score of the most probable (or chosen) option, in the inventory's own metric",
    "expected": "expected value under the label probabilities, in the inventory's own metric",
    "item_centred": "nats per token, less the item's mean over the reference personas",
    "double_centred": "nats per token, less the item's mean over the reference personas and the persona's over BFI-44 (ipsative)",
    "raw": "nats per token, not centred: tells more about the sentence than about the persona",
}


def status(record: Record) -> tuple[dict[str, Any], str]:
    """Progress and outcomes."""
    counts = record.progress()
    table = analysis.outcomes(record)
    state = "complete" if counts["done"] == counts["trials"] > 0 else "unfinished: run the study again to go on"
    text = f"{record.manifest.title}\n{counts['done']} of {counts['trials']} trials done, {counts['failed']} failed; {state}"
    parts = [text, frame(table)]
    with record.store() as store:
        names, rows = store.table("failures")
    failures = DataFrame(rows, columns=names).drop(columns="last")
    if len(failures):
        parts.append(f"FAILED - the last message of each trial that is still to be asked\n{frame(failures)}")
    spent = spending(record)
    if len(spent):
        parts.append(f"SPENT - by calls that were answered\n{frame(spent, 4)}")
    parts += [f"{trials} answers were taken over from {other}" for other, trials in record.manifest.reused.items()]
    result = {"record": str(record.folder), **counts, "outcomes": _rows(table), "failures": _rows(failures)}
    return result | {"spent": _rows(spent), "reused": record.manifest.reused}, "\n\n".join(parts)


def show(record: Record) -> tuple[dict[str, Any], str]:
    """Profile, reliability and effect tables with one finding for each elicitation."""
    tables = estimates.tables(record)
    told = findings(record, tables)
    parts = [f"{record.manifest.title}\n{_models(record)}"]
    profile = _profile(tables["standings"])
    for (elicitation, version), rows in profile.groupby(["elicitation", "version"], sort=False):
        rows = _without_constants(rows.drop(columns=["elicitation", "version"]).dropna(axis="columns", how="all"))
        parts.append(f"PROFILE by {elicitation} - {VERSIONS[str(version)]}\n{frame(rows)}")
    parts += [_norms(record, tables["standings"])] if tables["standings"]["norm"].any() else []
    if len(tables["reliability"]):
        rows = tables["reliability"].query("n_persons > 1 and level == 'domain' and version != 'raw'").copy()
        rows["95 % interval"] = [interval(low, high) for low, high in zip(rows["low"], rows["high"], strict=True)]
        shown = ["model", "persona_set", "inventory", "elicitation", "version", "form", "scale", "alpha", "95 % interval", "alpha_person_means", "sd", "sem",
                 "n_persons", "n_rows", "note"]  # fmt: skip
        parts.append(
            f"RELIABILITY - Cronbach's alpha over the personas of a set\n{frame(_without_constants(rows[shown]))}"
        )
    if len(tables["assigned"]):
        # raw and item-centred scores differ by a constant a scale: the same alpha and the same d
        rows = tables["assigned"].query("version != 'raw'").copy()
        rows["95 % interval"] = [interval(low, high) for low, high in zip(rows["d_low"], rows["d_high"], strict=True)]
        shown = ["model", "persona_set", "inventory", "elicitation", "version", "scale", "d_ddof0", "d_ddof1", "95 % interval", "null95",
                 "spearman", "n_persons", "note"]  # fmt: skip
        rows = _without_constants(rows[rows["level"] == "domain"][shown])
        parts.append(
            "EFFECT OF THE ASSIGNED LEVEL - d between the poles, and Spearman's rho; null95: 95 % of permuted persona labels give less\n"
            + frame(rows)
        )
    if len(tables["recovery"]):
        controls = tables["recovery"][~tables["recovery"]["version"].isin(["expected", "raw"])]
        parts.append(
            f"PLAYED OR REPEATED - d by meaning with plain and with negated markers\n{frame(_without_constants(controls))}"
        )
    if len(tables["forms"]):
        shown = [
            "inventory",
            "factor",
            "level_a",
            "level_b",
            "agreement",
            "change",
            "shift",
            "n_persons",
            "n_pairs",
            "note",
        ]
        parts.append(
            f"EFFECT OF THE FORM - the same item of the same person in two printed forms\n{frame(_without_constants(tables['forms'][shown]))}"
        )
    parts += _scenarios(tables)
    if len(tables["types"]):
        shown = ["model", "persona", "inventory", "form", "letters", "note"]
        chosen = tables["types"][tables["types"]["version"] == "chosen"]
        parts.append(f"TYPES\n{frame(_without_constants(chosen[shown]).head(40))}")
    parts.append(f"OUTCOMES\n{frame(_without_constants(tables['outcomes']))}")
    otherwise = deviations(record)
    if otherwise is not None:
        parts.append("\n".join(["DEVIATIONS from the frozen plan", *(f"- {each}" for each in otherwise)]) if otherwise
                     else "DEVIATIONS from the frozen plan: none")  # fmt: skip
    terms = terms_of(record.inventories().values())
    parts.append("\n".join(f"FINDING, {each}" for each in told) or "No answers yet.")
    parts += ["\n".join(terms)] if terms else []
    result = {
        name: _rows(tables[name])
        for name in (
            "standings",
            "reliability",
            "assigned",
            "recovery",
            "forms",
            "trait_scores",
            "scenario_items",
            "types",
            "outcomes",
        )
    }
    return {
        "record": str(record.folder),
        "findings": told,
        "deviations": otherwise,
        "terms": terms,
        **result,
    }, "\n\n".join(parts)


SHOWN_SCORES = (
    "trait_score",
    "continuous_score",
    "refusal_rate",
    "order_sensitivity",
    "prompt_sensitivity",
    "paraphrase_sensitivity",
)
SHOWN_EFFECTS = ["model", "persona_set", "inventory", "elicitation", "version", "item", "scale", "effect", "d", "95 % interval",
                 "n_persons", "d_statement", "share_high", "flag"]  # fmt: skip


def _scenarios(tables: dict[str, DataFrame]) -> list[str]:
    """Trait scores as one wide table, and of the scenarios those that tell no poles apart."""
    parts = []
    if len(tables["trait_scores"]):
        wide = _without_constants(_wide(tables["trait_scores"]))
        parts.append(
            "TRAIT SCORES - percent; 95 % interval over personas (none below 10), over scenarios where there is one persona\n"
            + frame(wide)
        )
    effects = tables["scenario_items"]
    if len(effects):
        shares = [
            f"{each.model}, {each.persona_set}, {each.inventory}, {each.elicitation}: {each.version}: "
            f"{each.n_right} of {each.n} scenarios in the assigned direction ({each.share_right:.0%})"
            for each in scenarios.sign_share(effects).itertuples()
        ]
        flagged = effects[effects["flag"] != ""].copy()
        flagged["95 % interval"] = [
            interval(low, high) for low, high in zip(flagged["low"], flagged["high"], strict=True)
        ]
        told = frame(_without_constants(flagged[SHOWN_EFFECTS])) if len(flagged) else "No scenario is flagged."
        parts.append(
            "SCENARIOS - effect of the assigned pole by item, flagged ones only (scenario_items.csv of an export has all)\n"
            + "\n".join([*shares, told])
        )
    return parts


def _wide(scores: DataFrame) -> DataFrame:
    """One row a group, with a column a statistic: "55.0 [50.1, 60.2]"."""
    by = ["model", "persona_set", "inventory", "scale", "group"]
    some = scores[scores["statistic"].isin(SHOWN_SCORES)].copy()
    some["told"] = [
        "-" if np.isnan(value) else f"{value:.1f} {interval(low, high, 1)}".removesuffix(" -")
        for value, low, high in zip(some["value"], some["low"], some["high"], strict=True)
    ]
    order = some[by].drop_duplicates()
    wide = some.pivot(index=by, columns="statistic", values="told").reindex(columns=SHOWN_SCORES)
    wide["n_persons"] = some.groupby(by)["n_persons"].max()
    wide = wide.reindex(list(order.itertuples(index=False, name=None))).reset_index()
    empty = [name for name in SHOWN_SCORES if wide[name].eq("-").all()]
    return wide.drop(columns=empty)


def _models(record: Record) -> str:
    told = []
    for name, able in record.manifest.abilities.items():
        called = told_of(name, able.simulated)
        told.append(called if called != name else f"{name} ({able.resolved or 'as named'})")
    return "; ".join(told)


def _profile(standings: DataFrame) -> DataFrame:
    """Means over persons, by persona set and assigned pole: one line a scale."""
    table = standings[(standings["level"] == "domain") & ~standings["version"].isin(["raw", "item_centred"])].copy()
    table["group"] = np.where(
        table["assigned"].notna(), table["persona_set"] + ", " + table["assigned"].map(_level), table["persona_set"]
    )
    by = ["elicitation", "version", "model", "inventory", "scale", "name", "group"]
    return table.groupby(by, sort=False).agg(
        persons=("persona", "size"), mean=("score", "mean"), sd=("score", "std"), pomp=("pomp", "mean"), t=("t", "mean"),
        percentile=("percentile", "mean"), norm=("norm", _first), norm_n=("norm_n", _first),
    ).reset_index()  # fmt: skip


def _norms(record: Record, standings: DataFrame) -> str:
    """Whom T and percentile compare with."""
    used = standings[standings["norm"] != ""][["inventory", "norm"]].drop_duplicates()
    told = []
    for name, norm in used.itertuples(index=False):
        found = next(each for each in record.inventory(name).norms if each.id == norm)
        told.append(f"Norm {norm}: {found.population}; n {found.n or 'not told'}. Source: {found.source}")
    return "\n".join(told)


def _without_constants(table: DataFrame) -> DataFrame:
    """Leave out `model` and `persona_set` where the whole record has one of them."""
    constant = [name for name in ("model", "persona_set") if name in table and table[name].nunique() == 1]
    return table.drop(columns=constant)


def _first(values: Any) -> Any:
    return values.iloc[0] or None


def _level(level: float) -> str:
    return {1.0: "high", -1.0: "low"}.get(level, f"level {level:g}")


def _rows(table: DataFrame) -> list[dict[str, Any]]:
    return [{str(name): plain(value) for name, value in row.items()} for row in table.to_dict("records")]
