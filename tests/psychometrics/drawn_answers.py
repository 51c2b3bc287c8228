"""Small valid answers for property tests: tables of ratings, scores and long tables, from likely ones to absurd ones."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from pandas import DataFrame


def people(number: int) -> list[str]:
    return [f"p{at:02}" for at in range(number)]


def _answers(random: np.random.Generator, shape: tuple[int, int], kind: str, low: int, high: int) -> np.ndarray:
    """Answers that follow a trait, or nothing, or use few categories."""
    trait = random.normal(size=(shape[0], 1)) * {"trait": 1.2, "noise": 0, "few": 0.8}[kind]
    middle, spread = (low + high) / 2, (high - low) / 4
    values = np.clip(np.round(middle + spread * (trait + 0.8 * random.normal(size=shape))), low, high)
    return np.where(values > middle, high, low).astype(float) if kind == "few" else values


KINDS = st.sampled_from(["trait", "trait", "noise", "few"])
SEEDS = st.integers(0, 2**20)


@st.composite
def answers(
    draw: Any, persons: tuple[int, int] = (5, 9), items: tuple[int, int] = (3, 4), missing: bool = True, low: int = 1, high: int = 5,
    kinds: Any = KINDS,
) -> DataFrame:  # fmt: skip
    """Persons x items, whole numbers from low to high; a tenth may be missing."""
    shape = draw(st.integers(*persons)), draw(st.integers(*items))
    random = np.random.default_rng(draw(SEEDS))
    values = _answers(random, shape, draw(kinds), low, high)
    if missing and draw(st.booleans()):
        values[random.random(shape) < 0.1] = np.nan
    return DataFrame(values, index=people(shape[0]), columns=[f"q{at + 1}" for at in range(shape[1])])


@st.composite
def absurd(draw: Any, persons: tuple[int, int] = (5, 8), items: tuple[int, int] = (3, 4)) -> DataFrame:
    """Answers of no sense at all, which shrink to the same one from everybody."""
    shape = draw(st.integers(*persons)), draw(st.integers(*items))
    cells = draw(st.lists(st.integers(1, 3), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    return DataFrame(
        np.array(cells, float).reshape(shape), index=people(shape[0]), columns=[f"q{at + 1}" for at in range(shape[1])]
    )


def rating_tables(**limits: Any) -> Any:
    return st.one_of(answers(**limits), absurd(), answers(**limits))


@st.composite
def scores(draw: Any, persons: int | tuple[int, int] = (5, 9), columns: int = 2, missing: bool = True) -> DataFrame:
    """Persons x scores that have a common cause, with or without ties."""
    n = draw(st.integers(*persons)) if isinstance(persons, tuple) else persons
    random = np.random.default_rng(draw(SEEDS))
    values = 3 + random.normal(size=(n, 1)) + 0.7 * random.normal(size=(n, columns))
    values = np.round(values, draw(st.sampled_from([0, 1, 6])))
    if missing and draw(st.booleans()):
        values[random.random(values.shape) < 0.1] = np.nan
    return DataFrame(values, index=people(n), columns=[f"s{at + 1}" for at in range(columns)])


@st.composite
def long(
    draw: Any, facets: dict[str, Sequence[Any]], persons: tuple[int, int] = (5, 7), missing: bool = True, low: int = 1, high: int = 5,
    column: str = "value", kinds: Any = KINDS,
) -> DataFrame:  # fmt: skip
    """Columns person, one for each facet, and the answers: one row for each combination."""
    n = draw(st.integers(*persons))
    cells = DataFrame(list(pd.MultiIndex.from_product([people(n), *facets.values()])), columns=["person", *facets])
    random = np.random.default_rng(draw(SEEDS))
    values = _answers(random, (n, len(cells) // n), draw(kinds), low, high).ravel()
    if missing and draw(st.booleans()):
        values[random.random(len(values)) < 0.1] = np.nan
    return cells.assign(**{column: values})
