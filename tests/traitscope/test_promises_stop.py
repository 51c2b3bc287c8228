"""What is promised when a run is told to stop, meets a second one, or the clock jumps: see docs/promises.md."""

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import time

import fault_runs as runs
import pytest
from fault_runs import TRIALS, Moment

from traitscope.background import can_stop, stop
from traitscope.cli import main
from traitscope.lock import alone, is_held
from traitscope.record import Record
from traitscope.responders.completion import retry_after
from traitscope.runner import run
from traitscope.store import StoreError
from traitscope.study import load_study

STOPPED = "traitscope: stopped; what was answered is kept, and the same command goes on from here"
PERSONS = 25
SERVER = """
models = ["{model}"]
inventories = ["bfi44"]
personas = [{{ set = "survey_random", n = {persons} }}]
limits = {{ concurrency = 32 }}
[[asks]]
reply = "text"
"""


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """A study of simulated persons with a record of it that nothing has happened to."""
    folder = tmp_path_factory.mktemp("stop")
    (folder / "study.toml").write_text(runs.SIMULATED, "utf-8")
    run(load_study(folder / "study.toml"), folder / "whole")
    return folder


def stopped(path, folder, chain, number):
    """Stop a run at each moment by a signal, after it holds its record; look each time what it says and keeps."""
    before = {}
    for moment in chain:
        process = runs.started(path, folder)
        runs.wait_for(lambda: is_held(folder), process)  # before that Python itself is still starting
        runs.wait_until(moment, folder, process)
        process.send_signal(number)
        _, told = process.communicate(timeout=runs.SECONDS)
        if runs.left(folder):  # else it was done before the signal came
            assert process.returncode == 128 + number, told
            if number != signal.SIGHUP:  # where nobody is left to be told
                assert runs.one_line(told) == STOPPED
        assert "Traceback" not in told and not is_held(folder)
        before = runs.assert_nothing_lost_or_doubled(before, folder)


@runs.chains("stop", TRIALS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["control-c", "sigterm"])
def test_a_run_that_is_told_to_stop_ends_cleanly_and_goes_on_as_if_nothing_had_been(number, chain, simulated, tmp_path):
    path, folder = simulated / "study.toml", tmp_path / "r"
    stopped(path, folder, chain, number)
    runs.completed(path, folder)
    assert runs.answers(folder).equals(runs.answers(simulated / "whole"))


@pytest.mark.parametrize("holds", [False, True], ids=["at the start", "while it asks"])
def test_control_c_twice_in_a_row_ends_as_cleanly_as_once(holds, simulated, tmp_path):
    path, folder = simulated / "study.toml", tmp_path / "r"
    process = runs.started(path, folder)
    runs.wait_until(Moment(10 if holds else 0, 0.4), folder, process)  # at first Python itself is still starting
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
    _, told = process.communicate(timeout=runs.SECONDS)
    assert process.returncode == 128 + signal.SIGINT or not runs.left(folder)
    assert runs.one_line(told) == STOPPED or not runs.left(folder)
    runs.completed(path, folder)
    assert runs.answers(folder).equals(runs.answers(simulated / "whole"))


