"""Level against the rest: R's tests over rows, the paired test that respects persons, and equivalence."""

import math

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD

from psychometrics.levels import equivalence, level_tests, variance_decided_test
from psychometrics.many_tests import adjust

A, B = [3.1, 4.2, 3.9, 4.4, 2.7], [2.8, 3.0, 3.3, 2.6, 3.9, 3.1, 1.5]
EVEN = [3.01, 3.02, 2.99, 3.0, 3.01, 3.02, 2.98, 3.0]


def crossed(effect: float, *, persons: int = 30, noise: float = 0.3, seed: int = 4) -> pd.DataFrame:
    """Persons answer five items under three label sets and two orders; label set "i" moves their answers."""
    random = np.random.default_rng(seed)
    cells = [(p, i, s, o) for p in range(persons) for i in "abcde" for s in "A1i" for o in ("printed", "reversed")]
    table = pd.DataFrame(cells, columns=["person", "item", "labels", "options"])
    trait = random.normal(3, 1, persons)[table["person"]]
    return table.assign(value=trait + effect * (table["labels"] == "i") + random.normal(0, noise, len(table)))


def test_like_variances_get_students_t_as_in_r() -> None:
    # R 4.2.2: t.test(a, b, var.equal = TRUE)
    found = variance_decided_test(A, B)
    assert found.extra["test"] == "Student"
    assert (found.extra["t"], found.extra["p"]) == pytest.approx((1.799388, 0.102154), rel=1e-5)
    assert (found.low, found.high) == pytest.approx((-0.1844937, 1.733065), rel=1e-5)


def test_unlike_variances_get_welchs_t_as_in_r() -> None:
    # R 4.2.2: var.test(a, even); t.test(a, even)
    found = variance_decided_test(A, EVEN)
    assert found.extra["test"] == "Welch"
    told = [found.extra[each] for each in ("variance_ratio", "variance_ratio_p", "t", "df", "p")]
    assert told == pytest.approx([2689.009, 6.310952e-11, 2.009742, 4.00186, 0.1148001], rel=1e-5)
    assert (found.low, found.high) == pytest.approx((-0.250189, 1.562689), rel=1e-5)


def test_the_order_of_the_groups_turns_the_sign_alone() -> None:
    one, other = variance_decided_test(A, EVEN), variance_decided_test(EVEN, A)
    assert other.value == pytest.approx(-one.value)
    assert other.extra["p"] == pytest.approx(one.extra["p"])
    assert other.extra["variance_ratio_p"] == pytest.approx(one.extra["variance_ratio_p"])


def test_groups_without_spread_have_no_test() -> None:
    assert variance_decided_test([3, 3, 3], [4, 4]).note == "zero_variance"
    assert variance_decided_test([3], [4, 4]).note == "too_few_rows"
    assert variance_decided_test([3, 3, 3], [4, 5, 4.5]).extra["test"] == "Welch"


def test_two_one_sided_tests_are_those_of_r() -> None:
    # R 4.2.2: t.test(d, mu = -.25, alternative = "greater"); t.test(d, mu = .25, alternative = "less"); conf.level = .9
    found = equivalence([0.05, -0.1, 0.0, 0.1, -0.05, 0.02, 0.3])
    assert (found.extra["p_lower"], found.extra["p_upper"]) == pytest.approx((0.0004669078, 0.002937451), rel=1e-5)
    assert (found.low, found.high) == pytest.approx((-0.04946823, 0.1408968), rel=1e-5)
    assert (found.confidence, found.extra["verdict"]) == (pytest.approx(0.9), "equivalent")


def test_the_interval_and_the_two_tests_agree() -> None:
    for seed in range(20):
        differences = np.random.default_rng(seed).normal(0.12, 0.3, 15)
        found = equivalence(differences)
        assert (found.extra["p"] < 0.05) == (found.extra["verdict"] == "equivalent")


def test_equivalence_of_persons_who_all_differ_alike_is_not_judged() -> None:
    found = equivalence([0.0, 0.0, 0.0, 0.0])
    assert (found.value, found.note, found.extra["verdict"]) == (0, "zero_variance", "")
    assert equivalence([0.1, 0.2]).note == "too_few_persons"
    assert equivalence([]).note == "too_few_persons"


