"""Reliability as it is shown: every coefficient by its name, and over what it says that scores hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pandas import DataFrame

from psychometrics import omega_one_factor
from traitscope import figures, statistics
from traitscope.apa import column, interval, number
from traitscope.estimates import FEWEST_FOR_INTERVAL
from traitscope.exhibit import Exhibit
from traitscope.forms_asked import WORDS
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.overview import counted, model_name
from traitscope.place_sample import EVERY_FORM, forms, place_sample
from traitscope.record import Record
from traitscope.sample import Sample
from traitscope.statistics.found import item_tables, replicates, shown

NO_PERSONS = (
    "No persona set here has two personas or more with usable answers. Reliability is about differences between persons: repeats and "
    "forms are never further persons. A study asks a whole set when it says, for instance, personas = [\"big_five_32\"]."
)  # fmt: skip
ALL_FORMS = "the mean over all forms"
PARALLEL, RETEST, ALPHA = "parallel forms", "retest, ICC(A,1)", "alpha"
LACKING = {
    "retest": "every prompt was asked once; a study with replicates = 2 and a temperature above 0 asks again",
    "parallel_forms": "everything was printed in one form; a study that says what it varies has parallel forms",
}
# what is different, for each factor of a form
OTHER = {
    "reply": "another way of reading the answer", "wording": "another wording", "labels": "other labels", "options": "another order of options",
    "binding": "labels that stay elsewhere", "items": "another order of items", "items_per_prompt": "more or fewer items in a prompt",
    "memory": "another memory", "persona_place": "the persona in another place", "language": "another language",
    "situation": "the situation told otherwise", "format": "another format of the reply",
}  # fmt: skip
# Koo and Li (2016): below the first poor, above the second good
POOR, GOOD = 0.5, 0.75
COLUMNS = [
    column("name", "scale"), column("coefficient"), column("facet", "over"), column("value", "value", "bounded"), interval("bounded"),
    column("n_persons", "persons", "count"), column("n_items", "items", "count"),
    column("sd", "persona SD", "number", "SD over the personas of their mean answer, in answer categories (likelihoods: nats per token)"),
    column("sem", "SEM", "number", "standard error of measurement, in the same unit"), column("note"),
]  # fmt: skip
RETESTED = [
    column("name", "scale"), column("n_persons", "persons", "count"), column("agreement", "ICC(A,1)", "bounded"),
    column("consistency", "ICC(C,1)", "bounded", "blind to a change of level"),
    column("change", "mean change", "number", "second draw less first"), column("sem", "SEM", "number"),
    column("sdc", "SDC", "number", "smallest change of one persona that is more than error: 1.96 times the square root of 2 times SEM"),
    column("exact", "equal scores", "percent", "share of personas with the very same score"), column("note"),
]  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """Whose reliability it is: answers of one model to one inventory, asked in one way of one persona set.

    `form` names the printed form that alpha, omega and retest are of, or `EVERY_FORM`: then they are of means over all forms.
    """

    inventory: str
    model: str
    ask: str
    persona_set: str
    form: str = EVERY_FORM


@dataclass(frozen=True)
class Coefficient:
    """A coefficient of the forest: the statistic of the registry and its quantity, its name, and what scores hold over."""

    statistic: str
    quantity: str
    name: str
    facet: str


COEFFICIENTS = (
    Coefficient("alpha", "alpha", ALPHA, "items"),
    Coefficient("omega_one_factor", "omega total, one factor", "omega total, one factor", "items"),
    Coefficient("omega", "omega hierarchical", "omega hierarchical", "items: their general factor"),
    Coefficient("retest", "icc agreement", RETEST, "draws: the same prompt, asked again"),
)


def whole_sample(record: Record, asked: Asked) -> Sample:
    """All sittings of the place, in every form and draw."""
    return place_sample(record, asked.inventory, (asked.model,), asked.ask, asked.persona_set)


def one_form(record: Record, asked: Asked) -> Sample:
    """The sittings in the form that was chosen, with all draws."""
    return place_sample(record, asked.inventory, (asked.model,), asked.ask, asked.persona_set, asked.form)


def one_sitting(record: Record, asked: Asked) -> Sample:
    """One row a person: the first draw of the chosen form. Without a choice all rows, of which means are taken."""
    sample = one_form(record, asked)
    return sample if asked.form == EVERY_FORM else sample.one_each


def first_form(record: Record, inventory: str, model: str, ask: str, persona_set: str) -> Asked:
    """The place with the first form that was printed."""
    return Asked(inventory, model, ask, persona_set, forms(record, inventory, model, ask, persona_set)[0])


def form_names(record: Record, asked: Asked) -> list[str]:
    """What alpha can be of: each printed form, and the mean over all where there are several."""
    found = forms(record, asked.inventory, asked.model, asked.ask, asked.persona_set)
    return [*found, ALL_FORMS] if len(found) > 1 else found


def in_form(asked: Asked, name: str) -> Asked:
    """The same place with the form of that name."""
    return dataclasses.replace(asked, form=EVERY_FORM if name == ALL_FORMS else name)


def names(record: Record, asked: Asked) -> list[str]:
    """The coefficients that there are."""
    table = coefficients(record, asked)
    return list(dict.fromkeys(table["coefficient"])) if len(table) else []


def names_of(record: Record, asked: Asked) -> list[str]:
    """The coefficients that may be asked for, before any is computed."""
    own = [
        each.name for each in COEFFICIENTS if each.statistic != "retest" or replicates(one_form(record, asked)) == ""
    ]
    return own + [parallel_name(str(factor)) for factor in whole_sample(record, asked).factors]


def levels(record: Record, asked: Asked) -> list[str]:
    """ "domain", and "facet" where the inventory has facets."""
    table = coefficients(record, asked)
    return sorted(set(table["level"])) if len(table) else ["domain"]


def computed(record: Record, asked: Asked, statistic: str) -> dict[str, Any]:
    """What the registry says of one statistic, worked out once."""
    return kept(_computed, record, asked, statistic)


def coefficients(record: Record, asked: Asked, names: Sequence[str] | None = None) -> DataFrame:
    """One row a scale x coefficient, or those in `names` only.

    Columns scale, name, level ("domain" or "facet"), coefficient, facet (what scores hold over), value, low, high (NaN below 10
    persons), method, n_persons, n_items, sd and sem (of the personas' mean answers, beside alpha), note in words. A coefficient
    that does not apply at all has no row; see `lacking`.
    """
    return kept(_coefficients, record, asked, None if names is None else tuple(names))


def parallel_name(factor: str) -> str:
    """The name of the coefficient over the levels of one form factor."""
    return f"{PARALLEL}: {WORDS[factor]}, ICC(A,1)"


def lacking(record: Record, asked: Asked) -> list[str]:
    """The coefficients that do not apply or have no value on any scale, each with the reason."""
    told = []
    for statistic, name in {**{each.statistic: each.name for each in COEFFICIENTS}, "parallel_forms": PARALLEL}.items():
        found = computed(record, asked, statistic)
        why = found.get("failed") or (found["lacking"] and LACKING.get(statistic, found["lacking"]))
        if why:
            told.append(f"No {name}: {why.partition(': ')[2] or why}.")
    table = coefficients(record, asked)
    for coefficient, rows in table.groupby("coefficient", sort=False) if len(table) else ():
        if rows["value"].isna().all():
            told.append(f"{coefficient}: not estimable on any scale ({_reasons(rows)}).")
    return told


def forest(record: Record, asked: Asked, chosen: Sequence[str], level: str = "domain") -> Exhibit:
    """Every chosen coefficient of every scale, with its interval."""
    question = "How far do the scores of each scale hold over items, draws and forms?"
    table = coefficients(record, asked, chosen)
    if table.empty:
        return Exhibit("reliability", question, table, missing="No coefficient was chosen, or none applies here.")
    table = table[table["level"] == level].reset_index(drop=True)
    if table["value"].isna().all():
        return Exhibit("reliability", question, table, missing=f"No coefficient can be estimated: {_reasons(table)}.")
    figure = figures.forest(
        table, question, x="coefficient: 1 where every difference between personas holds", groups="coefficient",
        span=(min(0.0, _floor(table)), 1.0),
    )  # fmt: skip
    return Exhibit("reliability", question, table, COLUMNS, caption(record, asked, table), figure)


def by_model(record: Record, asked: Asked, models: Sequence[str], coefficient: str) -> Exhibit:
    """One coefficient of every scale, the models beside each other."""
    question = f"Is it as reliable in every model: {coefficient}?"
    parts = []
    for model in models:
        if forms(record, asked.inventory, model, asked.ask, asked.persona_set):
            own = first_form(record, asked.inventory, model, asked.ask, asked.persona_set)
            parts.append(coefficients(record, own, (coefficient,)).assign(model=model))
    rows = [row for part in parts for row in part.to_dict("records") if row["level"] == "domain"]
    table = DataFrame(rows)
    if table.empty or table["value"].isna().all():
        why = _reasons(table) if len(table) else "no model was asked in a way that it needs"
        return Exhibit("reliability_by_model", question, table, missing=f"{coefficient} cannot be estimated: {why}.")
    figure = figures.forest(table, question, x=coefficient, groups="model", span=(min(0.0, _floor(table)), 1.0))
    told = (
        f"{asked.inventory}; {asked.ask}; {asked.persona_set}, n = {_span(table['n_persons'])} personas. "
        + _intervals()
    )
    return Exhibit("reliability_by_model", question, table, [column("model"), *COLUMNS], told, figure)


def retested(record: Record, asked: Asked) -> Exhibit:
    """How much a score changes when the very same prompts are asked again."""
    question = "By how much does a score change when the same prompts are asked again?"
    found = computed(record, asked, "retest")
    known = one_form(record, asked).inventory
    of = {(each["scale"], each["quantity"]): each for each in found["estimates"]}
    shown = {"agreement": "icc agreement", "consistency": "icc consistency", "change": "mean change", "sem": "sem agreement",
             "sdc": "sdc agreement", "exact": "exact agreement"}  # fmt: skip
    rows = [
        {"scale": scale, "name": known.scale(scale).name, "n_persons": of[scale, "icc agreement"]["n_persons"]}
        | {name: _number(of[scale, quantity]["value"]) for name, quantity in shown.items()}
        | {"note": in_words(of[scale, "icc agreement"]["note"])}
        for scale in dict.fromkeys(scale for scale, _ in of)
        if not known.scale(scale).parent
    ]
    table = DataFrame(rows)
    if table.empty or table["agreement"].isna().all():
        why = rows[0]["note"] if rows else LACKING["retest"]
        return Exhibit("retest", question, table, missing=f"Not known: {why}.")
    told = (
        f"{model_name(record, asked.model)}; {asked.inventory}; {asked.ask}; {asked.persona_set}; {form_words(asked)}. "
    )
    told += "Change, SEM and SDC are in the inventory's own metric."
    return Exhibit("retest", question, table, RETESTED, told)


def finding(table: DataFrame) -> str:
    """One or two sentences on what the coefficients say; "" without any."""
    known = table[table["value"].notna()] if len(table) else table
    if known.empty:
        return f"Nothing can be said of reliability: {_reasons(table)}." if len(table) else ""
    parts = []
    alpha = known[known["coefficient"] == ALPHA]
    if len(alpha):
        scales = counted(alpha["scale"].nunique(), "scale")
        parts.append(
            f"over {_span(alpha['n_persons'])} personas, alpha is {_range(alpha['value'])} over {scales}{_items(alpha)}"
        )
    others = known[known["coefficient"].str.endswith("ICC(A,1)")]
    parts += [_held(some, str(coefficient)) for coefficient, some in others.groupby("coefficient", sort=False)]
    return ". ".join(each[0].upper() + each[1:] for each in parts) + "." if parts else ""


def caption(record: Record, asked: Asked, table: DataFrame) -> str:
    """Who was asked how, how many, and what the intervals are."""
    first = (
        f"{model_name(record, asked.model)}; {asked.inventory}; {asked.ask}; persona set {asked.persona_set}, n = "
        f"{_span(table['n_persons'])} personas. Alpha, omega and retest are of {form_words(asked)}; parallel forms of means over what else "
        "varies. "
    )
    return (
        first
        + _intervals()
        + " Alpha belongs to these personas: with less spread between them it falls, so the persona SD stands beside it."
    )


def form_words(asked: Asked) -> str:
    """The form that alpha, omega and retest are of."""
    return ALL_FORMS if asked.form == EVERY_FORM else f"one printed form ({asked.form})"


def _coefficients(record: Record, asked: Asked, names: tuple[str, ...] | None) -> DataFrame:
    rows: list[dict[str, Any]] = []
    for each in COEFFICIENTS:
        if names is None or each.name in names:
            rows += _rows(computed(record, asked, each.statistic), each)
    if names is None or any(name.startswith(PARALLEL) for name in names):
        found = computed(record, asked, "parallel_forms")
        for factor in map(str, whole_sample(record, asked).factors):
            quantity = Coefficient(
                "parallel_forms", f"{factor}, agreement", parallel_name(factor), f"forms: {WORDS[factor]}"
            )
            if names is None or quantity.name in names:
                rows += _rows(found, quantity)
    scales = one_form(record, asked).inventory
    order = {scale: place for place, scale in enumerate(scales.scales)}
    table = DataFrame(rows)
    if table.empty:
        return table
    if one_form(record, asked).ipsative:
        table["note"] = [in_words("ipsative") + (f"; {each}" if each else "") for each in table["note"]]
    table["level"] = ["facet" if scales.scale(scale).parent else "domain" for scale in table["scale"]]
    table["name"] = [scales.scale(scale).name for scale in table["scale"]]
    return table.sort_values("scale", key=lambda some: some.map(order), kind="stable").reset_index(drop=True)


def _computed(record: Record, asked: Asked, statistic: str) -> dict[str, Any]:
    of = {"retest": one_form, "parallel_forms": whole_sample, "g_study": whole_sample}.get(statistic, one_sitting)
    if statistic == "omega_one_factor":
        return _omega(of(record, asked))
    found: dict[str, Any] = statistics.compute(of(record, asked), [statistic])[statistic]
    return found


def _omega(sample: Sample) -> dict[str, Any]:
    """The first of the registry's two versions, as `statistics.compute` has it: the bootstrap of the other takes a second."""
    lacking = statistics.STATISTICS["omega_one_factor"].needs(sample)
    estimates = [
        {"scale": scale, "quantity": "omega total, one factor"}
        | shown(omega_one_factor(answers, ipsative=sample.ipsative)).to_dict()
        for scale, answers in (() if lacking else item_tables(sample))
    ]
    return {"lacking": lacking, "estimates": estimates, "tables": {}}


def _rows(found: dict[str, Any], coefficient: Coefficient) -> list[dict[str, Any]]:
    return [
        {"scale": each["scale"], "name": "", "coefficient": coefficient.name, "facet": coefficient.facet}
        | {name: _number(each[name]) for name in ("value", "low", "high")}
        | {"method": each["method"], "n_persons": each["n_persons"], "n_items": _number(each["n_items"])}
        | {name: _number(each["extra"].get(name)) if coefficient.name == ALPHA else np.nan for name in ("sd", "sem")}
        | {"note": _note(each)}
        for each in found["estimates"]
        if each["quantity"] == coefficient.quantity and each["scale"] != "all"
    ]


def _note(estimate: dict[str, Any]) -> str:
    few = estimate["n_persons"] < FEWEST_FOR_INTERVAL and estimate["value"] is not None
    told = f"no interval below {FEWEST_FOR_INTERVAL} personas" if few else ""
    return "; ".join(filter(None, [in_words(estimate["note"]), told]))


def _held(some: DataFrame, coefficient: str) -> str:
    """Whether scores hold over draws or forms, in words."""
    lowest, values = some["value"].min(), _range(some["value"])
    over = {parallel_name(factor): f"with {told}" for factor, told in OTHER.items()} | {
        RETEST: "asked again in the same words"
    }
    if lowest >= GOOD:
        return f"{over[coefficient]}, the scores hold (ICC {values})"
    if some["value"].max() < POOR:
        return f"{over[coefficient]}, the scores do not hold (ICC {values})"
    weak = ", ".join(some.loc[some["value"] < GOOD, "name"])
    return f"{over[coefficient]}, the scores hold in part only (ICC {values}; below {number(GOOD, 'bounded')}: {weak})"


def _items(alpha: DataFrame) -> str:
    low, high = alpha["n_items"].min(), alpha["n_items"].max()
    return f" of {low:.0f} items" if low == high else f" of {low:.0f} to {high:.0f} items"


def _intervals() -> str:
    return f"Intervals are 95 % over personas (alpha: Feldt; ICC: F), and none stands below {FEWEST_FOR_INTERVAL} personas."


def _reasons(table: DataFrame) -> str:
    return "; ".join(dict.fromkeys(filter(None, table["note"]))) or "no usable answers"


def _range(values: Iterable[float]) -> str:
    low, high = (number(each, "bounded") for each in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def _span(values: Iterable[float]) -> str:
    low, high = min(values), max(values)
    return f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"


def _floor(table: DataFrame) -> float:
    return max(-1.0, float(np.nanmin(table[["value", "low"]].to_numpy(float))))


def _number(value: Any) -> float:
    return np.nan if value is None else float(value)
