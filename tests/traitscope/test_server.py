"""Studies asked of servers on this machine: planned by what they can do, asked, kept; and the key kept out of it all."""

import json
import math
import re
from pathlib import Path
from statistics import fmean

import pytest
from imitations import (
    Answer,
    Asked,
    Served,
    completer,
    logprob,
    openai,
    refused,
    said,
    serving,
    tokens_of,
    vllm,
    with_logprobs,
    words,
)

from traitscope import analysis
from traitscope.cli import main
from traitscope.record import Record
from traitscope.responders import completion
from traitscope.runner import run
from traitscope.study import load_study

KEY = "abcdefgh-0123456789-SECRET"
LIKELY = {" 4": math.log(0.5), "4": math.log(0.25), "5": math.log(0.125)}
LONG = """
title = "Ten labels"
kind = "cognition"
source = "ours"
licence = "public domain"
scales = { E = "Extraversion" }
options = [OPTIONS]
items = [
  { id = "E1", scale = "E", key = 1, text = "Am the life of the party." },
  { id = "E2", scale = "E", key = -1, text = "Don't talk a lot." },
]
""".replace("OPTIONS", ", ".join(f'{{ value = {value}, text = "level {value}" }}' for value in range(1, 11)))


@pytest.fixture(autouse=True)
def key(monkeypatch, tmp_path):
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    monkeypatch.delenv("SERVER_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def study(study_file):
    """Write a study of the TIPI, unless told otherwise, asked of one model."""

    def write(model: Served | str, more: str = "", inventory: str = "tipi") -> Path:
        name = model if isinstance(model, str) else f'"{model.model}"'
        return study_file(f'models = [{name}]\ninventories = ["{inventory}"]\n{more}\n', "s.toml")

    return write


def answers(path: Path):
    """Run the study; the answers by item."""
    return analysis.answers(run(load_study(path), Path("r"))).set_index("item")


# ---- abilities, at planning and in the record


def test_what_a_model_can_do_is_asked_once_and_then_known_from_the_record(study):
    with serving(openai(LIKELY)) as server:
        path = study(server)
        record = run(load_study(path), Path("r"))
        probed = len(server.asked) - 10
        assert probed <= 6
        able = Record("r").manifest.abilities[server.model]
        assert (able.labels, able.resolved) == (True, "m-2026-01-01")
        assert run(load_study(path), Path("r")).progress()["done"] == 10
        assert len(server.asked) == probed + 10
        path.write_text(path.read_text("utf-8") + '[[asks]]\nvary = { options = ["printed", "reversed"] }\n', "utf-8")
        assert run(load_study(path), Path("r")).progress() == {"trials": 20, "done": 20, "failed": 0}
        assert len(server.asked) == probed + 20
    assert set(analysis.answers(record)["label_mass"].round(6)) == {0.875}


def test_other_parameters_may_be_another_model_which_is_asked_anew(study):
    with serving(openai(LIKELY)) as server:
        run(load_study(study(server)), Path("r"))
        before = len(server.asked)
        run(load_study(study(f'{{ name = "{server.model}", parameters = {{ top_p = 0.9 }} }}')), Path("r"))
        assert len(server.asked) > before + 10
        assert server.asked[-1][1]["top_p"] == 0.9


@pytest.mark.parametrize(
    ("more", "inventory", "told"),
    [
        ('[[asks]]\nreply = "labels"\n# none', "tipi", 'does not give label probabilities; use reply = "text"'),
        ('[[asks]]\nelicitation = "likelihood"', "tipi", "does not give the log-probability of a text.* use rating, or a model that does"),
        ('[[asks]]\nreply = "labels"\nform = { labels = "roman_upper" }', "tipi", 'first token alone.*\'I\' begins \'II\'.*use reply = "text"'),
        ('[[asks]]\nreply = "labels"', "long.toml", '\'1\' begins \'10\'.*use reply = "text"'),
        ('[[asks]]\nform = { format = "structured" }', "tipi", 'does not keep to a JSON schema; use format = "free"'),
    ],
    ids=["labels", "likelihood", "roman numerals", "1 and 10", "schema"],
)  # fmt: skip
def test_what_a_server_cannot_serve_is_refused_at_planning_with_reason_and_alternative(
    more, inventory, told, study, tmp_path, capsys
):
    (tmp_path / "long.toml").write_text(LONG, "utf-8")
    with serving(openai(None if more.endswith("none") else LIKELY)) as server:
        path = study(server, more, inventory)
        before = sorted(tmp_path.rglob("*"))
        for command in ("plan", "run"):
            assert main([command, str(path)]) == 2
            error = capsys.readouterr().err
            assert error.count("\n") == 1
            assert re.search(told, error), error
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("more", "inventory", "text", "chosen"),
    [("[[asks]]\nform = { labels = 'roman_upper' }", "tipi", "IV", 4), ("", "long.toml", "10", 10)],
)
def test_labels_that_begin_one_another_are_asked_for_as_text(more, inventory, text, chosen, study, tmp_path):
    (tmp_path / "long.toml").write_text(LONG, "utf-8")
    with serving(openai(LIKELY, text=text)) as server:
        table = answers(study(server, more, inventory))
        assert "logprobs" not in server.asked[-1][1]
    assert set(table["chosen"]) == {chosen}
    assert table["label_mass"].isna().all()


