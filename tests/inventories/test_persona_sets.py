"""Persona sets: what each one holds, how they are spelt out, and what a broken file is told."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from inventories.loading import load_inventory
from inventories.persona_sets import FOLDER, PersonaSet, load_persona_set, persona_set_ids
from inventories.reading import DefinitionError

SHARED = Path(__file__).parents[3] / "shared" / "inventories"
FIVE = ["extraversion", "agreeableness", "conscientiousness", "neuroticism", "openness"]
COUNTS = {
    "none": 1,
    "big_five_32": 32,
    "big_five_32_negated": 32,
    "big_five_32_other_words": 32,
    "big_five_graded": 45,
    "dark_triad": 8,
    "mbti_16": 16,
    "controls_30": 30,
    "survey_random": 200,
    "creative_analytic": 2,
    "descriptions_50": 50,
    "subjects": 37,
}
NO_SENTENCES = ("none", "subjects")
SMALL_WORDS = set(
    re.findall(
        r"\w+",
        "a am an and are as at be by can do does for from i in is it my not of on or that the them they to what will"
        " with you your",
    )
)


def words(*texts: str) -> set[str]:
    """Content words, cut to five letters so that a word and its forms count as one."""
    return {word[:5] for text in texts for word in re.findall(r"[a-z]+", text.lower()) if word not in SMALL_WORDS}


def texts_of(inventory: str) -> set[str]:
    return words(*(item.text or f"{item.left} {item.right}" for item in load_inventory(inventory).items))


def find(personas: PersonaSet, name: str) -> str:
    return next(each.text for each in personas.personas if each.id == name)


@pytest.mark.parametrize("name", COUNTS)
def test_every_set_is_spelt_out_and_says_where_it_comes_from(name: str) -> None:
    assert set(persona_set_ids()) == set(COUNTS)
    personas = load_persona_set(name)
    assert len(personas.personas) == COUNTS[name]
    assert len({each.id for each in personas.personas}) == COUNTS[name]
    assert personas.title and personas.source and personas.licence and personas.id == name
    for persona in personas.personas:
        assert persona.set == name
        assert "{" not in persona.text and "  " not in persona.text and "\n" not in persona.text
        assert name in NO_SENTENCES or re.match(r"[A-Z]", persona.text)
        assert name in NO_SENTENCES or persona.text.endswith(".")


def test_the_bare_model_is_the_empty_text() -> None:
    (bare,) = load_persona_set("none").personas
    assert (bare.id, bare.text, bare.assigned, bare.attributes) == ("bare", "", {}, {})


def test_the_32_combinations_say_the_adjectives_and_carry_their_signs() -> None:
    personas = load_persona_set("big_five_32")
    expected = "You are a character who is extroverted, agreeable, unconscientious, emotionally stable, and open to experience."
    assert find(personas, "E+A+C-N-O+") == expected
    for each in personas.personas:
        assert list(each.assigned) == FIVE
        signs = "".join(f"{trait[0].upper()}{'+' if level > 0 else '-'}" for trait, level in each.assigned.items())
        assert signs == each.id and set(each.assigned.values()) <= {-1.0, 1.0}


CROSSED = ["big_five_32", "big_five_32_negated", "big_five_32_other_words", "dark_triad", "mbti_16"]


@pytest.mark.parametrize("name", CROSSED)
def test_the_half_fraction_keeps_every_pair_of_traits_balanced(name: str) -> None:
    whole, half = load_persona_set(name), load_persona_set(name, fraction="half")
    assert len(half.personas) * 2 == len(whole.personas) and half.fraction == "half" and half.fractions == ("half",)
    assert {each.id for each in half.personas} < {each.id for each in whole.personas}
    traits = list(half.personas[0].assigned)
    for first, second in itertools.combinations(traits, 2):
        pairs = Counter((each.assigned[first], each.assigned[second]) for each in half.personas)
        assert len(pairs) == 4 and len(set(pairs.values())) == 1
    for each in half.personas:
        product = 1.0
        for level in each.assigned.values():
            product *= level
        assert product == 1


def test_the_half_of_the_32_confounds_no_trait_with_a_pair_of_others() -> None:
    half = [each.assigned for each in load_persona_set("big_five_32", fraction="half").personas]
    for one, two, three in itertools.product(FIVE, repeat=3):
        if len({one, two, three}) == 3:
            assert sum(each[one] * each[two] * each[three] for each in half) == 0


def test_a_negated_pole_is_said_with_the_word_of_the_other_pole() -> None:
    plain, negated = load_persona_set("big_five_32"), load_persona_set("big_five_32_negated")
    assert negated.control_of == "big_five_32"
    assert "not introverted" in find(negated, "E+A+C+N+O+") and "not extroverted" in find(negated, "E-A-C-N-O-")
    for high, low in zip(plain.personas, reversed(plain.personas), strict=True):
        opposite = low.text.removeprefix("You are a character who is ").removesuffix(".").replace(", and ", ", ")
        expected = [f"not {marker}" for marker in opposite.split(", ")]
        said = find(negated, high.id).removeprefix("You are a character who is ").removesuffix(".")
        assert said.replace(", and ", ", ").split(", ") == expected
        assert next(each for each in negated.personas if each.id == high.id).assigned == high.assigned


def test_the_other_words_share_none_with_the_items() -> None:
    other = load_persona_set("big_five_32_other_words")
    markers = words(*(each.text.removeprefix("You are a character who is ") for each in other.personas))
    assert {"grega", "unfla", "narro"} <= markers
    assert not markers & texts_of("bfi44")
    plain = words(
        *(each.text.removeprefix("You are a character who is ") for each in load_persona_set("big_five_32").personas)
    )
    assert plain & texts_of("bfi44"), "the plain markers do share words: the test can see it"
    assert not markers & plain


def test_graded_markers_stand_as_published() -> None:
    graded = load_persona_set("big_five_graded")
    assert graded.licence == "CC BY 4.0" and "Copyright 2025 DeepMind" in graded.attribution
    assert [each.assigned for each in graded.personas] == [{trait: level} for trait in FIVE for level in range(1, 10)]
    assert find(graded, "neuroticism-1").startswith("I'm extremely relaxed, extremely at ease, extremely easygoing")
    assert find(graded, "extraversion-5").startswith("I'm neither unfriendly nor friendly, neither introverted nor")
    assert find(graded, "openness-7").endswith("sophisticated, and socially progressive.")
    assert find(graded, "agreeableness-6").startswith("I'm a bit trustful, a bit moral")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the source files in ../shared/inventories are absent")
def test_the_52_pairs_are_those_of_the_source() -> None:
    given: dict[str, Any] = json.loads((SHARED / "adjectives_serapio104.json").read_text("utf-8"))
    here = tomllib.loads((FOLDER / "big_five_graded.toml").read_text("utf-8"))["graded"]
    names = dict(zip(("EXT", "AGR", "CON", "NEU", "OPE"), FIVE, strict=True))
    assert here["levels"] == [{"level": each["level"], "text": each["pattern"]} for each in given["levels"]]
    assert len(here["pairs"]) == len(given["pairs"]) == 52
    for pair, was in zip(here["pairs"], given["pairs"], strict=True):
        assert {**pair, "domain": None, "trait": None} == {
            **{key: value for key, value in was.items() if value is not None},
            "domain": None,
            "trait": None,
        }
        assert pair["trait"] == names[was["domain"]]


def test_dark_personas_name_neither_trait_nor_item() -> None:
    triad = load_persona_set("dark_triad")
    assert [each.id for each in triad.personas][0::7] == ["M+N+P+", "M-N-P-"]
    said = words(*(each.text for each in triad.personas))
    assert not said & words("machiavellian machiavellianism narcissist narcissism psychopath psychopathy")
    assert not said & texts_of("sd3")


def test_types_carry_the_letters_and_the_signs_of_the_open_inventory() -> None:
    types, scales = load_persona_set("mbti_16"), load_inventory("oejts12")
    axes = {scales.scale(name).trait: scales.scale(name) for name in scales.scales}
    for each in types.personas:
        assert each.attributes == {"type": each.id} and list(each.assigned) == [
            "type_ei",
            "type_sn",
            "type_ft",
            "type_jp",
        ]
        for letter, (trait, level) in zip(each.id, each.assigned.items(), strict=True):
            pole = axes[trait].high if level > 0 else axes[trait].low
            assert pole is not None and pole.letter == letter
    assert any("oejts12" in note and "stand-in" in note for note in types.notes)
    said = words(*(each.text for each in types.personas))
    assert not said & words("introvert extravert sensing intuition thinking feeling judging perceiving")
    assert not said & texts_of("oejts12")


def test_the_thirty_controls_differ_and_say_nothing_of_a_trait() -> None:
    controls = load_persona_set("controls_30").personas
    assert len({re.sub(r"\W+", " ", each.text.lower()) for each in controls}) == 30
    assert all(not each.assigned for each in controls)
    said = words(*(each.text for each in controls))
    assert not said & texts_of("bfi44")
    graded = words(*(each.text for each in load_persona_set("big_five_graded").personas))
    markers = words(*(each.text for name in CROSSED[:3] for each in load_persona_set(name).personas))
    assert not said & ((graded | markers) - words("who character"))


def test_the_fifty_descriptions_tell_of_different_lives_and_of_no_trait() -> None:
    fifty = load_persona_set("descriptions_50").personas
    assert [each.id for each in fifty] == [f"d{number:02d}" for number in range(1, 51)]
    assert all(not each.assigned for each in fifty)
    assert Counter(each.attributes["sex"] for each in fifty) == {"female": 25, "male": 25}
    ages = [int(each.attributes["age"]) for each in fifty]
    assert min(ages) < 20 and max(ages) > 70 and len({each.attributes["country"] for each in fifty}) > 45
    for each in fifty:
        sex = {"female": "woman", "male": "man"}[each.attributes["sex"]]
        assert re.match(rf"You are an? {each.attributes['age']}-year-old {sex} from ", each.text)
        assert each.attributes["country"] in each.text and len(re.findall(r"\.( |$)", each.text)) == 4
    said = words(*(each.text for each in fifty))
    graded = words(*(each.text for each in load_persona_set("big_five_graded").personas))
    markers = words(*(each.text for name in CROSSED[:3] for each in load_persona_set(name).personas))
    assert said & texts_of("bfi44") <= words("every follow new play until work")
    assert sorted(said & ((graded | markers) - words("character who"))) == []


def test_a_subject_is_a_noun_phrase_that_fits_into_a_sentence() -> None:
    subjects = load_persona_set("subjects").personas
    assert all(re.fullmatch(r"[a-z]+( [a-z]+)*", each.text) for each in subjects)
    kinds = Counter(each.attributes["kind"] for each in subjects)
    assert kinds == {"sex": 2, "all": 1, "profession": 34}
    assert {"men", "women", "barbers", "accountants", "people in general"} <= {each.text for each in subjects}
    assert not any(each.assigned for each in subjects)


def test_a_draw_is_balanced_over_every_attribute() -> None:
    drawn = load_persona_set("survey_random", n=4000).personas
    assert {len(each.attributes) for each in drawn} == {11} and not any(each.assigned for each in drawn)
    for name in drawn[0].attributes:
        counts = Counter(each.attributes[name] for each in drawn)
        expected = len(drawn) / len(counts)
        chi_squared = sum((count - expected) ** 2 / expected for count in counts.values())
        assert chi_squared < 2.5 * len(counts) + 12, (name, counts)  # beyond p = .001 for 1 to 27 degrees of freedom
    both = Counter((each.attributes["sex"], each.attributes["children"]) for each in drawn)
    assert len(both) == 10 and min(both.values()) > 320


def test_a_larger_draw_keeps_the_people_of_a_smaller_one_and_another_seed_draws_others() -> None:
    small, large = load_persona_set("survey_random", n=7), load_persona_set("survey_random", n=50)
    assert large.personas[:7] == small.personas == load_persona_set("survey_random").personas[:7]
    assert small.personas[0].attributes["country"] == "iran", "the same on every machine and in every release"
    other = load_persona_set("survey_random", n=50, seed=1)
    assert not {each.id for each in other.personas} & {each.id for each in large.personas}
    assert sum(a.text == b.text for a, b in zip(other.personas, large.personas, strict=True)) == 0


def test_a_draw_is_the_same_under_every_hash_seed() -> None:
    code = (
        "from inventories.persona_sets import load_persona_set, persona_set_ids;"
        "from inventories.ids import digest;"
        "print(digest(*[load_persona_set(name, seed=3).personas for name in persona_set_ids()]))"
    )
    root = Path(__file__).parents[2]
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "4711")
    }
    assert len(printed) == 1 and re.fullmatch(r"[0-9a-f]{20}\n", printed.pop())


HEAD = 'title = "t"\nsource = "s"\nlicence = "MIT"\n'
FACTOR = '[[factors]]\ntrait = "openness"\nlevels = [{ id = "O+", text = "open", level = 1 }, { id = "O-", text = "closed", level = -1 }]\n'
PERSON = 'personas = [{ id = "a", text = "You are a." }, { id = "b", text = "You are b." }]\n'


def test_a_set_of_ones_own_loads_from_beside_the_study(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(HEAD + PERSON, encoding="utf-8")
    mine = load_persona_set("mine.toml", beside=tmp_path)
    assert [(each.id, each.set) for each in mine.personas] == [("a", "mine"), ("b", "mine")]
    assert load_persona_set(tmp_path / "mine.toml") == mine


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (HEAD, "needs one of personas, factors, graded and draw, seen none of them"),
        (HEAD + 'template = "{openness}"\n' + PERSON + FACTOR, "seen personas and factors"),
        (HEAD.replace('licence = "MIT"\n', "") + PERSON, "'licence' is missing"),
        (HEAD + PERSON.replace('"b"', '"a"'), 'persona "a": this id stands 2 times; ids must differ'),
        (HEAD + PERSON.replace('"b"', '" "'), "an id must not be empty"),
        (HEAD + PERSON.replace("text", "txet", 1), 'personas "a": unknown key \'txet\'; did you mean \'text\'?'),
        (HEAD + 'template = "You are {opennes}."\n' + FACTOR, "template: unknown {opennes}; did you mean 'openness'?"),
        (HEAD + 'template = "You are."\n' + FACTOR, "template: {openness} is missing"),
        (HEAD + 'template = "{openness}"\nfractions = { half = ["open"] }\n' + FACTOR, "fraction \"half\": unknown trait 'open'"),
        (HEAD + 'template = "{openness}"\nfractions = { half = ["openness"] }\n' + FACTOR.replace("-1", "2"), "needs two levels, one below"),
        (HEAD + '[draw]\nn = 0\ntemplate = "{a}"\nattributes = { a = [{ id = "x", text = "x" }] }', "at least one persona must be drawn"),
        (HEAD + '[draw]\nn = 2\ntemplate = "{a}"\nattributes = { a = [] }', 'attribute "a": needs at least one category'),
        (HEAD + 'fractions = { half = ["openness"] }\n' + PERSON, "fractions belong to crossed factors; there are none"),
        (HEAD + 'template = "{openness}"\nattributes = { name = "{idd}" }\n' + FACTOR, "unknown {idd}; did you mean 'id'?"),
        (HEAD + '[graded]\ntemplate = "{markers}"\nlevels = []\npairs = []', "makes no persona"),
        ("personas = [", "not valid TOML"),
    ],
)  # fmt: skip
def test_a_broken_set_is_told_file_place_and_reason_in_one_line(body: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(body, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_persona_set(path)
    assert str(caught.value).startswith(str(path)) and reason in str(caught.value) and "\n" not in str(caught.value)


def test_a_wrong_name_fraction_or_number_is_told() -> None:
    with pytest.raises(DefinitionError, match="no persona set 'big_five'; did you mean 'big_five_32'"):
        load_persona_set("big_five")
    with pytest.raises(DefinitionError, match="no fraction 'third'; Allowed: half"):
        load_persona_set("big_five_32", fraction="third")
    with pytest.raises(DefinitionError, match="n = 5, but these personas are not drawn"):
        load_persona_set("controls_30", n=5)
    with pytest.raises(DefinitionError, match="n = 0, but at least one"):
        load_persona_set("survey_random", n=0)
