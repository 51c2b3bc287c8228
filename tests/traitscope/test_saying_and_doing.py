"""Saying and doing through the whole pipeline: what is put into a simulated responder comes out of the measures."""

import math

import numpy as np
import pytest
from saying_and_doing import BOTH, CHOICE, CHOSEN, OF_PAIRS, RATED, RATING, Told, ask, asked, person, told_of

from traitscope import pairing
from traitscope.divergence import NULL_RESPONDERS, measures
from traitscope.divergence_told import told

ON_ONE_METRIC = ["cosine", "vmd", "pcp", "level_gap", "absolute_gap"]
LIKELIHOOD = ask("likelihood", *BOTH, rest="")


@pytest.fixture(scope="module")
def same(tmp_path_factory) -> Told:
    """It acts on the trait it tells of, without noise."""
    models = person(action=1, noise=0, item_sd=0)
    return told_of(asked(tmp_path_factory.mktemp("same"), models, RATING, CHOICE))


@pytest.fixture(scope="module")
def opposite(tmp_path_factory) -> Told:
    """It acts against the trait it tells of."""
    return told_of(asked(tmp_path_factory.mktemp("opposite"), person(action=-1, noise=0, item_sd=0), RATING))


# ---- known truth


def test_who_acts_just_as_it_says_has_one_one_one_nought_one(same):
    assert same.values() == pytest.approx([1, 1, 1, 0, 1])
    assert [same.one(measure)["above_null"] for measure in OF_PAIRS] == [True] * 5
    assert same.one("spearman")["null_items_high"] < 0.5 and same.one("spearman")["null_persons_high"] < 0.5
    assert same.one("level_gap")["value"] == 0 and same.one("level_gap")["note"] == "equal_in_all_persons"
    for scale in "EN":
        assert same.one("correlation", scope="trait", scale=scale)["value"] == pytest.approx(1)
        assert same.one("rank_change", scope="trait", scale=scale)["value"] == 0
    # all resamples agree, so there is no interval; the finding must not take that for doubt
    assert "What it does goes with what it says (rank correlation of the pairs 1.00;" in same.finding(f"by {RATED} - ")


def test_a_noiseless_choice_goes_with_the_rating_as_far_as_two_values_can(same):
    # a choice has two values where the rating has five: seen are .84 and .84, of pairs without any noise
    for measure in ("centred_cosine", "spearman"):
        found = same.one(measure, done_by=CHOSEN)
        assert 0.8 < found["value"] < 0.9 and found["low"] > 0.75 and found["above_null"] is True
    pairs = pairing.pairs(same.record)
    chosen = pairs[(pairs["done_by"] == CHOSEN) & (pairs["said"] != 3)]
    assert (np.sign(chosen["said"] - 3) == np.sign(chosen["done"] - 3)).all()
    assert set(chosen["done"]) == {1.0, 5.0}
    assert same.one("cosine", done_by=CHOSEN)["value"] > 0.9
    assert "What it does goes with what it says" in same.finding(CHOSEN)


def test_a_perfect_persona_agrees_by_choice_too(tmp_path):
    found = told_of(asked(tmp_path, '"simulated:perfect"', ask("rating", "bfi44"), CHOICE))
    assert found.values(done_by=CHOSEN) == pytest.approx([1, 1, 1, 0, 1])
    assert "no value" not in found.text and "nan" not in found.text.lower()


def test_who_acts_against_what_it_says_does_the_contrary(opposite):
    for measure in ("centred_cosine", "spearman"):
        found = opposite.one(measure)
        assert found["value"] < -0.8 and found["high"] < -0.7 and found["above_null"] is False
    assert opposite.one("spearman", scope="trait", scale="E")["value"] < -0.8
    assert opposite.one("correlation", scope="trait", scale="E")["value"] < -0.95
    text = opposite.finding(RATED)
    assert "It does the contrary of what it says" in text and "unrelated pairs stay above -" in text
    assert "The raw cosine of 0.67 is not above what unrelated pairs" in text


def test_the_contrary_without_any_exception_is_told_too(opposite):
    pairs = pairing.pairs(opposite.record).assign(done=lambda rows: 6 - rows["said"])
    result, _ = told(measures(pairs[pairs["scale"] == "E"]), "Contrary", 10, 1, 40)
    assert "It does the contrary of what it says (rank correlation of the pairs -1.00;" in result["findings"][0]


