"""Tables as journals print them."""

import math

import pytest
from pandas import DataFrame

from traitscope import apa

TABLE = DataFrame(
    {
        "scale": ["E|x", "N"], "alpha": [0.847, math.nan], "low": [0.63, math.nan], "high": [1.0, math.nan], "n": [1200, 2],
        "p": [0.0004, 0.049], "score": [12.345, -0.001], "empty": [None, None],
    }
)  # fmt: skip
COLUMNS = [
    apa.column("scale"), apa.column("alpha", kind="bounded"), apa.interval("bounded"), apa.column("n", "persons", "count"),
    apa.column("p", kind="p"), apa.column("score", kind="number"), apa.column("empty"), apa.column("not there"),
]  # fmt: skip


def test_what_cannot_exceed_one_has_no_leading_zero_and_the_interval_stands_in_place() -> None:
    printed = apa.printed(TABLE, COLUMNS)
    assert list(printed) == ["scale", "alpha", "95 % CI", "persons", "p", "score"]
    assert list(printed.iloc[0]) == ["E|x", ".85", "[.63, 1.00]", "1,200", "< .001", "12.35"]


def test_what_is_not_estimable_is_a_dash_and_never_a_number() -> None:
    assert list(apa.printed(TABLE, COLUMNS).iloc[1]) == ["N", apa.DASH, apa.DASH, "2", ".049", "0.00"]


@pytest.mark.parametrize(
    ("value", "kind", "printed"),
    [
        (-0.004, "bounded", ".00"), (-0.128, "bounded", "−.13"), (1.2, "bounded", "1.20"), (-1234.5, "number", "−1,234.50"),
        (0.256, "percent", "26 %"), (1.0, "p", "1.000"), (math.inf, "number", "∞"), (True, "text", "True"),
    ],
)  # fmt: skip
def test_numbers_are_rounded_as_their_kind_wants(value: float, kind: apa.Kind, printed: str) -> None:
    assert apa.number(value, kind) == printed


def test_markdown_keeps_its_columns_whatever_the_text_holds() -> None:
    lines = apa.markdown(apa.printed(TABLE, COLUMNS), "A title", "n = 2").splitlines()
    assert lines[0] == "**A title**" and lines[-1] == "*Note.* n = 2"
    assert lines[3].split(" | ")[:2] == ["| :--", "--:"]
    assert r"E\|x" in lines[4]
    assert {line.replace(r"\|", "").count("|") for line in lines[2:6]} == {7}


def test_the_page_for_word_shows_text_as_text() -> None:
    page = apa.page(DataFrame({"name": ["<b>bold</b>"], "alpha": [".85"]}), "A <title>", "a note")
    assert "&lt;b&gt;bold" in page and "<b>" not in page and "A &lt;title&gt;" in page
    assert 'text-align:right">.85' in page


def test_a_column_of_several_kinds_is_printed_row_by_row() -> None:
    table = DataFrame({"value": [0.92, 1.01], "low": [0.9, 0.97], "high": [0.93, 1.06], "kind": ["bounded", "number"]})
    printed = apa.printed(table, [apa.column("value", kinds="kind"), apa.interval(kinds="kind")])
    assert printed["value"].tolist() == [".92", "1.01"]
    assert printed["95 % CI"].tolist() == ["[.90, .93]", "[0.97, 1.06]"]