# ---- replies of every kind become answers


@pytest.mark.parametrize("kind", ["server", "litellm"])
def test_label_probabilities_give_choice_expectation_and_mass(kind, study):
    with serving(openai(LIKELY)) as server:
        table = answers(study(server if kind == "server" else server.litellm))
    assert set(table["chosen"]) == {4}
    assert set(table["expected"].round(6)) == {round((4 * 0.75 + 5 * 0.125) / 0.875, 6)}
    assert set(table["label_mass"].round(6)) == {0.875}


@pytest.mark.parametrize("imitation", [vllm, completer])
def test_a_likelihood_in_the_table_is_the_mean_over_the_statements_tokens(imitation, study):
    with serving(imitation) as server:
        table = answers(study(server, '[[asks]]\nelicitation = "likelihood"'))
    space = "" if imitation is vllm else " "
    said = "I see myself as extraverted, enthusiastic."
    assert table.loc["tipi_01", "likelihood"] == pytest.approx(fmean(map(logprob, tokens_of(space + said))))
    assert table["likelihood"].notna().all()


def test_a_server_that_only_completes_is_read_by_its_labels(study):
    with serving(completer) as server:
        table = answers(study(server))
        assert server.asked[-1][1]["prompt"].endswith("\n\nAnswer:")
    assert set(table["chosen"]) == {4}


@pytest.mark.parametrize("kind", ["server", "litellm"])
def test_a_structured_reply_is_held_to_the_labels(kind, study):
    with serving(vllm) as server:
        table = answers(
            study(server if kind == "server" else server.litellm, '[[asks]]\nform = { format = "structured" }')
        )
        asked = server.asked[-1][1]["response_format"]["json_schema"]["schema"]
    assert asked["properties"]["answer"]["enum"] == [str(label) for label in range(1, 8)]
    assert set(table["chosen"]) == {4}


@pytest.mark.parametrize("kind", ["server", "litellm"])
def test_thinking_is_in_the_store_apart_from_the_answer_and_its_tokens_are_counted(kind, study):
    usage = {"completion_tokens": 30, "completion_tokens_details": {"reasoning_tokens": 28}}

    def thinker(path: str, asked: Asked) -> Answer:
        return (
            (200, said("3", reasoning_content="Is it 1? Or 7?", usage=usage)) if "chat" in path else refused("no", 404)
        )

    with serving(thinker) as server:
        table = answers(study(server if kind == "server" else server.litellm))
    with Record("r").store() as store:
        names, rows = store.table("calls")
    assert {row[names.index("thinking")] for row in rows} == {"Is it 1? Or 7?"}
    assert {(row[names.index("tokens_out")], row[names.index("tokens_thinking")]) for row in rows} == {(30, 28)}
    assert set(table["chosen"]) == {3}


def test_thinking_that_was_cut_off_is_no_answer(study):
    def thinker(path: str, asked: Asked) -> Answer:
        if "chat" not in path:
            return refused("no", 404)
        done = "xtraverted" in words(asked)
        return 200, said("<think>7? No.</think>2" if done else "<think>7, or", finish="stop" if done else "length")

    with serving(thinker) as server:
        table = answers(study(server))
        assert server.asked[-1][1]["max_tokens"] == 32 + completion.THINKING
    assert table.loc["tipi_01", "chosen"] == 2
    assert set(table.drop("tipi_01")["outcome"]) == {"missing"}


