"""What functions of a score a person owe: two occasions, two groups, said and done, persons with names and poles."""

from functools import partial
from typing import Any

import numpy as np
from drawn_answers import SEEDS, people, scores
from hypothesis import strategies as st
from parts import Fixed, Poles, Vector, Who
from properties import Owes

import psychometrics as ps

FEW = 40
FEW_DRAWN = {"seed": 1, "resamples": FEW}
SHIFTED = r"\.(value|low|high)~?$"
NO_COLUMNS = {"renamed": "there are no names"}


@st.composite
def two_vectors(draw: Any, names: tuple[str, str], low: int = 5, high: int = 9, missing: bool = True) -> dict[str, Any]:
    table = draw(scores((low, high), 2, missing))
    return {name: table[column].to_numpy() for name, column in zip(names, table, strict=True)}


@st.composite
def two_groups(draw: Any, names: tuple[str, str] = ("a", "b")) -> dict[str, Any]:
    return {name: draw(scores((4, 7), 1))["s1"].to_numpy() for name in names}


@st.composite
def categories(draw: Any, names: tuple[str, str] = ("first", "second")) -> dict[str, Any]:
    random = np.random.default_rng(draw(SEEDS))
    first = random.integers(1, 5, draw(st.integers(6, 12))).astype(float)
    second = np.where(random.random(len(first)) < 0.6, first, random.integers(1, 5, len(first)))
    return dict(zip(names, (first, second), strict=True))


@st.composite
def said_and_done(draw: Any) -> dict[str, Any]:
    """Scores in percent, with names and poles."""
    random = np.random.default_rng(draw(SEEDS))
    n = draw(st.integers(5, 9))
    said = np.round(random.uniform(5, 90, n))
    done = np.round(np.clip(said + random.normal(0, 15, n), 0, 95))
    poles = draw(st.sampled_from([None, {who: "hl"[at % 2] for at, who in enumerate(people(n))}]))
    return {"said": said, "done": done, "person": people(n), "poles": poles}


@st.composite
def levels_and_scores(draw: Any, names: tuple[str, str], levels: list[Any]) -> dict[str, Any]:
    n = draw(st.integers(8, 12))
    random = np.random.default_rng(draw(SEEDS))
    given = [levels[at % len(levels)] for at in range(n)]
    values = np.round(
        random.normal(size=n) + np.array([levels.index(each) for each in given]), draw(st.sampled_from([0, 6]))
    )
    return {names[0]: np.array(given, float) if isinstance(levels[0], float) else given, names[1]: values}


SAID_DONE = {"said": Vector(), "done": Vector(), "person": Who(), "poles": Poles()}
PERCENT = {"affine": "scores are percent, 0 to 100", "far_from_zero": "the same"}
TEST = {r"t$|df$|p$|f$|ratio|mann_whitney|d_|g$|g_|delta|r$|test": "same"}

