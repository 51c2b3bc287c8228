"""The format that OpenAI's interface has made common: what is sent, and what a reply in it says. No network here."""

from __future__ import annotations

import email.utils
import math
import re
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from inventories.responder import Abilities, Likelihood, Message, Prompt, Reply, ResponderError, writable
from traitscope.responders.keys import redacted, without_keys
from traitscope.responders.pace import Failure

MOST_TOKENS = 10**9  # of one call: a count beyond it is none
ROUNDING = 0.05  # nats that a log-probability in half precision may lie above 0
MOST_TOGETHER = 1.1  # of probabilities, rounded like that
LONGEST_WORD = 100  # characters of what a provider calls the end of a reply, or a model
TOP = 20  # most alternatives that OpenAI gives for a token
THINKING = 4096  # tokens that a model which thinks may think for, unless `thinking_tokens` says otherwise
UNMARKED = "thinks unmarked"  # in a dialect: the mark where thinking begins is not in the reply
_SPACES = " \t\n▁Ġ"  # some servers do not decode the sign for a space
_BROKEN = "\ufffd"  # how servers write a token that is no whole letter
_MALFORMED = (KeyError, TypeError, AttributeError, ValueError, IndexError)
_BUSY_FOR_EVER = {"insufficient_quota", "billing_hard_limit_reached"}


def thinking_tokens(name: str, parameters: dict[str, Any]) -> int:
    """Take `thinking_tokens` out of a model's parameters, for it is ours and not the provider's."""
    found = parameters.pop("thinking_tokens", THINKING)
    if type(found) is not int or found < 0:
        raise ResponderError(f"models: {name}: thinking_tokens must be a whole number from 0, not {found!r}")
    return found


def transcript(messages: Sequence[Message]) -> str:
    """What a model without a chat template reads: the turns one after another, and "Answer:" at the end."""
    said = [("Answer: " if each.role == "assistant" else "") + each.content for each in messages]
    return "\n\n".join([*(each for each in said if each), "Answer:"])


def body(prompt: Prompt, model: str, able: Abilities, thinking_tokens: int = THINKING) -> dict[str, Any]:
    """The request for a text or for the probabilities of labels."""
    dialect = set(able.dialect)
    chat = "completions" not in dialect
    asked: dict[str, Any] = {"model": model, "temperature": prompt.temperature}
    most = 1 if prompt.want == "labels" else prompt.max_tokens + (thinking_tokens if able.thinks else 0)
    asked["max_completion_tokens" if "max_completion_tokens" in dialect else "max_tokens"] = most
    if "no temperature" in dialect:
        del asked["temperature"]
    if able.seed:
        asked["seed"] = prompt.seed
    if chat:
        asked["messages"] = [{"role": each.role, "content": each.content} for each in prompt.messages]
    else:
        asked["prompt"] = transcript(prompt.messages)
    if prompt.want == "labels":
        top = next((int(each.partition("=")[2]) for each in able.dialect if each.startswith("top=")), TOP)
        asked |= {"logprobs": True, "top_logprobs": top} if chat else {"logprobs": top}
    if prompt.schema:
        schema = msgspec.json.decode(prompt.schema)
        asked["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "reply", "strict": True, "schema": schema},
        }
    return asked


def reply(data: Mapping[str, Any], prompt: Prompt, seconds: float, able: Abilities | None = None) -> Reply:
    """What came back. Raises Failure where it is no reply, or lacks the probabilities that were asked for."""
    try:
        return _reply(data, prompt, seconds, UNMARKED in (able.dialect if able else ()))
    except _MALFORMED as problem:
        raise _malformed(data, problem) from None


def _reply(data: Mapping[str, Any], prompt: Prompt, seconds: float, unmarked: bool) -> Reply:
    first = choice(data)
    message = first.get("message") or {}
    text = first.get("text") if "message" not in first else message.get("content")
    if isinstance(text, list):  # parts of a message
        text = "".join(str(part.get("text") or "") for part in text if isinstance(part, Mapping))
    if text is not None and not isinstance(text, str):
        raise Failure("passing", f"a reply's content is a text, not {type(text).__name__}")
    finish = first.get("finish_reason")
    finish = without_keys(writable(finish[:LONGEST_WORD])) if isinstance(finish, str) else None
    text, thought = without_thoughts(text or message.get("refusal") or "", unmarked and finish == "length")
    thinking = message.get("reasoning_content") or message.get("reasoning") or thought
    thinking = thinking if isinstance(thinking, str) else None
    read, made, spent = counts(data)
    if thinking and not spent and made is not None:  # many servers do not count it apart: by its share of the letters
        spent = round(made * len(thinking) / (len(thinking) + len(text)))
    labels = label_logprobs(prompt.labels, first_token(first)) if prompt.want == "labels" else None
    return Reply(
        prompt.id,
        text=without_keys(text),
        label_logprobs=labels,
        thinking=without_keys(thinking) if thinking else thinking,
        finish=finish,
        seconds=seconds,
        tokens_in=read,
        tokens_out=made,
        tokens_thinking=spent,
    )


