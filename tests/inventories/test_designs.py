import os
import subprocess
import sys
from collections import Counter
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

from inventories.designs import Alias, Design, alias_table, crossed, describe, fraction
from inventories.ids import digest
from inventories.reading import DefinitionError

FORMS = {
    "labels": ["arabic", "upper", "lower", "roman_upper", "roman_lower"],
    "options": ["printed", "reversed", "shuffled"],
    "binding": ["position", "content"],
    "wording": ["plain", "polite", "terse", "question", "statement"],
}
TWO = {"A": [0, 1], "B": [0, 1], "C": [0, 1]}


def mix(*levels: int) -> dict[str, list[int]]:
    return {chr(ord("a") + at): list(range(each)) for at, each in enumerate(levels)}


def every_pair_is_there_equally_often(design: Design) -> bool:
    for one, two in combinations(design.factors, 2):
        counts = Counter((row[one], row[two]) for row in design.rows)
        if len(counts) != len(design.factors[one]) * len(design.factors[two]) or len(set(counts.values())) != 1:
            return False
    return True


def dummies(design: Design, *names: str) -> np.ndarray:
    """The model of the main effects of `names`, by dummy variables: another coding than that of the program."""
    columns = [np.ones(design.runs)]
    for name in names:
        columns += [np.array([row[name] == level for row in design.rows], float) for level in design.factors[name][1:]]
    return np.column_stack(columns)


def cells(design: Design, one: str, two: str) -> np.ndarray:
    pairs = list(product(design.factors[one], design.factors[two]))
    return np.array([[float((row[one], row[two]) == pair) for pair in pairs] for row in design.rows])


def orthonormal(matrix: np.ndarray) -> np.ndarray:
    left, size, _ = np.linalg.svd(matrix, full_matrices=False)
    return left[:, size > 1e-8 * max(size.max(), 1)]


def efficiency(design: Design) -> float:
    def information(each: Design) -> np.ndarray:
        model = dummies(each, *each.factors)
        return model.T @ model / each.runs

    sizes = [np.linalg.slogdet(information(each))[1] for each in (design, crossed(design.factors))]
    return float(np.exp((sizes[0] - sizes[1]) / dummies(design, *design.factors).shape[1]))


SMALLEST = {
    (2, 2, 2): 4,
    (2,) * 4: 8,
    (2,) * 7: 8,
    (2,) * 8: 12,
    (2,) * 11: 12,
    (2,) * 15: 16,
    (2,) * 19: 20,
    (3,) * 4: 9,
    (3,) * 7: 18,
    (3,) * 8: 27,
    (5,) * 3: 25,
    (5,) * 6: 25,
    (4,) * 5: 16,
    (4, 2, 2, 2, 2): 8,
    (8, 4, 2, 2): 32,
    (9, 3, 3): 27,
    (3, 2, 2, 2, 2): 12,
    (5, 2, 2, 2, 2): 20,
    (3, 3, 3, 2): 18,
    (3, 3, 3, 3, 2, 2): 36,
    (3, 3, 2, 2, 2, 2): 36,
    (4, 3, 2, 2, 2): 24,
    (6, 3, 3, 3): 18,
    (10, 5, 2, 2): 100,
    (5, 5, 5, 2, 3): 150,
}


@pytest.mark.parametrize(("levels", "runs"), SMALLEST.items(), ids=str)
def test_an_orthogonal_array_has_every_pair_of_levels_equally_often_in_few_distinct_rows(levels, runs):
    design = fraction(mix(*levels))
    assert (design.kind, design.runs, len(design.rows)) == ("orthogonal array", runs, runs)
    assert design.runs < design.full
    assert every_pair_is_there_equally_often(design)
    assert len({tuple(row.items()) for row in design.rows}) == runs


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("levels", [(2,) * 6, (5, 2, 2, 2, 2), (3,) * 5, (4, 4, 4)], ids=str)
def test_a_seed_changes_the_rows_but_not_their_number_nor_their_balance(levels, seed):
    design = fraction(mix(*levels), seed)
    assert design.runs == fraction(mix(*levels)).runs
    assert every_pair_is_there_equally_often(design)


