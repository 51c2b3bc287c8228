"""A reply's text becomes an Answer with one named outcome. Never a guess: what could mean two options is ambiguous.

The way: normalise the text, take thinking away, look for one whole answer, then for what is said to be the answer, then
for any option that is named at all. A stronger sign ends the search; signs of one strength must agree.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec

from inventories import reply_words as words

READER_VERSION = 1
Outcome = Literal["answered", "refused", "ambiguous", "off_scale", "unreadable", "missing"]
LONGEST = 20_000  # characters that are looked at, from both ends; an answer does not hide in a megabyte


class PrintedOption(msgspec.Struct, frozen=True):
    """An option as it stood on the page."""

    label: str
    text: str
    value: int


class Answer(msgspec.Struct, frozen=True):
    """What a reply says; `value` (the option's value, not its label) only when answered."""

    outcome: Outcome
    value: int | None = None


class _Sign(msgspec.Struct, frozen=True):
    """Something in a reply that names an option, or a number that is none of them."""

    start: int
    end: int
    place: int | None  # of the option in printed order; None: off the scale
    kind: Literal["label", "text"]


def read_reply(text: str | None, options: Sequence[PrintedOption]) -> Answer:
    """Read one reply to one item. `options` stand in printed order."""
    if text is None or not (plain := _plain(text)):
        return Answer("missing")
    said = _without_thinking(plain)
    if not said:
        return Answer("unreadable")
    return _Reader(options).read(said)


class _Reader:
    """Everything that depends on the options, made once for a reply or a block."""

    def __init__(self, options: Sequence[PrintedOption]) -> None:
        self.options = options
        self.labels = {_fold(option.label): place for place, option in enumerate(options)}
        texts: dict[str, int] = {}
        for place, option in enumerate(options):
            full = _fold(_plain(option.text))
            short = _fold(re.sub(r"\s*\(.*?\)\s*", " ", _plain(option.text)).strip())
            for each in {full.strip(" ."), short.strip(" .")} - {""}:
                texts[each] = -1 if each in texts and texts[each] != place else place
        self.texts = {text: place for text, place in texts.items() if place >= 0}
        self.numeric = all(label.isdigit() for label in self.labels)
        self.text_pattern = _alternatives(self.texts)

    # ---- from the strongest sign to the weakest

    def read(self, said: str) -> Answer:
        structured = _from_json(said)
        if structured is not None:
            return self._answer(self._whole(structured) or self._resolved(structured))
        if (whole := self._whole(said)) is not None:
            return self._answer(whole)
        return self._answer(self._resolved(said))

    def _answer(self, found: int | Outcome) -> Answer:
        if isinstance(found, int):
            return Answer("answered", self.options[found].value)
        return Answer(found)

    def _whole(self, said: str) -> int | Outcome | None:
        """The whole reply is an answer: a label, an option's text, or both."""
        core = _fold(_peeled(said))
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
        folded = _fold(said)
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
        place = self.labels.get(_fold(match[1]))
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
        named = self.text_pattern.match(_fold(line), begin) if self.text_pattern else None
        if named and self.texts[named[0]] != place:
            return "ambiguous"
        follow = _CORRECTION.search(_fold(rest)[:200])
        if follow and (later := self._named(said, match.end() + follow.end())) is not None:
            return later
        if re.match(r"[\s*\"')]*(?:to|or|and|bis|oder|ou|o|und|et|y|或|или)[\s*\"'(]+(?:option )?", _fold(rest)):
            other = self._signs(said[match.end() : match.end() + 24])
            if any(sign.place != place and sign.kind == "label" for sign in other):
                return "ambiguous"
        return place

    def _letter_stands_alone(self, label: str, matched: str, rest: str) -> bool:
        """Whether a letter is a label and no word: "A person ..." and "I agree" are none, "A." and "(i)" are labels."""
        if _fold(label) not in self.labels:
            return False
        wrapped = bool(re.search(r"[(\[*\"'“]\s*$", matched[: len(matched) - len(label)])) or bool(
            re.match(r"\s*[)\]*:=]", rest)
        )
        closed = bool(re.match(r"\s*(?:$|\n|[.,;](?:\s|$)|[-–—]\s)", rest))
        if _fold(label) in ("i", "a"):
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
        if letter and (place := self.labels.get(_fold(letter[1]))) is not None:
            rest = segment[begin + letter.end() :]
            plain_word = _fold(letter[1]) in ("a", "i") and re.match(r"\s+(?!because|since|as\b|for\b|-)\w", rest)
            if not plain_word:
                signs.append(_Sign(begin, begin + letter.end(), place, "label"))
        elif letter and not self.numeric and len(letter[1]) == 1 and letter[1].isupper() and letter[1] not in "AI":
            signs.append(_Sign(begin, begin + letter.end(), None, "label"))
        return self._one(_fold(segment), signs)

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
        folded = _fold(said)
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
                place = self.labels.get(_fold(match[1]))
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
            each for each in pair.finditer(said) if self.labels[_fold(each["label"])] == self.texts[_fold(each["text"])]
        ]
        listed = {self.labels[_fold(each["label"])] for each in pairs}
        if len(listed) < 2 or (
            len(listed) < 3 and not re.search(r"\b(?:where|with|scale|meaning|wobei|où|donde)\b", _fold(said))
        ):
            return said
        # the first of each is the list; what is said once more is the answer
        seen: set[int] = set()
        for each in reversed(pairs):
            place = self.labels[_fold(each["label"])]
            first = next(one for one in pairs if self.labels[_fold(one["label"])] == place)
            if each is first and place not in seen:
                said = said[: each.start()] + " " * (each.end() - each.start()) + said[each.end() :]
        return said


