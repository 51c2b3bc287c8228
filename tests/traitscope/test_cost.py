"""What a study costs: the forecast, its prices, the question before money is spent, and what was spent in the end."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from inventories.responder import Abilities
from traitscope import cost, planning
from traitscope.cli import main
from traitscope.interviews import interviews
from traitscope.record import Record
from traitscope.responders.api import litellm
from traitscope.runner import run
from traitscope.study import load_study
from traitscope.study_file import Model, Price, StudyError

ROOT = Path(__file__).parents[2]
PRICE = "price = { input = 1000.0, output = 4000.0 }"
PAID = f"""
models = [{{ name = "NAME", {PRICE} }}]
inventories = ["tipi"]
personas = ["none", {{ id = "calm", text = "You are calm and patient." }}]
[[asks]]
reply = "text"
"""
SERVER = "server:http://127.0.0.1:9/v1#m"  # nobody is there: for what is planned alone


def forecast_of(text, study_file, **able):
    study = load_study(study_file(text.replace("NAME", SERVER), "planned.toml"))
    abilities = {SERVER: Abilities(**able)}
    planned = list(interviews(study, abilities))
    (row,) = cost.forecast(planned, {SERVER: study.models[0]}, abilities)
    return row, [prompt for each in planned for prompt in cost.prompts_of(each)]


def asked(server) -> int:
    return server.stats()["counts"].get("calls", 0)


def tokens(*texts: str) -> int:
    return sum(len(litellm().encode(model="gpt-4o", text=each)) for each in texts)


def test_the_forecast_holds_what_a_server_counts_in_the_end(fault_server, study_file, tmp_path):
    server = fault_server()
    path = study_file(PAID.replace("NAME", server.model), "paid.toml")
    study, folder = load_study(path), tmp_path / "r"
    plan = planning.plan(path, folder)[0]
    before = asked(server)
    record = run(study, folder)
    (spent,) = planning.spending(record).to_dict("records")
    (row,) = plan["forecast"]
    assert row["calls"] == spent["calls"] == 20
    assert asked(server) - before >= 20
    for name in ("tokens_in", "tokens_out", "usd"):
        assert row[name]["low"] <= spent[name] <= row[name]["high"], name
    assert (spent["tokens_in"], spent["tokens_out"]) == (20 * 90, 20)


@pytest.mark.parametrize(
    "ask",
    [
        "", 'form = { wording = "questionnaire" }', 'form = { memory = "continued" }', "form = { items_per_prompt = 5 }",
        'form = { format = "structured", items_per_prompt = 44 }', 'form = { language = "de" }', 'form = { language = "ko" }',
        'form = { language = "ru" }',
    ],
)  # fmt: skip
def test_the_forecast_holds_the_tokens_of_a_real_tokenizer(ask, study_file):
    text = f"""
        models = ["NAME"]
        inventories = ["ipip_neo_120"]
        accept = ["ipip_neo_120.de", "ipip_neo_120.ko", "ipip_neo_120.ru"]
        personas = ["none", {{ id = "calm", text = "You are calm, patient and never in a hurry." }}]
        [[asks]]
        {ask}"""
    row, prompts = forecast_of(text, study_file, structured=True)
    told = sum(tokens(*(each.content for each in one.messages), one.schema) + 4 * len(one.messages) for one in prompts)
    assert row.tokens_in.low <= told <= row.tokens_in.high


def test_thinking_is_counted_for_models_that_think_alone(study_file):
    plain, _ = forecast_of(PAID, study_file)
    thinks, _ = forecast_of(PAID, study_file, thinks=True)
    assert plain.thinking == cost.Range()
    assert thinks.thinking == cost.Range(20 * cost.THINKING[0], 20 * cost.THINKING[1])
    assert thinks.tokens_out == plain.tokens_out + thinks.thinking
    assert thinks.tokens_in == plain.tokens_in
    limited, _ = forecast_of(PAID.replace(PRICE, "parameters = { thinking_tokens = 100 }"), study_file, thinks=True)
    assert limited.thinking.high == 20 * 100


def test_a_server_is_asked_once_for_every_action_of_a_scenario(study_file):
    text = 'models = ["NAME"]\ninventories = ["scenarios_bfi44"]\n[[asks]]\nelicitation = "likelihood"\n'
    row, prompts = forecast_of(text, study_file, likelihood=True)
    assert row.calls == sum(len(each.continuations) for each in prompts) == 44 * 4
    assert row.tokens_out.high == row.calls
    told = sum(
        tokens(*(each.content for each in one.messages)) * len(one.continuations) + tokens(*one.continuations)
        for one in prompts
    )
    assert row.tokens_in.low <= told + 4 * row.calls <= row.tokens_in.high


def test_a_conversation_is_paid_again_with_every_question(study_file):
    text = PAID.replace("NAME", SERVER)
    fresh, _ = forecast_of(text, study_file)
    talk, prompts = forecast_of(text + 'form = { memory = "continued" }\n', study_file)
    assert talk.calls == fresh.calls == 20
    assert [len(each.messages) for each in prompts[:10]] == list(range(1, 20, 2))
    assert talk.tokens_in.low > fresh.tokens_in.low


def test_a_block_of_items_is_one_call(study_file):
    row, _ = forecast_of(PAID + "form = { items_per_prompt = 4 }\n", study_file)
    assert row.calls == 2 * 3
    assert row.tokens_out.high == 2 * 32 * 10


def test_a_large_study_is_forecast_from_some_of_its_sittings(study_file):
    few, _ = forecast_of(PAID, study_file)
    many, prompts = forecast_of(PAID + "replicates = 50\n", study_file)
    assert many.calls == len(prompts) == 50 * few.calls
    assert many.tokens_in.low == pytest.approx(50 * few.tokens_in.low)


def test_the_price_of_a_hosted_model_is_that_of_the_library_s_list():
    listed = litellm().model_cost["gpt-4o-mini"]
    price = cost.price_of(Model("openai/gpt-4o-mini"))
    assert price is not None
    assert price.input == pytest.approx(listed["input_cost_per_token"] * 1e6)
    assert price.output == pytest.approx(listed["output_cost_per_token"] * 1e6)


@pytest.mark.parametrize("name", [SERVER, "openai/no-such-model", "cohere/no-such-model"])
def test_a_price_that_is_not_known_is_none(name):
    assert cost.price_of(Model(name)) is None


def test_a_model_that_is_listed_without_a_price_for_tokens_has_no_known_price():
    listed = litellm().model_cost
    name = next(
        each for each, told in listed.items() if each.startswith("bedrock/") and "input_cost_per_second" in told
    )
    assert "input_cost_per_token" not in listed[name]
    assert cost.price_of(Model(name)) is None


def test_what_runs_here_costs_nothing_and_the_study_s_own_price_comes_first():
    assert cost.price_of(Model("simulated:person")) == cost.price_of(Model("local:smollm2-135m")) == Price(0, 0)
    assert cost.price_of(Model("openai/gpt-4o-mini", price=Price(7, 8))) == Price(7, 8)


def test_a_price_changes_no_id(study_file):
    ids = []
    for text in (PAID, PAID.replace(f", {PRICE}", "")):
        study = load_study(study_file(text.replace("NAME", SERVER), "p.toml"))
        ids.append([each.sitting.id for each in interviews(study, {SERVER: Abilities()})])
    assert ids[0] == ids[1]


def test_a_negative_price_is_a_mistake(study_file):
    with pytest.raises(StudyError, match="price"):
        load_study(study_file(PAID.replace("1000.0", "-1.0").replace("NAME", SERVER), "p.toml"))


def test_plan_prints_calls_tokens_a_price_range_and_its_assumptions(fault_server, study_file, tmp_path, capsys):
    path = study_file(PAID.replace("NAME", fault_server().model), "paid.toml")
    assert main(["plan", str(path), "--record", str(tmp_path / "r")]) == 0
    out = capsys.readouterr().out
    for part in ("20 calls", "tokens in", "tokens out", "of which thinking", "US$", "assumed", "In all $", " to $",
                 "--ask-above", *cost.ASSUMPTIONS):  # fmt: skip
        assert part in out
    assert not (tmp_path / "r").exists()


def test_a_price_that_is_not_known_is_said_and_never_shown_as_nothing(fault_server, study_file, tmp_path, capsys):
    path = study_file(PAID.replace(f", {PRICE}", "").replace("NAME", fault_server().model), "free.toml")
    assert main(["plan", str(path), "--record", str(tmp_path / "r")]) == 0
    out = capsys.readouterr().out
    assert "no price known" in out and "$0" not in out
    assert main(["run", str(path), "--record", str(tmp_path / "r")]) == 0
    assert main(["status", str(tmp_path / "r"), "--json"]) == 0
    (spent,) = json.loads(capsys.readouterr().out.splitlines()[-1])["spent"]
    assert (spent["calls"], spent["tokens_in"], spent["usd"]) == (20, 1800, None)


def test_a_run_that_may_cost_more_than_allowed_asks_nobody_where_nobody_can_say_yes(fault_server, study_file, tmp_path):
    server, folder = fault_server(), tmp_path / "r"
    path = study_file(PAID.replace("NAME", server.model), "paid.toml")
    command = [sys.executable, "-m", "traitscope", "run", str(path), "--record", str(folder)]
    planning.plan(path, folder)
    probe = asked(server)
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "--ask-above 1" in done.stderr and "--yes" in done.stderr
    assert asked(server) == 2 * probe
    assert not folder.exists()


@pytest.mark.parametrize("more", [["--yes"], ["--ask-above", "1000"], ["--max-cost", "0.5"]])
def test_a_run_goes_on_where_that_much_was_allowed(more, fault_server, study_file, tmp_path):
    path = study_file(PAID.replace("NAME", fault_server().model), "paid.toml")
    assert main(["run", str(path), "--record", str(tmp_path / "r"), *more]) == 0
    assert (Record(tmp_path / "r").progress()["done"] == 20) == ("--max-cost" not in more)


@pytest.mark.parametrize(("said", "code", "done"), [("y", 0, 20), ("n", 2, 0), ("", 2, 0)])
def test_in_a_terminal_the_question_is_put_and_the_answer_taken(said, code, done, fault_server, study_file, tmp_path):
    server, folder = fault_server(), tmp_path / "r"
    path = study_file(PAID.replace("NAME", server.model), "paid.toml")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "traitscope", "run", str(path), "--record", str(folder)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    os.write(ours, f"{said}\n".encode())
    _, told = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == code
    assert "COST of what is still to be asked" in told and "Go on? [y/N]" in told
    assert ("nothing was asked" in told) == (done == 0)
    assert (Record(folder).progress()["done"] if folder.exists() else 0) == done


def test_the_money_spent_is_in_the_record_and_its_status(fault_server, study_file, tmp_path, capsys):
    path = study_file(PAID.replace("NAME", fault_server().model), "paid.toml")
    assert main(["run", str(path), "--record", str(tmp_path / "r"), "--yes", "--json"]) == 0
    due = 20 * (90 * 1000 + 1 * 4000) / 1e6
    assert json.loads(capsys.readouterr().out)["spent_usd"] == pytest.approx(due)
    with Record(tmp_path / "r").store() as store:
        assert store.spent() == pytest.approx(due)
    assert main(["status", str(tmp_path / "r"), "--json"]) == 0
    (spent,) = json.loads(capsys.readouterr().out)["spent"]
    assert spent["usd"] == pytest.approx(due)
    assert main(["status", str(tmp_path / "r")]) == 0
    assert "SPENT" in capsys.readouterr().out
