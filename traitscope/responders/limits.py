"""How hard a provider may be pressed. Limits are no part of what is asked, so they change no id."""

from __future__ import annotations

from typing import Annotated

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[float, msgspec.Meta(gt=0)]


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a run may do at once, in a minute, and how long it waits."""

    concurrency: Annotated[int, msgspec.Meta(ge=1)] = 64  # calls in flight; fewer while the provider says it is busy
    requests_per_minute: Positive | None = None
    tokens_per_minute: Positive | None = None  # in and out together
    timeout: Positive = 60.0  # seconds for one call
    retries: Count = 3  # of a call that failed in passing: time-out, dropped connection, server error
    busy_retries: Count = 8  # of a call that was told to come back later
    patience: Positive = 600.0  # seconds without a single good reply, told "busy" all the time, before a run stops


class Spacing:
    """Starts units so that no more than `per_minute` begin in a minute, evenly spread (a leaky bucket)."""

    SLACK = 0.05  # seconds that a late timer may make up for

    def __init__(self, per_minute: float | None) -> None:
        # what a late timer makes up for comes on top of a minute
        self.seconds_each = (60.0 + self.SLACK) / per_minute if per_minute else 0.0
        self._free_at = 0.0

    def wait(self, now: float) -> float:
        """Seconds from `now` until the next unit may start."""
        return max(0.0, self._free_at - now)

    def take(self, now: float, units: float = 1.0) -> None:
        """Start `units` now."""
        self._free_at = max(self._free_at, now - self.SLACK) + units * self.seconds_each

    def correct(self, units: float) -> None:
        """Add what more (or less) was used than had been taken."""
        self._free_at += units * self.seconds_each
