"""Every page in a real browser: it opens without an exception or a complaint of the console, draws, and is a link to share."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

import pytest

from app import PAGES
from benchmarks import browsing
from tests.pages.tabs import NEEDS_BROWSER, TITLES, Tab
from traitscope.record import Record
from traitscope.results import replies

RESULTS = [page.__name__.rpartition(".")[2] for page, _ in PAGES["Results"]]
CLASSROOM = [page.__name__.rpartition(".")[2] for page, _ in PAGES["Classroom"]]
# drawn on the record `both`, which has ratings, choices and replicates of two models in several forms
FIGURES = ["trait_profiles", "reliability", "consistency", "divergence", "compare", "what_breaks_a_test"]
READABLE = 4.5  # the least contrast of text, WCAG 2.2, 1.4.3
PERSON, UNIFORM = "simulated:person", "simulated:uniform"

pytestmark = NEEDS_BROWSER

# what a reader may choose, by page and chooser
CHOICES = {
    "trait_profiles": {
        "Model": UNIFORM,
        "How it was asked": "rating, expected answer",
    },
    "reliability": {"Persona set": "controls_30", "Scale": "Neuroticism"},
    "consistency": {"Inventory": "scenarios_bfi44", "By": "persona"},
    "divergence": {"Trait": "Neuroticism", "Persona set": "controls_30"},
    "compare": {"Reference": UNIFORM, "Persona set": "controls_30"},
    "replies": {"Persona": "bare", "Form": "options=reversed"},
}
TABS = {"reliability": "Items, and another study", "consistency": "Outcomes"}  # where some of these stand

# what a model, a persona, a model's name and a title may be made of, to be read as HTML, Markdown, mathematics or a picture
NAME = '<b id="hostile">b</b> **bold** [x](http://y.example) $x$ :smile: <img src=x onerror=alert(2)>'
REPLY = f"<script>alert(1)</script> {NAME}"
HOSTILE = f"""
title = '{REPLY}'
models = ['server:ADDRESS/v1#{NAME}', 'server:ADDRESS/v1#other']
inventories = ["sd3", "scenarios_sd3"]
personas = [
  {{ id = '{NAME}', text = 'You are {NAME}.', assigned = {{ machiavellianism = 1 }} }},
  {{ id = "one", text = "You are one.", assigned = {{ machiavellianism = 1 }} }},
  {{ id = "two", text = "You are two.", assigned = {{ machiavellianism = -1 }} }},
]
[[asks]]
inventories = ["sd3"]
reply = "text"
vary = {{ options = ["printed", "reversed"] }}
[[asks]]
elicitation = "choice"
inventories = ["scenarios_sd3"]
reply = "text"
"""
# elements and letters that are there only if something was read as more than text
ALIVE = """() => [
    ...[...document.querySelectorAll('#hostile, a[href*="y.example"], img[src="x"], .katex, .main-svg a')]
        .map(each => each.outerHTML),
    ...[...document.querySelectorAll('strong, em, .main-svg tspan[style*="bold"]')].map(each => each.textContent)
        .filter(each => each.includes("bold") && !each.includes("**bold**")),
    ...(document.body.innerText.includes("\\u{1F604}") ? ["a smile"] : []),
]"""


def test_every_page_opens_one_after_the_other_and_draws(tab: Tab) -> None:
    tab.open("?record=both")
    tab.there("studies")
    drawn = {}
    for name in TITLES:
        tab.go(name)
        drawn[name] = tab.figures()
        assert f"/{name}?" in tab.page.url and "record=both" in tab.page.url
    assert [name for name in FIGURES if not drawn[name]] == []
    assert tab.errors == []


@pytest.mark.thorough
@pytest.mark.parametrize("record", ["full", "half", "planned", "likelihood", "graded", "storeless"])
@pytest.mark.parametrize("name", list(TITLES))
def test_a_deep_link_opens_its_page_of_any_record(tab: Tab, name: str, record: str) -> None:
    tab.open(f"{name}?record={record}")
    tab.there(name)
    tab.page.get_by_test_id("stSidebar").get_by_text("Record", exact=True).wait_for()
    if record in ("half", "planned") and name in RESULTS:
        assert "traitscope run" in tab.main.inner_text()
    assert tab.errors == []


@pytest.mark.thorough
@pytest.mark.parametrize("name", list(TITLES))
def test_a_deep_link_to_a_fresh_server_opens_its_page_in_the_frame(
    runs: Path, tab_of: Callable[..., Tab], name: str
) -> None:
    with browsing.served(runs) as address:
        tab = tab_of(address)
        tab.open(f"{name}?record=half")
        tab.there(name)
        tab.page.get_by_test_id("stSidebar").get_by_text("Record", exact=True).wait_for()
        assert tab.errors == []


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard without any record."""
    with browsing.served(tmp_path_factory.mktemp("nothing")) as address:
        yield address


@pytest.mark.thorough
@pytest.mark.parametrize("name", list(TITLES))
def test_without_any_record_every_page_opens(empty_server: str, tab_of: Callable[..., Tab], name: str) -> None:
    tab = tab_of(empty_server)
    tab.open(name)
    tab.there(name)
    assert tab.errors == []
    if name in RESULTS:
        assert "make demo" in tab.main.inner_text()


