"""One HTML file of exhibits and words: all of it as text, nothing from outside, the tables as they are printed."""

import base64
import hashlib
import json
import re

from pandas import DataFrame

from tests.traitscope.reading_pages import Read
from traitscope import figures, web_page
from traitscope.apa import column
from traitscope.exhibit import Exhibit
from traitscope.web_page import Finding, Heading, Points, Verbatim

HOSTILE = '</script></style></pre><img src=x onerror=alert(1)>" onload="alert(2)" <b>b</b> & \u2028 http://out.example'
TABLE = DataFrame({"persona": ["one", HOSTILE], "value": [1 / 3, -0.5], "share": [0.25, 1.0]})
COLUMNS = (column("persona"), column("value", kind="number"), column("share", "share of all", "percent", told=HOSTILE))


def exhibit(name: str = "shown", rows: int = 2, figure: bool = True, **more: str) -> Exhibit:
    """One with a figure; every text of it tries to be more than text."""
    table = TABLE if rows == 2 else DataFrame({"persona": [f"p{each}" for each in range(rows)], "value": 1.0})
    drawn = figures.heatmap(
        table.assign(column=HOSTILE), HOSTILE, rows="persona", columns="column", value="value", unit=HOSTILE
    )
    return Exhibit(name, HOSTILE, table, COLUMNS, HOSTILE, drawn if figure else None, **more)


def test_a_table_in_the_file_is_the_printed_table_of_the_exhibit() -> None:
    for figure in (True, False):
        shown = exhibit(figure=figure)
        (table,) = Read(web_page.page("t", [shown])).tables
        assert table == [[*shown.printed()], *shown.printed().to_numpy().tolist()]


def test_no_text_becomes_markup() -> None:
    parts = [Heading(HOSTILE), HOSTILE, Finding(HOSTILE), Points([HOSTILE]), Verbatim(HOSTILE), exhibit(note=HOSTILE)]
    read = Read(web_page.page(HOSTILE, [*parts, exhibit("none", missing=HOSTILE)], lead=HOSTILE))
    assert not {"img", "b"} & set(read.tags)
    assert not [name for name, _ in read.attributes if name.startswith("on") or name in ("src", "srcset", "action")]
    assert read.tags.count("script") == 3  # the data of one figure, plotly, and what draws
    assert read.texts.count(HOSTILE) == 12


def test_a_policy_allows_the_two_scripts_of_the_file_and_nothing_from_outside() -> None:
    page = web_page.page("t", [exhibit()])
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    _, plotly, draws = Read(page).scripts
    hashes = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in (plotly, draws)]
    assert policy[1].startswith(f"default-src 'none'; script-src 'sha256-{hashes[0]}' 'sha256-{hashes[1]}';")
    assert "http" not in policy[1] and "connect-src" not in policy[1] and "unsafe-eval" not in policy[1]


def test_the_script_of_the_figures_is_there_once_and_only_if_there_is_a_figure() -> None:
    one, two = (web_page.page("t", [exhibit(f"e{each}") for each in range(count)]) for count in (1, 2))
    assert len(two) - len(one) < 50_000 < len(one)
    without = web_page.page("t", [exhibit(figure=False), exhibit(missing="none")])
    assert "<script" not in without and "script-src 'none'" in without and len(without) < 20_000


def test_the_data_of_a_figure_are_those_of_the_exhibit() -> None:
    shown = exhibit()
    drawn = json.loads(Read(web_page.page("t", [shown])).scripts[0])
    assert drawn["data"][0]["text"] == [list(row) for row in shown.figure.data[0].text]
    assert drawn["layout"]["title"]["text"] == ""  # the page sets it, as a heading that wraps


def test_a_long_table_is_left_to_the_file_when_it_is_printed() -> None:
    pages = [web_page.page("t", [exhibit(rows=rows)]) for rows in (web_page.SHORT, web_page.SHORT + 1)]
    assert ['<details class="short">' in each for each in pages] == [True, False]
    assert ["rows is in the HTML file" in each for each in pages] == [False, True]


def test_a_figure_taller_than_a_sheet_is_made_smaller_on_paper_and_no_other() -> None:
    pages = [web_page.page("t", [exhibit(rows=rows)]) for rows in (10, 60)]
    assert ["--fit:0." in each for each in pages] == [False, True]


def test_contents_are_listed_where_there_are_enough_headings() -> None:
    few, enough = (web_page.page("t", [Heading(f"h{each}") for each in range(count)]) for count in (3, 4))
    assert "<nav" not in few and '<a href="#part_4">h3</a>' in enough
