"""A sliding window of calls in flight: a new one starts as soon as one is back, as far as the provider can bear.

The event loop runs in the caller's thread, and only while the caller waits for a reply: a thread of its own would fight
with the caller for the interpreter after every reply. A caller that has a running loop already (a notebook) waits for
one in another thread. How fast it is asked, and what each failure means, is in `pace`.
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import deque
from collections.abc import Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, Protocol, TypeVar

from inventories.responder import Prompt, Reply, ResponderError
from traitscope import stopping
from traitscope.responders.pace import SHORTEST_PAUSE, Failure, Pace

HANDED = 8  # replies handed over together: their places in the window are free only when the caller is done with them

T = TypeVar("T")


class Client(Protocol):
    """What makes the calls; its methods run on the window's event loop."""

    async def open(self) -> None:
        """Get ready, such as by opening connections."""

    async def close(self) -> None:
        """Let go of what `open` made."""

    async def call(self, prompt: Prompt) -> Reply:
        """Ask once; raise Failure when no reply came of it."""


def ask(prompts: Iterable[Prompt], client: Client, pace: Pace) -> Iterator[Reply]:
    """Yield a reply for every prompt, each as soon as it is there; prompts are taken as the window has room.

    `prompts` is asked for more even after it had none: a reply may have brought a question that follows it.
    A call that is given up is a Reply with an error. Raises ResponderError when the provider answers nothing at all.
    Where the budget is spent, what is in flight still comes back and no more is taken.
    """
    waiting = iter(prompts)
    flight = _Flight(client, pace)
    loop = asyncio.new_event_loop()
    pace.begin()
    try:
        _until(loop, client.open())
        while True:
            flight.queue += islice(waiting, flight.room)
            if not flight.size:
                return
            _until(loop, flight.landed())
            handed = flight.back[:HANDED] if flight.stopped is None else list(flight.back)
            yield from handed
            del flight.back[: len(handed)]  # not before: until they are kept, no other call may take their place
            if flight.stopped is not None:
                raise flight.stopped
    finally:
        _until(loop, flight.close())
        _end(loop)


