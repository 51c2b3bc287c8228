"""A study that is spread over workers of a real Ray: the same answers, whoever dies on the way, and nothing left behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections import deque
from importlib.util import find_spec
from pathlib import Path

import pytest

from inventories.responder import Message, Prompt
from traitscope import analysis, background
from traitscope.cli import main
from traitscope.record import Record
from traitscope.responders.cluster import cut
from traitscope.runner import Options, run
from traitscope.store import Store, StoreError
from traitscope.study import load_study

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="pip install ray==2.60.0")
ROOT = Path(__file__).parents[2]
SECRET = "a-key-that-no-process-of-ray-may-see"

MIXED = """
title = "Single questions and conversations"
models = ["simulated:person"]
inventories = ["bfi44", "tipi"]
personas = [{ set = "big_five_32", fraction = "half" }]
[[asks]]
vary = { options = ["printed", "reversed"] }
[[asks]]
inventories = ["tipi"]
reply = "text"
form = { memory = "continued", items = "shuffled", items_per_prompt = 2 }
steps = [{ kind = "task", text = "Write a short story." }, { kind = "follow_up", text = "Are you sure? Answer again." }]
"""
LONG = """
title = "Long enough to be caught"
models = ["simulated:person"]
inventories = ["bfi44", "sd3"]
personas = [{ set = "big_five_32" }]
[[asks]]
replicates = 2
vary = { options = ["printed", "reversed"], labels = ["arabic", "upper"] }
"""
FEW = """
models = ["simulated:person"]
inventories = ["bfi44"]
personas = ["none", { id = "calm", text = "You are calm.", assigned = { neuroticism = -1 } }]
[[asks]]
"""
REAL = """
title = "A real model"
models = ["local:smollm2-135m"]
inventories = ["tipi"]
personas = [{ set = "big_five_32", fraction = "half" }]
[[asks]]
"""


def started(path: Path, folder: Path, **environment: str) -> subprocess.Popen[str]:
    """`traitscope run --cluster auto` with two workers, in a session of its own like a terminal's."""
    command = [sys.executable, "-m", "traitscope", "run", str(path), "--record", str(folder), "--json"]
    return subprocess.Popen(
        [*command, "--cluster", "auto", "--workers", "2"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # as in a terminal: tests that run in the background of a script would pass on that Control-C is ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        env={**os.environ, "OPENAI_API_KEY": SECRET, **environment},
    )


def family(pid: int) -> dict[int, str]:
    """The names of the processes that descend from this one."""
    parents, names = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, name, rest = re.fullmatch(r"(\d+) \((.*)\) (.*)", stat.read_text(), re.S).groups()
            parents[int(number)] = int(rest.split()[1])
            names[int(number)] = (stat.parent / "cmdline").read_text().replace("\0", " ").strip() or name
        except OSError:  # it has ended meanwhile
            continue
    found = {pid}
    while more := {each for each, parent in parents.items() if parent in found} - found:
        found |= more
    return {each: names[each] for each in found - {pid}}


def alive(pids) -> set[int]:
    def runs(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    return {pid for pid in pids if runs(pid)}


def wait_for(what, process: subprocess.Popen[str] | None = None, seconds: float = 90):
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return found


def calls(folder: Path) -> int:
    try:
        with Store(folder / "answers.sqlite") as store:
            return store.counts()["done"]
    except StoreError:  # the file, or its tables, are not there yet
        return 0


def answers(folder: Path):
    return analysis.answers(Record(folder))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """One study asked by two workers and by this process; what the former said, and its processes."""
    folder = tmp_path_factory.mktemp("mixed")
    (folder / "mixed.toml").write_text(MIXED, "utf-8")
    process = started(folder / "mixed.toml", folder / "spread")
    wait_for(lambda: any(name.startswith("ray::Worker") for name in family(process.pid).values()), process)
    seen, environments = family(process.pid), ""
    for pid in seen:
        try:
            environments += Path(f"/proc/{pid}/environ").read_text(errors="replace")
        except OSError:
            continue
    out, told = process.communicate()
    assert process.returncode == 0, told
    run(load_study(folder / "mixed.toml"), folder / "alone")
    return folder, told, out, seen, environments


@needs_ray
def test_two_workers_give_the_very_table_that_one_process_gives(mixed):
    folder, told, out, *_ = mixed
    assert answers(folder / "spread").to_csv() == answers(folder / "alone").to_csv()
    assert "2 workers on this machine, 1 thread each" in told
    assert out.count("\n") == 1


@needs_ray
def test_conversations_go_on_over_workers(mixed):
    spread, alone = (answers(mixed[0] / each) for each in ("spread", "alone"))
    talks = spread[spread["memory"] == "continued"]
    assert len(talks) == 16 * 10 * 2  # every answer is asked for once more by the follow-up
    assert (talks["outcome"] != "missing").all()
    assert talks.equals(alone[alone["memory"] == "continued"])


@needs_ray
def test_a_run_that_is_done_leaves_no_process_and_no_key_was_in_any(mixed):
    *_, seen, environments = mixed
    assert len(seen) >= 4
    assert not alive(seen)
    assert "traitscope" in environments and SECRET not in environments
    assert not any(SECRET in name for name in seen.values())


@needs_ray
@pytest.mark.parametrize(
    "text", [LONG, pytest.param(REAL, marks=(pytest.mark.model, pytest.mark.thorough))], ids=["simulated", "embedded"]
)
def test_a_worker_that_is_killed_is_replaced_and_every_trial_is_answered_once(text, study_file, tmp_path):
    if (
        text == REAL and find_spec("torch") is None
    ):  # not importorskip: how threads wait is set before torch is imported
        pytest.skip("pip install -r requirements-local.txt")
    path, folder = study_file(text), tmp_path / "killed"
    process = started(path, folder)
    wait_for(lambda: calls(folder) > 10, process)
    victim = next(pid for pid, name in family(process.pid).items() if name.startswith("ray::Worker"))
    os.kill(victim, signal.SIGKILL)
    out, told = process.communicate()
    assert process.returncode == 0, told
    assert "a worker is lost" in told
    assert out.count("\n") == 1
    run(load_study(path), tmp_path / "whole")
    with Store(folder / "answers.sqlite") as store:
        asked = store.table("calls")[1]
        counts = store.counts()
    assert len(asked) == counts["done"] == counts["trials"]
    found, whole = answers(folder), answers(tmp_path / "whole")
    exact = ["trial", "outcome", "chosen", "position"]
    assert found[exact].equals(whole[exact])
    assert (found["expected"] - whole["expected"]).abs().max() < (1e-4 if text == REAL else 1e-12)


@needs_ray
@pytest.mark.parametrize("who", ["a terminal", "a page"])
def test_who_stops_a_run_leaves_no_process_and_keeps_what_was_answered(who, study_file, tmp_path):
    path, folder = study_file(LONG), tmp_path / "stopped"
    process = started(path, folder, **({background.STARTED: "1"} if who == "a page" else {}))
    wait_for(lambda: calls(folder) > 100, process)
    seen = family(process.pid)
    if who == "a page":
        assert background.stop(folder)
    else:
        os.killpg(process.pid, signal.SIGINT)  # Ctrl-C reaches every process of the terminal
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "what was answered is kept" in told.splitlines()[-1]
    assert "Traceback" not in told
    wait_for(lambda: not alive(seen), seconds=10)
    before = calls(folder)
    run(load_study(path), folder)
    with Store(folder / "answers.sqlite") as store:
        assert 100 < before < len(store.table("calls")[1]) == store.counts()["trials"]


@needs_ray
def test_a_prompt_that_kills_its_workers_stays_pending_with_the_cause_and_the_others_are_answered(
    study_file, tmp_path, monkeypatch
):
    from traitscope.responders import workers

    class Mortal(workers.Worker):
        def more(self, prompts=()):
            if any("talkative" in each.messages[-1].content for each in prompts):
                os._exit(3)
            return super().more(prompts)

    monkeypatch.setattr(workers, "Worker", Mortal)  # a real worker that ends in the middle
    told: list[str] = []
    study = load_study(study_file(FEW))
    record = run(study, tmp_path / "r", options=Options(cluster="auto", workers=2), tell=told.append)
    assert record.progress() == {"trials": 88, "done": 86, "failed": 2}
    with record.store() as store:
        names, rows = store.table("failures")
    assert "3 workers died of this prompt" in rows[0][names.index("error")]
    assert sum("a worker is lost" in each for each in told) >= 3


def test_without_ray_the_option_says_in_one_line_how_to_get_it(study_file, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["run", str(study_file()), "--record", str(tmp_path / "r"), "--cluster", "auto"]) == 2
    assert capsys.readouterr().err == "traitscope: --cluster needs ray: pip install ray==2.60.0\n"
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    "options",
    [["--cluster", "everywhere"], ["--cluster", "http://host:1"], ["--workers", "2"], ["--cluster", "auto", "--workers", "0"]],
)  # fmt: skip
def test_a_cluster_that_cannot_be_is_told_before_anything_starts(options, study_file, tmp_path, capsys):
    assert main(["run", str(study_file()), "--record", str(tmp_path / "r"), *options]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and options[-2] in told


@needs_ray
def test_an_address_where_nobody_listens_is_told_at_once_in_one_line(study_file, tmp_path, capsys):
    assert main(["run", str(study_file()), "--record", str(tmp_path / "r"), "--cluster", "127.0.0.1:1"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "is Ray started there?" in told


def test_a_chunk_is_cut_where_another_persona_begins():
    waiting = deque(
        Prompt(f"{who}{item}", (Message("system", who), Message("user", str(item))), "labels")
        for who in "abc"
        for item in range(44)
    )
    assert [len(cut(waiting, 32)) for _ in range(3)] == [44, 44, 44]
    assert not waiting
