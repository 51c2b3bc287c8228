"""A provider that misbehaves, money that runs out: nothing is lost, wrong or asked twice."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.fault_server import answer_to
from inventories.responder import Abilities, ResponderError
from traitscope import analysis
from traitscope.cli import main
from traitscope.record import Record, write_whole
from traitscope.runner import Options, Responders, run
from traitscope.store import Store
from traitscope.study import load_study

ROOT = Path(__file__).parents[2]
STUDY = """
models = [{{ name = "{model}", price = {{ input = 10, output = 10 }} }}]
inventories = ["{inventory}"]
personas = [{{ set = "survey_random", n = {persons} }}]
limits = {{ {limits} }}
[[asks]]
reply = "text"
"""
EACH = 91 * 10 / 1e6  # US dollars: what the server counts for one call
QUESTIONS = r"(?s)^(?!.*after 3)"  # all but those of the probe


@pytest.fixture
def study(study_file):
    """Write a study on a server's model."""

    def write(server, inventory="bfi44", persons=1, limits="concurrency = 64"):
        return study_file(
            STUDY.format(model=server.model, inventory=inventory, persons=persons, limits=limits), "s.toml"
        )

    return write


def calls(folder):
    """Every stored call as a dict."""
    with Store(folder / "answers.sqlite") as store:
        names, rows = store.table("calls")
        found = [dict(zip(names, row, strict=True)) for row in rows]
        for each in found:
            each["messages"] = [{"role": m.role, "content": m.content} for m in store.prompt(each["prompt"])[0]]
    return found


def check_values(folder):
    """No answer differs from the server's, and no trial was answered twice."""
    good = [each for each in calls(folder) if each["error"] is None]
    assert max(Counter(each["trial"] for each in good).values()) == 1
    table = analysis.answers(Record(folder)).set_index("trial")
    for each in good:
        told = table.loc[each["trial"]]
        if told["outcome"] == "answered":
            assert int(told["chosen"]) == int(answer_to(each["messages"]))
        else:
            assert not each["text"].isdigit()
    return table["outcome"].value_counts().to_dict()


