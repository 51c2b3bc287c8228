"""Runs a study: pending trials go to their responder, replies into the store. Growing and resuming are the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from inventories.administer import Interview, next_prompts, read, read_labels, read_texts
from inventories.answers import PrintedOption
from inventories.responder import Abilities, Reply, Responder
from traitscope.record import RUNS, Record, make_record
from traitscope.responders import by_name
from traitscope.store import Store
from traitscope.study import Model, Study, interviews

WINDOW = 2000  # trials planned ahead: bounds memory, and is large enough to share prefixes

Progress = Callable[[int], object]  # called with the number of trials that one call settled


def folder_of(study: Study, folder: Path | None = None) -> Path:
    """Where a study's record lies: `runs/<study>/` unless told otherwise."""
    return folder or RUNS / study.name


def find_abilities(study: Study, responders: dict[str, Responder], folder: Path) -> dict[str, Abilities]:
    """What each model can do: from the record when it knows, else by asking the responder once."""
    known = Record(folder).manifest if (folder / "manifest.json").is_file() else None
    found: dict[str, Abilities] = {}
    for model in study.models:
        told = known.models.get(model.name) if known else None
        if known and told == {"temperature": model.temperature, "parameters": model.parameters}:
            found[model.name] = known.abilities[model.name]
        else:
            found[model.name] = responder_of(model, responders).can()
    return found


def responder_of(model: Model, responders: dict[str, Responder]) -> Responder:
    """The one responder of `model` in this run, made when it is first needed."""
    if model.name not in responders:
        responders[model.name] = by_name(model.name, model.parameters)
    return responders[model.name]


def run(study: Study, folder: Path | None = None, started: Callable[[int, int], Progress] | None = None) -> Record:
    """Ask what is missing and return the record. `started` gets trials in all and done, and gives the progress call."""
    folder = folder_of(study, folder)
    responders: dict[str, Responder] = {}
    abilities = find_abilities(study, responders, folder)
    for _ in interviews(
        study, abilities
    ):  # an elicitation that a model cannot serve is refused before anything is written
        pass
    record = make_record(study, folder, abilities)
    with Store(folder / "answers.sqlite", write=True) as store:
        store.forget_plan()
        store.plan(interviews(study, abilities))
        store.commit()
        counts, pending = store.counts(), store.pending()
        settled = started(counts["trials"], counts["done"]) if started else lambda _: None
        for model in study.models:
            mine = (
                each for each in interviews(study, abilities)
                if each.sitting.model == model.name and each.sitting.id in pending
            )  # fmt: skip
            for window in _windows(mine):
                _hold(store, responder_of(model, responders), window, settled)
    return record


def _windows(interviews: Iterable[Interview]) -> Iterator[list[Interview]]:
    window: list[Interview] = []
    trials = 0
    for each in interviews:
        window.append(each)
        trials += sum(len(step.trials) for conversation in each.sitting.conversations for step in conversation)
        if trials >= WINDOW:
            yield window
            window, trials = [], 0
    if window:
        yield window


def _hold(store: Store, responder: Responder, window: list[Interview], settled: Progress) -> None:
    """Hold many interviews at once, wave by wave: each conversation's next question, until all are answered."""
    replies = {each.sitting.id: store.replies(each.sitting.id) for each in window}
    failed: set[str] = set()
    while True:
        wave = {
            prompt.id: (each, step, prompt)
            for each in window
            for step, prompt in next_prompts(each, replies[each.sitting.id])
            if prompt.id not in failed
        }
        if not wave:
            return
        for reply in responder.ask([prompt for _, _, prompt in wave.values()]):
            interview, step, prompt = wave[reply.prompt]
            store.add(step, prompt, reply, read(interview, step, reply))
            if reply.error is None:
                replies[interview.sitting.id][prompt.id] = reply
                settled(len(step.trials))
        # what has no good reply now stays pending: the next run asks it again
        failed |= {each for each, (interview, _, _) in wave.items() if each not in replies[interview.sitting.id]}


def reparse(record: Record) -> int:
    """Read every stored reply again with the present reader; return how many calls were read."""

    def again(trials: list[tuple[str, str]], printed: tuple[PrintedOption, ...], reply: Reply) -> list:  # type: ignore[type-arg]
        if reply.label_logprobs is not None:
            return [read_labels(trials[0][0], printed, reply.label_logprobs)]
        return read_texts(trials, printed, reply.text)

    with Store(record.folder / "answers.sqlite", write=True) as store:
        return store.reread(again)


def start(study: Path, folder: Path | None = None) -> int:
    """Start `traitscope run STUDY` in a process of its own that outlives this one; return its pid."""
    command = [sys.executable, "-m", "traitscope", "run", str(study), *(["--record", str(folder)] if folder else [])]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    return process.pid
