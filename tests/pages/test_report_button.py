"""The report of a record, from its page to the reader: the buttons, the file in a browser without network, and the PDF."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import browsing
from tests.pages.test_pages import rendered
from traitscope import report
from traitscope.record import Record

RECORDS = ["graded", "full", "half", "likelihood", "planned", "storeless"]
HOSTILE = """
title = '</script><img id="hostile" src=x onerror=alert(1)> <b>bold</b>'
models = ["simulated:person"]
inventories = ["tipi"]
personas = [
  { id = '<b id="hostile">one</b>', text = '</pre><script>alert(2)</script>', assigned = { extraversion = 1 } },
  { id = 'a <a href="http://y.example">two</a>', text = "You are two.", assigned = { extraversion = -1 } },
  { id = "three", text = "You are three.", assigned = { extraversion = 1 } },
]
[[asks]]
vary = { options = ["printed", "reversed"] }
"""


def buttons(page: Any) -> list[str]:
    return [each.proto.label for each in page.get("download_button") if each.proto.label in ("HTML", "PDF")]


def test_a_record_with_answers_has_a_report_on_its_page_and_no_other_has(runs: Path) -> None:
    assert buttons(rendered("studies", runs / "likelihood"))[:1] == ["HTML"]
    assert buttons(rendered("studies", runs / "planned")) == []


def test_without_a_browser_the_page_says_why_there_is_no_pdf(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    page = rendered("studies", runs / "likelihood")
    assert buttons(page) == ["HTML"]
    assert any("A PDF needs Chromium or Chrome" in each.value for each in page.caption)


@pytest.mark.parametrize("name", RECORDS)
def test_every_kind_of_record_has_a_report(runs: Path, name: str) -> None:
    assert "Limitations" in report.html(Record(runs / name))


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Any:
    """Opens a report in a tab; what it asked for, and what the console complained of, are in its lists."""
    contexts = []

    def open_it(html: str, width: int = 1000) -> Any:
        file = tmp_path / "report.html"
        file.write_text(html, "utf-8")
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}))
        page = contexts[-1].new_page()
        page.asked, page.errors, page.dialogs = [], [], []
        page.on("request", lambda each: page.asked.append(each.url))
        page.on("console", lambda each: page.errors.append(each.text) if each.type == "error" else None)
        page.on("pageerror", lambda each: page.errors.append(str(each)))
        page.on("dialog", lambda each: (page.dialogs.append(each.message), each.dismiss()))
        page.goto(file.as_uri())
        page.wait_for_function("document.documentElement.dataset.drawn")
        return page

    yield open_it
    for each in contexts:
        each.close()


@pytest.mark.browser
@pytest.mark.skipif(not browsing.found(), reason="no Chromium or Chrome here")
class TestInABrowser:
    """What only a browser can tell."""

    def test_the_file_draws_every_figure_and_asks_for_nothing(self, runs: Path, opened: Any) -> None:
        page = opened(report.html(Record(runs / "likelihood")))
        assert page.asked == [page.url] and page.errors == []
        drawn, places = (
            page.locator(each).count() for each in (".figure.js-plotly-plot .main-svg:first-child", ".figure")
        )
        assert drawn == places > 3

    def test_the_policy_stops_a_script_that_is_not_its_own_and_every_request(self, runs: Path, opened: Any) -> None:
        html = report.html(Record(runs / "likelihood"))
        other = '<script>window.other = 1</script><img src="http://127.0.0.1:9/x.png"></body>'
        page = opened(html.replace("</body>", other))
        assert page.evaluate("window.other") is None
        assert sum("Content Security Policy" in each for each in page.errors) == 2
        said = page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')")
        assert said == "refused"

    def test_no_text_of_a_record_comes_alive(
        self, opened: Any, tmp_path: Path, stopped_run: Callable[[Path, str, int | None], Record]
    ) -> None:
        page = opened(report.html(stopped_run(tmp_path / "hostile", HOSTILE, None)))
        assert page.dialogs == [] and page.errors == []
        assert page.locator('#hostile, a[href*="example"], img[src="x"], .main-svg a').count() == 0
        assert page.locator("h1").inner_text().startswith("</script><img id=")

    def test_nothing_of_it_is_wider_than_a_telephone(self, runs: Path, opened: Any) -> None:
        page = opened(report.html(Record(runs / "likelihood")), width=390)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert (
            max(page.evaluate("[...document.querySelectorAll('.figure .main-svg')].map(each => each.clientWidth)"))
            <= 390
        )

    def test_figures_are_as_wide_as_paper_when_it_is_printed_and_short_tables_are_open(
        self, runs: Path, opened: Any
    ) -> None:
        page = opened(report.html(Record(runs / "likelihood")), width=390)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.wait_for_function("[...document.querySelectorAll('.figure')].every(each => each.layout.width === 660)")
        assert page.locator("details.short:not([open])").count() == 0
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("details[open]").count() == 0

    def test_the_pdf_has_numbered_pages_and_an_outline(self, runs: Path) -> None:
        pdf = report.pdf(Record(runs / "likelihood"))
        assert pdf.startswith(b"%PDF-") and 5 < len(re.findall(rb"/Type /Page\b", pdf)) < 60
        assert b"/Outlines" in pdf
