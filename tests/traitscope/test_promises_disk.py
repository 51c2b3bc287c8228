"""What is promised when the disk is full, cannot be written, loses power or goes bad: see docs/promises.md."""

import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import fault_runs as runs
import pytest
from fault_runs import TRIALS, Moment

from traitscope import background
from traitscope.cli import main
from traitscope.damaged_pages import Pages, committed
from traitscope.damaged_rows import TABLES, columns
from traitscope.lock import alone
from traitscope.record import Record, write_whole
from traitscope.runner import run
from traitscope.store import COMMIT_CALLS, SAFE_SECONDS, Store, StoreError
from traitscope.study import load_study

DATABASE, LOG = "answers.sqlite", "answers.sqlite-wal"
NOBODY = 65534


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study of simulated persons with a record of it that nothing has happened to, and its table."""
    folder = tmp_path_factory.mktemp("disk")
    (folder / "study.toml").write_text(runs.SIMULATED, "utf-8")
    run(load_study(folder / "study.toml"), folder / "whole")
    return folder / "study.toml", folder / "whole", runs.answers(folder / "whole")


def mounted(*arguments: object) -> None:
    """Mount something; skip where that is not allowed."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")


@pytest.fixture
def place(tmp_path):
    """A folder to mount something on."""
    folder = tmp_path / "place"
    folder.mkdir()
    yield folder
    subprocess.run(["umount", str(folder)], capture_output=True)


# ---- full


def test_a_full_disk_is_said_in_one_line_and_the_same_command_goes_on_when_there_is_room(study, place):
    path, _, whole = study
    mounted("-t", "tmpfs", "-o", "size=3m", "tmpfs", place)
    process = runs.started(path, place / "r")
    _, told = process.communicate(timeout=runs.SECONDS)
    assert process.returncode == 2
    assert runs.one_line(told).endswith(
        f"{DATABASE}: no space is left on the disk; make room: what was answered is kept, and the same command goes on from here"
    )
    before = runs.assert_nothing_lost_or_doubled({}, place / "r")
    assert 0 < len(before) < TRIALS
    mounted("-o", "remount,size=40m", place)
    runs.completed(path, place / "r")
    runs.assert_nothing_lost_or_doubled(before, place / "r")
    assert runs.answers(place / "r").equals(whole)


def test_what_a_full_disk_leaves_no_room_for_is_named_in_one_line_and_nothing_half_made_is_left(study, place, capsys):
    path, record, _ = study
    mounted("-t", "tmpfs", "-o", "size=4m", "tmpfs", place)
    shutil.copytree(record, place / "r", ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    (place / "filling").write_bytes(bytes(os.statvfs(place).f_bavail * os.statvfs(place).f_frsize))
    before = {each for each in place.rglob("*") if each.is_file()}
    assert main(["status", str(place / "r")]) == 0  # which needs no room
    for command in (
        ["export", place / "r", "--to", place / "b"],
        ["salvage", place / "r", "--to", place / "s"],
        ["plan", path, "--record", place / "f", "--freeze"],
        ["run", path, "--record", place / "r2"],
        ["probe", "simulated:person", "--inventory", "tipi", "--to", place / "p.jsonl"],
        ["report", place / "r", "--to", place / "r.html"],
    ):
        assert main([*map(str, command)]) == 2
        told = runs.one_line(capsys.readouterr().err)
        assert str(place) in told and ("no space is left" in told or "No space left" in told)
    with pytest.raises(OSError, match=r"run\.log"):
        background.start(path, place / "p")
    left = {each for each in place.rglob("*") if each.is_file()} - before
    assert {each.name for each in left if each.stat().st_size} <= {LOG, f"{DATABASE}-shm"}
    assert {each.name for each in left} <= {"run.log", "lock", "p.jsonl", LOG, f"{DATABASE}-shm"}


def test_what_cannot_even_be_said_ends_with_the_same_exit_code(tmp_path):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-m", "traitscope", "status", tmp_path], cwd=runs.ROOT, stderr=full)
    assert done.returncode == 2


@pytest.mark.parametrize("kilobytes", [8, 300, 1500])
def test_a_limit_on_the_size_of_files_loses_nothing_wherever_it_strikes(kilobytes, study, tmp_path):
    path, _, whole = study
    folder = tmp_path / "r"

    def limited() -> None:
        runs.heard()
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024))

    process = runs.started(path, folder, preexec_fn=limited)
    _, told = process.communicate(timeout=runs.SECONDS)
    assert process.returncode == 2
    assert "what was answered is kept" in runs.one_line(told)
    before = runs.assert_nothing_lost_or_doubled({}, folder)
    assert len(before) < TRIALS
    runs.completed(path, folder)
    runs.assert_nothing_lost_or_doubled(before, folder)
    assert runs.answers(folder).equals(whole)


