"""Inertia and steerability of options: values of Lee et al. and by hand, and tables that leave them undefined."""

import math

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from psychometrics.steerability import option_inertia, option_steerability

MEASURES = ["inertia", "steerability", "top_two"]


def answers(persons: int = 40, items: int = 4, options: int = 5, repeats: int = 1, seed: int = 2) -> DataFrame:
    random = np.random.default_rng(seed)
    rows = [
        (f"p{person}", f"v{item}", "ST"[item % 2], int(random.integers(0, 2 + item % (options - 1))))
        for person in range(persons)
        for item in range(items)
        for _ in range(repeats)
    ]
    return DataFrame(rows, columns=["persona", "item", "scale", "chosen"])


def bare(items: int = 4) -> DataFrame:
    return DataFrame({"item": [f"v{item}" for item in range(items)] * 2, "chosen": [0] * items + [1, 0] * (items // 2)})


def one(found: DataFrame, measure: str, *, item: str = "", over: str = "item", scale: str = "") -> pd.Series:
    rows = found[(found["measure"] == measure) & (found["over"] == over)]
    rows = rows[rows["item"] == item] if over == "item" else rows[rows["scale"] == scale]
    assert len(rows) == 1
    return rows.iloc[0]


def same(chosen: list[object]) -> DataFrame:
    return DataFrame({"persona": range(len(chosen)), "item": "v", "chosen": chosen})


@pytest.mark.parametrize(
    ("shares", "inertia"),
    [([1 / 6] * 6, 0), ([0.5, 0.5, 0, 0, 0, 0], 0.613147), ([0, 0, 1, 0, 0, 0], 1)],
    ids=["uniform", "two of six", "one"],
)
def test_distributions_have_the_published_inertia(shares: list[float], inertia: float) -> None:
    # shared/PROTOCOLS.md, section 6
    assert float(option_inertia(shares)) == pytest.approx(inertia, abs=5e-7)
    persons = [option for option, share in enumerate(shares) for _ in range(round(12 * share))]
    assert one(option_steerability(same(persons), 6, seed=1), "inertia", item="v")["value"] == pytest.approx(
        inertia, abs=5e-7
    )


def test_inertia_is_the_missing_share_of_scipys_entropy() -> None:
    p = np.random.default_rng(1).dirichlet(np.ones(4), 10)
    assert option_inertia(p) == pytest.approx(1 - entropy(p, axis=1, base=4))
    assert option_inertia(p, 7) == pytest.approx(1 - entropy(p, axis=1, base=7))


def test_an_inertia_of_nothing_is_undefined() -> None:
    assert math.isnan(option_inertia([0, 0])) and math.isnan(option_inertia([1], 1))
    with pytest.raises(ValueError, match="n_options: 2; 3 options were chosen"):
        option_inertia([1, 1, 1], 2)


def test_items_have_the_values_of_scipy() -> None:
    table, alone = answers(), bare()
    found = option_steerability(table, 5, alone, seed=1)
    for item, rows in table.groupby("item"):
        p = np.bincount(rows["chosen"], minlength=5) / len(rows)
        q = np.bincount(alone["chosen"][alone["item"] == item], minlength=5) / 2
        assert one(found, "inertia", item=item)["value"] == pytest.approx(1 - entropy(p, base=5))
        assert one(found, "steerability", item=item)["value"] == pytest.approx(jensenshannon(p, q, base=2) ** 2)
        assert one(found, "top_two", item=item)["value"] == pytest.approx(np.sort(p)[-2:].sum())
    assert found["measure"].tolist() == MEASURES * (4 + 2 * 2)


def test_a_scale_has_the_mean_of_its_items_and_the_value_of_all_its_answers() -> None:
    table, alone = answers(), bare()
    found = option_steerability(table, 5, alone, seed=1)
    for scale, items in (("S", ["v0", "v2"]), ("T", ["v1", "v3"])):
        for measure in MEASURES:
            mean = np.mean([one(found, measure, item=each)["value"] for each in items])
            assert one(found, measure, over="items", scale=scale)["value"] == pytest.approx(mean)
        p = np.bincount(table["chosen"][table["item"].isin(items)], minlength=5) / 80
        q = np.bincount(alone["chosen"][alone["item"].isin(items)], minlength=5) / 4
        together = {each: one(found, each, over="answers", scale=scale)["value"] for each in MEASURES}
        assert together["inertia"] == pytest.approx(1 - entropy(p, base=5))
        assert together["steerability"] == pytest.approx(jensenshannon(p, q, base=2) ** 2)
        assert together["top_two"] == pytest.approx(np.sort(p)[-2:].sum())


def test_personas_that_answer_like_nobody_and_like_the_bare_model_are_the_ends_of_steerability() -> None:
    table = same(["a", "b"] * 6)
    equal, apart = (
        option_steerability(table, 4, DataFrame({"item": "v", "chosen": each}), seed=1)
        for each in (["a", "b"], ["c", "d"])
    )
    assert one(equal, "steerability", item="v")["value"] == 0
    assert one(apart, "steerability", item="v")["value"] == pytest.approx(1)
    assert one(equal, "top_two", item="v")["value"] == 1


def test_a_persona_counts_once_however_often_it_was_asked() -> None:
    table = same(["a", "b", "c", "a"])
    repeated = pd.concat([table, table[table["persona"] == 3], table[table["persona"] == 3]])
    once, found = (option_steerability(each, 3, seed=1) for each in (table, repeated))
    pd.testing.assert_frame_equal(found, once)
    mixed = pd.concat([table, DataFrame({"persona": [3], "item": "v", "chosen": "b"})])
    # three and a half, one and a half (a: 1 + .5, b: 1 + .5, c: 1)
    expected = 1 - entropy([1.5, 1.5, 1], base=3)
    assert one(option_steerability(mixed, 3, seed=1), "inertia", item="v")["value"] == pytest.approx(expected)


def test_label_probabilities_are_weights() -> None:
    rows = [(p, "v", option, share) for p in range(5) for option, share in (("a", 0.3), ("b", 0.1), ("c", 0.0))]
    table = DataFrame(rows, columns=["persona", "item", "chosen", "weight"])
    found = option_steerability(table, 3, DataFrame({"item": "v", "chosen": ["a", "b"], "weight": [3, 1]}), seed=1)
    row = one(found, "inertia", item="v")
    assert row["value"] == pytest.approx(1 - entropy([0.75, 0.25], base=3))
    # an interval of no width would claim to know all other personas
    assert math.isnan(row["low"]) and row["warning"].startswith("equal_resamples") and row["method"] == ""
    assert one(found, "steerability", item="v")["value"] == 0


def test_intervals_are_those_of_personas_drawn_with_all_their_answers() -> None:
    random = np.random.default_rng(4)
    # ten personas who say the same three times know no more than ten who say it once
    table = answers(30, 2, repeats=1)
    copies = pd.concat([table] * 3)
    once, found = (option_steerability(each, 5, bare(2), seed=1) for each in (table, copies))
    assert found[["low", "high"]].to_numpy() == pytest.approx(once[["low", "high"]].to_numpy(), nan_ok=True)
    # against a bootstrap by hand, without the expansion for few personas
    chosen = table[table["item"] == "v1"]["chosen"].to_numpy()
    drawn = [1 - entropy(np.bincount(random.choice(chosen, 30), minlength=5), base=5) for _ in range(2000)]
    row = one(once, "inertia", item="v1")
    assert row["high"] - row["low"] == pytest.approx(np.ptp(np.quantile(drawn, [0.025, 0.975])), rel=0.25)


def test_a_value_below_its_interval_is_warned_of() -> None:
    found = option_steerability(same(list(range(6)) * 2), 6, seed=1)
    row = one(found, "inertia", item="v")
    assert row["value"] == pytest.approx(0) and row["low"] > 0 and row["warning"].startswith("plug_in_bias")
    calm = one(option_steerability(same([0] * 30 + [1] * 10), 6, seed=1), "inertia", item="v")
    assert calm["low"] < calm["value"] < calm["high"] and calm["warning"] == ""


def test_no_order_of_rows_or_names_changes_anything() -> None:
    table, alone = answers(), bare()
    there = option_steerability(table, 5, alone, seed=1)
    shuffled = option_steerability(table.sample(frac=1, random_state=1), 5, alone.iloc[::-1], seed=1)
    pd.testing.assert_frame_equal(shuffled, there)
    names = dict(zip(range(5), "echad", strict=True))
    renamed = option_steerability(
        table.assign(chosen=table["chosen"].map(names)), 5, alone.assign(chosen=alone["chosen"].map(names)), seed=1
    )
    pd.testing.assert_frame_equal(renamed, there)


def test_without_bare_answers_there_is_no_steerability() -> None:
    found = option_steerability(answers(), 5, seed=1)
    steered = found[found["measure"] == "steerability"]
    assert steered["value"].isna().all() and set(steered["note"]) == {"no_bare_answers"}
    assert found[found["measure"] != "steerability"]["value"].notna().all()
    some = option_steerability(answers(), 5, bare().query("item == 'v0'"), seed=1)
    assert one(some, "steerability", item="v2")["note"] == "no_bare_answers"
    scale = one(some, "steerability", over="items", scale="S")
    assert (scale["n_items"], scale["value"]) == (1, one(some, "steerability", item="v0")["value"])


def test_two_personas_are_too_few_and_missing_answers_count_for_nobody() -> None:
    table = answers(6, 2)
    some = table.assign(chosen=table["chosen"].astype(object).mask((table["item"] == "v0") & (table.index > 3)))
    found = option_steerability(some, 5, bare(2), seed=1)
    row = one(found, "inertia", item="v0")
    assert (row["note"], row["n_persons"]) == ("too_few_persons", 2) and math.isnan(row["value"])
    assert one(found, "inertia", over="items", scale="S")["note"] == "too_few_persons"
    assert one(found, "inertia", item="v1")["n_persons"] == 6
    nobody = option_steerability(table.assign(chosen=None), 5, bare(2), seed=1)
    assert set(nobody["note"]) == {"too_few_persons"}


def test_items_with_different_options_have_no_common_distribution() -> None:
    table = answers(20, 2).assign(scale="S")
    counts = option_steerability(table, {"v0": 4, "v1": 5}, seed=1)
    words = option_steerability(table.assign(chosen=table["item"] + table["chosen"].astype(str)), 4, seed=1)
    for found in (counts, words):
        row = one(found, "inertia", over="answers", scale="S")
        assert row["note"] == "different_options" and math.isnan(row["value"])
        assert one(found, "inertia", over="items", scale="S")["note"] == ""


def test_an_item_with_one_option_says_nothing() -> None:
    found = option_steerability(same(["a"] * 5), 1, DataFrame({"item": "v", "chosen": ["a"]}), seed=1)
    assert set(found["note"]) == {"one_option"} and found["value"].isna().all()


def test_no_rows_give_no_rows() -> None:
    assert option_steerability(answers().head(0), 5, seed=1).empty


def test_wrong_calls_are_named() -> None:
    table = answers()
    with pytest.raises(ValueError, match="chosen: column item is missing; there are"):
        option_steerability(table.drop(columns="item"), 5, seed=1)
    with pytest.raises(ValueError, match="bare: column chosen is missing"):
        option_steerability(table, 5, bare().drop(columns="chosen"), seed=1)
    with pytest.raises(ValueError, match="n_options: 2 for item 'v1'; 3 options were chosen"):
        option_steerability(table, 2, seed=1)
    with pytest.raises(ValueError, match="n_options: item 'v1' has none"):
        option_steerability(table, {"v0": 5}, seed=1)
    with pytest.raises(ValueError, match="scale: item 'v0' has two"):
        option_steerability(table.assign(scale=table["persona"]), 5, seed=1)
    with pytest.raises(ValueError, match="chosen: weight -1"):
        option_steerability(table.assign(weight=-1), 5, seed=1)
    with pytest.raises(ValueError, match="persona: row 0 has none"):
        option_steerability(table.assign(persona=None), 5, seed=1)
