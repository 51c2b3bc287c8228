"""Traitscope: personality inventories for language models.

>>> import traitscope as ts
>>> record = ts.run("study.toml")  # doctest: +SKIP
>>> record.scores()  # doctest: +SKIP

`run` asks what a study misses and gives its `Record`, whose methods are tidy tables: answers, scores, types, reliability,
assigned, forms, outcomes, divergence, replies, prompts; `estimates` has the others by name. `load_study` reads and checks a
study file, `start` asks it in a process of its own, `records` lists what lies in a folder.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from traitscope.background import start
    from traitscope.front import run
    from traitscope.record import Record, records
    from traitscope.study import Study, load_study

__all__ = ["Record", "Study", "load_study", "records", "run", "start"]
_WHERE = {
    "Record": "record",
    "Study": "study",
    "load_study": "study",
    "records": "record",
    "run": "front",
    "start": "background",
}


def __getattr__(name: str) -> Any:
    """A verb when it is first used: the command has to be able to end cleanly before all of them are loaded."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
