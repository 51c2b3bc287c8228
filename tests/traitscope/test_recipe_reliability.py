"""Settings of one person: what moves the scores is found, what does not is not, and nothing is said where nothing was answered."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from psychometrics import density_outliers
from traitscope import recipe_file
from traitscope.cli import main
from traitscope.record import Record
from traitscope.results import settings_shown
from traitscope.runner import run
from traitscope.study import load_study
from traitscope.study_file import StudyFile

BIG_FIVE = ["E", "A", "C", "N", "O"]
ORDERS = """
title = "Option orders"
inventories = ["{inventory}"]
models = [{{ name = "simulated:{model}", parameters = {{ {parameters} }} }}]
personas = [{personas}]
[[asks]]
vary = {vary}
replicates = {replicates}
"""


@pytest.fixture
def settings_of(tmp_path: Path) -> Callable[..., tuple[Record, dict[str, str]]]:
    def asked(model: str, vary: str, *, inventory: str = "bfi44", parameters: str = "", personas: str = '"none"', replicates: int = 1) -> tuple[Record, dict[str, str]]:  # fmt: skip
        told = {"model": model, "vary": vary, "inventory": inventory, "parameters": parameters, "personas": personas}
        (tmp_path / "study.toml").write_text(ORDERS.format(**told, replicates=replicates), "utf-8")
        record = run(load_study(tmp_path / "study.toml"), tmp_path / "record")
        (name,) = record.manifest.models
        return record, {"inventory": inventory, "model": name, "ask": "rating: chosen"}

    return asked


def tables(model: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    arguments = ["--model", model, "--record", str(folder / "record"), "--json"]
    assert main(["recipe", "run", "reliability-2500", *arguments]) == 0
    return {each["name"]: each for each in json.loads(capsys.readouterr().out)["tables"]}


def test_who_takes_the_first_option_hangs_on_the_order_of_options_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tables("simulated:first_option", tmp_path, capsys)
    levels = told["level_against_rest"]["rows"]
    assert len(levels) == (3 + 5 + 2) * 5
    others = [row for row in levels if row["code"] != "options"]
    assert {(row["relation"], round(row["mean_difference"], 9)) for row in others} == {("=", 0.0)}
    # 10 statements on openness, 2 of them reversed: (8 * 1 + 2 * 5) / 10 against (8 * 5 + 2 * 1) / 10
    printed = {row["scale"]: row for row in levels if row["level"] == "printed"}
    assert printed["O"]["mean_difference"] == pytest.approx(-2.4)
    assert {(row["relation"], row["note"]) for row in printed.values()} == {("", "no spread on either side")}
    found = {(row["factor"], round(row["share"], 9)) for row in told["setting_shares"]["rows"]}
    assert found == {("wording", 0), ("labels", 0), ("order of options", 1), (settings_shown.REST, 0)}


def test_who_is_the_same_in_every_setting_has_no_variance_to_share_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tables("simulated:perfect", tmp_path, capsys)
    assert {row["mean_difference"] for row in told["level_against_rest"]["rows"]} == {0.0}
    assert {row["note"] for row in told["setting_shares"]["rows"]} == {"every setting gives the same score"}
    assert "no variance to share out" in told["setting_shares"]["caption"]
    apart = told["setting_outliers"]["rows"]
    assert [(row["n"], row["n_outliers"], row["n_clusters"]) for row in apart] == [(30, 0, 1)] * 3


def test_who_refuses_gives_reasons_and_no_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = tables("simulated:refuser", tmp_path, capsys)
    assert len(told) == 3 and {each["missing"] for each in told.values()} == {settings_shown.NOTHING}


def test_answers_at_random_differ_at_001_in_no_more_than_a_few_levels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tables("simulated:uniform", tmp_path, capsys)["level_against_rest"]["rows"]
    assert len(rows) == 50 and sum(row["relation"] != "=" for row in rows) <= 2


def test_a_bias_to_the_first_option_is_told_as_below_and_above_with_its_share(
    settings_of: Callable[..., tuple[Record, dict[str, str]]],
) -> None:
    vary = '{ options = ["printed", "reversed"], labels = ["arabic", "upper"] }'
    record, place = settings_of("person", vary, parameters="order_bias = 0.6", replicates=8)
    levels = settings_shown.level_table(record, **place, persona_set="none").table
    order = levels[(levels["code"] == "options") & (levels["scale"] == "O")].set_index("level")
    assert order["relation"].to_dict() == {"printed": "<", "reversed": ">"}
    # 60 % of answers are the first option, which moves openness by -2.4 as above
    assert order.loc["printed", "mean_difference"] == pytest.approx(0.6 * -2.4, abs=0.3)
    assert set(levels.loc[levels["code"] == "labels", "relation"]) == {"="}
    shares = settings_shown.shares(record, **place, persona_set="none").table
    openness = shares[shares["scale"] == "O"].set_index("factor")["share"]
    assert openness["order of options"] > 0.7 > 0.2 > openness["labels"]
    assert openness.sum() == pytest.approx(1) and settings_shown.RUN in openness.index


def test_settings_are_of_item_means_also_where_the_inventory_adds_up(
    settings_of: Callable[..., tuple[Record, dict[str, str]]],
) -> None:
    record, place = settings_of("perfect", '{ language = ["en", "de"] }', inventory="ipip_neo_120")
    found = settings_shown.settings(record, **place, persona_set="none")
    assert found.unit == "answer categories" and sorted(found.scores) == sorted(BIG_FIVE)
    assert set(found.scores.to_numpy().ravel()) == {3.0}


def test_repeats_and_personas_are_no_further_persons_and_no_further_settings(
    settings_of: Callable[..., tuple[Record, dict[str, str]]],
) -> None:
    record, place = settings_of(
        "person", '{ options = ["printed", "reversed"] }', personas='{ set = "big_five_32", fraction = "half" }', replicates=2
    )  # fmt: skip
    (persona_set,) = {each.set for each in record.manifest.personas.values()}
    found = settings_shown.settings(record, **place, persona_set=persona_set)
    assert (found.n_persons, len(found.scores)) == (16, 4)
    assert (
        "n = 16 persons, 4 whole settings of 4"
        in settings_shown.outliers(record, **place, persona_set=persona_set).caption
    )


def test_outliers_are_those_of_the_named_space(settings_of: Callable[..., tuple[Record, dict[str, str]]]) -> None:
    record, place = settings_of("person", '{ options = ["printed", "reversed"] }', replicates=20)
    table = settings_shown.outliers(record, **place, persona_set="none").table
    assert table["dimensions"].tolist() == [5, 2, 5] and table["space"].is_unique
    scores = settings_shown.settings(record, **place, persona_set="none").scores
    assert table["n_outliers"].iloc[0] == density_outliers(scores, "the same").share.extra["n_outliers"]


def test_the_full_recipe_has_the_factors_of_the_paper() -> None:
    study = msgspec.convert(recipe_file.load("reliability-2500").study_at("full", "simulated:person"), StudyFile)
    bfi, languages = study.asks
    assert [len(levels) for levels in bfi.vary.values()] == [5, 5, 2] and bfi.replicates == 10
    assert len(languages.vary["language"]) == 10 and languages.inventories == ["ipip_neo_120"]
    assert all(each.form.items == "shuffled" for each in study.asks)
