"""Keys come from the environment or from .env, and go to the provider and nowhere else."""

import pytest

from inventories.responder import Abilities, Message, Prompt, ResponderError
from traitscope.cli import main
from traitscope.responders import by_name, keys

KEY = "a-key-of-this-test-0123456789"
STUDY = """
models = [{models}]
inventories = ["tipi"]
[[asks]]
reply = "text"
"""


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    """A working folder of its own and no keys; what .env brings into the environment goes again."""
    monkeypatch.chdir(tmp_path)
    for variable in (keys.SERVER_KEY, "OPENAI_API_KEY"):
        monkeypatch.setenv(variable, "")  # so that it is restored, whoever sets it
        monkeypatch.delenv(variable)


def ask(model):
    responder = by_name(model, known=Abilities())
    return next(iter(responder.ask([Prompt("p", (Message("user", "Hello"),), "text")])))


def test_a_key_is_read_from_dot_env(fault_server, tmp_path):
    server = fault_server("--key", KEY)
    assert ask(server.model).error.startswith("401")
    (tmp_path / ".env").write_text(f"{keys.SERVER_KEY}={KEY}\n", "utf-8")
    assert ask(server.model).error is None


def test_the_environment_wins_over_dot_env(fault_server, tmp_path, monkeypatch):
    server = fault_server("--key", KEY)
    (tmp_path / ".env").write_text(f"{keys.SERVER_KEY}=another-key-0123456789\n", "utf-8")
    monkeypatch.setenv(keys.SERVER_KEY, KEY)
    assert ask(server.model).error is None


def test_a_dollar_sign_in_dot_env_is_part_of_the_key(tmp_path):
    (tmp_path / ".env").write_text(f"{keys.SERVER_KEY}=a${{HOME}}b\n", "utf-8")
    keys.load_env()
    assert keys.key(keys.SERVER_KEY) == "a${HOME}b"


@pytest.mark.parametrize(
    "parameters",
    [
        {"api_key": "x"},
        {"extra_headers": {"Authorization": "x"}},
        {"extra_body": {"deep": {"secret": 1}}},
        {"headers": [{"X-Api-Key": "x"}]},
        {"extra_query": {"note": "sk-0123456789abcdef"}},
        {"stop": ["end", "Bearer 0123456789abcdef"]},
        {"token": {"of": "mine"}},
    ],
    ids=str,
)
def test_a_key_among_the_parameters_is_refused_at_any_depth(parameters):
    with pytest.raises(ResponderError, match="does not belong in a study file"):
        by_name("server:http://127.0.0.1:9/v1#m", parameters)


@pytest.mark.parametrize("name", ["max_tokens", "stop_token_ids", "skip_special_tokens", "thinking_tokens", "top_p"])
def test_a_parameter_that_counts_tokens_is_no_key(name):
    assert by_name("server:http://127.0.0.1:9/v1#m", {name: 5, "extra_body": {name: 5}})


@pytest.mark.parametrize(
    "said",
    [
        f"Incorrect API key provided: {KEY}.",
        "Incorrect API key provided: sk-proj-0123456789abcdef",
        "header Authorization: Bearer 0123456789.abcdef",
    ],
)
def test_a_key_that_a_provider_prints_is_not_shown(said, monkeypatch):
    monkeypatch.setenv("MY_API_KEY", KEY)
    told = keys.redacted(said)
    assert "0123456789" not in told
    assert "[key]" in told


def test_short_values_of_the_environment_are_left_in_a_text(monkeypatch):
    monkeypatch.setenv("USE_TOKENIZER", "true")
    assert keys.redacted("that is true") == "that is true"


def test_a_key_is_in_no_message_and_in_no_file_of_the_record(fault_server, tmp_path, monkeypatch, study_file, capsys):
    server = fault_server("--key", KEY, "--fail", "1", "--only", "(?i)extraverted")
    monkeypatch.setenv(keys.SERVER_KEY, KEY)
    path = study_file(STUDY.format(models=f'"{server.model}"'))
    assert main(["run", str(path), "--record", str(tmp_path / "r")]) == 0
    monkeypatch.setenv(keys.SERVER_KEY, f"{KEY}-but-wrong")
    main(["run", str(path), "--record", str(tmp_path / "r")])
    main(["status", str(tmp_path / "r")])
    shown = capsys.readouterr()
    assert "no such key: Bearer [key]" in shown.out
    files = [each for each in (tmp_path / "r").rglob("*") if each.is_file()]
    assert files
    assert KEY not in shown.out + shown.err
    assert not [each for each in files if KEY.encode() in each.read_bytes()]


def test_a_missing_key_is_one_line_before_anybody_is_asked(fault_server, tmp_path, study_file, capsys):
    server = fault_server()
    path = study_file(STUDY.format(models=f'"{server.model}", "openai/gpt-4o-mini"'))
    assert main(["run", str(path), "--yes", "--record", str(tmp_path / "r")]) == 2
    told = capsys.readouterr().err
    assert "OPENAI_API_KEY" in told
    assert told.count("\n") == 1
    assert server.stats()["counts"] == {}
    assert not (tmp_path / "r").exists()


def test_a_server_that_wants_a_key_is_told_with_the_variable_and_no_record_is_made(
    fault_server, tmp_path, study_file, capsys
):
    server = fault_server("--key", KEY)
    path = study_file(STUDY.format(models=f'"{server.model}"'))
    assert main(["run", str(path), "--record", str(tmp_path / "r")]) == 2
    told = capsys.readouterr().err
    assert keys.SERVER_KEY in told
    assert told.count("\n") == 1
    assert not (tmp_path / "r").exists()
