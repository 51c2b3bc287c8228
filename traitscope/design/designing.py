"""The parts of a study as a form shows them, and back: what the form does not show stays as it stands in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from inventories.definitions import Inventory
from inventories.forms import FACTORS, SEEN_BY_LIKELIHOOD, Elicitation, Form
from inventories.loading import in_language, inventory_ids, short_form_ids, translation_languages
from inventories.persona_sets import load_persona_set, persona_set_ids
from inventories.reading import DefinitionError
from inventories.wording import TEMPLATES, WORDINGS
from traitscope.bank import inventory_at
from traitscope.design.design_file import own_file
from traitscope.listing import USES
from traitscope.overview import counted
from traitscope.responders.simulated import KINDS
from traitscope.study_file import Ask, Model, People, StudyFile

MODELS = ["simulated:person", "local:smollm2-135m", *(f"simulated:{name}" for name in KINDS if name != "person")]
ELICITATIONS: tuple[Elicitation, ...] = get_args(Elicitation)
FACTORS_TOLD = {
    "wording": "Of the instruction.",
    "labels": "Of the options.",
    "binding": "Labels stay in place (position) or move with their option (content).",
    "memory": "Each item alone (fresh) or one conversation (continued).",
    "persona_place": "In the system's message or the user's.",
    "language": "Of items and options.",
}
ELICITATIONS_TOLD = (
    "rating: how well a statement, or an action, fits; choice: one action of a scenario; likelihood: how likely the text itself "
    "is; confirmation: yes or no to each action of a scenario."
)
BLOCKS = (1, 2, 5, 10, 20)  # items in one prompt that are offered


class DesignError(ValueError):
    """What is typed into the form cannot be read; the message is one line."""


def models(base: StudyFile, edited: Sequence[Model]) -> list[str | Model]:
    """The models as a study file writes them: one that is as usual by its name alone, one that is as before as it was."""
    return _in_order(base.models, [_short(each, Model(each.name)) for each in edited], lambda each: Model(each))


def personas(base: StudyFile, sets: Iterable[People], own: Iterable[People], home: Path) -> list[str | People]:
    """Persona sets, and personas of the study's own, in the order of the file; new ones come last."""
    edited: list[People] = []
    for each in sets:
        # a path counts from the file's folder, and must stay right in another one
        full = {
            field: str(home / Path(name).expanduser()) if name.endswith(".toml") else name
            for field, name in (("set", each.set), ("times", each.times))
        }
        edited.append(msgspec.structs.replace(each, **full))
    edited += own
    return _in_order(
        base.personas, [_short(each, People(set=each.set)) for each in edited], lambda name: People(set=name)
    )


def _short(full: Any, usual: Any) -> Any:
    """The name alone, where all else is what it is by default."""
    if full != usual:
        return full
    return usual.name if isinstance(usual, Model) else usual.set


def _in_order(before: Sequence[Any], edited: Sequence[Any], full: Callable[[str], Any]) -> list[Any]:
    """`edited` in the order of `before`; what means the same as before is written as it was."""

    def spelt(entry: Any) -> Any:
        return full(entry) if isinstance(entry, str) else entry

    def key(entry: Any) -> tuple[str, str]:
        whole = spelt(entry)
        return ("", whole.name) if isinstance(whole, Model) else (whole.set, whole.id)

    places = {key(each): place for place, each in reversed(list(enumerate(before)))}
    sorted_ = sorted(edited, key=lambda each: places.get(key(each), len(before)))
    written = {place: before[place] for place in places.values()}
    return [
        written[places[key(each)]] if key(each) in places and spelt(written[places[key(each)]]) == spelt(each) else each
        for each in sorted_
    ]


def sets_of(file: StudyFile) -> dict[str, People]:
    """The persona sets of a study by name or path, each with its fraction."""
    entries = (People(set=each) if isinstance(each, str) else each for each in file.personas)
    return {each.set: each for each in entries if each.set}


def own_of(file: StudyFile) -> list[People]:
    """The personas that stand in the study file itself."""
    return [each for each in file.personas if isinstance(each, People) and not each.set]


@cache
def persona_set(name: str) -> dict[str, Any]:
    """What a form must know of a persona set: told, fractions, drawn (whether its size can be chosen), traits.

    All empty for a file of the user's own: what is wrong with it is told of the whole study.
    """
    if name not in persona_set_ids():
        return {"told": "", "fractions": [], "drawn": False, "traits": []}
    found = load_persona_set(name)
    try:
        load_persona_set(name, n=1)
        drawn = True
    except DefinitionError:
        drawn = False
    traits = sorted({trait for persona in found.personas for trait in persona.assigned})
    told = f"{name}: {counted(len(found.personas), 'persona')}. {found.title}. {found.licence}"
    return {"told": told, "fractions": list(found.fractions), "drawn": drawn, "traits": traits}


def persona_sets() -> list[str]:
    """The sets that come with the program, the bare model first."""
    return sorted(persona_set_ids(), key=lambda name: (name != "none", name))


def levels_told(assigned: Mapping[str, float]) -> str:
    """Assigned levels as they are typed: "extraversion = 1, neuroticism = -1"."""
    return ", ".join(f"{trait} = {level:g}" for trait, level in assigned.items())


def levels_read(told: str, place: str) -> dict[str, float]:
    """Assigned levels from what was typed; DesignError where a part says no level."""
    found: dict[str, float] = {}
    for part in filter(None, (each.strip() for each in told.split(","))):
        trait, _, level = (each.strip() for each in part.partition("="))
        try:
            found[trait] = float(level)
        except ValueError:
            raise DesignError(f"{place}, assigned: {part!r} is no level; say it as: extraversion = 1") from None
    return found


