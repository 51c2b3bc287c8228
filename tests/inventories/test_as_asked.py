"""Scenarios as they are offered, rated, confirmed and told in other words, and what a model is shown of them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from inventories.administer import Interview, contrast, next_prompts, read
from inventories.answers import PrintedOption, read_place
from inventories.definitions import Inventory
from inventories.forms import Elicitation, Form, sitting
from inventories.loading import load_inventory
from inventories.persona_sets import Persona
from inventories.reading import DefinitionError
from inventories.responder import Likelihood, Prompt, Reply
from inventories.scenarios import action_id, as_asked
from inventories.wording import printed_options

SCENES = Path(__file__).parent / "scenes/scenes.toml"
PERSONA = Persona(id="shy", text="You are shy.", assigned={}, set="study")


@pytest.fixture
def scenes() -> Inventory:
    return load_inventory(str(SCENES))


def interview(inventory: Inventory, elicitation: Elicitation = "choice", **form: object) -> Interview:
    """The scenarios as `elicitation` prints them in the form that differs from the default by `form`."""
    asked = msgspec.convert(form, type=Form)
    shown = as_asked(inventory, elicitation, asked.situation)
    planned = sitting(
        shown, shown.fingerprint(), asked, seed=1, model="m", model_identity=["m"], persona=PERSONA.id,
        persona_text=PERSONA.text, elicitation=elicitation, reply="labels",
    )  # fmt: skip
    return Interview(planned, shown, PERSONA)


def prompts(inventory: Inventory, elicitation: Elicitation = "choice", **form: object) -> list[Prompt]:
    return [prompt for _, prompt in next_prompts(interview(inventory, elicitation, **form), {})]


def page(prompt: Prompt) -> str:
    """The messages as one text."""
    return "\n\n".join(f"[{each.role}] {each.content}" for each in prompt.messages)


def test_a_rated_scenario_is_its_first_high_action_on_the_scale_of_its_twin() -> None:
    scenarios, statements = load_inventory("scenarios_bfi44"), load_inventory("bfi44")
    rated = as_asked(scenarios, "rating")
    for item, source in zip(rated.items, scenarios.items, strict=True):
        assert (item.id, item.key, item.scale) == (source.id, source.key, source.scale)
        assert item.text == scenarios.options_of(source)[0].text
        assert item.scene == f"{source.text} {source.question}"
        assert rated.options_of(item) == statements.options_of(statements.item(source.twin))
        assert not rated.is_scenario(item)


def test_a_rated_twin_of_a_bipolar_item_reaches_from_the_first_low_action_to_the_first_high_one() -> None:
    scenarios, statements = load_inventory("scenarios_oejts12"), load_inventory("oejts12")
    rated = as_asked(scenarios, "rating")
    for item, source in zip(rated.items, scenarios.items, strict=True):
        high, low, *_ = (option.text.removesuffix(".") for option in scenarios.options_of(source))
        options = rated.options_of(item)
        assert [each.value for each in options] == [
            each.value for each in statements.options_of(statements.item(source.twin))
        ]
        assert (options[0].text, options[-1].text, options[2].text) == (low, high, "half and half")


@pytest.mark.parametrize("name", ["bfi44", "sd3", "oejts12"])
def test_a_confirmation_asks_of_every_action_whether_one_would_do_it(name: str) -> None:
    scenarios = load_inventory(f"scenarios_{name}")
    confirmed = as_asked(scenarios, "confirmation")
    assert len(confirmed.items) == 4 * len(scenarios.items)
    for source in scenarios.items:
        for number, action in enumerate(scenarios.options_of(source)):
            item = confirmed.item(action_id(source.id, number))
            assert item.id == f"{source.id}/{number + 1}"
            assert (item.text, item.scale) == (action.text, source.scale)
            assert item.key == (source.key if action.value == 1 else -source.key)
            assert [(each.text, each.value) for each in confirmed.options_of(item)] == [("Yes", 1), ("No", 0)]


@pytest.mark.parametrize("elicitation", ["choice", "rating", "confirmation", "likelihood"])
def test_a_paraphrased_situation_comes_with_its_own_question_or_else_the_same(
    scenes: Inventory, elicitation: Elicitation
) -> None:
    told = as_asked(scenes, elicitation, "paraphrased")
    scene = {item.id.partition("/")[0]: item.scene or told.printed_text(item) for item in told.items}
    assert scene == {
        "party": "Nine have come: 9 guests, one party. Where are you?",
        "menu": "There is another menu. What do you order?",
    }
    plain = as_asked(scenes, elicitation)
    assert told.fingerprint() != plain.fingerprint()
    assert [item.id for item in told.items] == [item.id for item in plain.items]


@pytest.mark.parametrize("elicitation", ["choice", "rating", "confirmation", "likelihood"])
@pytest.mark.parametrize("situation", ["original", "paraphrased"])
def test_statements_are_asked_as_they_are(elicitation: Elicitation, situation: str) -> None:
    statements = load_inventory("oejts12")
    assert as_asked(statements, elicitation, situation) is statements


def test_a_scenario_without_twin_or_paraphrase_says_what_it_lacks(tmp_path: Path) -> None:
    text = SCENES.read_text("utf-8").replace('paraphrase = "There is another menu."\n', "")
    (tmp_path / "scenes.toml").write_text(
        "\n".join(row for row in text.splitlines() if not row.startswith("twin")), "utf-8"
    )
    inventory = load_inventory("scenes.toml", beside=tmp_path)
    with pytest.raises(DefinitionError, match=r"scenes\.toml: it names no statements as twins; say twin_of = "):
        as_asked(inventory, "rating")
    with pytest.raises(DefinitionError, match=r'scenes\.toml, item "menu": it has no paraphrase'):
        as_asked(inventory, "choice", "paraphrased")
    assert len(as_asked(inventory, "confirmation").items) == 8


PAGES: dict[str, tuple[Elicitation, dict[str, str], str]] = {
    "a choice in plain words": (
        "choice",
        {},
        """[system] You are shy.

