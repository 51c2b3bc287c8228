"""Simulated persons give back what was put in, and nothing about them depends on how they are asked."""

import math
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean, stdev

import msgspec
import pytest

from inventories.answers import PrintedOption, read_reply
from inventories.responder import About, Prompt, Reply, ResponderError, Shown
from traitscope.responders.simulated import KINDS, REFUSAL, SimulatedResponder

ROOT = Path(__file__).parents[2]
LABELS = ("1", "2", "3", "4", "5")
KEYS = {f"q{number}": 1 if number % 2 else -1 for number in range(20)}
PEOPLE = {f"{'high' if level > 0 else 'low'}{number}": level for number in range(15) for level in (1.0, -1.0)}


def prompt(person: str, item: str, want: str = "text", *, reverse: bool = False, replicate: int = 0) -> Prompt:
    values = (5, 4, 3, 2, 1) if reverse else (1, 2, 3, 4, 5)
    return Prompt(
        id=f"{person} {item} {reverse} {replicate}",
        messages=(),
        want=want,  # type: ignore[arg-type]
        labels=LABELS,
        continuations=(f"I am one who {item}s.",),
        about=About(
            persona=person,
            assigned={"boldness": PEOPLE[person]} if person in PEOPLE else {},
            items=(Shown(item, "boldness", KEYS.get(item, 1), values),),
            replicate=replicate,
            form="options=reversed" if reverse else "standard",
        ),
    )


def ask(responder: SimulatedResponder, prompts: Iterable[Prompt]) -> dict[str, Reply]:
    return {reply.prompt: reply for reply in responder.ask(list(prompts))}


def values(responder: SimulatedResponder, *, reverse: bool = False, replicate: int = 0) -> dict[str, dict[str, int]]:
    """Person -> item -> the value of the option whose label was said."""
    result: dict[str, dict[str, int]] = {}
    for person in PEOPLE:
        asked = [prompt(person, item, reverse=reverse, replicate=replicate) for item in KEYS]
        for each, reply in zip(asked, responder.ask(asked), strict=True):
            shown = each.about.items[0]
            result.setdefault(person, {})[shown.item] = shown.values[LABELS.index(reply.text or "")]
    return result


def keyed_means(found: dict[str, dict[str, int]]) -> dict[str, float]:
    return {
        person: fmean(value if KEYS[item] > 0 else 6 - value for item, value in own.items())
        for person, own in found.items()
    }


def effect_size(scores: dict[str, float]) -> float:
    high = [score for person, score in scores.items() if PEOPLE[person] > 0]
    low = [score for person, score in scores.items() if PEOPLE[person] < 0]
    return (fmean(high) - fmean(low)) / math.sqrt((stdev(high) ** 2 + stdev(low) ** 2) / 2)


def same_share(one: dict[str, dict[str, int]], other: dict[str, dict[str, int]]) -> float:
    return fmean(one[person][item] == other[person][item] for person in PEOPLE for item in KEYS)


def choices(kind: str, shown: Sequence[int], assigned: float | None = None, key: int = 1) -> int:
    about = About("p", {} if assigned is None else {"t": assigned}, (Shown("q", "t", key, tuple(shown)),))
    (reply,) = SimulatedResponder(kind).ask([Prompt("x", (), "text", labels=tuple("ABCDE"[: len(shown)]), about=about)])
    return shown["ABCDE".index(reply.text or "")]


def test_an_assigned_trait_comes_back_as_keyed_means_about_two_standard_deviations_apart() -> None:
    assert fmean(
        effect_size(keyed_means(values(SimulatedResponder("person", {"seed": seed})))) for seed in range(5)
    ) == (pytest.approx(2.0, abs=0.4))


def test_a_person_without_an_effect_shows_no_trait() -> None:
    found = [effect_size(keyed_means(values(SimulatedResponder("person", {"effect": 0, "seed": s})))) for s in range(5)]
    assert abs(fmean(found)) < 0.4


def test_levels_from_one_to_nine_are_read_with_their_own_middle_and_span() -> None:
    settings = {"trait_sd": 0, "item_sd": 0, "noise": 0}
    nine = SimulatedResponder("person", {**settings, "level_middle": 5, "level_span": 4})
    two = SimulatedResponder("person", settings)
    for level, alike in ((9.0, 1.0), (1.0, -1.0), (5.0, 0.0)):
        shown = (Shown("q1", "boldness", 1, (1, 2, 3, 4, 5)),)
        texts = [
            next(
                responder.ask([Prompt("x", (), "text", labels=LABELS, about=About("p", {"boldness": at}, shown))])
            ).text
            for responder, at in ((nine, level), (two, alike))
        ]
        assert texts[0] == texts[1]


