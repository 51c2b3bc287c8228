"""Answers come as CSV, SPSS or Excel, wide or long, and mean the same."""

import zipfile
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from traitscope.datafile import DataError, read_table

WIDE = pd.DataFrame({"persona": ["a", "b", "c"], "E1": [1.0, 2.0, None], "E2": [3.0, 4.0, 5.0]})


def written(table: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".sav":
        pyreadstat.write_sav(table, str(path))
    elif path.suffix == ".xlsx":
        table.to_excel(path, index=False)
    else:
        table.to_csv(path, index=False, sep=";" if path.stem == "semicolons" else ",")
    return path


@pytest.mark.parametrize("name", ["people.sav", "people.xlsx", "people.csv", "semicolons.csv"])
def test_every_kind_of_file_gives_the_same_table(tmp_path, name):
    table = read_table(written(WIDE, tmp_path / name))
    assert list(table.columns) == ["persona", "E1", "E2"]
    assert [[cell.removesuffix(".0") for cell in row] for row in table.to_numpy()] == [
        ["a", "1", "3"], ["b", "2", "4"], ["c", "", "5"],
    ]  # fmt: skip


LONG = pd.DataFrame(
    {
        "person": ["a"] * 4 + ["b"] * 4,
        "item": ["E1", "E2"] * 4,
        "value": [1, 2, 3, 4, 5, "refused", 2, 1],
        "options": (["printed"] * 2 + ["reversed"] * 2) * 2,
        "position": [1, 2, 2, 1] * 2,
        "reply": [f"text {n}" for n in range(8)],
    }
)


def test_a_long_table_becomes_one_row_a_sitting_and_its_other_columns_are_factors(tmp_path):
    table = read_table(written(LONG.drop(columns="reply"), tmp_path / "long.csv"))
    assert list(table.columns) == ["persona", "factor.options", "E1", "E2", "position.E1", "position.E2"]
    assert table["E2"].tolist() == ["2", "4", "refused", "1"]
    assert table["position.E1"].tolist() == ["1", "2", "1", "2"]


def test_a_column_with_a_value_a_row_is_no_factor(tmp_path):
    many = pd.concat([LONG.assign(person=f"p{n}", options=o) for n in range(60) for o in "xy"], ignore_index=True)
    many = many.drop_duplicates(["person", "item", "options"]).assign(
        reply=lambda each: [f"text {n}" for n in each.index]
    )
    table = read_table(written(many, tmp_path / "long.csv"))
    assert "factor.reply" not in table
    assert len(table) == 120


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (
            LONG.drop(columns=["options", "reply", "position"]),
            "stands twice; repeats are told apart by a column replicate",
        ),
        (LONG.drop(columns="person"), "there is no person"),
    ],
)
def test_a_long_table_that_cannot_be_told_apart_is_refused(tmp_path, table, told):
    with pytest.raises(DataError, match=told):
        read_table(written(table, tmp_path / "long.csv"))


@pytest.mark.parametrize("name", ["people.sav", "people.xlsx"])
def test_a_file_of_another_kind_is_one_line(tmp_path, name):
    (tmp_path / name).write_text("E1,E2\n1,2\n")
    with pytest.raises(DataError, match=f"{name}: not an"):
        read_table(tmp_path / name)


def test_no_file_is_a_mistake(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_table(tmp_path / "nowhere.csv")


def test_an_excel_file_with_a_column_twice_is_refused_and_not_renamed(tmp_path):
    twice = pd.DataFrame([["a", 1, 2]], columns=["persona", "E1", "E1"])
    with pytest.raises(DataError, match="the column 'E1' stands twice"):
        read_table(written(twice, tmp_path / "people.xlsx"))


def test_a_formula_that_nobody_has_reckoned_is_no_empty_cell(tmp_path):
    path = written(WIDE.assign(E2=["=1+2", "4", "5"]), tmp_path / "people.xlsx")
    with pytest.raises(DataError, match=r"people.xlsx: cell C2 holds a formula without its result"):
        read_table(path)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('<row r="3"', '<row r="-3"', "row -3 stands below row 2"),
        ('<row r="3"', '<row r="2"', "row 2 stands below row 2"),
        ('r="C3"', 'r="B3"', "cell B3 stands behind column B"),
    ],
)
def test_an_excel_file_whose_rows_or_cells_stand_in_no_order_loses_none_in_silence(old, new, told, tmp_path):
    whole, path = written(WIDE, tmp_path / "whole.xlsx"), tmp_path / "people.xlsx"
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(path, "w") as changed:
        for name in archive.namelist():
            changed.writestr(name, archive.read(name).decode().replace(old, new))
    with pytest.raises(DataError, match=rf"people.xlsx: {told}"):
        read_table(path)


def test_a_csv_file_without_end_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "people.csv"
    with path.open("wb") as file:
        file.truncate(600_000_000)  # a hole: it takes no room on the disk
    with pytest.raises(DataError, match=r"people.csv: 600,000,000 bytes; allowed: up to 500,000,000"):
        read_table(path)


def test_an_spss_file_whose_few_bytes_claim_more_cases_than_memory_holds_is_refused(tmp_path):
    path = written(WIDE, tmp_path / "people.sav")
    whole = path.read_bytes()
    path.write_bytes(whole[:80] + b"\0\0\0\x30" + whole[84:])  # the number of cases, in the header
    with pytest.raises(
        DataError, match=r"people.sav: (needs too much memory|not an SPSS file|is damaged|not read within)"
    ):
        read_table(path)


def test_empty_lines_may_stand_above_the_header(tmp_path):
    (tmp_path / "people.csv").write_text("\n\npersona,E1\na,1\n\nb,2\n")
    assert read_table(tmp_path / "people.csv")["E1"].tolist() == ["1", "2"]
    (tmp_path / "people.csv").write_text('\npersona,E1\na,1\n"b,2\nc,3\n')
    with pytest.raises(DataError, match="line 4: 1 cells, but the header has 2; a quotation mark may be missing"):
        read_table(tmp_path / "people.csv")


def test_a_table_with_more_columns_than_anybody_answers_is_refused_at_once(tmp_path):
    (tmp_path / "people.csv").write_text(",".join(f"x{n}" for n in range(30_000)) + "\n" + "1," * 29_999 + "1\n")
    with pytest.raises(DataError, match="header: 30,000 columns; allowed: up to 20,000"):
        read_table(tmp_path / "people.csv")
