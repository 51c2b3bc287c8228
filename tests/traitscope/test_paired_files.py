"""Saying and doing from files: people beside a record, and paired answers that were collected elsewhere."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from traitscope.cli import main
from traitscope.divergence import NULL_RESPONDERS
from traitscope.runner import run
from traitscope.study import load_study

SAID = [f"bfi44_{number:02}" for number in (1, 6, 11, 16, 4, 9, 14, 19)]
DONE = [f"sc_{name}" for name in SAID]
KEYS = dict(zip(SAID, (1, -1, 1, 1, 1, -1, 1, 1), strict=True))
PEOPLE = [f"p{number:02}" for number in range(12)]
STUDY = f"""
models = ["simulated:perfect"]
inventories = ["bfi44", "scenarios_bfi44"]
personas = [
  {{ id = "high", text = "You are high.", assigned = {{ extraversion = 1, neuroticism = 1 }} }},
  {{ id = "low", text = "You are low.", assigned = {{ extraversion = -1, neuroticism = -1 }} }},
  {{ id = "mixed", text = "You are mixed.", assigned = {{ extraversion = 1, neuroticism = -1 }} }},
]
[[asks]]
inventories = ["bfi44", "scenarios_bfi44"]
items = {json.dumps(SAID + DONE)}
reply = "text"
"""
Row = Mapping[str, object]


def level(high: int, name: str) -> int:
    """The raw answer that stands for the level `high`, 1 to 5, of the statement's scale."""
    return high if KEYS[name] == 1 else 6 - high


