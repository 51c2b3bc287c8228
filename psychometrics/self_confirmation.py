"""Whether somebody who is shown the action it chose agrees that this is what it would do."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from psychometrics.bootstrap import OVER_ITEMS, persona_bootstrap
from psychometrics.covariances import numbers
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, Integers, sums_by_person, undefined
from psychometrics.exchange import in_label_order, poles_of
from psychometrics.forms import labelled

ALWAYS = "always_confirms: it also agrees to every action of the other pole, so its agreement tells nothing"
NEVER = "never_confirms: it agrees to no action at all, so its disagreement tells nothing"


@dataclass(frozen=True)
class SelfConfirmation:
    """Agreement to one's own choices and to their opposites, in percent.

    Attributes
    ----------
    confirmed : Estimate
        Chosen actions that are confirmed afterwards, 0 to 100.
    opposite : Estimate
        Actions of the other pole that are confirmed as well, 0 to 100.
    discrimination : Estimate
        Confirmed less opposite, over the choices with a usable answer to both, -100 to 100.
    """

    confirmed: Estimate
    opposite: Estimate
    discrimination: Estimate


def self_confirmation(
    table: DataFrame,
    *,
    poles: Mapping[Any, Hashable] | None = None,
    seed: int,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> SelfConfirmation:
    """Consistency of generator and validator (Li et al., 2023): choose an action, then judge "is this what you would do?".

    Parameters
    ----------
    table : DataFrame
        One row a choice; repeats are further rows. Columns person, item; confirmed: 1 if the chosen action is confirmed, 0
        if not, NaN without a usable answer; opposite: the same of an action of the other pole, or all NaN if that was not
        asked.
    poles : mapping from person to assigned pole, optional
        Persons are drawn within poles.
    seed, resamples : int
        Of the bootstrap over persons, each with all rows; of one person, over items, with tails as in
        `persona_bootstrap`.
    confidence : float in (0, 1)

    Returns
    -------
    SelfConfirmation
        Percent of the rows with a usable answer. Notes of undefined ones: `no_answers`; `not_asked` for `opposite` and
        `discrimination` without any answer to an opposite; `no_pairs` if no row has both. Who agrees to everything gets
        100, 100 and 0 and the warning `always_confirms`; who agrees to nothing 0, 0 and 0 and `never_confirms`. A share of
        0 or 100 has no interval (`equal_resamples`). In `extra`: n_rows, n_used, n_unusable.

    Examples
    --------
    >>> table = DataFrame({"person": list("ppqqrr"), "item": [1, 2] * 3, "confirmed": [1, 1, 1, 0, 1, 1]})
    >>> found = self_confirmation(table.assign(opposite=[0, 1, 0, 0, None, 1]), seed=1)
    >>> found.confirmed.value.__round__(1), found.opposite.value, found.discrimination.value
    (83.3, 40.0, 40.0)
    """
    lacking = [each for each in ("person", "item", "confirmed", "opposite") if each not in table.columns]
    if lacking:
        raise ValueError(f"table: column {lacking[0]} is missing; there are {', '.join(map(str, table.columns))}")
    labelled(table, ["person", "item"])
    answers = numbers(table[["confirmed", "opposite"]])
    for name, column in zip(("confirmed", "opposite"), answers.T, strict=True):
        wrong = column[~(np.isnan(column) | (column == 0) | (column == 1))]
        if len(wrong):
            raise ValueError(
                f"{name}: {wrong[0]:g}; allowed are 1 (confirmed), 0 (not confirmed) and NaN (no usable answer)"
            )
    person, persons = in_label_order(table["person"])
    item = in_label_order(table["item"], "item")[0]
    strata = poles_of(persons, poles)
    usable = np.isfinite(answers)
    both: NDArray[np.bool_] = np.all(usable, axis=1)
    asked = bool(usable[:, 1].any())

    def percent(values: Floats, used: NDArray[np.bool_], note: str) -> Estimate:
        extra: dict[str, Detail] = {"n_rows": len(table), "n_used": int(used.sum()), "n_unusable": int((~used).sum())}
        return _percent(values[used], person[used], item[used], strata, note, extra, seed, resamples, confidence)

    confirmed = percent(answers[:, 0], usable[:, 0], "no_answers")
    opposite = percent(answers[:, 1], usable[:, 1], "not_asked")
    difference = percent(answers[:, 0] - answers[:, 1], both, "no_pairs" if asked else "not_asked")
    found = [confirmed, opposite, difference]
    for code, value in ((ALWAYS, 100.0), (NEVER, 0.0)):
        if abs(confirmed.value - value) <= NO_SPREAD and abs(opposite.value - value) <= NO_SPREAD:
            found = [each.with_warning(code) for each in found]
    return SelfConfirmation(*found)


def _percent(
    values: Floats,
    person: Integers,
    item: Integers,
    strata: list[Hashable] | None,
    note: str,
    extra: dict[str, Detail],
    seed: int,
    resamples: int,
    confidence: float,
) -> Estimate:
    """100 times the mean of the values; what is drawn is a person, or an item if there is but one person."""
    heard, of_person = np.unique(person, return_inverse=True)
    n, n_items = len(heard), len(np.unique(item))
    if not len(values):
        return undefined(note, n_persons=n, n_items=n_items, extra=extra)
    told = Estimate(100 * float(values.mean()), confidence=confidence, n_persons=n, n_items=n_items, extra=extra)
    alone = n == 1
    unit = np.unique(item, return_inverse=True)[1] if alone else of_person
    n_units = n_items if alone else n
    sums = sums_by_person(np.column_stack([values, np.ones(len(values))]), unit, n_units)

    def share(counts: Floats) -> Floats:
        of_draws = counts @ sums
        shares: Floats = 100 * of_draws[:, 0] / of_draws[:, 1]
        return shares

    drawn = persona_bootstrap(
        share,
        n_units,
        seed=seed,
        resamples=resamples,
        strata=None if alone or strata is None else [strata[each] for each in heard],
        confidence=confidence,
    )
    method = OVER_ITEMS if alone else drawn.method
    return dataclasses.replace(told, low=drawn.low, high=drawn.high, method=method, warnings=drawn.warnings)
