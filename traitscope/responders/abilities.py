"""What a model behind an interface can do, found out by a few small calls; kept in the record, so asked once."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from inventories.responder import Abilities, Message, Prompt, ResponderError
from traitscope.responders import completion
from traitscope.responders.keys import without_keys
from traitscope.responders.pace import Failure

TRIES, TRIES_OF_MORE = 4, 2  # of the first question; of what some servers answer with an error of their own
ENOUGH_TO_THINK = 512  # tokens, of a question that a child can answer
LONGEST_WAIT = 20.0
Path = Literal["chat/completions", "completions"]
Send = Callable[[Path, dict[str, Any]], Awaitable[Mapping[str, Any]]]

_ASKED = (
    Message("system", "You answer with a single digit."),
    Message("user", "Which digit comes after 3? Digit only."),
)
_MERGED = (Message("user", "You answer with a single digit.\n\nWhich digit comes after 3? Digit only."),)
_SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {"answer": {"type": "string", "enum": ["3", "4"]}},
        "required": ["answer"],
        "additionalProperties": False,
    }
)
_HOPELESS = ("401", "402", "403", "404", "405", "429", "501")  # however it is asked
_NEWER = ("max_completion_tokens",)  # OpenAI's later models refuse max_tokens
_THINKER = ("max_completion_tokens", "no temperature")
# each way of asking, from the one that can most to the one that can least; the first that is not refused is kept
_WAYS: tuple[dict[str, Any], ...] = (
    {"labels": True, "seed": True},
    {"labels": True, "seed": True, "dialect": ("top=5",)},
    {"labels": True},
    {"labels": True, "dialect": ("top=5",)},
    {"seed": True},
    {},
    {"labels": True, "seed": True, "system": False},
    {"labels": True, "seed": True, "system": False, "dialect": ("top=5",)},
    {"labels": True, "system": False, "dialect": ("top=5",)},
    {"system": False},
    {"labels": True, "seed": True, "dialect": _NEWER},
    {"labels": True, "seed": True, "dialect": (*_NEWER, "top=5")},
    {"seed": True, "dialect": _NEWER},
    {"seed": True, "dialect": _THINKER},
    {"dialect": _THINKER},
    {"dialect": _THINKER, "system": False},
)


def _helps(way: dict[str, Any], refusals: Sequence[str]) -> bool:
    """Whether a way avoids what the server has named when it refused others; it need not be tried where it does not."""
    told, dialect = " ".join(refusals).lower(), way.get("dialect", ())
    return not (
        (re.search(r"max_completion_tokens\W{0,3}instead", told) and "max_completion_tokens" not in dialect)
        or (re.search(r"system.{0,20}(role|message|prompt)|role.{0,20}system", told) and way.get("system", True))
        or (re.search(r"temperature.{0,30}not support|unsupported.{0,30}temperature", told) and dialect != _THINKER)
    )


async def find(send: Send, name: str, model: str, *, completions: bool, likelihood: bool) -> Abilities:
    """Try each way of asking, then what else there may be. ResponderError where the model does not answer at all."""
    able = await _chat(send, model)
    if isinstance(able, Failure):
        found = await _plain(send, model) if completions and able.message.startswith(("404", "405", "501")) else able
        if isinstance(found, Failure):
            raise ResponderError(f"{name} does not answer: {able.message}")
        able = found
    if likelihood:
        able = await _likelihood(send, model, able)
    if "completions" not in able.dialect:
        able = msgspec.structs.replace(able, structured=await _structured(send, model, able))
    return msgspec.structs.replace(able, note="; ".join(filter(None, [able.note, *_notes(able)])))


async def _chat(send: Send, model: str) -> Abilities | Failure:
    refused: list[Failure] = []
    for way in _WAYS:
        if not _helps(way, [each.message for each in refused]):
            continue
        able = Abilities(**way)
        messages = _ASKED if able.system else _MERGED
        prompt = Prompt("probe", messages, "labels" if able.labels else "text", labels=("4",), max_tokens=16)
        asked = completion.body(prompt, model, able, thinking_tokens=0)
        name = next(each for each in asked if each.startswith("max_"))
        # a model that thinks may call it an error when it has too few tokens to answer
        asked[name] = ENOUGH_TO_THINK if _THINKER[1] in able.dialect else 16
        try:
            data = await _patiently(send, "chat/completions", asked)
            found = _heard(data, prompt, able)
            if not found.thinks and completion.choice(data).get("finish_reason") == "length":
                found = await _longer(send, {**asked, name: ENOUGH_TO_THINK}, prompt, able) or found
        except Failure as problem:
            refused.append(problem)
            if problem.message.startswith(_HOPELESS) or problem.kind != "final":
                return problem
            continue
        return found
    return refused[0] if refused else Failure("final", "no way of asking was understood")


async def _longer(send: Send, asked: dict[str, Any], prompt: Prompt, able: Abilities) -> Abilities | None:
    """Many words about a digit may be thinking whose beginning is not marked: its end is, if it is let go on."""
    try:
        data = await _patiently(send, "chat/completions", asked)
        found = _heard(data, prompt, able)
    except Failure:
        return None
    said = (completion.choice(data).get("message") or {}).get("content")
    if found.thinks and isinstance(said, str) and "</think>" in said and "<think>" not in said:
        return msgspec.structs.replace(found, dialect=(*found.dialect, completion.UNMARKED))
    return found if found.thinks else None


def _heard(data: Mapping[str, Any], prompt: Prompt, able: Abilities) -> Abilities:
    """What the first reply shows: probabilities or none, thinking or none, the model's own name."""
    said = completion.reply(data, msgspec.structs.replace(prompt, want="text"), 0.0)
    # a model that thinks spends the few tokens it was given on that
    thinks = bool(said.thinking or said.tokens_thinking) or (
        not said.text and said.finish == "length" and "completions" not in able.dialect
    )
    labels = able.labels and not thinks
    if labels:
        try:
            completion.reply(data, prompt, 0.0)
        except Failure:
            labels = False
    dialect = able.dialect if labels else tuple(each for each in able.dialect if not each.startswith("top="))
    resolved = data.get("model")
    return msgspec.structs.replace(
        able,
        labels=labels,
        first_token=labels,
        thinks=thinks,
        dialect=dialect,
        resolved=_name(resolved) if isinstance(resolved, str) else "",
    )


