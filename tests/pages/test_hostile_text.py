"""Replies, personas, titles and names that try to be more than text: on no page, in no figure and in no file are they."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import run_until
from tests.pages.test_pages import PAGES, rendered
from tests.traitscope.reading_pages import Read
from traitscope import apa, report
from traitscope.record import Record
from traitscope.results import outcomes
from traitscope.store import Store

EVIL = "<img src=x onerror=alert(1)> <script>alert(2)</script> [go](javascript:alert(3)) ![see](http://out.example/p.png) :red[x] :material/home:"
INVENTORY = f"""
title = "Own {EVIL}"
kind = "cognition"
source = "{EVIL}"
licence = "{EVIL}"
options = [{{ value = 1, text = "no {EVIL}" }}, {{ value = 2, text = "hm" }}, {{ value = 3, text = "yes" }}]
items = [
  {{ id = "one {EVIL}", scale = "A", text = "Am one. {EVIL}" }},
  {{ id = "two", scale = "A", key = -1, text = "Am two. {EVIL}" }},
  {{ id = "three", scale = "A", text = "Am three." }},
]
[scales]
A = {{ name = "Scale {EVIL}" }}
"""
STUDY = f"""
title = "Study {EVIL}"
note = "{EVIL}"
models = ["simulated:person", "simulated:uniform"]
inventories = ["evil_inventory.toml"]
personas = [
  {{ id = "calm {EVIL}", text = "You are calm. {EVIL}", assigned = {{ extraversion = -1 }} }},
  {{ id = "loud {EVIL}", text = "You are loud. {EVIL}", assigned = {{ extraversion = 1 }} }},
  {{ id = "plain", text = "You are." }},
]
[[asks]]
vary = {{ options = ["printed", "reversed"] }}
"""
# unescaped: a tag, a link or a picture, a directive of Streamlit; and an address or an icon, which no sign before it keeps from coming alive
ALIVE = re.compile(r"(?<!\\)<(img|script)|(?<!\\)\]\(|(?<!\\):red\[|:material|http://out")
OWN_ICON = ":material/smart_toy: "  # of a page itself
AS_CODE = re.compile(r"(?<!\\)(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)  # nothing in it is read as Markdown
SILENT = {
    "divergence",
    "guess_who",
    "inventories",
    "replies",
    "try_it_yourself",
    "what_breaks_a_test",
}  # they show nothing of this record
MARKDOWN = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error", "success", "toast")
LABELLED = (
    "button", "checkbox", "radio", "selectbox", "multiselect", "slider", "number_input", "text_input", "text_area", "expander", "tab",
    "download_button", "metric", "button_group", "progress", "page_link",
)  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one record in which everything that somebody wrote is hostile, its replies too."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "evil_inventory.toml").write_text(INVENTORY, "utf-8")
    record = run_until(folder / "evil", STUDY, None)
    with Store(record.folder / "answers.sqlite", write=True) as store:
        store.db.execute("UPDATE calls SET text = ?", (f"3 {EVIL}",))
    return folder


@pytest.fixture(autouse=True)
def runs_folder(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages look at this record."""
    monkeypatch.setenv("TRAITSCOPE_RUNS", str(hostile))


def read_as_markdown(page: AppTest) -> list[str]:
    """All that Streamlit reads as Markdown: texts, labels, what a radio offers, tables with their heads."""
    told = [str(each.value) for kind in MARKDOWN for each in page.get(kind) if hasattr(each, "value")]
    for kind in LABELLED:
        for each in page.get(kind):
            told.append(str(getattr(each.proto, "label", "")))
            told.append(str(getattr(each.proto, "help", "")))
    told += [str(each) for radio in page.radio for each in radio.options]
    for table in page.table:
        told += [str(name) for name in table.value]
        told += [str(cell) for row in table.value.to_numpy().tolist() for cell in row]
    return told


def strings(value: Any) -> list[str]:
    """Every text anywhere in a figure."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in strings(each)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("name", [each for each in PAGES if each not in ("design", "recipes")])
def test_on_a_page_it_is_text(hostile: Path, name: str) -> None:
    page = rendered(name, hostile / "evil")
    assert name in SILENT or any("out.example" in told for told in read_as_markdown(page))
    shown = [told.removeprefix(OWN_ICON) for told in read_as_markdown(page)]
    assert [told for told in shown if ALIVE.search(AS_CODE.sub("", told))] == []
    assert not [each for each in page.markdown if each.proto.allow_html]


@pytest.mark.parametrize("name", [each for each in PAGES if each not in ("design", "recipes")])
def test_in_a_figure_it_is_text(hostile: Path, name: str) -> None:
    page = rendered(name, hostile / "evil")
    texts = [text for each in page.get("plotly_chart") for text in strings(json.loads(each.proto.spec))]
    # plotly reads tags; what it reads no links of stands as it is
    assert [text for text in texts if re.search("<(img|script|a )", text)] == []


def test_the_page_of_a_reply_shows_it_as_it_came(hostile: Path) -> None:
    page = rendered("replies", hostile / "evil", reply="1")
    assert f"3 {EVIL}" in [each.value for each in page.code]
    assert [told for told in read_as_markdown(page) if ALIVE.search(AS_CODE.sub("", told))] == []


def test_the_form_of_a_study_shows_it_as_text(hostile: Path) -> None:
    told = read_as_markdown(rendered("design", hostile / "evil", start="record evil"))
    assert any("out.example" in each for each in told)
    assert [each for each in told if ALIVE.search(AS_CODE.sub("", each))] == []


def test_an_address_that_somebody_sends_is_text(hostile: Path) -> None:
    page = rendered("replies", hostile / "evil", reply=f"9{EVIL}", text=EVIL, model=EVIL)
    assert [told for told in read_as_markdown(page) if ALIVE.search(AS_CODE.sub("", told))] == []


def test_in_the_report_it_is_text(hostile: Path) -> None:
    read = Read(report.html(Record(hostile / "evil")))
    assert "img" not in read.tags
    assert not [name for name, _ in read.attributes if name.startswith("on")]
    assert any(EVIL in text for text in read.texts)


def test_in_a_table_for_word_it_is_text(hostile: Path) -> None:
    shown = outcomes.by_model(Record(hostile / "evil"))
    whole = apa.page(shown.printed().assign(evil=EVIL).rename(columns={"evil": EVIL}), EVIL, EVIL)
    read = Read(whole)
    assert not {"img", "script"} & {*read.tags}
    assert EVIL in read.texts
