"""Simulated persons with known traits and biases, and null responders without any. They cannot read: see `About`.

Everything is drawn by digest from the seed and from what is asked, so a reply is the same in any order of asking, in
any company, on any machine. A person answers by the graded response model: the option is the place where
discrimination * (trait - location) + noise falls among the thresholds. Its traits and its own view of an item stay the
same; the noise is fresh in every replicate and every form. It answers a follow-up as it did before, unless it is not `firm`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import Annotated, Any

import msgspec

from inventories.ids import digest
from inventories.reading import allowed, seen
from inventories.responder import Abilities, About, Likelihood, Prompt, Reply, ResponderError, Shown

REFUSAL = "I'm sorry, but I can't answer personal questions."
# sentences that can be read whatever the labels are: no "I" and no "a", which are labels in some forms
_PROSE = (
    "My answer is {}.",
    "The best option is {}.",
    "My answer is {}, because that is what fits.",
    "Having thought about it, my choice is {}.",
)
_SOFTNESS = 0.5  # how far label probabilities spread around the answer, in units of the latent scale
_CERTAIN = 0.97  # probability of the label that a null responder or an order bias takes

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Size = Annotated[float, msgspec.Meta(ge=0)]


class Null(msgspec.Struct, frozen=True):
    """What a null responder can be given."""

    seed: int = 0


class Perfect(Null, frozen=True):
    """What the perfect responder can be given: which assigned level is neither high nor low."""

    level_middle: float = 0.0  # 5 for personas of nine levels


class Person(Perfect, frozen=True):
    """What a person can be given; sizes are in standard deviations of the trait within a pole."""

    level_span: Annotated[float, msgspec.Meta(gt=0)] = 1.0  # from the middle to a pole; 4 for nine levels
    effect: float = 1.0  # of a pole on the trait: d is 2 between two poles, before noise
    trait_sd: Size = 1.0  # of persons with the same assigned level
    item_sd: Size = 0.5  # of a person's lasting view of a single item
    noise: Size = 1.0  # of one answer; 0 makes every repeat the same
    action: Annotated[float, msgspec.Meta(ge=-1, le=1)] = (
        1.0  # correlation of the trait it acts on with the one it tells of
    )
    acquiescence: float = 0.0  # towards high values, whatever the key
    acquiescence_sd: Size = 0.0  # of persons in it
    order_bias: Share = 0.0  # share of answers that are the first printed option
    refusal_rate: Share = 0.0
    prose: Share = 0.0  # share of replies in sentences
    task_shift: float = 0.0  # what a task in between adds to every trait, when items are asked again
    firm: Share = 1.0  # chance that the present answer withstands a follow-up; else another option, evenly


class SimulatedResponder:
    """Somebody simulated: "person", or a null responder such as "first_option"."""

    def __init__(self, kind: str, params: Mapping[str, Any] | None = None) -> None:
        if kind not in KINDS:
            raise ResponderError(f"no simulated responder {kind!r}; {allowed(KINDS, kind)}")
        self.kind = kind
        self.settings = _settings(kind, params or {})

    def can(self) -> Abilities:
        """Known without asking."""
        settings, refuses = self.settings, self.kind == "refuser"
        varies = self.kind == "uniform"
        if isinstance(settings, Person):
            varies = any(
                (settings.noise, settings.order_bias, settings.refusal_rate, settings.prose, settings.firm < 1)
            )
        given = [
            f"{name}={getattr(settings, name):g}"
            for name, default in zip(settings.__struct_fields__, settings.__struct_defaults__, strict=True)
            if getattr(settings, name) != default
        ]
        return Abilities(
            labels=not refuses,
            likelihood=not refuses,
            structured=True,
            seed=True,
            deterministic=not varies,
            simulated=True,
            resolved=f"simulated:{self.kind}" + (f"({', '.join(given)})" if given else ""),
            note="its label probabilities are drawn like its replies: a repeat differs" if varies else "",
        )

    def ask(self, prompts: Iterable[Prompt]) -> Iterator[Reply]:
        """Yield the replies in the order of the prompts."""
        for prompt in prompts:
            if self.kind == "refuser":
                yield Reply(prompt.id, text=REFUSAL)
            elif prompt.want == "likelihood":
                yield Reply(prompt.id, likelihoods=self._likelihoods(prompt))
            elif prompt.want == "labels":
                yield Reply(prompt.id, label_logprobs=self._label_logprobs(prompt))
            else:
                yield Reply(prompt.id, text=self._text(prompt))

    def true_trait(self, about: About, trait: str) -> float:
        """Where a simulated person stands, in standard deviations within a pole: what scores try to recover."""
        return _trait(self._person(), about, trait)

    def true_chances(self, about: About, shown: Shown) -> dict[int, float]:
        """How often each value is chosen over endless repeats, given that the person answers."""
        settings = self._person()
        mean, levels, thresholds = _leaning(settings, about, shown)
        if settings.noise:
            above = [1.0, *(_logistic((mean - each) / settings.noise) for each in thresholds), 0.0]
        else:
            above = [1.0, *(float(mean > each) for each in thresholds), 0.0]
        chances = {level: (1 - settings.order_bias) * (above[i] - above[i + 1]) for i, level in enumerate(levels)}
        chances[shown.values[0]] += settings.order_bias
        return chances

    def _person(self) -> Person:
        if not isinstance(self.settings, Person):
            raise ResponderError(f"simulated:{self.kind} has no traits; allowed: simulated:person")
        return self.settings

    def _label_logprobs(self, prompt: Prompt) -> tuple[float, ...]:
        shown = prompt.about.items[0]
        kept = 1.0 - self.settings.refusal_rate if isinstance(self.settings, Person) else 1.0
        chances = KINDS[self.kind](self.settings, prompt.about, shown)
        return tuple(math.log(max(chance * kept, 1e-12)) for chance in chances)

    def _text(self, prompt: Prompt) -> str:
        about, settings = prompt.about, self.settings
        if not about.items:
            return f"{about.persona} has written this in draw {about.replicate}. It is all that {about.persona} says."
        occasion = (settings.seed, about.persona, about.replicate, about.form, [each.item for each in about.items])
        if isinstance(settings, Person) and _uniform("refuses", *occasion) < settings.refusal_rate:
            return REFUSAL
        said = [self._said(about, shown, prompt.labels) for shown in about.items]
        if prompt.schema:
            keys = [str(number) for number in range(1, len(said) + 1)] if len(said) > 1 else ["answer"]
            return json.dumps(dict(zip(keys, said, strict=True)))
        if len(said) > 1:
            return "\n".join(f"{number}. {label}" for number, label in enumerate(said, start=1))
        if isinstance(settings, Person) and _uniform("prose", *occasion) < settings.prose:
            return _PROSE[int(_uniform("sentence", *occasion) * len(_PROSE))].format(said[0])
        return said[0]

    def _said(self, about: About, shown: Shown, labels: Sequence[str]) -> str:
        chances = KINDS[self.kind](self.settings, about, shown)
        place = max(range(len(chances)), key=chances.__getitem__)
        return labels[place] if place < len(labels) else str(shown.values[place])

    def _likelihoods(self, prompt: Prompt) -> tuple[Likelihood, ...]:
        about, settings = prompt.about, self.settings
        shown = about.items[0] if about.items else Shown("", "", 1, ())
        pull = 0.0
        if isinstance(settings, Person):
            pull = _pull(settings, about, shown)
        elif isinstance(settings, Perfect):
            pull = 2.0 * _sign(settings, about, shown.trait)
        result = []
        for text, side in zip(prompt.continuations, _sides(len(prompt.continuations), shown), strict=True):
            # the sentence matters most, then who says it; what is measured is the least of all, as in real models
            mean = -3.5 + 0.5 * _normal("sentence", text) + 0.2 * _normal("speaker", settings.seed, about.persona)
            mean += 0.1 * side * shown.key * pull
            if isinstance(settings, Person):
                mean += 0.1 * settings.noise * _normal("said", settings.seed, *_occasion(about, shown), text)
            tokens = max(1, round(1.3 * len(text.split())))
            result.append(Likelihood(min(mean, -0.01) * tokens, tokens))
        return tuple(result)


def _firm(settings: Null, about: About, shown: Shown) -> tuple[float, ...]:
    """Probability of each printed option after the follow-ups so far; the answer that stands is the most probable."""
    assert isinstance(settings, Person)  # by KINDS
    chances = list(_graded(settings, about, shown))
    first = now = max(range(len(chances)), key=chances.__getitem__)
    others = len(chances) - 1
    for number in range(1, about.challenge + 1):
        chance = _uniform("challenged", settings.seed, number, *_occasion(about, shown))
        if chance >= settings.firm and others:
            share = (chance - settings.firm) / (1 - settings.firm)
            now = (now + 1 + int(share * others)) % len(chances)
    chances[first], chances[now] = chances[now], chances[first]
    return tuple(chances)


def _graded(settings: Person, about: About, shown: Shown) -> tuple[float, ...]:
    """Probability of each printed option around the one that is drawn, which is the most probable."""
    occasion = _occasion(about, shown)
    if _uniform("order", settings.seed, *occasion) < settings.order_bias:
        return _certainly(0, len(shown.values))
    mean, levels, thresholds = _leaning(settings, about, shown)
    chance = _uniform("noise", settings.seed, *occasion)
    latent = mean + settings.noise * math.log(chance / (1 - chance))
    below = [0.0, *(_logistic((each - latent) / _SOFTNESS) for each in thresholds), 1.0]
    chances = {level: below[place + 1] - below[place] for place, level in enumerate(levels)}
    # the softened probabilities of the outer options reach far: the drawn one is to stand out, and half as much again
    drawn = levels[sum(latent > each for each in thresholds)]
    chances[drawn] = max(chances[drawn], 1.5 * max(chances.values()))
    # options of one value share its probability; which of them is taken is the person's own view of the item
    shares = []
    for value in shown.values:
        alike = shown.values.count(value)
        shares.append(chances[value] / alike)
    tied = [place for place, value in enumerate(shown.values) if value == drawn]
    taken = tied[int(_uniform("tied", settings.seed, *occasion) * len(tied))]
    if len(tied) > 1:
        shares[taken] *= 1.5
    return tuple(share / math.fsum(shares) for share in shares)


def _leaning(settings: Person, about: About, shown: Shown) -> tuple[float, list[int], list[float]]:
    """Where the person stands before noise, the levels that can be answered, and the thresholds between them."""
    discrimination, location = item_parameters(shown.twin or shown.item)
    trait = _pull(settings, about, shown) + settings.task_shift * about.again
    yes = settings.acquiescence + settings.acquiescence_sd * _normal("yes", settings.seed, about.persona)
    levels = sorted(set(shown.values))
    thresholds = [discrimination * each for each in even_thresholds(len(levels))]
    return discrimination * (shown.key * trait + yes - location), levels, thresholds


def _first(settings: Null, about: About, shown: Shown) -> tuple[float, ...]:
    return _certainly(0, len(shown.values))


def _agree(settings: Null, about: About, shown: Shown) -> tuple[float, ...]:
    return _certainly(shown.values.index(max(shown.values)), len(shown.values))


def _midpoint(settings: Null, about: About, shown: Shown) -> tuple[float, ...]:
    """The value nearest to the middle; of two the lower, however they are printed."""
    middle = (min(shown.values) + max(shown.values)) / 2
    nearest = min(shown.values, key=lambda value: (abs(value - middle), value))
    return _certainly(shown.values.index(nearest), len(shown.values))


def _random(settings: Null, about: About, shown: Shown) -> tuple[float, ...]:
    chance = _uniform("uniform", settings.seed, *_occasion(about, shown))
    return _certainly(int(chance * len(shown.values)), len(shown.values))


def _keyed(settings: Null, about: About, shown: Shown) -> tuple[float, ...]:
    """The value that says most of what was assigned; the midpoint where nothing was."""
    sign = _sign(settings, about, shown.trait) * shown.key
    if not sign:
        return _midpoint(settings, about, shown)
    best = max(shown.values) if sign > 0 else min(shown.values)
    return _certainly(shown.values.index(best), len(shown.values))


def _certainly(place: int, size: int) -> tuple[float, ...]:
    if size == 1:
        return (1.0,)
    return tuple(_CERTAIN if each == place else (1.0 - _CERTAIN) / (size - 1) for each in range(size))


def _sign(settings: Null, about: About, trait: str) -> float:
    middle = settings.level_middle if isinstance(settings, Perfect) else 0.0
    level = about.assigned.get(trait, middle)
    return 0.0 if level == middle else math.copysign(1.0, level - middle)


def _trait(settings: Person, about: About, trait: str) -> float:
    """Where the person stands on the trait, in standard deviations within a pole."""
    level = (about.assigned.get(trait, settings.level_middle) - settings.level_middle) / settings.level_span
    return settings.effect * level + settings.trait_sd * _normal("trait", settings.seed, about.persona, trait)


def _pull(settings: Person, about: About, shown: Shown) -> float:
    """The trait with the person's own view of the item; a scenario is seen as its twin is, and acted on by `action`."""
    trait = _trait(settings, about, shown.trait)
    if shown.kind == "action":
        # what assigned levels and luck give the trait is one size, so that `action` is a correlation between persons of a pole
        rest = math.sqrt(1 - settings.action**2) * settings.trait_sd
        trait = settings.action * trait + rest * _normal("acts", settings.seed, about.persona, shown.trait)
    return trait + settings.item_sd * _view(settings, about, shown.twin or shown.item)


