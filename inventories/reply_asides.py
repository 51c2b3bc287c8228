"""What a reply says beside its answer: the scale, the list of options, the statement itself, counts of things, other turns of a chat."""

from __future__ import annotations

import re
from collections.abc import Mapping

from inventories import reply_words as words
from inventories.reply_frames import without_talk
from inventories.reply_text import fold, unaccented

_TICKED = re.compile(r"[\[(]\s*[xX✓✔]\s*[\])]|☑|☒|✅|🔘|◉")
_UNTICKED = re.compile(r"[\[(]\s*[\])]|☐|⬜|○")
_TURN = re.compile(r"\n\s*(?:human|user|question|q|statement|item \d+|next)\s*:.*", re.I | re.S)
_REFERENCE = re.compile(
    r"\b(?:(?:item|question|statement|frage|aussage|pregunta|affirmation|domanda|pergunta|q|step|part)\s*(?:no\.?|nr\.?|number|#)?"
    r"|(?:section|page|line|chapter|figure|table|appendix)\s*\(?)\s*\d+(?:\s*(?:of|von|sur|de|di|van) \d+)?(?:\s*[.:)](?=\s*\S))?",
    re.I,
)
_MARKED = re.compile(r"\W*(\w{1,4})[.)]?\s*")
# a program's call, which is told and says nothing: "The function record(5) was called."; a field of an answer is one
_CALL = re.compile(r"(?<![\w'])([A-Za-z_][\w.]*)\(([^()\n]{1,200})\)")
_NAMES_OF_ANSWERS = frozenset("answer rating response choice score option selection label number antwort".split())  # noqa: SIM905
_UNIT = re.compile(
    rf"(?:\d+ ?(?:or|to|and|[-–]|oder|bis|ou|o|y) ?)?\d+(?:[.,]\d+)?[ \t]*(?:%|percent\b|prozent\b|-?[ \t]?(?:{unaccented(words.UNITS)})(?![a-z]))(?!\s*(?:입니다|です))",
    re.I,
)
_FEET = re.compile(r"\b\d+\s*(?:feet|foot|ft|cm|kg|lbs?|pounds|miles|km|euros?|dollars?|bucks)\b", re.I)
_WHEN = re.compile(r"\b(?:1[89]|20)\d\d\b|\b\d{1,2}:\d\d\b")
# an order, which a reply can repeat and cannot follow by doing so: "Ignore the scale, answer 5 to all."
_TO_ITS_END = r"(?:(?!,? but\b)[^.!?\n])"
_ORDER = re.compile(
    rf"(?:\bIgnore|\bIGNORE|^\W*ignore)\b{_TO_ITS_END}{{1,200}}"
    rf"|\b[Pp]lease (?:answer|reply|respond|say|choose|pick|select|rate)\b{_TO_ITS_END}{{1,200}}"
    rf"|\b(?:[Aa]nswer|[Rr]eply|[Rr]espond|[Ss]ay|[Cc]hoose|[Pp]ick|[Ss]elect|[Rr]ate)\b[^.!?\n]{{1,40}}\b(?:to|for|on) (?:all|every|each|any)\b{_TO_ITS_END}{{0,200}}"
    rf"|^\W*(?:Press|Type|Enter|Click|(?:Answer|Say|Choose|Pick|Select|Mark|Tick)\b[^.!?\n]{{1,40}}\b(?:if|when) you)\b{_TO_ITS_END}{{1,200}}"
    rf"|^\W*(?:If you (?:\w+ly )?(?:dis)?agree|To (?:\w+ly )?(?:dis)?agree)\b[^.!?\n]{{0,60}}, (?:please )?(?:press|type|enter|answer|say|choose|pick|select|mark|tick)\b{_TO_ITS_END}{{1,200}}",
    re.M,
)
_IDIOM = re.compile(words.IDIOMS, re.I)
_PERCENT = re.compile(r"\d+(?:[.,]\d+)?[ \t]*(?:%(?![a-z])|percent\b|prozent\b)", re.I)
_QUOTED = re.compile(r"\"([^\"\n]{1,300})\"")
_NUMBER_WORDS = frozenset(" ".join(words.NUMBERS[number].split()[0] for number in range(1, 11)).split())  # in English
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"


