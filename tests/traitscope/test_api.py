"""Hosted models, asked over a real connection to a small server on this machine."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from inventories.responder import Abilities, Message, Prompt, ResponderError
from traitscope import analysis
from traitscope.responders import by_name
from traitscope.responders.limits import Limits
from traitscope.runner import run
from traitscope.study import load_study


class Provider(BaseHTTPRequestHandler):
    """Answers as an OpenAI-compatible server does; every item that speaks of worry is an error at first."""

    failing = True

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        words = asked["messages"][-1]["content"]
        if "worries" in words and type(self).failing:
            status, body = 500, {"error": {"message": "overloaded", "type": "server_error"}}
        else:
            text = "I'm sorry, but I can't answer that." if "blue" in words else "4 - Agree a little"
            message = {"role": "assistant", "content": text}
            body = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
            body |= {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
            body |= {"usage": {"prompt_tokens": 90, "completion_tokens": 5, "total_tokens": 95}}
            status = 200
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def provider(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    monkeypatch.setattr(Provider, "failing", True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def test_a_hosted_model_is_asked_its_failures_stay_pending_and_are_asked_again(provider, study_file, tmp_path):
    path = study_file(
        f'models = [{{ name = "openai/m", parameters = {{ api_base = "{provider}", num_retries = 0, max_retries = 0 }} }}]\n'
        'inventories = ["bfi44"]\n',
        "api.toml",
    )
    record = run(load_study(path), tmp_path / "r")
    assert record.progress() == {"trials": 44, "done": 43, "failed": 1}
    table = analysis.answers(record).set_index("item")
    assert table.loc["bfi44_04", "outcome"] == "refused"
    assert table.loc["bfi44_01", ["outcome", "chosen"]].tolist() == ["answered", 4]
    Provider.failing = False
    assert run(load_study(path), tmp_path / "r").progress() == {"trials": 44, "done": 44, "failed": 0}
    with record.store() as store:
        names, rows = store.table("calls")
    assert len(rows) == 45
    assert {row[names.index("tokens_in")] for row in rows} == {90, None}
    assert "test" not in (tmp_path / "r" / "manifest.json").read_text("utf-8")


def test_a_missing_key_is_one_line_that_names_the_variable(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ResponderError, match="OPENAI_API_KEY"):
        by_name("openai/gpt-4o-mini")


def test_a_key_does_not_belong_in_a_study_file(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    with pytest.raises(ResponderError, match="'api_key' does not belong"):
        by_name("openai/gpt-4o-mini", {"api_key": "secret"})


@pytest.mark.parametrize("name", ["openai/m", "server:http://127.0.0.1:9/v1#m"])
def test_nobody_answering_is_a_failed_call_with_its_message(name, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    where = {} if name.startswith("server") else {"api_base": "http://127.0.0.1:9/v1"}
    responder = by_name(name, where, limits=Limits(retries=0), known=Abilities())
    (reply,) = responder.ask([Prompt("p", (Message("user", "Hello"),), "text")])
    assert reply.text is None
    assert "onnect" in reply.error
