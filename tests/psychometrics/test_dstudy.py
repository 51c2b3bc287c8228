"""How large a study must be: the grid, the curve and the cheapest design."""

import math

import numpy as np
import pytest
from hard_data import HARD
from test_generalizability import simulated

from psychometrics.dstudy import AT_LEAST, AT_MOST, d_study, smallest_design
from psychometrics.generalizability import g_study


def test_the_observed_sizes_give_the_observed_coefficients() -> None:
    study = g_study(simulated(), facets=("item", "form"))
    row = d_study(study, {"item": [8], "form": [5]}).iloc[0]
    assert row["g"] == pytest.approx(study.g.value)
    assert row["phi"] == pytest.approx(study.phi.value)
    assert row["sem_absolute"] == pytest.approx(study.sem_absolute.value)


def test_twice_the_items_is_spearman_brown() -> None:
    study = g_study(HARD["two answers only"].to_numpy())
    once, twice = d_study(study, {"item": [6, 12]})["g"]
    assert twice == pytest.approx(2 * once / (1 + once))


def test_a_curve_over_forms_rises_towards_what_other_items_leave() -> None:
    study = g_study(simulated(), facets=("item", "form"))
    curve = d_study(study, {"form": range(1, 51)})
    assert list(curve["form"]) == list(range(1, 51))
    assert curve["phi"].is_monotonic_increasing
    assert d_study(study, {"form": [10**9]})["phi"].iloc[0] < 1  # the items stay as few as they are
    assert (curve["phi"] < curve["g"]).all()


def test_more_personas_make_intervals_narrower_and_leave_coefficients_alone() -> None:
    study = g_study(simulated(), facets=("item", "form"))
    table = d_study(study, {"person": [20, 50, 200]})
    assert table["phi"].nunique() == 1
    for width in ("width_g", "width_phi", "width_mean"):
        assert table[width].is_monotonic_decreasing
        assert table[width].is_unique


def test_the_planned_interval_is_about_the_one_that_the_study_prints() -> None:
    study = g_study(simulated(200, 12, 8), facets=("item", "form"))
    row = d_study(study, {"person": [200]}).iloc[0]
    assert row["g_low"] == pytest.approx(study.g.low, abs=0.01)
    assert row["g_high"] == pytest.approx(study.g.high, abs=0.01)
    assert row["width_phi"] == pytest.approx(study.phi.high - study.phi.low, abs=0.05)


def test_one_form_tells_nothing_about_its_own_coefficients() -> None:
    study = g_study(simulated(), facets=("item", "form"))
    assert d_study(study, {"form": [1]})["width_phi"].iloc[0] == 1


def test_one_draw_of_many_forms_tells_its_coefficients() -> None:
    random = np.random.default_rng(6)
    x = simulated(20, 4, 3)[..., None] + random.normal(0, 0.9, (20, 4, 3, 5))
    study = g_study(x, facets=("item", "form", "draw"), nested={"draw": ("person", "item", "form")})
    assert d_study(study, {"draw": [1], "form": [10]})["width_g"].iloc[0] < 0.5


def test_the_error_of_the_mean_has_persons_items_and_forms() -> None:
    study = g_study(simulated(), facets=("item", "form"))
    of = study.components.variance
    row = d_study(study, {"person": [100], "item": [10], "form": [4]}).iloc[0]
    expected = (of("person") + row["relative_error"]) / 100 + (row["absolute_error"] - row["relative_error"])
    assert row["error_of_mean"] == pytest.approx(math.sqrt(expected))
    assert row["calls"] == 4000


def test_the_cheapest_design_reaches_the_goal_and_nothing_cheaper_does() -> None:
    study = g_study(simulated(), facets=("item", "form"))
    found = smallest_design(study, "phi", 0.8, {"item": 44, "form": 20})
    assert found.note == ""
    assert found.row["phi"].iloc[0] >= 0.8
    grid = d_study(study, {"item": range(1, 45), "form": range(1, 21)})
    cheaper = grid[grid["calls"] < found.row["calls"].iloc[0]]
    assert (cheaper["phi"] < 0.8).all()
    assert found.sizes["person"] == 40


def test_costs_move_the_choice_between_persons_and_calls() -> None:
    study = g_study(simulated(), facets=("item", "form"))
    limits = {"person": range(10, 400, 10), "item": 20, "form": 20}
    dear, cheap = (smallest_design(study, "width_mean", 0.7, limits, cost_per_person=each) for each in (10_000.0, 0.0))
    assert dear.sizes["person"] < cheap.sizes["person"]
    assert dear.row["cost"].iloc[0] == dear.row["calls"].iloc[0] + 10_000 * dear.sizes["person"]


@pytest.mark.parametrize(
    ("goal", "at"), [("g", 0.9), ("width_g", 0.1), ("width_phi", 0.2), ("width_score", 1.2), ("width_mean", 0.8)]
)
def test_every_goal_can_be_reached(goal: str, at: float) -> None:
    study = g_study(simulated(), facets=("item", "form"))
    found = smallest_design(study, goal, at, {"person": [20, 50, 100, 300], "item": [5, 10, 44], "form": 12})  # type: ignore[arg-type]
    reached = found.row[goal].iloc[0]
    assert reached >= at if goal in AT_LEAST else reached <= at
    assert set(found.sizes) == {"person", "item", "form"}


def test_a_goal_out_of_reach_shows_the_best_there_is() -> None:
    study = g_study(simulated(), facets=("item", "form"))
    found = smallest_design(study, "phi", 0.999, {"item": 3, "form": 2})
    assert found.note == "not_reached"
    assert not found.sizes
    assert (found.row["item"].iloc[0], found.row["form"].iloc[0]) == (3, 2)


def test_a_fixed_facet_stays_as_it_is() -> None:
    study = g_study(simulated(), facets=("item", "form"), fixed=("item",))
    assert d_study(study, {"form": [5]})["g"].iloc[0] == pytest.approx(study.g.value)
    with pytest.raises(ValueError, match="sizes: item; allowed are person, form"):
        d_study(study, {"item": [5]})


def test_wrong_calls_are_named() -> None:
    study = g_study(simulated(), facets=("item", "form"))
    with pytest.raises(ValueError, match="sizes: draw; allowed are person, item, form"):
        d_study(study, {"draw": [1]})
    with pytest.raises(ValueError, match="numbers from 1"):
        d_study(study, {"form": [0, 1]})
    with pytest.raises(ValueError, match='goal: "alpha"'):
        smallest_design(study, "alpha", 0.8, {"form": 3})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="more than"):
        d_study(study, {"form": range(1, 1000), "item": range(1, 1000)})


@pytest.mark.parametrize("name", HARD)
def test_hard_data_give_a_table_with_reasons(name: str) -> None:
    study = g_study(HARD[name].to_numpy(), interval="none")
    sizes = {} if study.components.one_level else {"item": [1, 5], "person": [10, 100]}
    table = d_study(study, sizes)
    assert ((table["note"] != "") | table["phi"].between(0, 1)).all()
    for goal in (*AT_LEAST, *AT_MOST):
        found = smallest_design(study, goal, 0.5, sizes)  # type: ignore[arg-type]
        assert found.sizes or found.note


def test_a_facet_that_had_one_level_cannot_be_planned() -> None:
    study = g_study(simulated(20, 6, 1), facets=("item", "form"))
    table = d_study(study, {"form": [1, 5]})
    assert table["phi"].isna().all()
    assert set(table["note"]) == {"one_level"}