# ---- many items in one reply


def read_block(text: str | None, options: Sequence[PrintedOption], items: Sequence[str]) -> dict[str, Answer]:
    """Read a reply to several items, printed as "1. ...", "2. ..." in the order of `items`. A missing line moves no other."""
    if text is None or not (plain := _plain(text)):
        return dict.fromkeys(items, Answer("missing"))
    said = _without_thinking(plain)
    reader = _Reader(options)
    found = _numbered(said, items) or _positional(said, items, reader)
    if not found:
        whole = reader.read(said) if said else Answer("unreadable")
        outcome = whole.outcome if whole.outcome == "refused" else "unreadable"
        return dict.fromkeys(items, Answer(outcome))
    return {
        item: _agreed([reader.read(each) if each else Answer("missing") for each in found.get(item, [])])
        for item in items
    }


def _agreed(answers: list[Answer]) -> Answer:
    if not answers:
        return Answer("missing")
    return answers[0] if len(set(answers)) == 1 else Answer("ambiguous")


def _numbered(said: str, items: Sequence[str]) -> dict[str, list[str]]:
    """Replies by item where each names its item by number or id; nothing when they do not."""
    names = {str(place): item for place, item in enumerate(items, start=1)} | {_fold(item): item for item in items}
    data = _json_in(said)
    if data is not None:
        return {item: [str(each) for each in values] for item, values in _pairs_in(data, items, names).items()}
    found: dict[str, list[str]] = {}
    key = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    line_pattern = re.compile(
        rf"^[\s|>*_#•([-]*(?:(?:item|question|statement|q|no\.?|nr\.?|aussage|frage)\s*#?\s*)?\**({key})\b\**\s*(?:[.):\]|=,–—-]+|->|→|\s)\**\s*(.*)$",
        re.I,
    )
    for line in said.splitlines():
        if match := line_pattern.match(line):
            found.setdefault(names[_fold(match[1])], []).append(_value_of(match[2]))
    if len(found) <= 1 and len(items) > 1:
        inline = re.findall(
            rf"(?:^|(?<=[\s,;(]))({key})\s*[.):=]\s*\(?([0-9]+|[A-Za-z]{{1,4}})\)?(?=$|[\s,;.])", said, re.I
        )
        if len(inline) > 1:
            found = {}
            for name, value in inline:
                found.setdefault(names[_fold(name)], []).append(value)
    return found


