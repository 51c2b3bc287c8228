"""The SQLite file of one record: the plan, the raw calls and the answers read from them.

Calls are append-only and kept for ever; answers are a cache that `reparse` rebuilds. One writer, many readers (WAL).
"""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from inventories.administer import Interview, Reading
from inventories.answers import READER_VERSION, PrintedOption
from inventories.forms import Step
from inventories.ids import digest
from inventories.responder import Likelihood, Message, Prompt, Reply
from inventories.wording import printed_options

COMMIT_CALLS, COMMIT_SECONDS = 50, 0.1  # kill -9 loses no more than this


class StoreError(RuntimeError):
    """A record that cannot be opened or written."""


def _first_schema(db: sqlite3.Connection) -> None:
    db.executescript("""
        CREATE TABLE texts (hash TEXT PRIMARY KEY, text BLOB) WITHOUT ROWID;
        CREATE TABLE sittings (id TEXT PRIMARY KEY, number INTEGER, model TEXT, persona TEXT, inventory TEXT, language TEXT,
            form TEXT, elicitation TEXT, reply TEXT, replicate INTEGER, current INTEGER) WITHOUT ROWID;
        CREATE TABLE trials (id TEXT PRIMARY KEY, sitting TEXT, kind TEXT, item TEXT, step INTEGER, line INTEGER,
            shown TEXT, options TEXT) WITHOUT ROWID;
        CREATE INDEX trials_sitting ON trials (sitting);
        CREATE TABLE calls (id INTEGER PRIMARY KEY, prompt TEXT, attempt INTEGER, text TEXT, thinking TEXT, error TEXT,
            distribution BLOB, seconds REAL, tokens_in INTEGER, tokens_out INTEGER, cost REAL, created REAL);
        CREATE TABLE call_trials (call INTEGER, trial TEXT, line INTEGER, PRIMARY KEY (trial, call)) WITHOUT ROWID;
        CREATE TABLE answers (trial TEXT PRIMARY KEY, call INTEGER, reader_version INTEGER, outcome TEXT, chosen INTEGER,
            position INTEGER, expected REAL, label_mass REAL, likelihood REAL, near_tie INTEGER) WITHOUT ROWID;
    """)


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_first_schema,)