def test_different_seeds_give_different_fractions():
    assert len({digest(fraction(mix(3, 3, 3, 3), seed).rows) for seed in range(4)}) > 1
    assert len({digest(fraction(FORMS, seed).rows) for seed in range(4)}) == 4


def test_a_larger_array_is_used_for_clear_main_effects_when_its_runs_are_asked_for():
    saturated, clear = fraction(mix(*(2,) * 7)), fraction(mix(*(2,) * 7), runs=16)
    assert (saturated.runs, clear.runs, clear.kind) == (8, 16, "orthogonal array")
    assert {each.effect for each in saturated.aliases if each.status == "aliased"} == set("abcdefg")
    assert clear.aliases == ()  # resolution IV
    assert fraction(mix(*(2,) * 9), runs=256).kind == "orthogonal array"  # as many independent columns as can be


@pytest.mark.parametrize("levels", [(2, 2, 2), (3, 3, 3, 3), (5, 2, 5), (5, 3, 2, 5), (5, 2, 2, 2, 2)], ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_every_fraction_holds_the_form_as_printed_and_is_sorted_by_the_levels_as_given(levels, seed):
    design = fraction(mix(*levels), seed)
    rows = [tuple(row.values()) for row in design.rows]
    assert rows[0] == (0,) * len(levels)
    assert rows == sorted(rows)
    assert all(list(row) == list(design.factors) for row in design.rows)


@pytest.mark.parametrize("levels", [(5, 2, 5), (5, 2, 5, 3), (5, 5, 4), (5, 5), (7, 5, 3, 2), (3, 3, 2)], ids=str)
@pytest.mark.parametrize("seed", range(2))
def test_a_d_optimal_design_is_nearly_as_efficient_as_the_full_crossing(levels, seed):
    design = fraction(mix(*levels), seed)
    assert design.kind == "d-optimal"
    assert design.runs <= 3 * dummies(design, *design.factors).shape[1]
    assert design.efficiency == pytest.approx(efficiency(design), abs=1e-5)  # by numpy, in another coding
    assert design.efficiency >= 0.9
    assert len({tuple(row.items()) for row in design.rows}) == design.runs < design.full


@pytest.mark.parametrize("levels", [(3, 2), (3, 2, 2), (3, 3, 2), (5, 2, 5), (2, 2, 2, 2)], ids=str)
def test_a_design_with_a_run_for_every_parameter_is_never_singular(levels):
    full, parameters = int(np.prod(levels)), 1 + sum(levels) - len(levels)
    for runs in range(parameters, full, 1 + full // 12):
        design = fraction(mix(*levels), runs=runs)
        assert design.runs == runs
        assert np.linalg.matrix_rank(dummies(design, *design.factors)) == parameters
        assert design.efficiency > 0.5
        assert not {"a", "b", "c"} & set(design.not_estimable)


def test_in_half_of_two_cubed_each_main_effect_is_aliased_with_the_interaction_of_the_others():
    design = fraction(TWO)
    assert design.aliases == (
        Alias("A x B", "C", 1.0, 1.0, "not_estimable"),
        Alias("A x C", "B", 1.0, 1.0, "not_estimable"),
        Alias("B x C", "A", 1.0, 1.0, "not_estimable"),
        Alias("A", "B x C", 1.0, 1.0),
        Alias("B", "A x C", 1.0, 1.0),
        Alias("C", "A x B", 1.0, 1.0),
    )


def test_in_twelve_runs_each_main_effect_is_a_third_aliased_with_every_interaction_of_two_others():
    design = fraction(mix(*(2,) * 11))  # Plackett and Burman (1946)
    aliased = [each for each in design.aliases if each.status == "aliased"]
    assert len(aliased) == 11 * 45
    assert {each.correlation for each in aliased} == {0.333333}
    assert {each.share for each in aliased} == {0.111111}


@pytest.mark.parametrize(
    ("levels", "runs"), [((5, 2, 5), None), ((3, 3, 2, 2), 20), ((5, 2, 2, 2, 2), None), ((3, 3, 3, 3), 15)], ids=str
)
def test_aliases_agree_with_canonical_correlations_by_numpy(levels, runs):
    design = fraction(mix(*levels), runs=runs)
    found = {(each.effect, each.aliased_with): each for each in design.aliases if each.status == "aliased"}
    for name in design.factors:
        others = [other for other in design.factors if other != name]
        rest = orthonormal(dummies(design, *others))
        own = dummies(design, name)[:, 1:]
        own = orthonormal(own - rest @ (rest.T @ own))
        for one, two in combinations(others, 2):
            mains = orthonormal(dummies(design, one, two))
            pair = cells(design, one, two)
            pair = orthonormal(pair - mains @ (mains.T @ pair))
            sizes = np.linalg.svd(own.T @ pair, compute_uv=False)
            alias = found.pop((name, f"{one} x {two}"), Alias(name, "", 0.0, 0.0))
            assert alias.correlation == pytest.approx(sizes.max(), abs=1e-5)
            assert alias.share == pytest.approx((sizes**2).sum() / own.shape[1], abs=1e-5)
    assert not found


def test_an_interaction_is_named_not_estimable_exactly_when_it_adds_too_few_dimensions():
    for levels, runs in [((5, 2, 5), 20), ((3, 3, 2, 2), 20), ((5, 2, 5, 3), 20), ((5, 2, 5, 3), 60)]:
        design = fraction(mix(*levels), runs=runs)
        mains = dummies(design, *design.factors)
        lost = []
        for one, two in combinations(design.factors, 2):
            both = np.linalg.matrix_rank(np.column_stack([mains, cells(design, one, two)]))
            df = (len(design.factors[one]) - 1) * (len(design.factors[two]) - 1)
            lost += [f"{one} x {two}"] if both < mains.shape[1] + df else []
        assert list(design.not_estimable) == lost


def test_main_effects_that_too_few_runs_cannot_give_are_named():
    design = fraction(FORMS, runs=8)
    assert design.efficiency == 0
    named = [each for each in design.not_estimable if each in FORMS]
    model = dummies(design, *FORMS)
    for name in FORMS:
        rest = dummies(design, *(other for other in FORMS if other != name))
        lacks = np.linalg.matrix_rank(model) - np.linalg.matrix_rank(rest) < len(FORMS[name]) - 1
        assert (name in named) == lacks
    assert named
    assert f"not_estimable main effects: {', '.join(named)}" in describe(design)


def test_a_level_that_is_never_printed_makes_its_factor_not_estimable():
    design = fraction({"wording": ["a", "b", "c"], "binding": ["x", "y"]}, runs=2)
    assert {each.effect: each.aliased_with for each in design.aliases}["wording"] == "combinations never printed"
    assert "wording" in design.not_estimable


def test_the_alias_table_is_made_from_the_rows_alone():
    for design in (fraction(TWO), fraction(FORMS), crossed(FORMS)):
        assert alias_table(design) == design.aliases
    cut = Design(fraction(TWO).rows[:2], "d-optimal", 2, 8, dict.fromkeys(TWO, (0, 1)))  # A is 0, B is C
    assert {each.effect: each.aliased_with for each in alias_table(cut) if each.effect in TWO} == {
        "A": "combinations never printed",
        "B": "other main effects",
        "C": "other main effects",
    }


def test_the_full_crossing_is_clear_of_everything():
    design = crossed(FORMS)
    assert (design.kind, design.runs, design.full, design.aliases) == ("crossed", 150, 150, ())
    assert design.rows[0] == {name: levels[0] for name, levels in FORMS.items()}
    assert fraction(FORMS, runs=150) == design
    assert fraction(mix(3, 2)).kind == "crossed"  # too few for a fraction


def test_a_factor_with_one_level_is_a_constant():
    design = fraction({"memory": ["fresh"], **TWO, "language": ["en"]})
    assert (design.runs, design.full) == (4, 8)
    assert {(row["memory"], row["language"]) for row in design.rows} == {("fresh", "en")}
    assert [{name: row[name] for name in TWO} for row in design.rows] == list(fraction(TWO).rows)
    assert not {"memory", "language"} & {each.effect for each in design.aliases}
    assert "constant: memory = fresh, language = en" in describe(design)
    assert fraction({"memory": ["fresh"]}).rows == ({"memory": "fresh"},)
    assert fraction({}).rows == ({},)


def test_neither_the_order_of_factors_nor_of_later_levels_decides_what_is_printed():
    for factors in (mix(5, 2, 2, 2), FORMS):
        turned = {name: [levels[0], *reversed(levels[1:])] for name, levels in reversed(factors.items())}
        one, two = fraction(factors, 3), fraction(turned, 3)
        assert {digest(row) for row in one.rows} == {digest(row) for row in two.rows}


def test_designs_are_the_same_under_every_hash_seed():
    program = (
        "from inventories.designs import fraction\nfrom inventories.ids import digest\n"
        "for levels in ((2,) * 6, (3, 3, 3, 2, 2), (5, 2, 5), (5, 2, 2, 2, 2), (4, 4, 2)):\n"
        "    factors = {f'f{at}': [f'level {each}' for each in range(n)] for at, n in enumerate(levels)}\n"
        "    design = fraction(factors, 7)\n"
        "    print(design.kind, design.runs, digest(design.rows), digest(design.aliases))\n"
    )
    root = Path(__file__).parents[2]
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1
    assert len(printed.pop().splitlines()) == 5


def test_designs_of_today_are_those_of_yesterday():
    """A golden value: a record that grows must find the rows again that it was begun with."""
    assert digest(fraction(FORMS).rows) == "9759a471e4e3f3822b06"
    assert digest(fraction(mix(3, 2, 2, 2, 2)).rows) == "06eb8e249844eddebc93"


def test_the_description_tells_runs_kind_and_aliases_in_few_lines():
    assert describe(fraction(TWO)).splitlines() == [
        "4 of 8 combinations: orthogonal array, every pair of levels of two factors equally often",
        "A is aliased with B x C (1.00)",
        "B is aliased with A x C (1.00)",
        "C is aliased with A x B (1.00)",
        "not_estimable interactions: A x B, A x C, B x C",
    ]
    clear = "clear of every interaction of two others: every main effect"
    assert describe(fraction(mix(*(2,) * 7), runs=16)).splitlines()[1:] == [clear]
    assert describe(crossed(FORMS)).splitlines() == ["150 of 150 combinations: crossed", clear]
    lines = describe(fraction(FORMS)).splitlines()
    assert lines[0] == "30 of 150 combinations: d-optimal, efficiency 0.99 of the full crossing"
    assert [line.split()[0] for line in lines[1:5]] == list(FORMS)
    assert "and 18 more" in describe(fraction(mix(*(2,) * 8)))


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ({"labels": []}, 'factor "labels": levels are []; allowed: a list of one level'),
        ({"labels": "arabic"}, "factor \"labels\": levels are 'arabic'; allowed: a list"),
        ({"labels": ["upper", "lower", "upper"]}, "level 'upper' is there twice; Allowed: lower, upper, each once"),
        ({"n": [1, 2, 1.0]}, "level 1.0 is there twice"),
        ({"n": [True, 1]}, "level 1 is there twice"),
    ],
)
def test_a_mistake_in_the_levels_is_told_with_what_is_allowed(factors, message):
    for design in (crossed, fraction):
        with pytest.raises(DefinitionError) as problem:
            design(factors)
        assert message in str(problem.value)


@pytest.mark.parametrize("runs", [0, -1, 9, 4.0, True, "4"])
def test_runs_are_a_whole_number_up_to_all_combinations(runs):
    with pytest.raises(DefinitionError, match=r"allowed: a whole number from 1 to 8 \(all combinations\)"):
        fraction(TWO, runs=runs)


def test_levels_may_be_anything_that_a_study_file_can_say():
    factors = {"model": [{"temperature": 0}, {"temperature": 1}], "seeds": [[1, 2], [3]], "on": [True, False]}
    design = fraction(factors)
    assert design.runs == 4
    assert design.rows[0] == {"model": {"temperature": 0}, "seeds": [1, 2], "on": True}
