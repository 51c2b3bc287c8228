"""Paired answers: the measures as R gives them, their nulls against every permutation, and pairs that tell nothing."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from psychometrics.divergence import Measure, divergence
from psychometrics.pair_measures import MEASURES

REFERENCE = json.loads((Path(__file__).parent.parent / "reference" / "divergence_pairs.json").read_text())


def table(said: object, done: object) -> pd.DataFrame:
    """Persons x items, twice, as one row a pair."""
    x, y = np.array(said, dtype=float), np.array(done, dtype=float)
    person, item = np.indices(x.shape)
    columns = {"person": person, "item": item, "said": x, "done": y}
    return pd.DataFrame({name: each.ravel() for name, each in columns.items()})


def random_table(persons: int, items: int, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return table(*random.integers(1, 8, (2, persons, items)))


def values(found: dict[str, Measure]) -> list[float]:
    return [each.estimate.value for each in found.values()]


def notes(found: dict[str, Measure]) -> list[str]:
    return [each.estimate.note for each in found.values()]


def in_order(measures: dict[str, float]) -> list[float]:
    return [measures[name] for name in MEASURES]


@pytest.mark.parametrize("case", ["survey", "one"])
def test_the_measures_are_those_of_r(case: str) -> None:
    reference = REFERENCE[case]
    found = divergence(table(reference["said"], reference["done"]), seed=1, resamples=100, permutations=10)
    assert list(found) == list(MEASURES)
    assert values(found) == pytest.approx(in_order(reference["measures"]), abs=1e-8)


def test_tau_decides_which_pairs_are_consistent() -> None:
    reference = REFERENCE["survey"]
    found = divergence(table(reference["said"], reference["done"]), tau=0, seed=1, resamples=100, permutations=10)
    assert found["pcp"].estimate.value == pytest.approx(reference["pcp_tau_0"])
    assert found["pcp"].estimate.extra["tau"] == 0


@pytest.mark.parametrize(
    ("case", "unit", "expected"),
    [
        ("one", "items", "items"),
        ("small", "persons", "persons"),
        ("small", "persons", "within_poles"),
        ("gaps", "persons", "persons"),
        ("gaps", "persons", "within_poles"),
        ("fine", "persons", "persons"),
    ],
)
def test_a_null_is_that_of_all_permutations(case: str, unit: str, expected: str) -> None:
    reference = REFERENCE[case]
    poles = dict(enumerate("aaabb")) if expected == "within_poles" else None
    pairs = table(reference["said"], reference["done"])
    found = divergence(pairs, poles=poles, seed=2, resamples=100, permutations=20_000)
    nulls = {name: each.nulls[unit] for name, each in found.items()}
    for name, null in nulls.items():
        spread = null.high - null.low
        assert null.mean == pytest.approx(reference[expected]["mean"][name], abs=max(0.015 * spread, 1e-8)), name
        assert null.p == pytest.approx(reference[expected]["share"][name], abs=0.015), name


def test_the_items_of_every_person_are_permuted_on_their_own() -> None:
    pairs = random_table(20, 9).drop(index=[3, 4, 5, 40, 100])
    null = divergence(pairs, seed=3, permutations=8000)["centred_cosine"].nulls["items"]
    said, done = (pairs[name] - pairs[name].mean() for name in ("said", "done"))
    size = math.sqrt((said**2).sum() * (done**2).sum())
    parts = pd.DataFrame({"person": pairs["person"], "said": said, "done": done}).groupby("person")
    counts, sums, spreads = parts["said"].size(), parts.sum(), parts.var(ddof=1)
    mean = (sums["said"] * sums["done"] / counts).sum() / size
    sd = math.sqrt(((counts - 1) * spreads["said"] * spreads["done"]).sum()) / size
    assert null.mean == pytest.approx(mean, abs=0.05 * sd)
    assert null.low == pytest.approx(mean - 1.96 * sd, abs=0.15 * sd)
    assert null.high == pytest.approx(mean + 1.96 * sd, abs=0.15 * sd)


def test_identical_answers_are_wholly_consistent() -> None:
    pairs = random_table(12, 10)
    found = divergence(pairs.assign(done=pairs["said"]), seed=1)
    assert values(found) == pytest.approx([1, 1, 1, 0, 1])
    assert all(each.above_null for each in found.values())
    assert all(math.isnan(each.estimate.low) and each.estimate.has("equal_resamples") for each in found.values())


def test_unrelated_answers_have_a_high_cosine_that_is_not_above_its_null() -> None:
    found = divergence(random_table(33, 44), seed=1)
    assert found["cosine"].estimate.value == pytest.approx(0.8, abs=0.03)
    assert [each.above_null for each in found.values()] == [False] * 5
    assert all(null.p > 0.025 for each in found.values() for null in each.nulls.values())


def test_a_shared_level_of_the_persons_is_above_exchanged_persons_only() -> None:
    random = np.random.default_rng(4)
    level = random.normal(4, 1.5, (30, 1))
    found = divergence(table(*(level + random.normal(0, 0.7, (2, 30, 12)))), seed=1)["vmd"]
    assert found.consistent_when == "low"
    assert found.estimate.value < found.nulls["persons"].low
    assert found.nulls["persons"].p == 1 / 2001
    assert found.nulls["items"].p > 0.025
    assert found.above_null is False


def test_poles_that_explain_everything_leave_nothing_above_the_null() -> None:
    random = np.random.default_rng(5)
    level = np.repeat([2.0, 6.0], 15)[:, None]
    pairs = table(*(level + random.normal(0, 0.7, (2, 30, 6))))
    poles = dict(enumerate(["low"] * 15 + ["high"] * 15))
    plain, within = (divergence(pairs, poles=each, seed=1)["centred_cosine"].nulls["persons"] for each in (None, poles))
    assert plain.p == 1 / 2001
    assert within.p > 0.01
    assert within.unit == plain.unit + " of one assigned pole"


def test_the_interval_of_persons_covers_what_another_sample_gives() -> None:
    random = np.random.default_rng(6)

    def sample() -> pd.DataFrame:
        level = random.normal(4, 1, (25, 1))
        return table(*np.clip(np.round(level + random.normal(0, 1, (2, 25, 8))), 1, 7))

    many = pd.concat([sample().assign(person=np.arange(200) // 8 + 25 * k) for k in range(80)])
    truth = values(divergence(many, seed=1, resamples=10, permutations=1))
    covered = np.zeros(5)
    for _ in range(60):
        found = divergence(sample(), seed=1, resamples=500, permutations=1)
        ends = [(each.estimate.low, each.estimate.high) for each in found.values()]
        covered += [low <= true <= high for (low, high), true in zip(ends, truth, strict=True)]
    assert (covered / 60 >= 0.85).all()


@pytest.mark.parametrize("noise", [0.0, 1.0], ids=["few distinct pairs", "many"])
def test_the_interval_of_rho_is_that_of_resampled_tables(noise: float) -> None:
    random = np.random.default_rng(8)
    level = random.integers(2, 6, (9, 1))
    said, done = level + random.integers(-1, 2, (2, 9, 5)) + noise * random.random((2, 9, 5))
    estimate = divergence(table(said, done), seed=1, resamples=3000, permutations=1)["spearman"].estimate
    chosen = random.integers(0, 9, (800, 9))
    drawn = [spearmanr(said[each].ravel(), done[each].ravel()).statistic for each in chosen]
    # the ends are taken further out than 2.5 %, so that the interval of a mean is as wide as Student's
    assert estimate.low == pytest.approx(np.quantile(drawn, 0.0072), abs=0.5 * np.std(drawn))
    assert estimate.high == pytest.approx(np.quantile(drawn, 0.9928), abs=0.5 * np.std(drawn))


def test_one_person_gets_an_interval_over_items() -> None:
    random = np.random.default_rng(7)
    said = random.integers(1, 8, (1, 44)).astype(float)
    found = divergence(table(said, said + random.integers(-1, 2, (1, 44))), seed=1, poles={0: "high"})
    for each in found.values():
        assert each.estimate.n_persons == 1 and each.estimate.n_items == 44
        assert each.nulls["persons"].note == "one_person" and not each.nulls["persons"].estimable
    vmd = found["vmd"]
    assert vmd.estimate.method == "percentile bootstrap over items"
    assert vmd.estimate.low < vmd.estimate.value < vmd.estimate.high
    assert vmd.above_null is True  # the null over items is the one there is


def test_without_a_common_metric_only_patterns_are_compared() -> None:
    pairs = random_table(12, 8)
    found = divergence(pairs.assign(done=1000 * pairs["said"] - 5e5), common_metric=False, seed=1)
    assert notes(found) == ["no_common_metric", "", "", "no_common_metric", "no_common_metric"]
    assert found["centred_cosine"].estimate.value == pytest.approx(1)
    assert found["spearman"].estimate.value == pytest.approx(1)
    assert found["vmd"].above_null is None
    assert found["vmd"].nulls["items"].note == "no_common_metric"


def test_a_responder_that_always_says_three_is_not_above_its_null() -> None:
    pairs = random_table(10, 6).assign(said=3.0, done=3.0)
    found = divergence(pairs, seed=1)
    assert notes(found) == ["", "constant_answers", "constant_answers", "", ""]
    assert found["pcp"].estimate.value == 1 and found["pcp"].estimate.has("constant_answers")
    for name in ("cosine", "vmd", "pcp"):
        assert [null.note for null in found[name].nulls.values()] == ["equal_permutations"] * 2
        assert [null.p for null in found[name].nulls.values()] == [1, 1]
        assert found[name].above_null is False
    assert found["spearman"].above_null is None


def test_answers_without_any_length_have_no_cosine() -> None:
    found = divergence(random_table(5, 5).assign(said=0.0), seed=1)
    assert notes(found)[:3] == ["zero_norm", "constant_answers", "constant_answers"]


@pytest.mark.parametrize("pairs", [0, 1, 2])
def test_two_pairs_are_too_few(pairs: int) -> None:
    found = divergence(random_table(1, 5).head(pairs), seed=1)
    assert notes(found) == ["too_few_pairs"] * 5
    assert all(math.isnan(each.estimate.value) and each.above_null is None for each in found.values())


def test_rows_with_a_gap_are_left_out_and_counted() -> None:
    pairs = random_table(8, 6)
    holes = pairs.assign(done=pairs["done"].where((pairs.index % 7 != 0) & (pairs["person"] != 2)))
    found, shorter = divergence(holes, seed=1), divergence(holes.dropna(), seed=1)
    extra = found["vmd"].estimate.extra
    assert extra["n_left_out"] == holes["done"].isna().sum() and extra["n_persons_left_out"] == 1
    assert found["vmd"].estimate.n_persons == 7
    assert values(found) == values(shorter)
    assert found["spearman"].nulls == shorter["spearman"].nulls


def test_a_person_without_a_partner_is_not_exchanged() -> None:
    pairs = random_table(4, 6)
    alone = divergence(pairs, poles=dict(enumerate("abcd")), seed=1)["vmd"]
    assert alone.nulls["persons"].note == "one_person_per_pole"
    assert alone.nulls["items"].estimable and alone.above_null is not None
    assert alone.estimate.has("singleton_strata") and math.isnan(alone.estimate.low)


def test_persons_with_other_items_cannot_be_exchanged() -> None:
    pairs = random_table(4, 6).assign(item=range(24))
    assert divergence(pairs, seed=1)["pcp"].nulls["persons"].note == "no_common_items"


def test_one_item_a_person_cannot_be_permuted() -> None:
    found = divergence(random_table(12, 1), seed=1)["pcp"]
    assert found.nulls["items"].note == "one_item" and found.nulls["persons"].estimable


def test_exchanges_that_leave_too_few_pairs_give_no_null() -> None:
    pairs = random_table(2, 5)
    pairs["item"] += 4 * pairs["person"]  # one item in common
    assert divergence(pairs, seed=1)["vmd"].nulls["persons"].note == "undefined_permutations"


def test_a_person_may_be_a_model_and_a_persona() -> None:
    pairs = random_table(12, 4)
    named = pairs.assign(person=[(f"m{each % 2}", each) for each in pairs["person"]])
    poles = {each: each[0] for each in named["person"]}
    assert values(divergence(named, poles=poles, seed=1)) == pytest.approx(values(divergence(pairs, seed=1)))


def test_the_order_of_rows_changes_nothing() -> None:
    pairs = random_table(9, 5)
    assert divergence(pairs.sample(frac=1, random_state=1), seed=1) == divergence(pairs, seed=1)


def test_the_same_seed_gives_the_same_numbers() -> None:
    pairs = random_table(9, 5)
    assert divergence(pairs, seed=4) == divergence(pairs, seed=4)
    assert divergence(pairs, seed=4)["vmd"].nulls != divergence(pairs, seed=5)["vmd"].nulls


def test_answers_far_from_zero_keep_their_digits() -> None:
    pairs = random_table(9, 5)
    far = pairs.assign(said=pairs["said"] + 1e6, done=pairs["done"] + 1e6)
    near, moved = divergence(pairs, seed=1), divergence(far, seed=1)
    for name in ("centred_cosine", "spearman", "vmd", "pcp"):
        assert moved[name].estimate.value == pytest.approx(near[name].estimate.value, abs=1e-8)
        assert moved[name].nulls["items"].high == pytest.approx(near[name].nulls["items"].high, abs=1e-8)


def test_mistakes_are_named() -> None:
    pairs = random_table(3, 4)
    with pytest.raises(ValueError, match="pairs: column done is missing; there are person, item, said"):
        divergence(pairs.drop(columns="done"), seed=1)
    with pytest.raises(ValueError, match="tau: -1; allowed are numbers from 0"):
        divergence(pairs, tau=-1, seed=1)
    with pytest.raises(ValueError, match="permutations: 0; allowed are 1 and more"):
        divergence(pairs, permutations=0, seed=1)
    with pytest.raises(ValueError, match="stands twice"):
        divergence(pd.concat([pairs, pairs.head(1)]), seed=1)
    with pytest.raises(ValueError, match="poles: person 2 has none"):
        divergence(pairs, poles={0: "a", 1: "a"}, seed=1)
