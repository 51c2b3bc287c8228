"""Every kind of case by name: what is drawn, what is held of it, and how many of each there are."""

from __future__ import annotations

import functools
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fuzz_definitions as definitions
import fuzz_replies as replies
import fuzz_tables as tables
from fuzz_changes import numbers, structural, textual
from fuzz_verdict import SECONDS, in_time
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

files = st.tuples(numbers, structural, textual)


@dataclass(frozen=True)
class Kind:
    """`check` is given a folder and what was drawn; it says whether that was accepted, and fails where it broke."""

    check: Callable[[Path, Any], bool]
    drawn: st.SearchStrategy[Any]
    thorough: int  # cases in `make fuzz` ...
    quick: int  # ... and in the tests
    seconds: float = SECONDS  # that a case may take


def _reply(check: Callable[[Any], bool]) -> Callable[[Path, Any], bool]:
    return lambda _, case: check(case)


KINDS: dict[str, Kind] = {
    "inventories, TOML": Kind(definitions.inventory_file, files, 14_000, 250),
    "inventories, CSV": Kind(definitions.inventory_sheet, files, 10_000, 200),
    "persona sets": Kind(definitions.persona_file, files, 12_000, 200),
    "studies": Kind(definitions.study_file, files, 8_000, 120, 5.0),  # one may have thirty thousand personas
    "answers, wide": Kind(functools.partial(tables.table_file, "wide"), files, 6_000, 100),
    "answers, long": Kind(functools.partial(tables.table_file, "long"), files, 6_000, 80),
    "answers, PsychoBench": Kind(functools.partial(tables.table_file, "psychobench"), files, 6_000, 100),
    "answers, Qualtrics": Kind(functools.partial(tables.table_file, "qualtrics"), files, 6_000, 100),
    "answers, TRAIT": Kind(tables.json_file, files, 6_000, 120),
    "answers, Excel": Kind(tables.excel_file, files, 500, 6),
    "answers, SPSS": Kind(tables.spss_file, files, 500, 6),
    "whole imports": Kind(tables.imported, files, 400, 8, 10.0),
    "bundles": Kind(tables.bundle_file, files, 200, 3, 20.0),
    "replies in junk": Kind(_reply(replies.stays_or_is_none), replies.buried(), 10_000, 350),
    "replies beside orders": Kind(_reply(replies.stays_or_is_none), replies.ordered(), 8_000, 250),
    "replies to several items": Kind(_reply(replies.each_stays_or_is_none), replies.blocks(), 8_000, 250),
    "any text as a reply": Kind(_reply(replies.says_nothing), replies.anything, 6_000, 100),
    "replies of a million characters": Kind(_reply(replies.says_nothing), replies.huge, 60, 2, 10.0),
}


def run(name: str, cases: int, number: int, shrink: bool = True) -> Counter[str]:
    """Try so many cases of a kind, and count what became of them; the smallest that breaks raises.

    The same `number` draws the same cases.
    """
    kind, counts = KINDS[name], Counter[str]()
    phases = [Phase.generate, *([Phase.shrink] if shrink else [])]

    with tempfile.TemporaryDirectory(prefix="traitscope-fuzz-") as place:

        @seed(number)
        @settings(max_examples=cases, database=None, deadline=None, suppress_health_check=list(HealthCheck), phases=phases, print_blob=False)  # fmt: skip
        @given(kind.drawn)
        def each(case: Any) -> None:
            with in_time(kind.seconds):
                accepted = kind.check(Path(place), case)
            counts["accepted" if accepted else "refused"] += 1

        each()
    return counts
