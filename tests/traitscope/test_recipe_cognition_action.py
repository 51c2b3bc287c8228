"""Cognition and action: each measure and each divergence is a table, with what simulated responders are known to be."""

import contextlib
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from saying_and_doing import CHOICE, RATING, asked, person

from inventories.loading import load_inventory
from traitscope.cli import main
from traitscope.recipe_records import GIVEN
from traitscope.record import Record
from traitscope.results import said_done_shown
from traitscope.results.said_done_shown import FOUR, NO_PEOPLE, NOT_ALIKE, NOT_CONFIRMED

Rows = list[dict[str, Any]]
TABLES = [*FOUR, "calibrated_gap", "correlation_over_personas", "self_confirmation", "divergence_by_trait"]


def ran(model: str, folder: Path, people: Path | None = None) -> dict[str, dict[str, Any]]:
    """The tables of the answers that were given, which come before those of the expected ones."""
    given = ["--with", str(people)] if people else []
    arguments = ["--model", f"simulated:{model}", "--record", str(folder / "record"), *given, "--json"]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert main(["recipe", "run", "cognition-action", *arguments]) == 0
    found: dict[str, dict[str, Any]] = {}
    for each in json.loads(printed.getvalue())["tables"]:
        found.setdefault(each["name"], each)
    return found


