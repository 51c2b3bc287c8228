"""A tab of a real browser, as browser tests drive it: it waits for what it opens, and keeps what the console complains of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app import PAGES
from benchmarks import browsing

TITLES = {page.__name__.rpartition(".")[2]: title for some in PAGES.values() for page, title in some}
NEEDS_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not browsing.found(), reason="no Chromium or Chrome here: python -m benchmarks.browsing installs one"
    ),
]
MILLISECONDS = 60_000  # a busy machine is slow, not wrong
SETTLED = "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
# what stands in each figure, as plotly was told it: equal for two pages that show the same
DRAWN = """() => [...document.querySelectorAll('[data-testid="stMain"] .js-plotly-plot')]
    .map(each => JSON.stringify([each.layout.title?.text, each.data]))"""
CELLS = """() => {
    const traces = [...document.querySelectorAll('[data-testid="stMain"] .js-plotly-plot')].flatMap(each => each._fullData);
    return [...traces.find(each => each.type === "heatmap").z].map(row => [...row]);
}"""
# the text of a figure's title, axes and legend with the contrast to the page behind it, after WCAG 2.2
CONTRASTS = """() => {
    const numbers = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
    const light = rgb => rgb.slice(0, 3).map(each => each / 255)
        .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
        .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
    const page = numbers(getComputedStyle(document.querySelector('[data-testid="stApp"]')).backgroundColor);
    const of = [".xtick text", ".ytick text", ".angularaxistick text", ".gtitle", ".xtitle", ".ytitle", ".legendtext"];
    const some = document.querySelectorAll(of.map(each => `[data-testid="stMain"] .main-svg ${each}`).join(","));
    return [...some].filter(each => each.textContent.trim()).map(each => {
        const style = getComputedStyle(each), fill = numbers(style.fill);
        const seen = (fill[3] ?? 1) * Number(style.opacity) * Number(style.fillOpacity);
        const [dark, bright] = [page, page.map((back, at) => seen * fill[at] + (1 - seen) * back)].map(light)
            .sort((one, other) => one - other);
        return [each.textContent, (bright + 0.05) / (dark + 0.05)];
    });
}"""


class Tab:
    """A page of the browser at a dashboard's `address`, and what it complained of."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        page.set_default_timeout(MILLISECONDS)
        page.on("console", lambda each: self.errors.append(each.text) if each.type == "error" else None)
        page.on("pageerror", lambda each: self.errors.append(str(each)))
        page.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def open(self, path: str) -> None:
        """Load the address `path`, as a link that somebody sent."""
        self.page.goto(f"{self.address}/{path}")

    def there(self, name: str) -> None:
        """The page `name` stands in the window, whole and without an exception."""
        self.page.wait_for_function(browsing.THERE, arg=TITLES[name])
        exceptions = self.page.get_by_test_id("stException")
        assert [each.inner_text() for each in exceptions.all()] == []
        assert self.page.get_by_role("dialog").count() == 0

    def go(self, name: str) -> None:
        """Click on the page `name` in the list of pages; its address is written a moment after it is drawn."""
        self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=TITLES[name], exact=True).click()
        self.page.wait_for_url(f"**/{name}?*record=*")
        self.there(name)

    def until(self, holds: Callable[[str], bool]) -> None:
        """Wait for an address of which this holds."""
        self.page.wait_for_url(holds)

    def link(self) -> str:
        """The address, when nothing more is written into it: what was chosen comes there a moment after it is drawn."""
        self.page.evaluate("window.seen = location.href; window.since = Date.now()")
        self.page.wait_for_function(
            "() => { if (window.seen !== location.href) { window.seen = location.href; window.since = Date.now(); }"
            " return Date.now() - window.since > 1000; }"
        )
        return str(self.page.url)

    def pick_into_link(self, label: str, option: str) -> None:
        """Choose as `pick` does, and wait until the address says so."""
        before = self.page.url
        self.pick(label, option)
        self.until(lambda url: url != before)

    @property
    def main(self) -> Any:
        """The page beside the list of pages."""
        return self.page.get_by_test_id("stMain")

    def settled(self) -> None:
        """Wait until the page has taken in what was chosen."""
        self.page.wait_for_function(SETTLED)

    def pick(self, label: str, option: str) -> None:
        """Choose `option` from the list that is called `label`."""
        box = self.page.get_by_role("combobox", name=label, exact=True)
        box.scroll_into_view_if_needed()  # a list that is scrolled closes
        for _ in range(MILLISECONDS // 500):  # a page that is drawn anew closes the list again
            box.press("ArrowDown")
            self.page.wait_for_timeout(500)
            if self.page.get_by_role("listbox").count():
                break
        if not self.page.get_by_role("option", name=option, exact=True).count():
            box.fill(option)  # of a long list only what is in sight is there
        self.page.get_by_role("option", name=option, exact=True).click()
        self.settled()

    def picked(self) -> dict[str, str]:
        """What is chosen in each list of one, by its label."""
        lists = self.main.get_by_test_id("stSelectbox").get_by_role("combobox").all()
        return {each.get_attribute("aria-label"): each.input_value() for each in lists}

    def several(self, label: str) -> Any:
        """The list called `label` of which several are chosen."""
        named = self.page.get_by_role("combobox", name=label, exact=True)
        return self.main.get_by_test_id("stMultiSelect").filter(has=named)

    def add(self, label: str, option: str) -> None:
        """Choose one more from the list called `label`."""
        self.pick(label, option)
        self.page.keyboard.press("Escape")
        self.several(label).get_by_label(option, exact=True).wait_for()

    def drop(self, label: str, option: str) -> None:
        """Take one out of the list called `label`."""
        self.several(label).get_by_role("button", name=f"Remove {option}", exact=True).click()
        self.settled()

    def type(self, label: str, text: str) -> None:
        """Type into the field called `label`, and leave it with Enter."""
        field = self.main.get_by_role("textbox", name=label, exact=True)
        field.fill(text)
        field.press("Enter")
        self.settled()

    def figures(self) -> int:
        """How many figures are drawn."""
        return int(self.page.locator('[data-testid="stMain"] .js-plotly-plot .main-svg').count())

    def drawn(self) -> list[str]:
        """The title and the data of every figure, as text."""
        return [str(each) for each in self.page.evaluate(DRAWN)]

    def heatmap(self) -> list[list[float | None]]:
        """The cells of the first heatmap."""
        cells: list[list[float | None]] = self.page.evaluate(CELLS)
        return cells

    def contrasts(self) -> dict[str, float]:
        """The contrast of every text of the figures' titles, axes and legends with the page behind it."""
        return dict(self.page.evaluate(CONTRASTS))
