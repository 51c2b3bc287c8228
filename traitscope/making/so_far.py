"""What a maker of studies has to work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from inventories.persona_sets import Persona
from traitscope.record import Record


@dataclass(frozen=True)
class SoFar:
    """What is there when a study is made: the record of the first study, the user's file, options, a folder for files."""

    record: Record | None
    file: Path | None
    options: Mapping[str, Any]
    beside: Path  # the study file will lie here, and names what lies here by its name


Maker = Callable[[dict[str, Any], SoFar], dict[str, Any] | None]  # None: there is nothing to ask


def persona_file(name: str, title: str, personas: Sequence[Persona], beside: Path) -> str:
    """Write a persona set into the folder `beside` and return what a study calls it."""
    told = [
        {key: value for key, value in msgspec.to_builtins(each).items() if value and key != "set"} for each in personas
    ]
    whole = {"title": title, "source": "made by the recipe", "licence": "as the record", "personas": told}
    (beside / f"{name}.toml").write_text(tomli_w.dumps(whole), "utf-8")
    return f"{name}.toml"
