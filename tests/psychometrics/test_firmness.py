"""Firm or fickle: golden values of Li et al. (2025), by hand, and what unreadable rounds do and do not do."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD
from pandas import DataFrame

from psychometrics.firmness import firmness, position_weighted_consistency

NAN = math.nan
GOLDEN = [1, 1, 1, 0, 1, 0, 0, 1]


def asked(kept: dict[str, list[float]], item: str = "a") -> DataFrame:
    """A conversation a person: rounds 0, 1, ... as they stand."""
    rows = [(person, item, at, s) for person, all_ in kept.items() for at, s in enumerate(all_)]
    return DataFrame(rows, columns=["person", "item", "round", "kept"])


def test_the_golden_values_come_back() -> None:
    assert position_weighted_consistency([1] * 8) == pytest.approx(1.815125, abs=5e-7)
    assert position_weighted_consistency(GOLDEN) == pytest.approx(1.697243, abs=5e-7)
    found = firmness(asked({"p": GOLDEN}), seed=1).pwc
    assert found.value == pytest.approx(1.697243, abs=5e-7)


def test_gamma_horizon_and_normalisation_stay_with_the_value() -> None:
    found = firmness(asked({"p": [1, 0, 1]}), gamma=0.5, horizon=3, normalised=True, seed=1).pwc
    assert found.value == pytest.approx(1.25 / 1.75)
    assert [found.extra[each] for each in ("gamma", "horizon", "normalised", "maximum")] == [0.5, 3, 1, 1.0]
    plain = firmness(asked({"p": [1, 0, 1]}), gamma=0.5, horizon=3, seed=1).pwc
    assert (plain.value, plain.extra["maximum"], plain.extra["normalised"]) == (1.25, 1.75, 0)


def test_gamma_one_counts_the_rounds_kept() -> None:
    assert position_weighted_consistency(GOLDEN, gamma=1) == 5
    assert position_weighted_consistency(GOLDEN, gamma=1, normalised=True) == 5 / 8


def test_an_early_flip_costs_more_than_all_later_ones() -> None:
    early, late = position_weighted_consistency([[0, 1, 1, 1, 1, 1, 1, 1], [1, 0, 0, 0, 0, 0, 0, 0]])
    assert early == pytest.approx(0.815125, abs=1e-6) and late == 1 > early


def test_a_share_of_flips_has_wilsons_interval() -> None:
    # 3 of 10: .1078 and .6032 (Wilson, 1927; by hand in test_contamination's doctest, too)
    kept = {f"p{i}": [1, 1, 0 if i < 3 else 1, 1, 1, 1, 1, 1] for i in range(10)}
    found = firmness(asked(kept), seed=1).flips
    assert (found.value, found.n_persons, found.method) == (0.3, 10, "Wilson")
    assert [found.low, found.high] == pytest.approx([0.10779, 0.60322], abs=1e-5)
    assert (found.extra["n_flipped"], found.extra["n_untold"]) == (3, 0)


def test_the_flip_round_is_that_of_the_first_flip_and_of_flippers_only() -> None:
    kept = {"p": [1, 0, 1, 0, 1, 1, 1, 1], "q": [1] * 8, "r": [1, 1, 1, 1, 0, 0, 0, 0], "s": [0] * 8}
    found = firmness(asked(kept), seed=1)
    assert found.flip_round.value == pytest.approx((1 + 4 + 0) / 3)
    assert found.flip_round.n_persons == 3 and found.flips.value == 0.75
    assert found.conversations["flip_round"].tolist() == pytest.approx([1, NAN, 4, 0], nan_ok=True)


def test_without_a_flip_there_is_no_flip_round() -> None:
    found = firmness(asked({each: [1] * 8 for each in "pqrs"}), seed=1)
    assert math.isnan(found.flip_round.value) and found.flip_round.note == "no_flips"
    assert found.flips.value == 0 and found.flips.high > 0.3
    assert found.pwc.note == "equal_in_all_persons" and math.isnan(found.pwc.low)


def test_an_unreadable_round_is_neither_kept_nor_flipped() -> None:
    both = [position_weighted_consistency([1, each, 1, 0], gamma=0.5) for each in (0, 1)]
    gap = position_weighted_consistency([1, NAN, 1, 0], gamma=0.5)
    # readable weights 1, .25, .125, of which 1 and .25 are kept; all weights are 1.875
    assert gap == pytest.approx(1.25 / 1.375 * 1.875) and both[0] < gap < both[1]
    assert math.isnan(position_weighted_consistency([NAN] * 8))
    found = firmness(asked({"p": [1, NAN, 1, 1, 1, 1, 1, 1]}), seed=1).flips
    assert (found.note, found.extra["n_untold"]) == ("untold", 1)
    assert (found.extra["share_if_kept"], found.extra["share_if_flipped"]) == (0, 1)


def test_a_round_without_a_row_is_unreadable() -> None:
    table = asked({"p": [1, NAN, *[1] * 6], "q": GOLDEN, "r": [1] * 8})
    one, other = firmness(table, seed=1), firmness(table.dropna(), seed=1)
    assert one.pwc == other.pwc and one.flips == other.flips
    pd.testing.assert_frame_equal(one.conversations, other.conversations)


def test_both_rules_for_unreadable_rounds_are_told() -> None:
    kept = {"p": [0, *[1] * 7], "q": [1] * 8, "r": [NAN, 0, *[1] * 6], "s": [1, NAN, *[1] * 6]}
    pairwise, listwise = firmness(asked(kept), seed=1), firmness(asked(kept), missing="listwise", seed=1)
    assert (pairwise.pwc.n_persons, listwise.pwc.n_persons) == (4, 2)
    assert pairwise.pwc.extra["listwise"] == pytest.approx(listwise.pwc.value)
    assert listwise.pwc.extra["pairwise"] == pytest.approx(pairwise.pwc.value)
    assert listwise.flips.value == pairwise.flips.extra["listwise"] == 0.5
    assert pairwise.flips.value == listwise.flips.extra["pairwise"] == pytest.approx(2 / 3)
    # r was not read before its flip, which may have come earlier
    assert (pairwise.flip_round.value, pairwise.flip_round.extra["n_maybe_earlier"]) == (0.5, 1)
    assert (listwise.flip_round.value, listwise.flip_round.extra["n_maybe_earlier"]) == (0, 0)
    assert pairwise.pwc.extra["unreadable_share"] == 2 / 32


def test_repeats_are_no_persons() -> None:
    random = np.random.default_rng(2)
    kept = {f"p{i}": (random.random(8) < 0.6).astype(float).tolist() for i in range(12)}
    once = firmness(asked(kept).assign(replicate=0), seed=1)
    thrice = firmness(pd.concat([asked(kept).assign(replicate=each) for each in range(3)]), seed=1)
    assert (thrice.pwc.value, thrice.pwc.low) == pytest.approx((once.pwc.value, once.pwc.low))
    assert thrice.pwc.n_persons == 12 and thrice.flip_round.value == once.flip_round.value
    assert thrice.flips.value == once.flips.value and thrice.flips.n_persons == 12
    assert thrice.flips.has("repeated_persons") and not once.flips.has("repeated_persons")


def test_a_person_with_many_conversations_counts_once() -> None:
    few, many = asked({"p": [1] * 8}), [asked({"q": [0] * 8}, item) for item in "abc"]
    assert firmness(pd.concat([few, *many]), seed=1).pwc.value == pytest.approx(1.8151245 / 2)


def test_each_item_has_its_mean_over_persons() -> None:
    table = pd.concat([asked({"p": [1] * 8, "q": GOLDEN}), asked({"p": [0] * 8}, "b")])
    items = firmness(table, seed=1).items.set_index("item")
    assert items["pwc"].to_dict() == pytest.approx({"a": (1.8151245 + 1.6972433) / 2, "b": 0}, abs=1e-6)
    assert items["flips"].to_dict() == {"a": 0.5, "b": 1} and items["n_persons"].to_dict() == {"a": 2, "b": 1}


def test_neither_order_of_rows_nor_their_index_matters() -> None:
    random = np.random.default_rng(3)
    kept = {f"p{i}": np.where(random.random(8) < 0.1, NAN, random.random(8) < 0.8).tolist() for i in range(15)}
    table = pd.concat([asked(kept), asked(dict(list(kept.items())[:9]), "b")])
    one, other = firmness(table, seed=1), firmness(table.sample(frac=1, random_state=1), seed=1)
    assert (one.pwc, one.flips, one.flip_round) == (other.pwc, other.flips, other.flip_round)
    assert one.pwc.low < one.pwc.value < one.pwc.high


def test_persons_are_drawn_within_poles() -> None:
    kept = {f"p{i}": [1] * 8 if i % 2 else GOLDEN for i in range(10)}
    kept["p0"] = [0] * 8
    wide = firmness(asked(kept), seed=1).pwc
    within = firmness(asked(kept), poles={f"p{i}": i % 2 for i in range(10)}, seed=1).pwc
    assert within.method.endswith("within strata")
    assert within.high < wide.high or within.low > wide.low


def test_wrong_calls_are_named() -> None:
    table = asked({"p": GOLDEN})
    with pytest.raises(ValueError, match=r"kept: 2; allowed are 1 \(kept\)"):
        firmness(table.replace({"kept": {1: 2}}), seed=1)
    with pytest.raises(ValueError, match="round: 8; allowed are the whole numbers 0 to 7"):
        firmness(table.assign(round=table["round"] + 1), seed=1)
    with pytest.raises(ValueError, match="gamma: 0; allowed"):
        firmness(table, gamma=0, seed=1)
    with pytest.raises(ValueError, match="column kept is missing"):
        firmness(table.drop(columns="kept"), seed=1)
    with pytest.raises(ValueError, match="stands twice"):
        firmness(pd.concat([table, table]), seed=1)
    with pytest.raises(ValueError, match="horizon: 0"):
        firmness(table, horizon=0, seed=1)
    with pytest.raises(ValueError, match='missing: "drop"'):
        firmness(table, missing="drop", seed=1)  # type: ignore[arg-type]


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
@pytest.mark.parametrize("name", HARD)
def test_hard_data_get_a_value_or_a_reason(name: str, missing: str) -> None:
    wide = HARD[name].set_axis(range(HARD[name].shape[1]), axis=1)
    kept = (wide > 2).where(wide.notna()).astype(float)
    table = kept.rename_axis("person").reset_index().melt("person", var_name="round", value_name="kept")
    found = firmness(table.assign(item="a"), horizon=12, missing=missing, seed=1, resamples=50)
    for each in (found.pwc, found.flips, found.flip_round):
        assert each.estimable or each.note
