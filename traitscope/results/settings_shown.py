"""Settings shown: every way of asking the same questions as one row, and which levels, factors and settings stand apart.

After Huang et al. (2024, arXiv 2305.19926), where a setting is one run of the inventory.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame, concat

from psychometrics import density_outliers, eta_squared, level_against_rest, numbered
from traitscope import figures, places, tables
from traitscope.apa import column
from traitscope.choosing import choices, where_all
from traitscope.exhibit import Exhibit
from traitscope.form_words import WORDS
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.overview import counted
from traitscope.places import about
from traitscope.record import Record
from traitscope.results.forms_asked import FormsAsked, asked, levels

RUN = "run: order of items, draw"  # what is called a replicate in a study
REST = "several together, and all else"
NOTHING = "Fewer than two settings have a score on a scale, so none can be compared."
SAME = 1e-12  # a spread below is rounding

LEVELS = [
    column("factor", "what varies"), column("level"), column("name", "scale"), column("n", "settings", "count"),
    column("n_rest", "all others", "count"), column("mean_difference", "difference", "number", "mean of this level less that of all others"),
    column("relation", "", "text", "=, < or > at .001"), column("test"), column("p", "p", "p"), column("note"),
]  # fmt: skip
SHARES = [
    column("name", "scale"), column("factor", "what varies"), column("n_levels", "levels", "count"), column("n", "settings", "count"),
    column("sd", "SD", "number", "of the scores over settings"), column("share", "share", "bounded", "eta squared"),
    column("omega_squared", "less chance", "bounded", "omega squared: about 0 where only chance is at work"), column("note"),
]  # fmt: skip
OUTLIERS = [
    column("space"), column("dimensions", "dimensions", "count"), column("n", "settings", "count"),
    column("n_outliers", "outliers", "count"), column("share", "share", "percent"), column("n_clusters", "clusters", "count"), column("note"),
]  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """One row a setting: `factors` has a column for each factor that varies, `scores` one for each scale (NaN unless all persons answered)."""

    found: FormsAsked
    persona_set: str
    n_persons: int
    factors: DataFrame
    scores: DataFrame

    def caption(self, *more: str) -> str:
        """Who was asked how, in how many settings; then `more`."""
        whole = int(self.scores.notna().all(axis="columns").sum())
        told = f"{self.found.who}; {self.found.place[0]}; {places.ask_words(self.found.place[2])}; {self.persona_set}; "
        told += f"n = {counted(self.n_persons, 'person')}, {counted(whole, 'whole setting')} of {len(self.scores)}."
        return " ".join([told, *more])

    @property
    def unit(self) -> str:
        return "answer categories" if self.found.width else "POMP"

    def name(self, scale: str) -> str:
        return self.found.inventory.scale(scale).name


def settings(record: Record, inventory: str, model: str, ask: str, persona_set: str) -> Settings:
    """Domain scores of every setting, a mean over the persons of the set; runs are settings, as in the paper."""
    return kept(_settings, record, inventory, model, ask, persona_set)


def level_table(record: Record, inventory: str, model: str, ask: str, persona_set: str) -> Exhibit:
    """Each level of each factor against all others, scale by scale."""
    of, question = settings(record, inventory, model, ask, persona_set), "Which way of asking moves the scores?"
    parts = [
        level_against_rest(of.scores[scale], of.factors[factor]).assign(scale=scale, name=of.name(scale), code=factor)
        for factor in of.found.varied
        for scale in map(str, of.scores)
    ]
    table = concat(parts, ignore_index=True) if parts else DataFrame()
    if table.empty or table["mean_difference"].isna().all():
        return Exhibit("level_against_rest", question, table, missing=NOTHING)
    order = [(factor, each) for factor in of.found.varied for each in levels(of.factors[factor], factor)]
    ranks = [order.index((code, level)) for code, level in zip(table["code"], table["level"], strict=True)]
    table = table.assign(rank=ranks).sort_values("rank", kind="stable", ignore_index=True).drop(columns="rank")
    table.insert(0, "factor", table["code"].map(WORDS))
    table["row"] = table["factor"] + ": " + table["level"]
    table["note"] = [
        "no spread on either side" if each == "zero_variance" else in_words(each) for each in table["note"]
    ]
    figure = figures.heatmap(
        table, question, rows="row", columns="name", value="mean_difference", unit="less all others", middle=0.0
    )
    apart = int(table["relation"].isin(["<", ">"]).sum())
    tested = int(table["relation"].isin(["<", ">", "="]).sum())
    told = f"Differences in {of.unit}: {apart} of {counted(tested, 'comparison')} are below .001"
    still = int((table["relation"] == "").sum())
    caption = of.caption(told + (f", {still} more have no spread to test." if still else "."))
    note = (
        "Student's t, or Welch's where a two-sided variance-ratio test is below .001; = unless t is. As published, settings count as "
        "independent rows, and no correction is made for many tests: read it as a description of this set of settings, not of persons."
    )
    return Exhibit("level_against_rest", question, table, LEVELS, caption, figure, note=note, about=_about(record, of))


def shares(record: Record, inventory: str, model: str, ask: str, persona_set: str) -> Exhibit:
    """The share of the variance over settings that each factor has by itself, scale by scale."""
    of, question = (
        settings(record, inventory, model, ask, persona_set),
        "What makes the scores of one and the same person differ?",
    )
    table = (
        concat([_shares(of, str(scale)) for scale in of.scores], ignore_index=True) if len(of.scores) else DataFrame()
    )
    if table.empty or table["share"].isna().all():
        whole = len(table) > 0 and bool((table["sd"] <= SAME).any())
        told = "Every setting gives the same scores: there is no variance to share out." if whole else NOTHING
        return Exhibit("setting_shares", question, table, missing="" if whole else told, columns=SHARES if whole else (),
                       caption=of.caption(told) if whole else "", about=_about(record, of))  # fmt: skip
    known = table[table["share"].notna()]
    wide = known.pivot_table(index="name", columns="factor", values="share", sort=False).fillna(0.0).reset_index()
    parts = {each: each for each in dict.fromkeys(known["factor"])}
    figure = figures.stacked(
        wide,
        question,
        rows="name",
        parts=parts,
        x="share of the variance over settings",
        faint=tuple({REST} & set(parts)),
    )
    caption = of.caption(
        f"Shares of the variance of scores over settings (eta squared, each factor by itself); SD in {of.unit}."
    )
    note = (
        f"“{REST}” is what the factors do jointly, and chance; it is told where every combination was asked. Chance alone gives a "
        "factor (levels − 1) / (settings − 1). A share of very little is very little: see the SD."
    )
    return Exhibit("setting_shares", question, table, SHARES, caption, figure, note=note, about=_about(record, of))


def outliers(record: Record, inventory: str, model: str, ask: str, persona_set: str) -> Exhibit:
    """How many settings lie apart from all others by DBSCAN, in each of three spaces."""
    of, question = settings(record, inventory, model, ask, persona_set), "Do some settings give a profile of their own?"
    whole = of.scores.dropna()
    if len(whole) < 2:
        return Exhibit("setting_outliers", question, DataFrame(), missing=NOTHING)
    rows = []
    for space, points in _spaces(whole, of.unit).items():
        share = density_outliers(points, space).share
        rows.append({"space": space, "dimensions": points.shape[1], "n": len(points), "n_outliers": share.extra["n_outliers"], "share": share.value,
                     "n_clusters": share.extra["n_clusters"], "eps": share.extra["eps"], "min_points": share.extra["min_points"],
                     "note": in_words(share.note)})  # fmt: skip
    table = DataFrame(rows)
    eps, least = rows[0]["eps"], rows[0]["min_points"]
    caption = of.caption(f"DBSCAN, eps {eps}, at least {least} settings within it.")
    note = (
        "The number of outliers depends on the space: the paper's eps is kept in each, though its unit differs. With few settings no "
        "region is dense, and then none stands out."
    )
    return Exhibit("setting_outliers", question, table, OUTLIERS, caption, None, note=note, about=_about(record, of))


def against_rest(record: Record) -> Iterator[Exhibit]:
    """Each level of each form factor against all others: =, < or >, with the mean difference."""
    for place in _places(record):
        yield level_table(record, **place)


def variance_shares(record: Record) -> Iterator[Exhibit]:
    """The share of each form factor in the variance of scores over settings."""
    for place in _places(record):
        yield shares(record, **place)


def apart(record: Record) -> Iterator[Exhibit]:
    """Settings that lie apart from all others (DBSCAN), with the space named."""
    for place in _places(record):
        yield outliers(record, **place)


def _places(record: Record) -> Iterator[dict[str, str]]:
    """As in the paper the answers that are chosen, of every set by itself."""
    found = where_all(places.places(record), elicitation="rating", version="chosen")
    for inventory, model, ask in zip(found["inventory"], found["model"], found["ask"], strict=True):
        place = {"inventory": inventory, "model": model, "ask": ask}
        if asked(record, **place).varied:
            for persona_set in choices(asked(record, **place).rows, "persona_set"):
                yield place | {"persona_set": persona_set}


def _settings(record: Record, inventory: str, model: str, ask: str, persona_set: str) -> Settings:
    found = asked(record, inventory, model, ask)
    place = {"inventory": inventory, "model": model, "elicitation": found.elicitation, "version": found.version}
    scores = where_all(tables.scores(record), **place, persona_set=persona_set, level="domain")
    printed = found.rows.drop_duplicates("sitting").set_index("sitting")
    scores = scores.assign(**{factor: scores["sitting"].map(printed[factor]).astype(str) for factor in found.varied})
    by = [*found.varied, "replicate"]
    # item means, whatever the inventory's own metric is: of sums the paper's eps would say nothing
    if found.width:
        low = min(low for low, _ in found.ends.values())
        scores["score"] = low + scores["pomp"] * found.width / 100
    else:
        scores["score"] = scores["pomp"]
    n_persons = scores["persona"].nunique()
    cells = scores.groupby([*by, "scale"], sort=False)["score"].agg(["mean", "count"]).reset_index()
    # a mean over other persons in each setting would be a difference between persons
    cells["mean"] = cells["mean"].where(cells["count"] >= n_persons)
    wide = cells.pivot(index=by, columns="scale", values="mean")[list(dict.fromkeys(cells["scale"]))]
    factors = wide.index.to_frame(index=False)
    return Settings(found, persona_set, n_persons, factors, wide.reset_index(drop=True))


def _shares(of: Settings, scale: str) -> DataFrame:
    known = of.scores[scale].notna()
    scores, factors = of.scores.loc[known, scale].to_numpy(float), of.factors[known]
    names = {factor: WORDS[factor] for factor in of.found.varied}
    names |= {"replicate": RUN} if factors["replicate"].nunique() > 1 else {}
    sd = float(scores.std(ddof=1)) if len(scores) > 1 else math.nan
    common = {"scale": scale, "name": of.name(scale), "n": len(scores), "sd": sd}
    rows: list[dict[str, object]] = []
    parts, settings_possible = 0.0, 1
    for factor, words in names.items():
        n_levels = int(factors[factor].nunique())
        if sd <= SAME:
            share, less, note = math.nan, math.nan, "every setting gives the same score"
        else:
            estimate = eta_squared(scores, numbered(factors[factor], factor)[0])
            share, less, note = estimate.value, _number(estimate.extra.get("omega_squared")), in_words(estimate.note)
            if estimate.note == "zero_variance":  # of scores that do vary: within each level they are all the same
                share, less, note = 1.0, 1.0, "nothing differs within its levels"
        parts, settings_possible = parts + share, settings_possible * n_levels
        told = {"factor": words, "n_levels": n_levels, "share": share, "omega_squared": less, "note": note}
        rows.append(common | told)
    if len(scores) == settings_possible and not math.isnan(parts):
        rest = {"n_levels": math.nan, "share": max(0.0, 1 - parts), "omega_squared": math.nan, "note": ""}
        rows.append(common | {"factor": REST} | rest)
    return DataFrame(rows)


def _number(value: object) -> float:
    return value if isinstance(value, float) else math.nan


def _spaces(whole: DataFrame, unit: str) -> dict[str, DataFrame]:
    """The settings as they stand, by their first two components, and with every scale on one footing."""
    spread = whole.std(ddof=1)
    centred = whole - whole.mean()
    n = counted(whole.shape[1], "scale mean")
    u, s, _ = np.linalg.svd(centred.to_numpy(float), full_matrices=False)
    return {
        f"{n}, in {unit}": whole,
        f"first two principal components of {n}, in {unit}": DataFrame((u * s)[:, :2], index=whole.index),
        f"{n}, each in SDs over settings": centred / spread.where(spread > SAME, 1.0),
    }


def _about(record: Record, of: Settings) -> dict[str, str]:
    inventory, model, ask = of.found.place
    return about(record, inventory=inventory, model=model, ask=ask, persona_set=of.persona_set)
