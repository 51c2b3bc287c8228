"""The numbers of a report are those of the pages: table by table, as each page prints them for the same record."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.pages.test_pages import rendered
from tests.traitscope.reading_pages import Read
from traitscope import report
from traitscope.exhibit import Exhibit
from traitscope.record import Record
from traitscope.report import topics

Table = tuple[tuple[str, ...], ...]
PERSON = {"model": "simulated:person"}
RATED = PERSON | {"inventory": "bfi44", "ask": "rating: chosen"}
CHOSEN = PERSON | {"inventory": "scenarios_bfi44", "ask": "choice: chosen"}
LIKELY = {"inventory": "tipi", "ask": "likelihood: double_centred"}
# page, record, what is chosen there; and how many of its tables a report leaves out: what a reader asks for on the page alone
LOOKED_AT: list[tuple[str, str, dict[str, Any], int]] = [
    ("trait_profiles", "both", RATED, 1),  # alpha with all draws stacked: the report has that of the first draw
    ("trait_profiles", "likelihood", LIKELY, 1),
    ("reliability", "both", RATED, 2),  # the items of one scale; one coefficient, model by model
    ("consistency", "both", RATED, 0),
    ("consistency", "both", CHOSEN, 0),
    ("divergence", "both", PERSON, 0),
    ("compare", "both", {"inventory": "bfi44", "ask": "rating: chosen"}, 1),  # one coefficient, model by model
    ("studies", "both", {}, 0),
]


@cache
def of_report(folder: Path) -> frozenset[Table]:
    return frozenset(tuple(tuple(each) for each in table) for table in Read(report.html(Record(folder))).tables)


def of_page(page: Any) -> list[Table]:
    """The tables of a page as a reader sees them, the signs that keep Markdown away taken off."""
    found = []
    for each in page.table:
        shown = each.value.reset_index(drop=True)
        head = tuple(str(name).replace("\\", "").replace("95\u00a0%\u00a0CI", "95 % CI") for name in shown)
        rows = (
            tuple(str(cell).replace("\\", "").strip("`") for cell in row)
            for row in shown.itertuples(index=False, name=None)
        )
        found.append((head, *rows))
    return found


# each page is drawn whole: three in every pass, all where there is time
IN_EVERY_PASS = ("reliability", "divergence", "studies")


@pytest.mark.parametrize(
    ("name", "record", "chosen", "on_request"),
    [pytest.param(*each, marks=() if each[0] in IN_EVERY_PASS else pytest.mark.thorough) for each in LOOKED_AT],
)
def test_what_a_page_prints_is_in_the_report(
    runs: Path, name: str, record: str, chosen: dict[str, Any], on_request: int
) -> None:
    tables = of_page(rendered(name, runs / record, **chosen))
    there = [table in of_report(runs / record) for table in tables]
    assert there.count(True) >= 1 and there.count(False) == on_request


def test_every_table_of_the_report_is_the_printed_table_of_an_exhibit(runs: Path) -> None:
    record = Record(runs / "both")
    shown = [each for each in report.parts(record) if isinstance(each, Exhibit) and not each.missing]
    printed = [each.printed() for each in shown]
    wanted = [[[*each], *each.to_numpy().tolist()] for each in printed if len(each.columns)]
    assert Read(report.html(record)).tables == wanted
    assert len(wanted) > 30


def test_each_place_is_the_one_that_the_pages_open_with(runs: Path) -> None:
    page = rendered("trait_profiles", runs / "both")
    first = topics.shown_places(Record(runs / "both"))[0]
    assert {name: page.selectbox(key=name).value for name in first} == first
