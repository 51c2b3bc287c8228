"""What a report rests on: terms and citations, what the personas were told, versions, and how to make it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from pandas import DataFrame

from traitscope import citations
from traitscope.apa import column
from traitscope.exhibit import Exhibit
from traitscope.overview import counted
from traitscope.record import Record
from traitscope.web_page import Heading, Part, Points, Verbatim

MOST_PERSONAS = 40  # whose texts are printed


def personas(record: Record) -> Exhibit:
    """What each persona was told: columns persona, persona_set, assigned, text."""
    some = list(record.manifest.personas.values())
    table = DataFrame(
        [
            {
                "persona": each.id,
                "persona_set": each.set or "study",
                "assigned": ", ".join(f"{trait} {level:+g}" for trait, level in each.assigned.items()),
                "text": each.text or "(no text: the bare model)",
            }
            for each in some[:MOST_PERSONAS]
        ]
    )
    more = f" The first {MOST_PERSONAS}; the study file and the manifest have all." if len(some) > MOST_PERSONAS else ""
    columns = [column("persona"), column("persona_set", "set"), column("assigned"), column("text", "what it was told")]
    return Exhibit(
        "persona_texts", "What was each persona told?", table, columns, f"{counted(len(some), 'persona')}.{more}"
    )


def terms(record: Record) -> list[str]:
    """Licence, terms and attribution of every inventory, a line each."""
    told = []
    for name, each in record.inventories().items():
        parts = [
            each.licence,
            each.terms.text,
            f"Attribution: {each.terms.attribution}" if each.terms.attribution else "",
            each.terms.notice,
        ]
        sentences = " ".join(f"{part.strip().rstrip('.')}." for part in parts if part.strip())
        told.append(f"{each.title} ({name}): {sentences}")
    return told


def references(record: Record) -> list[Part]:
    """Whose inventories, persona sets and methods these are, in words."""
    parts: list[Part] = [Heading("References")]
    for title, cited in (
        ("Inventories", citations.inventories(record)),
        ("Persona sets", citations.persona_sets(record)),
    ):
        if cited:
            parts += [Heading(title, 2), Points([f"{name}: {text}" for name, texts in cited.items() for text in texts])]
    methods = [f"{citations.reference(each)} For {each.used_for}." for each in citations.methods(record).values()]
    return [*parts, Heading("Methods", 2), Points(methods)] if methods else parts


def versions(record: Record) -> Iterator[Part]:
    """With what it was made, and how to make it again."""
    manifest = record.manifest
    packages = ", ".join(f"{name} {number}" for name, number in manifest.packages.items())
    wordings = ", ".join(f"{name} {number}" for name, number in manifest.wordings.items())
    yield Points(
        [
            f"Made with: Python {manifest.python or 'unknown'} on {manifest.machine or 'a machine that is not told'}; {packages}.",
            f"Prompt layout {manifest.layout}, reader of replies {manifest.reader}; wordings: {wordings}.",
            f"Fingerprints of the inventories: {', '.join(f'{name} {mark}' for name, mark in manifest.inventories.items())}.",
            *(f"{name} was resolved as {able.resolved}." for name, able in manifest.abilities.items() if able.resolved),
            f"Seed {manifest.seed}: every order of items and options follows from it.",
        ]
    )
    name = record.name
    yield (
        "To make it again: save the study file below, ask, and write the report. Asking again goes on from what is answered; with the same versions and seed "
        "everything is printed in the same order."
    )
    study = f"{name}.toml"
    yield Verbatim(
        "\n".join(
            [
                shlex.join(["traitscope", "run", study, "--record", f"runs/{name}"]),
                shlex.join(["traitscope", "report", f"runs/{name}", "--to", f"{name}.html"]),
            ]
        )
    )
    file = record.folder / "study.toml"
    if file.is_file():
        yield Heading("Study file", 2)
        yield Verbatim(file.read_text("utf-8", errors="replace").strip())
