"""Ray, and the workers that it runs: processes on this machine or on a cluster that hold one responder each.

Only `local:` and `simulated:` models are held by workers, which need no key: a Ray that is started here is started
without the keys of the environment, and a cluster is sent nothing but our code, the model's name and its parameters.
"""

from __future__ import annotations

import importlib.util
import math
import os
import platform
import re
import secrets
import shutil
import socket
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from inventories.responder import Abilities, Prompt, Reply, Responder, ResponderError
from traitscope.responders import by_name, keys

AUTO = "auto"
INSTALL = "pip install ray==2.60.0"
SLICE_SECONDS = 0.2  # a worker hands over what it has so often: no more is lost with it
_MOST = 16  # workers of one machine where nobody says how many: each holds its own copy of the model
_STORE_BYTES = 2**27  # for prompts and replies under way
_OURS = ("inventories", "psychometrics", "traitscope")
_ADDRESS = re.compile(r"(ray://)?[^\s/:]+:\d{1,5}")


class Worker:
    """One responder in a process of Ray; it works through the prompts it was given while it is asked for more."""

    def __init__(self, name: str, parameters: Mapping[str, Any]) -> None:
        self._name, self._parameters = name, parameters
        self._responder: Responder | None = (
            None  # made by the first call: what goes wrong here would be told as a death
        )
        self._given: deque[Sequence[Prompt]] = deque()
        self._coming: Iterator[Reply] = iter(())

    def can(self) -> Abilities:
        """What the responder can do; loads a model."""
        try:
            if self._responder is None:
                self._responder = by_name(self._name, self._parameters)
            return self._responder.can()
        except ResponderError as problem:
            raise ResponderError(f"{problem} (said by a worker on {platform.node()})") from None

    def more(self, prompts: Sequence[Prompt] = ()) -> list[Reply]:
        """Take over `prompts` and answer for a moment; an empty list where nothing is left to be answered."""
        self.can()
        assert self._responder is not None
        if prompts:
            self._given.append(prompts)
        until, found = time.monotonic() + SLICE_SECONDS, []
        while time.monotonic() < until:
            if (reply := next(self._coming, None)) is not None:
                found.append(reply)
            elif self._given:
                self._coming = self._responder.ask(self._given.popleft())
            else:
                break
        return found


class Hired:
    """A worker as the driver sees it."""

    def __init__(self, actor: Any) -> None:
        self.actor = actor
        self.given: dict[str, Prompt] = {}  # not answered yet
        self.calls: deque[Any] = deque([actor.can.remote()])  # under way, in their order
        self.ready = False  # it runs, and its model is loaded


