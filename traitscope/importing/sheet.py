"""What every reader makes of its file: who filled in what, with the raw text of each cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from inventories.forms import Elicitation, Form
from inventories.persona_sets import Persona
from traitscope.datafile import DataError

BARE, BARE_SET = "bare", "none"  # the persona where none was said, and the set that it is in
REPLIES = ("trait",)  # kinds of files whose cells are replies as they were said; those of all others are values
LONGEST_NAME = 200  # characters of a model's or persona's name

# a cell as it stands in the file, or the log-probability of each label in printed order
Cell = str | tuple[float, ...]


@dataclass(frozen=True)
class Filled:
    """One sitting as the file has it; an item that is not in `cells` has no answer."""

    place: str  # in the file, as "row 3"
    model: str
    persona: str
    replicate: int
    form: Form
    elicitation: Elicitation
    cells: Mapping[str, Cell]
    order: tuple[str, ...] = ()  # the items as they were asked, where the file says so


@dataclass
class Sheet:
    """A file that was read: its items, its sittings, its people, and what the user must be told."""

    file: Path
    kind: str
    items: tuple[str, ...]
    sittings: list[Filled] = field(default_factory=list)
    people: dict[str, Persona] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def in_language(self, language: str) -> None:
        """Say of every sitting that it was held in `language`."""
        self.sittings = [
            replace(each, form=msgspec.structs.replace(each.form, language=language)) for each in self.sittings
        ]

    @property
    def by_labels(self) -> bool:
        """Whether the cells are probabilities of labels: either all are, or none."""
        return any(isinstance(cell, tuple) for each in self.sittings[:1] for cell in each.cells.values())


def model_name(path: Path) -> str:
    """Whose answers a file holds that does not say it."""
    return path.name


def name_of(text: str, place: str) -> str:
    """The name of a model or a persona; DataError for one that no table could show."""
    name = text.strip()
    if not name:
        raise DataError(f"{place}: is empty; needed is a name of 1 to {LONGEST_NAME} characters")
    if len(name) > LONGEST_NAME or not name.isprintable():
        told = f"{len(name):,} characters" if len(name) > LONGEST_NAME else repr(name)
        raise DataError(f"{place}: {told}; a name has 1 to {LONGEST_NAME} characters, all printable")
    return name


def numbered(sheet: Sheet, rows: list[Filled], *, own: bool) -> None:
    """Give every sitting its number among the repeats of one person and form, and put it on the sheet.

    With `own`, the file's numbers stay; two of the same person, form and number are a mistake. Else they count up.
    """
    seen: Counter[tuple[object, ...]] = Counter()
    first: dict[tuple[object, ...], str] = {}
    for each in rows:
        key = each.model, each.persona, each.elicitation, each.form
        if own:
            twice = first.setdefault((*key, each.replicate), each.place)
            if twice != each.place:
                raise DataError(
                    f"{sheet.file}, {each.place}: persona {each.persona!r} with replicate {each.replicate} stands twice, "
                    f"first in {twice}; repeats are told apart by the column replicate"
                )
            number = each.replicate
        else:
            seen[key] += 1
            number = seen[key]
        sheet.sittings.append(_with(each, number))


def _with(row: Filled, replicate: int) -> Filled:
    return row if row.replicate == replicate else replace(row, replicate=replicate)
