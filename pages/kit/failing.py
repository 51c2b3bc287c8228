"""What a page says where it cannot be drawn: a sentence with what to do, and never a traceback."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st

from inventories.reading import DefinitionError
from inventories.responder import ResponderError
from pages.kit.text import plain
from traitscope import disk_errors
from traitscope.damage import damage
from traitscope.datafile import DataError
from traitscope.record import Record
from traitscope.store import StoreError
from traitscope.study_file import StudyError

MISTAKES = (StoreError, DefinitionError, StudyError, DataError, ResponderError, OSError)
DO = "Reload the page, or choose another record; `traitscope doctor` in a terminal looks for what is wrong here."
FAILED = f"The program failed here; its terminal says where. Nothing that was answered is lost. {DO}"


def words(problem: Exception) -> str:
    """A mistake, or what a disk refuses, as text for a page."""
    told = disk_errors.of_system(problem) if isinstance(problem, OSError) else None
    return plain(" ".join((told or str(problem)).split()))


def telling(draw: Callable[..., object]) -> Callable[..., None]:
    """`draw` that tells what is wrong with a record or a disk in words; a failure of ours also goes to the terminal."""

    @wraps(draw)
    def drawn(*given: Any) -> None:
        try:
            draw(*given)
        except MISTAKES as problem:
            st.error(f"This cannot be shown. {words(problem)}. {DO}")
        except Exception:
            bad = next(filter(None, (damage(each.folder) for each in given if isinstance(each, Record))), None)
            if bad is None:
                st.error(FAILED)
                raise  # whose text .streamlit/config.toml keeps from the page
            st.error(f"This cannot be shown. {plain(bad)}.")

    return drawn
