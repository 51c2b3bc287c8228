"""Recipes: each published protocol runs from its data file and finds what simulated persons were given."""

import json
from pathlib import Path
from typing import Any

import pytest

from inventories.reading import DefinitionError
from traitscope import recipe_file, recipe_run
from traitscope.cli import main
from traitscope.recipe_analyses import ANALYSES

NAMES = recipe_file.names()


def ran(name: str, model: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What the command prints as JSON."""
    assert main(["recipe", "run", name, "--model", model, "--record", str(folder / "record"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert isinstance(told, dict) and told["done"] == told["trials"] > 0
    return told


def rows(told: dict[str, Any], table: str, **where: str) -> list[dict[str, Any]]:
    found = [row for each in told["tables"] if each["name"] == table for row in each["rows"]]
    return [row for row in found if all(row[name] == value for name, value in where.items())]


@pytest.mark.parametrize("name", NAMES)
def test_every_recipe_gives_all_its_tables_for_a_simulated_person(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ran(name, "simulated:person", tmp_path, capsys)
    missing = {each["name"]: each["missing"] for each in told["tables"] if each["missing"]}
    assert told["tables"] and all("--with FILE" in why for why in missing.values())
    assert all(each["rows"] and each["caption"] for each in told["tables"] if not each["missing"])
    names = [next(table.name for table in ANALYSES[each](recipe_run.Record(tmp_path / "record"))) for each in recipe_file.load(name).analyses]  # fmt: skip
    assert [name for name in dict.fromkeys(each["name"] for each in told["tables"]) if name in names] == names


def test_who_always_takes_the_first_option_scores_50_and_hangs_on_the_order_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ran("trait", "simulated:first_option", tmp_path, capsys)
    scores = rows(told, "trait_scores", of="score")
    assert len(scores) == 5 and {row["value"] for row in scores} == {50.0}
    orders = rows(told, "sensitivities", of="order of options")
    assert {row["value"] for row in orders} == {100.0}


def test_assigned_poles_are_found_again_with_their_null(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(ran("personallm", "simulated:person", tmp_path, capsys), "effects")
    assert len(found) == 10 and all(row["d_ddof1"] > row["null95"] for row in found)


def test_one_who_answers_at_random_has_no_type_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(ran("mbti-types", "simulated:uniform", tmp_path, capsys), "types", persona_set="mbti_16")
    assert sum(row["assigned"] == row["letters"] for row in found) < 8  # of 32, two ways of reading each


def test_listing_and_showing_say_source_and_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipe", "list"]) == 0
    listed = capsys.readouterr().out
    for name in NAMES:
        recipe = recipe_file.load(name)
        assert name in listed and recipe.source in listed
        assert main(["recipe", "show", name]) == 0
        shown = capsys.readouterr().out
        assert all(each in shown for each in [recipe.verified, *recipe.differs, *recipe.lacks])
        assert "The study at scale full" in shown


def test_published_figures_are_printed_only_where_they_stand_in_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipe", "show", "personallm"]) == 0
    assert "7.8063" in capsys.readouterr().out
    assert main(["recipe", "show", "trait"]) == 0
    assert "Published" not in capsys.readouterr().out


def test_mistakes_are_one_line_with_what_is_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, told in (
        (["show", "personalm"], "no recipe 'personalm'; did you mean 'personallm'?"),
        (["run", "trait"], "needs --model MODEL"),
        (["show"], "needs a NAME of: "),
    ):
        assert main(["recipe", *arguments]) == 2
        said = capsys.readouterr().err
        assert told in said and said.count("\n") == 1


def test_a_model_that_is_none_is_told_before_a_folder_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "record"
    assert main(["recipe", "run", "trait", "--model", "simulated:persn", "--record", str(folder)]) == 2
    assert capsys.readouterr().err.startswith(
        "traitscope: models: no simulated responder 'persn'; did you mean 'person'?"
    )
    assert not folder.exists()


def test_a_recipe_that_names_no_analysis_of_ours_says_which_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (recipe_file.FOLDER / "trait.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_text(text.replace('"trait_scores"', '"trait_scors"'), "utf-8")
    monkeypatch.setattr(recipe_file, "FOLDER", tmp_path)
    with pytest.raises(DefinitionError, match=r"no analysis 'trait_scors'; .*trait_scores"):
        recipe_file.load("mine")
    (tmp_path / "mine.toml").write_text(text.replace("[small]", "[small]\nseeds = 3"), "utf-8")
    with pytest.raises(DefinitionError, match=r"scale small: .*seeds"):
        recipe_file.load("mine")
