"""Known truth through the whole pipeline: what is put into a simulated responder comes out of the tables."""

import pytest

from traitscope import analysis, estimates
from traitscope.findings import findings
from traitscope.runner import run
from traitscope.study import load_study

NULLS = """
models = ["simulated:first_option", "simulated:agree", "simulated:midpoint", "simulated:uniform", "simulated:perfect", "simulated:refuser"]
inventories = ["bfi44", "oejts12"]
personas = ["none", { set = "big_five_32", fraction = "half" }]
[[asks]]
vary = { options = ["printed", "reversed"] }
"""


@pytest.fixture(scope="module")
def nulls(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nulls")
    (folder / "nulls.toml").write_text(NULLS, "utf-8")
    record = run(load_study(folder / "nulls.toml"), folder / "record")
    return record, estimates.tables(record)


def rows(table, **where):
    for name, value in where.items():
        table = table[table[name] == value]
    return table


def test_always_the_first_option_agrees_with_itself_in_no_pair_but_the_middle(nulls):
    _, tables = nulls
    (effect,) = rows(tables["forms"], model="simulated:first_option", inventory="bfi44").to_dict("records")
    assert effect["agreement"] == 0
    assert effect["change"] == 4


def test_always_agree_has_acquiescent_profiles_and_no_reliability(nulls):
    _, tables = nulls
    found = rows(tables["reliability"], model="simulated:agree", persona_set="big_five_32", version="chosen")
    assert set(found["note"]) == {"zero_total_variance"}
    assert found["alpha"].isna().all()


def test_a_constant_midpoint_scores_fifty_percent_everywhere(nulls):
    _, tables = nulls
    assert set(rows(tables["standings"], model="simulated:midpoint", version="chosen")["pomp"]) == {50.0}


def test_the_perfect_persona_scores_its_assigned_pole_in_both_orders(nulls):
    _, tables = nulls
    scores = rows(
        tables["standings"], model="simulated:perfect", inventory="bfi44", persona_set="big_five_32", version="chosen"
    )
    assert set(zip(scores["assigned"], scores["pomp"], strict=True)) == {(1.0, 100.0), (-1.0, 0.0)}


def test_a_refuser_is_counted_and_never_scored(nulls):
    record, tables = nulls
    seen = rows(tables["outcomes"], model="simulated:refuser")
    assert (seen["refused"] == seen["trials"]).all()
    assert rows(tables["standings"], model="simulated:refuser")["score"].isna().all()
    assert any("no usable rating" in each for each in findings(record, tables))


def test_uniform_answers_show_no_effect_beyond_permuted_labels_on_most_scales(nulls):
    _, tables = nulls
    found = rows(tables["assigned"], model="simulated:uniform", version="chosen")
    assert (found["d_ddof1"].abs() > found["null95"]).sum() <= 1


def test_every_simulated_responder_is_named_as_simulated(nulls):
    record, tables = nulls
    assert all("simulated, not a language model" in each for each in findings(record, tables))


def test_types_follow_the_inventorys_rule(nulls):
    _, tables = nulls
    found = rows(tables["types"], model="simulated:midpoint", version="chosen")
    assert set(found["letters"]) == {"ISFJ"}
    assert found["note"].str.contains("exactly 24").all()


def test_traits_that_were_put_in_come_out(study_file, tmp_path):
    record = run(load_study(study_file()), tmp_path / "r")
    tables = estimates.tables(record)
    found = rows(tables["assigned"], version="chosen")
    assert (found["d_ddof1"] > found["null95"]).all()
    assert (rows(tables["reliability"], version="chosen")["alpha"] > 0.5).all()


def test_scores_have_t_and_percentile_with_source_and_n_where_a_norm_exists(study_file, tmp_path):
    record = run(load_study(study_file()), tmp_path / "r")
    standing = analysis.standings(record)
    assert set(standing["norm"]) == {"srivastava2003_age21"}
    assert set(standing["norm_n"]) == {6076}
    one = standing.iloc[0]
    assert one["t"] == pytest.approx(50 + 10 * (one["score"] - 3.25) / 0.9)


def test_a_users_own_inventory_and_persona_go_through_the_same_pipeline(study_file, tmp_path):
    (tmp_path / "tiny.toml").write_text(
        """
        title = "Tiny extraversion scale"
        kind = "cognition"
        licence = "public domain"
        scales = { E = "Extraversion" }
        options = [{ value = 1, text = "no" }, { value = 2, text = "neither" }, { value = 3, text = "yes" }]
        items = [
          { id = "E1", scale = "E", key = 1, text = "Talk." }, { id = "E2", scale = "E", key = -1, text = "Hide." },
          { id = "E3", scale = "E", key = 1, text = "Dance." }, { id = "E4", scale = "E", key = -1, text = "Wait." },
          { id = "E5", scale = "E", key = 1, text = "Sing." },
        ]
        """,
        "utf-8",
    )
    people = ", ".join(
        f'{{ id = "{name}{n}", text = "Person {name}{n}.", assigned = {{ extraversion = {level} }} }}'
        for name, level in (("loud", 1), ("shy", -1))
        for n in range(4)
    )
    text = f'models = ["simulated:perfect"]\ninventories = ["tiny.toml"]\npersonas = [{people}]\n'
    record = run(load_study(study_file(text, "own.toml")), tmp_path / "r")
    (tmp_path / "tiny.toml").unlink()  # the record keeps its own copy, and its own study file finds it
    assert run(load_study(tmp_path / "r" / "study.toml"), tmp_path / "r").progress() == {
        "trials": 40,
        "done": 40,
        "failed": 0,
    }
    standing = rows(analysis.standings(record), version="chosen")
    assert dict(zip(standing["persona"], standing["score"], strict=True)) == {
        f"{name}{n}": score for name, score in (("loud", 3.0), ("shy", 1.0)) for n in range(4)
    }


ALIKE = """
models = ["simulated:first_option"]
inventories = ["tipi"]
personas = ["dark_triad"]
[[asks]]
vary = { options = ["printed", "reversed"] }
[[asks]]
vary = { options = ["printed", "reversed"] }
reply = "text"
[[asks]]
vary = { options = ["printed", "reversed"] }
steps = [{ kind = "follow_up", text = "Are you sure? Give the label." }]
"""


def test_asks_that_print_one_form_are_paired_with_themselves(tmp_path):
    (tmp_path / "alike.toml").write_text(ALIKE, "utf-8")
    (effect,) = estimates.form_effects(run(load_study(tmp_path / "alike.toml"), tmp_path / "record")).to_dict("records")
    assert (effect["n_persons"], effect["n_pairs"]) == (8, 8 * 10 * 3)
    assert effect["agreement"] == 0  # whatever stands first is another answer when the options are turned round
