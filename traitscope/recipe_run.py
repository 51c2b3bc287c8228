"""The command `recipe`: what recipes there are, what one is, and its result on a model in the paper's own order."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import tomli_w

from inventories.reading import DefinitionError, allowed
from traitscope import asking, text
from traitscope.background import stoppable
from traitscope.exhibit import Exhibit
from traitscope.lock import alone
from traitscope.making import MAKERS, SoFar
from traitscope.recipe_analyses import ANALYSES
from traitscope.recipe_file import Making, Recipe, Scale, load, names
from traitscope.recipe_records import PAGE, Ran, keep_file, note, noted, spent, stage_folder, working
from traitscope.record import RUNS, Record, write_whole
from traitscope.responders import by_name, check_name
from traitscope.study import load_study
from traitscope.web_page import Heading, Part, Points, Verbatim, page

MOST_ROWS = 30  # of a table in a terminal


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
        about(recipe),
        "Made of it:\n" + "\n".join(f"- {each}" for each in made),
        *_published(recipe),
    ]
    if recipe.takes:
        parts.append(f"--with FILE: {recipe.takes}")
    parts += [f"The study at scale {scale}:\n{study}" for scale, study in studies.items()]
    for stage in recipe.stages:
        who = "the judge" if stage.asks == "judge" else "the model"
        parts.append(f"Then {who} is asked ({MAKERS[stage.making.by].__doc__}):\n{tomli_w.dumps(stage.study)}")
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
    judge: str = "",
    file: Path | None = None,
    parameters: Mapping[str, float] | None = None,
    temperature: float = 0.0,
    ask_above: float | None,
    quiet: bool,
) -> tuple[Any, str]:
    """Ask what the recipe asks of `model`, as `run` does, and print its tables; running again resumes.

    `judge` reads texts where the recipe has some judged (the model itself unless it is given); `file` is what `takes` says.
    """
    recipe = load(name)
    if file is not None and not recipe.takes:
        raise DefinitionError(f"recipe {name}: takes no file, but --with {file} was given")
    if judge and not recipe.judged:
        raise DefinitionError(f"recipe {name}: has nothing judged, but --judge {judge} was given")
    folder = folder or folder_of(name, model, scale)
    for each, value in (parameters or {}).items():
        if each not in recipe.parameters:
            raise DefinitionError(f"recipe {name}: no parameter {each!r}; {allowed(recipe.parameters, each)}")
        if not (math.isfinite(value) and value > 0):
            raise DefinitionError(f"--parameter {each}={value:g}: a number above 0 is needed")
    if not (math.isfinite(temperature) and temperature >= 0):
        raise DefinitionError(f"--temperature {temperature:g}: a number from 0 is needed")
    told_by = (judge or model) if recipe.judged else ""
    before = Ran(name, scale, model, told_by, {**recipe.parameters, **(parameters or {})}, temperature)
    parts: list[tuple[str, dict[str, Any], Making | None, Path]] = [
        ("", recipe.study_at(scale, model, temperature), recipe.making, folder)
    ]
    for stage in recipe.stages:
        of = (before.judge, 0.0) if stage.asks == "judge" else (model, temperature)
        parts.append((stage.name, stage.study_at(scale, *of), stage.making, stage_folder(folder, stage.name)))
    check_name(model)  # before a folder is made
    if judge:
        by_name(judge)  # a judge that is not there, or has no key, is told before the model is asked
    folders = [where for *_, where in parts]
    for where in folders:
        _check_free(where, before)
    counts = {"done": 0, "trials": 0}
    records = [str(folder)]
    with alone(working(folder)) as there, stoppable(working(folder)):
        file = keep_file(folder, file)
        for stage_name, study, making, where in parts:
            found = _asked(
                f"{name}-{stage_name}" if stage_name else name,
                study,
                making,
                before,
                Record(folder) if stage_name else None,
                file,
                where,
                _with_rest(given, [each for each in folders if each != where]),
                ask_above,
                quiet,
                there,
            )
            if found is None:
                continue
            counts = {each: counts[each] + found[each] for each in counts}
            records += [str(where)] if stage_name else []
        return told(recipe, Record(folder), counts, records)


def _check_free(folder: Path, as_what: Ran) -> None:
    """Raise DefinitionError where the folder holds a record of something else."""
    was = noted(folder)
    if (folder / "manifest.json").is_file() and (was is None or not was.asks_as(as_what)):
        holds = "a record that no recipe made" if was is None else _named(was)
        raise DefinitionError(f"{folder}: holds {holds}; give another --record for {_named(as_what)}")


def _named(as_what: Ran) -> str:
    judge = f", judged by {as_what.judge}" if as_what.judge else ""
    heat = f" at temperature {as_what.temperature:g}" if as_what.temperature else ""
    return f"{as_what.recipe} at scale {as_what.scale} of {as_what.model}{heat}{judge}"


def _with_rest(given: Mapping[str, Any], others: list[Path]) -> Mapping[str, Any]:
    """What the command line says, with what the `others` of the recipe's records have left of --max-cost."""
    most = given.get("max_cost")
    if most is None or not most > 0:  # no sum, or one that is no sum: told where options are read
        return given
    return {**given, "max_cost": max(0.0, most - sum(map(spent, others)))}


