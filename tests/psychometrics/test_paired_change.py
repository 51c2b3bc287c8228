"""Before and after: scipy's and pingouin's values, R's, by hand, and personas that do not change."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pingouin
import pytest
from hard_data import HARD
from pandas import DataFrame
from scipy import stats

from psychometrics.paired_change import group_difference, paired_change

NAN = math.nan


def study(persons: int = 24, seed: int = 1) -> DataFrame:
    """Creative personas lose on two scales what the analytic ones gain."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(persons):
        group = "creative" if number % 2 else "analytic"
        for scale in ("E", "O"):
            before = (4 if number % 2 else 2) + random.normal(0, 0.5)
            after = before + (-0.4 if number % 2 else 0.4) + random.normal(0, 0.3)
            rows.append((f"p{number:02}", scale, group, before, after))
    return DataFrame(rows, columns=["person", "scale", "group", "before", "after"])


def test_tests_and_d_are_those_of_scipy_and_pingouin() -> None:
    table = study().query("group == 'creative'")
    found = paired_change(table, seed=1)
    for scale, rows in table.groupby("scale"):
        before, after = rows["before"], rows["after"]
        change = found[scale]
        f, t = stats.f_oneway(before, after), stats.ttest_rel(after, before)
        assert change.unpaired.value == pytest.approx(f.statistic) and change.unpaired.extra["p"] == pytest.approx(
            f.pvalue
        )
        assert (change.unpaired.extra["df1"], change.unpaired.extra["df2"]) == (1, 22)
        assert change.paired.extra["t"] == pytest.approx(t.statistic) and change.paired.extra["p"] == pytest.approx(
            t.pvalue
        )
        d = pingouin.compute_effsize(after, before, paired=True, eftype="cohen")
        assert change.d_av.value == pytest.approx(d) == change.paired.extra["d_av"]
        assert change.d_av.low < d < change.d_av.high


def test_values_are_those_computed_by_hand() -> None:
    # shift .525; variances 2.1875 / 3 and 3.37 / 3, mean .92625: d .525 / .96242, F 2 * .275625 / .92625
    # changes .5, 0, 1, .6: squares about .525 sum to .5075, SD .411299; d_z .525 / .411299, t twice that
    table = DataFrame({"person": list("pqrs"), "scale": "E", "before": [2, 3, 3.5, 4], "after": [2.5, 3, 4.5, 4.6]})
    change = paired_change(table, seed=1)["E"]
    assert change.d_av.value == pytest.approx(0.545501, abs=1e-6)
    assert change.unpaired.value == pytest.approx(0.595142, abs=1e-6)
    assert change.paired.value == pytest.approx(0.525 / math.sqrt(0.5075 / 3))
    assert change.paired.extra["t"] == pytest.approx(2.55289, abs=1e-5)


def test_values_are_those_of_r(shared: Path) -> None:
    # case dpair_epi of the oracles: sociability items of the EPI-R twice
    data = pd.read_csv(shared / "oracles" / "data" / "epiR.csv")
    score = data[["V1", "V3", "V8", "V10", "V13"]].sum(axis=1, skipna=False)
    wide = data.assign(score=score, time=data["time"].map({1: "before", 2: "after"}))
    wide = wide.pivot(index="pid", columns="time", values="score").rename_axis(index="person").reset_index()
    change = paired_change(wide.assign(scale="E"), seed=1)["E"]
    assert change.paired.n_persons == change.d_av.n_persons == 447
    assert change.paired.value == pytest.approx(0.00685926312212, abs=1e-9)
    assert [change.paired.low, change.paired.high] == pytest.approx([-0.0858487918662, 0.0995596123264], abs=1e-6)
    assert change.d_av.value == pytest.approx(0.00533754830094, abs=1e-9)
    assert change.paired.extra["p"] == pytest.approx(0.884759717346, abs=1e-9)


