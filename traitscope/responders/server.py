"""Any OpenAI-compatible server by its address, `server:URL#model`: vLLM, llama.cpp, a proxy; over aiohttp alone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from inventories.responder import Abilities, Prompt, Reply, ResponderError
from traitscope.responders import abilities, bodies, completion, keys, window
from traitscope.responders.limits import Limits
from traitscope.responders.pace import Failure, Pace

EXAMPLE = "server:http://127.0.0.1:8000/v1#model"


class ServerResponder:
    """A model on a server that speaks OpenAI's format; a key, where one is needed, is in SERVER_API_KEY."""

    def __init__(
        self,
        address: str,
        parameters: Mapping[str, Any] | None = None,
        limits: Limits | None = None,
        known: Abilities | None = None,
        tell: Callable[[str], object] | None = None,
    ) -> None:
        self.name = f"server:{address}"
        self.url, self.model = parts(address)
        given = dict(parameters or {})
        keys.load_env()
        keys.refuse_secrets(self.name, given)
        self.thinking_tokens = completion.thinking_tokens(self.name, given)
        self.parameters = given
        self.pace = Pace(limits or Limits(), self.name, tell)
        self._known = known

    def can(self) -> Abilities:
        """Asked of the server by a few small calls, unless the record knows."""
        if self._known is None:
            self._known = window.once(self._find())
        return self._known

    def ask(self, prompts: Iterable[Prompt]) -> Iterator[Reply]:
        """A sliding window: a new call starts as soon as one is back."""
        yield from window.ask(prompts, _Calls(self, self.can()), self.pace)

    async def _find(self) -> Abilities:
        calls = _Calls(self, Abilities())
        await calls.open()
        try:
            found = await abilities.find(calls.send, self.name, self.model, completions=True, likelihood=True)
        except ResponderError as problem:
            if any(f": {status}:" in str(problem) for status in (401, 403)):
                told = (
                    f"refuses the key in {keys.SERVER_KEY}"
                    if keys.key(keys.SERVER_KEY)
                    else f"wants a key: put it into {keys.SERVER_KEY}"
                )
                raise ResponderError(f"{self.name} {told} ({problem})") from None
            raise
        finally:
            await calls.close()
        return msgspec.structs.replace(found, resolved=found.resolved or self.model)


class _Calls:
    """The calls themselves, on one set of connections."""

    def __init__(self, responder: ServerResponder, able: Abilities) -> None:
        self.responder, self.able = responder, able
        self._session: Any = None

    async def open(self) -> None:
        import aiohttp

        headers = {"Content-Type": "application/json", "Accept-Encoding": bodies.ENCODINGS}
        if key := keys.key(keys.SERVER_KEY):
            headers["Authorization"] = f"Bearer {key}"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),
            headers=headers,
            auto_decompress=False,
            # the window's own limit for a call comes first; this one is for the calls of the probe
            timeout=aiohttp.ClientTimeout(total=self.responder.pace.limits.timeout + 1),
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(self, prompt: Prompt) -> Reply:
        responder, since = self.responder, time.monotonic()
        if prompt.want == "likelihood":
            return await self._likelihood(prompt, since)
        path: abilities.Path = "completions" if "completions" in self.able.dialect else "chat/completions"
        asked = completion.body(prompt, responder.model, self.able, responder.thinking_tokens)
        return completion.reply(await self.send(path, asked), prompt, time.monotonic() - since, self.able)

    async def _likelihood(self, prompt: Prompt, since: float) -> Reply:
        """One call for each continuation; the reply has them all."""
        path: abilities.Path = "chat/completions" if "prompt_logprobs" in self.able.dialect else "completions"
        found, read, made = [], 0, 0
        for each in prompt.continuations:
            data = await self.send(path, completion.echo_body(prompt, each, self.responder.model, self.able))
            found.append(completion.echoed(data, prompt, each))
            counted = completion.counts(data)
            read, made = read + (counted[0] or 0), made + (counted[1] or 0)
        return Reply(
            prompt.id, likelihoods=tuple(found), seconds=time.monotonic() - since, tokens_in=read, tokens_out=made
        )

    async def send(self, path: abilities.Path, asked: dict[str, Any]) -> Mapping[str, Any]:
        """One exchange; raises Failure for everything that is no JSON object with status 200."""
        import aiohttp

        data = msgspec.json.encode({**asked, **self.responder.parameters})
        try:
            url = f"{self.responder.url}/{path}"
            async with self._session.post(url, data=data, allow_redirects=False) as response:
                status, headers = response.status, response.headers
                raw = await bodies.body(response.content.iter_any(), status, headers.get("Content-Encoding", ""))
        except aiohttp.ClientConnectorError as problem:
            told = f"no connection to {self.responder.url} (is the server started, and the address right?): {problem.strerror}"
            raise Failure("passing", told) from None
        except (aiohttp.ClientError, OSError, TimeoutError) as problem:
            told = f"{type(problem).__name__}: {problem}".removesuffix(": ")
            raise Failure("passing", keys.redacted(told)[:500]) from None
        try:
            found = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            found = _with_halves(raw)
        text = raw[: bodies.LONGEST_ERROR].decode("utf-8", "replace") if found is None else ""
        if 300 <= status < 400:
            raise bodies.elsewhere(status, keys.redacted(headers.get("Location", "")))
        if status >= 400:
            refused = completion.failure(status, found, text, headers)
            if status in (401, 403):
                refused.message += f" (the key is taken from {keys.SERVER_KEY})"
            raise refused
        if not isinstance(found, dict):
            raise Failure("passing", keys.redacted(f"{status}: no JSON object: {text}")[:500])
        if found.get("error") and not found.get("choices"):  # some proxies put an error into a good answer
            error = found["error"]
            code = error.get("code") if isinstance(error, dict) else None
            raise completion.failure(code if isinstance(code, int) else 500, found, "", headers)
        return found


def parts(address: str) -> tuple[str, str]:
    """URL and model of `URL#model`; ResponderError in one line for what is none."""
    url, _, model = address.partition("#")
    try:
        found = urlsplit(url)
        usable = found.scheme in ("http", "https") and bool(found.netloc and model) and found.port != 0
    except ValueError:  # a bracket that stays open, or a port that cannot be
        usable = False
    if not usable:
        raise ResponderError(f"models: 'server:{keys.redacted(address)}' is no address; it looks like {EXAMPLE}")
    if found.username or found.password or found.query:
        raise ResponderError(
            f"models: server:{found.hostname}: an address has no user, key or query; a key is in {keys.SERVER_KEY}"
        )
    path = found.path.rstrip("/")
    for end in ("/chat/completions", "/completions"):
        path = path.removesuffix(end)
    return f"{found.scheme}://{found.netloc}{path or '/v1'}", model


def _with_halves(raw: bytes) -> Any:
    """What the standard reader makes of a body that the strict one refuses: JSON can hold halves of surrogate pairs."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
