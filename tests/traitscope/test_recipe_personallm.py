"""PersonaLLM: a judge is believed where it tells known texts, and words go with the poles that they were put in for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from imitations import serving
from pandas import DataFrame
from recipes_held import answering, exhibits, held, table

from inventories.persona_sets import load_persona_set
from psychometrics.rank_correlations import rank_correlations
from traitscope import recipe_file, tables
from traitscope.making.judged import judged_id, known, sentences, texts_judged, written
from traitscope.making.so_far import SoFar
from traitscope.notes import in_words
from traitscope.record import Record
from traitscope.results import judged_shown, words_shown
from traitscope.runner import run
from traitscope.study import load_study
from traitscope.written import texts

STORIES = """
models = ["{model}"]
inventories = ["bfi44"]
personas = [{{ set = "big_five_32", fraction = "half" }}]
[[asks]]
items = []
replicates = 2
form = {{ memory = "continued" }}
steps = [{{ kind = "task", text = "Please share a personal story." }}]
"""
NOT_USABLE = in_words("judge_not_usable")


def story(messages: list[str]) -> str:
    """Of the neurotic an angry one; the nice ones write all the same."""
    if "neurotic" in messages[0]:
        return f"I was furious and I shouted in town. {len(messages[0])}"
    return (
        "We walked to the market and bought bread." if "agreeable" in messages[0] else "They walked home in the rain."
    )


@pytest.fixture(scope="module")
def angry(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Two stories of each of 16 personas, by a writer that reads who it is."""
    folder = tmp_path_factory.mktemp("angry")
    with serving(answering(story)) as served:
        (folder / "study.toml").write_text(STORIES.format(model=served.model), "utf-8")
        return run(load_study(folder / "study.toml"), folder / "record")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The whole recipe of a simulated person, with some judge; each once."""
    kept: dict[str, Record] = {}

    def by(judge: str) -> Record:
        if judge not in kept:
            kept[judge] = held(tmp_path_factory.mktemp(judge), "personallm", "simulated:person", f"simulated:{judge}")
        return kept[judge]

    return by


# ---- the judge


def test_a_judge_that_tells_every_known_text_is_usable_and_tells_every_pole(judged: Any) -> None:
    shown = exhibits("personallm", judged("perfect"))
    gate, poles = (table(shown, name).set_index("name") for name in ("judge_gate", "judged_poles"))
    assert set(gate["usable"]) == {"usable"} and set(gate["value"]) == {1.0}
    assert gate["n_texts"].to_list() == [50] + [10] * 5
    assert gate.loc["all domains", "low"] == pytest.approx(50 / (50 + 1.959964**2))  # Wilson, all right
    assert gate["threshold"].to_list() == [0.6] + [0.5] * 5
    assert set(poles["value"]) == {1.0} and set(poles["chance"]) == {0.5} and set(poles["n_persons"]) == {16}
    assert NOT_USABLE not in set(poles["note"])


@pytest.mark.parametrize("judge", ["uniform", "first_option", "agree", "refuser"])
def test_a_judge_that_cannot_read_fails_and_no_accuracy_of_it_is_shown(judged: Any, judge: str) -> None:
    shown = exhibits("personallm", judged(judge))
    gate, poles = (table(shown, name).set_index("name") for name in ("judge_gate", "judged_poles"))
    assert gate.loc["all domains", "usable"] == "not usable"
    assert poles[["value", "low", "high"]].isna().all(axis=None) and set(poles["note"]) == {NOT_USABLE}
    (of_poles,) = [each for each in shown if each.name == "judged_poles"]
    assert of_poles.figure is None and NOT_USABLE in of_poles.printed().to_string()
    if judge == "first_option":
        assert set(gate["value"]) == {0.5} and set(gate["n_without"]) == {0}
    if judge == "refuser":
        assert gate.loc["all domains", ["n_texts", "n_without"]].to_list() == [0, 50]


def test_the_judge_is_asked_about_texts_and_never_told_who_wrote_them(judged: Any) -> None:
    record = judged("perfect")
    before = judged_shown.stage(record, "judge")
    assert before is not None and list(before.manifest.models) == ["simulated:perfect"]
    with before.store() as store:
        _, plan = store.table("answers")
    assert len(plan) == (16 + 50) * 5
    own = {each.text for each in before.manifest.personas.values() if each.set == "written"}
    assert own == set(written(record)["text"])


# ---- which texts are judged


def test_equal_texts_are_judged_once_and_count_for_every_writer(angry: Record, tmp_path: Path) -> None:
    told = written(angry)
    assert len(told) == 32 and told["text"].nunique() < 16  # most stories stand in several sittings
    stage = recipe_file.load("personallm").stages[0]
    study = texts_judged(stage.study_at("small", "simulated:perfect"), SoFar(angry, None, {}, tmp_path))
    assert study is not None and study["personas"] == ["written.toml", "known.toml"]
    own = load_persona_set(tmp_path / "written.toml").personas
    assert sorted(each.text for each in own) == sorted(set(told["text"]))
    assert {each.id for each in own} == {judged_id(text) for text in told["text"]}
    (tmp_path / "study.toml").write_text(
        f"models = ['simulated:perfect']\ninventories = ['judge_poles']\npersonas = {json.dumps(study['personas'])}\n"
        "[[asks]]\nform = { wording = 'judge' }\n",
        "utf-8",
    )
    run(load_study(tmp_path / "study.toml"), angry.folder.with_name("record-judge"))
    found = judged_shown.verdicts(angry)
    own_rows = found[~found["known"]]
    assert own_rows["writer"].nunique() == 16 and own_rows["text"].nunique() == 32 and len(own_rows) == 32 * 5
    # a judge gives a text one verdict: for writers of either pole it is right for one of them
    of_text = told.merge(own_rows.assign(persona=own_rows["writer"]), on="persona")
    assert (of_text.groupby(["text_x", "scale"])["verdict"].nunique() == 1).all()


def test_texts_without_a_word_are_not_judged(tmp_path: Path) -> None:
    with serving(answering(lambda messages: "..." if "neurotic" in messages[0] else "I walked.")) as served:
        (tmp_path / "study.toml").write_text(STORIES.format(model=served.model), "utf-8")
        record = run(load_study(tmp_path / "study.toml"), tmp_path / "record")
    assert len(texts(record)) == 32 and set(written(record)["text"]) == {"I walked."}


def test_without_any_text_nothing_is_put_before_a_judge(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text("models = ['simulated:person']\ninventories = ['bfi10']\n", "utf-8")
    record = run(load_study(tmp_path / "study.toml"), tmp_path / "record")
    assert texts_judged({"inventories": ["judge_poles"]}, SoFar(record, None, {}, tmp_path)) is None
    assert words_shown.word_correlations(record).missing and judged_shown.judged_poles(record).missing


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("I went home. It rained!  Why?", ["I went home.", "It rained!", "Why?"]),
        ('"Stop." He stopped.\nA line without an end\n\n- 1999 -', ['"Stop."', "He stopped.", "A line without an end", "- 1999 -"]),
        ('"Stop!" he said. (He did.) Then, e.g. at noon, he ran... And I?', ['"Stop!" he said.', "(He did.)", "Then, e.g. at noon, he ran...", "And I?"]),
        ("... !\n   \n", []),
        ("One sentence", ["One sentence"]),
    ],
)  # fmt: skip
def test_a_text_is_cut_into_sentences_at_stops_and_lines(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def test_known_texts_are_balanced_over_poles_of_every_domain() -> None:
    told = DataFrame(
        [{"trait": trait, "level": level} for each in known().texts for trait, level in each.assigned.items()]
    )
    assert told.groupby(["trait", "level"]).size().to_list() == [5] * 10


# ---- words


def test_words_of_anger_that_the_neurotic_use_are_found_with_their_sign_and_survive_holm(angry: Record) -> None:
    found = words_shown.word_correlations(angry).table.set_index(["feature", "level"])
    row = found.loc[("anger", "neuroticism")]
    assert row["rho"] > 0.9 and row["p_holm"] < 0.05 and row["n_persons"] == 16
    assert found.loc[("first_person_plural", "neuroticism"), "rho"] < -0.4
    assert found.loc[("first_person_plural", "agreeableness"), "rho"] > 0.4
    assert (found["p_holm"].dropna() >= found["p"].dropna()).all()
    assert found.iloc[0].name[1] == "neuroticism"  # the strongest first
    shown = words_shown.word_correlations(angry)
    assert "n = 16 writers, 32 texts" in shown.caption and shown.figure is not None


def test_texts_of_one_writer_are_averaged_before_they_are_correlated(angry: Record) -> None:
    of_texts = words_shown.word_shares(angry)
    assert len(of_texts) == 32
    people = of_texts.groupby("persona", sort=False)["anger"].mean()
    levels = DataFrame([angry.manifest.personas[each].assigned for each in people.index])
    by_hand = rank_correlations(people.reset_index(drop=True).to_frame(), levels, seed=1, permutations=10)
    found = words_shown.word_correlations(angry).table.set_index(["feature", "level"])["rho"]
    for row in by_hand.to_dict("records"):
        assert found["anger", row["level"]] == pytest.approx(row["rho"])


def test_simulated_persons_write_all_alike_so_no_word_goes_with_a_pole(judged: Any) -> None:
    found = table(exhibits("personallm", judged("perfect")), "word_categories")
    assert found["rho"].isna().all() and set(found["note"]) == {"all scores of a side are equal"}


# ---- what is published


def test_the_published_figures_are_the_verified_ones() -> None:
    (told,) = recipe_file.load("personallm").published
    rows = {str(row[0]).partition(",")[2].strip() or str(row[0]): row[1:] for row in told.rows}
    assert told.columns == ["", "E", "A", "C", "N", "O"]
    assert rows["population SD (as in the paper's code)"] == [7.8063, 5.9304, 1.5614, 1.8330, 2.9034]
    assert rows["sample SD"] == [7.7819, 5.9119, 1.5565, 1.8272, 2.8943]
    assert rows["alpha over 320 rows"] == [0.9505, 0.9532, 0.8611, 0.8965, 0.9444]


def test_who_answers_exactly_as_assigned_gets_a_reason_in_place_of_every_interval(tmp_path: Path) -> None:
    shown = exhibits("personallm", held(tmp_path, "personallm", "simulated:perfect"))
    alphas, effects = ([each.table for each in shown if each.name == name] for name in ("alpha", "effects"))
    assert len(alphas) == len(effects) == 2  # the answer chosen, and the expected one
    for each in alphas:
        assert set(each["alpha"]) == {1.0} and set(each["note"]) == {"all items got identical answers"}
    assert all(each[["d_ddof1", "d_low"]].isna().all(axis=None) for each in effects)


def test_stories_leave_the_scores_of_the_inventory_alone(judged: Any) -> None:
    scores = tables.scores(judged("perfect"))
    assert len(scores[scores["version"] == "chosen"]) == 16 * 5 and not scores["score"].isna().any()
