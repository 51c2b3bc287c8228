"""What is shown of reliability is what the statistics say of the same values, and of no others."""

from pathlib import Path

import pandas as pd
import pytest

from psychometrics import cronbach_alpha, item_statistics, retest
from traitscope import analysis, statistics
from traitscope.record import Record
from traitscope.results import coefficients, components_shown, items_shown, place_sample, reliability_shown
from traitscope.results.coefficients import ALPHA, RETEST, Asked
from traitscope.runner import run
from traitscope.sample import record_sample
from traitscope.study import load_study

STUDY = """
title = "Two orders, two draws"
models = [{ name = "simulated:person", temperature = 1.0 }, "simulated:midpoint"]
inventories = ["sd3"]
personas = ["none", "big_five_32", "dark_triad"]
[[asks]]
replicates = 2
vary = { options = ["printed", "reversed"] }
"""
PERSON = Asked("sd3", "simulated:person", "rating: chosen", "big_five_32", "standard")
MIDPOINT = Asked("sd3", "simulated:midpoint", "rating: chosen", "big_five_32", "standard")
FEW = Asked("sd3", "simulated:person", "rating: chosen", "dark_triad", "standard")


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    folder: Path = tmp_path_factory.mktemp("runs")
    (folder / "study.toml").write_text(STUDY, "utf-8")
    return run(load_study(folder / "study.toml"), folder / "twice")


@pytest.fixture(scope="module")
def first_draw(record: Record) -> pd.DataFrame:
    """Keyed answers of 32 personas to the items, in the standard form and first draw."""
    values = analysis.values(record).query(
        "model == 'simulated:person' and persona_set == 'big_five_32' and version == 'chosen' and form == 'standard' and replicate == 1"
    )
    return values.pivot(index="persona", columns="item", values="value")


def row(table: pd.DataFrame, coefficient: str, scale: str = "M") -> pd.Series:
    (found,) = table[(table["coefficient"] == coefficient) & (table["scale"] == scale)].to_dict("records")
    return pd.Series(found)


@pytest.mark.parametrize("scale", ["M", "N", "P"])
def test_alpha_is_that_of_one_form_and_draw_with_its_persona_sd_and_sem(
    record: Record, first_draw: pd.DataFrame, scale: str
) -> None:
    expected = cronbach_alpha(first_draw[list(record.inventory("sd3").keys(scale))])
    found = row(coefficients.coefficients(record, PERSON), ALPHA, scale)
    assert found[["value", "low", "high"]].tolist() == pytest.approx([expected.value, expected.low, expected.high])
    assert found[["sd", "sem"]].tolist() == pytest.approx([expected.extra["sd"], expected.extra["sem"]])


def test_forms_and_repeats_are_no_further_persons(record: Record) -> None:
    assert set(coefficients.coefficients(record, PERSON)["n_persons"]) == {32}


def test_a_set_of_one_persona_is_not_offered(record: Record) -> None:
    assert place_sample.persona_sets(record, "sd3", "simulated:person", "rating: chosen") == [
        "big_five_32",
        "dark_triad",
    ]


def test_the_sample_of_a_place_holds_what_analyze_takes_from_the_record(record: Record) -> None:
    theirs = record_sample(record, record.inventory("sd3"), models=["simulated:person"])
    theirs = theirs.rows(theirs.groups["persona_set"] == "big_five_32")
    ours = place_sample.place_sample(record, "sd3", ("simulated:person",), "rating: chosen", "big_five_32")
    assert list(ours.factors) == list(theirs.factors[["options"]])
    pd.testing.assert_frame_equal(
        ours.person_means, theirs.person_means[list(ours.keyed)], check_names=False, check_like=True
    )


def test_retest_is_of_two_draws_of_one_form(record: Record) -> None:
    scores = analysis.scores(record).query(
        "model == 'simulated:person' and persona_set == 'big_five_32' and version == 'chosen' and form == 'standard' and scale == 'M'"
    )
    wide = scores.pivot(index="persona", columns="replicate", values="score")
    expected = retest(wide[1], wide[2]).icc_agreement
    found = row(coefficients.coefficients(record, PERSON), RETEST)
    assert found[["value", "low", "high"]].tolist() == pytest.approx([expected.value, expected.low, expected.high])


def test_below_ten_personas_no_interval_is_shown_and_the_note_says_so(record: Record) -> None:
    found = row(coefficients.coefficients(record, FEW), ALPHA)
    assert found["n_persons"] == 8 and found["value"] == found["value"]
    assert pd.isna(found["low"]) and "no interval below 10 personas" in found["note"]


