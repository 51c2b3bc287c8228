"""Consistency as it is shown: simulated responders whose biases are known, and counts that must be those of the answers table."""

from pathlib import Path

import pandas as pd
import pytest

from traitscope import tables
from traitscope.collected import analyze
from traitscope.record import Record
from traitscope.results import (
    choices_shown,
    consistency_shown,
    draws_shown,
    form_effects_shown,
    forms_asked,
    items_by_form,
    outcomes_by,
    places_chosen,
    styles_shown,
)
from traitscope.runner import run
from traitscope.study import load_study

FORMS = """
title = "Forms"
seed = 7
models = ["simulated:person", "simulated:first_option", "simulated:refuser", "simulated:agree"]
inventories = ["bfi44"]
personas = [{ set = "big_five_32", fraction = "half" }]
[[asks]]
vary = { options = ["printed", "reversed"], labels = ["arabic", "upper"] }
"""
BIASED = """
title = "A liking for the first place"
seed = 7
models = [{ name = "simulated:person", temperature = 1.0, parameters = { order_bias = 0.3, refusal_rate = 0.1 } }]
inventories = ["bfi44"]
personas = [{ set = "big_five_32", fraction = "half" }]
[[asks]]
replicates = 2
reply = "text"
vary = { options = ["printed", "reversed"] }
"""
CHOICES = """
title = "Choices and likelihoods"
seed = 7
models = ["simulated:person"]
inventories = ["scenarios_bfi44", "tipi"]
personas = [{ set = "big_five_32", fraction = "half" }]
[[asks]]
elicitation = "choice"
inventories = ["scenarios_bfi44"]
vary = { options = ["printed", "swapped"] }
[[asks]]
elicitation = "likelihood"
inventories = ["tipi"]
vary = { wording = ["plain", "direct"] }
"""
PERSON = ("bfi44", "simulated:person", "rating: chosen")
FIRST = ("bfi44", "simulated:first_option", "rating: chosen")
REFUSER = ("bfi44", "simulated:refuser", "rating: chosen")


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Record]:
    folder = tmp_path_factory.mktemp("consistency")
    found = {}
    for name, text in {"forms": FORMS, "biased": BIASED, "choices": CHOICES}.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
        found[name] = run(load_study(folder / f"{name}.toml"), folder / name)
    return found


def effect(record: Record, place: tuple[str, str, str], factor: str) -> pd.Series:
    table = form_effects_shown.effects(record, *place)
    return table[table["code"] == factor].iloc[0]


def test_an_order_bias_shows_as_a_shift_towards_the_first_place(records: dict[str, Record]) -> None:
    """Turned round, agreement stands first: three in ten answers move there from the first place of the printed order."""
    biased = effect(records["biased"], PERSON, "options")
    # expected: 0.3 x (top - bottom) of a response scale that is 100 POMP wide
    assert biased["shift"] == pytest.approx(30, abs=5)
    assert biased["low"] > 0
    assert biased["comparison"] == "reversed, not printed"


def test_without_a_bias_neither_order_nor_labels_shift_anything(records: dict[str, Record]) -> None:
    for factor in ("options", "labels"):
        # chance moves a mean of 16 persons by about 1 POMP; the bias above moves it by 30
        assert abs(effect(records["forms"], PERSON, factor)["shift"]) < 3


def test_always_the_first_option_flips_with_the_order_and_stays_with_the_labels(records: dict[str, Record]) -> None:
    order, labels = (effect(records["forms"], FIRST, factor) for factor in ("options", "labels"))
    assert (order["changed"], order["change_categories"], order["shift"]) == (1.0, 4.0, 100.0)
    assert (labels["changed"], labels["change_categories"], labels["shift"]) == (0.0, 0.0, 0.0)
    shares = places_chosen.shares(records["forms"], *FIRST).table
    assert list(shares.loc[shares["place"] == 1, "share"]) == [1.0, 1.0]
    assert shares.loc[shares["place"] > 1, "share"].sum() == 0
    # by content alone it would have had each end of the scale as often as the other
    assert list(shares.loc[shares["order"] == "printed", "content"]) == [0.5, 0, 0, 0, 0.5]
    again = places_chosen.again(records["forms"], *FIRST).table.set_index("what")["value"]
    assert (again["same place"], again["same content"]) == (1.0, 0.0)


def test_the_finding_tells_the_largest_change_and_the_first_place(records: dict[str, Record]) -> None:
    told = consistency_shown.finding(records["forms"], *FIRST)
    assert told == (
        "Turning the options round changes 100 % of the answers, by 4.00 categories on average over all of them. What other factors "
        "change is less: labels. The first option on the page is chosen in 100 % of the answers, where 20 % would be even."
    )
    assert "None of 2,816 trials got a usable answer" in consistency_shown.finding(records["forms"], *REFUSER)


