"""Runs a study: pending trials go to their responder, replies into the store. Growing and resuming are the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import msgspec

from inventories.administer import Interview, next_prompt, read, read_labels, read_texts
from inventories.answers import PrintedOption
from inventories.forms import Step
from inventories.responder import Abilities, Prompt, Reply, Responder, ResponderError
from traitscope import pilot, reuse
from traitscope.background import stoppable
from traitscope.budget import Budget, budget_for
from traitscope.cost import with_cost
from traitscope.freeze import told_before
from traitscope.importing import reread
from traitscope.interviews import check_served, interviews
from traitscope.links import is_plain_name
from traitscope.lock import alone
from traitscope.record import RUNS, Record, make_record
from traitscope.responders import by_name
from traitscope.responders.cluster import SPREAD, ClusterResponder
from traitscope.responders.limits import Limits
from traitscope.responders.pace import pace_of
from traitscope.responders.workers import Cluster
from traitscope.store import Store
from traitscope.study import Study
from traitscope.study_file import Model, StudyError

Progress = Callable[[int], object]  # called with the number of trials that one call settled
Tell = Callable[[str], object]


class Options(msgspec.Struct, frozen=True):
    """How a study is asked; none of it changes what is asked."""

    limits: Limits | None = None  # the study's own where absent
    max_cost: float | None = None  # US dollars that the record may have cost in all
    pilot: float | None = None  # share of the sittings to be asked first
    reuse: tuple[Path, ...] = ()  # records whose answers to the same trials are taken over
    cluster: str | None = None  # "auto" or the address of a Ray cluster: who asks models that run here
    workers: int | None = None  # of the cluster; one for each GPU or core where absent


def folder_of(study: Study, folder: Path | None = None) -> Path:
    """Where a study's record lies: `runs/<study>/` unless told otherwise."""
    if folder is None and not is_plain_name(study.name):
        raise StudyError(f"{study.path}: its name cannot be that of a folder; rename it, or say --record DIR")
    return folder or RUNS / study.name


class Responders:
    """The one responder of each model, made when it is first needed, and what the record knows of it."""

    def __init__(self, study: Study, folder: Path, options: Options | None = None, tell: Tell | None = None) -> None:
        options = options or Options()
        self._file, self._limits, self._tell = study.path, options.limits or study.limits, tell
        self._cluster = Cluster(options.cluster, options.workers, tell) if options.cluster else None
        self._made: dict[str, Responder] = {}
        self._known: dict[str, Abilities] = {}
        if (folder / "manifest.json").is_file():
            kept = Record(folder).manifest
            for model in study.models:
                same = {"temperature": model.temperature, "parameters": model.parameters}
                if kept.models.get(model.name) == same and model.name in kept.abilities:
                    self._known[model.name] = kept.abilities[model.name]

    def of(self, model: Model) -> Responder:
        """The responder of `model`."""
        if model.name not in self._made:
            self._made[model.name] = self._make(model, self._known.get(model.name))
        return self._made[model.name]

    def close(self) -> None:
        """End what was started for them: the workers of a cluster."""
        if self._cluster:
            self._cluster.close()

    def _make(self, model: Model, known: Abilities | None) -> Responder:
        if self._cluster and model.name.startswith(SPREAD):
            return ClusterResponder(self._cluster, model.name, model.parameters, known)
        if self._cluster and self._tell:
            # workers of their own would each keep to the limits, and all together would not
            self._tell(
                f"{model.name} is asked from here, with its own limits; --cluster spreads {' and '.join(SPREAD)}"
            )
        try:
            return by_name(model.name, model.parameters, limits=self._limits, known=known, tell=self._tell)
        except ResponderError as problem:
            raise ResponderError(f"{self._file}: {problem}") from None

    def abilities(self, models: Iterable[Model]) -> dict[str, Abilities]:
        """What each model can do: from the record when it knows, else by asking the responder once."""
        new = [(each.name, self.of(each)) for each in models if each.name not in self._known]
        for name, responder in new:  # all are made by now: a key that is missing is told before anybody is asked
            self._known[name] = responder.can()
        return {each.name: self._known[each.name] for each in models}


def run(
    study: Study,
    folder: Path | None = None,
    started: Callable[[int, int], Progress] | None = None,
    options: Options | None = None,
    tell: Tell | None = None,
    responders: Responders | None = None,
) -> Record:
    """Ask what is missing and return the record. `started` gets trials in all and done, and gives the progress call.

    `tell` hears what makes a run wait or end early; `responders` are those that were asked already what they can do.
    """
    options = options or Options()
    folder = folder_of(study, folder)
    if responders is None:
        with closing(Responders(study, folder, options, tell)) as made:
            return run(study, folder, started, options, tell, made)
    for model in study.models:
        responders.of(model)  # a key that is missing is told before anybody is asked
    abilities = responders.abilities(study.models)
    check_served(study, abilities)  # before anything is written
    if tell:
        for each in told_before(study, folder, interviews(study, abilities)):
            tell(each)
    with alone(folder) as there, stoppable(folder):
        record = make_record(study, folder, abilities)
        _ask(study, record, there, started, options, tell, responders)
    return record


