"""A study: a study file that was read and checked, with every inventory and persona that it names."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec

from inventories.definitions import Inventory
from inventories.forms import Form, check_form
from inventories.loading import in_language
from inventories.persona_sets import Persona, load_persona_set
from inventories.reading import DefinitionError, allowed, seen
from inventories.responder import ResponderError
from inventories.scenarios import as_asked
from inventories.wording import WORDINGS, wording
from traitscope.bank import inventory_at
from traitscope.crossed_personas import crossed
from traitscope.responders.keys import refuse_secret_text
from traitscope.responders.limits import Limits
from traitscope.study_file import Analysis, Ask, Model, People, StudyError, StudyFile, study_file

MOST_SITTINGS = 5_000_000


class Study(msgspec.Struct, frozen=True):
    """A checked study file with all that it names."""

    path: Path
    text: str
    title: str
    seed: int
    models: tuple[Model, ...]
    personas: tuple[Persona, ...]
    inventories: dict[str, Inventory]
    asks: tuple[Ask, ...]
    accept: tuple[str, ...]
    limits: Limits
    analysis: Analysis
    negated: dict[str, str]  # control set with negated markers -> the set it is the control of

    @property
    def name(self) -> str:
        return self.path.stem


def load_study(path: Path | str) -> Study:
    """Read and check a study file and every file that it names."""
    path = Path(path)
    file = study_file(path)
    try:
        text = path.read_text("utf-8-sig")  # some editors put a mark in front
        refuse_secret_text(text)
        people, negated = _personas(file, path)
        study = Study(
            path=path,
            text=text,
            title=file.title or path.stem,
            seed=file.seed,
            models=tuple(file.responders()),
            personas=people,
            inventories=_inventories(file.inventories, path.parent),
            asks=tuple(file.asks),
            accept=tuple(file.accept),
            limits=file.limits,
            analysis=file.analysis,
            negated=negated,
        )
        _check(study)
    except (DefinitionError, ResponderError) as mistake:
        raise StudyError(_told(path, str(mistake))) from None
    except OSError as problem:  # a name longer than any file's, a folder that may not be read
        raise StudyError(_told(path, f"{seen(problem.filename)}: {problem.strerror}")) from None
    return study


def _inventories(names: list[str], beside: Path) -> dict[str, Inventory]:
    found: dict[str, Inventory] = {}
    for name in names:
        each = _inventory(name, beside)
        if each.translation is not None:
            language = each.language
            raise DefinitionError(
                f"inventories: a language is part of the form; say inventories = [{each.id!r}] and, in an ask, "
                f'form = {{ language = "{language}" }} instead of {name!r}'
            )
        if each.id in found:
            raise DefinitionError(
                f"inventories: {each.id!r} stands twice; each inventory once, and file names must differ"
            )
        found[each.id] = each
    return found


def _inventory(name: str, beside: Path) -> Inventory:
    # a record's own study file names an inventory by the path it once had; its copy is in the record
    kept = beside / "inventories" / Path(name).name
    if kept.is_file() and not (beside / name).is_file():
        return inventory_at(str(kept.resolve()))
    return inventory_at(name, beside=beside)


def persona_file(name: str, beside: Path) -> Path | None:
    """The user's own file that a persona set is named by, or its copy in the record; None for a set of ours."""
    if not name.endswith(".toml"):
        return None
    path, kept = beside / name, beside / "personas" / Path(name).name
    return kept if kept.is_file() and not path.is_file() else path


def persona_files(file: StudyFile, beside: Path) -> list[Path]:
    """The user's own persona files that a study names."""
    entries = ((each, "") if isinstance(each, str) else (each.set, each.times) for each in file.personas)
    return [path for names in entries for name in names if (path := persona_file(name, beside))]


def _told(path: Path, message: str) -> str:
    # a message that names another file keeps its own place; the study that led there is named too
    return f"{path}: {message}"


def _personas(file: StudyFile, path: Path) -> tuple[tuple[Persona, ...], dict[str, str]]:
    people: list[Persona] = []
    negated: dict[str, str] = {}
    for number, entry in enumerate(file.personas, start=1):
        each = People(set=entry) if isinstance(entry, str) else entry
        place = f"personas number {number}"
        if bool(each.set) == (each.text is not None):
            raise DefinitionError(f"{place}: give either `set`, or `id` and `text` of one persona")
        if each.set:
            name = str(persona_file(each.set, path.parent) or each.set)
            found = load_persona_set(name, fraction=each.fraction, seed=file.seed, n=each.n)
            # a control says what another set says in other words, under the same ids; its set tells them apart
            own = [
                msgspec.structs.replace(persona, id=f"{persona.id} {found.id}") if found.control_of else persona
                for persona in found.personas
            ]
            others, suffix = _times(each, file.seed, path.parent, place)
            if found.negated and found.control_of:
                negated[found.id + suffix] = found.control_of + suffix
            people += crossed(own, others, found.id + suffix, place, each.between) if each.times else own
        elif each.times or each.times_n is not None:
            raise DefinitionError(f"{place}: times and times_n cross a set with another; `set` is missing")
        elif not each.id:
            raise DefinitionError(f"{place}: `id` is missing")
        else:
            people.append(Persona(id=each.id, text=each.text or "", assigned=each.assigned, set="study"))
    if doubled := sorted(name for name, count in Counter(each.id for each in people).items() if count > 1):
        raise DefinitionError(f"personas: the id {doubled[0]!r} stands twice; ids must differ")
    return tuple(people), negated