def test_effects_are_those_that_analyze_prints(records: dict[str, Record]) -> None:
    record = records["biased"]
    printed = analyze(record.folder, record.inventory("bfi44"), only=["sensitivity", "parallel_forms"])
    found = {each["quantity"]: each["value"] for each in printed["statistics"]["sensitivity"]["estimates"]}
    own = effect(record, PERSON, "options")
    assert own["form_share"] == pytest.approx(found["options: form-related share of variance"])
    assert own["change_categories"] == pytest.approx(found["options: printed and reversed, mean absolute change"])
    icc = form_effects_shown.parallel(record, *PERSON).table.set_index("scale")["value"]
    for each in printed["statistics"]["parallel_forms"]["estimates"]:
        if each["quantity"] == "options, agreement":
            assert icc[each["scale"]] == pytest.approx(each["value"])


def test_a_cell_is_the_mean_raw_answer_of_an_item_in_a_form(records: dict[str, Record]) -> None:
    record = records["forms"]
    table = items_by_form.heatmap(record, *PERSON, items_by_form.ANSWER).table
    answers = tables.answers(record)
    rows = answers[(answers["model"] == "simulated:person") & (answers["item"] == "bfi44_21")]
    rows = rows[(rows["options"] == "reversed") & (rows["labels"] == "arabic")]
    cell = table[(table["item"] == "bfi44_21") & (table["form"] == "arabic, reversed")].iloc[0]
    assert (cell["mean"], cell["n_persons"], cell["scale"]) == (rows["chosen"].astype(float).mean(), 16, "E")
    assert table["form"].unique().tolist()[0] == "arabic, printed"
    assert table.loc[table["form"] == "arabic, printed", "change"].eq(0).all()
    assert list(table["scale"].unique()) == list(record.inventory("bfi44").scales)


def test_a_refuser_has_all_trials_refused_and_counts_are_those_of_the_answers(records: dict[str, Record]) -> None:
    record = records["forms"]
    refused = outcomes_by.outcomes(record, *REFUSER, "item").table
    assert len(refused) == 44
    assert (refused["refused"] == 64).all() and (refused["unusable_share"] == 1).all()
    biased = records["biased"]
    table = outcomes_by.outcomes(biased, *PERSON, "persona").table.set_index("name")
    answers = tables.answers(biased)
    for outcome in ("answered", "refused", "unreadable"):
        counted = answers[answers["outcome"] == outcome].groupby("persona").size()
        assert table[outcome].to_dict() == counted.reindex(table.index, fill_value=0).to_dict()
    assert table["unusable_share"].is_monotonic_decreasing
    models = outcomes_by.outcomes(record, *PERSON, "model").table.set_index("name")
    assert models.index[0] == "simulated:refuser (simulated, not a language model)"
    assert models["trials"].eq(2816).all()


def test_agreeing_with_everything_is_acquiescence_and_one_answer_to_everything(records: dict[str, Record]) -> None:
    acquiescence = styles_shown.acquiescence(records["forms"], *PERSON).table.set_index("model")["value"]
    assert acquiescence["simulated:agree"] == 2.0
    assert abs(acquiescence["simulated:person"]) < 0.2
    use = styles_shown.use_of_scale(records["forms"], *PERSON).table
    agrees = use[use["model"] == "simulated:agree"].set_index("code")["value"]
    assert (agrees["both_affirmed"], agrees["one_answer"], agrees["midpoint"]) == (1.0, 1.0, 0.0)
    assert use.loc[use["model"] == "simulated:refuser", "value"].isna().all()


def test_draws_that_are_copies_are_no_evidence(records: dict[str, Record], tmp_path: Path) -> None:
    drawn = draws_shown.draws(records["biased"], *PERSON).table.set_index("what")["value"]
    assert 0 < drawn["equal answers"] < 1 and drawn["Extraversion"] > 0.5
    (tmp_path / "copies.toml").write_text(
        'title = "Copies"\nmodels = ["simulated:first_option"]\ninventories = ["tipi"]\npersonas = ["none"]\n[[asks]]\nreplicates = 2\n'
    )
    copies = run(load_study(tmp_path / "copies.toml"), tmp_path / "copies")
    place = ("tipi", "simulated:first_option", "rating: chosen")
    assert draws_shown.draws(copies, *place).missing == draws_shown.COPIES
    assert draws_shown.draws(records["forms"], *PERSON).missing == draws_shown.ONE_DRAW
    assert form_effects_shown.shifts(copies, *place).missing == forms_asked.ONE_FORM
    assert pd.isna(places_chosen.shares(copies, *place).table["content"]).all()


def test_choices_have_their_order_sensitivity_and_likelihoods_no_places(records: dict[str, Record]) -> None:
    place = ("scenarios_bfi44", "simulated:person", "choice: chosen")
    table = choices_shown.sensitivities(records["choices"], *place).table
    order = table[table["statistic"] == "order_sensitivity"]
    assert order["value"].between(0, 100).all() and len(order) == 5
    assert table.loc[table["statistic"] == "prompt_sensitivity", "value"].isna().all()
    spoken = ("tipi", "simulated:person", "likelihood: double_centred")
    assert places_chosen.shares(records["choices"], *spoken).missing == forms_asked.WITHOUT_OPTIONS
    assert effect(records["choices"], spoken, "wording")["n_persons"] == 16
    assert "nats per token" in consistency_shown.finding(records["choices"], *spoken)
