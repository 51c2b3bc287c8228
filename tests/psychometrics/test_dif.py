"""Differential item functioning by ordinal logistic regression."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.dif import ordinal_dif

# drawn once: 60 persons in two groups, three items of four categories
DRAWN = pd.DataFrame(
    {
        "q1": [int(each) for each in "100212103211032231201311130101033030101033010110202000023232"],
        "q2": [int(each) for each in "202132113000020011000223130202132110012203031220213123233230"],
        "q3": [int(each) for each in "002031002210023020000310000113201302011120130130211000002100"],
    }
)
GROUP = np.repeat([0, 1], 30)


def answers(persons: int = 1000, seed: int = 1) -> tuple[pd.DataFrame, Any]:
    random = np.random.default_rng(seed)
    trait, group = random.normal(size=(persons, 1)), np.repeat(["a", "b"], persons // 2)
    values = 3 + trait + (group == "b")[:, None] * 0.5 + random.normal(size=(persons, 5))
    return pd.DataFrame(np.clip(np.round(values), 1, 5), columns=[f"q{i + 1}" for i in range(5)]), group


def test_three_items_have_the_tests_that_r_gives() -> None:
    # MASS 7.3-58.2: polr(y ~ s), polr(y ~ s + G), polr(y ~ s + G + s:G), control = list(reltol = 1e-14), with
    # s <- scale(rowSums(M[, -i])); polr(y ~ 1) for McFadden's and Nagelkerke's shares
    table = ordinal_dif(DRAWN, GROUP).table
    assert table["chi2_uniform"].to_list() == pytest.approx([1.36826213, 3.966398542, 0.03424488106], abs=1e-6)
    assert table["chi2_nonuniform"].to_list() == pytest.approx([0.02796317289, 0.04892786536, 4.87138785], abs=1e-6)
    assert table["chi2_total"].to_list() == pytest.approx([1.396225303, 4.015326407, 4.905632731], abs=1e-6)
    assert table["p_total"].to_list() == pytest.approx([0.4975234183, 0.134302145, 0.08605089413], abs=1e-6)
    assert table["delta_mcfadden"].to_list() == pytest.approx([0.008577832, 0.024392632, 0.032961285], abs=1e-7)
    assert table["delta_nagelkerke"].to_list() == pytest.approx([0.022237085, 0.060974656, 0.082710258], abs=1e-7)
    assert table["beta_group"].to_list() == pytest.approx([-0.5757507972, 0.9476140036, 0.09008972096], abs=1e-5)
    assert table["beta_group_standard_error"].to_list() == pytest.approx([0.4958061, 0.4817973, 0.4869119], abs=1e-4)
    assert table["beta_rest"].to_list() == pytest.approx([0.5813455424, 0.6721199496, 0.3541199793], abs=1e-5)


def test_two_answers_make_it_logistic_regression() -> None:
    # R 4.2: glm(y ~ s + G, binomial) against glm(y ~ s, binomial)
    row = ordinal_dif(DRAWN.assign(q2=DRAWN["q2"] > 1), GROUP).table.iloc[1]
    assert row["chi2_uniform"] == pytest.approx(2.00246268, abs=1e-6)
    assert row["beta_group"] == pytest.approx(0.796485471, abs=1e-6)
    assert row["beta_group_standard_error"] == pytest.approx(0.5700769781, abs=1e-6)


def test_an_item_made_easier_for_one_group_is_found_and_the_others_are_not() -> None:
    x, group = answers()
    found = ordinal_dif(x.assign(q2=(x["q2"] + (group == "b")).clip(upper=5)), group)
    table = found.table.set_index("item")
    assert table.loc["q2", "p_total_holm"] < 1e-6
    assert table.loc["q2", "jodoin_gierl"] == "C"
    assert table.loc["q2", "p_uniform"] < table.loc["q2", "p_nonuniform"]
    assert set(table["jodoin_gierl"].drop("q2")) == {"A"}
    assert found.effect("q2").low > 0


def test_groups_that_differ_in_the_trait_only_show_no_dif() -> None:
    rejected = [(ordinal_dif(*answers(400, seed)).table["p_nonuniform"] < 0.05).sum() for seed in range(20)]
    assert 0.01 < sum(rejected) / 100 < 0.12


def test_naming_the_other_group_as_reference_turns_the_sign() -> None:
    x, group = answers()
    there, back = ordinal_dif(x, group), ordinal_dif(x, group, reference="b")
    assert (there.reference, back.reference) == ("a", "b")
    assert there.table["beta_group"].to_list() == pytest.approx((-back.table["beta_group"]).to_list(), abs=1e-6)
    assert there.table["chi2_total"].to_list() == pytest.approx(back.table["chi2_total"].to_list(), abs=1e-6)


def test_of_three_groups_each_is_compared_with_the_first() -> None:
    x, _ = answers(900)
    group = ["b", "c", "a"] * 300
    found = ordinal_dif(x, group)
    assert (found.reference, found.focal) == ("a", ("b", "c"))
    assert len(found.table) == 10
    alone = ordinal_dif(x, group, focal="c", reference="b")
    assert set(alone.table["focal"]) == {"c"}
    assert alone.n_persons == 600
    within = ordinal_dif(x[[each != "a" for each in group]], [each for each in group if each != "a"])
    assert alone.table["chi2_total"].to_list() == pytest.approx(within.table["chi2_total"].to_list())
    assert (found.table["p_total_holm"] >= found.table["p_total"]).all()
    with pytest.raises(ValueError, match="effect: no row"):
        found.effect("q1")


def test_other_numbers_for_the_same_categories_of_the_item_change_nothing() -> None:
    table = ordinal_dif(DRAWN, GROUP).table
    other = ordinal_dif(DRAWN.assign(q1=DRAWN["q1"].map({0: 0, 1: 10, 2: 11, 3: 50})), GROUP).table
    assert other.iloc[0]["chi2_total"] == pytest.approx(table.iloc[0]["chi2_total"], abs=1e-9)


def test_reversing_the_scale_turns_the_sign() -> None:
    there, back = ordinal_dif(DRAWN, GROUP).table, ordinal_dif(3 - DRAWN, GROUP).table
    assert there["beta_group"].to_list() == pytest.approx((-back["beta_group"]).to_list(), abs=1e-6)


def test_pairwise_keeps_who_missed_an_item_and_listwise_does_not() -> None:
    x, group = answers()
    holes = x.mask(np.random.default_rng(3).random(x.shape) < 0.1)
    pairwise, listwise = (ordinal_dif(holes, group, missing=rule) for rule in ("pairwise", "listwise"))
    assert listwise.n_persons == int(holes.notna().all(axis=1).sum())
    assert pairwise.n_persons > listwise.n_persons
    full = ordinal_dif(holes.dropna(), np.asarray(group)[holes.notna().all(axis=1)])
    assert listwise.table["chi2_total"].to_list() == pytest.approx(full.table["chi2_total"].to_list())


def test_persons_without_a_group_are_left_out() -> None:
    x, group = answers()
    labels = pd.Series(group, dtype=object).mask(pd.Series(range(1000)) < 100)
    assert ordinal_dif(x, labels).n_persons == 900


def test_a_group_that_gives_one_answer_only_is_separation() -> None:
    x, group = answers(200)
    found = ordinal_dif(x.assign(q1=np.where(group == "a", 1, 5)), group)
    assert found.effect("q1").note == "separation"
    assert math.isnan(found.table.loc[0, "chi2_total"])
    assert found.table["p_total_holm"].notna().sum() == 4


def test_a_constant_item_and_one_group_have_their_codes() -> None:
    x, group = answers(200)
    found = ordinal_dif(x.assign(q3=2.0), group)
    assert found.effect("q3").note == "constant_item"
    assert found.table.loc[2, "zumbo"] == ""
    assert ordinal_dif(x, ["a"] * 200).note == "one_group"
    assert ordinal_dif(x[["q1"]], group).note == "too_few_items"
    assert ordinal_dif(x[["q1"]], group).table.loc[0, "note"] == "too_few_items"


def test_wrong_calls_name_what_is_allowed() -> None:
    x, group = answers(200)
    with pytest.raises(ValueError, match="group: 3 labels for 200 rows"):
        ordinal_dif(x, ["a", "b", "a"])
    with pytest.raises(ValueError, match='reference: "z"; groups are a, b'):
        ordinal_dif(x, group, reference="z")
    with pytest.raises(ValueError, match='focal: "a" is the reference'):
        ordinal_dif(x, group, reference="a", focal="a")


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
@pytest.mark.parametrize("name", HARD)
def test_hard_data_get_a_value_or_a_reason(name: str, missing: Any) -> None:
    x = HARD[name]
    found = ordinal_dif(x, (["a", "b"] * 20)[: len(x)], missing=missing)
    assert found.note or len(found.table) == x.shape[1]
    for _, row in found.table.iterrows():
        assert math.isfinite(row["chi2_total"]) != bool(row["note"])
        assert row["note"] or math.isfinite(row["beta_group"])
        effect = found.effect(row["item"])
        assert effect.estimable or effect.note
