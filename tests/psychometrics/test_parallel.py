"""Parallel analysis: how many dimensions were put in, and R's eigenvalues."""

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD
from test_efa import abilities

from psychometrics.parallel import parallel_analysis


def answers(factors: int, each: int = 5, persons: int = 500, loading: float = 0.7) -> pd.DataFrame:
    random = np.random.default_rng(2)
    traits = random.normal(size=(persons, factors)).repeat(each, axis=1)
    noise = random.normal(size=(persons, factors * each))
    return pd.DataFrame(loading * traits + np.sqrt(1 - loading**2) * noise).add_prefix("q")


def test_the_observed_eigenvalues_are_those_of_r() -> None:
    # R 4.2.2, psych 2.2.9: fa.parallel(r, n.obs = 213, n.iter = 200)
    found = parallel_analysis(abilities())
    table = found.eigenvalues
    assert table["component"].to_numpy()[:3] == pytest.approx([4.8505289068, 1.0899390707, 1.0378421676])
    assert table["factor"].to_numpy()[:3] == pytest.approx([4.36268489655, 0.60887736050, 0.43804419503], abs=1e-6)
    assert (found.n_components.value, found.n_factors.value) == (1, 3)


@pytest.mark.parametrize("factors", [1, 2, 4])
def test_the_number_of_factors_that_was_put_in_is_found(factors: int) -> None:
    found = parallel_analysis(answers(factors))
    assert found.n_components.value == factors
    assert found.n_factors.value == factors


def test_nothing_is_found_in_noise() -> None:
    found = parallel_analysis(pd.DataFrame(np.random.default_rng(3).normal(size=(400, 10))))
    assert found.n_components.value == 0
    assert found.n_components.note == "nothing_beyond_chance"


def test_the_mean_rule_never_counts_fewer_than_the_centile() -> None:
    found = parallel_analysis(answers(2, persons=120, loading=0.5), rule="mean")
    assert found.n_factors.value == found.n_factors.extra["by_mean"] >= found.n_factors.extra["by_centile"]


def test_simulated_eigenvalues_are_those_of_drawn_persons() -> None:
    random = np.random.default_rng(5)
    drawn = [np.linalg.eigvalsh(np.corrcoef(random.normal(size=(8, 60))))[::-1] for _ in range(400)]
    found = parallel_analysis(answers(2, each=4, persons=60), n_iter=400).eigenvalues
    assert found["component_mean"].to_numpy() == pytest.approx(np.mean(drawn, axis=0), abs=0.03)
    assert found["component_centile"].to_numpy() == pytest.approx(np.quantile(drawn, 0.95, axis=0), abs=0.08)


def test_fewer_persons_than_items_can_be_simulated() -> None:
    found = parallel_analysis(answers(2, each=10, persons=15))
    assert found.eigenvalues["component_mean"].sum() == pytest.approx(20)


def test_the_same_seed_gives_the_same_table() -> None:
    first, second, other = (parallel_analysis(answers(2), seed=each, n_iter=20).eigenvalues for each in (1, 1, 2))
    assert first.equals(second)
    assert not first.equals(other)


def test_wrong_calls_say_what_is_allowed() -> None:
    with pytest.raises(ValueError, match='rule: "scree"; allowed are "centile" and "mean"'):
        parallel_analysis(answers(1), rule="scree")
    with pytest.raises(ValueError, match="n_iter: 0"):
        parallel_analysis(answers(1), n_iter=0)
    with pytest.raises(ValueError, match="centile: 100"):
        parallel_analysis(answers(1), centile=100)


def test_ipsative_answers_are_refused() -> None:
    assert parallel_analysis(answers(1), ipsative=True).n_factors.note == "ipsative"


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
@pytest.mark.parametrize("name", HARD)
def test_hard_data_get_a_value_or_a_reason(name: str, missing: str) -> None:
    found = parallel_analysis(HARD[name], missing=missing, n_iter=10)
    for each in (found.n_components, found.n_factors):
        assert each.estimable or each.note
