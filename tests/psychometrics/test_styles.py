"""Response styles: what was put into simulated answers is found, as R's definitions have it; labels, desirability."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.acquiescence import style_alphas, without_acquiescence
from psychometrics.desirability import desirability_shift
from psychometrics.labels import label_preference
from psychometrics.styles import response_styles

KEYS = {f"q{i + 1}": key for i, key in enumerate([1, -1, 1, -1, 1, 1, -1, 1])}


def answers(agree: float = 0.4, persons: int = 60, seed: int = 11) -> pd.DataFrame:
    """Answers 1 to 5 to eight items of both keys; persons differ in trait and in agreement; 5 % are missing."""
    random = np.random.default_rng(seed)
    keys = np.array(list(KEYS.values()))
    trait = random.normal(0, 0.8, persons)[:, None]
    style = random.normal(agree, 0.5, persons)[:, None]
    x = np.clip(np.round(3 + trait * keys + style + random.normal(0, 0.9, (persons, 8))), 1, 5)
    x[random.random(x.shape) < 0.05] = np.nan
    return pd.DataFrame(x, columns=list(KEYS))


RAW = answers()


def test_r_finds_the_same_styles() -> None:
    # R 4.2.2, the rowMeans of raw == 1 | raw == 5 and so on, na.rm = TRUE; sd(); psych::alpha()$total$raw_alpha
    found, alphas = response_styles(RAW, KEYS, 1, 5), style_alphas(RAW, KEYS, 1, 5)
    known = {
        "acquiescence": (0.4377777778, 0.4996148862),
        "extreme": (0.2498809524, 0.1999891543),
        "midpoint": (0.2971230159, 0.1734270133),
        "net_agreement": (0.2794642857, 0.3780016896),
        "within_person_sd": (1.010828764, 0.3092451744),
    }
    for name, (mean, sd) in known.items():
        estimate = getattr(found, name)
        assert (estimate.value, estimate.extra["sd"]) == pytest.approx((mean, sd), abs=1e-9)
    told = [alphas.keyed.value, alphas.unkeyed.value, alphas.corrected.value, alphas.positive_half.value]
    assert told == pytest.approx([0.7827816337, 0.5437581628, 0.8319174137, 0.8459990147], abs=1e-9)


def test_acquiescence_that_was_put_in_lies_in_the_interval() -> None:
    found = response_styles(answers(0.3, 400, seed=5), KEYS, 1, 5).acquiescence
    assert found.low < 0.3 < found.high
    assert (found.n_persons, found.method) == (400, "t over persons")


def test_a_trait_is_no_acquiescence() -> None:
    raw = pd.DataFrame([[5, 1, 5, 1], [4, 2, 4, 2], [1, 5, 1, 5]], columns=["a", "b", "c", "d"])
    found = response_styles(raw, {"a": 1, "b": -1, "c": 1, "d": -1}, 1, 5)
    assert found.of_persons["acquiescence"].tolist() == [0, 0, 0]
    assert found.both_affirmed.value == 0


def test_who_affirms_both_items_of_a_pair_is_counted_by_pairs() -> None:
    raw = pd.DataFrame([[5, 4, 2, np.nan], [1, 5, 5, 4]], columns=["a", "b", "c", "d"])
    found = response_styles(raw, {"a": 1, "b": 1, "c": -1, "d": -1}, 1, 5)
    assert found.of_persons["both_affirmed"].tolist() == [0, 0.5]
    raw["c"] = 4.0
    assert response_styles(raw, {"a": 1, "b": 1, "c": -1, "d": -1}, 1, 5).of_persons["both_affirmed"].tolist() == [
        1,
        0.5,
    ]


def test_pairs_are_built_within_a_scale() -> None:
    raw = pd.DataFrame([[5, 5, 1, 1]] * 3, columns=["a", "b", "c", "d"])
    keys = {"a": 1, "b": -1, "c": 1, "d": -1}
    found = response_styles(raw, keys, 1, 5, scales={"a": "E", "b": "E", "c": "N", "d": "N"})
    assert found.of_persons["acquiescence"].tolist() == [0, 0, 0]
    assert found.both_affirmed.value == 0.5


def test_scales_of_one_key_are_left_out_and_named() -> None:
    raw = pd.DataFrame([[5, 3, 5], [4, 2, 5], [3, 4, 5]], columns=["a", "b", "m"])
    found = response_styles(raw, {"a": 1, "b": -1, "m": 1}, 1, 5, scales={"a": "E", "b": "E", "m": "M"}).acquiescence
    assert found.has("no_key_balance") and found.note == ""
    assert found.value == pytest.approx(0.5)


def test_without_negative_items_there_is_no_acquiescence() -> None:
    keys = dict.fromkeys(KEYS, 1)
    found = response_styles(RAW, keys, 1, 5)
    assert not found.acquiescence.estimable and found.acquiescence.note == "no_key_balance"
    assert found.both_affirmed.note == "no_key_balance"
    corrected = without_acquiescence(RAW, keys, 1, 5)
    assert corrected.note == "no_key_balance" and corrected.values.isna().all().all()
    assert style_alphas(RAW, keys, 1, 5).corrected.note == "no_key_balance"


def test_corrected_answers_have_no_acquiescence_left_and_say_that_they_are_ipsatised() -> None:
    corrected = without_acquiescence(RAW, KEYS, 1, 5)
    turned = pd.DataFrame(
        {item: 6 - corrected.values[item] if KEYS[item] < 0 else corrected.values[item] for item in KEYS}
    )
    left = (
        turned[[i for i in KEYS if KEYS[i] > 0]].mean(axis=1) + turned[[i for i in KEYS if KEYS[i] < 0]].mean(axis=1)
    ) / 2
    assert np.allclose(left, 3)
    assert corrected.note == "ipsatised"
    assert style_alphas(RAW, KEYS, 1, 5).corrected.has("ipsatised")


def test_straight_lines_are_found() -> None:
    raw = pd.DataFrame([[3, 3, 3, 3], [1, 1, 5, 2], [1, 2, np.nan, 2]], columns=list("abcd"))
    found = response_styles(raw, {"a": 1, "b": -1, "c": 1, "d": -1}, 1, 5)
    assert found.of_persons["longest_run"].tolist() == pytest.approx([1, 0.5, 2 / 3])
    assert found.one_answer.value == pytest.approx(1 / 3)
    always = response_styles(raw * 0 + 3, {"a": 1, "b": -1, "c": 1, "d": -1}, 1, 5)
    assert always.one_answer.note == always.within_person_sd.note == "one_answer_throughout"


def test_an_even_number_of_categories_has_no_midpoint() -> None:
    assert response_styles(RAW, KEYS, 1, 6).midpoint.note == "no_midpoint"
    assert response_styles(RAW, KEYS, 1, 5).midpoint.note == ""


def test_repeats_of_a_persona_are_not_persons() -> None:
    twice = pd.concat([RAW, RAW], ignore_index=True)
    found = response_styles(twice, KEYS, 1, 5, persona=[*range(60), *range(60)])
    once = response_styles(RAW, KEYS, 1, 5)
    assert found.acquiescence.n_persons == 60
    assert (found.acquiescence.low, found.acquiescence.high) == pytest.approx(
        (once.acquiescence.low, once.acquiescence.high)
    )
    assert len(found.of_persons) == 120


def test_values_outside_the_response_scale_are_named() -> None:
    with pytest.raises(ValueError, match=r'item "q1", row .*: value 5; allowed is 1 to 4'):
        response_styles(RAW, KEYS, 1, 4)
    with pytest.raises(ValueError, match='scales: item "q1" has none'):
        response_styles(RAW, KEYS, 1, 5, scales={})
    with pytest.raises(ValueError, match="persona: 3 labels for 60 rows"):
        response_styles(RAW, KEYS, 1, 5, persona="abc")


@pytest.mark.parametrize("name", HARD)
def test_hard_data_get_a_value_or_a_reason(name: str) -> None:
    raw = HARD[name]
    keys = {item: -1 if i % 2 else 1 for i, item in enumerate(raw.columns)}
    found, alphas = response_styles(raw, keys, 0, 5), style_alphas(raw, keys, 0, 5)
    estimates = [each for each in vars(found).values() if each is not found.of_persons] + list(vars(alphas).values())
    assert all(each.estimable or each.note for each in estimates)
    assert without_acquiescence(raw, keys, 0, 5).note in ("ipsatised", "no_key_balance")


def labelled(chosen: list[str], values: list[int]) -> pd.DataFrame:
    cells = [(p, i, level) for p in "pqr" for i in "ab" for level in ("AB", "BA")]
    return pd.DataFrame(cells, columns=["person", "item", "level"]).assign(label=chosen, value=values)


def test_who_follows_the_label_is_told_from_who_follows_the_content() -> None:
    label = label_preference(labelled(["A", "A"] * 6, [1, 5] * 6), seed=1)
    assert (label.same_label.value, label.same_content.value) == (1, 0)
    assert label.note.startswith("follows_label: all 3 persons")
    assert label.shares.query("level == 'all'")[["label", "share"]].to_dict("list") == {"label": ["A"], "share": [1.0]}
    content = label_preference(labelled(["A", "B"] * 6, [1, 1] * 6), seed=1)
    assert (content.same_label.value, content.same_content.value, content.note) == (0, 1, "")


def test_a_missing_label_is_no_label() -> None:
    table = labelled(["A", "B"] * 6, [1, 1] * 6).astype({"label": object, "value": float})
    table.loc[0, ["label", "value"]] = [None, math.nan]
    found = label_preference(table, seed=1)
    assert found.shares.query("level == 'all'")["n_answers"].tolist() == [5, 6]
    with pytest.raises(ValueError, match="column label is missing"):
        label_preference(table.drop(columns="label"), seed=1)


def scores(shift: float, persons: int = 40) -> pd.DataFrame:
    random = np.random.default_rng(6)
    rows = []
    for person in range(persons):
        for scale, direction in (("A", 1), ("N", -1)):
            base = random.normal(3, 0.7)
            rows.append((person, scale, 1, base))
            rows.append((person, scale, 20, base + direction * shift * 0.8 + random.normal(0, 0.2)))
    return pd.DataFrame(rows, columns=["person", "scale", "level", "value"])


def test_a_desirable_shift_is_counted_in_human_sds() -> None:
    (found,) = desirability_shift(scores(0.5), {"A": 1, "N": -1}, {"A": 0.8, "N": 0.8})
    assert (found.reference, found.level) == (1, 20)
    assert found.shift.low < 0.5 < found.shift.high
    assert set(found.of_scales) == {"A", "N"}
    (turned,) = desirability_shift(scores(0.5), {"A": -1, "N": 1}, {"A": 0.8, "N": 0.8}, reference=1)
    assert turned.shift.value == pytest.approx(-found.shift.value)


def test_a_shift_needs_two_levels_of_one_person() -> None:
    table = scores(0.5)
    (alone,) = desirability_shift(table[table["level"] == 1], {"A": 1}, {"A": 0.8})
    assert alone.shift.note == "one_level"
    apart = table[(table["level"] == 1) == (table["person"] < 20)]
    (none,) = desirability_shift(apart, {"A": 1}, {"A": 0.8})
    assert none.shift.note == "no_pairs"
    copies = table.assign(value=3.0)
    (same,) = desirability_shift(copies, {"A": 1}, {"A": 0.8})
    assert (same.shift.value, same.shift.note) == (0, "zero_variance")
    assert math.isnan(none.shift.value)


def test_wrong_directions_and_sds_are_named() -> None:
    with pytest.raises(ValueError, match='desirable: scale "A" has 2'):
        desirability_shift(scores(0), {"A": 2}, {"A": 1})
    with pytest.raises(ValueError, match='human_sd: scale "A" has None'):
        desirability_shift(scores(0), {"A": 1}, {})
    with pytest.raises(ValueError, match='reference: "7" is none of the levels 1, 20'):
        desirability_shift(scores(0), {"A": 1}, {"A": 1}, reference=7)
