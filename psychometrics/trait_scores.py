"""Scores of answered scenarios, and how far they hang on the order, the template and the wording of what was asked.

A scenario has four options, two of them high on its trait and two low. It is shown in two orders, because whoever
always takes the first place would otherwise have a trait.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pandas import DataFrame

from psychometrics.bootstrap import OVER_ITEMS, persona_bootstrap
from psychometrics.estimate import Detail, Estimate, Floats, Integers, undefined
from psychometrics.scenario_cells import HIGH, LOW, SITUATIONS, Cells, Flags, grouped, scenario_cells, scenario_trials

TIE = 1e-9  # two probabilities closer than this are equal, and neither is the answer
ONE_ORDER = "one_order: no scenario was shown in both orders of its options, so a liking for a place passes for a trait"


@dataclass(frozen=True)
class TraitScores:
    """The scores of one trait, all in percent, 0 to 100.

    A cell is one scenario as one person was asked it: person x item x template x situation, over both orders.

    Attributes
    ----------
    trait_score : Estimate
        Cells answered in the direction of the trait, of all answered cells; a tie counts one half.
    continuous_score : Estimate
        Mean probability of the two options in the direction of the trait.
    refusal_rate, unanswered_rate : Estimate
        Trials that were refused; trials without a usable answer for whatever reason, refusals among them.
    order_sensitivity : Estimate
        Cells in which another option is chosen when the options are shown in the other order.
    prompt_sensitivity : Estimate
        Scenarios whose class (high, low or tie) is not the same in all templates.
    paraphrase_sensitivity : Estimate
        Scenarios whose class is not the same in the original and the paraphrased situation.
    """

    trait_score: Estimate
    continuous_score: Estimate
    refusal_rate: Estimate
    unanswered_rate: Estimate
    order_sensitivity: Estimate
    prompt_sensitivity: Estimate
    paraphrase_sensitivity: Estimate


def trait_scores(
    table: DataFrame,
    *,
    strata: Mapping[Any, Hashable] | None = None,
    seed: int,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> TraitScores:
    """Score the answered scenarios of one trait (Lee et al., 2025), and tell what the form of the question does to it.

    Option probabilities are normalised in each order and averaged over the two. The class of a cell is that of its most
    probable option, turned round where a high option is low on the trait (key -1).

    Parameters
    ----------
    table : DataFrame
        One row a trial. Columns person, item; key (1 or -1, one an item); template (any labels); order ("printed":
        H1 L1 H2 L2, or "swapped": L1 H1 L2 H2); situation ("original" or "paraphrased"); high1, low1, high2, low2: the
        probability of each option by its content, not by its place, as numbers from 0 in any unit (of a generated
        letter, 1 for its option and 0 for the others); outcome. A trial has an answer if its outcome is "answered" and
        its four numbers are neither missing nor all 0. Optionally replicate, which tells repeats of a trial apart: each
        makes a cell of its own.
    strata : mapping from person to assigned pole, optional
        Persons are drawn within poles: a factorial persona set is fixed.
    seed, resamples : int
        Of the bootstrap over persons, each with all cells; over items ("percentile bootstrap over items") when there is
        one person. The tails are those of `persona_bootstrap`.
    confidence : float in (0, 1)

    Returns
    -------
    TraitScores
        Undefined ones are NaN with a note: `nothing_asked` (no rows), `no_answers`; of the sensitivities `one_order`
        (no cell was asked in both), `one_template`, `not_asked` (no paraphrase, or nothing else), `no_pairs` (never
        answered throughout). A cell that lacks the answer in one of the orders is unknown, without a class. If no cell
        was asked in both, one order is enough, and the two scores bear the warning `one_order`. Options that tie within
        an order are a set of choices: the orders differ if their sets share none. A prompt or paraphrase sensitivity
        compares scenarios with a class in every template or situation. In `extra`: n_cells and n_unknown (and n_ties)
        of the scores; n_asked and n_refused or n_unanswered of the rates; n_compared, n_different and n_left_out of the
        sensitivities. Equal values from everybody have no interval (`equal_resamples`).

    Examples
    --------
    >>> trials = [(p, i, 1, "bare", o, "original") for p in "pqrs" for i in "ab" for o in ("printed", "swapped")]
    >>> table = DataFrame(trials, columns=["person", "item", "key", "template", "order", "situation"])
    >>> table[["high1", "low1", "high2", "low2"]] = [[0.7, 0.1, 0.1, 0.1]] * 10 + [[0.3, 0.5, 0.1, 0.1]] * 6
    >>> found = trait_scores(table.assign(outcome="answered"), seed=1)
    >>> found.trait_score, found.continuous_score
    (Estimate(62.500 [0.000, 100.000], n=4), Estimate(65.000 [40.000, 80.000], n=4))
    >>> found.order_sensitivity, found.prompt_sensitivity
    (Estimate(0.000, n=4), Estimate(not estimable: one_template, n=4))
    """
    trials = scenario_trials(table)
    persons = trials.labels["person"]
    lacking = [each for each in persons if strata is not None and each not in strata]
    if lacking:
        raise ValueError(f"strata: person {lacking[0]!r} has none; every person of the table needs one")
    poles = None if strata is None else [strata[each] for each in persons]
    bootstrap = _Percentages(poles, seed, resamples, confidence)

    cells = scenario_cells(trials)
    answered = ~np.isnan(cells.shares[:, :, 0])
    one_order = not cells.asked.all(axis=1).any()
    known: Flags = np.any(answered, axis=1) if one_order else np.all(answered, axis=1)
    means = np.nansum(cells.shares, axis=1) / np.where(known, answered.sum(axis=1), math.nan)[:, None]
    high, low = means[:, HIGH].max(axis=1), means[:, LOW].max(axis=1)
    tied = np.abs(high - low) <= TIE  # never of an unknown cell, whose means are NaN
    classes = np.where(known, np.where(tied, 0.5, high > low), math.nan)
    scores, continuous = (np.where(cells.key > 0, x, 1 - x) for x in (classes, means[:, HIGH].sum(axis=1)))

    of_cells = _Units(scores, cells.codes["person"], cells.codes["item"])
    of_trials = _Units((~trials.answered).astype(float), trials.codes["person"], trials.codes["item"])
    counted: dict[str, Detail] = {"n_cells": len(cells.key), "n_unknown": int((~known).sum())}
    asked: dict[str, Detail] = {"n_asked": len(trials.key)}
    told = (ONE_ORDER,) if one_order and len(cells.key) else ()
    every = np.ones(len(trials.key), dtype=bool)
    return TraitScores(
        bootstrap.mean(of_cells, known, "no_answers", {**counted, "n_ties": int(tied.sum())}, told),
        bootstrap.mean(of_cells.with_values(continuous), known, "no_answers", counted, told),
        bootstrap.mean(
            of_trials.with_values(trials.refused.astype(float)),
            every,
            "nothing_asked",
            {**asked, "n_refused": int(trials.refused.sum())},
        ),
        bootstrap.mean(of_trials, every, "nothing_asked", {**asked, "n_unanswered": int((~trials.answered).sum())}),
        _order_sensitivity(cells, bootstrap),
        _sensitivity(cells, classes, "template", len(trials.labels["template"]), "one_template", bootstrap),
        _sensitivity(cells, classes, "situation", len(SITUATIONS), "not_asked", bootstrap),
    )


@dataclass(frozen=True)
class _Units:
    """What is counted: one value between 0 and 1, and whose and of which item it is."""

    values: Floats
    person: Integers
    item: Integers

    def with_values(self, values: Floats) -> _Units:
        return _Units(values, self.person, self.item)


@dataclass(frozen=True)
class _Percentages:
    """100 x means of units, with intervals; one setting for all of them."""

    poles: list[Hashable] | None
    seed: int
    resamples: int
    confidence: float

    def changes(self, units: _Units, compared: Flags, note: str) -> Estimate:
        extra: dict[str, Detail] = {"n_compared": int(compared.sum()), "n_left_out": int((~compared).sum())}
        return self.mean(units, compared, note, {**extra, "n_different": int(units.values[compared].sum())})

    def mean(
        self, units: _Units, used: Flags, note: str, extra: dict[str, Detail], warnings: tuple[str, ...] = ()
    ) -> Estimate:
        """Mean of the units that are `used`; `note` says why there are none, though something was asked."""
        values = units.values[used]
        persons, person = np.unique(units.person[used], return_inverse=True)
        items, item = np.unique(units.item[used], return_inverse=True)
        if not len(values):
            n, k = (len(np.unique(each)) for each in (units.person, units.item))
            code = note if n else "nothing_asked"
            return undefined(code, n_persons=n, n_items=k, warnings=warnings, extra=extra)
        alone = len(persons) == 1
        strata = None if self.poles is None or alone else [self.poles[each] for each in persons]
        unit, n_units = (item, len(items)) if alone else (person, len(persons))
        sums = np.column_stack([np.bincount(unit, values, n_units), np.bincount(unit, minlength=n_units)])

        def percent(counts: Floats) -> Floats:
            total, n = (counts @ sums).T
            result: Floats = 100 * total / n
            return result

        low = high = math.nan
        method = ""
        if n_units > 1:
            drawn = persona_bootstrap(
                percent, n_units, seed=self.seed, resamples=self.resamples, strata=strata, confidence=self.confidence
            )
            low, high, method = drawn.low, drawn.high, OVER_ITEMS if alone else drawn.method
            warnings += drawn.warnings
        else:
            warnings += ("one_item: one person and one item, so nothing can be resampled",)
        return Estimate(
            100 * float(values.mean()),
            low,
            high,
            method=method,
            confidence=self.confidence,
            n_persons=len(persons),
            n_items=len(items),
            warnings=warnings,
            extra=extra,
        )


def _order_sensitivity(cells: Cells, bootstrap: _Percentages) -> Estimate:
    answered: Flags = np.all(np.isfinite(cells.shares), axis=(1, 2))
    best = cells.shares >= cells.shares.max(axis=2, keepdims=True) - TIE
    differs = ~best.all(axis=1).any(axis=1)
    units = _Units(differs.astype(float), cells.codes["person"], cells.codes["item"])
    note = "no_pairs" if cells.asked.all(axis=1).any() else "one_order"
    return bootstrap.changes(units, answered, note)


def _sensitivity(
    cells: Cells, classes: Floats, across: str, levels: int, note: str, bootstrap: _Percentages
) -> Estimate:
    """Scenarios whose class changes over all levels of `across`; `note` says that it has but one level."""
    group, first = grouped({name: each for name, each in cells.codes.items() if name != across})
    has = ~np.isnan(classes)
    lowest, highest = np.ones(len(first)), np.zeros(len(first))
    np.minimum.at(lowest, group[has], classes[has])
    np.maximum.at(highest, group[has], classes[has])
    known = np.bincount(group[has], minlength=len(first))
    units = _Units((highest > lowest).astype(float), cells.codes["person"][first], cells.codes["item"][first])
    several = len(np.unique(cells.codes[across])) > 1
    return bootstrap.changes(units, several & (known == levels), "no_pairs" if several else note)
