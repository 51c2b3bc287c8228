"""What a cell of a file says: a number is an option's value, all else is read as a reply is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import get_args

import msgspec

from inventories.administer import Reading, read_labels, read_texts
from inventories.answers import Outcome, PrintedOption
from inventories.forms import Form
from inventories.responder import Reply
from traitscope.datafile import BLANK, LOST

WHOLE = re.compile(r"([+-]?\d{1,9})(?:[.,]0+)?")  # spreadsheets write 4 as 4.0 where other cells of a column are empty

# where a spreadsheet took an answer for a date; its month is no answer
DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?:[ T][\d:.]*)?")


def read_reply(
    trial: str, item: str, printed: Sequence[PrintedOption], reply: Reply, *, values: bool = True, placed: bool = True
) -> Reading:
    """The answer in one imported reply: in a table a number is a value (`values`), in a reply's text it is a label.

    Without `placed` it is not known where on the page the chosen option stood.
    """
    if reply.label_logprobs is not None:
        found = read_labels(trial, printed, reply.label_logprobs)
    elif values:
        found = _read(trial, item, tuple(printed), reply.text)
    else:
        found = read_texts([(trial, item)], printed, reply.text)[0]
    return found if placed else msgspec.structs.replace(found, position=None)


def placed(form: Form) -> bool:
    """Whether a form says where on the page each option stood: of shuffled options, a file does not."""
    return form.options != "shuffled"


def _read(trial: str, item: str, printed: tuple[PrintedOption, ...], text: str | None) -> Reading:
    """As a data file is read: blanks are missing, the names of outcomes are outcomes, whole numbers are values.

    Of several options with one value, as the two high actions of a scenario, it is not known which was chosen.
    """
    said = (text or "").strip()
    if said in BLANK:
        return Reading(trial, "missing")
    if outcome := _OUTCOMES.get(said):
        return Reading(trial, outcome)
    if DATE.fullmatch(said):
        return Reading(trial, "unreadable")
    if whole := WHOLE.fullmatch(said):
        value = int(whole[1])
        places = [place for place, option in enumerate(printed) if option.value == value]
        if not places:
            return Reading(trial, "off_scale")
        return Reading(trial, "answered", chosen=value, position=places[0] if len(places) == 1 else None)
    return read_texts([(trial, item)], _by_value(printed), text)[0]


_OUTCOMES: dict[str, Outcome] = {name: name for name in get_args(Outcome) if name in LOST}


@lru_cache(maxsize=256)
def _by_value(printed: tuple[PrintedOption, ...]) -> tuple[PrintedOption, ...]:
    """The page with values for numbered labels, since "4 - Agree" in a file means the value; letters stay what they are."""
    values: Collection[int] = {option.value for option in printed}
    if len(values) < len(printed) or not all(option.label.isdecimal() for option in printed):
        return printed
    return tuple(PrintedOption(str(option.value), option.text, option.value) for option in printed)