# ---- not to be written


def test_a_folder_that_cannot_be_written_is_said_in_one_line_and_can_still_be_read(study, place, capsys):
    path, record, _ = study
    mounted("--bind", record, place)
    mounted("-o", "remount,ro,bind", place)
    before = {each.name: each.stat().st_mtime_ns for each in record.iterdir()}
    assert main(["run", str(path), "--record", str(place)]) == 2
    told = capsys.readouterr().err
    assert "cannot be written" in runs.one_line(told) and "--record DIR" in told
    assert main(["run", str(path), "--record", str(place / "new")]) == 2
    assert "cannot be written" in runs.one_line(capsys.readouterr().err)
    assert main(["status", str(place)]) == 0
    assert f"{TRIALS} of {TRIALS} trials done" in capsys.readouterr().out
    assert {each.name: each.stat().st_mtime_ns for each in record.iterdir()} == before


def test_a_whole_record_is_read_from_a_folder_that_cannot_be_written_without_the_files_of_sqlite(
    study, place, tmp_path
):
    shutil.copytree(study[1], tmp_path / "copy")
    for each in (LOG, "answers.sqlite-shm"):
        (tmp_path / "copy" / each).unlink(missing_ok=True)
    mounted("--bind", tmp_path / "copy", place)
    mounted("-o", "remount,ro,bind", place)
    assert runs.answers(place).equals(study[2])


def test_a_record_of_somebody_else_can_be_read_where_nothing_may_be_written(study):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "r"
        shutil.copytree(study[1], folder, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
        for each, rights in ((Path(place), 0o755), (folder, 0o555), (folder / DATABASE, 0o444)):
            each.chmod(rights)
        user = os.geteuid()
        if user == 0:  # who may write anywhere
            os.seteuid(NOBODY)
        try:
            assert runs.done(folder) == TRIALS
            with pytest.raises(PermissionError):
                (folder / "new").touch()
        finally:
            os.seteuid(user)
            folder.chmod(0o755)


# ---- taken away


def test_what_lies_in_the_place_of_a_record_that_was_moved_is_not_taken_for_it(tmp_path):
    with alone(tmp_path / "r") as there:
        there()
        (tmp_path / "r").rename(tmp_path / "elsewhere")
        with pytest.raises(StoreError, match="was deleted or moved"):
            there()
        with alone(tmp_path / "r"), pytest.raises(StoreError, match="was deleted or moved"):
            there()
    with pytest.raises(StoreError, match="was deleted or moved"), alone(tmp_path / "r"):
        (tmp_path / "r").rename(tmp_path / "again")
        write_whole(tmp_path / "r" / "study.toml", "")


@pytest.mark.parametrize("how", ["deleted", "moved"])
def test_a_record_that_goes_while_it_is_asked_ends_the_run_in_one_line_and_nothing_is_made_anew(how, study, tmp_path):
    path, folder = study[0], tmp_path / "r"
    process = runs.started(path, folder)
    runs.wait_until(Moment(100, 0), folder, process)
    if how == "deleted":
        shutil.rmtree(folder)
    else:
        folder.rename(tmp_path / "elsewhere")
    _, told = process.communicate(timeout=runs.SECONDS)
    assert process.returncode == 2
    assert f"{folder}: was deleted or moved while it was being asked" in runs.one_line(told)
    assert not folder.exists()
    if how == "moved":  # with all that was answered
        before = runs.assert_nothing_lost_or_doubled({}, tmp_path / "elsewhere")
        assert 100 <= len(before) < TRIALS
        runs.completed(path, tmp_path / "elsewhere")
        assert runs.answers(tmp_path / "elsewhere").equals(study[2])


# ---- power


def interrupted(path: Path, folder: Path, moment: Moment) -> dict[int, tuple[object, ...]]:
    """A record whose run was killed, with its log as it was; the calls that are in both."""
    process = runs.started(path, folder)
    runs.wait_until(moment, folder, process)
    runs.killed(process)
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept)
    return runs.stored(kept)


