"""What functions of a table of persons x items, or persons x raters, owe."""

from functools import partial

import pandas as pd
from drawn_answers import answers, rating_tables, scores
from hypothesis import strategies as st
from parts import Fixed, Names, Wide
from properties import Owes

import psychometrics as ps

FEW = 40  # resamples: an interval is wanted, not a good one
RULE = st.sampled_from(["pairwise", "listwise"])
ITEMS = {"items": Wide(), "missing": Fixed()}
ITEM_GIVEN = st.fixed_dictionaries({"items": rating_tables(), "missing": RULE})
MOMENTS = {r"extra\.(mean)$": "location", r"extra\.(sd|sem)$": "spread"}
RATINGS = st.fixed_dictionaries({"ratings": rating_tables()})
KEYS = {"q1": 1, "q2": -1, "q3": 1, "q4": -1}
SCALE_KEYS = {"raw": Wide(), "keys": Names()}
NO_UNIT = "low and high are fixed: answers in another unit are no answers of this scale"
PLACES = {"affine": NO_UNIT, "far_from_zero": NO_UNIT}
POOLED = {"interval": "F over one sample; not asked of everybody twice"}


def keyed_given(items: tuple[int, int] = (4, 4)):
    return st.fixed_dictionaries(
        {"raw": answers(items=items), "keys": st.just(KEYS), "low": st.just(1), "high": st.just(5)}
    )


PROFILES = {
    "affine": "the constant a has the unit of the profiles",
    "far_from_zero": "profiles are percent, 0 to 100",
    "persons_doubled": "runs are no persons",
}


def percents(*size, **more):
    return scores(*size, **more).map(lambda table: 50 + table)


def repeats_of(items: pd.DataFrame, **more):
    """Every person's row twice, the second turned by one place: repeats that are no copies."""
    rows = pd.concat([items, items.shift(1, axis=1).fillna(3)], ignore_index=True)
    return ps.alpha_of_repeats(rows, [*items.index] * 2, 1, FEW, **more)


def clustered(points: pd.DataFrame):
    found = ps.density_outliers(points, "scores", eps=1.0, min_points=3)
    return {"found": found, "outside": found.cluster == -1}


