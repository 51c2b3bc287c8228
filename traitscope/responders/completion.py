"""The format that OpenAI's interface has made common: what is sent, and what a reply in it says. No network here."""

from __future__ import annotations

import email.utils
import math
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from inventories.responder import Abilities, Likelihood, Message, Prompt, Reply
from traitscope.responders.keys import redacted
from traitscope.responders.window import Failure

TOP = 20  # most alternatives that OpenAI gives for a token
THINKING = 4096  # tokens that a model which thinks may think for, unless `thinking_tokens` says otherwise
_SPACES = " \t\n▁Ġ"  # some servers do not decode the sign for a space
_BUSY_FOR_EVER = {"insufficient_quota", "billing_hard_limit_reached"}


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


def reply(data: Mapping[str, Any], prompt: Prompt, seconds: float) -> Reply:
    """What came back. Raises Failure where it is no reply, or lacks the probabilities that were asked for."""
    choice = _choice(data)
    message = choice.get("message") or {}
    text = choice.get("text") if "message" not in choice else message.get("content")
    if isinstance(text, list):  # parts of a message
        text = "".join(str(part.get("text") or "") for part in text if isinstance(part, Mapping))
    if text is not None and not isinstance(text, str):
        raise Failure("passing", f"a reply's content is a text, not {type(text).__name__}")
    text, thought = without_thoughts(text or message.get("refusal") or "")
    thinking = message.get("reasoning_content") or message.get("reasoning") or thought
    usage = data.get("usage") or {}
    details = usage.get("completion_tokens_details") or {}
    labels = label_logprobs(prompt.labels, first_token(choice)) if prompt.want == "labels" else None
    return Reply(
        prompt.id,
        text=text,
        label_logprobs=labels,
        thinking=thinking if isinstance(thinking, str) else None,
        finish=choice.get("finish_reason"),
        seconds=seconds,
        tokens_in=usage.get("prompt_tokens"),
        tokens_out=usage.get("completion_tokens"),
        tokens_thinking=details.get("reasoning_tokens"),
    )


def _choice(data: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        raise Failure("passing", f"no reply in what came back: {redacted(str(data))[:200]}")
    return cast(Mapping[str, Any], choices[0])


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
    return found


def _add(found: dict[str, float], token: str, logprob: float) -> None:
    """With and without a space before it, a token says the same."""
    told = token.strip(_SPACES)
    before = found.get(told, -math.inf)
    high, low = max(before, logprob), min(before, logprob)
    found[told] = high + math.log1p(math.exp(low - high)) if low > -math.inf else high


def label_logprobs(labels: Sequence[str], tokens: Mapping[str, float]) -> tuple[float, ...]:
    """Log-probability that the first token is each label: not told for what is beyond the likeliest, which counts 0."""
    return tuple(tokens.get(label, -math.inf) for label in labels)


def without_thoughts(text: str) -> tuple[str, str | None]:
    """What is said, and what was thought before it between <think> marks; all of it where the thinking never ends."""
    thought, mark, said = text.partition("</think>")
    if mark:
        return said.lstrip(), thought.replace("<think>", "").strip()
    if text.lstrip().startswith("<think>"):
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
        "max_tokens": 1 if "echo and one" in able.dialect else 0,
        "temperature": 0,
    }


def echoed(data: Mapping[str, Any], prompt: Prompt, continuation: str) -> Likelihood:
    """The likelihood of `continuation`, from what a server says of a text that it has read."""
    if data.get("prompt_logprobs"):
        return _from_the_end(data["prompt_logprobs"], continuation)
    told = _choice(data).get("logprobs") or {}
    tokens, logs = told.get("tokens") or [], told.get("token_logprobs") or []
    if not tokens or len(tokens) != len(logs):
        raise Failure(
            "passing", "the reply does not tell how likely the text was, which this server did when it was tried"
        )
    begin = len(transcript(prompt.messages))
    end = begin + 1 + len(continuation)
    offsets = told.get("text_offset") or [sum(map(len, tokens[:place])) for place in range(len(tokens))]
    first = offsets[0]  # some servers count from the first token that they were given
    inside = [place for place, offset in enumerate(offsets) if begin <= offset - first < end]
    if not inside or offsets[inside[0]] - first > begin + 1:
        raise Failure("final", "the server's tokens do not part where the statement begins")
    found = [logs[place] for place in inside]
    if any(each is None for each in found):
        raise Failure("final", "the server tells no log-probability of some tokens of the statement")
    return Likelihood(math.fsum(found), len(found))


def _from_the_end(read: Sequence[Any], continuation: str) -> Likelihood:
    """vLLM's list, a token an entry: those at the end that make up the continuation."""
    logs: list[float] = []
    said = ""
    for entry in reversed(read):
        if not isinstance(entry, Mapping) or len(entry) != 1:
            break
        (told,) = entry.values()
        said = (told.get("decoded_token") or "") + said
        logs.append(told["logprob"])
        if said.strip(_SPACES) == continuation.strip():
            return Likelihood(math.fsum(logs), len(logs))
        if len(said) > len(continuation) + 8:
            break
    raise Failure("final", "the server's tokens do not part where the statement begins")


def failure(status: int, data: object, text: str, headers: Mapping[str, str]) -> Failure:
    """What an error answer means: come back later, ask again, or leave it."""
    error = data.get("error") if isinstance(data, Mapping) else None
    told = error.get("message") if isinstance(error, Mapping) else error
    code = error.get("code") or error.get("type") if isinstance(error, Mapping) else None
    if not told and isinstance(data, Mapping):
        told = data.get("detail") or data.get("message")
    message = redacted(f"{status}: {str(told or text).strip() or 'no message'}")[:500]
    wait = retry_after(headers)
    if code in _BUSY_FOR_EVER:
        return Failure("final", message)
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
        return max(0.0, email.utils.parsedate_to_datetime(told["retry-after"]).timestamp() - time.time())
    except (KeyError, ValueError):
        return None
