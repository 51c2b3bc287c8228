"""What a model would be shown: the messages of one item in any form, made by the functions that a run uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

import msgspec

from inventories.administer import Interview
from inventories.definitions import Inventory
from inventories.forms import FACTORS, Elicitation, Form, check_form, sitting
from inventories.loading import in_language
from inventories.persona_sets import Persona, load_persona_set, persona_set_ids
from inventories.reading import DefinitionError
from inventories.responder import Message, Prompt
from inventories.scenarios import as_asked
from inventories.wording import WORDINGS, wording
from traitscope.cost import prompts_of
from traitscope.study import check_persona, check_printable
from traitscope.study_file import Ask

MODEL, SEED = "preview", 1
PLACE = "this form"
ELICITATIONS: dict[str, tuple[Elicitation, ...]] = {
    "cognition": ("rating", "likelihood"),
    "action": ("choice", "rating", "confirmation", "likelihood"),
}
MOST_PER_PROMPT = 20


@dataclass(frozen=True)
class Printed:
    """One prompt as it would be sent, and in words what is read from the reply; or why there is none."""

    messages: tuple[Message, ...] = ()
    read: str = ""
    options: str = ""  # the labels, or the sentences, that this speaks of
    invented: bool = False  # whether earlier replies stand in it that a model would have given
    problem: str = ""


def items(inventory: Inventory, elicitation: Elicitation) -> list[str]:
    """Ids of what is asked of `inventory` by `elicitation`: its items, or each action where these are confirmed."""
    try:
        return [item.id for item in as_asked(inventory, elicitation).items]
    except DefinitionError:  # it cannot be asked in this way; `prompt` says why
        return [item.id for item in inventory.items]


def levels(inventory: Inventory, elicitation: Elicitation, languages: list[str]) -> dict[str, list[str]]:
    """Every factor of a form that changes what is printed here -> its levels, the default one first."""
    hints = get_type_hints(Form)
    found = {name: [str(each) for each in get_args(hints[name])] for name in FACTORS if get_args(hints[name])}
    found["wording"] = list(WORDINGS)
    found["items_per_prompt"] = [str(each) for each in range(1, MOST_PER_PROMPT + 1)]
    found["language"] = languages
    scenarios = inventory.kind == "action"
    needless = {"items_per_prompt"} if scenarios else {"situation"}
    if elicitation != "choice":
        found["options"].remove("swapped")
        found["wording"] = [name for name in found["wording"] if not WORDINGS[name].labels]
    if elicitation == "likelihood":
        needless |= {"labels", "options", "binding", "items_per_prompt", "format", "items"}
    return {name: found[name] for name in FACTORS if name in found and name not in needless and len(found[name]) > 1}


def form_of(chosen: dict[str, str]) -> Form:
    """The form that was chosen, factor by factor; what was not chosen is as usual."""
    levels: dict[str, Any] = dict(chosen)
    if "items_per_prompt" in levels:
        levels["items_per_prompt"] = int(levels["items_per_prompt"])
    return Form(**levels)


def persona_sets() -> list[str]:
    """Names of the persona sets, the bare model's first."""
    return ["none", *(name for name in persona_set_ids() if name != "none")]


def personas(name: str) -> dict[str, Persona]:
    """The personas of a set by id."""
    return {each.id: each for each in load_persona_set(name).personas}


def prompt(
    inventory: Inventory, form: Form, elicitation: Elicitation, persona: Persona, item: str, *, seed: int = SEED, draw: int = 1
) -> Printed:  # fmt: skip
    """The prompt in which `item` would be asked; `seed` and `draw` (number of the repeat) matter to shuffled orders alone."""
    try:
        found, conversation = _prompt(inventory, form, elicitation, persona, item, seed, draw)
    except DefinitionError as mistake:
        return Printed(problem=str(mistake))
    if found is None:
        return Printed(problem=f"{item} is not asked in this form.")
    read, options = _read(found, elicitation)
    said = any(each.role == "assistant" for each in found.messages)
    return Printed(found.messages, read, options, conversation and said)


def _prompt(
    inventory: Inventory, form: Form, elicitation: Elicitation, persona: Persona, item: str, seed: int, draw: int
) -> tuple[Prompt | None, bool]:
    check_form(form, {}, elicitation, PLACE)
    check_printable(inventory, Ask(elicitation=elicitation, form=form), form, PLACE)
    check_persona(persona, form, PLACE)
    shown = as_asked(in_language(inventory, form.language), elicitation, form.situation)
    planned = sitting(
        shown,
        shown.fingerprint(),
        form,
        seed=seed,
        model=MODEL,
        model_identity=MODEL,
        persona=persona.id,
        persona_text=persona.text,
        elicitation=elicitation,
        reply="text" if form.format == "structured" else "labels",
        replicate=draw,
        wording_version=wording(form.wording).version,
    )
    # of independent conversations the one with the item; a conversation that goes on has all that stands before it, too
    wanted = [
        each for each in planned.conversations if any(trial.item == item for step in each for trial in step.trials)
    ]
    interview = Interview(msgspec.structs.replace(planned, conversations=tuple(wanted)), shown, persona)
    for each in prompts_of(interview):
        if any(asked.item == item for asked in each.about.items):
            return each, form.memory == "continued"
    return None, False


def _read(found: Prompt, elicitation: Elicitation) -> tuple[str, str]:
    """What is read from the reply, in words, and the labels or texts that this speaks of."""
    labels = ", ".join(found.labels)
    if found.want == "likelihood":
        return (
            "No reply is written. The log-probability of each of these, as the next words, is read:",
            "\n".join(found.continuations),
        )
    if found.want == "labels":
        return (
            "Where the model tells the probabilities of its next words, those of these labels are read; else the reply is read as a text:",
            labels,
        )
    schema = " that keeps to a JSON schema" if found.schema else ""
    return f"The reply is read as a text{schema}, with these labels:", labels
