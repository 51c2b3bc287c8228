"""The rules that the bank's scenarios keep, so that nothing but what one would do tells the high actions from the low."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from statistics import fmean

import pytest
import simplemma
import snowballstemmer

from inventories.definitions import Inventory, Item, Option
from inventories.loading import load_inventory
from traitscope.listing import desirability

TWINS = {"bfi44": 44, "sd3": 27, "oejts12": 32}
BANK = [load_inventory(f"scenarios_{name}") for name in TWINS]
SCENARIOS = [pytest.param(each, item, id=item.id) for each in BANK for item in each.items]
STOP = {
    word
    for line in (Path(__file__).parent / "stop_words.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
}
TRAIT_WORD = re.compile(
    r"\b(extra?over\w*|extraver\w*|introver\w*|agreeabl\w*|antagonis\w*|\w*conscientious\w*|neurotic\w*|openness|open-minded"
    r"|narciss\w*|machiavel\w*|psychopath\w*|intuiti\w*|sensing|feelings?|thinking|judging|perceiving|personality|traits?"
    r"|emotional(ly)?|emotions?|stable|unstable|experience[sd]?)\b",
    re.IGNORECASE,
)
STEMMER = snowballstemmer.stemmer("english")


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", text.lower())


def lemma(word: str) -> str:
    return str(simplemma.lemmatize(word, lang="en")).lower()


def stem(word: str) -> str:
    return str(STEMMER.stemWord(word))


def stems(*texts: str) -> set[str]:
    return {stem(word) for text in texts for word in words(text) if word not in STOP}


def likeness(one: set[str], two: set[str]) -> float:
    """Jaccard: what both hold, as a share of what either holds."""
    return len(one & two) / len(one | two)


def said(item: Item) -> dict[str, str]:
    """Every text of a scenario that can be printed, by its place."""
    texts = {"situation": item.text, "question": item.question, "paraphrase": item.paraphrase}
    if item.paraphrased_question:
        texts["paraphrased question"] = item.paraphrased_question
    return texts | {f"option {place}": each.text for place, each in enumerate(actions(item), start=1)}


def actions(item: Item) -> list[Option]:
    assert isinstance(item.options, list)
    return item.options


def sizes(texts: list[str]) -> Iterator[list[int]]:
    """Lengths in characters, then in words."""
    yield [len(each) for each in texts]
    yield [len(each.split()) for each in texts]


def test_every_statement_has_one_twin() -> None:
    for inventory, (name, count) in zip(BANK, TWINS.items(), strict=True):
        assert inventory.twin_of == name
        statements = load_inventory(name).items
        assert len(statements) == count
        assert [item.twin for item in inventory.items] == [each.id for each in statements]


@pytest.mark.parametrize(("inventory", "item"), SCENARIOS)
def test_a_twin_has_the_id_the_key_and_the_scale_of_its_statement(inventory: Inventory, item: Item) -> None:
    twin = load_inventory(inventory.twin_of).item(item.twin)
    assert (item.id, item.key, item.scale) == (f"sc_{twin.id}", twin.key, twin.scale)


@pytest.mark.parametrize("inventory", BANK, ids=lambda each: each.id)
def test_the_scales_measure_the_traits_of_the_statements(inventory: Inventory) -> None:
    statements = load_inventory(inventory.twin_of)
    assert {name: inventory.scale(name).trait for name in inventory.scales} == {
        name: statements.scale(name).trait for name in statements.scales
    }


@pytest.mark.parametrize(("inventory", "item"), SCENARIOS)
def test_no_content_word_of_the_statement_stands_in_its_scenario(inventory: Inventory, item: Item) -> None:
    twin = load_inventory(inventory.twin_of).item(item.twin)
    told = {word for word in words(f"{twin.text} {twin.left} {twin.right}") if not {word, lemma(word)} & STOP}
    roots = {root for word in told for root in (word, lemma(word), stem(word))}
    found = {
        f"{place}: {word}"
        for place, text in said(item).items()
        for word in words(text)
        if word not in STOP and {word, lemma(word), stem(word)} & roots
    }
    assert not found, f"{sorted(found)} of {twin.text or (twin.left, twin.right)}"


@pytest.mark.parametrize(("inventory", "item"), SCENARIOS)
def test_no_trait_is_named(inventory: Inventory, item: Item) -> None:
    assert not [match[0] for text in said(item).values() if (match := TRAIT_WORD.search(text))]


@pytest.mark.parametrize(("inventory", "item"), SCENARIOS)
def test_two_high_and_two_low_actions_stand_in_turn(inventory: Inventory, item: Item) -> None:
    assert [option.value for option in actions(item)] == [1, 0, 1, 0]


@pytest.mark.parametrize(("inventory", "item"), SCENARIOS)
def test_the_actions_of_a_scenario_are_of_like_length(inventory: Inventory, item: Item) -> None:
    for lengths in sizes([option.text for option in actions(item)]):
        assert max(lengths) <= 1.6 * min(lengths)


SCALES = [pytest.param(each, scale, id=f"{each.id} {scale}") for each in BANK for scale in each.scales]


@pytest.mark.parametrize(("inventory", "scale"), SCALES)
def test_high_and_low_actions_of_a_scale_are_equally_long(inventory: Inventory, scale: str) -> None:
    keys = inventory.keys(scale)
    rows = [(option, keys[name]) for name in keys for option in actions(inventory.item(name))]
    # what is true of the statement, and what is high on the trait: the two differ where a key is turned round
    for side in ([option.value for option, _ in rows], [option.value ^ (key < 0) for option, key in rows]):
        for lengths in sizes([option.text for option, _ in rows]):
            high = fmean(length for length, value in zip(lengths, side, strict=True) if value)
            low = fmean(length for length, value in zip(lengths, side, strict=True) if not value)
            assert high == pytest.approx(low, rel=0.05)


def test_no_text_stands_twice() -> None:
    # questions may: "What do you do?"
    texts = [
        text.lower()
        for each in BANK
        for item in each.items
        for place, text in said(item).items()
        if "question" not in place
    ]
    assert [text for text, count in Counter(texts).items() if count > 1] == []


def test_no_two_scenarios_are_alike() -> None:
    items = [item for each in BANK for item in each.items]
    situations = {item.id: stems(item.text) for item in items}
    whole = {item.id: stems(item.text, *(option.text for option in actions(item))) for item in items}
    alike = [
        (one, two)
        for one, two in combinations(situations, 2)
        for bags in (situations, whole)
        if likeness(bags[one], bags[two]) >= 0.35
    ]
    assert alike == []


def test_no_setting_comes_more_than_twice() -> None:
    settings = Counter(item.marks.get("setting", "") for each in BANK for item in each.items)
    assert "" not in settings
    assert [name for name, count in settings.items() if count > 2] == []


@pytest.mark.parametrize(("inventory", "item"), SCENARIOS)
def test_every_action_has_a_rating_of_how_good_it_sounds_and_a_rater(inventory: Inventory, item: Item) -> None:
    for option in actions(item):
        assert option.desirability is not None
        assert 1 <= option.desirability <= 5
        assert option.rated_by == "model-assisted"


@pytest.mark.parametrize("inventory", BANK, ids=lambda each: each.id)
def test_high_and_low_actions_sound_about_equally_good(inventory: Inventory) -> None:
    rows = {row[0]: row for row in desirability(inventory)}
    assert set(rows) == set(inventory.scales)
    assert {scale: row[3] for scale, row in rows.items() if abs(row[3]) > 1} == {}
    assert {scale: row[4] for scale, row in rows.items() if abs(float(row[4].split()[0])) > 2.5} == {}


@pytest.mark.parametrize(("inventory", "item"), SCENARIOS)
def test_a_paraphrase_has_other_words_and_the_same_numbers(inventory: Inventory, item: Item) -> None:
    assert item.paraphrase.lower() != item.text.lower()
    assert likeness(set(words(item.text)), set(words(item.paraphrase))) < 0.9
    numbers = [Counter(re.findall(r"\d+", text)) for text in (item.text, item.paraphrase)]
    assert numbers[0] == numbers[1]