def once(what: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns, on a loop of its own."""
    loop = asyncio.new_event_loop()
    try:
        return _until(loop, what)
    finally:
        _end(loop)


class _Flight:
    """The calls that are under way, those that wait for their turn, and those that are back."""

    def __init__(self, client: Client, pace: Pace) -> None:
        self.client, self.pace = client, pace
        self.queue: deque[Prompt] = deque()
        self.stopped: Exception | None = None
        self._spent, self._closed = False, False
        self._tasks: set[asyncio.Task[None]] = set()
        self._later = 0  # calls that wait to be asked again
        self.back: list[Reply] = []  # not handed over yet
        self._news = asyncio.Event()
        self._tries: dict[str, list[int]] = {}  # of prompts that failed: times in passing, times busy
        self._timer: asyncio.TimerHandle | None = None

    @property
    def size(self) -> int:
        """Prompts that were taken and are not handed over yet."""
        if self._spent:
            self.queue.clear()
        return len(self.queue) + len(self._tasks) + self._later + len(self.back)

    @property
    def room(self) -> int:
        """How many prompts more should wait for their turn."""
        return 0 if self._spent else max(0, 2 * self.pace.limits.concurrency - self.size)

    async def landed(self) -> None:
        """Wait until a reply is back, or the run is stopped."""
        self._fill()
        while not self.back and self.stopped is None and self.size:
            self._news.clear()
            await self._news.wait()
        for _ in range(3):  # calls that have just been started get as far as sending before the loop rests
            await asyncio.sleep(0)

    async def close(self) -> None:
        self._closed = True  # or the end of each call would start the next
        if self._timer:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.client.close()

    def _fill(self) -> None:
        """Start what may start; come back when more may."""
        now = time.monotonic()
        # a reply that is not handed over keeps its place: a process that is killed loses no more than the window holds
        while self.queue and len(self._tasks) + len(self.back) < max(1, int(self.pace.width)):
            if self._closed or self.stopped is not None:
                return
            wait = self.pace.wait(now)
            if wait > 0:
                if self._timer:  # a reply may have said that less has to be waited
                    self._timer.cancel()
                self._timer = asyncio.get_running_loop().call_later(wait, self._again)
                return
            prompt = self.queue[0]
            if self.pace.budget and not self.pace.budget.reserve(prompt):
                if not self._tasks:  # or else what is in flight may cost less than was set aside for it
                    self._spent = True
                    self._news.set()
                return
            self.queue.popleft()
            task = asyncio.get_running_loop().create_task(self._call(prompt, now, self.pace.start(prompt, now)))
            self._tasks.add(task)
            self.pace.most_in_flight = max(self.pace.most_in_flight, len(self._tasks))

    def _again(self) -> None:
        self._timer = None
        self._fill()

    async def _call(self, prompt: Prompt, started: float, tokens: float) -> None:
        reply: Reply | None = None
        try:
            reply = await self._one(prompt, started)
            if reply is not None:
                if reply.error is None:
                    self.pace.good(reply, tokens)
                self._tries.pop(prompt.id, None)
                self.back.append(reply)
                self._news.set()
        except Exception as stop:  # the run's end, or a mistake of ours: told to who waits, who would wait for ever
            self.stopped = self.stopped or stop
            self._news.set()
        finally:
            if self.pace.budget:
                self.pace.budget.settle(prompt, reply)
            self._tasks.discard(asyncio.current_task())
            self._fill()

    async def _one(self, prompt: Prompt, started: float) -> Reply | None:
        """The reply; None when the prompt goes back into the queue."""
        try:
            async with asyncio.timeout(self.pace.limits.timeout):
                return await self.client.call(prompt)
        except TimeoutError:
            failure = Failure("passing", f"no reply within {self.pace.limits.timeout:g} s")
        except Failure as problem:
            failure = problem
        tries = self._tries.setdefault(prompt.id, [0, 0])
        tries[failure.kind == "busy"] += 1
        if failure.kind == "busy":
            self.pace.busy(failure, started)
            if tries[1] <= self.pace.limits.busy_retries:
                self.queue.appendleft(prompt)
                return None
        elif failure.kind == "passing" and tries[0] <= self.pace.limits.retries:
            self._later += 1
            pause = SHORTEST_PAUSE * 2 ** (tries[0] - 1) * random.uniform(0.5, 1.5)
            asyncio.get_running_loop().call_later(pause, self._return, prompt)
            return None
        reply = Reply(prompt.id, error=failure.message, seconds=time.monotonic() - started)
        try:
            self.pace.failed(failure)
        except ResponderError:
            self.back.append(reply)  # the last straw is kept like the others
            raise
        return reply

    def _return(self, prompt: Prompt) -> None:
        self._later -= 1
        self.queue.appendleft(prompt)
        self._fill()


def _until(loop: asyncio.AbstractEventLoop, what: Coroutine[Any, Any, T]) -> T:
    """Run the loop until `what` is done; in another thread where this one has a loop that runs."""
    if _running():
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(loop.run_until_complete, what).result()
    task, struck = loop.create_task(what), 0

    def strike(number: int, _: object) -> None:
        nonlocal struck
        struck = number
        loop.call_soon_threadsafe(task.cancel)

    # Control-C in the middle of the loop's own work would lose the news that some task waits for, and that for ever
    ours = stopping.that_stop()
    for number in ours:
        signal.signal(number, strike)
    try:
        found = loop.run_until_complete(task)
    except asyncio.CancelledError:
        if not struck:
            raise
    finally:
        for number, what_it_did in ours.items():
            signal.signal(number, what_it_did)
    if struck:
        ours[struck](struck, None)
        raise stopping.Ended(struck)  # one that was told before says nothing more
    return found


def _end(loop: asyncio.AbstractEventLoop) -> None:
    """Close the loop with what libraries have left running on it."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()

    async def rest() -> None:
        await asyncio.gather(*left, return_exceptions=True)
        await loop.shutdown_asyncgens()

    _until(loop, rest())
    loop.close()


def _running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
