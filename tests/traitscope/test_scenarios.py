"""Scenarios through the whole pipeline: what is put into a simulated responder comes out of the tables."""

import math
from pathlib import Path

import pandas as pd
import pytest

from traitscope import estimates, places, reporting, scenarios
from traitscope.findings import findings
from traitscope.record import Record
from traitscope.results import profiles, profiles_told
from traitscope.runner import run
from traitscope.study import load_study

TWINS = {"bfi44_01": ("E", 1), "bfi44_06": ("E", -1), "bfi44_04": ("N", 1), "bfi44_09": ("N", -1)}
HEAD = """
title = "Acts"
kind = "action"
twin_of = "bfi44"
licence = "MIT"
scales = { E = { name = "Extraversion", trait = "extraversion" }, N = { name = "Neuroticism", trait = "neuroticism" } }
"""
ITEM = """
[[items]]
id = "act_{twin}"
twin = "{twin}"
scale = "{scale}"
key = {key}
text = "You are in the place {twin}."
paraphrase = "The place {twin} is where you are."
question = "What do you do?"
options = [
  {{ value = 1, text = "I do the first thing." }},
  {{ value = 0, text = "I do the second thing." }},
  {{ value = 1, text = "I do the third thing." }},
  {{ value = 0, text = "I do the fourth thing." }},
]
"""
ACTS = HEAD + "".join(ITEM.format(twin=twin, scale=scale, key=key) for twin, (scale, key) in TWINS.items())
STUDY = """
models = ["simulated:first_option", "simulated:perfect",
          { name = "simulated:person", parameters = { action = -1.0, noise = 0.3 } }]
inventories = ["bfi44", "acts.toml"]
personas = ["none", { set = "big_five_32", fraction = "half" }]
[[asks]]
inventories = ["bfi44"]
items = ["bfi44_01", "bfi44_06", "bfi44_04", "bfi44_09"]
[[asks]]
inventories = ["acts"]
[[asks]]
inventories = ["acts"]
elicitation = "choice"
vary = { wording = ["trait_letters", "trait_numbers", "trait_bare"], options = ["printed", "swapped"] }
[[asks]]
inventories = ["acts"]
elicitation = "choice"
form = { wording = "trait_letters", situation = "paraphrased" }
vary = { options = ["printed", "swapped"] }
[[asks]]
inventories = ["acts"]
elicitation = "confirmation"
[[asks]]
elicitation = "likelihood"
"""

SMALL = """
models = ["simulated:perfect", { name = "simulated:person", parameters = { action = -1.0, noise = 0.3 } }]
inventories = ["bfi44", "acts.toml"]
personas = ["none", { set = "big_five_32", fraction = "half" }]
[[asks]]
items = ["bfi44_01", "bfi44_06", "bfi44_04", "bfi44_09", "act_bfi44_01", "act_bfi44_06", "act_bfi44_04", "act_bfi44_09"]
[[asks]]
inventories = ["acts"]
elicitation = "choice"
vary = { options = ["printed", "swapped"] }
[[asks]]
inventories = ["acts"]
elicitation = "confirmation"
"""


def asked(folder: Path, text: str, acts: str = ACTS) -> Record:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "acts.toml").write_text(acts, "utf-8")
    (folder / "study.toml").write_text(text, "utf-8")
    return run(load_study(folder / "study.toml"), folder / "record")


@pytest.fixture(scope="module")
def record(tmp_path_factory) -> Record:
    return asked(tmp_path_factory.mktemp("acts"), STUDY)


@pytest.fixture(scope="module")
def tables(record) -> dict[str, pd.DataFrame]:
    return {"trait_scores": scenarios.trait_scores(record), "scenario_items": scenarios.item_effects(record)}


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Record:
    return asked(tmp_path_factory.mktemp("small"), SMALL)


def where(table: pd.DataFrame, model: str = "", **values: object) -> pd.DataFrame:
    if model:
        values["model"] = f"simulated:{model}"
    for name, value in values.items():
        table = table[table[name] == value]
    return table


def choices(extra: str, models: str = '"simulated:first_option"', personas: str = '"none"') -> str:
    """A study of the acts by choice alone, in both orders unless `extra` says otherwise."""
    return f'models = [{models}]\ninventories = ["acts.toml"]\npersonas = [{personas}]\n[[asks]]\nelicitation = "choice"\n{extra}'


BOTH = 'vary = { options = ["printed", "swapped"] }\n'


# ---- trait scores