def test_a_model_that_always_says_the_same_has_no_reliability_and_the_reason_is_in_words(record: Record) -> None:
    shown = reliability_shown.forest(record, MIDPOINT, coefficients.names(record, MIDPOINT))
    assert shown.figure is None and "no total differs between the personas" in shown.missing
    assert "_" not in shown.missing
    table = items_shown.item_table(record, MIDPOINT)
    assert set(table["flag"]) == {"constant: everybody gave it one answer"}
    assert items_shown.flagged(record, MIDPOINT).startswith("Every item is constant")


def test_models_side_by_side_name_the_one_that_has_no_value(record: Record) -> None:
    shown = reliability_shown.by_model(record, PERSON, ["simulated:person", "simulated:midpoint"], ALPHA)
    assert "simulated:midpoint: not estimable (no total differs between the personas)" in shown.caption
    assert shown.table.groupby("model")["value"].count().to_dict() == {"simulated:midpoint": 0, "simulated:person": 3}


def test_items_have_their_text_and_the_numbers_of_the_statistics(record: Record, first_draw: pd.DataFrame) -> None:
    keys = record.inventory("sd3").keys("N")
    expected = item_statistics(first_draw[list(keys)]).set_index("item")
    table = items_shown.item_table(record, PERSON).query("scale == 'N'").set_index("item")
    for column in ("mean", "sd", "item_rest_r", "alpha_if_dropped"):
        assert table[column].tolist() == pytest.approx(expected.loc[table.index, column].tolist())
    assert table["text"].tolist() == [record.inventory("sd3").item(item).text for item in table.index]
    assert (table["low"] < table["item_rest_r"]).all() and (table["item_rest_r"] < table["high"]).all()
    assert table["key"].to_dict() == {item: "+" if key == 1 else "−" for item, key in keys.items()}


def test_shares_of_variance_make_a_whole_and_negative_estimates_stay_in_the_table(record: Record) -> None:
    table = components_shown.components(record, PERSON)
    assert table.groupby("scale")["percent"].sum().tolist() == pytest.approx([100.0] * 3)
    assert table.groupby("scale", sort=False)["effect"].apply(list).iloc[0] == [
        "persona", "item", "form", "persona × item", "persona × form", "item × form", "persona × item × form", "residual: another draw",
    ]  # fmt: skip
    assert (table.loc[table["variance"] < 0, "percent"] == 0).all()


@pytest.mark.parametrize("facet", ["item", "form", "draw"])
def test_a_point_of_the_curve_is_what_the_registry_says(record: Record, facet: str) -> None:
    sample = place_sample.place_sample(record, "sd3", ("simulated:person",), "rating: chosen", "big_five_32")
    tables = statistics.compute(sample, ["d_study"])["d_study"]["tables"]
    curve = pd.DataFrame(tables["D-study curve of each facet, the others as observed"])
    expected = curve.query("scale == 'M' and facet == @facet and levels == 5").iloc[0]
    now = components_shown.observed(record, PERSON, "M")
    assert now == {"item": 9, "form": 2, "draw": 2}
    table = components_shown.d_table(record, PERSON, "M", facet, tuple(now.items()))
    point = table[table[facet] == 5].set_index("coefficient")
    assert point["value"].to_dict() == pytest.approx({"Phi": expected["phi"], "G": expected["g"]})
    assert point.loc["Phi", ["low", "high", "sem"]].tolist() == pytest.approx(
        expected[["phi_low", "phi_high", "sem_absolute"]].tolist()
    )


def test_the_curve_marks_the_point_that_was_chosen(record: Record) -> None:
    shown = components_shown.planned(record, PERSON, "M", "form", {"item": 9, "form": 4, "draw": 1})
    assert (shown.table["item"] == 9).all() and (shown.table["draw"] == 1).all()
    marked = [trace for trace in shown.figure.data if trace.mode == "markers"]
    chosen = shown.table[shown.table["form"] == 4]["value"].tolist()
    assert [(list(each.x), list(each.y)) for each in marked] == [([4], [value]) for value in chosen]
    told = components_shown.told_of(record, PERSON, "M", "form", {"item": 9, "form": 4, "draw": 1})
    assert "With 9 items, 4 forms, 1 draw: Phi ." in told and "1,152 calls" in told


def test_the_finding_says_how_many_personas_and_the_range_of_alpha(record: Record) -> None:
    table = coefficients.coefficients(record, PERSON)
    alpha = table[table["coefficient"] == ALPHA]["value"]
    low, high = (f"{each:.2f}".removeprefix("0") for each in (alpha.min(), alpha.max()))
    told = reliability_shown.finding(table)
    assert told.startswith(f"Over 32 personas, alpha is {low}")
    assert high in told and "over 3 scales of 9 items" in told and "Asked again in the same words" in told