class Store:
    """One record's database. Open with `write=True` in the one process that runs the study."""

    def __init__(self, path: Path, write: bool = False) -> None:
        self.path = path
        if not write and not path.is_file():
            raise StoreError(f"{path}: no record there; `traitscope run STUDY` makes one")
        try:
            target = f"file:{path.resolve().as_posix()}?mode={'rwc' if write else 'ro'}"
            self.db = sqlite3.connect(target, uri=True, isolation_level=None, timeout=30)
            if write:
                self.db.execute("PRAGMA journal_mode=WAL")
                self.db.execute("PRAGMA synchronous=NORMAL")
                self._migrate()
            self._version()
        except sqlite3.DatabaseError as problem:
            raise StoreError(f"{path}: cannot be used as a record: {problem}") from None
        self._waiting = 0
        self._last_commit = time.monotonic()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what waits and let the file go."""
        self.commit()
        self.db.close()

    def commit(self) -> None:
        """Everything so far outlives this process."""
        if self.db.in_transaction:
            self.db.execute("COMMIT")
        self._waiting, self._last_commit = 0, time.monotonic()

    def _migrate(self) -> None:
        version = self._version()
        for number, change in enumerate(MIGRATIONS[version:], start=version + 1):
            change(self.db)
            self.db.execute(f"PRAGMA user_version={number}")

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
            known = self.db.execute("SELECT 1 FROM sittings WHERE id = ?", (sitting.id,)).fetchone()
            self.db.execute(
                "INSERT INTO sittings VALUES (?,?,?,?,?,?,?,?,?,?,1) ON CONFLICT (id) "
                "DO UPDATE SET current = 1, number = excluded.number, persona = excluded.persona",
                (sitting.id, number, sitting.model, sitting.persona, sitting.inventory, form.language,
                 json.dumps(msgspec.to_builtins(form), sort_keys=True), sitting.elicitation, sitting.reply, sitting.replicate),
            )  # fmt: skip
            if known:
                continue
            steps = [step for conversation in sitting.conversations for step in conversation]
            self.db.executemany(
                "INSERT OR IGNORE INTO trials VALUES (?,?,?,?,?,?,?,?)",
                [row for place, step in enumerate(steps) for row in self._trial_rows(each, step, place)],
            )
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
        self.db.execute(
            "INSERT OR IGNORE INTO texts VALUES (?,?)", (name, zlib.compress(text.encode("utf-8", "replace")))
        )
        return name

    def text(self, name: str) -> str:
        """The shared text that `name` stands for."""
        row = self.db.execute("SELECT text FROM texts WHERE hash = ?", (name,)).fetchone()
        if row is None:
            raise StoreError(f"{self.path}: the text {name} is not in the record")
        return zlib.decompress(row[0]).decode("utf-8")

    # ---- calls

    def replies(self, sitting: str) -> dict[str, Reply]:
        """The good replies of one sitting by prompt id: what a resumed conversation is replayed from."""
        rows = self.db.execute(
            "SELECT ct.trial, c.text, c.distribution, c.thinking FROM trials t JOIN call_trials ct ON ct.trial = t.id "
            "JOIN calls c ON c.id = ct.call WHERE t.sitting = ? AND c.error IS NULL ORDER BY c.id",
            (sitting,),
        )
        return {trial: _reply(trial, text, blob, thinking) for trial, text, blob, thinking in rows}

    def add(self, step: Step, prompt: Prompt, reply: Reply, readings: Sequence[Reading]) -> None:
        """Keep one exchange, good or failed, with what was read from it."""
        self._begin()
        blob = _distribution(reply)
        attempt = (
            self.db.execute("SELECT count(*) FROM call_trials WHERE trial = ?", (step.trials[0].id,)).fetchone()[0] + 1
        )
        cursor = self.db.execute(
            "INSERT INTO calls (prompt, attempt, text, thinking, error, distribution, seconds, tokens_in, tokens_out, cost, "
            "created) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (self._prompt(prompt), attempt, reply.text, reply.thinking, reply.error, blob, reply.seconds, reply.tokens_in,
             reply.tokens_out, reply.cost, time.time()),
        )  # fmt: skip
        self.db.executemany(
            "INSERT INTO call_trials VALUES (?,?,?)",
            [(cursor.lastrowid, trial.id, trial.line) for trial in step.trials],
        )
        self._answers(cursor.lastrowid, readings)
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
        """A prompt as roles and hashes; a message is cut before its last part, so that what prompts share is one text."""
        kept = []
        for message in prompt.messages:
            head, gap, tail = message.content.rpartition("\n\n")
            kept.append([message.role, *(self._keep(part) for part in ((head + gap, tail) if gap else (tail,)))])
        return json.dumps([kept, [self._keep(each) for each in prompt.continuations]], separators=(",", ":"))

    def prompt(self, stored: str) -> tuple[tuple[Message, ...], tuple[str, ...]]:
        """The messages and continuations of a stored call."""
        kept, continuations = json.loads(stored)
        messages = tuple(Message(role, "".join(map(self.text, parts))) for role, *parts in kept)
        return messages, tuple(map(self.text, continuations))

    # ---- reading again

    def reread(self, read: Callable[[list[tuple[str, str]], tuple[PrintedOption, ...], Reply], list[Reading]]) -> int:
        """Read every stored good reply to a printed question with `read`; return how many calls were read."""
        self._begin()
        calls: dict[int, tuple[str | None, bytes | None, str | None, list[tuple[str, str]], str]] = {}
        for call, text, blob, thinking, trial, item, options in self.db.execute(
            "SELECT c.id, c.text, c.distribution, c.thinking, t.id, t.item, t.options FROM calls c "
            "JOIN call_trials ct ON ct.call = c.id JOIN trials t ON t.id = ct.trial "
            "WHERE c.error IS NULL AND t.options IS NOT NULL ORDER BY c.id, ct.line"
        ):
            calls.setdefault(call, (text, blob, thinking, [], options))[3].append((trial, item))
        for call, (text, blob, thinking, trials, options) in calls.items():
            printed = msgspec.json.decode(self.text(options), type=tuple[PrintedOption, ...])
            self._answers(call, read(trials, printed, _reply(trials[0][0], text, blob, thinking)))
        self.commit()
        return len(calls)

    # ---- reports

    def counts(self) -> dict[str, int]:
        """Trials of the current plan: all, done, and those whose last call failed."""
        total, done, failed = self.db.execute(
            "SELECT count(*), sum(good), sum(NOT good AND failed) FROM (SELECT "
            "EXISTS (SELECT 1 FROM call_trials ct JOIN calls c ON c.id = ct.call WHERE ct.trial = t.id AND c.error IS NULL) good, "
            "EXISTS (SELECT 1 FROM call_trials ct JOIN calls c ON c.id = ct.call WHERE ct.trial = t.id AND c.error IS NOT NULL) "
            "failed FROM trials t JOIN sittings s ON s.id = t.sitting WHERE s.current)"
        ).fetchone()
        return {"trials": total, "done": done or 0, "failed": failed or 0}

    def pending(self) -> set[str]:
        """Ids of the current sittings that have a trial without a good call."""
        rows = self.db.execute(
            "SELECT DISTINCT t.sitting FROM trials t JOIN sittings s ON s.id = t.sitting WHERE s.current AND NOT EXISTS "
            "(SELECT 1 FROM call_trials ct JOIN calls c ON c.id = ct.call WHERE ct.trial = t.id AND c.error IS NULL)"
        )
        return {row[0] for row in rows}

    def table(self, what: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of one of `TABLES`."""
        cursor = self.db.execute(TABLES[what])
        return [column[0] for column in cursor.description], cursor.fetchall()


