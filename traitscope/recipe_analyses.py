"""What a recipe can make of its record, by name: each analysis gives exhibits for every place that was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from traitscope import places
from traitscope.choosing import choices, where_all
from traitscope.exhibit import Exhibit
from traitscope.record import Record
from traitscope.results import (
    aligned_shown,
    assigned_shown,
    change_shown,
    choices_shown,
    control_band,
    fidelity_shown,
    firmness_shown,
    judged_shown,
    multitrait_shown,
    openly_shown,
    paraphrases_shown,
    profiles,
    profiles_shown,
    response_biases_shown,
    roleplay_shown,
    said_done_shown,
    settings_shown,
    subjects_shown,
    topics_shown,
    type_confusion_shown,
    types_shown,
    validity_shown,
    words_shown,
)


def effects(record: Record) -> Iterator[Exhibit]:
    """d of the assigned pole on its scale, with its null of permuted labels."""
    for place in _places(record):
        for level in _levels(record, place):
            for persona_set in assigned_shown.sets(record, **place):
                yield assigned_shown.effects(record, **place, level=level, persona_set=persona_set)


def reliability(record: Record) -> Iterator[Exhibit]:
    """Alpha of each scale over the personas of each set."""
    for place in _places(record):
        for level in _levels(record, place):
            yield profiles_shown.reliability(record, **place, level=level)


def beside_controls(record: Record) -> Iterator[Exhibit]:
    """Each group's mean against the band of neutral personas."""
    for place in _places(record):
        people = profiles.people(record, **place)
        for controls in control_band.sets(record, people)[:1]:
            band = control_band.band(people, controls)
            for level in _levels(record, place):
                shown = where_all(people, level=level)
                # of assigned sets their poles, which say more than each persona by itself
                groups = [each for each in profiles.groups(shown)[0] if ": assigned " in each or each == "bare model"]
                table = profiles.profile(record, groups, **place, level=level)
                yield profiles_shown.dots(record, control_band.placed(table, band), band, **place)


def types(record: Record) -> Iterator[Exhibit]:
    """The letters of each persona, beside those it was assigned."""
    for place in _places(record):
        if types_shown.has_types(record, place["inventory"]):
            yield types_shown.letters(record, **place)


def trait_scores(record: Record) -> Iterator[Exhibit]:
    """TRAIT's score of each trait, the same by probabilities, and refusals, in percent."""
    for place in _chosen(record):
        yield choices_shown.scores(record, **place)


def sensitivities(record: Record) -> Iterator[Exhibit]:
    """How many choices change with the order, the prompt, and the words of the situation."""
    for place in _chosen(record):
        yield choices_shown.sensitivities(record, **place)


def firm_or_fickle(record: Record) -> Iterator[Exhibit]:
    """Position-weighted consistency, flips and the round of the first flip, by scale and by round."""
    for place in _places(record):
        if place["ask"].endswith(": chosen"):
            yield from firmness_shown.exhibits(record, **place)


def type_confusion(record: Record) -> Iterator[Exhibit]:
    """Assigned against measured types: the matrix, and accuracy overall and by axis against chance."""
    for place in _rated(record):
        if types_shown.has_types(record, place["inventory"]):
            yield from type_confusion_shown.confusion(record, **place)


def default_types(record: Record) -> Iterator[Exhibit]:
    """The types of the bare model over its sittings."""
    for inventory, ask in dict.fromkeys((place["inventory"], place["ask"]) for place in _rated(record)):
        if types_shown.has_types(record, inventory):
            yield from type_confusion_shown.defaults(record, inventory, ask)


def steerability(record: Record) -> Iterator[Exhibit]:
    """Inertia, steerability and share of the top two options of each scale, over the personas of each set with attributes."""
    for place in _rated(record):
        for persona_set in roleplay_shown.sets(record, **place):
            yield roleplay_shown.steerability(record, **place, persona_set=persona_set)


def attribute_effects(record: Record) -> Iterator[Exhibit]:
    """What each attribute of the personas does to each scale."""
    for place in _rated(record):
        for persona_set in roleplay_shown.sets(record, **place):
            yield from roleplay_shown.effects(record, **place, persona_set=persona_set)


