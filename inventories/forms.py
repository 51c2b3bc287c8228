"""How an inventory is printed: forms, sittings, steps and trials, with every permutation and every id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args, get_type_hints

import msgspec

from inventories.definitions import Inventory, Item, Option
from inventories.ids import digest, shuffled
from inventories.reading import DefinitionError, allowed

TASK_TOKENS = 1024  # that a text may have unless a study says otherwise
LAYOUT = 1  # version of the order in which the parts of a prompt stand; see wording.py

Labels = Literal["arabic", "upper", "lower", "roman_upper", "roman_lower"]
Elicitation = Literal["rating", "choice", "likelihood", "confirmation"]
ReplyFormat = Literal["labels", "text"]


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way of printing an inventory. Two forms differ only in what should not matter."""

    wording: str = "plain"  # id in wording.py
    labels: Labels = "arabic"
    options: Literal["printed", "reversed", "shuffled", "swapped"] = "printed"  # swapped: each pair of neighbours
    binding: Literal["position", "content"] = "position"  # do labels stay in place, or move with the text?
    items: Literal["printed", "shuffled"] = "printed"
    items_per_prompt: int = 1
    memory: Literal["fresh", "continued"] = "fresh"  # each item alone, or one conversation
    persona_place: Literal["system", "user"] = "system"
    language: str = "en"
    situation: Literal["original", "paraphrased"] = "original"  # of a scenario
    format: Literal["free", "structured"] = "free"  # structured: a JSON object that the provider holds to a schema

    def differences(self) -> dict[str, Any]:
        """The factors in which this form is not the default one; what ids are made of."""
        # a factor added later gets a default that changes no id
        default = Form()
        return {name: getattr(self, name) for name in FACTORS if getattr(self, name) != getattr(default, name)}

    def name(self) -> str:
        """A short name for tables: "options=reversed, labels=upper", or "standard"."""
        return ", ".join(f"{key}={value}" for key, value in self.differences().items()) or "standard"


FACTORS: tuple[str, ...] = Form.__struct_fields__

# What a person can see of a form when no options are printed.
SEEN_BY_LIKELIHOOD = ("wording", "persona_place", "language", "situation")


class Trial(msgspec.Struct, frozen=True):
    """One item shown in one sitting: the unit that is planned and resumed."""

    id: str
    item: str = ""  # "" for a task
    line: int = 0  # place in a block of items that share a prompt
    shown: tuple[int, ...] = ()  # printed order, as indices into the inventory's own order of options


class Step(msgspec.Struct, frozen=True):
    """One exchange: a block of items, a task, a follow-up on the item before it, or items asked once more."""

    kind: Literal["item", "task", "follow_up", "again"]
    trials: tuple[Trial, ...]
    text: str = ""  # of a task or a follow-up
    max_tokens: int = 0  # of a task


class Sitting(msgspec.Struct, frozen=True):
    """One person fills in one form once, by one elicitation.

    `conversations` are independent of one another; the steps of one build on each other.
    """

    id: str
    model: str
    persona: str  # the persona's id; its text is in the digest, not here
    inventory: str
    form: Form
    elicitation: Elicitation
    reply: ReplyFormat
    replicate: int
    conversations: tuple[tuple[Step, ...], ...]


