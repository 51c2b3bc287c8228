"""What a study costs: prices, and a forecast with its assumptions before anything is asked."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from statistics import fmean, stdev
from typing import Any, NamedTuple

import msgspec

from inventories.administer import Interview, next_prompt
from inventories.forms import Form
from inventories.responder import Abilities, Prompt, Reply
from inventories.wording import opening
from traitscope.interviews import Seat
from traitscope.study_file import Model, Price

BYTES_PER_TOKEN = (5.0, 2.5)  # of a prompt, in UTF-8: fewest and most tokens
BYTES_ELSEWHERE = 1.2  # outside ASCII, for the most tokens: some tokenizers know few letters but those of English
TOKENS_PER_MESSAGE = (3, 8)  # what a chat template adds
THINKING = (50, 4096)  # tokens that a model which thinks may think before an answer
SAMPLED = 30  # sittings of one part of the plan whose prompts are looked at, at least; up to twice as many
FEWEST_MEASURED = 2  # sittings that were asked, for a forecast from what they took
ASK_ABOVE = 1.0  # US dollars
FREE = ("local", "simulated", "imported")  # kinds of models that cost nothing
ASSUMPTIONS = (
    f"tokens in: 1 for every {BYTES_PER_TOKEN[0]:g} to {BYTES_PER_TOKEN[1]:g} bytes of the prompt ({BYTES_ELSEWHERE:g} outside ASCII), "
    f"and {TOKENS_PER_MESSAGE[0]} to {TOKENS_PER_MESSAGE[1]} for each message",
    "tokens out: from one token to max_tokens for a reply in text, one for a label or a likelihood",
    f"thinking, of models that do: {THINKING[0]} tokens to `thinking_tokens` (usually {THINKING[1]:,}) a reply, paid as tokens out",
    "answers that a conversation repeats count as labels; calls that fail and are asked again are not counted; cached input is "
    "counted at its full price",
)


class Range(msgspec.Struct, frozen=True):
    """A number that is known within bounds."""

    low: float = 0.0
    high: float = 0.0

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def times(self, factor: float) -> Range:
        return Range(self.low * factor, self.high * factor)


class Measured(msgspec.Struct, frozen=True):
    """What one sitting took."""

    calls: int
    tokens_in: float
    tokens_out: float
    tokens_thinking: float


class Assumed(NamedTuple):
    """What the prompts of one sitting may take; thinking is part of the tokens out."""

    calls: int
    told: Range
    out: Range
    thinking: Range


Shapes = dict[tuple[Any, ...], Assumed]  # of one model, inventory and form: by what stands where, for the bare model


class Forecast(msgspec.Struct):
    """What the calls to one model in one elicitation come to."""

    model: str
    elicitation: str
    calls: int = 0
    tokens_in: Range = Range()
    tokens_out: Range = Range()
    thinking: Range = Range()  # part of tokens_out
    usd: Range | None = None  # None: no price is known
    basis: str = "assumed"  # or "measured on N calls"


def price_of(model: Model) -> Price | None:
    """US dollars per million tokens: the study's own word, or litellm's list; None where neither knows.

    What runs on this machine costs nothing.
    """
    if model.price is not None:
        return model.price
    kind = model.name.partition(":")[0]
    if kind in FREE:
        return Price(0.0, 0.0)
    if kind == "server":
        return None
    from traitscope.responders.api import litellm

    library = litellm()
    try:
        found = library.get_model_info(model.name)
    except Exception:  # the library has an exception of its own for every provider
        return None
    # where its list has no price for a token, the library itself says 0
    listed = library.model_cost.get(found.get("key"), found)
    costs = listed.get("input_cost_per_token"), listed.get("output_cost_per_token")
    return None if None in costs else Price(costs[0] * 1e6, costs[1] * 1e6)


def is_paid(model: Model) -> bool:
    """Whether the model may cost money: what runs on this machine does not, unless the study says a price."""
    return model.price is not None or model.name.partition(":")[0] not in FREE


def charge(price: Price | None, tokens_in: float, tokens_out: float) -> float | None:
    """US dollars."""
    return None if price is None else (tokens_in * price.input + tokens_out * price.output) / 1e6


def with_cost(reply: Reply, price: Price | None, own: bool = False) -> Reply:
    """The reply with what it cost, by the tokens that the provider counted.

    What the provider (or litellm) says of a call stands, since it knows of discounts, unless the price is the study's `own`.
    """
    if (reply.cost is not None and not own) or price is None or reply.tokens_in is None:
        return reply
    return msgspec.structs.replace(reply, cost=charge(price, reply.tokens_in, reply.tokens_out or 0))


def forecast(
    planned: Iterable[Interview | Seat],
    models: Mapping[str, Model],
    abilities: Mapping[str, Abilities],
    measured: Mapping[str, Measured] | None = None,
    done: Collection[str] = (),
    begun: Collection[str] | None = None,
) -> list[Forecast]:
    """One row for each model and elicitation. The prompts of a sample of the sittings are looked at.

    `measured` has what sittings took that were asked already, by id. They are not counted; they tell how much of what
    is assumed the others will take. Prompts whose id is `done` are not counted, either; `begun` has the ids of the sittings
    that they are in, which are found by their prompts where it is not given.
    """
    parts: dict[tuple[str, ...], list[Interview | Seat]] = {}
    counts: dict[tuple[str, ...], int] = {}
    strides: dict[tuple[str, ...], int] = {}
    known = measured or {}
    made: dict[tuple[str, str], int] = {}
    for each in planned:
        sitting = each.sitting if isinstance(each, Interview) else each
        name = sitting.id if known or done else ""
        found = known.get(name)
        state = "measured" if found else "begun" if done and _is_begun(each, name, done, begun) else ""
        key = (sitting.model, sitting.elicitation, sitting.inventory, _name(sitting.form), state)
        if found:
            made[key[0], key[1]] = made.get((key[0], key[1]), 0) + found.calls
        count, stride = counts.get(key, 0), strides.get(key, 1)
        counts[key] = count + 1
        if count % stride:
            continue
        some = parts.setdefault(key, [])
        some.append(each)
        if len(some) > 2 * SAMPLED:  # spread over the whole part: the first ones have one persona
            del some[1::2]
            strides[key] = 2 * stride
    rows: dict[tuple[str, str], Forecast] = {}
    coming: dict[tuple[str, str], int] = {}
    shares: dict[tuple[str, str], list[tuple[float, ...]]] = {}
    for part, sampled in parts.items():
        held = [each if isinstance(each, Interview) else each.interview() for each in sampled]
        model, able, place = models[part[0]], abilities[part[0]], (part[0], part[1])
        shapes: Shapes = {}
        if part[-1] == "measured":
            shares.setdefault(place, []).extend(
                _shares(known[each.sitting.id], _assumed_of(each, model, able, shapes)) for each in held
            )
            continue
        row = rows.setdefault(place, Forecast(*place))
        factor = counts[part] / len(held)
        coming[place] = coming.get(place, 0) + counts[part]
        calls = 0
        for each in held:
            whole = part[-1] != "begun"
            one = _assumed_of(each, model, able, shapes) if whole else _assumed_rest(each, model, able, done)
            row.tokens_in += one.told.times(factor)
            row.tokens_out += one.out.times(factor)
            row.thinking += one.thinking.times(factor)
            calls += one.calls
        row.calls += round(calls * factor)
    for place, row in rows.items():
        if len(shares.get(place, ())) >= FEWEST_MEASURED:
            taken = list(zip(*shares[place], strict=True))
            row.tokens_in = _around(_middle(row.tokens_in), taken[0], coming[place])
            row.tokens_out = _around(row.tokens_out.high, taken[1], coming[place])
            row.thinking = _around(row.thinking.high, taken[2], coming[place])
            row.basis = f"measured on {made[place]} calls"
        price = price_of(models[row.model])
        if price is not None:
            low, high = (
                charge(price, row.tokens_in.low, row.tokens_out.low),
                charge(price, row.tokens_in.high, row.tokens_out.high),
            )
            row.usd = Range(low or 0.0, high or 0.0)
    return list(rows.values())


@cache
def _name(form: Form) -> str:
    return form.name()


def prompts_of(interview: Interview) -> Iterator[Prompt]:
    """Every prompt of an interview, as if each had been answered with a label."""
    for place, conversation in enumerate(interview.sitting.conversations):
        replies: dict[str, Reply] = {}
        for _ in conversation:
            found = next_prompt(interview, place, replies)
            if found is None:
                break
            prompt = found[1]
            yield prompt
            told = "A text." * 100 if found[0].kind == "task" else "\n".join(prompt.labels[:1] * len(found[0].trials))
            replies[prompt.id] = Reply(prompt.id, text=told)


def _calls(prompt: Prompt, model: Model) -> int:
    return len(prompt.continuations) if prompt.want == "likelihood" and model.name.startswith("server:") else 1


def assumed(prompt: Prompt, model: Model, able: Abilities) -> tuple[Range, Range, Range]:
    """Tokens in, tokens out, and those of the latter that are thinking: what one call may take."""
    calls = _calls(prompt, model)
    read = _tokens(each.content for each in prompt.messages)
    told = (read + _around_of(len(prompt.messages))).times(calls) + _tokens((*prompt.continuations, prompt.schema))
    if prompt.want != "text":
        return told, Range(0 if prompt.want == "likelihood" else calls, calls), Range()
    most = float(model.parameters.get("thinking_tokens", THINKING[1]))
    thinking = Range(min(THINKING[0], most), most) if able.thinks else Range()
    return told, Range(1, prompt.max_tokens) + thinking, thinking


def _around_of(messages: int) -> Range:
    return Range(*(each * messages for each in TOKENS_PER_MESSAGE))


def _tokens(texts: Iterable[str]) -> Range:
    few = many = 0.0
    for each in texts:
        size, letters = len(each.encode()), len(each)
        elsewhere = 0 if size == letters else size - sum(map(str.isascii, each))
        few += size / BYTES_PER_TOKEN[0]
        many += (size - elsewhere) / BYTES_PER_TOKEN[1] + elsewhere / BYTES_ELSEWHERE
    return Range(few, many)


def _is_begun(planned: Interview | Seat, name: str, done: Collection[str], begun: Collection[str] | None) -> bool:
    """Whether a prompt of the sitting `name` is done: each has the id of its step's first trial."""
    if begun is not None:
        return name in begun
    sitting = (planned if isinstance(planned, Interview) else planned.interview()).sitting
    return any(step.trials[0].id in done for conversation in sitting.conversations for step in conversation)


