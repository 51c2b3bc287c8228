"""What a study has to cite: its inventories as they wish, and the methods that its results use and no others."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from inventories.loading import inventory_ids, load_inventory
from traitscope import citations
from traitscope.record import Record
from traitscope.runner import run
from traitscope.study import load_study

RATED = """
models = ["simulated:person"]
inventories = ["tipi", "sd3"]
personas = ["dark_triad"]
"""


@pytest.fixture
def record(study_file: Callable[..., Path], tmp_path: Path) -> Record:
    """Ratings by a set of personas in one form."""
    return run(load_study(study_file(RATED)), tmp_path / "rated")


def fields(entry: str) -> dict[str, str]:
    return dict(re.findall(r"^  (\w+) = \{(.*)\},$", entry, re.MULTILINE))


def test_a_citation_in_words_becomes_the_fields_of_an_entry() -> None:
    text = "Gosling, S. D., Rentfrow, P. J., & Swann, W. B., Jr. (2003). A very brief measure. Journal of Research, 37, 504-528."
    assert citations._parsed(text) == {
        "author": "Gosling, S. D. and Rentfrow, P. J. and Swann, Jr., W. B.",
        "title": "A very brief measure",
        "year": "2003",
        "note": "Journal of Research, 37, 504-528",
    }
    assert citations._parsed("International Personality Item Pool") == {"note": "International Personality Item Pool"}


def test_every_citation_of_the_bank_that_has_a_year_is_taken_apart() -> None:
    cited = [
        text
        for name in inventory_ids()
        for text in load_inventory(name).citations
        if re.match(r"[^:]+\(\d{4}\)\. ", text)
    ]
    assert len(cited) > 15
    assert [text for text in cited if "title" not in citations._parsed(text)] == []


def test_a_record_cites_its_inventories_and_only_methods_that_it_uses(record: Record) -> None:
    entries = citations.bibtex(record).strip().split("\n\n")
    keys = [re.match(r"@\w+\{([^,]+),", each)[1] for each in entries]  # type: ignore[index]
    assert keys[:2] == ["tipi", "sd3"] and len(keys) == len(set(keys))
    assert {"cronbach1951", "brennan2001", "baumgartner2001"} <= set(keys)
    assert not {"ai2024", "lee2025", "holm1979", "mcgraw1996", "weir2005"} & set(
        keys
    )  # no twin, choice, model, form or draw
    assert all(each.count("{") == each.count("}") for each in entries)


def test_signs_of_tex_are_escaped_and_keys_are_plain() -> None:
    entry = citations._entry("misc", citations._key("Mine_& {own}"), {"note": "50 % & #1_{x}"})
    assert entry.startswith("@misc{mine-own,") and fields(entry)["note"] == r"50 \% \& \#1\_\{x\}"


def test_every_method_has_a_known_condition_and_a_place_where_it_was_published() -> None:
    known = citations.known()
    assert {each.when for each in known.values()} <= set(citations.CONDITIONS)
    assert [
        key for key, each in known.items() if not (each.journal or each.publisher or each.booktitle or each.eprint)
    ] == []


def test_a_reference_is_printed_as_journals_do() -> None:
    assert citations.reference(citations.known()["koo2016"]) == (
        "Koo, T. K., & Li, M. Y. (2016). A guideline of selecting and reporting intraclass correlation coefficients for "
        "reliability research. Journal of Chiropractic Medicine, 15, 155–163. https://doi.org/10.1016/j.jcm.2016.02.012"
    )


def test_nothing_is_cited_for_results_before_there_are_any(record: Record) -> None:
    (record.folder / "answers.sqlite").unlink()
    assert citations.methods(Record(record.folder)) == {}
    assert "@misc{tipi," in citations.bibtex(Record(record.folder))