def test_a_log_that_a_power_cut_has_torn_anywhere_leaves_a_beginning_and_the_run_completes(study, tmp_path):
    path, chance = study[0], random.Random(f"{runs.SEED} torn")
    before = interrupted(path, tmp_path / "r", Moment(chance.randrange(200, 1500), 0.05))
    size = (tmp_path / "r" / LOG).stat().st_size
    assert size > 100_000
    lengths = set()
    for number in range(4 * runs.MOMENTS):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "r", folder)
        cut = chance.randrange(size)
        os.truncate(folder / LOG, cut)
        (folder / "answers.sqlite-shm").unlink(missing_ok=True)
        left = runs.stored(folder)
        assert left.items() <= before.items() and list(left) == list(before)[: len(left)]
        lengths.add(len(left))
        if number < 2:
            run(load_study(path), folder)
            runs.assert_nothing_lost_or_doubled(left, folder)
            assert runs.answers(folder).equals(study[2])
    assert len(lengths) > 2


def test_a_log_whose_end_is_wrong_loses_the_last_commit_and_no_other(study, tmp_path):
    path, chance = study[0], random.Random(f"{runs.SEED} wrong")
    before = interrupted(path, tmp_path / "r", Moment(chance.randrange(200, 1500), 0.05))
    for number in range(4 * runs.MOMENTS):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "r", folder)
        content = bytearray((folder / LOG).read_bytes())
        last = max(committed(folder / LOG, 4096).values())  # the page that was written last
        content[last + chance.randrange(4096)] ^= 1 << chance.randrange(8)
        (folder / LOG).write_bytes(content)
        (folder / "answers.sqlite-shm").unlink(missing_ok=True)
        left = runs.stored(folder)
        assert left.items() <= before.items()
        assert 0 < len(before) - len(left) <= COMMIT_CALLS
    run(load_study(path), folder)
    assert runs.answers(folder).equals(study[2])


def test_a_log_that_never_reached_the_disk_loses_no_more_than_a_few_seconds(fault_server, study_file, tmp_path):
    server = fault_server("--delay-ms", "100")
    text = f'models = ["{server.model}"]\ninventories = ["bfi44"]\npersonas = [{{ set = "survey_random", n = 30 }}]\n'
    path, folder = study_file(f'{text}limits = {{ concurrency = 8 }}\n[[asks]]\nreply = "text"\n'), tmp_path / "r"
    process = runs.started(path, folder)
    runs.wait_until(Moment(1, 2 * SAFE_SECONDS), folder, process)
    runs.killed(process)
    with Record(folder).store() as store:
        names, rows = store.table("calls")
    written = {row[names.index("call")]: row[names.index("created")] for row in rows}
    server.set(delay_ms=5)
    for each in (LOG, "answers.sqlite-shm"):
        (folder / each).unlink()
    left = runs.stored(folder)
    lost = [created for call, created in written.items() if call not in left]
    assert left and max(written.values()) - min(lost) <= SAFE_SECONDS + 1
    runs.completed(path, folder)


# ---- bad pages


def with_bad_pages(record: Path, folder: Path, chance: random.Random, *numbers: int) -> list[int]:
    """A copy of a record with noise in some pages of its database, the first being page 1."""
    shutil.copytree(record, folder)
    content = bytearray((folder / DATABASE).read_bytes())
    for number in numbers:
        content[(number - 1) * 4096 : number * 4096] = chance.randbytes(4096)
    (folder / DATABASE).write_bytes(content)
    return list(numbers)


