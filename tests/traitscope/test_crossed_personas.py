"""Persona sets crossed with another: every persona of the one with each of the other."""

from collections.abc import Callable
from pathlib import Path

import pytest

from traitscope.record import Record
from traitscope.runner import run
from traitscope.study import load_study
from traitscope.study_file import StudyError

WHO = """
title = "Who"
source = "own"
licence = "public domain"
personas = [
  { id = "d01", text = "I keep bees.", attributes = { hobby = "bees" } },
  { id = "d02", text = "I mend clocks.", assigned = { patience = 1 } },
  { id = "d03", text = "I sail.", attributes = { domain = "sea" } },
]
"""
STUDY = 'models = ["simulated:person"]\ninventories = ["bfi10"]\npersonas = [%s]\n'
Write = Callable[..., Path]


def with_who(write: Write, entry: str, more: str = "") -> Path:
    """A study with one entry under personas, beside the file `who.toml`."""
    write(WHO, "who.toml")
    return write(STUDY % entry + more)


def test_every_persona_of_the_set_meets_each_of_times_in_order(study_file: Write) -> None:
    found = [
        each.id for each in load_study(with_who(study_file, '{ set = "big_five_32", times = "who.toml" }')).personas
    ]
    assert len(found) == 96 and found[:4] == ["E+A+C+N+O+ d01", "E+A+C+N+O+ d02", "E+A+C+N+O+ d03", "E+A+C+N+O- d01"]


def test_the_description_stands_before_the_markers_and_both_sets_say_what_they_assign(study_file: Write) -> None:
    found = load_study(with_who(study_file, '{ set = "big_five_graded", times = "who.toml", times_n = 2 }')).personas
    one = {each.id: each for each in found}["extraversion-9 d02"]
    assert one.text.startswith("I mend clocks. I'm extremely friendly, ")
    assert one.assigned == {"extraversion": 9, "patience": 1}
    assert one.attributes == {"domain": "extraversion"} and one.set == "big_five_graded x who"


def test_times_n_takes_the_first_of_the_other_set(study_file: Write) -> None:
    entry = '{ set = "big_five_graded", times = "survey_random", times_n = 2 }'
    found = load_study(with_who(study_file, entry)).personas
    assert len(found) == 90 and {each.id.split(" ")[1] for each in found} == {"s1-0001", "s1-0002"}


def test_a_set_alone_and_the_same_set_crossed_are_two_sets(study_file: Write) -> None:
    crossed = '{ set = "big_five_graded", times = "who.toml", times_n = 1 }'
    path = with_who(study_file, f'"big_five_graded", {crossed}', '[[asks]]\npersonas = ["big_five_graded x who"]\n')
    study = load_study(path)
    assert {each.set for each in study.personas} == {"big_five_graded", "big_five_graded x who"}
    assert len({each.id for each in study.personas}) == 90


def test_a_record_keeps_both_files_and_can_be_loaded_from_there(study_file: Write, tmp_path: Path) -> None:
    moods = WHO.split("personas =")[0] + 'personas = [{ id = "glad", text = "I am glad." }]'
    study_file(moods, "moods.toml")
    record = tmp_path / "record"
    run(load_study(with_who(study_file, '{ set = "moods.toml", times = "who.toml" }')), record)
    assert {each.name for each in (record / "personas").iterdir()} == {"moods.toml", "who.toml"}
    again = [each.id for each in load_study(record / "study.toml").personas]
    assert list(Record(record).manifest.personas) == again == ["glad d01", "glad d02", "glad d03"]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('{ set = "none", times = "survey" }', "no persona set 'survey'; did you mean 'survey_random'?"),
        ('{ set = "big_five_32", times = "who.toml", times_n = 4 }', "times_n = 4; allowed with who.toml: 1 to 3"),
        ('{ set = "big_five_32", times = "who.toml", times_n = 0 }', "times_n = 0; allowed with who.toml: 1 to 3"),
        ('{ set = "big_five_32", times_n = 2 }', "times_n = 2, but `times` names no set"),
        ('{ id = "x", text = "y", times = "who.toml" }', "`set` is missing"),
        ('{ set = "big_five_graded", times = "who.toml" }', "'d03' both have the attribute 'domain'"),
        ('{ set = "big_five_32", times = "big_five_32" }', "both have the assigned level 'agreeableness'"),
    ],
)  # fmt: skip
def test_mistakes_are_one_line(study_file: Write, entry: str, told: str) -> None:
    with pytest.raises(StudyError) as mistake:
        load_study(with_who(study_file, entry))
    message = str(mistake.value)
    assert "personas number 1" in message or "survey" in told
    assert told in message and "\n" not in message
