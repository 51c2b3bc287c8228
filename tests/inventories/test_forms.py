"""Forms, permutations and ids: what is printed, and that its names never move."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from inventories.definitions import Option
from inventories.forms import Extra, Form, check_form, labels_for, sitting
from inventories.loading import load_inventory
from inventories.reading import DefinitionError
from inventories.wording import WORDINGS, printed_options, question

ROOT = Path(__file__).parent.parent.parent
GOLDEN = Path(__file__).parent / "golden_ids.json"


def plan(form: Form, name: str = "bfi44", persona: str = "", **given):
    inventory = load_inventory(name)
    told = {"seed": 1, "model": "m", "model_identity": ["m"], "persona": "p", "persona_text": persona}
    told |= {"elicitation": "rating", "reply": "labels", **given}
    return sitting(inventory, inventory.fingerprint(), form, **told)


def trials(each):
    return [trial for conversation in each.conversations for step in conversation for trial in step.trials]


def ids() -> dict[str, list[str]]:
    """Ids of a few sittings and of the first and last trial in each: what the golden file holds."""
    forms = {
        "standard": Form(),
        "reversed": Form(options="reversed"),
        "all different": Form("direct", "roman_lower", "shuffled", "content", "shuffled", 5, "continued", "user"),
    }
    found = {}
    for inventory in ("bfi44", "sd3", "oejts12"):
        for name, form in forms.items():
            each = plan(form, inventory, "You are calm.", replicate=3)
            found[f"{inventory}, {name}"] = [each.id, trials(each)[0].id, trials(each)[-1].id, trials(each)[0].item]
    return found


def test_ids_equal_those_of_the_golden_file() -> None:
    assert ids() == json.loads(GOLDEN.read_text("utf-8"))


@pytest.mark.parametrize("seed", ["0", "4242"])
def test_ids_are_the_same_under_every_hash_seed(seed: str) -> None:
    code = "import json, sys; sys.path[:0] = ['.', 'tests/inventories']; import test_forms; print(json.dumps(test_forms.ids()))"
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(told.stdout) == json.loads(GOLDEN.read_text("utf-8"))


def test_orders_depend_on_neither_model_nor_persona_nor_wording() -> None:
    form = Form(items="shuffled", options="shuffled")
    one = plan(form, persona="You are calm.")
    other = plan(
        Form("direct", "upper", "shuffled", items="shuffled"), persona="You are wild.", model="n", model_identity=["n"]
    )
    assert [(trial.item, trial.shown) for trial in trials(one)] == [
        (trial.item, trial.shown) for trial in trials(other)
    ]
    assert one.id != other.id


def test_another_replicate_is_printed_in_another_order() -> None:
    form = Form(items="shuffled", options="shuffled")
    first, second = (trials(plan(form, replicate=number)) for number in (1, 2))
    assert [trial.item for trial in first] != [trial.item for trial in second]
    assert {trial.item for trial in first} == {trial.item for trial in second}


def test_a_new_title_changes_no_id_and_a_new_comma_does() -> None:
    import msgspec

    inventory = load_inventory("sd3")
    retitled = msgspec.structs.replace(inventory, title="Another")
    items = [msgspec.structs.replace(inventory.items[0], text=inventory.items[0].text + ","), *inventory.items[1:]]
    assert retitled.fingerprint() == inventory.fingerprint()
    assert msgspec.structs.replace(inventory, items=items).fingerprint() != inventory.fingerprint()


OPTIONS = [Option(1, "no"), Option(2, "neither"), Option(3, "yes")]


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("arabic", "1 2 3"),
        ("upper", "A B C"),
        ("lower", "a b c"),
        ("roman_upper", "I II III"),
        ("roman_lower", "i ii iii"),
    ],
)
def test_labels_are_given_in_the_inventorys_order(kind: str, labels: str) -> None:
    assert labels_for(kind, OPTIONS) == tuple(labels.split())


def test_arabic_labels_are_the_values_where_these_count_up() -> None:
    assert labels_for("arabic", [Option(0, "never"), Option(1, "once")]) == ("0", "1")
    assert labels_for("arabic", [Option(1, "true"), Option(0, "false")]) == ("1", "2")


@pytest.mark.parametrize(("binding", "first"), [("position", "1. Agree strongly"), ("content", "5. Agree strongly")])
def test_a_reversed_form_keeps_labels_in_place_or_moves_them_with_the_text(binding: str, first: str) -> None:
    inventory, form = load_inventory("bfi44"), Form(options="reversed", binding=binding)
    each = plan(form)
    words = question(inventory, each, each.conversations[0][0], first=True)
    assert first in words
    printed = printed_options(inventory, inventory.items[0], form, trials(each)[0].shown)
    assert [option.value for option in printed] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("name", list(WORDINGS))
def test_every_wording_prints_the_item_and_every_option(name: str) -> None:
    for inventory in (
        load_inventory("bfi44"),
        load_inventory("oejts12"),
        load_inventory("mfq30"),
        load_inventory("mc_form_c"),
    ):
        each = plan(Form(name), inventory.id)
        for conversation in each.conversations:
            words = question(inventory, each, conversation[0], first=True)
            item = inventory.item(conversation[0].trials[0].item)
            assert inventory.printed_text(item) in words
            assert all(option.text in words for option in inventory.options_of(item))


def test_what_is_shared_stands_before_the_item() -> None:
    inventory, each = load_inventory("bfi44"), plan(Form())
    first, second = (question(inventory, each, each.conversations[place][0], first=True) for place in (0, 1))
    assert first.rpartition("\n\n")[0] == second.rpartition("\n\n")[0]


def test_a_block_numbers_its_items_and_ends_where_the_options_change() -> None:
    each = plan(Form(items_per_prompt=5), "mfq30")
    sizes = [len(conversation[0].trials) for conversation in each.conversations]
    assert sum(sizes) == 32
    assert max(sizes) == 5
    words = question(load_inventory("mfq30"), each, each.conversations[0][0], first=True)
    assert "\n5. Whether or not" in words


def test_a_continued_sitting_is_one_conversation_and_a_task_comes_before_it() -> None:
    each = plan(Form(memory="continued"), extras=[Extra("task", "Write a story."), Extra("follow_up", "Are you sure?")])
    (steps,) = each.conversations
    assert [step.kind for step in steps[:4]] == ["task", "item", "follow_up", "item"]
    assert len({trial.id for trial in trials(each)}) == len(trials(each)) == 1 + 44 * 2


def test_a_task_without_a_conversation_is_a_mistake() -> None:
    with pytest.raises(DefinitionError, match='memory = "continued"'):
        plan(Form(), extras=[Extra("task", "Write a story.")])


@pytest.mark.parametrize(
    ("vary", "elicitation", "told"),
    [
        ({"lables": ["upper"]}, "rating", "did you mean 'labels'"),
        ({"labels": ["greek"]}, "rating", "'greek' is not a level"),
        ({"options": ["reversed"]}, "likelihood", "changes nothing"),
        ({"items_per_prompt": ["5"]}, "rating", "expected int"),
        ({"items_per_prompt": [0]}, "rating", "1 or more"),
    ],
)
def test_a_factor_or_level_that_does_not_exist_is_named(vary: dict, elicitation: str, told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        check_form(Form(), vary, elicitation, "study.toml, asks number 1")
