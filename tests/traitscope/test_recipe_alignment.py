"""Alignment: exact answers lie at 0, "always 3" at its own baseline, and files of people are read or refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from imitations import Served, serving
from recipes_held import answering, exhibits, held, table

from inventories.loading import load_inventory
from traitscope.cli import main
from traitscope.making.people import PEOPLE, answers_of, key_of, people_told, told_items
from traitscope.making.so_far import SoFar
from traitscope.record import Record
from traitscope.results import aligned_shown

KEY = """
title = "Two traits"
kind = "cognition"
source = "a test"
licence = "MIT"
scoring = "mean"
scales = { E = "Extraversion", N = "Neuroticism" }
options = [
  { value = 1, text = "never" }, { value = 2, text = "seldom" }, { value = 3, text = "at times" },
  { value = 4, text = "often" }, { value = 5, text = "always" },
]
items = [
  { id = "e1", scale = "E", key = 1, text = "I talk." },
  { id = "e2", scale = "E", key = 1, text = "I go out." },
  { id = "e3", scale = "E", key = -1, text = "I stay in." },
  { id = "e4", scale = "E", key = -1, text = "I keep quiet." },
  { id = "n1", scale = "N", key = 1, text = "I worry." },
  { id = "n2", scale = "N", key = 1, text = "I brood." },
]
"""
HEADER = "person,e1,e2,e3,e4,n1,n2"
ROWS = {"ann": [5, 4, 2, 1, 1, 2], "bob": [2, 1, 5, 4, 4, 5], "cem": [3, 3, 4, 2, 2, 2]}
CSV = "\n".join([HEADER, *(",".join([name, *map(str, row)]) for name, row in ROWS.items())]) + "\n"


def people(folder: Path, text: str = CSV, key: str = KEY) -> Path:
    """A file of people with its own key beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "people.csv").write_text(text, "utf-8")
    (folder / "people_key.toml").write_text(key, "utf-8")
    return folder / "people.csv"


def knowing(messages: list[str]) -> str:
    """Finds out who it is by what it was told, and answers as that person did."""
    words = {1: "never", 2: "seldom", 3: "at times", 4: "often", 5: "always"}
    for row in ROWS.values():
        told = [f"- I talk. {words[row[0]]}", f"- I stay in. {words[row[2]]}", f"- I worry. {words[row[4]]}"]
        if all(each in messages[0] for each in told):
            (place,) = [
                n for n, text in ((1, "I go out."), (3, "I keep quiet."), (5, "I brood.")) if text in messages[-1]
            ]
            return str(row[place])
    return "4"  # to whoever tries what it can do


def asked_of(served: Served) -> list[str]:
    """The statements that were put to it."""
    said = [asked["messages"][-1]["content"] for _, asked in served.asked if "messages" in asked]
    return [each for each in said if "Statement: " in each]


def test_who_gives_exactly_the_persons_answers_is_at_distance_0(tmp_path: Path) -> None:
    with serving(answering(knowing)) as served:
        record = held(tmp_path, "alignment", served.model, file=people(tmp_path / "given"))
        statements = asked_of(served)
    assert len(statements) == 3 * 3 and not any("I talk." in each for each in statements)
    found = table(exhibits("alignment", record), "alignment").set_index("name")
    assert list(found.index) == ["Extraversion", "Neuroticism", aligned_shown.ALL]
    assert set(found["model"]) == {0.0} and found["n_compared"].to_list() == [6, 3, 9]
    assert (found["n_persons"] == 3).all() and (found["n_unanswered"] == 0).all()


def test_the_baselines_are_those_computed_by_hand(tmp_path: Path) -> None:
    record = held(tmp_path, "alignment", "simulated:midpoint", file=people(tmp_path / "given"))
    found = table(exhibits("alignment", record), "alignment").set_index("name")
    # told of E: e1 and e3, which is reversed; asked: e2 and e4, which is reversed
    #   ann 5, 6 - 2 = 4: mean 4.5; own answers 4, 6 - 1 = 5: distances .5, .5
    #   bob 2, 6 - 5 = 1: mean 1.5; own answers 1, 6 - 4 = 2: distances .5, .5
    #   cem 3, 6 - 4 = 2: mean 2.5; own answers 3, 6 - 2 = 4: distances .5, 1.5
    assert found.loc["Extraversion", "own_mean"] == pytest.approx((0.5 + 0.5 + 1.0) / 3)
    # told of N: n1; asked: n2: |2 - 1|, |5 - 4|, |2 - 2|
    assert found.loc["Neuroticism", "own_mean"] == pytest.approx(2 / 3)
    assert found.loc["Extraversion", "midpoint"] == pytest.approx(((1 + 2) / 2 + (2 + 1) / 2 + (0 + 1) / 2) / 3)
    assert found.loc["Neuroticism", "midpoint"] == pytest.approx((1 + 2 + 1) / 3)
    assert found.loc[aligned_shown.ALL, "own_mean"] == pytest.approx(2 / 3 + 2 / 3)


def test_always_3_is_the_baseline_of_the_mid_point_in_every_trait(tmp_path: Path) -> None:
    shown = exhibits("alignment", held(tmp_path, "alignment", "simulated:midpoint"))
    for ask in ("rating: chosen", "rating: expected"):
        found = table(shown, "alignment", ask)
        assert len(found) == 6 and found["less_midpoint"].abs().max() < 1e-9
        assert found["model"].to_numpy() == pytest.approx(found["midpoint"].to_numpy())
    assert all("simulated people, no humans" in each.caption for each in shown)
    # by hand, of the first ten people of the file
    inventory = load_inventory("ipip_neo_120")
    told, answers = set(told_items(inventory)), answers_of(PEOPLE, inventory).iloc[:10]
    for scale in "EACNO":
        asked = [item.id for item in inventory.items if item.scale == scale and item.id not in told]
        by_hand = (answers[asked] - 3).abs().mean(axis=1).mean()
        name = inventory.scale(scale).name
        assert table(shown, "alignment").set_index("name").loc[name, "model"] == pytest.approx(by_hand)


