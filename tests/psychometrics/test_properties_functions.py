"""Every exported function keeps what it owes, whatever the answers: permuted, renamed, stretched, doubled, or none at all."""

import inspect

import numpy as np
import owed_long
import owed_models
import owed_pairs
import owed_tables
import owed_texts
import pytest
from by_hand import BY_HAND
from hypothesis import given
from hypothesis import strategies as st
from properties import Owes, examples
from relations import RELATIONS, relations_of

import psychometrics

OWED: dict[str, Owes] = owed_tables.OWED | owed_pairs.OWED | owed_long.OWED | owed_texts.OWED | owed_models.OWED
SEEDS = st.integers(0, 1000)


@pytest.mark.parametrize(
    ("name", "relation"), [(name, each) for name, owes in OWED.items() for each in relations_of(owes)]
)
def test_a_function_keeps_what_it_owes(name: str, relation: str) -> None:
    owes = OWED[name]

    @examples(2 if owes.slow else 3)
    @given(given=owes.given, seed=SEEDS)
    def broken(given, seed) -> None:
        assert RELATIONS[relation](owes, given, np.random.default_rng(seed)) == []

    broken()


def test_no_exported_function_is_forgotten() -> None:
    exported = {name for name in psychometrics.__all__ if inspect.isfunction(getattr(psychometrics, name))}
    assert exported == OWED.keys() | BY_HAND.keys()
    assert not OWED.keys() & BY_HAND.keys()


def test_what_is_not_owed_is_named_with_its_reason() -> None:
    hard = [
        "all answers equal",
        "nothing answered",
        "one column constant",
        "one column empty",
        "one person",
        "two persons",
        "two equal persons",
        "nobody",
    ]
    known = {*RELATIONS, *hard, "interval", "0 or 1"}
    assert {name: set(owes.but) - known for name, owes in OWED.items() if set(owes.but) - known} == {}
    assert {name for name, owes in OWED.items() if not all(len(why) > 5 for why in owes.but.values())} == set()
