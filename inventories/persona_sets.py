"""Whom the model is asked to be: persona sets, read from data files and spelt out."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from inventories.ids import digest
from inventories.reading import DefinitionError, allowed, read_toml

FOLDER = Path(__file__).parent / "personas"
MOST_PERSONAS = 20_000  # of one set


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Anything read from a data file: unknown keys are mistakes."""


class Persona(_Entry, frozen=True):
    """A text the model is asked to be; the empty text is the bare model."""

    id: str
    text: str = ""
    assigned: dict[str, float] = {}  # trait -> level, in the set's own unit: -1 and 1, or 1 to 9
    attributes: dict[str, str] = {}
    set: str = ""  # filled in when read: the file's name without .toml


class Level(_Entry, frozen=True):
    """One level of a factor: `id` becomes part of the persona's id, `text` part of its text."""

    id: str
    text: str
    level: float


class Factor(_Entry, frozen=True):
    """A trait with the levels that are crossed with those of the other factors."""

    trait: str
    levels: list[Level]


class Step(_Entry, frozen=True):
    """One level of graded markers; `text` holds {low}, {high} or both."""

    level: int
    text: str


class Pair(_Entry, frozen=True):
    """Two adjectives at the ends of one trait."""

    id: str
    trait: str
    low: str
    high: str
    facet: str = ""
    variants: list[str] = []


class Graded(_Entry, frozen=True):
    """One persona for each trait at each level: all adjectives of the trait at that level."""

    template: str  # holds {markers}
    levels: list[Step]
    pairs: list[Pair]


class Category(_Entry, frozen=True):
    """One answer to a survey question, and how a persona says it."""

    id: str
    text: str


class Draw(_Entry, frozen=True):
    """Personas drawn at random: each attribute by itself, every category equally likely."""

    n: int
    template: str
    attributes: dict[str, list[Category]]


class PersonaFile(_Entry, frozen=True):
    """What a file may hold: exactly one of `personas`, `factors`, `graded` and `draw`."""

    title: str
    source: str
    licence: str
    attribution: str = ""
    control_of: str = ""  # the set beside which this one must stand
    negated: bool = False  # its markers are negated: the word points the wrong way, the level is by meaning
    notes: list[str] = []
    citations: list[str] = []
    personas: list[Persona] = []
    template: str = ""  # of crossed factors, holds {trait} of each
    factors: list[Factor] = []
    attributes: dict[str, str] = {}  # of crossed factors; may hold {id}
    fractions: dict[str, list[str]] = {}  # name -> traits whose levels multiply to a positive number
    graded: Graded | None = None
    draw: Draw | None = None


class PersonaSet(msgspec.Struct, frozen=True):
    """Personas that belong together, with where they come from."""

    id: str
    title: str
    source: str
    licence: str
    personas: tuple[Persona, ...]
    fractions: tuple[str, ...] = ()
    fraction: str | None = None
    control_of: str = ""
    negated: bool = False
    attribution: str = ""
    notes: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    file: str = ""


