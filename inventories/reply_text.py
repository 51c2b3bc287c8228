"""One form for what looks alike in a reply, and nothing of its thinking."""

from __future__ import annotations

import html
import re
import unicodedata

LONGEST = 12_000  # characters that are looked at, from both ends; an answer does not hide in a megabyte
_QUOTES = {"‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "`": "`", "′": "'"}
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def plain(text: str) -> str:
    """One form for what looks alike: entities, widths, digits of all scripts, quotes, invisible characters."""
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + "\n" + text[-LONGEST // 2 :]
    text = html.unescape(_ANSI.sub("", text))
    text = re.sub(r"(\S)\1{40,}", lambda run: run[1] * 40, text)  # runs of one letter say nothing and cost time
    text = re.sub(
        r"<\w+[^<>\n]{0,40}\b(?:value|answer|rating|label)\s*=\s*[\"']([^\"'<>\n]{1,40})[\"'][^<>\n]{0,40}>",
        r" \1 ",
        text,
    )
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


def without_thinking(said: str) -> str:
    """Only what follows the thinking is a reply; thinking that never ends leaves nothing."""
    said = re.sub(r"◁(/?)think▷", r"<\1think>", said)
    said = re.split(r"<\|?channel\|?>\s*final\s*<\|?message\|?>", said, flags=re.I)[-1]
    tag = r"(?:think|thinking|reasoning|thought|thoughts|analysis|scratchpad|reflection)"
    said = re.sub(rf"<({tag})\b[^>]*>.*?</\1\s*>", " ", said, flags=re.I | re.S)
    said = re.sub(rf"^.*</{tag}\s*>", " ", said, flags=re.I | re.S)
    said = re.sub(rf"<{tag}\b[^>]*>.*$", " ", said, flags=re.I | re.S)
    return said.strip()


def fold(text: str) -> str:
    """Lower case, character by character, so that places in the text stay the same."""
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)


def unaccented(text: str) -> str:
    """Without accents, as people type in a hurry."""
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def peeled(said: str) -> str:
    """A short reply without Markdown, quotes, brackets and final punctuation around it."""
    said = re.sub(r"^```\w*|```$|[*_`~#]+", " ", said)
    boxed = re.search(r"\\boxed\s*\{\s*(?:\\text\s*\{)?([^{}]*)\}", said)
    if boxed:
        said = boxed[1]
    said = re.sub(r"\s+", " ", said).strip(" \t\n.!\"'()[]{}<>,;:$–—")
    return said if re.match(r"-\d", said) else said.strip(" -.")
