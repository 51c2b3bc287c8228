"""`traitscope doctor`: each thing is ok, missing or wrong, and what is not ok has a line that says how to mend it."""

import json
import os
import subprocess
import sys

import pytest

from inventories.responder import ResponderError
from traitscope import doctor
from traitscope.cli import main
from traitscope.responders import embedded, keys

KEY = "a-key-of-this-test-0123456789"


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """A working folder of its own, and no key of a provider."""
    monkeypatch.chdir(tmp_path)
    for variable in (keys.SERVER_KEY, "OPENAI_API_KEY"):
        monkeypatch.setenv(variable, "")
        monkeypatch.delenv(variable)


def asked(capsys, *arguments):
    """Exit code and rows by part and name."""
    code = main(["doctor", *arguments, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["sound"] == (code == 0)
    return code, {(each["part"], each["name"]): each for each in told["rows"]}


def test_a_checkout_that_is_set_up_is_sound(capsys):
    code, rows = asked(capsys)
    assert code == 0
    assert {part for part, _ in rows} == {"set-up", "disk", "keys", "embedded model", "browser", "optional"}
    assert rows["set-up", "requirements.txt"]["state"] == rows["disk", "database"]["state"] == "ok"


def test_what_is_not_ok_says_how_to_mend_it_in_one_line(capsys, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    for name in keys.variables():
        monkeypatch.delenv(name)
    _, rows = asked(capsys)
    bad = [each for each in rows.values() if each["state"] != "ok"]
    assert {"for PDF and pictures", "R", "in the environment"} <= {each["name"] for each in bad}
    assert all(each["mend"] and "\n" not in each["mend"] + each["found"] for each in bad)


def test_people_get_a_line_a_row(capsys):
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[2:4]] == [["ok", "set-up"], ["ok", "set-up"]]
    assert lines[-1] == "Nothing that is needed is wrong."


def test_a_package_that_is_missing_and_one_of_another_version_are_named(capsys, monkeypatch, tmp_path):
    (tmp_path / "requirements.txt").write_text("msgspec==0.0.1\nno-such-package==1.0\n", "utf-8")
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    code, rows = asked(capsys)
    row = rows["set-up", "requirements.txt"]
    assert (code, row["state"]) == (1, "wrong")
    assert "no-such-package is not installed" in row["found"] and "not 0.0.1" in row["found"]
    assert "make -B setup" in row["mend"]


def test_what_only_some_parts_need_may_be_missing(capsys, monkeypatch, tmp_path):
    (tmp_path / "requirements-local.txt").write_text("no-such-package==1.0\n", "utf-8")
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    code, rows = asked(capsys)
    assert (code, rows["set-up", "requirements-local.txt"]["state"]) == (0, "missing")


def test_a_build_for_one_kind_of_machine_counts_as_its_version(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "_version", {"torch": "2.13.0+cpu"}.get)
    path = tmp_path / "requirements.txt"
    path.write_text("torch==2.13.0  # which of its builds, the index knows\n", "utf-8")
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    assert doctor._requirements("requirements.txt", "everything", "").state == "ok"


def test_a_folder_of_records_that_cannot_be_written_is_wrong(capsys, monkeypatch, tmp_path):
    (tmp_path / "runs").write_text("a file", "utf-8")
    monkeypatch.setenv("TRAITSCOPE_RUNS", str(tmp_path / "runs"))
    code, rows = asked(capsys)
    assert (code, rows["disk", "records"]["state"]) == (1, "wrong")
    assert "TRAITSCOPE_RUNS" in rows["disk", "records"]["mend"]


@pytest.mark.parametrize(("name", "to"), [("loop", "loop"), ("dangling", "nowhere/at/all"), ("a" * 5000, "")])
def test_a_folder_of_records_that_cannot_be_is_wrong_and_no_failure(capsys, monkeypatch, tmp_path, name, to):
    if to:
        (tmp_path / name).symlink_to(tmp_path / to)
    monkeypatch.setenv("TRAITSCOPE_RUNS", name)
    code, rows = asked(capsys)
    assert (code, rows["disk", "records"]["state"]) == (1, "wrong")
    assert len(rows["disk", "records"]["found"]) < 200


def test_nothing_is_left_in_the_folder_of_records(capsys, tmp_path):
    (tmp_path / "runs").mkdir()
    asked(capsys)
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_key_is_told_by_its_name_and_never_by_its_value(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    (tmp_path / ".env").write_text(f"{keys.SERVER_KEY}={KEY}-too\n", "utf-8")
    assert main(["doctor"]) == 0
    told = capsys.readouterr().out
    assert "OPENAI_API_KEY" in told and keys.SERVER_KEY in told
    assert KEY not in told


@pytest.mark.parametrize("content", [b"\xff\xfeO\x00", b"ONE=a\0b\n"])
def test_a_file_of_keys_that_cannot_be_read_is_wrong(capsys, tmp_path, content):
    (tmp_path / ".env").write_bytes(content)
    code, rows = asked(capsys)
    assert (code, rows["keys", ".env"]["state"]) == (1, "wrong")
    assert str(tmp_path / ".env") in rows["keys", ".env"]["found"]


def test_a_pipe_in_the_place_of_the_file_of_keys_is_not_waited_for(capsys, tmp_path):
    os.mkfifo(tmp_path / ".env")
    _, rows = asked(capsys)
    assert (rows["keys", ".env"]["state"], "is no file" in rows["keys", ".env"]["found"]) == ("wrong", True)


@pytest.mark.parametrize("key", [f"{KEY}\n{KEY}", f"a {KEY}", f'"{KEY}"'])
def test_what_no_key_has_in_it_is_told_without_the_key(capsys, monkeypatch, key):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    _, rows = asked(capsys)
    assert rows["keys", "OPENAI_API_KEY"]["state"] == "wrong"
    assert KEY not in json.dumps(list(rows.values()))


@pytest.mark.parametrize("blank", ["", "  \n"])
def test_a_key_with_nothing_in_it_is_none(capsys, monkeypatch, blank):
    monkeypatch.setenv("OPENAI_API_KEY", blank)
    code, rows = asked(capsys, "--model", "openai/gpt-4o-mini")
    assert (code, rows["model", "openai/gpt-4o-mini"]["found"]) == (1, "no OPENAI_API_KEY")


@pytest.mark.parametrize(("rights", "state"), [(0o600, "ok"), (0o644, "wrong"), (0o640, "wrong")])
def test_a_file_of_keys_that_others_can_read_is_told(capsys, tmp_path, rights, state):
    (tmp_path / ".env").write_text("", "utf-8")
    (tmp_path / ".env").chmod(rights)
    _, rows = asked(capsys)
    assert rows["keys", ".env"]["state"] == state
    assert ("chmod 600" in rows["keys", ".env"]["mend"]) == (state == "wrong")


def test_a_model_that_is_not_converted_yet_is_missing_and_made_later(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    code, rows = asked(capsys)
    assert (code, rows["embedded model", "converted"]["state"]) == (0, "missing")


@pytest.mark.parametrize("left", [1_000, 0])
def test_converted_weights_that_are_cut_off_are_wrong(capsys, monkeypatch, tmp_path, left):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = embedded._folder(embedded.gguf())
    folder.mkdir(parents=True)
    for name in ("config.json", "tokenizer.json"):
        (folder / name).write_text("{}", "utf-8")
    table = json.dumps({"one": {"dtype": "F32", "shape": [500], "data_offsets": [0, 2000]}}).encode()
    whole = len(table).to_bytes(8, "little") + table + bytes(2000)
    (folder / "model.safetensors").write_bytes(whole)
    assert asked(capsys)[1]["embedded model", "converted"]["state"] == "ok"
    (folder / "model.safetensors").write_bytes(whole[:left])
    row = asked(capsys)[1]["embedded model", "converted"]
    assert (row["state"], str(folder) in row["found"], "delete it" in row["mend"]) == ("wrong", True, True)
    with pytest.raises(ResponderError, match="is damaged: delete it"):
        embedded.converted(embedded.gguf())


def test_a_place_for_converted_weights_that_cannot_be_is_wrong(capsys, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", __file__)
    row = asked(capsys)[1]["embedded model", "converted"]
    assert (row["state"], "XDG_CACHE_HOME" in row["mend"]) == ("wrong", True)


def test_a_folder_that_is_gone_is_told_in_one_line(capsys, monkeypatch, tmp_path):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert main(["doctor"]) == 2
    assert capsys.readouterr().err == "traitscope: the working folder is gone: change into one that is there\n"


def test_to_spend_needs_a_model_to_spend_on(capsys):
    assert main(["doctor", "--spend"]) == 2
    assert "--model" in capsys.readouterr().err


def test_a_package_that_the_command_needs_is_named_before_there_is_a_command(tmp_path):
    (tmp_path / "msgspec.py").write_text("raise ModuleNotFoundError('No module', name='msgspec')", "utf-8")
    command = "import sys; from traitscope.cli import main; sys.exit(main(['doctor']))"
    done = subprocess.run([sys.executable, "-c", command], env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 1 and "msgspec is not installed: make -B setup" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_simulated_model_answers(capsys):
    code, rows = asked(capsys, "--model", "simulated:person")
    assert (code, rows["model", "simulated:person"]["state"]) == (0, "ok")


def test_a_server_that_answers_is_ok_and_one_that_is_not_there_is_wrong(capsys, fault_server):
    server = fault_server()
    code, rows = asked(capsys, "--model", server.model)
    assert (code, rows["model", server.model]["state"]) == (0, "ok")
    server.stop()
    code, rows = asked(capsys, "--model", server.model)
    assert (code, rows["model", server.model]["state"]) == (1, "wrong")
    assert "no connection" in rows["model", server.model]["found"]


@pytest.mark.parametrize(
    "name",
    ["nobody", "simulated:nobody", "local:nowhere", "no_provider/model", "simulated:person\nx", "x" * 20_000,
     "server:http://[::1/v1#m", "server:http://127.0.0.1:99999/v1#m"],
)  # fmt: skip
def test_a_name_that_no_model_has_is_wrong(capsys, name):
    code, rows = asked(capsys, "--model", name)
    (row,) = [each for (part, _), each in rows.items() if part == "model"]
    assert (code, row["state"]) == (1, "wrong")
    assert len(row["name"]) <= doctor.LONGEST and "\n" not in row["name"]


def test_a_hosted_model_without_its_key_is_missing(capsys):
    code, rows = asked(capsys, "--model", "openai/gpt-4o-mini")
    assert (code, rows["model", "openai/gpt-4o-mini"]["state"]) == (1, "missing")
    assert "OPENAI_API_KEY" in rows["model", "openai/gpt-4o-mini"]["found"]


def test_a_hosted_model_is_not_asked_for_money_that_nobody_has_granted(capsys, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    code, rows = asked(capsys, "--model", "openai/gpt-4o-mini")
    assert (code, rows["model", "openai/gpt-4o-mini"]["state"]) == (0, "ok")
    assert "not asked" in rows["model", "openai/gpt-4o-mini"]["found"]
    assert "--spend" in rows["model", "openai/gpt-4o-mini"]["mend"]


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("simulated:person", False), ("local:smollm2-135m", False), ("server:http://127.0.0.1:1/v1#m", False),
        ("server:http://localhost:1/v1#m", False), ("server:http://192.168.1.7/v1#m", False),
        ("server:https://models.example/v1#m", True), ("openai/gpt-4o-mini", True),
    ],
)  # fmt: skip
def test_what_may_cost_money_is_known_before_it_is_asked(name, may):
    assert doctor.may_cost(name) == may


def test_a_browser_that_is_named_and_not_there_is_wrong(capsys, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")
    code, rows = asked(capsys)
    assert (code, rows["browser", "for PDF and pictures"]["state"]) == (0, "wrong")
