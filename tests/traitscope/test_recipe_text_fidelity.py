"""Text fidelity: a judge that knows what was assigned finds it in every sentence, and one that fails says nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli_w
from imitations import serving
from recipes_held import answering, exhibits, held, table

from inventories.persona_sets import load_persona_set
from psychometrics.text_fidelity import sentence_fidelity
from traitscope import recipe_file
from traitscope.making.judged import claims_judged, known, sentences_judged
from traitscope.making.so_far import SoFar
from traitscope.notes import in_words
from traitscope.record import Record
from traitscope.results import fidelity_shown, judged_shown
from traitscope.runner import run
from traitscope.study import load_study

SURE = 0.97  # of the option that a responder without doubts takes
NOT_USABLE = in_words("judge_not_usable")
CLAIMS = recipe_file.load("text-fidelity").stages[1].making.at("small")["claims"]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The recipe of a simulated writer before some judge; each once."""
    kept: dict[str, Record] = {}

    def by(judge: str) -> Record:
        if judge not in kept:
            kept[judge] = held(
                tmp_path_factory.mktemp(judge), "text-fidelity", "simulated:person", f"simulated:{judge}"
            )
        return kept[judge]

    return by


def test_levels_that_are_all_as_assigned_give_acc_ic_and_rc_one(judged: Any) -> None:
    shown = exhibits("text-fidelity", judged("perfect"))
    found = table(shown, "sentence_fidelity")
    assert len(found) == 15 and set(found["value"]) == {1.0}
    # 16 writers x 2 texts x 2 sentences
    assert set(found["n_persons"]) == {16} and set(found["n_sentences"]) == {64}
    assert set(table(shown, "judge_gate")["usable"]) == {"usable"}


def test_the_constraint_score_is_the_formula_of_the_judges_probabilities(judged: Any) -> None:
    found = table(exhibits("text-fidelity", judged("perfect")), "constraints").set_index("name")
    # a claim: borne out with .97, contradicted with .03; of relevance the judge knows nothing, and says no
    relevant, entailed, contradicted = 1 - SURE, SURE, 1 - SURE
    one = (1 - relevant) * (1 - contradicted) + relevant * entailed
    assert found["per_statement"].to_numpy() == pytest.approx(one, abs=1e-9)
    assert found.loc["all of a persona", "value"] == pytest.approx(len(CLAIMS) * one)
    assert found.loc[list(CLAIMS), "value"].to_numpy() == pytest.approx(one)
    assert set(found["n_persons"]) == {16} and set(found["n_texts"]) == {32}


@pytest.mark.parametrize("judge", ["uniform", "midpoint", "agree", "refuser"])
def test_a_judge_that_fails_shows_that_it_does_and_no_value(judged: Any, judge: str) -> None:
    shown = exhibits("text-fidelity", judged(judge))
    assert table(shown, "judge_gate").set_index("name").loc["all domains", "usable"] == "not usable"
    assert table(shown, "claim_gate").loc[0, "usable"] == "not usable"
    for name in ("sentence_fidelity", "constraints"):
        (one,) = [each for each in shown if each.name == name]
        assert one.table[["value", "low", "high"]].isna().all(axis=None) and one.figure is None
        assert set(one.table["note"]) == {NOT_USABLE}
    assert table(shown, "constraints")["per_statement"].isna().all()


def test_a_judge_that_always_takes_the_middle_has_no_verdict_on_any_known_sentence(judged: Any) -> None:
    gate = table(exhibits("text-fidelity", judged("midpoint")), "judge_gate").set_index("name").loc["all domains"]
    assert gate[["n_texts", "n_without"]].to_list() == [
        0,
        sum(bool(level) for each in known().sentences for level in each.assigned.values()),
    ]


def test_neutral_sentences_are_no_test_of_a_judge(judged: Any) -> None:
    found = judged_shown.verdicts(judged("perfect"))
    neutral = {each.id for each in known().sentences if not any(each.assigned.values())}
    assert neutral and not neutral & set(found.loc[found["known"], "text"])


# ---- a judge that reads


def read(messages: list[str]) -> str:
    """Level 5 of everything for a sentence with "shouted", 2 for one with "slept", else the middle."""
    text = messages[-1]
    return "5" if "shouted" in text else "2" if "slept" in text else "3"


