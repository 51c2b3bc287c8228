"""Form sensitivity: variance that was put in comes back as a share, with R's components on complete tables."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics import form_effects
from psychometrics.sensitivity import form_sensitivity, level_shifts


def crossed(
    persons: int = 30, items: int = 8, levels: int = 3, draws: int = 1, *, seed: int = 1, **sd: float
) -> pd.DataFrame:
    """Normal effects of persons, items, levels and their interactions, and chance, as a long table."""
    random = np.random.default_rng(seed)
    n = (persons, items, levels, draws)
    sd = {"person": 1.0, "item": 0.5, "level": 0.0, "person_level": 0.0, "chance": 0.6} | sd
    facets = {"person": (0,), "item": (1,), "level": (2,), "person_level": (0, 2), "chance": (0, 1, 2, 3)}
    y = np.full(n, 3.0)
    for name, axes in facets.items():
        y += random.normal(0, sd[name], [each if axis in axes else 1 for axis, each in enumerate(n)])
    at = np.indices(n).reshape(4, -1)
    table = pd.DataFrame(at.T, columns=["person", "item", "level", "replicate"]).assign(value=y.ravel())
    return table if draws > 1 else table.drop(columns="replicate")


def by_mean_squares(table: pd.DataFrame) -> list[float]:
    """Components of a complete person x item x level table from its mean squares (Brennan, 2001, chapter 3)."""
    a = table.sort_values(["person", "item", "level"])["value"].to_numpy()
    p, i, o = n = tuple(table[each].nunique() for each in ("person", "item", "level"))
    a = a.reshape(n)
    mean = {axes: a.mean(axis=axes, keepdims=True) for axes in [(1, 2), (0, 2), (0, 1), (2,), (1,), (0,), (0, 1, 2)]}
    m, mp, mi, mo = (mean[each] for each in [(0, 1, 2), (1, 2), (0, 2), (0, 1)])
    mpi, mpo, mio = (mean[each] for each in [(2,), (1,), (0,)])
    ms_p, ms_i = i * o * ((mp - m) ** 2).sum() / (p - 1), p * o * ((mi - m) ** 2).sum() / (i - 1)
    ms_o = p * i * ((mo - m) ** 2).sum() / (o - 1)
    ms_pi = o * ((mpi - mp - mi + m) ** 2).sum() / ((p - 1) * (i - 1))
    ms_po = i * ((mpo - mp - mo + m) ** 2).sum() / ((p - 1) * (o - 1))
    ms_io = p * ((mio - mi - mo + m) ** 2).sum() / ((i - 1) * (o - 1))
    rest = ((a - mpi - mpo - mio + mp + mi + mo - m) ** 2).sum() / ((p - 1) * (i - 1) * (o - 1))
    return [
        (ms_p - ms_pi - ms_po + rest) / (i * o),
        (ms_i - ms_pi - ms_io + rest) / (p * o),
        (ms_o - ms_po - ms_io + rest) / (p * i),
        (ms_pi - rest) / o,
        (ms_po - rest) / i,
        (ms_io - rest) / p,
        rest,
    ]


def test_components_of_a_complete_table_are_those_of_its_mean_squares() -> None:
    table = crossed(level=0.4, person_level=0.3)
    found = form_sensitivity(table, seed=1).components
    assert found["component"].tolist()[:3] == ["person", "item", "level"]
    assert found["component"].iloc[-1] == "person x item x level, chance"
    assert found["variance"].to_numpy() == pytest.approx(by_mean_squares(table), abs=1e-10)


def test_the_rows_may_stand_in_any_order() -> None:
    table = crossed(level=0.4)
    mixed = table.sample(frac=1, random_state=2).set_index(np.zeros(len(table)))
    one, other = form_sensitivity(table, seed=1), form_sensitivity(mixed, seed=1)
    assert other.share.value == pytest.approx(one.share.value)


def test_variance_that_was_put_in_comes_back() -> None:
    found = form_sensitivity(crossed(200, 20, 6, level=0.5, person_level=0.4, seed=3), seed=1).components
    found = found.set_index("component")["variance"]
    assert found["person x level"] == pytest.approx(0.16, rel=0.15)
    assert found["person x item x level, chance"] == pytest.approx(0.36, rel=0.05)
    assert found["person x item"] == pytest.approx(0, abs=0.02)


def test_replicates_tell_form_from_chance() -> None:
    found = form_sensitivity(crossed(60, 10, 4, 3, person_level=0.4, seed=2), seed=1)
    table = found.components.set_index("component")
    assert table.loc["chance", "variance"] == pytest.approx(0.36, rel=0.1)
    assert not table.loc["chance", "form_related"] and table.loc["person x item x level", "form_related"]
    assert found.share.n_replications == 3
    assert not found.share.has("no_replication")
    assert found.share.value == pytest.approx(0.16 / (1 + 0.25 + 0.16 + 0.36), abs=0.04)


def test_without_replicates_the_share_is_the_least_it_can_be() -> None:
    share = form_sensitivity(crossed(level=0.4), seed=1).share
    assert share.has("no_replication")
    assert share.value < share.extra["share_with_residual"] < 1
    assert share.low < share.value < share.high


def test_refused_answers_leave_out_pairs_and_not_persons() -> None:
    table = crossed(200, 12, 3, level=0.4, person_level=0.3, seed=5)
    gaps = table.assign(value=table["value"].mask(np.random.default_rng(1).random(len(table)) < 0.08))
    full, some = form_sensitivity(table, seed=1), form_sensitivity(gaps, seed=1)
    assert some.share.n_persons == 200
    assert some.share.extra["missing_share"] == pytest.approx(0.08, abs=0.01)
    assert some.components["variance"].to_numpy() == pytest.approx(full.components["variance"].to_numpy(), abs=0.02)
    listwise = form_sensitivity(gaps, seed=1, missing="listwise").share
    complete = gaps.groupby("person")["value"].agg(lambda values: values.notna().all()).sum()
    assert (listwise.missing, listwise.n_persons) == ("listwise", complete)


def test_a_negative_component_is_kept_in_the_table_and_counts_as_nothing() -> None:
    found = form_sensitivity(crossed(20, 6, 2, seed=8), seed=1)
    negative = found.components.query("variance < 0")
    assert len(negative) and (negative["share"] == 0).all() and (negative["note"] == "negative_component").all()
    assert found.share.note == "negative_component"
    assert found.components["share"].sum() == pytest.approx(1)


def test_answers_that_are_copies_in_every_level_are_said_to_be() -> None:
    table = crossed(levels=1)
    found = form_sensitivity(pd.concat([table, table.assign(level=1)]), seed=1)
    assert (found.share.value, found.share.note) == (0, "identical_levels")
    assert math.isnan(found.share.low)


def test_the_change_in_answer_categories_stands_beside_the_share() -> None:
    table = crossed(level=0.4)
    assert form_sensitivity(table, seed=1).effects == form_effects(table, seed=1)


def test_the_shift_of_a_level_is_found_against_all_levels() -> None:
    table = crossed(60, 6, 3)
    moved = level_shifts(table.assign(value=table["value"] + 0.3 * (table["level"] == 2)))
    base = level_shifts(table)
    assert (moved["shift"] - base["shift"]).to_numpy() == pytest.approx([-0.1, -0.1, 0.2])
    assert moved["shift"].sum() == pytest.approx(0, abs=1e-12)
    assert moved.query("level == 2")["low"].item() > 0


def test_poles_are_strata_of_the_bootstrap() -> None:
    table = crossed(24, level=0.4)
    found = form_sensitivity(table, seed=1, strata=table["person"] % 2)
    assert found.share.method == "persona bootstrap, expanded percentile within strata"
    with pytest.raises(ValueError, match="strata: 2 given for"):
        form_sensitivity(table, seed=1, strata=["a", "b"])


def test_one_level_is_no_comparison() -> None:
    found = form_sensitivity(crossed(levels=1), seed=1)
    assert found.share.note == "one_level" and found.effects == ()
    assert found.levels["note"].tolist() == ["one_level"]


def test_wrong_calls_are_named() -> None:
    table = crossed(5)
    with pytest.raises(ValueError, match="column level is missing"):
        form_sensitivity(table.drop(columns="level"), seed=1)
    with pytest.raises(ValueError, match="stands twice"):
        form_sensitivity(pd.concat([table, table]), seed=1)
    with pytest.raises(ValueError, match='missing: "drop"'):
        form_sensitivity(table, seed=1, missing="drop")  # type: ignore[arg-type]


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
@pytest.mark.parametrize("name", HARD)
def test_hard_data_get_a_value_or_a_reason(name: str, missing: str) -> None:
    wide = HARD[name]
    long = wide.rename_axis("person").reset_index().melt("person", var_name="item").assign(level="printed")
    other = long.assign(value=long["value"].sample(frac=1, random_state=3).to_numpy(), level="reversed")
    for second in (other, long.assign(level="reversed")):
        found = form_sensitivity(pd.concat([long, second]), seed=1, missing=missing, resamples=50)
        assert found.share.estimable or found.share.note
        assert (found.levels["shift"].notna() | (found.levels["note"] != "")).all()
