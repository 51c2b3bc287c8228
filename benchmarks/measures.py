"""What is computed in the worlds of `benchmarks/coverage.py`: each measure gives statistics with their intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame, MultiIndex, Series

from benchmarks.worlds import Answers, Floats, World
from psychometrics import (
    Estimate,
    alpha_of_repeats,
    assigned_effect,
    criterion_table,
    cronbach_alpha,
    drift,
    equivalence,
    exact_agreement,
    fleiss_kappa,
    form_effects,
    form_sensitivity,
    g_study,
    graded_response,
    guttman_lambdas,
    intraclass_correlations,
    krippendorff_alpha,
    mixed_model,
    multitrait_multimethod,
    omega_hierarchical,
    omega_one_factor,
    ordinal_alpha,
    paired_effect,
    parallel_forms,
    quasi_f,
    repeats,
    response_styles,
    retest,
    split_half,
    variance_decided_test,
    weighted_kappa,
)

Found = list[tuple[str, Estimate]]


@dataclass(frozen=True)
class Measure:
    """Statistics that are computed together. The truth is that of `population` personas, where no formula has it."""

    of: Callable[[World, Answers, int, int], Found]  # world, answers, seed, resamples
    replicates: int = 1000
    population: int = 1_000_000


def items_of(a: Answers) -> DataFrame:
    """Keyed answers of the first draw in the first form, persons x items."""
    return DataFrame(a.keyed[:, :, 0, 0], columns=list(a.keys))


def rows_of(a: Answers) -> tuple[DataFrame, Floats, list[float] | None]:
    """All draws as rows, with persona and pole of each."""
    n, k, _, draws = a.keyed.shape
    rows = DataFrame(np.moveaxis(a.keyed[:, :, 0], 1, 2).reshape(n * draws, k), columns=list(a.keys))
    return rows, np.repeat(np.arange(n), draws), None if a.poles is None else list(np.repeat(a.poles, draws))


def long(values: Floats, names: tuple[str, ...]) -> DataFrame:
    """One row a value, one column an axis."""
    index = MultiIndex.from_product([range(size) for size in values.shape], names=names)
    return Series(values.ravel(), index=index, name="value").reset_index()


def alpha(world: World, a: Answers, seed: int, resamples: int) -> Found:
    x = items_of(a)
    found = [("alpha", cronbach_alpha(x)), ("alpha", cronbach_alpha(x, interval="Duhachek"))]
    found.append(("alpha", alpha_of_repeats(x, range(len(x)), seed, resamples)))
    if world.refused:
        found.append(("alpha, listwise", cronbach_alpha(x, missing="listwise")))
    return found


def alpha_of_rows(world: World, a: Answers, seed: int, resamples: int) -> Found:
    rows, persona, strata = rows_of(a)
    found = [("alpha", alpha_of_repeats(rows, persona, seed, resamples))]
    if strata is not None:
        found.append(("alpha", alpha_of_repeats(rows, persona, seed, resamples, strata)))
    return [*found, ("alpha, rows taken as persons", cronbach_alpha(rows))]


def alpha_of_means(world: World, a: Answers, seed: int, resamples: int) -> Found:
    x = DataFrame(a.keyed[:, :, 0].mean(axis=2))
    return [
        ("alpha of means", cronbach_alpha(x)),
        ("alpha of means", alpha_of_repeats(x, range(len(x)), seed, resamples)),
    ]


def splits(world: World, a: Answers, seed: int, resamples: int) -> Found:
    x = items_of(a)
    lambdas, halves = guttman_lambdas(x, seed=seed, resamples=resamples), split_half(x).odd_even
    found = [("lambda 2", lambdas.lambda2), ("Spearman-Brown", halves.spearman_brown)]
    return [*found, ("Flanagan-Rulon", halves.flanagan_rulon)]


def omega(world: World, a: Answers, seed: int, resamples: int) -> Found:
    return [("omega", omega_one_factor(items_of(a)))]


def omega_bootstrap(world: World, a: Answers, seed: int, resamples: int) -> Found:
    x = items_of(a)
    of_model = omega_one_factor(x, interval="bootstrap", seed=seed, resamples=resamples)
    of_observed = omega_one_factor(x, variance="observed", seed=seed, resamples=resamples)
    return [("omega", of_model), ("omega, observed variance", of_observed)]


def hierarchical(world: World, a: Answers, seed: int, resamples: int) -> Found:
    found = omega_hierarchical(items_of(a), world.groups, seed=seed, resamples=min(resamples, 200))
    return [("omega hierarchical", found.hierarchical), ("omega total", found.total)]


def ordinal(world: World, a: Answers, seed: int, resamples: int) -> Found:
    return [("ordinal alpha", ordinal_alpha(items_of(a), seed=seed, resamples=resamples))]


def retests(world: World, a: Answers, seed: int, resamples: int) -> Found:
    scores = a.keyed[:, :, 0].mean(axis=1)
    found = retest(scores[:, 0], scores[:, 1], seed=seed, resamples=resamples)
    names = {
        "r": "retest r",
        "spearman": "retest Spearman",
        "ccc": "Lin's concordance",
        "mean_change": "mean change",
        "sem_consistency": "SEM, consistency",
        "sem_agreement": "SEM, agreement",
        "limits_low": "lower limit of agreement",
        "change": "mean absolute change",
    }
    return [(told, getattr(found, name)) for name, told in names.items()]


def iccs(world: World, a: Answers, seed: int, resamples: int) -> Found:
    """Of the forms, or of the draws where there is one form."""
    scores = a.keyed.mean(axis=1)
    ratings = DataFrame(scores[..., 0] if world.forms > 1 else scores[:, 0])
    found = intraclass_correlations(ratings, seed=seed, resamples=resamples)
    names = ("ICC(1)", "ICC(A,1)", "ICC(C,1)", "ICC(k)", "ICC(A,k)", "ICC(C,k)")
    return list(zip(names, found.estimates, strict=True))


def parallel(world: World, a: Answers, seed: int, resamples: int) -> Found:
    found = parallel_forms(DataFrame(a.keyed[..., 0].mean(axis=1)), seed=seed, resamples=resamples)
    return [("level shift of forms", found.level_shift), ("form's share of scores", found.form_share)]


def pairs_of_forms(world: World, a: Answers, seed: int, resamples: int) -> Found:
    before, after = a.keyed[:, :, :2, 0].mean(axis=1).T
    table = long(a.keyed[:, :, :2, 0], ("person", "item", "level"))
    (effect,) = form_effects(table, seed=seed, resamples=resamples)
    found = [("paired d", paired_effect(before, after)), ("paired difference", equivalence(after - before))]
    return [*found, ("shift of a form", effect.shift), ("mean absolute change, items", effect.change)]


def sensitivity(world: World, a: Answers, seed: int, resamples: int) -> Found:
    table = long(a.keyed[..., 0], ("person", "item", "level"))
    return [("form's share of variance", form_sensitivity(table, seed=seed, resamples=resamples).share)]


def drifts(world: World, a: Answers, seed: int, resamples: int) -> Found:
    table = long(a.keyed[..., 0], ("person", "item", "sitting")).assign(position=a.position.ravel())
    found = drift(table)
    return [("drift of answers", found.answers), ("drift of inconsistency", found.inconsistency)]


def assigned(world: World, a: Answers, seed: int, resamples: int) -> Found:
    assert a.poles is not None
    scores, draws = a.keyed[:, :, 0].mean(axis=1), a.keyed.shape[3]
    persona = np.repeat(np.arange(len(scores)), draws)
    poles = np.repeat(a.poles, draws)
    found = [("d, high against low", assigned_effect(scores.ravel(), poles, persona, seed=seed, resamples=resamples))]
    if draws > 1:
        found.append(("d of means of draws", assigned_effect(scores.mean(axis=1), a.poles)))
    return found


def two_groups(world: World, a: Answers, seed: int, resamples: int) -> Found:
    assert a.poles is not None
    scores = a.keyed[:, :, 0, 0].mean(axis=1)
    high, low = scores[a.poles > 0], scores[a.poles < 0]
    found = [("mean difference", variance_decided_test(high, low))]
    return [*found, ("mean difference", variance_decided_test(high, low, level=1.0))]  # Welch's, whatever the variances


def categories(world: World, a: Answers, seed: int, resamples: int) -> Found:
    draws = DataFrame(a.keyed[:, 0, 0])
    return [
        ("weighted kappa", weighted_kappa(draws[0], draws[1])),
        ("Fleiss' kappa", fleiss_kappa(draws)),
        ("Krippendorff's alpha", krippendorff_alpha(draws, seed=seed, resamples=resamples)),
        ("exact agreement", exact_agreement(draws, seed=seed, resamples=resamples)),
    ]


def repeated(world: World, a: Answers, seed: int, resamples: int) -> Found:
    n, k, _, draws = a.keyed.shape
    found = repeats(long(a.keyed[:, :, 0], ("person", "item", "replicate")), seed=seed, resamples=resamples)
    units = DataFrame(a.keyed[:, :, 0].reshape(n * k, draws))
    alphas = krippendorff_alpha(units, persona=np.repeat(np.arange(n), k), seed=seed, resamples=resamples)
    return [("agreement of draws", found.agreement), ("SD of draws", found.sd), ("Krippendorff's alpha", alphas)]


def styles(world: World, a: Answers, seed: int, resamples: int) -> Found:
    found = response_styles(DataFrame(a.raw[:, :, 0, 0], columns=list(a.keys)), a.keys, 1, 5)
    named = ("acquiescence", "both_affirmed", "extreme", "net_agreement", "within_person_sd")
    return [(name.replace("_", " "), getattr(found, name)) for name in named]


def g(world: World, a: Answers, seed: int, resamples: int) -> Found:
    found = g_study(a.keyed[..., 0], facets=("item", "form"), seed=seed)
    of_forms = g_study(a.keyed[..., 0].mean(axis=1), facets=("form",), seed=seed)
    return [("G", found.g), ("Phi", found.phi), ("Phi of forms, as ICC(A,k)", of_forms.phi)]


def g_bootstrap(world: World, a: Answers, seed: int, resamples: int) -> Found:
    found = g_study(a.keyed[..., 0], facets=("item", "form"), interval="bootstrap", seed=seed, resamples=resamples)
    return [("G", found.g), ("Phi", found.phi)]


def mixed(world: World, a: Answers, seed: int, resamples: int) -> Found:
    fit = mixed_model(long(a.keyed[..., 0].mean(axis=1), ("person", "form")), "value", random=["person", "form"])
    found = [("mixed model, ICC of persons", fit.icc)]
    if world.condition is not None:
        table = long(a.keyed.mean(axis=1), ("person", "form", "condition"))
        random: list[str | tuple[str, ...]] = [
            "person",
            "form",
            ("person", "condition"),
            ("form", "condition"),
            ("person", "form"),
        ]
        effect = mixed_model(table, "value", fixed=["condition"], random=random).coefficient("condition")
        found.append(("mixed model, condition", effect))
    return found


def conditions(world: World, a: Answers, seed: int, resamples: int) -> Found:
    table = long(a.keyed.mean(axis=1), ("person", "form", "condition"))
    return [("difference of conditions", quasi_f(table))]


def irt(world: World, a: Answers, seed: int, resamples: int) -> Found:
    found = graded_response(items_of(a), seed=seed, resamples=resamples)
    return [
        ("IRT, marginal reliability", found.marginal_reliability),
        ("IRT, empirical reliability", found.reliability),
    ]


def validity(world: World, a: Answers, seed: int, resamples: int) -> Found:
    traits, forms = [str(each) for each in range(world.groups)], range(world.forms)
    of_items = np.arange(world.items) % world.groups
    scores = {(f, t): a.keyed[:, of_items == int(t), f, 0].mean(axis=1) for f in forms for t in traits}
    table = DataFrame({f"{f} {t}": each for (f, t), each in scores.items()})
    methods = {str(f): [f"{f} {t}" for t in traits] for f in forms}
    found = multitrait_multimethod(table, traits, methods, seed=seed, resamples=resamples)
    row = criterion_table(table[["0 0"]], table[["1 1"]]).iloc[0]
    r = Estimate(row["r"], row["low"], row["high"], method="Fisher", n_persons=len(table))
    means = ("convergent_mean", "discriminant", "htmt_ratio")
    return [("r with a criterion", r), *((name.replace("_", " "), getattr(found, name)) for name in means)]


MEASURES = {
    "alpha": Measure(alpha),
    "alpha of rows": Measure(alpha_of_rows),
    "alpha of means": Measure(alpha_of_means),
    "splits": Measure(splits),
    "omega": Measure(omega, population=300_000),
    "omega bootstrap": Measure(omega_bootstrap, replicates=200, population=300_000),
    "omega hierarchical": Measure(hierarchical, replicates=100, population=300_000),
    "ordinal alpha": Measure(ordinal, replicates=200, population=300_000),
    "retest": Measure(retests),
    "ICCs": Measure(iccs),
    "parallel forms": Measure(parallel),
    "pairs of forms": Measure(pairs_of_forms, population=50_000),
    "sensitivity": Measure(sensitivity, replicates=200, population=20_000),
    "drift": Measure(drifts, population=1_000),
    "assigned": Measure(assigned),
    "two groups": Measure(two_groups),
    "categories": Measure(categories, population=300_000),
    "repeats": Measure(repeated, population=20_000),
    "styles": Measure(styles, population=200_000),
    "G": Measure(g, population=1_000),
    "G bootstrap": Measure(g_bootstrap, replicates=200, population=1_000),
    "mixed model": Measure(mixed, replicates=200, population=1_000),
    "quasi-F": Measure(conditions, population=1_000),
    "irt": Measure(irt, replicates=200, population=1_000),
    "validity": Measure(validity, replicates=200),
}
