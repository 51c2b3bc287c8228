"""Hosted models through litellm, by its names: openai/..., anthropic/..., ollama/... ."""

from __future__ import annotations

import gc
import logging
import os
import re
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from inventories.reading import allowed
from inventories.responder import Abilities, Prompt, Reply, ResponderError
from traitscope.responders import abilities, bodies, completion, keys, window
from traitscope.responders.limits import Limits
from traitscope.responders.pace import Failure, Pace

_OF_THE_WIRE = ("transfer-encoding", "content-length")  # of a body that has been read
_WRAPPED = re.compile(r"^(litellm\.\w+: |\w+ ?(Error|Exception): |\w+Exception - (Error code: \d+ - )?)+")


class ApiResponder:
    """Any litellm model by its name, such as openai/gpt-4o-mini. Keys come from the environment and are never kept."""

    def __init__(
        self,
        name: str,
        parameters: Mapping[str, Any] | None = None,
        limits: Limits | None = None,
        known: Abilities | None = None,
        tell: Callable[[str], object] | None = None,
    ) -> None:
        self.name = name
        given = dict(parameters or {})
        keys.load_env()
        keys.refuse_secrets(name, given)
        self.thinking_tokens = completion.thinking_tokens(name, given)
        self.parameters = given
        self.pace = Pace(limits or Limits(), name, tell)
        self._known = known
        self._litellm = litellm()
        if missing := missing_keys(name, given):
            raise ResponderError(f"models: {name} needs {' and '.join(missing)} in the environment or in a file .env")

    def can(self) -> Abilities:
        """Asked of the provider by a few small calls, unless the record knows."""
        if self._known is None:
            found = window.once(abilities.find(self._send, self.name, self.name, completions=False, likelihood=False))
            self._known = msgspec.structs.replace(found, resolved=found.resolved or self.name)
        return self._known

    def ask(self, prompts: Iterable[Prompt]) -> Iterator[Reply]:
        """A sliding window: a new call starts as soon as one is back."""
        self.can()
        yield from window.ask(prompts, self, self.pace)

    async def open(self) -> None:
        """litellm opens its connections itself."""

    async def close(self) -> None:
        """They belong to the event loop, which ends."""
        await self._litellm.close_litellm_async_clients()

    async def call(self, prompt: Prompt) -> Reply:
        since, able = time.monotonic(), self.can()
        asked = completion.body(prompt, self.name, able, self.thinking_tokens)
        data = await self._send("chat/completions", asked)
        found = completion.reply(data, prompt, time.monotonic() - since, able)
        return msgspec.structs.replace(found, cost=data.get("response_cost"))

    async def _send(self, path: abilities.Path, asked: dict[str, Any]) -> Mapping[str, Any]:
        """One exchange; litellm's own retries are off, the window has its own."""
        given: dict[str, Any] = {"timeout": self.pace.limits.timeout, "max_retries": 0, "num_retries": 0}
        try:
            answer = await self._litellm.acompletion(**given | asked | self.parameters)
        except Exception as problem:  # whatever the provider's library raises, it is sorted by its status
            raise _failure(problem) from None
        if answer is None:  # what litellm makes of a 422 when it may drop parameters and finds none to blame
            raise Failure("final", f"422: {self.name} refuses the request as it is put")
        data: dict[str, Any] = answer.model_dump()
        data["response_cost"] = (getattr(answer, "_hidden_params", None) or {}).get("response_cost")
        return data


def _failure(problem: Exception) -> Failure:
    """A litellm exception as what it means: its status, with the headers of the answer where there was one."""
    response = getattr(problem, "response", None)
    headers = dict(getattr(response, "headers", None) or getattr(problem, "litellm_response_headers", None) or {})
    status = getattr(problem, "status_code", None)
    # the library puts its own names and those of its exceptions before what the provider says, often twice
    told = (
        _WRAPPED.sub("", str(getattr(problem, "message", "") or problem)).partition("Traceback (most recent")[0].strip()
    )
    code = getattr(problem, "code", None)
    if type(problem).__name__ == "APIConnectionError" or told.startswith("Connection error"):
        return Failure("passing", keys.redacted(f"no connection to the provider: {told}")[:500])
    if type(problem).__name__ in ("Timeout", "TimeoutError"):
        return Failure("passing", keys.redacted(f"Timeout: {told}")[:500])
    error = {"error": {"message": told, "code": code}}
    return completion.failure(status if isinstance(status, int) else 500, error, told, headers)


def missing_keys(name: str, parameters: Mapping[str, Any] | None = None) -> list[str]:
    """The variables that a model needs and that are not in the environment."""
    if "api_base" in (parameters or {}):
        return []
    found = litellm().validate_environment(name)
    return [] if found["keys_in_environment"] else list(found["missing_keys"])


def check_provider(name: str) -> None:
    """Raise ResponderError when litellm does not know the provider before the slash."""
    provider = name.partition("/")[0]
    providers = {str(getattr(each, "value", each)) for each in litellm().provider_list}
    if provider not in providers:
        raise ResponderError(f"models: {name!r}: no provider {provider!r}; {allowed(providers, provider)}")


@cache
def litellm() -> Any:
    """The library, which takes seconds to import and would fetch its price list from the network."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm as library

    library.suppress_debug_info = True
    library.telemetry = False
    library.drop_params = True
    _guard()
    # what a reply has of the wrong type is found below; the warning would print its beginning
    warnings.filterwarnings("ignore", "Pydantic serializer warnings")
    # it warns whenever the event loop is another one, which it is for every probe and run
    logging.getLogger("LiteLLM").setLevel(logging.ERROR)
    # a million objects that live as long as the process: the collector need not look at them again and again,
    # which took an eighth of the time of a run
    gc.collect()
    gc.freeze()
    return library


def _guard() -> None:
    """Let litellm's connections follow no redirect, which other headers than Authorization would, and read no endless body."""
    import httpx
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

    made = AsyncHTTPHandler.create_async_transport

    def create(*given: Any, **named: Any) -> Any:
        transport: Any = made(*given, **named) or httpx.AsyncHTTPTransport()
        send = transport.handle_async_request

        async def handle(request: httpx.Request) -> httpx.Response:
            request.headers["Accept-Encoding"] = bodies.ENCODINGS
            response = await send(request)
            packing = response.headers.pop("Content-Encoding", "")
            try:
                if 300 <= response.status_code < 400:
                    raise bodies.elsewhere(response.status_code, response.headers.get("Location", ""))
                content = await bodies.body(response.stream, response.status_code, packing)
            except Failure as problem:
                # raised from here, it would be called a lost connection
                told = {"error": {"message": problem.message.partition(": ")[2]}}
                return httpx.Response(
                    response.status_code if response.status_code >= 400 else 400, json=told, request=request
                )
            finally:
                await response.aclose()
            kept = [(name, value) for name, value in response.headers.multi_items() if name not in _OF_THE_WIRE]
            return httpx.Response(response.status_code, headers=kept, content=content, request=request)

        transport.handle_async_request = handle
        return transport

    AsyncHTTPHandler.create_async_transport = staticmethod(create)
