"""`import traitscope as ts`: a study asked from Python, and its tables with documented columns."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pandas import DataFrame, isna

import traitscope as ts
from inventories.reading import DefinitionError
from psychometrics.estimate import plain
from traitscope.cli import main
from traitscope.frames import FRAMES
from traitscope.study_file import StudyError

EVERY_TABLE = """
title = "Something of every table"
models = ["simulated:person"]
inventories = ["bfi10", "oejts12", "scenarios_bfi44"]
personas = [{ set = "big_five_32", fraction = "half" }, { set = "big_five_32_negated", fraction = "half" }]

[[asks]]
inventories = ["bfi10", "oejts12"]
vary = { options = ["printed", "reversed"] }

[[asks]]
elicitation = "choice"
inventories = ["scenarios_bfi44"]
items = ["sc_bfi44_01", "sc_bfi44_06"]
form = { wording = "trait_letters" }
vary = { options = ["printed", "swapped"] }
"""
METHODS = (
    "answers",
    "scores",
    "types",
    "reliability",
    "assigned",
    "forms",
    "outcomes",
    "divergence",
    "replies",
    "prompts",
)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> ts.Record:
    folder = tmp_path_factory.mktemp("front")
    (folder / "every.toml").write_text(EVERY_TABLE, "utf-8")
    return ts.run(folder / "every.toml", record=folder / "record")


@pytest.mark.parametrize("name", FRAMES)
def test_a_table_has_the_columns_that_are_documented(record: ts.Record, name: str) -> None:
    found = record.estimates(name)
    assert len(found) > 0
    assert list(found.columns) == list(FRAMES[name].columns)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_the_table_of_its_name(record: ts.Record, name: str) -> None:
    assert getattr(record, name)().equals(record.estimates(name))


@pytest.mark.parametrize("name", METHODS)
def test_help_of_a_method_tells_every_column(name: str) -> None:
    lines = (getattr(ts.Record, name).__doc__ or "").splitlines()
    assert [each for each in FRAMES[name].columns if f"{each} : {FRAMES[name].columns[each]}" not in lines] == []


def test_a_record_without_answers_has_tables_without_rows(study_file: Callable[..., Path], tmp_path: Path) -> None:
    text = 'models = ["simulated:person"]\ninventories = ["tipi"]\n[[asks]]\n'
    record = ts.run(study_file(text), record=tmp_path / "record")
    for name in ("types", "assigned", "recovery", "forms", "trait_scores", "scenario_items", "divergence"):
        found = record.estimates(name)
        assert (len(found), list(found.columns)) == (0, list(FRAMES[name].columns)), name


SHOWN = (
    "standings",
    "reliability",
    "assigned",
    "recovery",
    "forms",
    "trait_scores",
    "scenario_items",
    "types",
    "outcomes",
)


def test_tables_hold_what_show_prints(record: ts.Record, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(record.folder), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    for name in SHOWN:
        assert shown[name], name
        assert told(record.estimates(name)) == shown[name], name


def test_divergence_holds_what_its_command_prints(record: ts.Record, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["divergence", str(record.folder), "--json"]) == 0
    assert told(record.divergence()) == json.loads(capsys.readouterr().out)["measures"]


def told(table: DataFrame) -> list[dict[str, Any]]:
    """A table as the command line prints it as JSON."""
    return [{str(name): plain(value) for name, value in row.items()} for row in table.to_dict("records")]


def test_every_reply_has_its_prompt(record: ts.Record) -> None:
    prompts = record.prompts()
    assert set(record.replies()["prompt"]) == set(prompts["prompt"])
    first = prompts[prompts["prompt"] == prompts["prompt"].iloc[0]]
    assert list(first["role"]) == ["system", "user"]
    assert first["content"].str.len().gt(0).all()


def test_a_margin_decides_a_verdict(record: ts.Record) -> None:
    gaps = [
        found[(found["measure"] == "level_gap") & found["low"].notna() & (found["scope"] == "trait")]
        for found in (record.divergence(margin=0.001), record.divergence(margin=1e6))
    ]
    assert len(gaps[0]) > 0
    assert "agrees" not in set(gaps[0]["verdict"])
    assert set(gaps[1]["verdict"]) == {"agrees"}


def test_a_table_that_is_not_there_is_named_with_those_that_are(record: ts.Record) -> None:
    with pytest.raises(DefinitionError, match=r"no table 'score'.*scores"):
        record.estimates("score")


def test_a_run_is_quiet_and_gives_what_the_command_gives(
    study_file: Callable[..., Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = study_file()
    record = ts.run(str(path), record=tmp_path / "here")
    assert capfd.readouterr() == ("", "")
    assert main(["run", str(path), "--record", str(tmp_path / "there"), "--json"]) == 0
    assert record.scores().equals(ts.Record(tmp_path / "there").scores())


def test_a_study_that_was_read_is_run_and_resumed(study_file: Callable[..., Path], tmp_path: Path) -> None:
    study = ts.load_study(study_file())
    calls = [len(ts.run(study, record=tmp_path / "record").replies()) for _ in range(2)]
    assert calls == [16 * 2 * 44] * 2


def test_progress_is_drawn_on_request(
    study_file: Callable[..., Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ts.run(study_file(), record=tmp_path / "record", progress=True)
    out, err = capfd.readouterr()
    assert out == ""
    assert "1408/1408" in err


def test_a_limit_that_is_none_is_a_mistake_of_the_user(study_file: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="concurrency"):
        ts.run(study_file(), record=tmp_path / "record", concurrency=0)


def test_money_is_spent_only_when_that_was_said(
    fault_server: Callable[..., Any], study_file: Callable[..., Path], tmp_path: Path
) -> None:
    server = fault_server()
    model = f'{{ name = "{server.model}", price = {{ input = 1e6, output = 1e6 }} }}'
    path = study_file(f'models = [{model}]\ninventories = ["tipi"]\n')
    with pytest.raises(StudyError, match="this may cost up to"):
        ts.run(path, record=tmp_path / "record")
    record = ts.run(path, record=tmp_path / "record", ask_above=None)
    assert record.progress()["done"] == 10
    assert not isna(record.replies()["cost"]).any()


def test_importing_loads_no_library_of_numbers_or_models() -> None:
    heavy = ("pandas", "numpy", "scipy", "torch", "transformers", "litellm", "aiohttp", "plotly", "ray")
    code = f"import sys, traitscope; print([each for each in {heavy} if each in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
