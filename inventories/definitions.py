"""What is asked: options, items and inventories, as the bank's files give them."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Literal

import msgspec

from inventories.ids import digest
from inventories.reading import DefinitionError, allowed

Use = Literal["free", "non_commercial", "research", "unclear", "unstated"]


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Anything read from a data file: unknown keys are mistakes."""


class Option(Definition, frozen=True):
    """One answer that can be given; `text` may hold {left} and {right} of a bipolar item."""

    value: int
    text: str
    desirability: Annotated[float, msgspec.Meta(ge=1, le=5)] | None = (
        None  # how good it sounds, 1 to 5; never shown ...
    )
    rated_by: str = ""  # ... and who says so, such as "model-assisted"


class Variant(Definition, frozen=True):
    """Another wording in circulation; never printed."""

    text: str
    source: str = ""


class Item(Definition, frozen=True):
    """One question. `scale` absent: asked but not scored. In a scenario `text` is the situation."""

    id: str
    text: str = ""
    question: str = ""  # what is asked about the situation ...
    paraphrase: str = ""  # ... which can be told in other words ...
    paraphrased_question: str = ""  # ... with the same question, unless it has words of its own ...
    twin: str = ""  # ... and the statement that says of oneself what the high options do
    scene: str = ""  # the situation in which a statement is asked; set where a scenario is put as statements
    scale: str | None = None
    facet: str | None = None
    key: int = 1
    left: str = ""  # the poles of a bipolar item, at the lowest and the highest value
    right: str = ""
    options: list[Option] | str | None = None  # its own options, or the name of one of the inventory's option sets
    statement: str = ""  # its own sentence, where the inventory's template would break the grammar
    variants: list[Variant] = []
    catch: list[int] = []  # values that betray an inattentive respondent
    marks: dict[str, str | int | list[str]] = {}  # ids in other collections, number of text sources ...


class Pole(Definition, frozen=True):
    """One end of an axis of a type inventory."""

    letter: str
    name: str


class Scale(Definition, frozen=True):
    """A trait that items count towards; `trait` is the same word in every inventory that measures it."""

    name: str
    trait: str = ""  # "-neuroticism": the scale counts the other way round
    parent: str | None = None  # a facet names its domain
    items: int | None = None  # check figures: how many items, how many of them reversed
    reversed: int | None = None
    high: Pole | None = None
    low: Pole | None = None
    formula: str = ""  # as published, where it is not plainly the sum or mean of the keyed items
    note: str = ""


class OptionSet(Definition, frozen=True):
    """Options that several items share, with the instruction and the sentence that belong to them."""

    options: list[Option]
    instructions: str = ""
    statement: str = ""  # empty: the inventory's


class Terms(Definition, frozen=True):
    """What the rights holder allows, and how that is known."""

    use: Use
    text: str
    evidence: list[str] = []
    attribution: str = ""
    status: str = ""  # the finer word of the source, such as cc_by_nc_sa_4.0
    notice: str = ""  # what the licence wants printed in every copy


class NormValue(Definition, frozen=True):
    """Mean and standard deviation of one scale in one group of people."""

    mean: float
    sd: float | None = None
    n: Annotated[int, msgspec.Meta(ge=1)] | None = None


class Norm(Definition, frozen=True):
    """Figures of a group of people; `verified` false figures are never shown as facts."""

    id: str
    metric: Literal["item_mean", "sum"]
    population: str
    source: str
    verified: bool | Literal["partly"]
    scales: dict[str, NormValue]
    n: Annotated[int, msgspec.Meta(ge=1)] | None = None
    verification: str = ""


class Reliability(Definition, frozen=True):
    """Published or computed coefficients of a group of people."""

    coefficient: str
    population: str
    source: str
    verified: bool | Literal["partly"]
    scales: dict[str, Annotated[float, msgspec.Meta(le=1)]]


class TypeRule(Definition, frozen=True):
    """Above `cut` an axis gets the letter of its high pole, else of its low pole."""

    order: list[str]
    cut: float


class ShortForm(Definition, frozen=True):
    """Some of an inventory's items under a name of their own; a minus before an item id: keyed -1."""

    title: str
    items: dict[str, list[str]]  # scale -> item ids
    verified: bool
    note: str = ""


class KeyOverride(Definition, frozen=True):
    """A translation whose meaning turned round: the key that fits it, and how that is known."""

    item: str
    key: int
    evidence: str


class Translation(Definition, frozen=True):
    """Texts of an inventory in another language; keys and scales come from the inventory itself."""

    overlay_of: str
    language: str
    language_name: str
    options: list[Option]
    items: dict[str, str]
    statement: str = "{Text}."  # with the full stop of that script
    status: Literal["complete", "has_flagged_items", "incomplete"] = "complete"
    untranslated: list[str] = []
    key_overrides: list[KeyOverride] = []
    translators: list[str] = []
    response_labels: str = ""
    errata: list[str] = []
    sources: dict[str, str | list[str]] = {}
    notes: list[str] = []


