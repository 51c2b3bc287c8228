"""What models of items owe: factors, item response, bias and invariance over groups, loadings; one fit takes a while."""

from functools import partial
from typing import Any

import numpy as np
from drawn_answers import SEEDS, answers, people
from hypothesis import strategies as st
from pandas import DataFrame
from parts import Fixed, Who, Wide
from properties import Owes

import psychometrics as ps

TRAIT = st.just("trait")
MANY = answers(persons=(60, 60), items=(4, 4), missing=False, kinds=TRAIT)
ITEMS = {"items": Wide()}
ONE = "f =~ {}"
CHI = {"": "free"}


def of_all(function: Any, **more: Any) -> Any:
    """The function with a factor of all columns, whatever they are called; the first item stays the same."""
    return lambda items, *rest: function(items, {"f": sorted(items)}, *rest, **more)


@st.composite
def in_groups(draw: Any) -> dict[str, Any]:
    items = draw(MANY)
    return {"items": items, "group": [("x", "y")[at % 2] for at in range(len(items))]}


@st.composite
def loadings(draw: Any) -> dict[str, Any]:
    random = np.random.default_rng(draw(SEEDS))
    target = DataFrame(random.normal(0, 0.4, (8, 2)), index=people(8), columns=["E", "N"])
    return {"loadings": (target + random.normal(0, 0.2, (8, 2))).round(3), "target": target.round(3)}


OF_LOADINGS = {
    "affine": "loadings have a zero",
    "far_from_zero": "the same",
    "persons_doubled": "rows are items",
    "hard_input": "rows are items: by hand",
}
SIGNLESS = {"columns_permuted": "the first item says where a factor points; below, up to signs"}

OWED = {
    "confirmatory_factors": Owes(
        of_all(ps.confirmatory_factors),
        st.fixed_dictionaries({"items": MANY}),
        ITEMS,
        {
            r"loadings.*\.(loading|standard_error)$": "spread",
            "residual_variance$": "square",
            r"\.(aic|bic|loglikelihood)$": "free",
        },
        doubled=CHI,
        slow=True,
        tolerance=1e-4,
    ),
    "ordinal_factors": Owes(
        of_all(ps.ordinal_factors),
        st.fixed_dictionaries({"items": MANY}),
        ITEMS,
        slow=True,
        tolerance=1e-4,
        but={"affine": "thresholds go by the number of the answer", "far_from_zero": "the same"},
    ),
    "measurement_invariance": Owes(
        lambda items, group: ps.measurement_invariance(items, {"f": sorted(items)}, group),
        in_groups(),
        ITEMS | {"group": Who(unique=False)},
        {r"\.(aic|bic|loglikelihood)$": "free", r"latent_means.*\.(mean|standard_error|low|high)$": "spread"},
        slow=True,
        tolerance=1e-4,
        but={"persons_permuted": "the group that appears first is the reference"},
    ),
    "ordinal_dif": Owes(
        lambda items, group: ps.ordinal_dif(items, group),
        in_groups(),
        ITEMS | {"group": Who(unique=False)},
        slow=True,
    ),
    "graded_response": Owes(
        partial(ps.graded_response, seed=1, resamples=20),
        st.fixed_dictionaries({"items": MANY}),
        ITEMS,
        {r"thresholds.*\.value": "location"},
        slow=True,
        tolerance=1e-4,
        doubled={"": "shrinks"},
        but={
            "affine": "answers are whole numbers: categories",
        },
    ),
    "two_parameter_logistic": Owes(
        partial(ps.two_parameter_logistic, seed=1, resamples=20),
        st.fixed_dictionaries({"items": MANY.map(lambda x: (x > 3).astype(float))}),
        ITEMS,
        {r"thresholds.*\.value": "location"},
        slow=True,
        doubled={"": "shrinks"},
        but={"affine": "answers are whole numbers: categories"},
    ),
    "congruence": Owes(
        partial(ps.congruence, shuffles=10),
        loadings(),
        {"loadings": Wide(), "target": Wide()},
        seeded="chance|shuffl",
        but=OF_LOADINGS
        | {"renamed": "factors of the target keep their names", "columns_permuted": "factors of the target are named"},
    ),
    "procrustes": Owes(
        ps.procrustes,
        loadings(),
        {"loadings": Wide(), "target": Wide()},
        but=OF_LOADINGS | {"columns_permuted": "the result has the columns of the target"},
    ),
    "tucker_congruence": Owes(
        lambda loadings, target: ps.tucker_congruence(loadings, target),
        loadings(),
        {"loadings": Wide(), "target": Wide()},
        but=OF_LOADINGS,
    ),
    "human_congruence": Owes(
        lambda items: ps.human_congruence(
            items.set_axis(ps.human_structure("sd3").loadings.index[: items.shape[1]], axis=1), "sd3", shuffles=5
        ),
        st.fixed_dictionaries({"items": answers(persons=(60, 60), items=(27, 27), missing=False, kinds=TRAIT)}),
        ITEMS,
        slow=True,
        tolerance=1e-4,
        seeded="chance",
        doubled=CHI,
        but={"columns_permuted": "items are named here by their place", "renamed": "the same"},
    ),
    "contamination": Owes(
        lambda similarity: ps.contamination(similarity.to_numpy(), seed=1, resamples=40),
        SEEDS.map(lambda seed: {"similarity": DataFrame(np.random.default_rng(seed).uniform(0, 1, (7, 7)).round(2))}),
        {"similarity": Fixed()},
        but={
            "persons_permuted": "rows and columns are items: by hand",
            "hard_input": "rows are items: by hand",
            "renamed": "there are no names",
            "persons_doubled": "rows are items: by hand",
        },
    ),
}