@pytest.fixture(scope="module")
def of_person(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return ran("person", tmp_path_factory.mktemp("person"))


@pytest.fixture(scope="module")
def of_uniform(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return ran("uniform", tmp_path_factory.mktemp("uniform"))


def whole(table: dict[str, Any], who: str = "the model", **where: str) -> dict[str, Any]:
    """The one row of all traits."""
    wanted = {"who": who, "name": "all traits", **where}
    (row,) = [row for row in table["rows"] if all(row[name] == value for name, value in wanted.items())]
    return dict(row)


def people(chosen: bool = False) -> Rows:
    """Five people: they do from nothing to all of every trait, and say what is a step nearer to the middle."""
    statements, scenarios = load_inventory("bfi44"), load_inventory("scenarios_bfi44")
    said, rows = {1: 2, 2: 2, 3: 3, 4: 4, 5: 4}, []
    for high, told in said.items():
        row: dict[str, Any] = {"person": f"h{high}"}
        row |= {item.id: told if item.key == 1 else 6 - told for item in statements.items}
        acts = {item.id: high if item.key == 1 else 6 - high for item in scenarios.items}
        rows.append(row | ({name: int(value > 3) for name, value in acts.items()} if chosen else acts))
    return rows


def written(folder: Path, rows: Rows) -> Path:
    file = folder / "people.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        sheet = csv.DictWriter(out, list(rows[0]))
        sheet.writeheader()
        sheet.writerows(rows)
    return file


def test_who_acts_as_it_says_has_the_values_of_identical_answers(tmp_path: Path) -> None:
    told = ran("perfect", tmp_path)
    assert list(told) == TABLES
    values = [whole(told[name], measure=codes[0])["value"] for name, (_, codes) in FOUR.items()]
    assert values == pytest.approx([1, 1, 0, 1])
    assert whole(told["correlation_over_personas"], measure="correlation")["value"] == pytest.approx(1)
    confirmed = {row["measure"]: row["value"] for row in told["self_confirmation"]["rows"] if row["scale"] == ""}
    assert confirmed == {"confirmed": 100, "opposite": 0, "discrimination": 100}


def test_pairs_of_a_person_agree_beyond_both_nulls_and_those_of_answers_at_random_do_not(
    of_person: dict[str, dict[str, Any]], of_uniform: dict[str, dict[str, Any]]
) -> None:
    for told, beyond in ((of_person, "yes"), (of_uniform, "no")):
        for name, (_, codes) in FOUR.items():
            row = whole(told[name], measure=codes[-1])
            assert row["beyond"] == beyond and row["low"] < row["value"] < row["high"], name
            assert row["null_items_low"] < row["null_items"] < row["null_items_high"]
            assert row["null_persons_p"] is not None and row["n_pairs"] == 16 * 44
    # positive answers alone give a high cosine: its null tells
    random = whole(of_uniform["cosine"], measure="cosine")
    assert random["value"] > 0.75 and random["null_items"] == pytest.approx(random["value"], abs=0.03)


def test_those_who_answer_without_looking_stand_beside(of_person: dict[str, dict[str, Any]]) -> None:
    told = of_person
    assert whole(told["value_mean_difference"], "always the middle")["value"] == 0
    assert whole(told["consistent_pairs"], "always the first option")["value"] == 1
    assert whole(told["rank_correlation"], "uniform at random")["beyond"] == "no"
    assert whole(told["rank_correlation"], "always the middle")["why"] == "all answers of a side are equal"


def test_who_agrees_to_everything_confirms_the_opposite_as_well(tmp_path: Path) -> None:
    rows = ran("agree", tmp_path)["self_confirmation"]["rows"]
    assert {row["measure"]: row["value"] for row in rows if row["scale"] == ""} == {"confirmed": 100, "opposite": 100, "discrimination": 0}  # fmt: skip


def test_people_calibrate_the_gap_and_have_rows_of_their_own(tmp_path: Path) -> None:
    told = ran("perfect", tmp_path, written(tmp_path, people()))
    # it says as much as it does, all or nothing; people who do all say 75 POMP, who do nothing 25, who do half 50
    rows = told["calibrated_gap"]["rows"]
    assert len(rows) == 6 and {round(row["value"], 6) for row in rows} == {25.0**2}
    assert {(round(row["rmse"], 6), row["null"], row["n_people"]) for row in rows} == {(25.0, 0.0, 5)}
    row = whole(told["value_mean_difference"], "people")
    assert row["value"] == pytest.approx((1 + 0 + 0 + 0 + 1) / 5) and row["n_persons"] == 5 and row["low"] is None
    assert whole(told["correlation_over_personas"], "people", measure="correlation")["value"] > 0.9


def test_without_people_the_calibrated_gap_says_what_it_needs(of_person: dict[str, dict[str, Any]]) -> None:
    assert {name: each["missing"] for name, each in of_person.items() if each["missing"]} == {
        "calibrated_gap": NO_PEOPLE
    }


def test_people_who_chose_calibrate_no_rating(tmp_path: Path) -> None:
    told = ran("person", tmp_path, written(tmp_path, people(chosen=True)))
    assert told["calibrated_gap"]["missing"] == NOT_ALIKE
    assert {row["who"] for row in told["cosine"]["rows"]} & {"people"} == set()


def shown(record: Record) -> dict[str, Any]:
    return {each.name: each for each in said_done_shown.three_divergences(record)}


def test_where_no_confirmation_was_asked_a_reason_stands_there(tmp_path: Path) -> None:
    for asks in ([RATING], [RATING, CHOICE]):
        record = asked(tmp_path / str(len(asks)), '"simulated:perfect"', *asks)
        assert shown(record)["self_confirmation"].missing == NOT_CONFIRMED


def test_who_acts_against_what_it_says_has_a_negative_correlation_in_every_trait(tmp_path: Path) -> None:
    record = asked(tmp_path, person(action=-1, noise=0.3), RATING)
    table = shown(record)["correlation_over_personas"].table
    raw = table[(table["measure"] == "correlation") & table["scale"].ne("")]
    assert len(raw) == 2 and (raw["value"] < -0.8).all() and (raw["beyond"] == "no").all()
    measures = {each.name: each.table for each in said_done_shown.four_measures(record)}
    rho = measures["rank_correlation"]
    assert rho.loc[rho["who"].eq("the model") & rho["scale"].eq(""), "value"].item() < -0.5


def test_a_file_that_holds_no_pairs_is_named(tmp_path: Path) -> None:
    record = asked(tmp_path, '"simulated:perfect"', RATING)
    (record.folder / GIVEN).mkdir()
    written(record.folder / GIVEN, [{"person": "h1", "E1": 3}])
    with pytest.raises(ValueError, match=r"people\.csv: no columns of statements and scenarios of scenarios_bfi44"):
        shown(record)


def test_a_mistake_in_the_file_of_people_is_told_before_anything_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, [{"person": "h1", "E1": 3}])
    folder = tmp_path / "record"
    arguments = ["recipe", "run", "cognition-action", "--model", "simulated:person", "--record", str(folder)]
    assert main([*arguments, "--with", str(file)]) == 2
    assert "people.csv: no columns of statements and scenarios of scenarios_bfi44" in capsys.readouterr().err
    assert not (folder / "manifest.json").exists()