def test_who_always_takes_the_first_place_scores_fifty_and_hangs_on_the_order_alone(tables):
    scores = where(tables["trait_scores"], "first_option")
    for statistic, value in (
        ("trait_score", 50), ("order_sensitivity", 100), ("prompt_sensitivity", 0), ("paraphrase_sensitivity", 0)
    ):  # fmt: skip
        assert set(where(scores, statistic=statistic)["value"]) == {value}
    assert set(scores["scale"]) == {"E", "N"}


def test_who_always_takes_the_first_place_scores_fifty_in_the_bank_too(tmp_path):
    text = choices(BOTH, personas='"none"').replace("acts.toml", "scenarios_sd3")
    scores = scenarios.trait_scores(asked(tmp_path, text))
    assert set(zip(where(scores, statistic="trait_score")["scale"], where(scores, statistic="trait_score")["value"], strict=True)) == {
        ("M", 50.0), ("N", 50.0), ("P", 50.0)
    }  # fmt: skip
    assert set(where(scores, statistic="order_sensitivity")["value"]) == {100.0}


def test_a_perfect_persona_scores_its_assigned_pole_whatever_the_form(tables):
    scores = where(tables["trait_scores"], "perfect", persona_set="big_five_32")
    assert set(where(scores, statistic="trait_score", group="assigned high")["value"]) == {100.0}
    assert set(where(scores, statistic="trait_score", group="assigned low")["value"]) == {0.0}
    for each in ("order_sensitivity", "prompt_sensitivity", "paraphrase_sensitivity", "refusal_rate"):
        assert set(where(scores, statistic=each)["value"]) == {0.0}


def test_a_refuser_has_refusals_and_no_score_and_no_probabilities(tmp_path):
    personas = '"none", { set = "big_five_32", fraction = "half" }'
    record = asked(tmp_path, choices(BOTH, '"simulated:refuser"', personas))
    tables = estimates.tables(record)
    scores = where(tables["trait_scores"], group="all")
    assert set(where(scores, statistic="refusal_rate")["value"]) == {100.0}
    assert set(where(scores, statistic="trait_score")["note"]) == {"no_answers"}
    assert where(scores, statistic="trait_score")["value"].isna().all()
    assert scenarios.options(record)[scenarios.CONTENT].isna().all(axis=None)
    assert set(tables["scenario_items"]["note"]) == {"too_few_per_pole"}
    assert set(tables["scenario_items"]["flag"]) == {""}
    assert "no usable choice" in findings(record, tables)[0]
    assert "TRAIT SCORES" in reporting.show(record)[1]


def test_a_written_letter_scores_like_its_probability(tmp_path):
    models = '"simulated:first_option", "simulated:perfect"'
    personas = '{ set = "big_five_32", fraction = "half" }'
    said, written = (
        scenarios.trait_scores(asked(tmp_path / reply, choices(f'reply = "{reply}"\n{BOTH}', models, personas)))
        for reply in ("labels", "text")
    )
    some = said["statistic"] != "continuous_score"
    pd.testing.assert_frame_equal(said[some], written[some])


def test_the_interval_is_over_scenarios_for_one_person_and_withheld_below_ten(tables):
    scores = where(tables["trait_scores"], "person", statistic="continuous_score")
    alone, all_of_set, half = (
        where(scores, persona_set=persona_set, group=group)
        for persona_set, group in (("none", "all"), ("big_five_32", "all"), ("big_five_32", "assigned low"))
    )
    assert set(alone["method"]) == {"percentile bootstrap over items"} and alone["low"].notna().all()
    assert set(all_of_set["n_persons"]) == {16} and all_of_set["low"].notna().all()
    assert set(half["method"]) == {"interval withheld: fewer than 10 persons"} and half["low"].isna().all()


def test_probabilities_follow_the_option_and_not_its_place(record):
    table = where(scenarios.options(record), "first_option", template="trait_letters", situation="original")
    assert where(table, order="printed")["high1"].to_numpy() == pytest.approx(0.97)
    assert where(table, order="swapped")["low1"].to_numpy() == pytest.approx(0.97)
    assert set(table["outcome"]) == {"answered"}


@pytest.mark.parametrize(
    ("printed", "orders"),
    [
        (["printed", "reversed"], {"printed", "swapped"}),
        (["printed", "swapped", "reversed"], {"printed", "swapped"}),
        (["printed", "shuffled"], {"printed"}),
        (["shuffled"], {"printed"}),
    ],
)
def test_other_orders_count_where_they_can(tmp_path, printed, orders):
    listed = ", ".join(f'"{each}"' for each in printed)
    table = scenarios.options(asked(tmp_path, choices(f"vary = {{ options = [{listed}] }}\n")))
    assert set(table["order"]) == orders
    assert len(table) == len(TWINS) * len(orders)


