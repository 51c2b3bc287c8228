"""Exhibits, headings and paragraphs become one HTML file that needs no network: to be read, printed and sent.

Every text is shown as text: nothing that stands in a record, a persona or a file name becomes markup. The page forbids itself
all network, and every script but its own two, by a Content-Security-Policy.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pandas import DataFrame

from traitscope import apa
from traitscope.exhibit import Exhibit
from traitscope.figures import in_file

SHORT = 24  # rows of a table behind a figure that is printed with it; longer ones are left to the file
PAPER = 880  # pixels of a figure that a printed page holds, in A4 and in Letter, with title and caption
CONTENTS = 4  # headings that make a list of contents worth its place


@dataclass(frozen=True)
class Heading:
    """A heading within the page; `level` 1 stands in the list of contents."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True)
class Finding:
    """What was found, in a sentence or two, set off from the text around it."""

    text: str


@dataclass(frozen=True)
class Points:
    """A list, a point each."""

    texts: Sequence[str]


@dataclass(frozen=True)
class Verbatim:
    """Text that keeps its lines, as of a file or of references for a program."""

    text: str


Part = str | Heading | Finding | Points | Verbatim | Exhibit  # a text alone is a paragraph


def page(title: str, parts: Sequence[Part], *, lead: str = "") -> str:
    """One HTML file of the parts, in their order, below `title` and the line `lead`.

    A figure is interactive, and its table is one click behind it; tables of at most `SHORT` rows are printed with it. An exhibit
    that has nothing to show says why. plotly's script is written once, and only if there is a figure.
    """
    named = [(f"part_{place}", each) for place, each in enumerate(parts, 1)]
    body = "\n".join(_part(name, each) for name, each in named)
    drawn = any(_has_figure(each) for each in parts)
    scripts = [in_file.script(), _beside("js")] if drawn else []
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy(scripts)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_text(title)}</title>",
            f"<style>{_beside('css')}</style></head><body>",
            f"<header><h1>{_text(title)}</h1>{_note(lead, 'lead')}</header>",
            _contents(named),
            f"<main>{body}</main>",
            *(f"<script>{each}</script>" for each in scripts),
            "</body></html>\n",
        ]
    )


def policy(scripts: Sequence[str]) -> str:
    """The Content-Security-Policy of a page: these scripts and no other, pictures of its own making, nothing from outside."""
    hashes = (base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in scripts)
    known = " ".join(f"'sha256-{each}'" for each in hashes) or "'none'"
    return (
        f"default-src 'none'; script-src {known}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def table(printed: DataFrame) -> str:
    """A printed table (text in every cell, as of `Exhibit.printed`) as HTML, numbers to the right."""
    kinds = ["" if apa.is_text(printed[name]) else ' class="number"' for name in printed]
    head = "".join(f"<th{kind}>{_text(str(name))}</th>" for name, kind in zip(printed, kinds, strict=True))
    rows = (
        "".join(f"<td{kind}>{_text(cell)}</td>" for cell, kind in zip(row, kinds, strict=True))
        for row in printed.itertuples(index=False, name=None)
    )
    body = "\n".join(f"<tr>{each}</tr>" for each in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _part(name: str, part: Part) -> str:
    if isinstance(part, str):
        return f"<p>{_text(part)}</p>"
    if isinstance(part, Heading):
        return f'<h{part.level + 1} id="{name}">{_text(part.text)}</h{part.level + 1}>'
    if isinstance(part, Finding):
        return f'<p class="told">{_text(part.text)}</p>'
    if isinstance(part, Points):
        return f"<ul>{''.join(f'<li>{_text(each)}</li>' for each in part.texts)}</ul>"
    if isinstance(part, Verbatim):
        return f"<pre>{_text(part.text)}</pre>"
    return f'<section class="exhibit" id="{name}" data-exhibit="{_text(part.name)}">{"".join(_exhibit(name, part))}</section>'


def _exhibit(name: str, shown: Exhibit) -> Iterator[str]:
    title = f"<h4>{_text(shown.question)}</h4>"
    if shown.missing:
        yield f'{title}<p class="missing">{_text(shown.missing)}</p>'
        return
    printed, told = shown.printed(), _note(_told(shown))
    if shown.figure is None:
        yield f"{title}{table(printed)}{_note(shown.caption)}{told}"
        return
    high = in_file.pixels(shown.figure)
    fit = f";--fit:{PAPER / high:.3f}" if high > PAPER else ""
    yield (
        f'<figure class="picture" style="margin:0">{title}<div class="figure" role="img" aria-label="{_text(shown.question)}" '
        f'data-from="{name}_data" style="height:{high}px{fit}"></div>'
        "<noscript>The figure is drawn by JavaScript; its numbers are in the table.</noscript>"
        f"<figcaption>{_text(shown.caption)}</figcaption></figure>"
        f'<script type="application/json" id="{name}_data">{in_file.drawn_from(shown.figure, shown.name)}</script>'
    )
    if len(printed.columns):
        short = len(printed) <= SHORT
        if not short:
            yield _note(f"The table of {len(printed):,} rows is in the HTML file.", "note unprinted")
        yield f'<details class="{"short" if short else "long"}"><summary>Table</summary>{table(printed)}{told}</details>'


def _told(shown: Exhibit) -> str:
    """What the columns mean, where their words alone do not say it, and the note."""
    printed = shown.printed()
    words = [f"{each.word}: {each.told}" for each in shown.columns if each.told and each.word in printed]
    return " ".join(filter(None, [f"{'; '.join(words)}." if words else "", shown.note]))


def _note(text: str, kind: str = "note") -> str:
    return f'<p class="{kind}">{_text(text)}</p>' if text else ""


def _contents(named: Sequence[tuple[str, Part]]) -> str:
    heads = [(name, each) for name, each in named if isinstance(each, Heading) and each.level == 1]
    if len(heads) < CONTENTS:
        return ""
    links = "".join(f'<a href="#{name}">{_text(each.text)}</a>' for name, each in heads)
    return f'<nav aria-label="Contents">{links}</nav>'


def _has_figure(part: Part) -> bool:
    return isinstance(part, Exhibit) and part.figure is not None and not part.missing


def _text(text: object) -> str:
    return html.escape(str(text))


def _beside(kind: Literal["css", "js"]) -> str:
    """The style sheet, or the script that draws, which lie beside this file."""
    return Path(__file__).with_suffix(f".{kind}").read_text("utf-8")
