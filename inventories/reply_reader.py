"""The option that a reply names, told by the strongest sign there is.

The way: the whole reply is an answer; else what is said to be the answer; else any option that is named at all. A stronger
sign ends the search, and signs of one strength must agree or be corrected in words. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from inventories import reply_words as words
from inventories.reply_json import answer_in
from inventories.reply_text import fold, peeled, plain

Outcome = Literal["answered", "refused", "ambiguous", "off_scale", "unreadable", "missing"]


class PrintedOption(msgspec.Struct, frozen=True):
    """An option as it stood on the page."""

    label: str
    text: str
    value: int


class _Sign(msgspec.Struct, frozen=True):
    """Something in a reply that names an option, or a number that is none of them."""

    start: int
    end: int
    place: int | None  # of the option in printed order; None: off the scale
    kind: Literal["label", "text"]


class Reader:
    """Everything that depends on the options, made once for a reply or a block."""

    def __init__(self, options: Sequence[PrintedOption]) -> None:
        self.options = options
        self.labels = {fold(option.label): place for place, option in enumerate(options)}
        texts: dict[str, int] = {}
        for place, option in enumerate(options):
            full = fold(plain(option.text))
            short = fold(re.sub(r"\s*\(.*?\)\s*", " ", plain(option.text)).strip())
            for each in {full.strip(" ."), short.strip(" .")} - {""}:
                texts[each] = -1 if each in texts and texts[each] != place else place
        self.texts = {text: place for text, place in texts.items() if place >= 0}
        self.numeric = all(label.isdigit() for label in self.labels)
        self.text_pattern = _alternatives(self.texts)

    # ---- from the strongest sign to the weakest

    def read(self, said: str) -> int | Outcome:
        """The place of the option that is answered, or the outcome that is none; `said` is plain and without thinking."""
        structured = answer_in(said)
        said = said if structured is None else structured
        whole = self.whole(said)
        return self._resolved(said) if whole is None else whole

    def whole(self, said: str) -> int | Outcome | None:
        """The whole reply is an answer: a label, an option's text, or both."""
        core = fold(peeled(said))
        if core in words.NO_ANSWER:
            return "refused"
        core = re.sub(words.LEAD_IN, "", core).strip(" .:*\"'")
        if core in self.labels:
            return self.labels[core]
        if core in self.texts:
            return self.texts[core]
        if (number := _number_word(core)) is not None and self.numeric:
            return self.labels.get(str(number), "off_scale")
        if re.fullmatch(r"-?\d+([.,]\d+)?", core):
            return self._number(core)
        if not self.numeric and re.fullmatch(r"[a-z]", core) and core not in words.SINGLE_LETTER_WORDS:
            return "off_scale"
        return self._label_and_text(core)

    def _label_and_text(self, core: str) -> int | Outcome | None:
        match = re.fullmatch(r"[(\[]?([0-9]+|[a-z]+)[)\].:]*\s*[-:=.,)]*\s*[(\[\"']?(.+?)[)\]\"']?", core)
        if match and match[1] in self.labels and match[2].strip(" .*\"'") in self.texts:
            label, text = self.labels[match[1]], self.texts[match[2].strip(" .*\"'")]
            return label if label == text else "ambiguous"
        turned = re.fullmatch(r"(.+?)\s*[(\[:,-]+\s*(?:option |number |rating )?([0-9]+|[a-z]+)[)\]]?", core)
        if turned and turned[2] in self.labels and turned[1].strip(" .*\"'") in self.texts:
            label, text = self.labels[turned[2]], self.texts[turned[1].strip(" .*\"'")]
            return label if label == text else "ambiguous"
        return None

    def _number(self, text: str) -> int | Outcome:
        value = float(text.replace(",", "."))
        if value.is_integer() and self.numeric:
            return self.labels.get(str(int(value)), "off_scale")
        return "off_scale"

    # ---- signs in prose

    def _resolved(self, said: str) -> int | Outcome:
        """The answer of a reply that is more than an answer: what is marked as one, else what is named at all."""
        said = self._without_asides(said)
        folded = fold(said)
        for pattern in _FINAL:
            if matches := list(pattern.finditer(folded)):
                final = self._named(said, matches[-1].end())
                if final is not None:
                    return final
        strong = [] if (first := self._leading(said)) is None else [(0, first)]
        for match in _ANSWER.finditer(folded):
            if not _negated(folded, match.start()) and (found := self._named(said, match.end())) is not None:
                strong.append((match.start(), found))
        if strong:
            return self._settled(folded, strong)
        signs = self._signs(said)
        refused = _REFUSAL.search(folded) is not None
        if refused:
            # prose that declines may mention options; only a label that it gives all the same is an answer
            signs = [sign for sign in signs if sign.kind == "label"]
        found = self._one(folded, signs)
        if refused and not isinstance(found, int):
            return "refused"
        return "unreadable" if found is None else found

    def _settled(self, folded: str, strong: list[tuple[int, int | Outcome]]) -> int | Outcome:
        named = [found for _, found in strong]
        if len(set(named)) == 1:
            return named[0]
        last_start, last = strong[-1]
        if isinstance(last, int) and _CORRECTION.search(folded, strong[-2][0], last_start + 40):
            return last
        return "ambiguous"

    def _leading(self, said: str) -> int | Outcome | None:
        """A reply that begins with a label: "4 - agree", "B) because ...", "**2**, since ..."."""
        match = re.match(
            r"\W*?(?:option |choice |rating |answer )?(-?\d+|[A-Za-z]{1,4})(?=$|[\s.,;:)\]*\"'–—=-])", said, re.I
        )
        if not match:
            return None
        place = self.labels.get(fold(match[1]))
        rest = said[match.end() :]
        if match[1].isdigit():
            if re.match(r"[.,:/]\d|\s*(?:%|percent|" + words_pattern(_UNITS) + r")\b", rest, re.I):
                return None
        elif not self._letter_stands_alone(match[1], match[0], rest):
            return None
        if place is None:
            return None
        line = rest.split("\n", 1)[0]
        beside = re.match(r"[\s.:)\]*\"'=(–—-]*", line)
        begin = beside.end() if beside else 0
        named = self.text_pattern.match(fold(line), begin) if self.text_pattern else None
        if named and self.texts[named[0]] != place:
            return "ambiguous"
        follow = _CORRECTION.search(fold(rest)[:200])
        if follow and (later := self._named(said, match.end() + follow.end())) is not None:
            return later
        if re.match(r"[\s*\"')]*(?:to|or|and|bis|oder|ou|o|und|et|y|或|или)[\s*\"'(]+(?:option )?", fold(rest)):
            other = self._signs(said[match.end() : match.end() + 24])
            if any(sign.place != place and sign.kind == "label" for sign in other):
                return "ambiguous"
        return place

    def _letter_stands_alone(self, label: str, matched: str, rest: str) -> bool:
        """Whether a letter is a label and no word: "A person ..." and "I agree" are none, "A." and "(i)" are labels."""
        if fold(label) not in self.labels:
            return False
        wrapped = bool(re.search(r"[(\[*\"'“]\s*$", matched[: len(matched) - len(label)])) or bool(
            re.match(r"\s*[)\]*:=]", rest)
        )
        closed = bool(re.match(r"\s*(?:$|\n|[.,;](?:\s|$)|[-–—]\s)", rest))
        if fold(label) in ("i", "a"):
            return wrapped or bool(re.match(r"\s*(?:$|\n|\.(?:\s|$)|[-–—]\s)", rest))
        return wrapped or closed

    def _named(self, said: str, start: int) -> int | Outcome | None:
        """The one option named in the clause that begins at `start`."""
        clause = _CLAUSE.match(said, start)
        segment = clause[0] if clause else ""
        lead = re.match(
            r"[\s:*\"'“(\[{=→_`$-]*(?:a |an |the |option |number |a rating of |a score of |rating |\\text\{)*",
            segment,
            re.I,
        )
        begin = lead.end() if lead else 0
        letter = re.match(r"([A-Za-z]{1,4})(?=$|[\s.,;:)\]}*\"'–—=`-])", segment[begin:])
        signs = self._signs(segment)
        if letter and (place := self.labels.get(fold(letter[1]))) is not None:
            rest = segment[begin + letter.end() :]
            plain_word = fold(letter[1]) in ("a", "i") and re.match(r"\s+(?!because|since|as\b|for\b|-)\w", rest)
            if not plain_word:
                signs.append(_Sign(begin, begin + letter.end(), place, "label"))
        elif letter and not self.numeric and len(letter[1]) == 1 and letter[1].isupper() and letter[1] not in "AI":
            signs.append(_Sign(begin, begin + letter.end(), None, "label"))
        return self._one(fold(segment), signs)

    def _one(self, folded: str, signs: list[_Sign]) -> int | Outcome | None:
        """What signs of one strength say together; the last one where they are corrected in words."""
        signs = sorted((sign for sign in signs if not _negated(folded, sign.start)), key=lambda sign: sign.start)
        places = {sign.place for sign in signs}
        if not signs:
            return None
        if len(places) == 1:
            return signs[0].place if signs[0].place is not None else "off_scale"
        last = signs[-1]
        before = [sign for sign in signs if sign.place != last.place]
        if last.place is not None and before and _CORRECTION.search(folded, before[-1].end, last.start + 1):
            return last.place
        return "ambiguous"

    def _signs(self, said: str) -> list[_Sign]:
        """Every mention of an option's label or text, and numbers that are on no scale."""
        folded = fold(said)
        signs = list(self._text_signs(folded))
        covered = [(sign.start, sign.end) for sign in signs]
        for match in _NUMBER.finditer(folded):
            if any(start <= match.start() < end for start, end in covered):
                continue
            signs.append(_Sign(match.start(), match.end(), self._place_of_number(match[0]), "label"))
        if self.numeric:
            for match in _NUMBER_WORD.finditer(folded):
                if any(start <= match.start() < end for start, end in covered) or match[0] in _WEAK_NUMBER_WORDS:
                    continue
                place = self.labels.get(str(_NUMBER_OF[match[0]]))
                if place is not None:
                    signs.append(_Sign(match.start(), match.end(), place, "label"))
        else:
            for match in re.finditer(r"(?:\boption |\bchoice |[(\[*\"“]\**)([A-Za-z]{1,4})(?=[)\]*\"”.,:;\s]|$)", said):
                place = self.labels.get(fold(match[1]))
                opened = match[0][0] in '([*"“'
                if place is not None and (not opened or re.match(r"[)\]*\"”.:]", said[match.end() :])):
                    signs.append(_Sign(match.start(1), match.end(1), place, "label"))
        return signs

    def _place_of_number(self, text: str) -> int | None:
        found = self._number(text)
        return found if isinstance(found, int) else None

    def _text_signs(self, folded: str) -> Iterator[_Sign]:
        if not self.text_pattern:
            return
        for match in self.text_pattern.finditer(folded):
            if match[0] in words.TOO_COMMON:
                continue
            before, after = folded[max(0, match.start() - 24) : match.start()], folded[match.end() : match.end() + 24]
            if _DEGREE_BEFORE.search(before) or _DEGREE_AFTER.match(after):
                continue  # "somewhat agree" is not the option "agree"
            yield _Sign(match.start(), match.end(), self.texts[match[0]], "text")

    def _without_asides(self, said: str) -> str:
        """Take out numbers and words that are about the scale, not the answer; "4 out of 5" is 4."""
        if self.numeric:
            low, high = min(self.labels, key=int), max(self.labels, key=int)
            said = re.sub(rf"(\d+)\s*(?:/|out of|von|sur|de|su|из)\s*{high}(?![\d.,]\d)(?!\d)", r"\1", said, flags=re.I)
            to = r"\s*(?:-|–|—|~|to|through|and|bis|und|à|et|a|y|e|至|到|から|〜|до|إلى)\s*"
            span = rf"(?:{low}{to}{high}|{high}{to}{low})(?!\d)"
            about = r"(?:scale|skala|échelle|escala|scala|schaal|rating|range|from|between|von|zwischen|de|entre|on a|в диапазоне|от|量表|尺度)"
            said = re.sub(rf"{about}[^\d\n]{{0,24}}{span}", " ", said, flags=re.I)
            said = re.sub(
                rf"\(?{span}\)?(?=\s*(?:point\s*)?(?:scale|rating|skala|échelle|escala))", " ", said, flags=re.I
            )
            said = re.sub(rf"\({span}\)", " ", said)
        said = re.sub(r"(\d)\s*[-–—~/]\s*(\d)", r"\1 to \2", said)
        said = re.sub(
            r"\b(?:item|question|statement|frage|aussage|pregunta|q)\s*(?:no\.?|number|#)?\s*\d+", " ", said, flags=re.I
        )
        said = re.sub(rf"\d+(?:[.,]\d+)?\s*(?:%|percent\b|-?(?:{words_pattern(_UNITS)})\b)", " ", said, flags=re.I)
        said = re.sub(r"\b(?:1[89]|20)\d\d\b|\b\d{1,2}:\d\d\b", " ", said)
        return self._without_legend(said)

    def _without_legend(self, said: str) -> str:
        """Take out a restated list of options, such as "1 = disagree strongly, 5 = agree strongly"."""
        if not self.texts:
            return said
        label = "|".join(sorted(map(re.escape, self.labels), key=len, reverse=True))
        text = "|".join(sorted(map(re.escape, self.texts), key=len, reverse=True))
        pair = re.compile(
            rf"(?:^|(?<=[\s(,;]))[(\[]?(?P<label>{label})[)\].:]*\s*(?:=|is|means|being|for|stands for|-|–|:)?\s*[\"'(]?(?P<text>{text})[\"')]?",
            re.I | re.M,
        )
        pairs = [
            each for each in pair.finditer(said) if self.labels[fold(each["label"])] == self.texts[fold(each["text"])]
        ]
        listed = {self.labels[fold(each["label"])] for each in pairs}
        if len(listed) < 2 or (
            len(listed) < 3 and not re.search(r"\b(?:where|with|scale|meaning|wobei|où|donde)\b", fold(said))
        ):
            return said
        # the first of each is the list; what is said once more is the answer
        seen: set[int] = set()
        for each in reversed(pairs):
            place = self.labels[fold(each["label"])]
            first = next(one for one in pairs if self.labels[fold(one["label"])] == place)
            if each is first and place not in seen:
                said = said[: each.start()] + " " * (each.end() - each.start()) + said[each.end() :]
        return said