def test_other_factors_and_reply_formats_and_repeats_are_cells_of_their_own(tmp_path):
    ask = 'form = { persona_place = "user" }\nreplicates = 2\n' + BOTH
    text = choices(ask) + '[[asks]]\nelicitation = "choice"\nreply = "text"\n' + BOTH
    record = asked(tmp_path, text)
    assert scenarios.options(record)["occasion"].nunique() == 3
    assert set(where(scenarios.trait_scores(record), statistic="trait_score")["value"]) == {50.0}


def test_the_same_form_after_a_task_is_a_cell_of_its_own(tmp_path):
    ask = 'form = { memory = "continued" }\n' + BOTH
    task = '[[asks.steps]]\nkind = "task"\ntext = "Say hello."\n'
    record = asked(tmp_path, choices(ask + '[[asks]]\nelicitation = "choice"\n' + ask + task))
    assert scenarios.options(record)["occasion"].nunique() == 2
    assert set(where(scenarios.trait_scores(record), statistic="order_sensitivity")["value"]) == {100.0}


def test_fewer_and_more_than_four_options_keep_their_probability(tmp_path):
    two = ITEM.replace('  {{ value = 1, text = "I do the third thing." }},\n', "")
    two = two.replace('  {{ value = 0, text = "I do the fourth thing." }},\n', "")
    six = ITEM.replace(
        "options = [", 'options = [\n  {{ value = 1, text = "I do this." }}, {{ value = 0, text = "I do that." }},'
    )
    acts = HEAD + two.format(twin="bfi44_01", scale="E", key=1) + six.format(twin="bfi44_04", scale="N", key=1)
    table = scenarios.options(asked(tmp_path, choices("", '"simulated:perfect", "simulated:uniform"'), acts))
    assert table[scenarios.CONTENT].sum(axis=1).to_numpy() == pytest.approx(1)
    few = table[table["item"] == "act_bfi44_01"]
    assert set(few["high2"]) | set(few["low2"]) == {0.0}


def test_trials_that_were_not_asked_yet_are_left_out(tmp_path):
    class Stopped(KeyboardInterrupt):
        pass

    left = iter(range(4))

    def settled(_: int) -> None:
        if next(left, None) is None:
            raise Stopped

    (tmp_path / "acts.toml").write_text(ACTS, "utf-8")
    (tmp_path / "study.toml").write_text(choices(BOTH), "utf-8")
    with pytest.raises(Stopped):
        run(load_study(tmp_path / "study.toml"), tmp_path / "record", lambda *_: settled)
    table = scenarios.options(Record(tmp_path / "record"))
    assert 0 < len(table) < 2 * len(TWINS)
    assert set(table["outcome"]) == {"answered"}


# ---- scenario by scenario


def test_the_effects_of_a_perfect_persona_are_the_whole_scale(tables):
    found = where(tables["scenario_items"], "perfect", version="chosen")
    assert set(where(found, elicitation="choice")["effect"]) == {1.0}
    assert set(where(found, elicitation="choice")["share_high"]) == {0.5}
    assert set(where(found, elicitation="rating")["effect"]) == {4.0}
    assert set(found["note"]) == {"zero_variance"} and set(found["flag"]) == {""}
    assert dict(zip(found["item"], found["twin"], strict=True)) == {f"act_{twin}": twin for twin in TWINS}
    assert set(scenarios.sign_share(found)["share_right"]) == {1.0}


def test_every_scenario_has_a_row_for_every_way_it_was_asked(tables):
    found = where(tables["scenario_items"], "person")
    ways = {"choice: chosen", "choice: expected", "rating: chosen", "rating: expected", "likelihood: item_centred"}
    assert set(found["elicitation"] + ": " + found["version"]) == ways
    assert len(found) == len(ways) * len(TWINS) and set(found["persona_set"]) == {"big_five_32"}


def test_who_acts_against_what_it_says_has_reversed_scenarios_beside_statements_that_are_not(tables):
    found = where(tables["scenario_items"], "person")
    assert set(found["flag"]) <= {"reversed", "against"} and set(found.loc[found["high"] < 0, "flag"]) == {"reversed"}
    assert (found["d"] < 0).all() and (found["d_statement"] > 0).all()
    assert set(scenarios.sign_share(found)["n_right"]) == {0}