def test_a_repeat_without_noise_is_the_same_answer_and_with_noise_is_not() -> None:
    still, lively = SimulatedResponder("person", {"noise": 0}), SimulatedResponder("person")
    assert values(still) == values(still, replicate=1) == values(still, reverse=True)
    assert 0.3 < same_share(values(lively), values(lively, replicate=1)) < 0.8
    assert still.can().deterministic and not lively.can().deterministic


def test_an_order_bias_shows_as_disagreement_between_the_printed_and_the_reversed_form() -> None:
    free = SimulatedResponder("person", {"noise": 0})
    biased = SimulatedResponder("person", {"noise": 0, "order_bias": 0.4})
    printed, turned = values(biased), values(biased, reverse=True)
    assert same_share(values(free), values(free, reverse=True)) == 1
    assert same_share(printed, turned) < 0.6
    assert fmean(v == 1 for own in printed.values() for v in own.values()) > 0.4
    assert fmean(v == 5 for own in turned.values() for v in own.values()) > 0.4


def test_acquiescence_raises_answers_of_both_keys() -> None:
    plain, agreeing = (values(SimulatedResponder("person", {"acquiescence": each})) for each in (0, 1.0))
    for key in (1, -1):
        items = [item for item in KEYS if KEYS[item] == key]
        rise = fmean(agreeing[person][item] - plain[person][item] for person in PEOPLE for item in items)
        assert rise > 0.4


@pytest.mark.parametrize("want", ["text", "labels", "likelihood"])
def test_replies_do_not_depend_on_the_order_of_asking_or_on_company(want: str) -> None:
    settings = {"order_bias": 0.2, "refusal_rate": 0.1, "prose": 0.3}
    asked = [prompt(person, item, want) for person in list(PEOPLE)[:4] for item in KEYS]
    together = ask(SimulatedResponder("person", settings), asked)
    assert ask(SimulatedResponder("person", settings), reversed(asked)) == together
    alone = SimulatedResponder("person", settings)
    for each in asked:
        assert ask(alone, [each])[each.id] == together[each.id]