def _view(settings: Person, about: About, item: str) -> float:
    return _normal("view", settings.seed, about.persona, item)


@lru_cache(maxsize=4096)
def item_parameters(item: str) -> tuple[float, float]:
    """Discrimination and location. Of the item alone: two studies with another seed ask the same items."""
    return 1.7 * math.exp(0.25 * _normal("discrimination", item)), 0.5 * _normal("location", item)


def even_thresholds(levels: int) -> list[float]:
    """Between neighbouring levels, evenly from -2 to 2; of two levels there is one, at 0."""
    return [0.0] if levels == 2 else [-2.0 + 4.0 * place / max(1, levels - 2) for place in range(levels - 1)]


def _sides(count: int, shown: Shown) -> list[float]:
    """Which way each continuation points: the item's own way, by option value, or both poles (the high one first)."""
    if shown.values and count == len(shown.values):
        low, high = min(shown.values), max(shown.values)
        return [2.0 * (value - low) / ((high - low) or 1) - 1.0 for value in shown.values]
    if count == 2:
        return [1.0, -1.0]
    return [1.0] * count


def _occasion(about: About, shown: Shown) -> tuple[object, ...]:
    # the first time has nothing more, so that what was drawn before there were further times is drawn still
    again = (("again", about.again),) if about.again else ()
    return about.persona, about.replicate, about.form, shown.item, *again