def roots(record: Path) -> dict[str, int]:
    with sqlite3.connect(record / DATABASE) as db:
        return dict(db.execute("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0"))


def test_a_bad_page_is_named_in_one_line_with_what_saves_the_rest(study, tmp_path, capsys):
    record, folder = study[1], tmp_path / "bad"
    root = roots(record)["calls"]
    with_bad_pages(record, folder, random.Random(1), root)
    for command in (["show", str(folder)], ["run", str(study[0]), "--record", str(folder)]):
        assert main(command) == 2
        told = runs.one_line(capsys.readouterr().err)
        assert (
            f"{folder / DATABASE}: cannot be used as a record: database disk image is malformed (page {root})" in told
        )
        assert f"`traitscope salvage {folder} --to DIR`" in told
    with_bad_pages(record, tmp_path / "worse", random.Random(1), 1)
    assert main(["status", str(tmp_path / "worse")]) == 2
    assert "`traitscope salvage" in runs.one_line(capsys.readouterr().err)


def test_pages_that_changed_places_are_named_though_each_of_them_is_whole(study, tmp_path, capsys):
    shutil.copytree(study[1], tmp_path / "bad")
    content = (tmp_path / "bad" / DATABASE).read_bytes()
    pages = [content[at : at + 4096] for at in range(0, len(content), 4096)]
    leaves = [place for place, page in enumerate(pages) if page[0] == 0x0A][3:5]
    pages[leaves[0]], pages[leaves[1]] = pages[leaves[1]], pages[leaves[0]]
    (tmp_path / "bad" / DATABASE).write_bytes(b"".join(pages))
    for command in ("status", "show", "reparse"):
        assert main([command, str(tmp_path / "bad")]) == 2
        assert "`traitscope salvage" in runs.one_line(capsys.readouterr().err)


def test_a_row_that_cannot_be_read_is_named_and_salvage_passes_it_over(study, tmp_path, capsys):
    shutil.copytree(study[1], tmp_path / "bad")
    content = (tmp_path / "bad" / DATABASE).read_bytes()
    (tmp_path / "bad" / DATABASE).write_bytes(content.replace(b'{"labels":[', b'{"labels":{', 1))
    assert main(["reparse", str(tmp_path / "bad")]) == 2
    told = runs.one_line(capsys.readouterr().err)
    assert "1 rows of calls cannot be read" in told and "`traitscope salvage" in told
    assert main(["salvage", str(tmp_path / "bad"), "--to", str(tmp_path / "saved")]) == 0
    assert len(runs.stored(tmp_path / "saved")) == TRIALS - 1
    runs.completed(study[0], tmp_path / "saved")
    assert runs.answers(tmp_path / "saved").equals(study[2])


@pytest.mark.parametrize("told", [0, 3, 8192])
def test_salvage_finds_every_reply_where_the_size_of_pages_is_told_wrongly(told, study, tmp_path):
    shutil.copytree(study[1], tmp_path / "bad")
    content = bytearray((study[1] / DATABASE).read_bytes())
    content[16:18] = told.to_bytes(2, "big")
    (tmp_path / "bad" / DATABASE).write_bytes(content)
    with Pages(tmp_path / "bad" / DATABASE) as pages:
        assert set(pages.rows()) == set(rows_of(study[1] / DATABASE))


@pytest.mark.parametrize("pages", [1, 8, 60])
def test_salvage_keeps_what_can_be_read_invents_nothing_and_run_asks_the_rest(pages, study, tmp_path, capsys):
    path, record, whole = study
    chance = random.Random(f"{runs.SEED} {pages}")
    count = (record / DATABASE).stat().st_size // 4096
    bad = [1, *chance.sample(range(2, count + 1), pages - 1)]  # without the first page SQLite reads nothing at all
    with_bad_pages(record, tmp_path / "bad", chance, *bad)
    assert main(["salvage", str(tmp_path / "bad"), "--to", str(tmp_path / "saved")]) == 0
    assert f"{tmp_path / 'saved'}: " in capsys.readouterr().out
    everything, saved = runs.stored(record), runs.stored(tmp_path / "saved")
    assert saved.items() <= everything.items()
    assert len(saved) >= TRIALS - 60 * pages  # what fits on a page
    assert (tmp_path / "saved" / "study.toml").read_text("utf-8") == runs.SIMULATED
    runs.completed(path, tmp_path / "saved")
    runs.assert_nothing_lost_or_doubled(saved, tmp_path / "saved")
    assert runs.answers(tmp_path / "saved").equals(whole)


