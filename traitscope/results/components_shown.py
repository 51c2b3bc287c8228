"""Where the variance of the answers comes from, and what a study with more items, forms or draws would buy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pandas import DataFrame, concat

from psychometrics import GStudy, d_study, smallest_design
from psychometrics.components import Components
from traitscope import figures
from traitscope.apa import column, interval, number
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.overview import counted, model_name
from traitscope.places import about, ask_words
from traitscope.record import Record
from traitscope.results.coefficients import Asked, computed, whole_sample
from traitscope.statistics.found import domains
from traitscope.statistics.generalizability import MOST, copied_draws, grid, study_of

WANTED = 0.80  # Phi that scores of single persons should have
FEWEST_OFFERED = 10  # levels of a facet that a chooser goes up to at least
RESIDUAL = "residual"
COMPONENTS = [
    column("name", "scale"), column("effect", "source"), column("variance", "variance", "number", "squared answer categories; likelihoods: nats", 3),
    column("percent", "% of variance", "number", "", 1), column("df", "df", "count"), column("note"),
]  # fmt: skip
DEPENDABLE = [
    column("name", "scale"), column("n_persons", "persons", "count"), column("g", "G", "bounded"), column("g_low, g_high", "95 % CI of G", "bounded"),
    column("phi", "Phi", "bounded"), column("phi_low, phi_high", "95 % CI of Phi", "bounded"),
    column("sem_relative", "SEM, relative", "number"), column("sem_absolute", "SEM, absolute", "number"), column("note"),
]  # fmt: skip
QUANTITIES = {"G": "g", "Phi": "phi", "SEM, relative": "sem_relative", "SEM, absolute": "sem_absolute"}
CURVE = [
    column("coefficient"), column("item", "items", "count"), column("form", "forms", "count"), column("draw", "draws", "count"),
    column("value", "value", "bounded"), interval("bounded"),
    column("sem", "SEM", "number", "of a persona's mean answer, in answer categories: relative beside G, absolute beside Phi"),
    column("calls", "calls", "count"), column("note"),
]  # fmt: skip
NEEDS = {
    "form": "Everything was printed in one form, so what more forms buy cannot be told.",
    "draw": "Every prompt was asked once, so what more draws buy cannot be told.",
}


def components(record: Record, asked: Asked) -> DataFrame:
    """One row a scale x source of variance.

    Columns scale, name, effect ("persona", "persona x item", ...), variance (negative ones are kept), percent (of the positive ones), df,
    note in words.
    """
    return kept(_components, record, asked)


def stacked(record: Record, asked: Asked) -> Exhibit:
    """The share of each source in the variance of single answers, a bar a scale."""
    question = "What makes answers differ: the persona, the item, the form, the draw?"
    table = components(record, asked)
    if table.empty or table["variance"].isna().all():
        why = (
            "; ".join(dict.fromkeys(filter(None, table["note"])))
            if len(table)
            else computed(record, asked, "g_study")["lacking"]
        )
        return Exhibit(
            "components", question, table, missing=f"No variance components: {why or 'no scale has two items'}."
        )
    wide = table.pivot_table(index="name", columns="effect", values="percent", sort=False).fillna(0.0).reset_index()
    parts = {effect: effect for effect in dict.fromkeys(table["effect"])}
    figure = figures.stacked(
        wide, question, rows="name", parts=parts, x="share of the variance of single answers", faint=(_residual(table),)
    )
    told = f"{_who(record, asked)}, n = {counted(whole_sample(record, asked).who.nunique(), 'persona')}. The larger the persona's own share, the better."
    note = "Shares of the estimated components; a negative estimate counts as 0 and stands in the table. What a persona shares with the form "
    note += "or the draw is error of its scores. The residual is what nothing else explains."
    return Exhibit("components", question, table, COMPONENTS, told, figure, note=note, about=_about(record, asked))


def dependable(record: Record, asked: Asked) -> Exhibit:
    """G, Phi and the standard errors of the study as it was asked."""
    question = "How dependable are the scores of the study as it was asked?"
    known = whole_sample(record, asked).inventory
    rows: dict[str, dict[str, Any]] = {}
    for each in computed(record, asked, "g_study")["estimates"]:
        scale, name = each["scale"], QUANTITIES[each["quantity"]]
        row = rows.setdefault(
            scale, {"scale": scale, "name": known.scale(scale).name, "n_persons": each["n_persons"], "note": ""}
        )
        ends = {name: "value", f"{name}_low": "low", f"{name}_high": "high"}
        row |= {column: np.nan if each[end] is None else each[end] for column, end in ends.items()}
        row["note"] = row["note"] or in_words(each["note"])
    table = DataFrame(list(rows.values()))
    if table.empty:
        return Exhibit("dependable", question, table, missing="No scale has two items that were answered.")
    told = f"{_who(record, asked)}. 95 % intervals over personas, none below 10. G is of the ranks of personas, Phi of their scores as they stand; "
    told += "SEM in answer categories (likelihoods: nats per token)."
    return Exhibit("dependable", question, table, DEPENDABLE, told, about=_about(record, asked))


def scales(record: Record, asked: Asked) -> dict[str, str]:
    """Scales with items enough for a D-study: names by id."""
    sample = whole_sample(record, asked)
    return {scale: sample.inventory.scale(scale).name for scale in domains(sample) if len(sample.keys(scale)) > 1}


def observed(record: Record, asked: Asked, scale: str) -> dict[str, int]:
    """How many items, forms and draws the study had, of those facets that were varied."""
    found = _study(record, asked, scale).components
    return {facet: int(found.levels[facet]) for facet in found.design.facets}


def most(facet: str, now: int) -> int:
    """How many levels of a facet a chooser offers."""
    return max(now, min(MOST[facet], max(FEWEST_OFFERED, 4 * now)))


def unknown(record: Record, asked: Asked, scale: str) -> list[str]:
    """What the D-study cannot tell, and why."""
    study = _study(record, asked, scale)
    told = [why for facet, why in NEEDS.items() if facet not in study.components.design.facets]
    if copied_draws(whole_sample(record, asked), study):
        told.append("The draws are copies of each other, as at temperature 0: what other draws would do is not known.")
    return told


def planned(record: Record, asked: Asked, scale: str, along: str, sizes: Mapping[str, int]) -> Exhibit:
    """Phi and G of studies of other sizes: a curve over `along`, all else and the chosen point as in `sizes`."""
    table = d_table(record, asked, scale, along, tuple(sizes.items()))
    study = _study(record, asked, scale)
    name = whole_sample(record, asked).inventory.scale(scale).name
    question = f"What would more or fewer {along}s buy: {name}?"
    if table["value"].isna().all():
        return Exhibit(
            "d_study",
            question,
            table,
            missing=f"Not known: {in_words(str(table['note'].iloc[0])) or 'no variance between personas'}.",
        )
    others = ", ".join(counted(size, facet) for facet, size in sizes.items() if facet != along)
    figure = figures.curve(
        table.rename(columns={"coefficient": "group"}), question, x=f"number of {along}s" + (f" (with {others})" if others else ""),
        y="coefficient", at=along, point=sizes[along], line=WANTED, span=(0.0, 1.0),
    )  # fmt: skip
    told = f"{_who(record, asked)}; {name}; n = {counted(study.components.n_persons, 'persona')}. The band is the 95 % interval that such a study would give of itself."
    note = f"Phi is of scores as they stand, G of their ranks. The upright line is the chosen size, the dotted one {number(WANTED, 'bounded')}."
    return Exhibit("d_study", question, table, CURVE, told, figure, note=note, about=_about(record, asked))


def d_table(record: Record, asked: Asked, scale: str, along: str, sizes: tuple[tuple[str, int], ...]) -> DataFrame:
    """One row a coefficient ("Phi", "G") x number of levels of `along`.

    Columns coefficient, a number for each facet, value, low, high, sem (absolute beside Phi, relative beside G), calls, note.
    """
    return kept(_d_table, record, asked, scale, along, sizes)


def told_of(record: Record, asked: Asked, scale: str, along: str, sizes: Mapping[str, int]) -> str:
    """What the chosen size gives, and which is the smallest that reaches the wanted Phi."""
    table = d_table(record, asked, scale, along, tuple(sizes.items()))
    point = {row["coefficient"]: row for row in table[table[along] == sizes[along]].to_dict("records")}
    if not point or np.isnan(point["Phi"]["value"]):
        return ""
    phi, g = point["Phi"], point["G"]
    if phi["value"] == 0:
        return (
            "The scores of these personas do not differ by more than error, so no size of study makes them dependable."
        )
    chosen = ", ".join(counted(size, facet) for facet, size in sizes.items())
    return (
        f"With {chosen}: Phi {number(phi['value'], 'bounded')}, G {number(g['value'], 'bounded')}, and a persona's mean answer has a "
        f"standard error of {number(phi['sem'])} (SEM), for {counted(int(phi['calls']), 'call')}. {smallest(record, asked, scale)}"
    )


def smallest(record: Record, asked: Asked, scale: str) -> str:
    """The smallest study whose Phi reaches what is wanted, in a sentence."""
    return kept(_smallest, record, asked, scale)


def _study(record: Record, asked: Asked, scale: str) -> GStudy:
    return kept(_g_study, record, asked, scale)


def _g_study(record: Record, asked: Asked, scale: str) -> GStudy:
    study = study_of(whole_sample(record, asked), scale, interval="none")
    if study is None:
        raise ValueError(f"scale {scale}: a D-study needs two items")  # `scales` names those that have them
    return study


def _components(record: Record, asked: Asked) -> DataFrame:
    found = computed(record, asked, "g_study")
    sample = whole_sample(record, asked)
    parts = []
    for name, rows in found["tables"].items():
        scale = name.removeprefix("variance components, ")
        table = DataFrame(rows).assign(scale=scale, name=sample.inventory.scale(scale).name)
        parts.append(table)
    if not parts:
        return DataFrame()
    table = concat(parts, ignore_index=True)
    effects = set(table["effect"])
    table["effect"] = [_words(effect, effects) for effect in table["effect"]]
    table["note"] = table["note"].map(in_words)
    return table[["scale", "name", "effect", "variance", "percent", "df", "note"]]


def _words(effect: str, effects: set[str]) -> str:
    """A source of variance in words; the residual by what it holds, which with draws is what another draw does."""
    if effect != RESIDUAL:
        return effect.replace("person", "persona").replace(" x ", " × ")
    single = {each for each in effects if " x " not in each and each != RESIDUAL}
    crossed = " × ".join(
        each for each in ("persona", "item", "form") if each.removesuffix("a") in single or each in single
    )
    drawn = any(each.count(" x ") == len(single) - 1 and len(single) > 1 for each in effects)
    return f"{RESIDUAL}: another draw" if drawn else f"{RESIDUAL}: {crossed}, and all else"


def _residual(table: DataFrame) -> str:
    return next(str(each) for each in table["effect"] if str(each).startswith(RESIDUAL))


def _about(record: Record, asked: Asked) -> dict[str, str]:
    """All forms are looked at here, whichever was chosen elsewhere."""
    return about(record, inventory=asked.inventory, model=asked.model, ask=asked.ask, persona_set=asked.persona_set)


def _who(record: Record, asked: Asked) -> str:
    return f"{model_name(record, asked.model)}; {asked.inventory}; {ask_words(asked.ask)}; {asked.persona_set}"


def _d_table(record: Record, asked: Asked, scale: str, along: str, sizes: tuple[tuple[str, int], ...]) -> DataFrame:
    study = _study(record, asked, scale)
    now = dict(sizes)
    grid_of = {facet: [size] for facet, size in now.items()} | {along: list(range(1, most(along, now[along]) + 1))}
    found = d_study(study, grid_of)
    named = {"Phi": ("phi", "sem_absolute"), "G": ("g", "sem_relative")}
    parts = [
        found[[*now]].assign(coefficient=name, value=found[each], low=found[f"{each}_low"], high=found[f"{each}_high"],
                             sem=found[sem], calls=found["calls"], note=found["note"].map(in_words))
        for name, (each, sem) in named.items()
    ]  # fmt: skip
    return concat(parts, ignore_index=True)


def _smallest(record: Record, asked: Asked, scale: str) -> str:
    study = _study(record, asked, scale)
    found = smallest_design(study, "phi", WANTED, grid(study.components.design.facets, {}))
    wanted = f"Phi of {number(WANTED, 'bounded')}"
    if found.note == "not_reached":
        return f"No study within {_limits(study.components)} reaches a {wanted}."
    if found.note:
        return ""
    sizes = ", ".join(counted(found.sizes[facet], facet) for facet in study.components.design.facets)
    return f"The fewest calls that reach a {wanted}: {sizes}."


def _limits(found: Components) -> str:
    limits: list[Any] = [counted(MOST[facet], facet) for facet in found.design.facets]
    return ", ".join(limits)
