"""Which factors the items form, and whether they are the human ones and the same in every group."""

from __future__ import annotations

from psychometrics import (
    confirmatory_factors,
    efa,
    factorability,
    human_congruence,
    human_structure,
    measurement_invariance,
    ordinal_factors,
    parallel_analysis,
)
from psychometrics.estimate import Estimate, undefined
from traitscope.estimates import SEED
from traitscope.sample import Sample
from traitscope.statistics.found import (
    WHOLE,
    Findings,
    Found,
    Statistic,
    Table,
    all_items,
    all_of,
    common_metric,
    domains,
    groups,
    several_items,
    varying_groups,
    with_index,
)

GOOD_CFI = 0.90  # below, a model is not taken for the structure of the items
NAMES = {"chi2": "chi-square"}
FEWEST_FOR_FACTOR = 3  # items a factor, for a model that can be tested


def adequacy(sample: Sample) -> Findings:
    found = factorability(all_items(sample), missing=sample.missing, ipsative=sample.ipsative)
    yield Found(WHOLE, "KMO", found.kmo)
    yield Found(WHOLE, "Bartlett chi-square", found.bartlett)
    yield Table("KMO of items", found.items)


def parallel(sample: Sample) -> Findings:
    found = parallel_analysis(all_items(sample), seed=SEED, missing=sample.missing, ipsative=sample.ipsative)
    yield Found(WHOLE, "number of components", found.n_components)
    yield Found(WHOLE, "number of factors", found.n_factors)
    yield Table("eigenvalues", found.eigenvalues)


def exploratory(sample: Sample) -> Findings:
    found = efa(all_items(sample), len(domains(sample)), missing=sample.missing, seed=SEED, ipsative=sample.ipsative)
    yield Found(WHOLE, "root mean square residual", found.fit)
    yield Table("loadings", with_index(found.loadings, "item"))
    yield Table("factor correlations", with_index(found.phi, "factor"))


def human(sample: Sample) -> Findings:
    keys = {item: key for scale in sample.scales for item, key in sample.keys(scale).items()}
    known = sample.inventory.short_form_of or sample.inventory.id
    found = human_congruence(
        all_items(sample), known, keys=keys, missing=sample.missing, seed=SEED, ipsative=sample.ipsative
    )
    reference = human_structure(known)
    whose = f" ({reference.source}; n {reference.n_persons})" if reference else ""
    yield Found(WHOLE, f"Tucker congruence with the human structure{whose}", found.total)
    if found.total.estimable:
        yield Table("congruence of factors", found.factors)


def confirmatory(sample: Sample) -> Findings:
    items, model = all_items(sample), _model(sample)
    if not model:
        why = f"too_few_items: no scale has {FEWEST_FOR_FACTOR} items"
        yield Found(WHOLE, "CFI", undefined("too_few_items", warnings=(why,)))
        return
    found = confirmatory_factors(items, model, ipsative=sample.ipsative)
    for name in ("chi2", "cfi", "tli", "rmsea", "srmr"):
        told = f" ({found.fit.df} df, p {found.fit.p:.3g})" if name == "chi2" and not found.note else ""
        yield Found(WHOLE, NAMES.get(name, name.upper()) + told, getattr(found, name))
    if not found.note:
        yield Table("standardised loadings", found.loadings)


def ordinal(sample: Sample) -> Findings:
    first, model = sample.one_each, _model(sample)
    if not model:
        yield Found(WHOLE, "CFI, scaled", undefined("too_few_items"))
        return
    found = ordinal_factors(first.keyed, model, ipsative=sample.ipsative)
    for name in ("chi2", "cfi", "tli", "rmsea", "srmr"):
        value = float(getattr(found.scaled, name))
        note = found.note or ("" if value == value else "not_estimable")
        estimate = Estimate(
            value,
            n_persons=found.n_persons,
            n_items=found.n_items,
            missing="listwise",
            note=note,
            warnings=found.warnings,
        )
        fit = f" ({found.scaled.df} df, p {found.scaled.p:.3g})" if name == "chi2" and not found.note else ""
        yield Found(WHOLE, f"{NAMES.get(name, name.upper())}, scaled{fit}", estimate)
    if not found.note:
        yield Table("standardised loadings, ordered answers", found.loadings)


def invariance(sample: Sample) -> Findings:
    items, model = all_items(sample), _model(sample)
    for name, group in varying_groups(sample).items():
        if not model:
            continue
        member = group.reindex(items.index)
        inside = member.notna().to_numpy()
        found = measurement_invariance(items[inside], model, member[inside], ipsative=sample.ipsative)
        told = tuple(f"{name}: {each}" for each in found.warnings)
        verdict = undefined(found.note or found.verdict.split(":")[0], n_persons=found.n_persons, warnings=told)
        yield Found(WHOLE, f"invariance over {name}: {found.note or found.verdict}", verdict)
        if not found.note:
            cfi = float(found.steps["cfi"].iloc[0])
            if cfi < GOOD_CFI:
                badly = f"bad_fit: the configural model has CFI {cfi:.3f}, so equal parameters say little"
                yield Found(
                    WHOLE, f"configural CFI over {name}", Estimate(cfi, n_persons=found.n_persons, warnings=(badly,))
                )
            yield Table(f"steps, {name}", found.steps)
            yield Table(f"differences, {name}", found.differences)
            yield Table(f"latent means, {name}", found.latent_means)


def _model(sample: Sample) -> dict[str, list[str]]:
    """The inventory's own structure: each domain a factor of its items, every item on one factor."""
    taken: set[str] = set()
    model = {}
    for scale in domains(sample):
        items = [item for item in sample.keys(scale) if item not in taken]
        taken |= set(items)
        if len(items) >= FEWEST_FOR_FACTOR:
            model[scale] = items
    return model


STATISTICS = {
    "factorability": Statistic("KMO and Bartlett's test", all_of(common_metric, several_items(3)), adequacy),
    "parallel_analysis": Statistic("Parallel analysis", all_of(common_metric, several_items(3)), parallel),
    "efa": Statistic(
        "Exploratory factors, minimum residuals, oblimin", all_of(common_metric, several_items(3)), exploratory
    ),
    "congruence": Statistic("Congruence with the human structure", all_of(common_metric, several_items(3)), human),
    "cfa": Statistic("Confirmatory factor model of the scales", all_of(common_metric, several_items(3)), confirmatory),
    "cfa_ordinal": Statistic(
        "Confirmatory factor model of ordered answers (WLSMV)", all_of(common_metric, several_items(3)), ordinal
    ),
    "invariance": Statistic("Measurement invariance over groups", all_of(common_metric, groups), invariance),
}