def _logistic(value: float) -> float:
    return 0.5 * (1.0 + math.tanh(0.5 * value))  # does not overflow


def _uniform(*parts: object) -> float:
    """A number above 0 and below 1 that depends on `parts` alone."""
    return (int(digest("simulated", *parts)[:13], 16) + 0.5) / 16.0**13


@lru_cache(maxsize=65536)
def _normal(*parts: object) -> float:
    return NormalDist().inv_cdf(_uniform(*parts))


def _settings(kind: str, params: Mapping[str, Any]) -> Null:
    shape: type[Null] = {"person": Person, "perfect": Perfect}.get(kind, Null)
    for name in params:
        if name not in shape.__struct_fields__:
            raise ResponderError(
                f"simulated:{kind}: unknown parameter {name!r}; {allowed(shape.__struct_fields__, name)}"
            )
        try:
            msgspec.convert({name: params[name]}, type=shape)
        except msgspec.ValidationError as error:
            told = str(error).partition(" - at ")[0]
            raise ResponderError(f"simulated:{kind}, parameters, {name}: {told}, seen {seen(params[name])}") from None
    return msgspec.convert(dict(params), type=shape)


Chances = Callable[[Null, About, Shown], tuple[float, ...]]

KINDS: dict[str, Chances] = {
    "person": _firm,
    "first_option": _first,
    "agree": _agree,
    "midpoint": _midpoint,
    "uniform": _random,
    "perfect": _keyed,
    "refuser": _midpoint,  # never asked for
}