def test_every_page_that_is_lost_alone_costs_only_what_stood_on_it(study, tmp_path):
    chance = random.Random(f"{runs.SEED} alone")
    whole = set(rows_of(study[1] / DATABASE))
    count = (study[1] / DATABASE).stat().st_size // 4096
    for number in [*roots(study[1]).values(), *chance.sample(range(1, count + 1), 5)]:
        with_bad_pages(study[1], tmp_path / str(number), chance, number)
        with Pages(tmp_path / str(number) / DATABASE) as pages:
            left = set(pages.rows())
        assert left <= whole and len(whole) - len(left) < 200


def rows_of(database: Path):
    """All rows as SQLite gives them."""
    with sqlite3.connect(database) as db:
        for table in TABLES:
            yield from ((table, row) for row in db.execute(f"SELECT {', '.join(columns(table))} FROM {table}"))


def test_salvage_reads_what_is_in_the_log_alone_and_overwrites_nothing(study, tmp_path, capsys):
    before = interrupted(study[0], tmp_path / "r", Moment(300, 0.02))
    with_bad_pages(tmp_path / "r", tmp_path / "bad", random.Random(1))
    size = (tmp_path / "bad" / DATABASE).stat().st_size
    (tmp_path / "bad" / DATABASE).write_bytes(b"\0" * size)
    assert main(["salvage", str(tmp_path / "bad"), "--to", str(tmp_path / "saved")]) == 0
    saved = runs.stored(tmp_path / "saved")
    assert saved and saved.items() <= before.items()
    assert main(["salvage", str(tmp_path / "bad"), "--to", str(tmp_path / "saved")]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err
    assert runs.stored(tmp_path / "saved") == saved


@pytest.mark.parametrize("how", ["empty", "gone"])
def test_an_empty_database_beside_its_log_is_left_to_salvage(how, study, tmp_path, capsys):
    before = interrupted(study[0], tmp_path / "r", Moment(300, 0.02))
    (tmp_path / "r" / DATABASE).unlink()
    if how == "empty":
        (tmp_path / "r" / DATABASE).touch()
    for command in (["status", str(tmp_path / "r")], ["run", str(study[0]), "--record", str(tmp_path / "r")]):
        assert main(command) == 2  # SQLite alone would throw the log away
        assert "`traitscope salvage" in runs.one_line(capsys.readouterr().err)
    assert main(["salvage", str(tmp_path / "r"), "--to", str(tmp_path / "saved")]) == 0
    assert runs.stored(tmp_path / "saved") and runs.stored(tmp_path / "saved").items() <= before.items()


def test_salvage_reads_a_record_that_has_a_table_without_rows(study, tmp_path):
    shutil.copytree(study[1], tmp_path / "r")
    with Store(tmp_path / "r" / DATABASE, write=True) as store:
        store.db.execute("DELETE FROM answers")  # as where every call has failed
    assert main(["salvage", str(tmp_path / "r"), "--to", str(tmp_path / "saved")]) == 0
    assert len(runs.stored(tmp_path / "saved")) == TRIALS


@pytest.mark.parametrize("name", [DATABASE, LOG, f"{DATABASE}-shm"])
def test_a_folder_in_the_place_of_a_file_of_sqlite_is_named(name, study, tmp_path, capsys):
    shutil.copytree(study[1], tmp_path / "r", ignore=shutil.ignore_patterns("*-wal", "*-shm", name))
    (tmp_path / "r" / name).mkdir()
    for command in (["status", str(tmp_path / "r")], ["run", str(study[0]), "--record", str(tmp_path / "r")]):
        assert main(command) == 2
        assert f"{tmp_path / 'r' / name}: is no file" in runs.one_line(capsys.readouterr().err)


def test_a_record_that_was_only_begun_says_so_and_goes_on_by_the_same_command(study, tmp_path, capsys):
    shutil.copytree(study[1], tmp_path / "r", ignore=shutil.ignore_patterns(f"{DATABASE}*"))
    (tmp_path / "r" / DATABASE).touch()
    assert main(["status", str(tmp_path / "r")]) == 2
    told = runs.one_line(capsys.readouterr().err)
    assert "its run has only begun" in told and "salvage" not in told  # which would have nothing to read
    runs.completed(study[0], tmp_path / "r")
    assert runs.answers(tmp_path / "r").equals(study[2])


def test_salvage_of_a_record_whose_manifest_is_damaged_as_well_keeps_the_replies(study, tmp_path, capsys):
    path, record, whole = study
    with_bad_pages(record, tmp_path / "bad", random.Random(1), 1)
    (tmp_path / "bad" / "manifest.json").write_bytes(b"\0" * 100)
    assert main(["salvage", str(tmp_path / "bad"), "--to", str(tmp_path / "saved")]) == 0
    assert "the plan could not be made again" in capsys.readouterr().out
    before = runs.stored(tmp_path / "saved")
    assert len(before) == TRIALS
    runs.completed(path, tmp_path / "saved")
    assert runs.stored(tmp_path / "saved") == before
    assert runs.answers(tmp_path / "saved").equals(whole)


@pytest.mark.parametrize(
    "seed", [runs.SEED, 20261]
)  # the second loses printed options of the former plan with its answers
def test_salvage_keeps_what_a_former_plan_asked_and_a_study_that_grows_back_is_complete(study, tmp_path, seed):
    path, record, whole = study
    shutil.copytree(record, tmp_path / "r")
    small = tmp_path / "small.toml"
    small.write_text(runs.SIMULATED.replace('"printed", "reversed"', '"printed"'), "utf-8")
    run(load_study(small), tmp_path / "r")
    chance, count = random.Random(seed), (record / DATABASE).stat().st_size // 4096
    with_bad_pages(tmp_path / "r", tmp_path / "bad", chance, *chance.sample(range(1, count + 1), count // 4))
    assert main(["salvage", str(tmp_path / "bad"), "--to", str(tmp_path / "saved")]) == 0
    assert Record(tmp_path / "saved").progress()["trials"] == TRIALS // 2
    assert Record(tmp_path / "saved").progress()["done"] <= TRIALS // 2
    runs.completed(small, tmp_path / "saved")
    runs.completed(path, tmp_path / "saved")
    assert runs.answers(tmp_path / "saved").equals(whole)


def test_salvage_keeps_conversations_blocks_and_failed_calls(fault_server, study_file, tmp_path):
    server = fault_server("--fail", "0.1", "--only", "(?s)^(?!.*after 3)")
    text = f"""
    models = ["{server.model}"]
    inventories = ["tipi"]
    personas = [{{ set = "big_five_32", fraction = "half" }}]
    [[asks]]
    reply = "text"
    form = {{ memory = "continued", items = "shuffled", items_per_prompt = 2 }}
    steps = [{{ kind = "task", text = "Write a short story." }}, {{ kind = "follow_up", text = "Are you sure?" }}]
    """
    path, record = study_file(text), tmp_path / "r"
    run(load_study(path), record)
    chance, count = random.Random(runs.SEED), (record / DATABASE).stat().st_size // 4096
    with_bad_pages(record, tmp_path / "bad", chance, 1, *chance.sample(range(2, count + 1), count // 6))
    assert main(["salvage", str(tmp_path / "bad"), "--to", str(tmp_path / "saved")]) == 0
    everything, saved = runs.stored(record), runs.stored(tmp_path / "saved")
    assert any(error for *_, error in saved.values())
    assert saved.items() <= everything.items()
    server.set(fail=0)
    runs.completed(path, tmp_path / "saved")
    runs.completed(path, record)
    runs.assert_nothing_lost_or_doubled(saved, tmp_path / "saved")
    exact = ["trial", "outcome", "chosen"]
    assert runs.answers(tmp_path / "saved")[exact].equals(runs.answers(record)[exact])
