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
from inventories.reply_json import answer_in, json_in
from inventories.reply_text import fold, peeled, plain, unaccented

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
        texts |= {bare: place for text, place in texts.items() if (bare := unaccented(text)) not in texts}
        # "agree strongly" is "strongly agree", unless that is another option
        for text, place in list(texts.items()):
            parts = text.split()
            if len(parts) == 2 and (turned := f"{parts[1]} {parts[0]}") not in texts:
                texts[turned] = place
        self.texts = {text: place for text, place in texts.items() if place >= 0}
        self.numeric = all(label.isdigit() for label in self.labels)
        self.roman = "ii" in self.labels
        self.text_pattern = _alternatives(self.texts)

    # ---- from the strongest sign to the weakest

    def read(self, said: str) -> int | Outcome:
        """The place of the option that is answered, or the outcome that is none; `said` is plain and without thinking."""
        structured = answer_in(said)
        if structured is not None:
            named = {found for each in structured if isinstance(found := self.whole(each), int)}
            if len(named) > 1:
                return "ambiguous"
            if not structured:
                return "refused" if _REFUSAL.search(fold(said)) else "unreadable"
            said = structured[0]
        elif (
            (data := json_in(said)) is not None
            and isinstance(data, dict)
            and set(self.labels) <= {fold(str(key)) for key in data}
        ):
            return "unreadable"  # a weight for every option is no answer
        whole = self.whole(said)
        return self._resolved(said) if whole is None else whole

    def whole(self, said: str) -> int | Outcome | None:
        """The whole reply is an answer: a label, an option's text, or both."""
        core = fold(peeled(said))
        two = (
            [self.whole(part) for part in re.split(_JOINED, core)]
            if re.search(_JOINED, core) and core not in self.texts
            else []
        )
        if len({found for found in two if isinstance(found, int)}) > 1 and all(isinstance(found, int) for found in two):
            return "ambiguous"
        if core in words.NO_ANSWER:
            return "refused"
        core = re.sub(words.LEAD_IN, "", core).strip(" .:*\"'")
        if core in self.labels:
            return self.labels[core]
        if (text := core if core in self.texts else unaccented(core)) in self.texts:
            return self.texts[text]
        if (number := _number_word(core)) is not None and self.numeric:
            return self.labels.get(str(number), "off_scale")
        if re.fullmatch(r"-?\d+([.,]\d+)?", core):
            return self._number(core)
        if self.roman and re.fullmatch(r"[ivx]{2,5}|[vx]", core):
            return "off_scale"
        if not self.numeric and re.fullmatch(r"[a-z]", core) and core not in words.SINGLE_LETTER_WORDS:
            return "off_scale"
        return self._label_and_text(core)

    def _label_and_text(self, core: str) -> int | Outcome | None:
        match = re.fullmatch(r"[(\[]?([0-9]+|[a-z]+)([)\].:]*\s*[-:=.,)]*\s*)[(\[\"']?(.+?)[)\]\"']?", core)
        if match and match[1] in ("i", "a") and not match[2].strip() and match[3].strip(" .*\"'") in self.texts:
            return self.texts[match[3].strip(" .*\"'")]  # "I agree": a pronoun
        if match and match[1] in self.labels and match[3].strip(" .*\"'") in self.texts:
            label, text = self.labels[match[1]], self.texts[match[3].strip(" .*\"'")]
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
        if (whole := self.whole(said)) is not None:
            return whole
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
        parts = re.split(r"[.:!]\s+|[:\n]|\s[-–—→=>]+\s|,\s+(?:so|but|also|donc|daher)\s+", said.strip())
        wholes = {found for part in parts if isinstance(found := self.whole(part), int)}
        if len(wholes) > 2:
            return "ambiguous"  # the options are listed, and none of them said
        if (
            len(parts) > 1
            and isinstance(closing := self.whole(parts[-1]), int)
            and not _negated(folded, len(said.rstrip()) - len(parts[-1]))
        ):
            strong.append((len(said), closing))
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
        if re.match(r"\"\s*:", rest):
            return None  # the key of a broken JSON object
        if place is None or (said.lstrip().startswith("-") and match[1].isdigit()):
            return None
        if _TOO.match(fold(rest)):
            return None
        if (more := _NEXT.match(rest)) and (other := self.labels.get(fold(more[1]))) is not None and other != place:
            return "ambiguous"
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

    def _letter_in_prose(self, letter: str, before: str, after: str, short: bool) -> bool:
        """Whether a letter that stands alone in a sentence can be nothing but a label."""
        if re.match(r"\"\s*:", after):
            return False  # the key of a broken JSON object
        if re.search(r"(?:\boption|\bchoice|\bletter)\s+$", before, re.I) or (
            re.search(r"[(\[*\"“]$", before) and re.match(r"[)\]*\"”]", after)
        ):
            return True
        alone = re.search(r"(?:^|[\s/,&–-])$", before) is not None and re.match(r"$|[\s.,;:!?/&–-]", after) is not None
        if not alone or re.match(r"'|\.\s?[A-Z]\.", after):
            return False
        beside = re.match(
            r"\s*(?:$|[.,;:!/&]|(?:or|and|to)\s+(?:option )?[A-Za-z]{1,4}\b(?!\s+\w))", after
        ) or re.search(r"\b[A-Z]\s*(?:/|,|&|or|and|to)\s*$", before)
        if fold(letter) in ("i", "a"):
            return bool(re.match(r"\s*(?:$|\.\s*$|/|(?:or|and)\s+[A-Z]\b)", after)) and letter.isupper()
        return letter.isupper() or (bool(beside) and short)

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
        letter = re.match(r"([A-Za-z]{1,4})(?=$|[\s.,;:)\]}*\"'–—=`。、,-])", segment[begin:])
        signs = self._signs(segment, marked=True)
        if letter and (place := self.labels.get(fold(letter[1]))) is not None:
            rest = segment[begin + letter.end() :]
            plain_word = fold(letter[1]) in ("a", "i") and re.match(r"\s+(?!because|since|as\b|for\b|-)\w", rest)
            if not plain_word:
                signs.append(_Sign(begin, begin + letter.end(), place, "label"))
        elif letter and not self.numeric and len(letter[1]) == 1 and letter[1].isupper() and letter[1] not in "AI":
            signs.append(_Sign(begin, begin + letter.end(), None, "label"))
        beside = [sign for sign in signs if sign.start == begin and sign.kind == "label"]
        if beside and beside[0].place is not None:
            rest = segment[beside[0].end :]
            following = _NEXT.match(rest)
            other = self.labels.get(fold(following[1])) if following else None
            words_beside = (
                self.text_pattern.match(fold(rest), re.match(r"[\s.:)\]*\"'=(,–—-]*", rest).end())
                if self.text_pattern
                else None
            )  # type: ignore[union-attr]
            contradicted = words_beside is not None and self.texts[words_beside[0]] != beside[0].place
            if (
                other in (None, beside[0].place)
                and not contradicted
                and not _CORRECTION.search(fold(rest))
                and not _TOO.match(fold(rest))
            ):
                return beside[0].place
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

    def _signs(self, said: str, marked: bool = False) -> list[_Sign]:
        """Every mention of an option's label or text, and numbers that are on no scale."""
        folded = fold(said)
        signs = list(self._text_signs(folded, marked))
        covered = [(sign.start, sign.end) for sign in signs]
        for match in _NUMBER.finditer(folded):
            if any(start <= match.start() < end for start, end in covered):
                continue
            follow = _FOLLOW.match(folded, match.end())
            joined = _JOINER_BEFORE.search(folded, max(0, match.start() - 12), match.start())
            if (follow and follow[1] not in words.AFTER_AN_ANSWER and not joined) or _TOO.match(folded, match.end()):
                continue  # "3 kids" counts something else, "4 would be too much" is turned down
            signs.append(_Sign(match.start(), match.end(), self._place_of_number(match[0]), "label"))
        if self.numeric:
            short = marked or len(folded.split()) <= 6
            for match in _NUMBER_WORD.finditer(folded):
                if (
                    any(start <= match.start() < end for start, end in covered)
                    or match[0] in _WEAK_NUMBER_WORDS
                    or not short
                ):
                    continue
                place = self.labels.get(str(_NUMBER_OF[match[0]]))
                if place is not None:
                    signs.append(_Sign(match.start(), match.end(), place, "label"))
        else:
            brief = len(said) < 80 and len(said.split()) <= 4
            for match in _LETTERS.finditer(said):
                place = self.labels.get(fold(match[1]))
                if place is not None and self._letter_in_prose(
                    match[1],
                    said[max(0, match.start() - 24) : match.start()],
                    said[match.end() : match.end() + 40],
                    brief,
                ):
                    signs.append(_Sign(match.start(1), match.end(1), place, "label"))
        return signs

    def _place_of_number(self, text: str) -> int | None:
        found = self._number(text)
        return found if isinstance(found, int) else None

    def _text_signs(self, folded: str, marked: bool) -> Iterator[_Sign]:
        if not self.text_pattern:
            return
        for match in self.text_pattern.finditer(folded):
            if match[0] in words.TOO_COMMON and not marked:
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
        boxes = re.findall(r"^[\s*•-]*[\[(]([xX✓✔☑]?)\s*[\])]\s*(.+)$|^\s*([☑✅✔☐])\s*(.+)$", said, re.M)
        ticked = [text or other for mark, text, sign, other in boxes if mark or sign not in ("", "☐")]
        if len(boxes) > 1 and len(ticked) == 1:
            return ticked[0]
        if (quoted := re.match(r"\s*\"[^\"\n]{12,}\"[\s.,:→–—-]*(?=\S)", said)) and len(quoted[0].split()) > 2:
            said = said[quoted.end() :]  # the statement, said again
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
            len(listed) < 3 and not re.search(r"\b(?:where|with|if|scale|meaning|wobei|où|donde)\b", fold(said))
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
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.,:$€#])-?\d{1,9}(?:[.,]\d{1,9})?(?![A-Za-z0-9_%°]|:\d|\s?(?:岁|歳|年|月|日|個|个|人|次|回|時|时|つ|명|개|살|년|лет|года))"
)
_LETTERS = re.compile(r"(?<![\w'])([A-Za-z]|[IVXivx]{2,4})(?![\w'])")
_FOLLOW = re.compile(r"\s+([a-zà-ÿ]+)")
_NEXT = re.compile(
    r"[\s.,;:)/&|~+*-]*(?:(?:or|and|maybe|perhaps|possibly|to|oder|und|bis|ou|et|o|y|e|или|и|или|或|和|、|vielleicht)[\s(]+|[或和、])*"
    r"(?:option )?([0-9]+|[B-HJ-Z]|[AI](?=\s*(?:$|[.,;]))|[ivx]{2,4}|[IVX]{2,4})(?![\w%.,]\d|\w|\s*%)"
)
_JOINED = r"\s+(?:or|and|und|oder|ou|et|o|y|e|или|и)\s+|(?<=[a-z])/(?=[a-z])"
_JOINER_BEFORE = re.compile(r"\d\s*(?:or|and|to|und|oder|bis|ou|et|o|y|e|à|a|或|和)\s*$")
_TOO = re.compile(
    r"\s*(?:would be|would feel|is|seems|feels|might be|sounds|wäre|ist|serait|sería)\s+(?:\w+\s+)?(?:too|zu|trop|demasiado|wrong|not|out)\b"
)
_CLAUSE = re.compile(r"[^\n;]{0,120}?(?=\.\s|\n|;|$|(?<=[^.]{118}))", re.S)
_FINAL = tuple(re.compile(pattern) for pattern in words.FINAL)
_ANSWER = _either(words.ANSWER)
_CORRECTION = _either(words.CORRECTION)
_REFUSAL = _either(words.REFUSALS)
_NEGATION = re.compile(
    r"(?:\bnot|n't|\bnever|\bcannot|\bno|\bnor|\bneither|\bwithout|\bthan|\binstead of|\bother than|\brather than|\bnicht|\bkein\w*|\bpas|\bnon|"
    r"\bне|\bni|不是|不|ではなく|لا|ليس|नहीं|\banything but|\beverything but|\bnothing like)(?:\s+(?:say|choose|pick|a|an|the|really|quite|necessarily|go with|give|option|rate|it|as|be|to|at|that|this|myself|call|answer|pick|describe|very|1|2|3|4|5|6|7|8|9|or|and|,|"
    r"sagen|eine?n?|dire|un|une|[\"'(*]+))*[\s\"'(*]*$|\b(?:higher|lower|more|less|greater|fewer|above|below|over|under|at least|at most|up to)(?: than)?(?: an?)?\s*$"
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
