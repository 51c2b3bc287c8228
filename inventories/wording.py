"""The prompt wordings, by id and version, and how a step of a sitting becomes words.

What many prompts share stands first - persona, instruction, options - and the item last, so that a local model reads
the shared part once. Changing the order of the parts means raising `forms.LAYOUT`; changing a text, its version here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec

from inventories.answers import PrintedOption
from inventories.definitions import Inventory, Item, Option
from inventories.forms import Form, Labels, Sitting, Step, Trial, printed_labels
from inventories.reading import DefinitionError, allowed
from inventories.responder import Message

PERSONA = "{persona}"  # where a wording prints the persona's text, which then stands nowhere else


class Wording(msgspec.Struct, frozen=True):
    """One way of asking: for an answer on a scale, openly for a self-description, and for what to do in a situation."""

    version: int
    instruction: str  # before a statement; "" stands for the inventory's own instruction
    open: str  # the likelihood prompt of statements; "" where the wording is for scenarios alone
    choice: str | None = None  # before a scenario; "" stands for the inventory's own, None for no instruction at all
    lead: str = ""  # before a situation when the likelihood of actions is asked
    labels: Labels | None = None  # the only labels that it is printed with

    @property
    def about(self) -> bool:
        """Whether it asks about the persona, as about a subject or a text, in the place of asking the persona."""
        return PERSONA in self.instruction


WORDINGS: dict[str, Wording] = {
    "plain": Wording(
        1,
        "Choose the option that says best how the statement fits you.",
        "Describe yourself.",
        "Choose the option that comes closest to what you would do.",
    ),
    "instrument": Wording(
        1, "", "Please describe yourself as you generally are.", "", "Please answer with what you would actually do."
    ),
    "direct": Wording(
        1,
        "How well does this fit you? Pick exactly one of the options.",
        "Tell me about yourself.",
        "Which of these would you do? Pick exactly one of the options.",
        "Tell me what you do here.",
    ),
    "interview": Wording(
        1,
        "You are being interviewed about what you are like. For the statement below, give the option that comes closest to "
        "your honest view of yourself.",
        "In an interview about what you are like, what would you say about yourself?",
        "You are being interviewed about how you act. For the situation below, give the option that comes closest to what you "
        "would honestly do.",
        "In an interview you are told of a situation and asked how you would act.",
    ),
    "questionnaire": Wording(
        1,
        "This is one part of a questionnaire. Read the statement and mark the one response option that applies to you. "
        "There are no right or wrong answers.",
        "What kind of person are you?",
        "This is one part of a questionnaire. Read the situation and mark the one course of action that you would take. "
        "There are no right or wrong answers.",
        "Read the situation and say what you do. There are no right or wrong answers.",
    ),
    "reflective": Wording(
        1,
        "Take a moment to think about how you usually feel, think and act. Then say which option matches you for the "
        "statement that follows.",
        "Think about how you usually feel, think and act. How would you put it in one sentence?",
        "Take a moment to picture yourself in the situation that follows. Then say which option matches what you would do.",
        "Picture yourself in this situation.",
    ),
    # the three ways in which TRAIT prints a scenario: options A to D, options 1 to 4, and the bare question
    "trait_letters": Wording(
        1, "", "", "Choose one of the lettered options as your answer to the question.", labels="upper"
    ),
    "trait_numbers": Wording(
        1, "", "", "Choose one of the numbered options as your answer to the question.", labels="arabic"
    ),
    "trait_bare": Wording(1, "", "", None, labels="upper"),
    # not asked of the persona but about it: a subject such as "men", or a text whose writer is judged
    "about": Wording(
        1,
        "The statement is about {persona}: where it says I, myself or you, read {persona}. Choose the option that says best "
        "how it fits {persona}.",
        "Describe {persona}.",
        "Choose the option that comes closest to what {persona} would do.",
        "Tell me what {persona} would do here.",
    ),
    "judge": Wording(
        1,
        "Here is a text.\n\n{persona}\n\nThe statement is about the text or about the person who wrote it. Choose the option "
        "that fits best.",
        "",
    ),
}
TEMPLATES = tuple(name for name, each in WORDINGS.items() if each.labels)  # for scenarios offered as a choice


def wording(name: str, place: str = "form") -> Wording:
    """The wording `name`; an unknown one is a user's mistake."""
    if name not in WORDINGS:
        raise DefinitionError(f"{place}: unknown wording {name!r}; {allowed(WORDINGS, name)}")
    return WORDINGS[name]


def printed_options(inventory: Inventory, item: Item, form: Form, shown: Sequence[int]) -> tuple[PrintedOption, ...]:
    """The options as they stand on the page, with label, text and value."""
    options = inventory.options_of(item)
    labels = _labels(form, options, shown)
    return tuple(
        PrintedOption(label=label, text=options[place].text, value=options[place].value)
        for label, place in zip(labels, shown, strict=True)
    )


