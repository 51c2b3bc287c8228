"""A study file says what to ask whom; the plan is every sitting that follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from inventories.administer import Interview
from inventories.definitions import Inventory
from inventories.designs import Design, crossed, fraction
from inventories.forms import Elicitation, Extra, Form, ReplyFormat, check_form, labels_for, sitting
from inventories.loading import in_language
from inventories.persona_sets import Persona, load_persona_set
from inventories.reading import DefinitionError, allowed, read_toml
from inventories.responder import Abilities, ResponderError
from inventories.scenarios import as_asked
from inventories.wording import TEMPLATES, WORDINGS, wording
from traitscope.bank import inventory_at
from traitscope.responders.limits import Limits


class StudyError(ValueError):
    """A mistake in a study file; the message is one line."""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Anything in a study file: unknown keys are mistakes."""


class Price(_Part, frozen=True):
    """US dollars per million tokens."""

    input: Annotated[float, msgspec.Meta(ge=0)]
    output: Annotated[float, msgspec.Meta(ge=0)]


class Model(_Part, frozen=True):
    """A responder by name, with what is passed to it; its price changes no answer, and no id."""

    name: str
    temperature: float = 0.0
    max_tokens: int = 32
    parameters: dict[str, Any] = {}
    price: Price | None = None

    def identity(self) -> list[Any]:
        """What of a model is part of a sitting's id."""
        return [self.name, self.temperature, self.max_tokens, self.parameters]


class People(_Part, frozen=True):
    """A persona set by name or path, or one persona with its text."""

    set: str = ""
    fraction: str | None = None
    n: int | None = None
    id: str = ""
    text: str | None = None
    assigned: dict[str, float] = {}


class Ask(_Part, frozen=True):
    """One elicitation with the forms in which it is put."""

    elicitation: Elicitation = "rating"
    form: Form = Form()
    vary: dict[str, list[Any]] = {}
    design: Literal["crossed", "fraction"] = "crossed"
    runs: int | None = None
    replicates: int = 1
    reply: Literal["auto", "labels", "text"] = "auto"
    inventories: list[str] | None = None  # of the study's, by id; all when absent
    personas: list[str] | None = None  # set names or persona ids of the study's; all when absent
    items: list[str] | None = None  # of those inventories, by id; all when absent
    steps: list[Extra] = []

    def forms(self, seed: int) -> list[Form]:
        return [msgspec.structs.replace(self.form, **row) for row in self.layout(seed).rows]

    def layout(self, seed: int) -> Design:
        """Which combinations of the varied factors are printed."""
        return crossed(self.vary) if self.design == "crossed" else fraction(self.vary, seed=seed, runs=self.runs)


class Analysis(_Part, frozen=True):
    """What is going to be computed, said before data are seen; `plan --freeze` keeps it."""

    statistics: list[str] = []  # names of `traitscope analyze --list`; all that apply when empty
    margin: float = 10.0  # POMP points within which saying and doing agree
    tau: float = 1.0  # points within which a pair is consistent
    missing: Literal["pairwise", "listwise"] = "pairwise"
    note: str = ""  # hypotheses and exclusions, in words


class StudyFile(_Part, frozen=True):
    """What stands in a study file."""

    models: list[str | Model]
    inventories: list[str]
    title: str = ""
    note: str = ""
    seed: int = 1
    personas: list[str | People] = msgspec.field(default_factory=lambda: ["none"])
    asks: list[Ask] = msgspec.field(default_factory=lambda: [Ask()])
    accept: list[str] = []
    limits: Limits = Limits()
    analysis: Analysis = Analysis()

    def responders(self) -> list[Model]:
        """The models; one that is a name alone has the defaults."""
        return [Model(each) if isinstance(each, str) else each for each in self.models]


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


def study_file(path: Path) -> StudyFile:
    """A study file as it stands; none of the files that it names is read."""
    return read_toml(path, StudyFile, StudyError)


def load_study(path: Path | str) -> Study:
    """Read and check a study file and every file that it names."""
    path = Path(path)
    file = study_file(path)
    try:
        people, negated = _personas(file, path)
        study = Study(
            path=path,
            text=path.read_text("utf-8"),
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
            name = each.set
            if name.endswith(".toml") and not Path(name).is_absolute():
                name = str(path.parent / name)
            found = load_persona_set(name, fraction=each.fraction, seed=file.seed, n=each.n)
            if found.negated and found.control_of:
                negated[found.id] = found.control_of
            # a control says what another set says in other words, under the same ids; its set tells them apart
            people += [
                msgspec.structs.replace(persona, id=f"{persona.id} {found.id}") if found.control_of else persona
                for persona in found.personas
            ]
        elif not each.id:
            raise DefinitionError(f"{place}: `id` is missing")
        else:
            people.append(Persona(id=each.id, text=each.text or "", assigned=each.assigned, set="study"))
    ids = [each.id for each in people]
    if doubled := sorted({each for each in ids if ids.count(each) > 1}):
        raise DefinitionError(f"personas: the id {doubled[0]!r} stands twice; ids must differ")
    return tuple(people), negated


def _check(study: Study) -> None:
    from traitscope.responders import check_name

    for required in ("models", "inventories", "personas"):
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


def _check_ask(study: Study, ask: Ask, place: str) -> None:
    check_form(ask.form, ask.vary, ask.elicitation, place)
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
    for form in ask.forms(study.seed):
        wording(form.wording, place)
        if ask.steps and any(each.kind == "task" for each in ask.steps) and form.memory != "continued":
            raise DefinitionError(f'{place}, steps: a task needs form = {{ memory = "continued" }}')
        for inventory in _asked(study, ask, place):
            _check_printable(inventory, ask, form, place)
            translated = in_language(inventory, form.language)
            name = f"{inventory.id}.{form.language}"
            if translated.translation and translated.translation.untranslated and name not in study.accept:
                raise DefinitionError(
                    f"{place}: {name!r} leaves {len(translated.translation.untranslated)} of {len(translated.items)} items in "
                    f'English; say accept = ["{name}"] to use it all the same'
                )


def _check_printable(inventory: Inventory, ask: Ask, form: Form, place: str) -> None:
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
            f"{allowed(set(WORDINGS) - set(TEMPLATES))}"
        )
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
        as_asked(_wanted(inventory, ask), ask.elicitation, form.situation)  # tells what it lacks


