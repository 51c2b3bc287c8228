"""Which labels are chosen: A or 1 should mean no more than the option that stands behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas import DataFrame

from psychometrics.estimate import Estimate
from psychometrics.forms import position_preference


@dataclass(frozen=True)
class LabelPreference:
    """Which labels are chosen, and whether label or content is chosen again under another label set.

    Attributes
    ----------
    shares : DataFrame
        Columns level (a label set or assignment, or "all"), label, share (0 to 1), n_answers.
    same_label, same_content : Estimate
        Share of item pairs, under two assignments, with the same label, and with the same content, 0 to 1.
    note : str
        "follows_label: ..." when every person chooses the same label again whatever it stands for, else "".
    """

    shares: DataFrame
    same_label: Estimate
    same_content: Estimate
    note: str


def label_preference(
    answers: DataFrame, *, seed: int, resamples: int = 2000, confidence: float = 0.95
) -> LabelPreference:
    """Does the responder choose an option, or the label before it? As `position_preference`, for permuted labels.

    Parameters
    ----------
    answers : DataFrame
        Columns person, item, level (which label stands before which option), label (chosen; text, missing if none),
        value (of the content behind it), and optionally replicate.
    seed, resamples : int
        Of the bootstrap over persons.
    confidence : float in (0, 1)

    Returns
    -------
    LabelPreference
        As for `position_preference`, with its notes: `one_order` when nobody answered an item under two assignments,
        `position_and_content_confounded` when no label ever changed its content. Shares speak of labels only where
        every label stood before every option equally often.

    Examples
    --------
    >>> rows = [(p, i, level, "A", 1 if level == "AB" else 5) for p in "pqr" for i in "xy" for level in ("AB", "BA")]
    >>> found = label_preference(DataFrame(rows, columns=["person", "item", "level", "label", "value"]), seed=1)
    >>> found.note
    'follows_label: all 3 persons chose the same label in every assignment, always "A"'
    """
    if "label" not in answers.columns:
        raise ValueError(f"answers: column label is missing; there are {', '.join(map(str, answers.columns))}")
    codes, labels = pd.factorize(answers["label"], sort=True)
    numbered_labels = answers.assign(position=np.where(codes >= 0, codes, math.nan))
    found = position_preference(numbered_labels, seed=seed, resamples=resamples, confidence=confidence)
    label = [str(labels[int(each)]) for each in found.shares["position"]]
    shares = found.shares.assign(position=label).rename(columns={"position": "label"})
    note = ""
    if found.note:
        always = f', always "{labels[0]}"' if len(labels) == 1 else ""
        persons = found.same_position.n_persons
        note = f"follows_label: all {persons} persons chose the same label in every assignment{always}"
    return LabelPreference(shares, found.same_position, found.same_content, note)