def persona_set_ids() -> list[str]:
    """Ids of the persona sets that come with the program."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_persona_set(
    name_or_path: str | Path,
    *,
    fraction: str | None = None,
    seed: int = 0,
    n: int | None = None,
    beside: Path | None = None,
) -> PersonaSet:
    """The persona set `name_or_path`: an id such as "big_five_32", or the path of a file, counted from `beside`.

    `fraction` keeps the named part of a crossed set. `seed` and `n` matter to a drawn set alone; a larger `n` keeps
    the personas of a smaller one.
    """
    path = _path(name_or_path, beside)
    file = read_toml(path, PersonaFile)
    kinds = [name for name in ("personas", "factors", "graded", "draw") if getattr(file, name)]
    if len(kinds) != 1:
        seen = " and ".join(kinds) or "none of them"
        raise DefinitionError(f"{path}: needs one of personas, factors, graded and draw, seen {seen}")
    if fraction is not None and fraction not in file.fractions:
        raise DefinitionError(f"{path}: no fraction {fraction!r}; {allowed(file.fractions, fraction)}")
    if n is not None and file.draw is None:
        raise DefinitionError(f"{path}: n = {n}, but these personas are not drawn; leave n out")
    if not file.factors and (file.template or file.attributes or file.fractions):
        raise DefinitionError(f"{path}: template, attributes and fractions belong to crossed factors; there are none")
    made = _spelt_out(file, path, seed, n)
    personas = [msgspec.structs.replace(each, set=path.stem) for each in made]
    _check(personas, path)
    if fraction is not None:
        traits = file.fractions[fraction]
        personas = [each for each in personas if math.prod(each.assigned[trait] for trait in traits) > 0]
    return PersonaSet(
        id=path.stem,
        title=file.title,
        source=file.source,
        licence=file.licence,
        personas=tuple(personas),
        fractions=tuple(file.fractions),
        fraction=fraction,
        control_of=file.control_of,
        negated=file.negated,
        attribution=file.attribution,
        notes=tuple(file.notes),
        citations=tuple(file.citations),
        file=str(path),
    )


def _path(name_or_path: str | Path, beside: Path | None) -> Path:
    name = str(name_or_path)
    if name.endswith(".toml") or "/" in name or "\\" in name:
        path = Path(name).expanduser()
        return path if path.is_absolute() else (beside or Path.cwd()) / path
    if name not in persona_set_ids():
        raise DefinitionError(f"no persona set {name!r}; {allowed(persona_set_ids(), name)}, or a path to a .toml file")
    return FOLDER / f"{name}.toml"


def _spelt_out(file: PersonaFile, path: Path, seed: int, n: int | None) -> Iterator[Persona]:
    if file.factors:
        return _crossed(file, path)
    if file.graded:
        return _graded(file.graded, path)
    if file.draw:
        return _drawn(file.draw, path, seed, file.draw.n if n is None else n)
    return iter(file.personas)


def _crossed(file: PersonaFile, path: Path) -> Iterator[Persona]:
    traits = [factor.trait for factor in file.factors]
    _check_places(file.template, traits, path, "template")
    for name, text in file.attributes.items():
        if strangers := sorted(set(_PLACE.findall(text)) - {"id"}):
            place = f'attribute "{name}"'
            raise DefinitionError(f"{path}, {place}: unknown {{{strangers[0]}}}; {allowed(['id'], strangers[0])}")
    for factor in file.factors:
        if len(factor.levels) < 2:
            raise DefinitionError(f'{path}, factor "{factor.trait}": needs at least two levels')
    for name, parts in file.fractions.items():
        place = f'{path}, fraction "{name}"'
        if strangers := sorted(set(parts) - set(traits)):
            raise DefinitionError(f"{place}: unknown trait {strangers[0]!r}; {allowed(traits, strangers[0])}")
        for factor in file.factors:
            if factor.trait in parts and sorted(math.copysign(1, each.level) for each in factor.levels) != [-1, 1]:
                raise DefinitionError(f"{place}: {factor.trait!r} needs two levels, one below and one above 0")
    _check_number(math.prod(len(factor.levels) for factor in file.factors), path, "factors")
    for levels in itertools.product(*(factor.levels for factor in file.factors)):
        name = "".join(each.id for each in levels)
        yield Persona(
            id=name,
            text=_fill(file.template, dict(zip(traits, (each.text for each in levels), strict=True))),
            assigned=dict(zip(traits, (each.level for each in levels), strict=True)),
            attributes={key: _fill(text, {"id": name}) for key, text in file.attributes.items()},
        )


def _graded(graded: Graded, path: Path) -> Iterator[Persona]:
    _check_places(graded.template, ["markers"], path, "graded, template")
    for step in graded.levels:
        if not {"low", "high"}.intersection(_PLACE.findall(step.text)):
            raise DefinitionError(f"{path}, graded, level {step.level}: {step.text!r} needs {{low}} or {{high}}")
    for trait in dict.fromkeys(pair.trait for pair in graded.pairs):
        pairs = [pair for pair in graded.pairs if pair.trait == trait]
        for step in graded.levels:
            markers = [_fill(step.text, {"low": pair.low, "high": pair.high}) for pair in pairs]
            yield Persona(
                id=f"{trait}-{step.level}",
                text=_fill(graded.template, {"markers": _series(markers)}),
                assigned={trait: float(step.level)},
                attributes={"domain": trait},
            )


def _drawn(draw: Draw, path: Path, seed: int, n: int) -> Iterator[Persona]:
    if n < 1:
        raise DefinitionError(f"{path}: n = {n}, but at least one persona must be drawn")
    _check_number(n, path, "draw")
    _check_places(draw.template, list(draw.attributes), path, "draw, template")
    if empty := [name for name, categories in draw.attributes.items() if not categories]:
        raise DefinitionError(f'{path}, draw, attribute "{empty[0]}": needs at least one category')
    for number in range(n):
        # by persona and attribute, not from one stream: a larger n or one more attribute moves nothing else
        chosen = {
            name: categories[int(digest("persona", seed, number, name), 16) % len(categories)]
            for name, categories in draw.attributes.items()
        }
        yield Persona(
            id=f"s{seed}-{number + 1:04d}",
            text=_fill(draw.template, {name: each.text for name, each in chosen.items()}),
            attributes={name: each.id for name, each in chosen.items()},
        )


def _check_number(n: int, path: Path, place: str) -> None:
    if n > MOST_PERSONAS:
        raise DefinitionError(f"{path}, {place}: {n:,} personas; allowed: up to {MOST_PERSONAS:,}")


_PLACE = re.compile(r"\{(\w+)\}")


def _fill(template: str, values: Mapping[str, str]) -> str:
    """`template` with each {name} that `values` knows replaced; other braces stand as they are."""
    return _PLACE.sub(lambda match: values.get(match[1], match[0]), template)


def _series(parts: list[str]) -> str:
    """Words in a row: "a", "a and b", "a, b, and c"."""
    if len(parts) < 3:
        return " and ".join(parts)
    return f"{', '.join(parts[:-1])}, and {parts[-1]}"


def _check_places(template: str, names: list[str], path: Path, place: str) -> None:
    seen = _PLACE.findall(template)
    if strangers := sorted(set(seen) - set(names)):
        raise DefinitionError(f"{path}, {place}: unknown {{{strangers[0]}}}; {allowed(names, strangers[0])}")
    if absent := [name for name in names if name not in seen]:
        raise DefinitionError(f"{path}, {place}: {{{absent[0]}}} is missing")


def _check(personas: list[Persona], path: Path) -> None:
    if not personas:
        raise DefinitionError(f"{path}: makes no persona; at least one is needed")
    for persona in personas:
        if not persona.id.strip():
            raise DefinitionError(f"{path}: an id must not be empty")
    for name, count in Counter(persona.id for persona in personas).items():
        if count > 1:
            raise DefinitionError(f'{path}, persona "{name}": this id stands {count} times; ids must differ')