def test_the_paired_test_sees_what_the_unpaired_one_overlooks() -> None:
    random = np.random.default_rng(2)
    before = random.normal(3, 1, 20)
    table = DataFrame(
        {"person": range(20), "scale": "E", "before": before, "after": before + random.normal(0.2, 0.1, 20)}
    )
    change = paired_change(table, seed=1)["E"]
    assert change.paired.extra["p"] < 1e-6 and change.unpaired.extra["p"] > 0.3
    assert change.d_av.low > 0 and change.d_av.high < 0.5


def test_the_bootstrap_of_d_covers_the_truth() -> None:
    random, covered = np.random.default_rng(3), 0
    for _ in range(200):
        before = random.normal(0, 1, 30)
        after = 0.6 * before + random.normal(0.5, 0.8, 30)
        found = paired_change(
            DataFrame({"person": range(30), "scale": "E", "before": before, "after": after}), seed=1, resamples=400
        )
        covered += found["E"].d_av.low <= 0.5 <= found["E"].d_av.high
    assert covered / 200 >= 0.9


def test_times_exchanged_turn_the_sign_alone() -> None:
    table = study()
    there, back = (
        paired_change(table, seed=1)["O"],
        paired_change(table.rename(columns={"before": "after", "after": "before"}), seed=1)["O"],
    )
    assert back.paired.value == pytest.approx(-there.paired.value) and back.d_av.value == pytest.approx(
        -there.d_av.value
    )
    assert back.unpaired.value == pytest.approx(there.unpaired.value)


def test_a_far_origin_and_the_order_of_rows_change_nothing() -> None:
    table = study()
    moved = table.assign(before=table["before"] + 1e6, after=table["after"] + 1e6).sample(frac=1, random_state=1)
    one, other = paired_change(table, seed=1)["E"], paired_change(moved, seed=1)["E"]
    assert other.d_av.value == pytest.approx(one.d_av.value, rel=1e-6)
    assert [other.d_av.low, other.d_av.high] == pytest.approx([one.d_av.low, one.d_av.high], rel=1e-6)
    assert other.unpaired.value == pytest.approx(one.unpaired.value, rel=1e-6)


@pytest.mark.parametrize(("slope", "shift"), [(1, 0), (3, 41), (0.1237, 0.377), (1, 1e9)])
def test_resamples_of_equal_scores_have_no_d_in_any_unit(slope: float, shift: float) -> None:
    before, after = np.array([1, 1, 1, 1, 1, 5, 1]), np.array([2, 2, 2, 0, 2, 6, 2])
    table = DataFrame({"person": list("pqrstuv"), "scale": "N", "before": before, "after": after})
    moved = table.assign(before=slope * before + shift, after=slope * after + shift)
    one, other = (paired_change(each, seed=1, resamples=200)["N"].d_av for each in (table, moved))
    assert any(each.startswith("undefined_resamples") for each in one.warnings)
    assert one.high < 10
    assert [other.low, other.high] == pytest.approx([one.low, one.high], rel=1e-6)


def test_repeats_are_averaged_and_are_no_persons() -> None:
    table = study()
    repeated = pd.concat([table.assign(after=table["after"] + each) for each in (-0.2, 0.2)])
    one, other = paired_change(table, seed=1)["E"], paired_change(repeated, seed=1)["E"]
    assert other.paired.n_persons == 24 and other.paired.value == pytest.approx(one.paired.value)
    assert other.unpaired.extra["df2"] == 46


def test_persons_without_both_times_are_left_out() -> None:
    table = study()
    gap = table.copy()
    gap.loc[0, "after"], gap.loc[2, "before"] = NAN, NAN
    found = paired_change(gap, seed=1)
    assert (found["E"].paired.n_persons, found["O"].paired.n_persons) == (22, 24)
    assert found["E"] == paired_change(table.drop(index=[0, 2]), seed=1)["E"]


