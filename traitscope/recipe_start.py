"""A recipe from a page: what it would ask and cost, where its record goes, and its start in a process of its own."""

from __future__ import annotations

import hashlib
import itertools
import math
import shlex
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path, PurePath

import msgspec
import tomli_w

from inventories.ids import digest
from inventories.reading import DefinitionError
from traitscope import cost
from traitscope.background import start_command
from traitscope.datafile import DataError
from traitscope.design import design_file, design_plan
from traitscope.design.design_probe import Answer
from traitscope.links import is_plain_name
from traitscope.making import MAKERS, SoFar
from traitscope.making.people import key_of
from traitscope.recipe_file import Recipe, load
from traitscope.recipe_records import Ran, given_to, keep_file, note, noted, spent, stage_folder, working
from traitscope.recipe_run import folder_of
from traitscope.record import Record
from traitscope.study_file import Model, StudyError

MOST_UPLOADED = 2  # files
JUDGE_ALONE = 1.0  # US dollars to stop at, where the first study is free and what is judged is not known beforehand


class Money(msgspec.Struct, frozen=True):
    """What must be said before a recipe is started that may cost money."""

    limit: float | None = None  # US dollars that all its records may cost, as offered; None: free, or no price is known
    confirm: str = ""  # what somebody must say yes to
    problem: str = ""  # why it is not started from a page


def uploaded(files: Sequence[tuple[str, bytes]]) -> Path | None:
    """The user's file among those that were uploaded, kept for this process; its key may be the other one.

    Raises DataError where there are more.
    """
    if not files:
        return None
    if len(files) > MOST_UPLOADED:
        raise DataError(
            f"{len(files)} files; allowed: one, and its own key beside it (people.csv with people_key.toml)"
        )
    files = [(PurePath(name.replace("\\", "/")).name, data) for name, data in files]
    for name, _ in files:
        if not is_plain_name(name):
            raise DataError(f"{name[:60]!r}: no name of a file")
    if len({name for name, _ in files}) < len(files):
        raise DataError(f"{files[0][0]}: two files have this name; allowed: one, and its own key beside it")
    folder = Path(_kept_here().name) / digest([[name, hashlib.blake2b(data).hexdigest()] for name, data in files])
    folder.mkdir(exist_ok=True)
    for name, data in files:
        (folder / name).write_bytes(data)
    paths = sorted(folder.iterdir())
    keys = {key_of(each) for each in paths}
    own = [each for each in paths if each not in keys]
    if len(own) != 1:
        told = ", ".join(each.name for each in paths)
        raise DataError(f"{told}: one file is taken, and its own key beside it (people.csv with people_key.toml)")
    return own[0]


@cache
def _kept_here() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="traitscope_uploaded_")


def folder(runs: Path, as_what: Ran, file: Path | None) -> Path:
    """The record to go into: one that asks the same of the same file is gone on with, else a new one."""
    name = folder_of(as_what.recipe, as_what.model, as_what.scale).name
    for number in itertools.count(1):
        found = runs / (name if number == 1 else f"{name}_{number}")
        was = noted(found)
        if not found.exists() or (was is not None and was.asks_as(as_what) and _same(given_to(found), file)):
            return found
    raise AssertionError("numbers do not end")


