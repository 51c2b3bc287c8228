"""The clauses of a reply: where each begins and ends, what announces it, and whether its mentions are turned away or left open."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from inventories import reply_words as words
from inventories.reply_text import fold, unaccented


class Clause(msgspec.Struct, frozen=True):
    """A stretch of a reply that says one thing."""

    start: int
    end: int
    said_from: int  # where the words begin that announce it: their "not" turns it away too
    marked: bool  # words announce that an answer follows
    first: bool  # of the reply
    inner: bool  # it ends or begins at a comma or bracket, not at the sentence's end

    def turns_away(self, folded: str, start: int, end: int) -> bool:
        """Whether a mention is denied, compared with or dismissed: "not 5", "higher than 3", "4 would be too much"."""
        before = folded[max(self.said_from, start - 80) : start]
        if _ASKED.search(before) and re.match(r"[^.!\n?]*\?", folded[end : end + 80]):
            return True  # "Why would I say 4?"
        return _NEGATION.search(before) is not None or _DISMISSED.match(folded, end) is not None

    def bounds(self, folded: str, start: int, end: int) -> bool:
        """Whether a mention is a bound: "at least a 4", "4 or higher"."""
        return (
            _BOUND_BEFORE.search(folded, self.said_from, start) is not None
            or _BOUND_AFTER.match(folded, end) is not None
        )


def clauses(folded: str, mentions: Sequence[tuple[int, int]]) -> list[Clause]:
    """Cut a reply at sentences, at words that join clauses, and at announcements of an answer."""
    cuts: list[tuple[int, int, str]] = []  # start and end of what divides, and what it is
    for match in _DIVIDER.finditer(folded):
        if any(start < match.end() and match.start() < end for start, end in mentions):
            continue
        kind = "comma" if match[0].strip() in {",", "(", ")"} else "joint" if match.lastgroup == "word" else "stop"
        if kind == "comma" and _listed(folded, match, mentions):
            continue
        cuts.append((match.start(), match.end(), kind))
    for match in _ANSWER.finditer(folded):
        if match.end() > match.start() and not any(
            start < match.end() and match.start() < end for start, end in mentions if end - start > 1
        ):
            cuts.append((match.start(), match.end(), "answer"))
    cuts.sort()
    found: list[Clause] = []
    start, said_from, marked, begun = 0, 0, False, "stop"
    for cut_start, cut_end, kind in [*cuts, (len(folded), len(folded), "stop")]:
        if cut_end <= start and cut_end < len(folded):
            continue
        if cut_start > start and folded[start:cut_start].strip():
            first = not folded[:start].strip(" \n*\"'`(#>-•")
            found.append(Clause(start, cut_start, said_from, marked, first, "comma" in (begun, kind)))
            marked = False
        if kind == "answer":
            said_from = (
                found[-1].start
                if found and found[-1].end == cut_start and begun != "answer"
                else said_from
                if begun == "answer"
                else cut_start
            )
            marked = True
        else:
            # an announcement that ends in a colon or a line's end still announces
            marked = marked and folded[cut_start:cut_end].strip() in {":", "", "="}
            said_from = said_from if marked else cut_end
        start, begun = cut_end, kind
    return found


def _listed(folded: str, comma: re.Match[str], mentions: Sequence[tuple[int, int]]) -> bool:
    """Whether a comma or bracket stands between two mentions of one list: "1, 2 or 3", "4, maybe 5", "4 (agree)"."""
    before = max((end for _, end in mentions if end <= comma.start()), default=None)
    after = min((start for start, _ in mentions if start >= comma.end()), default=None)
    if before is None or after is None:
        return False
    between = folded[before : comma.start()] + " " + folded[comma.end() : after]
    return _LINKS.fullmatch(between) is not None


def is_filler(text: str) -> bool:
    """Whether words leave an answer an answer: "I would say ... for me"."""
    return all(token in _FILLERS for token in _TOKEN.findall(_FILLER_SIGNS.sub(" ", text)))


_DIVIDER = re.compile(
    r"(?P<stop>[.!?]+(?=[\s\"')*\]]|$)|[。！？…]|\.{2,}|\n+|;|:(?!\d)|→|=+>|->|\s[-–—]+\s|[–—]|,(?!\d)|[()])|(?P<word>"
    + unaccented(words.CLAUSE_WORDS)
    + ")"
)
_ANSWER = re.compile("|".join(f"(?:{unaccented(pattern)})" for pattern in (*words.FINAL, *words.ANSWER)))
_NEGATION = re.compile(unaccented(words.NEGATION))
_ASKED = re.compile(words.ASKED)
_DISMISSED = re.compile(unaccented(words.DISMISSED))
_BOUND_BEFORE = re.compile(unaccented(words.BOUND_BEFORE))
_BOUND_AFTER = re.compile(unaccented(words.BOUND_AFTER))
_LINKS = re.compile(rf"(?:[\s\"'*`=/~–—-]|\b{unaccented(words.LINK)}\b)*")
_FILLERS = frozenset(map(fold, words.FILLERS))
_FILLER_SIGNS = re.compile(words.FILLER_SIGNS)
_TOKEN = re.compile(r"[^\W_]+(?:['/][^\W_]+)*")
