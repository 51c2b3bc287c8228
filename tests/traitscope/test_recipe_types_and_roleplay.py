"""Two recipes find what simulated persons were given: the types they were assigned, and how far personas move them."""

import json
from pathlib import Path
from typing import Any

import pytest

from traitscope import recipe_file
from traitscope.cli import main
from traitscope.record import Record
from traitscope.results import roleplay_shown, type_confusion_shown
from traitscope.runner import run
from traitscope.study import load_study

Told = dict[str, dict[str, Any]]
PLACE = {"inventory": "oejts12", "ask": "rating: chosen"}
SEVERAL = """
title = "Several models"
models = ["simulated:perfect", "simulated:first_option", "simulated:agree"]
inventories = ["oejts12"]
personas = ["none"]
[[asks]]
"""


def ran(name: str, model: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """The tables that the command prints as JSON, by name."""
    record = folder / f"{name} {model}"
    assert main(["recipe", "run", name, "--model", f"simulated:{model}", "--record", str(record), "--json"]) == 0
    return {each["name"]: each for each in json.loads(capsys.readouterr().out)["tables"]}


def test_who_answers_as_assigned_is_read_right_on_every_axis(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ran("mbti-types", "perfect", tmp_path, capsys)
    pairs = told["type_confusion"]["rows"]
    assert len(pairs) == 16 and all(each["assigned"] == each["measured"] and each["n_persons"] == 1 for each in pairs)
    rows = told["type_accuracy"]["rows"]
    assert [row["name"] for row in rows] == ["whole type", "I or E", "S or N", "F or T", "J or P"]
    assert {row["value"] for row in rows} == {row["of_sittings"] for row in rows} == {1.0}
    assert [row["chance"] for row in rows] == [1 / 16] + [1 / 2] * 4
    assert rows[0]["low"] == pytest.approx(16 / (16 + 1.959964**2))  # Wilson, all right
    assert rows[0]["p"] == pytest.approx(16.0**-16) and rows[1]["p"] == pytest.approx(2.0**-16)


def test_who_does_not_look_is_right_by_chance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ran("mbti-types", "agree", tmp_path, capsys)
    rows = told["type_accuracy"]["rows"]
    # one type for everybody: one of sixteen is right, and half of the letters
    assert [row["value"] for row in rows] == [1 / 16] + [1 / 2] * 4 == [row["always_one"] for row in rows]
    assert len({each["measured"] for each in told["type_confusion"]["rows"]}) == 1
    assert len(told["default_types"]["rows"]) == 1 and told["default_types"]["rows"][0]["share"] == 1.0
    assert not told["default_types"]["missing"]


def test_a_letter_on_which_sittings_are_even_is_none() -> None:
    assert type_confusion_shown.of_sittings(["ENTP", "ISTP"]) == "==TP"
    assert type_confusion_shown.of_sittings(["ENTP", "ISTP", "ISTP"]) == "ISTP"
    assert type_confusion_shown.of_sittings(["EXTP", "IXTP", "EXTX"]) == "EXTP"


def test_letters_that_hang_on_the_order_of_options_are_even_and_not_taken_by_the_alphabet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # every score is that of the other end when the options stand in the other order
    told = ran("mbti-types", "first_option", tmp_path, capsys)
    rows = told["type_accuracy"]["rows"]
    assert told["type_confusion"]["missing"].startswith("No persona has one type more often than others")
    assert all(row["n_tied"] == 16 and row["value"] is None and row["of_sittings"] == 0.5 for row in rows[1:])
    assert rows[0]["of_sittings"] == pytest.approx(1 / 16) and rows[0]["note"] == "nobody has a whole type"


def test_who_refuses_has_no_type_and_that_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ran("mbti-types", "refuser", tmp_path, capsys)
    assert not [
        name
        for name, each in told.items()
        if name in ("type_confusion", "type_accuracy", "default_types") and not each["missing"]
    ]


def test_default_types_of_several_models_are_tallied(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(SEVERAL, "utf-8")
    record = run(load_study(tmp_path / "study.toml"), tmp_path / "record")
    defaults, tally = type_confusion_shown.defaults(record, **PLACE)
    assert defaults.table["model"].nunique() == 3 and set(defaults.table["share"]) == {1.0}
    assert tally.table["n_persons"].sum() == 3 and tally.table["low"].isna().all() and len(tally.table) == 16


def test_who_ignores_personas_is_not_steered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ran("roleplay-at-scale", "agree", tmp_path, capsys)["steerability"]["rows"]
    found: dict[tuple[str, str], set[float]] = {(row["measure"], row["over"]): set() for row in rows}
    for row in rows:
        found[row["measure"], row["over"]].add(round(row["value"], 6))
    assert found["inertia", "items"] == {1.0} == found["top_two", "items"]
    assert found["steerability", "items"] == {0.0} == found["steerability", "answers"]
    assert {row["n_persons"] for row in rows} == {40}


def test_two_options_half_and_half_have_the_inertia_of_the_formula(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # the first option of five, in two orders: very inaccurate and very accurate, half and half
    rows = ran("roleplay-at-scale", "first_option", tmp_path, capsys)["steerability"]["rows"]
    for row in rows:
        wanted = {"inertia": 1 - 1 / 2.321928094887362, "steerability": 0.0, "top_two": 1.0}[row["measure"]]
        assert row["value"] == pytest.approx(wanted, abs=1e-9)


def test_answers_at_random_use_all_options_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ran("roleplay-at-scale", "uniform", tmp_path, capsys)
    rows = [row for row in told["steerability"]["rows"] if row["over"] == "answers"]
    assert all(row["value"] < 0.03 for row in rows if row["measure"] == "inertia")
    assert all(0.38 < row["value"] < 0.55 for row in rows if row["measure"] == "top_two")


def test_attributes_of_who_cannot_read_them_do_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ran("roleplay-at-scale", "person", tmp_path, capsys)
    rows = told["attribute_effects"]["rows"]
    assert len(rows) == 55 and {row["n_tests"] for row in rows} == {55}
    assert min(row["p_adjusted"] for row in rows if row["p_adjusted"] is not None) > 0.05
    excess = [row["eta_squared"] - row["chance"] for row in rows]
    assert abs(sum(excess) / len(excess)) < 0.1
    assert [row["attribute"] for row in rows if row["d"] is not None] == ["sex"] * 5
    levels = told["attribute_levels"]["rows"]
    assert len(levels) == 15 and min(row["n_tests"] for row in levels) > 300
    # the largest of hundreds, some over two personas: none may look like an effect
    assert min(row["p_adjusted"] for row in levels) > 0.05


def test_personas_at_both_ends_are_steered_as_far_as_can_be_from_a_model_in_the_middle(tmp_path: Path) -> None:
    # half of them assigned a high level, half a low one, which the perfect responder follows
    folder = tmp_path / "personas"
    folder.mkdir()
    people = "\n".join(
        f'  {{ id = "p{n}", text = "Person {n}", assigned = {{ extraversion = {2 * (n % 2) - 1} }}, attributes = {{ sex = "{"mf"[n % 2]}" }} }},'
        for n in range(24)
    )
    (folder / "two.toml").write_text(
        f'title = "Two"\nsource = "test"\nlicence = "MIT"\npersonas = [\n{people}\n]\n', "utf-8"
    )
    study = f'title = "Two"\nmodels = ["simulated:perfect"]\ninventories = ["mini_ipip"]\npersonas = ["none", "{folder / "two.toml"}"]\n[[asks]]\n'
    (tmp_path / "study.toml").write_text(study, "utf-8")
    record = run(load_study(tmp_path / "study.toml"), tmp_path / "record")
    place = {"inventory": "mini_ipip", "model": "simulated:perfect", "ask": "rating: chosen"}
    assert isinstance(record, Record)
    name = next(iter({each.set for each in record.manifest.personas.values() if each.assigned}))
    shown = roleplay_shown.steerability(record, **place, persona_set=name)
    table = shown.table[shown.table["over"] == "items"].set_index(["scale", "measure"])["value"]
    # half of them at each end, and the bare model in the middle
    assert table["E", "steerability"] == pytest.approx(1.0) and table["E", "inertia"] == pytest.approx(
        0.569323, abs=1e-6
    )
    assert table["A", "steerability"] == pytest.approx(0.0)


def test_both_recipes_say_what_they_lack() -> None:
    assert "MFQ-30" in " ".join(recipe_file.load("roleplay-at-scale").lacks)
    assert "one model a run" in recipe_file.load("mbti-types").lacks[0]
