"""Text from models, files and strangers on its way out: to a terminal, which obeys some letters, and to a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the command line prints its help without it
    from pandas import DataFrame

NUMBERS = "iufcb"  # kinds of columns that hold no text

# what a terminal obeys or a reader cannot see: controls but tab and new line, directions that turn the text after them
# round, separators that some take for a new line, halves of a pair that no encoding can write
_COMMANDS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_OBEYED = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029{_COMMANDS}\ud800-\udfff]")
# also behind spaces and letters that nobody sees, which some spreadsheets take off; the last four are the wide signs of
# East Asian keyboards
_FORMULA = re.compile("'*(?:[\t\r\n]|[\\s\u200b-\u200f\u2060\ufeff]*[=+\\-@＝＋－＠])")


def for_terminal(text: str) -> str:
    r"""`text` as it may be printed: what a terminal would obey stands there as Python writes it; lines and tabs stay.

    >>> print(for_terminal("red: \x1b[31m, and \u202eback"))
    red: \x1b[31m, and \u202eback
    """
    # no letter can tear a new line out of "\r\n": that pair is one
    return _OBEYED.sub(_written, text.replace("\r\n", "\n"))


def json_for_terminal(text: str) -> str:
    r"""The same for JSON, where each letter has an escape of its own: whoever reads it gets the very letters.

    >>> print(json_for_terminal('{"said": "\u202eback"}'))
    {"said": "\u202eback"}
    """
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _written(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def guarded(text: str) -> str:
    """A text that a spreadsheet would take for a formula, with an apostrophe before it; `unguarded` takes it off.

    >>> guarded("=1+1"), guarded("'-1"), guarded("agree")
    ("'=1+1", "''-1", 'agree')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text as it was before `guarded`.

    >>> unguarded("'=1+1"), unguarded("'tis")
    ('=1+1', "'tis")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def guarded_table(table: DataFrame, written: Collection[str] = ()) -> DataFrame:
    """A table in which no text, and no name of a column, is a formula to a spreadsheet.

    Numbers stay as they are, also where they are texts; but in the columns of `written`, which somebody wrote.
    """
    safe: dict[str, Any] = {}
    for name in table.columns:
        if table[name].dtype.kind not in NUMBERS:
            known = table[name].dropna().unique()  # of a million cells few differ
            changed = {
                each: guarded(each)
                for each in known
                if isinstance(each, str) and (name in written or not _is_number(each))
            }
            changed = {each: other for each, other in changed.items() if each != other}
            if changed:
                safe[name] = table[name].map(lambda each, changed=changed: changed.get(each, each), na_action="ignore")
    return table.assign(**safe).rename(columns=lambda name: guarded(name) if isinstance(name, str) else name)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