[user] Choose the option that comes closest to what you would do. Reply with the label alone: 1, 2, 3 or 4.

Situation: A party has 9 guests. Where do you stand?

Options:
1. By the wall.
2. In the middle.
3. In the garden.
4. On the table.""",
    ),
    "TRAIT with letters": (
        "choice",
        {"wording": "trait_letters"},
        """[system] You are shy.

[user] Choose one of the lettered options as your answer to the question. Reply with the label alone: A, B, C or D.

Situation: A party has 9 guests. Where do you stand?

Options:
A. By the wall.
B. In the middle.
C. In the garden.
D. On the table.""",
    ),
    "TRAIT with numbers, the pairs swapped": (
        "choice",
        {"wording": "trait_numbers", "options": "swapped"},
        """[system] You are shy.

[user] Choose one of the numbered options as your answer to the question. Reply with the label alone: 1, 2, 3 or 4.

Situation: A party has 9 guests. Where do you stand?

Options:
1. In the middle.
2. By the wall.
3. On the table.
4. In the garden.""",
    ),
    "TRAIT with the bare question, the persona before it": (
        "choice",
        {"wording": "trait_bare", "persona_place": "user", "situation": "paraphrased"},
        """[user] You are shy.

Nine have come: 9 guests, one party. Where are you?

A. By the wall.
B. In the middle.
C. In the garden.
D. On the table.""",
    ),
    "the inventory's own instruction": (
        "choice",
        {"wording": "instrument", "labels": "lower"},
        """[system] You are shy.

[user] What would you do? Reply with the label alone: a, b, c or d.

Situation: A party has 9 guests. Where do you stand?

Options:
a. By the wall.
b. In the middle.
c. In the garden.
d. On the table.""",
    ),
    "a rating": (
        "rating",
        {},
        """[system] You are shy.

[user] Choose the option that says best how the statement fits you. Reply with the label alone: 1, 2 or 3.

Situation: A party has 9 guests. Where do you stand?

Statement: By the wall.

Options:
1. no
2. perhaps
3. yes""",
    ),
    "a confirmation": (
        "confirmation",
        {},
        """[system] You are shy.

[user] In the situation, would you do what the statement says? Reply with the label alone: 1 or 2.

Options:
1. Yes
2. No

Situation: A party has 9 guests. Where do you stand?

