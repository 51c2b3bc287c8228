"""Simulated scales with known traits, and the folder of human answers that stays outside the repository."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SHARED = Path(__file__).parents[3] / "shared"


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not here: its data are GPL or of others, and stay out of the repository")
    return SHARED


@pytest.fixture
def scale() -> Callable[..., pd.DataFrame]:
    """Answers 1 to 5 of persons with a trait, `repeats` rows each."""

    def made(persons: int, items: int = 6, *, repeats: int = 1, spread: float = 1.0, seed: int = 7) -> pd.DataFrame:
        random = np.random.default_rng(seed)
        trait = np.repeat(random.normal(0, spread, persons), repeats)[:, None]
        noise = random.normal(0, 0.8, (persons * repeats, items))
        return pd.DataFrame(np.clip(np.round(3 + trait + noise), 1, 5), columns=[f"q{i + 1}" for i in range(items)])

    return made


@pytest.fixture
def raters():
    def made(persons: int = 200, columns: int = 4, seed: int = 0) -> pd.DataFrame:
        random = np.random.default_rng(seed)
        latent = random.normal(size=(persons, 1)) + random.normal(0, 0.8, (persons, columns))
        return pd.DataFrame(np.digitize(latent, [-0.7, 0.7]) + 1.0)

    return made
