"""Taking a test: scores are those that a hand computes, and the file of people is one that `analyze` reads."""

from pathlib import Path

import pytest

from traitscope.collected import analyze
from traitscope.datafile import DataError
from traitscope.teaching import companions, taking, taking_shown

# BFI-10 by hand; reversed are 06 (E), 02 (A), 23 (C), 09 (N) and 41 (O): 6 less the answer
TEN = {"bfi44_06": 2, "bfi44_36": 5, "bfi44_02": 5, "bfi44_22": 2, "bfi44_03": 4, "bfi44_23": 1,
       "bfi44_09": 4, "bfi44_39": 1, "bfi44_20": 3, "bfi44_41": 3}  # fmt: skip
BY_HAND = {"E": 4.5, "A": 1.5, "C": 4.5, "N": 1.5, "O": 3.0}


def test_a_bfi_10_is_scored_as_by_hand_reversed_items_turned_round() -> None:
    own = taking.scores(taking.inventory("bfi10"), TEN).set_index("scale")
    assert own["score"].to_dict() == BY_HAND
    assert own["pomp"].to_dict() == {"E": 87.5, "A": 12.5, "C": 87.5, "N": 12.5, "O": 50.0}
    assert own["t"].isna().all()  # a short form has no norm of its own


def test_on_a_screen_nobody_is_told_to_write_a_number() -> None:
    for name in taking.TESTS.values():
        assert "write" not in taking.instructions(taking.inventory(name))


def test_a_complete_scale_is_placed_in_its_verified_norm_group_and_one_with_a_gap_is_not() -> None:
    of = taking.inventory("sd3")
    answers: dict[str, int | None] = {item.id: 4 if item.key > 0 else 2 for item in of.items}
    answers["sd3_p1"] = None
    own = taking.scores(of, answers).set_index("scale")
    assert own["score"].to_dict() == {"M": 4.0, "N": 4.0, "P": 4.0}
    assert own.loc["M", "t"] == pytest.approx(50 + 10 * (4 - 3.712) / 0.79)
    assert (own.loc["M", "norm_n"], own.loc["P", "n_answered"]) == (18016, 8)
    assert own.loc["P", ["t", "percentile"]].isna().all()
    assert "1 question of 27 not answered: 19. I like to get revenge on authorities" in taking_shown.left_out(
        of, answers
    )


def test_nothing_is_filled_in_where_nothing_was_answered() -> None:
    of = taking.inventory("bfi10")
    own = taking.scores(of, {"bfi44_36": 4})
    assert own.set_index("scale")["score"].dropna().to_dict() == {"E": 4.0}
    told = taking_shown.sentences(of, own)
    assert "75 percent" in told[0] and "(1 of 2 items)" in told[0]
    assert told[1] == "Agreeableness: no item answered, so there is no score."


def test_one_answer_to_everything_is_a_constant_and_gets_no_place() -> None:
    of = taking.inventory("bfi44")
    own = taking.scores(of, {item.id: 3 for item in of.items})
    assert own["constant"].all() and own["t"].isna().all()
    assert "one answer to everything" in taking_shown.nearest(own, companions.simulated("bfi44")).missing


def test_parts_hold_every_question_once_in_printed_order() -> None:
    of = taking.inventory("bfi44")
    parts = taking.parts(of)
    assert [len(each) for each in parts] == [11, 11, 11, 11]
    assert [each.item for part in parts for each in part] == [item.id for item in of.items]


def test_people_csv_is_read_by_analyze_with_the_same_scores(tmp_path: Path) -> None:
    of = taking.inventory("bfi10")
    for person, answers in (("Ada", TEN), ("Bo", TEN | {"bfi44_36": 1}), ("Cy", TEN | {"bfi44_36": 3})):
        path = taking.add(tmp_path, person, of, answers)
    result = analyze(path, of)
    assert (result["n_persons"], result["warnings"]) == (3, [])
    assert result["scales"]["E"]["mean"] == pytest.approx((4.5 + 2.5 + 3.5) / 3)
    assert result["scales"]["A"]["mean"] == pytest.approx(1.5)


def test_a_name_that_is_taken_is_not_overwritten_and_another_inventory_goes_into_the_same_row(tmp_path: Path) -> None:
    ten, sd3 = taking.inventory("bfi10"), taking.inventory("sd3")
    path = taking.add(tmp_path, "Ada", ten, TEN)
    before = path.read_text("utf-8")
    with pytest.raises(DataError, match="choose another name"):
        taking.add(tmp_path, "ada", ten, TEN | {"bfi44_36": 1})
    assert path.read_text("utf-8") == before
    taking.add(tmp_path, "Ada", sd3, {item.id: 2 for item in sd3.items})
    assert len(path.read_text("utf-8").splitlines()) == 2
    assert analyze(path, ten)["scales"]["E"]["mean"] == 4.5
    assert analyze(path, sd3)["scales"]["M"]["mean"] == 2.0


@pytest.mark.parametrize("name", ["", "  ", "NA", "=1+1", "@you", "x" * 41])
def test_names_that_a_data_file_cannot_hold_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="name"):
        taking.add(tmp_path, name, taking.inventory("bfi10"), TEN)
    assert not (tmp_path / taking.PEOPLE).exists()


def test_who_answers_as_a_simulated_persona_has_it_as_the_nearest_at_no_distance() -> None:
    people = companions.simulated("bfi44").people
    first = people[people["persona"] == "E+A-C+N-O+"]
    near = companions.nearest(people, first[["scale", "pomp"]])
    assert (near["persona"].iloc[0], near["distance"].iloc[0], len(near)) == ("E+A-C+N-O+", 0.0, 32)
    assert near["distance"].is_monotonic_increasing
    assert near["farthest"].iloc[0] == pytest.approx(100 * 5**0.5)


def test_simulated_personas_stand_higher_where_they_were_assigned_high() -> None:
    people = companions.simulated("bfi44").people
    means = people.groupby(["scale", "pole"])["pomp"].mean().unstack()
    assert (means["high"] - means["low"] > 20).all()
    assert (people.groupby(["scale", "pole"]).size() == 16).all()