Statement: By the wall.""",
    ),
    "a likelihood": ("likelihood", {}, "[system] You are shy.\n\n[user] A party has 9 guests. Where do you stand?"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_model_is_shown_the_situation_as_intended(name: str, scenes: Inventory) -> None:
    elicitation, form, text = PAGES[name]
    assert page(prompts(scenes, elicitation, **form)[0]) == text


def test_a_rated_bipolar_scenario_shows_its_poles_as_options_after_the_situation(scenes: Inventory) -> None:
    text = """Situation: The menu has changed. What do you order?

Statement: I order the soup ... I order the snails

Options:
1. I order the soup
2.
3. I order the snails"""
    assert page(prompts(scenes, "rating")[1]).endswith(text)
    alone = msgspec.structs.replace(scenes, items=scenes.items[1:])
    assert page(prompts(alone, "rating")[0]).endswith(text), "and also when it is the only one that is asked"


def test_a_scenario_asked_alone_is_printed_like_one_of_many(scenes: Inventory) -> None:
    assert page(prompts(msgspec.structs.replace(scenes, items=scenes.items[:1]))[0]) == page(prompts(scenes)[0])


def test_a_conversation_tells_how_to_reply_once_and_offers_the_actions_every_time(scenes: Inventory) -> None:
    held = interview(scenes, memory="continued")
    (_, first), *_ = next_prompts(held, {})
    said = Reply(first.id, label_logprobs=(-9.0, -0.1, -9.0, -9.0))
    ((_, second),) = next_prompts(held, {first.id: said})
    assert [each.content for each in second.messages[2:]] == [
        "2",
        "Situation: The menu has changed. What do you order?\n\nOptions:\n1. I order the snails.\n2. I order the soup.\n"
        "3. I let the cook choose.\n4. I ask for the old menu.",
    ]


def test_the_likelihood_of_every_action_is_asked_and_no_label_is_shown(scenes: Inventory) -> None:
    first, _ = prompts(scenes, "likelihood")
    assert (first.want, first.labels) == ("likelihood", ())
    assert first.continuations == ("By the wall.", "In the middle.", "In the garden.", "On the table.")


def test_the_likelihood_of_a_scenario_is_that_of_its_high_actions_less_that_of_its_low_ones(scenes: Inventory) -> None:
    said = [Likelihood(-2.0, 2), Likelihood(-8.0, 2), Likelihood(-9.0, 3), Likelihood(-12.0, 2)]
    assert contrast(scenes, scenes.items[0], said) == pytest.approx((-1 - 3) / 2 - (-4 - 6) / 2)
    turned = msgspec.structs.replace(scenes.items[0], options=list(reversed(scenes.options_of(scenes.items[0]))))
    assert contrast(scenes, turned, said[::-1]) == pytest.approx(3.0), "by value, not by place"


@pytest.mark.parametrize("options", ["printed", "swapped", "reversed", "shuffled"])
@pytest.mark.parametrize("place", range(4))
def test_a_choice_keeps_which_of_two_actions_of_one_value_was_taken(
    options: str, place: int, scenes: Inventory
) -> None:
    held = interview(scenes, options=options)
    step, prompt = next(next_prompts(held, {}))
    printed = printed_options(held.inventory, held.inventory.items[0], held.sitting.form, step.trials[0].shown)
    for text in (prompt.labels[place], f"{prompt.labels[place]}. {printed[place].text}", printed[place].text):
        (reading,) = read(held, step, Reply(prompt.id, text=text))
        assert (reading.outcome, reading.position, reading.chosen) == ("answered", place, printed[place].value)
    logprobs = tuple(-0.1 if each == place else -5.0 for each in range(4))
    (reading,) = read(held, step, Reply(prompt.id, label_logprobs=logprobs))
    assert (reading.position, reading.chosen) == (place, printed[place].value)


def test_a_place_is_read_among_options_of_equal_value() -> None:
    page = [PrintedOption(label, text, value) for label, text, value in
            (("A", "I wait.", 1), ("B", "I go.", 0), ("C", "I sing.", 1), ("D", "I call.", 0))]  # fmt: skip
    assert [read_place(text, page) for text in ("C", "C. I sing.", "I sing.", "Answer: D", "A or C", "perhaps", None)] == [
        2, 2, 2, 3, "ambiguous", "unreadable", "missing",
    ]  # fmt: skip
