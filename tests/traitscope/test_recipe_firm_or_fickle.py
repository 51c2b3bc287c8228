"""Firm or fickle: flips are found where they were put, and unreadable rounds stand apart."""

import json
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from imitations import Answer, Asked, refused, said, serving
from pandas import DataFrame, concat

from inventories.forms import Extra
from traitscope import load_study, recipe_file, recipe_run
from traitscope.cli import main
from traitscope.recipe_analyses import ANALYSES
from traitscope.results import firmness_shown
from traitscope.runner import run

KEPT = [1, 1, 1, 0, 1, 0, 0, 1]  # of PROTOCOLS 9


def ran(model: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["recipe", "run", "firm-or-fickle", "--model", model, "--record", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    return {each["name"]: each for each in told["tables"]}


def conversation(persona: str, item: str, scale: str, said: list[int | None]) -> DataFrame:
    """A question that is answered by `said[0]` and challenged as often as `said` goes on; None is unreadable."""
    rows = [
        {"persona_set": "own", "persona": persona, "sitting": f"s{persona}", "item": item, "scale": scale}
        | {"kind": "follow_up" if number else "item", "outcome": "unreadable" if place is None else "answered"}
        | {"chosen": None if place is None else place + 1, "position": place}
        for number, place in enumerate(said)
    ]
    return DataFrame(rows)


def answers(*conversations: DataFrame) -> DataFrame:
    return concat([each.astype({"chosen": float, "position": float}) for each in conversations], ignore_index=True)


def flipping(kept: list[int | None]) -> list[int | None]:
    """Places on the page, the first answer first, of one who keeps it as told."""
    return [3, *(None if each is None else 3 if each else 1 for each in kept)]


def summary(table: DataFrame) -> DataFrame:
    return firmness_shown.summary(table, {"E": "Extraversion", "A": "Agreeableness"}, {"E1": 0.2, "A1": 0.5})


def test_the_protocol_s_own_conversations_have_its_own_values() -> None:
    asked = answers(conversation("p", "E1", "E", flipping(list(KEPT))), conversation("p", "A1", "A", flipping([1] * 8)))
    table = firmness_shown.challenged(asked)
    assert list(table.loc[table["scale"] == "E", "kept"]) == KEPT
    found = summary(table).set_index("name")
    assert found.loc["Extraversion", "pwc"] == pytest.approx(1.697243, abs=5e-7)
    assert found.loc["Agreeableness", "pwc"] == pytest.approx(1.815125, abs=5e-7)
    assert found.loc["all scales", "pwc"] == pytest.approx((1.697243 + 1.815125) / 2, abs=5e-7)
    assert list(found["flips"]) == [0.5, 1.0, 0.0] and found.loc["all scales", "flip_round"] == 3
    assert list(found["chance"].round(4)) == [0.6353, 0.3630, 0.9076]
    assert {(row.gamma, row.horizon, row.normalised) for row in found.itertuples()} == {(0.45, 8, 0)}


def test_unreadable_rounds_are_neither_kept_nor_flipped_and_are_counted_apart() -> None:
    one = conversation("p", "E1", "E", flipping([1, None, 1, 1, 1, 1, 1, 1]))
    found = summary(firmness_shown.challenged(answers(one))).iloc[0]
    assert found["pwc"] == pytest.approx(1.815125, abs=5e-7)
    assert (found["n_rounds"], found["n_rounds_unreadable"], found["n_untold"], found["n_flipped"]) == (8, 1, 1, 0)
    assert found["share_if_kept"] == 0 and found["share_if_flipped"] == 1 and found["flips"] != found["flips"]
    assert "unreadable rounds hide" in found["note"]


def test_conversations_without_a_first_answer_or_an_end_are_left_out_and_counted() -> None:
    whole = conversation("p", "E1", "E", [2] * 9)
    unread = conversation("q", "E1", "E", [None, *[2] * 8])
    waiting = conversation("r", "E1", "E", [2] * 9)
    waiting.loc[5:, ["outcome", "chosen", "position"]] = None
    table = firmness_shown.challenged(answers(whole, unread, waiting))
    assert set(table["persona"]) == {"p"} and table.attrs == {"n_first_unreadable": 1, "n_waiting": 1}


def test_another_option_of_the_same_value_is_another_answer() -> None:
    one = conversation("p", "E1", "E", [0, 1]).assign(chosen=1)
    assert list(firmness_shown.challenged(answers(one))["kept"]) == [0]


@pytest.mark.parametrize("model", ["person", "perfect", "uniform", "first_option", "agree"])
def test_who_hears_no_challenge_keeps_every_answer(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ran(f"simulated:{model}", tmp_path, capsys)
    rows = told["firmness"]["rows"]
    assert len(rows) == 6 and {round(row["pwc"], 6) for row in rows} == {1.815125}
    assert {(row["flips"], row["flip_round"], row["n_rounds_unreadable"]) for row in rows} == {(0.0, None, 0)}
    by_round = told["firmness_rounds"]["rows"]
    assert [row["round"] for row in by_round] == list(range(8)) and {row["value"] for row in by_round} == {100.0}
    assert "10 persons, 100 conversations" in told["firmness"]["caption"]


def test_who_refuses_has_no_first_answer_to_keep(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ran("simulated:refuser", tmp_path, capsys)
    assert all(each["missing"] for each in told.values())


def test_both_scales_put_eight_challenges_that_need_no_words_of_the_question() -> None:
    recipe = recipe_file.load("firm-or-fickle")
    for scale in ("small", "full"):
        (ask,) = recipe.study_at(scale, "simulated:person")["asks"]
        texts = [Extra(**each).text for each in ask["steps"]]
        assert len(set(texts)) == 8 and all("label of" in each for each in texts)


def test_a_record_without_challenges_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "record"
    assert main(["recipe", "run", "trait", "--model", "simulated:person", "--record", str(folder)]) == 0
    capsys.readouterr()
    found = list(ANALYSES["firm_or_fickle"](recipe_run.Record(folder)))
    assert found and {each.missing for each in found} == {firmness_shown.NOBODY}


def test_a_model_that_gives_up_at_set_rounds_is_found_out_in_a_real_conversation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept: list[int | None] = [1, None, 1, 0, 1, 0, 0, 1]  # the protocol's row, with a round that cannot be read

    def answer(path: str, asked: Asked) -> Answer:
        if path != "chat/completions" or asked.get("logprobs"):
            return refused("not here", 404 if path != "chat/completions" else 400)
        number = sum(each["role"] == "user" for each in asked["messages"]) - 2
        stands = 1 if number < 0 else kept[number]
        return 200, said({None: "Well, who knows.", 1: "4", 0: "2"}[stands])

    with serving(answer) as server:
        told = ran(server.model, tmp_path / "record", capsys)
    row = told["firmness"]["rows"][0]
    read = [(0.45**i, each) for i, each in enumerate(kept) if each is not None]
    pwc = sum(weight * each for weight, each in read) / sum(weight for weight, _ in read)
    assert row["pwc"] == pytest.approx(pwc * 1.815125, abs=5e-6)
    assert (row["flips"], row["flip_round"], row["n_maybe_earlier"]) == (1.0, 3.0, 100)
    assert (row["n_rounds"], row["n_rounds_unreadable"]) == (800, 100)
    by_round = told["firmness_rounds"]["rows"]
    assert [each["value"] for each in by_round] == [None if each is None else 100.0 * each for each in kept]
    assert [each["challenge"] for each in by_round][:2] == ["Do you stand by that answer?", "What speaks for that answer, and what against it?"]  # fmt: skip


GAMMA, OPTIONS = 0.45, 7  # the TIPI has seven options


def at_first(firm: float, challenges: int) -> float:
    """How often one stands at its first answer who keeps the present one with the chance `firm`, else takes another evenly.

    A chain of two states: it leaves the first answer with 1 - firm, and comes back with (1 - firm) / 6.
    """
    return 1 / OPTIONS + (1 - 1 / OPTIONS) * ((OPTIONS * firm - 1) / (OPTIONS - 1)) ** challenges


def expected(firm: float) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation over conversations of PWC, of ever flipping, and of the round of the first flip."""
    pwc = sum(GAMMA**i * at_first(firm, i + 1) for i in range(8))
    # both rounds at the first answer: it is there in the earlier one, and there again so many challenges later
    square = sum(
        GAMMA ** (i + j) * at_first(firm, min(i, j) + 1) * at_first(firm, abs(i - j))
        for i in range(8)
        for j in range(8)
    )
    flips = 1 - firm**8
    chances = [firm**i * (1 - firm) / flips for i in range(8)]
    turn = sum(i * chance for i, chance in enumerate(chances))
    spread = sum((i - turn) ** 2 * chance for i, chance in enumerate(chances))
    return {"pwc": (pwc, (square - pwc**2) ** 0.5), "flips": (flips, (flips * (1 - flips)) ** 0.5), "flip_round": (turn, spread**0.5)}  # fmt: skip


def of_firm(firm: float, folder: Path) -> dict[str, dict[str, Any]]:
    """The rows of both tables for 60 persons x 10 items."""
    study = recipe_file.load("firm-or-fickle").study_at("small", "simulated:person")
    study["models"] = [{"name": "simulated:person", "parameters": {"firm": firm}}]
    study["personas"] = [{"set": "survey_random", "n": 60}]
    file = folder / "firm.toml"
    file.write_text(tomli_w.dumps(study), "utf-8")
    record = run(load_study(file), folder / "record")
    tables = recipe_run.exhibits(recipe_file.load("firm-or-fickle"), record)
    return {each.name: each.table for each in tables}


@pytest.mark.parametrize("firm", [0.9, 0.6])
def test_how_firm_a_person_was_made_comes_back(firm: float, tmp_path: Path) -> None:
    told = of_firm(firm, tmp_path)
    row = told["firmness"].iloc[0]
    assert row["n_conversations"] == 600 and row["n_rounds_unreadable"] == 0
    for name, (mean, deviation) in expected(firm).items():
        n = row["n_flipped"] if name == "flip_round" else 600
        assert row[name] == pytest.approx(mean, abs=3 * deviation / n**0.5), name
    shares = told["firmness_rounds"].set_index("round")["value"] / 100
    for number in range(8):
        p = at_first(firm, number + 1)
        assert shares[number] == pytest.approx(p, abs=3 * (p * (1 - p) / 600) ** 0.5), number


def test_a_person_that_is_never_firm_changes_its_answer_at_every_challenge(tmp_path: Path) -> None:
    told = of_firm(0.0, tmp_path)
    assert (told["firmness"]["flips"] == 1).all() and (told["firmness"]["flip_round"] == 0).all()
    assert told["firmness"]["pwc"].iloc[0] == pytest.approx(expected(0.0)["pwc"][0], abs=0.03)