def test_replies_are_the_same_under_two_hash_seeds() -> None:
    script = (
        "from tests.traitscope.test_simulated import *\n"
        "r = SimulatedResponder('person', {'prose': 0.5, 'order_bias': 0.2})\n"
        "print([ask(r, [prompt(p, i, w) for p in PEOPLE for i in KEYS]) for w in ('text', 'labels', 'likelihood')])\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_the_most_probable_label_is_the_one_that_is_said() -> None:
    responder = SimulatedResponder("person", {"order_bias": 0.1})
    for person in list(PEOPLE)[:4]:
        for item in KEYS:
            said = next(responder.ask([prompt(person, item)])).text
            logs = next(responder.ask([prompt(person, item, "labels")])).label_logprobs
            assert logs is not None
            assert LABELS[logs.index(max(logs))] == said
            assert math.fsum(math.exp(each) for each in logs) == pytest.approx(1)


def test_refusals_come_at_their_rate_and_take_mass_from_the_labels() -> None:
    responder = SimulatedResponder("person", {"refusal_rate": 0.25})
    replies = ask(responder, [prompt(person, item) for person in PEOPLE for item in KEYS])
    assert fmean(reply.text == REFUSAL for reply in replies.values()) == pytest.approx(0.25, abs=0.06)
    logs = next(responder.ask([prompt("high1", "q1", "labels")])).label_logprobs
    assert logs is not None
    assert math.fsum(math.exp(each) for each in logs) == pytest.approx(0.75)


@pytest.mark.parametrize("labels", ["1 2 3 4 5", "A B C D E", "a b c d e", "I II III IV V", "i ii iii iv v"])
def test_prose_says_in_a_sentence_what_the_reader_finds_in_it(labels: str) -> None:
    printed = [
        PrintedOption(label=label, text=text, value=value)
        for value, (label, text) in enumerate(
            zip(labels.split(), ["Never", "Rarely", "Sometimes", "Often", "Always"], strict=True)
        )
    ]
    terse, wordy = SimulatedResponder("person"), SimulatedResponder("person", {"prose": 1})
    for item in KEYS:
        asked = msgspec.structs.replace(prompt("high1", item), labels=tuple(labels.split()))
        label = next(terse.ask([asked])).text
        sentence = next(wordy.ask([asked])).text
        assert sentence != label
        assert read_reply(sentence, printed).value == labels.split().index(label or "")


def test_a_block_of_items_is_answered_line_by_line() -> None:
    items = tuple(Shown(item, "boldness", key, (1, 2, 3, 4, 5)) for item, key in KEYS.items())
    about = About("high1", {"boldness": 1.0}, items)
    (reply,) = SimulatedResponder("person", {"noise": 0, "prose": 1}).ask(
        [Prompt("block", (), "text", labels=LABELS, about=about)]
    )
    single = SimulatedResponder("person", {"noise": 0})
    expected = [next(single.ask([prompt("high1", item)])).text for item in KEYS]
    assert (reply.text or "").splitlines() == [f"{number}. {label}" for number, label in enumerate(expected, start=1)]


def test_the_sentences_own_likelihood_hides_the_trait_until_it_is_taken_out() -> None:
    responder = SimulatedResponder("person")
    found = {
        (person, item): next(responder.ask([prompt(person, item, "likelihood")])).likelihoods
        for person in PEOPLE
        for item in KEYS
    }
    nats = {key: each[0].total / each[0].tokens for key, each in found.items() if each}
    means = {item: fmean(nats[person, item] for person in PEOPLE) for item in KEYS}
    assert stdev(means.values()) > 1.5 * fmean(stdev(nats[person, item] for person in PEOPLE) for item in KEYS)
    scores = {person: fmean(KEYS[item] * (nats[person, item] - means[item]) for item in KEYS) for person in PEOPLE}
    assert effect_size(scores) > 1


def test_the_poles_of_a_bipolar_item_differ_by_the_trait() -> None:
    responder = SimulatedResponder("perfect")
    for level in (1.0, -1.0):
        about = About("p", {"t": level}, (Shown("q", "t", 1, (1, 2, 3, 4, 5)),))
        swapped = [("right", "left"), ("left", "right")]  # the sentences' own likelihoods cancel
        gap = 0.0
        for texts in swapped:
            (reply,) = responder.ask([Prompt("x", (), "likelihood", continuations=texts, about=about)])
            assert reply.likelihoods is not None
            ends = [each.total / each.tokens for each in reply.likelihoods]
            gap += ends[0] - ends[1]
        assert gap * level > 0


@pytest.mark.parametrize("shown", [(1, 2, 3, 4, 5), (5, 4, 3, 2, 1), (4, 1, 5, 2, 3), (1, 2, 3, 4), (2, 1)])
def test_null_responders_choose_what_their_name_says(shown: tuple[int, ...]) -> None:
    assert choices("first_option", shown) == shown[0]
    assert choices("agree", shown) == choices("agree", shown, key=-1) == max(shown)
    assert choices("midpoint", shown) == (max(shown) + 1) // 2
    assert choices("perfect", shown) == choices("midpoint", shown)
    assert choices("perfect", shown, assigned=1) == choices("perfect", shown, assigned=-1, key=-1) == max(shown)
    assert choices("perfect", shown, assigned=-1) == choices("perfect", shown, assigned=1, key=-1) == min(shown)


def test_the_uniform_responder_takes_every_option_alike_in_every_order() -> None:
    for reverse in (False, True):
        found = [
            each for own in values(SimulatedResponder("uniform"), reverse=reverse).values() for each in own.values()
        ]
        for value in range(1, 6):
            assert found.count(value) / len(found) == pytest.approx(0.2, abs=0.06)


def test_the_refuser_refuses_by_text_and_says_so_beforehand() -> None:
    refuser = SimulatedResponder("refuser")
    assert next(refuser.ask([prompt("high1", "q1")])).text == REFUSAL
    assert not refuser.can().labels and not refuser.can().likelihood


@pytest.mark.parametrize("kind", KINDS)
def test_everything_simulated_says_that_it_is_and_does_a_task_without_items(kind: str) -> None:
    responder = SimulatedResponder(kind)
    assert responder.can().simulated
    assert responder.can().resolved.startswith(f"simulated:{kind}")
    assert next(responder.ask([Prompt("task", (), "text")])).text


def test_options_of_one_value_are_taken_by_persons_in_every_place() -> None:
    places = set()
    for number in range(60):
        about = About(f"p{number}", {}, (Shown("scene", "t", 1, (1, 0, 1, 0)),))
        (reply,) = SimulatedResponder("person").ask([Prompt("x", (), "text", labels=tuple("ABCD"), about=about)])
        places.add(reply.text)
    assert places == set("ABCD")


def test_an_unknown_parameter_is_named_with_the_allowed_ones() -> None:
    with pytest.raises(ResponderError, match=r"simulated:person: unknown parameter 'nose'; did you mean 'noise'\?"):
        SimulatedResponder("person", {"nose": 1})
    with pytest.raises(ResponderError, match=r"parameters, order_bias: .*, seen 1.5"):
        SimulatedResponder("person", {"order_bias": 1.5})
    with pytest.raises(ResponderError, match="unknown parameter 'effect'"):
        SimulatedResponder("agree", {"effect": 1})
    with pytest.raises(ResponderError, match="no simulated responder 'persn'"):
        SimulatedResponder("persn")