class Inventory(Definition, frozen=True, dict=True):
    """A set of items with everything that is known about them."""

    title: str
    kind: Literal["cognition", "action"]
    licence: str
    items: list[Item]
    scales: dict[str, str | Scale]
    twin_of: str = ""  # the inventory whose statements have these scenarios as twins: an id, or a path beside this file
    source: str = ""
    abbreviation: str = ""
    construct: str = ""
    language: str = "en"
    language_name: str = "English"
    options: list[Option] = []
    option_sets: dict[str, OptionSet] = {}
    instructions: str = ""
    printed: str = "{Text}"  # how an item is printed ...
    statement: str = "{Text}."  # ... and the sentence whose likelihood is asked; {text} starts with a small letter
    scoring: Literal["mean", "sum"] = "mean"
    missing: str = ""
    types: TypeRule | None = None
    short_forms: dict[str, ShortForm] = {}
    terms: Terms = Terms(use="unstated", text="")
    norms: list[Norm] = []
    reliabilities: list[Reliability] = []
    citations: list[str] = []
    sources: dict[str, str | list[str]] = {}
    errata: list[str] = []
    notes: list[str] = []
    translation: Translation | None = None
    id: str = ""  # set when read: the file's name without .toml, or the name of the short form ...
    file: str = ""  # ... the file's path ...
    short_form_of: str = ""  # ... and the inventory whose items these are

    def scale(self, name: str) -> Scale:
        """The scale `name`; a plain name in the file is a scale whose trait is that name."""
        scale = self.scales[name]
        if isinstance(scale, str):
            return Scale(name=scale, trait=scale.lower())
        return scale if scale.trait else msgspec.structs.replace(scale, trait=scale.name.lower())

    def keys(self, scale: str) -> dict[str, int]:
        """Item id -> +1 or -1 of the items that count towards `scale`, a domain or a facet."""
        return {item.id: item.key for item in self.items if scale in (item.scale, item.facet)}

    @cached_property
    def _items(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    @cached_property
    def one_set(self) -> bool:
        """Whether all items have the same options; looked at once, for every prompt asks it."""
        only = self.items[0]
        if all(item.options == only.options for item in self.items):
            return True
        first = self.options_of(only)
        return all(self.options_of(item) == first for item in self.items)

    def item(self, name: str) -> Item:
        if name not in self._items:
            raise DefinitionError(f"{self.file}: no item {name!r}; {allowed(self._items, name)}")
        return self._items[name]

    def options_of(self, item: Item) -> tuple[Option, ...]:
        """The options of `item` in the instrument's own order, the poles filled in."""
        if isinstance(item.options, list):
            options = item.options
        elif isinstance(item.options, str):
            options = self.option_sets[item.options].options
        else:
            options = self.options
        if not item.left:
            return tuple(options)
        return tuple(
            # not str.format: a user's own text may hold other braces
            Option(each.value, each.text.replace("{left}", item.left).replace("{right}", item.right))
            for each in options
        )

    def instructions_of(self, item: Item) -> str:
        return self.option_sets[item.options].instructions if isinstance(item.options, str) else self.instructions

    def range_of(self, item: Item) -> tuple[int, int]:
        """Lowest and highest value that `item` can get."""
        values = [option.value for option in self.options_of(item)]
        return min(values), max(values)

    def printed_text(self, item: Item) -> str:
        """What stands on the page for `item`, without its options."""
        if item.left:
            return f"{item.left} ... {item.right}"
        return " ".join(filter(None, [_fill(self.printed, item.text), item.question]))

    def is_scenario(self, item: Item) -> bool:
        """Whether `item` offers actions to choose from."""
        return self.kind == "action" and isinstance(item.options, list)

    def statements(self, item: Item) -> tuple[str, ...]:
        """What likelihood is asked of: a sentence, the right and the left pole of a bipolar item, or a scenario's options."""
        if self.is_scenario(item):
            return tuple(option.text for option in self.options_of(item))
        if item.statement:
            return (item.statement,)
        own = self.option_sets[item.options].statement if isinstance(item.options, str) else ""
        texts = (item.right, item.left) if item.left else (item.text,)
        return tuple(_fill(own or self.statement, text) for text in texts)

    def fingerprint(self) -> str:
        """Names all that a model could be shown of this inventory; keys, norms and titles are not in it."""
        shown = [
            (item.id, item.text, item.left, item.right, [{"value": each.value, "text": each.text} for each in self.options_of(item)],
             self.statements(item), *filter(None, [item.question, item.scene]))
            for item in self.items
        ]  # fmt: skip
        sets = {name: each.instructions for name, each in self.option_sets.items()}
        return digest(shown, self.printed, self.instructions, sets)


_STOPS = (".", "!", "?", "。", "।", "؟", "۔", "։")
_QUOTES = "'\"’”»"  # a sentence may end inside them: ... 'just right.'
_BRACES = re.compile(r"\{(text|Text)\}")


def _fill(template: str, text: str) -> str:
    """`template` with {Text} as it stands and {text} starting small; no second full stop at the end."""
    keeps = re.match(r"I\b|[A-Z]{2}", text) is not None
    small = text if keeps else text[:1].lower() + text[1:]
    if template.endswith(_STOPS) and template[:-1].endswith("}") and text.rstrip(_QUOTES).endswith(_STOPS):
        template = template[:-1]
    return _BRACES.sub(lambda match: small if match[1] == "text" else text, template)
