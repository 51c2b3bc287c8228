"""Servers on this machine that answer as others do: OpenAI, its thinkers, vLLM, an old server that only completes."""

import json
import re
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Asked = dict[str, Any]
Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]]  # status, JSON or what is sent as it is, headers
Imitation = Callable[[str, Asked], Answer]  # of the end of a path and a request


class Served:
    """One server that runs, and all that it was asked."""

    def __init__(self, answer: Imitation) -> None:
        self.answer = answer
        self.asked: list[tuple[str, Asked]] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    @property
    def model(self) -> str:
        """The name of its model in a study."""
        return f"server:{self.url}#m"

    @property
    def litellm(self) -> str:
        """The same model, asked through litellm, as an entry of a study's `models`."""
        return f'{{ name = "openai/m", parameters = {{ api_base = "{self.url}" }} }}'


@contextmanager
def serving(answer: Imitation) -> Iterator[Served]:
    """Run a server for as long as it is needed."""
    served = Served(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            path = self.path.removeprefix("/v1/")
            served.asked.append((path, asked))
            served.headers.append({name.lower(): value for name, value in self.headers.items()})
            status, body, *more = served.answer(path, asked)
            data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            for name, value in {"Content-Type": "application/json", **(more[0] if more else {})}.items():
                self.send_header(name, value)
            self.end_headers()
            if more and "X-Cut" in more[0]:
                data, self.close_connection = data[: len(data) // 2], True
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 256
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


def said(text: str | None, *, finish: str = "stop", usage: dict[str, Any] | None = None, **message: Any) -> Asked:
    """A chat's reply."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
    counted = {"prompt_tokens": 90, "completion_tokens": 5, "total_tokens": 95, **(usage or {})}
    return {
        "id": "1", "object": "chat.completion", "created": 1, "model": "m-2026-01-01", "choices": [choice], "usage": counted
    }  # fmt: skip


def with_logprobs(reply: Asked, tokens: dict[str, float]) -> Asked:
    """The same reply with the log-probabilities of its first token."""
    top = [{"token": token, "logprob": logprob, "bytes": None} for token, logprob in tokens.items()]
    reply["choices"][0]["logprobs"] = {"content": [{**top[0], "top_logprobs": top}]}
    return reply


def refused(message: str, status: int = 400) -> Answer:
    """An error in OpenAI's format."""
    return status, {"error": {"message": message, "type": "invalid_request_error", "code": None}}


def words(asked: Asked) -> str:
    """The last thing said to the model."""
    return str(asked["messages"][-1]["content"])


# ---- a language model of sorts: its tokens are words, and how likely a token is hangs on nothing else


def tokens_of(text: str) -> list[str]:
    return re.findall(r" ?\w+|[^\w]", text)


def logprob(token: str) -> float:
    return -0.5 - zlib.crc32(token.encode()) % 400 / 100


# ---- imitations


def openai(
    tokens: dict[str, float] | None = None,
    *,
    most: int = 20,
    system: bool = True,
    text: str = "4",
    schema: bool = False,
) -> Imitation:
    """A chat; `tokens` are the likeliest first ones where it tells them, at most so many."""

    def answer(path: str, asked: Asked) -> Answer:
        if path != "chat/completions":
            return refused("unknown url", 404)
        if asked.get("logprobs") and tokens is None:
            return refused("logprobs are not supported by this model")
        if asked.get("top_logprobs", 0) > most:
            return refused(f"top_logprobs must be at most {most}")
        if not system and any(each["role"] == "system" for each in asked["messages"]):
            return refused("System role not supported")
        if schema and "response_format" in asked:
            ((name, kind),) = asked["response_format"]["json_schema"]["schema"]["properties"].items()
            return 200, said(json.dumps({name: "4" if "4" in kind["enum"] else kind["enum"][0]}))
        return 200, with_logprobs(said(text), tokens or {}) if asked.get("logprobs") else said(text)

    return answer


def o_series(path: str, asked: Asked) -> Answer:
    """Takes no max_tokens, no temperature, no log-probabilities; calls it an error if it can't think to the end."""
    if path != "chat/completions":
        return refused("unknown url", 404)
    if "max_tokens" in asked:
        return refused("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
    if "logprobs" in asked:
        return refused("You are not allowed to request logprobs from this model")
    if asked.get("temperature", 1) != 1:
        return refused("Unsupported value: 'temperature' does not support 0 with this model.")
    if asked["max_completion_tokens"] < 100:
        return refused("Could not finish the message because max_tokens or model output limit was reached.")
    details = {"reasoning_tokens": 64}
    return 200, said("4", usage={"completion_tokens": 66, "completion_tokens_details": details})


def vllm(path: str, asked: Asked) -> Answer:
    """Tells how likely each token of a chat was; holds a reply to a JSON schema; labels, too."""
    if path == "chat/completions" and "prompt_logprobs" in asked:
        turns = "".join(f"<|{each['role']}|>\n{each['content']}\n" for each in asked["messages"])
        assert asked["continue_final_message"] and not asked["add_generation_prompt"]
        read = [None] + [
            {str(number): {"logprob": logprob(token), "rank": 1, "decoded_token": token}}
            for number, token in enumerate(tokens_of(turns.removesuffix("\n")))
        ]
        return 200, said("x") | {"prompt_logprobs": read}
    return openai({" 4": -0.7, "4": -1.6, "5": -1.9}, schema=True)(path, asked)


def completer(path: str, asked: Asked, *, before: Sequence[str] = (), least: int = 1) -> Answer:
    """An old server: texts only, which it can echo; it makes up one token at least."""
    if path != "completions":
        return 404, "<html>404 page not found</html>", {"Content-Type": "text/html"}
    if asked["max_tokens"] < least:
        return refused(f"max_tokens must be at least {least}")
    read = [*before, *tokens_of(asked["prompt"])] if asked.get("echo") else []
    made = [" 4"] if asked["max_tokens"] else []
    tokens = [*read, *made]
    logs: list[float | None] = [None, *map(logprob, tokens[1:])] if read else [-0.3]
    starts = [sum(map(len, tokens[:place])) for place in range(len(tokens))]
    told = {"tokens": tokens, "token_logprobs": logs, "text_offset": starts, "top_logprobs": [{" 4": -0.3, " 5": -1.9}]}
    choice = {"index": 0, "text": "".join(tokens), "logprobs": told, "finish_reason": "length"}
    return 200, {"object": "text_completion", "model": "base", "choices": [choice], "usage": {"prompt_tokens": 9}}
