"""The parts of a study between file and form."""

from pathlib import Path

import pytest

from traitscope.design import designing
from traitscope.design.design_file import BEGINNING, checked, free_name, text
from traitscope.study_file import Ask, Model, StudyFile


def test_several_levels_vary_one_fixes_and_none_is_as_usual() -> None:
    ask = designing.with_levels(Ask(), {"options": ["printed", "reversed"], "labels": ["upper"]})
    assert (ask.vary, ask.form.labels) == ({"options": ["printed", "reversed"]}, "upper")
    assert designing.with_levels(ask, {"options": [], "labels": []}) == Ask()


def test_a_model_as_usual_is_its_name_alone_and_its_price_is_kept() -> None:
    base = StudyFile(
        models=["simulated:person", Model("simulated:agree", parameters={"seed": 3})], inventories=["tipi"]
    )
    chosen = [("simulated:agree", 0.7, 32), ("simulated:person", 0.0, 32)]
    assert designing.models(base, chosen) == [
        "simulated:person", Model("simulated:agree", temperature=0.7, parameters={"seed": 3})
    ]  # fmt: skip


def test_a_level_without_a_number_is_a_mistake_in_words() -> None:
    assert designing.levels_read("extraversion = 1, neuroticism = -1", "x") == {
        "extraversion": 1.0,
        "neuroticism": -1.0,
    }
    with pytest.raises(designing.DesignError, match="'loud' is no level"):
        designing.levels_read("loud", "x")


def test_the_beginning_is_a_study_and_names_only_what_is_not_usual(tmp_path: Path) -> None:
    assert checked(BEGINNING, tmp_path)[1] == ""
    assert "design" not in text(BEGINNING) and "replicates" not in text(BEGINNING)


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    (tmp_path / "my_study").mkdir()
    assert free_name(tmp_path, "my study") == "my_study_2"
