"""Self-report and behaviour over persons: R's correlations, pooling and correction, known truth, and undefined cases."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD
from pandas import DataFrame

from psychometrics.said_done_correlation import SaidDone, said_done_correlation

R = json.loads((Path(__file__).parents[1] / "reference" / "divergence_said_done.json").read_text())["correlation"]
MODEL = R["model"]
PERSON = list(range(len(MODEL)))
SAID, DONE, GONE = (DataFrame(R[each], dtype=float) for each in ("said", "done", "done_with_missing"))


def told(said: DataFrame = SAID, done: DataFrame = DONE, **more: Any) -> SaidDone:
    call = {"person": PERSON[: len(said)], "model": MODEL[: len(said)], "seed": 1, "resamples": 500} | more
    return said_done_correlation(said, done, **call)


def persons(n: int, rho: float, seed: int = 3, items: int = 8, noise: float = 1.0) -> tuple[DataFrame, DataFrame]:
    """Items of two traits that correlate `rho`; the reliability is items / (items + noise ** 2)."""
    random = np.random.default_rng(seed)
    traits = random.multivariate_normal([0, 0], [[1, rho], [rho, 1]], n)
    said, done = (DataFrame(trait[:, None] + noise * random.normal(size=(n, items))) for trait in traits.T)
    return said, done


@pytest.mark.parametrize(("case", "done"), [("complete", DONE), ("missing", GONE)])
def test_values_are_those_of_r(case: str, done: DataFrame) -> None:
    found, expected = told(done=done), R[case]
    for name in ("raw", "disattenuated", "reliability_said", "reliability_done"):
        assert getattr(found, name).value == pytest.approx(expected[name], abs=1e-10), name
    for name in ("r", "alpha_said", "alpha_done"):
        assert found.models[name].to_numpy() == pytest.approx(expected[name], abs=1e-10), name
    assert found.models["n_persons"].tolist() == [9, 16, 12] and found.raw.n_persons == 37


def test_one_model_has_the_plain_correlation() -> None:
    found = told(model=None)
    r = np.corrcoef(SAID.mean(axis=1), DONE.mean(axis=1))[0, 1]
    assert found.raw.value == pytest.approx(r) and found.raw.low < r < found.raw.high
    alphas = found.reliability_said.value * found.reliability_done.value
    assert found.disattenuated.value == pytest.approx(r / math.sqrt(alphas))
    assert found.raw.extra["null_unit"] == "persons" and found.raw.extra["null_p"] < 0.01


def test_a_correlation_that_was_put_in_comes_back_corrected() -> None:
    said, done = persons(600, 0.5, noise=2.0)
    found = told(said, done, person=list(range(600)), model=None)
    assert found.raw.value < 0.42 and found.disattenuated.low < 0.5 < found.disattenuated.high
    assert found.reliability_said.value == pytest.approx(8 / (8 + 4), abs=0.04)


def test_models_that_differ_in_level_make_no_correlation_between_persons() -> None:
    said, done = persons(80, 0.0)
    higher = np.repeat([0, 5], 40)
    model = ["a"] * 40 + ["b"] * 40
    found = told(said.add(higher, axis=0), done.add(higher, axis=0), person=list(range(80)), model=model)
    assert abs(found.raw.value) < 0.25 and found.raw.extra["null_p"] > 0.025
    assert found.raw.extra["null_unit"] == "persons within model"


def test_poles_alone_make_no_correlation_above_the_null() -> None:
    said, done = persons(60, 0.0)
    pole = np.repeat([0, 4], 30)
    call = {"person": list(range(60)), "model": ["a"] * 60}
    found = told(said.add(pole, axis=0), done.add(pole, axis=0), poles=dict(enumerate(pole)), **call)
    assert found.raw.value > 0.7 and found.raw.extra["null_p"] > 0.025 and found.raw.extra["null_mean"] > 0.7
    assert found.raw.extra["null_unit"] == "persons within model and assigned pole"
    assert found.raw.method.endswith("within strata")
    assert told(said.add(pole, axis=0), done.add(pole, axis=0), **call).raw.extra["null_p"] < 0.01


def test_a_value_above_one_is_reported_as_such() -> None:
    found = told().disattenuated
    assert found.value > 1 and found.has("above_one") and not told().raw.has("above_one")


def test_one_item_has_no_reliability() -> None:
    found = told(done=DONE[[0]])
    assert found.raw.estimable and found.disattenuated.note == found.reliability_done.note == "no_reliability"
    assert math.isnan(found.disattenuated.value) and found.reliability_said.estimable


def test_items_that_contradict_each_other_correct_nothing() -> None:
    # mean answers that differ, though the two items go apart
    done = DataFrame({"a": SAID[0], "b": 5.4 - 0.8 * SAID[0]})
    found = told(done=done)
    assert found.reliability_done.value < 0 and found.reliability_done.has("negative_average_covariance")
    assert found.raw.estimable and found.disattenuated.note == "unreliable"


def test_an_alpha_that_is_not_estimable_makes_the_pooled_one_undefined() -> None:
    done = DONE.copy()
    done.loc[[each == "b" for each in MODEL], [0, 1, 2, 3]] = 3.0  # one item is left that varies
    found = told(done=done)
    assert found.raw.estimable and found.reliability_done.note == "constant_items"
    assert found.reliability_done.has("constant_items") and found.disattenuated.note == "unreliable"


def test_models_that_tell_nothing_are_left_out_and_named() -> None:
    model = ["tiny"] * 3 + ["flat"] * 6 + MODEL[9:]
    said = SAID.copy()
    said.iloc[3:9] = 4.0
    found = told(said, model=model)
    assert found.raw.warnings[0] == "models_left_out: flat (constant_scores), tiny (too_few_persons)"
    rest = told(SAID[9:], DONE[9:], person=PERSON[9:], model=MODEL[9:])
    assert found.raw.value == rest.raw.value and found.raw.n_persons == 28 and found.raw.extra["n_models"] == 2
    assert found.models.set_index("model")["note"].to_dict() == {
        "b": "",
        "c": "",
        "flat": "constant_scores",
        "tiny": "too_few_persons",
    }


def test_a_perfect_correlation_does_not_outweigh_all_other_models() -> None:
    done = pd.concat([SAID[:9], persons(28, 0.0, items=6)[1]], ignore_index=True)
    found = told(done=done)
    assert abs(found.raw.value) < 0.6 and "a (perfect_correlation)" in found.raw.warnings[0]
    alone = told(SAID, SAID * 2, model=None)
    assert alone.raw.value == pytest.approx(1) and alone.raw.note == "perfect_correlation"
    assert math.isnan(alone.raw.low) and alone.disattenuated.value > 1


def test_nothing_to_correlate_is_undefined() -> None:
    assert told(SAID[:3], DONE[:3]).raw.note == "too_few_persons"
    flat = told(SAID * 0)
    assert flat.raw.note == flat.disattenuated.note == flat.reliability_said.note == "constant_scores"
    nobody = told(SAID[:0], DONE[:0])
    assert nobody.raw.note == "too_few_persons" and nobody.models.empty


def test_repeats_of_a_person_are_averaged_and_never_another_person() -> None:
    noise = np.tile([[0.5], [-0.5]], (len(SAID), 1))
    repeated = SAID.loc[np.repeat(SAID.index, 2)].reset_index(drop=True) + noise
    call = {"person": np.repeat(PERSON, 2), "model": np.repeat(MODEL, 2)}
    found = told(repeated, DONE.loc[np.repeat(DONE.index, 2)], **call)
    assert (found.raw.value, found.raw.low) == pytest.approx((told().raw.value, told().raw.low))
    assert found.raw.n_persons == 37 and found.raw.extra["n_rows"] == 74


def test_one_persona_of_two_models_is_two_persons() -> None:
    call = {"person": [0, 1, 2, 3, 4] * 2, "model": ["a"] * 5 + ["b"] * 5}
    found = told(SAID[:10], DONE[:10], poles=dict.fromkeys(range(5), "high"), **call)
    assert found.raw.n_persons == 10 and found.models["n_persons"].tolist() == [5, 5]


def test_the_order_of_rows_changes_nothing() -> None:
    order = np.random.default_rng(1).permutation(len(PERSON))
    poles = {each: each % 2 for each in PERSON}
    call = {"person": order, "model": [MODEL[each] for each in order]}
    found, there = told(SAID.iloc[order], GONE.iloc[order], poles=poles, **call), told(done=GONE, poles=poles)
    for one, other in ((found.raw, there.raw), (found.disattenuated, there.disattenuated)):
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))
    assert found.raw.extra["null_low"] == pytest.approx(there.raw.extra["null_low"])


def test_persons_without_one_side_are_left_out_and_counted() -> None:
    done = DONE.copy()
    done.iloc[[0, 20]] = np.nan
    found = told(done=done)
    assert found.raw.n_persons == 35 and found.raw.extra["n_left_out"] == 2


def test_an_item_that_a_model_never_answered_is_none_of_its_items() -> None:
    done = DONE.copy()
    done.loc[[each == "b" for each in MODEL], 2] = np.nan
    found = told(done=done)
    within = [each == "b" for each in MODEL]
    alone = told(SAID[within], DONE[within].drop(columns=2), person=PERSON[:16], model=["b"] * 16)
    assert found.models["alpha_done"][1] == pytest.approx(alone.reliability_done.value)
    assert found.disattenuated.estimable


@pytest.mark.parametrize("name", HARD)
def test_hard_data_get_a_value_or_a_reason(name: str) -> None:
    said = HARD[name]
    done = said[list(said.columns[::-1])] + np.random.default_rng(1).normal(size=said.shape)
    found = said_done_correlation(said, done, person=list(range(len(said))), seed=1, resamples=200)
    for each in (found.raw, found.disattenuated, found.reliability_said, found.reliability_done):
        assert each.estimable or each.note
        assert math.isnan(each.low) or each.low < each.high


def test_wrong_calls_are_named() -> None:
    with pytest.raises(ValueError, match="37 rows said, 36 done, 37 persons, 37 models"):
        told(done=DONE[:36])
    with pytest.raises(ValueError, match="person: row 1 has none"):
        told(person=[0, None, *range(2, 37)])
    with pytest.raises(ValueError, match="poles: person 1 has none"):
        told(poles={0: "high"})
