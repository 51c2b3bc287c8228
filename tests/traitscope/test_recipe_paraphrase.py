"""One question in other words: equal probabilities lie at 0, opposite ones as far apart as the formula has it."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas import DataFrame

from psychometrics import group_inconsistency
from traitscope.cli import main
from traitscope.results import paraphrases_shown


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
    assert told and {each["missing"] for each in told.values()} == {paraphrases_shown.UNREAD}
