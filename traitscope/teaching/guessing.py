"""The game "Guess who": rooms of players, rounds of one hidden persona each; all in memory, many browsers at once."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from traitscope.teaching.riddles import Riddle

LETTERS = "ACDEFGHJKMNPQRTUVWXY34679"  # none that is read or heard as another
LETTERS_OF_CODE = 6
MOST_ROOMS, MOST_PLAYERS, MOST_ROUNDS = 50, 300, 200
SILENCE_SECONDS = 6 * 3600  # after which a room ends
LONGEST_NAME = 24
LOOKS_A_SECOND = 8.0  # of all players together

Stage = Literal["waiting", "open", "closed", "revealed"]


class GameError(ValueError):
    """What a player or a host cannot do now; one sentence for the one who tried."""


@dataclass
class Player:
    """Somebody who guesses; the token is known to that player's browser alone."""

    token: str
    name: str
    here: bool = True


@dataclass
class Round:
    """One hidden persona, and what each player (by token) says of it: trait -> 1 or -1."""

    riddle: Riddle
    stage: Stage = "open"
    guesses: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """A player's place in the class: players with as many points share it."""

    place: int
    name: str
    points: int
    of: int
    token: str


@dataclass(frozen=True)
class Now:
    """A room's present round. The riddle's truth is for the host, and for all once it is revealed."""

    number: int
    stage: Stage
    riddle: Riddle | None