def _alternatives(texts: dict[str, int]) -> re.Pattern[str] | None:
    """A pattern for any of the texts, the longest first, at word borders where a script has words."""
    if not texts:
        return None
    each = sorted(texts, key=len, reverse=True)
    return re.compile(
        "|".join(
            rf"(?<![^\W\d_]){re.escape(text)}(?![^\W\d_])" if text.isascii() or " " in text else re.escape(text)
            for text in each
        )
    )


def _negated(folded: str, start: int) -> bool:
    return _NEGATION.search(folded[max(0, start - 32) : start]) is not None


def _number_word(core: str) -> int | None:
    return _NUMBER_OF.get(core)


def words_pattern(units: Sequence[str]) -> str:
    """Alternatives for a regular expression."""
    return "|".join(units)


def _either(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_UNITS = ("years?", "times?", "reasons?", "people", "persons?", "minutes?", "hours?", "days?", "weeks?", "months?", "points?", "things?",
          "options?", "friends?", "parties", "jahre?", "ans?", "años?", "лет", "歳", "年", "points? scale")  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.,:$€#])-?\d+(?:[.,]\d+)?(?![\w%°]|:\d)")
_CLAUSE = re.compile(r"[^\n;]{0,120}?(?=\.\s|\n|;|$|(?<=[^.]{118}))", re.S)
_FINAL = tuple(re.compile(pattern) for pattern in words.FINAL)
_ANSWER = _either(words.ANSWER)
_CORRECTION = _either(words.CORRECTION)
_REFUSAL = _either(words.REFUSALS)
_NEGATION = re.compile(
    r"(?:\bnot|n't|\bnever|\bcannot|\bno|\bnor|\bneither|\bwithout|\bthan|\binstead of|\bother than|\brather than|\bnicht|\bkein\w*|\bpas|\bnon|"
    r"\bне|\bni|不是|不|ではなく|لا|ليس|नहीं)(?:\s+(?:say|choose|pick|a|an|the|really|quite|necessarily|go with|give|option|rate|it|as|be|to|at|"
    r"sagen|eine?n?|dire|un|une|[\"'(*]+))*[\s\"'(*]*$|\b(?:higher|lower|more|less|greater|fewer|above|below|over|under|at least|at most|up to)(?: than)?\s*$"
)
_DEGREE = r"(?:strongly|somewhat|slightly|completely|totally|very|fully|partially|partly|mostly|moderately|kind of|sort of|quite|absolutely|"
_DEGREE += r"wholeheartedly|generally|mildly|extremely|largely|tend to|a little|a bit|fairly|really|highly|definitely|entirely|much|more|less)"
_DEGREE_BEFORE = re.compile(rf"\b{_DEGREE}\s+$")
_DEGREE_AFTER = re.compile(rf"\s+{_DEGREE}\b")
_NUMBER_OF = {word: number for number, listed in words.NUMBERS.items() for word in listed.split()}
_WEAK_NUMBER_WORDS = frozenset(
    [
        "one",
        "un",
        "une",
        "uno",
        "una",
        "um",
        "uma",
        "on",
        "deux",
        "dos",
        "a",
        "sei",
        "ten",
        "一",
        "二",
        "三",
        "四",
        "五",
        "六",
        "七",
        "八",
        "九",
        "十",
        "이",
        "일",
        "삼",
        "사",
        "오",
        "육",
        "칠",
        "팔",
        "구",
        "십",
        "에",
        "に",
        "ご",
    ]
)
_NUMBER_WORD = re.compile(
    r"(?<!\w)(?:" + "|".join(sorted(map(re.escape, _NUMBER_OF), key=len, reverse=True)) + r")(?!\w)"
)
