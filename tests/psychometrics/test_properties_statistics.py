"""Every statistic of `traitscope analyze` keeps what it owes, whatever is in the data file."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from by_hand import NOT_OWED_BY_STATISTICS
from hypothesis import given
from hypothesis import strategies as st
from owed_statistics import STATISTICS, File, files, found
from pandas import DataFrame
from parts import Picks
from properties import differing, estimates, examples, leaves, quietly, unsound, without_mark

FILE = File()


def people(picks: Callable[[int], Picks]) -> Callable[[DataFrame, Any], DataFrame]:
    return lambda table, random: FILE.take(table, picks(FILE.persons(table)))


SAME = {
    "persons_permuted": lambda table, random: FILE.take(
        table, [(int(at), 0) for at in random.permutation(FILE.persons(table))]
    ),
    "columns_permuted": lambda table, random: FILE.columns(table, random),
    "renamed": lambda table, random: FILE.renamed(table),
    "whole_or_not": lambda table, random: table.replace({str(at): f"{at}.0" for at in range(1, 6)}, regex=False).assign(
        replicate=table["replicate"], **{name: table[name] for name in table if name.startswith(("factor", "assigned"))}
    ),
}
HARD = {
    "all answers equal": lambda table, random: FILE.mapped(table, lambda x: x * 0 + 3),
    "nothing answered": lambda table, random: FILE.mapped(table, lambda x: x * np.nan),
    "one column constant": lambda table, random: FILE.first_item(table, "3"),
    "one column empty": lambda table, random: FILE.first_item(table, ""),
    "one person": people(lambda size: [(0, 0)]),
    "two persons": people(lambda size: [(0, 0), (1, 0)]),
    "two equal persons": people(lambda size: [(0, 0), (0, 1)]),
    "nobody": people(lambda size: []),
}
# each of these computes everything anew: one of them in every pass, all where there is time
IN_EVERY_PASS = "persons_permuted"
OWED = [
    pytest.param(name, each, marks=() if each == IN_EVERY_PASS else pytest.mark.thorough)
    for name in STATISTICS
    for each in SAME
    if each not in NOT_OWED_BY_STATISTICS.get(name, {})
]


@pytest.mark.parametrize(("name", "change"), OWED)
def test_a_statistic_is_the_same(name: str, change: str) -> None:
    @examples(1)
    @given(table=files(), seed=st.integers(0, 1000))
    def same(table, seed) -> None:
        before = quietly(found, name, table)
        after = quietly(found, name, SAME[change](table, np.random.default_rng(seed)))
        # resamples are other ones when the persons stand in another order: so are ends that come out of them
        drawn = ("~", "_low", "_high") if change == "persons_permuted" else "\0"
        told = differing(
            leaves(before),
            without_mark(leaves(after)),
            lambda path, value: None if path.endswith(drawn) else value,
            1e-6,
        )
        assert unsound(before) + told == []

    same()


@pytest.mark.parametrize("name", STATISTICS)
def test_a_statistic_has_an_answer_to_hard_input(name: str) -> None:
    @examples(1)
    @given(table=files(personas=(5, 5)), seed=st.integers(0, 1000))
    def answered(table, seed) -> None:
        told = []
        for what, change in HARD.items():
            result = quietly(found, name, change(table, np.random.default_rng(seed)))
            told += [f"{what}: {each}" for each in unsound(result)]
            if what in ("nothing answered", "nobody"):
                told += [f"{what}: {path} is {each!r}" for path, each in estimates(result) if each.estimable]
        assert told == []

    answered()


def test_what_is_not_owed_is_of_a_statistic_and_a_change_that_exist() -> None:
    assert set(STATISTICS) >= NOT_OWED_BY_STATISTICS.keys()
    assert {each for not_owed in NOT_OWED_BY_STATISTICS.values() for each in not_owed} <= SAME.keys()
