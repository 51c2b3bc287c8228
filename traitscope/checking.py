"""Known truth through the whole pipeline: simulated persons are asked, and what comes out stands beside what was put in.

The truth is exact: a simulated person says how often it would choose each option over endless repeats, and from these
chances follow its expected score, the reliability of a score, and every style.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pandas import DataFrame

from inventories.administer import trait_of
from inventories.definitions import Inventory, Item
from inventories.loading import load_inventory
from inventories.responder import About, Shown
from psychometrics import (
    Estimate,
    cronbach_alpha,
    intraclass_correlations,
    mean_over_persons,
    response_styles,
    retest,
)
from traitscope.datafile import DataError
from traitscope.responders.simulated import SimulatedResponder
from traitscope.runner import run
from traitscope.sample import Sample, record_sample
from traitscope.study import load_study

# what is put in: each world differs from the first in one thing
WORLDS: dict[str, dict[str, float]] = {
    "plain": {},
    "persons alike": {"trait_sd": 0.3},
    "noisy": {"noise": 2.5},
    "acquiescent": {"acquiescence": 0.5, "acquiescence_sd": 0.5},
    "takes the first option": {"order_bias": 0.3},
    "refuses": {"refusal_rate": 0.08},
}
FEWEST = 3  # persons; fewer have no reliability
STUDY = """
models = [{{ name = "simulated:person", parameters = {parameters} }}]
inventories = ["{inventory}"]
personas = [{{ set = "survey_random", n = {persons} }}]
seed = {seed}
[[asks]]
reply = "text"
replicates = 2
vary = {{ options = ["printed", "reversed"] }}
"""


@dataclass(frozen=True)
class Truth:
    """What the simulated persons are, exactly; one row a person in the order of the sample's persons."""

    traits: DataFrame
    expected: DataFrame  # keyed answer to each item, over repeats and both option orders
    variance: DataFrame  # of one answer in one form, over repeats
    raw: DataFrame  # expected answer as given, not keyed


def check(
    *, persons: int, inventory: str, seed: int, told: Callable[[str], object] | None = None
) -> list[dict[str, Any]]:
    """Put persons with known traits, styles and noise through a study, and compare: one row a world x scale x quantity.

    Keys world, scale, quantity, true, recovered, low, high, method, note; inside: whether the interval covers the
    truth (None without an interval). The truth is that of these very persons, so the interval of a mean, which is about
    others like them, holds it more often than it promises. `told` hears the name of each world.
    """
    if persons < FEWEST:
        raise DataError(f"check: --persons {persons}; needed are {FEWEST} or more")
    known = load_inventory(inventory)
    name = str(Path(inventory).resolve()) if inventory.endswith(".toml") else inventory
    rows: list[dict[str, Any]] = []
    for world, parameters in WORLDS.items():
        if told:
            told(world)
        with tempfile.TemporaryDirectory() as folder:
            study = Path(folder) / "check.toml"
            put_in = "{ " + ", ".join(f"{each} = {value}" for each, value in parameters.items()) + " }"
            study.write_text(STUDY.format(parameters=put_in, inventory=name, persons=persons, seed=seed), "utf-8")
            record = run(load_study(study), Path(folder) / "record")
            sample = record_sample(record, known)
            truth = _truth(sample, record.manifest.personas, SimulatedResponder("person", parameters))
            rows += [{"world": world, **row} for row in _compared(sample, truth, parameters)]
    return rows


