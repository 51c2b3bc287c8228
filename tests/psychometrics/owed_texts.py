"""What functions of texts, choices, scenarios, attributes and types owe."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from drawn_answers import SEEDS, long, people, scores
from hypothesis import strategies as st
from owed_long import FEW_DRAWN, ITEMS, RULE, one
from pandas import DataFrame
from parts import Fixed, Long
from properties import Owes

import psychometrics as ps

SHARES = {
    "affine": "answers are 0 or 1",
    "far_from_zero": "answers are 0 or 1",
    "all answers equal": "3 is no share",
    "one column constant": "3 is no share",
}
LETTERS = dict.fromkeys(
    ["affine", "far_from_zero", "whole_or_not", "nothing answered"], "types are letters, not numbers"
)


@st.composite
def kept(draw: Any, facets: dict[str, Any], name: str = "kept") -> DataFrame:
    return draw(long(facets, low=0, high=1, column=name))


@st.composite
def sentences(draw: Any) -> DataFrame:
    table = draw(long({"generation": ("1", "2"), "sentence": ("1", "2", "3")}, column="level"))
    return table.assign(target=["high" if int(who[1:]) % 2 else "low" for who in table["person"]])


@st.composite
def trials(draw: Any) -> DataFrame:
    """The four option probabilities of scenarios in two orders and two templates."""
    table = draw(long({"item": ("q1", "q2"), "template": ("s", "t"), "order": ("printed", "swapped")}, persons=(4, 6)))
    random = np.random.default_rng(draw(SEEDS))
    table[["high1", "low1", "high2", "low2"]] = random.dirichlet([1, 1, 1, 1], len(table)).round(3)
    refused = random.random(len(table)) < 0.1
    return table.assign(
        key=np.where(table["item"] == "q1", 1, -1),
        situation="original",
        outcome=np.where(refused, "refused", "answered"),
    )


@st.composite
def scored(draw: Any) -> dict[str, DataFrame]:
    """Scores of personas with attributes of two and of three levels."""
    table = draw(scores((9, 12), 2))
    who = list(table.index)
    long_table = table.rename(columns={"s1": "E", "s2": "N"}).rename_axis("persona").reset_index()
    personas = DataFrame(
        {
            "persona": who,
            "sex": [("f", "m")[at % 2] for at in range(len(who))],
            "age": [("a", "b", "c")[at % 3] for at in range(len(who))],
        }
    )
    return {"scores": long_table.melt("persona", var_name="scale", value_name="score"), "personas": personas}


@st.composite
def letters(draw: Any) -> DataFrame:
    random = np.random.default_rng(draw(SEEDS))
    n = draw(st.integers(5, 10))
    types = ["ES", "EN", "IS", "IN", "E=", "XN", ""]
    return DataFrame(
        {"person": people(n), "assigned": random.choice(types[:4], n), "measured": random.choice(types, n)}
    )


OWED = {
    "alignment": Owes(
        lambda table: ps.alignment(table, low=1, high=5, **FEW_DRAWN),
        one(
            long({"trait": ("E", "N"), "item": ITEMS}, column="answer").flatmap(
                lambda x: SEEDS.map(
                    lambda seed: x.assign(
                        known=(x["item"] == "q1").astype(int),
                        model=np.random.default_rng(seed).integers(1, 6, len(x)).astype(float),
                    )
                )
            )
        ),
        {"table": Long(values=("answer", "model"))},
        but={"affine": "low and high are fixed", "far_from_zero": "the same", "interval": "percentiles"},
    ),
    "behaviour_chains": Owes(
        lambda table: ps.behaviour_chains(table.assign(step=table["step"].astype(int)), **FEW_DRAWN),
        one(kept({"chain": ("a", "b"), "step": ("0", "1", "2", "3")})),
        {"table": Long(values=("kept",), names=("chain",), of_columns="chain")},
        but=SHARES,
    ),
    "firmness": Owes(
        lambda table, missing: ps.firmness(
            table.assign(round=table["round"].astype(int)), horizon=3, missing=missing, **FEW_DRAWN
        ),
        st.fixed_dictionaries({"table": kept({"item": ITEMS, "round": ("0", "1", "2")}), "missing": RULE}),
        {"table": Long(values=("kept",)), "missing": Fixed()},
        but=SHARES | {"pairwise_is_listwise": "3 is no share: by hand"},
    ),
    "self_confirmation": Owes(
        lambda table: ps.self_confirmation(table, **FEW_DRAWN),
        one(
            kept({"item": ITEMS}, "confirmed").flatmap(
                lambda x: SEEDS.map(
                    lambda seed: x.assign(opposite=np.random.default_rng(seed).integers(0, 2, len(x)).astype(float))
                )
            )
        ),
        {"table": Long(values=("confirmed", "opposite"))},
        but=SHARES,
    ),
    "sentence_fidelity": Owes(
        lambda table: ps.sentence_fidelity(table, **FEW_DRAWN),
        one(sentences()),
        {"table": Long(values=("level",), names=("generation",), of_columns="generation")},
        but={"affine": "levels are 1 to 5", "far_from_zero": "the same"},
    ),
    "persona_constraints": Owes(
        lambda table: ps.persona_constraints(table.assign(contradicted=1 - table["entailed"], text="t"), **FEW_DRAWN),
        one(kept({"statement": ITEMS}, "entailed").map(lambda x: x.assign(relevant=0.5))),
        {"table": Long(values=("entailed",), names=("statement",), of_columns="statement")},
        but=SHARES,
    ),
    "profile_variation": Owes(
        lambda table: ps.profile_variation(table, **FEW_DRAWN),
        one(long({"profile": ITEMS}, column="score")),
        {"table": Long(values=("score",), names=("profile",), of_columns="profile")},
        but={"affine": "a coefficient of variation has a zero", "far_from_zero": "the same"},
    ),
    "style_stability": Owes(
        lambda table: ps.style_stability(
            table.assign(turn=table["turn"].astype(int), conversation="c"), ["a", "b"], **FEW_DRAWN
        ),
        one(
            long({"turn": ("1", "2", "3")}, column="a").flatmap(
                lambda x: SEEDS.map(lambda seed: x.assign(b=np.random.default_rng(seed).normal(size=len(x))))
            )
        ),
        {"table": Long(values=("a", "b"), names=(), of_columns="")},
        doubled={"": "same"},
    ),
    "trait_scores": Owes(
        lambda table: ps.trait_scores(table, **FEW_DRAWN),
        one(trials()),
        {"table": Long(values=("high1", "low1", "high2", "low2"), names=("item", "template"))},
        but={
            "nothing answered": "rates of refusals count what was asked",
            "affine": "probabilities have a zero",
            "far_from_zero": "the same",
        },
    ),
    "attribute_effects": Owes(
        ps.attribute_effects,
        scored(),
        {
            "scores": Long(person="persona", values=("score",), names=(), of_columns="scale"),
            "personas": Long(person="persona", values=(), names=(), of_columns=""),
        },
        {r"\.mean(_against)?$": "location"},
        doubled={"": "free"},
    ),
    "type_confusion": Owes(
        partial(ps.type_confusion, axes=["EI", "SN"]),
        one(letters()),
        {"table": Long(values=(), names=(), of_columns="")},
        but=LETTERS,
    ),
    "default_types": Owes(
        lambda table: ps.default_types(table, ["EI", "SN"]),
        one(letters().map(lambda x: pd.concat([x, x.assign(measured=x["assigned"])], ignore_index=True))),
        {"table": Long(values=(), names=(), of_columns="")},
        but=LETTERS,
    ),
    "option_steerability": Owes(
        lambda chosen: ps.option_steerability(
            chosen.rename(columns={"person": "persona"}),
            5,
            DataFrame({"item": [*ITEMS], "chosen": [3.0, 3.0, 2.0]}),
            **FEW_DRAWN,
        ),
        one(long({"item": ITEMS}, column="chosen"), "chosen"),
        {"chosen": Long(values=("chosen",), names=())},
        but={"affine": "options are names", "far_from_zero": "options are names"},
    ),
    "likelihood_scores": Owes(
        lambda table: ps.likelihood_scores(
            table.rename(columns={"person": "persona"}),
            reference=set(table["person"]),
            reference_name="all",
            block={"q1": 1, "q2": -1, "q3": 1},
            block_name="b",
        ),
        one(long({"item": ITEMS})),
        {"table": Long(names=())},
        {"raw.*value$": "location", "centred.*value$": "spread"},
        but={"nobody": "a reference of nobody is a mistake, and named"},
    ),
    "group_inconsistency": Owes(
        lambda table: ps.group_inconsistency(table.rename(columns={"person": "group", "item": "member"}), **FEW_DRAWN),
        one(long({"item": ITEMS, "option": ("yes", "no")}, column="probability", low=0, high=4)),
        {"table": Long(values=("probability",))},
        but={
            "affine": "probabilities have a zero",
            "far_from_zero": "the same",
            "persons_doubled": "groups are counted, not persons",
        },
    ),
}
