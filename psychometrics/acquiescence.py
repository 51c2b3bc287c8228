"""Acquiescence: agreement with items of both keys, which is no trait, and what is left of the answers without it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame, Series

from psychometrics.alpha import cronbach_alpha
from psychometrics.covariances import numbers
from psychometrics.estimate import Estimate, Floats, Missing
from psychometrics.scoring import Bound, keyed

Halves = tuple[list[int], list[int]]  # columns of the positive and of the negative items of a scale
IPSATISED = "ipsatised: each person's acquiescence is taken out, so the items of a person depend on each other"


@dataclass(frozen=True)
class CorrectedAnswers:
    """Keyed values without acquiescence, the acquiescence taken out, and the warning that they are ipsatised.

    Attributes
    ----------
    values : DataFrame, shape (persons, items)
        Raw minus acquiescence, then keyed; may leave the response scale. NaN for persons without acquiescence.
    acquiescence : Series
        In answer categories, as in `response_styles`.
    note : str
        `ipsatised`, or `no_key_balance` when nothing could be corrected.
    """

    values: DataFrame
    acquiescence: Series[float]
    note: str


@dataclass(frozen=True)
class StyleAlphas:
    """Cronbach's alpha of one scale read in four ways; far apart, they show how much of it is agreement.

    Attributes
    ----------
    keyed, unkeyed : Estimate
        With reversed items turned round, and as answered: acquiescence lowers the first and lifts the second.
    corrected : Estimate
        Keyed, after each person's acquiescence was taken out; carries the warning `ipsatised`.
    positive_half : Estimate
        Of the positive items alone, where trait and acquiescence cannot be told apart.
    """

    keyed: Estimate
    unkeyed: Estimate
    corrected: Estimate
    positive_half: Estimate


def without_acquiescence(
    raw: DataFrame, keys: Mapping[str, int], low: Bound, high: Bound, *, scales: Mapping[str, str] | None = None
) -> CorrectedAnswers:
    """Keyed values without each person's acquiescence (Soto, John, Gosling and Potter, 2008).

    Parameters
    ----------
    raw, keys, low, high, scales
        As for `response_styles`. All items of a person are corrected by one number, also those of scales whose
        items have one key: that number comes from the balanced scales.

    Returns
    -------
    CorrectedAnswers
        Values in answer categories. `ipsatised`: fine for comparing persons on scales with items of both keys; not
        for norms, and not for factor models of all items. Values are NaN with `no_key_balance` when no scale has
        items of both keys.

    Examples
    --------
    >>> corrected = without_acquiescence(DataFrame({"E1": [5, 4], "E2": [4, 2]}), {"E1": 1, "E2": -1}, 1, 5)
    >>> corrected.values.to_dict("list"), corrected.note
    ({'E1': [3.5, 4.0], 'E2': [3.5, 4.0]}, 'ipsatised')
    """
    x, lowest, highest = raw_answers(raw, keys, low, high)
    halves = balanced(keyed_columns(raw, keys, scales))
    acquiescence = acquiescence_of(x - (lowest + highest) / 2, halves)
    corrected = x - acquiescence[:, None]
    negative = np.array([keys[item] == -1 for item in raw.columns], dtype=bool)
    turned = np.where(negative, lowest + highest - corrected, corrected)
    return CorrectedAnswers(
        DataFrame(turned, index=raw.index, columns=raw.columns),
        Series(acquiescence, index=raw.index, name="acquiescence"),
        "ipsatised" if halves else "no_key_balance",
    )


def style_alphas(
    raw: DataFrame,
    keys: Mapping[str, int],
    low: Bound,
    high: Bound,
    *,
    missing: Missing = "pairwise",
    confidence: float = 0.95,
) -> StyleAlphas:
    """Alpha of one scale keyed, as answered, corrected for acquiescence, and of its positive half.

    Parameters
    ----------
    raw : DataFrame, shape (persons, items)
        Answers as given to the items of one scale, one row a person.
    keys, low, high
        As for `response_styles`.
    missing : "pairwise" or "listwise"
    confidence : float in (0, 1)

    Returns
    -------
    StyleAlphas
        As `cronbach_alpha`, with its notes; `corrected` is NaN with `no_key_balance` without items of both keys.

    Examples
    --------
    >>> raw = DataFrame({"E1": [5, 4, 2, 4], "E2": [4, 2, 4, 3], "E3": [5, 3, 1, 4], "E4": [3, 2, 5, 2]})
    >>> alphas = style_alphas(raw, {"E1": 1, "E2": -1, "E3": 1, "E4": -1}, 1, 5)
    >>> alphas.keyed, alphas.unkeyed
    (Estimate(0.845 [0.213, 0.989], n=4), Estimate(-0.096 [-4.568, 0.924], n=4; negative_average_covariance))
    """

    def alpha(items: DataFrame) -> Estimate:
        return cronbach_alpha(items, missing=missing, confidence=confidence)

    corrected = without_acquiescence(raw, keys, low, high)
    told = alpha(corrected.values)
    if corrected.note == "ipsatised":
        told = dataclasses.replace(told.with_warning(IPSATISED), note=told.note or "ipsatised")
    else:
        told = dataclasses.replace(told, note=corrected.note)
    positive = [item for item in raw.columns if keys[item] == 1]
    return StyleAlphas(alpha(keyed(raw, keys, low, high)), alpha(raw), told, alpha(raw[positive]))


def raw_answers(raw: DataFrame, keys: Mapping[str, int], low: Bound, high: Bound) -> tuple[Floats, Floats, Floats]:
    """The answers, and the lowest and highest value of each item; `keyed` finds what is wrong with them."""
    keyed(raw, keys, low, high)
    lowest, highest = (
        np.array([each[item] if isinstance(each, Mapping) else each for item in raw.columns], dtype=float)
        for each in (low, high)
    )
    return numbers(raw), lowest, highest


def keyed_columns(raw: DataFrame, keys: Mapping[str, int], scales: Mapping[str, str] | None) -> dict[str, Halves]:
    """Columns of the positive and of the negative items of each scale; all items are one scale without `scales`."""
    found: dict[str, Halves] = {}
    for column, item in enumerate(raw.columns):
        if scales is not None and item not in scales:
            raise ValueError(f'scales: item "{item}" has none; every column needs one')
        found.setdefault("" if scales is None else scales[item], ([], []))[0 if keys[item] == 1 else 1].append(column)
    return found


def balanced(scales: Mapping[str, Halves]) -> list[Halves]:
    """The scales that have items of both keys."""
    return [(positive, negative) for positive, negative in scales.values() if positive and negative]


def acquiescence_of(centred: Floats, halves: Sequence[Halves]) -> Floats:
    """Acquiescence of each person; a half that the person did not answer leaves that scale out."""
    of_scales = [
        (mean_given(centred[:, positive]) + mean_given(centred[:, negative])) / 2 for positive, negative in halves
    ]
    return mean_given(np.column_stack(of_scales)) if of_scales else np.full(len(centred), math.nan)


def mean_given(x: Floats) -> Floats:
    """Mean of the answers of each row, without the missing ones."""
    present = np.isfinite(x)
    return ratio(np.where(present, x, 0.0).sum(axis=1), present.sum(axis=1))


def ratio(sums: NDArray[np.generic], counts: NDArray[np.generic]) -> Floats:
    """Sums over counts; NaN where nothing was counted."""
    n = np.asarray(counts, dtype=float)
    ratio: Floats = np.asarray(sums, dtype=float) / np.where(n > 0, n, math.nan)
    return ratio
