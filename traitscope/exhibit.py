"""What is shown of one question: a figure, the table behind it, and who was asked how. Pages and reports show the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from pandas import DataFrame

from traitscope import apa
from traitscope.harmless import guarded_table


@dataclass(frozen=True)
class Exhibit:
    """One finding that can be shown.

    `name` names its files and its place on a page (letters, digits and _); `question` is the title; `table` is tidy and
    unrounded, as the CSV has it; `columns` says what of it is printed and how; `caption` tells n, elicitation and what the
    interval is, in two lines; `note` is what else stands below the table; `figure` is a plotly figure, or None where a table says
    it all or nothing can be drawn; `missing` says in words why there is nothing, where there is nothing.
    `about` says of which record, model, inventory and elicitation it is: the first columns of the CSV, so that collected files
    can be told apart.
    """

    name: str
    question: str
    table: DataFrame
    columns: Sequence[apa.Column] = field(default_factory=tuple)
    caption: str = ""
    figure: Any = None
    missing: str = ""
    note: str = ""
    about: Mapping[str, str] = field(default_factory=dict)

    def printed(self) -> DataFrame:
        """The table as journals print it."""
        return self._printed

    def csv(self) -> str:
        """The whole table, unrounded, after what it is about; no text in it is a formula to a spreadsheet."""
        return self._csv

    def markdown(self) -> str:
        """The printed table with title and note, as Markdown."""
        return apa.markdown(self.printed(), self.question, self._told())

    def word(self) -> str:
        """The printed table with title and note, as a page that Word opens."""
        return apa.page(self.printed(), self.question, self._told())

    def picture(self, form: Literal["png", "svg"]) -> bytes:
        """The figure with its caption, on white; raises PictureError where nothing here can draw it."""
        from traitscope.figures import picture

        return picture(self.figure, form, self.caption)

    # an exhibit is shown again at every change of a page
    @cached_property
    def _printed(self) -> DataFrame:
        return apa.printed(self.table, self.columns)

    @cached_property
    def _csv(self) -> str:
        about = {name: word for name, word in self.about.items() if name not in self.table}
        table = self.table[[*self.table]]  # a copy: tables are shared
        for place, (name, word) in enumerate(about.items()):
            table.insert(place, name, word)
        return guarded_table(table).to_csv(index=False)

    def _told(self) -> str:
        """Caption and note: a table that is taken along stands alone."""
        return f"{self.caption} {self.note}".strip()