def test_blocks_of_items_with_missing_doubled_and_added_lines_shift_nothing(study):
    lines = ["1. 1", "2. 2", "4. 4", "4. 5", "5. 5", "6. 6"]  # nothing to 3; two answers to 4; an answer to nothing

    def careless(path: str, asked: Asked) -> Answer:
        return (200, said("\n".join(lines))) if "chat" in path else refused("no", 404)

    with serving(careless) as server:
        table = answers(study(server, "[[asks]]\nform = { items_per_prompt = 5 }"))
    outcomes = ["answered", "answered", "missing", "ambiguous", "answered"]
    assert table["outcome"].tolist() == outcomes * 2
    assert table["chosen"].fillna(0).tolist() == [1, 2, 0, 0, 5] * 2


# ---- the key


def guarded(path: str, asked: Asked, headers: dict[str, str]) -> Answer:
    """Wants the key, and is careless enough to repeat it when some items are asked."""
    token = headers.get("authorization", "")
    if token != f"Bearer {KEY}":
        return refused(f"Incorrect API key provided: {token or 'none'}", 401)
    if "quiet" in words(asked):
        return 400, f"{'<p>' * 160} {KEY}</p>"  # at the end of what is shown
    if "quarrelsome" in words(asked):
        return refused(f"your request with key {KEY} was refused ({token})")
    if "calm" in words(asked).lower():
        return 200, {"error": {"message": f"{KEY} has no access", "code": 403}}
    return 200, with_logprobs(said("4"), LIKELY) if "logprobs" in asked else said("4")


def serve_guarded(server: Served) -> None:
    server.answer = lambda path, asked: (
        guarded(path, asked, server.headers[-1]) if path == "chat/completions" else refused("no", 404)
    )


def test_a_server_that_wants_a_key_is_one_line_that_names_the_variable(study, capsys):
    with serving(openai()) as server:
        serve_guarded(server)
        for command in ("plan", "run"):
            assert main([command, str(study(server))]) == 2
            error = capsys.readouterr().err
            assert "SERVER_API_KEY" in error
            assert error.count("\n") == 1
        assert len(server.asked) == 2
    assert not Path("runs").exists()


def test_a_wrong_key_is_not_repeated_by_the_error(study, capsys, monkeypatch):
    monkeypatch.setenv("SERVER_API_KEY", "wrong-wrong-wrong-key")
    with serving(openai()) as server:
        serve_guarded(server)
        assert main(["run", str(study(server))]) == 2
    error = capsys.readouterr().err
    assert "SERVER_API_KEY" in error
    assert "wrong-wrong" not in error


def test_a_key_that_is_no_longer_taken_is_named_by_the_failed_calls(study):
    with serving(openai()) as server:
        run(load_study(study(server)), Path("r"))
        server.answer = lambda *_: refused("expired", 401)
        record = run(load_study(study(server, '[[asks]]\nform = { options = "reversed" }')), Path("r"))
    with record.store() as store:
        assert {row[1] for row in store.table("failures")[1]} == {"401: expired (the key is taken from SERVER_API_KEY)"}


def test_the_key_is_sent_and_is_in_no_file_and_no_message(study, monkeypatch, capsys):
    monkeypatch.setenv("SERVER_API_KEY", KEY)
    with serving(openai()) as server:
        serve_guarded(server)
        path = str(study(server))
        assert main(["plan", path, "--freeze", "--record", "r"]) == 0
        assert main(["run", path, "--record", "r"]) == 0
        assert {each["authorization"] for each in server.headers} == {f"Bearer {KEY}"}
        assert Record("r").progress() == {"trials": 10, "done": 7, "failed": 3}
        for command in (["status", "r"], ["status", "r", "--json"], ["show", "r"], ["export", "r", "--to", "out"]):
            assert main(command) == 0
    out = capsys.readouterr()
    with Record("r").store() as store:
        rows = store.table("calls")[1]
    files = [each for folder in ("r", "out") for each in Path(folder).rglob("*") if each.is_file()]
    assert {"answers.sqlite", "manifest.json", "frozen.json", "study.toml", "answers.csv"} <= {
        each.name for each in files
    }
    for part in (KEY, KEY[:12]):  # nor a piece of it, where a message was cut
        assert part not in out.out + out.err + json.dumps(rows, default=str)
        assert [each for each in files if part.encode() in each.read_bytes()] == []
    assert sum("[key]" in str(row) for row in rows) == 3
