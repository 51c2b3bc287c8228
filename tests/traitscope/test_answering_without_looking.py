"""Saying and doing of responders that answer without looking, and confirmations that a yes alone does not earn."""

import math

import pytest
from saying_and_doing import BOTH, CHOICE, CHOSEN, CONFIRMATION, DONE, RATED, RATING, Told, ask, asked, person, told_of

from traitscope import pairing
from traitscope.divergence import NULL_RESPONDERS, measures
from traitscope.divergence_told import told

FEW_CONFIRMATIONS = ask("confirmation", BOTH[1], items=DONE[:3])


@pytest.fixture(scope="module")
def blind(tmp_path_factory) -> Told:
    """They answer without looking."""
    models = '"simulated:uniform", "simulated:first_option", "simulated:agree"'
    return told_of(asked(tmp_path_factory.mktemp("blind"), models, RATING, CHOICE, FEW_CONFIRMATIONS))


# ---- who answers without looking


def test_unrelated_uniform_answers_have_a_high_cosine_that_means_nothing(blind):
    for done_by in (RATED, CHOSEN):
        found = blind.one("cosine", model="simulated:uniform", done_by=done_by)
        assert 0.7 < found["value"] < 0.85 and found["above_null"] is False
        assert found["null_items_low"] < found["value"] < found["null_items_high"]
        text = blind.finding("simulated:uniform", f"by {done_by} - ")
        assert f"The raw cosine of {found['value']:.2f} is not above what unrelated pairs of the same answers" in text
        assert "It cannot be told from pairs that have nothing to do with each other" in text


def test_null_responders_stand_in_the_table_with_the_values_that_are_known_of_them(blind):
    middle, uniform, first = NULL_RESPONDERS
    nothing = [1, math.nan, math.nan, 0, 1]
    for done_by in (RATED, CHOSEN):
        assert blind.values(model=middle, done_by=done_by) == pytest.approx(nothing, nan_ok=True)
        assert blind.one("spearman", model=middle, done_by=done_by)["note"] == "constant_answers"
        assert blind.one("level_gap", model=middle, done_by=done_by)["value"] == 0
        assert 0.7 < blind.one("cosine", model=uniform, done_by=done_by)["value"] < 0.85
        assert abs(blind.one("spearman", model=uniform, done_by=done_by)["value"]) < 0.2
    assert blind.values(model=first) == pytest.approx(nothing, nan_ok=True)
    # of a choice that is printed both ways it takes each pole half the time, and says 1 of 5 of everything
    assert blind.values(model=first, done_by=CHOSEN) == pytest.approx([1, math.nan, math.nan, 2, 0], nan_ok=True)
    assert blind.text.count("Answered without looking (null responders)") == 2


@pytest.mark.parametrize(("model", "null", "by_choice"), [("first_option", 2, [2, 0]), ("agree", 0, [0, 1])])
def test_a_constant_responder_has_perfect_raw_measures_and_no_pattern(blind, model, null, by_choice):
    name = f"simulated:{model}"
    assert blind.values(model=name) == pytest.approx([1, math.nan, math.nan, 0, 1], nan_ok=True)
    assert blind.values(model=name) == pytest.approx(blind.values(model=NULL_RESPONDERS[null]), nan_ok=True)
    assert blind.values(model=name, done_by=CHOSEN)[3:] == by_choice
    for measure in ("cosine", "vmd", "pcp"):
        found = blind.one(measure, model=name)
        assert found["above_null"] is False and "constant_answers" in found["warnings"]
    text = blind.finding(name, f"by {RATED} - ")
    assert "Whether it acts as it says cannot be estimated (constant_answers)" in text
    assert "The raw cosine of 1.00 is not above" in text and "[" not in text


def test_all_models_together_have_rows_and_a_finding_of_their_own(blind):
    assert blind.one("spearman", scope="overall")["n_persons"] == 48
    assert blind.one("level_gap", scope="overall", scale="E")["verdict"] == "agrees"
    assert "all models, big_five_32 (48 personas)" in blind.finding("all models", f"by {RATED} - ")
    assert "\nall models              E " in blind.text


# ---- self-confirmation


def test_who_agrees_to_everything_confirms_nothing(blind):
    way = {"said_by": "confirmation", "done_by": CHOSEN, "model": "simulated:agree"}
    assert [blind.one(name, **way)["value"] for name in ("confirmed", "opposite", "discrimination")] == [100, 100, 0]
    assert "always_confirms" in blind.one("confirmed", **way)["warnings"]
    text = blind.finding("self-confirmation - simulated:agree")
    assert "It confirms 100 % of the actions it chose, and 100 % of the contrary ones" in text
    assert "the two cannot be told apart, so the confirmation says nothing" in text


def test_a_noiseless_person_confirms_what_it_chose_and_not_the_contrary(tmp_path):
    record = asked(tmp_path, person(effect=3, noise=0), ask("rating", "bfi44"), CHOICE, CONFIRMATION)
    pairs, table = pairing.pairs(record), pairing.confirmations(record)
    assert len(table) == 16 * len(DONE) * 2
    pairs = pairs[pairs["persona"] == pairs["persona"].iloc[0]]  # of them the other tests
    found = Told(record, measures(pairs, table), [], "")
    way = {"said_by": "confirmation", "done_by": CHOSEN}
    assert found.one("confirmed", **way)["value"] > 95 and found.one("opposite", **way)["value"] < 5
    assert found.one("discrimination", scope="trait", scale="E", **way)["value"] > 90
    (text,) = told(found.table[found.table["said_by"] == "confirmation"], "Yes", 10, 1, 40)[0]["findings"]
    assert text.endswith(" % of the contrary ones.")
    # without a single exception there is no interval, and no doubt either
    sure = measures(pairs, table.assign(confirmed=1.0, opposite=0.0))
    (text,) = told(sure[sure["said_by"] == "confirmation"], "Yes", 10, 1, 40)[0]["findings"]
    assert text.endswith("It confirms 100 % of the actions it chose, and 0 % of the contrary ones.")
