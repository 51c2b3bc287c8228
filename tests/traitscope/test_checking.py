"""What is put into simulated persons comes out of the whole pipeline."""

import pytest

from traitscope.checking import WORLDS, check
from traitscope.datafile import DataError
from traitscope.printed import checked


@pytest.fixture(scope="module")
def rows():
    return check(persons=40, inventory="tipi", seed=3)


def where(rows, **named):
    return [row for row in rows if all(row[name] == value for name, value in named.items())]


def test_nearly_all_intervals_hold_the_truth(rows):
    inside = [row["inside"] for row in rows if row["inside"] is not None]
    assert len(inside) > 60
    assert sum(inside) / len(inside) > 0.9


def test_every_world_is_there_and_each_bias_is_where_it_was_put(rows):
    assert {row["world"] for row in rows} == set(WORLDS)
    (refused,) = where(rows, world="refuses", quantity="share of refusals")
    assert (refused["true"], refused["inside"]) == (0.08, True)
    for row in where(rows, quantity="share of refusals"):
        assert row["world"] == "refuses" or row["recovered"] == 0
    agreeing, plain = (
        sum(row["true"] for row in where(rows, world=world, quantity="acquiescence"))
        for world in ("acquiescent", "plain")
    )
    assert agreeing > plain + 0.5


def test_noise_and_alike_persons_lower_the_reliability(rows):
    for quantity in ("reliability of one sitting", "r of trait and score"):
        plain, noisy, alike = (
            [row["recovered"] for row in where(rows, world=world, quantity=quantity)]
            for world in ("plain", "noisy", "persons alike")
        )
        assert sum(noisy) < sum(plain)
        assert sum(alike) < sum(plain)


def test_too_few_persons_are_refused_in_one_line():
    with pytest.raises(DataError, match="--persons 2; needed are 3"):
        check(persons=2, inventory="tipi", seed=1)


def test_what_is_printed_has_every_quantity_and_counts_the_intervals(rows):
    result, text = checked(rows, "tipi", 40, 3)
    inside = [row["inside"] for row in rows if row["inside"] is not None]
    assert f"{sum(inside)} of {len(inside)} intervals hold the truth" in text
    assert [row["quantity"] for row in result["rows"]] == [row["quantity"] for row in rows]
    assert all(f"World: {world}\n" in text for world in WORLDS)
