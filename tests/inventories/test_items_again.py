"""Steps between and around items: tasks with a length, tasks alone, items once more, and wordings about a persona."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from inventories.administer import Interview, next_prompt, next_prompts, read
from inventories.forms import Extra, Form, Sitting, Step, sitting
from inventories.loading import load_inventory
from inventories.persona_sets import Persona
from inventories.reading import DefinitionError
from inventories.responder import Prompt, Reply

BFI = load_inventory("bfi10")
ALONE = msgspec.structs.replace(BFI, items=[])
LETTER = Extra("task", "Write a letter.", "after")
AGAIN = Extra("again")
CONTINUED = Form(memory="continued")
CALM = Persona(id="calm", text="You are calm.")


def planned(*extras: Extra, inventory: Any = BFI, form: Form = CONTINUED, persona: Persona = CALM) -> Sitting:
    return sitting(
        inventory, "fingerprint", form, seed=1, model="m", model_identity=["m"], persona=persona.id,
        persona_text=persona.text, elicitation="rating", reply="labels", extras=extras,
    )  # fmt: skip


def held(each: Sitting, inventory: Any = BFI, persona: Persona = CALM) -> list[tuple[Step, Prompt]]:
    """Every question of a sitting of one conversation; each is answered by "4", or by a text."""
    interview, replies, found = Interview(each, inventory, persona), {}, []
    while (step_and_prompt := next_prompt(interview, 0, replies)) is not None:
        step, prompt = step_and_prompt
        found.append(step_and_prompt)
        replies[prompt.id] = Reply(prompt.id, text="Dear friend." if step.kind == "task" else "4")
    return found


# ---- ids: what there was before these kinds of steps keeps its name


@pytest.mark.parametrize(
    ("extras", "name", "last"),
    [
        ((), "3e05ae7a42bde5b5a4d9", "d797bd530e5476cebf60"),
        ((Extra("task", "Write a letter.", "before"),), "0312d069fedb766b613b", "498fab317150731a2d09"),
        ((LETTER, Extra("follow_up", "Are you sure?")), "12a5862653d9debed6d3", "14d7e23449347494c4a1"),
    ],
)
def test_studies_with_tasks_and_follow_ups_keep_the_ids_that_they_had(
    extras: tuple[Extra, ...], name: str, last: str
) -> None:
    each = planned(*extras)
    assert (each.id, each.conversations[0][-1].trials[0].id) == (name, last)


def test_another_length_of_a_task_is_another_sitting_and_the_usual_length_is_not() -> None:
    usual, same, short = (
        planned(LETTER), planned(msgspec.structs.replace(LETTER, max_tokens=1024)), planned(msgspec.structs.replace(LETTER, max_tokens=90))
    )  # fmt: skip
    assert usual.id == same.id != short.id
    assert [prompt.max_tokens for step, prompt in held(short) if step.kind == "task"] == [90]


# ---- items once more


def test_items_asked_again_follow_the_task_in_the_same_order_under_ids_of_their_own() -> None:
    (steps,) = planned(LETTER, AGAIN, form=Form(memory="continued", items="shuffled", options="reversed")).conversations
    assert [step.kind for step in steps] == ["item"] * 10 + ["task"] + ["again"] * 10
    first, second = (
        [trial for step in steps if step.kind == kind for trial in step.trials] for kind in ("item", "again")
    )
    assert [(each.item, each.shown) for each in first] == [(each.item, each.shown) for each in second]
    assert len({each.id for each in (*first, *second)}) == 20


def test_after_the_task_the_items_are_explained_anew_and_the_whole_conversation_stands_before_them() -> None:
    asked = held(planned(LETTER, AGAIN))
    words = [prompt.messages[-1].content for _, prompt in asked]
    how = "Reply with the label alone"
    assert [how in each for each in words] == [True, *[False] * 9, False, True, *[False] * 9]
    assert words[11:] == [each.removeprefix("You are calm.\n\n") for each in words[:10]]
    last = asked[-1][1].messages
    assert len(last) == 1 + 2 * 20 + 1 and last[0].content == "You are calm."
    assert [each.content for each in last if each.role == "assistant"] == ["4"] * 10 + ["Dear friend."] + ["4"] * 9


def test_a_simulated_person_is_told_how_often_the_items_were_asked_before() -> None:
    asked = held(planned(LETTER, AGAIN, Extra("task", "Write another.", "after"), AGAIN))
    assert [prompt.about.again for step, prompt in asked] == [0] * 11 + [1] * 10 + [0] + [2] * 10
    assert len({prompt.id for _, prompt in asked}) == 32


def test_answers_to_items_asked_again_are_read_and_tasks_are_not() -> None:
    interview = Interview(planned(LETTER, AGAIN), BFI, CALM)
    for step, prompt in held(interview.sitting):
        found = read(interview, step, Reply(prompt.id, text="4"))
        assert [each.chosen for each in found] == ([] if step.kind == "task" else [4])


def test_blocks_of_items_are_asked_again_as_blocks() -> None:
    (steps,) = planned(LETTER, AGAIN, form=Form(memory="continued", items_per_prompt=5)).conversations
    assert [(step.kind, len(step.trials)) for step in steps] == [("item", 5)] * 2 + [("task", 1)] + [("again", 5)] * 2


@pytest.mark.parametrize("extra", [LETTER, AGAIN])
def test_what_belongs_to_one_conversation_is_refused_where_each_item_has_its_own(extra: Extra) -> None:
    with pytest.raises(DefinitionError, match='needs memory = "continued"'):
        planned(extra, form=Form())


# ---- tasks alone


def test_a_task_alone_is_one_question_without_a_word_of_the_inventory() -> None:
    each = planned(LETTER, inventory=ALONE)
    ((step, prompt),) = held(each, ALONE)
    assert (step.kind, prompt.want, prompt.max_tokens, prompt.about.items) == ("task", "text", 1024, ())
    assert [message.content for message in prompt.messages] == ["You are calm.", "Write a letter."]


# ---- about a persona, and texts before a judge


def words_of(form: Form, persona: Persona, *extras: Extra) -> list[str]:
    each = planned(*extras, form=form, persona=persona)
    interview = Interview(each, BFI, persona)
    return ["\n".join(message.content for message in prompt.messages) for _, prompt in next_prompts(interview, {})]


@pytest.mark.parametrize("place", ["system", "user"])
def test_a_subject_stands_in_the_instruction_and_nowhere_else(place: Any) -> None:
    for text in words_of(Form("about", persona_place=place), Persona(id="barbers", text="barbers")):
        assert text.startswith("The statement is about barbers: where it says I, myself or you, read barbers.")
        assert text.count("barbers") == 3


def test_a_text_before_a_judge_stands_in_the_prompt_once_and_whole() -> None:
    story = "I shouted {at} them.\n\nThen {} and {0} and {persona}: {{text}}."
    for text in words_of(Form("judge"), Persona(id="story", text=story)):
        assert text.startswith("Here is a text.\n\n" + story + "\n\nThe statement is about the text")
        assert text.count("I shouted") == 1


def test_a_task_is_not_about_the_persona() -> None:
    told = planned(Extra("task", "Describe {persona}.", "before"), form=Form("about", memory="continued"))
    interview = Interview(told, BFI, Persona(id="men", text="men"))
    ((step, prompt),) = next_prompts(interview, {})
    assert (step.kind, prompt.messages[-1].content) == ("task", "Describe {persona}.")


def test_the_likelihood_of_a_statement_about_a_subject_names_the_subject() -> None:
    each = sitting(
        BFI, "fingerprint", Form("about"), seed=1, model="m", model_identity=["m"], persona="men", persona_text="men",
        elicitation="likelihood", reply="labels",
    )  # fmt: skip
    prompts = [prompt for _, prompt in next_prompts(Interview(each, BFI, Persona(id="men", text="men")), {})]
    assert {prompt.messages[-1].content for prompt in prompts} == {"Describe men."} and len(prompts) == 10
