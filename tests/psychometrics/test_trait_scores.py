"""Scores of scenarios: responders whose scores are known beforehand, and values that R gave."""

import dataclasses
import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psychometrics.bootstrap import persona_bootstrap
from psychometrics.scenario_cells import OPTIONS
from psychometrics.trait_scores import TraitScores, trait_scores

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "divergence_trait_scores.json").read_text("utf-8"))
PLACES = {"printed": ["high1", "low1", "high2", "low2"], "swapped": ["low1", "high1", "low2", "high2"]}
BOTH, TEMPLATES, SITUATIONS = ("printed", "swapped"), ("letters", "numbers", "bare"), ("original", "paraphrased")


def trials(
    answer: Callable[[pd.Series], list[float]],
    *,
    persons: int = 6,
    items: int = 5,
    keys: tuple[int, ...] = (1, 1, -1),
    orders: tuple[str, ...] = BOTH,
    templates: tuple[str, ...] = TEMPLATES,
    situations: tuple[str, ...] = SITUATIONS,
) -> pd.DataFrame:
    """Every trial of a crossed design; `answer` gives the four numbers in the order of `OPTIONS`."""
    rows = itertools.product(range(persons), range(items), templates, orders, situations)
    table = pd.DataFrame(rows, columns=["person", "item", "template", "order", "situation"])
    table["key"] = [keys[each % len(keys)] for each in table["item"]]
    table[list(OPTIONS)] = [answer(row) for _, row in table.iterrows()]
    return table.assign(outcome="answered")


def scored(table: pd.DataFrame, **given: object) -> TraitScores:
    return trait_scores(table, **{"seed": 1, "resamples": 200, **given})


def chosen(content: str) -> list[float]:
    return [float(each == content) for each in OPTIONS]


def first_place(row: pd.Series) -> list[float]:
    return chosen(PLACES[row["order"]][0])


def perfect(row: pd.Series) -> list[float]:
    return chosen("high1" if row["key"] > 0 else "low2")


def opposite(row: pd.Series) -> list[float]:
    return chosen("low1" if row["key"] > 0 else "high2")


def random_answers(seed: int = 3) -> Callable[[pd.Series], list[float]]:
    random = np.random.default_rng(seed)
    return lambda row: list(random.dirichlet([0.5] * 4))


def sensitivities(found: TraitScores) -> list[float]:
    return [found.order_sensitivity.value, found.prompt_sensitivity.value, found.paraphrase_sensitivity.value]


def everything(found: TraitScores) -> dict[str, dict[str, object]]:
    return {each.name: getattr(found, each.name).to_dict() for each in dataclasses.fields(found)}


@pytest.mark.parametrize("keys", [(1,), (-1,), (1, -1), (1, 1, 1, -1)])
@pytest.mark.parametrize("place", range(4))
def test_whoever_always_takes_one_place_has_no_trait(keys: tuple[int, ...], place: int) -> None:
    found = scored(trials(lambda row: chosen(PLACES[row["order"]][place]), keys=keys))
    assert found.trait_score.value == found.continuous_score.value == 50
    assert sensitivities(found) == [100, 0, 0]
    assert found.trait_score.extra["n_ties"] == found.trait_score.extra["n_cells"]


def test_one_order_alone_takes_a_liking_for_a_place_for_a_trait() -> None:
    found = scored(trials(first_place, keys=(1,), orders=("printed",)))
    assert found.trait_score.value == 100
    assert found.trait_score.has("one_order") and found.continuous_score.has("one_order")
    assert found.order_sensitivity.note == "one_order" and math.isnan(found.order_sensitivity.value)
    assert found.prompt_sensitivity.value == 0


def test_an_even_responder_is_all_ties() -> None:
    found = scored(trials(lambda row: [0.25] * 4))
    assert found.trait_score.value == found.continuous_score.value == 50
    assert sensitivities(found) == [0, 0, 0]
    assert found.trait_score.extra["n_ties"] == 6 * 5 * 3 * 2


@pytest.mark.parametrize(("answer", "score"), [(perfect, 100), (opposite, 0)])
def test_a_perfect_persona_scores_at_the_end(answer: Callable[[pd.Series], list[float]], score: float) -> None:
    found = scored(trials(answer))
    assert found.trait_score.value == found.continuous_score.value == score
    assert sensitivities(found) == [0, 0, 0]
    assert math.isnan(found.trait_score.low) and found.trait_score.has("equal_resamples")


def test_numbers_may_have_any_unit() -> None:
    table = trials(random_answers())
    factor = np.random.default_rng(5).uniform(0.1, 9, (len(table), 1))
    other = table.assign(**(table[list(OPTIONS)] * factor))
    for name in ("trait_score", "continuous_score", "order_sensitivity"):
        assert getattr(scored(other), name).value == pytest.approx(getattr(scored(table), name).value)


def test_a_tie_is_within_rounding_only() -> None:
    def nearly(gap: float) -> TraitScores:
        return scored(trials(lambda row: [0.3 + gap, 0.3, 0.2 - gap, 0.2], keys=(1,)))

    assert nearly(5e-10).trait_score.value == 50
    assert nearly(1e-8).trait_score.value == 100