def test_who_acts_on_another_trait_cannot_be_told_from_unrelated_pairs(tmp_path):
    found = told_of(asked(tmp_path, person(action=0, effect=0), RATING))
    assert [found.one(measure)["above_null"] for measure in OF_PAIRS] == [False] * 5
    spearman = found.one("spearman")
    # twins share how hard they are to agree to, so it is persons, not items, that must be exchanged
    assert spearman["null_items_high"] < spearman["null_persons_high"]
    assert abs(spearman["value"] - spearman["null_persons"]) < 0.15
    assert "It cannot be told from pairs that have nothing to do with each other" in found.finding(RATED)


# ---- likelihood


def test_likelihoods_have_patterns_and_no_level_beside_ratings(tmp_path):
    record = asked(tmp_path, person(noise=0.3), RATING, LIKELIHOOD)
    pairs = pairing.pairs(record)
    ways = {(RATED, "likelihood: item_centred"), ("likelihood: double_centred", RATED)}
    of_pair = pairs["said_by"].str.cat(pairs["done_by"], sep=" ")
    table = measures(pairs[of_pair.isin({" ".join(way) for way in ways})])
    result, text = told(table, "Likelihood", 10, 1, 40)
    found = Told(record, table, result["findings"], text)
    for said_by, done_by in ways:
        way = {"said_by": said_by, "done_by": done_by}
        for measure in ON_ONE_METRIC:
            row = found.one(measure, **way)
            assert row["note"] == "no_common_metric" and math.isnan(row["value"]) and row["verdict"] == ""
        for measure in ("centred_cosine", "spearman"):
            assert found.one(measure, **way)["value"] > 0.8 and found.one(measure, **way)["above_null"] is True
        for scale in "EN":
            assert found.one("correlation", scope="trait", scale=scale, **way)["value"] > 0.9
        text = found.finding(f"said by {said_by}, done by {done_by}")
        assert "What it does goes with what it says" in text and "have no common metric, so levels" in text
        some = found.table[(found.table["said_by"] == said_by) & (found.table["done_by"] == done_by)]
        assert not some["model"].isin(NULL_RESPONDERS).any()


# ---- levels and their intervals


def test_verdicts_on_the_level_are_upward_downward_and_agreeing(tmp_path):
    personas = ", ".join(
        f'{{ id = "p{each}", text = "You are {each}.", assigned = {{ extraversion = 1, neuroticism = -1 }} }}'
        for each in range(12)
    )
    against, along = (
        told_of(asked(tmp_path / name, person(action=action, effect=2, noise=0.3), RATING, personas=personas))
        for name, action in (("against", -1), ("along", 1))
    )
    for scale, verdict, sign in (("E", "diverges downward", -1), ("N", "diverges upward", 1)):
        found = against.one("level_gap", scope="trait", scale=scale)
        assert found["verdict"] == verdict and found["value"] * sign > 20
        assert along.one("level_gap", scope="trait", scale=scale)["verdict"] == "agrees"
    assert "acts higher than it says: N +" in against.finding(RATED)
    assert "acts lower than it says: E -" in against.finding(RATED)
    assert "acts at the level it says, within 10 points: E " in along.finding(RATED)
    (strict,) = told(measures(pairing.pairs(along.record), margin=0.01), "Strict", 0.01, 1, 40)[0]["findings"]
    assert "acts at the level it says" not in strict and "cannot be told: " in strict


def test_every_persona_has_rows_whose_intervals_are_over_items(opposite):
    rows = opposite.table[opposite.table["scope"] == "persona"]
    assert rows["persona"].nunique() == 16 and set(rows["n_persons"]) == {1}
    assert set(rows["measure"]) == {*OF_PAIRS, "level_gap", "absolute_gap"}
    gaps = rows[rows["measure"] == "level_gap"]
    shown = gaps["low"].notna()
    assert shown.all() and set(gaps["method"]) == {"percentile bootstrap over items"}
    assert (gaps["verdict"] == "diverges downward").any() or (gaps["verdict"] == "diverges upward").any()
    assert "By persona (intervals over items)" in opposite.text


def test_below_ten_personas_nothing_is_decided_without_an_interval(same):
    pairs = pairing.pairs(same.record)
    few = pairs[pairs["persona"].isin(pairs["persona"].unique()[:6])]
    result, _ = told(measures(few), "Few", 10, 1, 40)
    exact, chosen = result["findings"]
    # 1.00 in all resamples needs no interval; .8 does
    assert "What it does goes with what it says" in exact
    assert "Whether it acts as it says is left open without an interval" in chosen
    assert "beyond unrelated pairs; interval withheld: fewer than 10 persons" in chosen
