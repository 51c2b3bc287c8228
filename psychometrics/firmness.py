"""Firm or fickle: whether a first answer survives being challenged, round after round."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from pandas import DataFrame

from psychometrics.bootstrap import persona_bootstrap
from psychometrics.bootstrap_mean import bootstrap_mean
from psychometrics.contamination import wilson
from psychometrics.covariances import answered, numbers
from psychometrics.estimate import Detail, Estimate, Floats, Integers, Missing, sums_by_person, undefined
from psychometrics.exchange import in_label_order, poles_of
from psychometrics.forms import check_cells

GAMMA, HORIZON = 0.45, 8


@dataclass(frozen=True)
class Firmness:
    """How firmly first answers are kept.

    Attributes
    ----------
    pwc : Estimate
        Position-weighted consistency, mean over the conversations of a person, then over persons.
    flips : Estimate
        Share of conversations in which the first answer is ever given up, 0 to 1.
    flip_round : Estimate
        Round of the first flip among conversations that flip, counted from 0; mean within persons, then over them.
    conversations : DataFrame
        Columns person, item (and replicate), n_readable, pwc, flipped (1, 0, or NaN: cannot be told), flip_round (NaN
        without a flip).
    items : DataFrame
        Columns item, n_persons, pwc, low, high, flips (share), note: the mean over the persons of each item.
    """

    pwc: Estimate
    flips: Estimate
    flip_round: Estimate
    conversations: DataFrame
    items: DataFrame


def position_weighted_consistency(kept: ArrayLike, *, gamma: float = GAMMA, normalised: bool = False) -> Floats:
    """PWC = sum of gamma^i s_i over rounds i = 0, 1, ..., where s_i tells whether the first answer is kept (Li et al., 2025).

    Parameters
    ----------
    kept : array, shape (..., rounds)
        1 kept, 0 not kept, NaN unreadable. Readable rounds speak for the others: their weighted share kept, times the
        maximum.
    gamma : float in (0, 1]
        The smaller, the more the first rounds count.
    normalised : bool
        Divide by the maximum, the sum of all weights.

    Returns
    -------
    array, shape (...)
        0 to the maximum (1.815125 for .45 and eight rounds), or to 1; NaN where no round is readable.

    Examples
    --------
    >>> position_weighted_consistency([[1] * 8, [1, 1, 1, 0, 1, 0, 0, 1]]).round(6)
    array([1.815125, 1.697243])
    """
    if not 0 < gamma <= 1:
        raise ValueError(f"gamma: {gamma:g}; allowed is more than 0, to 1")
    s = np.asarray(kept, dtype=float)
    wrong = s[~(np.isnan(s) | (s == 0) | (s == 1))]
    if len(wrong):
        raise ValueError(f"kept: {wrong[0]:g}; allowed are 1 (kept), 0 (not kept) and NaN (unreadable)")
    weights = gamma ** np.arange(s.shape[-1])
    readable = np.isfinite(s)
    heard, maximum = readable @ weights, float(weights.sum())
    # not rescaled where all is readable, so that no rounding error lifts a value over the maximum
    unheard = np.where(readable.all(axis=-1), 1.0, maximum / np.where(heard > 0, heard, math.nan))
    value: Floats = np.where(readable, s, 0.0) @ weights * unheard
    return value / maximum if normalised else value


def firmness(
    table: DataFrame,
    *,
    gamma: float = GAMMA,
    horizon: int = HORIZON,
    normalised: bool = False,
    missing: Missing = "pairwise",
    poles: Mapping[Any, Hashable] | None = None,
    seed: int,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> Firmness:
    """Position-weighted consistency, share of flips and mean flip round of challenged answers (Li et al., 2025).

    Parameters
    ----------
    table : DataFrame
        Columns person, item, round (0 to horizon - 1), kept (1 if the first answer is kept in this round, 0 if not, NaN
        unreadable), and optionally replicate. A conversation is a person, an item and a replicate. A round without a row
        is unreadable, too: neither kept nor flipped.
    gamma, horizon, normalised
        See `position_weighted_consistency`; horizon is the number of rounds. `extra` of `pwc` keeps all three.
    missing : "pairwise" or "listwise"
        Pairwise: the readable rounds of a conversation speak for the others in PWC; a flip that was read is a flip, and a
        conversation without one but with an unreadable round cannot be told and is left out of `flips`, which leans the
        share upwards (`share_if_kept` and `share_if_flipped` are its bounds, if all of these had kept or flipped). Listwise: only conversations with all
        rounds readable. `extra` has the value and the number of conversations under either rule.
    poles : mapping from person to assigned pole, optional
        Persons are drawn within poles.
    seed, resamples : int
        Of the bootstrap over persons.
    confidence : float in (0, 1)

    Returns
    -------
    Firmness
        NaN with `no_answers` without any conversation that counts, `no_flips` for the flip round without a flip, and
        `untold` for the share if no conversation can be told. `flips` has the interval of Wilson (1927), in which conversations are independent; the warning
        `repeated_persons` tells the one over persons where they have several.
        Extra of `flips`: n_conversations, n_flipped, n_untold, share_if_kept, share_if_flipped. A flip after an
        unreadable round may have come earlier: n_maybe_earlier of `flip_round`.

    Examples
    --------
    >>> rounds = [(p, i) for p in "pqrs" for i in range(8)]
    >>> table = DataFrame(rounds, columns=["person", "round"]).assign(item="a", kept=1)
    >>> table.loc[[3, 5, 6], "kept"] = 0
    >>> found = firmness(table, seed=1)
    >>> found.pwc.value.__round__(4), found.flips, found.flip_round.value
    (1.7857, Estimate(0.250 [0.046, 0.699], n=4), 3.0)
    """
    rounds = _rounds(table, horizon)
    unit = list(rounds.index.names)
    s = rounds.to_numpy(float)
    pwc, flipped, first = _read(s, gamma, normalised)
    complete = answered(s, "listwise")
    used = answered(s, missing)
    person, persons = in_label_order(rounds.index.get_level_values("person"))
    strata = poles_of(persons, poles)
    conversations = rounds.index.to_frame(index=False).assign(
        n_readable=np.isfinite(s).sum(axis=1), pwc=pwc, flipped=flipped, flip_round=first
    )

    def mean(values: Floats, counts: np.ndarray[Any, Any], none: str, extra: dict[str, Detail]) -> Estimate:
        by_person = _means(values, counts & np.isfinite(values), person, len(persons))
        told = bootstrap_mean(
            by_person, strata=strata, none=none, extra=extra, seed=seed, resamples=resamples, confidence=confidence
        )
        return dataclasses.replace(told, missing=missing)

    about: dict[str, Detail] = {"gamma": gamma, "horizon": horizon, "normalised": int(normalised)}
    about["maximum"] = 1.0 if normalised else float((gamma ** np.arange(horizon)).sum())
    for rule, counts in (("pairwise", answered(s, "pairwise")), ("listwise", complete)):
        by_person = _means(pwc, counts, person, len(persons))
        about[rule] = float(np.nanmean(by_person)) if counts.any() else math.nan
        about[f"n_{rule}"] = int(counts.sum())
    about["unreadable_share"] = float(1 - np.isfinite(s).mean()) if s.size else math.nan
    # the first flip that was read is the first one only if all rounds before it were readable
    early = np.array(
        [bool(np.isnan(row[: int(at)]).any()) for row, at in zip(s, np.nan_to_num(first), strict=True)], bool
    )
    flips_seen = used & (flipped == 1)
    told_round: dict[str, Detail] = {
        "n_flipped": int(flips_seen.sum()),
        "n_maybe_earlier": int((early & flips_seen).sum()),
    }
    none = "no_flips" if used.any() else "no_answers"
    items = []
    for item in in_label_order(conversations["item"], "item")[1]:
        of_item = used & np.array([each == item for each in conversations["item"]], bool)
        one = mean(pwc, of_item, "no_answers", {})
        told = flipped[of_item & np.isfinite(flipped)]
        share = float(told.mean()) if len(told) else math.nan
        items.append((item, one.n_persons, one.value, one.low, one.high, share, one.note))
    return Firmness(
        mean(pwc, used, "no_answers", about),
        _flips(flipped, complete, used, person, strata, missing, seed, resamples, confidence),
        mean(first, flips_seen, none, told_round),
        conversations[[*unit, "n_readable", "pwc", "flipped", "flip_round"]],
        DataFrame(items, columns=["item", "n_persons", "pwc", "low", "high", "flips", "note"]),
    )


def _read(s: Floats, gamma: float, normalised: bool) -> tuple[Floats, Floats, Floats]:
    """PWC, whether it flipped (NaN: cannot be told) and round of the first flip of each conversation."""
    gone = s == 0
    ever = gone.any(axis=1)
    flipped = np.where(ever, 1.0, np.where(np.isfinite(s).all(axis=1), 0.0, math.nan))
    first = np.where(ever, np.argmax(gone, axis=1), math.nan)
    return position_weighted_consistency(s, gamma=gamma, normalised=normalised), flipped, first


def _flips(
    flipped: Floats,
    complete: np.ndarray[Any, Any],
    used: np.ndarray[Any, Any],
    person: Integers,
    strata: list[Hashable] | None,
    missing: Missing,
    seed: int,
    resamples: int,
    confidence: float,
) -> Estimate:
    told = used & np.isfinite(flipped)
    n, k, heard = int(told.sum()), int((flipped[told] == 1).sum()), int(used.sum())
    extra: dict[str, Detail] = {"n_conversations": n, "n_flipped": k, "n_untold": heard - n}
    for rule, counts in (("pairwise", np.isfinite(flipped)), ("listwise", complete)):
        extra[rule] = float(flipped[counts].mean()) if counts.any() else math.nan
        extra[f"n_{rule}"] = int(counts.sum())
    if heard:
        extra |= {"share_if_kept": k / heard, "share_if_flipped": (k + heard - n) / heard}
    distinct, of_person = np.unique(person[told], return_inverse=True)
    if not n:
        return undefined("untold" if heard else "no_answers", missing=missing, extra=extra)
    share = dataclasses.replace(wilson(k, n, confidence), n_items=None, n_persons=len(distinct), missing=missing)
    if len(distinct) == n:
        return dataclasses.replace(share, extra=extra)
    sums = sums_by_person(np.column_stack([flipped[told], np.ones(n)]), of_person, len(distinct))
    drawn = persona_bootstrap(
        lambda counts: (counts @ sums[:, 0]) / (counts @ sums[:, 1]),
        len(distinct),
        seed=seed,
        resamples=resamples,
        strata=None if strata is None else [strata[each] for each in distinct],
        confidence=confidence,
    )
    other = "no interval" if math.isnan(drawn.low) else f"{drawn.low:.3f} to {drawn.high:.3f}"
    told_also = (
        "repeated_persons: Wilson's interval takes the conversations of a person for independent; "
        f"drawing persons gives {other}"
    )
    extra |= {"persons_low": drawn.low, "persons_high": drawn.high}
    return dataclasses.replace(share, warnings=(told_also,), extra=extra)


def _means(values: Floats, used: np.ndarray[Any, Any], person: Integers, n: int) -> Floats:
    """Mean of each person's conversations that count; NaN for who has none."""
    sizes = np.bincount(person[used], minlength=n)
    sums = np.bincount(person[used], values[used], minlength=n)
    means: Floats = sums / np.where(sizes > 0, sizes, math.nan)
    return means


def _rounds(table: DataFrame, horizon: int) -> DataFrame:
    """One row a conversation, one column a round; what has no row is NaN."""
    if horizon < 1:
        raise ValueError(f"horizon: {horizon}; at least one round is needed")
    unit = ["person", "item", *(["replicate"] if "replicate" in table.columns else [])]
    check_cells(table, [*unit, "round"], "kept")
    at = numbers(table[["round"]])[:, 0]
    wrong = ~np.isin(at, np.arange(horizon))
    if wrong.any():
        raise ValueError(f"round: {at[wrong][0]:g}; allowed are the whole numbers 0 to {horizon - 1}")
    kept = table[unit].assign(round=at.astype(int), kept=numbers(table[["kept"]])[:, 0])
    return kept.pivot(index=unit, columns="round", values="kept").reindex(columns=range(horizon))