def _times(entry: People, seed: int, beside: Path, place: str) -> tuple[tuple[Persona, ...], str]:
    """The personas that those of `entry` are crossed with, and what that adds to the name of their set."""
    if not entry.times:
        if entry.times_n is not None:
            raise DefinitionError(f"{place}: times_n = {entry.times_n}, but `times` names no set")
        return (), ""
    found = load_persona_set(str(persona_file(entry.times, beside) or entry.times), seed=seed)
    n, there = entry.times_n, len(found.personas)
    if n is not None and not 1 <= n <= there:
        raise DefinitionError(f"{place}: times_n = {n}; allowed with {entry.times}: 1 to {there}")
    return found.personas[:n], f" x {found.id}"


def _check(study: Study) -> None:
    from traitscope.responders import check_name

    for required in ("models", "inventories", "personas", "asks"):
        if not getattr(study, required):
            raise DefinitionError(f"{required}: at least one is needed")
    names = [model.name for model in study.models]
    if doubled := sorted({each for each in names if names.count(each) > 1}):
        raise DefinitionError(f"models: {doubled[0]!r} stands twice")
    for model in study.models:
        check_name(model.name)
    for inventory in study.inventories.values():
        if inventory.terms.use == "unclear" and inventory.id not in study.accept:
            raise DefinitionError(
                f"inventories: the terms of {inventory.id!r} are unclear; read them (traitscope inventories {inventory.id}) "
                f'and say accept = ["{inventory.id}"] in the study to use it'
            )
    known = {each for inventory in study.inventories.values() for each in (inventory.id, f"{inventory.id}.")}
    for name in study.accept:
        if name not in study.inventories and f"{name.partition('.')[0]}." not in known:
            raise DefinitionError(f"accept: {name!r} is not used by the study; allowed: {', '.join(study.inventories)}")
    if study.analysis.statistics:
        from traitscope.statistics import STATISTICS

        for name in study.analysis.statistics:
            if name not in STATISTICS:
                raise DefinitionError(f"analysis, statistics: no statistic {name!r}; {allowed(STATISTICS, name)}")
    for number, ask in enumerate(study.asks, start=1):
        _check_ask(study, ask, f"asks number {number}")
    _check_size(study)
    _check_texts(study)


def _check_texts(study: Study) -> None:
    """Personas with one text are one persona: a model is shown nothing else. Texts before a judge are no personas."""
    if all(wording(form.wording).about for ask in study.asks for form in ask.forms(study.seed)):
        return
    first: dict[str, str] = {}
    for each in study.personas:
        if (same := first.setdefault(each.text, each.id)) != each.id:
            raise DefinitionError(
                f"personas: {same!r} and {each.id!r} have the same text, so they are one person; leave one out"
            )


def _check_size(study: Study) -> None:
    """A slip of the finger is told at once, not planned for hours."""
    sittings = 0
    for ask in study.asks:
        people = len(study.personas)
        if ask.personas is not None:
            people = sum(bool({each.id, each.set} & set(ask.personas)) for each in study.personas)
        forms = len(ask.forms(study.seed)) * ask.replicates
        sittings += forms * people * len(asked_inventories(study, ask)) * len(study.models)
    if sittings > MOST_SITTINGS:
        raise DefinitionError(
            f"asks: {sittings:,} sittings; allowed: up to {MOST_SITTINGS:,} in one study (forms x replicates x personas x "
            "inventories x models)"
        )


