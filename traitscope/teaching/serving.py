"""`traitscope class`: a server for the local network that has the classroom pages and nothing else."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from traitscope.datafile import DataError
from traitscope.record import Record
from traitscope.teaching import classroom
from traitscope.teaching.guessing import new_code

APP = Path(__file__).parent.parent.parent / "app.py"
PORT = 8502
EVERYWHERE = "0.0.0.0"  # every interface
# nobody uploads anything there, whatever a program sends
OF_CLASS = {
    "server.headless": "true", "client.toolbarMode": "viewer", "client.showErrorDetails": "none", "server.maxUploadSize": 1,
}  # fmt: skip
# whose word on a visitor's address is taken: else every program of this machine could give itself new ones, and guess on
BELIEVED = ("FORWARDED_ALLOW_IPS", "none")
_KEYS = re.compile(r"(^|_)(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS)S?($|_)", re.IGNORECASE)


def serve(port: int = PORT, record: Path | None = None) -> tuple[dict[str, Any], str]:
    """Serve a class until Ctrl-C; the join code and the teacher's link are told on standard error."""
    if record is not None:
        Record(record)  # a mistake is told before anything is served
    demand_free("class", port, EVERYWHERE)
    environment = class_environment(port, record)
    print(_told(environment, port), file=sys.stderr, flush=True)
    run_server("the class", port, EVERYWHERE, environment, OF_CLASS)
    return {"port": port}, "The class has ended; nothing of it is kept."


def run_server(
    name: str, port: int, address: str, environment: Mapping[str, str], options: Mapping[str, object]
) -> None:
    """Run the dashboard's server until it ends or Ctrl-C ends it."""
    started = command(port, address, options)
    # in a session of its own: Ctrl-C would have it print a traceback while it starts
    with subprocess.Popen(
        started, env=environment, cwd=APP.parent, stdout=subprocess.DEVNULL, start_new_session=True
    ) as server:
        try:
            ended = server.wait()
        except KeyboardInterrupt:
            server.terminate()
            ended = 0
    if ended:
        raise RuntimeError(f"the server of {name} ended with {ended}")


def command(port: int, address: str, options: Mapping[str, object]) -> list[str]:
    """What starts the server: with no file of its own watched or written."""
    seen_as = lan_address() if address == EVERYWHERE else address
    options = {
        "server.address": address, "server.port": port, "server.fileWatcherType": "none", "browser.gatherUsageStats": "false",
        "browser.serverAddress": seen_as, "browser.serverPort": port, "logger.level": "error", **options,
    }  # fmt: skip
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(APP),
        *(f"--{name}={value}" for name, value in options.items()),
    ]


def class_environment(port: int, record: Path | None = None) -> dict[str, str]:
    """The server's environment: this one without any key, and what makes it a class, drawn anew each time."""
    kept = {name: value for name, value in os.environ.items() if not _KEYS.search(name)}
    kept.setdefault(*BELIEVED)
    made = {
        classroom.CODE: new_code(),
        classroom.HOST: secrets.token_urlsafe(16),
        classroom.ADDRESS: f"http://{lan_address()}:{port}",
        classroom.RECORD: str(record.resolve()) if record else "",
    }
    return kept | made


def lan_address() -> str:
    """This machine's address on the local network; 127.0.0.1 where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # documentation's address: a route is looked up, nothing is sent
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def demand_free(command: str, port: int, address: str) -> None:
    """DataError where `command` cannot have the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except (OSError, OverflowError) as problem:
            raise DataError(f"{command}: port {port} cannot be used ({problem}); --port takes another") from None


def _told(environment: dict[str, str], port: int) -> str:
    host, base = environment[classroom.HOST], environment[classroom.ADDRESS]
    return (
        f"Players open  {base}  and give the code  {environment[classroom.CODE]}\n"
        f"The teacher opens (keep it to yourself, it opens and closes rounds)\n"
        f"  on this machine    http://127.0.0.1:{port}/?host={host}\n"
        f"  on another         {base}/?host={host}\n"
        f"Ctrl-C ends the class. Nothing is stored."
    )