def _compared(sample: Sample, truth: Truth, parameters: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    shares = sample.raw.isna().groupby(sample.who, sort=False).mean().mean(axis=1)
    yield _row("all", "share of refusals", parameters.get("refusal_rate", 0.0), mean_over_persons(shares))
    for scale in sample.scales:
        keys = sample.keys(scale)
        items = list(keys)
        score = sample.keyed[items].mean(axis=1)
        expected = truth.expected[items].mean(axis=1)
        noise = float(truth.variance[items].sum(axis=1).mean()) / len(items) ** 2
        reliability = float(expected.var()) / (float(expected.var()) + noise)
        yield _row(scale, "mean answer", float(expected.mean()), mean_over_persons(score.groupby(sample.who).mean()))
        forms = DataFrame({"person": sample.who, "cell": _cells(sample), "score": score})
        wide = forms.pivot(index="person", columns="cell", values="score").loc[truth.expected.index]
        if "refusal_rate" not in parameters:  # a mean over the items that were answered has no such simple error
            yield _row(scale, "reliability of one sitting", reliability, intraclass_correlations(wide).consistency)
            r = float(np.corrcoef(truth.traits[scale], expected)[0, 1]) * np.sqrt(reliability)
            yield _row(scale, "r of trait and score", r, retest(truth.traits[scale], wide.iloc[:, 0]).r)
        c = truth.expected[items].cov().to_numpy() + np.diag(truth.variance[items].mean())
        alpha = len(items) / (len(items) - 1) * (1 - np.trace(c) / c.sum())
        one = sample.keyed[(_cells(sample) == wide.columns[0]).to_numpy()][items]
        yield _row(scale, "alpha", float(alpha), cronbach_alpha(one.reset_index(drop=True)))
        if len(set(keys.values())) == 2:
            low, high = sample.ends(items)
            styles = response_styles(sample.raw[items].groupby(sample.who, sort=False).mean(), keys, low, high)
            agree = [truth.raw[[i for i in items if keys[i] == sign]].mean(axis=1).mean() for sign in (1, -1)]
            middle = (min(low.values()) + max(high.values())) / 2
            yield _row(scale, "acquiescence", float(np.mean(agree)) - middle, styles.acquiescence)


def _row(scale: str, quantity: str, true: float, found: Estimate) -> dict[str, Any]:
    inside = None if np.isnan(found.low) else bool(found.low <= true <= found.high)
    return {
        "scale": scale, "quantity": quantity, "true": true, "recovered": found.value, "low": found.low,
        "high": found.high, "inside": inside, "method": found.method, "note": found.note,
    }  # fmt: skip


def _cells(sample: Sample) -> Any:
    return sample.factors["options"] + " " + sample.table["replicate"]


def _truth(sample: Sample, personas: Mapping[str, Any], responder: SimulatedResponder) -> Truth:
    inventory = sample.inventory
    people = list(dict.fromkeys(sample.table["persona"]))
    who = list(dict.fromkeys(sample.who))
    traits, expected, variance, raw = (dict[tuple[Any, str], float]() for _ in range(4))
    for person, persona in zip(who, people, strict=True):
        about = About(persona=persona, assigned=personas[persona].assigned)
        for scale in sample.scales:
            first = inventory.item(next(iter(sample.keys(scale))))
            trait, key = trait_of(inventory, first)
            sign = key * first.key  # how the scale points on the trait
            traits[person, scale] = sign * responder.true_trait(about, trait)
        for item in (inventory.item(name) for name in sample.keyed.columns):
            mean, spread = _chances(responder, about, inventory, item)
            raw[person, item.id] = mean
            low, high = inventory.range_of(item)
            expected[person, item.id] = mean if item.key == 1 else low + high - mean
            variance[person, item.id] = spread
    tables = [_table(each, who) for each in (traits, expected, variance, raw)]
    return Truth(*tables)


def _table(cells: dict[tuple[Any, str], float], who: list[Any]) -> DataFrame:
    columns = list(dict.fromkeys(name for _, name in cells))
    return DataFrame([[cells[person, name] for name in columns] for person in who], index=who, columns=columns)


def _chances(responder: SimulatedResponder, about: About, inventory: Inventory, item: Item) -> tuple[float, float]:
    """Mean of an answer over both option orders, and its variance over repeats within an order.

    What an order adds is the same for all persons, so it moves means and neither alpha nor consistency.
    """
    values = [int(each.value) for each in inventory.options_of(item)]
    trait, key = trait_of(inventory, item)
    means, variances = [], []
    for order in (values, values[::-1]):
        chances = responder.true_chances(about, Shown(item.id, trait, key, tuple(order)))
        mean = sum(value * chance for value, chance in chances.items())
        means.append(mean)
        variances.append(sum((value - mean) ** 2 * chance for value, chance in chances.items()))
    return float(np.mean(means)), float(np.mean(variances))
