"""The mentions in a reply: labels, options' words, numbers, each with its place among the options, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from inventories import reply_words as words
from inventories.reply_text import fold, plain, unaccented


class PrintedOption(msgspec.Struct, frozen=True):
    """An option as it stood on the page."""

    label: str
    text: str
    value: int


class Sign(msgspec.Struct, frozen=True):
    """A mention of an option, or of a number or letter that is none of them."""

    start: int
    end: int
    place: int | None  # of the option in printed order; None: off the scale
    kind: Literal["number", "letter", "text"]


class Page:
    """The options as they were printed, and what in a text mentions one of them."""

    def __init__(self, options: Sequence[PrintedOption]) -> None:
        self.labels = {fold(option.label): place for place, option in enumerate(options)}
        self.printed = {option.label for option in options}
        texts: dict[str, int] = {}
        for place, option in enumerate(options):
            for each in _forms(option.text):
                texts[each] = -1 if texts.get(each, place) != place else place
        self.texts = {text: place for text, place in texts.items() if place >= 0}
        self.numeric = all(label.isdigit() for label in self.labels)
        self.roman = not self.numeric and any(len(label) > 1 for label in self.labels)
        self.text_pattern = _alternatives(self.texts)

    def number(self, text: str) -> int | Literal["off_scale"]:
        value = float(text.lstrip("#").replace(",", "."))
        return self.labels.get(str(int(value)), "off_scale") if value.is_integer() and self.numeric else "off_scale"

    def signs(self, said: str, folded: str) -> Iterator[Sign]:
        covered: list[tuple[int, int]] = []
        for match in self.text_pattern.finditer(folded) if self.text_pattern else ():
            last = covered[-1][1] if covered else 0  # where the option before it ends with its own word of degree
            before = folded[max(last, match.start() - 24) : match.start()]
            after = folded[match.end() : match.end() + 24]
            covered.append(match.span())
            if not _DEGREE_BEFORE.search(before) and not _DEGREE_AFTER.match(
                after
            ):  # "somewhat agree" is not the option "agree"
                yield Sign(match.start(), match.end(), self.texts[match[0]], "text")

        def free(match: re.Match[str]) -> bool:
            return not any(start < match.end() and match.start() < end for start, end in covered)

        for match in _NUMBER.finditer(folded):
            if free(match):
                found = self.number(match[0]) if match[0][0] != "-" else "off_scale"
                yield Sign(match.start(), match.end(), found if isinstance(found, int) else None, "number")
        if self.numeric:
            for match in _NUMBER_WORD.finditer(folded):
                if free(match) and match[0] not in _WEAK_NUMBERS:
                    yield Sign(match.start(), match.end(), self.labels.get(str(NUMBER_OF[match[0]])), "number")
            return
        for match in _LETTERS.finditer(said):
            letter = fold(match[1])
            if free(match) and self._is_label(said, folded, match, letter):
                yield Sign(match.start(1), match.end(1), self.labels.get(letter), "letter")

    def _is_label(self, said: str, folded: str, match: re.Match[str], letter: str) -> bool:
        """Whether letters are a label: as printed or dressed, and where no word, name or abbreviation is meant."""
        before, after = said[: match.start(1)], said[match.end(1) :]
        if (
            _NAMED_BEFORE.search(folded[: match.start(1)][-24:])
            or re.match(r"['.][^\W\d_]", after)
            or re.search(r"[^\W\d_]\.$", before)
        ):
            return False
        dressed = (
            re.search(r"[(\[*\"'`{]\s*$|\b(?:option|choice|label|letter)\s+$", before, re.I) is not None
            and re.match(r"[)\]*\"'`}.:,;\s]|$", after) is not None
        )
        # a number with a sign after it begins something else: "A 99. B"
        ends = re.match(r"\s*(?:$|\n|[^\w\s\-–—*_(\[\"'“”‘’«&/$€£+@#]|[-–—*]+\s|\Z|\d+[.)]\s)", after) is not None
        if letter not in self.labels:
            known = len(letter) == 1 or (self.roman and re.fullmatch(r"[ivx]+", letter) is not None)
            return known and letter not in words.WORD_LETTERS and match[1].isupper() and ends
        if letter in words.WORD_LETTERS:
            linked = re.match(
                r"\s*(?:/|(?:or|and|to|then|und|oder|ou|et|o|y)\s+(?:option\s+)?[\"'(*]*([A-Za-z]{1,4})\b)", after
            )
            other = linked is not None and (
                linked[1] is None
                or (
                    linked[1].isupper() == match[1].isupper()
                    and fold(linked[1]) in self.labels.keys() - {letter, "i", "a"}
                )
            )
            upper = match[1].isupper() or len(before.strip()) < 3 or not before.strip()[-1:].isalpha()
            announced = _ANNOUNCED.search(folded[: match.start(1)][-40:]) is not None
            # "Answer: A bit of both": these two begin phrases
            if announced and match[1] in self.printed and letter not in {"a", "i"}:
                return True
            return dressed or other or (ends and (upper or announced)) or (
                letter != "i" and re.match(r"\s+(?:is too|is out|is overkill|because|since)\b", after) is not None)  # fmt: skip
        named = re.search(r"(\w+)\s+$", before)
        proper = (
            named is not None
            and named[1][0].isupper()
            and fold(named[1]) not in words.LABEL_NOUNS
            and len(named[1]) > 1
            and before.strip() != named[1]
        )
        return not proper or dressed


def _forms(text: str) -> set[str]:
    """An option's text as replies give it: whole, without its remark in brackets, its word of degree before or after."""
    full = fold(plain(text))
    forms = {full.strip(" ."), re.sub(r"\s*\(.*?\)\s*", " ", full).strip(" .")}
    for each in list(forms):
        pair = each.split()
        if len(pair) == 2 and words.TURNING & set(pair):
            forms.add(" ".join(reversed(pair)))
    return {each for each in forms if each and not each.isdigit()}