def _same(one: Path | None, other: Path | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.read_bytes() == other.read_bytes()


def as_what(recipe: str, scale: str, model: str, judge: str, parameters: Mapping[str, float]) -> Ran:
    """As what a recipe is run; without a judge named the model judges."""
    whole = load(recipe)
    found = {"recipe": recipe, "scale": scale, "model": model, "judge": (judge or model) if whole.judged else "", "parameters": dict(parameters)}  # fmt: skip
    return msgspec.convert(found, Ran)


def models(asked: Ran) -> list[Model]:
    """Whom it asks: the model, and the judge where that is another."""
    return [Model(each) for each in dict.fromkeys([asked.model, asked.judge]) if each]


def plan(asked: Ran, file: Path | None, folder: Path, checks: Mapping[str, Answer]) -> design_plan.Plan:
    """The plan of the recipe's first study: what later ones ask hangs on its answers."""
    state = Record(folder).stamp() if (folder / "manifest.json").is_file() else ()
    encoded = msgspec.json.encode((asked, checks), order="sorted")
    return _planned(encoded, str(file) if file else "", str(folder), state)


@lru_cache(maxsize=64)
def _planned(encoded: bytes, file: str, folder: str, state: tuple[int, ...]) -> design_plan.Plan:
    """As `plan`; `state` changes when the record does."""
    asked, checks = msgspec.json.decode(encoded, type=tuple[Ran, dict[str, Answer]])
    recipe = load(asked.recipe)
    study = recipe.study_at(asked.scale, asked.model, asked.temperature)
    with tempfile.TemporaryDirectory() as beside:
        try:
            if recipe.making is not None:
                so_far = SoFar(None, Path(file) if file else None, recipe.making.at(asked.scale), Path(beside))
                study = MAKERS[recipe.making.by](study, so_far) or study
            path = Path(beside) / "study.toml"
            path.write_text(tomli_w.dumps(study), "utf-8")
            return design_plan.plan(design_file.begun(path), Path(beside), Path(folder), checks)
        except (DataError, DefinitionError, StudyError) as mistake:
            return design_plan.Plan(problem=str(mistake).replace(f"{Path(file).parent}/", "") if file else str(mistake))


def money(asked: Ran, made: design_plan.Plan, folder: Path) -> Money:
    """What a start may cost, and what must be said first: the sum to stop at is for all records of the recipe."""
    paid = [each for each in models(asked) if cost.is_paid(each)]
    if not paid:
        return Money()
    recipe = load(asked.recipe)
    if unpriced := [each.name for each in paid if cost.price_of(each) is None]:
        hosted = [each for each in paid if not each.name.startswith("server:")]
        told = f"No price is known for {', '.join(unpriced)}, so no sum to stop at can be set."
        if hosted and asked.scale == "full":
            return Money(problem=f"{told} The full scale is not started from here without one.")
        return Money(confirm=f"{told} It may cost money. Spend it.")
    later = sum(spent(stage_folder(folder, each.name)) for each in recipe.stages)
    known = (made.limit or 0.0) + later
    limit = math.ceil(round(known * 100, 6)) / 100 if known else JUDGE_ALONE
    if limit <= cost.ASK_ABOVE:
        return Money(limit)
    return Money(limit, f"It may cost {made.price}, which is more than ${cost.ASK_ABOVE:g}. Spend it, up to the sum to stop at.")  # fmt: skip


def follows(recipe: Recipe) -> str:
    """What is asked after the first study, in a sentence; "" where nothing is."""
    if not recipe.stages:
        return ""
    told = ", then ".join(f"the {each.asks} is asked (study “{each.name}”)" for each in recipe.stages)
    return f"Then {told}: how much hangs on the answers, and is not in these numbers."


def begin(asked: Ran, file: Path | None, folder: Path, keys: Mapping[str, str], max_cost: float | None) -> int:
    """Start `traitscope recipe run` in a process of its own, which alone has the keys; return its id.

    The file is kept with the record first, so that nothing of the browser's is needed any more.
    """
    keep_file(folder, file)
    note(folder, asked)
    given = {name: key for name, key in keys.items() if key}
    return start_command([*_arguments(asked, folder, max_cost), "--yes"], working(folder), given)


def command(asked: Ran, folder: Path, file: Path | None = None, max_cost: float | None = None) -> str:
    """What does the same in a terminal."""
    more = ["--with", file.name] if file is not None and given_to(folder) is None else []
    return shlex.join(["traitscope", *_arguments(asked, folder, max_cost), *more])


def _arguments(asked: Ran, folder: Path, max_cost: float | None) -> list[str]:
    found = ["recipe", "run", asked.recipe, "--model", asked.model, "--scale", asked.scale, "--record", str(folder)]
    found += ["--judge", asked.judge] if asked.judge not in ("", asked.model) else []
    found += ["--temperature", f"{asked.temperature:g}"] if asked.temperature else []
    for name, value in asked.parameters.items():
        found += ["--parameter", f"{name}={value:g}"]
    return found + ([] if max_cost is None else ["--max-cost", f"{max_cost:g}"])
