"""Every page in a real browser: it opens without an exception or a complaint of the console, and draws its figures."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import PAGES
from benchmarks import browsing

TITLES = {page.__name__.rpartition(".")[2]: title for some in PAGES.values() for page, title in some}
RESULTS = [page.__name__.rpartition(".")[2] for page, _ in PAGES["Results"]]
CLASSROOM = [page.__name__.rpartition(".")[2] for page, _ in PAGES["Classroom"]]
# drawn on the record `both`, which has ratings, choices and replicates of two models in several forms
FIGURES = ["trait_profiles", "reliability", "consistency", "divergence", "compare", "what_breaks_a_test"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not browsing.found(), reason="no Chromium or Chrome here: python benchmarks/browsing.py installs one"
    ),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not here: make test installs it")
    with playwright.sync_playwright() as started:
        chromium = browsing.launched(started)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def server(runs: Path) -> Iterator[str]:
    """A server on a free port; its address."""
    with browsing.served(runs) as address:
        yield address


class Tab:
    """A page of the browser, and what it complained of."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.errors: list[str] = []
        page.set_default_timeout(browsing.SECONDS * 1000)
        page.on("console", lambda each: self.errors.append(each.text) if each.type == "error" else None)
        page.on("pageerror", lambda each: self.errors.append(str(each)))

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}/{path}")

    def there(self, name: str) -> None:
        """The page `name` stands in the window, whole and without an exception."""
        self.page.wait_for_function(browsing.THERE, arg=TITLES[name])
        exceptions = self.page.get_by_test_id("stException")
        assert [each.inner_text() for each in exceptions.all()] == []
        assert self.page.get_by_role("dialog").count() == 0

    def go(self, name: str) -> None:
        link = self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=TITLES[name], exact=True)
        link.click()
        self.there(name)

    def figures(self) -> int:
        return int(self.page.locator("[data-testid=stMain] .js-plotly-plot .main-svg").count())


@pytest.fixture
def tab(browser: Any, server: str) -> Iterator[Tab]:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    yield Tab(page, server)
    page.close()


def test_every_page_opens_one_after_the_other_and_draws(tab: Tab) -> None:
    tab.open("?record=both")
    tab.there("studies")
    drawn = {}
    for name in TITLES:
        tab.go(name)
        drawn[name] = tab.figures()
        assert f"/{name}" in tab.page.url and "record=both" in tab.page.url
    assert {name: drawn[name] for name in FIGURES if not drawn[name]} == {}
    assert tab.errors == []


@pytest.mark.thorough
@pytest.mark.parametrize("record", ["full", "half", "planned", "likelihood", "graded", "storeless"])
@pytest.mark.parametrize("name", list(TITLES))
def test_a_deep_link_opens_its_page_of_any_record(tab: Tab, name: str, record: str) -> None:
    tab.open(f"{name}?record={record}")
    tab.there(name)
    tab.page.get_by_test_id("stSidebar").get_by_text("Record", exact=True).wait_for()
    assert tab.errors == []


@pytest.mark.thorough
@pytest.mark.parametrize("name", list(TITLES))
def test_a_deep_link_to_a_fresh_server_opens_its_page_in_the_frame(browser: Any, runs: Path, name: str) -> None:
    with browsing.served(runs) as address:
        page = browser.new_page()
        fresh = Tab(page, address)
        fresh.open(f"{name}?record=both")
        fresh.there(name)
        page.get_by_test_id("stSidebar").get_by_text("Record", exact=True).wait_for()
        assert fresh.errors == []
        page.close()


@pytest.mark.thorough
@pytest.mark.parametrize("name", list(TITLES))
def test_without_any_record_every_page_opens(browser: Any, tmp_path: Path, name: str) -> None:
    with browsing.served(tmp_path) as address:
        page = browser.new_page()
        empty = Tab(page, address)
        empty.open(name)
        empty.there(name)
        assert empty.errors == []
        if name in RESULTS:
            assert "make demo" in page.get_by_test_id("stMain").inner_text()
        page.close()


@pytest.mark.thorough
@pytest.mark.parametrize("name", [*RESULTS, *CLASSROOM])
@pytest.mark.parametrize("width", [900, 1400])
def test_nothing_sticks_out_of_the_page(browser: Any, server: str, name: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    narrow = Tab(page, server)
    narrow.open(f"{name}?record=both")
    narrow.there(name)
    inside = "each => each.scrollWidth <= each.clientWidth + 1"
    assert page.get_by_test_id("stMain").evaluate(inside)
    for figure in page.locator("[data-testid=stMain] .js-plotly-plot").all():
        box, parent = figure.bounding_box(), page.get_by_test_id("stMain").bounding_box()
        assert box["x"] >= parent["x"] - 1 and box["x"] + box["width"] <= parent["x"] + parent["width"] + 1
    page.close()
