"""Input of absurd size, type or name: a defined answer, or one line that says where it stands and what is allowed."""

import math

import numpy as np
import pandas as pd
import pytest

import psychometrics as ps

RANDOM = np.random.default_rng(7)
ITEMS = pd.DataFrame(RANDOM.integers(1, 6, (12, 4)).astype(float), columns=[f"q{at}" for at in range(4)])
LONG = pd.DataFrame(
    [(p, item, form, float(RANDOM.integers(1, 6))) for p in range(5) for item in "ab" for form in "xy"],
    columns=["person", "item", "form", "value"],
)
LOADINGS = pd.DataFrame(RANDOM.normal(size=(6, 2)), columns=["E", "N"])


@pytest.mark.parametrize("value", [math.inf, -math.inf, 1e60, -1e300])
@pytest.mark.parametrize(
    "statistic",
    [
        lambda x: ps.cronbach_alpha(ITEMS.assign(q1=x)),
        lambda x: ps.scale_score(ITEMS.assign(q1=x)),
        lambda x: ps.two_group_effect([1, 2, x], [1, 2, 3]),
        lambda x: ps.eta_squared(np.array([1.0, 2, 3, x]), np.array([0, 0, 1, 1])),
        lambda x: ps.g_study(LONG.assign(value=x), facets=("item", "form"), seed=1),
        lambda x: ps.mixed_model(LONG.assign(value=x), "value"),
        lambda x: ps.quasi_f(LONG.assign(value=x, condition=LONG["form"], form=LONG["item"])),
        lambda x: ps.congruence(LOADINGS.assign(E=x), LOADINGS),
        lambda x: ps.jensen_shannon_distance([abs(x), 1.0], [0.5, 0.5]),
        lambda x: ps.likelihood_scores(
            pd.DataFrame({"persona": ["a", "a", "b", "b"], "item": ["s", "t"] * 2, "value": [x, -1, -2, -1]}),
            reference=["a", "b"], reference_name="both", block={"s": 1, "t": -1}, block_name="st",
        ),
    ],
)  # fmt: skip
def test_a_value_that_no_sum_of_squares_can_hold_is_named(statistic, value) -> None:
    with pytest.raises(ValueError, match="1e\\+50"):
        statistic(value)


@pytest.mark.parametrize("unit", [1e40, 1e-12, 1e-150, 1e-300, 5e-324])
def test_large_and_tiny_units_have_the_same_alpha_or_none(unit) -> None:
    found = ps.cronbach_alpha(ITEMS * unit)
    if unit > 1:
        assert found.value == pytest.approx(ps.cronbach_alpha(ITEMS).value)
    else:
        assert math.isnan(found.value) and found.note == "zero_total_variance"


@pytest.mark.parametrize("value", ["often", pd.Timestamp("2020-01-01")])
def test_what_is_no_number_is_named_with_its_place(value) -> None:
    with pytest.raises(ValueError, match=r'item "q2", row 3: .*a value is a number'):
        answers = ITEMS.astype(object)
        answers.at[3, "q2"] = value
        ps.cronbach_alpha(answers)
    with pytest.raises(ValueError, match='item "before", row 1: '):
        ps.paired_effect([1, value, 3], [1, 2, 3])


def test_a_table_is_no_column_of_scores() -> None:
    with pytest.raises(ValueError, match="values: 2 axes; one value a row is needed"):
        ps.mean_over_persons([[1, 2], [3, 4]])


@pytest.mark.parametrize("confidence", [95, 1, 0, -0.1, math.nan])
def test_a_confidence_in_percent_is_named(confidence) -> None:
    for statistic in (
        lambda: ps.cronbach_alpha(ITEMS, confidence=confidence),
        lambda: ps.retest(ITEMS["q0"], ITEMS["q1"], confidence=confidence, resamples=20),
        lambda: ps.criterion_table(ITEMS[["q0"]], ITEMS[["q1"]], confidence=confidence),
        lambda: ps.g_study(LONG, facets=("item", "form"), confidence=confidence),
        lambda: ps.wilson(3, 10, confidence),
    ):
        with pytest.raises(ValueError, match=r"confidence: .*between 0 and 1"):
            statistic()


