"""`traitscope app`: this machine alone, or a network that has the password."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from traitscope import sharing
from traitscope.cli import main
from traitscope.datafile import DataError
from traitscope.teaching.classroom import Tries
from traitscope.teaching.serving import EVERYWHERE, command

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """A working folder of its own, and no password but that of a test."""
    monkeypatch.chdir(tmp_path)
    for variable in (sharing.PASSWORD, sharing.SHARED):
        monkeypatch.setenv(variable, "")
        monkeypatch.delenv(variable)


def test_to_share_needs_a_password(capsys):
    assert main(["app", "--share"]) == 2
    told = capsys.readouterr().err
    assert "--share needs a password" in told and told.count("\n") == 1


@pytest.mark.parametrize("password", ["short", "", "\n", "1234567\n"])
def test_a_password_that_is_guessed_too_soon_is_refused(password, tmp_path, monkeypatch):
    (tmp_path / "password").write_text(password, "utf-8")
    with pytest.raises(DataError, match="password"):
        sharing.serve(share=True, password_file=tmp_path / "password")
    monkeypatch.setenv(sharing.PASSWORD, password)
    with pytest.raises(DataError, match="password"):
        sharing.serve(share=True)


def test_a_password_file_that_is_not_there_is_a_mistake_and_one_without_share_too(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        sharing.serve(share=True, password_file=tmp_path / "nowhere")
    with pytest.raises(DataError, match="is for --share"):
        sharing.serve(password_file=tmp_path / "nowhere")


def test_the_server_knows_a_right_password_from_a_wrong_one_and_not_the_password(monkeypatch):
    monkeypatch.setenv(sharing.PASSWORD, PASSWORD)
    told = sharing.environment(PASSWORD)
    assert PASSWORD not in json.dumps(told) and sharing.environment(PASSWORD)[sharing.SHARED] != told[sharing.SHARED]
    monkeypatch.setenv(sharing.SHARED, told[sharing.SHARED])
    assert sharing.is_shared() and sharing.opens(PASSWORD)
    assert not [each for each in ("", "Correct horse battery", f"{PASSWORD} ", "\ud800") if sharing.opens(each)]


def test_no_password_opens_a_server_that_has_none():
    assert not sharing.is_shared()
    assert not sharing.opens("")


def test_only_to_share_binds_to_the_network():
    assert "--server.address=127.0.0.1" in command(8501, "127.0.0.1", {})
    assert "--server.address=0.0.0.0" in command(8501, EVERYWHERE, {})


def test_many_tries_at_once_each_count():
    tries = Tries(lambda: 0.0, free=3, pause=12.0)
    assert [tries.take("one") for _ in range(5)] == [0, 0, 0, 12.0, 12.0]
    assert tries.take("another") == 0


def test_a_right_password_forgets_the_wrong_ones_before_it():
    tries = Tries(lambda: 0.0, free=3, pause=12.0)
    assert [tries.take("one") for _ in range(3)] == [0, 0, 0]
    tries.right("one")
    assert tries.take("one") == 0


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_without_share_the_network_does_not_reach_it(tmp_path):
    """The server is started as a person starts it, and asked which addresses it listens on."""
    port = free_port()
    arguments = [sys.executable, "-m", "traitscope", "app", "--port", str(port)]
    process = started(arguments, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and not answers(port):
            time.sleep(0.1)
        assert answers(port)
        assert listening(port) == {"0100007F"}
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=30)


def test_control_c_while_the_server_starts_prints_no_traceback():
    arguments = [sys.executable, "-m", "traitscope", "app", "--port", str(free_port())]
    process = started(arguments, stderr=subprocess.PIPE, text=True)
    told = process.stderr.readline()  # and only now the server itself is started
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does it, to all that run in it
    assert "The dashboard is at" in told
    assert "Traceback" not in process.communicate(timeout=30)[1]
    assert process.returncode in (0, 128 + signal.SIGINT)


def started(arguments, **more):
    """A command with a group of its own that hears Ctrl-C, also where the tests themselves run in the background of a script."""
    return subprocess.Popen(
        arguments, start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), **more
    )


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as reply:
            return reply.status == 200
    except OSError:
        return False


def listening(port):
    """The addresses on which somebody listens at the port, as Linux writes them."""
    with Path("/proc/net/tcp").open(encoding="ascii") as table:
        rows = [line.split() for line in table][1:]
    return {row[1].partition(":")[0] for row in rows if row[3] == "0A" and int(row[1].partition(":")[2], 16) == port}
