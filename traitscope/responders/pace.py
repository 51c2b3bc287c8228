"""How fast a provider is asked: its limits, what it can bear, when it is given up, and the money for it.

Four kinds of failure (`Failure.kind`): "busy" closes the whole window for a while and makes it narrower, and the call
is asked again; "passing" (time-out, dropped connection, server error) asks the one call again, a few times; "final" is
not asked again in this run; "ended" (no money left) would meet every other call, too, and ends the run.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Literal, Protocol

from inventories.responder import Prompt, Reply, ResponderError
from traitscope.responders.limits import Limits, Spacing

FIRST_CALLS = 20  # so many failures before any good reply stop a run
GROWTH = 1.02  # of the window with each good reply
LONGEST_PAUSE = 60.0  # seconds, where the provider does not say how long
SHORTEST_PAUSE = 0.25


class Failure(Exception):
    """A call that brought no reply."""

    def __init__(
        self, kind: Literal["busy", "passing", "final", "ended"], message: str, wait: float | None = None
    ) -> None:
        super().__init__(message)
        self.kind, self.message, self.wait = kind, message, wait  # wait: seconds that the provider asks for


class Budget(Protocol):
    """Money: may another call start?"""

    def reserve(self, prompt: Prompt) -> bool:
        """Set aside what the call may cost at most; False where that is too much."""

    def settle(self, prompt: Prompt, reply: Reply | None) -> None:
        """The call has ended; without a reply it cost nothing."""


class Pace:
    """How fast a provider is asked: what one responder learns of it over a whole run."""

    def __init__(self, limits: Limits, name: str, tell: Callable[[str], object] | None = None) -> None:
        self.limits, self.name = limits, name
        self.tell = tell or (lambda _: None)
        self.width = float(limits.concurrency)
        self.budget: Budget | None = None
        self.most_in_flight = 0
        self._requests = Spacing(limits.requests_per_minute)
        self._tokens = Spacing(limits.tokens_per_minute)
        self._open_at = 0.0  # no call starts before
        self._closed_at = 0.0  # when the window was closed last
        self._busy_share, self._busy_times = 0.0, 0
        self._good, self._failed = 0, 0
        self._last_good = time.monotonic()

    def begin(self) -> None:
        """The provider is going to be asked; it may have been a while."""
        self._last_good = time.monotonic()

    def wait(self, now: float) -> float:
        """Seconds until the next call may start."""
        return max(self._open_at - now, self._requests.wait(now), self._tokens.wait(now))

    def start(self, prompt: Prompt, now: float) -> float:
        """A call starts now; return the tokens that it is taken to need."""
        self._requests.take(now, max(1, len(prompt.continuations)))
        tokens = tokens_of(prompt)
        self._tokens.take(now, tokens)
        return tokens

    def good(self, reply: Reply, expected: float) -> None:
        """A reply came."""
        self._good += 1
        self._busy_times, self._last_good = 0, time.monotonic()
        self._busy_share *= 0.98
        self.width = min(float(self.limits.concurrency), self.width * GROWTH)
        if reply.tokens_in is not None:
            self._tokens.correct(reply.tokens_in + (reply.tokens_out or 0) - expected)

    def busy(self, failure: Failure, started: float) -> None:
        """The provider said to come back later: the window closes for a while and gets narrower."""
        now = time.monotonic()
        self._busy_share = 0.98 * self._busy_share + 0.02
        # before there is any good reply it stays wide enough to tell a provider that never answers
        least = 1.0 if self._good else min(float(FIRST_CALLS), self.limits.concurrency)
        self.width = max(least, self.width * (1 - self._busy_share / 2))
        if started >= self._closed_at:  # calls that were in flight when it closed say nothing new
            self._busy_times += 1
            self._closed_at = now
            # one "busy" among many good replies is no reason to stop for long
            share = min(1.0, max(0.1, 2 * self._busy_share))
            pause = min(LONGEST_PAUSE, share * SHORTEST_PAUSE * 2**self._busy_times) * random.uniform(0.5, 1.0)
        else:
            pause = 0.0
        if failure.wait is not None:
            pause = max(pause if failure.wait <= 0 else 0.0, failure.wait * random.uniform(1.0, 1.1))
        silent = now + pause - self._last_good
        if silent > self.limits.patience:
            raise ResponderError(
                f"{self.name} has given no reply for {now - self._last_good:.0f} s and asks to wait {pause:.0f} s more: "
                f"{failure.message}; run again later, what was answered is kept"
            )
        if now + pause > self._open_at:
            if pause >= 5:
                self.tell(f"{self.name} is busy: waiting {pause:.0f} s")
            self._open_at = now + pause

    def failed(self, failure: Failure) -> None:
        """A call is given up; the run ends where all would be, or after too many of them before the first good reply."""
        self._failed += 1
        if failure.kind == "ended":
            raise ResponderError(f"{self.name}: {failure.message}; run again later, what was answered is kept")
        if not self._good and self._failed >= FIRST_CALLS:
            raise ResponderError(f"{self.name}: the first {self._failed} calls all failed; the last: {failure.message}")


def pace_of(responder: object) -> Pace | None:
    """The pace of a responder behind an interface, which takes time or money to ask; None of one that is here."""
    found = getattr(responder, "pace", None)
    return found if isinstance(found, Pace) else None


def tokens_of(prompt: Prompt) -> float:
    """What a call may need of the tokens of a minute: a guess before the provider has counted."""
    times = max(1, len(prompt.continuations))  # each is asked for with all the messages before it
    said = times * sum(len(each.content) for each in prompt.messages) + sum(map(len, prompt.continuations))
    return said / 4 + (prompt.max_tokens if prompt.want == "text" else times)
