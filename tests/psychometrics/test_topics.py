"""Questions of one topic: the value of Moore et al., what exchanged items give, and topics that are hard."""

import numpy as np
import pytest
from pandas import DataFrame

from psychometrics.jensen_shannon import group_inconsistency, jensen_shannon_centroid
from psychometrics.topics import topic_inconsistency

THREE = [[0.8, 0.2], [0.4, 0.6], [0.1, 0.9]]  # of shared/PROTOCOLS.md, section 7
SURE = [[1.0, 0.0], [0.0, 1.0]]


def items(rows: list[list[float]]) -> DataFrame:
    return DataFrame(rows, index=[f"q{number}" for number in range(len(rows))], columns=range(len(rows[0])))


def of(*names: str) -> dict[str, str]:
    return {f"q{number}": name for number, name in enumerate(names)}


def test_a_topic_has_the_mean_distance_of_the_published_three() -> None:
    found = topic_inconsistency(items([*THREE, *[SURE[0]] * 3]), of(*"aaabbb"), seed=1)
    assert dict(zip(found.topics["topic"], found.topics["inconsistency"].round(5), strict=True)) == {
        "a": 0.18679,
        "b": 0.0,
    }
    assert found.mean.value == pytest.approx(0.18679 / 2, abs=1e-5)
    one = found.topics.set_index("topic").loc["a"]
    assert one["low"] < one["inconsistency"] < one["high"]


def test_r_gives_the_same_centroid_topics_and_null() -> None:
    # R 4.2: optim(method = "BFGS") over the log-odds of a centroid; the null of all 20 ways to deal six items to two topics
    rows = [
        [0.70, 0.20, 0.05, 0.05], [0.55, 0.25, 0.15, 0.05], [0.40, 0.40, 0.10, 0.10],
        [0.10, 0.15, 0.35, 0.40], [0.05, 0.10, 0.25, 0.60], [0.20, 0.20, 0.20, 0.40],
    ]  # fmt: skip
    centroid = jensen_shannon_centroid(rows[:3])
    assert centroid == pytest.approx([0.5537983, 0.2826528, 0.0975621, 0.0659869], abs=1e-6)
    found = topic_inconsistency(items(rows), of(*"aaabbb"), seed=1, resamples=20, permutations=600)
    assert found.topics["inconsistency"].to_list() == pytest.approx([0.09572674, 0.09592248], abs=1e-7)
    extra = found.mean.extra
    assert extra["null_mean"] == pytest.approx(0.2001752, abs=0.005) and extra["null_p"] == pytest.approx(0.1, abs=0.03)
    assert [extra["null_low"], extra["null_high"]] == pytest.approx([0.09582461, 0.22909820], abs=1e-6)


def test_topics_that_differ_and_are_alike_within_lie_below_all_exchanges() -> None:
    found = topic_inconsistency(items([SURE[0]] * 8 + [SURE[1]] * 8), of(*"a" * 8, *"b" * 8), seed=1, permutations=199)
    extra = found.mean.extra
    assert found.mean.value == 0 and extra["null_low"] > 0.3
    assert extra["null_p"] == pytest.approx(1 / 200) and extra["null_unit"] == "items across topics"
    assert (found.topics["null_mean"] > 0.3).all()


def test_answers_that_know_no_topic_lie_below_one_exchange_in_twenty_as_often_as_chance_has_it() -> None:
    random, ps = np.random.default_rng(1), []
    for seed in range(100):
        rows = random.dirichlet(np.ones(5), 20)
        found = topic_inconsistency(items(rows.tolist()), of(*"abcd" * 5), seed=seed, resamples=100, permutations=39)
        ps.append(found.mean.extra["null_p"])
    # uniform: 5 of 100 are expected at .05, 50 at .5
    assert sum(p <= 0.05 for p in ps) <= 11 and 35 <= sum(p <= 0.5 for p in ps) <= 65


def test_all_answers_alike_are_no_sign_of_a_topic() -> None:
    found = topic_inconsistency(items([[0.2, 0.8]] * 6), of(*"aaabbb"), seed=1)
    assert found.mean.value == 0 and found.mean.extra["null_p"] == 1.0
    assert found.topics["low"].isna().all()


def test_the_mean_is_that_of_groups() -> None:
    rows = np.random.default_rng(2).dirichlet(np.ones(4), 12)
    topics = of(*"abc" * 4)
    long = items(rows.tolist()).rename_axis("member").reset_index().melt("member", var_name="option", value_name="probability")  # fmt: skip
    expected = group_inconsistency(long.assign(group=long["member"].map(topics)), seed=3).mean
    found = topic_inconsistency(items(rows.tolist()), topics, seed=3).mean
    assert [found.value, found.low, found.high] == pytest.approx([expected.value, expected.low, expected.high])


def test_items_alone_unread_or_without_a_topic_are_told_apart() -> None:
    table = items([*THREE, *THREE, [0.5, 0.5], [np.nan, 0.5], [0.9, 0.1]])
    found = topic_inconsistency(table, of(*"aaabbb", "c", "a"), seed=1)
    assert found.mean.extra["n_left_out"] == 1 and found.mean.extra["n_too_few_members"] == 1
    alone = found.topics.set_index("topic").loc["c"]
    assert alone["note"] == "too_few_members" and alone[["inconsistency", "null_mean"]].isna().all()
    assert found.mean.n_items == 2 and list(found.topics["n_items"]) == [3, 3, 1]


def test_one_topic_and_no_item_have_no_null() -> None:
    one = topic_inconsistency(items(THREE), of(*"aaa"), seed=1).mean
    assert one.value == pytest.approx(0.18679, abs=1e-5) and one.extra["null_note"] == "one_topic"
    assert np.isnan(one.extra["null_mean"])
    nothing = topic_inconsistency(items(THREE), {}, seed=1)
    assert nothing.topics.empty and nothing.mean.note == "too_few_groups"


def test_an_item_that_stands_twice_is_named() -> None:
    table = items(THREE).rename(index={"q1": "q0"})
    with pytest.raises(ValueError, match="item 'q0' stands twice"):
        topic_inconsistency(table, of(*"aaa"), seed=1)