def opening(form: Form, persona_text: str, has_system: bool) -> tuple[tuple[Message, ...], str]:
    """The messages before the first question, and what to put in front of that question."""
    if not persona_text or wording(form.wording).about:
        return (), ""
    if form.persona_place == "system" and has_system:
        return (Message("system", persona_text),), ""
    return (), persona_text + "\n\n"


def open_question(inventory: Inventory, item: Item, form: Form) -> str:
    """The question to which a likelihood item is one possible answer, or each action of a scenario."""
    asked = wording(form.wording)
    if inventory.is_scenario(item):
        return " ".join(filter(None, [asked.lead, inventory.printed_text(item)]))
    return asked.open


def question(inventory: Inventory, sitting: Sitting, step: Step, first: bool) -> str:
    """The words of one step. Later questions of a conversation leave out what has been said already."""
    if step.kind not in ("item", "again"):
        return step.text
    items = [inventory.item(trial.item) for trial in step.trials]
    form = sitting.form
    options = printed_options(inventory, items[0], form, step.trials[0].shown)
    shared = _options_are_shared(inventory, form)
    listed = _listed(options)
    how = _structured if form.format == "structured" else _how_to_reply
    if inventory.is_scenario(items[0]) and wording(form.wording).choice is None:
        # no instruction at all; but providers want JSON to be spoken of where it is asked for
        told = [_structured(options, 1)] if form.format == "structured" else []
        return "\n\n".join([inventory.printed_text(items[0]), listed, *told])
    body = _body(inventory, items)
    if not first and shared:
        return body
    parts = [f"{_instruction(inventory, items[0], form)} {how(options, len(items))}"] if first else []
    parts += [f"Options:\n{listed}", body] if shared else [body, f"Options:\n{listed}"]
    return "\n\n".join(parts)


def _options_are_shared(inventory: Inventory, form: Form) -> bool:
    if form.options == "shuffled" and form.items_per_prompt == 1:
        return False
    only = inventory.items[0]
    if (
        inventory.is_scenario(only) or only.left
    ):  # options that make sense after their item, also where it is asked alone
        return False
    return inventory.one_set


def _instruction(inventory: Inventory, item: Item, form: Form) -> str:
    # an option set's own instruction says what its options mean, so it is printed in every wording
    own = inventory.instructions_of(item)
    if inventory.is_scenario(item):
        return wording(form.wording).choice or own or str(WORDINGS["plain"].choice)
    if item.scene and own:  # an action to be confirmed: the wordings speak of statements on a scale
        return own
    chosen = wording(form.wording).instruction or own or WORDINGS["plain"].instruction
    return f"{own} {chosen}" if isinstance(item.options, str) and own and own != chosen else chosen


def _one_of(options: Sequence[PrintedOption]) -> str:
    labels = [option.label for option in options]
    return f"{', '.join(labels[:-1])} or {labels[-1]}"


def _how_to_reply(options: Sequence[PrintedOption], items: int) -> str:
    listed = _one_of(options)
    if items == 1:
        return f"Reply with the label alone: {listed}."
    return (
        f"Reply with one line for each statement, {items} lines in all: the statement's number, a full stop, "
        f"and the label ({listed})."
    )


def _structured(options: Sequence[PrintedOption], items: int) -> str:
    listed = _one_of(options)
    if items == 1:
        return f'Reply with a JSON object that has one key, "answer", and as its value the label alone: {listed}.'
    return (
        f'Reply with a JSON object that has a key for the number of each statement, "1" to "{items}", and as its value the '
        f"label alone ({listed})."
    )


def schema(options: Sequence[PrintedOption], items: int) -> str:
    """The JSON schema of a structured reply: one label, or one for the number of each statement of a block."""
    label = {"type": "string", "enum": [option.label for option in options]}
    keys = ["answer"] if items == 1 else [str(number) for number in range(1, items + 1)]
    return json.dumps(
        {
            "type": "object",
            "properties": dict.fromkeys(keys, label),
            "required": keys,
            "additionalProperties": False,
        }
    )


def _listed(options: Sequence[PrintedOption]) -> str:
    return "\n".join(f"{option.label}. {option.text}".rstrip() for option in options)


def _body(inventory: Inventory, items: Sequence[Item]) -> str:
    noun = "Situation" if inventory.is_scenario(items[0]) else "Statement"
    if len(items) == 1:
        scene = f"Situation: {items[0].scene}\n\n" if items[0].scene else ""
        return f"{scene}{noun}: {inventory.printed_text(items[0])}"
    lines = [f"{number}. {inventory.printed_text(item)}" for number, item in enumerate(items, start=1)]
    return f"{noun}s:\n" + "\n".join(lines)


def label_said(inventory: Inventory, form: Form, trial: Trial, position: int) -> str:
    """The label that stands at `position`: what the model is taken to have said when its probabilities were read."""
    return _labels(form, inventory.options_of(inventory.item(trial.item)), trial.shown)[position]


def _labels(form: Form, options: Sequence[Option], shown: Sequence[int]) -> tuple[str, ...]:
    fixed = wording(form.wording).labels
    return printed_labels(msgspec.structs.replace(form, labels=fixed) if fixed else form, options, shown)
