"""Tucker's congruence, Procrustes rotation, and the stored human structures."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.congruence import (
    STRUCTURES,
    congruence,
    human_congruence,
    human_structure,
    match_factors,
    procrustes,
    tucker_congruence,
)

sys.path.append(str(Path(__file__).parents[1] / "reference"))
from human_structures import SOURCES, as_toml, human_loadings

A = pd.DataFrame({"F1": [0.8, 0.7, 0.6, 0.1, 0.0, 0.2], "F2": [0.1, 0.0, 0.2, 0.7, 0.6, 0.5]}, index=list("abcdef"))
B = pd.DataFrame({"G1": [0.0, 0.2, 0.1, 0.6, 0.8, 0.4], "G2": [0.7, 0.6, 0.7, 0.2, 0.1, 0.0]}, index=list("abcdef"))


def simulated(human: pd.DataFrame, persons: int = 600, noise: float = 0.7) -> pd.DataFrame:
    random = np.random.default_rng(4)
    traits = random.normal(size=(persons, human.shape[1]))
    return pd.DataFrame(
        traits @ human.to_numpy().T + noise * random.normal(size=(persons, len(human))), columns=human.index
    )


def test_congruence_and_procrustes_are_those_of_r() -> None:
    # R 4.2.2, psych 2.2.9: factor.congruence(A, B, digits = 12), Procrustes(A, B)
    phi = [[0.249072552517, 0.970555966663], [0.949459441117, 0.324285504641]]
    turned = [
        [0.0779231701390, 0.8024512318861],
        [-0.0192840168526, 0.6997343257937],
        [0.1833949357817, 0.6052819983525],
        [0.6969794662434, 0.1192460633945],
        [0.5997722792518, 0.0165291573022],
        [0.4943005136091, 0.2136983908358],
    ]
    assert tucker_congruence(A, B).to_numpy() == pytest.approx(np.array(phi))
    assert procrustes(A, B).to_numpy() == pytest.approx(np.array(turned))


def test_congruence_ignores_the_length_and_the_order_of_items() -> None:
    assert tucker_congruence(3 * A, B.iloc[::-1]).to_numpy() == pytest.approx(tucker_congruence(A, B).to_numpy())


def test_factors_are_matched_and_reflected() -> None:
    matched = match_factors(A * [-1, 1], B)
    assert list(matched) == ["G1", "G2"]
    assert matched.to_numpy() == pytest.approx(A[["F2", "F1"]].to_numpy())


def test_a_rotated_structure_is_rotated_back() -> None:
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(2, 2)))[0]
    turned = pd.DataFrame(A.to_numpy() @ turn, index=A.index)
    assert procrustes(turned, A).to_numpy() == pytest.approx(A.to_numpy())
    found = congruence(turned, A)
    assert found.total.value == pytest.approx(1)
    assert found.factors["phi"].to_numpy() == pytest.approx([1, 1])
    assert found.items["phi"].to_numpy() == pytest.approx(np.ones(6))
    assert (found.factors["phi_matched"] <= 1).all()


def test_chance_is_told_beside_the_congruence() -> None:
    few = congruence(A, A).factors["phi_chance"].min()
    human = human_structure("ipip50").loadings
    many = congruence(human, human).factors["phi_chance"].max()
    assert few > many
    assert many < 0.7


def test_procrustes_needs_as_many_factors() -> None:
    with pytest.raises(ValueError, match="procrustes: 1 factors and 2 in the target"):
        procrustes(A[["F1"]], B)
    assert congruence(A[["F1"]], B).total.note == "too_few_factors"


def test_an_item_that_is_twice_in_a_table_is_named() -> None:
    with pytest.raises(ValueError, match='item "a" is twice in the first table'):
        tucker_congruence(pd.concat([A, A.iloc[:1]]), B)


def test_too_few_shared_items_and_empty_loadings_are_named() -> None:
    assert congruence(A.iloc[:3], B).total.note == "too_few_items"
    assert congruence(A.rename(index=str.upper), B).total.note == "too_few_items"
    assert congruence(A * np.nan, B).total.note == "no_loadings"
    assert congruence(A * 0, B).total.note == "no_loadings"
    assert congruence(A.iloc[:5], B).total.has("not_all_items")
    assert np.isnan(tucker_congruence(A * [1, 0], B).loc["F2"]).all()


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