class Cluster:
    """A Ray cluster that was there, or one that is started on this machine and ended again."""

    def __init__(self, address: str, count: int | None = None, tell: Callable[[str], object] | None = None) -> None:
        if importlib.util.find_spec("ray") is None:
            raise ResponderError(f"--cluster needs ray: {INSTALL}")
        self.address, self.tell = address, tell or (lambda _: None)
        self._count = count
        self._ray: Any = None
        self._folder = ""  # of a Ray that is ours
        self._held = ""  # the model of the present workers
        self._crew: list[Hired] = []
        self._hire: Callable[[], Hired] | None = None
        self._size = 0

    def crew(self, name: str, parameters: Mapping[str, Any], only: int | None = None) -> list[Hired]:
        """The workers that hold this model, or `only` so many; those of another model go, for they hold its place."""
        ray = self._connected()
        if name != self._held:
            self.dismiss()
            self._size, place, given = self._places(name, parameters)
            made = ray.remote(Worker).options(**place)
            self._hire = lambda: Hired(made.remote(name, given))
            self._held = name
        while len(self._crew) < min(only or self._size, self._size):
            self._crew.append(self.hired())
        return self._crew

    def hired(self) -> Hired:
        """One worker more for the present model, who may have to wait for a place."""
        assert self._hire is not None
        return self._hire()

    def fire(self, worker: Hired) -> None:
        """End a worker, if it has not ended itself."""
        self._ray.kill(worker.actor)

    def dismiss(self) -> None:
        """End all workers."""
        for worker in self._crew:
            self.fire(worker)
        self._crew, self._held = [], ""

    def first_back(self, workers: Sequence[Hired], seconds: float) -> Hired | None:
        """The first of them whose oldest call is back; None when none is for so long."""
        asked = {worker.calls[0]: worker for worker in workers}
        back, _ = self._ray.wait(list(asked), num_returns=1, timeout=seconds)
        return asked[back[0]] if back else None

    def fetched(self, worker: Hired) -> Any:
        """What its oldest call returns; raises Lost with the cause where the worker has died or failed."""
        try:
            return self._ray.get(worker.calls.popleft())
        except self._ray.exceptions.RayError as problem:
            cause = getattr(problem, "cause", None)
            if isinstance(cause, ResponderError):  # would meet every other worker, too
                raise ResponderError(str(cause)) from None
            raise Lost(_told(cause if isinstance(cause, Exception) else problem)) from problem

    def close(self) -> None:
        """End the workers, and Ray where it was started here."""
        if self._ray is None:
            return
        self.dismiss()
        self._ray.shutdown()
        self._ray = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _connected(self) -> Any:
        if self._ray is not None:
            return self._ray
        auto = self.address == AUTO
        settings = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS_SKIP_REGEX": "."}  # what a death means, we say
        said: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
        if auto:
            # Ray counts this machine among clusters and listens to the whole network unless told so
            settings |= {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
            settings |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
            # paths of sockets may not be long
            self._folder = tempfile.mkdtemp(prefix="traitscope-", dir="/tmp" if Path("/tmp").is_dir() else None)
            said |= {"address": "local", "num_cpus": _cores(), "include_dashboard": False}
            said |= {"object_store_memory": _STORE_BYTES, "_temp_dir": self._folder, "_node_ip_address": "127.0.0.1"}
        else:
            _reach(self.address)
            said |= {"address": self.address, "runtime_env": {"py_modules": [_folder_of(each) for each in _OURS]}}
        with _environment(settings, without=keys.variables() if auto else ()):
            import ray

            try:
                ray.init(**said)
            except Exception as problem:  # whatever Ray and its transport raise
                ray.shutdown()
                shutil.rmtree(self._folder, ignore_errors=True)
                raise ResponderError(f"--cluster {self.address}: {_told(problem)}") from problem
        self._ray = ray
        return ray

    def _places(self, name: str, parameters: Mapping[str, Any]) -> tuple[int, dict[str, float], dict[str, Any]]:
        """How many workers, what Ray sets aside for each, and the parameters of their responders."""
        machines = [each["Resources"] for each in self._ray.nodes() if each["Alive"]]
        cores = [int(each.get("CPU", 0)) for each in machines]
        gpus = int(sum(each.get("GPU", 0) for each in machines))
        local, given = name.startswith("local:"), dict(parameters)
        where = "this machine" if self.address == AUTO else f"{self.address}"
        if local and gpus and given.get("device") != "cpu":
            count = self._count or gpus
            self.tell(f"{name}: {count} workers on {where}, {gpus} GPUs among them")
            return count, {"num_gpus": _share(gpus, count), "num_cpus": 0}, given
        threads = int(given.get("threads", 0)) if local else 1
        if not threads:
            # a worker for each core, unless that would be too many copies of the model
            threads = max(1, sum(cores) // self._count if self._count else math.ceil(max(cores) / _MOST))
        count = self._count or max(1, sum(each // threads for each in cores))
        if local:
            given["threads"] = threads
        self.tell(f"{name}: {count} worker{'s' * (count > 1)} on {where}, {threads} thread{'s' * (threads > 1)} each")
        return count, {"num_cpus": min(threads, _share(sum(cores), count))}, given


class Lost(Exception):
    """A worker that has died or failed, with the cause in one line."""


def check_address(address: str) -> None:
    """Raise ResponderError for what is neither `auto` nor the address of a cluster."""
    if address != AUTO and not _ADDRESS.fullmatch(address):
        raise ResponderError(f"--cluster {address!r}: allowed are {AUTO}, HOST:PORT and ray://HOST:PORT")


def _reach(address: str) -> None:
    """Raise ResponderError where nobody listens: Ray would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=10).close()
    except (OSError, OverflowError) as problem:
        raise ResponderError(f"--cluster {address}: no connection (is Ray started there?): {problem}") from None


def _share(there: int, count: int) -> float:
    """What each of `count` gets of cores or GPUs, so that all have a place: whole ones, or a fraction of one."""
    return there // count if there >= count else 1 / math.ceil(count / max(1, there))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _folder_of(package: str) -> str:
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.submodule_search_locations
    return next(iter(spec.submodule_search_locations))


@contextmanager
def _environment(settings: Mapping[str, str], without: Sequence[str]) -> Iterator[None]:
    """Meanwhile the environment has `settings`, and is `without` keys: every process that Ray starts would inherit them."""
    before = dict(os.environ)
    for name in without:
        del os.environ[name]
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.update({name: before[name] for name in before})
        for name in settings.keys() - before.keys():
            del os.environ[name]


def _told(problem: Exception) -> str:
    """One line of what Ray tells in many: its heading, or the detail of a death."""
    text = str(problem) or type(problem).__name__
    detail = text.partition("Worker exit detail: ")[2] or text.partition("The actor is dead because ")[2] or text
    told = keys.redacted(detail.partition(" Some common causes")[0].strip().splitlines()[0])[:300]
    return told if type(problem).__module__.startswith("ray") else f"{type(problem).__name__}: {told}"
