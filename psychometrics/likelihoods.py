"""Scores from the likelihood of an item's sentence: centred on named references, so that old scores never move."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd
from pandas import DataFrame

from psychometrics.covariances import values_of

LEAST_BALANCE = 0.3  # share of the rarer key in a reference block: BFI-44 .36 serves, SD-3 .19 does not
VERSIONS = ("raw", "item_centred", "double_centred")


def likelihood_scores(
    table: DataFrame,
    *,
    reference: Collection[str],
    reference_name: str,
    block: Mapping[str, int],
    block_name: str,
    controls: Collection[str] = (),
    within: Sequence[str] = (),
) -> DataFrame:
    """Log-likelihoods of items as raw, item-centred and double-centred values (PROTOCOLS, section 15).

    A bare log-likelihood tells more about the sentence than about the persona. Item-centred values subtract the
    item's mean over a named set of personas; double-centred ones also the persona's mean over a named block of items.

    Parameters
    ----------
    table : DataFrame
        Columns persona, item, value (mean log-probability per token, nats), and those named by `within`. One row a
        persona x item.
    reference : collection of personas
        The assigned combinations. Never the bare model (the persona "") and none of `controls`.
    reference_name : str
        Stored with the scores: personas outside the reference may join later and change no old score.
    block : mapping item -> key
        A fixed block with both keys, such as the BFI-44; never the items of a scale itself, since a scale's own mean
        is what it measures. The rarer key must be at least 30 % of it.
    block_name : str
    controls : collection of personas, optional
    within : column names, optional
        Everything is centred apart for each combination, such as ("model", "form").

    Returns
    -------
    DataFrame
        Columns of `within`, persona, item, version ("raw", "item_centred", "double_centred"), value (nats per token),
        ipsative (True for double-centred: alpha and d are to be marked so, factor models and IRT refuse), reference,
        block, n_reference, n_block (how many stood behind the means, 0 for raw), note. NaN where the reference or
        the block is empty. "reference_incomplete" and "block_incomplete": the value will change when the rest is in.

    Examples
    --------
    >>> rows = [("high", "A", -1.0), ("high", "B", -3.0), ("low", "A", -2.0), ("low", "B", -2.0)]
    >>> table = DataFrame(rows, columns=["persona", "item", "value"])
    >>> scores = likelihood_scores(
    ...     table, reference=["high", "low"], reference_name="both", block={"A": 1, "B": -1}, block_name="AB"
    ... )
    >>> scores.pivot_table(index=["persona", "item"], columns="version", values="value").loc["high"].to_dict("list")
    {'double_centred': [0.5, -0.5], 'item_centred': [0.5, -0.5], 'raw': [-1.0, -3.0]}
    """
    names = [*within, "persona", "item"]
    _check(table, names, reference, block, block_name, controls)
    raw = table[names].assign(value=values_of(table["value"], "value")).reset_index(drop=True)

    anchors = raw[raw["persona"].isin(list(reference)) & raw["value"].notna()]
    item_means = _means(anchors, [*within, "item"], "reference")
    item_centred = raw.merge(item_means, how="left", on=[*within, "item"])
    item_centred["value"] -= item_centred["mean"]

    fixed = item_centred[item_centred["item"].isin(list(block)) & item_centred["value"].notna()]
    complete = fixed["n_reference"] == len(set(reference))
    person_means = _means(fixed.drop(columns="mean"), [*within, "persona"], "block")
    settled = complete.groupby([fixed[each] for each in (*within, "persona")]).all().rename("settled").reset_index()
    double = item_centred.drop(columns="mean").merge(person_means, how="left", on=[*within, "persona"])
    double = double.merge(settled, how="left", on=[*within, "persona"])
    double["value"] -= double["mean"]

    parts = [each.assign(version=version) for version, each in zip(VERSIONS, (raw, item_centred, double), strict=True)]
    scores = pd.concat(parts, ignore_index=True)
    scores["ipsative"] = scores["version"] == "double_centred"
    scores["reference"], scores["block"] = reference_name, block_name
    for column in ("n_reference", "n_block"):
        scores[column] = scores[column].fillna(0).astype(int)
    waits = (scores["version"] != "raw") & (scores["n_reference"] < len(set(reference)))
    waits |= scores["ipsative"] & ~scores["settled"].eq(True)
    scores["note"] = waits.map({True: "reference_incomplete", False: ""})
    scores.loc[scores["ipsative"] & (scores["n_block"] < len(block)), "note"] = "block_incomplete"
    columns = ["version", "value", "ipsative", "reference", "block", "n_reference", "n_block", "note"]
    return scores[[*names, *columns]]


def _means(rows: DataFrame, by: list[str], what: str) -> DataFrame:
    return rows.groupby(by)["value"].agg(["mean", "count"]).rename(columns={"count": f"n_{what}"}).reset_index()


def _check(
    table: DataFrame,
    names: list[str],
    reference: Collection[str],
    block: Mapping[str, int],
    block_name: str,
    controls: Collection[str],
) -> None:
    lacking = [each for each in (*names, "value") if each not in table.columns]
    if lacking:
        raise ValueError(f"table: column {lacking[0]} is missing; there are {', '.join(map(str, table.columns))}")
    twice = table.duplicated(names)
    if twice.any():
        seen = table.loc[twice, names].iloc[0].to_dict()
        raise ValueError(f"table: {seen} stands twice; average repeats, and name forms and models in `within`")
    if not reference:
        raise ValueError("reference: it names no persona")
    forbidden = sorted((set(controls) | {""}) & set(reference))
    if forbidden:
        raise ValueError(f'reference: "{forbidden[0]}" is the bare model or a control, which moves every score')
    rarer = min(sum(key == each for key in block.values()) for each in (1, -1))
    if not rarer or rarer < LEAST_BALANCE * len(block):
        raise ValueError(
            f"block {block_name}: the rarer key has {rarer} of {len(block)} items; {LEAST_BALANCE:.0%} is the least, "
            "or subtracting a persona's mean takes its trait away"
        )
