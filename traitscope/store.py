"""The SQLite file of one record: the plan, the raw calls and the answers read from them.

Calls are append-only and kept for ever; answers are a cache that `reparse` rebuilds. One writer, many readers (WAL).
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec

from inventories.administer import Interview, Reading
from inventories.answers import READER_VERSION, PrintedOption
from inventories.forms import Elicitation, Step
from inventories.ids import digest
from inventories.reading import one_line
from inventories.responder import Message, Prompt, Reply
from inventories.wording import printed_options
from traitscope.disk_errors import damaged, of_database
from traitscope.distributions import encoded, stored_reply
from traitscope.queries import COUNTS, FIRST_SCHEMA, IS_BEGUN, IS_DONE, LATELY, LIKELIHOODS, MENDING, TABLES, USABLE

COMMIT_CALLS, COMMIT_SECONDS = 50, 0.1  # kill -9 loses no more than this
SAFE_SECONDS = 2.0  # a power cut loses no more than this: so often the disk itself is waited for
KEPT_NAMES = 50_000  # names of shared texts that are remembered
GONE = "was deleted or moved while it was being asked; no more is asked, and nothing is made anew"
BEGUN = "has no tables: its run has only begun, or ended before it kept a reply, and the same command goes on"
DATABASE = "answers.sqlite"  # in the folder of a record
# what SQLite says where it may not make its own files beside a database, or has no room for them
ALONE = ("SQLITE_CANTOPEN", "SQLITE_READONLY_DIRECTORY", "SQLITE_READONLY_CANTINIT", "SQLITE_IOERR_SHMSIZE")


class StoreError(RuntimeError):
    """A record that cannot be opened or written."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


def _first_schema(db: sqlite3.Connection) -> None:
    for statement in FIRST_SCHEMA:  # not executescript, which would end the transaction
        db.execute(statement)


def _paid_calls(db: sqlite3.Connection) -> None:
    """Why a model stopped, what it thought, and from which record a call was taken over."""
    for column in ("finish TEXT", "tokens_thinking INTEGER", "source TEXT"):
        db.execute(f"ALTER TABLE calls ADD COLUMN {column}")


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_first_schema, _paid_calls)


