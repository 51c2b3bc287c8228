"""What the printed form does to the answers: two forms differ only in what should not matter."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas import DataFrame

from psychometrics.bootstrap import persona_bootstrap, with_interval
from psychometrics.compare import mean_over_persons
from psychometrics.covariances import numbers
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, undefined


@dataclass(frozen=True)
class FormEffect:
    """Two levels of one form factor, compared within person and item.

    Attributes
    ----------
    level, reference : str
        `shift` is level minus reference.
    change : Estimate
        Mean absolute change, in answer categories, 0 to the width of the response scale.
    agreement : Estimate
        Share of identical answers, 0 to 1.
    shift : Estimate
        Mean change, in answer categories.
    """

    level: str
    reference: str
    change: Estimate
    agreement: Estimate
    shift: Estimate


def form_effects(
    table: DataFrame,
    *,
    seed: int,
    reference: str | None = None,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> tuple[FormEffect, ...]:
    """How much the answers change when one form factor changes: order of options, label set, wording ...

    Everything is paired within person and item (and replicate, if the table has that column), then averaged within
    person, then over persons: a person with more answers has no more weight. Compared with the change between
    replicates of one form (the same function, with the replicate as level), this separates form from chance.

    Parameters
    ----------
    table : DataFrame
        Columns person, item, level, value, and optionally replicate. `value` is the value of the chosen *content*,
        never its printed position; keyed if `shift` is to mean the trait, raw if it is to mean agreement. NaN is a
        missing answer and leaves its pair out. One row for each combination.
    seed, resamples : int
        Of the bootstrap over persons.
    reference : str, optional
        Level the others are compared with. Without it, every pair of levels is, in order of appearance.
    confidence : float in (0, 1)

    Returns
    -------
    tuple of FormEffect
        One for each pair of levels. Intervals: `change` and `agreement`, which are bounded, from the persona
        bootstrap; `shift` from a t over persons (paired). NaN with `no_pairs` when nobody answered the same item in
        both levels; `too_few_persons` keeps the value of fewer than three persons without an interval.
        `degenerate_identical_items`: every person gave one answer throughout, so agreement of 1 shows a constant
        responder, not a consistent one. `identical_levels`: no answer changed, and `equal_in_all_persons`: all persons
        show the same number; neither has an interval. In `extra`: n_pairs, n_unpaired, `share_constant_persons`.

    Examples
    --------
    >>> printed, reversed_ = [1, 2, 4, 5, 3, 3], [1, 3, 4, 5, 3, 2]
    >>> table = DataFrame({"person": list("ppqqrr") * 2, "item": list("abababababab")})
    >>> table["level"], table["value"] = ["printed"] * 6 + ["reversed"] * 6, printed + reversed_
    >>> (effect,) = form_effects(table, seed=1)
    >>> effect.change, effect.shift
    (Estimate(0.333 [0.000, 0.500], n=3), Estimate(0.000 [-1.242, 1.242], n=3))
    """
    wide = _wide(table, _pairing(table), "value")
    levels = list(pd.unique(table["level"]))
    if reference is not None and reference not in levels:
        raise ValueError(f'reference: "{reference}" is none of the levels {", ".join(map(str, levels))}')
    pairs = (
        list(itertools.combinations(levels, 2))
        if reference is None
        else [(reference, each) for each in levels if each != reference]
    )
    return tuple(_effect(wide, base, level, seed, resamples, confidence) for base, level in pairs)


@dataclass(frozen=True)
class PositionPreference:
    """Where on the page the chosen options stand, and whether position or content is chosen again in another order.

    Attributes
    ----------
    shares : DataFrame
        Columns level (an order, or "all"), position, share (0 to 1), n_answers.
    same_position, same_content : Estimate
        Share of item pairs, in two orders, with the same printed position, and with the same content, 0 to 1.
    note : str
        "follows_position: ..." when every person chooses the printed position again whatever stands there, else "".
    """

    shares: DataFrame
    same_position: Estimate
    same_content: Estimate
    note: str


def position_preference(
    answers: DataFrame, *, seed: int, resamples: int = 2000, confidence: float = 0.95
) -> PositionPreference:
    """Does the responder choose an option, or a place on the page?

    Parameters
    ----------
    answers : DataFrame
        Columns person, item, level (the order of the options), position (printed, from 1), value (of the content
        that stood there), and optionally replicate. NaN is a missing answer.
    seed, resamples : int
        Of the bootstrap over persons.
    confidence : float in (0, 1)

    Returns
    -------
    PositionPreference
        `same_position` and `same_content` are means over persons of the share of their pairs (one item in two orders,
        all pairs of orders), with intervals from the persona bootstrap. NaN with `one_order` when nobody answered an
        item in two orders. `position_and_content_confounded`: in every pair the same content stood at the same place,
        as the middle of five options does when they are reversed, so no pair can tell. `equal_in_all_persons` has no
        interval: there is nothing to resample. In `extra`: n_pairs,
        n_confounded, n_position_followers (persons with the same position in all their pairs, and other content in
        at least one).

    Examples
    --------
    >>> rows = [
    ...     (person, item, order, 1, {"printed": 1, "reversed": 5}[order])
    ...     for person in "pqr"
    ...     for item in "ab"
    ...     for order in ("printed", "reversed")
    ... ]
    >>> found = position_preference(DataFrame(rows, columns=["person", "item", "level", "position", "value"]), seed=1)
    >>> found.note
    'follows_position: all 3 persons chose the same printed position in every order, always position 1'
    """
    pairing = _pairing(answers)
    position, value = _wide(answers, pairing, "position"), _wide(answers, pairing, "value")
    parts = [
        DataFrame({"place": position[level] - position[base], "content": value[level] - value[base]}).dropna().abs()
        <= NO_SPREAD
        for base, level in itertools.combinations(position.columns, 2)
    ]
    pairs = pd.concat(parts) if parts else DataFrame(columns=["place", "content"])
    shares = _shares(answers)
    if pairs.empty:
        none = undefined("one_order", n_persons=answers["person"].nunique())
        return PositionPreference(shares, none, none, "")
    both, all_alike = pairs.all(axis=1), pairs.groupby(level="person").all()
    followers = all_alike["place"] & ~all_alike["content"]
    extra: dict[str, Detail] = {
        "n_pairs": len(pairs),
        "n_confounded": int(both.sum()),
        "n_position_followers": int(followers.sum()),
    }
    told = "position_and_content_confounded" if both.all() else ""
    same = {
        each: _share(
            pairs[each].groupby(level="person").mean().to_numpy(float), told, extra, seed, resamples, confidence
        )
        for each in ("place", "content")
    }
    note = ""
    if followers.all():
        chosen = answers["position"].dropna().unique()
        always = f", always position {chosen[0]:g}" if len(chosen) == 1 else ""
        note = f"follows_position: all {len(followers)} persons chose the same printed position in every order{always}"
    return PositionPreference(shares, same["place"], same["content"], note)


def check_cells(table: DataFrame, cell: list[str], values: str) -> None:
    """An error names the column that is missing, or the answer that stands twice."""
    lacking = [each for each in (*cell, values) if each not in table.columns]
    if lacking:
        raise ValueError(f"table: column {lacking[0]} is missing; there are {', '.join(map(str, table.columns))}")
    labelled(table, cell)
    twice = table.duplicated(cell)
    if twice.any():
        seen = table.loc[twice, cell].iloc[0].to_dict()
        raise ValueError(f"table: {seen} stands twice; repeats are told apart by a column replicate")


def labelled(table: DataFrame, columns: list[str]) -> None:
    """An error names the row without a label, which pandas would drop from its groups and say nothing."""
    for each in columns:
        none = table[each].isna().to_numpy()
        if none.any():
            raise ValueError(f"{each}: row {int(np.argmax(none))} has none; every row needs one")


def _effect(wide: DataFrame, reference: str, level: str, seed: int, resamples: int, confidence: float) -> FormEffect:
    columns = wide[[reference, level]]
    both = columns.dropna()
    person = both.index.get_level_values("person")
    if both.empty:
        none = undefined("no_pairs", n_persons=0)
        return FormEffect(level, reference, none, none, none)
    difference = both[level] - both[reference]
    spread = both.max(axis=1).groupby(person).max() - both.min(axis=1).groupby(person).min()
    constant = spread <= NO_SPREAD
    several = both.index.get_level_values("item").nunique() > 1
    # one item cannot vary within a person: there, only one answer from all persons is a constant
    degenerate = constant.all() if several else bool(np.ptp(both.to_numpy()) <= NO_SPREAD)
    extra: dict[str, Detail] = {
        "n_pairs": len(both),
        "n_unpaired": int((columns.notna().sum(axis=1) == 1).sum()),
        "share_constant_persons": float(constant.mean()) if several else float(degenerate),
    }
    note = "degenerate_identical_items" if degenerate else ""
    if not degenerate and float(difference.abs().max()) <= NO_SPREAD:
        note = "identical_levels"
    means = {
        "change": difference.abs().groupby(person).mean().to_numpy(float),
        "agreement": (difference.abs() <= NO_SPREAD).groupby(person).mean().to_numpy(float),
    }
    bounded = {name: _share(each, note, extra, seed, resamples, confidence) for name, each in means.items()}
    shift = mean_over_persons(difference.groupby(person).mean().to_numpy(float), confidence=confidence)
    told = dataclasses.replace(shift, note=note or shift.note, extra={**shift.extra, **extra})
    return FormEffect(level, reference, bounded["change"], bounded["agreement"], told)


def _share(
    of_persons: Floats, note: str, extra: dict[str, Detail], seed: int, resamples: int, confidence: float
) -> Estimate:
    """Mean of one bounded number a person, whose interval stays within the bounds."""
    n, value = len(of_persons), float(of_persons.mean())
    # nothing to resample: an interval of no width would claim to know all other persons
    equal = np.ptp(of_persons) <= NO_SPREAD
    note = note or ("too_few_persons" if n < 3 else "equal_in_all_persons" if equal else "")
    found = Estimate(value, n_persons=n, note=note, extra=extra)
    if note:
        return found
    drawn = persona_bootstrap(
        lambda counts: counts @ of_persons / n, n, seed=seed, resamples=resamples, confidence=confidence
    )
    return with_interval(found, drawn, confidence)


def _shares(answers: DataFrame) -> DataFrame:
    given = answers.loc[answers["position"].notna(), ["level", "position"]]
    levels = given.groupby(["level", "position"], sort=True).size().rename("n_answers").reset_index()
    over_all = levels.groupby("position", sort=True)["n_answers"].sum().reset_index().assign(level="all")
    counts = pd.concat([over_all, levels]).groupby(["level", "position"], sort=True)["n_answers"].sum().reset_index()
    counts["share"] = counts["n_answers"] / counts.groupby("level")["n_answers"].transform("sum")
    return counts[["level", "position", "share", "n_answers"]]


def _pairing(table: DataFrame) -> list[str]:
    return ["person", "item", *(["replicate"] if "replicate" in table.columns else [])]


def _wide(table: DataFrame, pairing: list[str], values: str) -> DataFrame:
    """One row for each of `pairing`, one column a level, in order of appearance."""
    check_cells(table, [*pairing, "level"], values)
    checked = table.assign(**{values: numbers(table[[values]])[:, 0]})
    return checked.pivot(index=pairing, columns="level", values=values)[list(pd.unique(table["level"]))]
