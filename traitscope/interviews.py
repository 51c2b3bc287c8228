"""What follows from a study: every sitting with all that is needed to hold it, and what no model can serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from inventories.administer import Interview
from inventories.definitions import Inventory
from inventories.forms import Elicitation, Form, ReplyFormat, labels_for, sitting, sitting_id
from inventories.loading import in_language
from inventories.persona_sets import Persona
from inventories.reading import allowed
from inventories.responder import Abilities
from inventories.scenarios import as_asked
from inventories.wording import wording
from traitscope.study import Study, asked_inventories, asked_items
from traitscope.study_file import Ask, Model, StudyError


class Seat(msgspec.Struct, frozen=True):
    """A sitting that is planned, before its trials are worked out: a large plan is counted and sampled without them."""

    asked: Inventory  # as it is printed
    fingerprint: str
    form: Form
    persona: Persona
    responder: Model
    able: Abilities
    ask: Ask
    reply: ReplyFormat
    replicate: int
    seed: int

    @property
    def model(self) -> str:
        return self.responder.name

    @property
    def inventory(self) -> str:
        return self.asked.id

    @property
    def elicitation(self) -> Elicitation:
        return self.ask.elicitation

    @property
    def id(self) -> str:
        """The id that its sitting has."""
        return sitting_id(
            self.fingerprint, self.form, self.seed, self.responder.identity(), self.persona.text, self.elicitation,
            self.reply, self.replicate, self.ask.steps,
        )  # fmt: skip

    def interview(self) -> Interview:
        """The sitting with its trials and all that is needed to hold it."""
        planned = sitting(
            self.asked,
            self.fingerprint,
            self.form,
            seed=self.seed,
            model=self.model,
            model_identity=self.responder.identity(),
            persona=self.persona.id,
            persona_text=self.persona.text,
            elicitation=self.elicitation,
            reply=self.reply,
            replicate=self.replicate,
            wording_version=wording(self.form.wording).version,
            extras=self.ask.steps,
        )
        model = self.responder
        return Interview(planned, self.asked, self.persona, self.able.system, model.temperature, model.max_tokens)


def interviews(
    study: Study, abilities: Mapping[str, Abilities], models: Sequence[Model] | None = None
) -> Iterator[Interview]:
    """Every sitting of the study, or of some of its models; prompts with a common beginning next to each other.

    Raises StudyError when a model cannot serve what is asked of it.
    """
    return (each.interview() for each in seats(study, abilities, models))


def seats(study: Study, abilities: Mapping[str, Abilities], models: Sequence[Model] | None = None) -> Iterator[Seat]:
    """As `interviews`, before the trials are worked out."""
    layouts = [ask.forms(study.seed) for ask in study.asks]
    asked = [asked_inventories(study, ask) for ask in study.asks]
    printed: dict[tuple[int, str, str, str], tuple[Inventory, str]] = {}
    for number, (forms, ask) in enumerate(zip(layouts, study.asks, strict=True)):
        for inventory in asked[number]:
            for language, situation in {(form.language, form.situation) for form in forms}:
                # first the language, which is checked against the whole inventory
                wanted = asked_items(in_language(inventory, language), ask)
                shown = as_asked(wanted, ask.elicitation, situation)
                printed[number, inventory.id, language, situation] = shown, shown.fingerprint()
    for model in study.models if models is None else models:
        able = _able(study, abilities, model)
        reply_formats: dict[tuple[int, str, Form], ReplyFormat] = {
            (number, each.id, form): _reply(study, ask, able, model, number + 1, form, each)
            for number, ask in enumerate(study.asks)
            for each in asked[number]
            for form in layouts[number]
        }
        for persona in study.personas:
            planned = set[tuple[Any, ...]]()  # asks may have forms in common: what one asks, another does not ask again
            for number, (ask, forms) in enumerate(zip(study.asks, layouts, strict=True)):
                if not _is_asked(ask, persona):
                    continue
                for each in asked[number]:
                    for form in forms:
                        inventory, fingerprint = printed[number, each.id, form.language, form.situation]
                        reply = reply_formats[number, each.id, form]
                        for replicate in range(1, ask.replicates + 1):
                            if len(study.asks) > 1:
                                key = fingerprint, form, ask.elicitation, reply, tuple(ask.steps), replicate
                                if key in planned:
                                    continue
                                planned.add(key)
                            yield Seat(
                                inventory, fingerprint, form, persona, model, able, ask, reply, replicate, study.seed
                            )


def _able(study: Study, abilities: Mapping[str, Abilities], model: Model) -> Abilities:
    """What a model can do; a record's manifest or study file that was changed may not go together."""
    if model.name not in abilities:
        told = f"what {model.name!r} can do is not in the record's manifest.json (abilities)"
        raise StudyError(f"{study.path}: models: {told}; {allowed(abilities, model.name)}")
    return abilities[model.name]


