"""Estimates tell what they rest on; bootstraps draw persons, not rows."""

import json
import pickle

import numpy as np
import pandas as pd
import pytest

from psychometrics import Estimate, bootstrap, numbered, on_rows, persona_bootstrap, undefined
from psychometrics.bootstrap import bootstraps
from psychometrics.estimate import one_each, sums_by_person


def test_an_estimate_becomes_json_without_nan() -> None:
    extra = {"sd": np.float64("nan"), "n_rows": np.int64(3), "constant_items": ("q4",)}
    estimate = Estimate(float("nan"), note="zero_total_variance", n_persons=60, extra=extra)
    told = json.loads(json.dumps(estimate.to_dict(), allow_nan=False))
    assert told["value"] is None
    assert told["extra"] == {"sd": None, "n_rows": 3, "constant_items": ["q4"]}


def test_an_estimate_survives_a_cache() -> None:
    estimate = Estimate(0.5, 0.1, 0.8, n_persons=12, extra={"n_rows": 120})
    assert pickle.loads(pickle.dumps(estimate)) == estimate


def test_an_estimate_without_an_interval_shows_none() -> None:
    assert repr(Estimate(0.5, n_persons=2, note="too_few_persons")) == "Estimate(0.500, n=2; too_few_persons)"


def test_a_code_is_found_in_the_note_and_in_the_warnings() -> None:
    estimate = undefined("too_few_persons").with_warning("no_replication: no persona has a second row")
    assert estimate.has("too_few_persons")
    assert estimate.has("no_replication")
    assert not estimate.has("no")


def test_the_same_seed_draws_the_same_interval() -> None:
    scores = np.random.default_rng(1).normal(size=20)
    first, again, other = (persona_bootstrap(lambda c: c @ scores / 20, 20, seed=s) for s in (4, 4, 5))
    assert (first.low, first.high) == (again.low, again.high)
    assert (first.low, first.high) != (other.low, other.high)


def test_a_resample_has_as_many_personas_as_the_table_in_every_stratum() -> None:
    seen = []
    poles = ["high"] * 3 + ["low"] * 5
    persona_bootstrap(lambda c: seen.append(c) or c[:, 0], 8, seed=1, resamples=50, strata=poles)
    counts = np.vstack(seen)
    assert (counts[:, :3].sum(axis=1) == 3).all()
    assert (counts[:, 3:].sum(axis=1) == 5).all()


def test_the_interval_of_a_mean_is_about_what_theory_says() -> None:
    scores = np.random.default_rng(2).normal(size=200)
    drawn = persona_bootstrap(lambda c: c @ scores / 200, 200, seed=1, resamples=5000)
    assert drawn.standard_error == pytest.approx(scores.std() / np.sqrt(200), rel=0.05)


def test_the_draws_do_not_depend_on_the_number_of_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = np.arange(10.0)

    def draws(cores: int) -> np.ndarray:
        monkeypatch.setattr(bootstrap, "CORES", cores)
        return persona_bootstrap(lambda c: c @ scores, 10, seed=3, resamples=100, width=50_000).draws

    assert np.array_equal(draws(1), draws(3))
    assert len(set(draws(2))) > 10  # blocks are not copies of the first


def test_several_bootstraps_draw_what_one_draws() -> None:
    x = np.random.default_rng(2).normal(size=(20, 2))
    first, second = bootstraps(lambda counts: counts @ x / 20, 20, seed=3, resamples=300)
    for one, column in ((first, 0), (second, 1)):
        alone = persona_bootstrap(lambda counts, at=column: (counts @ x)[:, at] / 20, 20, seed=3, resamples=300)
        assert one == alone
        assert np.array_equal(one.draws, alone.draws)


def test_several_bootstraps_keep_their_draws_apart_on_many_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(2).normal(size=(50, 2))
    found = []
    for cores in (1, 4):
        monkeypatch.setattr(bootstrap, "CORES", cores)
        found.append(bootstraps(lambda counts: counts @ x, 50, seed=3, resamples=500, width=10_000))
    for alone, together in zip(*found, strict=True):
        assert np.array_equal(alone.draws, together.draws)


def test_one_person_leaves_several_bootstraps_undefined() -> None:
    found = bootstraps(lambda counts: np.column_stack([counts, counts]), 1, seed=1, resamples=10)
    assert [each.warnings[0].partition(":")[0] for each in found] == ["singleton_strata"] * 2


def test_repeating_every_row_does_not_narrow_the_interval() -> None:
    scores = np.random.default_rng(3).normal(size=15)
    person = np.repeat(np.arange(15), 10)

    def mean_interval(values: np.ndarray, of: np.ndarray) -> tuple[float, float]:
        sums = sums_by_person(np.column_stack([values, np.ones(len(values))]), of, 15)
        drawn = persona_bootstrap(lambda c: (c @ sums)[:, 0] / (c @ sums)[:, 1], 15, seed=1)
        return drawn.low, drawn.high

    assert mean_interval(np.repeat(scores, 10), person) == pytest.approx(mean_interval(scores, np.arange(15)))


def test_gathered_rows_and_counts_give_the_same_draws() -> None:
    scores = np.random.default_rng(4).normal(size=24)
    person = np.repeat(np.arange(8), 3)
    sums = sums_by_person(scores[:, None], person, 8)[:, 0]
    fast = persona_bootstrap(lambda c: c @ sums / 24, 8, seed=1, resamples=200)
    slow = persona_bootstrap(on_rows(lambda rows, _: float(scores[rows].mean()), person), 8, seed=1, resamples=200)
    assert np.allclose(fast.draws, slow.draws)


def test_a_persona_drawn_twice_is_two_persons() -> None:
    persons = on_rows(lambda rows, person: float(len(np.unique(person))), np.repeat(np.arange(4), 3))
    assert persons(np.array([[4.0, 0, 0, 0], [1, 1, 2, 0]])).tolist() == [4, 4]


def test_strata_of_one_persona_each_cannot_be_resampled() -> None:
    drawn = persona_bootstrap(lambda c: c[:, 0], 3, seed=1, strata=["a", "b", "c"])
    assert np.isnan(drawn.low)
    assert drawn.warnings[0].startswith("singleton_strata")


def test_one_lonely_stratum_is_told() -> None:
    drawn = persona_bootstrap(lambda c: c @ np.arange(3.0), 3, seed=1, strata=["a", "a", "b"])
    assert np.isfinite(drawn.low)
    assert "1 strata have one persona" in drawn.warnings[0]


def test_an_interval_is_withheld_when_many_resamples_are_undefined() -> None:
    drawn = persona_bootstrap(lambda c: np.where(c[:, 0] > 0, 1.0, np.nan), 5, seed=1)
    assert np.isnan(drawn.low)
    assert drawn.warnings[0].startswith("undefined_resamples")


def test_labels_may_be_pairs_of_model_and_persona() -> None:
    codes, labels = numbered([("m1", "p"), ("m2", "p"), ("m1", "p")])
    assert codes.tolist() == [0, 1, 0]
    assert labels == [("m1", "p"), ("m2", "p")]


def test_a_row_without_a_persona_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="row 1 has none"):
        numbered(pd.Series(["a", None]))


def test_a_persona_in_two_strata_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="every persona must have one"):
        one_each(["high", "low"], np.array([0, 0]), "strata")


def test_strata_must_be_given_for_every_persona() -> None:
    with pytest.raises(ValueError, match="2 given for 3 personas"):
        persona_bootstrap(lambda c: c[:, 0], 3, seed=1, strata=["a", "b"])
