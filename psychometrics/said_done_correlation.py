"""Do the persons who say more of a trait also do more of it? Correlated over persons, and pooled over models."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from psychometrics.alpha import cronbach_alpha
from psychometrics.bootstrap import bootstraps, with_interval
from psychometrics.covariances import numbers, row_means
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, Integers, numbered, sums_by_person, undefined
from psychometrics.exchange import exchange_null, exchanges, in_label_order, poles_of
from psychometrics.pearson import varies
from psychometrics.pooled_correlation import ModelScores, Pooling

FEWEST = 4  # the variance of Fisher's z is 1 / (n - 3)
ABOVE_ONE = "above_one: the two sides agree more than their reliabilities allow; it is not cut off"
MODELS = ("model", "n_persons", "r", "alpha_said", "alpha_done", "note")


@dataclass(frozen=True)
class SaidDone:
    """Correlation of self-report and behaviour over persons, and what it is made of.

    Attributes
    ----------
    raw : Estimate
        Pearson's r, pooled over models, -1 to 1.
    disattenuated : Estimate
        The pooled r divided by the root of both pooled reliabilities; can be beyond -1 and 1.
    reliability_said, reliability_done : Estimate
        Cronbach's alpha of each side, pooled over the same models.
    models : DataFrame
        One row a model: model, n_persons, r, alpha_said, alpha_done, note (`too_few_persons`,
        `constant_scores` or `perfect_correlation`: why it is left out).
    """

    raw: Estimate
    disattenuated: Estimate
    reliability_said: Estimate
    reliability_done: Estimate
    models: DataFrame


def said_done_correlation(
    said: DataFrame,
    done: DataFrame,
    *,
    person: Iterable[Hashable],
    model: Iterable[Hashable] | None = None,
    poles: Mapping[Any, Hashable] | None = None,
    seed: int,
    resamples: int = 2000,
    permutations: int = 2000,
    confidence: float = 0.95,
) -> SaidDone:
    """Correlate self-report and behaviour scores of one trait, raw and corrected for attenuation (Spearman, 1904).

    r is pooled over models by Fisher's z with weights n - 3 and disattenuated last, by reliabilities that are pooled with
    weights n: correcting each model by its own small-sample alpha first would pool what is mostly noise.

    Parameters
    ----------
    said, done : DataFrame, shape (rows, items)
        Keyed values of the self-report items and of the behaviour items; the rows of both are the same persons. NaN is a
        missing answer; a score is the mean of the items that are answered.
    person : labels, length rows
        Rows of one person (and model) are repeats: each item is averaged over them first.
    model : labels, length rows, optional
        Without it, all persons are of one model.
    poles : mapping from person to assigned pole, optional
        Persons are drawn, and exchanged, within model and pole.
    seed, resamples, permutations : int
        Of the bootstrap over persons, which repeats the whole computation, and of the null.
    confidence : float in (0, 1)

    Returns
    -------
    SaidDone
        Models with fewer than four persons, or with a side without variance, are left out and named. So is one whose r
        is 1 or -1, since the z of 1 has no end; only if all are such, `raw` is their mean r, with the note
        `perfect_correlation` and without interval. Notes of `raw` when no model is left: `too_few_persons`,
        `constant_scores`. Notes of `disattenuated`: these, `no_reliability` (a side has one item), `unreliable` (a
        pooled alpha is not above 0, or the alpha of a model not estimable); beyond 1 or -1 it bears the warning
        `above_one` and is not cut off. In `raw.extra`: n_rows, n_left_out (persons without both scores), n_models, and
        the null of exchanged persons: null_mean, null_low, null_high (the central 95 %), null_p (share of exchanges
        with an r as high), null_unit, null_note (`one_person_per_pole`).

    Examples
    --------
    >>> said = DataFrame({"E1": [1, 2, 4, 5, 3, 2], "E2": [2, 2, 3, 5, 3, 1]})
    >>> done = DataFrame({"S1": [0, 1, 1, 1, 0, 1], "S2": [0, 0, 1, 1, 0, 0]})
    >>> found = said_done_correlation(said, done, person=list("abcdef"), seed=1)
    >>> round(found.raw.value, 3), round(found.reliability_done.value, 3), round(found.disattenuated.value, 3)
    (0.653, 0.667, 0.832)
    """
    tables, labels, extra = _persons(said, done, person, model)
    models = _models(tables, labels)
    table = DataFrame([each.row() for each in models], columns=list(MODELS))
    perfect = [each for each in models if each.note == "perfect_correlation"]
    used = [each for each in models if not each.note] or perfect
    extra["n_models"] = len(used)
    out = ", ".join(f"{each.name} ({each.note})" for each in models if each not in used)
    warnings: tuple[str, ...] = (f"models_left_out: {out}",) if out else ()
    if not used:
        note = "constant_scores" if any(len(each.at) >= FEWEST for each in models) else "too_few_persons"
        none = undefined(note, n_persons=len(labels), warnings=warnings, extra=extra)
        return SaidDone(none, none, none, none, table)

    kept = [labels[at] for each in used for at in each.at]
    assigned = poles_of([each for _, each in kept], poles)
    # without poles there is one for all
    strata = [(name, None if assigned is None else assigned[at]) for at, (name, _) in enumerate(kept)]
    pooling = Pooling(used)
    value = pooling.of_sample()
    orders = exchanges(len(kept), strata, seed=seed, permutations=permutations)
    within = [*(["model"] if model is not None else []), *(["assigned pole"] if poles is not None else [])]
    unit = " within ".join(["persons", " and ".join(within)]) if within else "persons"
    null = exchange_null(float(value[0]), pooling.exchanged(orders), "high", unit=unit, n_persons=len(kept))
    drawn = bootstraps(
        pooling, len(kept), seed=seed, resamples=resamples, strata=strata, confidence=confidence, width=pooling.width
    )

    note = "perfect_correlation" if used == perfect else ""
    parts: dict[str, Detail] = dict(zip(("r", "alpha_said", "alpha_done"), value[[0, 2, 3]].tolist(), strict=True))
    beyond = (ABOVE_ONE,) if abs(value[1]) > 1 else ()
    one_item = min(said.shape[1], done.shape[1]) < 2
    lacking = ("no_reliability" if one_item else "unreliable") if math.isnan(value[1]) else note
    estimates = [
        Estimate(float(value[0]), n_persons=len(kept), note=note, warnings=warnings, extra=extra | null),
        Estimate(float(value[1]), n_persons=len(kept), note=lacking, warnings=warnings + beyond, extra=parts),
        *(_reliability(used, side, each.shape[1], float(value[2 + side])) for side, each in enumerate((said, done))),
    ]
    raw, corrected, *reliabilities = (
        with_interval(told, each, confidence) if told.estimable else told
        for told, each in zip(estimates, drawn, strict=True)
    )
    return SaidDone(raw, corrected, reliabilities[0], reliabilities[1], table)


def _persons(
    said: DataFrame, done: DataFrame, person: Iterable[Hashable], model: Iterable[Hashable] | None
) -> tuple[tuple[Floats, Floats], list[Any], dict[str, Detail]]:
    """The item means of each (model, person) that has answers on both sides, their labels, and the counts."""
    x, y, people = numbers(said), numbers(done), list(person)
    of_model = [""] * len(people) if model is None else list(model)
    if not len(x) == len(y) == len(people) == len(of_model):
        raise ValueError(
            f"said_done_correlation: {len(x)} rows said, {len(y)} done, {len(people)} persons, {len(of_model)} models; one each"
        )
    numbered(people, "person")  # these tell of a missing label
    numbered(of_model, "model")
    codes, labels = in_label_order(zip(of_model, people, strict=True))
    x, y = (_means(each, codes, len(labels)) for each in (x, y))
    both: NDArray[np.bool_] = np.any(np.isfinite(x), axis=1) & np.any(np.isfinite(y), axis=1)
    extra: dict[str, Detail] = {"n_rows": len(codes), "n_left_out": int((~both).sum())}
    return (x[both], y[both]), [label for label, has in zip(labels, both, strict=True) if has], extra


def _means(x: Floats, codes: Integers, n: int) -> Floats:
    present = np.isfinite(x)
    sums, answers = (sums_by_person(each, codes, n) for each in (np.where(present, x, 0.0), present.astype(float)))
    means: Floats = sums / np.where(answers > 0, answers, math.nan)
    return means


def _models(tables: tuple[Floats, Floats], labels: list[Any]) -> list[ModelScores]:
    models = []
    for name in dict.fromkeys(name for name, _ in labels):
        at = np.array([place for place, (other, _) in enumerate(labels) if other == name], dtype=np.intp)
        # an item that nobody of this model answered is none of its items
        said, done = (x[at][:, np.isfinite(x[at]).any(axis=0)] for x in tables)
        scores = np.column_stack([row_means(said), row_means(done)])
        alphas = cronbach_alpha(DataFrame(said)), cronbach_alpha(DataFrame(done))
        note, r, z = "", math.nan, scores
        if len(at) < FEWEST:
            note = "too_few_persons"
        elif not all(varies(each) for each in scores.T):
            note = "constant_scores"
        else:
            z = (scores - scores.mean(axis=0)) / scores.std(axis=0)
            r = float(np.clip(z.prod(axis=1).mean(), -1, 1))
            # its z has no end and would outweigh all other models
            note = "perfect_correlation" if abs(r) > 1 - NO_SPREAD else ""
        models.append(ModelScores(name, at, (said, done), alphas, z, r, note))
    return models


def _reliability(models: list[ModelScores], side: int, n_items: int, value: float) -> Estimate:
    told = [(each.name, each.alphas[side]) for each in models]
    codes = [(name, alpha.note) for name, alpha in told if alpha.note]
    missing = [alpha.note for _, alpha in told if not alpha.estimable]
    note = "no_reliability" if n_items < 2 else missing[0] if missing else ""
    return Estimate(
        value,
        n_persons=sum(len(each.at) for each in models),
        n_items=n_items,
        missing="pairwise",
        note=note,
        warnings=tuple(f"{code}: {name}" if name != "" else code for name, code in codes),
        extra={"n_models": len(models)},
    )
