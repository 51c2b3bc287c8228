"""The notebook for a first study runs from top to bottom, and stores nothing that could go stale."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parent.parent / "examples" / "first_study.ipynb"


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """The notebook after a run in an empty folder."""
    folder = tmp_path_factory.mktemp("notebook")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return notebook


def outputs(notebook: nbformat.NotebookNode) -> list[list[nbformat.NotebookNode]]:
    return [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]


def test_no_output_is_stored() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert [
        cell for cell in notebook.cells if cell.cell_type == "code" and (cell.outputs or cell.execution_count)
    ] == []


def test_every_cell_ends_in_one_table_and_prints_nothing_else(executed: nbformat.NotebookNode) -> None:
    assert [[each.output_type for each in cell] for cell in outputs(executed)] == [["execute_result"]] * 7


def test_all_trials_of_the_first_study_are_done(executed: nbformat.NotebookNode) -> None:
    asked = 17 * 44 * 2 + 17 * 12 * 2
    assert outputs(executed)[0][0].data["text/plain"] == f"{{'trials': {asked}, 'done': {asked}, 'failed': 0}}"


def test_every_table_of_the_first_study_has_numbers(executed: nbformat.NotebookNode) -> None:
    for cell in outputs(executed)[1:]:
        assert "</td>" in cell[0].data["text/html"]
