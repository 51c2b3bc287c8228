"""The interview: what a sitting asks next, and what its replies say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from statistics import fmean

import msgspec

from inventories import wording
from inventories.answers import Answer, Outcome, PrintedOption, read_block, read_place
from inventories.definitions import Inventory, Item
from inventories.forms import Sitting, Step, Trial
from inventories.ids import digest
from inventories.persona_sets import Persona
from inventories.responder import About, Likelihood, Message, Prompt, Reply, Shown

ITEMS = ("item", "again")  # steps that print items
NEAR_TIE = 1e-4  # nats; two best labels closer than this may change places with the packing of a batch


class Reading(msgspec.Struct, frozen=True):
    """What one reply says about one trial: the answer with its outcome, or a likelihood."""

    trial: str
    outcome: Outcome
    chosen: int | None = None  # value of the option that was chosen, or is most probable
    position: int | None = None  # its place on the page, from 0
    expected: float | None = None  # mean value under the label probabilities
    label_mass: float | None = None  # probability that any label was said at all
    likelihood: float | None = None  # nats per token; of a bipolar item right minus left, of a scenario high minus low
    near_tie: bool = False


class Interview(msgspec.Struct, frozen=True):
    """A sitting with all that is needed to hold it."""

    sitting: Sitting
    inventory: Inventory  # in the form's language
    persona: Persona
    has_system: bool = True
    temperature: float = 0.0
    max_tokens: int = 32


def next_prompts(interview: Interview, replies: Mapping[str, Reply]) -> Iterator[tuple[Step, Prompt]]:
    """The next question of every conversation that still waits for one; see `next_prompt`."""
    for place in range(len(interview.sitting.conversations)):
        if found := next_prompt(interview, place, replies):
            yield found


def next_prompt(interview: Interview, place: int, replies: Mapping[str, Reply]) -> tuple[Step, Prompt] | None:
    """The next question of the conversation number `place`, or None when it is complete.

    `replies` holds the good replies so far by prompt id, which is the id of the step's first trial.
    """
    opening, lead = wording.opening(interview.sitting.form, interview.persona.text, interview.has_system)
    messages = list(opening)
    seen_items = False
    for number, step in enumerate(interview.sitting.conversations[place]):
        # after a task in between, what the items ask for is said anew
        seen_items = seen_items and step.kind != "task"
        words = _words(interview, step, first=not seen_items)
        messages.append(Message("user", (lead if number == 0 else "") + words))
        seen_items = seen_items or step.kind in ITEMS
        reply = replies.get(step.trials[0].id)
        if reply is None:
            goes_on = number + 1 < len(interview.sitting.conversations[place])
            so_far = interview.sitting.conversations[place][: number + 1]
            return step, msgspec.structs.replace(_prompt(interview, step, tuple(messages), so_far), goes_on=goes_on)
        messages.append(Message("assistant", _said(interview, step, reply)))
    return None


def read(interview: Interview, step: Step, reply: Reply) -> list[Reading]:
    """Every trial of `step` gets one reading with one named outcome; a task gets none."""
    if step.kind == "task" or reply.error is not None:
        return []
    if reply.likelihoods is not None:
        item = interview.inventory.item(step.trials[0].item)
        return [
            Reading(step.trials[0].id, "answered", likelihood=contrast(interview.inventory, item, reply.likelihoods))
        ]
    printed = _printed(interview, step.trials[0])
    if reply.label_logprobs is not None:
        return [read_labels(step.trials[0].id, printed, reply.label_logprobs)]
    return read_texts([(trial.id, trial.item) for trial in step.trials], printed, reply.text)


def contrast(inventory: Inventory, item: Item, said: Sequence[Likelihood]) -> float:
    """Nats per token of a statement; of the right pole less the left one; of the high actions less the low ones."""
    means = [each.total / each.tokens if each.tokens else math.nan for each in said]
    if not inventory.is_scenario(item):
        return means[0] - means[1] if len(means) == 2 else means[0]
    low, high = inventory.range_of(item)
    sides = {
        end: [mean for mean, option in zip(means, inventory.options_of(item), strict=True) if option.value == end]
        for end in (low, high)
    }
    return fmean(sides[high]) - fmean(sides[low])


def read_labels(trial: str, printed: Sequence[PrintedOption], logprobs: Sequence[float]) -> Reading:
    """The most probable option, with the expected value and the mass on all labels."""
    chances = [math.exp(each) for each in logprobs]
    mass = math.fsum(chances)
    if not mass > 0:
        return Reading(trial, "unreadable", label_mass=0.0)
    best, second = sorted(range(len(logprobs)), key=lambda place: (-logprobs[place], place))[:2]
    expected = math.fsum(chance * option.value for chance, option in zip(chances, printed, strict=True)) / mass
    return Reading(
        trial, "answered", chosen=printed[best].value, position=best, expected=expected, label_mass=min(mass, 1.0),
        near_tie=logprobs[best] - logprobs[second] < NEAR_TIE,
    )  # fmt: skip


def read_texts(trials: Sequence[tuple[str, str]], printed: Sequence[PrintedOption], text: str | None) -> list[Reading]:
    """A generated reply, for one trial or a block of (trial, item)."""
    if len(trials) == 1:
        found = read_place(text, printed)
        if isinstance(found, int):
            return [Reading(trials[0][0], "answered", chosen=printed[found].value, position=found)]
        return [Reading(trials[0][0], found)]
    answers = read_block(text, printed, [item for _, item in trials])
    return [_reading(trial, answers[item], printed) for trial, item in trials]


def _reading(trial: str, answer: Answer, printed: Sequence[PrintedOption]) -> Reading:
    places = [place for place, option in enumerate(printed) if option.value == answer.value]
    return Reading(trial, answer.outcome, chosen=answer.value, position=places[0] if len(places) == 1 else None)


def _words(interview: Interview, step: Step, first: bool) -> str:
    if interview.sitting.elicitation == "likelihood" and step.kind == "item":
        inventory = interview.inventory
        words = wording.open_question(inventory, inventory.item(step.trials[0].item), interview.sitting.form)
    else:
        words = wording.question(interview.inventory, interview.sitting, step, first)
    about = wording.wording(interview.sitting.form.wording).about and step.kind in ITEMS
    return words.replace(wording.PERSONA, interview.persona.text) if about else words


def _printed(interview: Interview, trial: Trial) -> tuple[PrintedOption, ...]:
    item = interview.inventory.item(trial.item)
    return wording.printed_options(interview.inventory, item, interview.sitting.form, trial.shown)


def _said(interview: Interview, step: Step, reply: Reply) -> str:
    """The assistant's turn in a conversation that goes on."""
    if reply.label_logprobs is not None:
        place = max(range(len(reply.label_logprobs)), key=reply.label_logprobs.__getitem__)
        return wording.label_said(interview.inventory, interview.sitting.form, step.trials[0], place)
    if reply.likelihoods is not None:
        return interview.inventory.statements(interview.inventory.item(step.trials[0].item))[0]
    return reply.text or ""


