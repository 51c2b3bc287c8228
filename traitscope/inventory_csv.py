"""An inventory in a spreadsheet: a CSV file becomes the TOML that says the same, or a list of mistakes, each with its line.

Above the items stand lines that begin with a word: title, licence, source, instructions, printed, scale, option. Then comes
the line with the names of the columns, and one line for each item.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from inventories.reading import allowed, one_line, seen

ONCE = ("title", "licence", "source", "instructions", "printed")  # TEXT follows
TWICE = ("scale", "option")  # CODE or VALUE follows, then NAME or TEXT
COLUMNS = ("id", "scale", "key", "text", "left", "right", "facet")
WORDS = (*ONCE, *TWICE, "license")  # that a line above the items begins with
KEYS = {"": 1, "1": 1, "+1": 1, "+": 1, "-1": -1, "-": -1, "r": -1, "rev": -1, "reversed": -1}
KEYS_TOLD = "empty, 1 or + for an item that counts as it is; -1, - or R for a reversed one"
BARE = re.compile(r"[A-Za-z0-9_-]+")
MOST_MISTAKES = 40  # that are told; a file with more is another kind of file, and no page could show them all

TEMPLATE = """\
title,Tiny extraversion scale
licence,public domain
source,"International Personality Item Pool (Goldberg et al., 2006)"
scale,E,Extraversion
option,1,inaccurate
option,2,neither
option,3,accurate
id,scale,key,text
E1,E,1,Am the life of the party.
E2,E,R,Don't talk a lot.
"""


@dataclass
class Sheet:
    """What the lines of a file say, with the line of each; and what is wrong with them."""

    head: dict[str, str] = field(default_factory=dict)
    scales: dict[str, str] = field(default_factory=dict)
    options: list[tuple[int, str]] = field(default_factory=list)
    items: list[dict[str, str | int]] = field(default_factory=list)
    named: bool = False  # whether scales have lines of their own; else a scale's code is its name
    lines: dict[str, int] = field(default_factory=dict)  # 'item "E1"', 'scale "E"', "title" -> line
    mistakes: list[str] = field(default_factory=list)

    def wrong(self, file: str, line: int, what: str) -> None:
        self.mistakes.append(one_line(f"{file}, line {line}{what}"))


def toml_of(text: str, file: str) -> tuple[str, Sheet]:
    """The CSV `text` of `file` as TOML, and the sheet with its mistakes; with any, the TOML is ""."""
    sheet = Sheet()
    columns: list[str] = []
    try:
        for line, cells in _rows(text):
            if columns:
                _item(sheet, file, line, cells, columns)
            elif columns := _columns(cells):
                if not _check_columns(sheet, file, line, columns):
                    return "", sheet  # every line below would be wrong for the same reason
            else:
                _head(sheet, file, line, cells)
            if len(sheet.mistakes) >= MOST_MISTAKES:
                sheet.mistakes.append(
                    f"{file}: more than {MOST_MISTAKES} mistakes; what follows line {line} was not read"
                )
                return "", sheet
    except csv.Error as problem:
        line, told = problem.args
        sheet.wrong(file, line, f": cannot be read as CSV ({told}); a quotation mark may be missing")
    _check(sheet, file, bool(columns))
    return ("" if sheet.mistakes else _written(sheet)), sheet


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Every line that holds something, with its number: the first one of a cell that runs over several.

    Raises csv.Error with the number of the line that cannot be read, and why.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            found = [cell.strip() for cell in cells]
            if any(found):
                yield line, found
            line = reader.line_num + 1
    except csv.Error as problem:
        raise csv.Error(line, str(problem)) from None


def _delimiter(text: str) -> str:
    """What stands between the names of the columns: a comma, a semicolon (where the comma is a decimal sign) or a tab."""
    for line in text.splitlines():
        for sign in (",", ";", "\t"):
            if _columns([cell.strip().strip('"') for cell in line.split(sign)]):
                return sign
    return max(",;\t", key=text.partition("\n")[0].count)


def _columns(cells: list[str]) -> list[str]:
    """The names of the columns, if this is the line that has them; one of them may be misspelt, and id or text be another word."""
    names = [cell.casefold() for cell in cells]
    known = set(names) & set(COLUMNS)
    whole = "id" in known and {"text", "left"} & known
    return names if whole or (names[0] not in WORDS and ("id" in known or len(known) > 1)) else []


def _check_columns(sheet: Sheet, file: str, line: int, columns: list[str]) -> bool:
    """Whether the columns can be read; what is wrong with them is one mistake."""
    while columns and not columns[-1]:  # a spreadsheet's empty columns
        columns.pop()
    unknown = [name for name in columns if name not in COLUMNS]
    twice = [name for name in dict.fromkeys(columns) if columns.count(name) > 1]
    lacking = "id" if "id" not in columns else "" if {"text", "left"} & set(columns) else "text"
    if unknown:
        names = ", ".join(map(repr, unknown))
        what = f"unknown column{'s' if len(unknown) > 1 else ''} {names}; {allowed(COLUMNS, unknown[0])}"
    elif twice:
        what = f"the column {twice[0]!r} stands twice"
    elif lacking:
        what = f"there is no column {lacking!r}, seen {', '.join(columns)}; {allowed(COLUMNS)}"
    else:
        return True
    sheet.wrong(file, line, f": {what}")
    return False


def _head(sheet: Sheet, file: str, line: int, cells: list[str]) -> None:
    word, *rest = cells
    word = {"license": "licence"}.get(word.casefold(), word.casefold())
    while rest and not rest[-1]:
        rest.pop()
    if word not in (*ONCE, *TWICE):
        what = (
            f": unknown word {word!r}; {allowed((*ONCE, *TWICE), word)}, or the names of the columns: id,scale,key,text"
        )
        sheet.wrong(file, line, what)
    elif word in ONCE and (len(rest) != 1 or word in sheet.head):
        told = (
            "it stands twice"
            if word in sheet.head
            else f"{len(rest)} cells follow, but 1 is needed (a text with commas in quotes)"
        )
        sheet.wrong(file, line, f", {word}: {told}")
    elif word in ONCE:
        sheet.head[word], sheet.lines[word] = rest[0], line
    elif len(rest) != 2:
        needed = "a value and a text" if word == "option" else "a code and a name"
        sheet.wrong(
            file, line, f", {word}: {len(rest)} cells follow, but {needed} are needed (a text with commas in quotes)"
        )
    elif word == "scale":
        place = f'scale "{rest[0]}"'
        if place in sheet.lines:
            sheet.wrong(file, line, f", scale: {rest[0]!r} stands already in line {sheet.lines[place]}")
        sheet.named, sheet.scales[rest[0]], sheet.lines[place] = True, rest[1], line
    elif not re.fullmatch(r"[+-]?[0-9]{1,9}", rest[0]):
        sheet.wrong(file, line, f", option: the value must be a whole number of at most 9 digits, seen {seen(rest[0])}")
    else:
        sheet.options.append((int(rest[0]), rest[1]))


def _item(sheet: Sheet, file: str, line: int, cells: list[str], columns: list[str]) -> None:
    if extra := [cell for cell in cells[len(columns) :] if cell]:
        sheet.wrong(file, line, f": more cells than columns, seen {extra[0]!r}; a text with commas stands in quotes")
        return
    row = dict(zip(columns, cells, strict=False))
    name, key = row.get("id", ""), row.get("key", "").casefold().replace("−", "-")
    place = f'item "{name}"'
    if not name:
        sheet.wrong(file, line, ", id: is missing")
    elif place in sheet.lines:
        sheet.wrong(file, line, f", id: {name!r} stands already in line {sheet.lines[place]}; ids must differ")
    sheet.lines.setdefault(place, line)
    if key not in KEYS:
        sheet.wrong(file, line, f", key: {row['key']!r} is not allowed; {KEYS_TOLD}")
    for column in ("scale", "facet"):
        scale = row.get(column, "")
        if scale and sheet.named and scale not in sheet.scales:
            sheet.wrong(file, line, f", {column}: unknown scale {scale!r}; {allowed(sheet.scales, scale)}")
        elif scale:
            sheet.scales.setdefault(scale, scale)
    if not row.get("text") and not (row.get("left") and row.get("right")):
        sheet.wrong(file, line, ", text: is missing; an item needs a text, or both left and right")
    found: dict[str, str | int] = {column: row[column] for column in COLUMNS if row.get(column) and column != "key"}
    sheet.items.append({**found, "key": KEYS.get(key, 1)})


def _check(sheet: Sheet, file: str, has_columns: bool) -> None:
    """What only the whole file can lack."""
    for word in ("title", "licence"):
        if not sheet.head.get(word):
            sheet.wrong(file, 1, f": {word!r} is missing; a line {word},... must stand above the items")
    if not has_columns:
        sheet.wrong(
            file, 1, ": no line has the names of the columns: id,scale,key,text (one line for each item follows it)"
        )
    elif not sheet.items:
        sheet.wrong(file, 1, ": no item follows the names of the columns")
    if len(sheet.options) < 2:
        what = f": {len(sheet.options)} options, but at least two are needed; a line option,VALUE,TEXT for each"
        sheet.wrong(file, 1, what)


def _written(sheet: Sheet) -> str:
    head = {"title": sheet.head["title"], "kind": "cognition", **sheet.head}
    lines = [f"{name} = {quoted(text)}" for name, text in head.items()]
    scales = ", ".join(f"{_bare(code)} = {quoted(name)}" for code, name in sheet.scales.items())
    options = [f"  {{ value = {value}, text = {quoted(text)} }}," for value, text in sheet.options]
    items = [f"  {{ {_pairs(item)} }}," for item in sheet.items]
    lines += [f"scales = {{ {scales} }}", "options = [", *options, "]", "items = [", *items, "]"]
    return "\n".join(lines) + "\n"


def _pairs(item: Mapping[str, str | int]) -> str:
    order = [name for name in ("id", "scale", "facet", "key", "text", "left", "right") if name in item]
    return ", ".join(f"{name} = {quoted(each) if isinstance(each := item[name], str) else each}" for name in order)


def quoted(text: str) -> str:
    """A TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _bare(name: str) -> str:
    return name if BARE.fullmatch(name) else quoted(name)