def _check_ask(study: Study, ask: Ask, place: str) -> None:
    check_form(ask.form, ask.vary, ask.elicitation, place)
    for some in ("inventories", "personas"):
        if getattr(ask, some) == []:
            raise DefinitionError(f"{place}, {some}: at least one is needed; leave `{some}` out to ask all")
    if ask.replicates < 1:
        raise DefinitionError(f"{place}: replicates must be 1 or more, not {ask.replicates}")
    for name in ask.inventories or ():
        if name not in study.inventories:
            raise DefinitionError(
                f"{place}, inventories: {name!r} is not in the study; allowed: {', '.join(study.inventories)}"
            )
    groups = {each.set for each in study.personas} | {each.id for each in study.personas}
    for name in ask.personas or ():
        if name not in groups:
            raise DefinitionError(f"{place}, personas: {name!r} is not in the study; {allowed(groups, name)}")
    if ask.elicitation == "likelihood" and ask.steps:
        raise DefinitionError(
            f"{place}, steps: a likelihood is asked of a single sentence; tasks and follow-ups need ratings"
        )
    for number, step in enumerate(ask.steps, start=1):
        if bool(step.text.strip()) == (step.kind == "again"):
            told = "takes no `text`: it asks the items" if step.kind == "again" else "needs a `text`"
            raise DefinitionError(f"{place}, steps number {number}: {step.kind} {told}")
        if step.max_tokens < 1:
            raise DefinitionError(
                f"{place}, steps number {number}: max_tokens must be 1 or more, not {step.max_tokens}"
            )
    for form in ask.forms(study.seed):
        wording(form.wording, place)
        if any(each.kind != "follow_up" for each in ask.steps) and form.memory != "continued":
            raise DefinitionError(
                f'{place}, steps: a task, or items once more, needs form = {{ memory = "continued" }}'
            )
        for persona in study.personas:
            if ask.personas is None or {persona.id, persona.set} & set(ask.personas):
                check_persona(persona, form, place)
        for inventory in asked_inventories(study, ask, place):
            check_printable(inventory, ask, form, place)
            translated = in_language(inventory, form.language)
            name = f"{inventory.id}.{form.language}"
            if translated.translation and translated.translation.untranslated and name not in study.accept:
                raise DefinitionError(
                    f"{place}: {name!r} leaves {len(translated.translation.untranslated)} of {len(translated.items)} items in "
                    f'English; say accept = ["{name}"] to use it all the same'
                )


def check_persona(persona: Persona, form: Form, place: str) -> None:
    """Raise DefinitionError for a wording that asks about a persona without words."""
    if wording(form.wording).about and not persona.text.strip():
        raise DefinitionError(
            f"{place}: the wording {form.wording!r} asks about the persona, and {persona.id!r} has no text; use another wording"
        )


def check_printable(inventory: Inventory, ask: Ask, form: Form, place: str) -> None:
    """Raise DefinitionError for an elicitation or form that this inventory cannot be printed in."""
    name, scenarios = inventory.id, inventory.kind == "action"
    if not scenarios and ask.elicitation in ("choice", "confirmation"):
        raise DefinitionError(
            f"{place}: {ask.elicitation} is for scenarios; {name!r} holds statements: use rating or likelihood"
        )
    template = wording(form.wording).labels
    if template and ask.elicitation != "choice":
        raise DefinitionError(
            f"{place}: the wording {form.wording!r} offers scenarios as a choice; {ask.elicitation} needs another: "
            f"{allowed(name for name, each in WORDINGS.items() if not each.labels and not each.about)}"
        )
    chosen = wording(form.wording)
    if chosen.about and (not chosen.open if ask.elicitation == "likelihood" else scenarios and chosen.choice is None):
        what = "likelihoods" if ask.elicitation == "likelihood" else "scenarios"
        raise DefinitionError(f"{place}: the wording {form.wording!r} does not ask for {what}; use another")
    if template and form.labels != Form().labels:
        raise DefinitionError(
            f"{place}: the wording {form.wording!r} has labels of its own ({template}); leave `labels` out"
        )
    if scenarios and form.items_per_prompt > 1:
        raise DefinitionError(f"{place}: {name!r} holds scenarios, and each stands alone: items_per_prompt must be 1")
    if form.options == "swapped" and ask.elicitation != "choice":
        raise DefinitionError(f'{place}: options = "swapped" exchanges the pairs of a choice; use "reversed"')
    if form.situation == "paraphrased" and not scenarios:
        raise DefinitionError(f"{place}: {name!r} holds statements, which have no situation to be paraphrased")
    if scenarios:
        if ask.elicitation == "likelihood" and form.memory == "continued":
            raise DefinitionError(
                f"{place}: the likelihood of actions is asked of each situation by itself; leave `memory` out"
            )
        as_asked(asked_items(inventory, ask), ask.elicitation, form.situation)  # tells what it lacks


def asked_inventories(study: Study, ask: Ask, place: str = "asks") -> list[Inventory]:
    """The inventories of an ask; of those where it names items, only the ones that hold some.

    An ask of no item (`items = []`) is one of tasks alone: it belongs to one inventory, which is not printed.
    """
    asked = [each for name, each in study.inventories.items() if ask.inventories is None or name in ask.inventories]
    if ask.items is None:
        return asked
    known = {item.id for each in asked for item in each.items}
    if not ask.items:
        if not ask.steps or any(each.kind != "task" for each in ask.steps):
            raise DefinitionError(f"{place}, items: at least one is needed; leave `items` out to ask all")
        if len(asked) != 1:
            raise DefinitionError(f"{place}, items: tasks alone need one name in `inventories`, seen {len(asked)}")
        return asked
    if strangers := [each for each in ask.items if each not in known]:
        raise DefinitionError(
            f"{place}, items: {strangers[0]!r} is in none of {[each.id for each in asked]}; {allowed(known, strangers[0])}"
        )
    return [each for each in asked if asked_items(each, ask).items]


def asked_items(inventory: Inventory, ask: Ask) -> Inventory:
    """The items of `inventory` that are asked."""
    if ask.items is None:
        return inventory
    wanted = set(ask.items)
    return msgspec.structs.replace(inventory, items=[item for item in inventory.items if item.id in wanted])
