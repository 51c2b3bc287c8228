"""What limits the conclusions of one record: every sentence here is said only where it applies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pandas import DataFrame

from traitscope import freeze, places
from traitscope.apa import number
from traitscope.choosing import where_all
from traitscope.estimates import FEWEST_FOR_INTERVAL
from traitscope.overview import simulated
from traitscope.record import FROZEN, Record
from traitscope.report.methods import answers_of, file_of, listed
from traitscope.report.topics import compared, shown_places
from traitscope.results import comparison_shown, control_band, place_sample, profiles
from traitscope.store import StoreError

FEW_PERSONAS = 50  # below, an interval of a coefficient is too wide to plan by
MUCH_LOST, MUCH_LOW = 0.05, 0.10  # shares of trials: without a usable answer, and with a low label mass
LOW_MASS = 0.1  # probability that any label was said


def limits(record: Record) -> list[str]:
    """Sentences for a paper's section on limits, those that apply, in the order of the study's parts."""
    answers = answers_of(record)
    return [told for each in LIMITS for told in each(record, answers)]


def _nothing_yet(record: Record, answers: DataFrame) -> Iterator[str]:
    pending = int(answers["outcome"].isna().sum()) if len(answers) else 0
    if not len(answers) or pending == len(answers):
        yield "Nothing has been answered yet: this report describes a plan."
    elif pending:
        yield f"{pending:,} of {len(answers):,} trials are not answered yet, so everything here may still change."


def _simulated(record: Record, answers: DataFrame) -> Iterator[str]:
    some = [name for name in record.manifest.models if simulated(record, name)]
    if some:
        yield f"{listed(some)} {'is a simulated responder' if len(some) == 1 else 'are simulated responders'}: nothing here says anything of a language model."


def _one_model(record: Record, answers: DataFrame) -> Iterator[str]:
    real = [name for name in record.manifest.models if not simulated(record, name)]
    if len(record.manifest.models) == 1 and real:
        yield "One model was asked, in one version: nothing here can be carried over to another model, nor to the next version of this one."


def _few_personas(record: Record, answers: DataFrame) -> Iterator[str]:
    sizes: dict[str, list[int]] = {}
    for place in shown_places(record):
        for name, rows in profiles.people(record, **place).groupby("persona_set", sort=False):
            sizes.setdefault(str(name), []).append(int(rows["persona"].nunique()))
    several = {name: some for name, some in sizes.items() if max(some) > 1}
    if sizes and not several:
        yield "There is one persona, and so no difference between persons: reliability, validity, and effects over persons cannot be estimated."
        return
    small = {name: some for name, some in several.items() if min(some) < FEW_PERSONAS}
    if small:
        told = listed(f"{name} has {_span(some)} personas" for name, some in small.items())
        without = (
            f" Below {FEWEST_FOR_INTERVAL} personas there is no interval at all."
            if min(map(min, small.values())) < FEWEST_FOR_INTERVAL
            else ""
        )
        yield f"Persona sets are small ({told}), so intervals over persons are wide and estimates of reliability may move by much in another set.{without}"


def _span(sizes: list[int]) -> str:
    """ "16", or "8 to 16" where not every inventory was put to all."""
    low, high = min(sizes), max(sizes)
    return f"{low}" if low == high else f"{low} to {high}"


def _composed(record: Record, answers: DataFrame) -> Iterator[str]:
    if any(each.assigned for each in record.manifest.personas.values()) and len(answers):
        yield (
            "Personas were composed with assigned levels of the very traits that are measured. That spreads the scores and raises coefficients over persons; "
            "they hold for these texts, and not for people or for personas with less distinct levels."
        )


def _no_controls(record: Record, answers: DataFrame) -> Iterator[str]:
    asked = shown_places(record)
    if asked and all(
        control_band.sets(record, profiles.people(record, **place))[0] == control_band.NONE for place in asked
    ):
        yield "No set of neutral personas was asked, so a shift of a trait cannot be told from the spread that any persona text brings."


def _words_repeated(record: Record, answers: DataFrame) -> Iterator[str]:
    assigned = any(each.assigned for each in record.manifest.personas.values())
    if _elicited(answers, "likelihood") and assigned and not record.manifest.negated:
        yield "No persona set with negated markers was asked: a likelihood may rise because a word of the persona is repeated, and not because the persona is played."


def _ipsative(record: Record, answers: DataFrame) -> Iterator[str]:
    if any(place["ask"] == "likelihood: double_centred" for place in shown_places(record)):
        yield "Likelihoods centred within persona are ipsative: the scales of a persona are not independent, and correlations between them, and factors, are distorted."
    if _elicited(answers, "likelihood"):
        yield "Likelihoods are in nats per token and have no common metric with ratings, choices, or human norms: levels cannot be compared, only order and pattern."


def _constant(record: Record, answers: DataFrame) -> Iterator[str]:
    table = places.places(record) if shown_places(record) else DataFrame()
    for (model, elicitation), rows in (
        table[table["constant"]].groupby(["model", "elicitation"], sort=False) if len(table) else ()
    ):
        names = listed(dict.fromkeys(rows["inventory"]))
        yield f"{model} gave one constant answer, or took one place on the page, in its {elicitation} of {names}: these answers measure no trait."


def _no_retest(record: Record, answers: DataFrame) -> Iterator[str]:
    printed = _printed(answers)
    printed = printed[printed["outcome"] == "answered"] if len(printed) else printed
    for name in dict.fromkeys(printed["model"]) if len(printed) else ():
        able, given = record.manifest.abilities.get(str(name)), record.manifest.models.get(str(name), {})
        if able and able.deterministic and not given.get("temperature"):
            yield f"{name} is deterministic as it was asked: a repeat is a copy, so the stability of its answers over draws cannot be estimated."
        elif where_all(printed, model=name)["replicate"].nunique() < 2:
            yield f"{name} was asked everything once, so the stability of its answers over draws is not known."


def _one_form(record: Record, answers: DataFrame) -> Iterator[str]:
    printed = _printed(answers)
    if not len(printed):
        return
    whole = printed.assign(whole=printed["form"] + printed["reply"])
    forms = whole.groupby(["inventory", "elicitation"], sort=False)["whole"].nunique().reset_index()
    some = [f"{row['inventory']} ({row['elicitation']})" for row in forms[forms["whole"] < 2].to_dict("records")]
    if some:
        yield f"Printed in one form only: {listed(some)}. What another order of options, other labels, or another wording would change is not known there."


def _lost(record: Record, answers: DataFrame) -> Iterator[str]:
    asked = answers[answers["outcome"].notna()] if len(answers) else answers
    for model, rows in asked.groupby("model", sort=False) if len(asked) else ():
        share = float((rows["outcome"] != "answered").mean())
        if share > MUCH_LOST:
            yield f"{model} gave no usable answer in {number(share, 'percent')} of {len(rows):,} trials. If what is refused hangs on the trait, the scores of the rest are biased."


def _low_mass(record: Record, answers: DataFrame) -> Iterator[str]:
    known = answers[answers["label_mass"].notna()] if len(answers) else answers
    for (model, elicitation), rows in known.groupby(["model", "elicitation"], sort=False) if len(known) else ():
        share = float((rows["label_mass"] < LOW_MASS).mean())
        if share > MUCH_LOW:
            yield f"In {number(share, 'percent')} of its {elicitation} trials {model} said any label with a probability below .1: there an answer rests on very little."


def _translated(record: Record, answers: DataFrame) -> Iterator[str]:
    languages = sorted(set(answers["language"]) - {"en"}) if len(answers) else []
    if languages:
        yield (
            f"Items were also printed in {listed(languages)}, while the instruction stayed English. That a translation measures the same was not tested here."
        )


def _no_invariance(record: Record, answers: DataFrame) -> Iterator[str]:
    for at in compared(record, shown_places(record)):
        told = comparison_shown.invariance(record, at)
        if not told.endswith("so means can be compared."):
            yield f"{at.inventory}, {places.ask_words(at.ask)}, between models. {told}"


def _norms(record: Record, answers: DataFrame) -> Iterator[str]:
    used = dict.fromkeys(
        place["inventory"] for place in shown_places(record) if profiles.people(record, **place)["t"].notna().any()
    )
    if used:
        yield f"T and percentile of {listed(used)} place a model among people. That the items measure the same in people and in a model has not been shown."


def _only_words(record: Record, answers: DataFrame) -> Iterator[str]:
    if len(answers) and any(record.inventory(str(name)).kind == "action" for name in answers["inventory"].unique()):
        yield "What is called doing is a choice, a rating, or a likelihood of an action in a told situation: it is no behaviour."


def _known_items(record: Record, answers: DataFrame) -> Iterator[str]:
    names = [name for name, each in record.inventories().items() if each.citations and each.kind == "cognition"]
    if names and any(not simulated(record, name) for name in record.manifest.models):
        yield f"The items of {listed(names)} are public, and a model may have met them with their keys; `traitscope probe` tells how far."


def _not_planned(record: Record, answers: DataFrame) -> Iterator[str]:
    file = file_of(record)
    if file is None:
        yield "The study file of this record cannot be read, so what was planned cannot be told."
        return
    try:
        frozen = (record.folder / FROZEN).is_file() and freeze.read(record.folder)
    except StoreError as problem:
        yield f"{problem}."
        return
    if not frozen:
        yield "Neither the plan nor its analysis was fixed before data were seen, so nothing here confirms a hypothesis."


def _one_set(record: Record, answers: DataFrame) -> Iterator[str]:
    for place in shown_places(record):
        sets: Any = place_sample.persona_sets(record, **place)
        if len(sets) == 1:
            yield f"Reliability was estimated in one persona set, {sets[0]}: whether it holds in another is not known."
            return


def _elicited(answers: DataFrame, elicitation: str) -> bool:
    return bool(len(answers)) and bool(answers["elicitation"].eq(elicitation).any())


def _printed(answers: DataFrame) -> DataFrame:
    """The trials whose options were printed."""
    return answers[answers["elicitation"] != "likelihood"] if len(answers) else answers


LIMITS: tuple[Callable[[Record, DataFrame], Iterator[str]], ...] = (
    _nothing_yet,
    _simulated,
    _one_model,
    _few_personas,
    _composed,
    _no_controls,
    _one_set,
    _known_items,
    _translated,
    _one_form,
    _no_retest,
    _constant,
    _lost,
    _low_mass,
    _ipsative,
    _words_repeated,
    _only_words,
    _norms,
    _no_invariance,
    _not_planned,
)
