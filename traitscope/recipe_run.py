"""The command `recipe`: what recipes there are, what one is, and its result on a model in the paper's own order."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from traitscope import asking, text
from traitscope.exhibit import Exhibit
from traitscope.recipe_analyses import ANALYSES
from traitscope.recipe_file import Recipe, Scale, load, names
from traitscope.record import RUNS, Record
from traitscope.study import load_study


def listed() -> tuple[Any, str]:
    """All recipes with their question and source."""
    rows = [
        {"name": name, "question": recipe.question, "source": recipe.source}
        for name in names()
        for recipe in [load(name)]
    ]
    return {"recipes": rows}, "\n\n".join(f"{each['name']}: {each['question']}\n  {each['source']}" for each in rows)


def shown(name: str) -> tuple[Any, str]:
    """One recipe: what it asks at both scales, what it makes of it, what is verified and what differs."""
    recipe = load(name)
    studies = {scale: tomli_w.dumps(recipe.study_at(scale, "MODEL")) for scale in ("small", "full")}
    made = [f"{each}: {ANALYSES[each].__doc__}" for each in recipe.analyses]
    parts = [
        _about(recipe),
        "Made of it:\n" + "\n".join(f"- {each}" for each in made),
        *_published(recipe),
    ]
    parts += [f"The study at scale {scale}:\n{study}" for scale, study in studies.items()]
    result = {"name": name, "title": recipe.title, "source": recipe.source, "verified": recipe.verified, "differs": recipe.differs,
              "lacks": recipe.lacks, "analyses": recipe.analyses, "studies": studies}  # fmt: skip
    return result, "\n\n".join(parts)


def run(
    name: str,
    model: str,
    scale: Scale,
    folder: Path | None,
    given: Mapping[str, Any],
    *,
    ask_above: float | None,
    quiet: bool,
) -> tuple[Any, str]:
    """Ask what the recipe asks of `model`, as `run` does, and print its tables; running again resumes."""
    recipe = load(name)
    folder = folder or RUNS / "".join(letter if letter.isalnum() else "-" for letter in f"{name}-{model}-{scale}")
    with tempfile.TemporaryDirectory() as beside:
        file = Path(beside) / f"{name}.toml"
        file.write_text(tomli_w.dumps(recipe.study_at(scale, model)), "utf-8")
        study = load_study(file)
        asked, _ = asking.run_told(study, folder, asking.options(study, given), ask_above=ask_above, quiet=quiet)
    found = exhibits(recipe, Record(folder))
    told = "\n\n".join([_about(recipe), *map(_table, found), *_published(recipe), f"Record: {folder}"])
    rows = [
        {"name": each.name, "question": each.question, "caption": each.caption, "missing": each.missing, "rows": _rows(each)}
        for each in found
    ]  # fmt: skip
    return {
        "recipe": name,
        "record": str(folder),
        "done": asked["done"],
        "trials": asked["trials"],
        "tables": rows,
    }, told


def exhibits(recipe: Recipe, record: Record) -> list[Exhibit]:
    """All that the recipe makes of a record, in its order."""
    return [exhibit for each in recipe.analyses for exhibit in ANALYSES[each](record)]


def _rows(shown: Exhibit) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(shown.table.to_json(orient="records"))  # NaN becomes null
    return rows


def _about(recipe: Recipe) -> str:
    lines = [recipe.title, recipe.question, f"Source: {recipe.source}", f"Verified: {recipe.verified}"]
    lines += [f"Differs from the paper: {each}" for each in recipe.differs]
    return "\n".join([*lines, *(f"Not in this recipe: {each}" for each in recipe.lacks)])


def _published(recipe: Recipe) -> list[str]:
    return [f"Published: {each.title}\n{text.columns(each.columns, each.rows)}" for each in recipe.published]


def _table(exhibit: Exhibit) -> str:
    """The question with its table, caption and note; or why there is none."""
    if exhibit.missing:
        return f"{exhibit.question}\n{exhibit.missing}"
    printed = exhibit.printed()
    table = text.columns([str(name) for name in printed], printed.to_numpy().tolist())
    return "\n".join(filter(None, [exhibit.question, table, exhibit.caption, exhibit.note]))