def _ask(
    study: Study,
    record: Record,
    there: Callable[[], None],
    started: Callable[[int, int], Progress] | None,
    options: Options,
    tell: Tell | None,
    responders: Responders,
) -> None:
    abilities = record.manifest.abilities
    with Store(record.folder / "answers.sqlite", write=True) as store:
        there()  # from here on the store sees to it
        store.check()
        store.forget_plan()
        store.plan(interviews(study, abilities))
        store.commit()
        for other in options.reuse:
            reuse.take_over(store, record, Record(other))
        budget = Budget(options.max_cost, store.spent()) if options.max_cost is not None else None
        counts, pending = store.counts(), store.pending()
        if options.pilot is not None:
            chosen = pilot.chosen(interviews(study, abilities), options.pilot)
            counts = store.counts(chosen)
            pending &= chosen
        settled = started(counts["trials"], counts["done"]) if started else lambda _: None
        for model in study.models:
            if budget and budget.spent:
                break
            mine = (each for each in interviews(study, abilities, [model]) if each.sitting.id in pending)
            _hold(store, responders.of(model), model, mine, settled, budget)
        if budget and budget.spent and tell:
            tell(f"{budget.told()}; what was answered is kept")


class _Asked(NamedTuple):
    """A prompt that is under way, and where its reply belongs."""

    interview: Interview
    place: int  # of the conversation in the sitting
    step: Step
    prompt: Prompt
    replies: dict[str, Reply]  # the good ones of the sitting so far


class _Feed:
    """The prompts of interviews as a responder takes them: each conversation's next question when the last is answered.

    It has none when all that is left hangs on replies that are not there yet, and has more when they are. With `keeps`,
    what was answered outlives the process before anything else is asked.
    """

    def __init__(self, store: Store, interviews: Iterable[Interview], keeps: bool) -> None:
        self.under_way: dict[str, _Asked] = {}
        self.ready: deque[Prompt] = deque()
        self._store, self._keeps = store, keeps
        self._coming = iter(interviews)

    def __iter__(self) -> Iterator[Prompt]:
        return self

    def __next__(self) -> Prompt:
        # no generator, which would have ended for good when it had nothing for a moment
        if self._keeps:
            self._store.commit()
        while not self.ready:
            coming = next(self._coming)
            replies = self._store.replies(coming.sitting.id)
            for place in range(len(coming.sitting.conversations)):
                self.ready.extend(self._next(coming, place, replies))
        return self.ready.popleft()

    def _next(self, interview: Interview, place: int, replies: dict[str, Reply]) -> Iterator[Prompt]:
        if found := next_prompt(interview, place, replies):
            step, prompt = found
            self.under_way[prompt.id] = _Asked(interview, place, step, prompt, replies)
            yield prompt

    def answered(self, reply: Reply) -> _Asked:
        """The prompt that `reply` belongs to; what failed stays pending: the next run asks it again."""
        asked = self.under_way.pop(reply.prompt)
        if reply.error is None and len(asked.interview.sitting.conversations[asked.place]) > 1:
            asked.replies[reply.prompt] = reply
            # before others begin: a model that has just read a conversation need not read it again
            self.ready.extendleft(self._next(asked.interview, asked.place, asked.replies))
        return asked


def _hold(
    store: Store,
    responder: Responder,
    model: Model,
    interviews: Iterable[Interview],
    settled: Progress,
    budget: Budget | None,
) -> None:
    """Hold interviews until all are answered, have failed, or the money is spent."""
    feed = _Feed(store, interviews, keeps=pace_of(responder) is not None)
    price = budget_for(responder, model, budget)
    while True:
        for reply in responder.ask(feed):
            told = with_cost(reply, price, own=model.price is not None)
            asked = feed.answered(told)
            store.add(asked.step, asked.prompt, told, read(asked.interview, asked.step, told))
            if told.error is None:
                settled(len(asked.step.trials))
        store.commit()
        if not feed.ready or (budget and budget.spent):
            return


def reparse(record: Record) -> int:
    """Read every stored reply again with the present reader; return how many calls were read."""

    def again(trials: list[tuple[str, str]], printed: tuple[PrintedOption, ...], reply: Reply) -> list:  # type: ignore[type-arg]
        if reply.label_logprobs is not None:
            return [read_labels(trials[0][0], printed, reply.label_logprobs)]
        return read_texts(trials, printed, reply.text)

    with Store(record.folder / "answers.sqlite", write=True) as store:
        store.check()
        return store.reread(reread.reader(record, store) if reread.is_imported(record) else again)