class Room:
    """One class at play. Every method takes the room's lock, so that nothing is lost and nothing counted twice."""

    def __init__(self, code: str = "", host: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self.code, self.host = code or new_code(), host or secrets.token_urlsafe(16)
        self._clock, self._lock = clock, threading.RLock()
        self._players: dict[str, Player] = {}
        self._rounds: list[Round] = []
        self._touched = clock()

    def opened_by(self, secret: str) -> bool:
        """Whether `secret` is the host's."""
        return secrets.compare_digest(secret.encode(), self.host.encode())

    def silent(self) -> bool:
        """Whether nobody did anything for so long that the room has ended."""
        with self._lock:
            return self._clock() - self._touched > SILENCE_SECONDS

    # players

    def join(self, name: str, token: str = "") -> Player:
        """The player of `token`, new or back again; a name that is taken gets a number."""
        name = "".join(letter if letter.isprintable() else " " for letter in name)
        name = " ".join(name.split())[:LONGEST_NAME].strip()
        with self._lock:
            self._touch()
            if token in self._players:
                self._players[token].here = True
                return self._players[token]
            if not name:
                raise GameError("Choose a name first.")
            if len(self._players) >= MOST_PLAYERS:
                raise GameError(f"This class is full: {MOST_PLAYERS} players have joined.")
            taken = {each.name.casefold() for each in self._players.values()}
            free = (f"{name} ({number})" if number > 1 else name for number in range(1, MOST_PLAYERS + 2))
            player = Player(token or new_token(), next(each for each in free if each.casefold() not in taken))
            self._players[player.token] = player
            return player

    def leave(self, token: str) -> None:
        """The player goes: an open guess is taken back, what was closed stays counted."""
        with self._lock:
            self._touch()
            if token in self._players:
                self._players[token].here = False
                if self.stage == "open":
                    self._rounds[-1].guesses.pop(token, None)

    def player(self, token: str) -> Player | None:
        """Whose `token` it is, if that player is here."""
        with self._lock:
            found = self._players.get(token)
            return found if found and found.here else None

    def guess(self, token: str, number: int, poles: Mapping[str, int]) -> None:
        """What the player says of round `number`, a pole for every trait; said again, it replaces what was said."""
        with self._lock:
            self._touch()
            if self.player(token) is None:
                raise GameError("Join the class first.")
            if number != self.number or self.stage != "open":
                raise GameError("The guesses of this round were closed before yours came in.")
            traits = [each.trait for each in self._rounds[-1].riddle.poles]
            if set(poles) != set(traits) or any(pole not in (1, -1) for pole in poles.values()):
                raise GameError("Choose a pole for every trait first.")
            self._rounds[-1].guesses[token] = {trait: poles[trait] for trait in traits}

    def guess_of(self, token: str, number: int) -> dict[str, int]:
        """What the player said in round `number`; empty if nothing."""
        with self._lock:
            return dict(self._rounds[number - 1].guesses.get(token, {})) if 0 < number <= self.number else {}

    # the host

    def begin(self, secret: str, riddle: Riddle, after: int) -> None:
        """Open the round that follows round `after`; a click that comes twice opens one."""
        with self._lock:
            self._demand(secret)
            if after != self.number or self.stage not in ("waiting", "revealed"):
                return
            if self.number >= MOST_ROUNDS:
                raise GameError(f"This class has played {MOST_ROUNDS} rounds; open another.")
            self._rounds.append(Round(riddle))

    def close(self, secret: str, number: int) -> None:
        """No guess counts any more in round `number`."""
        self._go_on(secret, number, "open", "closed")

    def reveal(self, secret: str, number: int) -> None:
        """Show who it was."""
        self._go_on(secret, number, "closed", "revealed")

    # what is seen

    @property
    def number(self) -> int:
        """How many rounds have begun; the number of the present one."""
        return len(self._rounds)

    @property
    def stage(self) -> Stage:
        """Where the present round stands; "waiting" before the first."""
        with self._lock:
            return self._rounds[-1].stage if self._rounds else "waiting"

    def now(self) -> Now:
        """The present round as it is at this moment, all of one piece."""
        with self._lock:
            return Now(self.number, self.stage, self._rounds[-1].riddle if self._rounds else None)

    def round(self, number: int) -> Round:
        """Round `number`, a copy of its guesses with it."""
        with self._lock:
            found = self._rounds[number - 1]
            return Round(found.riddle, found.stage, dict(found.guesses))

    def played(self) -> list[str]:
        """The names of the riddles that were played here."""
        with self._lock:
            return [each.riddle.name for each in self._rounds]

    def joined(self) -> int:
        """How many players are here."""
        with self._lock:
            return sum(each.here for each in self._players.values())

    def pause(self) -> float:
        """Seconds after which a player's page looks again: a large class asks this server no more often than a small one."""
        return max(2.0, self.joined() / LOOKS_A_SECOND)

    def guessed(self) -> int:
        """How many guesses are in, in this round."""
        with self._lock:
            return len(self._rounds[-1].guesses) if self._rounds else 0

    def counts(self, number: int) -> dict[str, tuple[int, int]]:
        """Trait -> how many guessed its high and its low pole in round `number`."""
        chosen = self.round(number)
        said = list(chosen.guesses.values())
        return {
            each.trait: (sum(one[each.trait] == 1 for one in said), sum(one[each.trait] == -1 for one in said))
            for each in chosen.riddle.poles
        }

    def ranking(self) -> list[Standing]:
        """Those who are here, the most points first: a point for every pole that was right, in rounds that are revealed."""
        with self._lock:
            revealed = [each for each in self._rounds if each.stage == "revealed"]
            rows = []
            for player in (each for each in self._players.values() if each.here):
                said = [
                    (each.riddle.truth, each.guesses[player.token]) for each in revealed if player.token in each.guesses
                ]
                points = sum(truth[trait] == pole for truth, guess in said for trait, pole in guess.items())
                rows.append((points, player, sum(len(truth) for truth, _ in said)))
            points_of_all = [points for points, _, _ in rows]
            return sorted(
                (
                    Standing(1 + sum(other > points for other in points_of_all), each.name, points, of, each.token)
                    for points, each, of in rows
                ),
                key=lambda one: (one.place, one.name.casefold()),
            )

    def standing(self, token: str) -> Standing | None:
        """Where one player stands."""
        return next((each for each in self.ranking() if each.token == token), None)

    def _go_on(self, secret: str, number: int, before: Stage, after: Stage) -> None:
        with self._lock:
            self._demand(secret)
            if number == self.number and self.stage == before:
                self._rounds[-1].stage = after

    def _demand(self, secret: str) -> None:
        if not self.opened_by(secret):
            raise GameError("Only who opened this class can do that.")
        self._touch()

    def _touch(self) -> None:
        self._touched = self._clock()


class Rooms:
    """The rooms of this server, by join code."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._rooms: dict[str, Room] = {}

    def open(self, code: str = "", host: str = "") -> Room:
        """A new room; with a `code` of its own, the room of that code, new if there is none."""
        with self._lock:
            self._sweep()
            if code in self._rooms:
                return self._rooms[code]
            if len(self._rooms) >= MOST_ROOMS:
                raise GameError(f"{MOST_ROOMS} classes are open on this server; try again when one has ended.")
            room = Room(code, host, self._clock)
            while not code and room.code in self._rooms:
                room = Room(clock=self._clock)
            self._rooms[room.code] = room
            return room

    def room(self, code: str) -> Room | None:
        """The room that a typed `code` means, if it is open."""
        with self._lock:
            self._sweep()
            return self._rooms.get(as_code(code))

    def end(self, room: Room, secret: str) -> None:
        """Close a room for good."""
        if room.opened_by(secret):
            with self._lock:
                self._rooms.pop(room.code, None)

    def _sweep(self) -> None:
        self._rooms = {code: room for code, room in self._rooms.items() if not room.silent()}


def new_code() -> str:
    """A join code: short, and without letters that are taken for others."""
    return "".join(secrets.choice(LETTERS) for _ in range(LETTERS_OF_CODE))


def new_token() -> str:
    """What a player's browser is known by."""
    return secrets.token_urlsafe(9)


def as_code(typed: str) -> str:
    """A join code as it was meant: small letters, spaces and dashes do not matter."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


ROOMS = Rooms()  # of this server: they end with it
