"""Two thousand cases of files and replies that are almost right, the same in every run; `make fuzz` tries a hundred thousand."""

from pathlib import Path

import pytest
from fuzz_kinds import KINDS, run
from fuzz_verdict import told_or

from inventories.loading import load_inventory
from inventories.persona_sets import load_persona_set
from inventories.reading import DefinitionError
from traitscope.datafile import DataError
from traitscope.importing.reading import import_file
from traitscope.sample import read_sample
from traitscope.study import load_study
from traitscope.study_file import StudyError


@pytest.mark.parametrize("name", KINDS)
def test_a_case_ends_in_a_mistake_well_told_or_in_a_right_result(name: str) -> None:
    counts = run(name, KINDS[name].quick, number=1)
    assert sum(counts.values()) >= KINDS[name].quick


def test_there_are_enough_cases() -> None:
    assert sum(each.quick for each in KINDS.values()) >= 2_000
    assert sum(each.thorough for each in KINDS.values()) >= 100_000


@pytest.mark.parametrize("load", [load_study, lambda path: load_inventory(str(path)), load_persona_set])
def test_a_definition_of_fifty_megabytes_is_refused_before_it_is_read(tmp_path: Path, load) -> None:
    path = tmp_path / "big.toml"
    path.write_bytes(b"# nothing\n" * 5_000_000)
    with pytest.raises((StudyError, DefinitionError), match=r"big\.toml: 50,000,000 bytes; allowed: up to 5,000,000"):
        load(path)


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/null", "/dev/zero/x.toml"])
def test_a_device_is_no_file(name: str) -> None:
    with pytest.raises(DefinitionError, match="cannot be read"):
        load_persona_set(name if name.endswith(".toml") else Path(name))


def test_a_table_of_fifty_megabytes_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    line = f"{'x' * 40},1,{'y' * 60}\n"
    path.write_text("persona,tipi_01,note\n" + line * (50_000_000 // len(line)), "utf-8")
    sample = told_or(lambda: read_sample(path, load_inventory("tipi")), str(path))
    assert sample is None or sample.raw["tipi_01"].eq(1).all()


def test_one_cell_of_fifty_megabytes_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cell.csv"
    path.write_text("persona,tipi_01\nann," + "x" * 50_000_000, "utf-8")
    with pytest.raises(DataError) as told:
        read_sample(path, load_inventory("tipi"))
    assert len(str(told.value)) < 3_000


def test_nothing_is_left_behind_by_an_import_that_was_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("persona,tipi_01\n\x1b[31m,1\n", "utf-8")
    with pytest.raises(DataError, match=r"row 1, column 'persona'") as told:
        import_file(path, "tipi", tmp_path / "record")
    assert str(told.value).isprintable()
    assert list(tmp_path.iterdir()) == [path]
