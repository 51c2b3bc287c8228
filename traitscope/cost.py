"""What a study costs: a forecast with its assumptions before anything is asked, and a budget while it is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from inventories.administer import Interview, next_prompt
from inventories.responder import Abilities, Prompt, Reply, Responder, ResponderError
from traitscope.study import Model, Price

BYTES_PER_TOKEN = (5.0, 3.0)  # of a prompt, in UTF-8: fewest and most tokens
TOKENS_PER_MESSAGE = (3, 8)  # what a chat template adds
THINKING = (50, 4096)  # tokens that a model which thinks may think before an answer
SAMPLED = 30  # sittings of one part of the plan whose prompts are looked at; the others are alike
ASK_ABOVE = 1.0  # US dollars
ASSUMPTIONS = (
    f"tokens in: 1 for every {BYTES_PER_TOKEN[0]:g} to {BYTES_PER_TOKEN[1]:g} bytes of the prompt, and {TOKENS_PER_MESSAGE[0]} to "
    f"{TOKENS_PER_MESSAGE[1]} for each message",
    "tokens out: from one token to max_tokens for a reply in text, one for a label or a likelihood",
    f"thinking, of models that do: {THINKING[0]} tokens to `thinking_tokens` (usually {THINKING[1]:,}) a reply, paid as tokens out",
    "calls that fail and are asked again are not counted; cached input is counted at its full price",
)


class Range(msgspec.Struct, frozen=True):
    """A number that is known within bounds."""

    low: float = 0.0
    high: float = 0.0

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def times(self, factor: float) -> Range:
        return Range(self.low * factor, self.high * factor)


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
    if kind in ("local", "simulated"):
        return Price(0.0, 0.0)
    if kind == "server":
        return None
    from traitscope.responders.api import litellm

    try:
        found = litellm().get_model_info(model.name)
    except Exception:  # the library has an exception of its own for every provider
        return None
    costs = found.get("input_cost_per_token"), found.get("output_cost_per_token")
    return None if None in costs else Price(costs[0] * 1e6, costs[1] * 1e6)


def charge(price: Price | None, tokens_in: float, tokens_out: float) -> float | None:
    """US dollars."""
    return None if price is None else (tokens_in * price.input + tokens_out * price.output) / 1e6


def with_cost(reply: Reply, price: Price | None) -> Reply:
    """The reply with what it cost, where the provider did not say but counted its tokens."""
    if reply.cost is not None or price is None or reply.tokens_in is None:
        return reply
    return msgspec.structs.replace(reply, cost=charge(price, reply.tokens_in, reply.tokens_out or 0))


def forecast(
    interviews: Iterable[Interview],
    models: Mapping[str, Model],
    abilities: Mapping[str, Abilities],
    measured: Mapping[tuple[str, str], Mapping[str, float]] | None = None,
) -> list[Forecast]:
    """One row for each model and elicitation. The prompts of a sample of the sittings are looked at.

    `measured` has the mean tokens of calls that were made: (model, elicitation) -> calls, tokens_in, tokens_out,
    tokens_thinking and their standard deviations (`sd_in`, `sd_out`); it takes the place of the assumptions.
    """
    parts: dict[tuple[str, ...], list[Interview]] = {}
    counts: dict[tuple[str, ...], int] = {}
    for each in interviews:
        key = (each.sitting.model, each.sitting.elicitation, each.sitting.inventory, each.sitting.form.name())
        counts[key] = counts.get(key, 0) + 1
        some = parts.setdefault(key, [])
        if len(some) < SAMPLED:
            some.append(each)
    rows: dict[tuple[str, str], Forecast] = {}
    for part, some in parts.items():
        model, elicitation = models[part[0]], part[1]
        row = rows.setdefault((model.name, elicitation), Forecast(model.name, elicitation))
        prompts = [prompt for each in some for prompt in prompts_of(each)]
        factor = counts[part] / len(some)
        calls = sum(_calls(prompt, model) for prompt in prompts) * factor
        row.calls += round(calls)
        known = (measured or {}).get((model.name, elicitation))
        if known:
            told, out, thinking = _measured(known, calls)
            row.basis = f"measured on {known['calls']:.0f} calls"
        else:
            able = abilities[model.name]
            told, out, thinking = (sum(sides, Range()).times(factor) for sides in
                                   zip(*(_assumed(each, model, able) for each in prompts), strict=True))  # fmt: skip
        row.tokens_in, row.tokens_out, row.thinking = (
            row.tokens_in + told,
            row.tokens_out + out,
            row.thinking + thinking,
        )
    for (name, _), row in rows.items():
        price = price_of(models[name])
        if price is not None:
            low, high = (
                charge(price, row.tokens_in.low, row.tokens_out.low),
                charge(price, row.tokens_in.high, row.tokens_out.high),
            )
            row.usd = Range(low or 0.0, high or 0.0)
    return list(rows.values())


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


def _assumed(prompt: Prompt, model: Model, able: Abilities) -> tuple[Range, Range, Range]:
    size = sum(len(each.content.encode()) for each in prompt.messages)
    count = len(prompt.messages)
    calls = _calls(prompt, model)
    said = sum(len(each.encode()) for each in prompt.continuations) + len(prompt.schema.encode())
    told = Range(*((size * calls + said) / per + each * count * calls
                   for per, each in zip(BYTES_PER_TOKEN, TOKENS_PER_MESSAGE, strict=True)))  # fmt: skip
    if prompt.want != "text":
        return told, Range(0 if prompt.want == "likelihood" else calls, calls), Range()
    most = float(model.parameters.get("thinking_tokens", THINKING[1]))
    thinking = Range(min(THINKING[0], most), most) if able.thinks else Range()
    return told, Range(1, prompt.max_tokens) + thinking, thinking


def _measured(known: Mapping[str, float], calls: float) -> tuple[Range, Range, Range]:
    """Mean plus and minus two standard errors, of the mean and of the calls to come."""
    spread = 2 * math.sqrt(1 / max(1.0, known["calls"]) + 1 / max(1.0, calls))

    def around(mean: float, sd: float) -> Range:
        return Range(max(0.0, mean - spread * sd) * calls, (mean + spread * sd) * calls)

    thinking = known["tokens_thinking"] * calls
    return (
        around(known["tokens_in"], known["sd_in"]),
        around(known["tokens_out"], known["sd_out"]),
        Range(thinking, thinking),
    )


def total(rows: Iterable[Forecast]) -> Range:
    """The whole price, of the rows that have one."""
    return sum((row.usd for row in rows if row.usd is not None), Range())


class Budget:
    """Money for a run: a call starts only if all that is under way can be paid, too."""

    def __init__(self, most: float, spent: float) -> None:
        self.most, self.paid = most, spent
        self.spent = spent >= most
        self._under_way: dict[str, float] = {}
        self._set_aside = 0.0

    def reserve(self, prompt_id: str, at_most: float) -> bool:
        """Set `at_most` aside, or say that there is not enough left."""
        if self.paid + self._set_aside + at_most > self.most:
            self.spent = True
            return False
        self._under_way[prompt_id] = at_most
        self._set_aside += at_most
        return True

    def settle(self, prompt_id: str, cost: float) -> None:
        """What was set aside for a call is free again, and what it cost is gone."""
        self._set_aside -= self._under_way.pop(prompt_id, 0.0)
        self.paid += cost

    def told(self) -> str:
        return f"${self.paid:.4g} of ${self.most:.4g} spent"


class _OfModel:
    """The budget as the calls to one model see it."""

    def __init__(self, budget: Budget, model: Model, price: Price, able: Abilities) -> None:
        self._budget, self._model, self._price, self._able = budget, model, price, able

    def reserve(self, prompt: Prompt) -> bool:
        told, out, _ = _assumed(prompt, self._model, self._able)
        return self._budget.reserve(prompt.id, charge(self._price, told.high, out.high) or 0.0)

    def settle(self, prompt: Prompt, reply: Reply | None) -> None:
        known = with_cost(reply, self._price).cost if reply is not None else 0.0
        self._budget.settle(prompt.id, known or 0.0)


def budget_for(responder: Responder, model: Model, budget: Budget | None) -> Price | None:
    """Give a responder that is paid the budget to keep to; return its price."""
    price = price_of(model)
    pace = getattr(responder, "pace", None)
    if budget is not None and pace is not None:
        if price is None:
            raise ResponderError(
                f"--max-cost: no price is known for {model.name}; say price = {{ input = ..., output = ... }} of the model in the "
                "study, in US dollars per million tokens"
            )
        pace.budget = _OfModel(budget, model, price, responder.can())
    return price


def rows_told(rows: Iterable[Forecast]) -> list[dict[str, Any]]:
    """The forecast as plain numbers."""
    found: list[dict[str, Any]] = msgspec.to_builtins(list(rows))
    return found
