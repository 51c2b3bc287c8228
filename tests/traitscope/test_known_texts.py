"""The texts on which a judge is tried: balanced, alike but for the pole, and silent about the trait's name."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from itertools import product
from statistics import fmean
from typing import Any

import pytest

from inventories.persona_sets import load_persona_set
from traitscope.making.judged import KNOWN as FILE

KNOWN = tomllib.loads(FILE.read_text("utf-8"))
TEXTS: list[dict[str, Any]] = KNOWN["texts"]
SENTENCES: list[dict[str, Any]] = KNOWN["sentences"]
TRAITS = list(load_persona_set("big_five_32").personas[0].assigned)
POLES = {1: "high", -1: "low", 0: "neutral"}
TRAIT_WORD = re.compile(
    r"\b(extra?over\w*|extraver\w*|introver\w*|outgoing|sociab\w*|talkativ\w*|shy\w*|reserved|quiet\w*|lively|energetic"
    r"|agreeabl\w*|antagonis\w*|kind(ly|ness)?|friendl\w*|helpful\w*|generous\w*|rude\w*|selfish\w*|mean|cold-\w+|warm\w*|polite\w*"
    r"|\w*conscientious\w*|careful\w*|careless\w*|tid(y|ied)\w*|untidy|organi[sz]ed|disorgani[sz]ed|orderly|lazy|diligent\w*|reliab\w*"
    r"|punctual\w*|thorough\w*|neurotic\w*|nervous\w*|anxious\w*|anxiety|worr\w+|afraid|fear\w*|calm\w*|relax\w*|tense\w*|upset"
    r"|stable|unstable|emotional\w*|emotions?|moody|open(ness|-minded)?|closed|creativ\w*|imaginat\w*|artistic|curious\w*"
    r"|conventional|traditional|tradition|intellectual\w*|personality|traits?|character)\b",
    re.IGNORECASE,
)


def level(entry: dict[str, Any]) -> tuple[str, int]:
    ((trait, seen),) = entry["assigned"].items()
    return trait, seen


def test_every_domain_has_five_texts_at_each_pole() -> None:
    assert Counter(map(level, TEXTS)) == {(trait, pole): 5 for trait in TRAITS for pole in (1, -1)}


def test_every_domain_has_two_sentences_at_each_pole_and_a_neutral_one() -> None:
    expected = {(trait, pole): count for trait in TRAITS for pole, count in ((1, 2), (-1, 2), (0, 1))}
    assert Counter(map(level, SENTENCES)) == expected


def test_ids_differ_and_say_the_pole() -> None:
    ids = [each["id"] for each in TEXTS + SENTENCES]
    assert len(set(ids)) == 75
    for each in TEXTS + SENTENCES:
        trait, seen = level(each)
        assert each["id"].startswith(f"{trait[0]}_{POLES[seen]}_")


def test_both_poles_are_told_at_the_same_length() -> None:
    length = {each["id"]: len(each["text"].split()) for each in TEXTS}
    assert all(60 <= words <= 110 for words in length.values())
    for name, words in length.items():
        assert abs(words - length[name.replace("_low_", "_high_")]) <= 10, name
    means = [fmean(words for name, words in length.items() if pole in name) for pole in ("_high_", "_low_")]
    assert abs(means[0] - means[1]) < 3


def test_a_text_shares_more_words_with_its_other_pole_than_with_other_texts() -> None:
    texts = {each["id"]: {word[:6] for word in re.findall(r"[a-z]{5,}", each["text"].lower())} for each in TEXTS}
    twins, strangers = [], []
    for low, high in product((each for each in texts if "_low_" in each), (each for each in texts if "_high_" in each)):
        (twins if low.replace("_low_", "_high_") == high else strangers).append(len(texts[low] & texts[high]))
    assert len(twins) == 25
    assert fmean(twins) > 3 * fmean(strangers)


@pytest.mark.parametrize("entry", TEXTS + SENTENCES, ids=lambda each: each["id"])
def test_no_text_names_a_trait_or_says_its_adjective(entry: dict[str, Any]) -> None:
    found = TRAIT_WORD.search(entry["text"])
    assert not found, found
    assert entry["text"] == " ".join(entry["text"].split())


def test_the_markers_of_the_personas_would_be_found() -> None:
    for marker in ("extroverted", "antagonistic", "unconscientious", "emotionally stable", "open to experience"):
        assert TRAIT_WORD.search(marker)