def test_swapped_orders_are_averaged_before_the_class_is_told() -> None:
    shares = {"printed": [0.6, 0.4, 0.0, 0.0], "swapped": [0.1, 0.5, 0.2, 0.2]}
    found = scored(trials(lambda row: shares[row["order"]], keys=(1,)))
    assert (found.trait_score.value, found.order_sensitivity.value) == (0, 100)  # (.35, .45, .1, .1)
    assert found.continuous_score.value == pytest.approx(45)


def test_another_high_option_in_the_other_order_is_another_choice_of_the_same_class() -> None:
    found = scored(trials(lambda row: chosen("high1" if row["order"] == "printed" else "high2"), keys=(1,)))
    assert (found.trait_score.value, found.order_sensitivity.value) == (100, 100)


def test_a_class_that_follows_the_template_or_the_wording_is_sensitive() -> None:
    by_template = scored(trials(lambda row: chosen("high1" if row["template"] == "bare" else "low1")))
    assert sensitivities(by_template) == [0, 100, 0]
    by_wording = scored(trials(lambda row: chosen("high1" if row["situation"] == "original" else "low1")))
    assert sensitivities(by_wording) == [0, 0, 100]


def test_what_was_not_varied_is_undefined() -> None:
    found = scored(trials(perfect, templates=("bare",), situations=("original",)))
    assert (found.prompt_sensitivity.note, found.paraphrase_sensitivity.note) == ("one_template", "not_asked")
    assert math.isnan(found.prompt_sensitivity.value) and math.isnan(found.paraphrase_sensitivity.value)
    assert found.trait_score.value == 100


def test_refusals_are_counted_and_leave_their_cell_unknown() -> None:
    table = trials(perfect, templates=("bare",), situations=("original",))
    refused, unreadable = (table["item"] == 0) & (table["order"] == "swapped"), (table["item"] == 1)
    table.loc[refused | unreadable, list(OPTIONS)] = np.nan
    table.loc[refused, "outcome"], table.loc[unreadable, "outcome"] = "refused", "unreadable"
    found = scored(table)
    assert (found.refusal_rate.value, found.unanswered_rate.value) == (10, 30)
    assert found.refusal_rate.extra == {"n_asked": 60, "n_refused": 6}
    assert (found.trait_score.value, found.trait_score.n_items) == (100, 3)
    assert (found.trait_score.extra["n_unknown"], found.trait_score.extra["n_cells"]) == (12, 30)
    assert found.order_sensitivity.extra == {"n_compared": 18, "n_left_out": 12, "n_different": 0}


def test_no_weight_on_any_option_is_no_answer() -> None:
    table = trials(perfect)
    table.loc[table["person"] == 0, list(OPTIONS)] = 0.0
    found = scored(table)
    assert (found.trait_score.n_persons, found.refusal_rate.value) == (5, 0)
    assert found.unanswered_rate.value == pytest.approx(100 / 6)


def test_numbers_beside_a_refusal_are_no_answer() -> None:
    assert scored(trials(perfect).assign(outcome="refused")).trait_score.note == "no_answers"


def test_half_of_the_answers_missing_keeps_what_was_answered_in_both_orders() -> None:
    table = trials(perfect)
    gone = np.random.default_rng(4).random(len(table)) < 0.5
    table.loc[gone, list(OPTIONS)] = np.nan
    table.loc[gone, "outcome"] = "missing"
    found = scored(table)
    assert found.trait_score.value == 100 and sensitivities(found) == [0, 0, 0]
    both = (~pd.Series(gone)).groupby([table[each] for each in ("person", "item", "template", "situation")]).all()
    assert found.trait_score.extra["n_unknown"] == int((~both).sum())
    assert found.prompt_sensitivity.extra["n_left_out"] > found.prompt_sensitivity.extra["n_compared"] > 0


def test_an_order_that_is_still_to_be_asked_leaves_its_cell_unknown() -> None:
    table = trials(perfect, templates=("bare",), situations=("original",))
    found = scored(table[(table["order"] == "printed") | (table["person"] == 0)])
    assert (found.trait_score.n_persons, found.trait_score.extra["n_unknown"]) == (1, 25)
    assert not found.trait_score.has("one_order")


def test_nothing_asked_and_nothing_answered_have_a_note() -> None:
    table = trials(perfect)
    nothing = scored(table.head(0))
    assert {getattr(nothing, each.name).note for each in dataclasses.fields(nothing)} == {"nothing_asked"}
    silent = scored(table.assign(outcome="refused", **dict.fromkeys(OPTIONS, np.nan)))
    assert [silent.trait_score.note, silent.continuous_score.note] == ["no_answers"] * 2
    assert [silent.order_sensitivity.note, silent.prompt_sensitivity.note] == ["no_pairs"] * 2
    assert silent.paraphrase_sensitivity.note == "no_pairs"
    assert silent.refusal_rate.value == silent.unanswered_rate.value == 100


