"""Records of imported answers on the pages: shown like any other, and never as if somebody had been asked."""

import csv
from pathlib import Path

import pytest

from inventories.loading import load_inventory
from tests.pages.test_pages import PAGES, rendered, words
from traitscope.importing.reading import import_file

CELLS = ["=1+1", "<b>5</b>", "*3*", "", "9", "refused", "Agree strongly", "$x$"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two records: ratings (with names and cells full of signs), and actions that are known by value alone."""
    folder = tmp_path_factory.mktemp("imported")
    for name, inventory in (("ratings", "tipi"), ("actions", "scenarios_sd3")):
        items = [item.id for item in load_inventory(inventory).items]
        rows = []
        for number in range(12):
            values = [
                (number * 3 + place) % 2 if name == "actions" else (number * 3 + place) % 7 + 1
                for place in range(len(items))
            ]
            cells = CELLS if number == 0 and name == "ratings" else []
            rows.append([f"person *{number}* <b>x</b>", *cells, *values[len(cells) :]])
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["persona", *items], *rows])
        import_file(folder / f"{name}.csv", inventory, folder / name)
    return folder


@pytest.fixture(autouse=True)
def runs_folder(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages look at these records."""
    monkeypatch.setenv("TRAITSCOPE_RUNS", str(runs))


@pytest.mark.parametrize("record", ["ratings", "actions"])
@pytest.mark.parametrize("name", [each for each in PAGES if each not in ("design", "guess_who")])
def test_every_page_shows_an_imported_record(runs: Path, name: str, record: str) -> None:
    rendered(name, runs / record)


@pytest.mark.parametrize("name", ["compare", "consistency", "reliability", "replies", "studies", "trait_profiles"])
def test_a_page_says_that_the_answers_were_imported_and_not_asked(runs: Path, name: str) -> None:
    assert "imported, not asked" in words(rendered(name, runs / "ratings"))