def _alternatives(texts: dict[str, int]) -> re.Pattern[str] | None:
    """A pattern for any of the texts, the longest first, at word borders where a script has words."""
    each = sorted(texts, key=len, reverse=True)
    spaced = re.compile(r"[a-z\u00c0-\u06ff\u0900-\u097f]")
    borders = [
        rf"(?<![^\W\d_]){re.escape(text)}(?![^\W\d_])" if spaced.search(text) else re.escape(text) for text in each
    ]
    return re.compile("|".join(borders)) if borders else None


def either(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{unaccented(pattern)})" for pattern in patterns))


NUMBER_OF = {fold(word): number for number, listed in words.NUMBERS.items() for word in listed.split()}
_ANNOUNCED = re.compile(either(words.ANSWER).pattern + r"|:\s*$")
_NUMBER = re.compile(r"(?<![\w.,:$€#£+])#?-?\d+(?:[.,]\d+)?(?![a-z%°_]|[.,:]\d|\d)")
_LETTERS = re.compile(r"(?<![A-Za-z0-9\u00c0-\u024f])([A-Za-z]{1,4})(?![A-Za-z0-9\u00c0-\u024f])")
_DEGREE_BEFORE = re.compile(rf"\b{unaccented(words.DEGREE)}[ \t]+$|{unaccented(words.DEGREE_SIGNS)}$")
_DEGREE_AFTER = re.compile(rf"[ \t]+{unaccented(words.DEGREE)}\b")
_NAMED_BEFORE = re.compile(rf"\b{words.NAMED_BEFORE}\s+$")
_WEAK_NUMBERS = frozenset(map(fold, words.WEAK_NUMBERS))
_NUMBER_WORD = re.compile(
    r"(?<!\w)(?:" + "|".join(sorted(map(re.escape, NUMBER_OF), key=len, reverse=True)) + r")(?!\w)"
)
