"""The stored structures of human answers, and the congruence of other answers with them."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.human_structure import STRUCTURES, human_congruence, human_structure

sys.path.append(str(Path(__file__).parents[1] / "reference"))
from human_structures import SOURCES, as_toml, human_loadings


def simulated(human: pd.DataFrame, persons: int = 600, noise: float = 0.7) -> pd.DataFrame:
    random = np.random.default_rng(4)
    traits = random.normal(size=(persons, human.shape[1]))
    return pd.DataFrame(
        traits @ human.to_numpy().T + noise * random.normal(size=(persons, len(human))), columns=human.index
    )


@pytest.mark.parametrize("inventory", sorted(each.stem for each in STRUCTURES.glob("*.toml")))
def test_simulated_humans_have_the_human_structure(inventory: str) -> None:
    human = human_structure(inventory)
    found = human_congruence(simulated(human.loadings), inventory)
    assert found.total.value > 0.95
    assert (found.factors["phi"] > found.factors["phi_chance"]).all()
    assert list(found.factors["factor"]) == list(human.loadings)


def test_noise_is_no_more_congruent_than_chance() -> None:
    noise = simulated(human_structure("ipip50").loadings * 0)
    found = human_congruence(noise, "ipip50")
    assert found.total.value < 0.6
    assert (found.factors["phi"] < 0.85).all()


def test_keyed_values_are_turned_back_before_they_are_compared() -> None:
    human = human_structure("sd3").loadings
    raw = simulated(human)
    keys = {item: -1 if at % 3 == 0 else 1 for at, item in enumerate(human.index)}
    keyed = raw * pd.Series(keys)
    assert human_congruence(keyed, "sd3", keys=keys).total.value == human_congruence(raw, "sd3").total.value
    assert human_congruence(keyed, "sd3").total.value < 0.8
    with pytest.raises(ValueError, match='keys: item "sd3_m1" has None'):
        human_congruence(keyed, "sd3", keys={})


def test_the_comparison_with_chance_is_seeded_and_few_persons_are_warned_of() -> None:
    raw = simulated(human_structure("sd3").loadings, persons=150)
    found, again = (human_congruence(raw, "sd3", seed=5) for _ in range(2))
    assert found.factors.equals(again.factors)
    assert found.total.has("few_persons_for_structure")


def test_an_inventory_without_human_answers_has_no_reference() -> None:
    found = human_congruence(HARD["two answers only"], "tipi")
    assert found.total.note == "no_reference_structure"
    assert found.factors.empty


def test_ipsative_answers_are_refused() -> None:
    raw = simulated(human_structure("sd3").loadings)
    assert human_congruence(raw, "sd3", ipsative=True).total.note == "ipsative"


@pytest.mark.parametrize("name", HARD)
def test_hard_data_get_a_value_or_a_reason(name: str) -> None:
    x = HARD[name]
    x = x.set_axis(human_structure("sd3").loadings.index[: x.shape[1]], axis=1)
    for missing in ("pairwise", "listwise"):
        found = human_congruence(x, "sd3", missing=missing)
        assert found.total.estimable or found.total.note


@pytest.mark.parametrize("inventory", SOURCES)
def test_the_stored_loadings_are_those_of_the_human_answers(inventory: str, shared: Path) -> None:
    loadings, n_persons = human_loadings(inventory, shared / "data")
    stored = human_structure(inventory)
    assert stored.n_persons == n_persons
    assert stored.loadings.to_numpy() == pytest.approx(loadings.to_numpy(), abs=2e-4)
    assert as_toml(inventory, stored.loadings, n_persons) == (STRUCTURES / f"{inventory}.toml").read_text("utf-8")


def test_stored_structures_hold_every_item_and_scale_of_their_inventory() -> None:
    for inventory in SOURCES:
        human = human_structure(inventory)
        assert human.n_persons > 300
        assert np.isfinite(human.loadings.to_numpy()).all()
        assert human.loadings.abs().max().max() < 1