def _asked(
    name: str, study: dict[str, Any], making: Making | None, as_what: Ran, record: Record | None, file: Path | None,
    folder: Path, given: Mapping[str, Any], ask_above: float | None, quiet: bool, there: Callable[[], None],
) -> dict[str, Any] | None:  # fmt: skip
    """One study of a recipe, made and asked; None where there is nothing to be asked."""
    with tempfile.TemporaryDirectory() as beside:
        made: dict[str, Any] | None = study
        if making is not None:
            made = MAKERS[making.by](study, SoFar(record, file, making.at(as_what.scale), Path(beside)))
        if made is None:
            return None
        path = Path(beside) / f"{name}.toml"
        path.write_text(tomli_w.dumps(made), "utf-8")
        loaded = load_study(path)
        there()
        note(folder, as_what)  # before anything is asked: whoever looks meanwhile sees what is being run
        return asking.run_told(loaded, folder, asking.options(loaded, given), ask_above=ask_above, quiet=quiet)[0]


def folder_of(name: str, model: str, scale: Scale) -> Path:
    """Where a recipe's record lies unless told otherwise."""
    return RUNS / "".join(letter if letter.isalnum() else "-" for letter in f"{name}-{model}-{scale}")


def told(recipe: Recipe, record: Record, counts: Mapping[str, int], records: list[str]) -> tuple[Any, str]:
    """The result of a recipe as a program and as people read it; it is written into the record as a page, too."""
    found = exhibits(recipe, record)
    write_whole(record.folder / PAGE, result_page(recipe, found))
    rows = [
        {"name": each.name, "question": each.question, "caption": each.caption, "missing": each.missing, "rows": _rows(each)}
        for each in found
    ]  # fmt: skip
    last = f"Record: {', '.join(records)}\nFigures and tables, for a browser: {record.folder / PAGE}"
    text = "\n\n".join([about(recipe), *map(_table, found), *_published(recipe), last])
    return {
        "recipe": recipe.title,
        "record": records[0],
        "records": records,
        **counts,
        "page": str(record.folder / PAGE),
        "tables": rows,
    }, text


def result_page(recipe: Recipe, found: list[Exhibit]) -> str:
    """All that the recipe found, with figures, as one HTML file that needs no network."""
    parts: list[Part] = [recipe.question, f"Verified: {recipe.verified}"]
    parts += [Heading("What differs from the paper"), Points(recipe.differs)]
    parts += [Heading("Not in this recipe"), Points(recipe.lacks)] if recipe.lacks else []
    parts += [Heading("Results"), *found]
    for each in recipe.published:
        parts += [Heading(f"Published: {each.title}"), Verbatim(text.columns(each.columns, each.rows))]
    return page(recipe.title, parts, lead=recipe.source)


def exhibits(recipe: Recipe, record: Record) -> list[Exhibit]:
    """All that the recipe makes of a record, in its order."""
    return [exhibit for each in recipe.analyses for exhibit in ANALYSES[each](record)]


def _rows(shown: Exhibit) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(shown.table.to_json(orient="records"))  # NaN becomes null
    return rows


def about(recipe: Recipe) -> str:
    """What a recipe is: question, source, what was verified, what differs and what it lacks."""
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
    table = text.columns([str(name) for name in printed], printed.head(MOST_ROWS).to_numpy().tolist())
    more = (
        f"... and {len(printed) - MOST_ROWS} rows more: in {PAGE}, and all of them by --json"
        if len(printed) > MOST_ROWS
        else ""
    )
    return "\n".join(filter(None, [exhibit.question, table, more, exhibit.caption, exhibit.note]))
