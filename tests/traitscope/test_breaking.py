"""What breaks a test: the arrays are drawn as the simulated responder answers, and what is broken shows where it should."""

import math

import numpy as np
import pytest

from inventories.responder import About, Shown
from traitscope.responders.simulated import SimulatedResponder, item_parameters
from traitscope.teaching import breaking_shown as shown
from traitscope.teaching.breaking import MOST_PERSONS, SCENARIO, STATEMENT, Setting, answers, drawn, found, leanings

MANY = {"persons": MOST_PERSONS, "items": 20}


@pytest.mark.parametrize("values", [STATEMENT, STATEMENT[::-1], SCENARIO])
@pytest.mark.parametrize("key", [1, -1])
@pytest.mark.parametrize("bias", [{}, {"order_bias": 0.3, "acquiescence": 0.8, "noise": 0.6}])
def test_options_are_drawn_as_often_as_the_simulated_responder_takes_them(
    values: tuple[int, ...], key: int, bias: dict[str, float]
) -> None:
    responder = SimulatedResponder("person", {"item_sd": 0.0, **bias})
    about, asked = About("somebody", {"boldness": 1.0}), Shown("item 3", "boldness", key, values)
    person, trait = responder.settings, responder.true_trait(about, "boldness")
    discrimination, location = item_parameters("item 3")
    shape = (200, 200)
    leaning = leanings(
        np.full(shape, trait), np.full(shape, person.acquiescence), np.array(key), discrimination, location
    )  # type: ignore[attr-defined]
    chance = np.random.default_rng(7).uniform(1e-300, 1, (3, *shape))
    given = drawn(person, leaning, np.array(discrimination), values, chance)  # type: ignore[arg-type]
    expected = responder.true_chances(about, asked)
    assert {value: round(float((given == value).mean()), 2) for value in expected} == pytest.approx(expected, abs=0.012)


def test_the_gap_of_a_good_test_is_chance_and_about_one_point_of_its_items() -> None:
    start = found(Setting()).gap
    assert start.low < 0 < start.high
    samples = [answers(Setting(persons=MOST_PERSONS, sample=sample)) for sample in range(1, 51)]
    said, done = (
        np.mean([each.mean() for each in (getattr(one, f"{side}_scores")() for one in samples)])
        for side in ("said", "done")
    )
    assert done < said < 50 and done - said == pytest.approx(-1.2, abs=0.4)


def test_nobody_differs_and_alpha_is_about_zero_over_many_samples() -> None:
    alphas = [found(Setting(trait_sd=0.0, sample=sample)).alpha.value for sample in range(1, 31)]
    assert np.mean(alphas) == pytest.approx(0.0, abs=0.08)
    assert not found(Setting(trait_sd=0.0)).validity.estimable


def test_the_more_persons_differ_the_higher_alpha_with_the_same_items() -> None:
    alphas = [found(Setting(trait_sd=spread, **MANY)).alpha.value for spread in (0.0, 0.5, 1.0, 2.0)]
    assert alphas == sorted(alphas) and alphas[-1] > 0.9


def test_order_bias_takes_the_agreement_of_the_two_forms_before_it_takes_alpha() -> None:
    start, broken = (found(Setting(order_bias=bias, reversed=0.0, **MANY)) for bias in (0.0, 0.5))
    assert start.parallel.value > 0.85
    assert broken.parallel.value < 0.2 < broken.alpha.value


def test_always_the_first_option_leaves_nothing_to_estimate_and_says_so_in_words() -> None:
    now = Setting(order_bias=1.0)
    assert (answers(now).printed == 1).all(axis=None) and (answers(now).reversed == 5).all(axis=None)
    assert [each.estimable for each in (found(now).alpha, found(now).parallel, found(now).same)] == [False] * 3
    told = " ".join(shown.undefined(now))
    assert "Alpha is not estimable: no total differs between the persons." in told and "_" not in told


def test_differences_in_acquiescence_pass_for_the_trait_without_reversed_items() -> None:
    start = found(Setting(**MANY))
    alone, half = (found(Setting(acquiescence_sd=2.0, reversed=share, **MANY)) for share in (0.0, 0.5))
    assert alone.alpha.value > start.alpha.value > half.alpha.value
    assert alone.validity.value < start.validity.value - 0.3


def test_a_third_of_refusals_are_missing_answers_and_cost_little_of_alpha() -> None:
    now, start = Setting(refusal_rate=1 / 3, **MANY), Setting(**MANY)
    assert answers(now).printed.isna().to_numpy().mean() == pytest.approx(1 / 3, abs=0.02)
    assert 0 < found(start).alpha.value - found(now).alpha.value < 0.1
    assert "too few persons" in " ".join(shown.undefined(Setting(refusal_rate=1.0)))


def test_who_acts_against_what_it_says_has_a_negative_r_and_an_untouched_alpha() -> None:
    with_it, against = found(Setting(**MANY)), found(Setting(action=-1.0, **MANY))
    assert with_it.same.value > 0.8 and against.same.value < -0.8
    assert against.alpha == with_it.alpha and against.parallel == with_it.parallel


def test_a_moved_slider_changes_no_luck_besides() -> None:
    few, many = answers(Setting(persons=20)), answers(Setting(persons=200))
    assert few.printed.equals(many.printed.iloc[:20])
    assert answers(Setting(noise=3.0)).trait.tolist() == answers(Setting()).trait.tolist()
    assert answers(Setting(sample=2)).trait.tolist() != answers(Setting()).trait.tolist()


@pytest.mark.parametrize(("share", "turned"), [(0.0, 0), (0.25, 2), (0.5, 5), (1.0, 10)])
def test_the_share_of_reversed_items_is_spread_over_the_test(share: float, turned: int) -> None:
    keys = list(Setting(reversed=share).keys().values())
    assert keys.count(-1) == turned
    assert share != 0.5 or keys == [1, -1] * 5


@pytest.mark.parametrize("name", shown.PRESETS)
def test_every_preset_is_shown_without_a_nan_in_print(name: str) -> None:
    now = shown.setting(shown.preset(name))
    for exhibit in (shown.coefficients(now), shown.gap(now), shown.picture(now), shown.truth(now)):
        assert exhibit.figure is not None
        assert "nan" not in " ".join([exhibit.caption, exhibit.markdown()]).lower()


def test_the_sentence_is_on_the_slider_that_is_furthest_from_its_start() -> None:
    assert shown.why(Setting(sample=9)).startswith("Nothing is moved")
    assert "nobody differs" in shown.why(Setting(trait_sd=0.0))
    assert "not one item has become better" in shown.why(Setting(trait_sd=3.0))
    told = shown.why(Setting(trait_sd=0.8, order_bias=0.9))
    assert told.startswith("Order bias 0.9 instead of 0.") and told.endswith("Also moved: spread of the trait.")


def test_intervals_are_withheld_below_ten_persons() -> None:
    table = shown.coefficients(Setting(persons=5)).table
    assert table["value"].notna().all() and table[["low", "high"]].isna().all(axis=None)
    assert math.isfinite(shown.coefficients(Setting(persons=10)).table["low"].iloc[0])
