"""Guess who in the browser's place: alone, as a player, as the teacher; and what a class may see at all."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from benchmarks import browsing
from tests.pages.test_pages import PAGES, ROOT, calm, rendered, words
from traitscope.teaching import classroom, guessing_shown, riddles, serving
from traitscope.teaching.guessing import ROOMS, Room

TRAITS = ("extraversion", "agreeableness", "conscientiousness", "neuroticism", "openness")
FORBIDDEN = ("traitscope run", "Outcomes of", "Record", "Delete", "Start", "API")


@pytest.fixture
def in_class(monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """This process serves a class; its room."""
    for name, value in serving.class_environment(8502).items():
        if name.startswith("TRAITSCOPE_CLASS"):
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(classroom, "TRIES", classroom.Tries())
    room = classroom.room()
    yield room
    ROOMS.end(room, room.host)


def frame(file: str = "app.py", **address: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / file), default_timeout=60)
    for key, value in address.items():
        page.query_params[key] = value
    return calm(page.run())


def button(page: AppTest, label: str) -> Any:
    return next(each for each in page.button if each.label == label)


def choose(page: AppTest, room: Room, poles: dict[str, int]) -> AppTest:
    for trait, pole in poles.items():
        page.radio(key=f"pole_{room.code}_{room.number}_{trait}").set_value(pole)
    return calm(page.button(key=f"send_{room.code}_{room.number}").click().run())


def alone(page: AppTest) -> Room:
    room: Room = page.session_state[f"alone with {riddles.SIMULATED}"]
    return room


def test_alone_a_guess_is_measured_against_the_truth_and_another_persona_follows() -> None:
    page = rendered("guess_who", None)
    assert len(page.table[0].value) == 10 and "It was told" not in words(page)
    room = alone(page)
    truth = dict(room.now().riddle.truth)  # type: ignore[union-attr]
    choose(page, room, {**truth, "openness": -truth["openness"]})
    assert "4 of 5 right" in words(page) and "You are a character who is" in words(page)
    calm(button(page, "Another persona").click().run())
    assert room.number == 2 and "It was told" not in words(page)


def test_a_guess_without_a_pole_for_each_trait_is_not_taken() -> None:
    page = rendered("guess_who", None)
    choose(page, alone(page), {"openness": 1})
    assert "Choose a pole for every trait first." in words(page)


def test_a_records_answers_are_offered_and_simulated_persons_always(runs: Path) -> None:
    page = rendered("guess_who", runs / "full")
    assert page.selectbox(key="whose").options == [
        "simulated:person (simulated, not a language model); tipi; rating", riddles.SIMULATED,
    ]  # fmt: skip


def test_a_class_opens_is_joined_plays_and_ends_with_the_points_of_each() -> None:
    teacher = rendered("guess_who", None)
    calm(button(teacher, "Open a class").click().run())
    room = ROOMS.room(teacher.query_params["code"])
    assert room and room.opened_by(teacher.query_params["host"])
    player = rendered("guess_who", None, code=room.code)
    player.text_input[0].set_value("<b>*Ada*</b>")
    calm(button(player, "Join").click().run())
    assert "the first round has not begun" in words(player)
    calm(button(teacher, "Open the first round").click().run())
    truth = dict(room.now().riddle.truth)  # type: ignore[union-attr]
    choose(calm(player.run()), room, {trait: -pole for trait, pole in truth.items()})
    choose(player, room, truth)  # changed
    assert guessing_shown.said(room.now().riddle, truth) in words(player)  # type: ignore[arg-type]
    assert "You have guessed. 1 of 1 guesses are in." in words(player) and "It was told" not in words(player)
    again = rendered("guess_who", None, code=room.code, player=player.query_params["player"])  # a reload
    assert [each.value for each in again.radio] == list(truth.values()) and room.joined() == 1
    calm(button(teacher, "Close the guesses").click().run())
    assert all(each.disabled for each in calm(player.run()).radio)
    calm(button(teacher, "Reveal").click().run())
    assert "5 of 5 right" in words(calm(player.run())) and "You have 5 of 5 points" in words(player)
    (ranking,) = [each.value for each in teacher.table if "Player" in each.value]
    assert ranking["Player"][0] == r"\<b\>\*Ada\*\</b\>" and ranking["Points"][0] == "5 of 5"
    calm(button(player, "Leave the class").click().run())
    assert room.joined() == 0 and "player" not in player.query_params
    calm(button(teacher, "End this class").click().run())
    assert ROOMS.room(room.code) is None and "code" not in teacher.query_params


def test_a_code_of_no_open_class_is_told() -> None:
    assert "No class with the code AAAAAA is open" in words(rendered("guess_who", None, code="AAAAAA"))


@pytest.mark.parametrize("file", ["app.py", *(f"pages/{name}.py" for name in PAGES)])
@pytest.mark.parametrize("address", [{}, {"code": "WRONG1"}, {"host": "wrong"}, {"record": "full"}])
def test_without_the_join_code_a_class_shows_the_question_for_it_alone(
    in_class: Room, file: str, address: dict[str, str]
) -> None:
    page = frame(file, **address)
    assert [each.value for each in page.title] == ["Enter the join code"]
    assert len(page.sidebar) == 0 and not page.selectbox and not page.table and not page.dataframe
    assert [each.label for each in page.button] == ["Enter"] and in_class.code not in words(page)


@pytest.mark.parametrize("file", ["app.py", *(f"pages/{name}.py" for name in PAGES)])
def test_with_the_join_code_no_file_shows_more_than_the_classroom(in_class: Room, file: str) -> None:
    page = frame(file, code=in_class.code.lower(), record="full")
    assert page.title[0].value in ("Guess who", "Try it yourself", "What breaks a test?")
    assert not [each for each in FORBIDDEN if each in words(page)] and not page.sidebar.selectbox


def test_the_join_code_is_typed_once(in_class: Room) -> None:
    page = frame()
    page.text_input[0].set_value("nonsense")
    assert [each.value for each in calm(button(page, "Enter").click().run()).error] == [
        "That is not the code of this class."
    ]
    page.text_input[0].set_value(f"{in_class.code[:3].lower()} {in_class.code[3:]}")
    calm(button(page, "Enter").click().run())
    assert page.title[0].value == "Guess who" and page.text_input[0].label.startswith("Your name")


def test_a_program_that_guesses_codes_is_slowed_and_who_is_in_stays_in(
    in_class: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classroom, "TRIES", classroom.Tries(lambda: 0.0))  # no time goes by
    monkeypatch.setattr(type(st.context), "ip_address", None)  # as on this machine; the test's harness has no devices
    player, guesser = frame(code=in_class.code), frame()
    for number in range(classroom.FREE_TRIES):
        guesser.text_input[0].set_value(f"WRONG{number}")
        calm(button(guesser, "Enter").click().run())
    guesser.text_input[0].set_value(in_class.code)
    calm(button(guesser, "Enter").click().run())
    assert guesser.title[0].value == "Enter the join code" and "many wrong codes" in guesser.error[0].value
    assert frame(code=in_class.code).title[0].value == "Enter the join code"  # a new session of that device
    assert calm(player.run()).title[0].value == "Guess who"
    assert frame(host=in_class.host).title[0].value == "Guess who"


def test_the_code_is_shown_to_the_teacher_and_to_no_player(in_class: Room) -> None:
    teacher, player = frame(host=in_class.host), frame(code=in_class.code)
    assert any(classroom.printed_code(in_class) in each.value for each in teacher.title)
    assert not any(classroom.printed_code(in_class) in each.value for each in player.title)
    assert in_class.host not in words(player)
    assert not [each.label for each in player.button if "round" in each.label]


@pytest.mark.browser
@pytest.mark.skipif(
    not browsing.found(), reason="no Chromium or Chrome here: python -m benchmarks.browsing installs one"
)
def test_in_a_browser_no_address_of_a_class_reaches_studies_or_results(runs: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not here: make test installs it")
    environment = serving.class_environment(8502)
    with browsing.served(runs, environment) as base, playwright.sync_playwright() as started:
        chromium = browsing.launched(started)
        page = chromium.new_page()
        page.set_default_timeout(browsing.SECONDS * 1000)
        _look_everywhere(page, base, environment[classroom.CODE])
        chromium.close()


def _look_everywhere(page: Any, base: str, code: str) -> None:
    for path in ("studies", "replies", "design", "trait_profiles", "guess_who", ""):
        page.goto(f"{base}/{path}?record=full")
        page.get_by_role("heading", name="Enter the join code").wait_for()
        assert page.get_by_test_id("stException").count() == 0
        assert page.get_by_role("link").all_inner_texts() == ["Skip to main content"]  # Streamlit's own
    for path in ("studies", "replies", "guess_who"):
        page.goto(f"{base}/{path}?code={code}")
        page.get_by_role("heading", name="Guess who").wait_for()
        links = page.get_by_test_id("stSidebarNav").get_by_role("link")
        assert links.all_inner_texts() == ["Try it yourself", "Guess who", "What breaks a test?"]
    for path in ("app.py", "pages/studies.py", "runs/", "app/static/answers.sqlite", ".streamlit/config.toml"):
        with urllib.request.urlopen(
            f"{base}/{path}", timeout=browsing.SECONDS
        ) as answer:  # the page's own shell, whatever the path
            assert b"<title>Streamlit</title>" in answer.read()
