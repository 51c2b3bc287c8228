"""The divergence page: its choosers, its verdict, and what it says of records that cannot be compared."""

from collections.abc import Callable
from pathlib import Path

import pytest
from test_pages import calm, rendered, words

from traitscope.record import Record

STUDY = """
title = "Saying and <b>doing</b>"
models = ["simulated:person", "simulated:refuser"]
inventories = ["bfi44", "scenarios_bfi44"]
personas = ["none", { set = "big_five_32", fraction = "half" }]
[[asks]]
elicitation = "rating"
items = ["bfi44_01", "bfi44_06", "bfi44_04", "bfi44_09", "sc_bfi44_01", "sc_bfi44_06", "sc_bfi44_04", "sc_bfi44_09"]
[[asks]]
elicitation = "choice"
inventories = ["scenarios_bfi44"]
items = ["sc_bfi44_01", "sc_bfi44_06", "sc_bfi44_04", "sc_bfi44_09"]
"""
Run = Callable[[Path, str, int | None], Record]


@pytest.fixture
def twins(tmp_path: Path, stopped_run: Run) -> Path:
    return stopped_run(tmp_path / "runs" / "twins", STUDY, None).folder


def test_the_verdict_stands_above_the_figures(twins: Path) -> None:
    page = rendered("divergence", twins)
    assert page.selectbox(key="model").options == ["simulated:person"]
    assert "rank correlation of the pairs" in page.info[0].value
    assert "big_five_32, n = 16 personas" in words(page)
    assert "--human" in words(page)


def test_the_address_chooses_way_trait_margin_and_statistic(twins: Path) -> None:
    wanted = {"done_by": "choice: chosen", "persona_set": "none", "trait": "Neuroticism", "margin": "7.5",
              "statistic": "raw cosine"}  # fmt: skip
    page = rendered("divergence", twins, **wanted)
    chosen = {name: page.selectbox(key=name).value for name in wanted if name != "margin"}
    assert chosen | {"margin": f"{page.slider(key='margin').value:g}"} == wanted
    assert "lies within 7.5 POMP points of 0 (the study says 10)" in words(page)
    calm(page.selectbox(key="trait").select("all traits").run())


def test_a_record_without_scenarios_says_what_to_ask(runs: Path) -> None:
    page = rendered("divergence", runs / "full")
    assert "examples/saying_and_doing.toml" in words(page)
    assert not page.selectbox


@pytest.mark.parametrize("calls", [20, 150, 400])
def test_a_half_run_record_is_shown_as_far_as_it_goes(tmp_path: Path, stopped_run: Run, calls: int) -> None:
    page = rendered("divergence", stopped_run(tmp_path / "runs" / "stopped", STUDY, calls).folder)
    assert "Half-run record" in words(page) and "nan" not in words(page).lower().replace("finance", "")
