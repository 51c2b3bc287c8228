"""Differences between models over the same personas, with corrected tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from pandas import DataFrame

from psychometrics import adjust_families, paired_effect, quasi_f
from psychometrics.estimate import Estimate
from traitscope import places, tables
from traitscope.choosing import where_all
from traitscope.estimates import FEWEST_FOR_INTERVAL, withheld
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.record import Record

ALL_OTHERS = "all others"
LEVEL = 0.05
QUASI_F, PAIRED_T = "quasi-F", "paired t"


@dataclass(frozen=True)
class Compared:
    """Whose answers to one inventory, asked in one way of one persona set, are compared with the reference's."""

    inventory: str
    ask: str
    persona_set: str
    reference: str
    others: tuple[str, ...]

    @property
    def models(self) -> tuple[str, ...]:
        """All of them, the reference first."""
        return (self.reference, *self.others)


def models(record: Record, inventory: str, ask: str) -> list[str]:
    """The models that have scores, those that gave one constant answer last."""
    found = where_all(places.places(record), inventory=inventory, ask=ask).sort_values("constant", kind="stable")
    scored = set(scores_of(record, inventory, ask)["model"])
    return [str(each) for each in found["model"] if each in scored]


def without_scores(record: Record, inventory: str, ask: str) -> list[str]:
    """The models that were asked and have no score, such as one that refuses."""
    found = where_all(places.places(record), inventory=inventory, ask=ask)
    scored = set(scores_of(record, inventory, ask)["model"])
    return [str(each) for each in found["model"] if each not in scored]


def one_model(record: Record, inventory: str, ask: str) -> str:
    """Why there is nothing to compare, and what to do."""
    answered, asked = ", ".join(models(record, inventory, ask)), list(record.manifest.models)
    why = (
        f"of the models of this record, {f'only {answered}' if answered else 'none'} has usable answers here"
        if len(asked) > 1
        else f"this record asks one model only, {', '.join(asked)}"
    )
    return (
        f"There is nothing to compare: {why}. Name another one in the study file ({record.folder / 'study.toml'}), models = [...], and run it "
        f"again with traitscope run: what was answered is kept, and only the new model is asked."
    )


def shared_sets(record: Record, inventory: str, ask: str, of: Sequence[str]) -> list[str]:
    """Persona sets of which two personas or more have scores from each of these models, in a reader's order."""
    people = scores_of(record, inventory, ask).drop_duplicates(["model", "persona"])
    people = people[people["model"].isin(of)]
    everywhere = people.groupby(["persona_set", "persona"], sort=False)["model"].nunique() == len(set(of))
    sizes = everywhere.groupby(level="persona_set", sort=False).sum()
    return places.sets_in_order(record, {str(name): int(size) for name, size in sizes.items() if size > 1})


def differences(record: Record, compared: Compared) -> DataFrame:
    """One row a scale x other model: its scores less the reference's, over the personas, forms and draws that both answered.

    Columns scale, name, level, model, reference, n_persons, n_forms, mean, mean_reference, difference with low and high (POMP, or nats per
    token), d with d_low and d_high (pairs; of the personas' means), test, statistic, df, p, p_holm (over all rows of one level), note in words.

    With several forms the test is the quasi-F over personas and forms, since all models share the forms; with one it is the paired t.
    """
    return kept(_differences, record, compared)


def levels(record: Record, compared: Compared) -> list[str]:
    """ "domain", and "facet" where the inventory has facets."""
    table = differences(record, compared)
    return sorted(set(table["level"])) if len(table) else ["domain"]


def unit(compared: Compared) -> str:
    """What the differences are in."""
    return "nats per token" if compared.ask.startswith("likelihood") else "POMP (percent of the maximum possible score)"


def scores_of(record: Record, inventory: str, ask: str) -> DataFrame:
    """The scores that there are, one row a sitting x scale, with the column value (POMP, or nats per token)."""
    return kept(_of_place, record, inventory, ask)


def _of_place(record: Record, inventory: str, ask: str) -> DataFrame:
    elicitation, _, version = ask.partition(": ")
    table = where_all(tables.scores(record), inventory=inventory, elicitation=elicitation, version=version)
    table = table.assign(value=table["score"] if elicitation == "likelihood" else table["pomp"])
    return table[table["value"].notna()]


def _differences(record: Record, compared: Compared) -> DataFrame:
    own = where_all(scores_of(record, compared.inventory, compared.ask), persona_set=compared.persona_set)
    own = own.assign(form=own["form"] + " / " + own["reply"])
    rows = []
    for (scale, name, level), some in own.groupby(["scale", "name", "level"], sort=False):
        for other in compared.others:
            place = {"scale": scale, "name": name, "level": level, "model": other, "reference": compared.reference}
            rows.append(place | _difference(_both(some, other, compared.reference), other, compared.reference))
    table = DataFrame(rows)
    if len(table):
        table = adjust_families(table, family="level", level=LEVEL).drop(columns=["n_tests", "method", "rejected"])
        table = table.rename(columns={"p_adjusted": "p_holm"}).assign(note=table["note"])
    return table


def _both(scores: DataFrame, other: str, reference: str) -> DataFrame:
    """The rows of persona, form and draw that both models answered."""
    two = scores[scores["model"].isin([other, reference])]
    answered = two.groupby(["persona", "form", "replicate"], sort=False)["model"].transform("nunique")
    return two[answered == 2]


def _difference(rows: DataFrame, other: str, reference: str) -> dict[str, Any]:
    means = rows.groupby(["persona", "model"], sort=False)["value"].mean().unstack("model")
    if means.empty:
        means = DataFrame(columns=[other, reference], dtype=float)
    pairs = paired_effect(means[reference], means[other])
    forms = rows["form"].nunique()
    test, found, statistic, df = PAIRED_T, _shift(pairs), pairs.extra.get("t"), pairs.extra.get("df")
    if forms > 1:
        over_both = quasi_f(rows.rename(columns={"persona": "person", "model": "condition"}), levels=(other, reference))
        if "p" in over_both.extra:
            test, found, statistic, df = QUASI_F, over_both, over_both.extra["f"], over_both.extra["df2"]
    shown, d = withheld(found), withheld(pairs)
    few = "" if pairs.n_persons >= FEWEST_FOR_INTERVAL else f"no interval below {FEWEST_FOR_INTERVAL} personas"
    notes = dict.fromkeys(filter(None, [in_words(pairs.note), few]))
    return {
        "n_persons": pairs.n_persons, "n_forms": forms, "mean": means[other].mean(), "mean_reference": means[reference].mean(),
        "difference": found.value, "low": shown.low, "high": shown.high, "d": d.value, "d_low": d.low, "d_high": d.high,
        "test": test if "p" in found.extra else None, "statistic": statistic, "df": df, "p": found.extra.get("p", np.nan),
        "note": "; ".join(notes),
    }  # fmt: skip


def _shift(pairs: Estimate) -> Estimate:
    """The mean difference of the pairs, with the t interval and test that belong to it."""
    value, low, high = (cast(float, pairs.extra[name]) for name in ("mean_shift", "mean_shift_low", "mean_shift_high"))
    return Estimate(
        value, low, high, method="t over persons", n_persons=pairs.n_persons, note=pairs.note, extra=pairs.extra
    )
