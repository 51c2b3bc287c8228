"""Open answers: read as they were meant they lie at 0 from the choice, read otherwise as far as the formula has it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import tomli_w
from imitations import serving
from pandas import DataFrame
from recipes_held import answering, exhibits, held, table

from inventories.loading import load_inventory
from inventories.persona_sets import load_persona_set
from psychometrics import group_inconsistency
from traitscope import recipe_file
from traitscope.making.open_answers import openly_judged, writers_of
from traitscope.making.so_far import SoFar
from traitscope.results import openly_shown
from traitscope.runner import run
from traitscope.study import load_study

NAME = "paraphrase-consistency"
SURE = 0.97  # of the option that a responder without doubts takes; the four others share the rest


def apart(choice: int, openly: int) -> float:
    """The inconsistency of an item that is answered surely by one option, and openly by another."""
    sides = [
        DataFrame({"group": "q", "member": way, "option": range(5), "probability": [SURE if each == place else (1 - SURE) / 4 for each in range(5)]})
        for way, place in (("choice", choice), ("open", openly))
    ]  # fmt: skip
    return group_inconsistency(pd.concat(sides), seed=1).mean.value


@pytest.mark.parametrize("kind", ["agree", "midpoint"])
def test_an_answerer_and_a_judge_who_take_the_same_option_are_at_distance_0(kind: str, tmp_path: Path) -> None:
    shown = exhibits(NAME, held(tmp_path, NAME, f"simulated:{kind}"))
    (row,) = table(shown, "open_answers").to_dict("records")
    assert row["value"] == pytest.approx(0, abs=1e-6) and row["n_items"] == 44 and row["persona"] == "bare"
    assert row["other"] == pytest.approx(0, abs=1e-6)  # the same of every item, so also of the next one


def test_a_judge_who_takes_another_option_is_as_far_away_as_the_formula_has_it(tmp_path: Path) -> None:
    shown = exhibits(NAME, held(tmp_path, NAME, "simulated:agree", "simulated:midpoint"))
    (row,) = table(shown, "open_answers").to_dict("records")
    assert row["value"] == pytest.approx(apart(4, 2), abs=1e-6) == pytest.approx(row["other"], abs=1e-6)
    items = table(shown, "open_items")
    assert len(items) == 10 and items["inconsistency"].to_numpy() == pytest.approx(row["value"], abs=1e-6)


def test_a_judge_who_knows_nothing_of_the_writer_takes_the_middle_of_every_item(tmp_path: Path) -> None:
    traits = ["extraversion", "agreeableness", "conscientiousness", "neuroticism", "openness"]
    people = [
        {"id": "p", "text": "You are p.", "assigned": dict(zip(traits, [1.0, -1.0, 1.0, -1.0, 1.0], strict=True))}
    ]
    shown = exhibits(NAME, held(tmp_path, NAME, "simulated:perfect", personas=people))
    (row,) = table(shown, "open_answers").to_dict("records")
    # the choices are all at an end of the scale
    assert row["value"] == pytest.approx(apart(4, 2), abs=1e-6) == pytest.approx(apart(0, 2), abs=1e-6)


def test_every_item_is_asked_openly_in_its_own_words_and_only_the_answer_is_judged(tmp_path: Path) -> None:
    items = load_inventory("bfi44").items[:3]

    def speak(messages: list[str]) -> str:
        said = messages[-1]
        return f"Of {said.split(chr(34))[1]}: it {{depends}}." if said.startswith("Somebody asks you") else "3"

    with serving(answering(speak)) as served:
        record = held(tmp_path, NAME, served.model, "simulated:midpoint")
        open_ones = [asked["messages"] for _, asked in served.asked if "Somebody asks" in str(asked.get("messages"))]
    assert len(open_ones) == 44 and all(len(each) == 1 for each in open_ones)
    judged = openly_shown.stage(record, "judge")
    assert judged is not None and len(judged.manifest.personas) == 44
    answers = judged.answers()
    assert len(answers) == 44 and answers["item"].nunique() == 44
    texts = {name: each.text for name, each in judged.manifest.personas.items()}
    for item in items:
        statement = load_inventory("bfi44").printed_text(item)
        (name,) = answers.loc[answers["item"] == item.id, "persona"]
        assert texts[name] == f"Of {statement}: it {{depends}}."
    # a model without label probabilities has no side to compare
    assert {each.name: bool(each.missing) for each in exhibits(NAME, record)}["open_answers"]


TWO = """
models = ["{model}"]
inventories = ["bfi44"]
personas = [{{ id = "ann", text = "You are Ann." }}, {{ id = "bob", text = "You are Bob." }}]
[[asks]]
items = []
replicates = 2
form = {{ memory = "continued" }}
steps = [{{ kind = "task", text = "{task}" }}]
"""


def test_one_answer_of_two_writers_is_judged_once_and_counts_for_both(tmp_path: Path) -> None:
    options = {"inventory": "bfi44", "task": "How true is {statement}?"}
    statement = load_inventory("bfi44").printed_text(load_inventory("bfi44").items[0])
    with serving(answering(lambda messages: "Very.")) as served:
        text = TWO.format(model=served.model, task=options["task"].replace("{statement}", statement))
        (tmp_path / "study.toml").write_text(text, "utf-8")
        record = run(load_study(tmp_path / "study.toml"), tmp_path / "record")
    study = recipe_file.load(NAME).stages[0].study_at("small", "simulated:agree")
    made = openly_judged(study, SoFar(record, None, options, tmp_path))
    assert made is not None
    (only,) = load_persona_set(tmp_path / "open_answers.toml").personas
    assert only.text == "Very." and [each["items"] for each in made["asks"]] == [["bfi44_01"]]
    (tmp_path / "judge.toml").write_text(tomli_w.dumps(made), "utf-8")
    judged = run(load_study(tmp_path / "judge.toml"), tmp_path / "record-judge")
    assert writers_of(record, judged)["writer"].value_counts().to_dict() == {"ann": 2, "bob": 2}