def test_values_are_those_of_r() -> None:
    found = scored(pd.DataFrame(REFERENCE["trials"]))
    for name, value in REFERENCE["expected"].items():
        assert getattr(found, name).value == pytest.approx(value, abs=1e-9), name
    counts = REFERENCE["counts"]
    assert {each: found.trait_score.extra[each] for each in ("n_cells", "n_unknown", "n_ties")} == {
        each: counts[each] for each in ("n_cells", "n_unknown", "n_ties")
    }
    assert found.prompt_sensitivity.extra["n_compared"] == counts["prompt_compared"]
    assert found.paraphrase_sensitivity.extra["n_compared"] == counts["paraphrase_compared"]


@pytest.mark.parametrize("name", ["trait_score", "order_sensitivity"])
def test_intervals_are_those_of_r(name: str) -> None:
    table = pd.DataFrame(REFERENCE["trials"])
    told = getattr(scored(table, strata=REFERENCE["poles"], resamples=20_000), name)
    assert [told.low, told.high] == pytest.approx(REFERENCE["intervals"][name], abs=0.25)
    assert told.method == "persona bootstrap, expanded percentile within strata"


def test_personas_are_drawn_with_all_their_cells() -> None:
    table = trials(random_answers())
    told = scored(table).trait_score
    means = [scored(table[table["person"] == each]).trait_score.value for each in range(6)]
    drawn = persona_bootstrap(lambda counts: counts @ np.array(means) / 6, 6, seed=1, resamples=200)
    assert [told.low, told.high] == pytest.approx([drawn.low, drawn.high])
    assert (told.n_persons, told.n_items) == (6, 5)


def test_poles_are_fixed() -> None:
    table = trials(
        lambda row: chosen("high1" if (row["person"] % 2 == 0) != (row["item"] == row["person"]) else "low1"), keys=(1,)
    )
    free, fixed = (scored(table, strata=each).trait_score for each in (None, {each: each % 2 for each in range(6)}))
    assert free.value == fixed.value
    assert 0 < fixed.high - fixed.low < 0.5 * (free.high - free.low)


def test_one_person_has_an_interval_over_items() -> None:
    table = trials(random_answers(), persons=1, items=12)
    told = scored(table, strata={0: "high"})
    for each in (told.trait_score, told.order_sensitivity, told.prompt_sensitivity):
        assert each.method == "percentile bootstrap over items"
        assert each.low < each.value < each.high and each.n_persons == 1
    alone = scored(table[table["item"] == 0]).trait_score
    assert math.isnan(alone.low) and alone.method == "" and alone.has("one_item")


def test_the_order_of_the_rows_changes_nothing() -> None:
    table = pd.DataFrame(REFERENCE["trials"])
    mixed = table.sample(frac=1, random_state=2)
    assert everything(scored(table, strata=REFERENCE["poles"])) == everything(scored(mixed, strata=REFERENCE["poles"]))


def test_names_of_persons_may_be_pairs() -> None:
    table = trials(random_answers())
    pairs = table.assign(person=[("model", f"p{each}") for each in table["person"]])
    poles = {("model", f"p{each}"): each % 2 for each in range(6)}
    assert everything(scored(pairs, strata=poles)) == everything(
        scored(table, strata={each: each % 2 for each in range(6)})
    )


def test_a_repeat_is_a_cell_and_not_a_person() -> None:
    table = trials(random_answers())
    twice = pd.concat([table.assign(replicate=1), table.assign(replicate=2)])
    once, both = scored(table).trait_score, scored(twice).trait_score
    assert (both.value, both.low, both.n_persons) == (
        pytest.approx(once.value),
        pytest.approx(once.low),
        once.n_persons,
    )
    assert both.extra["n_cells"] == 2 * once.extra["n_cells"]


def test_wrong_tables_are_named() -> None:
    table = trials(perfect, persons=2)
    for column in ("person", "key", "order", "low2", "outcome"):
        with pytest.raises(ValueError, match=f"column {column} is missing"):
            scored(table.drop(columns=column))
    with pytest.raises(ValueError, match="stands twice"):
        scored(pd.concat([table, table.tail(1)]))
    with pytest.raises(ValueError, match="order: row 0 has reversed; allowed are printed and swapped"):
        scored(table.assign(order=table["order"].replace("printed", "reversed")))
    with pytest.raises(ValueError, match="key: row 0 has 2; allowed are 1 and -1"):
        scored(table.assign(key=2))
    with pytest.raises(ValueError, match="key: item 0 has 1 and -1"):
        scored(table.assign(key=[-1, *table["key"][1:]]))
    with pytest.raises(ValueError, match=r"row 0 has -1\.2, 0, 0, 0; allowed are four numbers from 0"):
        scored(table.assign(high1=[-1.2, *table["high1"][1:]]))
    with pytest.raises(ValueError, match="or none at all"):
        scored(table.assign(high1=[np.nan, *table["high1"][1:]]))
    with pytest.raises(ValueError, match="strata: person 1 has none"):
        scored(table, strata={0: "high"})
