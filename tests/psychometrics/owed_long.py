"""What functions of long tables owe: forms, repeats, positions, texts, designs, choices."""

from functools import partial
from typing import Any

import numpy as np
from drawn_answers import SEEDS, long
from hypothesis import strategies as st
from pandas import DataFrame
from parts import Fixed, Long
from properties import Owes

import psychometrics as ps

FEW = 40
FEW_DRAWN = {"seed": 1, "resamples": FEW}
ITEMS, FORMS, DRAWS = ("q1", "q2", "q3"), ("plain", "turned"), ("1", "2")
RULE = st.sampled_from(["pairwise", "listwise"])
TABLE = {"table": Long()}
ANY_ENDS = r"\.(value|low|high)~?$"
PLACED = {
    "affine": "places on the page are not answers",
    "far_from_zero": "the same",
    "columns_permuted": "which places and labels there are goes by appearance",
}


def one(strategy: Any, name: str = "table") -> Any:
    return st.fixed_dictionaries({name: strategy})


def forms(**more: Any) -> Any:
    return long({"item": ITEMS, "level": FORMS}, **more)


@st.composite
def chosen(draw: Any, column: str) -> DataFrame:
    """Answers under two orders, with the place or label of the option that was chosen."""
    table = draw(forms(missing=False))
    place = np.where(table["level"] == "plain", table["value"], 6 - table["value"])
    table[column] = place if column == "position" else [f"{int(each)}" for each in place]
    return table


@st.composite
def drifting(draw: Any) -> DataFrame:
    """Items at other places in the second sitting."""
    table = draw(long({"sitting": ("a", "b"), "item": ("q1", "q2", "q3", "q4")}))
    order = {"a": {"q1": 1, "q2": 2, "q3": 3, "q4": 4}, "b": {"q1": 4, "q2": 3, "q3": 1, "q4": 2}}
    return table.assign(
        position=[order[sitting][item] for sitting, item in zip(table["sitting"], table["item"], strict=True)]
    )


@st.composite
def changes(draw: Any) -> DataFrame:
    table = draw(long({"scale": ("E", "N")}, column="before"))
    return table.assign(after=table["before"] + np.random.default_rng(draw(SEEDS)).integers(-1, 2, len(table)),
                        group=["ab"[int(who[1:]) % 2] for who in table["person"]])  # fmt: skip


def components_of(table: DataFrame, missing: str, **more: Any) -> Any:
    return ps.variance_components(table, facets=("item", "level"), missing=missing, **more)


COMPONENTS = {"variance|mean_square|ms|sem|se$|standard_error": "square"}
GIVEN_FORMS = st.fixed_dictionaries({"table": forms(), "missing": RULE})
FORM_PARTS = {"table": Long(names=("item", "level")), "missing": Fixed()}

