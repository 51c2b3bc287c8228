"""Drift over a continued sitting: slopes that were put in come back, and item order is not taken for drift."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.drift import drift


def sittings(
    slope: float = 0.0,
    growing: float = 0.0,
    *,
    persons: int = 40,
    items: int = 20,
    times: int = 4,
    shuffled: bool = True,
    noise: float = 0.4,
    seed: int = 1,
) -> pd.DataFrame:
    """Answers that move by `slope` and whose noise grows by `growing` with each position."""
    random = np.random.default_rng(seed)
    content = np.linspace(-1, 1, items)
    rows = []
    for person in range(persons):
        trait = random.normal(3, 1)
        for sitting in range(times):
            order = random.permutation(items) if shuffled else np.arange(items)
            for at, item in enumerate(order, start=1):
                error = random.normal(0, noise + growing * at)
                rows.append((person, sitting, f"q{item}", at, trait + content[item] + slope * at + error))
    return pd.DataFrame(rows, columns=["person", "sitting", "item", "position", "value"])


def test_a_slope_that_was_put_in_lies_in_the_interval() -> None:
    found = drift(sittings(0.03)).answers
    assert found.low < 0.03 < found.high
    assert found.low > 0
    assert (found.n_persons, found.n_items, found.method) == (40, 20, "t over persons")


def test_no_drift_is_no_drift() -> None:
    found = drift(sittings(seed=2))
    assert found.answers.low < 0 < found.answers.high
    assert found.inconsistency.low < 0 < found.inconsistency.high


def test_without_noise_the_slope_is_exact_though_the_items_differ() -> None:
    found = drift(sittings(-0.05, noise=0.0))
    assert found.answers.value == pytest.approx(-0.05)
    assert np.allclose(found.of_persons["answers"], -0.05)
    assert abs(found.answers.extra["plain_slope"] + 0.05) > 1e-6


def test_refused_answers_do_not_bend_the_slope() -> None:
    table = sittings(0.05, noise=0.0)
    gaps = table.assign(value=table["value"].mask(np.random.default_rng(3).random(len(table)) < 0.08))
    assert drift(gaps).answers.value == pytest.approx(0.05, abs=1e-6)


def test_a_fixed_order_cannot_tell_items_from_drift() -> None:
    found = drift(sittings(shuffled=False))
    assert found.answers.note == "fixed_order"
    assert found.answers.value == pytest.approx(2 / 19, abs=0.02)


def test_consistency_that_wanes_gives_deviations_that_grow() -> None:
    found = drift(sittings(growing=0.05, times=6)).inconsistency
    assert found.low > 0
    two = drift(sittings(growing=0.05, times=2)).inconsistency
    assert two.low > 0


def test_two_sittings_in_opposite_orders_cannot_show_waning_consistency() -> None:
    table = sittings(growing=0.1, times=2, shuffled=False)
    turned = table.assign(position=table["position"].where(table["sitting"] == 0, 21 - table["position"]))
    assert drift(turned).inconsistency.note == "one_position"
    assert drift(turned).answers.estimable


def test_one_sitting_has_nothing_to_be_consistent_with() -> None:
    found = drift(sittings(times=1))
    assert found.inconsistency.note == "one_sitting"
    assert found.answers.estimable
    assert found.of_persons["inconsistency"].isna().all()


def test_copies_are_no_evidence_of_consistency() -> None:
    first = sittings(times=1, shuffled=False)
    found = drift(pd.concat([first, first.assign(sitting=1)]))
    assert math.isnan(found.inconsistency.value) and found.inconsistency.note == "no_replication"


def test_a_constant_responder_cannot_drift() -> None:
    table = sittings()
    found = drift(table.assign(value=table["person"] % 5 + 1.0)).answers
    assert (found.value, found.note) == (pytest.approx(0), "degenerate_identical_items")


def test_persons_count_and_sittings_do_not() -> None:
    table = sittings(0.03, times=2)
    more = pd.concat([table, table.assign(sitting=table["sitting"] + 2)])
    assert drift(more).answers.n_persons == 40
    assert drift(more).answers.high == pytest.approx(drift(table).answers.high)


def test_nobody_and_one_item_are_named() -> None:
    assert drift(sittings().head(0)).answers.note == "too_few_persons"
    assert drift(sittings(items=1)).answers.note == "one_position"
    assert drift(sittings(persons=2)).answers.note == "too_few_persons"


def test_wrong_calls_are_named() -> None:
    table = sittings(persons=2)
    with pytest.raises(ValueError, match="column position is missing"):
        drift(table.drop(columns="position"))
    with pytest.raises(ValueError, match="stands twice"):
        drift(pd.concat([table, table]))
    with pytest.raises(ValueError, match="position: row 0 has none"):
        drift(table.assign(position=np.nan))


@pytest.mark.parametrize("name", HARD)
def test_hard_data_get_a_value_or_a_reason(name: str) -> None:
    wide = HARD[name]
    long = wide.rename_axis("person").reset_index().melt("person", var_name="item").assign(sitting="first")
    long["position"] = pd.factorize(long["item"])[0] + 1
    turned = long.assign(sitting="second", position=wide.shape[1] + 1 - long["position"])
    other = long.assign(sitting="third", value=long["value"].sample(frac=1, random_state=3).to_numpy())
    for table in (long, pd.concat([long, turned]), pd.concat([long, turned, other])):
        found = drift(table)
        assert found.answers.estimable or found.answers.note
        assert found.inconsistency.estimable or found.inconsistency.note
