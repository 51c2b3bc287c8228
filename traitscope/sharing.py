"""`traitscope app`: the dashboard on this machine alone, or on the network for whoever has a password."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sys
from pathlib import Path
from typing import Any

from traitscope.datafile import DataError
from traitscope.record import RUNS
from traitscope.responders import keys
from traitscope.teaching.classroom import Tries
from traitscope.teaching.serving import BELIEVED, demand_free, lan_address, run_server

PORT = 8501
PASSWORD = "TRAITSCOPE_PASSWORD"  # in the environment of the command
SHARED = "TRAITSCOPE_SHARED"  # in that of its server: salt and hash, in hexadecimal digits
LEAST = 8  # characters
FREE_TRIES, PAUSE_SECONDS = 5, 12.0  # wrong passwords of one device; after those it has five a minute
OPTIONS = {"server.headless": "true"}  # else it may wait, unseen, for an answer to a question of its own
OF_SHARED = {"client.toolbarMode": "viewer", "client.showErrorDetails": "none"}

TRIES = Tries(free=FREE_TRIES, pause=PAUSE_SECONDS)  # of this server: they end with it


def serve(port: int = PORT, share: bool = False, password_file: Path | None = None) -> tuple[dict[str, Any], str]:
    """Serve the dashboard until Ctrl-C: on 127.0.0.1, or with `share` on every interface behind a password."""
    if password_file is not None and not share:
        raise DataError("app: --password-file is for --share; without it the dashboard answers on this machine alone")
    keys.load_env()  # of the folder in which the command was typed
    password = _password(password_file) if share else ""
    address = "0.0.0.0" if share else "127.0.0.1"
    demand_free("app", port, address)
    print(_told(port, share), file=sys.stderr, flush=True)
    run_server("the dashboard", port, address, environment(password), OPTIONS | (OF_SHARED if share else {}))
    return {"port": port, "address": address}, "The dashboard has ended."


def environment(password: str) -> dict[str, str]:
    """The server's environment: the folder of records, and of the password no more than tells a right one from a wrong one."""
    kept = {name: value for name, value in os.environ.items() if name not in (PASSWORD, SHARED)}
    kept["TRAITSCOPE_RUNS"] = str(Path(os.environ.get("TRAITSCOPE_RUNS") or RUNS).resolve())
    kept.setdefault(*BELIEVED)
    return kept | ({SHARED: _hashed(password, secrets.token_bytes(16))} if password else {})


def is_shared() -> bool:
    """Whether this server asks for a password before it shows anything."""
    return bool(os.environ.get(SHARED))


def opens(password: str) -> bool:
    """Whether `password` is the one that this server was started with."""
    known = os.environ.get(SHARED, "")
    salt = known.partition(":")[0]
    return bool(known) and hmac.compare_digest(_hashed(password, bytes.fromhex(salt)), known)


def _told(port: int, share: bool) -> str:
    here = f"The dashboard is at  http://127.0.0.1:{port}  (Ctrl-C ends it)."
    if not share:
        return here
    return (
        f"{here}\nOthers open  http://{lan_address()}:{port}  and give the password. Whoever has it may do all that you may do there: "
        "read every record, start runs with your keys, delete.\nIt is sent without encryption: use a network that you trust."
    )


def _password(file: Path | None) -> str:
    """The password in the file, or in the environment; DataError where there is none, or one that is guessed too soon."""
    try:
        found = os.environ.get(PASSWORD, "") if file is None else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise DataError(f"app: --password-file {file}: cannot be read ({problem})") from None
    found = found.strip("\r\n")
    if not found:
        raise DataError(
            f"app: --share needs a password, in a file (--password-file FILE) or in the variable {PASSWORD}"
        )
    if len(found) < LEAST:
        raise DataError(f"app: the password has {len(found)} characters; allowed: {LEAST} or more")
    return found


def _hashed(password: str, salt: bytes) -> str:
    made = hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=2**14, r=8, p=1)
    return f"{salt.hex()}:{made.hex()}"
