"""Are the questions of one topic answered alike, and more so than questions that are drawn from all topics?"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from psychometrics.bootstrap_mean import bootstrap_mean
from psychometrics.estimate import Detail, Estimate, Floats, Integers, undefined
from psychometrics.exchange import exchange_null, exchanges, in_label_order
from psychometrics.jensen_shannon import (
    ADDED,
    distributions_of,
    group_inconsistency,
    jensen_shannon_centroid,
    jensen_shannon_distance,
)

NULL = ["null_mean", "null_low", "null_high", "null_p"]
COLUMNS = ["topic", "inconsistency", "low", "high", *NULL, "n_items", "note"]
UNIT = "items across topics"


@dataclass(frozen=True)
class TopicInconsistency:
    """How far the items of a topic lie from the centre of their topic.

    Attributes
    ----------
    mean : Estimate
        Over topics, in [0, 0.833). `extra` has the null of items that are exchanged across topics.
    topics : DataFrame
        One row a topic: topic, inconsistency, low, high, null_mean, null_low, null_high, null_p, n_items, note.
    """

    mean: Estimate
    topics: DataFrame


def topic_inconsistency(
    distributions: DataFrame,
    topics: Mapping[Any, Hashable],
    *,
    added: float = ADDED,
    seed: int,
    resamples: int = 2000,
    permutations: int = 1000,
    confidence: float = 0.95,
) -> TopicInconsistency:
    """Mean Jensen-Shannon distance of the items of a topic to its centroid (Moore et al., 2024), beside a null.

    Different questions have different answers even where somebody is consistent. So the null keeps all answers and the
    sizes of the topics, and gives the items to topics at random: only what lies below it tells that a topic is one.

    Parameters
    ----------
    distributions : DataFrame, shape (items, values)
        One row an item (the index), one column a *keyed* value: probabilities or weights, each row is divided by its sum.
        An item with a NaN, or with nothing above 0, is left out and counted.
    topics : mapping from item to topic
        Items without a topic are left out.
    added : float, 0 or more
        See `jensen_shannon_centroid`.
    seed, resamples, permutations : int
        Of the bootstraps and of the null.
    confidence : float in (0, 1)

    Returns
    -------
    TopicInconsistency
        `mean` is that of `group_inconsistency`, with its notes and its interval over topics; its `n_items` are the topics.
        In `extra`: null_mean, null_low, null_high (the central 95 %), null_p (share of exchanges in which topics are at least as
        consistent, as in `exchange_null`), null_unit and null_note (`one_topic`: there is nothing to exchange).
        The interval of one topic is over its items, with the centroid held where it is: drawing items twice would pull it
        towards them. Topics of one item are noted `too_few_members`, and not exchanged; fewer than three items, or items
        all equally far away, have no interval.

    Examples
    --------
    >>> sure = DataFrame({1: [1, 1, 1, 0, 0, 0], 5: [0, 0, 0, 1, 1, 1]}, index=list("abcdef"))
    >>> found = topic_inconsistency(sure, dict(zip("abcdef", "EEENNN")), seed=1)
    >>> found.mean.value, round(float(found.mean.extra["null_mean"]), 2), found.topics["n_items"].tolist()
    (0.0, 0.37, [3, 3])
    """
    known = [each for each in distributions.index if each in topics]
    table = distributions.loc[known]
    if table.index.has_duplicates:
        raise ValueError(
            f"distributions: item {table.index[table.index.duplicated()][0]!r} stands twice; one row an item"
        )
    p = distributions_of(table.to_numpy(float), "distributions")
    usable: NDArray[np.bool_] = np.all(np.isfinite(p), axis=1)
    p = distributions_of(p[usable] + added, "distributions")
    items = [each for each, used in zip(known, usable, strict=True) if used]
    topic, names = in_label_order([topics[each] for each in items], "topic")
    sizes = np.bincount(topic, minlength=len(names))
    shared = sizes[topic] > 1
    extra: dict[str, Detail] = {"n_left_out": int((~usable).sum()), "n_too_few_members": int((sizes == 1).sum())}
    mean = _mean(p[shared], topic[shared], seed, resamples, confidence)
    drawn = _exchanged(p[shared], topic[shared], len(names), seed, permutations)
    rows = []
    for number, name in enumerate(names):
        found = _of_topic(p[topic == number], seed, resamples, confidence)
        null = _null(found.value, drawn[:, number])
        rows.append(
            (name, found.value, found.low, found.high, *(null[each] for each in NULL), int(sizes[number]), found.note)
        )
    null = _null(mean.value, np.array([each[sizes > 1].mean() for each in drawn]))
    told = dataclasses.replace(mean, extra={**mean.extra, **extra, **null})
    return TopicInconsistency(told, DataFrame(rows, columns=COLUMNS))


def _mean(p: Floats, topic: Integers, seed: int, resamples: int, confidence: float) -> Estimate:
    long = pd.DataFrame(p).assign(group=topic, member=np.arange(len(p))).melt(["group", "member"], var_name="option", value_name="probability")  # fmt: skip
    return group_inconsistency(long, added=0.0, seed=seed, resamples=resamples, confidence=confidence).mean


def _of_topic(p: Floats, seed: int, resamples: int, confidence: float) -> Estimate:
    """Mean distance of the items to their centroid, with an interval over the items."""
    if len(p) < 2:
        return undefined("too_few_members", n_items=len(p))
    found = bootstrap_mean(_distances(p), seed=seed, resamples=resamples, confidence=confidence)
    # the notes are of persons, and these are items: without an interval there is nothing else to say of them
    return dataclasses.replace(found, n_persons=0, n_items=len(p), note="")


def _distances(p: Floats) -> Floats:
    return jensen_shannon_distance(p, jensen_shannon_centroid(p, added=0.0))


def _exchanged(p: Floats, topic: Integers, n_topics: int, seed: int, permutations: int) -> Floats:
    """Inconsistency of each topic when the items are given to topics at random: (permutations, topics)."""
    present = np.unique(topic)
    if len(present) < 2:
        return np.empty((0, n_topics))
    orders = exchanges(len(p), None, seed=seed, permutations=permutations)
    values = np.full((len(orders), n_topics), math.nan)
    for row, order in zip(values, orders, strict=True):
        row[present] = [float(_distances(p[order[topic == each]]).mean()) for each in present]
    return values


def _null(seen: float, values: Floats) -> dict[str, Detail]:
    """As `exchange_null`; NaN where the topic has no inconsistency, or there is no other topic."""
    if math.isnan(seen) or np.isnan(values).any():
        values = values[:0]
    null = exchange_null(seen, values, "low", unit=UNIT, n_persons=len(values))
    return null if len(values) else null | {"null_note": "one_topic"}