TABLES = {
    "answers": """
        SELECT s.number, s.model, s.persona, s.inventory, s.language, s.form, s.elicitation, s.reply, s.replicate, t.sitting,
            t.id AS trial, t.kind, t.item, t.step, t.shown, a.outcome, a.chosen, a.position, a.expected, a.label_mass,
            a.likelihood, a.near_tie, a.reader_version, c.text AS reply_text, c.error, c.created
        FROM sittings s JOIN trials t ON t.sitting = s.id LEFT JOIN answers a ON a.trial = t.id LEFT JOIN calls c ON c.id = a.call
        WHERE s.current AND t.kind != 'task' ORDER BY s.number, t.step, t.line""",
    "calls": """
        SELECT c.id AS call, ct.trial, ct.line, t.sitting, t.kind, t.item, c.prompt, c.attempt, c.text, c.thinking, c.error,
            c.distribution, c.seconds, c.tokens_in, c.tokens_out, c.cost, c.created
        FROM calls c JOIN call_trials ct ON ct.call = c.id JOIN trials t ON t.id = ct.trial ORDER BY c.id, ct.line""",
    "distributions": """
        SELECT t.id AS trial, c.distribution FROM sittings s JOIN trials t ON t.sitting = s.id JOIN answers a ON a.trial = t.id
            JOIN calls c ON c.id = a.call
        WHERE s.current AND s.elicitation = 'choice' AND t.kind = 'item' AND c.distribution IS NOT NULL""",
    "progress": """
        SELECT s.model, s.elicitation, s.inventory, count(*) AS trials, count(a.trial) AS answers,
            sum(coalesce(a.outcome = 'answered', 0)) AS answered
        FROM sittings s JOIN trials t ON t.sitting = s.id LEFT JOIN answers a ON a.trial = t.id
        WHERE s.current AND t.kind != 'task' GROUP BY 1, 2, 3 ORDER BY min(s.number)""",
}


def _distribution(reply: Reply) -> bytes | None:
    if reply.label_logprobs is None and reply.likelihoods is None:
        return None
    # JSON has no infinity; e to the power of this is 0 all the same
    labels = None if reply.label_logprobs is None else [max(each, -1e4) for each in reply.label_logprobs]
    return msgspec.json.encode({"labels": labels, "likelihoods": reply.likelihoods})


class _Distribution(msgspec.Struct):
    labels: tuple[float, ...] | None
    likelihoods: tuple[Likelihood, ...] | None


def label_logprobs(blob: bytes) -> tuple[float, ...] | None:
    """The log-probability of each label in printed order, from a row of "distributions"."""
    return msgspec.json.decode(blob, type=_Distribution).labels


def _reply(trial: str, text: str | None, blob: bytes | None, thinking: str | None) -> Reply:
    if blob is None:
        return Reply(trial, text=text, thinking=thinking)
    kept = msgspec.json.decode(blob, type=_Distribution)
    return Reply(trial, text=text, thinking=thinking, label_logprobs=kept.labels, likelihoods=kept.likelihoods)
