"""Recipes as they are looked at: what each asks and is made into, what was published, and what came of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import msgspec
import tomli_w
from pandas import DataFrame

from inventories.forms import Form
from traitscope import recipe_run
from traitscope.apa import Column, Kind, column
from traitscope.exhibit import Exhibit
from traitscope.form_words import WORDS
from traitscope.kept import kept
from traitscope.making import MAKERS
from traitscope.overview import counted
from traitscope.recipe_analyses import ANALYSES
from traitscope.recipe_file import Recipe, Scale, Stage, load
from traitscope.recipe_records import noted, stage
from traitscope.record import Record
from traitscope.study_file import Ask, People, StudyFile
from traitscope.text import shortened

SCALES: tuple[Scale, ...] = ("small", "full")
LONGEST = 160  # letters of a task that is told
FIRST = "first"  # what the first study of several is called
ASKED_COLUMNS = [
    column("scale"), column("study"), column("whom", "asked"), column("inventories"), column("personas"), column("how"),
]  # fmt: skip


def parts(recipe: Recipe) -> list[tuple[str, Recipe | Stage, str]]:
    """The studies of a recipe in their order: name, study, and whom it asks."""
    stages = [(each.name, each, f"the {each.asks}") for each in recipe.stages]
    return [(FIRST, recipe, "the model"), *stages]


def asked(recipe: Recipe) -> Exhibit:
    """What the recipe asks at both scales, a row an ask of a study.

    Columns: scale, study, whom (model or judge), inventories, personas, how (elicitation, forms, draws, tasks).
    """
    rows = []
    for scale in SCALES:
        for name, part, whom in parts(recipe):
            file = msgspec.convert(part.study_at(scale, "simulated:person"), StudyFile)
            personas = [_people(each) for each in file.personas]
            for ask in file.asks:
                rows.append(
                    {
                        "scale": scale,
                        "study": name,
                        "whom": whom,
                        "inventories": ", ".join(ask.inventories or file.inventories),
                        "personas": shortened(", ".join(ask.personas or personas), LONGEST) or "bare model",
                        "how": how(ask),
                    }
                )
    table = DataFrame(rows)
    columns = [each for each in ASKED_COLUMNS if recipe.stages or each.of[0] not in ("study", "whom")]
    made = [MAKERS[part.making.by].__doc__ for _, part, _ in parts(recipe) if part.making is not None]
    caption = " ".join(line for each in made if each for line in each.splitlines()[:1])
    return Exhibit("recipe_asks", "What does it ask?", table, columns, caption or "As the study file below says.")


def how(ask: Ask) -> str:
    """The way of asking in words: elicitation, what differs from the usual form, what is varied, draws, tasks."""
    usual = Form()
    told: list[str] = ["no item" if ask.items == [] else ask.elicitation]
    told += [counted(len(ask.items), "item")] if ask.items else []
    told += ["read from the text"] if ask.reply == "text" else []
    for name in Form.__struct_fields__:
        level = getattr(ask.form, name)
        if level != getattr(usual, name) and name not in ask.vary:
            told.append(f"{WORDS[name]}: {level}")
    told += [f"{WORDS[name]}: {' or '.join(map(str, levels))}" for name, levels in ask.vary.items()]
    told += ["a fraction of the combinations"] if ask.vary and ask.design == "fraction" else []
    told += [f"{ask.replicates} times each"] if ask.replicates > 1 else []
    for step in ask.steps:
        told.append(
            shortened(f"{step.kind.replace('_', '-')} {step.place} the items: {step.text}", LONGEST).removesuffix(": ")
        )
    return "; ".join(told)


def _people(entry: str | People) -> str:
    if isinstance(entry, str):
        return entry
    size = entry.fraction or (str(entry.n) if entry.n else "")
    times = f" x {entry.times}" if entry.times else ""
    return f"{entry.set or entry.id}{f' ({size})' if size else ''}{times}"


def made(recipe: Recipe) -> list[str]:
    """What is made of the answers, in the order of the paper, a sentence each."""
    return [(ANALYSES[each].__doc__ or each).splitlines()[0] for each in recipe.analyses]


def studies(recipe: Recipe) -> dict[str, str]:
    """Every study of the recipe as TOML, by scale and part."""
    named = {}
    for scale in SCALES:
        for name, part, whom in parts(recipe):
            word = f"Scale {scale}" + (f", {name} study, asks {whom}" if recipe.stages else "")
            named[word] = tomli_w.dumps(part.study_at(scale, whom.removeprefix("the ").upper()))
    return named


def published(recipe: Recipe, name: str = "published") -> list[Exhibit]:
    """The paper's own tables, as far as they were verified; each is called `name` and a number."""
    found = []
    for number, each in enumerate(recipe.published, start=1):
        words = [word or f"column {place}" for place, word in enumerate(each.columns, start=1)]
        columns = [
            Column((name,), word or " ", *_kind([row[place] for row in each.rows]))
            for place, (name, word) in enumerate(zip(words, each.columns, strict=True))
        ]
        found.append(
            Exhibit(
                f"{name}_{number}",
                f"Published: {each.title}",
                DataFrame(each.rows, columns=words),
                columns,
                f"{recipe.source.removesuffix('.')}. Verified: {recipe.verified}",
            )
        )
    return found


def _kind(cells: Sequence[str | float]) -> tuple[Kind, str, int]:
    """Of a published column kind, meaning and digits: all that were published."""
    if any(isinstance(each, str) for each in cells):
        return "text", "", 0
    return "number", "", max(len(str(each).partition(".")[2].removesuffix("0")) for each in cells)


def results(record: Record, name: str) -> list[Exhibit]:
    """All that the recipe `name` makes of its record and its later ones, each under a name of its own; worked out once."""
    later = [stage(record, each.name) for each in load(name).stages]
    stamps = record.stamp(), *(each.stamp() if each else () for each in later)
    was = noted(record.folder)
    return _kept_results(record.folder, name, stamps, tuple(sorted(was.parameters.items())) if was else ())


@lru_cache(maxsize=16)
def _kept_results(folder: Path, name: str, *state: Hashable) -> list[Exhibit]:
    """Kept beside what is `kept`, which forgets a record when four others are looked at; there, many who ask wait for one."""
    return kept(_results, Record(folder), name, *state)


def _results(record: Record, name: str, *_: Hashable) -> list[Exhibit]:
    """As `results`; what else is given says when it has to be worked out anew."""
    found, seen = [], Counter[str]()
    for each in recipe_run.exhibits(load(name), record):
        seen[each.name] += 1
        number = seen[each.name]
        found.append(replace(each, name=f"{each.name}_{number}") if number > 1 else each)
    return found


def page(record: Record, name: str) -> str:
    """The results as one HTML file."""
    return recipe_run.result_page(load(name), results(record, name))
