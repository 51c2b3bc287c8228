"""Keys, servers that mean harm, and the program itself on a network: docs/threats.md, line by line."""

import ast
import base64
import gzip
import json
import os
import time
import tomllib
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn
from hostile_study import STUDY
from imitations import openai, refused, said, serving, with_logprobs

from inventories.responder import Abilities, Message, Prompt
from traitscope import background, sharing
from traitscope.cli import main
from traitscope.responders import bodies, by_name, keys
from traitscope.responders.limits import Limits
from traitscope.teaching import serving as classes

ROOT = Path(__file__).parent.parent.parent
SOURCES = [path for folder in ("inventories", "psychometrics", "traitscope", "pages", "docs", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))]  # fmt: skip
KEY = "key-of-this-test/4Zq+9_0123456789"
ASKED = Prompt("p", (Message("user", "How are you? 1 to 5."),), "text")
KINDS = pytest.mark.parametrize("kind", ["server", "openai", "anthropic"])


# ---- keys


def files_with(folder, *secrets):
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file()
        for each in secrets
        if each.encode() in path.read_bytes()
    ]


def processes_with(secret):
    """Command lines of this machine's processes, as `ps` shows them to everybody."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [path] if secret.encode() in path.read_bytes() else []
        except OSError:
            continue
    return found


@pytest.mark.parametrize("way", ["model", "litellm"])
def test_a_key_that_a_server_echoes_is_nowhere_after_a_run(tmp_path, study_file, monkeypatch, capfd, way):
    monkeypatch.chdir(tmp_path)
    for variable in (keys.SERVER_KEY, "OPENAI_API_KEY"):
        monkeypatch.setenv(variable, "")
        monkeypatch.delenv(variable)
    shown, refusals = [], []

    def answer(path, asked):
        if "extraverted" not in json.dumps(asked):
            return openai()(path, asked)
        shown.extend(processes_with(KEY))
        refusals.append(asked)
        if len(refusals) < 5:
            return 200, said(f"4, by {KEY}")
        # one refusal of the key ends a run, so it comes after some that do not
        return refused(f"wrong key {KEY}, header Authorization: Bearer {KEY}", 401 if len(refusals) > 8 else 400)

    folder = tmp_path / "r"
    with serving(answer) as server:
        model = f'"{server.model}"' if way == "model" else server.litellm
        path = study_file(STUDY.replace('"simulated:person"', model))
        number = background.start(path, folder, {keys.SERVER_KEY: KEY, "OPENAI_API_KEY": KEY})
        wait_for(number)
        given = {each.get("authorization") for each in server.headers}
    assert given == {f"Bearer {KEY}"} and len(refusals) > 8
    log = (folder / "run.log").read_text("utf-8")
    main(["status", str(folder)])
    main(["export", str(folder), "--to", str(tmp_path / "out")])
    main(["report", str(folder), "--to", str(tmp_path / "report.html")])
    told = capfd.readouterr()
    assert "[key]" in told.out and "[key]" in log
    assert KEY not in told.out + told.err + log
    assert files_with(tmp_path, KEY) == [] and shown == []


def wait_for(number):
    """Until the process that was started has ended."""
    until = time.monotonic() + 120
    while time.monotonic() < until and os.waitpid(number, os.WNOHANG) == (0, 0):
        time.sleep(0.05)


# ---- what a server answers


@pytest.fixture
def holds_keys(monkeypatch):
    for variable in (keys.SERVER_KEY, "OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(variable, KEY)


def asked(server, kind="server", prompt=ASKED, **able):
    """The one reply of a server, however it is spoken to."""
    name, given = (server.model, {}) if kind == "server" else (f"{kind}/m", {"api_base": server.url})
    limits = Limits(retries=0, busy_retries=0, timeout=20)
    return next(iter(by_name(name, given, limits=limits, known=Abilities(**able)).ask([prompt])))


def in_words_of(kind, text):
    """A reply in the format of OpenAI or of Anthropic."""
    if kind != "anthropic":
        return said(text)
    counted = {"input_tokens": 3, "output_tokens": 3}
    content = [{"type": "text", "text": text}]
    return {"id": "x", "type": "message", "role": "assistant", "model": "m", "content": content, "usage": counted, "stop_reason": "end_turn"}  # fmt: skip


@KINDS
def test_a_key_that_a_model_repeats_is_a_mark_in_its_reply_and_the_rest_is_kept(holds_keys, kind):
    packed = base64.b64encode(f"x-api-key: {KEY}.".encode()).decode()
    text = f"4, by {KEY}, {quote(KEY, safe='')} or {packed}; sk-0123456789abcdef is none"
    with serving(lambda *_: (200, in_words_of(kind, text))) as server:
        reply = asked(server, kind)
    told, found, end = reply.text.partition(" or ")[2].partition(";")
    assert reply.text.startswith("4, by [key], [key] or ") and end == " sk-0123456789abcdef is none"
    assert found and "[key]" in told and len(told) < len(packed) - len(KEY)


def test_a_key_in_the_thinking_or_the_end_of_a_reply_is_a_mark(holds_keys):
    with serving(lambda *_: (200, said("4", finish=f"stop {KEY}", reasoning_content=f"The key is {KEY}."))) as server:
        reply = asked(server)
    assert (reply.finish, reply.thinking) == ("stop [key]", "The key is [key].")


def test_the_name_that_a_server_gives_its_model_is_short_printable_and_without_a_key(holds_keys):
    told = {"model": f"m\x1b[31m\ud800 {KEY}{'x' * 9999}"}
    with serving(lambda *_: (200, said("4") | told)) as server:
        name = by_name(server.model).can().resolved
    assert name.startswith("m\ufffd[31m\ufffd [key]x") and len(name) == 100


@KINDS
@pytest.mark.parametrize("status", [302, 307])
def test_nothing_is_sent_on_to_where_a_server_points(holds_keys, kind, status):
    with (
        serving(openai()) as other,
        serving(lambda *_: (status, "", {"Location": f"{other.url}/chat/completions"})) as server,
    ):
        reply = asked(server, kind)
        assert server.asked and other.asked == []
    assert "only the address that the study names is asked" in reply.error


@KINDS
def test_a_reply_without_end_is_not_read_to_its_end_also_where_it_is_packed(holds_keys, kind):
    long = json.dumps(in_words_of(kind, "4" + " " * bodies.LONGEST))
    packed = gzip.compress(long.encode(), 1)
    for answer in ((200, long), (200, packed, {"Content-Encoding": "gzip"})):
        with serving(lambda *_, answer=answer: answer) as server:
            assert "allowed: up to that" in asked(server, kind).error


@KINDS
def test_a_packed_reply_is_read(holds_keys, kind):
    packed = gzip.compress(json.dumps(in_words_of(kind, "4")).encode())
    with serving(lambda *_: (200, packed, {"Content-Encoding": "gzip"})) as server:
        assert asked(server, kind).text == "4"


def test_brackets_without_end_are_a_failed_call():
    with serving(lambda *_: (200, "[" * 1_000_000)) as server:
        assert asked(server).error.startswith("200: no JSON object")


@pytest.mark.parametrize("told", [-1, 10**30, 1.5, True, "many", [1], {"a": 1}, None])
def test_a_count_of_tokens_that_is_none_is_not_counted(told):
    with serving(lambda *_: (200, said("4", usage={"prompt_tokens": told, "completion_tokens": 5}))) as server:
        reply = asked(server)
    assert (reply.text, reply.tokens_in, reply.tokens_out) == ("4", None, 5)


@pytest.mark.parametrize(
    "logprobs", [{"4": 5.0}, {"4": 800.0}, {"4": float("nan")}, {"4": True}, {"4": -0.1, "5": -0.1}]
)
def test_log_probabilities_that_cannot_be_are_a_failed_call(logprobs):
    prompt = Prompt("p", ASKED.messages, "labels", labels=("4", "5"))
    with serving(lambda *_: (200, with_logprobs(said("4"), logprobs))) as server:
        reply = asked(server, prompt=prompt, labels=True)
    assert reply.label_logprobs is None and "allowed: " in reply.error


# ---- the program itself


FORBIDDEN_NAMES = {"eval", "exec", "__import__"}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}


def test_no_source_of_ours_runs_text_as_code():
    """No eval, no pickle, no shell, no code that a model's folder brings along."""
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            place = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_NAMES:
                found.append(f"{place} {node.func.id}")
            if isinstance(node, ast.Attribute) and (
                node.attr in ("read_pickle", "to_pickle")
                or ast.unparse(node) in ("os.system", "os.popen", "yaml.load", "torch.load")
            ):
                found.append(f"{place} {ast.unparse(node)}")
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = (
                    {each.name.partition(".")[0] for each in node.names}
                    if isinstance(node, ast.Import)
                    else {(node.module or "").partition(".")[0]}
                )
                found += [f"{place} {name}" for name in names & FORBIDDEN_MODULES]
            if isinstance(node, ast.keyword) and node.arg in (
                "shell",
                "trust_remote_code",
                "allow_pickle",
                "unsafe_allow_html",
                "unsafe_allow_javascript",
            ):
                found.append(f"{place} {node.arg}")
    assert found == []


def test_the_dashboard_answers_on_this_machine_alone():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["server"]["address"] == "127.0.0.1"
    assert "streamlit run app.py --server.address 127.0.0.1" in (ROOT / "Makefile").read_text("utf-8")


def test_nobody_on_this_machine_gives_itself_new_addresses_to_guess_on(monkeypatch):
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    for environment in (sharing.environment("correct horse battery"), classes.class_environment(8502)):
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", environment["FORWARDED_ALLOW_IPS"])
        assert uvicorn.Config("app").forwarded_allow_ips == "none"
