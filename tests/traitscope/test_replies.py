"""Every reply is found by what was asked of whom and by its words, and shown whole."""

from pathlib import Path

import pytest

from traitscope.record import Record
from traitscope.results import replies
from traitscope.runner import run
from traitscope.study import load_study

STUDY = """
models = [{ name = "simulated:person", parameters = { prose = 1.0, refusal_rate = 0.3 } }, "simulated:first_option"]
inventories = ["tipi"]
personas = ["none", { id = "odd", text = "You are <b>odd</b>.", assigned = { extraversion = 1 } }]
[[asks]]
reply = "text"
vary = { options = ["printed", "reversed"] }
[[asks]]
reply = "labels"
"""
LIKELIHOOD = """
models = ["simulated:person"]
inventories = ["tipi"]
[[asks]]
elicitation = "likelihood"
"""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return _asked(tmp_path_factory.mktemp("replies"), STUDY)


def _asked(folder: Path, text: str) -> Record:
    file = folder / "study.toml"
    file.write_text(text, "utf-8")
    return run(load_study(file), folder / "record")


def test_every_reply_is_there_once_and_the_filters_count_exactly(record: Record) -> None:
    table = record.store().table("calls")[1]
    assert replies.found(record, {}).total == len(table) == 2 * 2 * 10 * 3
    by_model = [replies.found(record, {"model": name}).total for name in record.manifest.models]
    assert by_model == [60, 60]
    outcomes = [replies.found(record, {"outcome": each}).total for each in replies.choices(record)["outcome"][1:]]
    assert sum(outcomes) == 120 and outcomes[1] > 0
    assert replies.found(record, {"form": "options=reversed", "persona": "odd"}).total == 20
    assert replies.found(record, {"form": "options=reversed", "persona": replies.ANY}).total == 40


def test_the_search_finds_words_in_either_case_and_nothing_that_was_not_said(record: Record) -> None:
    first = replies.found(record, {"model": "simulated:person"}).table["text"].dropna().iloc[0]
    word = max(first.split(), key=len)
    found = replies.found(record, {}, word.upper())
    assert found.total >= 1 and all(word.casefold() in each.casefold() for each in found.table["text"])
    assert replies.found(record, {}, "no model ever said this").told() == "No reply is like that."
    assert replies.found(record, {}, "%").total == sum("%" in str(each) for each in _texts(record))


def _texts(record: Record) -> list[str]:
    names, rows = record.store().table("calls")
    return [row[names.index("text")] or "" for row in rows]


def test_pages_hold_all_replies_and_overlap_nowhere(record: Record) -> None:
    total = replies.found(record, {}).total
    names = [
        name
        for page in range(1, replies.pages(total) + 1)
        for name in replies.found(record, {}, "", page).table["reply"]
    ]
    assert len(names) == len(set(names)) == total
    assert replies.found(record, {}, "", 99).table["reply"].iloc[-1] == names[-1]


def test_the_list_has_draw_and_words_of_each_item(record: Record) -> None:
    table = replies.found(record, {"persona": "odd"}).table
    assert set(table["draw"]) == {1}
    known = {item.id: item.text for item in record.inventory("tipi").items}
    assert [known[each] for each in table["item"]] == table["asked"].to_list()


def test_a_linked_reply_is_found_on_its_page_and_stands_first_there(record: Record) -> None:
    last = replies.found(record, {}, "", 2)
    name = str(last.table["reply"].iloc[5])
    assert replies.page_of(record, {}, "", name) == 2 and replies.page_of(record, {"persona": "odd"}, "", name) == 1
    shown, places = last.beginning_with(name)
    assert places == [0] and shown.table["reply"].iloc[0] == name
    assert sorted(shown.table["reply"]) == sorted(last.table["reply"])
    assert last.beginning_with("1") == (last, [])


def test_a_reply_is_shown_with_the_prompt_that_was_sent_and_its_raw_text(record: Record) -> None:
    row = replies.found(record, {"persona": "odd", "model": "simulated:person", "form": "options=reversed"}).table.iloc[
        0
    ]
    whole = replies.whole(record, row["reply"])
    assert whole is not None and whole.text == row["text"]
    assert whole.messages[0] == ("system", "You are <b>odd</b>.")
    asked = whole.messages[1][1]
    assert asked.index("1. Agree strongly") < asked.index("7. Disagree strongly")
    assert whole.facts["item"] == row["item"] and whole.facts["outcome"] == row["outcome"]
    assert "of the present plan" not in whole.facts


def test_probabilities_of_labels_are_those_of_the_reply(record: Record) -> None:
    found = replies.found(record, {"model": "simulated:person", "form": "standard"})
    wholes = [replies.whole(record, name) for name in found.table["reply"]]
    shown = [each for each in wholes if each and each.distribution]
    assert len(shown) == 20
    for each in shown:
        assert each.distribution.table["probability"].sum() == pytest.approx(float(each.facts["label mass"]), abs=5e-4)
    first = shown[0]
    best = first.distribution.table.sort_values("probability").iloc[-1]
    assert first.facts["chosen"] == f"{best['value']}: {best['option']}"


def test_likelihoods_are_shown_by_text(tmp_path: Path) -> None:
    whole = replies.whole(_asked(tmp_path, LIKELIHOOD), "1.0")
    assert whole is not None and whole.distribution is not None
    row = whole.distribution.table.iloc[0]
    assert row["text"] == whole.continuations[0] and row["per_token"] == row["log_probability"] / row["tokens"]


@pytest.mark.parametrize("name", ["", "x", "1.", ".0", "99999.0", "1.7", "-1.0", "1.0.0"])
def test_a_link_to_no_reply_finds_none(record: Record, name: str) -> None:
    assert replies.whole(record, name) is None
