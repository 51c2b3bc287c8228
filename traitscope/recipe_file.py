"""Published protocols as data: each file in `recipes/` says what is asked, what is made of it, and what is verified."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from inventories.reading import DefinitionError, allowed, read_toml
from traitscope.study_file import StudyFile

FOLDER = Path(__file__).parent / "recipes"
Scale = Literal["small", "full"]


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the paper, as far as it was verified."""

    title: str
    columns: list[str]
    rows: list[list[str | float]]


class Making(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a study is made of what is there: by whom of `making.MAKERS`, with which options."""

    by: str
    options: dict[str, Any] = {}
    small: dict[str, Any] = {}  # what of the options is other at the small scale

    def at(self, scale: Scale) -> dict[str, Any]:
        """The options at a scale."""
        return {**self.options, **(self.small if scale == "small" else {})}


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A study that follows the first one; its record is called after that of the recipe, a stroke, and `name`."""

    name: str
    making: Making
    study: dict[str, Any]
    small: dict[str, Any] = {}
    asks: Literal["model", "judge"] = "model"  # the judge is the model itself unless the user names another

    def study_at(self, scale: Scale, model: str, temperature: float = 0.0) -> dict[str, Any]:
        """The study file for one model, before it is made of what is there."""
        return {**self.study, **(self.small if scale == "small" else {}), "models": _models(model, temperature)}


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One published protocol."""

    title: str
    source: str  # authors, year, arXiv or DOI
    question: str  # that it answers
    verified: str  # what of design and figures was checked, and how
    differs: list[str]  # from the paper
    lacks: list[str] = []  # parts of the protocol that this recipe does not do
    takes: str = ""  # the file that a user can give, in words
    parameters: dict[str, float] = {}  # of the analyses; another value changes nothing of what is asked
    analyses: list[str]  # names in `recipe_analyses`, in the order of the paper
    study: dict[str, Any]  # a study file without models
    small: dict[str, Any] = {}  # what of it is other at the small scale
    making: Making | None = None  # where the study is made of a file
    stages: list[Stage] = []
    published: list[Published] = []

    @property
    def judged(self) -> bool:
        """Whether a judge is asked."""
        return any(each.asks == "judge" for each in self.stages)

    def study_at(self, scale: Scale, model: str, temperature: float = 0.0) -> dict[str, Any]:
        """The study file for one model."""
        changed = self.small if scale == "small" else {}
        return {"title": self.title, **self.study, **changed, "models": _models(model, temperature)}


def _models(model: str, temperature: float) -> list[str | dict[str, Any]]:
    return [{"name": model, "temperature": temperature}] if temperature else [model]


def names() -> list[str]:
    """Every recipe by name."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def load(name: str) -> Recipe:
    """The recipe `name`; an unknown one is a user's mistake."""
    from traitscope.making import MAKERS
    from traitscope.recipe_analyses import ANALYSES

    if name not in names():
        raise DefinitionError(f"no recipe {name!r}; {allowed(names(), name)}")
    path = FOLDER / f"{name}.toml"
    recipe = read_toml(path, Recipe)
    for each in recipe.analyses:
        if each not in ANALYSES:
            raise DefinitionError(f"{path}: analyses: no analysis {each!r}; {allowed(ANALYSES, each)}")
    for making in [*([recipe.making] if recipe.making else []), *(each.making for each in recipe.stages)]:
        if making.by not in MAKERS:
            raise DefinitionError(f"{path}: making: no maker {making.by!r}; {allowed(MAKERS, making.by)}")
    for table in recipe.published:
        if any(len(row) != len(table.columns) for row in table.rows):
            raise DefinitionError(f"{path}: published {table.title!r}: every row needs {len(table.columns)} cells")
    parts: list[Recipe | Stage] = [recipe, *recipe.stages]
    for scale in ("small", "full"):
        try:
            for part in parts:
                msgspec.convert(part.study_at(scale, "simulated:person"), StudyFile)
        except msgspec.ValidationError as problem:
            raise DefinitionError(f"{path}: the study at scale {scale}: {problem}") from None
    return recipe