def _value_of(rest: str) -> str:
    """The answer in the rest of a numbered line: the last cell of a table, or what follows the repeated statement."""
    cells = [cell.strip() for cell in rest.split("|") if cell.strip()]
    rest = cells[-1] if cells else ""
    head, colon, tail = rest.rpartition(":")
    if colon and tail.strip(" *_") and len(head) > 8:
        return tail.strip()
    match = re.search(r"^.{8,}?\s[-–—→=>]+\s*(\S.{0,40})$", rest)
    return match[1] if match else rest


def _positional(said: str, items: Sequence[str], reader: _Reader) -> dict[str, list[str]]:
    """Bare answers in order: only when there are exactly as many as items and each is an answer by itself."""
    for parts in (said.splitlines(), said.strip("[]() .").split(","), said.split(";"), said.split()):
        parts = [part.strip(" *-•\t") for part in parts if part.strip()]
        if len(parts) == len(items) and all(isinstance(reader._whole(part), int) for part in parts):
            return {item: [part] for item, part in zip(items, parts, strict=True)}
    return {}


# ---- JSON

_KEYS = ("final_answer", "final", "answer", "rating", "choice", "response", "score", "value", "option", "label", "selection", "selected",
         "result", "antwort", "réponse", "respuesta", "答案", "回答")  # fmt: skip