@pytest.mark.thorough
@pytest.mark.parametrize("width", [900, 1400])
def test_nothing_sticks_out_of_a_page(server: str, tab_of: Callable[..., Tab], width: int) -> None:
    tab = tab_of(server, width)
    tab.open("?record=both")
    tab.there("studies")
    for name in [*RESULTS, *CLASSROOM]:
        tab.go(name)
        assert tab.main.evaluate("each => each.scrollWidth <= each.clientWidth + 1"), name
        box = tab.main.bounding_box()
        for figure in tab.main.locator(".js-plotly-plot:visible").all():
            own = figure.bounding_box()
            assert own["x"] >= box["x"] - 1 and own["x"] + own["width"] <= box["x"] + box["width"] + 1, name


@pytest.mark.thorough
@pytest.mark.parametrize("name", list(CHOICES))
def test_a_link_shows_somebody_else_the_same_choices_and_figures(
    server: str, tab: Tab, tab_of: Callable[..., Tab], name: str
) -> None:
    tab.open(f"{name}?record=both")
    tab.there(name)
    if name in TABS:
        tab.page.get_by_role("tab", name=TABS[name]).click()
        tab.page.wait_for_url("**tab=*")
    tab.link()
    for label, option in CHOICES[name].items():
        tab.pick_into_link(label, option)
    tab.there(name)
    assert {label: tab.picked()[label] for label in CHOICES[name]} == CHOICES[name]
    link = tab.link()
    other = tab_of(server)
    other.page.goto(link)
    other.there(name)
    assert other.picked() == tab.picked()
    assert other.drawn() == tab.drawn()
    assert other.page.url == link
    assert [*tab.errors, *other.errors] == []


@pytest.mark.thorough
def test_back_goes_to_the_page_before_as_it_was_left(tab: Tab) -> None:
    tab.open("trait_profiles?record=both")
    tab.there("trait_profiles")
    tab.pick("Model", UNIFORM)
    tab.page.wait_for_url(re.compile("uniform"))
    tab.there("trait_profiles")
    chosen = tab.drawn()
    tab.go("reliability")
    tab.page.go_back()
    tab.page.wait_for_url("**/trait_profiles?*uniform*")
    tab.there("trait_profiles")
    assert tab.picked()["Model"] == UNIFORM and tab.drawn() == chosen
    tab.page.go_forward()
    tab.page.wait_for_url("**/reliability?*")
    tab.there("reliability")
    assert tab.errors == []


@pytest.mark.thorough
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_words_of_figures_are_readable_by_day_and_by_night(
    server: str, tab_of: Callable[..., Tab], scheme: str
) -> None:
    tab = tab_of(server, color_scheme=scheme)
    tab.open("?record=both")
    tab.there("studies")
    shown = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor.match(/\\d+/g).map(Number)"
    assert (max(tab.page.evaluate(shown)) < 128) == (scheme == "dark")
    for name in FIGURES:
        tab.go(name)
        contrasts = tab.contrasts()
        assert len(contrasts) > 5, name
        assert {text: value for text, value in contrasts.items() if value < READABLE} == {}, name


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Record]]:
    """A dashboard's address, and its only record, of a model that replies with HTML and Markdown; all names are such, too."""
    folder = tmp_path_factory.mktemp("hostile")

    class Model(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            text = REPLY if sum(asked) % 5 == 0 else str(sum(asked) % 4 + 1)
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            data = json.dumps({"model": "m", "choices": [choice]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing to the screen."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    Thread(target=server.serve_forever, daemon=True).start()
    study = folder / "hostile.toml"
    study.write_text(HOSTILE.replace("ADDRESS", f"http://127.0.0.1:{server.server_port}"), "utf-8")
    # in a process of its own: the browser holds this one's event loop
    command = [sys.executable, "-m", "traitscope", "run", str(study), "--record", str(folder / "runs" / "hostile")]
    subprocess.run(command, check=True, capture_output=True, cwd=browsing.ROOT)
    server.shutdown()
    with browsing.served(folder / "runs") as address:
        yield address, Record(folder / "runs" / "hostile")


def _as_text(tab: Tab, name: str) -> str:
    """What is written on the page `name`, after a look that nothing of the record came alive in it."""
    tab.there(name)
    assert tab.page.evaluate(ALIVE) == []
    assert tab.dialogs == [] and tab.errors == []
    return str(tab.main.inner_text())


@pytest.mark.thorough
@pytest.mark.parametrize("name", list(TITLES))
def test_names_and_titles_of_a_record_are_shown_as_text(
    hostile: tuple[str, Record], tab_of: Callable[..., Tab], name: str
) -> None:
    address, record = hostile
    model = next(iter(record.manifest.models))
    tab = tab_of(address)
    tab.open(f"{name}?{urlencode({'record': record.name, 'model': model, 'start': f'record {record.name}'})}")
    text = _as_text(tab, name)
    for summary in tab.main.locator('[data-testid="stExpander"] summary').all():
        if summary.is_visible():
            summary.click()
    assert _as_text(tab, name).startswith(text[:20])
    assert REPLY in tab.page.get_by_test_id("stSidebar").inner_text()
    if name in (*RESULTS, "studies"):
        chosen = tab.picked().values()
        assert model in text or model in chosen


@pytest.mark.thorough
def test_a_reply_is_shown_as_the_text_that_it_is(hostile: tuple[str, Record], tab_of: Callable[..., Tab]) -> None:
    address, record = hostile
    found = replies.found(record, {}, "<script>").table
    assert set(found["text"]) == {REPLY} and len(found) > 10
    for reply in found["reply"].iloc[[0, -1]]:
        tab = tab_of(address)
        tab.open(f"replies?{urlencode({'record': record.name, 'text': '<script>', 'reply': reply})}")
        _as_text(tab, "replies")
        codes = tab.main.get_by_test_id("stCode").locator("code").all_inner_texts()
        assert REPLY in codes