OWED = {
    "retest": Owes(
        partial(ps.retest, **FEW_DRAWN),
        two_vectors(("first", "second")),
        {"first": Vector(), "second": Vector()},
        {r"^\.(change|mean_change|sem_|sdc|limits|mean_absolute|loa|sd)[^.]*\.(value|low|high)|extra.*sd": "spread"},
        doubled={"icc|sem|sdc|ccc|limits|loa": "shrinks"},
    ),
    "weighted_kappa": Owes(
        partial(ps.weighted_kappa),
        categories(),
        {"first": Vector(), "second": Vector()},
    ),
    "judge_agreement": Owes(
        lambda first, second: ps.judge_agreement(
            *(["abcde"[int(each) % 5] if each == each else None for each in x] for x in (first, second))
        ),
        categories(),
        {"first": Vector(), "second": Vector()},
        but=PERCENT | {"persons_doubled": "texts are counted, not persons", "affine": "verdicts are names"},
    ),
    "judge_gate": Owes(
        lambda verdicts, known: ps.judge_gate(
            *(["abcde"[int(each) % 5] if each == each else None for each in x] for x in (verdicts, known))
        ),
        categories(("verdicts", "known")),
        {"verdicts": Vector(), "known": Vector(answers=False)},
        but=PERCENT | {"persons_doubled": "texts are counted, not persons"},
    ),
    "two_group_effect": Owes(
        ps.two_group_effect,
        two_groups(),
        {"a": Vector(0), "b": Vector(1)},
        {r"mean_difference": "spread", r"extra\.mean_": "location", r"extra\..*(sd|difference)": "spread"},
        doubled={"": "shrinks"},
    ),
    "paired_effect": Owes(
        ps.paired_effect,
        two_vectors(("before", "after")),
        {"before": Vector(), "after": Vector()},
        {r"extra\.mean_shift|extra.*sd|mean_low|mean_high|shift": "spread"},
        doubled={"": "shrinks"},
    ),
    "variance_decided_test": Owes(
        ps.variance_decided_test,
        two_groups(),
        {"a": Vector(0), "b": Vector(1)},
        {SHIFTED: "spread"},
        doubled={"": "value"},  # with more persons variances may differ, and Welch's interval takes Student's place
    ),
    "equivalence": Owes(
        ps.equivalence,
        st.fixed_dictionaries({"differences": scores((5, 9), 1).map(lambda x: x["s1"].to_numpy() - 3)}),
        {"differences": Vector()},
        {SHIFTED: "location"},
        but={"affine": "the margin has the unit of the differences", "far_from_zero": "the margin has a 0"},
    ),
    "mean_over_persons": Owes(
        ps.mean_over_persons,
        st.fixed_dictionaries({"values": scores((5, 9), 1).map(lambda x: x["s1"].to_numpy())}),
        {"values": Vector()},
        {SHIFTED: "location", "sd": "spread"},
    ),
    "bootstrap_mean": Owes(
        partial(ps.bootstrap_mean, **FEW_DRAWN),
        st.fixed_dictionaries({"values": scores((5, 9), 1).map(lambda x: x["s1"].to_numpy())}),
        {"values": Vector()},
        {SHIFTED: "location"},
    ),
    "assigned_effect": Owes(
        partial(ps.assigned_effect, **FEW_DRAWN),
        levels_and_scores(("assigned", "scores"), [-1.0, 1.0]),
        {"assigned": Vector(answers=False), "scores": Vector()},
        {r"mean_difference": "spread", r"extra\.mean_": "location"},
        doubled={"": "shrinks"},
    ),
    "graded_effect": Owes(
        partial(ps.graded_effect, **FEW_DRAWN),
        levels_and_scores(("levels", "scores"), [1.0, 2.0, 3.0]),
        {"levels": Vector(answers=False), "scores": Vector()},
    ),
    "eta_squared": Owes(
        lambda scores, groups: ps.eta_squared(
            np.asarray(scores, float)[np.isfinite(scores)], np.asarray(groups, int)[np.isfinite(scores)]
        ),
        levels_and_scores(("groups", "scores"), [0.0, 1.0, 2.0]),
        {"groups": Vector(answers=False), "scores": Vector()},
    ),
    "level_against_rest": Owes(
        ps.level_against_rest,
        levels_and_scores(("levels", "values"), ["x", "y", "z"]),
        {"levels": Who(unique=False), "values": Vector()},
        {"mean_difference": "spread"},
    ),
    "level_gap": Owes(
        partial(ps.level_gap, **FEW_DRAWN),
        said_and_done(),
        SAID_DONE,
        but=PERCENT,
    ),
    "absolute_gap": Owes(
        partial(ps.absolute_gap, permutations=FEW, **FEW_DRAWN),
        said_and_done(),
        SAID_DONE,
        but=PERCENT,
    ),
    "rank_change": Owes(
        partial(ps.rank_change, permutations=FEW, **FEW_DRAWN),
        said_and_done(),
        SAID_DONE,
        doubled={"": "shrinks"},
    ),
    "calibrate": Owes(
        lambda done, human_done, human_said: {"images": ps.calibrate(done, human_done, human_said)},
        two_groups(("human_done", "human_said")).map(lambda x: x | {"done": np.array([2.0, 3.0, np.nan, 99.0])}),
        {"human_done": Vector(0, answers=False), "human_said": Vector(1), "done": Fixed()},
        {"images": "location"},
    ),
    "adjust": Owes(
        lambda p, method: {"adjusted": ps.adjust(p, method)},
        st.fixed_dictionaries(
            {
                "p": st.lists(st.floats(0, 1), max_size=8).map(np.array),
                "method": st.sampled_from(["holm", "hochberg", "hommel", "bonferroni", "BH", "BY"]),
            }
        ),
        {"p": Vector()},
        but=PERCENT
        | {
            "persons_doubled": "more tests, larger p",
            "persons_permuted": "by hand: a p value keeps its place",
            "hard_input": "p lies in 0 to 1: by hand",
        },
    ),
}