def test_values_by_hand_of_two_texts_of_one_writer(tmp_path: Path) -> None:
    stories = {"How did you": "I shouted. I shouted twice. I slept.", "Tell of a p": "I ate. I shouted."}
    people = [{"id": "p", "text": "You are p.", "assigned": {"extraversion": 1.0}}]

    def answer(messages: list[str]) -> str:
        return stories.get(messages[-1][:11]) or read(messages)

    with serving(answering(answer)) as served:
        record = held(tmp_path, "text-fidelity", served.model, personas=people)
    levels = fidelity_shown.sentence_levels(record)
    by_text = [some["level"].to_list() for _, some in levels.groupby("text", sort=False)]
    assert (
        by_text == [[5, 5, 2], [3, 5]] and set(levels["target"]) == {"high"} and set(levels["name"]) == {"Extraversion"}
    )
    found = sentence_fidelity(levels.rename(columns={"text": "generation"}), seed=1)
    assert found.accuracy.value == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert found.internal.value == pytest.approx(1 - (2**0.5 + 1) / 2 / 2)
    assert found.repeated.value == pytest.approx(
        2 * (1 - 2 / 3 / 4) - 1
    )  # W1 of (2, 5, 5) and (3, 5): 1/3 x 1 + 1/6 x 2
    # this judge knows nothing of the known sentences, so none of it is shown
    assert table(exhibits("text-fidelity", record), "sentence_fidelity")["value"].isna().all()


# ---- what is put before the judge

PAIR = """
models = ["{model}"]
inventories = ["bfi44"]
personas = [
  {{ id = "calm", text = "You are calm.", assigned = {{ neuroticism = -1 }} }},
  {{ id = "nervous", text = "You are nervous.", assigned = {{ neuroticism = 1, openness = 0 }} }},
]
[[asks]]
items = []
form = {{ memory = "continued" }}
steps = [{{ kind = "task", text = "How was it?" }}]
"""


@pytest.fixture
def pair(tmp_path: Path) -> Record:
    """A calm and a nervous writer of one and the same text of three sentences."""
    with serving(answering(lambda _: "It rained {hard}. We stayed in! It rained {hard}.")) as served:
        (tmp_path / "pair.toml").write_text(PAIR.format(model=served.model), "utf-8")
        return run(load_study(tmp_path / "pair.toml"), tmp_path / "record")


def test_the_first_sentences_alone_are_judged_and_an_equal_one_once(pair: Record, tmp_path: Path) -> None:
    for most, expected in ((None, ["It rained {hard}.", "We stayed in!"]), (1, ["It rained {hard}."])):
        beside = tmp_path / str(most)
        beside.mkdir()
        assert sentences_judged({}, SoFar(pair, None, {"most": most} if most else {}, beside)) is not None
        assert [each.text for each in load_persona_set(beside / "written.toml").personas] == expected


def test_one_text_of_two_writers_is_judged_with_the_claims_about_either(pair: Record, tmp_path: Path) -> None:
    stage = recipe_file.load("text-fidelity").stages[1]
    study = claims_judged(
        stage.study_at("small", "simulated:perfect"), SoFar(pair, None, stage.making.options, tmp_path)
    )
    assert study is not None
    own, tried = (load_persona_set(tmp_path / f"{name}.toml").personas for name in ("written", "known"))
    claims = ["The writer is emotionally stable.", "The writer is neurotic."]
    assert [each.attributes["claim"] for each in own] == claims  # a level of 0 makes no claim
    assert all(each.text == f"It rained {{hard}}. We stayed in! It rained {{hard}}.\n\nThe claim: {claim}"
               for each, claim in zip(own, claims, strict=True))  # fmt: skip
    assert len(tried) == 2 * 50 and sum(each.assigned["claim"] for each in tried) == 0
    (tmp_path / "claims.toml").write_text(tomli_w.dumps(study), "utf-8")
    run(load_study(tmp_path / "claims.toml"), pair.folder.with_name("record-claims"))
    found = fidelity_shown.constraints(pair).table.set_index("name")
    assert found.loc["all of a persona", ["n_persons", "n_texts"]].to_list() == [2, 2]


def test_nothing_written_is_nothing_judged(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text("models = ['simulated:person']\ninventories = ['bfi10']\n", "utf-8")
    record = run(load_study(tmp_path / "study.toml"), tmp_path / "record")
    options = recipe_file.load("text-fidelity").stages[1].making.options
    assert claims_judged({}, SoFar(record, None, options, tmp_path)) is None
    assert sentences_judged({}, SoFar(record, None, {}, tmp_path)) is None
    assert all(each.missing for each in exhibits("text-fidelity", record))
