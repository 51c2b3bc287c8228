"""What can still be read of a damaged record becomes a new one; the damaged one stays as it is."""

from __future__ import annotations

import json
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from inventories.administer import Interview
from inventories.reading import DefinitionError
from traitscope.background import LOG, PID
from traitscope.bundle.lines import read_again
from traitscope.bundle.rendering import kept_study, sent_prompts
from traitscope.damaged_pages import Pages
from traitscope.damaged_rows import Row, columns
from traitscope.disk_errors import named
from traitscope.interviews import check_served, interviews
from traitscope.lock import FILE, is_held, refuse_links
from traitscope.queries import PROMPTS
from traitscope.record import Record
from traitscope.store import DATABASE, Store, StoreError
from traitscope.study_file import StudyError

MANIFEST = "manifest.json"
_LEFT = (f"{DATABASE}*", FILE, LOG, PID, "*.part")
_TOGETHER = 10_000  # rows that are written at once


def salvage(folder: Path, to: Path) -> tuple[dict[str, Any], str]:
    """Make a record in `to` of all that can be read of the one in `folder`; what is lost is counted and can be asked again.

    A reply is kept where it is whole. The plan is made once more from the study in the folder, and answers are read
    once more from the replies, so that only replies, their links to trials and former plans can be lost.
    """
    if not any((folder / name).is_file() for name in (DATABASE, f"{DATABASE}-wal")):
        raise StoreError(f"{folder}: no record there (no {DATABASE})")
    refuse_links(folder)  # a copy would go through them
    if is_held(folder):
        raise StoreError(f"{folder}: is being asked by another process; wait for it, or stop it first")
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise StoreError(f"{to}: is there already, and nothing is overwritten; choose another folder by --to DIR")
    to.parent.mkdir(parents=True, exist_ok=True)
    with named(to), tempfile.TemporaryDirectory(dir=to.parent, prefix=".salvage-") as place:
        made = Path(place) / "record"
        shutil.copytree(folder, made, ignore=shutil.ignore_patterns(*_LEFT))
        found = _fill(folder / DATABASE, made)
        if to.is_dir():
            to.rmdir()
        made.rename(to)
    return {"record": str(to), "from": str(folder), **found}, _told(folder, to, found)


def _fill(damaged: Path, made: Path) -> dict[str, Any]:
    """Fill the new record's database; counts, and why the study could not be planned again where that is so."""
    plan, problem = _plan(made)
    with Store(made / DATABASE, write=True) as store:
        if plan:  # first, since what is planned anew is as it should be, whatever the damaged file says of it
            store.plan(plan())
        planned = set(store.sittings())
        with Pages(damaged) as pages:
            for table, rows in groupby(pages.rows(), key=lambda each: each[0]):
                former = _former(table, planned) if plan else _as_it_is
                for some in _batches(former(row for _, row in rows)):
                    store.salvage(table, columns(table), some)
        store.commit()
        found: dict[str, Any] = store.mend(planned=plan is not None)
        for each in plan() if plan and _missing_texts(store) else ():
            for prompt in sent_prompts(each, store.replies(each.sitting.id)):
                store.restore_prompt(prompt.messages, prompt.continuations)
        store.commit()
        found["lost_prompts"] = _missing_texts(store)
    if (made / MANIFEST).is_file():
        read_again(Record(made))
    with Store(made / DATABASE) as store:
        counts = store.counts()
    return {**found, **counts, "pending": counts["trials"] - counts["done"], "problem": problem}


def _plan(made: Path) -> tuple[Callable[[], Iterator[Interview]] | None, str]:
    """What the study in the folder asks; None, and why, where that cannot be told."""
    path = made / "study.toml"
    try:
        record = Record(made)
    except StoreError as problem:
        (made / MANIFEST).unlink(missing_ok=True)  # `run` makes a new one
        return None, str(problem)
    try:
        text = path.read_bytes()
        try:
            study = kept_study(record)
        finally:  # a copy was made to be loaded
            (made / f"{record.manifest.study}.toml").unlink(missing_ok=True)
            path.write_bytes(text)
        check_served(study, record.manifest.abilities)
    except (StudyError, DefinitionError, OSError, KeyError, ValueError) as problem:
        return None, str(problem)
    return lambda: interviews(study, record.manifest.abilities), ""


def _former(table: str, planned: set[str]) -> Callable[[Iterator[Row]], Iterator[Row]]:
    """What of a table's rows the present plan does not know better: sittings of former plans, and their trials."""
    id, sitting, current = 0, 1, -1  # places of columns
    if table == "sittings":
        return lambda rows: ((*row[:current], 0) for row in rows if row[id] not in planned)
    if table == "trials":
        return lambda rows: (row for row in rows if row[sitting] not in planned)
    return _as_it_is


def _as_it_is(rows: Iterator[Row]) -> Iterator[Row]:
    return rows


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while some := list(islice(rows, _TOGETHER)):
        yield some


def _missing_texts(store: Store) -> int:
    """How many different prompts of calls have a part that is lost."""
    there = {row[0] for row in store.rows("SELECT hash FROM texts")[1]}
    missing = 0
    for row in store.each(PROMPTS):
        messages, continuations = json.loads(row["prompt"])
        names = {name for _, *parts in messages for name in parts} | set(continuations)
        missing += not names <= there
    return missing


def _told(folder: Path, to: Path, found: dict[str, Any]) -> str:
    lines = [
        f"{to}: {found['calls']:,} replies kept, {found['lost_calls']:,} lost; "
        f"{found['done']:,} of {found['trials']:,} trials have an answer"
    ]
    if found["unlinked_calls"]:
        lines.append(f"- {found['unlinked_calls']:,} of the replies are kept, but which trial they belong to is lost")
    if found["lost_prompts"]:
        lines.append(f"- the text of {found['lost_prompts']:,} prompts is lost")
    if found["problem"]:
        lines.append(f"- the plan could not be made again: {found['problem']}")
    lines.append(f"The damaged record stays in {folder}.")
    rest = shlex.join(["traitscope", "run", str(to / "study.toml"), "--record", str(to)])
    show = shlex.join(["traitscope", "show", str(to)])
    lines.append(f"Next: {rest} asks the rest; {show}" if found["pending"] or found["problem"] else f"Next: {show}")
    return "\n".join(lines)
