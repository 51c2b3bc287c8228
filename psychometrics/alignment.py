"""Personality alignment: a person's answers to some items are known, and a model gives the person's other answers."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pandas import DataFrame

from psychometrics.bootstrap_mean import bootstrap_mean
from psychometrics.covariances import numbers
from psychometrics.estimate import Detail, Estimate, Floats, Integers
from psychometrics.exchange import in_label_order, poles_of
from psychometrics.forms import labelled

SIDES = ("model", "midpoint", "own_mean")


@dataclass(frozen=True)
class Aligned:
    """Distances from the persons' own answers in answer categories, mean over persons; 0 is perfect.

    Attributes
    ----------
    model, midpoint, own_mean : Estimate
        Mean absolute difference of the model, and of who always answers the mid-point of the scale or the person's mean
        of the known answers of the trait.
    against_midpoint, against_own_mean : Estimate
        Model less baseline, paired within persons: negative where the model is nearer. It has learned something of the
        person only if the whole interval is below 0.
    """

    model: Estimate
    midpoint: Estimate
    own_mean: Estimate
    against_midpoint: Estimate
    against_own_mean: Estimate


@dataclass(frozen=True)
class Alignment:
    """How near a model comes to persons.

    Attributes
    ----------
    summed : Aligned
        Sum over the traits of a person that the model was asked for; only persons who have all of them.
    traits : mapping from trait to Aligned
    persons : DataFrame
        Columns person, trait, n_items (answers compared), model, midpoint, own_mean: mean absolute difference of each.
        NaN in own_mean: no answer of the trait is known.
    """

    summed: Aligned
    traits: Mapping[Any, Aligned]
    persons: DataFrame


def alignment(
    table: DataFrame,
    *,
    low: float,
    high: float,
    poles: Mapping[Any, Hashable] | None = None,
    seed: int,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> Alignment:
    """Mean absolute difference of a model's answers from a person's, per trait and summed (after Zhu et al., 2024, PAPI).

    Answers are compared item by item, so that errors in two directions do not cancel, as they do between trait scores.

    Parameters
    ----------
    table : DataFrame
        Columns person, trait, item; answer: the person's; known: 1 if the model was told this answer, 0 if it had to give
        it; model: its answer (ignored where known). NaN: no usable answer. Optionally key, 1 or -1: without it, answers
        are taken as keyed. The mean of the known answers is that of keyed values, since a mean of raw ones says little of
        a trait; the other distances do not depend on the key. Further rows of an item are repeats of the model's answer.
    low, high : float
        Smallest and largest answer; their middle is the mid-point ("always 3" from 1 to 5).
    poles : mapping from person to assigned pole, optional
        Persons are drawn within poles.
    seed, resamples : int
        Of the bootstrap over persons.
    confidence : float in (0, 1)

    Returns
    -------
    Alignment
        In answer categories, 0 to high - low (times the number of traits when summed). Baselines are judged on the items
        that the model answered; a model's missing answer is left out and counted: `extra` of `model` has n_compared,
        n_unanswered (the person's answer is there, the model's is not) and n_no_answer (of the person). NaN with
        `no_pairs` without anything to compare, `no_known_answers` where nobody's own mean is defined. The sum leaves out
        persons who lack a trait (n_incomplete). Fewer than three persons: see `bootstrap_mean`.

    Examples
    --------
    >>> table = DataFrame({"person": list("pppqqqrrr"), "trait": "E", "item": [1, 2, 3] * 3, "known": [1, 0, 0] * 3})
    >>> table = table.assign(answer=[5, 5, 4, 2, 1, 2, 4, 4, 4], model=[None, 5, 4, None, 2, 2, None, 5, 3])
    >>> found = alignment(table, low=1, high=5, seed=1).traits["E"]
    >>> found.model.value, found.midpoint.value.__round__(3), found.own_mean.value.__round__(3)
    (0.5, 1.333, 0.333)
    """
    told, model, known = _checked(table, low, high)
    person, persons = in_label_order(table["person"])
    trait, traits = in_label_order(table["trait"], "trait")
    item = in_label_order(table["item"], "item")[0]
    shape = (len(persons), len(traits))
    cell = person * len(traits) + trait
    # a repeated row repeats the person's answer, which was given once
    given = np.flatnonzero(known & np.isfinite(told))
    once = given[np.unique(np.column_stack([cell[given], item[given]]), axis=0, return_index=True)[1]]
    own = _cell_means(told[once], cell[once], shape)
    pair = ~known & np.isfinite(told) & np.isfinite(model)
    # repeats within item first: an item that was answered more often counts no more
    key = np.column_stack([cell[pair], item[pair]])
    cells, of_row = np.unique(key, axis=0, return_inverse=True) if len(key) else (key, np.empty(0, dtype=np.intp))
    sides = [np.abs(told - each)[pair] for each in (model, np.full(len(told), (low + high) / 2), own.ravel()[cell])]
    of_row = of_row.ravel()
    sizes = np.bincount(of_row, minlength=len(cells))
    of_items = [np.bincount(of_row, each, minlength=len(cells)) / sizes for each in sides]
    distances = [_cell_means(each, cells[:, 0], shape) for each in of_items]
    strata = poles_of(persons, poles)

    def aligned(columns: list[Floats], extra: dict[str, Detail]) -> Aligned:
        def mean(values: Floats, none: str, more: dict[str, Detail]) -> Estimate:
            return bootstrap_mean(
                values, strata=strata, none=none, extra=more, seed=seed, resamples=resamples, confidence=confidence
            )

        model_, middle, mean_ = columns
        without = "no_known_answers" if np.isfinite(model_).any() else "no_pairs"
        return Aligned(
            mean(model_, "no_pairs", extra),
            mean(middle, "no_pairs", {}),
            mean(mean_, without, {}),
            mean(model_ - middle, "no_pairs", {}),
            mean(model_ - mean_, without, {}),
        )

    def counts(here: np.ndarray[Any, Any]) -> dict[str, Detail]:
        asked = here & ~known
        lost = asked & np.isfinite(told) & ~np.isfinite(model)
        return {
            "n_compared": int((pair & here).sum()),
            "n_unanswered": int(lost.sum()),
            "n_no_answer": int((asked & ~np.isfinite(told)).sum()),
        }

    by_trait = {
        name: aligned([each[:, number] for each in distances], counts(trait == number))
        for number, name in enumerate(traits)
    }
    whole = np.ones(len(table), bool)
    # a sum over fewer traits is another quantity: numpy's sum is NaN where one is
    asked = np.bincount(trait[~known], minlength=len(traits)) > 0
    sums = [each[:, asked].sum(axis=1) if asked.any() else np.full(len(persons), math.nan) for each in distances]
    lacking: dict[str, Detail] = {"n_traits": int(asked.sum()), "n_incomplete": int(np.isnan(sums[0]).sum())}
    n_items = np.bincount(cells[:, 0], minlength=len(persons) * len(traits))
    rows = DataFrame(
        {
            "person": [each for each in persons for _ in traits],
            "trait": traits * len(persons),
            "n_items": n_items,
            **{name: each.ravel() for name, each in zip(SIDES, distances, strict=True)},
        }
    )
    return Alignment(aligned(sums, counts(whole) | lacking), by_trait, rows)


def _cell_means(values: Floats, cell: Integers, shape: tuple[int, int]) -> Floats:
    """Mean of the values of each person and trait, shape (persons, traits); NaN where there is none."""
    n = shape[0] * shape[1]
    sizes = np.bincount(cell, minlength=n)
    means: Floats = (np.bincount(cell, values, minlength=n) / np.where(sizes > 0, sizes, math.nan)).reshape(shape)
    return means


def _checked(table: DataFrame, low: float, high: float) -> tuple[Floats, Floats, np.ndarray[Any, Any]]:
    """Keyed answers of person and model, and which were known; an error names what is wrong."""
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"low, high: {low}, {high}; two numbers are needed, the lower one first")
    columns = ["person", "trait", "item", "answer", "known", "model"]
    lacking = [each for each in columns if each not in table.columns]
    if lacking:
        raise ValueError(f"table: column {lacking[0]} is missing; there are {', '.join(map(str, table.columns))}")
    labelled(table, ["person", "trait", "item"])
    told, model, known = numbers(table[["answer", "model", "known"]]).T
    for name, values in (("answer", told), ("model", np.where(known == 1, math.nan, model))):
        outside = (values < low) | (values > high)
        if outside.any():
            raise ValueError(f"{name}: {values[outside][0]:g}; allowed is {low:g} to {high:g}")
    if not np.isin(known, (0, 1)).all():
        raise ValueError(f"known: {known[~np.isin(known, (0, 1))][0]:g}; allowed are 1 (told to the model) and 0")
    cells = table[["person", "trait", "item"]].assign(known=known, answer=told)
    distinct = cells.drop_duplicates()
    twice = distinct.duplicated(["person", "trait", "item"])
    if twice.any():
        seen = distinct.loc[twice, ["person", "trait", "item"]].iloc[0].to_dict()
        raise ValueError(
            f"table: {seen} has two answers of the person, or is both known and not; repeats are the model's"
        )
    key = numbers(table[["key"]])[:, 0] if "key" in table.columns else np.ones(len(table))
    if not np.isin(key, (1, -1)).all():
        raise ValueError(f"key: {key[~np.isin(key, (1, -1))][0]:g}; allowed are 1 and -1")
    turned = key == -1
    return np.where(turned, low + high - told, told), np.where(turned, low + high - model, model), known == 1
