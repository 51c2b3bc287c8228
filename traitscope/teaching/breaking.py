"""A test that can be broken on purpose: simulated persons with known traits and biases, drawn at once instead of asked.

The persons are those of `traitscope.responders.simulated`: the same graded-response model with the same item parameters
and thresholds, drawn as arrays, so that a slider moves its figures at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from pandas import DataFrame

from psychometrics.alpha import cronbach_alpha
from psychometrics.estimate import Estimate, Floats
from psychometrics.intraclass import intraclass_correlations
from psychometrics.level_gap import level_gap
from psychometrics.pearson import pearson
from psychometrics.scoring import keyed, pomp, scale_score
from traitscope.responders.simulated import Person, even_thresholds, item_parameters

MOST_PERSONS, MOST_ITEMS = 300, 40
STATEMENT = (
    1,
    2,
    3,
    4,
    5,
)  # values of the options in printed order; the other form prints them from the last to the first
SCENARIO = (1, 0, 1, 0)  # two actions of somebody high on the trait and two of somebody low, as in our scenarios
RESAMPLES = 500  # of the bootstraps: two decimals are read off a figure, and it must move at once
# what chance decides, each with numbers of its own: a moved slider changes what it changes, and no luck besides
NORMALS = ("trait", "acts", "yes")
TABLES = ("view",)
ANSWERS = ("printed", "reversed", "done")


@dataclass(frozen=True)
class Setting:
    """Who answers, and what: sizes in standard deviations of the trait, shares from 0 to 1."""

    trait_sd: float = 1.0
    acquiescence: float = 0.0
    acquiescence_sd: float = 0.0
    order_bias: float = 0.0
    refusal_rate: float = 0.0
    noise: float = 1.0
    action: float = 1.0
    persons: int = 100
    items: int = 10
    reversed: float = 0.5
    sample: int = 1

    def person(self) -> Person:
        """The same settings as the simulated responder has them."""
        shared = ("trait_sd", "acquiescence", "acquiescence_sd", "order_bias", "refusal_rate", "noise", "action")
        return Person(**{name: getattr(self, name) for name in shared})

    def keys(self) -> dict[str, int]:
        """Item -> 1 or -1, the reversed ones spread evenly among the others."""
        turned = [
            math.floor((place + 1) * self.reversed) > math.floor(place * self.reversed) for place in range(self.items)
        ]
        return {f"item {place + 1}": -1 if each else 1 for place, each in enumerate(turned)}


@dataclass(frozen=True)
class Answers:
    """What the persons said and did; each table has shape (persons, items) and is not keyed, NaN is a refusal.

    `trait` is where each person truly stands; `printed` and `reversed` are two forms of the statements, 1 to 5, with the
    options in printed and in reversed order; `done` is 1 where the action taken is one of somebody high, else 0.
    """

    keys: dict[str, int]
    trait: Floats
    printed: DataFrame
    reversed: DataFrame
    done: DataFrame

    def said_scores(self, form: str = "printed") -> Floats:
        """Score of each person in POMP, from one form of the statements."""
        return _scores(getattr(self, form), self.keys, STATEMENT)

    def done_scores(self) -> Floats:
        """Score of each person in POMP, from the actions taken."""
        return _scores(self.done, self.keys, SCENARIO)


@dataclass(frozen=True)
class Found:
    """What the statistics say of a setting: alpha of the statements, ICC(A,1) of the two forms, r of saying and doing, how
    much more is done than said (POMP), and r of the score with the true trait."""

    alpha: Estimate
    parallel: Estimate
    same: Estimate
    gap: Estimate
    validity: Estimate


def answers(setting: Setting) -> Answers:
    """Everybody answers both forms of the statements, and acts in the twin scenarios."""
    person, keys, luck = setting.person(), setting.keys(), _luck(setting.sample)
    n, k = setting.persons, setting.items
    parameters = np.array([item_parameters(item) for item in keys]).T
    trait = person.trait_sd * luck["trait"][:n]
    acted = person.action * trait + math.sqrt(1 - person.action**2) * person.trait_sd * luck["acts"][:n]
    yes = person.acquiescence + person.acquiescence_sd * luck["yes"][:n]
    view = person.item_sd * luck["view"][:n, :k]
    tables = {}
    for name, at, values in (
        ("printed", trait, STATEMENT),
        ("reversed", trait, STATEMENT[::-1]),
        ("done", acted, SCENARIO),
    ):
        leaning = leanings(at[:, None] + view, yes[:, None], np.array(list(keys.values())), *parameters)
        chance = luck[name][:, :n, :k]
        tables[name] = DataFrame(drawn(person, leaning, parameters[0], values, chance), columns=list(keys))
    return Answers(keys, trait, **tables)


def leanings(pull: Floats, yes: Floats, keys: Floats, discrimination: Floats, location: Floats) -> Floats:
    """Where each person stands on each item before noise, shape (persons, items): as the simulated responder has it."""
    found: Floats = discrimination * (keys * pull + yes - location)
    return found


def drawn(person: Person, leaning: Floats, discrimination: Floats, values: tuple[int, ...], chance: Floats) -> Floats:
    """One answer for each leaning, NaN for a refusal.

    `values` are those of the options in printed order; `chance` has shape (3, persons, items): numbers between 0 and 1 that
    decide noise, order bias and refusal.
    """
    levels = np.array(sorted(set(values)), dtype=float)
    latent = leaning + person.noise * np.log(chance[0] / (1 - chance[0]))
    place = sum((latent > discrimination * each for each in even_thresholds(len(levels))), np.zeros(leaning.shape, int))
    given = np.where(chance[1] < person.order_bias, float(values[0]), levels[place])
    return np.where(chance[2] < person.refusal_rate, np.nan, given)


@lru_cache(maxsize=256)
def found(setting: Setting) -> Found:
    """All statistics of a setting."""
    given = answers(setting)
    said, done = given.said_scores(), given.done_scores()
    forms = DataFrame({"printed": said, "reversed": given.said_scores("reversed")})
    persons = range(setting.persons)
    return Found(
        alpha=cronbach_alpha(keyed(given.printed, given.keys, min(STATEMENT), max(STATEMENT))),
        parallel=intraclass_correlations(forms, resamples=RESAMPLES).agreement,
        same=_correlation(said, done),
        gap=level_gap(said, done, persons, seed=setting.sample, resamples=RESAMPLES),
        validity=_correlation(given.trait, said),
    )


def _correlation(x: Floats, y: Floats) -> Estimate:
    row = pearson(x, y, 0.95)
    return Estimate(row["r"], row["low"], row["high"], method="Fisher", n_persons=row["n_persons"], note=row["note"])


def _scores(table: DataFrame, keys: dict[str, int], values: tuple[int, ...]) -> Floats:
    low, high = min(values), max(values)
    score = scale_score(keyed(table, keys, low, high))["score"]
    return np.asarray(pomp(score, low, high), dtype=float)


@lru_cache(maxsize=8)
def _luck(sample: int) -> dict[str, Floats]:
    """The chance numbers of a sample, for the most persons and items: fewer of them are the first of these."""
    found = {}
    for number, name in enumerate((*NORMALS, *TABLES, *ANSWERS)):
        random = np.random.default_rng([sample, number])
        if name in NORMALS:
            found[name] = random.standard_normal(MOST_PERSONS)
        elif name in TABLES:
            found[name] = random.standard_normal((MOST_PERSONS, MOST_ITEMS))
        else:
            found[name] = random.uniform(np.finfo(float).tiny, 1, (3, MOST_PERSONS, MOST_ITEMS))
    return found
