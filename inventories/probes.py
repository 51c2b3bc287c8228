"""Questions that only somebody who has seen an inventory before can answer: its name, its next item, an item's end.

A model that knows the items by heart may know how one is supposed to answer them. The probes print parts of the
inventory word for word and nothing else of it, so what comes back beyond chance was known before.
"""

from __future__ import annotations

import difflib
import re
from typing import Literal

import msgspec

from inventories.definitions import Inventory
from inventories.ids import digest
from inventories.responder import Message, Prompt

Kind = Literal["name", "complete", "next"]
FEWEST_WORDS = 4  # of an item that is cut in half
QUESTIONS: dict[Kind, str] = {
    "name": "Which published questionnaire does this item come from? Reply with the name only.\n\n{shown}",
    "complete": "This is the beginning of an item from a published questionnaire. Continue it word for word, as it is "
    "printed there. Reply with the missing words only.\n\n{shown} ...",
    "next": "This is an item from a published questionnaire. Reply with the item that is printed after it there, word for "
    "word and nothing else.\n\n{shown}",
}


class Probe(msgspec.Struct, frozen=True):
    """One question about one item, and the words that would show that the inventory is known."""

    kind: Kind
    item: str
    question: str
    truth: str

    def prompt(self, max_tokens: int = 40) -> Prompt:
        """The question as it is put to a responder, at temperature 0."""
        return Prompt(digest("probe", self.question), (Message("user", self.question),), "text", max_tokens=max_tokens)


def probes(inventory: Inventory) -> list[Probe]:
    """Every probe of an inventory: the name from each item, the end of each item of four words or more, the next item."""
    found = []
    texts = {item.id: inventory.printed_text(item) for item in inventory.items}
    for place, item in enumerate(inventory.items):
        text = texts[item.id]
        found.append(_probe("name", item.id, text, inventory.title))
        own = item.text.split()
        if len(own) >= FEWEST_WORDS:
            end = " ".join(own[(len(own) + 1) // 2 :])
            found.append(_probe("complete", item.id, text[: text.rindex(end)].rstrip(), end))
        if place + 1 < len(inventory.items):
            following = inventory.items[place + 1]
            found.append(_probe("next", item.id, text, following.text or texts[following.id]))
    return found


def similarity(reply: str, truth: str) -> float:
    """How alike two texts are, word by word: 0 nothing in common, 1 the same words in the same order.

    >>> similarity("is talkative.", "Is talkative"), similarity("likes cats", "is talkative")
    (1.0, 0.0)
    """
    return difflib.SequenceMatcher(None, _words(reply), _words(truth), autojunk=False).ratio()


def names(reply: str, inventory: Inventory) -> bool:
    """Whether a reply names the inventory, by its title or abbreviation."""
    said = " ".join(_words(reply))
    known = [inventory.title, inventory.title.split(",")[0], inventory.abbreviation]
    plain = [" ".join(_words(re.sub(r"\(.*?\)", "", each))) for each in known if each]
    return any(re.search(rf"\b{re.escape(each)}\b", said) for each in plain if len(each) > 2)


def _probe(kind: Kind, item: str, shown: str, truth: str) -> Probe:
    return Probe(kind, item, QUESTIONS[kind].format(shown=shown), truth)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
