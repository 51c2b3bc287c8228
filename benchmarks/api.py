"""How fast models behind an interface are asked, against bare loops of the same libraries, in one run on this machine.

    python benchmarks/api.py [--json] [--calls 880] [--flat] [--faults]

Starts a server of its own (50 ms, one token). Ours is the whole of `run`: plan, prompts, calls, reading, every reply in
the store; the bare loops only post the same prompts, 64 at once, and take the reply's JSON. Each is measured three
times in a process of its own, in turn; medians. `--flat` also asks 10,000 and 100,000 trials and compares rate and
memory (some minutes); `--faults` lets the server misbehave, and counts what was lost or is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
# this folder has a statistics.py, which must not stand for the standard library's
sys.path = [each for each in sys.path if Path(each).resolve() != HERE]

IN_FLIGHT = 64
ITEMS = 44
TIMES = 3
STUDY = """
title = "Calls to a server"
models = [{model}]
inventories = ["bfi44"]
personas = [{{ set = "survey_random", n = {persons} }}]
limits = {{ concurrency = 64 }}
[[asks]]
reply = "text"
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--calls", type=int, default=880)
    parser.add_argument("--flat", action="store_true", help="also 10,000 and 100,000 trials")
    parser.add_argument("--faults", action="store_true", help="also a server that misbehaves")
    parser.add_argument("--one", nargs=2, metavar=("WHAT", "URL"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(ONE[given.one[0]](given.one[1], given.calls)))
        return 0
    with server() as url:
        rounds = [{name: measured(name, url, given.calls) for name in ONE} for _ in range(TIMES)]
    median = {
        name: {key: sorted(each[name][key] for each in rounds)[TIMES // 2] for key in rounds[0][name]} for name in ONE
    }
    result: dict[str, Any] = {
        "server_wall_ratio": median["server"]["wall"] / median["bare"]["wall"],
        "server_cpu_ratio": median["server"]["cpu"] / median["bare"]["cpu"],
        "litellm_wall_ratio": median["litellm"]["wall"] / median["bare_litellm"]["wall"],
        "calls_per_s": given.calls / median["server"]["wall"],
        "rss_mib": median["server"]["rss_mib"],
        "most_in_flight": median["server"]["most"],
        "stored": median["server"]["stored"],
        "measured": median,
    }
    if given.flat:
        result["flat"] = flat()
    if given.faults:
        result["faults"] = faults(given.calls)
    print(json.dumps(result) if given.json else told(result))
    return 0


def told(result: dict[str, Any]) -> str:
    lines = [
        f"{name}: wall {each['wall']:.2f} s, CPU {each['cpu']:.2f} s, RSS {each['rss_mib']:.0f} MiB"
        for name, each in result["measured"].items()
    ]
    lines += [f"{name}: {value:.3g}" for name, value in result.items() if isinstance(value, float | int)]
    return "\n".join(
        [*lines, *(f"{name}: {json.dumps(result[name])}" for name in ("flat", "faults") if name in result)]
    )


@contextmanager
def server(*options: str) -> Iterator[str]:
    """A server of its own, in a process of its own."""
    command = [sys.executable, str(HERE / "fault_server.py"), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def measured(what: str, url: str, calls: int) -> dict[str, float]:
    command = [sys.executable, str(HERE / "api.py"), "--calls", str(calls), "--one", what, url]
    environment = {
        **os.environ,
        "PYTHONPATH": str(HERE.parent),
        "OPENAI_API_KEY": "none",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"{what} failed:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def timed(work: Callable[[], object]) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"wall": wall, "cpu": cpu, "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def whole_run(model: str, calls: int) -> dict[str, float]:
    """`run` on a study of so many calls; the probe of the model is made before the clock starts."""
    from traitscope.runner import Responders, run
    from traitscope.study import load_study

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calls.toml"
        path.write_text(STUDY.format(model=model, persons=-(-calls // ITEMS)), "utf-8")
        study, record = load_study(path), Path(folder) / "record"
        responders = Responders(study, record)
        responders.abilities(study.models)
        found = timed(lambda: run(study, record, responders=responders))
        with_store = load_counts(record)
        pace = responders.of(study.models[0]).pace  # type: ignore[attr-defined]
        return found | {"most": pace.most_in_flight, "stored": with_store["done"], "trials": with_store["trials"]}


def load_counts(record: Path) -> dict[str, int]:
    from traitscope.record import Record

    return Record(record).progress()


def prompts(calls: int) -> list[list[dict[str, str]]]:
    """The messages of the same study."""
    from inventories.administer import next_prompts
    from inventories.responder import Abilities
    from traitscope.interviews import interviews
    from traitscope.study import load_study

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calls.toml"
        path.write_text(STUDY.format(model='"simulated:uniform"', persons=-(-calls // ITEMS)), "utf-8")
        study = load_study(path)
        return [
            [{"role": each.role, "content": each.content} for each in prompt.messages]
            for interview in interviews(study, {"simulated:uniform": Abilities()})
            for _, prompt in next_prompts(interview, {})
        ]


def server_run(url: str, calls: int) -> dict[str, float]:
    return whole_run(f'"server:{url}/v1#m"', calls)


def litellm_run(url: str, calls: int) -> dict[str, float]:
    return whole_run(f'{{ name = "openai/m", parameters = {{ api_base = "{url}/v1" }} }}', calls)


def bare(url: str, calls: int) -> dict[str, float]:
    """aiohttp alone."""
    import aiohttp

    asked = prompts(calls)

    async def all_of_them() -> None:
        gate = asyncio.Semaphore(IN_FLIGHT)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

            async def one(messages: list[dict[str, str]]) -> Any:
                body = {"model": "m", "messages": messages, "max_tokens": 32, "temperature": 0}
                async with gate, session.post(f"{url}/v1/chat/completions", json=body) as reply:
                    return (await reply.json())["choices"][0]["message"]["content"]

            await asyncio.gather(*map(one, asked))

    return timed(lambda: asyncio.run(all_of_them()))


def bare_litellm(url: str, calls: int) -> dict[str, float]:
    """litellm alone."""
    import litellm as library

    asked = prompts(calls)
    library.suppress_debug_info = True

    async def all_of_them() -> None:
        gate = asyncio.Semaphore(IN_FLIGHT)

        async def one(messages: list[dict[str, str]]) -> Any:
            async with gate:
                reply = await library.acompletion(
                    model="openai/m", messages=messages, max_tokens=32, temperature=0, api_base=f"{url}/v1"
                )
                return reply.choices[0].message.content

        # as ours does for its probe: the first call of litellm loads much of it
        await one(asked[0])
        started = time.perf_counter(), time.process_time()
        await asyncio.gather(*map(one, asked))
        spent.update(wall=time.perf_counter() - started[0], cpu=time.process_time() - started[1])

    spent: dict[str, float] = {}
    return timed(lambda: asyncio.run(all_of_them())) | spent


ONE: dict[str, Callable[[str, int], dict[str, float]]] = {
    "bare": bare,
    "server": server_run,
    "bare_litellm": bare_litellm,
    "litellm": litellm_run,
}


def flat(sizes: Sequence[int] = (10_000, 100_000)) -> dict[str, Any]:
    """Rate and memory of a small and a large study."""
    with server() as url:
        rounds = [[measured("server", url, size) for size in sizes] for _ in range(TIMES)]
    middle = [
        sorted((each[place] for each in rounds), key=lambda one: one["wall"])[TIMES // 2] for place in range(len(sizes))
    ]
    rates = [one["trials"] / one["wall"] for one in middle]
    return {
        "trials_per_s": dict(zip(map(str, sizes), rates, strict=True)),
        "rss_mib": {str(size): max(each[place]["rss_mib"] for each in rounds) for place, size in enumerate(sizes)},
        "rate_ratio": rates[1] / rates[0],
    }


def faults(calls: int) -> dict[str, Any]:
    """2 % hard failures, 10 % busy, 10 % prose, 1 % dropped connections: what became of the trials."""
    sys.path.append(str(HERE))
    from fault_server import answer_to

    from inventories.responder import Abilities
    from traitscope import analysis
    from traitscope.runner import Responders, run
    from traitscope.study import load_study

    with (
        server("--fail", "0.02", "--busy", "0.1", "--prose", "0.1", "--drop", "0.01", "--retry-after", "0.2") as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        path = Path(folder) / "calls.toml"
        path.write_text(STUDY.format(model=f'"server:{url}/v1#m"', persons=-(-calls // ITEMS)), "utf-8")
        study, where = load_study(path), Path(folder) / "record"
        responders = Responders(study, where)
        responders._known[study.models[0].name] = Abilities(seed=True, resolved="m")  # the probe would meet faults, too
        runs = [timed(lambda: run(study, where, responders=responders))["wall"]]
        first = load_counts(where)
        while load_counts(where)["done"] < first["trials"] and len(runs) < 5:
            runs.append(timed(lambda: run(study, where))["wall"])
        record = run(study, where)
        table = analysis.answers(record).set_index("trial")
        wrong = 0
        with record.store() as store:
            names, rows = store.table("calls")
            for row in rows:
                call = dict(zip(names, row, strict=True))
                if call["error"] is None and table.loc[call["trial"], "outcome"] == "answered":
                    messages, _ = store.prompt(call["prompt"])
                    right = answer_to([{"role": each.role, "content": each.content} for each in messages])
                    wrong += int(table.loc[call["trial"], "chosen"]) != int(right)
            failed = sum(1 for row in rows if row[names.index("error")] is not None)
        with urllib.request.urlopen(f"{url}/stats") as reply:
            stats = json.loads(reply.read())
        return {
            "first_run": first,
            "runs": len(runs),
            "seconds": [round(each, 2) for each in runs],
            "outcomes": table["outcome"].value_counts().to_dict(),
            "wrong_values": wrong,
            "failures_listed": failed,
            "answered_twice": stats["answered_twice"],
        }


if __name__ == "__main__":
    sys.exit(main())
