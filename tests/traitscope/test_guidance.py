"""What a user is told when something is off: the mistake, the size of it, and the way on."""

import pytest

from traitscope import planning
from traitscope.cli import main
from traitscope.runner import Options, run
from traitscope.study import load_study

STUDY = """
models = [{ name = "NAME", price = { input = 1000.0, output = 4000.0 } }]
inventories = ["tipi"]
personas = ["none", { set = "big_five_32", fraction = "half" }]
[[asks]]
reply = "text"
vary = { options = ["printed", "reversed"] }
"""
KEY = "sk-proj-abcdefghijklmnop1234567890"


def test_only_what_is_still_pending_is_forecast(fault_server, study_file, tmp_path):
    server, folder = fault_server("--only", "calm, emotionally stable", "--fail", "1"), tmp_path / "r"
    study = load_study(study_file(STUDY.replace("NAME", server.model), "s.toml"))
    record = run(study, folder)
    assert record.progress() == {"trials": 340, "done": 306, "failed": 34}
    (row,) = planning.forecast(study, record.manifest.abilities, folder)
    assert row.calls == 34


def test_what_another_record_has_answered_is_not_forecast(fault_server, study_file, tmp_path):
    server = fault_server()
    study = load_study(study_file(STUDY.replace("NAME", server.model), "s.toml"))
    other = run(study, tmp_path / "other", options=Options(pilot=0.2))
    abilities = other.manifest.abilities
    (whole,) = planning.forecast(study, abilities, tmp_path / "new")
    (rest,) = planning.forecast(study, abilities, tmp_path / "new", reuse=[tmp_path / "other"])
    assert whole.calls == 340
    assert rest.calls == 340 - other.progress()["done"]


def test_a_pilot_says_how_large_it_is_and_why(study_file, tmp_path, capsys):
    path = study_file(STUDY.replace("NAME", "simulated:person"), "s.toml")
    assert main(["run", str(path), "--record", str(tmp_path / "r"), "--pilot", "0.05", "--yes"]) == 0
    told = capsys.readouterr()
    assert "the pilot asks 60 of 340 trials (18%); every part needs 3 personas in 2 forms" in told.err
    assert f"Next: traitscope run {path} --record {tmp_path / 'r'} asks the rest" in told.out


def test_a_pilot_that_costs_too_much_is_not_advised_to_be_a_pilot(
    fault_server, study_file, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    path = str(study_file(STUDY.replace("NAME", fault_server().model), "s.toml"))
    assert main(["run", path, "--record", str(tmp_path / "r"), "--pilot", "0.05", "--ask-above", "0.01"]) == 2
    told = capsys.readouterr().err
    assert "--max-cost to stop at a sum" in told
    assert "or --pilot" not in told


@pytest.mark.parametrize(
    "place",
    [f'note = "our key is {KEY}"\n', f'personas = [{{ id = "p", text = "Say {KEY}." }}]\n'],
    ids=["note", "persona"],
)
def test_a_key_anywhere_in_a_study_is_refused_without_being_shown(place, study_file, tmp_path, capsys):
    path = study_file(f'models = ["simulated:person"]\ninventories = ["tipi"]\n{place}', "s.toml")
    assert main(["run", str(path), "--record", str(tmp_path / "r")]) == 2
    told = capsys.readouterr().err
    assert "line 3: looks like a key" in told
    assert KEY not in told
    assert not (tmp_path / "r").exists()


def test_a_misspelt_trait_is_told_with_the_one_that_is_meant(study_file, capsys):
    person = '{ id = "loud", text = "You are loud.", assigned = { extroversion = 1 } }'
    path = study_file(f'models = ["simulated:person"]\ninventories = ["tipi"]\npersonas = [{person}]\n', "s.toml")
    assert main(["plan", str(path)]) == 0
    assert "no scale of this study measures 'extroversion'; did you mean 'extraversion'?" in capsys.readouterr().out


def test_a_misspelt_option_is_told_with_the_one_that_is_meant(capsys):
    with pytest.raises(SystemExit) as done:
        main(["run", "study.toml", "--concurency", "4"])
    assert done.value.code == 2
    assert capsys.readouterr().err == (
        "traitscope run: unknown argument --concurency; did you mean --concurrency? (see traitscope run --help)\n"
    )


def test_a_server_that_is_not_there_is_told_in_words_of_its_user(study_file, capsys):
    path = study_file('models = ["server:http://127.0.0.1:9/v1#m"]\ninventories = ["tipi"]\n', "s.toml")
    assert main(["plan", str(path)]) == 2
    assert "is the server started, and the address right?" in capsys.readouterr().err


def test_money_that_was_spent_before_is_not_called_overspent(fault_server, study_file, tmp_path, capsys):
    path = str(study_file(STUDY.replace("NAME", fault_server().model), "s.toml"))
    record = ["--record", str(tmp_path / "r"), "--yes"]
    assert main(["run", path, *record, "--max-cost", "5"]) == 0
    assert "stopped at --max-cost 5.00: $" in capsys.readouterr().err
    assert main(["run", path, *record, "--max-cost", "1"]) == 0
    assert "which is more than --max-cost 1.00: nothing was asked" in capsys.readouterr().err