OWED = {
    "form_effects": Owes(
        partial(ps.form_effects, **FEW_DRAWN),
        one(forms()),
        {"table": Long(names=("item", "level"))},
        {rf"(change|shift){ANY_ENDS}": "spread", r"extra\.sd": "spread"},
    ),
    "form_sensitivity": Owes(
        partial(ps.form_sensitivity, **FEW_DRAWN),
        GIVEN_FORMS,
        FORM_PARTS,
        {
            rf"(change|shift){ANY_ENDS}": "spread",
            r"extra\.sd": "spread",
            r"\.(shift|low|high)$": "spread",
            r"components.*variance": "square",
        },
        doubled={"share": "free", "": "shrinks"},
    ),
    "level_shifts": Owes(
        ps.level_shifts, one(forms()), {"table": Long(names=("item", "level"))}, {r"\.(shift|low|high)$": "spread"}
    ),
    "level_tests": Owes(
        ps.level_tests,
        one(forms()),
        {"table": Long(names=("item", "level"))},
        {r"\.(mean_difference|paired_difference|low|high|equivalence_low|equivalence_high)$": "spread"},
        but={"affine": "the margin has the unit of the answers"},
    ),
    "repeats": Owes(
        partial(ps.repeats, **FEW_DRAWN),
        one(long({"item": ITEMS, "replicate": DRAWS})),
        {"table": Long(names=("item", "replicate"))},
        {rf"sd{ANY_ENDS}|\.sd$": "spread"},
    ),
    "drift": Owes(
        ps.drift,
        one(drifting()),
        {"table": Long(names=("item", "sitting"))},
        {rf"{ANY_ENDS}|slope|sd$|\.(answers|inconsistency)$": "spread"},
    ),
    "position_preference": Owes(
        lambda answers: ps.position_preference(answers, **FEW_DRAWN),
        one(chosen("position"), "answers"),
        {"answers": Long(names=("item", "level"))},
        but=PLACED,
    ),
    "label_preference": Owes(
        lambda answers: ps.label_preference(answers, **FEW_DRAWN),
        one(chosen("label"), "answers"),
        {"answers": Long(names=("item", "level"))},
        but=PLACED,
    ),
    "variance_components": Owes(
        components_of,
        GIVEN_FORMS,
        FORM_PARTS,
        {r"\.mean$": "location", r"\.(variance|mean_square|sum_of_squares)$": "square"},
    ),
    "g_study": Owes(
        lambda table, missing: ps.g_study(table, facets=("item", "level"), missing=missing, **FEW_DRAWN),
        GIVEN_FORMS,
        FORM_PARTS,
        {
            r"components\.mean$": "location",
            r"\.(variance|mean_square|sum_of_squares)$|_variance$": "square",
            rf"sem_[a-z]*{ANY_ENDS}": "spread",
        },
        doubled={"": "free"},
    ),
    "d_study": Owes(
        lambda table, missing: ps.d_study(
            ps.g_study(table, facets=("item", "level"), missing=missing, interval="none"), {"item": [1, 3, 10]}
        ),
        GIVEN_FORMS,
        FORM_PARTS,
        {
            r"\.(universe_variance|relative_error|absolute_error)$": "square",
            r"\.(sem_relative|sem_absolute|width_score|error_of_mean|width_mean)$": "spread",
        },
    ),
    "smallest_design": Owes(
        lambda table, missing: ps.smallest_design(
            ps.g_study(table, facets=("item", "level"), missing=missing, interval="none"), "phi", 0.8, {"item": 20}
        ),
        GIVEN_FORMS,
        FORM_PARTS,
        {
            r"\.(universe_variance|relative_error|absolute_error)$": "square",
            r"\.(sem_relative|sem_absolute|width_score|error_of_mean|width_mean)$": "spread",
        },
    ),
    "mixed_model": Owes(
        lambda table: ps.mixed_model(table, "value", fixed=["level"], random=["person", "item"]),
        one(forms()),
        {"table": Long()},
        {
            r"Intercept.*\.(t|p)$": "free",
            r"Intercept.*\.(estimate|low|high)$": "location",
            r"fixed.*\.(estimate|low|high|standard_error)$|\.sd$": "spread",
            r"\.variance$": "square",
            r"\.(criterion|log_likelihood)$": "free",
        },
        doubled={"": "free"},
        slow=True,
        tolerance=1e-4,
    ),
    "quasi_f": Owes(
        lambda table, missing: ps.quasi_f(
            table.rename(columns={"item": "form", "level": "condition"}), missing=missing
        ),
        GIVEN_FORMS,
        FORM_PARTS,
        {ANY_ENDS: "spread", "standard_error": "spread", "ms_": "square"},
        doubled={"": "free"},
    ),
    "desirability_shift": Owes(
        lambda scores: ps.desirability_shift(scores, {"E": 1, "N": -1}, {"E": 1.0, "N": 0.5}),
        one(long({"scale": ("E", "N"), "level": ("1", "9")}), "scores"),
        {"scores": Long(names=("level",))},
        {ANY_ENDS: "spread", "sd$": "spread"},
    ),
    "paired_change": Owes(
        lambda table: ps.paired_change(table, **FEW_DRAWN),
        one(changes()),
        {"table": Long(values=("before", "after"), names=())},
        {r"mean_shift|shift_low|shift_high|sd$": "spread", r"extra\.mean": "location"},
        doubled={"": "free"},
        but={"0 or 1": "F of equal means is 0, and has no interval"},
    ),
    "group_difference": Owes(
        lambda table: ps.group_difference(table, ("a", "b")),
        one(changes()),
        {"table": Long(values=("before", "after"), names=())},
        {"mean_difference": "spread", r"change.*extra\.mean_": "spread", r"extra\.mean_": "location"},
        doubled={"": "shrinks"},
        but=dict.fromkeys(
            ["one person", "two equal persons", "nobody"], "a group that nobody is in is a mistake, and named"
        ),
    ),
    "divergence": Owes(
        lambda pairs: ps.divergence(pairs, permutations=FEW, **FEW_DRAWN),
        one(
            long({"item": ITEMS}, column="said").flatmap(
                lambda x: SEEDS.map(
                    lambda seed: x.assign(
                        done=np.clip(x["said"] + np.random.default_rng(seed).integers(-2, 3, len(x)), 1, 7)
                    )
                )
            ),
            "pairs",
        ),
        {"pairs": Long(values=("said", "done"))},
        seeded="null|above",
        but={
            "affine": "tau has the unit of the answers, and a cosine has a zero",
            "far_from_zero": "a cosine has a zero",
        },
    ),
}
