"""What a study has to cite: its inventories, its persona sets and the methods its results use, as text and as BibTeX."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from inventories.persona_sets import load_persona_set, persona_set_ids
from traitscope import places, tables
from traitscope.choosing import where_all
from traitscope.overview import has_answers
from traitscope.record import Record
from traitscope.results import divergence_looked, place_sample

FILE = Path(__file__).with_suffix(".toml")
FIELDS = ("author", "title", "journal", "booktitle", "publisher", "year", "volume", "number", "pages", "doi", "eprint")
# "Authors (1999). Title. Where": how the files of the bank cite
CITED = re.compile(r"(?P<author>.+?) \((?P<year>\d{4})\)\. (?P<title>.+?[^A-Z][.?!])(?:\s+(?P<note>.+))?$", re.DOTALL)
# what TeX would take for a sign of its own
TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{each: f"\\{each}" for each in "&%$#_{}"},
}


class Method(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A paper behind a method: what it is cited for, when it applies, and its entry."""

    used_for: str
    when: str
    type: str
    author: str
    title: str
    year: int
    journal: str = ""
    booktitle: str = ""
    publisher: str = ""
    volume: int = 0
    number: int = 0
    pages: str = ""
    doi: str = ""
    eprint: str = ""  # number of arXiv


@cache
def known() -> dict[str, Method]:
    """Every method's paper by its key."""
    return msgspec.convert(tomllib.loads(FILE.read_text("utf-8")), dict[str, Method])


def methods(record: Record) -> dict[str, Method]:
    """The papers behind what is computed of this record, by key; none before anything was answered."""
    if not has_answers(record):
        return {}
    holds = {name: condition(record) for name, condition in CONDITIONS.items()}
    return {key: each for key, each in known().items() if holds[each.when]}


def inventories(record: Record) -> dict[str, list[str]]:
    """By inventory how its file wants to be cited; by its source alone where it names no text."""
    return {
        name: each.citations or [each.source]
        for name, each in record.inventories().items()
        if each.citations or each.source
    }


def persona_sets(record: Record) -> dict[str, list[str]]:
    """By persona set of the bank what it names as its origin."""
    used = dict.fromkeys(each.set for each in record.manifest.personas.values())
    found = {name: load_persona_set(name).citations for name in used if name in persona_set_ids()}
    return {name: list(cited) for name, cited in found.items() if cited}


def bibtex(record: Record) -> str:
    """All of it as one BibTeX file, in the order inventories, persona sets, methods; a text cited twice stands once."""
    texts: dict[str, str] = {}
    for name, cited in [*inventories(record).items(), *persona_sets(record).items()]:
        for number, text in enumerate(cited, start=1):
            texts.setdefault(text, f"{_key(name)}{'' if len(cited) == 1 else f'-{number}'}")
    entries = [_entry("misc", key, _parsed(text)) for text, key in texts.items()]
    return (
        "\n\n".join([*entries, *(_entry(each.type, key, _fields(each)) for key, each in methods(record).items())])
        + "\n"
    )


def reference(method: Method) -> str:
    """A paper as a list of references has it."""
    names = [_initials(name) for name in method.author.split(" and ")]
    authors = (
        f"{names[0]} et al."
        if names[-1] == "others"
        else f"{', '.join(names[:-1])}, & {names[-1]}"
        if len(names) > 1
        else names[0]
    )
    volume = f", {method.volume}{f'({method.number})' if method.number else ''}" if method.volume else ""
    pages = f", {method.pages.replace('--', '–')}" if method.pages else ""
    where = method.journal or method.booktitle or method.publisher
    told = f"{authors} ({method.year}). {method.title}. {where}{volume}{pages}{'.' if where else ''}"
    told += f" https://doi.org/{method.doi}" if method.doi else ""
    return told.strip() + (f" arXiv:{method.eprint}" if method.eprint else "")


def _initials(name: str) -> str:
    """ "Cronbach, Lee J." -> "Cronbach, L. J."."""
    family, _, given = name.partition(", ")
    parts = ("-".join(f"{half[0]}." for half in word.split("-")) for word in given.split())
    return f"{family}, {' '.join(parts)}" if given else family


def _fields(method: Method) -> dict[str, str]:
    fields = {name: str(getattr(method, name)) for name in FIELDS if getattr(method, name)}
    return fields | ({"archiveprefix": "arXiv"} if method.eprint else {})


def _parsed(text: str) -> dict[str, str]:
    """The fields of a citation in words; the whole of it as a note where it is told otherwise."""
    found = CITED.match(text)
    if found is None:
        return {"note": text}
    authors = re.sub(r",? & ", " and ", found["author"])
    authors = re.sub(r"(?<=\.), (?=[^\s.]+(?: [^\s.]+)*,)", " and ", authors)
    authors = re.sub(r"([^,]+), ([^,]+), (Jr\.)", r"\1, \3, \2", authors)  # BibTeX has it before the first name
    fields = {"author": authors, "title": found["title"].rstrip("."), "year": found["year"]}
    return fields | ({"note": found["note"].rstrip(".")} if found["note"] else {})


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    # doubled braces keep the letters of a title as they are
    told = {name: value if name == "doi" else _tex(value) for name, value in fields.items()}
    told = {name: f"{{{value}}}" if name == "title" else value for name, value in told.items()}
    return "\n".join([f"@{kind}{{{key},", *(f"  {name} = {{{value}}}," for name, value in told.items()), "}"])


def _tex(text: str) -> str:
    return "".join(TEX.get(letter, letter) for letter in " ".join(text.split()))


def _key(name: str) -> str:
    """An id as a key: letters, digits and - alone."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "own"


def _asked(record: Record, *elicitations: str) -> bool:
    return bool(tables.answers(record)["elicitation"].isin(elicitations).any())


def _varies(record: Record, columns: Iterable[str]) -> bool:
    grouped = tables.answers(record).groupby(["model", "inventory", "elicitation"], sort=False)
    return any(bool((grouped[name].nunique() > 1).any()) for name in columns)


def _persons(record: Record) -> bool:
    """Whether a persona set of two or more has scores."""
    table = places.places(record)
    rows: Any = zip(table["inventory"], table["model"], table["ask"], strict=True)
    return any(bool(place_sample.persona_sets(record, *place)) for place in rows)


def _several_models(record: Record) -> bool:
    table = places.places(record)
    return bool((table.groupby(["inventory", "ask"])["model"].nunique() > 1).any()) if len(table) else False


def _assigned(record: Record) -> bool:
    answers = tables.answers(record)
    names = {name for name, each in record.manifest.personas.items() if each.assigned}
    return bool(where_all(answers, kind="item")["persona"].isin(names).any())


CONDITIONS: dict[str, Callable[[Record], bool]] = {
    "always": lambda record: True,
    "printed": lambda record: _asked(record, "rating", "choice"),
    "ratings": lambda record: _asked(record, "rating"),
    "choices": lambda record: _asked(record, "choice"),
    "confirmations": lambda record: _asked(record, "confirmation"),
    "forms": lambda record: _varies(record, ("form", "reply")),
    "draws": lambda record: _varies(record, ("replicate",)),
    "repeated": lambda record: _varies(record, ("form", "reply", "replicate")) or _several_models(record),
    "persons": _persons,
    "models": _several_models,
    "assigned": _assigned,
    "divergence": lambda record: bool(divergence_looked.models(record)),
}
