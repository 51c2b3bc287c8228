"""Recipes of several studies: they resume after a kill, ask nothing twice, and refuse what does not fit in one line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from imitations import Served, serving
from reading_pages import Read
from recipes_held import answering

from traitscope import recipe_file, recipe_run, tables
from traitscope.cli import main
from traitscope.recipe_records import noted, stage
from traitscope.record import Record
from traitscope.store import Store
from traitscope.study import load_study
from traitscope.study_file import StudyError

ROOT = Path(__file__).parents[2]
SHORT = "interaction"  # a recipe of two studies, the second of which the first must be complete for


def ran(
    capsys: pytest.CaptureFixture[str], name: str, folder: Path, *more: str, model: str = "simulated:person"
) -> Any:
    assert main(["recipe", "run", name, "--model", model, "--record", str(folder), "--json", *more]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line in which the command is refused."""
    assert main(["recipe", "run", *arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith("traitscope: ") and said.count("\n") == 1
    return said


def calls(folder: Path) -> int:
    with Store(folder / "answers.sqlite") as store:
        return len(store.table("calls")[1])


# ---- what is asked, and once


def test_a_second_run_asks_nothing_again_and_finds_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "record"
    first = ran(capsys, "text-fidelity", folder, "--judge", "simulated:perfect")
    assert first["records"] == [f"{folder}", f"{folder}-judge", f"{folder}-claims"]
    before = {each: calls(Path(each)) for each in first["records"]}
    again = ran(capsys, "text-fidelity", folder, "--judge", "simulated:perfect")
    assert again == first and {each: calls(Path(each)) for each in first["records"]} == before
    assert first["done"] == first["trials"] == sum(before.values())


def test_the_model_writes_and_the_judge_judges(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran(capsys, "text-fidelity", tmp_path / "record", "--judge", "simulated:perfect")
    record = Record(tmp_path / "record")
    assert list(record.manifest.models) == ["simulated:person"]
    for name in ("judge", "claims"):
        of_stage = stage(record, name)
        assert of_stage is not None and list(of_stage.manifest.models) == ["simulated:perfect"]
        assert noted(of_stage.folder) == noted(record.folder)
    assert stage(record, "partner") is None


def tell(messages: list[str]) -> str:
    """One who answers by the length of what it has read, so that every answer hangs on the whole conversation."""
    whole = "".join(messages)
    return f"A story of {len(whole)} letters." if "share a personal story" in messages[-1] else str(1 + len(whole) % 5)


def run_there(served: Served, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "traitscope", "recipe", "run", SHORT, "--model", served.model, "--json"]
    return subprocess.Popen(
        [*command, "--record", str(folder)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.parametrize("share", [0.15, 0.7])  # of the questions: in the first study, and in the second
def test_killed_in_either_study_the_recipe_goes_on_where_it_was(
    share: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, asked, lock = tmp_path / "record", [0], threading.Lock()
    whole_size = ran(capsys, SHORT, tmp_path / "simulated")["trials"]
    count = round(share * whole_size)
    killed: list[subprocess.Popen[bytes]] = []

    def answer(messages: list[str]) -> str:
        with lock:
            asked[0] += "Statement: " in messages[-1] or "story" in messages[-1]  # not what finds out what it can do
            if asked[0] == count:
                os.kill(killed[0].pid, signal.SIGKILL)
        return tell(messages)

    with serving(answering(answer)) as served:
        process = run_there(served, folder)
        killed.append(process)
        process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL
        kept = sum(calls(each) for each in (folder, tmp_path / "record-partner") if (each / "answers.sqlite").is_file())
        assert 0 < kept < count and (tmp_path / "record-partner").is_dir() == (share > 0.5)
        told = ran(capsys, SHORT, folder, model=served.model)
        assert told["done"] == told["trials"] == whole_size
        assert calls(folder) + calls(tmp_path / "record-partner") == whole_size  # what was kept was not asked again
        asked[0] = 0
        assert ran(capsys, SHORT, folder, model=served.model) == told and asked[0] == 0
        whole = ran(capsys, SHORT, tmp_path / "whole", model=served.model)
    assert whole["tables"] == told["tables"]
    for one, other in ((folder, tmp_path / "whole"), (tmp_path / "record-partner", tmp_path / "whole-partner")):
        first, second = (
            tables.answers(Record(each)).set_index("trial")["chosen"].sort_index() for each in (one, other)
        )
        assert first.equals(second)


def test_before_anything_of_a_later_study_is_asked_its_tables_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(capsys, "personallm", tmp_path / "record")
    for file in (tmp_path / "record-judge").glob("manifest.json"):
        file.unlink()
    shown = {
        each.name: each for each in recipe_run.exhibits(recipe_file.load("personallm"), Record(tmp_path / "record"))
    }
    assert shown["judge_gate"].missing == shown["judged_poles"].missing == "No text has been judged yet."
    assert not shown["effects"].missing


# ---- what comes out


def test_the_page_holds_everything_and_needs_no_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ran(capsys, "mbti-subjects", tmp_path / "record")
    assert told["done"] == told["trials"] == 896
    page = Path(told["page"])
    assert page == tmp_path / "record" / "recipe.html"
    text = page.read_text("utf-8")
    read = Read(text)
    assert not [name for name, value in read.attributes if name in ("src", "srcset", "action")]
    assert "default-src 'none'" in text and "connect-src" not in text.partition("<body")[0]
    recipe = recipe_file.load("mbti-subjects")
    words = " ".join(read.texts)
    assert all(each in words for each in (recipe.title, recipe.source, recipe.verified, *recipe.differs, *recipe.lacks))
    assert all(each["question"] in words and each["caption"] in words for each in told["tables"])


def test_a_terminal_gets_every_table_and_where_the_records_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "record"
    assert main(["recipe", "run", SHORT, "--model", "simulated:person", "--record", str(folder)]) == 0
    said = capsys.readouterr().out
    assert f"Record: {folder}, {folder}-partner" in said and f"{folder}/recipe.html" in said
    assert "Does a writing task change" in said and "As far apart" not in said


def test_showing_a_recipe_tells_of_its_later_studies_and_of_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    for name, told in (
        (
            "text-fidelity",
            ["Then the judge is asked (Each sentence of each text", "(Each text of the record with each claim"],
        ),
        ("interaction", ["Then the model is asked (The study's one ask, once for each persona"]),
        ("alignment", ["--with FILE: people's answers to the IPIP-NEO-120"]),
    ):
        assert main(["recipe", "show", name]) == 0
        said = capsys.readouterr().out
        assert all(each in said for each in told)


# ---- what does not fit


@pytest.mark.parametrize(
    ("name", "more", "told"),
    [
        ("personallm", ["--with", "people.csv"], "recipe personallm: takes no file, but --with people.csv was given"),
        (SHORT, ["--judge", "simulated:perfect"], "has nothing judged, but --judge simulated:perfect was given"),
        ("mbti-subjects", ["--parameter", "b=1"], "recipe mbti-subjects: no parameter 'b'; "),
        (SHORT, ["--parameter", "a=1"], "recipe interaction: no parameter 'a'"),
        ("mbti-subjects", ["--parameter", "a"], "--parameter a: NAME=NUMBER is needed, such as a=50"),
        ("mbti-subjects", ["--parameter", "a=much"], "--parameter a=much: NAME=NUMBER is needed"),
        ("alignment", ["--with", "nowhere.csv"], "--with nowhere.csv: no such file"),
        ("personallm", ["--judge", "simulated:wise"], "no simulated responder 'wise'"),
    ],
)
def test_what_a_recipe_does_not_take_is_refused_in_one_line_before_anything_is_asked(
    name: str, more: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, name, "--model", "simulated:person", "--record", str(tmp_path / "record"), *more)
    assert told in said and not (tmp_path / "record" / "manifest.json").exists()


@pytest.mark.parametrize(
    ("name", "model", "more", "holds", "wants"),
    [
        ("text-fidelity", "simulated:person", [], "personallm at scale small of simulated:person, judged by", "text-fidelity at"),
        ("personallm", "simulated:agree", [], "of simulated:person, judged", "of simulated:agree, judged"),
        ("personallm", "simulated:person", ["--scale", "full"], "at scale small", "at scale full"),
        ("personallm", "simulated:person", ["--judge", "simulated:agree"], "judged by simulated:person", "judged by simulated:agree"),
    ],
)  # fmt: skip
def test_a_record_of_something_else_is_left_alone(
    name: str, model: str, more: list[str], holds: str, wants: str, personallm: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (personallm / "manifest.json").read_bytes()
    said = refused(capsys, name, "--model", model, "--record", str(personallm), *more)
    assert f"{personallm}: holds " in said and holds in said.partition(";")[0] and wants in said.partition(";")[2]
    assert (personallm / "manifest.json").read_bytes() == before


@pytest.fixture(scope="module")
def personallm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("personallm") / "record"
    assert main(["recipe", "run", "personallm", "--model", "simulated:person", "--record", str(folder), "--json"]) == 0
    return folder


@pytest.mark.parametrize("place", ["record", "record-partner"])
def test_a_record_that_no_recipe_made_is_not_written_over(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], study_file: Callable[..., Path]
) -> None:
    assert main(["run", str(study_file()), "--record", str(tmp_path / place), "--json"]) == 0
    capsys.readouterr()
    said = refused(capsys, SHORT, "--model", "simulated:person", "--record", str(tmp_path / "record"))
    assert f"{tmp_path / place}: holds a record that no recipe made; give another --record" in said
    assert calls(tmp_path / place) == 16 * 88


# ---- asks of a study that only recipes have needed so far

STUDY = """
models = ["simulated:person"]
inventories = {inventories}
personas = [{personas}]
[[asks]]
{ask}
"""
CONTINUED = 'form = { memory = "continued" }\n'
TASK = '{ kind = "task", text = "Write." }'
CALM = '{ id = "calm", text = "You are {calm} {} and {0}." }'


def study(path: Path, ask: str, inventories: str = '["bfi10"]', personas: str = CALM) -> Any:
    text = STUDY.replace("{inventories}", inventories).replace("{personas}", personas).replace("{ask}", ask)
    path.write_text(text, "utf-8")
    return load_study(path)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        ("items = []", "items: at least one is needed; leave `items` out to ask all"),
        (CONTINUED + 'items = []\nsteps = [{ kind = "again" }]', "items: at least one is needed"),
        ('items = []\nsteps = [{ kind = "follow_up", text = "Sure?" }]', "items: at least one is needed"),
        (f"items = []\nsteps = [{TASK}]", 'needs form = { memory = "continued" }'),
        ('steps = [{ kind = "again" }]', 'needs form = { memory = "continued" }'),
        (CONTINUED + 'steps = [{ kind = "again", text = "Once more." }]', "steps number 1: again takes no `text`"),
        (CONTINUED + f'steps = [{TASK}, {{ kind = "task" }}]', "steps number 2: task needs a `text`"),
        (CONTINUED + 'steps = [{ kind = "task", text = "Write.", max_tokens = 0 }]', "max_tokens must be 1 or more, not 0"),
        (CONTINUED + f'elicitation = "likelihood"\nsteps = [{TASK}]', "likelihood is asked of a single sentence"),
        ('elicitation = "likelihood"\nform = { wording = "judge" }', "the wording 'judge' does not ask for likelihoods"),
    ],
)  # fmt: skip
def test_a_step_that_makes_no_sense_is_one_line(ask: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        study(tmp_path / "s.toml", ask)
    assert told in str(caught.value) and "asks number 1" in str(caught.value) and "\n" not in str(caught.value)


def test_tasks_alone_belong_to_one_inventory(tmp_path: Path) -> None:
    two = '["bfi10", "tipi"]'
    with pytest.raises(StudyError, match="tasks alone need one name in `inventories`, seen 2"):
        study(tmp_path / "s.toml", CONTINUED + f"items = []\nsteps = [{TASK}]", two)
    ask = CONTINUED + f'inventories = ["tipi"]\nitems = []\nsteps = [{TASK}]'
    assert study(tmp_path / "s.toml", ask, two).asks[0].items == []


@pytest.mark.parametrize("name", ["about", "judge"])
def test_a_wording_about_a_persona_needs_one_with_words(name: str, tmp_path: Path) -> None:
    form = f'form = {{ wording = "{name}" }}'
    for nobody in ('"none"', '{ id = "blank", text = "  " }'):
        with pytest.raises(StudyError, match=f"the wording '{name}' asks about the persona, and .* has no text"):
            study(tmp_path / "s.toml", form, personas=nobody)
    # the bare model is left out by the ask
    both = f'{CALM}, "none"'
    assert study(tmp_path / "s.toml", f'{form}\npersonas = ["calm"]', personas=both)


def test_scenarios_are_put_about_a_subject_and_to_no_judge(tmp_path: Path) -> None:
    scenarios = '["scenarios_bfi44"]'
    choice = 'elicitation = "choice"\nform = { wording = "%s" }'
    assert study(tmp_path / "s.toml", choice % "about", scenarios)
    with pytest.raises(StudyError, match="the wording 'judge' does not ask for scenarios"):
        study(tmp_path / "s.toml", choice % "judge", scenarios)


def test_braces_in_the_text_of_a_persona_reach_the_model_as_they_are(tmp_path: Path) -> None:
    with serving(answering(lambda _: "3")) as served:
        path = tmp_path / "s.toml"
        study(path, 'form = { wording = "judge" }\nreply = "text"')
        path.write_text(path.read_text("utf-8").replace("simulated:person", served.model), "utf-8")
        assert main(["run", str(path), "--record", str(tmp_path / "record"), "--json"]) == 0
        said = [asked["messages"] for _, asked in served.asked if "Here is a text." in str(asked.get("messages"))]
    assert len(said) == 10 and all(len(each) == 1 for each in said)
    assert all("Here is a text.\n\nYou are {calm} {} and {0}.\n\nThe statement" in each[0]["content"] for each in said)
