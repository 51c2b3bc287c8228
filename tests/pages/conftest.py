"""Records of simulated persons for the pages: full, half-run, planned only, and one whose store is missing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from traitscope.record import Record
from traitscope.runner import run
from traitscope.study import load_study

STUDY = """
title = "Three *simulated* <b>responders</b>"
models = ["simulated:person", "simulated:first_option", "simulated:refuser"]
inventories = ["tipi", "sdrs5"]
personas = ["none", { set = "big_five_32", fraction = "half" }]
[[asks]]
vary = { options = ["printed", "reversed"], labels = ["arabic", "upper"] }
"""
LIKELIHOOD = """
title = "One simulated person"
models = ["simulated:person"]
inventories = ["tipi"]
personas = ["none", { set = "big_five_32", fraction = "half" }]
[[asks]]
[[asks]]
elicitation = "likelihood"
"""
GRADED = """
title = "Nine levels"
models = ["simulated:person"]
inventories = ["tipi"]
personas = ["big_five_graded"]
"""
BOTH = """
title = "Two models that say and do"
models = [
  { name = "simulated:person", temperature = 1.0 },
  { name = "simulated:uniform", temperature = 1.0 },
]
inventories = ["bfi44", "scenarios_bfi44"]
personas = ["none", { set = "big_five_32", fraction = "half" }, "controls_30"]
[[asks]]
inventories = ["bfi44"]
replicates = 2
vary = { options = ["printed", "reversed"] }
[[asks]]
elicitation = "choice"
inventories = ["scenarios_bfi44"]
vary = { options = ["printed", "swapped"] }
"""


class Stopped(KeyboardInterrupt):
    """Somebody pressed Ctrl-C."""


def run_until(folder: Path, text: str, calls: int | None) -> Record:
    """Run a study and stop it after so many calls; None lets it end."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    file = folder.parent / f"{folder.name}.toml"
    file.write_text(text, "utf-8")
    left = iter(range((calls or 10**9) - 1))

    def settled(_: int) -> None:
        if next(left, None) is None:
            raise Stopped

    def started(total: int, done: int) -> Callable[[int], None]:
        if calls == 0:
            raise Stopped
        return settled

    try:
        return run(load_study(file), folder, started)
    except Stopped:
        return Record(folder)


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the records full, both, graded, likelihood, half, planned and storeless."""
    folder = tmp_path_factory.mktemp("runs")
    run_until(folder / "storeless", LIKELIHOOD, 0)
    (folder / "storeless" / "answers.sqlite").unlink()
    run_until(folder / "planned", LIKELIHOOD, 0)
    run_until(folder / "half", LIKELIHOOD, 75)
    run_until(folder / "likelihood", LIKELIHOOD, None)
    run_until(folder / "graded", GRADED, None)
    run_until(folder / "both", BOTH, None)
    run_until(folder / "full", STUDY, None)
    return folder


@pytest.fixture(autouse=True)
def runs_folder(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages look at these records."""
    monkeypatch.setenv("TRAITSCOPE_RUNS", str(runs))


@pytest.fixture(scope="session")
def server(runs: Path) -> Iterator[str]:
    """The address of a dashboard on these records, in a process of its own."""
    from benchmarks import browsing

    with browsing.served(runs) as address:
        yield address


@pytest.fixture(scope="module")
def browser(runs: Path) -> Iterator[Any]:
    """A Chromium for one file: while it is open, no test of another kind can run an event loop of its own."""
    from benchmarks import browsing

    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not here: make test installs it")
    with playwright.sync_playwright() as started:
        chromium = browsing.launched(started)
        yield chromium
        chromium.close()


@pytest.fixture
def tab_of(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a tab, in a browser context of its own, of the dashboard at an address: `tab_of(address, width=900)`."""
    from tests.pages.tabs import Tab

    contexts = []

    def opened(address: str, width: int = 1400, **more: Any) -> Tab:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **more))
        return Tab(contexts[-1].new_page(), address)

    yield opened
    for each in contexts:
        each.close()


@pytest.fixture
def tab(server: str, tab_of: Callable[..., Any]) -> Any:
    """A tab of the dashboard on these records."""
    return tab_of(server)


@pytest.fixture
def stopped_run() -> Callable[[Path, str, int | None], Record]:
    """Run a study and stop it after so many calls: for a test that needs a record of its own."""
    return run_until