OWED = {
    "cronbach_alpha": Owes(ps.cronbach_alpha, ITEM_GIVEN, ITEMS, MOMENTS),
    "alpha_of_repeats": Owes(
        repeats_of,
        ITEM_GIVEN,
        ITEMS,
        MOMENTS,
        but={
            "columns_permuted": "the repeats here depend on it",
            "affine": "the repeats here fill with 3",
            "far_from_zero": "the same",
        },
    ),
    "guttman_lambdas": Owes(partial(ps.guttman_lambdas, seed=1, resamples=FEW), ITEM_GIVEN, ITEMS),
    "split_half": Owes(
        ps.split_half,
        ITEM_GIVEN,
        ITEMS,
        but={"columns_permuted": "odd and even, first and second are places of items"},
    ),
    "item_statistics": Owes(ps.item_statistics, ITEM_GIVEN, ITEMS, {r"\.mean$": "location", r"\.sd$": "spread"}),
    "omega_one_factor": Owes(
        partial(ps.omega_one_factor, seed=1, resamples=FEW),
        st.fixed_dictionaries({"items": answers(persons=(12, 16))}),
        {"items": Wide()},
        {r"extra\.loading:": "spread", r"extra\.residual:": "square"},
        slow=True,
    ),
    "omega_hierarchical": Owes(
        partial(ps.omega_hierarchical, n_factors=2),
        st.fixed_dictionaries({"items": answers(persons=(15, 20), items=(6, 6)), "missing": RULE}),
        ITEMS,
        slow=True,
        tolerance=1e-4,
    ),
    "ordinal_alpha": Owes(
        partial(ps.ordinal_alpha, seed=1, resamples=10),
        ITEM_GIVEN,
        ITEMS,
        units={"n_categories": "free"},
        doubled={"": "free"},
        slow=True,
        tolerance=1e-4,
    ),
    "polychoric": Owes(
        # thresholds go by the number of the answer, which another unit changes
        lambda items, missing: {
            k: v
            for k, v in vars(ps.polychoric(items, missing=missing)).items()
            if k in ("correlations", "note", "n_persons")
        },
        ITEM_GIVEN,
        ITEMS,
        slow=True,
        tolerance=1e-4,
    ),
    "factorability": Owes(ps.factorability, ITEM_GIVEN, ITEMS, doubled={"bartlett": "free"}),
    "efa": Owes(
        partial(ps.efa, n_factors=1),
        st.fixed_dictionaries({"items": answers(persons=(10, 14), items=(4, 5)), "missing": RULE}),
        ITEMS,
        slow=True,
        tolerance=1e-4,
    ),
    "parallel_analysis": Owes(
        partial(ps.parallel_analysis, n_iter=5),
        st.fixed_dictionaries({"items": answers(persons=(10, 14), items=(4, 5)), "missing": RULE}),
        ITEMS,
        doubled={"": "free"},
        slow=True,
        tolerance=1e-4,
    ),
    "exact_agreement": Owes(partial(ps.exact_agreement, seed=1, resamples=FEW), RATINGS, {"ratings": Wide()}),
    "mean_absolute_change": Owes(
        partial(ps.mean_absolute_change, seed=1, resamples=FEW),
        RATINGS,
        {"ratings": Wide()},
        {r"\.(value|low|high)~?$": "spread"},
    ),
    "intraclass_correlations": Owes(
        partial(ps.intraclass_correlations, seed=1, resamples=FEW),
        st.fixed_dictionaries({"ratings": rating_tables(), "missing": RULE}),
        {"ratings": Wide(), "missing": Fixed()},
        {r"variance|ms_|mean_square": "square"},
        # consistency is a ratio of two mean squares with n - 1; below 0, ICC(A,k) has no bound, and a pole
        doubled={"consistency": "same", "agreement_average": "shrinks above 0", "": "shrinks"},
    ),
    "parallel_forms": Owes(
        partial(ps.parallel_forms, seed=1, resamples=FEW),
        st.fixed_dictionaries({"scores": scores(columns=3), "missing": RULE}),
        {"scores": Wide(), "missing": Fixed()},
        {r"\.mean$": "location", r"\.(shift|sd)$": "spread"},
        doubled={"agreement|shift|share": "free", "": "shrinks"},
    ),
    "krippendorff_alpha": Owes(
        partial(ps.krippendorff_alpha, level="interval", seed=1, resamples=FEW),
        RATINGS,
        {"ratings": Wide()},
        doubled={"": "shrinks"},
    ),
    "fleiss_kappa": Owes(ps.fleiss_kappa, RATINGS, {"ratings": Wide()}),
    "convergent_table": Owes(
        partial(ps.convergent_table, seed=1, resamples=FEW),
        st.fixed_dictionaries({"first": scores(7, 3), "second": scores(7, 3), "missing": RULE}),
        {"first": Wide(), "second": Wide(), "missing": Fixed()},
        seeded="low|high",
    ),
    "criterion_table": Owes(
        ps.criterion_table,
        st.fixed_dictionaries({"scores": scores(7, 2), "criteria": scores(7, 2), "missing": RULE}),
        {"scores": Wide(), "criteria": Wide(), "missing": Fixed()},
    ),
    "multitrait_multimethod": Owes(
        lambda scores, missing: ps.multitrait_multimethod(
            scores, ["E", "N"], {"a": list(scores)[:2], "b": list(scores)[2:]}, missing=missing, seed=1, resamples=FEW
        ),
        st.fixed_dictionaries({"scores": scores(7, 4), "missing": RULE}),
        {"scores": Wide(), "missing": Fixed()},
        doubled={"": "free"},
        tolerance=1e-4,  # of ends of a ratio whose divisor comes near 0
        seeded="low|high",  # doubled, pairs of two persons count, too
        but={"columns_permuted": "a column is one trait by one method"},
    ),
    "item_kappas": Owes(
        ps.item_kappas,
        st.fixed_dictionaries(
            {"first": answers(persons=(7, 7), items=(3, 3)), "second": answers(persons=(7, 7), items=(3, 3))}
        ),
        {"first": Wide(), "second": Wide()},
        {"mean_absolute_change": "spread"},
    ),
    "said_done_correlation": Owes(
        lambda said, done: ps.said_done_correlation(
            said, done, person=list(said.index), seed=1, resamples=FEW, permutations=FEW
        ),
        st.fixed_dictionaries({"said": answers(persons=(7, 7)), "done": answers(persons=(7, 7))}),
        {"said": Wide(), "done": Wide()},
    ),
    "response_styles": Owes(
        ps.response_styles,
        keyed_given(),
        SCALE_KEYS,
        but=PLACES | {"columns_permuted": "a run of equal answers is one in the order of the page"},
    ),
    "style_alphas": Owes(ps.style_alphas, keyed_given(), SCALE_KEYS, but=PLACES),
    "without_acquiescence": Owes(ps.without_acquiescence, keyed_given(), SCALE_KEYS, but=PLACES),
    "keyed": Owes(lambda raw, keys, low, high: ps.keyed(raw, keys, low, high), keyed_given(), SCALE_KEYS, but=PLACES),
    "keying_suspicion": Owes(ps.keying_suspicion, keyed_given(), SCALE_KEYS, but=PLACES),
    "scale_score": Owes(
        ps.scale_score, st.fixed_dictionaries({"items": rating_tables()}), {"items": Wide()}, {r"\.score$": "location"}
    ),
    "profile_consistency": Owes(
        partial(ps.profile_consistency, seed=1, resamples=FEW),
        st.fixed_dictionaries({"profiles": percents(columns=3)}),
        {"profiles": Wide()},
        but=PROFILES,
    ),
    "profile_fairness": Owes(
        partial(ps.profile_fairness, seed=1, resamples=FEW, permutations=FEW),
        st.fixed_dictionaries({"first": percents(5, 3), "second": percents(6, 3)}),
        {"first": Wide(0), "second": Wide(1)},
        but=PROFILES,
    ),
    "profile_robustness": Owes(
        partial(ps.profile_robustness, seed=1, resamples=FEW, permutations=FEW),
        st.fixed_dictionaries({"fixed": percents(5, 3), "permuted": percents(6, 3)}),
        {"fixed": Wide(0), "permuted": Wide(1)},
        but=PROFILES,
    ),
    "density_outliers": Owes(
        clustered,
        st.fixed_dictionaries({"points": scores((6, 12), 2)}),
        {"points": Wide()},
        seeded=r"found\.cluster",  # numbers go by the first point of a cluster; who stands outside goes by none
        but={"affine": "eps has the unit of the points", "persons_doubled": "points are counted for the density"},
    ),
    "topic_inconsistency": Owes(
        lambda shares: ps.topic_inconsistency(
            shares.fillna(1),
            {each: "ab"[at % 2] for at, each in enumerate(sorted(shares.index))},
            seed=1,
            resamples=FEW,
            permutations=FEW,
        ),
        st.fixed_dictionaries({"shares": answers(persons=(6, 6), items=(3, 3), low=0)}),
        {"shares": Wide()},
        but={
            "affine": "probabilities have no other zero",
            "far_from_zero": "the same",
            "persons_doubled": "rows are items of topics",
            "persons_permuted": "the topics here go by the names",
            "renamed": "the same",
            "hard_input": "rows are items here, not persons",
        },
    ),
    "calibrated_gap": Owes(
        lambda scores, human: ps.calibrated_gap(
            pd.DataFrame({"person": list(scores.index), "domain": "E", "said": scores["s1"], "done": scores["s2"]}),
            pd.DataFrame({"domain": "E", "said": human["s1"], "done": human["s2"]}),
            said_range=(1, 5),
            done_range=(1, 5),
            seed=1,
            resamples=FEW,
        ),
        st.fixed_dictionaries({"scores": scores(), "human": scores((6, 9))}),
        {"scores": Wide(0)},
        but={
            "affine": "people are in the same unit",
            "far_from_zero": "the same",
            "columns_permuted": "said and done are no items",
            "renamed": "said and done are no items",
            "one column constant": "said and done are no items",
            "one column empty": "said and done are no items",
        },
    ),
}
