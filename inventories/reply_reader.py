"""The option that a reply names, told by the strongest evidence there is.

The order: a field of JSON or a ticked box; the whole reply; an answer where an answer stands, which is alone in its clause, behind words
that announce it, or first of all; an option's words anywhere in prose. Stronger evidence ends the search, evidence of one strength
must agree or be corrected in words, and what is negated or compared is no evidence. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from inventories import reply_words as words
from inventories.reply_asides import ticked, without_asides, without_legend
from inventories.reply_clauses import Clause, clauses, is_filler
from inventories.reply_json import answers_told, shares, without_records
from inventories.reply_signs import NUMBER_OF, Page, PrintedOption, Sign, either
from inventories.reply_text import fold, peeled, unaccented

Outcome = Literal["answered", "refused", "ambiguous", "off_scale", "unreadable", "missing"]
LONGEST_PROSE = 4_000  # characters of one answer that are looked at, from both ends


class Reader:
    """Everything that depends on the options, made once for a reply or a block."""

    def __init__(self, options: Sequence[PrintedOption]) -> None:
        self.page = Page(options)
        self.labels, self.texts, self.numeric = self.page.labels, self.page.texts, self.page.numeric

    # ---- from the strongest evidence to the weakest

    def read(self, said: str) -> int | Outcome:
        """The place of the option that is answered, or the outcome that is none; `said` is plain and without thinking."""
        if len(said) > LONGEST_PROSE:
            said = said[: LONGEST_PROSE // 2] + "\n" + said[-LONGEST_PROSE // 2 :]
        said = without_records(_ADDRESS.sub(" ", said))
        if len(shares(said) & {*self.labels, *self.texts}) > 1:
            return "ambiguous"
        told = answers_told(said)
        if told:
            return self._told(told, said)
        boxes = ticked(said)
        if boxes is not None:
            return self._read_text(boxes[0]) if len(boxes) == 1 else "ambiguous" if boxes else "unreadable"
        return self._read_text(said)

    def _told(self, told: list[str], said: str) -> int | Outcome:
        first = self._read_text(told[0]) if told[0].strip() else None
        if first is None:
            return (
                "refused"
                if _REFUSAL.search(fold(said))
                else "missing"
                if re.search(r":\s*\"\s*\"", said)
                else "unreadable"
            )
        beside = {found for each in told[1:] if isinstance(found := self._read_text(each), int)}
        return "ambiguous" if isinstance(first, int) and beside - {first} else first

    def _read_text(self, said: str) -> int | Outcome:
        whole = self.whole(said)
        if whole is not None:
            return whole
        bare = without_asides(without_legend(said, self.labels, self.texts), self.labels, self.texts)
        if not re.search(r"\w", bare):
            return "ambiguous" if re.search(r"\w", said) else "unreadable"
        whole = self.whole(bare)
        return self._in_prose(bare) if whole is None else whole

    def whole(self, said: str) -> int | Outcome | None:
        """The whole reply is an answer: a label, an option's text, or both."""
        if re.match(r"[\s\"'(*`]*-\d", said):
            return "off_scale" if re.fullmatch(r"[\s\"'(*`]*-\d+(?:[.,]\d+)?[\s\"')*`.!]*", said) else None
        core = fold(peeled(said[:600])) if len(said) < 600 else ""
        if not core:
            return None
        if _BOUND.match(said):  # "<5"; but "<5>" is a 5, and "> 5" one that is quoted
            return "ambiguous"
        if core in words.NO_ANSWER:
            return "refused"
        led_in, core = core, re.sub(_LEAD_IN, "", core).strip(" .:*\"'")
        if core in self.labels:
            return self.labels[core]
        if core in self.texts:
            return self.texts[core]
        if self.numeric and core in NUMBER_OF:
            return self.labels.get(str(NUMBER_OF[core]), "off_scale")
        if re.fullmatch(r"\d+([.,]\d+)?\s*%?", core):
            return "off_scale" if core.endswith("%") else self.page.number(core)
        if not self.numeric and (
            re.fullmatch(r"[b-hj-z]", core) or (self.page.roman and re.fullmatch(r"[ivx]{1,5}", core))
        ):
            return "off_scale"
        numbered = re.fullmatch(
            r"(\d+)[.)]\s+((?:(?:my )?(?:answer|rating|response|choice)(?: is)?\W*)?\d.*)", core, re.S
        )
        if numbered and self.numeric:  # a single item is often printed as number 1
            found = self.whole(numbered[2])
            one = numbered[1] == "1" and led_in[:1] == "1"  # but "My answer is 1. 2" says it
            return found if one or found == self.labels.get(numbered[1]) else "ambiguous"
        return self._label_and_text(core)

    def _label_and_text(self, core: str) -> int | Outcome | None:
        match = re.fullmatch(r"([0-9]+|[a-z]{1,4})(?![^\W_])[)\].:]*\s*[-:=.,)–—]*\s*[(\[\"']?(.+?)[)\]\"']?", core)
        worded = match is not None and match[1] in words.WORD_LETTERS and re.match(r"\w+\s+\w", core) is not None
        if (
            match
            and not worded
            and match[1] in self.labels
            and (text := self.texts.get(match[2].strip(" .*\"'"))) is not None
        ):
            return text if self.labels[match[1]] == text else "ambiguous"
        turned = re.fullmatch(
            r"(.+?)[\"']?\s*[(\[:,–—-]+\s*(?:option |number |rating )?([0-9]+|[a-z]{1,4})[)\]]?", core
        )
        if turned and turned[2] in self.labels and (text := self.texts.get(turned[1].strip(" .*\"'"))) is not None:
            return text if self.labels[turned[2]] == text else "ambiguous"
        return None

    # ---- prose

    def _in_prose(self, said: str) -> int | Outcome:
        folded = fold(said)
        refused = _REFUSAL.search(folded) is not None
        signs = sorted(self.page.signs(said, folded), key=lambda sign: sign.start)
        firm: list[tuple[int, int | Outcome]] = []
        off: list[tuple[int, int | Outcome]] = []  # numbers beside the answer, such as how sure it is
        loose: list[Sign] = []
        for sign in signs:
            if sign.kind == "text":  # the "not" in an option's words turns nothing away
                folded = folded[: sign.start] + "§" * (sign.end - sign.start) + folded[sign.end :]
        final = max((match.end() for pattern in _FINAL for match in pattern.finditer(folded)), default=0)
        for clause in clauses(folded, [(sign.start, sign.end) for sign in signs]):
            here = [sign for sign in signs if clause.start <= sign.start < clause.end]
            if not here:
                continue
            found = self._stands(folded, clause, here)
            if found is not None:
                (firm if found != "off_scale" or clause.marked or clause.first else off).append((clause.start, found))
            loose += [sign for sign in here if not clause.turns_away(folded, sign.start, sign.end)]
        firm += [
            (sign.start, sign.place)
            for sign in loose
            if sign.place is not None and self._takes_back(folded, sign, firm)
        ]
        # with another answer after it, a label that the reply begins with is not what its words are about: "1 so to speak. 2"
        if firm and loose and loose[0].place is not None and not re.search(r"\w", folded[: loose[0].start]):
            firm.insert(0, (loose[0].start, loose[0].place))
        after = [each for each in firm if each[0] >= final] if final else []
        settled = _settled(folded, after or firm or off)
        if refused:  # prose that declines may mention options; only what stands as an answer all the same is one
            return settled if isinstance(settled, int) else "refused"
        return settled if settled is not None else self._mentioned(fold(said), loose)

    def _stands(self, folded: str, clause: Clause, here: list[Sign]) -> int | Outcome | None:
        """What a clause answers, if its mentions stand where an answer stands."""
        rest, at = [], clause.start
        for sign in here:
            rest.append(folded[at : sign.start])
            at = max(at, sign.end)
        rest.append(folded[at : clause.end])
        alone = all(is_filler(each) for each in rest)
        announced = (clause.marked or clause.first) and is_filler(rest[0])
        if not alone and not announced:
            return None
        if announced and not alone:
            if clause.first and not clause.marked and not self._begins(folded, here[0]):
                return None
            here = [sign for sign in here if sign is here[0] or sign.kind == "text" or not re.match(r"\s+[^\W\d_]", folded[sign.end :])
                    or re.search(rf"(?:\b{_LINK}|[,/~])\s*$", folded[clause.start : sign.start])]  # fmt: skip
        kept = [sign for sign in here if not clause.turns_away(folded, sign.start, sign.end)]
        if not kept:
            return None
        if any(clause.bounds(folded, sign.start, sign.end) for sign in kept):
            return "ambiguous"
        places = {sign.place for sign in kept}
        if len(places) == len(self.labels) > 2:
            return None  # the list of options once more
        if len(places) > 1:
            last = kept[-1]
            before = [sign for sign in kept if sign.place != last.place][-1]
            corrected = last.place is not None and _CORRECTION.search(folded, before.end, last.start + 1)
            return last.place if corrected and last.place is not None else "ambiguous"
        place = kept[0].place
        if place is None:  # a number off the scale is an answer only where one is announced
            return "off_scale" if announced or (alone and not clause.inner) else None
        return place

    def _takes_back(self, folded: str, sign: Sign, firm: list[tuple[int, int | Outcome]]) -> bool:
        """Whether a number later in a sentence qualifies its answer: "4 (but on bad days 2)"."""
        if (
            sign.kind == "text"
            or not firm
            or sign.start <= firm[-1][0]
            or not re.match(r"\W*(?:$|[.,;!)\n])", folded[sign.end : sign.end + 4])
        ):
            return False
        between = folded[firm[-1][0] : sign.start]
        return (
            re.search(r"[.!?](?:\s|$)|\n", between) is None
            and re.search(r"\b(?:but|though|sometimes|aber|mais|pero|ma|mas)\b", between) is not None
        )

    def _begins(self, folded: str, sign: Sign) -> bool:
        """Whether a reply that goes on begins with a label: "4 - since ..." and "B. I am" do, "3 of us", "A person", "I agree" do not."""
        rest = folded[sign.end : sign.end + 12]
        if sign.kind == "text":
            return False
        return re.match(r"[\s*\"'`]*(?:$|\n|[.,;:!)\]=(–—]|-\s)|\*", rest) is not None

    def _mentioned(self, folded: str, loose: list[Sign]) -> int | Outcome:
        texts = {sign.place for sign in loose if sign.kind == "text" and self._in_own_words(folded, sign)}
        if texts:
            texts |= {
                sign.place for sign in loose if sign.kind == "text" and folded[sign.start : sign.end] not in _TOO_COMMON
            }
        others = {
            sign.place for sign in loose if sign.kind != "text" and not re.match(r"[\s-]+[^\W\d_]", folded[sign.end :])
        }
        if len(texts) == 1 and others - {None} <= texts:
            return texts.pop() or 0
        every = {sign.place for sign in loose if sign.kind != "text" and sign.place is not None}
        return "ambiguous" if len(texts) > 1 or texts or len(every) > 1 else "unreadable"

    def _in_own_words(self, folded: str, sign: Sign) -> bool:
        text = folded[sign.start : sign.end]
        if re.match(
            r"\s+(?:with|to|that|on) (?!(?:this|that|it|the (?:statement|description|item|above|idea|sentiment)|you)\b)",
            folded[sign.end : sign.end + 30],
        ):
            return False  # "I agree with others easily" is the statement, not the answer
        if text not in _TOO_COMMON:
            return True
        before = re.search(
            r"\b(?:that|this|it|statement|description|which)(?:'s| is| would be)\s+(?:\w+ly )?$",
            folded[: sign.start][-40:],
        )
        return before is not None and re.match(r"\s*(?:[.,;!)]|$|for me|of me|in my)", folded[sign.end :]) is not None


def _settled(folded: str, firm: list[tuple[int, int | Outcome]]) -> int | Outcome | None:
    if not firm:
        return None
    if len({found for _, found in firm}) == 1:
        return firm[0][1]
    (earlier, _), (start, last) = firm[-2:]
    return last if isinstance(last, int) and _CORRECTION.search(folded, earlier, start + 40) else "ambiguous"


_ADDRESS = re.compile(r"\b(?:https?|ftp)://\S+|\bwww\.\S+")  # "?score=4" in it is no answer
_BOUND = re.compile(r"\W*?(?:[<≤≥]|>=)\s*=?\s*\d+(?!\d|\s*>)")
_FINAL = tuple(re.compile(unaccented(pattern)) for pattern in words.FINAL)
_CORRECTION = either(words.CORRECTION)
_REFUSAL = either(words.REFUSALS)
_LEAD_IN = unaccented(words.LEAD_IN)
_LINK = unaccented(words.LINK)
_TOO_COMMON = frozenset(map(fold, words.TOO_COMMON))
