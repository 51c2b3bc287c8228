"""A study that was designed is saved, fixed before data are seen, and begun: each in a process of its own that has the keys."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from inventories.responder import ResponderError
from traitscope.background import last_words
from traitscope.background import start as start_process
from traitscope.interviews import seats
from traitscope.kept import kept
from traitscope.lock import is_held
from traitscope.overview import counted
from traitscope.record import FROZEN, Record
from traitscope.responders import keys_needed
from traitscope.responders.keys import redacted
from traitscope.store import StoreError
from traitscope.study_file import Model

LONGEST = 600.0  # seconds; a local model may have to be converted first


class Growth(msgspec.Struct, frozen=True):
    """What a record has of a study already: trials that need not be asked, and those that it will no longer ask."""

    trials: int  # of the study, in all
    answered: int
    dropped: int  # trials that were answered and are no part of the study any more; they are kept

    @property
    def told(self) -> str:
        """What is new, in words."""
        new = self.trials - self.answered
        asked = f"{counted(new, 'trial')} of {self.trials:,} {'is' if new == 1 else 'are'} new and will be asked"
        if not new:
            asked = "nothing is new, and nothing will be asked"
        told = f"This record has answers already: {asked}; {counted(self.answered, 'answer')} stay as they are"
        if self.dropped:
            told += f"; {counted(self.dropped, 'answer')} are no part of the study any more, and are kept all the same"
        return f"{told}."


def growth(record: Record, study: Any, abilities: Mapping[str, Any], trials: int) -> Growth | None:
    """How far `record` has answered a study of so many trials; None where it has no answers yet."""
    try:
        answered = kept(_answered, record)
    except StoreError:
        return None
    if not answered:
        return None
    done = sum(answered.get(each.id, 0) for each in seats(study, abilities))
    return Growth(trials, done, sum(answered.values()) - done)


def _answered(record: Record) -> dict[str, int]:
    with record.store() as store:
        return store.answered()


def frozen(folder: Path) -> bool:
    """Whether a plan was fixed there."""
    return (folder / FROZEN).is_file()


def freeze(study: Path, keys: Mapping[str, str]) -> str:
    """Fix the plan of a saved study, as `traitscope plan --freeze` does; return the problem in one line, or ""."""
    secrets = {name: key.strip() for name, key in keys.items() if key.strip()}
    command = [sys.executable, "-m", "traitscope", "plan", str(study), "--record", str(study.parent), "--freeze"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=LONGEST, env={**os.environ, **secrets}, text=True)
    except subprocess.TimeoutExpired:
        return f"the plan was not fixed within {LONGEST:.0f} seconds: does every model answer?"
    if done.returncode == 0:
        return ""
    said = next(iter(reversed(done.stderr.strip().splitlines())), "the plan could not be fixed")
    for secret in secrets.values():
        said = said.replace(secret, "[key]")
    return redacted(said.removeprefix("traitscope: "))


def keys(models: Iterable[Model]) -> list[str]:
    """Variables that the models need a key in and that are not set; none for a name that no model goes by."""
    found: list[str] = []
    for each in models:
        try:
            found += keys_needed({each.name: each.parameters})
        except ResponderError:
            continue
    return list(dict.fromkeys(found))


def begin(study: Path, keys: Mapping[str, str], max_cost: float | None, pilot: float | None) -> int:
    """Start `traitscope run` of a saved study in a process of its own; return its id."""
    return start_process(study, study.parent, {name: key for name, key in keys.items() if key}, max_cost, pilot)


def started(folder: Path) -> dict[str, Any]:
    """How far a study is that was started: `record` (there is one), `asked` (now), `problem` in words."""
    asked = is_held(folder)
    said = last_words(folder, "traitscope:")
    problem = said if said.startswith("traitscope:") and not asked else ""
    return {"record": (folder / "manifest.json").is_file(), "asked": asked, "problem": problem}


def command(folder: Path) -> str:
    """What does the same on the command line."""
    return shlex.join(["traitscope", "run", str(folder / "study.toml"), "--record", str(folder)])


def progress(folder: Path) -> dict[str, Any]:
    """Trials of a record in all and done, and the share that is done; none where nothing was planned yet."""
    try:
        counts = Record(folder).progress()
    except StoreError:
        counts = {"trials": 0, "done": 0}
    return {**counts, "share": counts["done"] / max(1, counts["trials"])}
