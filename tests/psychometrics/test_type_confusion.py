"""Assigned and measured types: matrices and binomial tests by hand, and persons whose type cannot be told."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame

from psychometrics.type_confusion import default_types, type_confusion

MBTI = ("EI", "SN", "TF", "JP")
TYPES = ["".join(each) for each in itertools.product(*MBTI)]


def table(assigned: list[str], measured: list[object]) -> DataFrame:
    return DataFrame({"person": range(len(assigned)), "assigned": assigned, "measured": measured})


def mixed(n: int = 200, seed: int = 1) -> DataFrame:
    """Random types of which three letters in four are met; some are missing or tied."""
    random = np.random.default_rng(seed)
    letters = random.integers(0, 2, (n, 4))
    shown = np.where(random.random((n, 4)) < 0.75, letters, 1 - letters)
    signs = np.array([[*axis, "X", "="] for axis in MBTI])
    gaps = random.random((n, 4))
    shown = np.where(gaps < 0.03, 2, np.where(gaps > 0.97, 3, shown))
    at = np.arange(4)
    return table(["".join(signs[at, row]) for row in letters], ["".join(signs[at, row]) for row in shown])


def test_sixteen_personas_who_are_what_they_were_told_fill_the_diagonal() -> None:
    found = type_confusion(table(TYPES, list(TYPES)), MBTI)
    assert found.matrix.index.tolist() == found.matrix.columns.tolist() == TYPES
    assert (found.matrix.to_numpy() == np.eye(16)).all()
    assert (found.accuracy.value, found.accuracy.n_persons) == (1, 16)
    assert (found.axes["accuracy"] == 1).all() and found.axes["axis"].tolist() == list(MBTI)


def test_a_responder_of_one_type_is_right_as_often_as_chance() -> None:
    found = type_confusion(table(TYPES, ["ENFJ"] * 16), MBTI)
    assert found.accuracy.value == found.accuracy.extra["chance"] == found.accuracy.extra["always_one"] == 1 / 16
    assert found.accuracy.extra["p"] == pytest.approx(1 - (15 / 16) ** 16)
    assert (found.axes["accuracy"] == 0.5).all()
    assert found.matrix["ENFJ"].tolist() == [1] * 16 and found.matrix.to_numpy().sum() == 16


def test_unbalanced_types_make_a_constant_answer_look_good() -> None:
    found = type_confusion(table(["E"] * 8 + ["I"] * 2, ["E"] * 10), ["EI"])
    assert found.accuracy.value == found.accuracy.extra["always_one"] == found.axes["always_one"].item() == 0.8
    assert found.accuracy.extra["chance"] == 0.5


def test_p_and_interval_are_those_of_exact_binomial_and_score() -> None:
    # by hand: (45 + 10 + 1) / 1024; statsmodels 0.15.0: proportion_confint(8, 10, method="wilson")
    found = type_confusion(table(["E", "I"] * 5, ["E", "I"] * 4 + ["I", "E"]), ["EI"])
    assert found.accuracy.extra["p"] == pytest.approx(56 / 1024)
    assert (found.accuracy.low, found.accuracy.high) == pytest.approx((0.4901625, 0.9433178), abs=1e-7)
    row = found.axes.iloc[0]
    assert (row["p"], row["low"], row["high"]) == pytest.approx((56 / 1024, 0.4901625, 0.9433178), abs=1e-6)


def test_persons_without_a_whole_type_count_on_their_other_axes() -> None:
    found = type_confusion(table(["EN", "EN", "IS", "IS", "IS"], ["EN", "EX", "I=", None, "X="]), ["EI", "SN"])
    assert (found.accuracy.value, found.accuracy.n_persons) == (1, 1)
    assert (found.accuracy.extra["n_missing"], found.accuracy.extra["n_tied"]) == (3, 1)
    assert found.axes[["n_persons", "n_missing", "n_tied"]].to_numpy().tolist() == [[3, 2, 0], [1, 2, 2]]
    assert found.matrix.to_numpy().sum() == 1


def test_persons_are_in_the_matrix_or_counted_apart() -> None:
    rows = mixed()
    found = type_confusion(rows, MBTI)
    told = found.accuracy.extra
    assert found.matrix.to_numpy().sum() == found.accuracy.n_persons
    assert found.accuracy.n_persons + told["n_missing"] + told["n_tied"] == len(rows)
    assert told["n_missing"] > 0 and told["n_tied"] > 0
    assert found.accuracy.value == np.trace(found.matrix) / found.accuracy.n_persons
    assert (found.axes[["n_persons", "n_missing", "n_tied"]].sum(axis=1) == len(rows)).all()
    assert found.axes["accuracy"].to_numpy() == pytest.approx(0.75, abs=0.08)


def test_the_matrix_is_that_of_a_cross_table() -> None:
    rows = mixed()
    whole = rows[~rows["measured"].str.contains("[X=]")]
    expected = pd.crosstab(whole["assigned"], whole["measured"]).reindex(index=TYPES, columns=TYPES, fill_value=0)
    assert (type_confusion(rows, MBTI).matrix.to_numpy() == expected.to_numpy()).all()


def test_other_letters_and_another_order_of_persons_tell_the_same() -> None:
    rows = mixed()
    one = type_confusion(rows, MBTI)
    words = str.maketrans("EISNTFJP", "abcdefgh")
    renamed = rows.assign(**{each: rows[each].str.translate(words) for each in ("assigned", "measured")})
    other = type_confusion(renamed.sample(frac=1, random_state=1), ["ab", "cd", "ef", "gh"])
    assert (other.matrix.to_numpy() == one.matrix.to_numpy()).all()
    assert other.accuracy == one.accuracy
    assert other.axes.drop(columns="axis").equals(one.axes.drop(columns="axis"))


def test_a_letter_x_of_an_axis_is_a_letter() -> None:
    assert type_confusion(table(["X", "Y"], ["X", "X"]), ["XY"]).accuracy.value == 0.5


@pytest.mark.parametrize("measured", [[None, math.nan, ""], ["XX", "X=", "=X"]])
def test_nobody_with_a_type_is_not_estimable(measured: list[object]) -> None:
    found = type_confusion(table(["EN"] * 3, measured), ["EI", "SN"])
    assert math.isnan(found.accuracy.value) and found.accuracy.note == "no_types"
    assert found.accuracy.extra["n_missing"] == 3
    assert (found.axes["note"] == "no_types").all() and found.axes["accuracy"].isna().all()
    assert type_confusion(table([], []), ["EI"]).accuracy.note == "no_types"


@pytest.mark.parametrize(
    ("rows", "axes", "message"),
    [
        (table(["EN"], ["ENT"]), ["EI", "SN"], "measured: 'ENT' in row 0; 2 letters are needed"),
        (table(["EN"], ["ZN"]), ["EI", "SN"], 'measured: "Z" in "ZN", row 0; allowed are E, I, X'),
        (table(["EN"], ["EN"]), "EI", "a list of two letters each"),
        (table(["EN"], ["EN"]), ["EI", "SS"], "a list of two letters each"),
        (table(["EN", "EN"], ["EN", "EN"]).assign(person="p"), ["EI", "SN"], "person: 'p' has two rows"),
        (table(["EN"], ["EN"]).drop(columns="assigned"), ["EI", "SN"], "column assigned is missing"),
    ],
)
def test_a_mistake_is_named(rows: DataFrame, axes: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        type_confusion(rows, axes)


# ---- types by default


def repeats(**types: list[str]) -> DataFrame:
    return DataFrame([(who, each) for who, own in types.items() for each in own], columns=["person", "measured"])


def test_the_default_type_is_the_most_frequent_one() -> None:
    found = default_types(
        repeats(a=["EN", "EN", "IS"], b=["EN"], c=["IS", "IX", "=S"], d=["EN", "IS"], e=["XX"]), ["EI", "SN"]
    )
    persons = found.persons.set_index("person")
    assert persons["type"].to_dict() == {"a": "EN", "b": "EN", "c": "IS", "d": "", "e": ""}
    assert persons["note"].to_dict() == {"a": "", "b": "", "c": "", "d": "tied_types", "e": "no_type"}
    assert persons["n_repeats"].tolist() == [3, 1, 1, 2, 0] and persons["n_without"].tolist() == [0, 0, 2, 0, 1]
    assert persons.loc["a", "share"] == pytest.approx(2 / 3) and math.isnan(persons.loc["e", "share"])
    types = found.types.set_index("type")
    assert types["n_persons"].to_dict() == {"ES": 0, "EN": 2, "IS": 1, "IN": 0}
    assert types.loc["EN", "share"] == pytest.approx(2 / 3)
    assert types.loc["EN", "low"] < 2 / 3 < types.loc["EN", "high"]


def test_repeats_are_not_persons() -> None:
    few, many = (default_types(repeats(a=["ES"] * n, b=["IN"]), ["EI", "SN"]).types for n in (1, 50))
    assert few.equals(many)


def test_the_tally_does_not_depend_on_the_order_of_rows() -> None:
    rows = mixed().assign(person=lambda each: each["person"] % 30)
    one, other = default_types(rows, MBTI), default_types(rows.sample(frac=1, random_state=2), MBTI)
    assert one.types.equals(other.types) and one.persons.equals(other.persons)
    assert (one.persons["n_repeats"] + one.persons["n_without"]).sum() == 200


def test_a_tally_of_nobody_has_no_shares() -> None:
    found = default_types(repeats(a=["XX"]), ["EI", "SN"])
    assert found.types["n_persons"].tolist() == [0] * 4 and found.types["share"].isna().all()
    assert default_types(repeats(), ["EI"]).persons.empty