def _assumed_of(interview: Interview, model: Model, able: Abilities, shapes: Shapes) -> Assumed:
    """What a sitting may take; `shapes` holds what is known of sittings with the same questions, but for the persona."""
    sitting = interview.sitting
    shape = sitting.reply, tuple(
        (step.kind, step.text, tuple((each.item, each.line, each.shown) for each in step.trials))
        for conversation in sitting.conversations for step in conversation
    )  # fmt: skip
    if shape not in shapes:
        persona = msgspec.structs.replace(interview.persona, text="")
        shapes[shape] = _assumed_rest(msgspec.structs.replace(interview, persona=persona), model, able)
    bare = shapes[shape]
    messages, lead = opening(sitting.form, interview.persona.text, interview.has_system)
    told = _tokens((*(each.content for each in messages), lead)) + _around_of(len(messages))
    return bare._replace(told=bare.told + told.times(bare.calls))


def _assumed_rest(interview: Interview, model: Model, able: Abilities, done: Collection[str] = ()) -> Assumed:
    """What those prompts of a sitting may take that are not `done`."""
    whole = Assumed(0, Range(), Range(), Range())
    for prompt in prompts_of(interview):
        if prompt.id not in done:
            told, out, thinking = assumed(prompt, model, able)
            whole = Assumed(
                whole.calls + _calls(prompt, model), whole.told + told, whole.out + out, whole.thinking + thinking
            )
    return whole


