"""What a reader takes along: the files of a page have the numbers of the record, checked by the public functions and by hand."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame, Series

from psychometrics import cronbach_alpha
from tests.pages.tabs import NEEDS_BROWSER, Tab
from traitscope import tables
from traitscope.exhibit import Exhibit
from traitscope.record import Record
from traitscope.results import (
    coefficients,
    comparison_shown,
    divergence_shown,
    form_effects_shown,
    profiles_shown,
    reliability_shown,
)
from traitscope.results.divergence_looked import Looked
from traitscope.results.model_differences import Compared

pytestmark = [*NEEDS_BROWSER, pytest.mark.thorough]

PERSON, UNIFORM, SET = "simulated:person", "simulated:uniform", "big_five_32"
REVERSED = "options=reversed"
PLACE = {"inventory": "bfi44", "model": PERSON, "ask": "rating: chosen"}
SAID_AND_DONE = {"said_by": "rating: chosen", "done_by": "choice: chosen", "persona_set": SET}


@dataclass(frozen=True)
class Shown:
    """A place of a page: its choices, the exhibit that is there, and how its numbers come out by hand."""

    address: dict[str, str]
    exhibit: Callable[[Record], Exhibit]
    by_hand: Callable[[Record, DataFrame], None]


def statements(record: Record, model: str = PERSON, persona_set: str | None = SET) -> DataFrame:
    """The ratings of BFI-44 as they were answered, from 1 to 5, with the column keyed: reversed items turned round."""
    table = tables.answers(record)
    table = table[(table["model"] == model) & (table["inventory"] == "bfi44") & (table["elicitation"] == "rating")]
    if persona_set:
        table = table[table["persona_set"] == persona_set]
    return table.assign(keyed=table["chosen"].where(table["key"] == 1, 6 - table["chosen"]).astype(float))


def pomp(values: Series) -> float:
    return float((values.mean() - 1) / 4 * 100)


def alphas(record: Record, table: DataFrame) -> None:
    """Alpha of the first draw of the reversed form: by the variances, and by psychometrics."""
    asked = statements(record).query("options == 'reversed' and replicate == 1")
    shown = table[table["coefficient"] == "alpha"].set_index("scale")["value"]
    assert sorted(shown.index) == ["A", "C", "E", "N", "O"]
    for scale, rows in asked.groupby("scale"):
        items = rows.pivot(index="persona", columns="item", values="keyed")
        assert items.shape[0] == 16
        k, whole = items.shape[1], items.sum(axis=1).var()
        assert shown[scale] == pytest.approx(k / (k - 1) * (1 - items.var().sum() / whole))
        assert shown[scale] == pytest.approx(cronbach_alpha(items).value)


def levels(record: Record, table: DataFrame) -> None:
    """POMP of each persona and scale is the mean over forms and draws, in percent of the way from 1 to 5."""
    assert table["persona"].nunique() == 1 + 16 + 30
    means = statements(record, persona_set=None).groupby(["persona", "scale"])["keyed"].apply(pomp)
    for persona, scale, shown in zip(table["persona"], table["scale"], table["pomp"], strict=True):
        assert shown == pytest.approx(means[persona, scale])


def shift(record: Record, table: DataFrame) -> None:
    """The shift of the reversed order, in POMP, and the share of answers that it changes."""
    asked = statements(record, persona_set=None)
    wide = asked.pivot(index=["persona", "item", "replicate"], columns="options", values="chosen").astype(float)
    moved = wide["reversed"] - wide["printed"]
    (row,) = table.to_dict("records")
    assert row["n_pairs"] == len(wide) == 47 * 44 * 2
    assert row["shift"] == pytest.approx(25 * moved.groupby("persona").mean().mean())
    assert row["change"] == pytest.approx(25 * moved.abs().mean())
    assert row["changed"] == pytest.approx((moved != 0).mean())


def said_and_done(record: Record, table: DataFrame) -> None:
    """Said is the mean rating of a trait's statements, done the share of high actions in their twins, in percent."""
    said = statements(record).groupby(["scale", "persona"])["keyed"].apply(pomp).groupby("scale").mean()
    acted = tables.answers(record)
    acted = acted[(acted["model"] == PERSON) & (acted["elicitation"] == "choice") & (acted["persona_set"] == SET)]
    done = 100 * acted.groupby(["scale", "persona"])["chosen"].mean().groupby("scale").mean()
    names = {"E": "Extraversion", "A": "Agreeableness", "C": "Conscientiousness", "N": "Neuroticism", "O": "Openness"}
    shown = table.set_index("name")
    assert len(shown) == 5
    for scale, name in names.items():
        assert shown.loc[name, "said"] == pytest.approx(said[scale])
        assert shown.loc[name, "gap"] == pytest.approx(shown.loc[name, "done"] - shown.loc[name, "said"])
        assert shown.loc[name, "done"] == pytest.approx(done[scale])


def differences(record: Record, table: DataFrame) -> None:
    """The other model's mean less the reference's, and d of the personas' differences."""
    means = {
        model: statements(record, model).groupby(["scale", "persona"])["keyed"].apply(pomp)
        for model in (PERSON, UNIFORM)
    }
    apart = means[UNIFORM] - means[PERSON]
    for row in table.to_dict("records"):
        assert row["mean_reference"] == pytest.approx(means[PERSON][row["scale"]].mean())
        assert row["mean"] == pytest.approx(means[UNIFORM][row["scale"]].mean())
        assert row["difference"] == pytest.approx(apart[row["scale"]].mean())
        assert row["d"] == pytest.approx(apart[row["scale"]].mean() / apart[row["scale"]].std())
    assert len(table) == 5


def _reliability(record: Record) -> Exhibit:
    asked = coefficients.in_form(coefficients.Asked(**PLACE, persona_set=SET), REVERSED)
    return reliability_shown.forest(record, asked, ["alpha", "omega total, one factor", "retest, ICC(A,1)"])


SHOWN = {
    "reliability": Shown(
        {**PLACE, "personas": SET, "form": REVERSED, "coefficients": "alpha,omega total\\, one factor"},
        _reliability, alphas,
    ),
    "trait_profiles": Shown(PLACE, lambda record: profiles_shown.everybody(record, **PLACE, level="domain"), levels),
    "consistency": Shown(PLACE, lambda record: form_effects_shown.shifts(record, **PLACE), shift),
    "divergence": Shown(
        {"model": PERSON, **SAID_AND_DONE, "margin": "5"},
        lambda record: divergence_shown.by_trait(record, Looked(PERSON, **SAID_AND_DONE, margin=5.0)), said_and_done,
    ),
    "compare": Shown(
        {"inventory": "bfi44", "ask": "rating: chosen", "reference": PERSON, "other": UNIFORM, "personas": SET},
        lambda record: comparison_shown.forest(
            record, Compared("bfi44", "rating: chosen", SET, PERSON, (UNIFORM,)), "domain"
        ), differences,
    ),
}  # fmt: skip
