"""Tables that break statistics: each must get a value or a named reason, never a traceback, a silent 0 or a silent 1."""

import numpy as np
import pandas as pd


def _answers(persons: int, items: int = 6, seed: int = 3) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    values = 3 + random.normal(0, 1, persons)[:, None] + random.normal(0, 0.8, (persons, items))
    return pd.DataFrame(np.clip(np.round(values), 1, 5), columns=[f"q{i + 1}" for i in range(items)])


def _hard() -> dict[str, pd.DataFrame]:
    good = _answers(40)
    return {
        "constant item": good.assign(q4=3.0),
        "one varying item": good.assign(**{f"q{i}": 3.0 for i in range(2, 7)}),
        "all rows equal": pd.DataFrame([good.iloc[0]] * 40).reset_index(drop=True),
        "all answers equal": good * 0 + 1,
        "equal within person": good[["q1"] * 6].set_axis(good.columns, axis=1),
        "two persons": good.head(2),
        "one person": good.head(1),
        "nobody": good.head(0),
        "one item": good[["q1"]],
        "two items": good[["q1", "q2"]],
        "eight percent refused": good.mask(np.random.default_rng(5).random(good.shape) < 0.08),
        "one item never answered": good.assign(q2=np.nan),
        "nothing answered": good * np.nan,
        "no joint answers": good.assign(
            q1=good["q1"].where(good.index < 20, np.nan), q2=good["q2"].where(good.index >= 20, np.nan)
        ),
        "reversed once too often": good.assign(q2=6 - good["q2"], q5=6 - good["q5"]),
        "copies of one item": good.assign(q2=good["q1"], q3=good["q1"]),
        "more items than persons": _answers(5, 12),
        "two answers only": (good > 3).astype(float),
    }


HARD = _hard()
