"""A study says which statistics will be computed: `analyze RECORD` computes these, and says what else it was asked for."""

import json

import pytest

from traitscope.cli import main

STUDY = """
models = ["simulated:person"]
inventories = ["tipi", "own.toml"]
personas = [{ set = "big_five_32", fraction = "half" }]
[[asks]]
reply = "text"
"""
PLAN = """
[analysis]
statistics = ["alpha", "split_half"]
missing = "listwise"
"""
OWN = """
title = "Own"
kind = "cognition"
licence = "public domain"
scales = { E = "Extraversion" }
options = [{ value = 1, text = "no" }, { value = 2, text = "neither" }, { value = 3, text = "yes" }]
items = [{ id = "E1", scale = "E", key = 1, text = "Talk." }, { id = "E2", scale = "E", key = -1, text = "Hide." }]
"""


@pytest.fixture
def record(study_file, tmp_path, capsys):
    """Make a record of a study with a plan; give its folder."""

    def make(plan: str = PLAN) -> str:
        study_file(OWN, "own.toml")
        assert main(["run", str(study_file(STUDY + plan, "s.toml")), "--record", str(tmp_path / "record")]) == 0
        capsys.readouterr()
        return str(tmp_path / "record")

    return make


def analyzed(capsys, *arguments):
    """What is printed, and the same as JSON."""
    assert main(["analyze", *arguments]) == 0
    text = capsys.readouterr().out
    assert main(["analyze", *arguments, "--json"]) == 0
    return text, json.loads(capsys.readouterr().out)


def test_the_planned_statistics_of_a_record_are_computed_by_the_planned_rule(record, capsys):
    text, found = analyzed(capsys, record(), "--inventory", "tipi")
    assert text.splitlines()[0] == "Planned in study.toml: alpha, split_half; missing: listwise"
    assert list(found["statistics"]) == found["planned"] == ["alpha", "split_half"]
    assert (found["missing"], found["not_planned"]) == ("listwise", [])


def test_a_statistic_that_was_not_planned_is_computed_and_said_to_be_so(record, capsys):
    text, found = analyzed(capsys, record(), "--inventory", "tipi", "--only", "lambdas,alpha", "--missing", "pairwise")
    assert text.splitlines()[0] == (
        "Planned in study.toml: alpha, split_half; not planned: lambdas; missing: listwise was planned, pairwise is used"
    )
    assert list(found["statistics"]) == ["lambdas", "alpha"]
    assert (found["missing"], found["not_planned"]) == ("pairwise", ["lambdas"])


def test_all_statistics_can_be_had_in_spite_of_a_plan(record, capsys):
    text, found = analyzed(capsys, record(), "--inventory", "tipi", "--only", "all")
    assert "; not planned: items, " in text.splitlines()[0]
    assert {"alpha", "omega", "styles"} <= set(found["statistics"])


def test_a_record_without_a_plan_and_a_file_are_analysed_as_ever(record, capsys, tmp_path):
    text, found = analyzed(capsys, record(plan=""), "--inventory", "tipi", "--missing", "listwise")
    assert not text.startswith("Planned") and "planned" not in found
    assert len(found["statistics"]) > 20
    path = tmp_path / "answers.csv"
    path.write_text("E1,E2\n1,3\n2,2\n3,2\n3,1\n", "utf-8")
    text, found = analyzed(capsys, str(path), "--inventory", str(tmp_path / "own.toml"), "--only", "alpha")
    assert text.startswith(str(path)) and found["missing"] == "pairwise" and "planned" not in found


def test_a_record_without_a_named_inventory_is_told_with_those_it_has(record, capsys, tmp_path):
    folder = record()
    assert main(["analyze", folder]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and told.rstrip().endswith("inventories of this record: tipi, own")
    assert main(["analyze", str(tmp_path / "s.toml")]) == 2
    assert "of this record" not in capsys.readouterr().err
    _, found = analyzed(capsys, folder, "--inventory", "own")
    assert list(found["scales"]) == ["E"]
