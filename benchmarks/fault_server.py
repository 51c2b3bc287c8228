"""A server in OpenAI's format that answers after a while, and misbehaves as much as it is told to.

    python benchmarks/fault_server.py [--port 0] [--delay-ms 50] [--busy 0.1] [--fail 0.02] [--prose 0.1] ...

Prints its address on the first line. A good answer is a digit from 1 to 5 that depends on the prompt alone
(`answer_to`), so whoever asks can tell a wrong value. GET /stats says what was asked, GET /times when; POST /set changes
the faults.
"""

from __future__ import annotations

import argparse
import asyncio
import email.utils
import hashlib
import json
import math
import random
import re
import time
from collections import Counter
from typing import Any

from aiohttp import web

PROSE = (
    "I would rather not put a number on something like that.",
    "As an AI language model, I do not have a personality of my own.",
    "That depends on the day, and on whom you ask.",
    "Well, people differ a lot in this respect, don't they?",
)
FAULTS = ("busy", "quota", "fail", "error", "prose", "drop", "half", "slow")


def answer_to(messages: list[dict[str, str]]) -> str:
    """The digit that a prompt is answered with, whenever it is asked."""
    told = "\n".join(f"{each['role']}: {each['content']}" for each in messages)
    return str(int.from_bytes(hashlib.sha256(told.encode()).digest()[:4], "big") % 5 + 1)


class Server:
    """What it was told, and what happened so far."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.random = random.Random(given.seed)
        self.counts: Counter[str] = Counter()
        self.prompts: Counter[str] = Counter()  # good answers by prompt
        self.flying = self.most = 0
        self.starts: list[float] = []
        self.refused: list[float] = []  # when a call was told to come back later

    async def chat(self, request: web.Request) -> web.StreamResponse:
        given = self.given
        self.flying += 1
        self.most = max(self.most, self.flying)
        self.counts["calls"] += 1
        now = time.monotonic()
        self.starts.append(now)
        try:
            if given.key and request.headers.get("Authorization") != f"Bearer {given.key}":
                return self._error(401, f"no such key: {request.headers.get('Authorization', '')}")
            asked = await request.json()
            messages = asked.get("messages")
            if messages is None:
                return web.json_response({"error": {"message": "not found"}}, status=404)
            if (
                given.rate
                and len([each for each in self.starts[-int(given.rate) - 2 :] if each > now - 1]) > given.rate
            ):
                self.counts["limited"] += 1
                return self._busy("rate limit reached")
            fault = self._fault(messages)
            self.counts[fault] += 1
            if fault == "busy":
                return self._busy("too many requests")
            if fault == "quota":
                return self._error(429, "you have spent all your money", code="insufficient_quota")
            if fault == "error":
                return self._error(500, "the model crashed")
            if fault == "fail":
                return self._error(400, "this prompt is refused by the provider")
            await asyncio.sleep(given.delay_ms / 1000 * (40 if fault == "slow" else 1))
            if fault == "drop":
                if request.transport is not None:
                    request.transport.close()
                return web.Response()
            text = self.random.choice(PROSE) if fault == "prose" else answer_to(messages)
            if fault not in ("prose", "half"):
                self.prompts[hashlib.sha256(str(messages).encode()).hexdigest()] += 1
            whole = json.dumps(self._reply(text, asked)).encode()
            if fault == "half":
                response = web.StreamResponse(
                    headers={"Content-Type": "application/json", "Content-Length": str(len(whole))}
                )
                await response.prepare(request)
                await response.write(whole[: len(whole) // 2])
                if request.transport is not None:
                    request.transport.close()
                return response
            return web.Response(body=whole, content_type="application/json")
        finally:
            self.flying -= 1

    def _fault(self, messages: list[dict[str, str]]) -> str:
        if self.given.only and not re.search(self.given.only, messages[-1]["content"]):
            return "good"
        height = self.random.random()
        for name in FAULTS:
            height -= getattr(self.given, name)
            if height < 0:
                return name
        return "good"

    def _reply(self, text: str, asked: dict[str, Any]) -> dict[str, Any]:
        choice: dict[str, Any] = {
            "index": 0,
            "message": {"role": "assistant", "content": text},
            "finish_reason": "stop",
        }
        if asked.get("logprobs") and self.given.logprobs:
            rest = [{"token": each, "logprob": -4.0} for each in "12345" if each != text]
            top = [{"token": text.split()[0], "logprob": -0.2}, *rest]
            choice["logprobs"] = {"content": [{**top[0], "top_logprobs": top}]}
        usage = {"prompt_tokens": 90, "completion_tokens": len(text.split()), "total_tokens": 90 + len(text.split())}
        return {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": asked["model"],
            "choices": [choice],
            "usage": usage,
        }

    def _busy(self, message: str) -> web.Response:
        self.refused.append(time.monotonic())
        wait, headers = self.given.retry_after, {}
        if wait is not None:
            headers = {
                "seconds": {"Retry-After": f"{wait:g}"},
                "ms": {"retry-after-ms": f"{wait * 1000:g}"},
                # a date has whole seconds
                "date": {"Retry-After": email.utils.formatdate(math.ceil(time.time() + wait), usegmt=True)},
            }[self.given.retry_as]
        return self._error(429, message, headers)

    @staticmethod
    def _error(status: int, message: str, headers: dict[str, str] | None = None, code: str = "error") -> web.Response:
        return web.json_response({"error": {"message": message, "code": code}}, status=status, headers=headers)

    async def stats(self, _: web.Request) -> web.Response:
        twice = sum(1 for count in self.prompts.values() if count > 1)
        told = {"counts": dict(self.counts), "most": self.most, "prompts": len(self.prompts), "answered_twice": twice}
        return web.json_response(told)

    async def times(self, _: web.Request) -> web.Response:
        return web.json_response({"starts": self.starts, "refused": self.refused})

    async def set(self, request: web.Request) -> web.Response:
        for name, value in (await request.json()).items():
            setattr(self.given, name, value)
        return web.json_response({})


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    found.add_argument("--port", type=int, default=0)
    found.add_argument("--delay-ms", type=float, default=50.0)
    found.add_argument("--seed", type=int, default=1)
    found.add_argument("--rate", type=float, default=0.0, help="most calls a second; more are answered 429")
    found.add_argument("--retry-after", type=float, default=None, help="seconds in the answer 429")
    found.add_argument("--retry-as", default="seconds", choices=["seconds", "date", "ms"], help="how the 429 says so")
    found.add_argument("--only", default="", metavar="REGEX", help="faults strike such questions only")
    found.add_argument("--key", default="", help="the bearer token that is wanted")
    found.add_argument("--logprobs", action="store_true", help="give log-probabilities where they are asked for")
    told = {
        "busy": "429", "quota": "429 for good, no money", "fail": "400, for good", "error": "500, in passing", "prose": "a sentence without an answer",
        "drop": "connection closed", "half": "half a body", "slow": "40 times the delay",
    }  # fmt: skip
    for name in FAULTS:
        found.add_argument(f"--{name}", type=float, default=0.0, metavar="SHARE", help=told[name])
    return found


async def serve(given: argparse.Namespace) -> None:
    server = Server(given)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.chat)
    app.router.add_get("/stats", server.stats)
    app.router.add_get("/times", server.times)
    app.router.add_post("/set", server.set)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", given.port, backlog=1024)
    await site.start()
    port = runner.addresses[0][1]
    print(f"http://127.0.0.1:{port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(parser().parse_args()))