@runs.chains("stop api", PERSONS * 44)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_on_a_provider_that_is_told_to_stop_loses_no_more_than_what_is_in_flight(
    number, chain, fault_server, study_file, tmp_path
):
    server = fault_server("--delay-ms", "20")
    path, folder = study_file(SERVER.format(model=server.model, persons=PERSONS)), tmp_path / "r"
    stopped(path, folder, chain[:1], number)
    runs.completed(path, folder)
    assert server.stats()["answered_twice"] <= 32 + 1  # in flight, and the probe
    assert len(runs.assert_nothing_lost_or_doubled({}, folder)) == PERSONS * 44


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("when", ["threading.Thread(target=strike).start()", "sys.last = Last()"])
def test_a_signal_that_comes_when_all_is_done_changes_nothing(number, when):
    code = f"""if True:
        import signal, sys, threading
        from traitscope.starting import main
        def strike():
            threading.main_thread().join()  # which waits for other threads before it tidies up
            signal.raise_signal({int(number)})
        class Last:  # goes when Python puts its modules away
            def __del__(self, strike=signal.raise_signal):
                strike({int(number)})
        {when}
        main()"""
    done = subprocess.run(
        [sys.executable, "-c", code, "personas"], cwd=runs.ROOT, capture_output=True, preexec_fn=runs.heard
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_run_in_another_container_is_named_with_it_and_its_number_is_not_signalled_here(tmp_path):
    with alone(tmp_path):
        (tmp_path / "lock").write_text(f"{os.getpid()} other pid:[1]", "utf-8")
        (tmp_path / "run.pid").write_text(f"{os.getpid()} other pid:[1]", "utf-8")
        assert not can_stop(tmp_path) and not stop(tmp_path)
        with pytest.raises(StoreError, match=rf"\(number {os.getpid()} on other\)"), alone(tmp_path):
            pass


def test_a_terminal_that_is_closed_ends_the_run_like_control_c(simulated, tmp_path):
    path, folder = simulated / "study.toml", tmp_path / "r"
    master, slave = pty.openpty()

    def of_terminal() -> None:
        runs.heard()
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

    process = runs.started(path, folder, stdin=slave, stdout=slave, stderr=slave, preexec_fn=of_terminal)
    os.close(slave)
    runs.wait_until(Moment(200, 0.05), folder, process)
    os.close(master)
    assert process.wait(timeout=runs.SECONDS) == 128 + signal.SIGHUP
    before = runs.assert_nothing_lost_or_doubled({}, folder)
    assert 200 <= len(before) < TRIALS
    runs.completed(path, folder)
    runs.assert_nothing_lost_or_doubled(before, folder)


def test_a_run_under_nohup_does_not_care_for_the_terminal(simulated, tmp_path):
    path, folder = simulated / "study.toml", tmp_path / "r"
    process = runs.started(path, folder, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    runs.wait_until(Moment(100, 0), folder, process)
    process.send_signal(signal.SIGHUP)
    _, told = process.communicate(timeout=runs.SECONDS)
    assert process.returncode == 0, told
    assert runs.done(folder) == TRIALS


# ---- two at once


def test_a_second_run_on_a_record_says_who_holds_it_and_asks_nothing(fault_server, study_file, tmp_path, capsys):
    server = fault_server("--delay-ms", "200")
    path, folder = study_file(SERVER.format(model=server.model, persons=PERSONS)), tmp_path / "r"
    process = runs.started(path, folder)
    runs.wait_until(Moment(10, 0), folder, process)
    assert main(["run", str(path), "--yes", "--record", str(folder)]) == 2
    told = runs.one_line(capsys.readouterr().err)
    assert f"{folder}: is being asked by another process (number {process.pid})" in told
    assert process.poll() is None
    server.set(delay_ms=1)
    _, told = process.communicate(timeout=runs.SECONDS)
    assert process.returncode == 0, told
    assert len(runs.assert_nothing_lost_or_doubled({}, folder)) == PERSONS * 44


# ---- the clock

JUMPING = """
import sys, time
from traitscope.cli import main

real, begun = time.time, time.monotonic()
time.time = lambda: real() - (86400 if time.monotonic() - begun > {after} else 0)
sys.exit(main({arguments!r}))
"""


@pytest.mark.parametrize("after", [0.0, 1.0])
def test_a_clock_that_jumps_back_a_day_changes_neither_answers_nor_pace(after, fault_server, study_file, tmp_path):
    server = fault_server("--busy", "0.01", "--retry-after", "0.1", "--retry-as", "date")
    path, folder = study_file(SERVER.format(model=server.model, persons=8)), tmp_path / "r"
    script = JUMPING.format(after=after, arguments=runs.command(path, folder)[3:])
    begun = time.monotonic()
    done = subprocess.run([sys.executable, "-c", script], cwd=runs.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - begun < 60
    assert Record(folder).progress() == {"trials": 8 * 44, "done": 8 * 44, "failed": 0}
    assert server.stats()["counts"]["busy"]
    server.set(busy=0)
    run(load_study(path), tmp_path / "whole")
    assert runs.answers(folder).equals(runs.answers(tmp_path / "whole"))


def test_a_date_to_come_back_at_is_reckoned_by_the_clock_of_who_says_it() -> None:
    told = {"Date": "Wed, 01 Jan 2020 10:00:00 GMT", "Retry-After": "Wed, 01 Jan 2020 10:00:07 GMT"}
    assert retry_after(told) == 7