def _middle(range_: Range) -> float:
    return (range_.low + range_.high) / 2


def _shares(found: Measured, assumed: Assumed) -> tuple[float, ...]:
    """What a sitting took, in parts of what was assumed: of the middle of the tokens in, of the most tokens out."""
    pairs = (
        (found.tokens_in, _middle(assumed.told)),
        (found.tokens_out, assumed.out.high),
        (found.tokens_thinking, assumed.thinking.high),
    )
    return tuple(took / of if of else 0.0 for took, of in pairs)


def _around(assumed: float, shares: Sequence[float], coming: int) -> Range:
    """Mean share plus and minus three standard errors, of the mean and of the sittings to come; at least five percent."""
    mean = fmean(shares)
    spread = max(3 * stdev(shares) * math.sqrt(1 / len(shares) + 1 / coming), 0.05 * mean)
    return Range(assumed * max(0.0, mean - spread), assumed * (mean + spread))


def total(rows: Iterable[Forecast]) -> Range:
    """The whole price, of the rows that have one."""
    return sum((row.usd for row in rows if row.usd is not None), Range())


def rows_told(rows: Iterable[Forecast]) -> list[dict[str, Any]]:
    """The forecast as plain numbers."""
    found: list[dict[str, Any]] = msgspec.to_builtins(list(rows))
    return found
