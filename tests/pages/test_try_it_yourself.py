"""The page Try it yourself: answer, see the profile, take it along, have it forgotten; a class stores nothing."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from test_pages import calm, rendered, words

from traitscope.teaching.classroom import CODE

# reversed are 06 (E), 02 (A), 23 (C), 09 (N) and 41 (O): Extraversion is (4 + 5) / 2, Agreeableness (1 + 2) / 2
TEN = {"bfi44_06": 2, "bfi44_36": 5, "bfi44_02": 5, "bfi44_22": 2, "bfi44_03": 4, "bfi44_23": 1,
       "bfi44_09": 4, "bfi44_39": 1, "bfi44_20": 3, "bfi44_41": 3}  # fmt: skip


def answered(record: Path | None = None, left: int = 0, **address: Any) -> AppTest:
    """The BFI-10 filled in as `TEN`, all but the first `left`, and its profile asked for."""
    page = rendered("try_it_yourself", record, **address)
    for item, value in list(TEN.items())[left:]:
        page.radio(key=f"answer_bfi10_{item}").set_value(value)
    return press(page, "Show my profile")


def press(page: AppTest, label: str) -> AppTest:
    (button,) = [each for each in page.button if each.label == label]
    return calm(button.click().run())


def test_the_questions_come_with_instruction_options_and_terms() -> None:
    page = rendered("try_it_yourself", None)
    assert len(page.radio) == 10
    assert page.radio[0].label.replace("\\", "") == "1. I see myself as someone who tends to find fault with others"
    assert page.radio[0].options[0] == "Disagree strongly" and page.radio[0].value is None
    told = words(page)
    assert "Here are a number of characteristics" in told
    assert "copyright Oliver P. John" in told and "32 simulated persons" in told


def test_the_profile_has_the_scores_that_a_hand_computes() -> None:
    page = answered()
    told = words(page)
    assert "Extraversion: 4.50 on a scale from 1 to 5" in told and "Agreeableness: 1.50" in told
    assert "not a diagnosis" in told and "not answered" not in told
    assert "no norm group" in told
    assert len(page.get("plotly_chart")) == 2


def test_unanswered_items_are_named_and_a_partial_profile_is_shown() -> None:
    told = words(answered(left=1))
    assert "1 question of 10 not answered: 3. I see myself as someone who is reserved" in told
    assert "Extraversion: 5.00" in told and "(1 of 2 items)" in told


def test_nothing_answered_is_no_profile_and_no_error() -> None:
    told = words(answered(left=10))
    assert "10 questions of 10 not answered" in told and "Extraversion: no item answered" in told
    assert "nan" not in told.lower()


def test_a_longer_test_comes_in_parts_and_keeps_what_was_answered() -> None:
    page = rendered("try_it_yourself", None, test="BFI-44")
    first = page.radio[0].key
    page.radio[0].set_value(4)
    press(page, "Next")
    assert len(page.radio) == 11 and page.radio[0].key != first
    press(page, "Back")
    assert page.radio(key=first).value == 4


def test_forget_clears_profile_and_answers() -> None:
    page = press(answered(), "Forget my answers")
    assert all(each.value is None for each in page.radio)
    assert "not a diagnosis" not in words(page)


def test_beside_a_record_stand_its_personas(stopped_run: Any, tmp_path: Path) -> None:
    study = 'title = "t"\nmodels = ["simulated:person"]\ninventories = ["bfi44"]\n'
    record = stopped_run(
        tmp_path / "r", study + 'personas = ["none", { set = "big_five_32", fraction = "half" }]', None
    )
    told = words(answered(record.folder))
    assert "17 personas as simulated:person (simulated, not a language model) played them" in told
    assert "its answers to the same items in bfi44" in told


def test_answers_are_added_to_people_csv_only_when_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAITSCOPE_RUNS", str(tmp_path))
    page = answered()
    assert not list(tmp_path.iterdir())
    calm(page.text_input(key="name_bfi10").set_value("Ada").run())
    press(page, "Add my answers")
    assert (tmp_path / "people.csv").read_text("utf-8").splitlines()[1].startswith("Ada,")
    press(page, "Add my answers")
    assert "choose another name" in page.error[0].value


def test_a_class_stores_nothing_on_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAITSCOPE_RUNS", str(tmp_path))
    monkeypatch.setenv(CODE, "abc")
    page = answered()
    assert "people.csv" not in words(page) and not page.text_input
    assert "Add my answers" not in [each.label for each in page.button]
    assert not list(tmp_path.iterdir())
