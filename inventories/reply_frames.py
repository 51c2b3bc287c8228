"""What a reply says of labels without answering by one: examples, what an option means, orders, other people's answers, notes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from inventories.reply_text import fold, unaccented

# before a mention, of which they make an example
_EXAMPLE = (
    r"(?:\be\. ?g\b\.?|\b(?:for (?:example|instance)|such as|looks? like this|like so|examples?|sample|placeholder|z\. ?b\.|(?:zum )?beispiel(?:antwort)?|p(?:ar|\.)? ?ex\.|(?:par )?exemple|"
    r"p\. ?ej\.|(?:por )?ejemplo|ad es\.|(?:(?:per|ad) )?esempio|p\. ?ex\.|(?:por )?exemplo|bijv\.|bv\.|(?:bij)?voorbeeld|np\.|(?:na )?przyklad|например|напр\.|пример|t\. ?ex\.|"
    r"(?:till )?exempel|orn\.|ornegin)|例如|比如|示例|例えば|たとえば|回答例|예를 들어|예시|예:|مثلا|उदाहरण)"
    r"(?:\W|\b(?:of|an?|the|is|be|could|would|valid|possible|answer|reply|response|rating|output|label|option|number|antwort|de|di|van|reponse|respuesta|risposta|"
    r"resposta|antwoord|ответа?)\b|答案|回答){0,16}?"
)
# an option that is spoken about, at the beginning of a sentence: "5 means agree strongly", "Label 5 says 'Agree strongly'"
_NOUN = r"(?:an? )?(?:(?:the )?(?:label|option|number|choice|antwort|l'option|la opcion|l'opzione)s? )?"
_MEANS = (
    r"(?:(?:says?|means?|reads?|would mean|stands for|is (?:labell?ed|called|described|defined)(?: as)?|denotes?|represents?|signif(?:ies|y)|indicates?|corresponds to|bedeutet|heisst|lautet|steht fur|"
    r"signifie|veut dire|significa|quiere decir|vuol dire|betekent|staat voor|oznacza|betyder|означает|значит)\b|表示|代表|意味着|の?意味は|は(?=\W)|는(?=\W)|은(?=\W))"
    r"(?:\W|\b(?:that|to|i|dass|que|che|ich|je)\b){0,6}?"
)
# what is not the answer but a number of the scale, at the beginning of a sentence
_PLACE = (
    r"(?:(?:the|an?) )?(?!(?:first|last|next|mean) ?[:=])(?:first|last|lowest|highest|middle|central|default|minimum|maximum|min|max|midpoint|average|mean|median|typical|usual|most common|most popular|next|previous|expected|valid|"
    r"possible|permitted|allowed|sample)(?: (?:item|question|statement)'?s?)?(?: (?:answer|option|label|choice|number|value|rating|reply|response|output|format|point))?"
    r"(?:\s*[:=]| (?:is|was|would be|are|were|could be)\b:?)"
)
# of whom an answer is told that is not the speaker's; a persona is "he", "she" or "the character"
_OTHER = (
    r"(?:most (?:people|of us|others|respondents|participants)|(?:some|many|other|others|normal|average) (?:people|persons|models?|respondents|participants)|others|everyone else|everybody else|"
    r"the (?:participant|respondent|patient|subject|examinee)|participant \d+|my (?:friends?|sister|brother|mother|father|mom|dad|wife|husband|partner|colleagues?|boss|teacher|neighbou?rs?|family|parents)|the (?:user|other (?:model|person)|previous (?:participant|respondent|person|user)|"
    r"last participant|prompt|instructions?|researcher|experimenter|manual|key|answer key|example)|it says here|die meisten|meine? freund(?:in|e)?|la plupart(?: des gens)?|mon amie?|la mayoria|mi amig[oa]|"
    r"la maggior parte|il mio amico|de meeste mensen|большинство|мой друг|大多数人|多くの人は|友人は)"
)
_SAYS = (
    r"(?:\s*[:,]|'s?(?=\W)|\s+(?:answers?|ratings?|choices?)\b(?: (?:is|was|are|were))?|\s+(?:would|might|will|could|usually|typically|often|probably|also|just|all|tend to)|\s+(?:wrote|answer|say|choose|chose|pick|select|reply|replie|give|gave|said|want|expect|rate|respond|agree with)(?:s|ed)?"
    r"|\s+(?:sagen|sagt|wahlen|wurden|diraient|repondent|dit|diria|dice|responde|risponde|zeggen|kiezen|zegt|отвечает|говорит)|会|选择?|说|[\s\"'(]+(?:an?\b|the\b)?){1,6}?"
)
_TOLD = (
    r"according to (?:my (?:mother|father|sister|brother|wife|husband|friends?|boss|teacher)|wikipedia|the (?:manual|key|answer key|internet|web|experts?|user|researchers?|literature))"
    r"\s*[,:]?\s*(?:the (?:correct |right )?answer (?:is|would be|should be))?|for (?:most people|others|everyone else|other people)[,:]?\s*(?:the answer (?:is|would be))?"
)
# orders, which a reply can repeat and cannot follow by doing so
_ORDER = (
    r"(?:(?:you|everyone|participants|respondents|models?) (?:must|should|shall|have to|need to|are to|will)(?: \w+){0,2}? (?:answer|reply|respond|say|choose|pick|select|rate)|"
    r"(?:from now on|system(?: \w+)?|(?:new )?instructions?|command|order|task)\s*[:,]\s*(?:please )?(?:always )?(?:answer|reply|respond|say|choose|pick|select|rate|output|return)|"
    r"ignore\b[^\n.!?]{0,80}\b(?:instructions?|scale|rules|everything|prompts?|all)\b[^\n.!?]{0,40}[.!,:;][ \t]*(?:and |then |please )?(?:always |just |only )*(?:answer|reply|respond|say|choose|pick|select|rate)|"
    r"(?:all|every|each) (?:the )?(?:answers?|items?|statements?|questions?|scores?|ratings?)\s*[:=]|"
    r"(?:note|message|instructions?) (?:to|for) (?:the |any )?(?:\w+ )?(?:grader|evaluator|judge|parser|reader|examiner|researcher|reviewer|model|scorer)s?\b[^\n.!?]{0,60}?)"
    r"(?:\W|\b(?:with|by|as|is|the|an?|option|label|number|answer)\b){0,6}?"
)
_ORDER_SIGNS = r"(?:请(?:全部|都|一律|总是|始终|直接)*(?:回答|选择?|输入|输出)|必须(?:全部|都)?(?:回答|选择?)|忽略[^。\n]{0,40}?(?:回答|选择?))\s*[::]?\s*"
# fields of programs
_FIELD = (
    r"(?:confidence|certainty|temperature|seed|tokens?|word count|priority|rank|error(?: code)?|exit code|status(?: code)?|retry[_ -]after|random number|version|override|repeat after me|minimum|maximum|min|max|default|format|options|choices|"
    r"optionen|opciones|opzioni|选项|選択肢)[\"']?\s*[:=]\s*(?:option |label )?"
)
_TALK = r"(?:let me|let us|let's|i need to|i have to|i must|we need to) (?:think about|consider|look at|discuss|examine|talk about) (?:the )?(?:option |label |number |choice )?"
_ASKS = (
    r"(?:is|are|was|were|shall|do|does|did|could|would|can|may|might|will|should|must)(?: \w+){1,6}?"
    r"(?:\W|\b(?:an?|the)\b){1,4}?"
)
_YES = r"\W*(?:yes|yeah|yep|yup|sure|absolutely|definitely|indeed|certainly|of course|exactly|i do|it is)\b"
# another self; "if I were to choose" and "if I were her" are how a persona answers
_OTHER_SELF = (
    r"if i (?:were|was) (?!(?:to|asked|forced|honest|h[ei][rm]s?|them|you|in (?:his|her|their)|this|that|the|an? (?:person|human|participant))\b)[^\n.!?;]{1,80}?"
    r"\b(?:i would|i'd|i might|my (?:answer|rating|choice) would be)(?: (?:probably|likely|definitely|always|answer|say|choose|pick|select|rate|give|agree with|an?|with)){0,5}"
)
_TURN = r"(?:user|human|system)\s*:\s*(?:answer )?"


# lines that stand under the word "Example"
_BLOCK = re.compile(
    r"^[^\w\n]*(?:examples?|beispiele?|exemples?|ejemplos?|esempi|esempio|voorbeeld|пример|示例|例)(?:[^\w\n]|\d)*"
    r"(?:\n[^\S\n]*)?(?:\n(?=[^\n]*\S)[^\n]*)+",
    re.I | re.M,
)
_RUN = re.compile(r"[\s\"'(>#{*–-]{5,}")
_KEPT_OF_RUN = 3


def without_talk(said: str, named: Collection[str]) -> str:
    """Blank the mentions (`named`: labels, texts, number words, folded) that a reply makes without answering by them."""
    name, *patterns = _patterns(tuple(sorted(named, key=len, reverse=True)))
    text, places = _shortened(fold(said))
    blocks = [
        each.span() for block in _BLOCK.finditer(text) for each in name.finditer(text, block.start(), block.end())
    ]
    said = _blanked(said, blocks, places)
    for pattern in patterns:
        text, places = _shortened(fold(said))
        groups = range(1, pattern.groups + 1)
        said = _blanked(said, [match.span(each) for match in pattern.finditer(text) for each in groups], places)
    return said


def _blanked(said: str, spans: Iterable[tuple[int, int]], places: Sequence[int]) -> str:
    """Spaces in the place of `spans`, which are those of a shortened text."""
    for start, end in spans:
        if start >= 0:  # a group that took no part is at -1
            first, last = places[start], places[end - 1] + 1
            said = said[:first] + " " * (last - first) + said[last:]
    return said


def _shortened(text: str) -> tuple[str, list[int]]:
    """The text with no long runs of signs and spaces, which patterns would try in every way; and the place of each letter left."""
    kept: list[int] = []
    end = 0
    for run in _RUN.finditer(text):
        kept += range(end, run.start())
        line = text.find("\n", run.start(), run.end() - _KEPT_OF_RUN)
        kept += [line] if line >= 0 else []
        kept += range(run.end() - _KEPT_OF_RUN, run.end())
        end = run.end()
    kept += range(end, len(text))
    return "".join(text[each] for each in kept), kept


@lru_cache(maxsize=256)
def _patterns(named: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """The mentions; and the patterns whose groups are mentions to be blanked."""
    each = "|".join(
        rf"(?<!\w){re.escape(name)}(?!\w|[.,]\d)" if _SPACED.match(name) else re.escape(name) for name in named
    )
    name = f"(?:{each})" if named else "(?!)"
    and_ = rf"[ \t]*+(?:[,/=(\"'–-][ \t]*+)?(?:(?:\b(?:{'|'.join(each for each in _AND if each not in named)})\b|{_AND_SIGNS})[ \t]*+)?"
    several = rf"({name}(?:(?:{and_}|[.)][ \t]*+(?=[^\W\d]{{3}}))(?:{name})){{0,8}})"  # "4 or 5", "5. Agree strongly"
    quoted = rf"[\"'(*\s]*{several}"
    begins = r"(?:^|(?<=[.!?\n:;。！？])|(?<=[.!?:;] ))[\s*\"'(>#{-]*"
    patterns = (
        rf"(?:{begins}|, |\band ){_NOUN}[\"'(]*({name})[\"')]*,?\s*{_MEANS}[\"'(*\s]*({name})",
        rf"{begins}(?:the )?(?:label|option|number|answer) (?:for |of |called )?[\"']*({name})[\"']* (?:is|has the label|has the number|would be)\s*{quoted}"
        rf"|{begins}{quoted}[\"']* (?:is|are|was) (?:just |only )?(?:one of|among|the (?:first|last|lowest|highest|middle) (?:option|label|one|choice|answer))",
        rf"{begins}{_ASKS}{several}\W{{0,3}}\?(?!{_YES})",
        rf"{_EXAMPLE}{several}|{_ORDER_SIGNS}{several}|{begins}(?:{_PLACE}|{_OTHER}{_SAYS}|{_TOLD}|{_ORDER}|{_FIELD}|{_TALK}|{_OTHER_SELF}|{_TURN}){quoted}",
        rf"({name})\s*(?:と答え(?:て|よ|る必要)|(?:番)?ですか|吗|嗎)",
    )
    return tuple(re.compile(unaccented(pattern), re.M) for pattern in (name, *patterns))


_SPACED = re.compile(r"[0-9a-z\u00c0-\u06ff\u0900-\u097f]")
_AND = (
    "or",
    "to",
    "and",
    "through",
    "oder",
    "bis",
    "und",
    "ou",
    "et",
    "a",
    "o",
    "y",
    "e",
    "of",
    "en",
    "или",
    "и",
    "до",
)
_AND_SIGNS = "或者?|和|到|至|か|または|から"
