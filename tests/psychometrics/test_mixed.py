"""Mixed models: R's lme4, balanced designs in closed form, and tables that break them."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD
from test_components import crossed

from psychometrics.mixed import mixed_model


@pytest.fixture
def answers() -> pd.DataFrame:
    """The table that R was given; see `crossed`."""
    table = crossed().dropna()
    return table.assign(group=table["person"].map(lambda each: "abc"[each % 3]))


def test_crossed_persons_and_items_with_refusals_are_those_of_lme4(answers: pd.DataFrame) -> None:
    fit = mixed_model(answers, "value", fixed=["group", "form"], random=["person", "item"])
    # R 4.2.2, lme4 1.1-31: lmer(value ~ group + form + (1|person) + (1|item))
    assert list(fit.fixed["term"]) == ["(Intercept)", "groupb", "groupc", "form"]
    expected = [1.76304873950, 0.74349674295, 0.26261231004, 0.04662923781]
    assert fit.fixed["estimate"].to_numpy()[1:] == pytest.approx(expected[1:], abs=1e-6)
    errors = [0.33812176676, 0.33910989428, 0.04647276812]
    assert fit.fixed["standard_error"].to_numpy()[1:] == pytest.approx(errors, abs=1e-6)
    assert fit.variances["variance"].to_numpy() == pytest.approx([0.1974980867, 0.1431644546, 0.7025264143], abs=1e-6)
    assert fit.criterion == pytest.approx(694.480984, abs=1e-6)


def test_maximum_likelihood_is_that_of_lme4(answers: pd.DataFrame) -> None:
    fit = mixed_model(answers, "value", fixed=["group", "form"], random=["person", "item"], method="ML")
    # R: lmer(value ~ group + form + (1|person) + (1|item), REML = FALSE)
    assert fit.variances["variance"].to_numpy() == pytest.approx([0.1490857935, 0.1249698287, 0.6998570177], abs=1e-6)
    assert fit.log_likelihood == pytest.approx(-343.7944081, abs=1e-6)
    assert fit.coefficient("groupb").value == pytest.approx(0.74387833677, abs=1e-6)
    assert fit.coefficient("groupb").extra["standard_error"] == pytest.approx(0.30009892765, abs=1e-6)


def test_a_random_intercept_of_persons_is_that_of_lme4(answers: pd.DataFrame) -> None:
    fit = mixed_model(answers, "value", random=["person"])
    # R: lmer(value ~ 1 + (1|person))
    assert fit.variance("person") == pytest.approx(0.2615906736, abs=1e-6)
    assert fit.variance("residual") == pytest.approx(0.8293303616, abs=1e-6)
    assert fit.criterion == pytest.approx(725.4947108, abs=1e-6)
    assert fit.icc.value == pytest.approx(0.2615906736 / (0.2615906736 + 0.8293303616))


def test_two_times_of_balanced_persons_are_the_paired_t_test() -> None:
    random = np.random.default_rng(3)
    before = random.normal(0, 1, 25)
    after = before + 0.4 + random.normal(0, 0.5, 25)
    table = pd.DataFrame({"person": [*range(25)] * 2, "time": np.repeat([0, 1], 25), "y": np.r_[before, after]})
    found = mixed_model(table, "y", fixed=["time"]).coefficient("time")
    d = after - before
    assert found.value == pytest.approx(d.mean())
    assert found.extra["standard_error"] == pytest.approx(d.std(ddof=1) / 5)
    assert found.extra["df"] == pytest.approx(24)


def test_a_balanced_crossed_design_is_the_mean_squares_with_a_group_of_persons() -> None:
    random = np.random.default_rng(5)
    y = random.normal(0, 1, (30, 1)) + random.normal(0, 0.6, (1, 8)) + random.normal(0, 1, (30, 8))
    table = pd.DataFrame(y).assign(person=range(30), high=np.arange(30) % 2)
    table = table.melt(["person", "high"], range(8), "item", "y")
    fit = mixed_model(table, "y", fixed=["high"], random=["person", "item"])
    means, items = y.mean(axis=1), y.mean(axis=0)
    of_group = np.array([means[::2].mean(), means[1::2].mean()])
    squares = 8 * ((means - of_group[np.arange(30) % 2]) ** 2).sum() / 28
    residual = ((y - means[:, None] - items + y.mean()) ** 2).sum() / (29 * 7)
    assert fit.variance("residual") == pytest.approx(residual)
    assert fit.variance("person") == pytest.approx((squares - residual) / 8)
    found = fit.coefficient("high")
    assert found.value == pytest.approx(of_group[1] - of_group[0])
    assert found.extra["standard_error"] == pytest.approx(math.sqrt(squares / 8 * 4 / 30))
    assert found.extra["df"] == pytest.approx(28)


def test_thousands_of_persons_are_found_again() -> None:
    random = np.random.default_rng(1)
    y = random.normal(0, 1, (2_000, 1)) + random.normal(0, 0.5, (1, 20)) + random.normal(0, 1.5, (2_000, 20))
    table = pd.DataFrame({"person": np.repeat(np.arange(2_000), 20), "item": np.tile(np.arange(20), 2_000)})
    table = table.assign(y=y.ravel())[random.random(40_000) > 0.1]
    fit = mixed_model(table, "y", random=["person", "item"])
    assert fit.variance("person") == pytest.approx(1, abs=0.1)
    assert fit.variance("residual") == pytest.approx(2.25, abs=0.1)


def test_persons_who_differ_less_than_chance_have_a_variance_of_exactly_0() -> None:
    table = pd.DataFrame({"person": [1, 1, 2, 2, 3, 3, 4, 4], "y": [1.0, 5, 5, 1, 2, 4, 4, 2]})
    fit = mixed_model(table, "y")
    assert fit.variance("person") == 0
    assert fit.variance("residual") == pytest.approx(table["y"].var())
    assert fit.icc.note == "zero_component"
    assert fit.variances["note"].tolist() == ["zero_component", ""]


def test_a_column_that_is_a_sum_of_others_is_not_estimable(answers: pd.DataFrame) -> None:
    twice = answers.assign(copy=2 * answers["form"] + 1)
    fit = mixed_model(twice, "value", fixed=["form", "copy"])
    alone = mixed_model(answers, "value", fixed=["form"])
    assert fit.coefficient("copy").note == "not_estimable"
    assert fit.coefficient("form").value == pytest.approx(alone.coefficient("form").value)


def test_a_perfect_fit_has_no_likelihood() -> None:
    table = pd.DataFrame({"person": np.repeat(range(5), 3), "y": np.repeat([1.0, 4, 2, 5, 3], 3)})
    assert mixed_model(table, "y").note == "zero_residual_variance"


def test_rows_with_a_missing_value_are_left_out(answers: pd.DataFrame) -> None:
    table = crossed()
    fit = mixed_model(table, "value")
    assert (fit.n_values, fit.n_missing) == (264, 24)
    assert fit.variance("person") == pytest.approx(mixed_model(answers, "value").variance("person"))


def test_the_scale_of_the_outcome_does_not_matter(answers: pd.DataFrame) -> None:
    small = mixed_model(answers.assign(value=answers["value"] * 1e-4), "value", random=["person", "item"])
    large = mixed_model(answers.assign(value=answers["value"] * 1e4 + 1e6), "value", random=["person", "item"])
    assert small.icc.value == pytest.approx(large.icc.value, rel=1e-6)
    assert (small.icc.low, small.icc.high) == pytest.approx((large.icc.low, large.icc.high), rel=1e-5)


def test_wrong_calls_are_named(answers: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match='column "age" is missing'):
        mixed_model(answers, "value", fixed=["age"])
    with pytest.raises(ValueError, match="random: empty"):
        mixed_model(answers, "value", random=[])
    with pytest.raises(ValueError, match='method: "AI"'):
        mixed_model(answers, "value", method="AI")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="infinite"):
        mixed_model(answers.assign(value=math.inf), "value")


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("random", [["person"], ["person", "item"], ["person", "item", ("person", "item")]])
@pytest.mark.parametrize("method", ["REML", "ML"])
def test_hard_data_give_a_fit_or_a_reason(name: str, random: list[str], method: str) -> None:
    table = HARD[name].assign(person=range(len(HARD[name]))).melt("person", var_name="item", value_name="y")
    fit = mixed_model(table, "y", random=random, method=method)  # type: ignore[arg-type]
    assert fit.note or fit.fixed["standard_error"].gt(0).all()
    assert fit.icc.estimable or fit.icc.note
