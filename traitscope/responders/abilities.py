"""What a model behind an interface can do, found out by a few small calls; kept in the record, so asked once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from inventories.responder import Abilities, Message, Prompt, ResponderError
from traitscope.responders import completion
from traitscope.responders.window import Failure

TRIES = 6
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
# each way of asking, from the one that can most to the one that can least; the first that is not refused is kept
_WAYS: tuple[dict[str, Any], ...] = (
    {"labels": True, "seed": True},
    {"labels": True, "seed": True, "dialect": ("top=5",)},
    {"labels": True, "dialect": ("top=5",)},
    {"seed": True},
    {},
    {"system": False},
    {"seed": True, "dialect": ("max_completion_tokens", "no temperature")},
    {"dialect": ("max_completion_tokens", "no temperature")},
    {"dialect": ("max_completion_tokens", "no temperature"), "system": False},
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
    refused: Failure | None = None
    for way in _WAYS:
        able = Abilities(**way)
        messages = _ASKED if able.system else _MERGED
        prompt = Prompt("probe", messages, "labels" if able.labels else "text", labels=("4",), max_tokens=16)
        asked = completion.body(prompt, model, able, thinking_tokens=0)
        if able.labels:
            asked[next(each for each in asked if each.startswith("max_"))] = 16
        try:
            data = await _patiently(send, "chat/completions", asked)
        except Failure as problem:
            refused = refused or problem
            if problem.message.startswith(("401", "403", "404", "405", "501")) or problem.kind != "final":
                return problem
            continue
        return _heard(data, prompt, able)
    return refused or Failure("final", "no way of asking was understood")


def _heard(data: Mapping[str, Any], prompt: Prompt, able: Abilities) -> Abilities:
    """What the first reply shows: probabilities or none, thinking or none, the model's own name."""
    said = completion.reply(data, msgspec.structs.replace(prompt, want="text"), 0.0)
    # a model that thinks spends the few tokens it was given on that
    thinks = bool(said.thinking or said.tokens_thinking) or (not said.text and said.finish == "length")
    labels = able.labels and not thinks
    if labels:
        try:
            completion.reply(data, prompt, 0.0)
        except (Failure, KeyError, TypeError):
            labels = False
    dialect = able.dialect if labels else tuple(each for each in able.dialect if not each.startswith("top="))
    resolved = data.get("model")
    return msgspec.structs.replace(
        able,
        labels=labels,
        first_token=labels,
        thinks=thinks,
        dialect=dialect,
        resolved=resolved if isinstance(resolved, str) else "",
    )


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
    ways: list[tuple[Path, tuple[str, ...]]] = [("completions", ("echo",)), ("completions", ("echo and one",))]
    if "completions" not in able.dialect and not able.thinks:
        ways.insert(0, ("chat/completions", ("prompt_logprobs",)))
    for path, more in ways:
        trial = msgspec.structs.replace(able, dialect=(*able.dialect, *more))
        try:
            data = await _patiently(send, path, completion.echo_body(question, said, model, trial))
            likely = completion.echoed(data, question, said)
        except (Failure, KeyError, TypeError, AttributeError, ValueError):
            continue
        if likely.tokens > 1 and likely.total < 0:
            note = (
                "" if path == "chat/completions" else "likelihoods are of plain text, without the model's chat template"
            )
            return msgspec.structs.replace(trial, likelihood=True, note=note)
    return able


async def _structured(send: Send, model: str, able: Abilities) -> bool:
    words = (
        *_MERGED[:-1],
        Message("user", 'Which digit comes after 3? Reply as JSON: {"answer": "3"} or {"answer": "4"}.'),
    )
    prompt = Prompt("probe", words, "text", schema=_SCHEMA, max_tokens=32)
    try:
        data = await _patiently(send, "chat/completions", completion.body(prompt, model, able, thinking_tokens=512))
        said = json.loads(completion.reply(data, prompt, 0.0).text or "")
    except (Failure, ValueError):
        return False
    return isinstance(said, dict) and said.get("answer") in ("3", "4")


def _notes(able: Abilities) -> Sequence[str]:
    if able.labels:
        top = next((each.partition("=")[2] for each in able.dialect if each.startswith("top=")), completion.TOP)
        yield_ = [f"label probabilities are those of the first token; a label beyond the {top} likeliest counts 0"]
    else:
        yield_ = []
    return yield_ + (["thinks before it answers; those tokens are counted apart"] if able.thinks else [])


async def _patiently(send: Send, path: Path, asked: dict[str, Any]) -> Mapping[str, Any]:
    """Ask again what failed in passing; raise what is refused."""
    for number in range(TRIES):
        try:
            return await send(path, asked)
        except Failure as problem:
            if problem.kind == "final" or number == TRIES - 1:
                raise
            wait = problem.wait if problem.wait is not None else 0.25 * 2**number
            if wait > LONGEST_WAIT:
                raise
            await asyncio.sleep(wait)
    raise AssertionError("every way out of the loop is above")