def word_correlations(record: Record) -> Iterator[Exhibit]:
    """Which categories of words go with the poles that the writers of texts were assigned."""
    yield words_shown.word_correlations(record)


def judge_gates(record: Record) -> Iterator[Exhibit]:
    """Whether the judge tells the poles of texts that were written to show them; else it is not usable."""
    yield judged_shown.judge_gates(record)


def judged_poles(record: Record) -> Iterator[Exhibit]:
    """How often the judge tells from the texts which poles their writers were assigned."""
    yield judged_shown.judged_poles(record)


def fidelity(record: Record) -> Iterator[Exhibit]:
    """Do the sentences of texts show the assigned levels: accuracy, and consistency within and over texts."""
    yield fidelity_shown.fidelity(record)


def claim_gates(record: Record) -> Iterator[Exhibit]:
    """Whether the judge tells true claims about known texts from false ones; else it is not usable."""
    yield fidelity_shown.claim_gates(record)


def constraints(record: Record) -> Iterator[Exhibit]:
    """Active-passive-constraint score: do texts respect the claims that follow from what was assigned?"""
    yield fidelity_shown.constraints(record)


def _rated(record: Record) -> Iterator[dict[str, str]]:
    """The places whose answers are options that were chosen in a rating."""
    return (place for place in _places(record) if place["ask"] == "rating: chosen")


def _chosen(record: Record) -> Iterator[dict[str, str]]:
    """The places where actions were chosen."""
    return (place for place in _places(record) if place["ask"] == "choice: chosen")


def _places(record: Record) -> Iterator[dict[str, str]]:
    """Every place in the ways that are told of; what likelihoods are before they are centred says little."""
    table = places.places(record)
    for inventory, model, ask in zip(table["inventory"], table["model"], table["ask"], strict=True):
        if ask in places.ASKS and ask != "likelihood: item_centred":
            yield {"inventory": inventory, "model": model, "ask": ask}


def _levels(record: Record, place: dict[str, str]) -> list[str]:
    """Domains only: facets have too few items for a table of a paper."""
    return choices(profiles.people(record, **place), "level")[:1]


ANALYSES: dict[str, Callable[[Record], Iterator[Exhibit]]] = {
    "effects": effects,
    "word_correlations": word_correlations,
    "judge_gates": judge_gates,
    "judged_poles": judged_poles,
    "said_of_subjects": subjects_shown.said_of_subjects,
    "steadiness": subjects_shown.steadiness,
    "fairness": subjects_shown.fairness,
    "aligned": aligned_shown.aligned,
    "fidelity": fidelity,
    "claim_gates": claim_gates,
    "constraints": constraints,
    "open_answers": openly_shown.open_answers,
    "changes": change_shown.changes,
    "groups": change_shown.groups,
    "reliability": reliability,
    "beside_controls": beside_controls,
    "types": types,
    "type_confusion": type_confusion,
    "default_types": default_types,
    "steerability": steerability,
    "attribute_effects": attribute_effects,
    "trait_scores": trait_scores,
    "sensitivities": sensitivities,
    "four_measures": said_done_shown.four_measures,
    "three_divergences": said_done_shown.three_divergences,
    "level_gaps": said_done_shown.level_gaps,
    "firm_or_fickle": firm_or_fickle,
    "against_rest": settings_shown.against_rest,
    "variance_shares": settings_shown.variance_shares,
    "apart": settings_shown.apart,
    "inconsistency": paraphrases_shown.inconsistency,
    "least_consistent": paraphrases_shown.least_consistent,
    "by_topic": topics_shown.by_topic,
    "reliabilities": validity_shown.reliabilities,
    "convergent_validity": multitrait_shown.convergent_validity,
    "criterion_validity": multitrait_shown.criterion_validity,
    "shaping": validity_shown.shaping,
    "desirability": response_biases_shown.desirability,
    "acquiescence": response_biases_shown.acquiescence,
}
