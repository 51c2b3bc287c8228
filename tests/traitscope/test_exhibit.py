"""What is taken along of an exhibit can be told apart from what is taken along of another."""

from io import StringIO

import pandas as pd
from pandas import DataFrame

from traitscope import figures
from traitscope.exhibit import Exhibit
from traitscope.figures.images import LETTERS, height

TABLE = DataFrame({"name": ["E", "A"], "model": "b", "value": [1 / 3, -0.001]})


def test_a_csv_begins_with_what_it_is_of_and_keeps_the_columns_of_its_table() -> None:
    about = {"record": "demo", "model": "a", "inventory": "bfi44"}
    read = pd.read_csv(StringIO(Exhibit("x", "?", TABLE, about=about).csv()))
    assert list(read) == ["record", "inventory", "name", "model", "value"]
    assert set(read["record"]) == {"demo"} and set(read["model"]) == {"b"}  # rows of several models say their own
    assert read["value"].to_list() == TABLE["value"].to_list()
    assert list(TABLE) == ["name", "model", "value"]


def test_cells_that_round_to_nothing_have_no_sign() -> None:
    table = DataFrame({"row": ["a", "a"], "column": ["x", "y"], "value": [-0.001, -0.01]})
    figure = figures.heatmap(table, "?", rows="row", columns="column", value="value", unit="")
    assert [list(row) for row in figure.data[0].text] == [["0.00", "-0.01"]]


def test_a_picture_is_as_much_taller_as_its_caption_has_lines() -> None:
    figure = figures.heatmap(TABLE.assign(row="r"), "?", rows="row", columns="name", value="value", unit="")
    one, two = (height(figure, "word " * count) for count in (LETTERS // 5, LETTERS // 5 + 2))
    assert figure.layout.height < one < two and height(figure) == figure.layout.height
