"""Repeats of one prompt: agreement by hand, and copies that are no evidence."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.repeats import repeats


def draws(values: np.ndarray) -> pd.DataFrame:
    """Persons x items x replicates as a long table."""
    at = np.indices(values.shape).reshape(3, -1)
    return pd.DataFrame(at.T, columns=["person", "item", "replicate"]).assign(value=values.ravel().astype(float))


RANDOM = np.random.default_rng(1).integers(1, 6, (20, 5, 4))


def test_agreement_is_counted_by_pairs() -> None:
    found = repeats(draws(np.array([[[1, 1, 2]], [[3, 3, 3]], [[1, 2, 3]]])), seed=1)
    assert found.agreement.value == pytest.approx((1 / 3 + 1 + 0) / 3)
    assert found.deterministic.value == pytest.approx(1 / 3)
    assert found.sd.value == pytest.approx((math.sqrt(1 / 3) + 0 + 1) / 3)


def test_random_answers_agree_by_chance() -> None:
    found = repeats(draws(np.random.default_rng(2).integers(1, 6, (200, 10, 4))), seed=1)
    assert found.agreement.low < 0.2 < found.agreement.high
    assert found.sd.n_replications == found.agreement.n_replications == 4


def test_items_have_their_own_row() -> None:
    values = RANDOM.copy()
    values[:, 2] = 4
    table = repeats(draws(values), seed=1).items.set_index("item")
    assert table.loc[2, ["agreement", "deterministic", "note"]].tolist() == [1, 1, "no_replication"]
    assert table.loc[0, "note"] == "" and table.loc[0, "agreement"] < 0.5
    assert table["n_cells"].tolist() == [20] * 5


def test_copies_are_no_evidence_of_consistency() -> None:
    found = repeats(draws(np.repeat(RANDOM[:, :, :1], 4, axis=2)), seed=1)
    assert math.isnan(found.agreement.value) and math.isnan(found.sd.value)
    assert found.agreement.note == found.sd.note == found.deterministic.note == "no_replication"
    assert found.deterministic.value == 1


def test_one_draw_has_nothing_to_agree_with() -> None:
    found = repeats(draws(RANDOM[:, :, :1]), seed=1)
    assert math.isnan(found.deterministic.value) and found.deterministic.note == "no_replication"
    assert found.deterministic.extra["share_single"] == 1


def test_forms_are_cells_of_their_own() -> None:
    table = draws(np.repeat(RANDOM[:, :, :2], 2, axis=2)).assign(level=lambda t: t["replicate"] // 2)
    assert repeats(table, seed=1).deterministic.note == "no_replication"
    assert repeats(table.drop(columns="level"), seed=1).agreement.estimable


def test_refused_draws_leave_their_pairs_out() -> None:
    table = draws(np.array([[[1, 1, 2]], [[3, 3, 3]], [[1, 2, 3]]]))
    table.loc[2, "value"] = np.nan
    found = repeats(table, seed=1)
    assert found.agreement.value == pytest.approx(2 / 3)
    assert (found.agreement.n_replications, found.agreement.extra["fewest_draws"]) == (None, 2)


def test_wrong_calls_are_named() -> None:
    with pytest.raises(ValueError, match="column replicate is missing"):
        repeats(draws(RANDOM).drop(columns="replicate"), seed=1)
    with pytest.raises(ValueError, match="stands twice"):
        repeats(pd.concat([draws(RANDOM)] * 2), seed=1)


@pytest.mark.parametrize("name", HARD)
def test_hard_data_get_a_value_or_a_reason(name: str) -> None:
    wide = HARD[name]
    long = wide.rename_axis("person").reset_index().melt("person", var_name="item").assign(replicate=1)
    other = long.assign(value=long["value"].sample(frac=1, random_state=3).to_numpy(), replicate=2)
    for second in (other, long.assign(replicate=2)):
        found = repeats(pd.concat([long, second]), seed=1, resamples=50)
        for each in (found.agreement, found.sd, found.deterministic):
            assert each.estimable or each.note
        assert (found.items["agreement"].notna() | (found.items["note"] != "")).all()