def test_a_level_that_moves_answers_is_found_and_the_others_mirror_it() -> None:
    table = level_tests(crossed(0.6), ["labels", "options"]).set_index(["factor", "level"])
    assert table.loc[("labels", "i"), "paired_difference"] == pytest.approx(0.6, abs=0.1)
    assert table.loc[("labels", "i"), "verdict"] == "different"
    assert table.loc[("labels", "A"), "paired_difference"] == pytest.approx(-0.3, abs=0.1)
    assert table.loc[("options", "printed"), "verdict"] == "equivalent"
    assert table.loc[("options", "printed"), "paired_p_holm"] > 0.05
    assert len(table) == 5


def test_in_a_crossed_table_both_tests_see_the_same_difference() -> None:
    table = level_tests(crossed(0.3), ["labels", "options"])
    assert np.allclose(table["mean_difference"], table["paired_difference"])


def test_pairing_within_person_finds_what_rows_do_not() -> None:
    table = level_tests(crossed(0.1, noise=0.2), ["labels"]).set_index("level")
    assert table.loc["i", "p"] > 0.05 > table.loc["i", "paired_p_holm"]
    assert table.loc["i", "relation"] == "="
    assert table.loc["i", "warning"].startswith("rows_not_persons")


def test_relations_follow_the_sign_of_the_difference() -> None:
    table = level_tests(crossed(3.0), ["labels"]).set_index("level")
    assert table["relation"].to_dict() == {"A": "<", "1": "<", "i": ">"}


def test_the_family_of_the_correction_is_the_whole_table() -> None:
    both = pd.concat([crossed(0.2).assign(scale="E"), crossed(0.0, seed=9).assign(scale="N")])
    table = level_tests(both, ["labels", "options"])
    assert table.groupby("scale").size().to_dict() == {"E": 5, "N": 5}
    assert table["p_holm"].to_numpy() == pytest.approx(adjust(table["p"]))
    assert table["paired_p_holm"].to_numpy() == pytest.approx(adjust(table["paired_p"]))


def test_refused_items_leave_their_pair_out() -> None:
    table = crossed(0.0, noise=0.0)
    table["value"] += table["item"].map(dict(zip("abcde", range(5), strict=True)))
    hard = (table["item"] == "e") & (table["labels"] == "i")
    found = level_tests(table.assign(value=table["value"].mask(hard)), ["labels"]).set_index("level")
    assert found.loc["i", "paired_difference"] == pytest.approx(0, abs=1e-12)
    assert found.loc["i", "mean_difference"] < -0.3


def test_one_level_has_no_rest() -> None:
    table = level_tests(crossed(0).query("labels == 'A'"), ["labels"])
    assert table["note"].tolist() == table["paired_note"].tolist() == ["one_level"]
    assert math.isnan(table["p"][0]) and table["relation"][0] == ""


def test_wrong_calls_are_named() -> None:
    with pytest.raises(ValueError, match="column language is missing"):
        level_tests(crossed(0), ["language"])
    with pytest.raises(ValueError, match="factors: 'labels'"):
        level_tests(crossed(0), "labels")
    with pytest.raises(ValueError, match="margin: 0"):
        level_tests(crossed(0), ["labels"], margin=0)


@pytest.mark.parametrize("name", HARD)
def test_hard_data_get_a_value_or_a_reason(name: str) -> None:
    wide = HARD[name]
    long = wide.rename_axis("person").reset_index().melt("person", var_name="item")
    again = long.assign(value=6 - long["value"], level="reversed")
    for second in (again, long.assign(level="reversed")):
        table = level_tests(pd.concat([long.assign(level="printed"), second]))
        assert ((table["p"].notna()) | (table["note"] != "")).all()
        assert ((table["paired_p"].notna()) | (table["paired_note"] != "")).all()
        assert ((table["verdict"] != "") == table["equivalence_p"].notna()).all()
