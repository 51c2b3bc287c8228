"""A recipe at its small scale with parameters of a responder, or an answerer and writer of a test's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w
from imitations import Imitation, said
from pandas import DataFrame

from traitscope import recipe_file, recipe_run
from traitscope.exhibit import Exhibit
from traitscope.making import MAKERS, SoFar
from traitscope.recipe_file import Making
from traitscope.recipe_records import keep_file, stage_folder
from traitscope.record import Record
from traitscope.runner import run
from traitscope.study import load_study

Model = str | Mapping[str, Any]


def with_parameters(kind: str, **parameters: float) -> Model:
    """A simulated responder as a study has it; the command takes a name alone."""
    return {"name": f"simulated:{kind}", "parameters": parameters}


def held(
    folder: Path, name: str, model: Model, judge: Model = "", *, file: Path | None = None, **changed: Any
) -> Record:
    """All studies of a recipe, made and asked; `changed` are keys of the first study."""
    recipe = recipe_file.load(name)
    folder.mkdir(parents=True, exist_ok=True)
    kept = keep_file(folder / "record", file)
    record = _asked(folder, "", recipe.study_at("small", "") | changed, recipe.making, model, None, kept)
    assert record is not None
    for stage in recipe.stages:
        asked = (judge or model) if stage.asks == "judge" else model
        _asked(folder, stage.name, stage.study_at("small", ""), stage.making, asked, record, kept)
    return record


def _asked(
    folder: Path,
    name: str,
    study: dict[str, Any],
    making: Making | None,
    model: Model,
    record: Record | None,
    file: Path | None,
) -> Record | None:
    beside = folder / f"made {name}"
    beside.mkdir()
    made: dict[str, Any] | None = study
    if making is not None:
        made = MAKERS[making.by](study, SoFar(record, file, making.at("small"), beside))
    if made is None:
        return None
    (beside / "study.toml").write_text(tomli_w.dumps(made | {"models": [model]}), "utf-8")
    where = folder / "record"
    return run(load_study(beside / "study.toml"), stage_folder(where, name) if name else where)


def exhibits(name: str, record: Record) -> list[Exhibit]:
    return recipe_run.exhibits(recipe_file.load(name), record)


def table(shown: list[Exhibit], name: str, ask: str = "rating: chosen") -> DataFrame:
    """The one table of that name; of several the one of that way of asking."""
    of_name = [each for each in shown if each.name == name]
    (one,) = of_name if len(of_name) == 1 else [each for each in of_name if each.about["elicitation"] == ask]
    assert not one.missing, one.missing
    return one.table


def answering(text_of: Any) -> Imitation:
    """A chat on this machine that reads its messages: `text_of` makes of them what it says."""

    def answer(path: str, asked: dict[str, Any]) -> Any:
        if path != "chat/completions":
            return 404, {"error": {"message": "unknown url"}}
        if asked.get("logprobs"):
            return 400, {"error": {"message": "logprobs are not supported by this model"}}
        return 200, said(text_of([each["content"] for each in asked["messages"]]))

    return answer
