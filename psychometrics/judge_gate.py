"""May a judge's verdicts be used? Only after it told the poles of texts whose poles are known."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas import DataFrame

from psychometrics.contamination import wilson
from psychometrics.estimate import Detail, Estimate, Floats, undefined
from psychometrics.exchange import in_label_order
from psychometrics.kappa import weighted_kappa

NOT_USABLE = "judge_not_usable"


@dataclass(frozen=True)
class JudgeGate:
    """What a judge made of texts with known poles.

    Attributes
    ----------
    usable : bool
        Whether the verdicts of this judge may enter a statistic.
    accuracy : Estimate
        Share of right verdicts, 0 to 1; the note is `judge_not_usable` if it is not.
    poles : DataFrame
        One row a pole: pole, accuracy, low, high, n_texts (with a verdict).
    """

    usable: bool
    accuracy: Estimate
    poles: DataFrame


def judge_gate(
    verdicts: Iterable[Hashable],
    known: Iterable[Hashable],
    *,
    chance: float = 0.5,
    margin: float = 0.1,
    confidence: float = 0.95,
) -> JudgeGate:
    """Accuracy of a judge; usable if the lower end of its interval is above chance by a margin.

    Parameters
    ----------
    verdicts : length texts
        What the judge said: a pole (anything else is wrong), or None or NaN without a usable verdict. Texts should come from different personas:
        the interval takes them as independent.
    known : length texts
        The poles they were written with.
    chance, margin : float
        The threshold is their sum; more poles than two have a lower chance.
    confidence : float in (0, 1)

    Returns
    -------
    JudgeGate
        Interval after Wilson (1927), over the texts with a verdict; `n_items` counts them. Where one answer throughout
        would get more than the threshold, because one pole has most of the texts, that share is the threshold
        (`unbalanced_poles` warns). Warnings besides: `no_verdict` tells how many texts have none, `no_texts` that
        none has one: then the accuracy is NaN and the judge not usable. In `extra`: threshold, always_one, n_without.

    Examples
    --------
    >>> known = ["high", "low"] * 10
    >>> gate = judge_gate(["high", "low"] * 9 + ["low", "low"], known)
    >>> gate.usable, gate.accuracy
    (True, Estimate(0.950 [0.764, 0.991], n=0))
    >>> judge_gate(["high"] * 20, known).accuracy
    Estimate(0.500 [0.299, 0.701], n=0; judge_not_usable)
    """
    if not (0 < chance < 1 and 0 <= margin < 1 - chance):
        raise ValueError(f"chance, margin: {chance:g}, {margin:g}; from 0 on, and together below 1")
    said, true = pd.Series(list(verdicts), dtype=object), pd.Series(list(known), dtype=object)
    _as_long(len(said), len(true), "verdicts", "known poles")
    if true.isna().any():
        raise ValueError(f"known: text {int(true.isna().to_numpy().argmax())} has no pole; every text needs one")
    judged = said.notna().to_numpy()
    n, without = int(judged.sum()), int((~judged).sum())
    codes, names = in_label_order(true[judged], "known")
    right = (said[judged] == true[judged]).to_numpy(bool)
    sizes, hits = np.bincount(codes, minlength=len(names)), np.bincount(codes, right, len(names))
    of_poles = [wilson(float(hit), int(size), confidence) for hit, size in zip(hits, sizes, strict=True)]
    poles = DataFrame(
        {
            "pole": pd.Series(names, dtype=object),
            "accuracy": [each.value for each in of_poles],
            "low": [each.low for each in of_poles],
            "high": [each.high for each in of_poles],
            "n_texts": sizes,
        }
    )
    extra: dict[str, Detail] = {"threshold": chance + margin, "n_without": without}
    warnings: tuple[str, ...] = (
        (f"no_verdict: {without} of {len(said)} texts have none, and are left out",) if without else ()
    )
    if n == 0:
        warnings += ("no_texts: no text has a verdict",)
        return JudgeGate(False, undefined(NOT_USABLE, n_items=0, warnings=warnings, extra=extra), poles)
    constant = float(sizes.max() / n)
    threshold = max(chance + margin, constant)
    if constant > chance + margin:
        warnings += (f"unbalanced_poles: {names[int(sizes.argmax())]!r} throughout would be right in {constant:.0%}",)
    extra |= {"threshold": threshold, "always_one": constant}
    found = wilson(float(right.sum()), n, confidence)
    usable = found.low > threshold
    note = "" if usable else NOT_USABLE
    return JudgeGate(usable, dataclasses.replace(found, note=note, warnings=warnings, extra=extra), poles)


def judge_agreement(first: Iterable[Hashable], second: Iterable[Hashable], *, confidence: float = 0.95) -> Estimate:
    """Cohen's kappa of two judges' verdicts on the same texts, which need not have known poles.

    Parameters
    ----------
    first, second : length texts
        Verdicts of any kind, compared as names: for levels on a scale take `weighted_kappa`. None or NaN leaves the
        text out.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        As `weighted_kappa`, unweighted, with its notes; but `n_items` counts the texts, and fewer than three are
        `too_few_items`. Two judges may agree and both be wrong: the gate comes first.

    Examples
    --------
    >>> judge_agreement(["high", "low", "high", "low"], ["high", "low", "low", "low"]).value
    0.5
    """
    a, b = pd.Series(list(first), dtype=object), pd.Series(list(second), dtype=object)
    _as_long(len(a), len(b), "first", "second verdicts")
    both = (a.notna() & b.notna()).to_numpy()
    codes, _ = in_label_order(pd.concat([a[both], b[both]]), "verdict")
    x: Floats = codes.astype(float)
    n = int(both.sum())
    found = weighted_kappa(x[:n], x[n:], weights="unweighted", confidence=confidence)
    note = "too_few_items" if found.note == "too_few_persons" else found.note
    return dataclasses.replace(found, n_persons=0, n_items=n, note=note)


def _as_long(n: int, other: int, what: str, whats: str) -> None:
    if n != other:
        raise ValueError(f"{what}: {n} given for {other} {whats}; one each is needed")
