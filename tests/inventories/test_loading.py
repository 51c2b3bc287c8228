"""What a file of one's own may hold, and what a broken one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventories.loading import in_language, load_inventory
from inventories.reading import DefinitionError

TINY = """
title = "Tiny extraversion scale"
kind = "cognition"
licence = "public domain"
scales = { E = { name = "Extraversion", items = 2, reversed = 1 } }
options = [{ value = 1, text = "no" }, { value = 2, text = "perhaps" }, { value = 3, text = "yes" }]
items = [
  { id = "E1", scale = "E", key = 1, text = "Am the life of the party." },
  { id = "E2", scale = "E", key = -1, text = "Don't talk a lot." },
]
"""
OVERLAY = """
overlay_of = "tiny"
language = "de"
language_name = "German"
options = [{ value = 1, text = "nein" }, { value = 2, text = "vielleicht" }, { value = 3, text = "ja" }]
[items]
E1 = "Ich bringe Leben in jedes Fest."
E2 = "Ich rede nicht viel."
"""


def test_a_file_of_ones_own_and_its_translation_load_from_beside_the_study(tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(TINY, encoding="utf-8")
    (tmp_path / "tiny.de.toml").write_text(OVERLAY, encoding="utf-8")
    inventory = load_inventory("tiny.toml", beside=tmp_path)
    assert (inventory.id, inventory.scale("E").trait, inventory.terms.use) == ("tiny", "extraversion", "unstated")
    german = in_language(inventory, "de")
    assert german.statements(german.items[1]) == ("Ich rede nicht viel.",)
    (tmp_path / "tiny.toml").write_text(TINY.replace("perhaps", "maybe"), encoding="utf-8")
    assert load_inventory("tiny.toml", beside=tmp_path).options[1].text == "maybe", "an edited file is read again"


BROKEN = {
    "unknown scale": ('scale = "E", key = 1', 'scale = "X", key = 1', "item \"E1\": unknown scale 'X'; Allowed: E"),
    "key 0": ("key = -1", "key = 0", 'item "E2": key must be 1 or -1, not 0'),
    "doubled id": ('id = "E2"', 'id = "E1"', 'item "E1": this id stands twice'),
    "empty id": ('id = "E2"', 'id = " "', "an id must not be empty"),
    "missing licence": ('licence = "public domain"', "", "'licence' is missing"),
    "misspelt key": ("licence =", "lisence =", "unknown key 'lisence'; did you mean 'licence'?"),
    "misspelt item key": ("key = -1", "kee = -1", "items \"E2\": unknown key 'kee'; did you mean 'key'?"),
    "wrong number of items": ("items = 2", "items = 3", 'scale "E": items = 3, but 2 are there'),
    "wrong number of reversed": ("reversed = 1", "reversed = 0", 'scale "E": reversed = 0, but 1 are there'),
    "unknown kind": ('"cognition"', '"emotion"', "kind: 'emotion' is not allowed; did you mean 'cognition'?"),
    "text for a number": ("value = 3", 'value = "3"', "options number 3, value: expected `int`, got `str`, seen '3'"),
    "no options": (TINY.splitlines()[5], "", "needs at least two options, has 0"),
    "no text": ('text = "Don\'t talk a lot."', 'left = "loud"', 'item "E2": needs a text, or both left and right'),
    "blank text": ('text = "Don\'t talk a lot."', 'text = " \\n"', 'item "E2": needs a text, or both left and right'),
    "key of many parts": (
        "licence",
        f"{'a.' * 100_000}b = 1\nlicence",
        ": a key of more than 30 parts; allowed: up to 30",
    ),
    "unknown option set": ("key = -1", 'key = -1, options = "other"', "unknown option set 'other'"),
    "catch value": ("key = -1", "key = -1, catch = [9]", "catch: no option has the value 9; Allowed: 1, 2, 3"),
    "template": ("licence", 'printed = "I am"\nlicence', "printed: 'I am' has no place for the item"),
    "idle scale": ("scales = {", 'scales = { F = "Fun",', 'scale "F": no item counts towards it'),
    "not TOML": ("items = [", "items = ", "not valid TOML"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_told_file_place_and_reason_in_one_line(what: str, tmp_path: Path) -> None:
    old, new, reason = BROKEN[what]
    assert old in TINY
    path = tmp_path / "tiny.toml"
    path.write_text(TINY.replace(old, new), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_inventory(str(path))
    message = str(caught.value)
    assert message.startswith(str(path)) and reason in message and "\n" not in message


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("scales = { F = { mean = 2 } }", "norm \"a\": unknown scale 'F'; Allowed: E"),
        ("scales = { E = { mean = 2, sd = 0 } }", 'norm "a", scale "E": sd must be above 0'),
        ("scales = { E = { sd = 1 } }", "'mean' is missing"),
    ],
)
def test_a_norm_that_cannot_be_used_is_told(end: str, reason: str, tmp_path: Path) -> None:
    norm = '[[norms]]\nid = "a"\nmetric = "sum"\npopulation = "p"\nsource = "s"\nverified = true\n'
    path = tmp_path / "tiny.toml"
    path.write_text(TINY + norm + end, encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"^[^\n]*$") as caught:
        load_inventory(str(path))
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("items", "reason"),
    [('E = ["E2"]', "'E2' is not so among the items; did you mean '-E2'?"), ('F = ["E1"]', "unknown scale 'F'")],
)
def test_a_short_form_must_agree_with_the_items(items: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "tiny.toml"
    short = f'[short_forms.tiniest]\ntitle = "Tiniest"\nverified = true\nitems = {{ {items} }}\n'
    path.write_text(TINY + short, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_inventory(str(path))
    assert reason in str(caught.value) and 'short form "tiniest"' in str(caught.value)


def test_a_file_that_is_not_utf8_or_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes(TINY.replace("Tiny", "T\u00ffny").encode("latin-1"))
    with pytest.raises(DefinitionError, match="is not UTF-8; save the file as UTF-8"):
        load_inventory(str(path))
    with pytest.raises(DefinitionError, match="cannot be read"):
        load_inventory(str(tmp_path / "absent.toml"))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('E2 = "', 'E3 = "', "items: 'E3' is no item of tiny; Allowed: E1, E2"),
        ('E2 = "Ich rede nicht viel."', "", "items: 'E2' is missing"),
        (
            'overlay_of = "tiny"',
            'overlay_of = "small"',
            "overlay_of: 'small' does not fit the file's name; Allowed: tiny",
        ),
        ('language = "de"', 'language = "fr"', "language: 'fr' does not fit the file's name; Allowed: de"),
        ("value = 3", "value = 4", "options: the values must be [1, 2, 3] as in tiny, not [1, 2, 4]"),
        ("[items]", 'untranslated = ["E9"]\n[items]', "untranslated: 'E9' is no item of tiny"),
        ("[items]", 'key_overrides = [{ item = "E1", key = 2, evidence = "" }]\n[items]', "key must be 1 or -1, not 2"),
    ],
)
def test_a_translation_that_does_not_fit_is_told(old: str, new: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(TINY, encoding="utf-8")
    assert old in OVERLAY
    (tmp_path / "tiny.de.toml").write_text(OVERLAY.replace(old, new), encoding="utf-8")
    inventory = load_inventory(str(tmp_path / "tiny.toml"))
    with pytest.raises(DefinitionError) as caught:
        in_language(inventory, "de")
    assert str(tmp_path / "tiny.de.toml") in str(caught.value) and reason in str(caught.value)


def test_an_unknown_inventory_or_language_is_told_what_there_is() -> None:
    with pytest.raises(DefinitionError, match="no inventory 'bfi45' in the bank; did you mean 'bfi44'"):
        load_inventory("bfi45")
    with pytest.raises(DefinitionError, match="no language 'xx'; Allowed: ar, bg"):
        load_inventory("ipip_neo_120.xx")
