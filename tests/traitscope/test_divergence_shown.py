"""What is shown of saying and doing is what the measures say, and what was put into a simulated person comes out in words."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
from saying_and_doing import CHOICE, CHOSEN, CONFIRMATION, HALF, RATED, RATING, SAID, ask, asked, person

from traitscope import pairing
from traitscope.divergence import measures
from traitscope.record import Record
from traitscope.results import divergence_levels as levels
from traitscope.results import divergence_looked as looked
from traitscope.results import divergence_nulls_shown as beside
from traitscope.results import divergence_shown as shown
from traitscope.results.divergence_looked import Looked

SET = "big_five_32"
AT = Looked("simulated:person", RATED, RATED, SET)
TWELVE = ", ".join(
    f'{{ id = "p{each}", text = "You are {each}.", assigned = {{ extraversion = 1, neuroticism = -1 }} }}'
    for each in range(12)
)


@pytest.fixture(scope="module")
def along(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """It acts on the trait it tells of, nearly without noise."""
    models = person(action=1, noise=0.3)
    return asked(tmp_path_factory.mktemp("along"), models, RATING, CHOICE, CONFIRMATION, personas=f'"none", {HALF}')


@pytest.fixture(scope="module")
def against(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """It acts against the trait it tells of."""
    return asked(tmp_path_factory.mktemp("against"), person(action=-1, noise=0.3), RATING)


def of_scale(at: Looked, scale: str) -> Looked:
    return dataclasses.replace(at, scale=scale)


# ---- known truth


def test_who_acts_as_it_says_agrees_on_every_trait_and_is_told_so(along: Record) -> None:
    assert set(shown.by_trait(along, AT).table["verdict"]) == {"acts as it says"}
    text = shown.verdict(along, AT)
    assert text.startswith("What it does goes with what it says (rank correlation of the pairs .")
    assert "acts at the level it says, within 10 points: Extraversion" in text and "Neuroticism" in text


def test_who_acts_against_what_it_says_has_negative_correlations_and_changed_ranks(against: Record) -> None:
    text = shown.verdict(against, AT)
    assert "It does the contrary of what it says (rank correlation of the pairs −." in text
    assert "The raw cosine of ." in text and "is not above what unrelated pairs" in text
    assert "Extraversion −." in shown.points(against, AT).note
    changed = beside.null(against, of_scale(AT, "E"), beside.STATISTICS["rank_change"])
    (row,) = changed.table[changed.table["n"] > 0].to_dict("records")
    assert row["observed"] > row["high"] and row["p"] > 0.9


def test_answers_without_looking_are_not_above_their_null(tmp_path: Path) -> None:
    record = asked(tmp_path, '"simulated:uniform"', RATING)
    at = dataclasses.replace(AT, model="simulated:uniform")
    assert shown.verdict(record, at).startswith("It cannot be told from pairs that have nothing to do with each other")
    table = beside.null(record, at, "centred cosine").table
    assert (table["p"] > 0.05).all() and (table["observed"] < table["high"]).all()


def test_acting_higher_and_lower_are_told_apart_and_hang_on_the_margin(tmp_path: Path) -> None:
    record = asked(tmp_path, person(action=-1, effect=2, noise=0.3), RATING, personas=TWELVE)
    at = dataclasses.replace(AT, persona_set=looked.options(record, AT.model, "persona_set")[0])
    table = levels.by_trait(record, at).set_index("name")
    assert table["verdict"].to_dict() == {"Extraversion": "acts lower", "Neuroticism": "acts higher"}
    assert table.loc["Extraversion", "done"] < table.loc["Extraversion", "said"] - 20
    wide = levels.by_trait(record, dataclasses.replace(at, margin=100.0))
    assert set(wide["verdict"]) == {"acts as it says"}
    assert "the study says 10" in shown.by_trait(record, dataclasses.replace(at, margin=12.0)).note


# ---- the same numbers as the command's


@pytest.mark.parametrize("done_by", [RATED, CHOSEN])
def test_the_tables_have_the_numbers_of_the_measures(along: Record, done_by: str) -> None:
    at = dataclasses.replace(AT, done_by=done_by)
    whole = measures(pairing.pairs(along), pairing.confirmations(along))
    whole = whole[(whole["done_by"] == done_by) & (whole["said_by"] == RATED) & (whole["persona_set"] == SET)]
    own = whole[whole["model"] == AT.model]
    numbers = ["value", "low", "high", "null_items", "null_items_p", "null_persons", "null_persons_p"]
    model = own[(own["scope"] == "model") & own["scale"].eq("")].set_index("measure")
    found = beside.measured(along, at).table.set_index("measure")
    assert np.allclose(found[numbers].astype(float), model.loc[found.index, numbers].astype(float), equal_nan=True)
    uniform = whole[whole["model"] == "uniform at random"].set_index("measure")["value"]
    blind = beside.without_looking(along, at)
    assert blind is not None and beside.without_looking(along, of_scale(at, "E")) is None
    found = blind.table.set_index("measure")
    assert found["uniform at random"].dropna().to_dict() == pytest.approx(uniform.dropna().to_dict())
    gaps = own[own["measure"] == "level_gap"]
    for scope, table in (("trait", levels.by_trait(along, at)), ("persona", levels.by_persona(along, at))):
        expected = gaps[gaps["scope"] == scope]
        for column, of in (("gap", "value"), ("low", "low"), ("high", "high")):
            assert table[column].tolist() == pytest.approx(expected[of].tolist(), nan_ok=True)


def test_both_sides_differ_by_the_gap_and_are_the_means_of_the_personas(along: Record) -> None:
    pairs = looked.pairs(along, AT.model).query("said_by == @RATED and done_by == @RATED and persona_set == @SET")
    pairs = pairs[pairs["scale"] == "E"]
    said = pairing.keyed_pomp(pairs, "said").groupby(pairs["persona"]).mean().mean()
    row = levels.by_trait(along, AT).set_index("name").loc["Extraversion"]
    assert row["said"] == pytest.approx(said) and row["done"] - row["said"] == pytest.approx(row["gap"])
    assert row["said_low"] < row["said"] < row["said_high"] and row["n_persons"] == 16


@pytest.mark.parametrize("name", ["centred_cosine", "vmd", "absolute_gap", "rank_change"])
def test_the_bars_are_the_draws_that_the_table_tells_mean_and_ends_of(along: Record, name: str) -> None:
    found = beside.null(along, of_scale(AT, "E"), beside.STATISTICS[name])
    drawn = {trace.name: np.array(trace.x) for trace in found.figure.data}
    rows = found.table[found.table["n"] > 0]
    assert len(drawn) == len(rows) > 0
    for row, draws in zip(rows.to_dict("records"), drawn.values(), strict=True):
        assert (len(draws), draws.mean()) == (row["n"], pytest.approx(row["mean"]))
        assert np.quantile(draws, [0.025, 0.975]).tolist() == pytest.approx([row["low"], row["high"]])
    assert found.figure.layout.shapes[-1].x0 == row["observed"]


# ---- what is lacking is said


def test_one_persona_has_no_verdict_and_points_all_the_same(along: Record) -> None:
    bare = dataclasses.replace(AT, persona_set="none")
    table = levels.by_trait(along, bare)
    assert table["low"].isna().all() and set(table["verdict"]) == {"cannot be told"}
    assert set(table["note"]) == {"too few personas"}
    assert len(shown.points(along, bare).table) == 2
    assert "No correlation: Extraversion: too few personas" in shown.points(along, bare).note


def test_likelihoods_are_compared_by_standing_and_never_by_level(tmp_path: Path) -> None:
    record = asked(tmp_path, person(noise=0.3), RATING, ask("likelihood", "bfi44", "scenarios_bfi44", rest=""))
    at = dataclasses.replace(AT, said_by="likelihood: double_centred")
    assert "no common metric" in shown.by_trait(record, at).missing
    assert "Choose one trait" in shown.by_persona(record, at).missing
    points = shown.points(record, at)
    for side in ("said", "done"):
        of_trait = points.table.groupby("scale")[side]
        assert of_trait.mean().tolist() == pytest.approx([0, 0]) and of_trait.std().tolist() == pytest.approx([1, 1])
    assert "standardised" in points.caption and points.figure.layout.xaxis.title.text.startswith("said, standardised")
    standing = shown.by_persona(record, of_scale(at, "E"))
    assert len(standing.table) == 16 and "not levels" in standing.caption
    assert beside.STATISTICS["cosine"] not in beside.statistics(record, at)


def test_confirmations_are_shown_where_they_were_asked(along: Record, against: Record) -> None:
    assert beside.confirmed(against, AT) is None
    found = beside.confirmed(along, dataclasses.replace(AT, done_by=CHOSEN))
    assert found is not None
    rows = found.table[found.table["name"] == looked.EVERY].set_index("measure")["value"]
    assert rows["discrimination"] == pytest.approx(rows["confirmed"] - rows["opposite"])


def test_a_record_without_twins_is_told_what_to_ask(tmp_path: Path) -> None:
    alone = asked(tmp_path / "alone", '"simulated:person"', ask("rating", "bfi44", items=SAID), inventories=("bfi44",))
    assert 'inventories = ["bfi44", "scenarios_bfi44"]' in looked.lacking(alone)
    only = asked(tmp_path / "only", '"simulated:person"', CHOICE)
    assert "No statement of bfi44 and its twin scenario were answered" in looked.lacking(only)


def test_constant_ways_are_offered_last(tmp_path: Path) -> None:

    record = asked(tmp_path, '"simulated:uniform"', RATING, CHOICE)
    assert looked.options(record, "simulated:uniform", "done_by") == [RATED, CHOSEN]
    pairs = looked.pairs(record, "simulated:uniform")
    pairs.loc[pairs["done_by"] == RATED, "done"] = 3.0  # of this test's own record
    assert looked.options(record, "simulated:uniform", "done_by") == [CHOSEN, RATED]


def test_what_unrelated_pairs_stay_under_stands_in_the_table(along: Record) -> None:
    told = re.search(r"unrelated pairs stay under (\.\d\d)", shown.verdict(along, AT))
    exhibit = beside.measured(along, AT)
    row = exhibit.printed().set_index("measure").loc["rank correlation of pairs"]
    ends = [row[f"{each} swapped, 95 %"].strip("[]").split(", ")[1] for each in ("items", "personas")]
    assert told is not None and told[1] == max(ends)


def test_a_correlation_corrected_beyond_one_is_remarked_on(along: Record) -> None:
    exhibit = beside.measured(along, of_scale(AT, "N"))
    row = exhibit.table.set_index("measure").loc["disattenuated"]
    assert row["value"] > 1 and row["why"] == "above 1" and looked.OVER_ONE in exhibit.note
    assert looked.OVER_ONE in shown.points(along, AT).note


def test_the_note_says_how_few_different_values_the_pairs_have(along: Record) -> None:
    part = looked.part(along, AT, "model")
    assert part is not None
    note = beside.measured(along, AT).note
    assert f"What is said has {part.pairs['said'].nunique()} different values" in note


def test_all_traits_of_a_persona_are_said_to_be_mixed(along: Record) -> None:
    assert "All traits are mixed" in shown.by_persona(along, AT).caption
    assert "mixed" not in shown.by_persona(along, of_scale(AT, "E")).caption
