"""Self-confirmation: shares by hand, and responders that agree to everything or to nothing."""

import math

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame

from psychometrics.self_confirmation import self_confirmation


def choices(persons: int, items: int, yes: float, also: float, seed: int = 1) -> DataFrame:
    random = np.random.default_rng(seed)
    at = np.indices((persons, items)).reshape(2, -1)
    n = persons * items
    answers = {"confirmed": random.random(n) < yes, "opposite": random.random(n) < also}
    return DataFrame({"person": at[0], "item": at[1]}).assign(
        **{key: each.astype(float) for key, each in answers.items()}
    )


def test_shares_are_percent_of_the_usable_answers() -> None:
    table = choices(4, 3, 0.5, 0.5).assign(confirmed=[1, 1, 0, np.nan] * 3, opposite=[0, np.nan, 1, 0] * 3)
    found = self_confirmation(table, seed=1)
    assert found.confirmed.value == pytest.approx(100 * 6 / 9) and found.opposite.value == pytest.approx(100 * 3 / 9)
    assert found.discrimination.value == pytest.approx(100 * (3 - 3) / 6)
    used = [each.extra["n_used"] for each in (found.confirmed, found.opposite, found.discrimination)]
    assert used == [9, 9, 6] and found.confirmed.extra["n_unusable"] == 3 and found.confirmed.n_items == 3


def test_who_stands_by_its_choices_confirms_them_and_not_their_opposites() -> None:
    found = self_confirmation(choices(30, 20, 0.9, 0.2), seed=1)
    assert found.confirmed.value == pytest.approx(90, abs=3) and found.opposite.value == pytest.approx(20, abs=4)
    assert found.discrimination.low < 70 < found.discrimination.high
    assert found.discrimination.value == pytest.approx(found.confirmed.value - found.opposite.value)


@pytest.mark.parametrize(("answer", "code"), [(1.0, "always_confirms"), (0.0, "never_confirms")])
def test_one_answer_to_everything_is_recognised(answer: float, code: str) -> None:
    found = self_confirmation(choices(12, 5, 1, 1).assign(confirmed=answer, opposite=answer), seed=1)
    assert (found.confirmed.value, found.opposite.value, found.discrimination.value) == (100 * answer, 100 * answer, 0)
    for each in (found.confirmed, found.opposite, found.discrimination):
        assert each.has(code) and math.isnan(each.low)


def test_a_perfect_responder_is_not_suspected() -> None:
    found = self_confirmation(choices(12, 5, 1, 0).assign(confirmed=1.0, opposite=0.0), seed=1)
    assert found.discrimination.value == 100 and not found.confirmed.has("always_confirms")


def test_an_opposite_that_was_not_asked_is_named() -> None:
    found = self_confirmation(choices(12, 5, 0.7, 1).assign(opposite=np.nan), seed=1)
    assert found.confirmed.estimable
    assert found.opposite.note == found.discrimination.note == "not_asked" and math.isnan(found.opposite.value)


def test_answers_that_never_meet_have_no_difference() -> None:
    table = choices(12, 2, 0.7, 0.2)
    first = table["item"] == 0
    apart = table.assign(confirmed=table["confirmed"].where(first), opposite=table["opposite"].where(~first))
    found = self_confirmation(apart, seed=1)
    assert found.confirmed.estimable and found.opposite.estimable and found.discrimination.note == "no_pairs"


def test_nothing_usable_is_undefined() -> None:
    empty = choices(3, 2, 1, 1).assign(confirmed=np.nan, opposite=np.nan)
    for table in (empty, empty.head(0)):
        found = self_confirmation(table, seed=1)
        assert found.confirmed.note == "no_answers" and found.opposite.note == "not_asked"


def test_one_person_is_resampled_by_items() -> None:
    alone = self_confirmation(choices(1, 40, 0.7, 0.3), seed=1).confirmed
    assert alone.method == "percentile bootstrap over items" and alone.low < alone.value < alone.high
    assert (alone.n_persons, alone.n_items) == (1, 40)
    assert self_confirmation(choices(5, 40, 0.7, 0.3), seed=1).confirmed.method.startswith("persona bootstrap")
    single = self_confirmation(choices(1, 1, 1, 0), seed=1).confirmed
    assert single.value == 100 and math.isnan(single.low)


def test_repeats_make_no_interval_narrower() -> None:
    table = choices(12, 6, 0.6, 0.3)
    once, thrice = self_confirmation(table, seed=1), self_confirmation(pd.concat([table] * 3), seed=1)
    assert (thrice.confirmed.low, thrice.confirmed.high) == pytest.approx((once.confirmed.low, once.confirmed.high))
    alone = table[table["person"] == 0]
    once, thrice = self_confirmation(alone, seed=1), self_confirmation(pd.concat([alone] * 3), seed=1)
    assert (thrice.confirmed.low, thrice.confirmed.high) == pytest.approx((once.confirmed.low, once.confirmed.high))


def test_the_order_of_rows_changes_nothing() -> None:
    table, poles = choices(12, 6, 0.6, 0.3), {each: each % 2 for each in range(12)}
    there, found = (
        self_confirmation(each, poles=poles, seed=1) for each in (table, table.sample(frac=1, random_state=2))
    )
    assert found.discrimination == there.discrimination and found.confirmed.method.endswith("within strata")


def test_wrong_calls_are_named() -> None:
    table = choices(3, 2, 1, 1)
    with pytest.raises(ValueError, match="confirmed: 2; allowed are 1"):
        self_confirmation(table.assign(confirmed=2), seed=1)
    with pytest.raises(ValueError, match="column item is missing"):
        self_confirmation(table.drop(columns="item"), seed=1)
    with pytest.raises(ValueError, match="person: row 0 has none"):
        self_confirmation(table.assign(person=None), seed=1)
    with pytest.raises(ValueError, match="poles: person 1 has none"):
        self_confirmation(table, poles={0: "high"}, seed=1)
