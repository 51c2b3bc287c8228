"""Text of a record on a page: as text."""

import re

# what would become a link, a picture or an icon even where every sign of it is escaped: addresses, :material/home:, :smile:
# (a name behind a word, as in "simulated:person: ...", is the end of a clause)
ALIVE = re.compile(r"https?://|www\.|:material/|(?<!\w):(?=[\w+-]*[a-z]|\+1:|-1:|100:|1234:)[\w+-]+:", re.IGNORECASE)
SIGNS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=])")


def plain(text: str) -> str:
    """Text from a record or a study file, so that Markdown leaves it as it is; what would come alive all the same stands as code."""
    return re.sub(r"\S+", lambda word: _code(word[0]) if _alive(word[0]) else SIGNS.sub(r"\\\1", word[0]), text)


def _alive(word: str) -> bool:
    at = word.find("@", 1)
    return ALIVE.search(word) is not None or (at > 0 and "." in word[at + 2 :])


def _code(text: str) -> str:
    """Between more backticks than stand anywhere in it; a space keeps those at its ends apart from them."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    gap = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{gap}{text}{gap}{fence}"
