"""The report of a record: its methods are those of the study, its limits those that apply, and every kind of record has one."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from traitscope import report
from traitscope.arguments import parser
from traitscope.cli import main
from traitscope.datafile import DataError
from traitscope.freeze import freeze
from traitscope.interviews import interviews
from traitscope.record import Record
from traitscope.report import limitations, methods, topics
from traitscope.runner import Responders, run
from traitscope.study import load_study
from traitscope.web_page import Heading

StudyFile = Callable[..., Path]
RATED = """
title = "Two <b>models</b> & a note"
note = "Does <i>it</i> hold?"
models = [{ name = "simulated:person", temperature = 1.0 }, "simulated:refuser"]
inventories = ["tipi"]
personas = ["none", { set = "big_five_32", fraction = "half" }]
[[asks]]
vary = { options = ["printed", "reversed"] }
replicates = 2
[analysis]
missing = "listwise"
note = "Alpha above .70 in both."
"""
SCENARIOS = """
models = ["simulated:person"]
inventories = ["scenarios_sd3"]
personas = ["none", "dark_triad"]
[[asks]]
elicitation = "choice"
"""
ONE = """
models = ["simulated:person"]
inventories = ["tipi"]
personas = ["none"]
"""
GERMAN = """
models = ["simulated:person"]
inventories = ["ipip_neo_120"]
personas = ["none"]
[[asks]]
items = ["ipipneo120_001", "ipipneo120_006"]
form = { language = "de" }
"""


@pytest.fixture
def rated(study_file: StudyFile, tmp_path: Path) -> Record:
    """Two models, one of which refuses; 17 personas; two forms and two draws."""
    return run(load_study(study_file(RATED, "rated.toml")), tmp_path / "rated")


def text(told: object) -> str:
    return " ".join(" ".join(paragraphs) for _, paragraphs in told)  # type: ignore[attr-defined]


def test_the_methods_say_who_was_asked_what_how_often_and_what_is_left_out(rated: Record) -> None:
    told = text(methods.told(rated))
    assert "2 models were asked: simulated:person (simulated, not a language model) (temperature 1;" in told
    assert "16 personas of big_five_32" in told and "the bare model" in told
    assert "Ten-Item Personality Inventory (tipi): 10 items" in told
    assert "2 forms, which vary in order of options (printed, reversed)" in told
    assert "2 draws of each form and persona" in told
    assert (
        "Of 1,360 trials, 680 answered and 680 refused" in told
    )  # 2 models x 17 personas x 10 items x 2 forms x 2 draws
    assert "The study names listwise deletion" in told
    assert "Alpha above .70 in both." in told and "No plan was fixed before data were seen" in told


def test_the_methods_say_that_a_plan_was_frozen_and_every_deviation_from_it(
    study_file: StudyFile, tmp_path: Path
) -> None:
    study = load_study(study_file(ONE, "one.toml"))
    folder = tmp_path / "frozen"
    abilities = Responders(study, folder).abilities(study.models)
    freeze(study, folder, abilities, interviews(study, abilities))
    record = run(study, folder)
    assert "nothing was done otherwise" in text(methods.told(record))
    more = load_study(
        study_file(
            ONE.replace(
                '["none"]', '["none", { id = "kind", text = "You are kind." }, { id = "bold", text = "You are bold." }]'
            ),
            "one.toml",
        )
    )
    told = text(methods.told(run(more, folder)))
    assert "2 sittings are asked that were not planned" in told and "deviation" in told
    assert not any("fixed before data" in each for each in limitations.limits(Record(folder)))


def test_limits_are_said_where_they_apply(rated: Record) -> None:
    told = " ".join(limitations.limits(rated))
    for part in (
        "simulated:person and simulated:refuser are simulated responders",
        "big_five_32 has 16 personas",
        "No set of neutral personas was asked",
        "simulated:refuser gave no usable answer in 100 %",
        "composed with assigned levels",
        "nothing here confirms a hypothesis",
    ):
        assert part in told, part
    for other in (
        "ipsative",
        "nats",
        "One model was asked",
        "public",
        "Printed in one form",
        "deterministic",
        "There is one persona",
        "told situation",
    ):
        assert other not in told, other


def test_one_persona_in_one_form_and_another_language_has_limits_of_its_own(
    study_file: StudyFile, tmp_path: Path
) -> None:
    told = " ".join(limitations.limits(run(load_study(study_file(GERMAN)), tmp_path / "german")))
    assert (
        "There is one persona" in told
        and "printed in de" in told
        and "Printed in one form only: ipip_neo_120 (rating)" in told
    )
    assert "composed with assigned levels" not in told and "sets are small" not in told


def test_the_limit_of_doing_in_words_belongs_to_scenarios(study_file: StudyFile, tmp_path: Path) -> None:
    record = run(load_study(study_file(SCENARIOS)), tmp_path / "scenarios")
    assert any("it is no behaviour" in each for each in limitations.limits(record))
    assert "Scenarios to the Short Dark Triad" in report.html(record)


def test_every_part_is_there_in_the_order_of_a_paper(rated: Record) -> None:
    heads = [each.text for each in report.parts(rated) if isinstance(each, Heading) and each.level == 1]
    assert heads == [
        "Question", "In brief", "Design", "Methods", "Profiles", "Reliability", "Consistency over forms and draws",
        "Outcomes and refusals", "Limitations", "Personas", "Terms of the inventories", "References",
        "Versions, and how to make it again", "References as BibTeX",
    ]  # fmt: skip


def test_no_text_of_a_study_becomes_markup(rated: Record) -> None:
    page = report.html(rated)
    assert "<b>models" not in page and "Two &lt;b&gt;models&lt;/b&gt; &amp; a note" in page
    assert "<i>it" not in page and "Does &lt;i&gt;it&lt;/i&gt; hold?" in page


def test_the_same_record_gives_the_same_file_wherever_it_lies(rated: Record, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / rated.name
    moved.parent.mkdir()
    first = report.html(rated)
    rated.folder.rename(moved)
    assert report.html(Record(moved)) == first


def test_an_unanswered_record_has_a_report_of_its_plan(study_file: StudyFile, tmp_path: Path) -> None:
    class Stopped(KeyboardInterrupt):
        pass

    def started(total: int, done: int) -> Callable[[int], None]:
        raise Stopped

    study = load_study(study_file(ONE))
    with pytest.raises(Stopped):
        run(study, tmp_path / "planned", started)
    record = Record(tmp_path / "planned")
    assert topics.shown_places(record) == []
    assert "this report describes a plan" in report.html(record)
    (record.folder / "answers.sqlite").unlink()
    assert "this report describes a plan" in report.html(Record(record.folder))


def test_a_large_record_says_what_its_report_leaves_out(rated: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    assert topics.left_out(rated) == ""
    monkeypatch.setattr(topics, "MOST_PLACES", 0)
    assert topics.left_out(rated).startswith("2 further combinations")


def test_the_command_writes_the_file_and_refuses_another_kind(
    rated: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(rated.folder), "--to", str(tmp_path / "out.html")]) == 0
    assert (tmp_path / "out.html").read_text("utf-8") == report.html(rated)
    assert re.search(r"out\.html: \d\.\d MB", capsys.readouterr().out)
    assert main(["report", str(rated.folder), "--to", str(tmp_path / "out.docx")]) == 2
    assert "--to must end with .html, not 'out.docx'" in capsys.readouterr().err
    assert parser().parse_args(["report", "runs/demo"]).to is None


def test_a_pdf_without_a_browser_is_refused_in_one_line(rated: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    with pytest.raises(DataError, match=r"report --pdf: a PDF needs Chromium or Chrome: none of chromium"):
        report.write(rated, with_pdf=True)
