"""Simulated answers that the tests of structure share; R was given the same table."""

import numpy as np
import pandas as pd


def answers(persons: int = 600) -> pd.DataFrame:
    """Two factors, four items each, 1 to 5; e4 loads on both, n2 is reversed, and e3 is easier in the south."""
    random = np.random.default_rng(11)
    traits = random.normal(size=(persons, 2)) @ np.array([[1.0, 0.4], [0.0, 0.9]])
    group = np.array(["north", "south", "west"])[np.arange(persons) % 3]
    traits[:, 0] += np.where(group == "west", 0.5, 0.0)
    loads = np.array([[0.9, 0], [0.7, 0], [0.8, 0], [0.6, 0.3], [0, 0.8], [0, -0.7], [0, 0.9], [0, 0.5]])
    raw = 3 + traits @ loads.T + random.normal(0, 0.8, (persons, 8))
    raw[:, 2] += np.where(group == "south", 0.6, 0.0)
    table = pd.DataFrame(np.clip(np.round(raw), 1, 5), columns=["e1", "e2", "e3", "e4", "n1", "n2", "n3", "n4"])
    return table.assign(group=group)
