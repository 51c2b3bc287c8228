"""The two inventories that a judge answers about the writer of a text."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventories.loading import load_inventory
from inventories.persona_sets import load_persona_set
from traitscope import listing, run

FIVE = ["extraversion", "agreeableness", "conscientiousness", "neuroticism", "openness"]
NAMES = ["judge_poles", "judge_levels"]


@pytest.mark.parametrize("name", NAMES)
def test_a_judge_is_asked_one_unreversed_question_about_each_domain(name: str) -> None:
    inventory = load_inventory(name)
    assert (inventory.kind, inventory.licence, inventory.terms.use) == ("cognition", "MIT", "free")
    assert [item.scale for item in inventory.items] == list(inventory.scales) == list("EACNO")
    assert [inventory.scale(scale).trait for scale in inventory.scales] == FIVE
    assert all(item.key == 1 for item in inventory.items)
    assert len({item.text for item in inventory.items}) == 5


@pytest.mark.parametrize(("name", "values"), [("judge_poles", [1, 2]), ("judge_levels", [1, 2, 3, 4, 5])])
def test_higher_values_say_more_of_the_trait_and_lie_evenly(name: str, values: list[int]) -> None:
    inventory = load_inventory(name)
    for item in inventory.items:
        assert [option.value for option in inventory.options_of(item)] == values


def test_levels_run_between_the_poles_that_judge_poles_offers() -> None:
    poles, levels = (load_inventory(name) for name in NAMES)
    for pole, level in zip(poles.items, levels.items, strict=True):
        low, high = (option.text for option in poles.options_of(pole))
        five = [option.text for option in levels.options_of(level)]
        assert five[:2] + five[3:] == [f"very {low}", f"rather {low}", f"rather {high}", f"very {high}"]
        assert five[2].startswith("neither ")


@pytest.mark.parametrize("name", NAMES)
def test_the_likelihood_of_a_verdict_is_asked_of_a_whole_sentence(name: str) -> None:
    inventory = load_inventory(name)
    said = [inventory.statements(item) for item in inventory.items]
    assert said[0] == ("The writer is extraverted.",)
    assert all(len(each) == 1 and each[0].startswith("The writer is ") and each[0].endswith(".") for each in said)


def test_the_traits_are_those_that_personas_are_assigned() -> None:
    assigned = load_persona_set("big_five_32").personas[0].assigned
    for name in NAMES:
        inventory = load_inventory(name)
        assert [inventory.scale(scale).trait for scale in inventory.scales] == list(assigned)


def test_the_listing_shows_the_options_of_every_item() -> None:
    _, told = listing.inventory("judge_poles")
    assert "Options of judge_pole_e: 1 introverted; 2 extraverted" in told
    assert "Options of judge_pole_o: 1 closed to experience; 2 open to experience" in told
    assert "Options: 1 Disagree strongly" in listing.inventory("tipi")[1]


@pytest.mark.parametrize(("name", "ends"), [("judge_poles", (1, 2)), ("judge_levels", (1, 5))])
def test_who_answers_by_what_was_assigned_gives_every_pole(name: str, ends: tuple[int, int], tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(f'models = ["simulated:perfect"]\ninventories = ["{name}"]\npersonas = ["big_five_32"]\n', "utf-8")
    answers = run(study, record=tmp_path / "record").answers()
    assigned = {each.id: each.assigned for each in load_persona_set("big_five_32").personas}
    traits = {scale: load_inventory(name).scale(scale).trait for scale in "EACNO"}
    expected = [
        ends[assigned[person][traits[scale]] > 0]
        for person, scale in zip(answers["persona"], answers["scale"], strict=True)
    ]
    assert answers["chosen"].to_list() == expected and len(expected) == 32 * 5
