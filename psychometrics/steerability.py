"""How much personas move what is chosen: inertia of the options, and steerability against the bare model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pandas import DataFrame
from scipy import special

from psychometrics.bootstrap import Bootstrap, bootstraps
from psychometrics.estimate import NO_SPREAD, Floats, Integers
from psychometrics.jensen_shannon import distributions_of, jensen_shannon_divergence
from psychometrics.option_shares import option_shares

MEASURES = ("inertia", "steerability", "top_two")
FEWEST = 3
COLUMNS = [
    *("scale", "item", "over", "measure", "value", "low", "high", "n_persons", "n_items", "n_options"),
    *("method", "note", "warning"),
]


def option_inertia(shares: ArrayLike, n_options: int | None = None) -> Floats:
    """One minus the entropy of a distribution over options, as a share of the largest possible (Lee et al., 2024).

    Parameters
    ----------
    shares : shape (..., options)
        Probabilities or weights, one distribution a row; each is divided by its sum. Options nobody chose may lack.
    n_options : int, optional
        Options that could be chosen; the columns of `shares` if not given.

    Returns
    -------
    array, shape (...)
        From 0 (all options alike) to 1 (one option). NaN where fewer than two options could be chosen, or where a row
        has a NaN or sums to 0.

    Examples
    --------
    >>> print(option_inertia([1, 1, 1, 1, 1, 1]), option_inertia([0.5, 0.5], 6).round(6), option_inertia([1], 6))
    0.0 0.613147 1.0
    """
    weights = np.asarray(shares, dtype=float)
    k = weights.shape[-1] if n_options is None else n_options
    chosen = int((weights > 0).sum(axis=-1).max(initial=0))
    if k < chosen:
        raise ValueError(f"n_options: {k}; {chosen} options were chosen")
    return _inertia(distributions_of(weights, "shares"), np.asarray(float(k)))


def option_steerability(
    chosen: DataFrame,
    n_options: int | Mapping[Any, int],
    bare: DataFrame | None = None,
    *,
    seed: int,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> DataFrame:
    """Inertia, steerability and share of the top two options, of each item and each scale (Lee et al., 2024).

    An option distribution is the mean over personas, so one who was asked more often counts no more than others.

    Parameters
    ----------
    chosen : DataFrame
        Columns persona, item, chosen (the option, by value or text, not by its printed place), and optionally scale
        (one an item) and weight. A row is one answer of weight 1, or one option of an answer with its probability as
        weight. The weights of a persona and item are divided by their sum: repeats add up. Rows without an option or a
        weight are left out.
    n_options : int, or mapping from item to int
        Options that could be chosen.
    bare : DataFrame, optional
        The answers without persona: columns item, chosen, and optionally weight. They are taken as they are; the
        interval does not count how few they are.
    seed, resamples : int
        Of the bootstrap over personas; all intervals are from the same resamples.
    confidence : float in (0, 1)

    Returns
    -------
    DataFrame
        One row an item and measure, then two a scale and measure. Columns scale, item (empty for a scale);
        over: "item"; "items", the mean of the items' values; "answers", the value of one distribution of all the scale's answers,
        each item counting alike; measure: "inertia" (0 to 1, see `option_inertia`), "steerability" (Jensen-Shannon
        divergence from the bare distribution in bits, 0 to 1), "top_two" (share of the two options most chosen, 0
        to 1); value, low, high, n_persons, n_items, n_options, method, note, warning.

        NaN with a note: `too_few_persons` (fewer than three), `no_bare_answers`, `one_option`, `different_options` (over
        answers: items whose options differ in number, or are together more than that). An item without enough is no
        part of its scale. All three are biased upwards in small samples, and so are their resamples: a value below
        its interval is warned of as `plug_in_bias`. `equal_resamples`: no interval.

    Examples
    --------
    >>> rows = [(f"p{n}", item, n % width) for n in range(12) for item, width in (("v1", 2), ("v2", 1))]
    >>> bare = DataFrame({"item": ["v1", "v2"], "chosen": [0, 1]})
    >>> found = option_steerability(DataFrame(rows, columns=["persona", "item", "chosen"]), 6, bare, seed=1)
    >>> found[found["measure"] == "inertia"][["item", "over", "value"]].round(6).values.tolist()
    [['v1', 'item', 0.613147], ['v2', 'item', 1.0], ['', 'items', 0.806574], ['', 'answers', 0.686155]]
    >>> found[found["measure"] == "steerability"]["value"].round(4).tolist()
    [0.3113, 1.0, 0.6556, 0.0488]
    """
    read = option_shares(chosen, n_options, bare)
    shares, answered, k = read.shares, read.answered, read.n_options
    n_personas, n_items, width = shares.shape
    if not n_items or not width:
        return DataFrame(columns=COLUMNS)
    n_persons = answered.sum(axis=0)
    enough = n_persons >= FEWEST
    known = _known(enough, read.bare, k)
    scales = list(dict.fromkeys(read.scale_of))
    members = [np.flatnonzero([each == scale for each in read.scale_of]) for scale in scales]

    def statistics(counts: Floats) -> Floats:
        sums = (counts @ shares.reshape(n_personas, -1)).reshape(-1, n_items, width)
        n = counts @ answered
        p = sums / np.where(n > 0, n, math.nan)[:, :, None]
        of_items = _measured(p, read.bare, k)
        columns = [of_items.reshape(len(p), -1)]
        for of_scale in members:
            means = [
                of_items[:, of_scale[known[of_scale, place]], place].mean(axis=1)
                if known[of_scale, place].any()
                else np.full(len(p), math.nan)
                for place in range(len(MEASURES))
            ]
            pooled = _pooled(p, read.bare, k, of_scale, known)
            columns.append(np.column_stack([*means, pooled]))
        return np.hstack(columns)

    values = statistics(np.ones((1, n_personas)))[0]
    drawn = bootstraps(
        statistics,
        n_personas,
        seed=seed,
        resamples=resamples,
        confidence=confidence,
        width=4 * n_items * width,
    )
    heads: list[tuple[Any, ...]] = []
    for place, each in enumerate(read.items):
        for number, measure in enumerate(MEASURES):
            note = "" if known[place, number] else _why(bool(enough[place]), k[place], measure)
            heads.append((read.scale_of[place], each, "item", measure, int(n_persons[place]), 1, k[place], note))
    for scale, of_scale in zip(scales, members, strict=True):
        n = int(answered[:, of_scale].any(axis=1).sum())
        size = float(k[of_scale[0]]) if np.ptp(k[of_scale]) == 0 else math.nan
        for over in ("items", "answers"):
            for number, measure in enumerate(MEASURES):
                entering = int(known[of_scale, number].sum())
                note = "" if entering else _why(bool(enough[of_scale[0]]), k[of_scale[0]], measure)
                if entering and math.isnan(values[len(heads)]):
                    note = "different_options"
                heads.append((scale, "", over, measure, n, entering, size, note))
    rows = [_row(*each) for each in zip(heads, values, drawn, strict=True)]
    return DataFrame(rows, columns=COLUMNS)


def _row(head: tuple[Any, ...], value: float, drawn: Bootstrap) -> tuple[Any, ...]:
    *names, n, n_items, size, note = head
    if note:
        return (*names, math.nan, math.nan, math.nan, n, n_items, size, "", note, "")
    warnings = drawn.warnings
    if value < drawn.low - NO_SPREAD:
        warnings += ("plug_in_bias: resamples are less even than what they are drawn from; the value lies below",)
    method = drawn.method if math.isfinite(drawn.low) else ""
    return (*names, float(value), drawn.low, drawn.high, n, n_items, size, method, note, "; ".join(warnings))


def _measured(p: Floats, bare: Floats, k: Floats) -> Floats:
    """The three measures of option distributions, shape (..., items, options) to (..., items, measures)."""
    highest = np.partition(p, -2, axis=-1)[..., -2:].sum(axis=-1) if p.shape[-1] > 1 else p.sum(axis=-1)
    steered = jensen_shannon_divergence(p, bare, base=2)
    return np.stack([_inertia(p, k), np.where(k > 1, steered, math.nan), np.where(k > 1, highest, math.nan)], axis=-1)


def _pooled(p: Floats, bare: Floats, k: Floats, of_scale: Integers, known: NDArray[np.bool_]) -> Floats:
    """The measures of a scale's answers together, shape (draws, measures); NaN if its items have no common options."""
    found = np.full((len(p), len(MEASURES)), math.nan)
    for place in range(len(MEASURES)):
        entering = of_scale[known[of_scale, place]]
        if not len(entering) or np.ptp(k[entering]) > 0:
            continue
        together, alone = p[:, entering].mean(axis=1), bare[entering].mean(axis=0)
        seen = (p[:, entering] > 0).any(axis=(0, 1)) | (np.nan_to_num(bare[entering]) > 0).any(axis=0)
        if seen.sum() <= k[entering[0]]:
            found[:, place] = _measured(together[:, None], alone[None], k[entering[:1]])[:, 0, place]
    return found


def _inertia(p: Floats, k: Floats) -> Floats:
    bits = special.entr(p).sum(axis=-1) / math.log(2)
    return np.asarray(np.where(k > 1, np.clip(1 - bits / np.log2(np.maximum(k, 2)), 0.0, 1.0), math.nan))


def _known(enough: NDArray[np.bool_], bare: Floats, k: Floats) -> NDArray[np.bool_]:
    """Which items have which measure, shape (items, measures)."""
    able = enough & (k > 1)
    return np.column_stack([able, able & np.isfinite(bare).all(axis=1), able])


def _why(enough: bool, k: float, measure: str) -> str:
    if not enough:
        return "too_few_persons"
    return "one_option" if k < 2 else "no_bare_answers" if measure == "steerability" else ""