def _is_asked(ask: Ask, persona: Persona) -> bool:
    return ask.personas is None or bool({persona.id, persona.set} & set(ask.personas))


def check_served(study: Study, abilities: Mapping[str, Abilities]) -> None:
    """Raise StudyError when a model cannot serve what is asked of it, with the reason and the alternative."""
    for model in study.models:
        able = _able(study, abilities, model)
        for number, ask in enumerate(study.asks, start=1):
            for inventory in asked_inventories(study, ask):
                for form in ask.forms(study.seed):
                    _reply(study, ask, able, model, number, form, inventory)


def _reply(
    study: Study, ask: Ask, able: Abilities, model: Model, number: int, form: Form, inventory: Inventory
) -> ReplyFormat:
    """How the answer to one form is got: by the probabilities of its labels, or in text."""
    place = f"{study.path}, asks number {number}"
    if ask.elicitation == "likelihood":
        if not able.likelihood:
            raise StudyError(
                f"{place}: {model.name} does not give the log-probability of a text, so likelihood cannot be asked of it; "
                f"use rating, or a model that does: one that runs here (local:...), or vLLM behind server:..."
            )
        return "labels"
    if form.format == "structured":
        if not able.structured:
            raise StudyError(f'{place}: {model.name} does not keep to a JSON schema; use format = "free"')
        if ask.reply == "labels":
            raise StudyError(f'{place}: a structured reply has no label probabilities; use reply = "text"')
        return "text"
    if ask.reply == "labels" and not able.labels:
        raise StudyError(f'{place}: {model.name} does not give label probabilities; use reply = "text"')
    # a free reply that stands beside a structured one is a text as well: the two differ in nothing but their format
    beside = "structured" in ask.vary.get("format", ())
    if ask.reply == "text" or not able.labels or (ask.reply == "auto" and beside):
        return "text"
    labels = labels_of(inventory, form, ask.elicitation) if able.first_token else ()
    if alike := [(one, other) for one in labels for other in labels if other != one and other.startswith(one)]:
        if ask.reply == "labels":
            raise StudyError(
                f"{place}: {model.name} tells the probabilities of the first token alone, and with labels = {form.labels!r} "
                f'{alike[0][0]!r} begins {alike[0][1]!r}; use reply = "text", or labels = "upper"'
            )
        return "text"
    return "labels"


def labels_of(inventory: Inventory, form: Form, elicitation: Elicitation) -> tuple[str, ...]:
    """Every label that a form of an inventory is printed with, once."""
    fixed = wording(form.wording).labels
    kind = fixed or form.labels
    shown = as_asked(inventory, elicitation, form.situation)
    return tuple(dict.fromkeys(label for item in shown.items for label in labels_for(kind, shown.options_of(item))))


def summary(study: Study, abilities: Mapping[str, Abilities]) -> dict[str, Any]:
    """Counts of what the study asks: personas, sittings, trials and calls, by model and elicitation.

    Neither model nor persona changes how many trials and calls a sitting has: those of each form are counted once.
    """
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    shapes: dict[tuple[Any, ...], tuple[int, int]] = {}
    for each in seats(study, abilities):
        key = (each.model, each.elicitation, each.inventory)
        row = rows.setdefault(
            key, {"model": key[0], "elicitation": key[1], "inventory": key[2], "sittings": 0, "trials": 0, "calls": 0}
        )
        # a block ends where the options change, so only there the order of the items makes a difference
        order = each.replicate if each.form.items == "shuffled" and each.form.items_per_prompt > 1 else 0
        shape = id(each.ask), each.fingerprint, each.form, order
        if shape not in shapes:
            interview = each.interview()
            shapes[shape] = trials_of(interview), sum(map(len, interview.sitting.conversations))
        trials, calls = shapes[shape]
        row["sittings"] += 1
        row["trials"] += trials
        row["calls"] += calls
    return {
        "study": study.name,
        "title": study.title,
        "seed": study.seed,
        "personas": len(study.personas),
        "calls": sum(row["calls"] for row in rows.values()),
        "trials": sum(row["trials"] for row in rows.values()),
        "parts": list(rows.values()),
    }


def trials_of(interview: Interview) -> int:
    """How many trials an interview has."""
    return sum(len(step.trials) for conversation in interview.sitting.conversations for step in conversation)
