"""Answers become scores: reverse keying, scale scores, common metrics, norms, types, and likelihood contrasts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from pandas import DataFrame, Series
from scipy import special

from psychometrics.alpha import cronbach_alpha
from psychometrics.covariances import numbers
from psychometrics.estimate import Estimate

Elicitation = Literal["rating", "choice", "likelihood"]
Bound = float | Mapping[str, float]
Numbers = TypeVar("Numbers", float, "Series[float]", DataFrame)
Axis = tuple[str, float, str, str]

COLLAPSED, CLEAR_GAP = 0.5, 0.2  # an alpha below .5 that the other keying lifts by .2 to .5 or more is no accident


def keyed(values: DataFrame, keys: Mapping[str, int], low: Bound, high: Bound) -> DataFrame:
    """Turn the answers to reversed items round: low + high - x where the key is -1.

    Parameters
    ----------
    values : DataFrame, shape (persons, items)
        Answers as given, in the unit of the response scale; NaN is a missing answer.
    keys : mapping item -> 1 or -1
        Every column needs one; further items are ignored.
    low, high : float, or mapping item -> float
        Smallest and largest value an item can get.

    Returns
    -------
    DataFrame, shape (persons, items)
        Between low and high; NaN stays NaN. Keying twice gives the answers back.

    Examples
    --------
    >>> keyed(DataFrame({"E1": [1, 4], "E2": [5, 2]}), {"E1": 1, "E2": -1}, 1, 5).to_dict("list")
    {'E1': [1.0, 4.0], 'E2': [1.0, 4.0]}
    """
    twice = values.columns[values.columns.duplicated()]
    if len(twice):
        raise ValueError(f'item "{twice[0]}" stands twice; one column an item is needed')
    turned = values.astype(float)
    for item in values.columns:
        if keys.get(item) not in (1, -1):
            raise ValueError(f'item "{item}": key must be 1 or -1, not {keys.get(item)!r}')
        lowest, highest = (each[item] if isinstance(each, Mapping) else each for each in (low, high))
        outside = turned.index[(turned[item] < lowest) | (turned[item] > highest)]
        if len(outside):
            seen = turned.loc[outside[0], item]
            allowed = f"allowed is {lowest:g} to {highest:g}"
            raise ValueError(f'item "{item}", row {outside[0]!r}: value {seen:g}; {allowed}')
        if keys[item] == -1:
            turned[item] = lowest + highest - turned[item]
    return turned


def scale_score(items: DataFrame, method: Literal["mean", "sum"] = "mean") -> DataFrame:
    """Score of one scale: mean of the answered items (the BFI's rule), or sum when all are answered.

    Parameters
    ----------
    items : DataFrame, shape (persons, items)
        Keyed values of one scale; NaN is a missing answer.
    method : "mean" or "sum"
        A sum over fewer items is another metric, so a sum with a missing answer is NaN. Nothing is imputed.

    Returns
    -------
    DataFrame, index of `items`
        Columns score (unit of an item, or of the sum), n_answered, n_items. NaN when no item is answered; how few
        answers are enough is for the reader of n_answered to decide.

    Examples
    --------
    >>> scale_score(DataFrame({"E1": [2, None], "E2": [4, 5]})).to_dict("list")
    {'score': [3.0, 5.0], 'n_answered': [2, 1], 'n_items': [2, 2]}
    """
    if method not in ("mean", "sum"):
        raise ValueError(f'method: "{method}"; allowed are "mean" and "sum"')
    given = DataFrame(numbers(items), index=items.index)
    score = given.mean(axis=1) if method == "mean" else given.sum(axis=1, min_count=max(1, given.shape[1]))
    return DataFrame({"score": score, "n_answered": given.notna().sum(axis=1), "n_items": given.shape[1]})


def metric_note(elicitation: Elicitation) -> str:
    """Why a score has no common metric: "no_common_metric" for likelihoods, in nats per token, and "" for others.

    POMP, norms and type letters of such scores are NaN or X; ranks, correlations and d need no common metric.

    >>> metric_note("likelihood"), metric_note("rating")
    ('no_common_metric', '')
    """
    return "no_common_metric" if elicitation == "likelihood" else ""


def pomp(score: Numbers, low: float, high: float, elicitation: Elicitation = "rating") -> Numbers:
    """Percent of the maximum possible score (Cohen, Cohen, Aiken and West, 1999): 100 (score - low) / (high - low).

    Parameters
    ----------
    score : float, Series or DataFrame
        In the inventory's own metric.
    low, high : float
        Smallest and largest score possible: of an item for means, times the number of items for sums.
    elicitation : "rating", "choice" or "likelihood"
        NaN for likelihood; see `metric_note`.

    Returns
    -------
    like `score`
        Percent, 0 to 100.

    Examples
    --------
    >>> pomp(3.0, 1, 5), pomp(24, 8, 40)
    (50.0, 50.0)
    """
    if not high > low:
        raise ValueError(f"pomp: high ({high:g}) must be larger than low ({low:g})")
    return _rescaled(score, low, high - low, 100.0, 0.0, elicitation)


def t_score(score: Numbers, mean: float, sd: float, elicitation: Elicitation = "rating") -> Numbers:
    """Score against a norm group, as T = 50 + 10 (score - mean) / sd.

    Parameters
    ----------
    score : float, Series or DataFrame
    mean, sd : float
        Of the norm group, in the metric of `score`.
    elicitation : "rating", "choice" or "likelihood"
        NaN for likelihood; see `metric_note`.

    Returns
    -------
    like `score`
        Mean 50 and SD 10 in the norm group; not bounded.

    Examples
    --------
    >>> t_score(4.15, mean=3.25, sd=0.9)
    60.0
    """
    return _rescaled(score, mean, _positive(sd), 10.0, 50.0, elicitation)


def normal_percentile(score: Numbers, mean: float, sd: float, elicitation: Elicitation = "rating") -> Numbers:
    """Percent of a norm group below the score, *if its scores were normally distributed*: a model, not a count.

    Parameters
    ----------
    score : float, Series or DataFrame
    mean, sd : float
        Of the norm group, in the metric of `score`.
    elicitation : "rating", "choice" or "likelihood"
        NaN for likelihood; see `metric_note`.

    Returns
    -------
    like `score`
        Percent, 0 to 100.

    Examples
    --------
    >>> f"{normal_percentile(4.15, mean=3.25, sd=0.9):.1f}"
    '84.1'
    """
    z = _rescaled(score, mean, _positive(sd), 1.0, 0.0, elicitation)
    below: Numbers = 100 * special.ndtr(z)
    return below


@dataclass(frozen=True)
class TypeLetters:
    """The letters of a type in the order of its rule, and what to know about them."""

    letters: str
    notes: tuple[str, ...] = ()


def type_letters(scores: Mapping[str, float], rule: Sequence[Axis], elicitation: Elicitation = "rating") -> TypeLetters:
    """Letters of a type, one an axis; always report the axis scores too, since a type hides how near the cut one is.

    Parameters
    ----------
    scores : mapping axis -> score
    rule : sequence of (axis, cut, letter if score > cut, letter else)
        A score exactly at the cut gets the second letter, and a note.
    elicitation : "rating", "choice" or "likelihood"
        All X for likelihood; see `metric_note`.

    Returns
    -------
    TypeLetters
        "X" with a note for an axis without a score.

    Examples
    --------
    >>> rule = [("IE", 24, "E", "I"), ("SN", 24, "N", "S")]
    >>> type_letters({"IE": 30, "SN": 24}, rule)
    TypeLetters(letters='ES', notes=('at_the_cut: SN is exactly 24 and reads S',))
    """
    if metric_note(elicitation):
        return TypeLetters("X" * len(rule), (f"{metric_note(elicitation)}: the cuts are on the response scale",))
    letters, notes = "", []
    for axis, cut, above, otherwise in rule:
        if axis not in scores:
            raise ValueError(f'rule: axis "{axis}" is not among the scores {", ".join(sorted(scores))}')
        score = scores[axis]
        if math.isnan(score):
            notes.append(f"no_score: {axis} has none and reads X")
        elif score == cut:
            notes.append(f"at_the_cut: {axis} is exactly {cut:g} and reads {otherwise}")
        letters += "X" if math.isnan(score) else above if score > cut else otherwise
    return TypeLetters(letters, tuple(notes))


@dataclass(frozen=True)
class KeyingCheck:
    """Alpha of one scale with its reversed items turned round, and with the values as they stand; a warning or ""."""

    alpha_turned: Estimate
    alpha_as_given: Estimate
    warning: str


def keying_suspicion(
    raw: DataFrame, keys: Mapping[str, int], low: Bound, high: Bound, *, already_keyed: bool = False
) -> KeyingCheck:
    """Were the reversed items turned round before, or never? Alpha under both readings tells, though not for certain.

    Parameters
    ----------
    raw : DataFrame, shape (persons, items)
        Values of the items of one scale, as a user hands them over.
    keys : mapping item -> 1 or -1
    low, high : float, or mapping item -> float
    already_keyed : bool
        What the user says of the values. False: we turn reversed items; True: we leave them.

    Returns
    -------
    KeyingCheck
        A warning when alpha falls below .5 the way the user says and is at least .5, and .2 higher, the other way.
        No warning without reversed items or without an alpha.

    Examples
    --------
    >>> scale = DataFrame({"E1": [1, 2, 4, 5], "E2": [2, 2, 3, 4]})  # E2 is reversed, and was turned round before
    >>> keying_suspicion(scale, {"E1": 1, "E2": -1}, 1, 5).warning[:14]
    'already_keyed:'
    >>> keying_suspicion(scale, {"E1": 1, "E2": -1}, 1, 5, already_keyed=True).warning
    ''
    """
    turned, given = cronbach_alpha(keyed(raw, keys, low, high)), cronbach_alpha(raw)
    used, other = (given, turned) if already_keyed else (turned, given)
    warning = ""
    if used.value < COLLAPSED <= other.value and other.value - used.value >= CLEAR_GAP:
        code, told, way = ("not_keyed", "not ", "turned round") if already_keyed else ("already_keyed", "", "as given")
        warning = (
            f"{code}: alpha is {used.value:.2f} and would be {other.value:.2f} {way}; "
            f"the reversed items seem {told}to be turned round already"
        )
        if not already_keyed:
            warning += ", or the answers agree with everything"
    return KeyingCheck(turned, given, warning)


def _rescaled(score: Numbers, zero: float, unit: float, size: float, at: float, elicitation: Elicitation) -> Numbers:
    moved: Numbers = at + size * (score - zero) / unit
    return moved * math.nan if metric_note(elicitation) else moved


def _positive(sd: float) -> float:
    if not sd > 0:
        raise ValueError(f"sd: {sd:g}; the SD of a norm group must be above 0")
    return sd
