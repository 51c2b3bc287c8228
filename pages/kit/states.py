"""What a page says when there is nothing yet, or not all; and what it reads, once for all who look."""

import os
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeGuard

import streamlit as st

from pages.kit.text import plain
from traitscope import overview, places
from traitscope.kept import kept
from traitscope.record import RUNS, Record
from traitscope.store import StoreError


def runs() -> Path:
    """The folder of records: TRAITSCOPE_RUNS, or runs/ beside where the app was started."""
    return Path(os.environ.get("TRAITSCOPE_RUNS") or RUNS)


def cached(function: Callable[..., Any], record: Record, *arguments: Hashable) -> Any:
    """What `function(record, *arguments)` says, worked out once for each state of the record."""
    with st.spinner("Reading the record ..."):
        return kept(function, record, *arguments)


def told_of(function: Callable[[Record], str], record: Record) -> str:
    """What `function` tells of a record in words; of one that cannot be read, why."""
    try:
        return str(cached(function, record))
    except StoreError as problem:
        return str(problem)


def head(title: str, sentence: str) -> None:
    """The page's title, and the one sentence that says what it answers."""
    st.title(title)
    st.markdown(plain(sentence))


def answered(record: Record | None) -> TypeGuard[Record]:
    """Whether there is anything to show; says what to do where there is not, and how far a half-run record is."""
    try:
        if record is None or not cached(overview.has_answers, record):
            nothing_yet(record)
            return False
    except StoreError as problem:
        st.error(plain(f"The record {record.name} {overview.UNREADABLE}: {problem}"))
        return False
    if told := overview.imported_told(record):
        st.caption(f":material/upload_file: {plain(told)}")
    unfinished(record)
    return True


def scored(record: Record | None) -> TypeGuard[Record]:
    """The same for a page of scores: there are answers that count towards a scale."""
    if not answered(record):
        return False
    if cached(places.places, record).empty:
        st.info(
            "No answer of this record counts towards a scale yet: ratings, choices and likelihoods of scored items do."
        )
        return False
    return True


def nothing_yet(record: Record | None) -> None:
    """What to do when there is nothing to show."""
    if record is None:
        st.info(f"There is no record in {plain(str(runs()))} yet. The page Design makes one; or, in a terminal:")
        st.code(
            "make demo                 # the embedded model, 2 to 4 minutes\ntraitscope run STUDY      # a study file of yours",
            language=None,
        )
        return
    row = overview.study(record)
    if row["state"].startswith(overview.UNREADABLE):
        st.error(plain(f"The record {record.name} {row['state']}"))
        return
    st.info(f"The record {plain(record.name)} has no answers yet. Ask what is missing, then reload this page:")
    st.code(row["resume"], language=None, wrap_lines=True)


def unfinished(record: Record) -> None:
    """Say that a record is half done, and how to go on; nothing when it is complete."""
    row = cached(overview.study, record)
    if row["state"] != "complete" and row["trials"]:
        st.warning(
            f"Half-run record: {row['done']:,} of {row['trials']:,} trials are done, and what is shown rests on those. To go on:"
        )
        st.code(row["resume"], language=None, wrap_lines=True)