def _follow_ups(steps: Sequence[Step]) -> int:
    """How many follow-ups on the same items the last of `steps` ends."""
    return sum(1 for _ in takewhile(lambda step: step.kind == "follow_up", reversed(steps)))


def _times_before(steps: Sequence[Step]) -> int:
    """How often the items of the last of `steps` were asked before it; follow-ups do not ask them anew."""
    items = [trial.item for trial in steps[-1].trials]
    return sum(step.kind in ITEMS and [trial.item for trial in step.trials] == items for step in steps[:-1])


def _prompt(interview: Interview, step: Step, messages: tuple[Message, ...], so_far: Sequence[Step]) -> Prompt:
    sitting, first = interview.sitting, step.trials[0]
    about = About(
        persona=interview.persona.id,
        assigned=interview.persona.assigned,
        items=tuple(_shown(interview, trial) for trial in step.trials) if step.kind != "task" else (),
        replicate=sitting.replicate,
        form=sitting.form.name(),
        again=_times_before(so_far) if step.kind == "again" else 0,
        challenge=_follow_ups(so_far),
    )
    seed = int(digest("draw", first.id)[:8], 16)
    if step.kind == "task":
        return Prompt(
            first.id, messages, "text", max_tokens=step.max_tokens, temperature=interview.temperature, seed=seed,
            about=about,
        )  # fmt: skip
    if sitting.elicitation == "likelihood":
        said = interview.inventory.statements(interview.inventory.item(first.item))
        return Prompt(first.id, messages, "likelihood", continuations=said, about=about)
    printed = _printed(interview, first)
    labels = tuple(option.label for option in printed)
    if sitting.reply == "labels" and len(step.trials) == 1:
        return Prompt(first.id, messages, "labels", labels=labels, about=about)
    schema = wording.schema(printed, len(step.trials)) if sitting.form.format == "structured" else ""
    return Prompt(
        first.id, messages, "text", labels=labels, schema=schema, max_tokens=interview.max_tokens * len(step.trials),
        temperature=interview.temperature, seed=seed, about=about,
    )  # fmt: skip


def _shown(interview: Interview, trial: Trial) -> Shown:
    inventory = interview.inventory
    item = inventory.item(trial.item)
    trait, key = trait_of(inventory, item)
    options = inventory.options_of(item)
    # actions whose likelihood is asked are all there is to be said; nothing is printed
    order = trial.shown or (range(len(options)) if inventory.is_scenario(item) else ())
    values = tuple(options[place].value for place in order)
    return Shown(item.id, trait, key, values, twin=item.twin, kind=inventory.kind)


def trait_of(inventory: Inventory, item: Item) -> tuple[str, int]:
    """The trait an item counts towards and the direction, with a scale's own reversal resolved."""
    if item.scale is None:
        return "", item.key
    trait = inventory.scale(item.scale).trait
    return (trait[1:], -item.key) if trait.startswith("-") else (trait, item.key)
