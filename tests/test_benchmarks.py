"""The coverage benchmark runs, and finds what is known of the textbook case."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from psychometrics import cronbach_alpha

ROOT = Path(__file__).parent.parent
KEYS = {
    *("world", "statistic", "interval", "nominal", "persons", "replicates", "truth", "mean", "coverage", "error"),
    *("all_above", "all_below", "width", "without", "why", "outside"),
}


@pytest.fixture
def coverage(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(ROOT)
    yield importlib.import_module("benchmarks.coverage")


def test_two_worlds_give_a_row_for_each_interval(coverage: ModuleType) -> None:
    rows = coverage.run("two unequal groups|persons do not differ: ICCs", replicates=3)
    assert [each["world"] for each in rows] == ["two unequal groups"] * 3 + ["persons do not differ"] * 6
    assert all(set(each) == KEYS for each in rows)
    assert all(each["replicates"] == 3 and 0 <= each["coverage"] <= 100 for each in rows)
    assert coverage.printed(rows).count("\n") == 1 + 2 * 2 + 9 - 1


def test_feldts_interval_covers_the_truth_in_the_textbook_world(coverage: ModuleType) -> None:
    worlds, measures = (importlib.import_module(f"benchmarks.{name}") for name in ("worlds", "measures"))
    world = worlds.WORLDS["textbook"]
    samples = [worlds.answers(world, np.random.default_rng(seed)) for seed in range(200)]
    found = [cronbach_alpha(measures.items_of(each)) for each in samples]
    row = coverage.row_of("textbook", "alpha", worlds.truth(world)["alpha"], found, costly=False)
    assert 88 <= row["coverage"] <= 100
    assert row["mean"] == pytest.approx(row["truth"], abs=0.01)
    assert row["all_above"] + row["all_below"] == pytest.approx(100 - row["coverage"])


def test_formulas_and_a_large_population_give_the_same_truth(coverage: ModuleType) -> None:
    worlds, measures = (importlib.import_module(f"benchmarks.{name}") for name in ("worlds", "measures"))
    for name, measure, statistics in (
        ("unequal loadings", "alpha", {"alpha"}),
        ("facets of a trait", "omega hierarchical", {"omega hierarchical", "omega total"}),
        ("facets of a trait", "sensitivity", {"form's share of variance"}),
        ("forms that shift", "drift", {"drift of answers"}),
    ):
        world = worlds.WORLDS[name]
        large = worlds.population(world, 3_000)
        found = {told: each.value for told, each in measures.MEASURES[measure].of(world, large, 0, 2)}
        true = worlds.truth(world)
        assert {told: true[told] for told in statistics} == pytest.approx(
            {told: found[told] for told in statistics}, abs=0.02
        )


def test_every_world_is_told_of_and_measured_by_what_there_is(coverage: ModuleType) -> None:
    worlds = importlib.import_module("benchmarks.worlds").WORLDS
    assert len(worlds) == 20
    assert {measure for world in worlds.values() for measure in world.measures} == set(coverage.MEASURES)
    text = (ROOT / "docs" / "coverage.md").read_text("utf-8")
    assert [name for name in worlds if name not in text] == []
