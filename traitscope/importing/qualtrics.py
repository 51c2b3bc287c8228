"""Survey answers as Qualtrics exports them: three lines of header (names, questions, import ids), numbers or choice texts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from inventories.definitions import Inventory
from inventories.forms import Form
from inventories.persona_sets import Persona
from inventories.reading import allowed
from traitscope.datafile import DataError, csv_rows
from traitscope.importing.sheet import Filled, Sheet, model_name, name_of, numbered

HEADERS = 3
MARK = '{"ImportId":'
ID = ("ResponseId", "ResponseID")
# what is kept of a respondent: none of it says where or who somebody is
KEPT = ("Finished", "Progress", "Status", "DistributionChannel", "UserLanguage")
# what Qualtrics adds to every survey
ADDED = {
    *KEPT, *ID, "StartDate", "EndDate", "IPAddress", "Duration (in seconds)", "RecordedDate", "RecipientLastName",
    "RecipientFirstName", "RecipientEmail", "ExternalReference", "ExternalDataReference", "LocationLatitude", "LocationLongitude",
}  # fmt: skip
SEEN = "-99"  # what a question that was seen and not answered is recoded to, where the export is asked to


def is_qualtrics(rows: list[list[str]]) -> bool:
    """Whether the third of these lines has Qualtrics' import ids."""
    return len(rows) >= HEADERS and bool(rows[2]) and rows[2][0].replace(" ", "").startswith(MARK)


def read_qualtrics(path: Path, inventory: Inventory) -> Sheet:
    """Every response is a person; a column is an item by its name, or by its question, which holds the item's text."""
    rows = csv_rows(path)
    if not is_qualtrics(rows):
        raise DataError(
            f"{path}, line 3: needs Qualtrics' import ids, as {MARK}...}}; export as CSV and leave all three header lines"
        )
    names, questions = [each.strip() for each in rows[0]], rows[1]
    if twice := [name for name, count in Counter(names).items() if count > 1 and name]:
        raise DataError(f"{path}, line 1: the column {twice[0]!r} stands twice")
    columns, told = _items(names, questions, inventory, path)
    key = next((names.index(name) for name in ID if name in names), None)
    if key is None:
        raise DataError(f"{path}, line 1: no column {ID[0]!r}, which says whose a row is")
    sheet = Sheet(path, "qualtrics", tuple(columns), told=told)
    found: list[Filled] = []
    first: dict[str, str] = {}
    for number, row in enumerate(rows[HEADERS:], start=1):
        if not row:
            continue
        place = f"response {number}"
        if len(row) != len(names):
            raise DataError(f"{path}, {place}: {len(row)} cells, but the header has {len(names)}")
        person = name_of(row[key], f"{path}, {place}, column {names[key]!r}")
        if person in first:
            raise DataError(
                f"{path}, {place}, column {names[key]!r}: {person!r} stands twice, first in {first[person]}"
            )
        first[person] = place
        sheet.people[person] = Persona(
            person, attributes={name: row[names.index(name)] for name in KEPT if name in names}
        )
        cells = {item: row[column] for item, column in columns.items()}
        found.append(Filled(place, model_name(path), person, 1, Form(), "choice" if inventory.kind == "action" else "rating", cells))  # fmt: skip
    if not found:
        raise DataError(f"{path}: three lines of header and no response")
    numbered(sheet, _seen_is_missing(found, inventory, sheet), own=True)
    _tell_unfinished(sheet)
    return sheet


def _items(
    names: list[str], questions: list[str], inventory: Inventory, path: Path
) -> tuple[dict[str, int], list[str]]:
    """The column of each item: named as the item, or else the one whose question ends in the item's text."""
    by_name = {item.id.casefold(): item.id for item in inventory.items}
    by_text = {
        _plain(text): item.id for item in inventory.items for text in (item.text, inventory.printed_text(item)) if text
    }
    columns: dict[str, int] = {}
    others, read = [], 0
    for place, name in enumerate(names):
        item = by_name.get(name.casefold())
        if item is None and name not in ADDED:
            item = _asked(questions[place] if place < len(questions) else "", by_text)
            read += item is not None
        if item is None:
            others += [name] if name and name not in ADDED else []
        elif item in columns:
            raise DataError(
                f"{path}, line 1, column {name!r}: {item} has the column {names[columns[item]]!r} already; name the columns by item id"
            )
        else:
            columns[item] = place
    if not columns:
        seen = ", ".join(map(repr, others[:12])) or "none but Qualtrics' own"
        raise DataError(
            f"{path}, lines 1 and 2: no column has an item's id as its name or an item's text as its question; seen: {seen}; "
            f"{allowed([item.id for item in inventory.items])}"
        )
    told = [f"{read} columns were recognised by their questions"] if read else []
    lack = len(inventory.items) - len(columns)
    told += [f"{lack} of {len(inventory.items)} items have no column and were not asked"] if lack else []
    told += [f"columns left alone: {', '.join(others)} (they are in the copy of the file)"] if others else []
    return dict(sorted(columns.items(), key=lambda each: each[1])), told


def _asked(question: str, by_text: dict[str, str]) -> str | None:
    """The item that a question is; of a matrix, Qualtrics writes what is asked of all lines, " - ", and the line."""
    parts = question.split(" - ")
    tails = (" - ".join(parts[start:]) for start in range(len(parts)))
    return next((by_text[_plain(tail)] for tail in tails if _plain(tail) in by_text), None)


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".… ").lstrip("….").strip().casefold()


def _seen_is_missing(found: list[Filled], inventory: Inventory, sheet: Sheet) -> list[Filled]:
    """Cells with Qualtrics' own number for no answer, without it where it is no value of an item."""
    values = {str(option.value) for item in inventory.items for option in inventory.options_of(item)}
    count = sum(cell.strip() == SEEN for each in found for cell in each.cells.values() if isinstance(cell, str))
    if not count or SEEN in values:
        return found
    sheet.told.append(f"{count} cells with {SEEN}, which Qualtrics writes for seen and not answered, are missing")
    for each in found:
        assert isinstance(each.cells, dict)
        each.cells.update({item: "" for item, cell in each.cells.items() if str(cell).strip() == SEEN})
    return found


def _tell_unfinished(sheet: Sheet) -> None:
    said = [person.attributes for person in sheet.people.values()]
    unfinished = sum(each.get("Finished", "").strip().casefold() in ("0", "false") for each in said)
    previews = sum(each.get("Status", "").strip().casefold() in ("1", "survey preview") for each in said)
    if unfinished:
        sheet.told.append(f"{unfinished} of {len(said)} responses are not finished; they are kept (attribute Finished)")
    if previews:
        sheet.told.append(
            f"{previews} of {len(said)} responses are previews of the survey; they are kept (attribute Status)"
        )
