"""Personality alignment: values by hand, baselines that tell nothing, and keys that change nothing."""

import math

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame

from psychometrics.alignment import alignment

NAN = math.nan
KEYS = {1: 1, 2: -1, 3: 1, 4: -1, 5: 1, 6: -1}


def people(persons: int = 20, seed: int = 1, *, noise: float = 0.8) -> DataFrame:
    """Two traits of six items, two of them known; the model's answers are the person's with `noise`."""
    random = np.random.default_rng(seed)
    rows = []
    for person in range(persons):
        for trait in "EN":
            level = random.normal(0, 1)
            for item, key in KEYS.items():
                answer = np.clip(np.round(3 + key * (level + random.normal(0, 0.6))), 1, 5)
                guess = np.clip(np.round(answer + random.normal(0, noise)), 1, 5)
                rows.append((f"p{person:02}", trait, f"{trait}{item}", key, answer, int(item < 3), guess))
    return DataFrame(rows, columns=["person", "trait", "item", "key", "answer", "known", "model"])


def test_values_are_those_computed_by_hand() -> None:
    # p: E known 5; held out 5, 4 against model 5, 4 -> 5, 2: |0|, |2|; mid-point 2, 1; own mean 0, 1
    #    N known 1 and 2 (mean 1.5); held out 2 against model 3: 1; mid-point 1; own mean .5
    table = DataFrame(
        [
            ("p", "E", "e1", 5, 1, NAN),
            ("p", "E", "e2", 5, 0, 5),
            ("p", "E", "e3", 4, 0, 2),
            ("p", "N", "n1", 1, 1, NAN),
            ("p", "N", "n2", 2, 1, NAN),
            ("p", "N", "n3", 2, 0, 3),
        ],
        columns=["person", "trait", "item", "answer", "known", "model"],
    )
    found = alignment(table, low=1, high=5, seed=1)
    e, n, both = found.traits["E"], found.traits["N"], found.summed
    assert (e.model.value, e.midpoint.value, e.own_mean.value) == (1, 1.5, 0.5)
    assert (n.model.value, n.midpoint.value, n.own_mean.value) == (1, 1, 0.5)
    assert (both.model.value, both.midpoint.value, both.own_mean.value) == (2, 2.5, 1)
    assert (both.against_midpoint.value, both.against_own_mean.value) == (-0.5, 1)
    assert both.model.note == "too_few_persons" and both.model.extra["n_traits"] == 2
    assert found.persons["n_items"].tolist() == [2, 1] and found.persons["model"].tolist() == [1, 1]


def test_perfect_answers_give_zero() -> None:
    table = people()
    found = alignment(table.assign(model=table["answer"]), low=1, high=5, seed=1).summed
    assert found.model.value == 0 and found.model.note == "equal_in_all_persons" and math.isnan(found.model.low)
    assert found.against_midpoint.high < 0 and found.against_own_mean.high < 0
    assert found.against_midpoint.value == pytest.approx(-found.midpoint.value)


def test_always_the_mid_point_is_no_nearer_than_the_mid_point() -> None:
    found = alignment(people().assign(model=3.0), low=1, high=5, seed=1).summed
    assert found.model.value == found.midpoint.value
    assert (found.against_midpoint.value, found.against_midpoint.note) == (0, "equal_in_all_persons")


def test_the_mid_point_is_that_of_the_scale() -> None:
    table = people().assign(model=lambda x: x["answer"])
    seven = table.assign(answer=table["answer"] + 2, model=table["model"] + 2)
    one, other = (alignment(each, low=low, high=low + 4, seed=1).summed for each, low in ((table, 1), (seven, 3)))
    assert one.midpoint == other.midpoint
    assert alignment(seven, low=1, high=7, seed=1).summed.midpoint.value != one.midpoint.value


@pytest.mark.parametrize("turned", [["E1"], ["E4", "N3"], [f"{t}{i}" for t in "EN" for i in KEYS]])
def test_an_item_turned_round_changes_nothing(turned: list[str]) -> None:
    table = people()
    here = table["item"].isin(turned)
    other = table.assign(
        answer=table["answer"].mask(here, 6 - table["answer"]),
        model=table["model"].mask(here, 6 - table["model"]),
        key=table["key"].mask(here, -table["key"]),
    )
    one, two = alignment(table, low=1, high=5, seed=1), alignment(other, low=1, high=5, seed=1)
    assert one.summed == two.summed and one.traits == two.traits


def test_answers_keyed_before_need_no_key() -> None:
    table = people()
    before = table.assign(
        **{each: np.where(table["key"] == -1, 6 - table[each], table[each]) for each in ("answer", "model")}
    ).drop(columns="key")
    assert alignment(before, low=1, high=5, seed=1).summed == alignment(table, low=1, high=5, seed=1).summed


def test_the_mean_of_known_answers_is_better_than_the_mid_point_for_people_with_traits() -> None:
    found = alignment(people(60, noise=0.4), low=1, high=5, seed=1).summed
    assert found.model.value < found.own_mean.value < found.midpoint.value
    # the paired difference is the difference of the means, and has its own interval
    assert found.against_own_mean.value == pytest.approx(found.model.value - found.own_mean.value)
    assert found.against_own_mean.low < found.against_own_mean.value < found.against_own_mean.high


