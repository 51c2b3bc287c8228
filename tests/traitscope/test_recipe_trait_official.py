"""The user's own copy of TRAIT is asked in the place of our scenarios, in three templates and two orders. All rows are invented."""

import json
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from inventories.reading import DefinitionError
from traitscope import load_study, recipe_file, recipe_run, tables
from traitscope.cli import main
from traitscope.record import Record
from traitscope.runner import run
from traitscope.trait_items import official

SCHEMA = Path(__file__).parents[3] / "shared" / "inventories" / "trait_external.schema.json"
ACTIONS = ("response_high1", "response_high2", "response_low1", "response_low2")
TRAITS = ("Openness", "Narcissism")


def rows(number: int = 3, **fields: object) -> list[dict[str, Any]]:
    """As the authors' repository has them: `number` rows a trait."""
    return [
        {"personality": trait, "statement": "I like hills.", "situation": f"Hill {each} of {trait} is in the way.",
         "query": "What do you do?", "paraphrased_situation": f"In the way: hill {each} of {trait}.",
         "paraphrased_query": "And you?", **{name: f"I do {name} at hill {each}." for name in ACTIONS}} | fields
        for trait in TRAITS
        for each in range(number)
    ]  # fmt: skip


def written(folder: Path, content: list[dict[str, Any]], name: str = "TRAIT.json") -> Path:
    file = folder / name
    file.write_text(json.dumps(content), "utf-8")
    return file


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def asked(folder: Path, file: Path, model: str) -> Record:
    beside = made(folder / "beside")
    study = official(recipe_file.load("trait").study_at("small", f"simulated:{model}"), file, beside)
    path = beside / "trait.toml"
    path.write_text(tomli_w.dumps(study), "utf-8")
    return run(load_study(path), folder / "record")


def told(record: Record) -> dict[str, dict[tuple[str, str], float]]:
    """Percent by table and (trait, statistic)."""
    found = recipe_run.exhibits(recipe_file.load("trait"), record)
    return {each.name: {(row["name"], row["of"]): row["value"] for row in each.table.to_dict("records")} for each in found}  # fmt: skip


def test_the_copy_is_asked_in_three_templates_two_orders_and_other_words(tmp_path: Path) -> None:
    record = asked(tmp_path, written(tmp_path, rows()), "first_option")
    answers = tables.answers(record)
    assert set(answers["inventory"]) == {"TRAIT"} and answers["item"].nunique() == 6
    forms = answers.groupby(["situation", "wording"])["options"].agg(lambda some: tuple(sorted(set(some))))
    assert set(forms) == {("printed", "swapped")}
    assert list(forms.index) == [("original", "trait_bare"), ("original", "trait_letters"), ("original", "trait_numbers"), ("paraphrased", "trait_letters")]  # fmt: skip
    found = told(record)
    assert {found["trait_scores"][trait, "score"] for trait in TRAITS} == {50.0}
    assert {found["sensitivities"][trait, "order of options"] for trait in TRAITS} == {100.0}
    assert {found["sensitivities"][trait, "words of the situation"] for trait in TRAITS} == {0.0}


def test_a_copy_without_paraphrases_has_no_paraphrase_sensitivity_and_all_else(tmp_path: Path) -> None:
    plain = [{"personality": each["personality"], "question": each["situation"], **{name: each[name] for name in ACTIONS}} for each in rows()]  # fmt: skip
    record = asked(tmp_path, written(tmp_path, plain), "first_option")
    assert set(tables.answers(record)["situation"]) == {"original"}
    found = told(record)["sensitivities"]
    assert {found[trait, "order of options"] for trait in TRAITS} == {100.0}
    assert all(found[trait, "words of the situation"] != found[trait, "words of the situation"] for trait in TRAITS)


def test_where_some_have_a_paraphrase_these_alone_are_told_in_other_words(tmp_path: Path) -> None:
    mixed = [*rows(1), *rows(1, situation="A river is in the way.", paraphrased_situation="")]
    answers = tables.answers(asked(tmp_path, written(tmp_path, mixed), "uniform"))
    assert answers.groupby("situation")["item"].nunique().to_dict() == {"original": 4, "paraphrased": 2}


def test_a_small_study_takes_the_same_few_of_each_trait_whatever_the_order_of_the_rows(tmp_path: Path) -> None:
    study = recipe_file.load("trait").study_at("small", "simulated:person")
    one = official(study, written(tmp_path, rows(9)), made(tmp_path / "a"), most=2)
    other = official(study, written(tmp_path, rows(9)[::-1]), made(tmp_path / "b"), most=2)
    (items,) = {tuple(sorted(ask["items"])) for ask in one["asks"]}
    assert [each.partition("_")[0] for each in items] == ["NARC", "NARC", "O", "O"]
    assert {tuple(sorted(ask["items"])) for ask in other["asks"]} == {items}


def test_the_record_stands_alone_and_names_no_folder_of_the_user_s(tmp_path: Path) -> None:
    file = written(tmp_path, rows())
    record = asked(tmp_path, file, "perfect")
    file.unlink()
    assert str(tmp_path) not in (record.folder / "study.toml").read_text("utf-8")
    assert "TRAIT" in load_study(record.folder / "study.toml").inventories


def test_the_rows_of_these_tests_have_the_fields_of_the_official_layout() -> None:
    if not SCHEMA.is_file():
        pytest.skip("the description of the official file is not here")
    layouts = {each["name"]: each for each in json.loads(SCHEMA.read_text("utf-8"))["layouts"]}
    assert set(rows()[0]) == set(layouts["github_json"]["fields"])


def test_a_file_that_is_no_copy_says_so(tmp_path: Path) -> None:
    study = recipe_file.load("trait").study_at("small", "simulated:person")
    with pytest.raises(DefinitionError, match=r"people\.csv: a copy of TRAIT ends in \.json, \.jsonl, \.parquet, not '\.csv'"):  # fmt: skip
        official(study, tmp_path / "people.csv", tmp_path)
    with pytest.raises(DefinitionError, match=r"TRAIT\.json, row 1: .*personality"):
        official(study, written(tmp_path, rows(1, personality="Patience")), tmp_path)


def test_the_command_asks_five_of_each_trait_at_the_small_scale(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, folder = written(tmp_path, rows(9)), tmp_path / "record"
    arguments = ["--model", "simulated:first_option", "--with", str(file), "--record", str(folder), "--json"]
    assert main(["recipe", "run", "trait", *arguments]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["trials"] == 2 * 5 * (3 * 2 + 2)
    assert {row["name"] for table in found["tables"] for row in table["rows"]} == set(TRAITS)
