"""Runs of a recipe: which there are, and how far each is, study by study."""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path

import msgspec

from traitscope import background, headway
from traitscope.lock import is_held
from traitscope.overview import counted
from traitscope.recipe_file import load
from traitscope.recipe_records import NOTE, PAGE, Ran, noted, stage_folder, working
from traitscope.recipes_shown import parts
from traitscope.record import Record
from traitscope.store import StoreError

STARTING, RUNNING, COMPLETE, FAILED, UNFINISHED = "starting", "being asked now", "complete", "failed", "unfinished"
MOVING = (STARTING, RUNNING)
MADE = re.compile(rf"{re.escape(tempfile.gettempdir())}/\w+/")  # where a study was made that nobody can open any more
LONG = 60.0  # seconds after which a process that has said nothing is not starting any more


class Part(msgspec.Struct, frozen=True):
    """One study of a run: how far it is; no trials as long as it is not begun, or where there was nothing to ask."""

    name: str
    whom: str  # "the model" or "the judge"
    record: str  # the name of its record
    trials: int = 0
    done: int = 0
    pace: str = ""  # while it is asked: how fast, and how long the rest takes

    @property
    def share(self) -> float:
        return self.done / max(1, self.trials)

    @property
    def told(self) -> str:
        """In words."""
        if not self.trials:
            return f"{self.record}: nothing asked yet ({self.whom})"
        return f"{self.record}: {self.done:,} of {counted(self.trials, 'trial')} done ({self.whom})"


class Run(msgspec.Struct, frozen=True):
    """One run of a recipe, as it is now."""

    folder: Path
    ran: Ran
    parts: list[Part]
    state: str
    said: str = ""  # the last words of what stopped it, or failed
    can_stop: bool = False

    @property
    def moving(self) -> bool:
        return self.state in MOVING

    @property
    def done(self) -> int:
        return sum(each.done for each in self.parts)

    @property
    def told(self) -> str:
        """One line that tells runs apart."""
        judge = f", judged by {self.ran.judge}" if self.ran.judge not in ("", self.ran.model) else ""
        return f"{self.folder.name}: {self.ran.model}{judge}, {self.ran.scale}, {self.state}"


def runs_of(runs: Path, recipe: str) -> list[Path]:
    """The folders of all runs of a recipe, the newest first; the records of its later studies belong to them."""
    found = [each.parent for each in runs.glob(f"*/{NOTE}") if (was := noted(each.parent)) and was.recipe == recipe]
    later = {stage_folder(each, part.name) for each in found for part in load(recipe).stages}
    return sorted((each for each in found if each not in later), key=lambda each: -(each / NOTE).stat().st_mtime_ns)


def run_in(folder: Path) -> Run:
    """How far the run in `folder` is."""
    was = noted(folder)
    if was is None:
        raise StoreError(f"{folder}: no run of a recipe there (no {NOTE})")
    held = is_held(working(folder))
    found = [
        _part(name, whom, folder if not place else stage_folder(folder, name), held)
        for place, (name, _, whom) in enumerate(parts(load(was.recipe)))
    ]
    said = "" if held else _said(folder)
    return Run(folder, was, found, _state(folder, found, held, said), said, background.can_stop(working(folder)))


def is_moving(folder: Path) -> bool:
    """Whether a recipe is being run in `folder`, or is about to be."""
    return noted(folder) is not None and run_in(folder).moving


def stop(folder: Path) -> bool:
    """End the process that was started from a page; what was answered is kept."""
    return background.stop(working(folder))


def _part(name: str, whom: str, folder: Path, held: bool) -> Part:
    try:
        record = Record(folder)
        counts = record.progress()
    except StoreError:
        return Part(name, whom, folder.name)
    asked = held and is_held(folder)
    return Part(
        name, whom, folder.name, counts["trials"], counts["done"], headway.told(record, counts) if asked else ""
    )


def _said(folder: Path) -> str:
    """What ended the process that was started last, where that was no good end."""
    said = [background.last_words(working(folder)), background.last_words(working(folder), "--max-cost")]
    told = next((each.removeprefix("traitscope: ") for each in said if each.startswith("traitscope:")), "")
    return MADE.sub("", told)


def _state(folder: Path, found: list[Part], held: bool, said: str) -> str:
    if held:
        return RUNNING
    log = working(folder) / background.LOG
    if log.is_file() and not background.last_words(working(folder)) and time.time() - log.stat().st_mtime < LONG:
        return STARTING
    if found[0].trials and all(each.done == each.trials for each in found) and (folder / PAGE).is_file():
        return COMPLETE
    return FAILED if said and not any(each.done for each in found) else UNFINISHED
