"""The simulated people who stand in for humans in examples: made by the program, complete, and like people in size."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pandas import DataFrame
from pandas.testing import assert_frame_equal

from inventories.loading import load_inventory
from psychometrics import cronbach_alpha
from traitscope import run
from traitscope.making.people import PEOPLE

INVENTORY = load_inventory("ipip_neo_120")


@pytest.fixture(scope="module")
def people() -> DataFrame:
    return pd.read_csv(PEOPLE, index_col="person")


def keyed(people: DataFrame, scale: str) -> DataFrame:
    keys = INVENTORY.keys(scale)
    return DataFrame({item: people[item] if key > 0 else 6 - people[item] for item, key in keys.items()})


def test_the_study_beside_the_file_makes_it_again(people: DataFrame, tmp_path: Path) -> None:
    made = run(PEOPLE.with_suffix(".toml"), record=tmp_path / "people").answers()
    wide = made.rename(columns={"persona": "person"}).pivot(index="person", columns="item", values="chosen")
    assert_frame_equal(wide, people, check_dtype=False, check_names=False)


def test_each_of_24_people_answers_every_item_with_a_value_of_its_options(people: DataFrame) -> None:
    assert list(people.columns) == [item.id for item in INVENTORY.items]
    assert len(people) == 24 and people.index.is_unique
    assert people.isin([1, 2, 3, 4, 5]).to_numpy().all()


@pytest.mark.parametrize("scale", list("NEOAC"))
def test_domains_have_the_reliability_and_the_norms_of_people(people: DataFrame, scale: str) -> None:
    values = keyed(people, scale)
    assert 0.7 < cronbach_alpha(values).value < 0.9
    norm = next(each for each in INVENTORY.norms if each.verified).scales[scale]
    total = values.sum(axis="columns")
    assert norm.sd is not None
    assert abs(total.mean() - norm.mean) < norm.sd
    assert 0.6 < total.std() / norm.sd < 1.4
