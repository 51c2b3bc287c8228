"""Answers collected elsewhere: published figures come out, and a wrong file says where it is wrong."""

import csv
import json

import pytest

from inventories.loading import load_inventory
from traitscope.collected import analyze
from traitscope.datafile import DataError

TABLE_1 = {  # PersonaLLM, verified: d with ddof 0 and 1, alpha over 320 rows, mean and SD
    "E": (7.8063, 7.7819, 0.9505, 3.329, 1.232),
    "A": (5.9304, 5.9119, 0.9532, 3.274, 1.266),
    "C": (1.5614, 1.5565, 0.8611, 3.661, 0.734),
    "N": (1.8330, 1.8272, 0.8965, 2.283, 0.772),
    "O": (2.9034, 2.8943, 0.9444, 3.919, 1.082),
}


@pytest.fixture(scope="module")
def personallm(request):
    from pathlib import Path

    SHARED = Path(__file__).parents[3] / "shared"

    if not SHARED.is_dir():
        pytest.skip("the shared reference data are not beside this checkout")
    return analyze(SHARED / "data/llm/personallm_gpt35_bfi44.csv", load_inventory("bfi44"))


@pytest.mark.parametrize("scale", list(TABLE_1))
def test_the_published_table_of_personallm_comes_out(personallm, scale):
    d0, d1, alpha, mean, sd = TABLE_1[scale]
    found = personallm["scales"][scale]
    assert found["assigned"]["d_ddof0"] == pytest.approx(d0, abs=5e-5)
    assert found["assigned"]["d_ddof1"] == pytest.approx(d1, abs=5e-5)
    assert found["alpha"]["value"] == pytest.approx(alpha, abs=5e-5)
    assert found["mean"] == pytest.approx(mean, abs=5e-4)
    assert found["sd"] == pytest.approx(sd, abs=5e-4)
    assert (found["n_rows"], found["n_persons"]) == (320, 32)
    assert "bootstrap" in found["alpha"]["method"]


def test_alpha_of_the_persona_means_stands_beside_it(personallm):
    assert personallm["scales"]["E"]["alpha_person_means"] == pytest.approx(0.970, abs=5e-4)
    assert personallm["warnings"] == []


@pytest.mark.parametrize(
    ("file", "inventory"), [("ipip50", "ipip50"), ("ipip50", "mini_ipip"), ("sd3", "sd3"), ("tipi", "tipi")]
)
def test_norms_and_alphas_computed_from_people_come_out_to_their_printed_digits(shared, file, inventory):
    known = load_inventory(inventory)
    norm = next(each for each in known.norms if each.id.startswith("openpsychometrics"))
    alphas = next(
        each for each in known.reliabilities if each.verified is True and each.population.startswith("as norm")
    )
    found = analyze(shared / f"data/openpsych_{file}.csv", known)["scales"]
    for scale, figures in norm.scales.items():
        complete = found[scale]["complete_cases"]
        assert complete["n"] == figures.n
        assert round(complete["mean"], 3) == figures.mean
        assert round(complete["sd"], 3) == figures.sd
        assert round(complete["alpha"], 3) == alphas.scales[scale]


TINY = ["E1", "E2", "E3", "E4"]
INVENTORY = """
title = "Tiny"
kind = "cognition"
licence = "public domain"
scales = { E = "Extraversion" }
options = [{ value = 1, text = "a" }, { value = 2, text = "b" }, { value = 3, text = "c" }, { value = 4, text = "d" }]
items = [
  { id = "E1", scale = "E", key = 1, text = "Talk." }, { id = "E2", scale = "E", key = -1, text = "Hide." },
  { id = "E3", scale = "E", key = 1, text = "Sing." }, { id = "E4", scale = "E", key = -1, text = "Wait." },
]
"""
RAW = [[1, 4, 2, 4], [2, 3, 2, 3], [4, 1, 4, 2], [3, 2, 4, 1], [1, 4, 1, 3], [4, 2, 3, 1]]


@pytest.fixture
def tiny(tmp_path):
    (tmp_path / "tiny.toml").write_text(INVENTORY, "utf-8")
    return load_inventory(str(tmp_path / "tiny.toml"))


def table(tmp_path, rows, header=TINY):
    path = tmp_path / "answers.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def keyed(rows):
    return [[a, 5 - b, c, 5 - d] for a, b, c, d in rows]


def test_raw_answers_are_turned_round_and_keyed_ones_are_left(tmp_path, tiny):
    raw = analyze(table(tmp_path, RAW), tiny)["scales"]["E"]
    given = analyze(table(tmp_path, keyed(RAW)), tiny, already_keyed=True)["scales"]["E"]
    assert raw["alpha"] == given["alpha"]
    assert raw["mean"] == given["mean"]


def test_answers_keyed_twice_or_never_are_suspected(tmp_path, tiny):
    assert "already_keyed" in analyze(table(tmp_path, keyed(RAW)), tiny)["warnings"][0]
    assert "not_keyed" in analyze(table(tmp_path, RAW), tiny, already_keyed=True)["warnings"][0]
    assert analyze(table(tmp_path, RAW), tiny)["warnings"] == []