class Store:
    """One record's database. Open with `write=True` in the one process that runs the study."""

    def __init__(self, path: Path, write: bool = False) -> None:
        self.path = path
        log, index = Path(f"{path}-wal"), Path(f"{path}-shm")
        if not _size(path) and _size(log):  # SQLite would throw the log away
            raise StoreError(damaged(path, "nothing is left of it but its log"))
        for each in (path, log, index):
            if each.exists() and not each.is_file():
                raise StoreError(
                    f"{each}: is no file; a record's database is one, as are those that SQLite keeps beside it"
                )
        if not write and not path.is_file():
            raise StoreError(f"{path}: no record there; `traitscope run STUDY` makes one")
        try:
            self._open(write)
            if not write and self._version() == 0:  # its file is there, its tables are not yet
                self.db.close()
                lost = f"{path}: {BEGUN}; what it held before, if it did, is lost"
                raise StoreError(damaged(path, f"{BEGUN}; or they are lost") if _size(path) else lost)
            if not write and 0 < self._version() < len(MIGRATIONS):  # an older file is brought up to date once
                self.db.close()
                self._open(True)
                self.db.close()
                self._open(False)
        except sqlite3.DatabaseError as problem:
            raise self._unusable(problem) from None
        self._waiting = 0
        self._last_commit = self._last_safe = time.monotonic()
        self._kept: set[str] = set()  # shared texts that are known to be there; emptied before it gets large

    def _open(self, write: bool) -> None:
        self._file: tuple[int, int] | None = None  # of the file that is written
        self.db = self._connected("rwc" if write else "ro")
        if write:
            self.db.execute("PRAGMA journal_mode=WAL")
            self.db.execute("PRAGMA synchronous=NORMAL")
            self._migrate()
            self._file = _identity(self.path)
        try:
            self._version()
        except sqlite3.OperationalError as problem:
            # a whole record in a folder that cannot be written or is full, where SQLite finds no place for its own files
            if write or problem.sqlite_errorname not in ALONE or _size(Path(f"{self.path}-wal")):
                raise
            self.db.close()
            self.db = self._connected("ro&immutable=1")
            self._version()

    def _connected(self, mode: str) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self.path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=30
        )

    def __enter__(self) -> Store:
        return self

    def __exit__(self, _: object, problem: BaseException | None, *__: object) -> None:
        if isinstance(problem, sqlite3.DatabaseError):  # a damaged file opens, and says so when it is read
            raise self._unusable(problem) from None
        self.close()

    def _unusable(self, problem: sqlite3.DatabaseError) -> StoreError:
        """Let the file go; what it suffers from, in words."""
        page = None
        if hasattr(self, "db"):
            if getattr(problem, "sqlite_errorname", "").startswith("SQLITE_CORRUPT"):
                page = self._damaged_page()
            self.db.close()
        return StoreError(of_database(self.path, problem, page))

    def _damaged_page(self) -> int | None:
        """The first page that SQLite cannot read, where it can say so."""
        try:
            told = self.db.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError:
            return None
        return _page_in(told)

    def check(self) -> None:
        """Raise StoreError where a page is damaged, though all that was read so far may have looked right."""
        # not quick_check, which does not notice that two pages of one table have changed places
        told = self.db.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if told != "ok":
            page = _page_in(told)
            where = f": {told.rpartition('***')[2].strip()}" if page is None else f" (page {page})"
            raise StoreError(damaged(self.path, f"database disk image is malformed{where}"))

    def size(self, table: str) -> int:
        """How many rows stand in one of the tables of `damaged_rows`."""
        return int(self.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def close(self) -> None:
        """Write what waits and let the file go."""
        try:
            if self.db.in_transaction:
                self.db.execute("COMMIT")
        except sqlite3.DatabaseError as problem:
            raise self._unusable(problem) from None
        self.db.close()

    def commit(self) -> None:
        """Everything so far outlives this process; raises StoreError where the file is no longer in its place."""
        now = time.monotonic()
        if self.db.in_transaction:
            self.db.execute("COMMIT")
            if self._file and _identity(self.path) != self._file:
                raise StoreError(f"{self.path.parent}: {GONE}")
            if now - self._last_safe > SAFE_SECONDS:
                self.db.execute("PRAGMA wal_checkpoint(PASSIVE)")
                self._last_safe = now
        self._waiting, self._last_commit = 0, now

    def _migrate(self) -> None:
        if self._version() == len(MIGRATIONS):
            return
        self._begin()  # whoever comes second finds the work done
        for number, change in enumerate(MIGRATIONS[self._version() :], start=self._version() + 1):
            change(self.db)
            self.db.execute(f"PRAGMA user_version={number}")
        self.db.execute("COMMIT")

    def _version(self) -> int:
        version = int(self.db.execute("PRAGMA user_version").fetchone()[0])
        if version > len(MIGRATIONS):
            raise StoreError(
                f"{self.path}: written by a newer traitscope (format {version}, known up to {len(MIGRATIONS)})"
            )
        return version

    def _begin(self) -> None:
        if not self.db.in_transaction:
            self.db.execute("BEGIN IMMEDIATE")

    # ---- the plan

    def forget_plan(self) -> None:
        """Mark every sitting as not of the current study; `plan` marks again those that still are."""
        self._begin()
        self.db.execute("UPDATE sittings SET current = 0")

    def plan(self, interviews: Iterable[Interview], first: int = 0) -> int:
        """Insert the sittings and trials that are not there yet; return how many sittings were given."""
        self._begin()
        number = first
        for number, each in enumerate(interviews, start=first + 1):
            sitting, form = each.sitting, each.sitting.form
            steps = [step for conversation in sitting.conversations for step in conversation]
            known = self.db.execute("SELECT count(*) FROM trials WHERE sitting = ?", (sitting.id,)).fetchone()[0]
            if known < sum(len(step.trials) for step in steps):  # a salvaged record may have some of them
                self.db.executemany(
                    "INSERT OR IGNORE INTO trials VALUES (?,?,?,?,?,?,?,?)",
                    [row for place, step in enumerate(steps) for row in self._trial_rows(each, step, place)],
                )
            self.db.execute(
                "INSERT INTO sittings VALUES (?,?,?,?,?,?,?,?,?,?,1) ON CONFLICT (id) "
                "DO UPDATE SET current = 1, number = excluded.number, persona = excluded.persona",
                (sitting.id, number, sitting.model, sitting.persona, sitting.inventory, form.language,
                 json.dumps(msgspec.to_builtins(form), sort_keys=True), sitting.elicitation, sitting.reply, sitting.replicate),
            )  # fmt: skip
        return number

    def _trial_rows(self, interview: Interview, step: Step, place: int) -> Iterator[tuple[Any, ...]]:
        for trial in step.trials:
            options = None
            if trial.shown:
                item = interview.inventory.item(trial.item)
                printed = printed_options(interview.inventory, item, interview.sitting.form, trial.shown)
                options = self._keep(msgspec.json.encode(printed).decode())
            shown = ",".join(map(str, trial.shown))
            yield trial.id, interview.sitting.id, step.kind, trial.item, place, trial.line, shown, options

    def _keep(self, text: str) -> str:
        """Store a text that many rows share once; its hash stands for it."""
        name = digest(text)
        if name not in self._kept:
            self.db.execute(
                "INSERT OR IGNORE INTO texts VALUES (?,?)", (name, zlib.compress(text.encode("utf-8", "replace")))
            )
            if len(self._kept) >= KEPT_NAMES:
                self._kept.clear()
            self._kept.add(name)
        return name

    def text(self, name: str) -> str:
        """The shared text that `name` stands for."""
        row = self.db.execute("SELECT text FROM texts WHERE hash = ?", (name,)).fetchone()
        if row is None:
            raise StoreError(damaged(self.path, f"the text {name} is not in it"))
        return zlib.decompress(row[0]).decode("utf-8")

    # ---- calls

    def replies(self, sitting: str) -> dict[str, Reply]:
        """The good replies of one sitting by prompt id: what a resumed conversation is replayed from."""
        rows = self.db.execute(
            "SELECT ct.trial, c.text, c.distribution, c.thinking FROM trials t JOIN call_trials ct ON ct.trial = t.id "
            "JOIN calls c ON c.id = ct.call WHERE t.sitting = ? AND c.error IS NULL ORDER BY c.id",
            (sitting,),
        )
        return {trial: stored_reply(trial, text, blob, thinking) for trial, text, blob, thinking in rows}

    def add(self, step: Step, prompt: Prompt, reply: Reply, readings: Sequence[Reading]) -> None:
        """Keep one exchange, good or failed, with what was read from it."""
        self._begin()
        blob = encoded(reply)
        attempt = (
            self.db.execute("SELECT count(*) FROM call_trials WHERE trial = ?", (step.trials[0].id,)).fetchone()[0] + 1
        )
        cursor = self.db.execute(
            "INSERT INTO calls (prompt, attempt, text, thinking, error, distribution, seconds, tokens_in, tokens_out, cost, "
            "created, finish, tokens_thinking) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (self._prompt(prompt), attempt, reply.text, reply.thinking, reply.error, blob, reply.seconds, reply.tokens_in,
             reply.tokens_out, reply.cost, time.time(), reply.finish, reply.tokens_thinking),
        )  # fmt: skip
        # a trial is done when its call is linked to it: the last thing, wherever a Ctrl-C strikes
        self._answers(cursor.lastrowid, readings)
        self.db.executemany(
            "INSERT INTO call_trials VALUES (?,?,?)",
            [(cursor.lastrowid, trial.id, trial.line) for trial in step.trials],
        )
        self._waiting += 1
        if self._waiting >= COMMIT_CALLS or time.monotonic() - self._last_commit > COMMIT_SECONDS:
            self.commit()

    def _answers(self, call: int | None, readings: Sequence[Reading]) -> None:
        self.db.executemany(
            "INSERT OR REPLACE INTO answers VALUES (?,?,?,?,?,?,?,?,?,?)",
            [(each.trial, call, READER_VERSION, each.outcome, each.chosen, each.position, each.expected, each.label_mass,
              each.likelihood, int(each.near_tie)) for each in readings],
        )  # fmt: skip

    def _prompt(self, prompt: Prompt) -> str:
        return stored_prompt(prompt.messages, prompt.continuations, self._keep)

    def prompt(self, stored: str) -> tuple[tuple[Message, ...], tuple[str, ...]]:
        """The messages and continuations of a stored call."""
        kept, continuations = json.loads(stored)
        messages = tuple(Message(role, "".join(map(self.text, parts))) for role, *parts in kept)
        return messages, tuple(map(self.text, continuations))

    def take_over(self, other: Path, source: str) -> int:
        """Copy the good calls of trials that are pending here from another record's file; return how many trials.

        A conversation that was begun here goes on here: what was said later there, was said after other replies.
        """
        self.commit()
        self.db.execute("ATTACH DATABASE ? AS other", (f"{other.resolve().as_uri()}?mode=ro",))
        try:
            self._begin()
            rows = self.db.execute(
                "SELECT ct.trial, max(c.id) FROM other.call_trials ct JOIN other.calls c ON c.id = ct.call "
                "JOIN trials t ON t.id = ct.trial JOIN sittings s ON s.id = t.sitting "
                f"WHERE c.error IS NULL AND s.current AND NOT {IS_DONE} AND NOT {IS_BEGUN} GROUP BY ct.trial"
            ).fetchall()
            for call in sorted({call for _, call in rows}):
                kept, continuations = json.loads(
                    self.db.execute("SELECT prompt FROM other.calls WHERE id = ?", (call,)).fetchone()[0]
                )
                names = [*(part for _, *parts in kept for part in parts), *continuations]
                self.db.executemany(
                    "INSERT OR IGNORE INTO texts SELECT * FROM other.texts WHERE hash = ?", [(each,) for each in names]
                )
                columns = "prompt, attempt, text, thinking, error, distribution, seconds, tokens_in, tokens_out, created, finish, tokens_thinking"
                made = self.db.execute(  # without its cost, which this record has not had
                    f"INSERT INTO calls ({columns}, source) SELECT {columns}, ? FROM other.calls WHERE id = ?",
                    (source, call),
                ).lastrowid
                self.db.execute(
                    "INSERT INTO call_trials SELECT ?, trial, line FROM other.call_trials WHERE call = ?", (made, call)
                )
                self.db.execute(
                    "INSERT OR REPLACE INTO answers SELECT trial, ?, reader_version, outcome, chosen, position, expected, label_mass, "
                    "likelihood, near_tie FROM other.answers WHERE call = ?",
                    (made, call),
                )
            self.commit()
        finally:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            self.db.execute("DETACH DATABASE other")
        return len(rows)

    # ---- rows that were exported from another record's file

    def restore_sitting(self, sitting: Sequence[object], trials: Iterable[Sequence[Any]]) -> None:
        """A row of sittings with its rows of trials, whose last value is the text of the printed options, or None."""
        self._begin()
        self.db.execute("INSERT INTO sittings VALUES (?,?,?,?,?,?,?,?,?,?,?)", sitting)
        rows = [(*each[:-1], None if each[-1] is None else self._keep(each[-1])) for each in trials]
        self.db.executemany("INSERT INTO trials VALUES (?,?,?,?,?,?,?,?)", rows)

    def restore_prompt(self, messages: Iterable[Message], continuations: Iterable[str]) -> str:
        """Keep a prompt that calls are going to name; return its id."""
        self._begin()
        self.db.execute("CREATE TEMP TABLE IF NOT EXISTS prompts (id TEXT PRIMARY KEY, prompt TEXT)")
        stored = stored_prompt(messages, continuations, self._keep)
        self.db.execute("INSERT OR IGNORE INTO temp.prompts VALUES (?,?)", (digest(stored), stored))
        return digest(stored)

    def restore_call(self, prompt: str, call: Mapping[str, object], trials: Iterable[str]) -> None:
        """A row of calls without its prompt, which is named by its id, and the trials that it was about, line by line."""
        names = ", ".join(call)
        self.db.execute(
            f"INSERT INTO calls ({names}, prompt) VALUES ({','.join('?' * len(call))}, "
            "(SELECT prompt FROM temp.prompts WHERE id = ?))",
            (*call.values(), prompt),
        )
        self.db.executemany(
            "INSERT INTO call_trials VALUES (?,?,?)", [(call["id"], trial, line) for line, trial in enumerate(trials)]
        )

    # ---- rows that were read from a damaged file

    def salvage(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Insert rows into one of the tables; those that are there stay."""
        self._begin()
        marks = ",".join("?" * len(columns))
        self.db.executemany(f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)

    def mend(self, planned: bool) -> dict[str, int]:
        """Link replies to trials as far as that follows from what is left, and count the rest; see `queries.MENDING`.

        With `planned` trials that nothing but a lost sitting had named are of a former plan, and forgotten.
        """
        self._begin()
        found: dict[str, int] = {}
        for name, statement in (*MENDING["link"], *(MENDING["forget"] if planned else ()), *MENDING["count"]):
            cursor = self.db.execute(statement)
            if name:
                found[name] = cursor.fetchone()[0]
        self.commit()
        return found

    # ---- reading again

    def reread(self, read: Callable[[list[tuple[str, str]], tuple[PrintedOption, ...], Reply], list[Reading]]) -> int:
        """Read every stored good reply to a printed question with `read`; return how many calls were read."""
        self._begin()
        rows = self.db.execute(
            "SELECT c.id, c.text, c.distribution, c.thinking, t.options, t.id, t.item FROM calls c "
            "JOIN call_trials ct ON ct.call = c.id JOIN trials t ON t.id = ct.trial "
            "WHERE c.error IS NULL AND t.options IS NOT NULL ORDER BY c.id, ct.line"
        )
        count = 0
        for call, group in groupby(rows, key=itemgetter(0)):  # never all in memory
            count += 1
            about = list(group)
            _, text, blob, thinking, options, trial, _ = about[0]
            printed = msgspec.json.decode(self.text(options), type=tuple[PrintedOption, ...])
            trials = [(row[5], row[6]) for row in about]
            self._answers(call, read(trials, printed, stored_reply(trial, text, blob, thinking)))
        self.commit()
        return count

    def reread_likelihoods(self, read: Callable[[str, str, Elicitation, str, Reply], Reading]) -> None:
        """Read every stored likelihood with `read`, which is given inventory, language, elicitation and item with the reply."""
        self._begin()
        for call, trial, blob, inventory, language, elicitation, item in self.db.execute(LIKELIHOODS):
            reply = stored_reply(trial, None, blob, None)
            self._answers(call, [read(inventory, language, elicitation, item, reply)])
        self.commit()

    # ---- reports

    def counts(self, sittings: Collection[str] | None = None) -> dict[str, int]:
        """Trials of the current plan, or of some of its sittings: all, done, and those whose last call failed."""
        if sittings is None:
            return dict(zip(("trials", "done", "failed"), self.db.execute(COUNTS).fetchone(), strict=True))
        found = {"trials": 0, "done": 0, "failed": 0}
        for sitting, total, done, failed in self.db.execute(
            "SELECT sitting, count(*), sum(good), sum(NOT good AND failed) FROM (SELECT t.sitting, "
            f"{IS_DONE} good, EXISTS (SELECT 1 FROM call_trials ct WHERE ct.trial = t.id) failed "
            "FROM trials t JOIN sittings s ON s.id = t.sitting WHERE s.current) GROUP BY sitting"
        ):
            if sitting in sittings:
                found["trials"] += total
                found["done"] += done
                found["failed"] += failed
        return found

    def usable(self) -> tuple[int, int]:
        """How many answers were read for the current plan, and how many of them are an answer to what was asked."""
        answers, answered = self.db.execute(USABLE).fetchone()
        return int(answers), int(answered)

    def lately(self, since: float) -> tuple[int, float | None]:
        """Trials that got a good call since then (seconds since 1970), and when the first of these calls was stored."""
        trials, first = self.db.execute(LATELY, {"since": since}).fetchone()
        return int(trials), first

    def spent(self) -> float:
        """US dollars that the calls of this record have cost, as far as that is known."""
        return float(self.db.execute("SELECT total(cost) FROM calls").fetchone()[0])

    def sittings(self) -> list[str]:
        """Ids of the current plan's sittings."""
        return [row[0] for row in self.db.execute("SELECT id FROM sittings WHERE current")]

    def first_call(self) -> float | None:
        """When the first reply was stored, whether or not the present plan asks for it."""
        found: float | None = self.db.execute("SELECT min(created) FROM calls WHERE error IS NULL").fetchone()[0]
        return found

    def reused(self) -> int:
        """How many trials have a call that was taken over from another record."""
        rows = self.db.execute(
            "SELECT count(DISTINCT x.trial) FROM calls c JOIN call_trials x ON x.call = c.id WHERE c.source IS NOT NULL"
        )
        return int(rows.fetchone()[0])

    def answered(self) -> dict[str, int]:
        """Trials with a good call by sitting, of the current plan or not."""
        return dict(self.db.execute(f"SELECT t.sitting, count(*) FROM trials t WHERE {IS_DONE} GROUP BY t.sitting"))

    def done(self) -> set[str]:
        """Ids of the current plan's trials that have a good call."""
        rows = self.db.execute(
            f"SELECT t.id FROM trials t JOIN sittings s ON s.id = t.sitting WHERE s.current AND {IS_DONE}"
        )
        return {row[0] for row in rows}

    def pending(self) -> set[str]:
        """Ids of the current sittings that have a trial without a good call."""
        rows = self.db.execute(
            f"SELECT DISTINCT t.sitting FROM trials t JOIN sittings s ON s.id = t.sitting WHERE s.current AND NOT {IS_DONE}"
        )
        return {row[0] for row in rows}

    def table(self, what: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of one of `TABLES`."""
        return self.rows(TABLES[what])

    def parts(self, what: str, most: int) -> tuple[list[str], Iterator[list[tuple[Any, ...]]]]:
        """Column names of one of `TABLES`, and its rows in lists of `most`: as Python's values a million take a gigabyte."""
        cursor = self.db.execute(TABLES[what])
        return [column[0] for column in cursor.description], iter(lambda: cursor.fetchmany(most), [])

    def each(self, query: str) -> Iterator[dict[str, Any]]:
        """The rows of a question of `queries`, one at a time: a record may be larger than the memory."""
        cursor = self.db.execute(query)
        names = [column[0] for column in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor)

    def rows(self, query: str, values: Sequence[object] = ()) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of a question of `queries`, with `values` in the places of its question marks.

        In SQL, `contains(text, part)` finds `part` in either case of any alphabet.
        """
        self.db.create_function("contains", 2, _contains, deterministic=True)
        cursor = self.db.execute(query, values)
        return [column[0] for column in cursor.description], cursor.fetchall()


def stored_prompt(
    messages: Iterable[Message], continuations: Iterable[str], keep: Callable[[str], str] = digest
) -> str:
    """A prompt as roles and hashes; a message is cut before its last part, so that what prompts share is one text.

    The digest of what is returned is the prompt's id in every table and file; `keep` stores a text and gives its hash.
    """
    kept = []
    for message in messages:
        head, gap, tail = message.content.rpartition("\n\n")
        kept.append([message.role, *(keep(part) for part in ((head + gap, tail) if gap else (tail,)))])
    return json.dumps([kept, [keep(each) for each in continuations]], separators=(",", ":"))


def _page_in(told: str) -> int | None:
    """The page that a check of SQLite's names, where it names one."""
    found = re.search(r"page (\d+)", told, re.IGNORECASE)
    return int(found[1]) if found else None


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and number of a file; None where it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _contains(text: str | None, part: str) -> bool:
    return text is not None and part in text.casefold()
