"""Every reply of a record: found by what was asked of whom and by its words, and shown whole."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import pandas as pd
from pandas import DataFrame

from inventories.answers import PrintedOption
from inventories.definitions import Inventory
from inventories.forms import Elicitation, Form
from inventories.reading import DefinitionError
from traitscope.analysis import OUTCOMES
from traitscope.apa import column
from traitscope.distributions import stored_reply
from traitscope.exhibit import Exhibit
from traitscope.figures import bars
from traitscope.kept import kept
from traitscope.places import about
from traitscope.queries import REPLIES, REPLY_OUTCOME
from traitscope.record import Record
from traitscope.responders.imported import is_imported
from traitscope.store import Store, StoreError

ANY = "any"
MOST = 100  # replies on one page
# what a reply can be filtered by, and where that stands
FILTERS = {
    "model": "s.model", "persona": "s.persona", "inventory": "s.inventory", "elicitation": "s.elicitation", "form": "s.form",
    "item": "t.item", "outcome": REPLY_OUTCOME,
}  # fmt: skip
SAID = ("text", "thinking", "error")  # what is searched


@dataclass(frozen=True)
class Found:
    """One page of the replies that were looked for: how many there are in all, and a table of those on this page.

    `table` has columns reply (the name of its link), model, persona, inventory, item, form, elicitation, outcome, chosen, text, draw, asked (the item in words).
    """

    total: int
    first: int
    table: DataFrame

    def told(self) -> str:
        """How many replies there are, and which of them are shown."""
        if not self.total:
            return "No reply is like that."
        last = self.first + len(self.table)
        return f"{self.total:,} {'reply' if self.total == 1 else 'replies'}; {self.first + 1:,} to {last:,} are listed."

    def beginning_with(self, name: str) -> tuple[Found, list[int]]:
        """The page with the reply `name` first, and the place of its row; as it is, and no place, where it is not on it."""
        its = self.table["reply"] == name.removesuffix(".0")
        if not its.any():
            return self, []
        return Found(self.total, self.first, pd.concat([self.table[its], self.table[~its]])), [0]


@dataclass(frozen=True)
class Whole:
    """One reply with everything that is known of it; texts are as they were sent and came back."""

    facts: dict[str, str]
    messages: list[tuple[str, str]]  # role, content
    continuations: list[str]
    text: str | None
    thinking: str | None
    error: str | None
    distribution: Exhibit | None

    def texts(self) -> list[tuple[str, str]]:
        """What came back in words, each part with what it is."""
        parts = {
            "Reply, as it came": "(empty)" if self.text == "" else self.text,
            "What it thought before": self.thinking,
            "Failed: what the provider said": self.error,
        }
        return [(told, text) for told, text in parts.items() if text]


def choices(record: Record) -> dict[str, list[str]]:
    """By filter the values that it can have, "any" first; forms by their names."""
    return kept(_choices, record)


def found(record: Record, where: Mapping[str, str], text: str = "", page: int = 1) -> Found:
    """The replies for which every filter in `where` holds and that contain `text`, `MOST` a page, the oldest first."""
    return kept(_found, record, _wanted(where), text.casefold().strip(), max(1, page))


def _wanted(where: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in where.items() if value != ANY)


def pages(total: int) -> int:
    """How many pages so many replies fill; one at least."""
    return max(1, math.ceil(total / MOST))


def page_of(record: Record, where: Mapping[str, str], text: str, name: str) -> int:
    """The page of `found` that has the reply `name`; the first where none has."""
    call, _, line = name.partition(".")
    if not call.isdecimal():
        return 1
    before = kept(_before, record, _wanted(where), text.casefold().strip(), int(call), int(line or 0))
    return before // MOST + 1


def whole(record: Record, name: str) -> Whole | None:
    """The reply that `name` stands for: "17" is a call, "17.2" a later line of it; None where there is none."""
    call, dot, line = name.partition(".")
    if not (call.isdecimal() and (line.isdecimal() or not dot)):
        return None
    return kept(_whole, record, int(call), int(line or 0))


def _choices(record: Record) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    try:
        with record.store() as store:
            for name, place in FILTERS.items():
                if name == "outcome":
                    values[name] = [*OUTCOMES, "failed"]
                    continue
                table = "trials t" if place.startswith("t.") else "sittings s"
                rows = store.rows(f"SELECT DISTINCT {place} FROM {table}")[1]
                values[name] = sorted(str(row[0]) for row in rows)
    except StoreError:
        return {name: [ANY] for name in FILTERS}
    values["form"] = sorted({_form_name(each) for each in values["form"]})
    known = {"model": list(record.manifest.models), "persona": list(record.manifest.personas)}
    for name, order in known.items():
        values[name] = [
            *(each for each in order if each in values[name]),
            *(each for each in values[name] if each not in order),
        ]
    return {name: [ANY, *each] for name, each in values.items()}


def _form_name(stored: str) -> str:
    return Form(**json.loads(stored)).name()


def _found(record: Record, where: tuple[tuple[str, str], ...], text: str, page: int) -> Found:
    try:
        with record.store() as store:
            found = _looked_for(store, where, text, page)
    except StoreError:
        return Found(0, 0, DataFrame())
    asked = (
        zip(found.table["inventory"], found.table["elicitation"], found.table["item"], strict=True)
        if len(found.table)
        else ()
    )
    return Found(found.total, found.first, found.table.assign(asked=[_asked(record, *each) for each in asked]))


def _asked(record: Record, inventory: str, elicitation: Elicitation, item: str) -> str:
    """The item in words; "" for a task, and where the inventory is no more as it was asked."""
    try:
        known = kept(_inventory, record, inventory, elicitation)
        return known.item(item).text or known.printed_text(known.item(item))
    except (DefinitionError, KeyError):
        return ""


def _inventory(record: Record, name: str, elicitation: Elicitation) -> Inventory:
    return record.inventory(name, elicitation=elicitation)


def _before(record: Record, where: tuple[tuple[str, str], ...], text: str, call: int, line: int) -> int:
    try:
        with record.store() as store:
            condition, values = _condition(store, where, text)
            place = f"{condition} {'AND' if condition else 'WHERE'} (x.call, x.line) < (?, ?)"
            return int(store.rows(f"SELECT count(*) {REPLIES}{place}", [*values, call, line])[1][0][0])
    except StoreError:
        return 0


def _condition(store: Store, where: tuple[tuple[str, str], ...], text: str) -> tuple[str, list[object]]:
    """The filters and the words as a WHERE clause, and its values."""
    tests, values = [], list[object]()
    for name, value in where:
        if name == "form":
            stored = [
                row[0] for row in store.rows("SELECT DISTINCT form FROM sittings")[1] if _form_name(row[0]) == value
            ]
            tests.append(f"s.form IN ({','.join('?' * len(stored))})")
            values += stored
        else:
            tests.append(f"{FILTERS[name]} = ?")
            values.append(value)
    if text:
        tests.append("(" + " OR ".join(f"contains(c.{each}, ?)" for each in SAID) + ")")
        values += [text] * len(SAID)
    return f" WHERE {' AND '.join(tests)}" if tests else "", values


def _looked_for(store: Store, where: tuple[tuple[str, str], ...], text: str, page: int) -> Found:
    condition, values = _condition(store, where, text)
    total = store.rows(f"SELECT count(*) {REPLIES}{condition}", values)[1][0][0]
    first = (min(page, pages(total)) - 1) * MOST
    names, rows = store.rows(
        "SELECT c.id || CASE WHEN x.line THEN '.' || x.line ELSE '' END AS reply, s.model, s.persona, s.inventory, t.item, s.form, s.elicitation, s.replicate AS draw, "
        f"{REPLY_OUTCOME} AS outcome, a.chosen, coalesce(c.text, c.error) AS text {REPLIES}{condition} "
        "ORDER BY x.call, x.line LIMIT ? OFFSET ?",
        [*values, MOST, first],
    )
    table = DataFrame(rows, columns=names)
    return Found(total, first, table.assign(form=table["form"].map(_form_name)) if len(table) else table)


def _whole(record: Record, call: int, line: int) -> Whole | None:
    try:
        with record.store() as store:
            names, rows = store.rows(
                "SELECT s.model, s.persona, s.inventory, s.language, s.form, s.elicitation, s.replicate, s.current, t.id AS trial, "
                f"t.kind, t.item, t.options, {REPLY_OUTCOME} AS outcome, a.chosen, a.position, a.expected, a.label_mass, a.likelihood, "
                "a.near_tie, c.prompt, c.attempt, c.text, c.thinking, c.error, c.finish, c.distribution, c.seconds, c.tokens_in, "
                f"c.tokens_out, c.tokens_thinking, c.cost, c.source, c.created {REPLIES} WHERE x.call = ? AND x.line = ?",
                [call, line],
            )
            if not rows:
                return None
            row = dict(zip(names, rows[0], strict=True))
            messages, continuations = store.prompt(row["prompt"])
            options: tuple[PrintedOption, ...] = ()
            if row["options"]:
                options = msgspec.json.decode(store.text(row["options"]), type=tuple[PrintedOption, ...])
    except StoreError:
        return None
    return Whole(
        facts=_facts(row, options), messages=[(each.role, each.content) for each in messages], continuations=list(continuations),
        text=row["text"], thinking=row["thinking"], error=row["error"], distribution=_distribution(record, row, options, continuations),
    )  # fmt: skip


def _facts(row: dict[str, Any], options: tuple[PrintedOption, ...]) -> dict[str, str]:
    """What is known of a reply beside its texts, in words; what is not known is left out."""
    place = row["position"]
    chosen = options[place] if place is not None and place < len(options) else None
    facts: dict[str, object] = {
        "outcome": row["outcome"],
        "chosen": f"{row['chosen']}: {chosen.text}" if chosen else row["chosen"],
        "place on the page": None if place is None else f"{place + 1} of {len(options)}",
        "expected value": _rounded(row["expected"]),
        "label mass": _rounded(row["label_mass"]),
        "near tie": "yes: the two most probable labels are as good as equally probable" if row["near_tie"] else None,
        "likelihood": None if row["likelihood"] is None else f"{row['likelihood']:.3f} nats per token",
        "model": row["model"], "persona": row["persona"], "inventory": row["inventory"], "item": row["item"],
        "form": _form_name(row["form"]), "elicitation": row["elicitation"], "draw": row["replicate"], "kind": row["kind"],
        "attempt": row["attempt"], "why it stopped": row["finish"],
        "seconds": _rounded(row["seconds"]), "tokens in": row["tokens_in"], "tokens out": row["tokens_out"],
        "tokens of thinking": row["tokens_thinking"], "US$": f"{row['cost']:.6f}" if row["cost"] else None,
        "taken over from": row["source"], "imported" if is_imported(row["model"]) else "asked": f"{datetime.fromtimestamp(row['created']):%Y-%m-%d %H:%M:%S}",
        "of the present plan": None if row["current"] else "no: the study has changed since", "trial": row["trial"],
    }  # fmt: skip
    return {name: str(value) for name, value in facts.items() if value is not None and value != ""}


def _rounded(value: float | None) -> str | None:
    return None if value is None else f"{value:.3f}"


def _distribution(
    record: Record, row: dict[str, Any], options: tuple[PrintedOption, ...], continuations: tuple[str, ...]
) -> Exhibit | None:
    """The probability of each label, or the likelihood of each text; None where the reply is text alone."""
    where = {name: str(row[name]) for name in ("inventory", "model", "persona", "item")}
    of = about(record, ask=row["elicitation"], **where)
    reply = stored_reply(row["trial"], row["text"], row["distribution"], row["thinking"])
    if reply.label_logprobs is not None and len(reply.label_logprobs) == len(options):
        table = DataFrame(
            {
                "label": [each.label for each in options], "option": [each.text for each in options],
                "value": [each.value for each in options], "probability": [math.exp(each) for each in reply.label_logprobs],
            }
        )  # fmt: skip
        table["printed"] = table["label"] + " " + table["option"]
        title = "How probable was each label?"
        shown = [
            column("label"),
            column("option"),
            column("value", kind="count"),
            column("probability", kind="bounded", digits=3),
        ]
        figure = bars(
            table,
            title,
            rows="printed",
            value="probability",
            x="Probability of the label as the first token",
            span=(0, 1),
        )
        told = "n = 1 trial. The rest of the probability went to other tokens."
        return Exhibit("label_probabilities", title, table.drop(columns="printed"), shown, told, figure, about=of)
    if reply.likelihoods:
        rows = [
            {"text": text, "log_probability": each.total, "tokens": each.tokens, "per_token": each.total / each.tokens if each.tokens else math.nan}
            for text, each in zip(continuations, reply.likelihoods, strict=False)
        ]  # fmt: skip
        shown = [column("text"), column("log_probability", "log-probability (nats)", "number"), column("tokens", kind="count"),
                 column("per_token", "nats per token", "number", digits=3)]  # fmt: skip
        return Exhibit(
            "text_likelihoods",
            "How likely was each text?",
            DataFrame(rows),
            shown,
            "n = 1 trial; natural logarithms.",
            about=of,
        )
    return None