def test_a_model_that_mixes_up_the_persons_is_beaten_by_the_mid_point() -> None:
    table = people(60)
    asked = table.pivot(index="person", columns="item", values="answer")
    mixed = asked.sample(frac=1, random_state=1).set_axis(asked.index).stack().rename("model").reset_index()
    found = alignment(table.drop(columns="model").merge(mixed), low=1, high=5, seed=1).summed
    assert found.against_midpoint.low > 0


def test_answers_the_model_did_not_give_are_left_out_of_all_three_and_counted() -> None:
    table = people()
    gap = table.copy()
    asked = gap.index[gap["known"] == 0]
    gap.loc[asked[:5], "model"], gap.loc[asked[9], "answer"] = NAN, NAN
    found = alignment(gap, low=1, high=5, seed=1)
    extra = found.summed.model.extra
    assert (extra["n_unanswered"], extra["n_no_answer"], extra["n_compared"]) == (5, 1, len(asked) - 6)
    # the first person lost four E items, so all of E
    assert (found.traits["E"].model.n_persons, found.summed.model.n_persons, extra["n_incomplete"]) == (19, 19, 1)
    rest = gap[gap["model"].notna() & gap["answer"].notna()]
    assert alignment(rest, low=1, high=5, seed=1).summed.midpoint == found.summed.midpoint


def test_what_the_model_says_of_known_answers_does_not_count() -> None:
    table = people()
    told = table.assign(model=table["model"].mask(table["known"] == 1, -99))
    assert alignment(told, low=1, high=5, seed=1).summed == alignment(table, low=1, high=5, seed=1).summed


def test_without_known_answers_there_is_no_own_mean() -> None:
    table = people()
    found = alignment(table.assign(known=0), low=1, high=5, seed=1).summed
    assert found.own_mean.note == found.against_own_mean.note == "no_known_answers" and found.model.estimable
    one = table.assign(known=table["known"].where(table["person"] != "p00", 0))
    some = alignment(one, low=1, high=5, seed=1).summed
    assert (some.model.n_persons, some.own_mean.n_persons, some.against_own_mean.n_persons) == (20, 19, 19)


def test_repeats_of_the_model_are_averaged_and_are_no_persons() -> None:
    table = people()
    first = table[table["item"] == "E4"]
    repeated = pd.concat([table, first.assign(model=1), first.assign(model=5)])
    found, once = alignment(repeated, low=1, high=5, seed=1), alignment(table, low=1, high=5, seed=1)
    assert (found.summed.model.n_persons, found.summed.midpoint.value) == (20, once.summed.midpoint.value)
    own = (first["answer"] - first["model"]).abs()
    extra = ((own + (first["answer"] - 1) + (5 - first["answer"])) / 3 - own) / 4
    assert found.traits["E"].model.value - once.traits["E"].model.value == pytest.approx(extra.mean())
    assert found.persons["n_items"].eq(4).all()


def test_a_trait_the_model_was_not_asked_for_is_no_part_of_the_sum() -> None:
    table = people()
    known = table.assign(known=table["known"].where(table["trait"] == "E", 1))
    found = alignment(known, low=1, high=5, seed=1)
    assert found.traits["N"].model.note == "no_pairs" and found.summed.model.extra["n_traits"] == 1
    assert found.summed.model.value == found.traits["E"].model.value


def test_the_rows_may_stand_in_any_order() -> None:
    table = people()
    mixed = table.sample(frac=1, random_state=2)
    one, other = alignment(table, low=1, high=5, seed=1), alignment(mixed, low=1, high=5, seed=1)
    assert one.summed.model.value == pytest.approx(other.summed.model.value)
    assert one.summed.own_mean.low == pytest.approx(other.summed.own_mean.low)
    pd.testing.assert_frame_equal(one.persons, other.persons)


def test_persons_are_drawn_within_poles() -> None:
    table = people()
    poles = {each: int(each[1:]) % 2 for each in table["person"]}
    assert alignment(table, low=1, high=5, poles=poles, seed=1).summed.model.method.endswith("within strata")


@pytest.mark.parametrize("rows", [0, 1, 3, 7])
def test_hardly_any_data_get_a_value_or_a_reason(rows: int) -> None:
    found = alignment(people().head(rows), low=1, high=5, seed=1)
    for aligned in (found.summed, *found.traits.values()):
        for each in (aligned.model, aligned.midpoint, aligned.own_mean, aligned.against_own_mean):
            assert each.estimable or each.note


def test_wrong_calls_are_named() -> None:
    table = people(3)
    with pytest.raises(ValueError, match="answer: 6; allowed is 1 to 5"):
        alignment(table.assign(answer=6), low=1, high=5, seed=1)
    with pytest.raises(ValueError, match="model: 0; allowed is 1 to 5"):
        alignment(table.assign(model=0), low=1, high=5, seed=1)
    with pytest.raises(ValueError, match="known: 2; allowed"):
        alignment(table.assign(known=2), low=1, high=5, seed=1)
    with pytest.raises(ValueError, match="key: 0; allowed are 1 and -1"):
        alignment(table.assign(key=0), low=1, high=5, seed=1)
    with pytest.raises(ValueError, match="column model is missing"):
        alignment(table.drop(columns="model"), low=1, high=5, seed=1)
    with pytest.raises(ValueError, match="low, high: 5, 1"):
        alignment(table, low=5, high=1, seed=1)
    with pytest.raises(ValueError, match="two answers of the person"):
        alignment(pd.concat([table, table.assign(answer=6 - table["answer"])]), low=1, high=5, seed=1)
