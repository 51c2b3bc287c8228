"""Functions of tables of persons x items or raters keep what they owe, whatever the answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from owed_tables import OWED
from properties import examples
from relations import RELATIONS, relations_of


@pytest.mark.parametrize(("name", "relation"), [(name, each) for name, owes in OWED.items() for each in relations_of(owes)])
def test_of_a_table(name: str, relation: str) -> None:
    owes = OWED[name]

    @examples(2 if owes.slow else 5)
    @given(given=owes.given, seed=st.integers(0, 1000))
    def holds(given, seed) -> None:
        assert RELATIONS[relation](owes, given, np.random.default_rng(seed)) == []

    holds()
