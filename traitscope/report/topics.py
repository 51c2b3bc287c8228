"""What a record found, topic by topic: the exhibits that the pages show, each place as a reader first meets it there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from traitscope import places
from traitscope.choosing import choices, where_all
from traitscope.exhibit import Exhibit
from traitscope.overview import has_answers, model_name
from traitscope.record import Record
from traitscope.results import (
    assigned_shown,
    choices_shown,
    coefficients,
    comparison_shown,
    components_shown,
    consistency_shown,
    control_band,
    divergence_nulls_shown,
    divergence_shown,
    draws_shown,
    form_effects_shown,
    forms_asked,
    model_differences,
    outcomes,
    outcomes_by,
    place_sample,
    places_chosen,
    profiles,
    profiles_shown,
    profiles_told,
    reliability_shown,
    styles_shown,
    types_shown,
)
from traitscope.results import divergence_looked as looked
from traitscope.results.coefficients import Asked
from traitscope.results.divergence_looked import Looked
from traitscope.results.model_differences import Compared
from traitscope.web_page import Finding, Heading, Part, Points

Place = dict[str, str]  # inventory, model and ask: what every maker of exhibits takes
MOST_PLACES = 12  # that are shown in full: a record of ten models is looked at on the pages
MOST_COEFFICIENTS = 6  # as on the page Reliability
NO_SCORES = "No answer counts towards a scale yet: ratings, choices and likelihoods of scored items do."


def results(record: Record) -> list[Part]:
    """All results in their order; a topic of which nothing can be told is left out."""
    asked = shown_places(record)
    found = [
        _topic("Profiles", _by_place(record, asked, _profile)),
        _topic("Reliability", _by_place(record, asked, _reliability)),
        _topic("Consistency over forms and draws", _by_place(record, asked, _consistency)),
        _topic("Saying and doing", _divergence(record)),
        _topic("Models side by side", _comparison(record, asked)),
        _topic("Outcomes and refusals", _outcomes(record, asked)),
    ]
    first: list[Part] = [] if asked else [Heading("Results"), NO_SCORES]
    return first + [part for topic in found for part in topic]


def shown_places(record: Record) -> list[Place]:
    """One place for each inventory, model and elicitation: the way of asking that the pages open with."""
    return _all_places(record)[:MOST_PLACES]


def left_out(record: Record) -> str:
    """What a report of a large record does not show; "" where it shows all."""
    others = len(_all_places(record)) - MOST_PLACES
    return (
        f"{others} further combinations of model, inventory and elicitation are not in this report; the pages of the record show them."
        if others > 0
        else ""
    )


def _all_places(record: Record) -> list[Place]:
    if not has_answers(record):
        return []
    table = places.places(record).drop_duplicates(["model", "inventory", "elicitation"])
    return [
        {"inventory": str(inventory), "model": str(model), "ask": str(ask)}
        for inventory, model, ask in zip(table["inventory"], table["model"], table["ask"], strict=True)
    ]


def findings(record: Record) -> list[str]:
    """In brief: what the pages say of each place and of saying and doing, a paragraph each."""
    told = [f"{_name(record, place)}. {profiles_told.finding(record, **place)}" for place in shown_places(record)]
    return told + [f"{_way(at)}. {divergence_shown.verdict(record, at)}" for at in _looked(record)]


def _topic(title: str, blocks: Iterable[tuple[str, Iterable[Part]]]) -> list[Part]:
    """A heading with its blocks; why something is not shown is said once, and a block with nothing has no heading."""
    said: set[str] = set()
    parts: list[Part] = []
    for head, block in blocks:
        own = []
        for part in block:
            why = part.missing if isinstance(part, Exhibit) else part if isinstance(part, str) else ""
            if why not in said:
                own.append(part)
            said |= {why} if why else set()
        parts += [Heading(head, 2), *own] if own and head else own
    return [Heading(title), *parts] if parts else []


def _by_place(
    record: Record, asked: list[Place], made: Callable[[Record, Place], Iterator[Part]]
) -> Iterator[tuple[str, Iterator[Part]]]:
    return ((_name(record, place), made(record, place)) for place in asked)


def _name(record: Record, place: Place) -> str:
    told = f"{record.inventory(place['inventory']).title}: {places.ask_words(place['ask'])}"
    return told if len(record.manifest.models) == 1 else f"{model_name(record, place['model'])}. {told}"


def _profile(record: Record, place: Place) -> Iterator[Part]:
    people = profiles.people(record, **place)
    level = choices(people, "level")[0]
    _, first = profiles.groups(where_all(people, level=level))
    controls = control_band.sets(record, people)
    band = control_band.band(people, controls[0])
    table = profiles.profile(record, first, **place, level=level)
    if table.empty:
        yield "No persona has a usable answer here yet."
        return
    table = control_band.placed(table, band)
    yield Finding(profiles_told.finding(record, **place))
    if cautions := [*profiles_told.constants(table), *profiles_told.missing(table)]:
        yield Points(cautions)
    if table["constant"].all():  # a figure of one constant answer shows the page, not the personas
        return
    yield profiles_shown.shape(record, table, **place)
    yield profiles_shown.dots(record, table, band, **place)
    yield Points(
        [
            *control_band.told(table, band, controls[0], controls),
            *profiles_told.norms(record, table, place["inventory"]),
        ]
    )
    yield profiles_shown.everybody(record, **place, level=level)
    for persona_set in assigned_shown.sets(record, **place):
        yield assigned_shown.measured(record, **place, level=level, persona_set=persona_set)
        yield assigned_shown.effects(record, **place, level=level, persona_set=persona_set)
    if types_shown.has_types(record, place["inventory"]):
        yield types_shown.letters(record, **place)


def _reliability(record: Record, place: Place) -> Iterator[Part]:
    sets = place_sample.persona_sets(record, **place)
    if not sets:
        yield coefficients.NO_PERSONS
    for number, persona_set in enumerate(sets):
        asked = coefficients.first_form(record, **place, persona_set=persona_set)
        names = coefficients.names(record, asked)[:MOST_COEFFICIENTS]
        if told := reliability_shown.finding(coefficients.coefficients(record, asked)):
            yield Finding(told)
        yield reliability_shown.forest(record, asked, names, coefficients.levels(record, asked)[0])
        if number == 0:  # the set that the page opens with; of the others the coefficients say enough
            yield from _sources_of_variance(record, asked)


def _sources_of_variance(record: Record, asked: Asked) -> Iterator[Part]:
    if lacking := coefficients.lacking(record, asked):
        yield Points(lacking)
    yield components_shown.stacked(record, asked)
    yield components_shown.dependable(record, asked)
    yield reliability_shown.retested(record, asked)


def _consistency(record: Record, place: Place) -> Iterator[Part]:
    at = (place["inventory"], place["model"], place["ask"])
    found = forms_asked.asked(record, *at)
    yield Finding(consistency_shown.finding(record, *at))
    if found.varied:
        if found.elicitation == "choice":
            yield choices_shown.sensitivities(record, *at)
        yield form_effects_shown.shifts(record, *at)
        yield form_effects_shown.parallel(record, *at)
    else:
        yield forms_asked.ONE_FORM
    if found.has_options:
        yield places_chosen.shares(record, *at)
        yield places_chosen.again(record, *at)
    if found.elicitation == "rating":
        yield styles_shown.acquiescence(record, *at)
        yield styles_shown.use_of_scale(record, *at)
    yield draws_shown.draws(record, *at)


def _looked(record: Record) -> Iterator[Looked]:
    """For each model each elicitation of what it says beside each of what it does, in the version that the page opens with."""
    if not has_answers(record):
        return
    margin = looked.planned(record)[0]
    for model in looked.models(record):
        for said_by in _first_versions(looked.options(record, model, "said_by")):
            for done_by in _first_versions(looked.options(record, model, "done_by", said_by=said_by)):
                sets = looked.options(record, model, "persona_set", said_by=said_by, done_by=done_by)
                yield Looked(model, said_by, done_by, sets[0], margin=margin)


def _first_versions(ways: Iterable[str]) -> list[str]:
    """ "rating: chosen" and "rating: expected" are one elicitation: the first of each."""
    first: dict[str, str] = {}
    for way in ways:
        first.setdefault(way.partition(": ")[0], way)
    return list(first.values())


def _way(at: Looked) -> str:
    return f"{at.model}: said by {places.ask_words(at.said_by)}, done by {places.ask_words(at.done_by)}"


def _divergence(record: Record) -> Iterator[tuple[str, Iterator[Part]]]:
    return ((_way(at), _said_and_done(record, at)) for at in _looked(record))


def _said_and_done(record: Record, at: Looked) -> Iterator[Part]:
    yield Finding(divergence_shown.verdict(record, at))
    yield divergence_shown.by_trait(record, at)
    yield divergence_shown.by_persona(record, at)
    yield divergence_shown.points(record, at)
    yield divergence_nulls_shown.measured(record, at)
    yield divergence_nulls_shown.null(record, at, divergence_nulls_shown.statistics(record, at)[0])
    for more in (divergence_nulls_shown.without_looking, divergence_nulls_shown.confirmed):
        if (found := more(record, at)) is not None:
            yield found


def compared(record: Record, asked: Iterable[Place]) -> list[Compared]:
    """What can be compared: of each inventory and way of asking all models that share a persona set, with the first as reference."""
    found = []
    for inventory, ask in dict.fromkeys((place["inventory"], place["ask"]) for place in asked):
        models = model_differences.models(record, inventory, ask)
        sets = model_differences.shared_sets(record, inventory, ask, models) if len(models) > 1 else []
        if sets:
            found.append(Compared(inventory, ask, sets[0], models[0], tuple(models[1:])))
    return found


def _comparison(record: Record, asked: list[Place]) -> Iterator[tuple[str, Iterator[Part]]]:
    for at in compared(record, asked):
        yield f"{record.inventory(at.inventory).title}: {places.ask_words(at.ask)}", _side_by_side(record, at)


def _side_by_side(record: Record, at: Compared) -> Iterator[Part]:
    level = model_differences.levels(record, at)[0]
    yield Finding(comparison_shown.finding(record, at, level))
    yield Points(comparison_shown.cautions(record, at))
    yield comparison_shown.forest(record, at, level)
    if (steps := comparison_shown.invariance_steps(record, at)) is not None:
        yield steps
    yield comparison_shown.agreement(record, at)


def _outcomes(record: Record, asked: list[Place]) -> Iterator[tuple[str, Iterator[Part]]]:
    yield "", iter([outcomes.by_model(record)])
    for place in asked:
        by: Any = outcomes_by.outcomes(record, **place, by="item")
        if not by.missing:
            yield _name(record, place), iter([by])
