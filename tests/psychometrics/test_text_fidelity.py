"""Texts against their persona: values of the published formulas by hand, scipy's distances, and texts that tell nothing."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame
from scipy import stats

from psychometrics.text_fidelity import persona_constraints, profile_variation, sentence_fidelity


def sentences(persons: int = 6, generations: int = 3, size: int = 5, seed: int = 1) -> DataFrame:
    random = np.random.default_rng(seed)
    cells = [(p, g) for p in range(persons) for g in range(generations) for _ in range(size)]
    table = DataFrame(cells, columns=["person", "generation"])
    table["target"] = np.array(["low", "middle", "high"])[table["person"] % 3]
    return table.assign(level=random.integers(1, 6, len(table)).astype(float))


def one_text(levels: list[float], target: str = "high") -> DataFrame:
    return DataFrame({"person": "p", "generation": 1, "target": target, "level": levels})


def statements(**columns: object) -> DataFrame:
    row = {"person": "p", "text": 1, "statement": "a", "relevant": 0.9, "entailed": 0.8, "contradicted": 0.05}
    return DataFrame(row | columns, index=range(max([1, *(len(each) for each in columns.values() if _many(each))])))


def _many(each: object) -> bool:
    return isinstance(each, list)


# ---- sentences


@pytest.mark.parametrize(("target", "share"), [("low", 0.4), ("middle", 0.2), ("high", 0.4)])
def test_whole_levels_fall_into_the_thirds_of_one_to_five(target: str, share: float) -> None:
    assert sentence_fidelity(one_text([1, 2, 3, 4, 5], target), seed=1).accuracy.value == pytest.approx(share)


@pytest.mark.parametrize(("level", "third"), [(2.3332, "low"), (7 / 3, "middle"), (11 / 3, "middle"), (3.6668, "high")])
def test_the_cuts_lie_at_2_3333_and_3_6667(level: float, third: str) -> None:
    hit = {
        each: sentence_fidelity(one_text([level], each), seed=1).accuracy.value for each in ("low", "middle", "high")
    }
    assert hit == {each: float(each == third) for each in hit}


def test_levels_at_both_ends_have_no_internal_consistency() -> None:
    # population SD of 1, 5 is 2; of 1, 2, 3, 4, 5 the root of 2
    assert sentence_fidelity(one_text([1, 5]), seed=1).internal.value == 0
    assert sentence_fidelity(one_text([1, 2, 3, 4, 5]), seed=1).internal.value == pytest.approx(1 - math.sqrt(2) / 2)


@pytest.mark.parametrize(("second", "consistency"), [([1, 1], 1.0), ([5, 5], -1.0), ([3, 3], 0.0), ([1, 5], 0.0)])
def test_generations_are_as_consistent_as_their_distributions_are_near(second: list[int], consistency: float) -> None:
    table = pd.concat([one_text([1, 1]), one_text(second).assign(generation=2)])
    assert sentence_fidelity(table, seed=1).repeated.value == pytest.approx(consistency)


def test_each_person_counts_once_as_computed_sentence_by_sentence() -> None:
    table = sentences().drop(index=[0, 1, 2, 3, 20])  # texts of unequal length; one of a single sentence
    ends = {"low": (0, 2.3333), "middle": (2.3333, 3.6667), "high": (3.6667, 6)}
    hits, inner, pairs = [], [], []
    for _, rows in table.groupby("person"):
        texts = [each["level"].to_numpy() for _, each in rows.groupby("generation")]
        low, high = ends[rows["target"].iloc[0]]
        hits.append(np.mean([((each > low) & (each < high)).mean() for each in texts]))
        inner.append(np.mean([1 - each.std(ddof=0) / 2 for each in texts if len(each) > 1]))
        distances = [stats.wasserstein_distance(a, b) for a, b in itertools.combinations(texts, 2)]
        pairs.append(np.mean([2 * (1 - each / 4) - 1 for each in distances]))
    found = sentence_fidelity(table, seed=1)
    assert found.accuracy.value == pytest.approx(np.mean(hits))
    assert found.internal.value == pytest.approx(np.mean(inner))
    assert found.repeated.value == pytest.approx(np.mean(pairs))
    assert found.accuracy.low < found.accuracy.value < found.accuracy.high and found.accuracy.n_persons == 6


def test_neither_the_order_of_rows_nor_the_names_of_persons_change_anything_but_names() -> None:
    table = sentences()
    mixed = table.sample(frac=1, random_state=3).assign(person=lambda each: [("m", who) for who in each["person"]])
    one, other = sentence_fidelity(table, seed=1), sentence_fidelity(mixed, seed=1)
    for name in ("accuracy", "internal", "repeated"):
        a, b = getattr(one, name), getattr(other, name)
        assert (b.value, b.low, b.high) == pytest.approx((a.value, a.low, a.high))


def test_a_trait_turned_round_is_as_faithful() -> None:
    table = sentences()
    turned = table.assign(
        level=6 - table["level"], target=table["target"].map({"low": "high", "middle": "middle", "high": "low"})
    )
    one, other = sentence_fidelity(table, seed=1), sentence_fidelity(turned, seed=1)
    assert other.accuracy.value == pytest.approx(one.accuracy.value)
    assert (other.internal.value, other.repeated.value) == pytest.approx((one.internal.value, one.repeated.value))


def test_sentences_that_show_nothing_are_left_out_and_counted() -> None:
    found = sentence_fidelity(one_text([5, math.nan, 3, math.nan]), seed=1)
    assert (found.accuracy.value, found.internal.value) == (0.5, 0.5)
    assert (found.accuracy.extra["n_sentences"], found.accuracy.extra["n_left_out"]) == (2, 2)


def test_what_one_sentence_or_one_generation_cannot_tell_is_not_estimable() -> None:
    found = sentence_fidelity(one_text([5]), seed=1)
    assert (found.accuracy.value, found.accuracy.note) == (1, "too_few_persons")
    assert math.isnan(found.internal.value) and found.internal.note == "one_sentence"
    assert math.isnan(found.repeated.value) and found.repeated.note == "no_replication"


def test_texts_without_any_level_and_no_texts_have_a_note() -> None:
    silent = sentence_fidelity(one_text([math.nan, math.nan]), seed=1)
    assert {silent.accuracy.note, silent.internal.note, silent.repeated.note} == {"no_answers"}
    assert sentence_fidelity(one_text([]), seed=1).accuracy.note == "too_few_persons"


def test_a_writer_who_never_varies_is_consistent_without_interval() -> None:
    found = sentence_fidelity(sentences().assign(level=3.0), seed=1)
    assert (found.internal.value, found.repeated.value) == (1, 1)
    assert found.repeated.note == "equal_in_all_persons" and math.isnan(found.repeated.low)
    assert found.accuracy.value == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"level": 6.0}, "level: 6; allowed are 1 to 5"),
        ({"target": "up"}, 'target: "up"; allowed are low'),
        ({"person": None}, "person: row 0 has none"),
        ({"target": ["high", "low"]}, "target: one persona has"),
    ],
)
def test_a_mistake_in_the_table_is_named(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sentence_fidelity(one_text([5, 3]).assign(**change), seed=1)


# ---- statements


def test_the_published_statement_scores_815() -> None:
    found = persona_constraints(statements(), seed=1)
    assert found.value == pytest.approx(0.815)
    assert found.note == "too_few_persons" and found.extra["per_statement"] == pytest.approx(0.815)


def test_statements_add_up_and_texts_and_persons_are_averaged() -> None:
    # p: texts of 1 + 1 and 0 + 1; q: one text of .5, since nothing is known of it
    table = statements(
        person=["p", "p", "p", "p", "q"],
        text=[1, 1, 2, 2, 1],
        statement=["a", "b", "a", "b", "a"],
        relevant=[1, 0, 1, 0, 0.5],
        entailed=[1, 0, 0, 0, 0.5],
        contradicted=[0, 0, 1, 0, 0.5],
    )
    found = persona_constraints(table, seed=1)
    assert found.value == pytest.approx((1.5 + 0.5) / 2)
    assert found.extra["per_statement"] == pytest.approx((0.75 + 0.5) / 2)


def test_a_text_without_a_probability_has_no_sum() -> None:
    table = statements(person=["p", "p", "q"], statement=["a", "b", "a"], entailed=[0.8, None, 0.8])
    found = persona_constraints(table, seed=1)
    assert found.value == pytest.approx(0.815)
    assert (found.extra["n_texts"], found.extra["n_left_out"], found.extra["n_persons_left_out"]) == (1, 1, 1)
    assert persona_constraints(statements(relevant=[math.nan]), seed=1).note == "no_answers"


def test_the_order_of_statements_and_names_of_texts_do_not_matter() -> None:
    random = np.random.default_rng(2)
    cells = [(p, t, s) for p in range(5) for t in (1, 2) for s in range(4)]
    table = DataFrame(cells, columns=["person", "text", "statement"])
    table = table.assign(**{each: random.random(len(table)) for each in ("relevant", "entailed", "contradicted")})
    mixed = table.sample(frac=1, random_state=1).assign(text=lambda each: each["text"].map({1: "z", 2: "a"}))
    one, other = persona_constraints(table, seed=1), persona_constraints(mixed, seed=1)
    assert (other.value, other.low, other.high) == pytest.approx((one.value, one.low, one.high))
    assert 0 < one.low < one.value < one.high < 4


def test_statements_that_stand_twice_and_what_is_no_probability_are_mistakes() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        persona_constraints(pd.concat([statements(), statements()]), seed=1)
    with pytest.raises(ValueError, match=r"1\.2 is no probability"):
        persona_constraints(statements(entailed=[1.2]), seed=1)


# ---- perturbed profiles


def profiles(scores: dict[str, list[float]]) -> DataFrame:
    rows = [(who, number, each) for who, own in scores.items() for number, each in enumerate(own)]
    return DataFrame(rows, columns=["person", "profile", "score"])


def test_robustness_is_the_coefficient_of_variation_of_scipy() -> None:
    scores = {"p": [8.0, 10, 12], "q": [1.0, 4, 2, 9], "r": [5.0, 6]}
    found = profile_variation(profiles(scores), seed=1)
    assert found.value == pytest.approx(np.mean([stats.variation(each, ddof=1) for each in scores.values()]))
    assert profile_variation(profiles({"p": [8, 10, 12]}), seed=1).value == pytest.approx(0.2)


def test_another_unit_changes_nothing_and_another_zero_does() -> None:
    table = profiles({"p": [8.0, 10, 12], "q": [1.0, 4, 2, 9], "r": [5.0, 6]})
    value = profile_variation(table, seed=1).value
    assert profile_variation(table.assign(score=table["score"] * 10), seed=1).value == pytest.approx(value)
    assert profile_variation(table.assign(score=table["score"] + 10), seed=1).value < value / 2


def test_repeats_of_a_profile_are_no_further_profiles() -> None:
    once = profiles({"p": [8, 10, 12], "q": [1, 4, 2]})
    twice = pd.concat([once, once, once[once["profile"] == 1]])
    assert profile_variation(twice, seed=1).value == pytest.approx(profile_variation(once, seed=1).value)


def test_persons_without_a_coefficient_are_counted_apart() -> None:
    found = profile_variation(profiles({"p": [8, 10, 12], "q": [-3, 1, 2], "r": [5], "s": [4, math.nan]}), seed=1)
    assert found.value == pytest.approx(0.2) and found.n_persons == 1
    assert (found.extra["n_one_profile"], found.extra["n_mean_not_positive"]) == (2, 1)
    assert profile_variation(profiles({"p": [5]}), seed=1).note == "too_few_forms"
    zero = profile_variation(profiles({"p": [-1, 1]}), seed=1)
    assert math.isnan(zero.value) and zero.note == "mean_not_positive"


def test_a_score_that_no_perturbation_moves_is_robust_without_interval() -> None:
    found = profile_variation(profiles({each: [0.1, 0.1, 0.1] for each in "pqrs"}), seed=1)
    assert found.value == pytest.approx(0, abs=1e-12)
    assert found.note == "equal_in_all_persons" and math.isnan(found.low)