def test_items_and_factors_that_stand_twice_are_named() -> None:
    twice = ITEMS.set_axis(["q0", "q0", "q2", "q3"], axis=1)
    with pytest.raises(ValueError, match='item "q0" stands twice'):
        ps.keyed(twice, {"q0": 1, "q2": 1, "q3": -1}, 1, 5)
    with pytest.raises(ValueError, match="item 'q0' has two columns in first"):
        ps.item_kappas(twice, ITEMS)
    with pytest.raises(ValueError, match="a trait stands twice"):
        ps.profile_fairness(twice, twice, seed=1)
    with pytest.raises(ValueError, match='factor "E" is twice in the second table'):
        ps.congruence(LOADINGS, LOADINGS.set_axis(["E", "E"], axis=1))


def test_what_is_counted_and_what_is_given_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="strata: 1 given for 3 values"):
        ps.bootstrap_mean([1.0, 2.0, 4.0], strata=["a"], seed=1)
    with pytest.raises(ValueError, match="1 given for 12 rows"):
        ps.alpha_of_repeats(ITEMS, range(12), 1, strata=["a"])
    with pytest.raises(ValueError, match="successes: 11 of 10; allowed are 0 to 10"):
        ps.wilson(11, 10)
    with pytest.raises(ValueError, match="ddof: 2; allowed are 0 and 1"):
        ps.two_group_effect([1, 2, 3], [2, 3, 4], ddof=2)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="p has 3 options and q has 2"):
        ps.jensen_shannon_distance([1, 1, 1], [1, 1])


def test_tables_without_columns_have_empty_answers_or_a_reason() -> None:
    nothing = ITEMS[[]]
    assert list(ps.item_statistics(nothing, missing="listwise").columns) == list(ps.item_statistics(ITEMS).columns)
    assert ps.parallel_forms(nothing, seed=1).levels.empty
    with pytest.raises(ValueError, match="no option"):
        ps.topic_inconsistency(nothing, {0: "a", 1: "a"}, seed=1)


# ---- what rounding leaves of equal values, far from 0


def test_equal_values_a_thousand_million_high_have_no_spread() -> None:
    found = ps.mean_over_persons([1e9 + 0.1] * 7)
    assert math.isnan(found.low) and found.note == "equal_in_all_persons"
    alike = np.arange(7) + 0.1
    assert ps.paired_effect(alike, alike + 1e9 + 0.2).note == "zero_variance"


def test_a_change_in_a_tiny_unit_has_its_reason() -> None:
    table = pd.DataFrame(
        {"person": list("pqrst"), "scale": "E", "before": [1.0, 2, 3, 3, 2], "after": [2.0, 2, 4, 3, 3]}
    )
    found = ps.paired_change(table.assign(before=table["before"] * 1e-9, after=table["after"] * 1e-9), seed=1)["E"]
    assert math.isnan(found.d_av.value) and found.d_av.note == "zero_variance"


def test_whole_numbers_so_large_that_some_are_missing_between_them_are_categories() -> None:
    found, high = ps.polychoric(ITEMS), ps.polychoric(ITEMS * 2 + 1e16)
    assert np.allclose(found.correlations, high.correlations, atol=1e-4)


def test_items_that_share_nothing_have_no_corrected_correlation_however_often_they_stand() -> None:
    items = pd.DataFrame({"a": [1.0, 1, 2, 2, 3, 3, 1], "b": [3.0] * 7, "c": [4.0] * 7})
    for copies in (1, 2, 3, 8):
        table = ps.item_statistics(pd.concat([items] * copies))
        assert table["item_total_r_corrected"].isna().all()


def test_the_factor_of_omega_points_where_the_items_point_whichever_stands_first() -> None:
    trait = RANDOM.normal(size=(60, 1))
    items = pd.DataFrame(trait * [-0.5, 1, 1, 1] + 0.7 * RANDOM.normal(size=(60, 4)), columns=list("abcd"))
    for order in ("abcd", "bcda"):
        found = ps.omega_one_factor(items[list(order)], resamples=0)
        assert found.extra["loading:a"] < 0 < found.extra["loading:b"]
        assert any(each.startswith("negative_loading: a load") for each in found.warnings)


def test_a_score_that_is_missing_leaves_its_person_out_of_eta_squared() -> None:
    scores, groups = np.array([1.0, 2, math.nan, 4, 6, 5]), np.array([0, 0, 0, 1, 1, 1])
    assert ps.eta_squared(scores, groups) == ps.eta_squared(scores[[0, 1, 3, 4, 5]], groups[[0, 1, 3, 4, 5]])


def test_loadings_of_any_size_have_their_congruence() -> None:
    for unit in (1e-150, 1e40):
        found = ps.congruence(LOADINGS * unit, LOADINGS * unit, shuffles=5)
        assert found.total.value == pytest.approx(1)