def test_no_persona_column_means_that_every_row_is_a_person(tmp_path, tiny):
    found = analyze(table(tmp_path, RAW), tiny)["scales"]["E"]
    assert (found["n_persons"], found["alpha"]["note"]) == (6, "")
    assert found["alpha"]["low"] is None  # withheld below 10 persons


def test_a_form_factor_is_compared_within_person_and_item(tmp_path, tiny):
    rows = [[*answers, f"p{n}", order] for n, answers in enumerate(RAW) for order in ("printed", "reversed")]
    rows[1][0] = 4  # one answer of one person differs by 3
    (effect,) = analyze(table(tmp_path, rows, [*TINY, "persona", "factor.options"]), tiny)["forms"]
    assert (effect["factor"], effect["n_pairs"]) == ("options", 24)
    assert effect["agreement"] == pytest.approx(23 / 24)
    assert effect["change"] == pytest.approx(3 / 24)


def test_missing_answers_are_pairwise_by_default_and_complete_cases_stand_beside(tmp_path, tiny):
    rows = [*RAW, ["", 2, 3, "NA"]]
    found = analyze(table(tmp_path, rows), tiny)["scales"]["E"]
    strict = analyze(table(tmp_path, rows), tiny, missing="listwise")["scales"]["E"]
    assert (found["n_rows"], found["complete_cases"]["n"], strict["n_rows"]) == (7, 6, 6)
    assert strict["alpha"]["value"] == found["complete_cases"]["alpha"]


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        ([[2, 2, 2, 2]] * 5, "zero_total_variance"),
        (RAW[:2], "too_few_persons"),
        ([[1, 4, 1, 4], [2, 3, 2, 3], [4, 1, 4, 1]], "degenerate_identical_items"),
        ([[1, 1, 4, 4], [4, 4, 1, 2], [2, 3, 3, 3], [1, 2, 4, 3]], "negative_average_covariance"),
        ([["", "", "", ""]] * 3, "too_few_persons"),
    ],
)
def test_degenerate_answers_have_a_named_result(tmp_path, tiny, rows, note):
    found = analyze(table(tmp_path, rows), tiny)
    assert found["scales"]["E"]["alpha"]["note"] == note
    json.dumps(found, allow_nan=False)


def test_repeats_of_one_persona_are_no_persons(tmp_path, tiny):
    rows = [[*answers, "p"] for answers in RAW]
    found = analyze(table(tmp_path, rows, [*TINY, "persona"]), tiny)["scales"]["E"]
    assert (found["alpha"]["value"], found["alpha"]["note"]) == (None, "no_person_facet")


@pytest.mark.parametrize(
    ("rows", "header", "told"),
    [
        ([[1, 2, 3, 9]], TINY, "row 1, column 'E4': '9' is no answer; allowed: 1 to 4"),
        ([[1, 2, "x", 3]], TINY, "column 'E3': 'x' is no answer"),
        ([[1, 2, 2.5, 3]], TINY, "column 'E3': '2.5' is no answer"),
        ([[1, 2, "2,0", 3]], TINY, "'2,0' is no answer (a decimal comma?)"),
        ([[1, 2]], ["a", "b"], "no column is an item of tiny"),
        ([[1, 2, 3]], TINY, "line 2: 3 cells, but the header has 4"),
        ([[1, 2]], ["E1", "E1"], "'E1' stands twice"),
        ([], TINY, "at least one row"),
    ],
)
def test_a_wrong_file_is_one_line_with_place_value_and_what_is_allowed(tmp_path, tiny, rows, header, told):
    with pytest.raises(DataError, match=r"answers\.csv") as mistake:
        analyze(table(tmp_path, rows, header), tiny)
    assert told in str(mistake.value)


def test_a_level_of_no_scale_is_told(tmp_path, tiny):
    rows = [[*answers, 1] for answers in RAW]
    found = analyze(table(tmp_path, rows, [*TINY, "assigned.X"]), tiny)
    assert "'assigned.X' names no scale" in found["warnings"][0]


def test_columns_are_found_whatever_their_capitals_and_a_misspelt_one_is_named(tmp_path, tiny):
    found = analyze(table(tmp_path, RAW, ["e1", "E2", "E3", "E4"]), tiny)
    assert found["scales"]["E"]["n_items"] == 4
    assert "e1 is E1" in found["warnings"][0]


def test_columns_that_nothing_is_made_of_are_told(tmp_path, tiny):
    found = analyze(table(tmp_path, [[*answers, "f"] for answers in RAW], [*TINY, "sex"]), tiny)
    assert "columns left alone: sex" in found["warnings"][0]


def test_a_folder_that_is_no_record_is_a_mistake(tmp_path, tiny):
    with pytest.raises(DataError, match="is a folder, but no record"):
        analyze(tmp_path, tiny)
