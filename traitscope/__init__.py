"""Traitscope: personality inventories for language models.

>>> import traitscope as ts
>>> record = ts.run("study.toml")  # doctest: +SKIP
>>> record.scores()  # doctest: +SKIP

`run` asks what a study misses and gives its `Record`, whose methods are tidy tables: answers, scores, types, reliability,
assigned, forms, outcomes, divergence, replies, prompts; `estimates` has the others by name. `load_study` reads and checks a
study file, `start` asks it in a process of its own, `records` lists what lies in a folder.
"""

from traitscope.background import start
from traitscope.front import run
from traitscope.record import Record, records
from traitscope.study import Study, load_study

__all__ = ["Record", "Study", "load_study", "records", "run", "start"]