class Extra(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A task before or after the items, a follow-up on every item, or all items once more after what stands before."""

    kind: Literal["task", "follow_up", "again"]
    text: str = ""
    place: Literal["before", "after"] = "before"
    max_tokens: int = TASK_TOKENS  # of the text that a task asks for

    def told(self) -> list[Any]:
        """What of it is part of a sitting's id; a field that came later changes none where it has its default."""
        return [self.kind, self.text, self.place, *([self.max_tokens] if self.max_tokens != TASK_TOKENS else [])]


def sitting(
    inventory: Inventory,
    fingerprint: str,
    form: Form,
    *,
    seed: int,
    model: str,
    model_identity: object,
    persona: str,
    persona_text: str,
    elicitation: Elicitation,
    reply: ReplyFormat,
    replicate: int = 1,
    wording_version: int = 1,
    extras: Sequence[Extra] = (),
) -> Sitting:
    """Plan one sitting: which item stands where, with its options in which order.

    Item order is keyed by (seed, inventory, replicate) and option order by (seed, inventory, replicate, item):
    neither model nor persona nor anything else of the form, so order is a crossed factor. `fingerprint` is the
    inventory's, which the caller works out once for many sittings.
    """
    base = sitting_id(fingerprint, form, seed, model_identity, persona_text, elicitation, reply, replicate, extras)

    def trial(item: Item, line: int, kind: str = "item", number: int = 0) -> Trial:
        order = option_order(inventory, item, form, seed, replicate) if elicitation != "likelihood" else ()
        return Trial(digest("trial", base, kind, number, item.id, order, wording_version), item.id, line, order)

    def said(extra: Extra, number: int) -> list[Step]:
        if extra.kind == "again":
            return [
                Step("again", tuple(trial(item, line, "again", number) for line, item in enumerate(block)))
                for block in printed
            ]
        written = Trial(digest("trial", base, "task", number, extra.text))
        return [Step("task", (written,), extra.text, extra.max_tokens)]

    printed = list(_blocks(inventory, form, seed, replicate))
    ups = [(n, each) for n, each in enumerate(extras) if each.kind == "follow_up"]
    before = [
        step
        for n, each in enumerate(extras)
        if each.kind == "task" and each.place == "before"
        for step in said(each, n)
    ]
    after = [
        step
        for n, each in enumerate(extras)
        if each.kind == "again" or (each.kind == "task" and each.place == "after")
        for step in said(each, n)
    ]
    blocks: list[tuple[Step, ...]] = []
    for block in printed:
        asked = Step("item", tuple(trial(item, line) for line, item in enumerate(block)))
        again = [
            Step(
                "follow_up", tuple(trial(item, line, "follow_up", number) for line, item in enumerate(block)), each.text
            )
            for number, each in ups
        ]
        blocks.append((asked, *again))
    if form.memory == "continued":
        conversations: tuple[tuple[Step, ...], ...] = (
            (*before, *(step for steps in blocks for step in steps), *after),
        )
    elif before or after:
        raise DefinitionError(
            'a task, or items once more, belong to one conversation: the form needs memory = "continued"'
        )
    else:
        conversations = tuple(blocks)
    return Sitting(base, model, persona, inventory.id, form, elicitation, reply, replicate, conversations)


def sitting_id(
    fingerprint: str, form: Form, seed: int, model_identity: object, persona_text: str, elicitation: Elicitation,
    reply: ReplyFormat, replicate: int, extras: Sequence[Extra],
) -> str:  # fmt: skip
    """The id of a sitting: it names all that the model sees, but for the order that follows from it."""
    told = [extra.told() for extra in extras]
    return digest(
        "sitting", seed, model_identity, persona_text, fingerprint, form.differences(), elicitation, reply,
        LAYOUT, replicate, told,
    )  # fmt: skip


def _blocks(inventory: Inventory, form: Form, seed: int, replicate: int) -> Iterator[list[Item]]:
    items = {item.id: item for item in inventory.items}
    ids = tuple(items)
    if form.items == "shuffled":
        ids = shuffled(ids, seed, inventory.id, "items", replicate)
    ordered = [items[each] for each in ids]
    start = 0
    while start < len(ordered):
        first = ordered[start]
        size = 1
        # a block has one list of options: it ends where the options change
        while (
            size < form.items_per_prompt
            and start + size < len(ordered)
            and inventory.options_of(ordered[start + size]) == inventory.options_of(first)
        ):
            size += 1
        yield ordered[start : start + size]
        start += size


def option_order(inventory: Inventory, item: Item, form: Form, seed: int, replicate: int) -> tuple[int, ...]:
    """Indices of the item's options in printed order. The items of one block share the order of the first."""
    places = tuple(range(len(inventory.options_of(item))))
    if form.options == "reversed":
        return places[::-1]
    if form.options == "swapped":
        return tuple(min(place ^ 1, places[-1]) for place in places)
    if form.options == "shuffled":
        key = item.id if form.items_per_prompt == 1 else "block"
        return tuple(int(each) for each in shuffled(map(str, places), seed, inventory.id, "options", replicate, key))
    return places


_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
MOST_OPTIONS = len(_ROMAN)


def labels_for(kind: Labels, options: Sequence[Option]) -> tuple[str, ...]:
    """One label an option, in the inventory's own order. Arabic labels are the values where these just count up."""
    if len(options) > MOST_OPTIONS:
        raise DefinitionError(f"{len(options)} options are more than the {MOST_OPTIONS} that can be labelled")
    if kind == "arabic":
        values = [option.value for option in options]
        counts_up = values == list(range(values[0], values[0] + len(values)))
        return tuple(map(str, values if counts_up else range(1, len(values) + 1)))
    letters = _ROMAN if kind.startswith("roman") else tuple("ABCDEFGHIJKL")
    return tuple(each.lower() if kind.endswith("lower") else each for each in letters[: len(options)])


def printed_labels(form: Form, options: Sequence[Option], shown: Sequence[int]) -> tuple[str, ...]:
    """The labels in printed order: of the places, or of the options that moved there."""
    labels = labels_for(form.labels, options)
    return labels if form.binding == "position" else tuple(labels[place] for place in shown)


def check_form(form: Form, vary: Mapping[str, Sequence[Any]], elicitation: Elicitation, place: str) -> None:
    """Raise DefinitionError for a factor or level that does not exist, or that this elicitation cannot show."""
    hints = get_type_hints(Form)
    for name, levels in vary.items():
        if name not in FACTORS:
            raise DefinitionError(f"{place}, vary: unknown factor {name!r}; {allowed(FACTORS, name)}")
        choices = get_args(hints[name])
        for level in levels:
            if choices and level not in choices:
                raise DefinitionError(f"{place}, vary.{name}: {level!r} is not a level; {allowed(choices, str(level))}")
            if not choices and not (isinstance(level, hints[name]) and not isinstance(level, bool)):
                raise DefinitionError(f"{place}, vary.{name}: expected {hints[name].__name__}, seen {level!r}")
            if name == "items_per_prompt" and level < 1:
                raise DefinitionError(f"{place}, vary.items_per_prompt: must be 1 or more, not {level}")
        if elicitation == "likelihood" and name not in SEEN_BY_LIKELIHOOD:
            raise DefinitionError(
                f"{place}, vary: likelihood prints no options, so {name!r} changes nothing; "
                f"{allowed(SEEN_BY_LIKELIHOOD)}"
            )
    if form.items_per_prompt < 1:
        raise DefinitionError(f"{place}, form: items_per_prompt must be 1 or more, not {form.items_per_prompt}")