def counts(data: Mapping[str, Any]) -> tuple[int | None, int | None, int | None]:
    """Tokens read, made, and of these spent on thinking; None where no such number is told."""
    usage = data.get("usage") or {}
    if not isinstance(usage, Mapping):
        return None, None, None
    details = usage.get("completion_tokens_details")
    spent = details.get("reasoning_tokens") if isinstance(details, Mapping) else None
    return _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")), _count(spent)


def _count(told: object) -> int | None:
    """A count of tokens that a provider tells; what is none, such as -1 or 10**30, would spoil pace, cost and table."""
    return told if type(told) is int and 0 <= told <= MOST_TOKENS else None


def choice(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one reply of an answer; Failure where there is none."""
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        raise Failure("passing", f"no reply in what came back: {redacted(str(data))[:200]}")
    if choices[0].get("error") or choices[0].get("finish_reason") == "error":  # a proxy that lost its provider midway
        told = choices[0].get("error") or "the provider stopped with an error"
        raise Failure("passing", redacted(str(told))[:500])
    return cast(Mapping[str, Any], choices[0])


def _malformed(data: object, problem: Exception) -> Failure:
    return Failure("passing", f"not in OpenAI's format ({type(problem).__name__}): {redacted(str(data))[:200]}")


def first_token(choice: Mapping[str, Any]) -> dict[str, float]:
    """The likeliest first tokens with their log-probabilities, from a chat reply or a completion."""
    told = choice.get("logprobs") or {}
    content = told.get("content")
    found: dict[str, float] = {}
    if isinstance(content, list) and content:
        for each in content[0].get("top_logprobs") or ():
            _add(found, each["token"], each["logprob"])
    elif told.get("top_logprobs"):
        for token, logprob in (told["top_logprobs"][0] or {}).items():
            _add(found, token, logprob)
    if not found:
        raise Failure("passing", "the reply has no log-probabilities, which this model gave when it was tried")
    if (together := math.fsum(map(math.exp, found.values()))) > MOST_TOGETHER:
        raise Failure("passing", f"the probabilities of the first token are {together:.3g} together; allowed: up to 1")
    return found


def _add(found: dict[str, float], token: str, logprob: float) -> None:
    """With and without a space before it, a token says the same."""
    if type(logprob) not in (int, float) or not logprob <= ROUNDING:
        raise Failure("passing", f"{logprob!r:.40} is no log-probability; allowed: numbers up to 0")
    logprob = min(0.0, float(max(logprob, -sys.float_info.max))) if logprob > -math.inf else logprob
    told = token.strip(_SPACES)
    before = found.get(told, -math.inf)
    high, low = max(before, logprob), min(before, logprob)
    found[told] = high + math.log1p(math.exp(low - high)) if low > -math.inf else high


def label_logprobs(labels: Sequence[str], tokens: Mapping[str, float]) -> tuple[float, ...]:
    """Log-probability that the first token is each label: not told for what is beyond the likeliest, which counts 0."""
    return tuple(tokens.get(label, -math.inf) for label in labels)


def without_thoughts(text: str, unfinished: bool = False) -> tuple[str, str | None]:
    """What is said, and what was thought before it between <think> marks; all of it where the thinking never ends.

    `unfinished`: a text without a mark is thinking that was cut off, for its beginning is marked in the prompt.
    """
    thought, mark, said = text.partition("</think>")
    if mark:
        return said.lstrip(), thought.replace("<think>", "").strip()
    if unfinished or text.lstrip().startswith("<think>"):
        return "", text.replace("<think>", "").strip()
    return text, None


def echo_body(prompt: Prompt, continuation: str, model: str, able: Abilities) -> dict[str, Any]:
    """The request that makes a server read a text and tell how likely each of its tokens was."""
    if "prompt_logprobs" in able.dialect:
        turns = [*prompt.messages, Message("assistant", continuation)]
        return {
            "model": model,
            "messages": [{"role": each.role, "content": each.content} for each in turns],
            "add_generation_prompt": False,
            "continue_final_message": True,
            "prompt_logprobs": 0,
            "max_tokens": 1,
            "temperature": 0,
        }
    return {
        "model": model,
        "prompt": f"{transcript(prompt.messages)} {continuation}",
        "echo": True,
        "logprobs": 1,
        "max_tokens": 1,  # some servers refuse 0, and llama.cpp takes it for "no end"
        "temperature": 0,
    }


def echoed(data: Mapping[str, Any], prompt: Prompt, continuation: str) -> Likelihood:
    """The likelihood of `continuation`, from what a server says of a text that it has read."""
    try:
        if read := data.get("prompt_logprobs"):
            tokens, logs, offsets = _vllm(read)
        else:
            told = choice(data).get("logprobs") or {}
            tokens, logs = told.get("tokens") or [], told.get("token_logprobs") or []
            offsets = told.get("text_offset") or []
        if not tokens or len(tokens) != len(logs):
            raise Failure(
                "passing", "the reply does not tell how likely the text was, which this server did when it was tried"
            )
        inside = _inside(tokens, offsets, len(transcript(prompt.messages)), continuation)
        found = [each for place in inside if (each := logs[place]) is not None]
        if len(found) < len(inside):
            raise Failure("final", "the server tells no log-probability of some tokens of the statement")
        return Likelihood(math.fsum(found), len(found))
    except _MALFORMED as problem:
        raise _malformed(data, problem) from None


def _vllm(read: Sequence[Any]) -> tuple[list[str], list[float | None], list[int]]:
    """Tokens and log-probabilities of vLLM's list: an entry a token, whose id comes first where there are alternatives."""
    tokens, logs = [], list[float | None]()
    for entry in read:
        told = next(iter(entry.values())) if entry else {}
        tokens.append(str(told.get("decoded_token") or ""))
        logs.append(told.get("logprob"))
    return tokens, logs, []


def _inside(tokens: Sequence[str], offsets: Sequence[int], begin: int, continuation: str) -> Sequence[int]:
    """Places of the tokens that make up `continuation`: after `begin` letters and a space, or else at the end."""
    end = begin + 1 + len(continuation)
    # some servers count from the first token that they were given, and some put a token of their own before the text
    for first in offsets[:2]:
        inside = [place for place, offset in enumerate(offsets) if begin <= offset - first < end]
        if inside and offsets[inside[0]] - first <= begin + 1:
            said = "".join(tokens[place] for place in inside)
            if "bytes:" in said or _same(said, continuation):  # OpenAI's way to write a token that is no whole letter
                return inside
    for last in (len(tokens), len(tokens) - 1):  # with and without a token that was made up after the text
        said = ""
        for place in range(last - 1, -1, -1):
            said = tokens[place] + said
            if len(said) > 4 * len(continuation) + 8:
                break
            if _same(said, continuation) and not (said.startswith(_BROKEN) and tokens[place - 1].endswith(_BROKEN)):
                return range(place, last)
    raise Failure("final", "the server's tokens do not part where the statement begins")


def _same(said: str, continuation: str) -> bool:
    """Whether tokens make up a text; those that are no whole letter are taken for any that is not in ASCII."""
    said = said.replace("▁", " ").replace("Ġ", " ").strip()
    if _BROKEN not in said:
        return said == continuation.strip()
    parts = re.split(f"({_BROKEN}+)", said)
    pattern = "".join(f"[^\\x00-\\x7f]{{1,{len(each)}}}" if _BROKEN in each else re.escape(each) for each in parts)
    return re.fullmatch(pattern, continuation.strip()) is not None


def failure(status: int, data: object, text: str, headers: Mapping[str, str]) -> Failure:
    """What an error answer means: come back later, ask again, or leave it."""
    error = data.get("error") if isinstance(data, Mapping) else None
    told = error.get("message") if isinstance(error, Mapping) else error
    code = error.get("code") or error.get("type") if isinstance(error, Mapping) else None
    if not told and isinstance(data, Mapping):
        told = data.get("detail") or data.get("message")
    message = redacted(f"{status}: {str(told or text).strip() or 'no message'}")[:500]
    wait = retry_after(headers)
    if str(code) in _BUSY_FOR_EVER:
        return Failure("ended", message)
    if status == 429 or (status in (503, 529) and wait is not None):
        return Failure("busy", message, wait)
    if status in (408, 409, 425) or status >= 500:
        return Failure("passing", message)
    return Failure("final", message)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a provider asks to wait: retry-after-ms, or Retry-After in seconds or as a date."""
    told = {name.lower(): str(value).strip() for name, value in headers.items()}
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(told[name]) * unit
        except (KeyError, ValueError):
            continue
        return max(0.0, seconds) if math.isfinite(seconds) else None
    try:
        until = email.utils.parsedate_to_datetime(told["retry-after"]).timestamp()
    except (KeyError, ValueError):
        return None
    try:  # by the provider's own clock where it tells that: ours may be wrong
        now = email.utils.parsedate_to_datetime(told["date"]).timestamp()
    except (KeyError, ValueError):
        now = time.time()
    return max(0.0, until - now)
