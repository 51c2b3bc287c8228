"""Does a text stay with its persona? Sentence by sentence, statement by statement, and over perturbed profiles.

What a judge said of the texts comes in as numbers. Each person gets one value; the mean over persons has a bootstrap over
persons. `behaviour_chains` and `style_stability` follow a persona over turns.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame

from psychometrics.covariances import numbers
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, one_each
from psychometrics.person_means import Poles, mean_of_persons, needs, once, person_means, shares, texts_of

CUTS = (2.3333, 3.6667)  # the thirds of 1 to 5
THIRDS = ("low", "middle", "high")


@dataclass(frozen=True)
class SentenceFidelity:
    """Trait levels of sentences: near the target, near each other, and alike in every generation.

    Attributes
    ----------
    accuracy : Estimate
        ACC, share of sentences in the target third, 0 to 1.
    internal : Estimate
        IC, 1 - population SD / 2 within a generation, 0 to 1.
    repeated : Estimate
        RC, mean of 2 (1 - W1 / 4) - 1 over pairs of generations of a person, -1 to 1.
    """

    accuracy: Estimate
    internal: Estimate
    repeated: Estimate


def sentence_fidelity(
    table: DataFrame,
    *,
    cuts: tuple[float, float] = CUTS,
    poles: Poles = None,
    seed: int,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> SentenceFidelity:
    """Atomic fidelity of one trait (arXiv 2506.19352), averaged within generation, then person, then over persons.

    Parameters
    ----------
    table : DataFrame
        One row a sentence: person, generation, target ("low", "middle" or "high", one a person), level (1 to 5; NaN: the
        sentence shows nothing of the trait, and is left out).
    cuts : (lower, upper)
        Low is below the first, high above the second, in levels.
    poles : mapping from person to assigned pole, optional
        Persons are drawn within poles, here and in the other functions.
    seed, resamples : int
        Of the bootstrap over persons.
    confidence : float in (0, 1)

    Returns
    -------
    SentenceFidelity
        W1 is the one-dimensional Wasserstein distance between the levels of two generations. Whoever writes always level 3
        has IC and RC 1: neither speaks of the persona without ACC. IC takes generations of two sentences and more. NaN with
        `no_answers` (no sentence has a level), `one_sentence` (IC), `no_replication` (RC: nobody has two generations). Fewer
        than three persons keep the value and `too_few_persons`, those with equal values `equal_in_all_persons`,
        without interval. In `extra`: n_sentences, n_left_out, n_persons_left_out.

    Examples
    --------
    >>> table = DataFrame({"person": "p", "generation": [1, 1, 2, 2], "target": "high", "level": [5, 3, 4, 4]})
    >>> found = sentence_fidelity(table, seed=1)
    >>> found.accuracy.value, found.internal.value, found.repeated.value
    (0.75, 0.75, 0.5)
    """
    needs(table, ["person", "generation", "target"], ["level"])
    level = numbers(table[["level"]])[:, 0]
    wrong = [each for each in table["target"] if each not in THIRDS]
    if wrong:
        raise ValueError(f'target: "{wrong[0]}"; allowed are {", ".join(THIRDS)}')
    outside = level[(level < 1) | (level > 5)]
    if len(outside):
        raise ValueError(f"level: {outside[0]:g}; allowed are 1 to 5 and NaN")
    text, owner, persons = texts_of(table, "generation")
    target = np.array([THIRDS.index(each) for each in one_each(table["target"], owner[text], "target")], dtype=int)
    known = np.isfinite(level)
    extra: dict[str, Detail] = {"n_sentences": int(known.sum()), "n_left_out": int((~known).sum())}
    level, text = level[known], text[known]
    third = (level >= cuts[0]).astype(int) + (level > cuts[1])
    n_texts = len(owner)
    size = np.bincount(text, minlength=n_texts)
    hits = shares(np.bincount(text, third == target[owner[text]], n_texts), size, 1)
    middle = shares(np.bincount(text, level, n_texts), size, 1)
    variance = shares(np.bincount(text, (level - middle[text]) ** 2, n_texts), size, 2)
    # texts stand in the order of their persons
    by_text = np.split(level[np.argsort(text, kind="stable")], np.cumsum(size)[:-1])
    first = np.searchsorted(owner, np.arange(len(persons) + 1))
    repeated = [_repeated(by_text[start:end]) for start, end in itertools.pairwise(first)]
    values = (
        ("no_answers", person_means(hits, owner, len(persons))),
        ("one_sentence", person_means(1 - np.sqrt(variance) / 2, owner, len(persons))),
        ("no_replication", np.array(repeated, dtype=float)),
    )
    return SentenceFidelity(
        *(
            mean_of_persons(
                each, persons, poles, "no_answers" if not known.any() else note, extra, seed, resamples, confidence
            )
            for note, each in values
        )
    )


def persona_constraints(
    table: DataFrame, *, poles: Poles = None, seed: int, resamples: int = 2000, confidence: float = 0.95
) -> Estimate:
    """Active-passive-constraint score: sum of (1 - R)(1 - C) + R E over the statements of a persona.

    Parameters
    ----------
    table : DataFrame
        One row a statement and text: person, text, statement; relevant R, entailed E, contradicted C: probabilities.
    poles, seed, resamples, confidence
        As for `sentence_fidelity`.

    Returns
    -------
    Estimate
        Expected number of statements that a text respects, 0 to the number of statements; mean over the texts of a person,
        then over persons. A text with a missing probability has no sum: left out, and counted. NaN with `no_answers` if that
        leaves nobody. In `extra`: per_statement (0 to 1: for personas of unequal length), n_texts, n_left_out,
        n_persons_left_out. Notes besides as for `sentence_fidelity`.

    Examples
    --------
    >>> row = {"person": "p", "text": 1, "statement": "a", "relevant": 0.9, "entailed": 0.8, "contradicted": 0.05}
    >>> round(persona_constraints(DataFrame([row]), seed=1).value, 3)
    0.815
    """
    given = ["relevant", "entailed", "contradicted"]
    needs(table, ["person", "text", "statement"], given)
    once(table, ["person", "text", "statement"])
    x = numbers(table[given])
    wrong = x[(x < 0) | (x > 1)]
    if len(wrong):
        raise ValueError(f"table: {wrong[0]:g} is no probability; allowed are 0 to 1 and NaN")
    relevant, entailed, contradicted = x.T
    text, owner, persons = texts_of(table, "text")
    respected = (1 - relevant) * (1 - contradicted) + relevant * entailed
    sums = np.bincount(text, respected, len(owner))  # NaN where one is missing
    each = person_means(sums / np.maximum(np.bincount(text, minlength=len(owner)), 1), owner, len(persons))
    left_out = int(np.isnan(sums).sum())
    extra: dict[str, Detail] = {"n_texts": len(sums) - left_out, "n_left_out": left_out}
    if np.isfinite(each).any():
        extra["per_statement"] = float(np.nanmean(each))
    values = person_means(sums, owner, len(persons))
    return mean_of_persons(values, persons, poles, "no_answers", extra, seed, resamples, confidence)


def profile_variation(
    table: DataFrame, *, poles: Poles = None, seed: int, resamples: int = 2000, confidence: float = 0.95
) -> Estimate:
    """Coefficient of variation of a score over perturbed profiles of a person (SimulateBench): the lower, the more robust.

    Parameters
    ----------
    table : DataFrame
        Columns person, profile, score (on a ratio scale: 0 means none); repeats of a profile are averaged.
    poles, seed, resamples, confidence
        As for `sentence_fidelity`.

    Returns
    -------
    Estimate
        Sample SD / mean, no unit, from 0; then the mean over persons. Persons with one profile or a mean not above 0 are left
        out, and counted in `extra`. NaN with `too_few_forms` (nobody has two profiles) or `mean_not_positive`.

    Examples
    --------
    >>> table = DataFrame({"person": "p", "profile": [1, 2, 3], "score": [8.0, 10.0, 12.0]})
    >>> profile_variation(table, seed=1)
    Estimate(0.200, n=1; too_few_persons)
    """
    needs(table, ["person", "profile"], ["score"])
    text, owner, persons = texts_of(table, "profile")
    score, n = numbers(table[["score"]])[:, 0], len(persons)
    known = np.isfinite(score)
    counts = np.bincount(text[known], minlength=len(owner))
    scores = shares(np.bincount(text[known], score[known], len(owner)), counts, 1)
    profiles = np.bincount(owner[np.isfinite(scores)], minlength=n)
    middle = person_means(scores, owner, n)
    squares = person_means((scores - middle[owner]) ** 2, owner, n)
    variance = np.where(profiles > 1, squares * profiles / np.maximum(profiles - 1, 1), np.nan)
    positive = middle > NO_SPREAD
    values = np.where(positive, np.sqrt(variance) / np.where(positive, middle, 1.0), np.nan)
    extra: dict[str, Detail] = {
        "n_one_profile": int((profiles < 2).sum()),
        "n_mean_not_positive": int(((profiles > 1) & ~positive).sum()),
    }
    note = "mean_not_positive" if (profiles > 1).any() else "too_few_forms"
    return mean_of_persons(values, persons, poles, note, extra, seed, resamples, confidence)


def _repeated(texts: list[Floats]) -> float:
    """Mean of 2 (1 - W1 / 4) - 1 over pairs of texts; W1 is the area between two distribution functions."""
    known = [np.sort(each) for each in texts if len(each)]
    if len(known) < 2:
        return float("nan")
    grid = np.unique(np.concatenate(known))
    below = np.array([np.searchsorted(each, grid[:-1], "right") / len(each) for each in known])
    first, second = np.triu_indices(len(known), 1)
    distance = np.abs(below[first] - below[second]) @ np.diff(grid)
    return float((2 * (1 - distance / 4) - 1).mean())
