"""A dashboard that is shared shows nothing before its password: at no address, and to nobody who guesses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.pages.test_pages import PAGES, ROOT, calm, words
from traitscope import sharing
from traitscope.teaching.classroom import Tries

PASSWORD = "correct horse battery"
FILES = ["app.py", *(f"pages/{name}.py" for name in PAGES)]


@pytest.fixture(autouse=True)
def shared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This server is shared; its wrong tries are those of one test, and no time goes by."""
    monkeypatch.setenv(sharing.SHARED, sharing.environment(PASSWORD)[sharing.SHARED])
    monkeypatch.setattr(sharing, "TRIES", Tries(lambda: 0.0, free=sharing.FREE_TRIES, pause=sharing.PAUSE_SECONDS))
    monkeypatch.setattr(type(st.context), "ip_address", None)  # the test's harness has no devices
    yield


def frame(file: str = "app.py", **address: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / file), default_timeout=60)
    for key, value in address.items():
        page.query_params[key] = value
    return calm(page.run())


def give(page: AppTest, password: str) -> AppTest:
    page.text_input[0].set_value(password)
    return calm(next(each for each in page.button if each.label == "Enter").click().run())


def is_closed(page: Any) -> bool:
    return [each.label for each in page.text_input] == ["Password"] and not page.sidebar.selectbox


@pytest.mark.parametrize("file", FILES)
def test_no_file_shows_anything_before_the_password(runs: Path, file: str) -> None:
    page = frame(file, record="full", whole="1", code="x", host="y")
    assert is_closed(page) and not page.table and not page.get("plotly_chart")
    assert "responders" not in words(page) and "full" not in words(page)


def test_with_the_password_the_dashboard_is_there_and_stays(runs: Path) -> None:
    page = give(frame(), PASSWORD)
    assert page.title[0].value == "Studies" and page.sidebar.selectbox
    assert calm(page.run()).title[0].value == "Studies"
    assert PASSWORD not in str(page.query_params)


def test_a_wrong_password_opens_nothing(runs: Path) -> None:
    page = give(frame(), "wrong horse battery")
    assert is_closed(page) and [each.value for each in page.error] == ["That is not the password."]


def test_a_program_that_guesses_is_slowed_in_a_new_session_too(runs: Path) -> None:
    for number in range(sharing.FREE_TRIES):
        give(frame(), f"wrong horse {number}")
    page = give(frame(), PASSWORD)
    assert is_closed(page) and "Many wrong passwords" in page.error[0].value


def test_without_share_there_is_no_password(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(sharing.SHARED)
    assert frame().title[0].value == "Studies"