def _asked(study: Study, ask: Ask, place: str = "asks") -> list[Inventory]:
    """The inventories of an ask; of those where it names items, only the ones that hold some."""
    asked = [each for name, each in study.inventories.items() if ask.inventories is None or name in ask.inventories]
    if ask.items is None:
        return asked
    known = {item.id for each in asked for item in each.items}
    if not ask.items:
        raise DefinitionError(f"{place}, items: at least one is needed; leave `items` out to ask all")
    if strangers := [each for each in ask.items if each not in known]:
        raise DefinitionError(
            f"{place}, items: {strangers[0]!r} is in none of {[each.id for each in asked]}; {allowed(known, strangers[0])}"
        )
    return [each for each in asked if _wanted(each, ask).items]


def _wanted(inventory: Inventory, ask: Ask) -> Inventory:
    """The items of `inventory` that are asked."""
    if ask.items is None:
        return inventory
    wanted = set(ask.items)
    return msgspec.structs.replace(inventory, items=[item for item in inventory.items if item.id in wanted])


def interviews(
    study: Study, abilities: Mapping[str, Abilities], models: Sequence[Model] | None = None
) -> Iterator[Interview]:
    """Every sitting of the study, or of some of its models; prompts with a common beginning next to each other.

    Raises StudyError when a model cannot serve what is asked of it.
    """
    layouts = [ask.forms(study.seed) for ask in study.asks]
    asked = [_asked(study, ask) for ask in study.asks]
    printed: dict[tuple[int, str, str, str], tuple[Inventory, str]] = {}
    for number, (forms, ask) in enumerate(zip(layouts, study.asks, strict=True)):
        for inventory in asked[number]:
            for language, situation in {(form.language, form.situation) for form in forms}:
                # first the language, which is checked against the whole inventory
                wanted = _wanted(in_language(inventory, language), ask)
                shown = as_asked(wanted, ask.elicitation, situation)
                printed[number, inventory.id, language, situation] = shown, shown.fingerprint()
    for model in study.models if models is None else models:
        able = abilities[model.name]
        reply_formats: dict[tuple[int, str, Form], ReplyFormat] = {
            (number, each.id, form): _reply(study, ask, able, model, number + 1, form, each)
            for number, ask in enumerate(study.asks)
            for each in asked[number]
            for form in layouts[number]
        }
        for persona in study.personas:
            for number, (ask, forms) in enumerate(zip(study.asks, layouts, strict=True)):
                if ask.personas is not None and not {persona.id, persona.set} & set(ask.personas):
                    continue
                for each in asked[number]:
                    for form in forms:
                        inventory, fingerprint = printed[number, each.id, form.language, form.situation]
                        for replicate in range(1, ask.replicates + 1):
                            planned = sitting(
                                inventory,
                                fingerprint,
                                form,
                                seed=study.seed,
                                model=model.name,
                                model_identity=model.identity(),
                                persona=persona.id,
                                persona_text=persona.text,
                                elicitation=ask.elicitation,
                                reply=reply_formats[number, each.id, form],
                                replicate=replicate,
                                wording_version=wording(form.wording).version,
                                extras=ask.steps,
                            )
                            yield Interview(
                                planned, inventory, persona, able.system, model.temperature, model.max_tokens
                            )


def check_served(study: Study, abilities: Mapping[str, Abilities]) -> None:
    """Raise StudyError when a model cannot serve what is asked of it, with the reason and the alternative."""
    for model in study.models:
        for number, ask in enumerate(study.asks, start=1):
            for inventory in _asked(study, ask):
                for form in ask.forms(study.seed):
                    _reply(study, ask, abilities[model.name], model, number, form, inventory)


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
    """Counts of what the study asks: personas, sittings, trials and calls, by model and elicitation."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for each in interviews(study, abilities):
        key = (each.sitting.model, each.sitting.elicitation, each.sitting.inventory)
        row = rows.setdefault(
            key, {"model": key[0], "elicitation": key[1], "inventory": key[2], "sittings": 0, "trials": 0, "calls": 0}
        )
        steps = [step for conversation in each.sitting.conversations for step in conversation]
        row["sittings"] += 1
        row["calls"] += len(steps)
        row["trials"] += sum(len(step.trials) for step in steps)
    return {
        "study": study.name,
        "title": study.title,
        "seed": study.seed,
        "personas": len(study.personas),
        "calls": sum(row["calls"] for row in rows.values()),
        "trials": sum(row["trials"] for row in rows.values()),
        "parts": list(rows.values()),
    }