@cache
def bank() -> list[str]:
    """Ids of the inventories that come with the program, short forms included."""
    return [*inventory_ids(), *short_form_ids()]


def inventories(file: StudyFile, home: Path) -> list[Inventory]:
    """The inventories of the study that can be read."""
    found = []
    for name in file.inventories:
        try:
            found.append(inventory_at(str(own_file(name, home) or name)))
        except DefinitionError:  # told of the whole study
            continue
    return found


def inventory_told(inventory: Inventory) -> str:
    """Size, kind and terms of an inventory in one line."""
    kind = {"cognition": "statements about oneself", "action": "scenarios"}[inventory.kind]
    terms = f"{inventory.licence} - {USES[inventory.terms.use]}. {inventory.terms.text}".strip()
    return f"{inventory.id}: {inventory.title}. {counted(len(inventory.items), 'item')}, {kind}. Licence: {terms}"


def to_accept(file: StudyFile, found: Iterable[Inventory]) -> dict[str, str]:
    """What must be accepted before it is used -> why: inventories of unclear terms, and incomplete translations."""
    told: dict[str, str] = {}
    languages = {str(each) for ask in file.asks for each in (levels(ask)["language"] or ["en"])}
    for each in found:
        if each.terms.use == "unclear":
            told[each.id] = f"I have read the terms of {each.id}, which are unclear, and may use it"
        for language in sorted(languages & set(translation_languages(each.id))):
            translated = in_language(each, language)
            if translated.translation and (left := len(translated.translation.untranslated)):
                told[f"{each.id}.{language}"] = (
                    f"Use {each.id}.{language} although {counted(left, 'item')} of {len(translated.items)} are English"
                )
    return told


def levels(ask: Ask) -> dict[str, list[Any]]:
    """Of each form factor the levels that are printed: none where it is left as it is by default, several where it varies."""
    usual = Form()
    return {
        name: list(ask.vary[name]) if name in ask.vary
        else [getattr(ask.form, name)] if getattr(ask.form, name) != getattr(usual, name) else []
        for name in FACTORS
    }  # fmt: skip


def with_levels(ask: Ask, chosen: Mapping[str, Sequence[Any]]) -> Ask:
    """The ask with the chosen levels of some factors; the others are printed as before."""
    before, vary, form = levels(ask), dict(ask.vary), ask.form
    for name, some in chosen.items():
        if list(some) == before[name]:
            continue
        vary.pop(name, None)
        if len(some) > 1:
            vary[name] = list(some)
        usual = getattr(Form(), name)
        form = msgspec.structs.replace(form, **{name: some[0] if len(some) == 1 else usual})
    return msgspec.structs.replace(ask, form=form, vary=vary)


def only_seen(ask: Ask) -> Ask:
    """The ask without form factors that its elicitation does not show: for an elicitation that was changed."""
    if ask.elicitation != "likelihood":
        return ask
    return with_levels(ask, {name: [] for name in FACTORS if name not in SEEN_BY_LIKELIHOOD})


def choices(ask: Ask, asked: Sequence[Inventory]) -> dict[str, list[Any]]:
    """The form factors that an ask of these inventories can print, each with its levels, the default first."""
    scenarios = any(each.kind == "action" for each in asked)
    hints, before, usual = get_type_hints(Form), levels(ask), Form()
    languages = [code for each in asked[:1] for code in translation_languages(each.id)
                 if all(code in translation_languages(other.id) for other in asked)]  # fmt: skip
    found: dict[str, list[Any]] = {}
    for name in FACTORS:
        if ask.elicitation == "likelihood" and name not in SEEN_BY_LIKELIHOOD:
            continue
        known: list[Any] = list(get_args(hints[name]))
        if name == "wording":
            known = [
                each
                for each, words in WORDINGS.items()
                if not words.about and (ask.elicitation == "choice" or each not in TEMPLATES)
            ]
        elif name == "language":
            known = ["en", *languages]
        elif name == "items_per_prompt":
            known = [1] if scenarios else list(BLOCKS)
        elif name == "situation" and not scenarios:
            known = [usual.situation]
        elif name == "options" and ask.elicitation != "choice":
            known = [each for each in known if each != "swapped"]
        known += [each for each in before[name] if each not in known]
        if len(known) > 1:
            found[name] = known
    return found


def groups(file: StudyFile) -> list[str]:
    """What an ask can name of the personas: sets, and personas of the study's own."""
    sets = [Path(name).stem if name.endswith(".toml") else name for name in sets_of(file)]
    own = own_of(file)
    return [*sets, *(["study"] if own else []), *(each.id for each in own)]


def as_in_file(ask: Ask) -> dict[str, str]:
    """What of an ask is kept as the file has it unless it is unticked: the field -> what it says."""
    told = {}
    if ask.items is not None:
        told["items"] = f"Only the {counted(len(ask.items), 'item')} that the file names"
    if ask.steps:
        told["steps"] = f"The {counted(len(ask.steps), 'step')} that the file has (tasks and follow-ups)"
    return told


def usual(name: str) -> Any:
    """What a field of an ask is by default."""
    return getattr(Ask(), name)


def still_used(file: StudyFile, found: Iterable[Inventory]) -> list[str]:
    """What the file accepts and still uses."""
    ids = {each.id for each in found}
    return [each for each in file.accept if each in ids or each.partition(".")[0] in ids]
