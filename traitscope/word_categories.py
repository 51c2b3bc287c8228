"""How often a text speaks of what: shares of open word categories, ours or a user's own lists."""

from __future__ import annotations

import math
import re
from collections import Counter
from pathlib import Path

import msgspec

from inventories.reading import DefinitionError, read_toml

FILE = Path(__file__).with_suffix(".toml")
SHORTEST_STEM = 3  # letters; a shorter one catches half the dictionary
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_ENTRY = re.compile(rf"{_TOKEN.pattern}\*?")


class Category(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A list of words in small letters; a * at the end stands for every word that begins so."""

    id: str
    title: str
    words: list[str]


class Categories(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of word categories."""

    title: str
    source: str
    licence: str
    categories: list[Category]
    language: str = "en"


def load(path: Path | str | None = None) -> Categories:
    """The program's own categories, or those in the TOML file `path`, which has the same form; checked."""
    file = FILE if path is None else Path(path).expanduser()
    read = read_toml(file, Categories)
    _check(read, file)
    return read


def words(text: str) -> list[str]:
    """The words of `text` in small letters, apostrophes kept; digits are no words, and a hyphen parts two words.

    >>> words("I don’t like well-known songs from 1999.")
    ['i', "don't", 'like', 'well', 'known', 'songs', 'from']
    """
    return _TOKEN.findall(text.replace("’", "'").lower())


def shares(text: str, categories: Categories) -> dict[str, float]:
    """Category id -> words of the category in 100 words of `text`; NaN in all of them where the text has no word.

    A word counts once in each category that lists it, so shares do not sum to 100. Of a word with 's that no category
    lists, what stands before the 's counts: "mother's" as "mother".
    """
    spoken = Counter(words(text))
    n_words = spoken.total()
    if not n_words:
        return {each.id: math.nan for each in categories.categories}
    return {
        each.id: 100 * sum(count for word, count in spoken.items() if word in found) / n_words
        for each, found in zip(categories.categories, _listed(spoken, categories), strict=True)
    }


def _listed(spoken: Counter[str], categories: Categories) -> list[set[str]]:
    """Of each category the words of `spoken` that it lists."""
    found = [_matching(set(spoken), each) for each in categories.categories]
    known = set().union(*found)
    owners = {word: word.removesuffix("'s") for word in spoken if word.endswith("'s") and word not in known}
    for listed, each in zip(found, categories.categories, strict=True):
        owned = _matching(set(owners.values()), each)
        listed.update(word for word, owner in owners.items() if owner in owned)
    return found


def _matching(spoken: set[str], category: Category) -> set[str]:
    stems = tuple(word[:-1] for word in category.words if word.endswith("*"))
    return {word for word in spoken if word.startswith(stems)} | spoken.intersection(category.words)


def _check(read: Categories, file: Path) -> None:
    if not read.categories:
        raise DefinitionError(f"{file}: categories: there are none; at least one is needed")
    for name, count in Counter(each.id for each in read.categories).items():
        if count > 1 or not name.strip():
            raise DefinitionError(
                f'{file}, category "{name}": an id must not be empty and must stand once, not {count} times'
            )
    for each in read.categories:
        place = f'{file}, category "{each.id}"'
        if not each.words:
            raise DefinitionError(f"{place}: words: there are none; at least one is needed")
        for word, count in Counter(each.words).items():
            if not _ENTRY.fullmatch(word) or word != word.lower():
                raise DefinitionError(
                    f"{place}: {word!r} is not allowed; one word in small letters, with ' inside or * at the end"
                )
            if word.endswith("*") and len(word) <= SHORTEST_STEM:
                raise DefinitionError(f"{place}: {word!r} is too short; a stem needs {SHORTEST_STEM} letters or more")
            if count > 1:
                raise DefinitionError(f"{place}: {word!r} stands {count} times; once is enough")