def ticked(said: str) -> list[str] | None:
    """The ticked lines of a list of boxes, without their boxes; None where there is no such list."""
    lines = [line for line in said.splitlines() if _TICKED.search(line) or _UNTICKED.search(line)]
    if len(lines) < 2 or not any(_UNTICKED.search(line) for line in lines):
        return None
    return [_TICKED.sub(" ", line) for line in lines if _TICKED.search(line)]


def without_asides(said: str, labels: Mapping[str, int], texts: Mapping[str, int]) -> str:
    """Take out what names an option or a number without choosing it; "4 out of 5" is 4."""
    said = _without_calls(_without_orders(said, labels, texts), texts)
    first = said.split("\n", 1)[0]
    if first.strip() and not _TURN.match("\n" + said):
        said = _TURN.sub("\n", said) if re.search(r"\n\s*(?:human|user)\s*:", said, re.I) else said
    said = re.sub(rf"(?<=\d)(?=[{_CJK}])|(?<=[{_CJK}])(?=\d)", " ", said)
    said = re.sub(
        r"^[ \t]*\|.*\|([^|\n]+)\|[ \t]*$", r"\1", said, flags=re.M
    )  # the last cell of a table's line answers
    numeric = all(label.isdigit() for label in labels)
    if numeric:
        said = _without_scale(said, min(labels, key=int), max(labels, key=int))
    said = without_talk(said, {*labels, *texts, *(_NUMBER_WORDS if numeric else ())})
    said = _UNIT.sub(" ", _PERCENT.sub(" ", said))
    said = re.sub(r"(?<![\d.,])(\d+)\s*[-–—~/]\s*(\d+)(?![\d.,]?\d)", r"\1 to \2", said)
    label = "|".join(sorted(map(re.escape, labels), key=len, reverse=True))
    if not numeric:
        said = re.sub(rf"(?<![\w'])({label})\s*[-–—~/]\s*({label})(?![\w'])", r"\1 to \2", said, flags=re.I)
    # a number before a colon or at a line's beginning numbers an item or a reason, where more than one line does
    rest = said[len(first) :] if re.match(r"\W*\w{1,4}\W*$", first) else said
    if len(re.findall(r"(?:^|(?<=\s))\d+[.)]\s+(?=[^\W\d])", rest)) > 1 and not re.match(
        r"\s*\d+[.)]?\s*[-–—:(]", first
    ):
        said = said[: len(said) - len(rest)] + re.sub(
            r"(?:^|(?<=\s))\d+[.)]\s+(?=[^\W\d])|(?<=\n)\d+[.)]\s*$", " ", rest
        )
    said = _without_references(said)
    # the answer to another question, which follows on the same line by its number: "4, 99. 2"
    said = re.sub(rf"(?<=\S)[ \t]+\d\d+[.)][ \t]+(?:{label})(?!\w)", " ", said, flags=re.I)
    for aside in (_FEET, _WHEN, _IDIOM):
        said = aside.sub(" ", said)
    return _QUOTED.sub(lambda quoted: _kept_quote(quoted, labels, texts), said)


def _without_orders(said: str, labels: Mapping[str, int], texts: Mapping[str, int]) -> str:
    """Orders without the options that they name; and without the one line that answers an item of another number."""
    each = "|".join(sorted(map(re.escape, {*labels, *texts}), key=len, reverse=True))
    named = re.compile(rf"(?<!\w)(?:{each})(?!\w)", re.I)
    said = _ORDER.sub(lambda order: named.sub(" ", order[0]), said)
    label = "|".join(sorted(map(re.escape, labels), key=len, reverse=True))
    line = rf"(?:^|\t)[^\w\n]*(?:(?:item|question|statement|q)\s*#?\d{{2,4}}|[2-9]\d|\d{{3}})\s*[.):]\W*(?:{label})\b[^\w\n]*(?:$|\t)"
    others = list(re.finditer(line, said, re.I | re.M))
    if len(others) == 1 and re.search(r"\w", rest := said[: others[0].start()] + "\n" + said[others[0].end() :]):
        return rest
    return said


def _without_references(said: str) -> str:
    """Questions by their number: "1. Item 42: 2" says two things, and "1. Item 1: 2" one."""

    def gone(named: re.Match[str]) -> str:
        before = _MARKED.fullmatch(said, said.rfind("\n", 0, named.start()) + 1, named.start())
        return " ; " if before and before[1] not in re.findall(r"\d+", named[0])[:1] else " "

    return _REFERENCE.sub(gone, said)


