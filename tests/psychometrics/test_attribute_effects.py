"""Effects of the attributes of personas: by hand, against other programs, and attributes without a contrast."""

import math

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame
from scipy import special, stats
from statsmodels.stats.oneway import anova_oneway, confint_effectsize_oneway

from psychometrics import adjust, two_group_effect
from psychometrics.attribute_effects import attribute_effects, eta_squared

RANDOM = np.random.default_rng(5)
N = 60
PERSONAS = DataFrame(
    {
        "persona": [f"p{each:02}" for each in range(N)],
        "sex": RANDOM.choice(["female", "male"], N),
        "income": RANDOM.choice(["high", "low", "middle"], N),
    }
)
SCORES = pd.concat(
    [
        DataFrame({"persona": PERSONAS["persona"], "scale": scale, "score": RANDOM.normal(0, 1, N) + shift})
        for scale, shift in (("E", 1.5 * (PERSONAS["sex"] == "male")), ("A", 0.8 * (PERSONAS["income"] == "low")))
    ],
    ignore_index=True,
)


def of(found: DataFrame, scale: str, attribute: str, level: str = "") -> pd.Series:
    rows = found[(found["scale"] == scale) & (found["attribute"] == attribute) & (found["level"] == level)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_eta_squared_is_that_by_hand() -> None:
    # means 2, 3, 6 around 11/3: 26 between, 6 within; F = 13 / 1; omega squared = (26 - 2) / (32 + 1)
    found = eta_squared(np.array([1.0, 2, 3, 2, 3, 4, 5, 6, 7]), np.repeat([0, 1, 2], 3))
    assert found.value == pytest.approx(26 / 32)
    assert [found.extra["F"], found.extra["omega_squared"]] == pytest.approx([13.0, 24 / 33])
    # the central F with 2 and 6 degrees of freedom in closed form: (1 + 2 F / 6) ** -3
    assert found.extra["p"] == pytest.approx((1 + 13 / 3) ** -3)


def test_eta_squared_agrees_with_statsmodels() -> None:
    y, groups = RANDOM.normal(size=50), RANDOM.integers(0, 4, 50)
    y += 0.6 * groups
    found = eta_squared(y, groups)
    there = anova_oneway([y[groups == each] for each in range(4)], use_var="equal")
    assert [found.extra["F"], found.extra["p"]] == pytest.approx([there.statistic, there.pvalue])
    interval = confint_effectsize_oneway(there.statistic, (3, 46), nobs=50).eta2
    assert [found.low, found.high] == pytest.approx(interval, abs=1e-3)


@pytest.mark.parametrize("shift", [0.7, 1.0, 8.0, 60.0])
def test_the_ends_of_the_interval_are_where_f_is_just_not_too_extreme(shift: float) -> None:
    groups = np.repeat([0, 1, 2], 20)
    found = eta_squared(np.random.default_rng(6).normal(size=60) + shift * groups, groups)
    f = found.extra["F"]
    # the noncentral F as the Poisson mixture of central ones that it is
    for end, tail in ((found.low, 0.975), (found.high, 0.025)):
        noncentrality = 60 * end / (1 - end)
        terms = np.arange(max(0, int(noncentrality)) + 2000)
        below = stats.poisson.pmf(terms, noncentrality / 2) @ special.betainc(1 + terms, 28.5, 2 * f / (2 * f + 57))
        assert below == pytest.approx(tail, abs=1e-5)


def test_groups_more_alike_than_chance_makes_them_have_no_interval() -> None:
    found = eta_squared(np.array([1.0, 2, 3, 1, 2, 3]), np.array([0, 0, 0, 1, 1, 1]))
    assert (found.value, found.note) == (0, "smaller_than_chance") and found.extra["omega_squared"] < 0
    assert math.isnan(found.low) and math.isnan(found.high)


def test_scores_without_a_contrast_have_no_eta_squared() -> None:
    assert eta_squared(np.arange(4.0), np.zeros(4, dtype=int)).note == "one_level"
    assert eta_squared(np.arange(3.0), np.arange(3)).note == "too_few_per_level"
    assert eta_squared(np.array([1.0, 1, 4, 4]), np.array([0, 0, 1, 1])).note == "zero_variance"


def test_an_attribute_with_two_levels_has_the_pooled_d() -> None:
    found = attribute_effects(SCORES, PERSONAS)
    y = SCORES[SCORES["scale"] == "E"]["score"].to_numpy()
    male = (PERSONAS["sex"] == "male").to_numpy()
    a, b = y[male], y[~male]
    pooled = math.sqrt(((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (N - 2))
    row = of(found, "E", "sex", "male")
    assert row["value"] == pytest.approx((a.mean() - b.mean()) / pooled)
    assert (row["against"], row["measure"], row["n_level"], row["n_persons"]) == ("female", "d", len(a), N)
    assert [row["mean"], row["mean_against"]] == pytest.approx([a.mean(), b.mean()])
    assert row["p"] == pytest.approx(stats.ttest_ind(a, b, equal_var=False).pvalue)
    assert row["low"] < row["value"] < row["high"] and row["rejected"]


def test_an_attribute_with_more_levels_has_eta_squared_and_each_level_against_the_rest() -> None:
    found = attribute_effects(SCORES, PERSONAS)
    rows = found[(found["scale"] == "A") & (found["attribute"] == "income")]
    assert rows["measure"].tolist() == ["eta_squared", "d", "d", "d"]
    y = SCORES[SCORES["scale"] == "A"]["score"].to_numpy()
    there = stats.f_oneway(*(y[PERSONAS["income"] == each] for each in ("high", "low", "middle")))
    assert of(found, "A", "income")["p"] == pytest.approx(there.pvalue)
    for level in ("high", "low", "middle"):
        here = (PERSONAS["income"] == level).to_numpy()
        row = of(found, "A", "income", level)
        assert row["value"] == pytest.approx(two_group_effect(y[here], y[~here]).value)
        assert row["against"] == "all others"


def test_p_values_are_adjusted_within_attributes_and_within_levels() -> None:
    found = attribute_effects(SCORES, PERSONAS)
    for family, n in (("attributes", 4), ("levels", 6)):
        rows = found[found["family"] == family]
        assert rows["p_adjusted"].to_numpy() == pytest.approx(adjust(rows["p"].to_numpy(float)))
        assert (rows["n_tests"] == n).all() and (rows["correction"] == "holm").all()
    by_share = attribute_effects(SCORES, PERSONAS, method="BH")
    rows = by_share[by_share["family"] == "levels"]
    assert rows["p_adjusted"].to_numpy() == pytest.approx(adjust(rows["p"].to_numpy(float), "BH"))


def test_attributes_that_do_nothing_are_rarely_found_to_do_something() -> None:
    found = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        personas = DataFrame({"persona": range(40)} | {f"a{i}": random.integers(0, 2 + i, 40) for i in range(2)})
        scores = DataFrame({"persona": range(40), "scale": "E", "score": random.normal(size=40)})
        tests = attribute_effects(scores, personas)
        found += bool(tests.loc[tests["family"] == "attributes", "rejected"].any())
    # 60 families at .05: 3 are expected, and more than 9 about once in a thousand times
    assert found <= 9


def test_repeats_are_averaged_and_count_once() -> None:
    once = attribute_effects(SCORES, PERSONAS)
    spread = pd.concat([SCORES.assign(score=SCORES["score"] + each) for each in (-2.0, 0.0, 2.0)])
    found = attribute_effects(spread, PERSONAS)
    numbers = ["value", "low", "high", "n_persons", "p_adjusted"]
    assert found[numbers].to_numpy() == pytest.approx(once[numbers].to_numpy())


def test_ddof_changes_the_pooled_sd_as_the_field_and_as_code_does() -> None:
    field, code = (of(attribute_effects(SCORES, PERSONAS, ddof=each), "E", "sex", "male")["value"] for each in (1, 0))
    assert code == pytest.approx(field * math.sqrt(N / (N - 2)))


def test_no_order_of_rows_changes_anything() -> None:
    there = attribute_effects(SCORES.sort_values("scale", kind="stable"), PERSONAS)
    shuffled = SCORES.sample(frac=1, random_state=1).sort_values("scale", kind="stable")
    found = attribute_effects(shuffled, PERSONAS.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(found, there)


def test_a_persona_without_the_attribute_or_the_score_is_left_out() -> None:
    personas = PERSONAS.assign(sex=PERSONAS["sex"].mask(PERSONAS.index < 7))
    scores = SCORES.assign(score=SCORES["score"].mask((SCORES["persona"] == "p10") & (SCORES["scale"] == "E")))
    found = attribute_effects(scores, personas)
    assert of(found, "E", "sex", "male")["n_persons"] == N - 8
    assert of(found, "A", "sex", "male")["n_persons"] == N - 7
    assert of(found, "E", "income")["n_persons"] == N - 1


def test_attributes_without_a_contrast_say_why() -> None:
    rare = ["once", *["often"] * (N - 1)]
    personas = PERSONAS.assign(country="Italy", rare=rare, empty=None)
    found = attribute_effects(SCORES, personas, ["country", "rare", "empty", "sex"])
    assert of(found, "E", "country")["note"] == "one_level"
    assert of(found, "E", "rare", "once")["note"] == "too_few_per_level"
    assert of(found, "E", "empty")["note"] == "no_values"
    noted = found[found["note"] != ""]
    assert len(noted) == 6 and noted[["value", "p", "p_adjusted"]].isna().all(axis=None)
    assert (found.loc[found["attribute"] == "sex", "n_tests"] == 2).all()  # what could not be tested does not count
    constant = attribute_effects(SCORES.assign(score=3.0), PERSONAS)
    assert set(constant["note"]) == {"zero_variance"}


def test_all_scores_missing_leave_the_scale_noted() -> None:
    found = attribute_effects(SCORES.assign(score=SCORES["score"].mask(SCORES["scale"] == "A")), PERSONAS)
    assert set(found[found["scale"] == "A"]["note"]) == {"no_values"}
    assert attribute_effects(SCORES.head(0), PERSONAS).empty


def test_wrong_calls_are_named() -> None:
    with pytest.raises(ValueError, match="scores: column score is missing; there are"):
        attribute_effects(SCORES.drop(columns="score"), PERSONAS)
    with pytest.raises(ValueError, match="attributes: 'age' is no column; there are"):
        attribute_effects(SCORES, PERSONAS, ["age"])
    with pytest.raises(ValueError, match="personas: 'p00' stands twice"):
        attribute_effects(SCORES, pd.concat([PERSONAS, PERSONAS.head(1)]))
    with pytest.raises(ValueError, match="scores: persona 'p59' is not among the personas"):
        attribute_effects(SCORES, PERSONAS.head(59))


def test_a_level_of_two_personas_that_are_alike_by_chance_is_no_finding() -> None:
    scores = DataFrame(
        {"persona": range(12), "scale": "E", "score": [2.0, 2.01, 3.0, 1.2, 4.1, 2.2, 3.7, 1.4, 2.9, 3.3, 1.9, 2.6]}
    )
    personas = DataFrame({"persona": range(12), "country": [*"aa", *"bbbbb", *"ccccc"]})
    found = attribute_effects(scores, personas).set_index("level").loc["a"]
    student = stats.ttest_ind(scores["score"][:2], scores["score"][2:])
    assert found["p"] == pytest.approx(student.pvalue, rel=1e-12) and found["p"] > 0.3
