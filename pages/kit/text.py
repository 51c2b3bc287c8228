"""Text of a record on a page: as text."""

import re


def plain(text: str) -> str:
    """Text from a record or a study file, so that Markdown leaves it as it is."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=])", r"\\\1", text)