def test_personas_who_do_not_change_or_change_alike_are_named() -> None:
    same = DataFrame({"person": range(5), "scale": "E", "before": [1.0, 2, 3, 4, 5], "after": [2.0, 3, 4, 5, 6]})
    change = paired_change(same, seed=1)["E"]
    assert change.paired.note == "zero_variance" and change.paired.extra["mean_shift"] == 1
    assert change.d_av.value == pytest.approx(1 / math.sqrt(2.5)) and change.unpaired.value == pytest.approx(1.0)
    ceiling = paired_change(same.assign(before=5.0, after=4.0), seed=1)["E"]
    assert ceiling.d_av.note == ceiling.unpaired.note == "zero_variance" and ceiling.d_av.extra["mean_shift"] == -1


def test_groups_are_compared_before_after_and_in_their_change() -> None:
    table = study()
    found = group_difference(table, ("creative", "analytic"))["E"]
    rows = table.query("scale == 'E'")
    creative, analytic = (rows[rows["group"] == each] for each in ("creative", "analytic"))
    for side, estimate in (("before", found.before), ("after", found.after)):
        d = pingouin.compute_effsize(creative[side], analytic[side], eftype="cohen")
        assert estimate.value == pytest.approx(d)
    change = [each["after"] - each["before"] for each in (creative, analytic)]
    assert found.change.value == pytest.approx(pingouin.compute_effsize(*change, eftype="cohen"))
    assert found.change.high < 0 < found.after.value < found.before.value


@pytest.mark.parametrize("slope", [1, 0.1237, 25.37])
def test_equal_changes_share_a_rank_in_any_unit(slope: float) -> None:
    before, after = np.array([3, 4, 3, 3, 2.0]), np.array([4, 4, 2, 2, 1.0])
    table = DataFrame({"person": list("pqrst"), "scale": "E", "group": list("ababa")})
    table = table.assign(before=slope * before + 0.377, after=slope * after + 0.377)
    # changes 1, -1, -1 against 0, -1
    assert group_difference(table, ("a", "b"))["E"].change.extra["mann_whitney_u"] == 3


def test_groups_are_of_the_same_people_before_and_after() -> None:
    table = study()
    table.loc[0, "after"] = NAN
    found = group_difference(table, ("creative", "analytic"))["E"]
    assert found.before.n_persons == found.after.n_persons == found.change.n_persons == 23
    back = group_difference(table, ("analytic", "creative"))["E"]
    assert back.before.value == pytest.approx(-found.before.value)


def test_further_groups_do_not_enter() -> None:
    table = study()
    third = table.assign(person=table["person"] + "x", group="bare", before=99.0, after=0.0)
    assert group_difference(pd.concat([table, third]), ("creative", "analytic")) == group_difference(
        table, ("creative", "analytic")
    )


def test_wrong_calls_are_named() -> None:
    table = study()
    with pytest.raises(ValueError, match="column after is missing"):
        paired_change(table.drop(columns="after"), seed=1)
    with pytest.raises(ValueError, match="column group is missing"):
        group_difference(table.drop(columns="group"), ("a", "b"))
    with pytest.raises(ValueError, match="nobody is in 'bare'"):
        group_difference(table, ("creative", "bare"))
    with pytest.raises(ValueError, match="two different groups"):
        group_difference(table, ("creative", "creative"))
    table.loc[1, "group"] = "creative"
    with pytest.raises(ValueError, match="group: one persona has"):
        group_difference(table, ("creative", "analytic"))


@pytest.mark.parametrize("name", HARD)
def test_hard_data_get_a_value_or_a_reason(name: str) -> None:
    wide = HARD[name]
    table = wide.rename_axis("person").reset_index().melt("person", var_name="scale", value_name="before")
    for after in (table["before"], table["before"][::-1].to_numpy(), 6 - table["before"]):
        for change in paired_change(table.assign(after=after), seed=1, resamples=50).values():
            for each in (change.paired, change.d_av, change.unpaired):
                assert each.estimable or each.note
