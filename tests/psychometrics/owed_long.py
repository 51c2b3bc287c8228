"""What functions of long tables owe: forms, repeats, positions, texts, designs, choices."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from drawn_answers import SEEDS, long, people, scores
from hypothesis import strategies as st
from pandas import DataFrame
from parts import Fixed, Long, Poles
from properties import Owes

import psychometrics as ps

FEW = 40
FEW_DRAWN = {"seed": 1, "resamples": FEW}
ITEMS, FORMS, DRAWS = ("q1", "q2", "q3"), ("plain", "turned"), ("1", "2")
RULE = st.sampled_from(["pairwise", "listwise"])
TABLE = {"table": Long()}
ANY_ENDS = r"\.(value|low|high)~?$"
SHARES = {"affine": "answers are 0 or 1", "far_from_zero": "the same", "all answers equal": "the same", "one column constant": "the same"}
LETTERS = dict.fromkeys(["affine", "far_from_zero", "whole_or_not", "nothing answered"], "types are letters, not numbers")
PLACED = {"affine": "places on the page are not answers", "far_from_zero": "the same", "columns_permuted": "x"}


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
def kept(draw: Any, facets: dict[str, Any], name: str = "kept") -> DataFrame:
    return draw(long(facets, low=0, high=1, column=name))


@st.composite
def sentences(draw: Any) -> DataFrame:
    table = draw(long({"generation": ("1", "2"), "sentence": ("1", "2", "3")}, column="level"))
    return table.assign(target=["high" if int(who[1:]) % 2 else "low" for who in table["person"]])


@st.composite
def drifting(draw: Any) -> DataFrame:
    """Items at other places in the second sitting."""
    table = draw(long({"sitting": ("a", "b"), "item": ("q1", "q2", "q3", "q4")}))
    order = {"a": dict(q1=1, q2=2, q3=3, q4=4), "b": dict(q1=4, q2=3, q3=1, q4=2)}
    return table.assign(position=[order[sitting][item] for sitting, item in zip(table["sitting"], table["item"], strict=True)])


@st.composite
def changes(draw: Any) -> DataFrame:
    table = draw(long({"scale": ("E", "N")}, column="before"))
    return table.assign(after=table["before"] + np.random.default_rng(draw(SEEDS)).integers(-1, 2, len(table)),
                        group=["ab"[int(who[1:]) % 2] for who in table["person"]])  # fmt: skip


@st.composite
def trials(draw: Any) -> DataFrame:
    """The four option probabilities of scenarios in two orders and two templates."""
    table = draw(long({"item": ("q1", "q2"), "template": ("s", "t"), "order": ("printed", "swapped")}, persons=(4, 6)))
    random = np.random.default_rng(draw(SEEDS))
    table[["high1", "low1", "high2", "low2"]] = random.dirichlet([1, 1, 1, 1], len(table)).round(3)
    refused = random.random(len(table)) < 0.1
    return table.assign(key=np.where(table["item"] == "q1", 1, -1), situation="original", outcome=np.where(refused, "refused", "answered"))


@st.composite
def scored(draw: Any) -> dict[str, DataFrame]:
    """Scores of personas with attributes of two and of three levels."""
    table = draw(scores((9, 12), 2))
    who = list(table.index)
    long_table = table.rename(columns={"s1": "E", "s2": "N"}).rename_axis("persona").reset_index()
    personas = DataFrame({"persona": who, "sex": [("f", "m")[at % 2] for at in range(len(who))], "age": [("a", "b", "c")[at % 3] for at in range(len(who))]})
    return {"scores": long_table.melt("persona", var_name="scale", value_name="score"), "personas": personas}


@st.composite
def letters(draw: Any) -> DataFrame:
    random = np.random.default_rng(draw(SEEDS))
    n = draw(st.integers(5, 10))
    types = ["ES", "EN", "IS", "IN", "E=", "XN", ""]
    return DataFrame({"person": people(n), "assigned": random.choice(types[:4], n), "measured": random.choice(types, n)})


def components_of(table: DataFrame, missing: str, **more: Any) -> Any:
    return ps.variance_components(table, facets=("item", "level"), missing=missing, **more)


COMPONENTS = {"variance|mean_square|ms|sem|se$|standard_error": "square"}
GIVEN_FORMS = st.fixed_dictionaries({"table": forms(), "missing": RULE})
FORM_PARTS = {"table": Long(names=("item", "level")), "missing": Fixed()}

OWED = {
    "form_effects": Owes(
        partial(ps.form_effects, **FEW_DRAWN), one(forms()), {"table": Long(names=("item", "level"))}, {rf"(change|shift){ANY_ENDS}": "spread", r"extra\.sd": "spread"},
    ),
    "form_sensitivity": Owes(
        partial(ps.form_sensitivity, **FEW_DRAWN), GIVEN_FORMS, FORM_PARTS,
        {rf"(change|shift){ANY_ENDS}": "spread", r"extra\.sd": "spread", r"\.(shift|low|high)$": "spread", r"components.*variance": "square"}, doubled={"share": "free", "": "shrinks"},
    ),
    "level_shifts": Owes(ps.level_shifts, one(forms()), {"table": Long(names=("item", "level"))}, {r"\.(shift|low|high)$": "spread"}),
    "level_tests": Owes(
        ps.level_tests, one(forms()), {"table": Long(names=("item", "level"))},
        {r"\.(mean_difference|paired_difference|low|high|equivalence_low|equivalence_high)$": "spread"},
        but={"affine": "the margin has the unit of the answers"},
    ),
    "repeats": Owes(
        partial(ps.repeats, **FEW_DRAWN), one(long({"item": ITEMS, "replicate": DRAWS})), {"table": Long(names=("item", "replicate"))}, {rf"sd{ANY_ENDS}|\.sd$": "spread"},
    ),
    "drift": Owes(
        ps.drift, one(drifting()), {"table": Long(names=("item", "sitting"))}, {rf"{ANY_ENDS}|slope|sd$|\.(answers|inconsistency)$": "spread"},
    ),
    "position_preference": Owes(
        lambda answers: ps.position_preference(answers, **FEW_DRAWN), one(chosen("position"), "answers"), {"answers": Long(names=("item", "level"))}, but=PLACED,
    ),
    "label_preference": Owes(
        lambda answers: ps.label_preference(answers, **FEW_DRAWN), one(chosen("label"), "answers"), {"answers": Long(names=("item", "level"))}, but=PLACED,
    ),
    "variance_components": Owes(components_of, GIVEN_FORMS, FORM_PARTS, {r"\.mean$": "location", r"\.(variance|mean_square|sum_of_squares)$": "square"}),
    "g_study": Owes(
        lambda table, missing: ps.g_study(table, facets=("item", "level"), missing=missing, **FEW_DRAWN), GIVEN_FORMS, FORM_PARTS,
        {r"components\.mean$": "location", r"\.(variance|mean_square|sum_of_squares)$|_variance$": "square", rf"sem_[a-z]*{ANY_ENDS}": "spread"}, doubled={"": "free"},
    ),
    "d_study": Owes(
        lambda table, missing: ps.d_study(ps.g_study(table, facets=("item", "level"), missing=missing, interval="none"), {"item": [1, 3, 10]}),
        GIVEN_FORMS, FORM_PARTS,
        {r"\.(universe_variance|relative_error|absolute_error)$": "square", r"\.(sem_relative|sem_absolute|width_score|error_of_mean|width_mean)$": "spread"},
    ),
    "smallest_design": Owes(
        lambda table, missing: ps.smallest_design(ps.g_study(table, facets=("item", "level"), missing=missing, interval="none"), "phi", 0.8, {"item": 20}),
        GIVEN_FORMS, FORM_PARTS,
        {r"\.(universe_variance|relative_error|absolute_error)$": "square", r"\.(sem_relative|sem_absolute|width_score|error_of_mean|width_mean)$": "spread"},
    ),
    "mixed_model": Owes(
        lambda table: ps.mixed_model(table, "value", fixed=["level"], random=["person", "item"]), one(forms()), {"table": Long()},
        {r"Intercept.*(t|p|df)$": "free", r"Intercept.*(value|estimate|low|high)$": "location", r"(value|estimate|low|high|standard_error|se|sd)$": "spread", "variance$": "square", "likelihood|aic|bic|deviance": "free"},
        doubled={"": "free"}, slow=True, but={"affine": "by hand: fixed effects have the unit, the ICC none"},
    ),
    "quasi_f": Owes(
        lambda table, missing: ps.quasi_f(table.rename(columns={"item": "form", "level": "condition"}), missing=missing), GIVEN_FORMS, FORM_PARTS,
        {ANY_ENDS: "spread", "standard_error": "spread", "ms_": "square"}, doubled={"": "free"},
    ),
    "desirability_shift": Owes(
        lambda scores: ps.desirability_shift(scores, {"E": 1, "N": -1}, {"E": 1.0, "N": 0.5}), one(long({"scale": ("E", "N"), "level": ("1", "9")}), "scores"),
        {"scores": Long(names=("level",))}, {ANY_ENDS: "spread", "sd$": "spread"},
    ),
    "paired_change": Owes(
        lambda table: ps.paired_change(table, **FEW_DRAWN), one(changes()), {"table": Long(values=("before", "after"), names=())},
        {r"mean_shift|shift_low|shift_high|sd$": "spread", r"extra\.mean": "location"}, doubled={"": "free"},
    ),
    "group_difference": Owes(
        lambda table: ps.group_difference(table, ("a", "b")), one(changes()), {"table": Long(values=("before", "after"), names=())},
        {"mean_difference": "spread", r"change.*extra\.mean_": "spread", r"extra\.mean_": "location"}, doubled={"": "shrinks"},
        but=dict.fromkeys(["one person", "two equal persons", "nobody"], "a group that nobody is in is a mistake, and named"),
    ),
    "divergence": Owes(
        lambda pairs: ps.divergence(pairs, permutations=FEW, **FEW_DRAWN),
        one(long({"item": ITEMS}, column="said").flatmap(lambda x: SEEDS.map(lambda seed: x.assign(done=np.clip(x["said"] + np.random.default_rng(seed).integers(-2, 3, len(x)), 1, 7)))), "pairs"),
        {"pairs": Long(values=("said", "done"))}, seeded="null|above",
        but={"affine": "tau has the unit of the answers, and a cosine has a zero", "far_from_zero": "a cosine has a zero"},
    ),
    "alignment": Owes(
        lambda table: ps.alignment(table, low=1, high=5, **FEW_DRAWN),
        one(long({"trait": ("E", "N"), "item": ITEMS}, column="answer").flatmap(lambda x: SEEDS.map(lambda seed: x.assign(
            known=(x["item"] == "q1").astype(int), model=np.random.default_rng(seed).integers(1, 6, len(x)).astype(float))))),
        {"table": Long(values=("answer", "model"))}, but={"affine": "low and high are fixed", "far_from_zero": "the same", "interval": "percentiles"},
    ),
    "behaviour_chains": Owes(
        lambda table: ps.behaviour_chains(table.assign(step=table["step"].astype(int)), **FEW_DRAWN), one(kept({"chain": ("a", "b"), "step": ("0", "1", "2", "3")})),
        {"table": Long(values=("kept",), names=("chain",), of_columns="chain")}, but=SHARES,
    ),
    "firmness": Owes(
        lambda table, missing: ps.firmness(table.assign(round=table["round"].astype(int)), horizon=3, missing=missing, **FEW_DRAWN),
        st.fixed_dictionaries({"table": kept({"item": ITEMS, "round": ("0", "1", "2")}), "missing": RULE}),
        {"table": Long(values=("kept",)), "missing": Fixed()}, but=SHARES | {"pairwise_is_listwise": "3 is no share: by hand"},
    ),
    "self_confirmation": Owes(
        lambda table: ps.self_confirmation(table, **FEW_DRAWN),
        one(kept({"item": ITEMS}, "confirmed").flatmap(lambda x: SEEDS.map(lambda seed: x.assign(opposite=np.random.default_rng(seed).integers(0, 2, len(x)).astype(float))))),
        {"table": Long(values=("confirmed", "opposite"))}, but=SHARES,
    ),
    "sentence_fidelity": Owes(
        lambda table: ps.sentence_fidelity(table, **FEW_DRAWN), one(sentences()), {"table": Long(values=("level",), names=("generation",), of_columns="generation")},
        but={"affine": "levels are 1 to 5", "far_from_zero": "the same"},
    ),
    "persona_constraints": Owes(
        lambda table: ps.persona_constraints(table.assign(contradicted=1 - table["entailed"], text="t"), **FEW_DRAWN),
        one(kept({"statement": ITEMS}, "entailed").map(lambda x: x.assign(relevant=0.5))), {"table": Long(values=("entailed",), names=("statement",), of_columns="statement")}, but=SHARES,
    ),
    "profile_variation": Owes(
        lambda table: ps.profile_variation(table, **FEW_DRAWN), one(long({"profile": ITEMS}, column="score")), {"table": Long(values=("score",), names=("profile",), of_columns="profile")},
        but={"affine": "a coefficient of variation has a zero", "far_from_zero": "the same"},
    ),
    "style_stability": Owes(
        lambda table: ps.style_stability(table.assign(turn=table["turn"].astype(int), conversation="c"), ["a", "b"], **FEW_DRAWN),
        one(long({"turn": ("1", "2", "3")}, column="a").flatmap(lambda x: SEEDS.map(lambda seed: x.assign(b=np.random.default_rng(seed).normal(size=len(x)))))),
        {"table": Long(values=("a", "b"), names=(), of_columns="")}, doubled={"": "same"},
    ),
    "trait_scores": Owes(
        lambda table: ps.trait_scores(table, **FEW_DRAWN), one(trials()),
        {"table": Long(values=("high1", "low1", "high2", "low2"), names=("item", "template"))},
        but={"affine": "probabilities have a zero", "far_from_zero": "the same"},
    ),
    "attribute_effects": Owes(
        ps.attribute_effects, scored(), {"scores": Long(person="persona", values=("score",), names=(), of_columns="scale"), "personas": Long(person="persona", values=(), names=(), of_columns="")},
        {r"\.mean(_against)?$": "location"}, doubled={"": "free"},
    ),
    "type_confusion": Owes(partial(ps.type_confusion, axes=["EI", "SN"]), one(letters()), {"table": Long(values=(), names=(), of_columns="")}, but=LETTERS),
    "default_types": Owes(
        lambda table: ps.default_types(table, ["EI", "SN"]), one(letters().map(lambda x: pd.concat([x, x.assign(measured=x["assigned"])], ignore_index=True))),
        {"table": Long(values=(), names=(), of_columns="")}, but=LETTERS,
    ),
    "option_steerability": Owes(
        lambda chosen: ps.option_steerability(chosen.rename(columns={"person": "persona"}), 5, DataFrame({"item": [*ITEMS], "chosen": [3.0, 3.0, 2.0]}), **FEW_DRAWN),
        one(long({"item": ITEMS}, column="chosen"), "chosen"), {"chosen": Long(values=("chosen",), names=())},
        but={"affine": "options are names", "far_from_zero": "options are names"},
    ),
    "likelihood_scores": Owes(
        lambda table: ps.likelihood_scores(table.rename(columns={"person": "persona"}), reference=set(table["person"]), reference_name="all", block={"q1": 1, "q2": -1, "q3": 1}, block_name="b"),
        one(long({"item": ITEMS})), {"table": Long(names=())}, {"raw.*value$": "location", "centred.*value$": "spread"},
        but={"nobody": "a reference of nobody is a mistake, and named"},
    ),
    "group_inconsistency": Owes(
        lambda table: ps.group_inconsistency(table.rename(columns={"person": "group", "item": "member"}), **FEW_DRAWN),
        one(long({"item": ITEMS, "option": ("yes", "no")}, column="probability", low=0, high=4)), {"table": Long(values=("probability",))},
        but={"affine": "probabilities have a zero", "far_from_zero": "the same", "persons_doubled": "groups are counted, not persons"},
    ),
}  # fmt: skip