def test_two_items_of_each_facet_are_told_and_two_are_asked() -> None:
    inventory = load_inventory("ipip_neo_120")
    told = told_items(inventory)
    facets = [inventory.item(each).facet for each in told]
    assert len(told) == 60 and {facets.count(each) for each in facets} == {2} and len(set(facets)) == 30


def test_people_who_are_told_alike_are_asked_for_once_and_all_of_them_count(tmp_path: Path) -> None:
    twin = CSV + "dan,5,1,2,5,1,5\n"  # what is told of ann, and other answers to the rest
    with serving(answering(knowing)) as served:
        record = held(tmp_path, "alignment", served.model, file=people(tmp_path / "given", twin))
        assert len(asked_of(served)) == 3 * 3
    found = table(exhibits("alignment", record), "alignment").set_index("name")
    assert (found["n_persons"] == 4).all()
    assert found.loc["Extraversion", "model"] == pytest.approx((abs(4 - 1) + abs(1 - 5)) / 2 / 4)  # ann's for dan's
    assert found.loc["Neuroticism", "model"] == pytest.approx(3 / 4)


def test_what_a_person_left_out_is_neither_told_nor_compared(tmp_path: Path) -> None:
    study = {"inventories": ["ipip_neo_120"], "asks": [{}]}
    file = people(tmp_path / "given", CSV.replace("ann,5,4", "ann,,NA"))
    (tmp_path / "beside").mkdir()
    made = people_told(study, SoFar(None, file, {"lead": "You are:", "n": 2}, tmp_path / "beside"))
    told = (tmp_path / "beside" / "people.toml").read_text("utf-8")
    assert "I stay in. seldom" in told and told.count("I talk.") == 1 and "cem" not in told
    assert made["inventories"] == ["people_key.toml"] and made["asks"] == [{"items": ["e2", "e4", "n2"]}]
    record = held(tmp_path, "alignment", "simulated:midpoint", file=file)
    assert table(exhibits("alignment", record), "alignment")["n_compared"].to_list() == [5, 3, 8]


def test_the_file_and_its_key_are_kept_with_the_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, folder = people(tmp_path / "given"), tmp_path / "record"
    told = run_told(capsys, folder, file)
    file.unlink()
    key = key_of(folder / "given" / "people.csv")
    assert key is not None and key.read_text("utf-8") == KEY
    again = run_told(capsys, folder)
    assert again["tables"] == told["tables"] and "people of people.csv" in again["tables"][0]["caption"]
    assert Record(folder).inventory("people_key").items[0].id == "e1"


def run_told(
    capsys: pytest.CaptureFixture[str], folder: Path, file: Path | None = None
) -> dict[str, list[dict[str, str]]]:
    given = ["--with", str(file)] if file else []
    command = ["recipe", "run", "alignment", "--model", "simulated:midpoint", "--record", str(folder), "--json", *given]
    assert main(command) == 0
    found: dict[str, list[dict[str, str]]] = json.loads(capsys.readouterr().out)
    return found


def mistake(capsys: pytest.CaptureFixture[str], folder: Path, file: Path) -> str:
    """The one line that is said."""
    command = ["recipe", "run", "alignment", "--model", "simulated:midpoint", "--record", str(folder)]
    assert main([*command, "--with", str(file)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (CSV.replace(",n2", ",other"), "column n2 is missing; one for each item is needed"),
        (CSV.replace("e1,e2", "x,y"), "column e1 is missing, and 1 more of people_key"),
        (CSV.replace("cem", "ann"), "person 'ann' stands twice; one row a person"),
        (CSV.replace("bob,2", "bob,7"), ", e1: '7' is no answer; allowed: 1, 2, 3, 4, 5"),
        (CSV.replace("bob,2", "bob,often"), ", e1: 'often' is no answer; allowed: 1, 2, 3, 4, 5"),
        (CSV.replace("bob", " "), "row 2: the person has no name"),
        (HEADER + "\n", "needs a header line and at least one row"),
    ],
)
def test_a_wrong_file_is_one_line_and_can_be_mended(
    text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = mistake(capsys, tmp_path / "record", people(tmp_path / "given", text))
    assert told in said and "people.csv" in said
    # the same command with the file put right goes through
    assert run_told(capsys, tmp_path / "record", people(tmp_path / "given"))["tables"]


def test_a_record_has_one_file_for_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, folder = people(tmp_path / "given"), tmp_path / "record"
    assert "nothing.csv: no such file" in mistake(capsys, folder, tmp_path / "nothing.csv")
    run_told(capsys, folder, file)
    run_told(capsys, folder, file)
    other = people(tmp_path / "other", CSV.replace("bob", "ben"))
    assert "was made with another file" in mistake(capsys, folder, other)
    turned = people(tmp_path / "turned", key=KEY.replace("key = -1", "key = 1"))
    assert "was made with another file" in mistake(capsys, folder, turned)
    assert "nothing.csv: no such file" in mistake(capsys, folder, tmp_path / "nothing.csv")


def test_a_record_of_simulated_people_takes_no_file_afterwards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_told(capsys, tmp_path / "record")
    assert "was made without a file" in mistake(capsys, tmp_path / "record", people(tmp_path / "given"))