def test_a_scenario_whose_key_is_turned_round_stands_out(tmp_path):
    acts = ACTS.replace('twin_of = "bfi44"\n', "")
    for twin in TWINS:
        acts = acts.replace(f'twin = "{twin}"\n', "")
    models = '{ name = "simulated:person", parameters = { noise = 0.3 } }'
    record = asked(tmp_path, choices(BOTH, models, '{ set = "big_five_32", fraction = "half" }'), acts)
    copy = record.folder / "inventories" / "acts.toml"
    # the mistake is in the key that the analysis reads: a simulated person acts by the key that it is shown
    copy.write_text(acts.replace("key = -1", "key = 1", 1), "utf-8")
    found = where(scenarios.item_effects(record), version="chosen").set_index("item")
    assert found.at["act_bfi44_06", "flag"] in ("reversed", "against")
    assert set(found["flag"].drop("act_bfi44_06")) == {""}
    assert set(found["twin"]) == {""} and found["d_statement"].isna().all()
    assert scenarios.sign_share(found.reset_index())["n_right"].tolist() == [len(TWINS) - 1]


def test_everybody_alike_is_constant_and_has_no_effect(tables):
    found = where(tables["scenario_items"], "first_option", elicitation="rating", version="chosen")
    assert set(found["flag"]) == {"constant"} and set(found["effect"]) == {0.0}


def test_a_high_action_that_nearly_everybody_takes_is_flagged():
    assert scenarios._flag(0.04, 0.3, 1.0, 1.0, 0.97) == "one pole chosen"
    assert scenarios._flag(0.04, 0.3, 1.0, 1.0, 0.03) == "one pole chosen"
    assert scenarios._flag(0.04, 0.3, 1.0, 1.0, math.nan) == ""
    assert scenarios._flag(0.0, 0.0, 1.0, 1.0, 0.5) == "no effect"
    assert scenarios._flag(math.nan, math.nan, math.nan, math.nan, math.nan) == ""


def test_some_items_of_an_ask_are_those_that_have_effects(tmp_path):
    text = choices(
        'items = ["act_bfi44_01", "act_bfi44_04"]\n',
        '"simulated:perfect"',
        '{ set = "big_five_32", fraction = "half" }',
    )
    record = asked(tmp_path, text)
    tables = estimates.tables(record)
    assert set(tables["scenario_items"]["item"]) == {"act_bfi44_01", "act_bfi44_04"}
    assert set(tables["trait_scores"]["n_items"]) == {1}


def test_statements_have_neither_table(study_file, tmp_path):
    found = estimates.tables(
        run(load_study(study_file('models = ["simulated:perfect"]\ninventories = ["tipi"]\n')), tmp_path / "record")
    )
    assert found["trait_scores"].empty and list(found["trait_scores"]) == scenarios.TRAIT_SCORES
    assert found["scenario_items"].empty and list(found["scenario_items"]) == scenarios.ITEMS
    assert scenarios.sign_share(found["scenario_items"]).empty


# ---- what a reader sees


@pytest.fixture(scope="module")
def shown(small) -> tuple[dict[str, list], str]:
    return reporting.show(small)


def test_show_tells_trait_scores_and_flagged_scenarios_and_gives_both_tables_in_full(small, shown):
    result, text = shown
    assert "TRAIT SCORES - percent" in text and "flagged ones only" in text
    assert "0 of 4 scenarios in the assigned direction (0%)" in text
    assert len(result["trait_scores"]) == len(scenarios.trait_scores(small))
    assert len(result["scenario_items"]) == len(scenarios.item_effects(small))


def test_each_finding_speaks_of_its_own_elicitation(shown):
    rating, choice, confirmation = (each for each in shown[0]["findings"] if "simulated:person" in each)
    assert "big_five_32 on bfi44" in rating and "big_five_32 on acts" in rating
    assert "bfi44" not in choice and "moves 0 of 2 scales" in choice
    assert "said yes to" in confirmation and "alpha" not in confirmation.lower()


def test_a_constant_chooser_is_told_so_as_a_chooser(tmp_path):
    record = asked(tmp_path, choices(""))
    (text,) = findings(record, estimates.tables(record))
    assert "took a high action in 100.0% of 4 choices" in text and "rating" not in text


def test_profiles_know_choices(small):
    asks = places.options(small, "ask", inventory="acts", model="simulated:perfect")
    assert asks == ["rating: chosen", "choice: chosen", "rating: expected", "choice: expected"]
    place = {"inventory": "acts", "model": "simulated:perfect", "ask": "choice: chosen"}
    chosen = ["big_five_32: assigned high", "big_five_32: assigned low"]
    table = profiles.profile(small, chosen, **place, level="domain")
    assert table["value"].tolist() == [100.0, 100.0, 0.0, 0.0]
    told = profiles_told.finding(small, **place)
    assert "the effect of the assigned pole is not estimable" in told and "bfi44" not in told
