"""The control band: the spread of personas that say no more than "you are an assistant", which a trait shift must leave.

After "Helpful assistant or fruitful facilitator?" (2024): a shift counts only outside the band of neutral paraphrases.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from pandas import DataFrame

from psychometrics.estimate import NO_SPREAD
from traitscope.record import Record

NONE = "no band"
FEWEST_FOR_PERCENTILES = 10  # neutral personas; below, the 2.5th percentile would be a guess beyond the lowest
SHARE = (2.5, 97.5)  # percentiles


def sets(record: Record, people: DataFrame) -> list[str]:
    """What a band can be drawn from, and `NONE`; what is drawn unless told otherwise comes first.

    Sets of several personas of whom none has an assigned level or an attribute. A set of that kind may as well be a list of
    professions, so only one that is called a control is drawn unasked.
    """
    personas = record.manifest.personas
    told = {name for name, each in personas.items() if each.assigned or each.attributes}
    found = [
        str(name)
        for name, rows in people[~people["bare"]].groupby("persona_set", sort=False)
        if rows["persona"].nunique() > 1 and not told & set(rows["persona"])
    ]
    called = [name for name in found if name.startswith("control")]
    return [*called, NONE, *(name for name in found if name not in called)]


def band(people: DataFrame, persona_set: str) -> DataFrame:
    """How far neutral personas spread on each scale: those of `persona_set`, and the bare model.

    `people` is `profiles.people`. Columns scale, band_low, band_high, n_controls. From the 2.5th to the 97.5th percentile of
    the personas' values, or from the lowest to the highest below ten; NaN where they do not differ.
    """
    rows = people[(people["persona_set"] == persona_set) | people["bare"]] if persona_set != NONE else people.head(0)
    found = [
        {"scale": scale, **dict(zip(("band_low", "band_high"), _ends(values.dropna()), strict=True)), "n_controls": values.count()}
        for scale, values in rows.groupby("scale", sort=False)["value"]
    ]  # fmt: skip
    table = DataFrame(found, columns=["scale", "band_low", "band_high", "n_controls"])
    return table.astype({"band_low": float, "band_high": float})


def _ends(values: Iterable[float]) -> tuple[float, float]:
    known = np.array(list(values))
    if len(known) < 2 or np.ptp(known) <= NO_SPREAD:
        return np.nan, np.nan
    if len(known) < FEWEST_FOR_PERCENTILES:
        return float(known.min()), float(known.max())
    low, high = np.percentile(known, SHARE)
    return float(low), float(high)


def placed(table: DataFrame, band: DataFrame) -> DataFrame:
    """A profile with the columns of its band, and `band`: "below", "inside" or "above"; missing where it cannot be said."""
    rows = table.merge(band, on="scale", how="left")
    known = rows["value"].notna() & rows["band_low"].notna() & ~rows["constant"]
    side = np.select(
        [rows["value"] < rows["band_low"], rows["value"] > rows["band_high"]], ["below", "above"], "inside"
    )
    rows["band"] = [name if there else None for name, there in zip(side, known, strict=True)]
    return rows


def what(band: DataFrame) -> str:
    """What the band is, in words; nothing where there is none."""
    if band["band_low"].isna().all():
        return ""
    n = int(band["n_controls"].max())
    kind = "lowest to highest" if n < FEWEST_FOR_PERCENTILES else "2.5th to 97.5th percentile"
    return f"{kind} of {n} neutral personas"


def told(table: DataFrame, band: DataFrame, persona_set: str, sets: list[str]) -> list[str]:
    """What the band says of each group of a profile that was `placed`; how to get a band, where there is none."""
    if persona_set == NONE and len(sets) > 1:
        return ["No control band is drawn; choose the neutral personas above to see one."]
    if persona_set == NONE:
        return [
            "No control band: this record has no neutral personas to tell a shift of a trait from the spread that any text "
            'brings. Add "controls_30" to the personas of its study.toml and run it again: only what is new is asked.'
        ]
    if not what(band):
        return ["No control band: the neutral personas have no scores yet, or do not differ at all."]
    sentences = [f"Control band: {what(band)} ({persona_set}, and the bare model where it was asked)."]
    if band["n_controls"].max() < FEWEST_FOR_PERCENTILES:
        sentences.append(f"Fewer than {FEWEST_FOR_PERCENTILES} neutral personas give no more than a hint.")
    if (table["n_persons"] > 1).any():
        sentences.append("The mean of a group is held against the spread of single personas.")
    return [" ".join(sentences), *(_sides(str(group), rows) for group, rows in table.groupby("group", sort=False))]


def _sides(group: str, rows: DataFrame) -> str:
    named = {side: list(rows.loc[rows["band"] == side, "name"]) for side in ("above", "below", "inside")}
    parts = [f"{side} on {', '.join(names)}" for side, names in named.items() if names]
    return f"{group}: {'; '.join(parts) or 'cannot be placed'}."