def _name(told: str) -> str:
    """What a server calls its model, for manifest, tables and captions: short, printable, without a key."""
    short = without_keys(told[: 10 * completion.LONGEST_WORD])[: completion.LONGEST_WORD]
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in short)


async def _plain(send: Send, model: str) -> Abilities | Failure:
    """A server that completes texts and knows no chat."""
    prompt = Prompt("probe", _MERGED, "labels", labels=("4",))
    refused: Failure | None = None
    for dialect in (("completions",), ("completions", "top=5"), ()):
        able = Abilities(labels=bool(dialect), system=False, dialect=dialect or ("completions",))
        asked = msgspec.structs.replace(prompt, want="labels" if able.labels else "text")
        try:
            data = await _patiently(send, "completions", completion.body(asked, model, able))
            return _heard(data, asked, able)
        except Failure as problem:
            refused = refused or problem
    assert refused is not None  # three ways were tried
    return refused


async def _likelihood(send: Send, model: str, able: Abilities) -> Abilities:
    """Whether the server tells how likely a given text is: of a chat's last turn, or of a text that it echoes."""
    question, said = Prompt("probe", (Message("user", "Describe the sky."),), "likelihood"), "The sky is blue today."
    ways: list[tuple[Path, str]] = [("completions", "echo")]
    if "completions" not in able.dialect and not able.thinks:
        ways.insert(0, ("chat/completions", "prompt_logprobs"))
    for path, more in ways:
        trial = msgspec.structs.replace(able, dialect=(*able.dialect, more))
        try:
            data = await _patiently(send, path, completion.echo_body(question, said, model, trial), TRIES_OF_MORE)
            likely = completion.echoed(data, question, said)
        except Failure:
            continue
        if likely.tokens > 1 and likely.total < 0:
            note = (
                "" if path == "chat/completions" else "likelihoods are of plain text, without the model's chat template"
            )
            return msgspec.structs.replace(trial, likelihood=True, note=note)
    return able


async def _structured(send: Send, model: str, able: Abilities) -> bool:
    # JSON is not spoken of: a server that ignores the schema must not pass because the model does as it is told
    prompt = Prompt("probe", _MERGED, "text", schema=_SCHEMA, max_tokens=32)
    try:
        asked = completion.body(prompt, model, able, thinking_tokens=ENOUGH_TO_THINK)
        data = await _patiently(send, "chat/completions", asked, TRIES_OF_MORE)
        said = json.loads(completion.reply(data, prompt, 0.0).text or "")
    except (Failure, ValueError):
        return False
    return isinstance(said, dict) and said.get("answer") in ("3", "4")


def _notes(able: Abilities) -> list[str]:
    notes = []
    if able.labels:
        top = next((each.partition("=")[2] for each in able.dialect if each.startswith("top=")), completion.TOP)
        notes.append(f"label probabilities are those of the first token; a label beyond the {top} likeliest counts 0")
    if "no temperature" in able.dialect:
        notes.append("takes no temperature: it draws at its own")
    if able.thinks:
        notes.append("thinks before it answers; those tokens are counted apart")
    return notes


async def _patiently(send: Send, path: Path, asked: dict[str, Any], tries: int = TRIES) -> Mapping[str, Any]:
    """Ask again what failed in passing; raise what is refused."""
    for number in range(tries):
        try:
            data = await send(path, asked)
            completion.choice(data)
            return data
        except Failure as problem:
            if problem.kind == "final" or number == tries - 1:
                raise
            wait = problem.wait if problem.wait is not None else 0.25 * 2**number
            if wait > LONGEST_WAIT:
                raise
            await asyncio.sleep(wait)
    raise AssertionError("every way out of the loop is above")
