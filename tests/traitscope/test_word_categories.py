"""Shares of word categories: counted by hand, undefined without words, and by a user's own lists."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from inventories.reading import DefinitionError
from traitscope.word_categories import FILE, Categories, Category, load, shares, words

OWN = Categories(
    "Two lists",
    "a test",
    "MIT",
    [Category("joy", "Joy", ["happ*", "glad", "don't"]), Category("kin", "Kin", ["mother", "glad", "she's"])],
)
CLOSED = ("first_person_singular", "first_person_plural", "second_person", "third_person", "articles")
# what a reader would take for a word of the category, and what only looks like one
MEANT = {
    "family": ["mother", "sisters", "grandmothers"],
    "positive_emotion": ["happily", "laughter", "enjoyed"],
    "anxiety": ["anxious", "worried", "terrified"],
    "anger": ["angry", "furious", "shouted"],
    "sadness": ["grief", "cried", "depression"],
    "achievement": ["success", "winner", "achieved"],
    "order": ["planned", "organized", "tidy"],
    "novelty": ["imagination", "new", "creativity"],
    "negation": ["not", "won't", "never"],
    "certainty": ["definitely", "always"],
    "tentative": ["maybe", "perhaps"],
}
NOT_MEANT = {
    "family": ["unclench", "husbandry", "person", "moment"],
    "positive_emotion": ["happen", "happening", "optimise", "glove"],
    "anxiety": ["terrific", "jitterbug", "extent"],
    "anger": ["range", "hatch", "contemplate"],
    "sadness": ["depressurise", "saddle", "misty"],
    "achievement": ["window", "succession", "victorian"],
    "order": ["plane", "organism", "border"],
    "novelty": ["creature", "news", "inventory", "knew"],
    "negation": ["note", "now", "another"],
    "certainty": ["sureties", "factory"],
    "tentative": ["mighty", "mayor"],
}


def test_a_share_is_a_count_in_a_hundred_words() -> None:
    found = shares("She was happy, so happy; her mother was glad too.", OWN)
    assert found == {"joy": pytest.approx(100 * 3 / 10), "kin": pytest.approx(100 * 2 / 10)}


def test_a_word_counts_in_every_category_that_lists_it() -> None:
    assert shares("Glad", OWN) == {"joy": 100, "kin": 100}


def test_a_word_without_a_star_is_no_stem() -> None:
    assert shares("gladly gladiator happiness", OWN) == {"joy": pytest.approx(100 / 3), "kin": 0}


@pytest.mark.parametrize("text", ["", "   ", "1999 - 42!", "_"])
def test_a_text_without_words_has_no_shares(text: str) -> None:
    assert all(math.isnan(value) for value in shares(text, OWN).values())


def test_apostrophes_stay_in_a_word_whichever_is_typed() -> None:
    assert words("Don't – I’m O'Hara's; 'tis rock 'n' roll") == ["don't", "i'm", "o'hara's", "tis", "rock", "n", "roll"]
    assert shares("I don’t", OWN)["joy"] == 50


def test_the_owner_counts_where_the_possessive_is_not_listed() -> None:
    assert shares("mother's hat", OWN)["kin"] == 50
    assert shares("she's here", OWN)["kin"] == 50
    assert shares("hat's brim", OWN)["kin"] == 0


def test_our_categories_are_about_25_open_lists_of_our_own() -> None:
    ours = load()
    assert ours.licence == "MIT" and "Traitscope" in ours.source and len(ours.categories) == 27
    assert "liwc" not in FILE.read_text("utf-8").lower()
    for each in ours.categories:
        assert each.title and (25 <= len(each.words) <= 120 or each.id in CLOSED), each.id


@pytest.mark.parametrize("name", MEANT)
def test_a_category_counts_what_is_meant_and_not_what_looks_like_it(name: str) -> None:
    ours = load()
    for word in MEANT[name]:
        assert shares(word, ours)[name] == 100, word
    for word in NOT_MEANT[name]:
        assert shares(word, ours)[name] == 0, word


def test_a_stem_that_begins_a_whole_word_of_its_list_makes_that_word_superfluous() -> None:
    for each in load().categories:
        stems = tuple(word[:-1] for word in each.words if word.endswith("*"))
        assert [word for word in each.words if not word.endswith("*") and word.startswith(stems)] == [], each.id


def test_a_story_about_oneself_differs_from_one_about_them() -> None:
    ours = load()
    mine = shares("I took my coat, and I told myself that I'm not afraid.", ours)
    theirs = shares("They took their coats, and they told themselves that he wasn't afraid.", ours)
    assert mine["first_person_singular"] == pytest.approx(100 * 5 / 12) and mine["third_person"] == 0
    assert theirs["third_person"] == pytest.approx(100 * 5 / 12) and theirs["first_person_singular"] == 0
    assert mine["negation"] == theirs["negation"] == mine["anxiety"] == theirs["anxiety"] == pytest.approx(100 / 12)


HEAD = 'title = "t"\nsource = "s"\nlicence = "MIT"\n'
LIST = '[[categories]]\nid = "sea"\ntitle = "Sea"\nwords = ["wave*", "salt"]\n'


def test_a_user_counts_by_a_file_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(HEAD + LIST, "utf-8")
    assert shares("Waves of salt and sand", load(tmp_path / "mine.toml")) == {"sea": 40}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEAD + "categories = []\n", "categories: there are none"),
        (HEAD + LIST + LIST, 'category "sea": an id must not be empty and must stand once, not 2 times'),
        (HEAD + LIST.replace('["wave*", "salt"]', "[]"), 'category "sea": words: there are none'),
        (HEAD + LIST.replace("wave*", "Wave*"), "'Wave*' is not allowed; one word in small letters"),
        (HEAD + LIST.replace("wave*", "*wave"), "'*wave' is not allowed"),
        (HEAD + LIST.replace("wave*", "high sea"), "'high sea' is not allowed"),
        (HEAD + LIST.replace("wave*", "wa*"), "'wa*' is too short; a stem needs 3 letters or more"),
        (HEAD + LIST.replace("wave*", "salt"), "'salt' stands 2 times"),
        (HEAD + LIST.replace("title =", "titel ="), "unknown key 'titel'; did you mean 'title'?"),
        (HEAD.replace('licence = "MIT"\n', "") + LIST, "'licence' is missing"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_file_place_and_reason(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(DefinitionError) as caught:
        load(path)
    assert str(caught.value).startswith(str(path)) and reason in str(caught.value) and "\n" not in str(caught.value)
