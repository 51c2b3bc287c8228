"""One question in other words: equal probabilities lie at 0, opposite ones as far apart as the formula has it."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import tomli_w
from pandas import DataFrame

from psychometrics import group_inconsistency
from traitscope import load_study, recipe_file, recipe_run
from traitscope.cli import main
from traitscope.results import paraphrases_shown, topics_shown
from traitscope.runner import run


def tables(model: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    arguments = ["--model", model, "--record", str(folder / "record"), "--json"]
    assert main(["recipe", "run", "paraphrase-consistency", *arguments]) == 0
    return {each["name"]: each for each in json.loads(capsys.readouterr().out)["tables"]}


def test_who_takes_the_first_option_is_the_same_in_all_words_and_not_in_both_orders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tables("simulated:first_option", tmp_path, capsys)
    rows = {row["code"]: row for row in told["inconsistency"]["rows"]}
    assert rows["wording"]["value"] == pytest.approx(0, abs=1e-6) and rows["wording"]["n_items"] == 44
    # .97 for the first label, the rest shared by the four others
    first = [0.97, *[0.03 / 4] * 4]
    both = pd.concat([
        DataFrame({"group": "item", "member": member, "option": range(5), "probability": shares})
        for member, shares in (("printed", first), ("reversed", first[::-1]))
    ])  # fmt: skip
    expected = group_inconsistency(both, seed=1).mean.value
    assert rows["options"]["value"] == pytest.approx(expected, abs=1e-6)
    assert {row["factor"] for row in told["least_consistent"]["rows"]} == {"order of options"}


def test_the_note_says_how_far_two_sure_and_opposite_ways_lie_apart() -> None:
    sure = DataFrame({"group": "q", "member": ["a", "b"], "option": ["yes", "no"], "probability": 1.0})
    assert group_inconsistency(sure, seed=1).mean.value == pytest.approx(0.4645, abs=1e-3)


def test_who_is_the_same_everywhere_has_no_least_consistent_item(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tables("simulated:perfect", tmp_path, capsys)
    assert {round(row["value"], 6) for row in told["inconsistency"]["rows"]} == {0.0}
    assert told["least_consistent"]["missing"] == paraphrases_shown.SAME


def test_a_person_has_intervals_over_items_and_its_ten_least_consistent_items_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tables("simulated:person", tmp_path, capsys)
    for row in told["inconsistency"]["rows"]:
        assert 0 < row["low"] < row["value"] < row["high"] and row["n_items"] == 44
    for factor in ("wording", "order of options"):
        values = [row["inconsistency"] for row in told["least_consistent"]["rows"] if row["factor"] == factor]
        assert len(values) == 10 and values == sorted(values, reverse=True)


def test_who_refuses_gives_a_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = tables("simulated:refuser", tmp_path, capsys)
    whys = [told[name]["missing"] for name in ("inconsistency", "least_consistent", "by_topic")]
    assert whys == [paraphrases_shown.UNREAD, paraphrases_shown.UNREAD, topics_shown.UNREAD]


SURE = 0.97  # of the label that a responder without doubts takes; the four others share the rest


def sure_of(*places: int) -> DataFrame:
    """Items of one group, each sure of one of five options."""
    rows = [
        {"group": "q", "member": member, "option": option, "probability": SURE if option == place else (1 - SURE) / 4}
        for member, place in enumerate(places)
        for option in range(5)
    ]
    return DataFrame(rows)


def test_who_agrees_to_all_contradicts_itself_within_every_topic_with_reversed_items(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = {row["topic"]: row for row in tables("simulated:agree", tmp_path, capsys)["by_topic"]["rows"]}
    # of the BFI-44's eight items of extraversion three are reversed
    expected = group_inconsistency(sure_of(*[4] * 5, *[0] * 3), seed=1).mean.value
    assert rows["E"]["value"] == pytest.approx(expected, abs=1e-6) and rows["E"]["n_items"] == 8
    assert rows[""]["value"] == pytest.approx(sum(rows[scale]["value"] for scale in "EACNO") / 5)
    assert rows[""]["null_p"] > 0.05 and rows[""]["null_low"] < rows[""]["value"] < rows[""]["null_high"]


def test_who_answers_as_its_traits_are_is_consistent_within_topics_and_beyond_items_across_them(tmp_path: Path) -> None:
    study = recipe_file.load("paraphrase-consistency").study_at("small", "simulated:perfect")
    traits = ["extraversion", "agreeableness", "conscientiousness", "neuroticism", "openness"]
    assigned = dict(zip(traits, [1.0, -1.0, 1.0, -1.0, 1.0], strict=True))
    study["personas"] = [{"id": "somebody", "text": "You are somebody.", "assigned": assigned}]
    (tmp_path / "study.toml").write_text(tomli_w.dumps(study), "utf-8")
    record = run(load_study(tmp_path / "study.toml"), tmp_path / "record")
    shown = {each.name: each for each in recipe_run.exhibits(recipe_file.load("paraphrase-consistency"), record)}
    table = shown["by_topic"].table.set_index("topic")
    assert table["value"].abs().max() < 1e-6 and table.loc["", "null_low"] > 0.3
    assert table.loc["", "null_p"] == pytest.approx(1 / 1001)
    assert shown["by_topic"].figure is not None and "n = 1 person" in shown["by_topic"].caption