def _json_in(said: str) -> Any:
    """The first JSON object or list in a reply, or None."""
    decoder = json.JSONDecoder()
    for match in list(re.finditer(r"[{\[]", said))[:20]:
        try:
            data, _ = decoder.raw_decode(said, match.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(data, dict) or (
            isinstance(data, list) and data and not (len(data) == 1 and isinstance(data[0], int))
        ):
            return data
    return None


def _from_json(said: str) -> str | None:
    """The one answer in a JSON object, as text; None without such an object."""
    data = _json_in(said)
    for _ in range(4):
        if not isinstance(data, dict):
            break
        lower = {_fold(str(key)): value for key, value in data.items()}
        key = next((each for each in _KEYS if each in lower), None)
        if key is None:
            data = next(iter(data.values())) if len(data) == 1 else None
            continue
        data = lower[key]
    if isinstance(data, bool) or data is None or isinstance(data, dict | list):
        return None
    return f"{data:g}" if isinstance(data, float) else str(data)


def _pairs_in(data: Any, items: Sequence[str], names: dict[str, str]) -> dict[str, list[Any]]:
    if isinstance(data, dict) and len(data) == 1 and isinstance(next(iter(data.values())), dict | list):
        return _pairs_in(next(iter(data.values())), items, names)
    found: dict[str, list[Any]] = {}
    if isinstance(data, dict):
        for key, value in data.items():
            name = names.get(
                _fold(re.sub(r"^(?:item|question|statement|q)[ _]*", "", str(key), flags=re.I))
            ) or names.get(_fold(str(key)))
            if name is not None:
                one = _from_json(json.dumps(value)) if isinstance(value, dict) else value
                found.setdefault(name, []).append("" if one is None else one)
    elif isinstance(data, list) and data and all(isinstance(each, dict) for each in data):
        for each in data:
            lower = {_fold(str(key)): value for key, value in each.items()}
            name = next(
                (
                    lower[key]
                    for key in ("item", "id", "number", "n", "question", "statement", "index", "no")
                    if key in lower
                ),
                None,
            )
            place = names.get(_fold(str(name)))
            one = _from_json(json.dumps(each))
            if place is not None:
                found.setdefault(place, []).append("" if one is None else one)
    elif isinstance(data, list) and len(data) == len(items) and not any(isinstance(each, dict | list) for each in data):
        found = {item: ["" if value is None else value] for item, value in zip(items, data, strict=True)}
    return found


# ---- text


def _plain(text: str) -> str:
    """One form for what looks alike: entities, widths, digits of all scripts, quotes, invisible characters."""
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + "\n" + text[-LONGEST // 2 :]
    text = html.unescape(_ANSI.sub("", text))
    text = re.sub(
        r"<(?!/?(?:think|thinking|reasoning|thought|thoughts|analysis|scratchpad|reflection)\b)/?[a-z][^<>\n]{0,80}>",
        " ",
        text,
        flags=re.I,
    )
    text = unicodedata.normalize("NFKC", text.replace("\ufe0f", "").replace("\u20e3", " "))
    letters = []
    for letter in text:
        kind = unicodedata.category(letter)
        if kind == "Nd":
            letters.append(str(unicodedata.digit(letter)))
        elif letter in "\n\t" or kind not in ("Cf", "Cc", "Cs", "Co", "Cn"):
            letters.append(_QUOTES.get(letter, letter))
        elif kind == "Cc":
            letters.append(" ")
    return "".join(letters).strip()


def _without_thinking(said: str) -> str:
    """Only what follows the thinking is a reply; thinking that never ends leaves nothing."""
    said = re.sub(r"◁(/?)think▷", r"<\1think>", said)
    said = re.split(r"<\|?channel\|?>\s*final\s*<\|?message\|?>", said, flags=re.I)[-1]
    tag = r"(?:think|thinking|reasoning|thought|thoughts|analysis|scratchpad|reflection)"
    said = re.sub(rf"<({tag})\b[^>]*>.*?</\1\s*>", " ", said, flags=re.I | re.S)
    said = re.sub(rf"^.*</{tag}\s*>", " ", said, flags=re.I | re.S)
    said = re.sub(rf"<{tag}\b[^>]*>.*$", " ", said, flags=re.I | re.S)
    return said.strip()


def _fold(text: str) -> str:
    """Lower case, character by character, so that places in the text stay the same."""
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)


def _peeled(said: str) -> str:
    """A short reply without Markdown, quotes, brackets and final punctuation around it."""
    said = re.sub(r"^```\w*|```$|[*_`~#]+", " ", said)
    boxed = re.search(r"\\boxed\s*\{\s*(?:\\text\s*\{)?([^{}]*)\}", said)
    if boxed:
        said = boxed[1]
    return re.sub(r"\s+", " ", said).strip(" \t\n.!\"'()[]{}<>,;:$-–—")


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
_QUOTES = {"‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "`": "`", "′": "'"}
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
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
    ["one", "un", "une", "uno", "una", "um", "uma", "on", "deux", "dos", "a", "sei", "ten", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "이", "일", "삼", "사", "오", "육", "칠", "팔", "구", "십", "에", "に", "ご"]
)
_NUMBER_WORD = re.compile(
    r"(?<!\w)(?:" + "|".join(sorted(map(re.escape, _NUMBER_OF), key=len, reverse=True)) + r")(?!\w)"
)


# ---- a file of replies


def judge_line(line: str) -> dict[str, Any]:
    """Judge one line of a file of replies; ValueError says what is wrong with it and what is allowed."""
    try:
        given = msgspec.json.decode(line, type=_Line)
    except (msgspec.DecodeError, RecursionError) as problem:
        raise ValueError(
            f'{problem}; allowed: {{"options": [{{"label", "text", "value"}}, ...], "text": "...", "items": [...]}}'
        ) from None
    if given.items is None:
        return _judged(read_reply(given.text, given.options))
    items = [each if isinstance(each, str) else str(each["id"]) if "id" in each else "" for each in given.items]
    if "" in items or len(set(items)) < len(items):
        raise ValueError("items: each needs an id of its own: strings, or objects with an id")
    return {"answers": {item: _judged(answer) for item, answer in read_block(given.text, given.options, items).items()}}


class _Line(msgspec.Struct):
    options: list[PrintedOption]
    text: str | None = None
    items: list[str | dict[str, Any]] | None = None


def _judged(answer: Answer) -> dict[str, Any]:
    return {"outcome": answer.outcome, "value": answer.value}