def written(path: Path, rows: Sequence[Row]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def answers(who: str, names: Sequence[str], shift: int = 0) -> dict[str, object]:
    """Answers from 1 to 4 that differ by person and item; with a shift one level higher on the scale."""
    values: dict[str, object] = {"person": who}
    for place, name in enumerate(names):
        statement = name.removeprefix("sc_")
        high = 1 + (3 * PEOPLE.index(who) + 5 * place + PEOPLE.index(who) * place) % 4
        values[name] = level(high + shift, statement)
    return values


def said_file(folder: Path) -> str:
    return written(folder / "said.csv", [answers(who, SAID) for who in PEOPLE])


def analysed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[pd.DataFrame, list[str]]:
    assert main(["analyze", *arguments, "--inventory", "bfi44", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    return pd.DataFrame(result["measures"]), result["findings"]


def one(table: pd.DataFrame, measure: str, **where: object) -> "pd.Series[Any]":
    some = table[table["measure"] == measure]
    for name, value in {"scope": "model", "scale": "", **where}.items():
        some = some[some[name] == value]
    if "model" not in where:
        some = some[~some["model"].isin(NULL_RESPONDERS)]
    assert len(some) == 1, some
    return some.iloc[0]


def mistake(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that a mistake is."""
    capsys.readouterr()
    assert main([*arguments]) == 2
    heard = capsys.readouterr()
    assert heard.out == "" and heard.err.count("\n") == 1
    return heard.err


# ---- paired answers of the same persons


@pytest.mark.parametrize("named_by", ["scenario", "statement", "the same file"])
def test_paired_files_are_joined_by_person_and_twin(tmp_path, capsys, named_by):
    said = said_file(tmp_path)
    if named_by == "the same file":
        rows = [answers(who, SAID) | answers(who, DONE, shift=1) for who in PEOPLE]
        said = done = written(tmp_path / "both.csv", rows)
    else:
        names = DONE if named_by == "scenario" else SAID
        done = written(tmp_path / "done.csv", [answers(who, names, shift=1) for who in reversed(PEOPLE)])
    table, findings = analysed(capsys, said, "--twin", done)
    # everybody does one level more of the trait than it says, which is a quarter of the scale
    assert one(table, "vmd")["value"] == 1 and one(table, "pcp")["value"] == 1
    assert one(table, "level_gap")["value"] == pytest.approx(25)
    assert one(table, "correlation", scope="trait", scale="E")["value"] == pytest.approx(1)
    assert one(table, "cosine")["n_persons"] == len(PEOPLE) and one(table, "cosine")["n_pairs"] == 12 * 8
    assert len(findings) == 1 and f"{Path(said).stem} (12 personas)" in findings[0]


def test_answers_of_other_persons_in_the_same_order_are_not_paired(tmp_path, capsys):
    done = written(tmp_path / "done.csv", [answers(who, DONE) for who in PEOPLE])
    table, _ = analysed(capsys, said_file(tmp_path), "--twin", done)
    assert one(table, "spearman")["value"] == pytest.approx(1) and one(table, "spearman")["above_null"] is True
    turned = [
        answers(who, DONE) | {"person": other} for who, other in zip(PEOPLE, PEOPLE[1:] + PEOPLE[:1], strict=True)
    ]
    other, _ = analysed(capsys, said_file(tmp_path), "--twin", written(tmp_path / "other.csv", turned))
    assert one(other, "spearman")["value"] < 0.6


def test_choices_are_a_share_of_high_actions_on_the_statements_scale(tmp_path, capsys):
    rows = [
        {**answers(who, DONE), **{name: int(str(answers(who, DONE)[name])) // 3 for name in DONE}} for who in PEOPLE
    ]
    done = written(tmp_path / "done.csv", rows)
    table, findings = analysed(capsys, said_file(tmp_path), "--twin", done, "--twin-as", "choice")
    assert set(table["done_by"]) == {"choice: chosen"} and "done by choice: chosen" in findings[0]
    # said 1 or 2 is done 1, said 3 to 5 is done 5
    said = [int(str(answers(who, SAID)[name])) for who in PEOPLE for name in SAID]
    distance = sum(abs((5 if each >= 3 else 1) - each) for each in said) / len(said)
    assert one(table, "vmd")["value"] == pytest.approx(distance)
    assert one(table, "spearman")["value"] > 0.7
    assert "is no answer" in mistake(capsys, "analyze", said_file(tmp_path), "--inventory", "bfi44", "--twin", done)


def test_refusals_and_empty_cells_are_missing_pairs(tmp_path, capsys):
    rows = [answers(who, DONE) for who in PEOPLE]
    rows[0][DONE[0]], rows[1][DONE[1]] = "refused", ""
    rows[2] |= dict.fromkeys(DONE, "refused")
    table, _ = analysed(capsys, said_file(tmp_path), "--twin", written(tmp_path / "done.csv", rows))
    found = one(table, "cosine")
    assert found["n_pairs"] == 12 * 8 - 2 - 8 and found["n_persons"] == 11
    assert one(table, "vmd")["value"] == 0
    assert one(table, "vmd", scope="persona", persona="p02")["note"] == "too_few_pairs"


def test_verdicts_and_poles_come_from_the_files_too(tmp_path, capsys):
    assigned = [{"assigned.E": sign, "assigned.N": -sign} for sign in (1, -1) for _ in range(6)]
    said = [answers(who, SAID) | each for who, each in zip(PEOPLE, assigned, strict=True)]
    # half of them do one level more on every scale, so the gap differs by person
    done = [answers(who, DONE, shift=place % 2) for place, who in enumerate(PEOPLE)]
    files = written(tmp_path / "said.csv", said), "--twin", written(tmp_path / "done.csv", done)
    table, findings = analysed(capsys, *files)
    found = one(table, "level_gap", scope="trait", scale="E")
    assert found["value"] == pytest.approx(12.5) and found["verdict"] == "diverges upward"
    assert "within strata" in found["method"]
    assert "acts higher than it says: E +12 [" in findings[0]


def test_the_text_of_paired_files_has_tables_and_findings(tmp_path, capsys):
    done = written(tmp_path / "done.csv", [answers(who, DONE) for who in PEOPLE])
    assert main(["analyze", said_file(tmp_path), "--inventory", "bfi44", "--twin", done]) == 0
    out = capsys.readouterr().out
    for part in ("said.csv and done.csv: saying and doing", "By trait", "By persona", "null responders", "FINDING, "):
        assert part in out
    assert "nan" not in out.lower()


def test_what_cannot_be_paired_is_exit_2_and_one_line(tmp_path, capsys):
    said, done = said_file(tmp_path), written(tmp_path / "done.csv", [answers(who, DONE) for who in PEOPLE])
    others = written(tmp_path / "others.csv", [answers(who, DONE) | {"person": f"q{who}"} for who in PEOPLE])
    strange = written(tmp_path / "strange.csv", [{"person": "p01", "E1": 3}])
    wrong = written(tmp_path / "wrong.csv", [{"person": "p01", DONE[0]: 9}])
    nobody = written(tmp_path / "nobody.csv", [{name: row[name] for name in DONE} for row in (answers("p01", DONE),)])
    unnamed = written(tmp_path / "unnamed.csv", [{name: row[name] for name in SAID} for row in (answers("p01", SAID),)])
    for files, part in (
        ((said, others), "nobody in it is in"),
        ((said, strange), "no column is named by a scenario of scenarios_bfi44, such as sc_bfi44_01"),
        ((strange, done), "no column is an item of bfi44"),
        ((said, said), "no column is named by a scenario"),
        ((said, wrong), f"row 1, column '{DONE[0]}': '9' is no answer"),
        ((said, str(tmp_path / "nowhere.csv")), "cannot be read (no such file)"),
        # without names the rows of two files may be anybody's
        ((said, nobody), "nobody.csv, header: there is no column `person`"),
        ((unnamed, nobody), "unnamed.csv, header: there is no column `person`"),
    ):
        assert part in mistake(capsys, "analyze", files[0], "--inventory", "bfi44", "--twin", files[1])


def test_an_inventory_without_scenarios_is_exit_2_and_names_those_that_have(tmp_path, capsys):
    said = said_file(tmp_path)
    heard = mistake(capsys, "analyze", said, "--inventory", "tipi", "--twin", said)
    assert "the bank has no scenarios to tipi; allowed: " in heard and "bfi44" in heard and "sd3" in heard


# ---- people beside a record


@pytest.fixture(scope="module")
def record(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("people")
    (folder / "study.toml").write_text(STUDY, "utf-8")
    return str(run(load_study(folder / "study.toml"), folder / "record").folder)


def people() -> list[Row]:
    """Five people: they do from nothing to all of both traits, and say what is a step nearer to the middle."""
    said = {1: 2, 2: 2, 3: 3, 4: 4, 5: 4}
    return [
        {"person": f"h{high}", **{name: level(said[high], name) for name in SAID}}
        | {f"sc_{name}": level(high, name) for name in SAID}
        for high in said
    ]


def of_record(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[pd.DataFrame, list[str]]:
    assert main(["divergence", *arguments, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    return pd.DataFrame(result["measures"]), result["findings"]


def test_people_stand_beside_a_record_and_calibrate_it(record, tmp_path, capsys):
    table, findings = of_record(capsys, record, "--human", written(tmp_path / "people.csv", people()))
    own, of_people = (table[table["people"] == each] for each in (False, True))
    assert set(of_people["persona_set"]) == {"people"} and set(of_people["model"]) == {"people"}
    assert set(of_people["scope"]) == {"model", "trait"}
    assert one(of_people, "cosine")["n_persons"] == 5 and one(of_people, "cosine")["n_pairs"] == 5 * 8
    assert one(own, "level_gap")["value"] == 0 and one(own, "vmd")["value"] == 0
    # it says as much as it does, all or nothing; people who do all say 75, and who do nothing 25
    for where in ({}, {"scope": "trait", "scale": "E"}, {"scope": "trait", "scale": "N"}):
        assert one(own, "calibrated_gap", **where)["value"] == pytest.approx(25**2)
    assert one(own, "calibrated_gap", model=NULL_RESPONDERS[0])["value"] == pytest.approx(0)
    assert "calibrated_gap" not in set(of_people["measure"])
    assert sum("people, people (5 " in each for each in findings) == 1


def test_the_text_has_people_in_a_section_of_their_own(record, tmp_path, capsys):
    assert main(["divergence", record, "--human", written(tmp_path / "people.csv", people())]) == 0
    out = capsys.readouterr().out
    assert "done by rating: chosen; people" in out and "done by rating: chosen; study" in out
    assert out.count("Answered without looking (null responders)") == 1 and "calibrated gap" in out


def test_without_people_nothing_is_calibrated(record, capsys):
    table, _ = of_record(capsys, record)
    assert "calibrated_gap" not in set(table["measure"]) and not table["people"].any()


def test_people_who_chose_stand_beside_and_calibrate_no_rating(record, tmp_path, capsys):
    chosen = [{**row, **{name: int(int(str(row[name])) > 3) for name in DONE}} for row in people()]
    chosen[0][DONE[0]] = "refused"
    table, _ = of_record(capsys, record, "--human", written(tmp_path / "chosen.csv", chosen))
    of_people = table[table["people"]]
    assert set(of_people["done_by"]) == {"choice: chosen"} and one(of_people, "cosine")["n_pairs"] == 5 * 8 - 1
    assert "calibrated_gap" not in set(table["measure"])
    assert not math.isnan(one(of_people, "vmd")["value"])


def test_a_file_of_people_that_holds_none_of_it_is_exit_2_and_one_line(record, tmp_path, capsys):
    strange = written(tmp_path / "strange.csv", [{"person": "h1", "E1": 3}])
    half = written(tmp_path / "half.csv", [{"person": "h1", DONE[0]: 3}])
    for file, part in (
        (strange, "no columns of statements and scenarios of scenarios_bfi44"),
        (half, "no column is an item of bfi44"),
        (str(tmp_path / "nowhere.csv"), "no such file"),
    ):
        assert part in mistake(capsys, "divergence", record, "--human", file)
