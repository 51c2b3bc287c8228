"""Multitrait-multimethod matrices, convergent, discriminant and criterion validity."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.multitrait import multitrait_multimethod
from psychometrics.validity import convergent_table, criterion_table

# drawn once: 12 persons, two traits by two methods
DRAWN = pd.DataFrame(
    [
        [-0.6, -0.8, 0.0, -0.6],
        [0.6, -0.3, 1.5, 0.9],
        [0.2, -1.4, 1.5, -1.0],
        [-0.3, -0.8, -1.9, -1.2],
        [1.0, 0.8, 0.5, 0.9],
        [0.8, -1.8, -1.8, -2.5],
        [-1.0, -0.9, -0.5, -1.4],
        [0.1, -2.4, -1.4, 1.3],
        [1.1, 0.7, 0.6, 1.7],
        [1.4, 1.0, 0.0, 0.9],
        [0.7, 0.2, 0.8, 0.8],
        [-0.6, 0.6, -1.4, -0.2],
    ],
    columns=["self_E", "self_N", "peer_E", "peer_N"],
)
METHODS = {"self": ["self_E", "self_N"], "peer": ["peer_E", "peer_N"]}


def scores(persons: int = 300, methods: str = "abc", noise: float = 1.0, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    trait = random.normal(size=(persons, 3))
    values = np.hstack([trait] * len(methods)) + noise * random.normal(size=(persons, 3 * len(methods)))
    return pd.DataFrame(values, columns=[f"{method}{each}" for method in methods for each in "XYZ"])


def columns(methods: str = "abc") -> dict[str, list[str]]:
    return {method: [f"{method}{each}" for each in "XYZ"] for method in methods}


def test_twelve_persons_have_the_correlations_and_tests_that_r_gives() -> None:
    # R 4.2: cor(x); cor.test(x[, 1], x[, 3]); p.adjust(p, "holm"); psych 2.2.9: r.test(12, r12 = r[1, 3],
    # r13 = r[1, 4], r23 = r[3, 4])
    found = multitrait_multimethod(DRAWN, ["E", "N"], METHODS)
    assert found.r.loc["self_E"].to_list() == pytest.approx([1, 0.3905788279, 0.3707658862, 0.4890545437])
    pair = found.pairs.query("column_a == 'self_E' and column_b == 'peer_E'").iloc[0]
    assert [pair["low"], pair["high"], pair["p"]] == pytest.approx([-0.2580429124, 0.7789253254, 0.2354350147])
    assert pair["kind"] == "convergent"
    test = found.comparisons.query("shared == 'self_E' and discriminant == 'peer_N'").iloc[0]
    assert [test["williams_t"], test["p"]] == pytest.approx([-0.3902668841, 0.7054152192])
    criterion = criterion_table(DRAWN[["self_E", "self_N"]], DRAWN[["peer_E", "peer_N"]])
    assert criterion["p_holm"].to_list() == pytest.approx([0.4708700293, 0.4017517258, 0.4708700293, 0.4017517258])


def test_summaries_are_means_of_their_pairs() -> None:
    found = multitrait_multimethod(scores(), list("XYZ"), columns())
    by_kind = found.pairs.groupby("kind")["r"]
    assert list(by_kind.size()) == [9, 18, 9]
    assert found.convergent_mean.value == pytest.approx(by_kind.mean()["convergent"])
    assert found.heterotrait_heteromethod_mean.value == pytest.approx(by_kind.mean()["heterotrait_heteromethod"])
    assert found.heterotrait_monomethod_mean.value == pytest.approx(by_kind.mean()["heterotrait_monomethod"])
    assert found.discriminant.value == pytest.approx(found.convergent["discriminant"].mean())
    others = found.pairs.loc[found.pairs["kind"] == "heterotrait_heteromethod", "r"].abs().mean()
    assert found.htmt_ratio.value == pytest.approx(others / found.convergent_mean.value)
    assert len(found.comparisons) == 9 * 4
    assert found.convergent_mean.low < 0.5 < found.convergent_mean.high


def test_noise_free_traits_are_recovered_by_disattenuation() -> None:
    found = multitrait_multimethod(scores(5000), list("XYZ"), columns(), reliabilities=[0.5] * 9, resamples=50)
    assert found.disattenuated.loc["aX", "bX"] == pytest.approx(1, abs=0.06)
    assert np.diag(found.disattenuated).tolist() == [0.5] * 9


def test_a_disattenuated_value_above_1_is_told_and_not_clipped() -> None:
    reliabilities = {"self_E": 0.3, "self_N": 0.3, "peer_E": 0.3, "peer_N": 0.4}
    found = multitrait_multimethod(DRAWN, ["E", "N"], METHODS, reliabilities=reliabilities)
    assert found.disattenuated.loc["self_E", "peer_E"] == pytest.approx(0.3707658862 / 0.3)
    assert found.warnings[0].startswith("disattenuated_above_1: ")
    assert "self_E with peer_E" in found.warnings[0]
    assert found.convergent_mean.has("disattenuated_above_1")


def test_units_and_order_of_persons_change_nothing() -> None:
    x = scores(100)
    there = multitrait_multimethod(x, list("XYZ"), columns(), resamples=50)
    moved = multitrait_multimethod(1e6 + 3 * x.sample(frac=1, random_state=1), list("XYZ"), columns(), resamples=50)
    assert moved.discriminant.value == pytest.approx(there.discriminant.value, abs=1e-8)
    assert moved.comparisons["williams_t"].to_list() == pytest.approx(
        there.comparisons["williams_t"].to_list(), abs=1e-6
    )


def test_the_bootstrap_has_the_standard_error_of_a_correlation() -> None:
    x = scores(400, "ab")
    found = multitrait_multimethod(x, ["X"], {"a": ["aX"], "b": ["bX"]}, resamples=4000)
    pair = found.pairs.iloc[0]
    assert found.convergent_mean.low == pytest.approx(pair["low"], abs=0.02)
    assert found.convergent_mean.high == pytest.approx(pair["high"], abs=0.02)


def test_missing_scores_are_left_out_pair_by_pair_or_person_by_person() -> None:
    holes = scores().mask(np.random.default_rng(2).random((300, 9)) < 0.1)
    pairwise, listwise = (
        multitrait_multimethod(holes, list("XYZ"), columns(), missing=rule, resamples=50)
        for rule in ("pairwise", "listwise")
    )
    assert pairwise.r.loc["aX", "bY"] == pytest.approx(holes["aX"].corr(holes["bY"]))
    assert listwise.convergent_mean.n_persons == len(holes.dropna())
    assert listwise.r.loc["aX", "bY"] == pytest.approx(holes.dropna()["aX"].corr(holes.dropna()["bY"]))
    assert pairwise.pairs["n_persons"].min() > listwise.convergent_mean.n_persons


def test_one_trait_or_one_method_leaves_no_such_summary() -> None:
    one_trait = multitrait_multimethod(scores(), ["X"], {each: [f"{each}X"] for each in "abc"})
    assert one_trait.convergent_mean.estimable
    assert one_trait.discriminant.note == one_trait.heterotrait_monomethod_mean.note == "one_trait"
    one_method = multitrait_multimethod(scores(), list("XYZ"), {"a": columns()["a"]})
    assert one_method.convergent_mean.note == one_method.htmt_ratio.note == "one_method"
    assert one_method.heterotrait_monomethod_mean.estimable


def test_a_constant_scale_is_named_and_the_other_correlations_stay() -> None:
    found = multitrait_multimethod(scores().assign(bY=2.0), list("XYZ"), columns())
    assert found.convergent_mean.estimable
    assert found.convergent_mean.has("constant_scores")
    assert math.isnan(found.r.loc["bY", "bY"])
    assert set(found.convergent.query("trait == 'Y' and method_b == 'b'")["note"]) == {"constant_scores"}


def test_methods_that_contradict_each_other_have_no_ratio() -> None:
    x = scores(methods="ab")
    found = multitrait_multimethod(
        x.assign(**{f"b{each}": -x[f"b{each}"] for each in "XYZ"}), list("XYZ"), columns("ab")
    )
    assert found.convergent_mean.value < 0
    assert found.htmt_ratio.note == "no_convergence"


def test_a_scale_correlated_with_itself_is_no_evidence() -> None:
    x = scores(methods="a")
    found = multitrait_multimethod(x.assign(bX=2 * x["aX"]), ["X"], {"a": ["aX"], "b": ["bX"]})
    assert found.convergent_mean.note == "identical_scores"
    assert math.isnan(found.convergent_mean.low)


def test_the_table_of_two_inventories_is_that_of_the_matrix() -> None:
    x = scores(methods="ab")
    first, second = (x[columns()[each]].set_axis(list("XYZ"), axis=1) for each in "ab")
    table = convergent_table(first, second[["Z", "X", "Y"]].assign(other=1.0))
    wanted = multitrait_multimethod(x, list("XYZ"), columns("ab")).convergent
    pd.testing.assert_frame_equal(
        table.drop(columns=["method_a", "method_b"]), wanted.drop(columns=["method_a", "method_b"])
    )
    assert (table["discriminant_low"] < table["discriminant_high"]).all()
    assert convergent_table(first, second.set_axis(list("UVW"), axis=1)).empty


def test_criteria_may_miss_persons() -> None:
    x = scores()
    outside = pd.DataFrame({"posts": x["aX"] + np.arange(300) % 7, "never": np.nan, "same": 1.0})
    outside.loc[:49, "posts"] = np.nan
    table = criterion_table(x[["aX", "aY"]], outside).set_index(["scale", "criterion"])
    assert table.loc[("aX", "posts"), "n_persons"] == 250
    assert table.loc[("aX", "never"), "note"] == "too_few_persons"
    assert table.loc[("aX", "same"), "note"] == "constant_scores"
    assert table["p_holm"].notna().sum() == 2


def test_wrong_calls_name_what_is_allowed() -> None:
    x = scores()
    with pytest.raises(ValueError, match='method "a": 3 columns for 2 traits'):
        multitrait_multimethod(x, ["X", "Y"], columns())
    with pytest.raises(ValueError, match='methods: column "zX"'):
        multitrait_multimethod(x, ["X"], {"z": ["zX"]})
    with pytest.raises(ValueError, match="every column may stand for one"):
        multitrait_multimethod(x, ["X"], {"a": ["aX"], "b": ["aX"]})
    with pytest.raises(ValueError, match=r"reliabilities: 1\.2;"):
        multitrait_multimethod(x, ["X"], {"a": ["aX"], "b": ["bX"]}, reliabilities=[0.5, 1.2])
    with pytest.raises(ValueError, match="criterion_table: 300 scores and 2 criteria"):
        criterion_table(x, x.head(2))


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
@pytest.mark.parametrize("name", HARD)
def test_hard_data_get_a_value_or_a_reason(name: str, missing: Any) -> None:
    x = HARD[name]
    named = list(x.columns[: x.shape[1] // 2 * 2][:4])
    half = len(named) // 2
    traits, methods = ["E", "N"][:half], {"a": named[:half], "b": named[half:]}
    found = multitrait_multimethod(x, traits, methods, missing=missing, reliabilities=[0.6] * len(named), resamples=100)
    for each in ("convergent_mean", "heterotrait_heteromethod_mean", "heterotrait_monomethod_mean", "discriminant"):
        estimate = getattr(found, each)
        assert estimate.estimable or estimate.note
        assert math.isnan(estimate.value) or abs(estimate.value) < 1 - 1e-9 or estimate.note == "identical_scores"
    assert found.htmt_ratio.estimable or found.htmt_ratio.note
    for table in (found.pairs, found.convergent, criterion_table(x[named[:half]], x[named[half:]], missing=missing)):
        assert (table["r"].notna() | (table["note"] != "")).all()
    assert (found.comparisons["williams_t"].notna() | (found.comparisons["note"] != "")).all()
