"""Traitscope: personality inventories for language models.

The verbs: `load_study` reads a study file, `run` asks what it misses and gives the `Record`, `start` does so in a process
of its own, `records` lists what lies in a folder. Tables are in `traitscope.analysis` and `traitscope.estimates`.
"""

from traitscope.background import start
from traitscope.record import Record, records
from traitscope.runner import run
from traitscope.study import load_study

__all__ = ["Record", "load_study", "records", "run", "start"]
