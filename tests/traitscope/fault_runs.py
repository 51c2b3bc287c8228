"""Runs in processes of their own that something happens to, at moments that a seed chooses.

`make faults` sets TRAITSCOPE_FAULT_MOMENTS (50 of each kind instead of 3) and TRAITSCOPE_FAULT_SEED.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from traitscope import analysis
from traitscope.cli import main
from traitscope.record import Record
from traitscope.store import Store, StoreError

ROOT = Path(__file__).parents[2]
MOMENTS = int(os.environ.get("TRAITSCOPE_FAULT_MOMENTS", "3"))
SEED = int(os.environ.get("TRAITSCOPE_FAULT_SEED", "1"))
CHAIN = 5  # blows that one record has to bear, at most
SECONDS = 120.0  # a busy machine is slow, not wrong

SIMULATED = """
title = "Simulated persons"
models = ["simulated:person"]
inventories = ["bfi44", "sd3"]
personas = [{ set = "big_five_32" }]
[[asks]]
vary = { options = ["printed", "reversed"] }
"""
TRIALS = 32 * (44 + 27) * 2


class Moment(NamedTuple):
    """When a blow falls: so many seconds after so many answers are stored, or after the start where that is 0."""

    answers: int
    seconds: float


def moments(kind: str, total: int, most_seconds: float = 0.1) -> list[list[Moment]]:
    """Chains of moments of one kind, rising within each; one in five falls before the first answer, or soon after."""
    chance = random.Random(f"{SEED} {kind}")
    found = [
        Moment(chance.randrange(total) if chance.random() > 0.2 else 0, chance.uniform(0, most_seconds))
        for _ in range(MOMENTS)
    ]
    return [sorted(found[at : at + CHAIN]) for at in range(0, MOMENTS, CHAIN)]


def chains(kind: str, total: int) -> pytest.MarkDecorator:
    """The chains as parameters, whose names tell them."""
    found = moments(kind, total)
    names = ["-".join(str(each.answers) for each in chain) for chain in found]
    return pytest.mark.parametrize("chain", found, ids=names)


def command(path: Path, folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "traitscope", "run", str(path), "--record", str(folder), "--yes", "--json", *more]


def heard() -> None:
    """In a child: signals mean what they mean in a terminal, whoever runs the tests and how."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def started(path: Path, folder: Path, *more: str, **options: Any) -> subprocess.Popen[str]:
    """`traitscope run` in a process of its own."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "preexec_fn": heard, **options}
    return subprocess.Popen(command(path, folder, *more), cwd=ROOT, text=True, **options)


def done(folder: Path) -> int:
    """Trials of the plan that have an answer; 0 where there is no database yet."""
    try:
        with Store(folder / "answers.sqlite") as store:
            return store.counts()["done"]
    except StoreError:
        return 0


def left(folder: Path) -> int:
    """Trials of the plan that have no answer yet; 1 where there is no plan yet."""
    try:
        with Store(folder / "answers.sqlite") as store:
            counts = store.counts()
    except StoreError:
        return 1
    return counts["trials"] - counts["done"] if counts["trials"] else 1


def wait_for(what: Callable[[], object], process: subprocess.Popen[str] | None = None) -> bool:
    """Look again and again until `what` holds; False where the process has ended before."""
    deadline = time.monotonic() + SECONDS
    while not what():
        if process is not None and process.poll() is not None:
            return False
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
    return True


def wait_until(moment: Moment, folder: Path, process: subprocess.Popen[str]) -> None:
    """Until the moment has come, or the process has ended."""
    if moment.answers:
        wait_for(lambda: done(folder) >= moment.answers, process)
    deadline = time.monotonic() + moment.seconds
    while time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.002)


def killed(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def completed(path: Path, folder: Path) -> None:
    """The same command once more goes on to the end."""
    assert main(["run", str(path), "--record", str(folder), "--yes", "--json"]) == 0
    assert Record(folder).progress()["done"] == Record(folder).progress()["trials"]


def stored(folder: Path) -> dict[int, tuple[Any, ...]]:
    """Every stored call by its number, with its trials, its reply and its error."""
    if not (folder / "answers.sqlite").is_file():
        return {}
    try:
        with Store(folder / "answers.sqlite") as store:
            names, rows = store.table("calls")
    except StoreError as problem:
        assert "its run has only begun" in str(problem)
        return {}
    found: dict[int, tuple[Any, ...]] = {}
    for row in rows:
        each = dict(zip(names, row, strict=True))
        trials = (*found.get(each["call"], ((),))[0], each["trial"])
        found[each["call"]] = (trials, each["text"], each["distribution"], each["error"])
    return found


def assert_nothing_lost_or_doubled(before: dict[int, tuple[Any, ...]], folder: Path) -> dict[int, tuple[Any, ...]]:
    """All of `before` is there as it was, and no trial has two good replies; what is there now."""
    now = stored(folder)
    assert before.items() <= now.items()
    answered = Counter(trial for trials, _, _, error in now.values() if error is None for trial in trials)
    assert not answered or max(answered.values()) == 1
    return now


def answers(folder: Path) -> Any:
    return analysis.answers(Record(folder))


def one_line(told: str) -> str:
    """What a command said in the end, which is one line and no traceback; a bar before it is no line."""
    assert "Traceback" not in told
    lines = [each.rpartition("\r")[2] for each in told.splitlines()]
    said = [each for each in lines if each.startswith("traitscope: ")]
    assert said and said[-1] == lines[-1], told
    return said[-1]


def struck(path: Path, folder: Path, chain: list[Moment]) -> Iterator[int]:
    """Kill a run at each moment, and look after each blow what is there; gives how many calls were stored."""
    before: dict[int, tuple[Any, ...]] = {}
    for moment in chain:
        process = started(path, folder)
        wait_until(moment, folder, process)
        killed(process)
        before = assert_nothing_lost_or_doubled(before, folder)
        yield len(before)
    completed(path, folder)
    assert_nothing_lost_or_doubled(before, folder)
