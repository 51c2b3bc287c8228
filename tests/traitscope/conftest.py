"""Small studies on simulated responders."""

import functools
import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SMALL = """
title = "Small"
models = ["simulated:person"]
inventories = ["bfi44"]
personas = [{ set = "big_five_32", fraction = "half" }]
[[asks]]
vary = { options = ["printed", "reversed"] }
"""


@pytest.fixture
def study_file(tmp_path: Path) -> Callable[..., Path]:
    """Write a study file; without text the small one."""

    def write(text: str = SMALL, name: str = "small.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


class FaultServer:
    """`benchmarks/fault_server.py` in a process of its own."""

    def __init__(self, *options: str) -> None:
        script = Path(__file__).parents[2] / "benchmarks" / "fault_server.py"
        self._process = subprocess.Popen([sys.executable, str(script), *options], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    @property
    def model(self) -> str:
        """The name of its model in a study."""
        return f"server:{self.url}/v1#m"

    def stats(self) -> dict[str, Any]:
        """What was asked of it so far."""
        with urllib.request.urlopen(f"{self.url}/stats") as reply:
            return json.loads(reply.read())

    def times(self) -> dict[str, list[float]]:
        """When calls started and were told to come back later, by its own clock in seconds."""
        with urllib.request.urlopen(f"{self.url}/times") as reply:
            return json.loads(reply.read())

    def set(self, **faults: float) -> None:
        """Let it misbehave in another way from now on."""
        asked = urllib.request.Request(
            f"{self.url}/set", json.dumps(faults).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked):
            pass

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture
def fault_server() -> Iterator[Callable[..., FaultServer]]:
    """Start servers that answer after a while and misbehave as told: `fault_server("--busy", "0.1")`."""
    started: list[FaultServer] = []

    def start(*options: str) -> FaultServer:
        started.append(FaultServer("--delay-ms", "5", *options))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[..., Any]:
    """A responder with a small untrained model of some architecture: `tiny(config)`."""
    import local_models  # loads what only local models need

    return functools.partial(local_models.made, tmp_path)
