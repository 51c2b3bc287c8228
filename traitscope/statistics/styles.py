"""What the answers owe to the way of answering: agreement, extremes, places and labels on the page, desirability."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from pandas import DataFrame, to_numeric

from psychometrics import (
    desirability_shift,
    label_preference,
    position_preference,
    response_styles,
    style_alphas,
)
from traitscope.analysis import norm_for
from traitscope.estimates import SEED
from traitscope.sample import Sample
from traitscope.statistics.found import WHOLE, Findings, Found, Statistic, Table, domain_of, domains, form_cells, scores
from traitscope.statistics.reliability import estimates_of

# which end of a trait is the socially desirable one (Salecha et al., 2024, for the Big Five)
DESIRABLE = {
    "extraversion": 1, "agreeableness": 1, "conscientiousness": 1, "openness": 1, "openness to experience": 1,
    "neuroticism": -1, "machiavellianism": -1, "narcissism": -1, "psychopathy": -1,
}  # fmt: skip


def styles(sample: Sample) -> Findings:
    scale_of = domain_of(sample)
    keys = {item: sample.inventory.item(item).key for item in scale_of}
    low, high = sample.ends(keys)
    raw = sample.raw[[item for item in sample.raw if item in keys]]
    found = response_styles(raw, keys, low, high, scales=scale_of, persona=sample.who)
    yield from (Found(WHOLE, name, each) for name, each in estimates_of(found))
    first = sample.one_each.raw
    for scale in domains(sample):
        own = sample.keys(scale)
        if len(own) < FEWEST_FOR_STYLES:
            continue
        alphas = style_alphas(first[list(own)], own, low, high, missing=sample.missing)
        for name, each in estimates_of(alphas):
            # unkeyed answers must contradict each other, so nobody is asked whether the keys are right
            told = each if name != "unkeyed" else dataclasses.replace(each, warnings=())
            yield Found(scale, f"alpha, {name}", told)


def places(sample: Sample) -> Findings:
    found = position_preference(_chosen(sample, "place", "position"), seed=SEED)
    yield Found(WHOLE, "same place on the page in two orders", found.same_position)
    yield Found(WHOLE, "same content in two orders", found.same_content)
    yield Table(f"chosen places{f' ({found.note})' if found.note else ''}", found.shares)


def labels(sample: Sample) -> Findings:
    found = label_preference(_chosen(sample, "label", "label"), seed=SEED)
    yield Found(WHOLE, "same label in two forms", found.same_label)
    yield Found(WHOLE, "same content in two forms", found.same_content)
    yield Table(f"chosen labels{f' ({found.note})' if found.note else ''}", found.shares)


def desirability(sample: Sample) -> Findings:
    directions, spreads = desirable(sample)
    parts = [
        DataFrame({"person": sample.who, "level": sample.factors[BLOCKS], "value": scores(sample, scale)}).assign(
            scale=scale
        )
        for scale in directions
    ]
    long = DataFrame({name: [value for part in parts for value in part[name]] for name in parts[0]})
    for found in desirability_shift(long, directions, spreads):
        pair = f"{found.level} items in a prompt against {found.reference}"
        yield Found(WHOLE, f"shift in the desirable direction, human SDs, {pair}", found.shift)
        yield from (Found(scale, f"the same, {pair}", each) for scale, each in found.of_scales.items())


FEWEST_FOR_STYLES = 4  # items: of one pair, what is left without acquiescence is one number
BLOCKS = "items_per_prompt"


def desirable(sample: Sample) -> tuple[dict[str, int], dict[str, float]]:
    """Scales whose desirable end is known and whose SD among people was verified."""
    norm = norm_for(sample.inventory)
    directions, spreads = {}, {}
    for scale in domains(sample):
        trait = sample.inventory.scale(scale).trait.lower()
        direction = DESIRABLE.get(trait.lstrip("-"))
        figures = norm.scales.get(scale) if norm else None
        if (
            direction
            and figures
            and figures.sd
            and norm
            and (norm.metric == "sum") == (sample.inventory.scoring == "sum")
        ):
            directions[scale] = -direction if trait.startswith("-") else direction
            spreads[scale] = figures.sd
    return directions, spreads


def _chosen(sample: Sample, column: str, name: str) -> DataFrame:
    """Columns person, item, level (the form), `name` (of what was chosen), value and replicate."""
    items = list(_with(sample, column))
    apart = {"person": sample.who, "level": form_cells(sample)}
    if "replicate" in sample.table:
        apart["replicate"] = sample.table["replicate"]
    long = sample.raw[items].assign(**apart).melt(list(apart), var_name="item")
    seen = sample.table[[f"{column}.{item}" for item in items]].melt()["value"]
    long[name] = (to_numeric(seen, errors="coerce") if name == "position" else seen.where(seen != "")).to_numpy()
    return long


def _with(sample: Sample, column: str) -> Iterator[str]:
    return (str(name) for name in sample.raw if f"{column}.{name}" in sample.table)


def raw_answers(sample: Sample) -> str:
    return (
        "needs raw answers: the styles of answers that are already keyed cannot be told" if sample.already_keyed else ""
    )


def chosen_places(sample: Sample) -> str:
    return (
        "" if any(_with(sample, "place")) else "needs columns place.ITEM, or a column place in long data, or a record"
    )


def chosen_labels(sample: Sample) -> str:
    return (
        "" if any(_with(sample, "label")) else "needs columns label.ITEM, or a column label in long data, or a record"
    )


def blocks(sample: Sample) -> str:
    if BLOCKS not in sample.factors:
        return f"needs a column factor.{BLOCKS} with two levels"
    return "" if desirable(sample)[0] else "needs scales with a known desirable end and a verified human SD"


STATISTICS = {
    "styles": Statistic("Response styles: acquiescence, extreme and mid-point use", raw_answers, styles),
    "positions": Statistic("Is an option chosen, or a place on the page?", chosen_places, places),
    "labels": Statistic("Is an option chosen, or its label?", chosen_labels, labels),
    "desirability": Statistic(
        "Shift towards desirable answers with the number of items in a prompt", blocks, desirability
    ),
}
