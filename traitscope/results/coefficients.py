"""The coefficients of reliability of one place: each by its name, and over what it says that scores hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pandas import DataFrame

from psychometrics import omega_one_factor
from traitscope import statistics
from traitscope.estimates import FEWEST_FOR_INTERVAL
from traitscope.form_words import WORDS
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.record import Record
from traitscope.results.place_sample import EVERY_FORM, forms, place_sample
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
            told.append(f"{coefficient}: not estimable on any scale ({reasons(rows)}).")
    return told


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
        | {name: known(each[name]) for name in ("value", "low", "high")}
        | {"method": each["method"], "n_persons": each["n_persons"], "n_items": known(each["n_items"])}
        | {name: known(each["extra"].get(name)) if coefficient.name == ALPHA else np.nan for name in ("sd", "sem")}
        | {"note": _note(each)}
        for each in found["estimates"]
        if each["quantity"] == coefficient.quantity and each["scale"] != "all"
    ]


def _note(estimate: dict[str, Any]) -> str:
    few = estimate["n_persons"] < FEWEST_FOR_INTERVAL and estimate["value"] is not None
    told = f"no interval below {FEWEST_FOR_INTERVAL} personas" if few else ""
    return "; ".join(filter(None, [in_words(estimate["note"]), told]))


def reasons(table: DataFrame) -> str:
    """The notes of a table, each once, in words."""
    return "; ".join(dict.fromkeys(filter(None, table["note"]))) or "no usable answers"


def known(value: Any) -> float:
    """A number of the registry; NaN where it has none."""
    return np.nan if value is None else float(value)