def test_a_misbehaving_server_brings_no_wrong_value_and_one_more_run_completes(fault_server, study, tmp_path, capsys):
    server = fault_server(
        "--delay-ms", "20", "--retry-after", "0.1", "--fail", "0.02", "--busy", "0.1", "--prose", "0.1", "--drop", "0.01",
        "--half", "0.01", "--only", QUESTIONS,
    )  # fmt: skip
    path, folder = study(server, persons=20), tmp_path / "r"
    first = run(load_study(path), folder).progress()
    counts = server.stats()["counts"]
    assert min(counts[each] for each in ("fail", "busy", "prose", "drop", "half")) > 0
    assert first["trials"] == 880
    assert first["failed"] == 880 - first["done"] == counts["fail"]
    assert Counter(each["error"] is None for each in calls(folder)) == {True: first["done"], False: first["failed"]}
    outcomes = check_values(folder)
    good = counts["good"] - len([each for each in calls(folder) if "after 3" in each["messages"][-1]["content"]])
    assert outcomes["answered"] <= good
    assert main(["status", str(folder), "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)["failures"]
    assert listed["error"] == "400: this prompt is refused by the provider"
    assert listed["trials"] == first["failed"]
    before = server.stats()["counts"]["calls"]
    server.set(fail=0, busy=0, prose=0, drop=0, half=0)
    assert run(load_study(path), folder).progress() == {"trials": 880, "done": 880, "failed": 0}
    assert server.stats()["counts"]["calls"] - before == first["failed"]  # those alone, without a probe
    assert sum(check_values(folder).values()) == 880
    assert server.stats()["answered_twice"] <= 1  # the probe's question


def test_a_failed_call_is_kept_with_its_message_and_asked_again_alone(fault_server, study, tmp_path):
    server = fault_server("--fail", "1", "--only", "talkative")
    path, folder = study(server), tmp_path / "r"
    assert run(load_study(path), folder).progress() == {"trials": 44, "done": 43, "failed": 1}
    assert [each["error"] for each in calls(folder) if each["error"]] == ["400: this prompt is refused by the provider"]
    before = server.stats()["counts"]["calls"]
    server.set(fail=0)
    assert run(load_study(path), folder).progress() == {"trials": 44, "done": 44, "failed": 0}
    assert server.stats()["counts"]["calls"] == before + 1


def test_a_run_whose_first_twenty_calls_all_fail_stops_with_the_message(fault_server, study, tmp_path, capsys):
    server = fault_server("--fail", "1", "--only", QUESTIONS)
    path, folder = study(server, persons=20), tmp_path / "r"
    assert main(["run", str(path), "--yes", "--record", str(folder)]) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert "the first 20 calls all failed; the last: 400: this prompt is refused by the provider" in told
    stored = len(calls(folder))
    assert 20 <= stored <= 20 + 64
    assert Record(folder).progress()["done"] == 0
    server.set(fail=0)
    assert run(load_study(path), folder).progress() == {"trials": 880, "done": 880, "failed": 0}


def test_a_run_goes_on_when_one_of_the_first_twenty_calls_was_good(fault_server, study, tmp_path):
    server = fault_server("--fail", "1", "--only", r"(?s)^(?!.*(after 3|talkative))")
    record = run(load_study(study(server, limits="concurrency = 1")), tmp_path / "r")
    assert record.progress() == {"trials": 44, "done": 1, "failed": 43}


def test_what_was_answered_before_a_provider_was_busy_for_ever_is_kept(fault_server, study, tmp_path):
    server = fault_server()
    path, folder = study(server, persons=20, limits="concurrency = 8, patience = 1.0"), tmp_path / "r"

    def started(total, done):
        return lambda _: server.set(busy=1) if not server.stats()["counts"].get("busy") else None

    with pytest.raises(ResponderError, match="too many requests"):
        run(load_study(path), folder, started)
    done = Record(folder).progress()["done"]
    assert 0 < done < 880
    server.set(busy=0)
    assert run(load_study(path), folder).progress()["done"] == 880
    check_values(folder)


def test_a_run_stops_before_it_has_cost_too_much_and_goes_on_with_more_money(fault_server, study, tmp_path, capsys):
    server = fault_server()
    path, folder = study(server, persons=3, limits="concurrency = 64"), tmp_path / "r"
    most = 60 * EACH
    assert main(["run", str(path), "--yes", "--max-cost", str(most), "--record", str(folder)]) == 0
    assert "stopped at --max-cost" in capsys.readouterr().err
    done = Record(folder).progress()["done"]
    with Store(folder / "answers.sqlite") as store:
        assert 0 < store.spent() <= most
        assert store.spent() == pytest.approx(done * EACH)
    assert 50 < done <= 60  # it does not end before those in flight have shown what they cost
    assert main(["run", str(path), "--yes", "--max-cost", "10", "--record", str(folder)]) == 0
    assert "stopped" not in capsys.readouterr().err
    assert Record(folder).progress() == {"trials": 132, "done": 132, "failed": 0}
    check_values(folder)


def test_no_money_asks_nothing(fault_server, study, tmp_path):
    server = fault_server()
    loaded, folder = load_study(study(server)), tmp_path / "r"
    responders = Responders(loaded, folder)
    responders._known[server.model] = Abilities()
    run(loaded, folder, options=Options(max_cost=0.0), responders=responders)
    assert server.stats()["counts"] == {}


def test_control_c_while_a_file_is_written_leaves_the_old_one_and_no_part(tmp_path, monkeypatch):
    def struck(_: int) -> None:
        raise KeyboardInterrupt

    (tmp_path / "manifest.json").write_text("old", "utf-8")
    monkeypatch.setattr(os, "fsync", struck)  # where a slow disk takes longest
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "manifest.json", "new")
    assert [each.name for each in tmp_path.iterdir()] == ["manifest.json"]
    assert (tmp_path / "manifest.json").read_text("utf-8") == "old"
