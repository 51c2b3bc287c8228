"""The report of a record: one HTML file for a reader who has neither the record nor the program.

Its numbers are those of the pages, because its exhibits are theirs. The same record gives the same file, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from traitscope import citations
from traitscope.datafile import DataError
from traitscope.design import design_shown
from traitscope.figures.images import BROWSERS, browser
from traitscope.kept import kept
from traitscope.overview import counted, model_name
from traitscope.record import Record, write_whole
from traitscope.report import limitations, methods, printing, sources, topics
from traitscope.report.methods import dates, day, file_of, listed
from traitscope.web_page import Heading, Part, Points, Verbatim, page

NO_BROWSER = f"a PDF needs Chromium or Chrome: none of {', '.join(BROWSERS)} on the path, no BROWSER_PATH"


def html(record: Record) -> str:
    """The report as one HTML file that needs no network."""
    return kept(_html, record)


def pdf(record: Record) -> bytes:
    """The same, printed by Chromium; raises DataError where there is none."""
    if browser() is None:
        raise DataError(f"report: {NO_BROWSER}")
    return printing.printed(html(record))


def write(record: Record, to: Path | None = None, *, with_pdf: bool = False) -> tuple[dict[str, Any], str]:
    """Write the report to `to`, or `report.html` in the record's folder, and with `with_pdf` a PDF of the same name beside it."""
    file = to or record.folder / "report.html"
    if file.suffix.lower() not in (".html", ".htm"):
        raise DataError(f"report: --to must end with .html, not {file.name!r}; --pdf writes a PDF beside it")
    if with_pdf and browser() is None:
        raise DataError(f"report --pdf: {NO_BROWSER}; without --pdf the HTML is written, which every browser prints")
    try:
        write_whole(file, html(record))
        files = [file]
        if with_pdf:
            files.append(file.with_suffix(".pdf"))
            write_whole(files[-1], pdf(record))
    except OSError as problem:
        told = f"report: {problem.filename or file} cannot be written ({problem.strerror})"
        raise DataError(f"{told}; --to FILE.html writes it elsewhere") from None
    sizes = {str(each): each.stat().st_size for each in files}
    told = "\n".join(f"{name}: {size / 1e6:.1f} MB" for name, size in sizes.items())
    return {"record": str(record.folder), "files": sizes}, told


def parts(record: Record) -> list[Part]:
    """All parts of the report, in order."""
    return list(_parts(record))


def _html(record: Record) -> str:
    found = dates(record)
    when = (
        ""
        if found is None
        else f" Answers of {day(found[0])}" + ("." if day(found[0]) == day(found[1]) else f" to {day(found[1])}.")
    )
    return page(record.manifest.title, parts(record), lead=f"Report of the record {record.name}, by Traitscope.{when}")


def _parts(record: Record) -> Iterator[Part]:
    yield Heading("Question")
    yield from _question(record)
    if told := topics.findings(record):
        yield Heading("In brief")
        yield Points(told)
    yield Heading("Design")
    yield from _design(record)
    yield Heading("Methods")
    for title, paragraphs in methods.told(record):
        yield Heading(title, 2)
        yield from paragraphs
    yield from topics.results(record)
    if others := topics.left_out(record):
        yield others
    yield Heading("Limitations")
    yield Points(limitations.limits(record))
    yield Heading("Personas")
    yield sources.personas(record)
    yield Heading("Terms of the inventories")
    yield Points(sources.terms(record))
    yield from sources.references(record)
    yield Heading("Versions, and how to make it again")
    yield from sources.versions(record)
    yield Heading("References as BibTeX")
    yield Verbatim(citations.bibtex(record).strip())


def _question(record: Record) -> Iterator[Part]:
    file, manifest = file_of(record), record.manifest
    if file and file.note:
        yield file.note
    inventories = record.inventories()
    names = listed(each.title for each in inventories.values())
    who = listed(model_name(record, name) for name in manifest.models)
    personas = counted(len(manifest.personas), "persona")
    yield (
        f"How does {who} answer {names} as {personas}; do these scores hold over items, forms and draws"
        + (
            "; and does it act as it says it is?"
            if any(each.kind == "action" for each in inventories.values())
            else "?"
        )
    )


def _design(record: Record) -> Iterator[Part]:
    file = file_of(record)
    if file is None:
        yield "The study file of this record cannot be read, so its design cannot be drawn."
        return
    for number, ask in enumerate(file.asks, start=1):
        of = listed(ask.inventories or record.manifest.inventories)
        told = f"Way of asking {number}: {ask.elicitation} of {of}, {counted(ask.replicates, 'draw')} of each form and persona."
        picture = design_shown.picture(ask, file.seed, number)
        if picture.missing:
            yield f"{told} {picture.missing}"
            continue
        yield told
        yield picture
        if (confounded := design_shown.aliases(ask, file.seed, number)) is not None:
            yield confounded
