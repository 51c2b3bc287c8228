"""What the printed form does: known biases are put in, and found."""

import math

import numpy as np
import pandas as pd
import pytest

from psychometrics import form_effects, position_preference


def long(printed: np.ndarray, turned: np.ndarray, **more) -> pd.DataFrame:
    """Two tables, persons x items, as one long table with the levels printed and reversed."""
    parts = []
    for level, values in (("printed", printed), ("reversed", turned)):
        persons, items = np.indices(values.shape)
        parts.append(
            pd.DataFrame(
                {
                    "person": [f"p{i}" for i in persons.ravel()],
                    "item": [f"q{i}" for i in items.ravel()],
                    "level": level,
                    "value": values.ravel().astype(float),
                }
            )
        )
    return pd.concat(parts, ignore_index=True).assign(**more)


ANSWERS = np.random.default_rng(1).integers(1, 6, (20, 8))


def test_answers_that_stay_agree_fully() -> None:
    (effect,) = form_effects(long(ANSWERS, ANSWERS), seed=1)
    assert (effect.change.value, effect.agreement.value, effect.shift.value) == (0, 1, 0)
    assert effect.agreement.note == "identical_levels"


def test_a_known_shift_is_found() -> None:
    low = np.minimum(ANSWERS, 4)
    (effect,) = form_effects(long(low, low + 1), seed=1)
    assert (effect.change.value, effect.agreement.value, effect.shift.value) == (1, 0, 1)
    assert (effect.reference, effect.level) == ("printed", "reversed")


def test_the_shift_has_a_paired_interval_over_persons() -> None:
    noise = np.random.default_rng(2).normal(0.2, 1, ANSWERS.shape)
    (effect,) = form_effects(long(ANSWERS, ANSWERS + noise), seed=1)
    means = noise.mean(axis=1)
    assert effect.shift.value == pytest.approx(means.mean())
    assert effect.shift.high - effect.shift.value == pytest.approx(2.0930 * means.std(ddof=1) / math.sqrt(20), rel=1e-4)
    assert effect.shift.n_persons == 20


def test_a_constant_responder_agrees_without_being_consistent() -> None:
    threes = np.full((5, 4), 3)
    (effect,) = form_effects(long(threes, threes), seed=1)
    assert effect.agreement.value == 1
    assert effect.agreement.note == effect.shift.note == "degenerate_identical_items"
    assert effect.agreement.extra["share_constant_persons"] == 1
    assert math.isnan(effect.agreement.low)


def test_persons_with_each_their_own_constant_are_degenerate_too() -> None:
    own = np.repeat([[1], [2], [3], [4]], 6, axis=1)
    (effect,) = form_effects(long(own, own), seed=1)
    assert effect.agreement.note == "degenerate_identical_items"


def test_one_item_varies_between_persons_and_is_not_degenerate() -> None:
    (effect,) = form_effects(long(ANSWERS[:, :1], ANSWERS[:, :1]), seed=1)
    assert effect.agreement.note == "identical_levels"


def test_two_persons_get_values_without_intervals() -> None:
    (effect,) = form_effects(long(ANSWERS[:2], ANSWERS[:2, ::-1]), seed=1)
    for each in (effect.change, effect.agreement, effect.shift):
        assert each.note == "too_few_persons"
        assert each.estimable
        assert math.isnan(each.low)


def test_a_missing_answer_leaves_its_pair_out() -> None:
    turned = ANSWERS.astype(float)
    turned[0, 0] = np.nan
    (effect,) = form_effects(long(ANSWERS, turned), seed=1)
    assert (effect.change.extra["n_pairs"], effect.change.extra["n_unpaired"]) == (159, 1)


def test_levels_that_nobody_answered_both_have_no_pairs() -> None:
    (effect,) = form_effects(long(ANSWERS, np.full(ANSWERS.shape, np.nan)), seed=1)
    assert effect.shift.note == "no_pairs"


def test_a_person_with_more_answers_has_no_more_weight() -> None:
    turned = ANSWERS.astype(float)
    turned[0] += 1
    table = long(ANSWERS, turned)
    fewer = table[~((table["person"] == "p1") & (table["item"] != "q0"))]
    assert form_effects(fewer, seed=1)[0].shift.value == pytest.approx(1 / 20)


def test_every_pair_of_levels_is_compared_or_each_with_the_reference() -> None:
    table = pd.concat(
        [long(ANSWERS, ANSWERS), long(ANSWERS, ANSWERS).query("level == 'printed'").assign(level="roman")]
    )
    assert len(form_effects(table, seed=1)) == 3
    found = form_effects(table, seed=1, reference="roman")
    assert [(each.reference, each.level) for each in found] == [("roman", "printed"), ("roman", "reversed")]
    with pytest.raises(ValueError, match="none of the levels printed, reversed, roman"):
        form_effects(table, seed=1, reference="arabic")


def test_replicates_are_paired_with_their_like() -> None:
    table = pd.concat([long(ANSWERS, ANSWERS, replicate=1), long(ANSWERS[::-1], ANSWERS[::-1], replicate=2)])
    assert form_effects(table, seed=1)[0].agreement.value == 1
    with pytest.raises(ValueError, match="repeats are told apart by a column replicate"):
        form_effects(table.drop(columns="replicate"), seed=1)


def test_an_empty_table_has_no_effects() -> None:
    assert form_effects(long(ANSWERS, ANSWERS).iloc[:0], seed=1) == ()


# ---- positions


def printed_at(values: np.ndarray, turned: np.ndarray) -> pd.DataFrame:
    """Adds the printed position of the chosen content on a scale of five that is reversed in the second level."""
    table = long(values, turned)
    return table.assign(position=np.where(table["level"] == "printed", table["value"], 6 - table["value"]))


def test_a_responder_that_follows_the_first_position_is_told() -> None:
    ones = np.full((4, 6), 1)
    found = position_preference(printed_at(ones, 6 - ones), seed=1)
    assert found.note.startswith("follows_position: all 4 persons")
    assert found.note.endswith("always position 1")
    assert (found.same_position.value, found.same_content.value) == (1, 0)
    assert found.shares.query("level == 'all'")["share"].tolist() == [1]


def test_a_responder_that_follows_positions_item_by_item_is_told() -> None:
    found = position_preference(printed_at(ANSWERS, 6 - ANSWERS), seed=1)
    assert found.note.startswith("follows_position")
    assert "always" not in found.note


def test_a_responder_that_follows_content_is_not() -> None:
    found = position_preference(printed_at(ANSWERS, ANSWERS), seed=1)
    assert found.note == ""
    assert found.same_content.value == 1
    assert found.same_position.value < 0.5
    assert found.same_position.extra["n_position_followers"] == 0


def test_the_middle_option_cannot_tell_position_from_content() -> None:
    threes = np.full((4, 6), 3)
    found = position_preference(printed_at(threes, threes), seed=1)
    assert found.note == ""
    assert found.same_position.note == "position_and_content_confounded"


def test_one_order_alone_tells_only_the_shares() -> None:
    table = printed_at(ANSWERS, ANSWERS).query("level == 'printed'")
    found = position_preference(table, seed=1)
    assert found.same_position.note == "one_order"
    assert found.shares.query("level == 'all'")["share"].sum() == pytest.approx(1)


def test_shares_are_given_for_every_order() -> None:
    shares = position_preference(printed_at(ANSWERS, ANSWERS), seed=1).shares
    assert shares.groupby("level")["share"].sum().round(9).to_dict() == {"all": 1, "printed": 1, "reversed": 1}
    assert shares["n_answers"].sum() == 2 * ANSWERS.size * 2
