"""One model asked by many workers: prompts go out in chunks, replies come in as they are there, who dies is replaced.

The workers stand in `workers`; here is who is given what. This process alone writes the store, so that a worker that
dies takes nothing with it but the replies of a moment, and its prompts go to another one.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from inventories.responder import Abilities, Prompt, Reply, ResponderError
from traitscope.responders.workers import Cluster, Hired, Lost

SPREAD = (
    "local:",
    "simulated:",
)  # models that run where they are asked; the others keep many calls in flight by themselves
CHUNK = 256  # prompts that a worker looks at together: enough to share beginnings, few enough to be dealt out evenly
LEAST = 32  # no smaller chunks, though that keeps one of the last workers waiting
AHEAD = 2 * CHUNK  # prompts for each worker that wait here
TRIES = 3  # workers that may die of a prompt
CALLS = 2  # under way for each worker: it need not wait until its replies are stored
_AGAIN = {1: LEAST, 2: 1}  # size of chunks after so many deaths: in the end only the prompt that kills is alone
_BEGINNING = 80  # letters; the first message of a sitting without a system message begins with its instruction
_SILENT_SECONDS = 60.0


class ClusterResponder:
    """A `local:` or `simulated:` model that several workers hold."""

    def __init__(
        self, cluster: Cluster, name: str, parameters: Mapping[str, Any] | None = None, known: Abilities | None = None
    ) -> None:
        self.name, self.parameters = name, dict(parameters or {})
        self._cluster, self._known = cluster, known

    def can(self) -> Abilities:
        """Asked of one worker, which loads the model, unless the record knows."""
        if self._known is None:
            worker = self._cluster.crew(self.name, self.parameters, only=1)[0]
            try:
                if not worker.calls:
                    worker.calls.append(worker.actor.can.remote())
                self._known, worker.ready = self._cluster.fetched(worker), True
            except Lost as lost:
                raise ResponderError(f"{self.name}: a worker died when it loaded the model: {lost}") from lost
        return self._known

    def ask(self, prompts: Iterable[Prompt]) -> Iterator[Reply]:
        """Replies in the order in which the workers have them; `prompts` is asked for more even after it had none."""
        work = _Work(self._cluster, self._cluster.crew(self.name, self.parameters), self.name)
        waiting = iter(prompts)
        try:
            while True:
                work.fresh += islice(waiting, max(0, AHEAD * len(work.crew) - len(work.fresh)))
                if not work.left:
                    return
                work.deal()
                yield from work.news()
        except BaseException:  # whoever stops here would leave workers who answer to nobody
            self._cluster.dismiss()
            raise


class _Work:
    """What is to be asked, by whom, and what became of it."""

    def __init__(self, cluster: Cluster, crew: list[Hired], name: str) -> None:
        self.cluster, self.crew, self.name = cluster, crew, name
        self.fresh: deque[Prompt] = deque()
        self._again: deque[list[Prompt]] = deque()  # chunks whose worker has died
        self._deaths: Counter[str] = Counter()  # by prompt
        self._died, self._answered = 0, False

    @property
    def left(self) -> bool:
        """Whether anything is not answered yet."""
        return bool(self.fresh or self._again or any(worker.given for worker in self.crew))

    def deal(self) -> None:
        """Give every worker who is ready what it should work on, and keep its calls under way."""
        ready = [worker for worker in self.crew if worker.ready]
        for worker in sorted(ready, key=lambda each: len(each.given)):
            chunk: Sequence[Prompt] = ()
            if self._again and not worker.given:  # nothing beside it, or others would be taken to have killed, too
                chunk = self._again.popleft()
            elif self.fresh and (not worker.given or self._plenty(worker)):
                chunk = cut(self.fresh, min(CHUNK, max(LEAST, len(self.fresh) // (2 * len(ready)))))
            worker.given |= {prompt.id: prompt for prompt in chunk}
            if chunk:
                worker.calls.append(worker.actor.more.remote(chunk))
            while worker.given and len(worker.calls) < CALLS:
                worker.calls.append(worker.actor.more.remote())

    def _plenty(self, worker: Hired) -> bool:
        """Whether it may have its next chunk before it needs it, and no other will go without."""
        tried = any(each in self._deaths for each in worker.given)
        return len(worker.given) < CHUNK // 2 and len(self.fresh) > CHUNK * len(self.crew) and not tried

    def news(self) -> Iterator[Reply]:
        """Wait until a worker has something; yield its replies."""
        busy = [worker for worker in self.crew if worker.calls]
        worker = self.cluster.first_back(busy, _SILENT_SECONDS)
        if worker is None:
            if not any(each.ready for each in self.crew):
                self.cluster.tell(f"{self.name}: no worker runs yet; the cluster has no free place, or loads the model")
            return
        try:
            found = self.cluster.fetched(worker)
            if worker.ready and not found and not worker.calls and worker.given:
                raise Lost("it gave no reply")
        except Lost as lost:
            yield from self._replaced(worker, str(lost))
            return
        self.crew.append(self.crew.pop(self.crew.index(worker)))  # the others come first the next time
        if not worker.ready:
            worker.ready = True
            return
        for reply in found:
            worker.given.pop(reply.prompt)
            self._deaths.pop(reply.prompt, None)
        self._answered = self._answered or bool(found)
        yield from found

    def _replaced(self, worker: Hired, cause: str) -> Iterator[Reply]:
        """Another worker for one that is lost; its prompts are asked again, but for those that too many have died of."""
        self.cluster.fire(worker)
        self.crew[self.crew.index(worker)] = self.cluster.hired()
        self._died += 1
        if not self._answered and self._died >= TRIES * len(self.crew):
            raise ResponderError(f"{self.name}: {self._died} workers died before any had answered; the last: {cause}")
        lost = list(worker.given.values())
        self._deaths.update(prompt.id for prompt in lost)
        self.cluster.tell(f"{self.name}: a worker is lost, its {len(lost)} prompts go to another: {cause}")
        for deaths, size in _AGAIN.items():
            some = [prompt for prompt in lost if self._deaths[prompt.id] == deaths]
            self._again += [some[at : at + size] for at in range(0, len(some), size)]
        for prompt in lost:
            if self._deaths[prompt.id] >= TRIES:
                del self._deaths[prompt.id]
                yield Reply(prompt.id, error=f"{TRIES} workers died of this prompt; the last: {cause}")


def cut(prompts: deque[Prompt], size: int) -> list[Prompt]:
    """Take `size` prompts from the front and those that begin like the last of them, at most twice as many."""
    chunk: list[Prompt] = []
    while prompts and len(chunk) < 2 * size:
        if len(chunk) >= size and _beginning(prompts[0]) != _beginning(chunk[-1]):
            break
        chunk.append(prompts.popleft())
    return chunk


def _beginning(prompt: Prompt) -> str:
    first = prompt.messages[0]
    return first.content if first.role == "system" else first.content[:_BEGINNING]
