"""One form for what looks alike in a reply, and nothing of its thinking."""

from __future__ import annotations

import functools
import html
import re
import unicodedata

LONGEST = 20_000  # characters that are looked at, from both ends; an answer does not hide in a megabyte
_QUOTES = {"‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "`": "`", "′": "'"}
_RUN = re.compile(r"(.{1,20}?)\1{23,}", re.S)  # the same over and over says no more than a few of it
_DIGITS = re.compile(r"\d{13,}")
_TAG = r"(?:think|thinking|reasoning|thought|thoughts|analysis|scratchpad|reflection)"
_FIELD = r"(?:final_?answer|answer|rating|choice|response|score|option|selection|result|antwort)"
# what a terminal obeys: colours and places, and titles and links up to their end
_ANSI = re.compile(r"\x1b\][^\x07\x1b]{0,400}(?:\x07|\x1b\\)|(?:\x1b\[|\x9b)[0-9;?]*[A-Za-z]")
_IMAGE = re.compile(r"!\[[^\]\n]{0,400}\]\([^)\n]{0,2000}\)")
# a message of somebody else, as interfaces write it
_OTHERS_TURN = re.compile(r"\{[^{}]{0,200}\"role\"\s*:\s*\"(?:system|user|developer|tool)\"[^{}]{0,2000}\}")


def plain(text: str) -> str:
    """One form for what looks alike: entities, tags, widths, digits of all scripts, quotes, invisible characters."""
    # first of all shorter: what comes after looks at each place several times
    text = _RUN.sub(lambda run: run[1] * 24, text)
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + "\n" + text[-LONGEST // 2 :]
    text = html.unescape(_ANSI.sub("", text))
    text = _IMAGE.sub(" ", re.sub(r"<!--.*?-->", " ", text, flags=re.S))
    text = re.sub(
        r"<(script|style)\b[^<>]*>.*?</\1\s*>", " ", text, flags=re.I | re.S
    )  # a program's words are nobody's
    text = re.sub(r"\[(/?)think\]|◁(/?)think▷", r"<\1\2think>", text, flags=re.I)
    text = re.sub(
        rf"<{_FIELD}\s[^<>\n]{{0,40}}?(?:value|rating|answer)\s*=\s*[\"']([^\"'<>\n]{{1,80}})[\"'][^<>\n]{{0,40}}>",
        r"\nAnswer: \1\n",
        text,
        flags=re.I,
    )
    text = re.sub(rf"<{_FIELD}>(?=\s*[^<\s])", "\nAnswer: ", text, flags=re.I)
    text = re.sub(rf"</{_FIELD}>", "\n", text, flags=re.I)
    text = re.sub(rf"<(?!/?{_TAG}\b)/?[a-z][^<>\n]{{0,80}}>", " ", text, flags=re.I)
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
    return _DIGITS.sub(lambda run: run[0][:12], "".join(letters)[: 2 * LONGEST]).strip()


def without_thinking(said: str) -> str:
    """Only what follows the thinking is a reply; thinking that never ends leaves nothing."""
    said = re.split(r"<\|?channel\|?>\s*final\s*<\|?message\|?>", said, flags=re.I)[-1]
    said = _OTHERS_TURN.sub("\n", said)
    said = re.sub(r"\[INST\].*?\[/INST\]", "\n", said, flags=re.S)  # what was asked, once more
    said = re.sub(r"<\|[^|<>\n]{1,40}\|>|\[/?INST\]|<</?SYS>>", "\n", said)
    said = re.sub(rf"<({_TAG})\b[^>]*>.*?</\1\s*>", " ", said, flags=re.I | re.S)
    said = re.sub(rf"^.*</{_TAG}\s*>", " ", said, flags=re.I | re.S)
    said = re.sub(rf"<{_TAG}\b[^>]*>.*$", " ", said, flags=re.I | re.S)
    return said.strip()


def fold(text: str) -> str:
    """Lower case without accents on Latin letters, character by character, so that places in the text stay the same."""
    return "".join(map(_folded, text))


@functools.cache
def _folded(letter: str) -> str:
    small = letter.lower() if len(letter.lower()) == 1 else letter
    return unicodedata.normalize("NFD", small)[0] if "\xc0" <= small < "\u0250" else small


def unaccented(pattern: str) -> str:
    """A pattern for folded text: its own accents gone, its classes such as \\S as they were."""
    return "".join(letter if letter.isascii() else _folded(letter) for letter in pattern)


def peeled(said: str) -> str:
    """A short reply without Markdown, quotes, brackets and final punctuation around it."""
    said = re.sub(r"^```\w*|```$|[*_`~#]+", " ", said)
    boxed = re.search(r"\\boxed\s*\{\s*(?:\\text\s*\{)?([^{}]*)\}", said)
    if boxed:
        said = boxed[1]
    return re.sub(r"\s+", " ", said).strip(" \t\n.!\"'()[]{}<>,;:$-–—")
