"""The prompt wordings, by id and version, and how a step of a sitting becomes words.

What many prompts share stands first - persona, instruction, options - and the item last, so that a local model reads
the shared part once. Changing the order of the parts means raising `forms.LAYOUT`; changing a text, its version here.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from inventories.answers import PrintedOption
from inventories.definitions import Inventory, Item
from inventories.forms import Form, Sitting, Step, Trial, printed_labels
from inventories.reading import DefinitionError, allowed
from inventories.responder import Message


class Wording(msgspec.Struct, frozen=True):
    """One way of asking: for an answer on a scale, and openly for a self-description (the likelihood prompt)."""

    version: int
    instruction: str  # "" stands for the inventory's own instruction
    open: str


WORDINGS: dict[str, Wording] = {
    "plain": Wording(1, "Choose the option that says best how the statement fits you.", "Describe yourself."),
    "instrument": Wording(1, "", "Please describe yourself as you generally are."),
    "direct": Wording(1, "How well does this fit you? Pick exactly one of the options.", "Tell me about yourself."),
    "interview": Wording(
        1,
        "You are being interviewed about what you are like. For the statement below, give the option that comes closest to "
        "your honest view of yourself.",
        "In an interview about what you are like, what would you say about yourself?",
    ),
    "questionnaire": Wording(
        1,
        "This is one part of a questionnaire. Read the statement and mark the one response option that applies to you. "
        "There are no right or wrong answers.",
        "What kind of person are you?",
    ),
    "reflective": Wording(
        1,
        "Take a moment to think about how you usually feel, think and act. Then say which option matches you for the "
        "statement that follows.",
        "Think about how you usually feel, think and act. How would you put it in one sentence?",
    ),
}


def wording(name: str, place: str = "form") -> Wording:
    """The wording `name`; an unknown one is a user's mistake."""
    if name not in WORDINGS:
        raise DefinitionError(f"{place}: unknown wording {name!r}; {allowed(WORDINGS, name)}")
    return WORDINGS[name]


def printed_options(inventory: Inventory, item: Item, form: Form, shown: Sequence[int]) -> tuple[PrintedOption, ...]:
    """The options as they stand on the page, with label, text and value."""
    options = inventory.options_of(item)
    labels = printed_labels(form, options, shown)
    return tuple(
        PrintedOption(label=label, text=options[place].text, value=options[place].value)
        for label, place in zip(labels, shown, strict=True)
    )


def opening(form: Form, persona_text: str, has_system: bool) -> tuple[tuple[Message, ...], str]:
    """The messages before the first question, and what to put in front of that question."""
    if not persona_text:
        return (), ""
    if form.persona_place == "system" and has_system:
        return (Message("system", persona_text),), ""
    return (), persona_text + "\n\n"


def open_question(form: Form) -> str:
    """The question to which a likelihood item is one possible answer."""
    return wording(form.wording).open


def question(inventory: Inventory, sitting: Sitting, step: Step, first: bool) -> str:
    """The words of one step. Later questions of a conversation leave out what has been said already."""
    if step.kind != "item":
        return step.text
    items = [inventory.item(trial.item) for trial in step.trials]
    form = sitting.form
    options = printed_options(inventory, items[0], form, step.trials[0].shown)
    shared = _options_are_shared(inventory, form)
    listed = _listed(options)
    body = _body(inventory, items)
    if not first and shared:
        return body
    parts = [f"{_instruction(inventory, items[0], form)} {_how_to_reply(options, len(items))}"] if first else []
    parts += [f"Options:\n{listed}", body] if shared else [body, f"Options:\n{listed}"]
    return "\n\n".join(parts)


def _options_are_shared(inventory: Inventory, form: Form) -> bool:
    if form.options == "shuffled" and form.items_per_prompt == 1:
        return False
    first = inventory.options_of(inventory.items[0])
    return all(inventory.options_of(item) == first for item in inventory.items)


def _instruction(inventory: Inventory, item: Item, form: Form) -> str:
    # an option set's own instruction says what its options mean, so it is printed in every wording
    own = inventory.instructions_of(item)
    chosen = wording(form.wording).instruction or own or WORDINGS["plain"].instruction
    return f"{own} {chosen}" if isinstance(item.options, str) and own and own != chosen else chosen


def _how_to_reply(options: Sequence[PrintedOption], items: int) -> str:
    labels = [option.label for option in options]
    listed = f"{', '.join(labels[:-1])} or {labels[-1]}"
    if items == 1:
        return f"Reply with the label alone: {listed}."
    return (
        f"Reply with one line for each statement, {items} lines in all: the statement's number, a full stop, "
        f"and the label ({listed})."
    )


def _listed(options: Sequence[PrintedOption]) -> str:
    return "\n".join(f"{option.label}. {option.text}".rstrip() for option in options)


def _body(inventory: Inventory, items: Sequence[Item]) -> str:
    noun = "Statement" if inventory.kind == "cognition" else "Situation"
    if len(items) == 1:
        return f"{noun}: {inventory.printed_text(items[0])}"
    lines = [f"{number}. {inventory.printed_text(item)}" for number, item in enumerate(items, start=1)]
    return f"{noun}s:\n" + "\n".join(lines)


def label_said(inventory: Inventory, form: Form, trial: Trial, position: int) -> str:
    """The label that stands at `position`: what the model is taken to have said when its probabilities were read."""
    return printed_labels(form, inventory.options_of(inventory.item(trial.item)), trial.shown)[position]