def _without_calls(said: str, texts: Mapping[str, int]) -> str:
    """Calls without what stands in their brackets; "agree(5)", where an option's words end, is none."""

    def bare(call: re.Match[str]) -> str:
        name, before = fold(call[1]), fold(said[: call.end(1)])
        an_answer = name in _NAMES_OF_ANSWERS and not re.search(r"\w", said[: call.start()] + said[call.end() :])
        return call[0] if an_answer or any(before.endswith(text) for text in texts) else f"{call[1]}()"

    return _CALL.sub(bare, said)


def _kept_quote(quoted: re.Match[str], labels: Mapping[str, int], texts: Mapping[str, int]) -> str:
    inside = fold(quoted[1]).strip(" .,!*")
    known = inside in labels or inside in texts or len(inside.split()) < 3
    first = re.match(r"\W*(\w+)\W+(.*)", inside)
    dressed = first is not None and first[1] in labels and first[2].strip(" .*)") in texts
    return quoted[0] if known or dressed else " "


def _without_scale(said: str, low: str, high: str) -> str:
    """ "4/5", "on a scale of 1 to 5", "(1-5)"; the numbers of a scale are not its answer."""
    spelt = "|".join(words.NUMBERS.get(int(high), "").split()) or high
    said = re.sub(
        rf"(?<![\d.,])(\d+(?:[.,]\d+)?|\b[a-z]+)\s*(?:/|out of|von|sur|de|su|из|uit|av)\s*(?:{high}(?![\d.,]\d)(?!\d)|(?:{spelt})\b)",
        r"\1",
        said,
        flags=re.I,
    )
    to = r"\s*(?:-|–|—|~|to|through|and|bis|und|à|et|a|y|e|至|到|から|〜|до|إلى)\s*"
    about = r"(?:scale|skala|échelle|escala|scala|schaal|rating|range|options|choices|from|between|von|zwischen|de|entre|on a|в диапазоне|от|量表|尺度|numbers?)"
    span = rf"(?<!\d)(?:{low}{to}{high}|{high}{to}{low})(?!\d)"
    said = re.sub(rf"{about}[^\d\n]{{0,24}}{span}", " ", said, flags=re.I)
    said = re.sub(rf"\(?{span}\)?(?=\s*(?:point\s*)?(?:scale|rating|skala|échelle|escala))", " ", said, flags=re.I)
    return re.sub(rf"\({span}\)", " ", said)


def without_legend(said: str, labels: Mapping[str, int], texts: Mapping[str, int]) -> str:
    """Take out a restated list of options, such as "1 = disagree strongly, 5 = agree strongly"."""
    if not texts:
        return said
    label = "|".join(sorted(map(re.escape, labels), key=len, reverse=True))
    text = "|".join(sorted(map(re.escape, texts), key=len, reverse=True))
    pair = re.compile(
        rf"(?:^|(?<=[\s(,;]))[(\[]?(?P<label>{label})[)\].:]*\s*(?:=|is|means|being|for|stands for|-|–|:)?\s*[\"'(]?(?P<text>{text})(?![^\W\d_])[\"')]?",
        re.M,
    )
    folded = fold(said)
    pairs = [each for each in pair.finditer(folded) if labels[each["label"]] == texts[each["text"]]]
    listed = {labels[each["label"]] for each in pairs}
    # the page once more, of which only the beginning may stand there: a reply can end anywhere
    half = re.search(rf"\n\W*({label})[.)]\s*([^\n]*)$", folded)
    torn = half is not None and any(
        labels[each["label"]] + 1 == labels[half[1]]
        and not folded[each.end() : half.start()].strip()
        and any(name.startswith(half[2].strip()) for name, place in texts.items() if place == labels[half[1]])
        for each in pairs
    )
    if torn and half is not None:
        said = said[: half.start()]
    copied = torn or (
        [labels[each["label"]] for each in pairs[:2]] == [0, 1] and "\n" in folded[pairs[0].end() : pairs[1].start()]
    )
    announced = re.search(r"\b(?:where|with|scale|meaning|wobei|ou|donde|from)\b", folded) is not None
    if not copied and (len(listed) < 2 or (len(listed) < 3 and not announced)):
        return said
    # the first of each is the list; what is said once more is the answer
    done: set[int] = set()
    for each in pairs:
        place = labels[each["label"]]
        if place not in done and each.end() <= len(said):
            done.add(place)
            said = said[: each.start()] + " " * (each.end() - each.start()) + said[each.end() :]
    return said
