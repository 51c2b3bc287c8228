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


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One published protocol."""

    title: str
    source: str  # authors, year, arXiv or DOI
    question: str  # that it answers
    verified: str  # what of design and figures was checked, and how
    differs: list[str]  # from the paper
    lacks: list[str] = []  # parts of the protocol that this recipe does not do
    analyses: list[str]  # names in `recipe_analyses`, in the order of the paper
    study: dict[str, Any]  # a study file without models
    small: dict[str, Any] = {}  # what of it is other at the small scale
    published: list[Published] = []

    def study_at(self, scale: Scale, model: str) -> dict[str, Any]:
        """The study file for one model."""
        return {"title": self.title, **self.study, **(self.small if scale == "small" else {}), "models": [model]}


def names() -> list[str]:
    """Every recipe by name."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def load(name: str) -> Recipe:
    """The recipe `name`; an unknown one is a user's mistake."""
    from traitscope.recipe_analyses import ANALYSES

    if name not in names():
        raise DefinitionError(f"no recipe {name!r}; {allowed(names(), name)}")
    path = FOLDER / f"{name}.toml"
    recipe = read_toml(path, Recipe)
    for each in recipe.analyses:
        if each not in ANALYSES:
            raise DefinitionError(f"{path}: analyses: no analysis {each!r}; {allowed(ANALYSES, each)}")
    for table in recipe.published:
        if any(len(row) != len(table.columns) for row in table.rows):
            raise DefinitionError(f"{path}: published {table.title!r}: every row needs {len(table.columns)} cells")
    for scale in ("small", "full"):
        try:
            msgspec.convert(recipe.study_at(scale, "simulated:person"), StudyFile)
        except msgspec.ValidationError as problem:
            raise DefinitionError(f"{path}: the study at scale {scale}: {problem}") from None
    return recipe
