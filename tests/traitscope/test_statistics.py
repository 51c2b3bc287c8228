"""Everything that `analyze` can compute: on good data a value, on hard data a value or a named reason."""

import json
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from inventories.loading import load_inventory
from psychometrics.dstudy import MOST_DESIGNS
from traitscope import statistics
from traitscope.collected import analyze
from traitscope.datafile import DataError
from traitscope.sample import read_sample
from traitscope.statistics.generalizability import MOST, grid

sys.path.append(str(Path(__file__).parents[1] / "psychometrics"))
from hard_data import HARD

INVENTORY = """
title = "Hard"
kind = "cognition"
licence = "public domain"
scales = {{ S = "Six", T = "More" }}
options = [{options}]
items = [{items}]
"""


@pytest.fixture(scope="module")
def inventory(tmp_path_factory):
    items = [
        f'{{ id = "q{n}", scale = "{"S" if n < 7 else "T"}", key = {-1 if n in (2, 5) else 1}, text = "Text {n}." }}'
        for n in range(1, 13)
    ]
    options = [f'{{ value = {value}, text = "Option {value}" }}' for value in range(6)]
    path = tmp_path_factory.mktemp("hard") / "hard.toml"
    path.write_text(INVENTORY.format(items=", ".join(items), options=", ".join(options)), "utf-8")
    return load_inventory(str(path))


def in_every_form(table: pd.DataFrame) -> pd.DataFrame:
    """The same answers in two orders and two draws, with groups, levels, places and a criterion."""
    n, items = len(table), list(table.columns)
    persons = pd.DataFrame(
        {
            "persona": [f"p{i}" for i in range(n)],
            "group.kind": ["even" if i % 2 else "odd" for i in range(n)],
            "criterion.age": [20 + i % 7 for i in range(n)],
            "assigned.S": [1 if i % 3 else -1 for i in range(n)],
        }
    )
    parts = []
    for form in ("printed", "reversed"):
        for draw in ("1", "2"):
            places = {f"position.{item}": i if form == "printed" else len(items) - i for i, item in enumerate(items)}
            where = {f"place.{item}": (table[item] if form == "printed" else 6 - table[item]) for item in items}
            apart = {"factor.order": form, "factor.labels": draw, "replicate": draw}
            parts.append(pd.concat([persons, table], axis=1).assign(**apart, **places, **where))
    return pd.concat(parts)


def result(table: pd.DataFrame, inventory, path: Path, **how):
    table.to_csv(path / "answers.csv", index=False)
    found = analyze(path / "answers.csv", inventory, only=None, **how)
    json.dumps(found, allow_nan=False)
    return found


# the same again in every form for those that break what forms and draws are asked
IN_EVERY_FORM = [
    "constant item",
    "all rows equal",
    "equal within person",
    "two persons",
    "one item",
    "eight percent refused",
]


@pytest.mark.parametrize(
    ("name", "shape"),
    [(name, "one row a person") for name in HARD if name != "nobody"]
    + [(name, "in every form") for name in IN_EVERY_FORM],
)
def test_hard_data_give_a_value_or_a_named_reason(name, shape, inventory, tmp_path):
    table = HARD[name] if shape == "one row a person" else in_every_form(HARD[name])
    found = result(table, inventory, tmp_path)["statistics"]
    assert {name: each["failed"] for name, each in found.items() if "failed" in each} == {}
    estimates = [(name, each) for name, result in found.items() for each in result["estimates"]]
    assert [(name, each) for name, each in estimates if each["value"] is None and not each["note"]] == []
    assert [
        (name, each) for name, each in estimates if each["value"] is not None and not np.isfinite(each["value"])
    ] == []


def test_nobody_is_a_mistake_in_one_line(inventory, tmp_path):
    with pytest.raises(DataError, match="at least one row"):
        result(HARD["nobody"], inventory, tmp_path)


def simulated(persons: int = 60, seed: int = 4) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    traits = random.normal(size=(persons, 2))
    answers = {}
    for n in range(1, 13):
        trait = traits[:, 0] if n < 7 else traits[:, 1]
        keyed = np.clip(np.round(2.5 + trait + random.normal(0, 0.8, persons)), 0, 5)
        answers[f"q{n}"] = 5 - keyed if n in (2, 5) else keyed
    return pd.DataFrame(answers)


def test_every_statistic_applies_to_data_that_have_all_it_needs(inventory, tmp_path):
    table = in_every_form(simulated())
    random = np.random.default_rng(1)
    items = [f"q{n}" for n in range(1, 13)]
    table[items] = np.clip(table[items] + random.integers(-1, 2, size=(len(table), 12)), 0, 5)
    table["factor.items_per_prompt"] = np.where(table["factor.labels"] == "1", "1", "12")
    table["criterion.other.S"], table["criterion.other.T"] = table["q1"].groupby(table["persona"]).transform("mean"), 1
    table["model"] = np.where(table["factor.order"] == "printed", "one", "two")
    for item in items:
        table[f"label.{item}"] = table[f"place.{item}"].map({0: "A", 1: "B", 2: "C", 3: "D", 4: "E", 5: "F", 6: "G"})
    found = result(table, inventory, tmp_path)["statistics"]
    lacking = {name: each["lacking"] for name, each in found.items() if each["lacking"]}
    # a persona is another person under another model, so forms that only one model saw are compared with nothing
    assert set(lacking) <= {"desirability", "paired", "retest", "repeats", "kappa", "quasi_f"}
    assert all(found[name]["estimates"] or found[name]["tables"] for name in set(found) - set(lacking))


def test_known_reliability_and_known_groups_come_out(inventory, tmp_path):
    table = simulated(400).assign(**{"group.kind": ["a", "b"] * 200})
    table.loc[table["group.kind"] == "b", [f"q{n}" for n in range(7, 13)]] += 1
    table[[f"q{n}" for n in range(7, 13)]] = table[[f"q{n}" for n in range(7, 13)]].clip(upper=5)
    found = result(table, inventory, tmp_path)["statistics"]
    values = {(each["scale"], each["quantity"]): each for name in found for each in found[name]["estimates"]}
    assert 0.85 < values["S", "alpha"]["value"] < 0.93
    assert values["S", "alpha"]["low"] < values["S", "omega total, one factor"]["value"] < values["S", "alpha"]["high"]
    assert values["T", "d, kind: b minus a"]["low"] > 0.5
    assert abs(values["S", "d, kind: b minus a"]["value"]) < 0.25
    assert values["all", "number of factors"]["value"] == 2
    assert values["all", "CFI"]["value"] > 0.95


def test_intervals_are_withheld_below_ten_persons(inventory, tmp_path):
    found = result(simulated(8), inventory, tmp_path)["statistics"]
    of_persons = [each for result in found.values() for each in result["estimates"] if each["n_persons"]]
    assert of_persons
    assert all(each["low"] is None for each in of_persons)


def test_only_and_list_name_the_statistics(inventory, tmp_path):
    simulated().to_csv(tmp_path / "answers.csv", index=False)
    found = analyze(tmp_path / "answers.csv", inventory, only=["lambdas"])["statistics"]
    assert list(found) == ["lambdas"]
    with pytest.raises(DataError, match=r"no statistic 'lambda'.*lambdas"):
        analyze(tmp_path / "answers.csv", inventory, only=["lambda"])
    listed = statistics.listed(read_sample(tmp_path / "answers.csv", inventory))
    assert listed["alpha"]["lacking"] == ""
    assert "replicate" in listed["retest"]["lacking"]


def test_human_answers_stand_beside_a_models(inventory, tmp_path):
    simulated(40, seed=1).to_csv(tmp_path / "model.csv", index=False)
    simulated(80, seed=2).to_csv(tmp_path / "people.csv", index=False)
    found = analyze(
        tmp_path / "model.csv", inventory, beside=tmp_path / "people.csv", only=["alpha", "groups", "invariance"]
    )
    assert (found["n_persons"], found["beside"]["n_persons"]) == (40, 80)
    assert {each["n_persons"] for each in found["statistics"]["alpha"]["estimates"]} == {40}  # not of the mixture
    groups = [each for each in found["statistics"]["groups"]["estimates"] if each["scale"] == "S"]
    assert groups[0]["quantity"] == "d, sample: model minus people"
    assert groups[0]["n_persons"] == 120
    assert not found["statistics"]["invariance"]["lacking"]


def test_files_of_one_name_are_told_apart_and_a_file_is_not_put_beside_itself(inventory, tmp_path):
    for folder in ("model", "people"):
        (tmp_path / folder).mkdir()
        simulated(30, seed=len(folder)).assign(person=range(30)).to_csv(tmp_path / folder / "data.csv", index=False)
    one, other = tmp_path / "model" / "data.csv", tmp_path / "people" / "data.csv"
    found = analyze(one, inventory, beside=other, only=["groups"])["statistics"]["groups"]["estimates"]
    assert {each["n_persons"] for each in found} == {60}
    with pytest.raises(DataError, match="the same file"):
        analyze(one, inventory, beside=one)


def test_a_responder_that_follows_the_place_has_no_alpha_however_its_forms_differ(inventory, tmp_path):
    rows = simulated(20) * 0
    table = pd.concat([(rows + value).assign(persona=range(20), **{"factor.order": str(value)}) for value in (0, 5)])
    found = result(table, inventory, tmp_path)
    assert {each["alpha"]["note"] for each in found["scales"].values()} == {"zero_total_variance"}


def test_outcomes_without_an_answer_are_counted_and_never_scored(inventory, tmp_path):
    table = simulated().astype(object)
    table.loc[0, "q1"], table.loc[1, "q1"], table.loc[2, "q3"] = "refused", "refused", "unreadable"
    found = result(table, inventory, tmp_path)
    assert found["lost"] == {"refused": 2, "unreadable": 1}
    (alpha,) = (
        each
        for each in found["statistics"]["alpha"]["estimates"]
        if (each["scale"], each["quantity"]) == ("S", "alpha")
    )
    assert alpha["extra"]["n_listwise"] == 57


def test_agreement_over_forms_counts_persons_and_not_their_answers(inventory, tmp_path):
    table = in_every_form(simulated(20))
    table["q1"] = table["q1"].where(table["factor.order"] == "printed", 5 - table["q1"])
    found = result(table, inventory, tmp_path)["statistics"]["krippendorff"]["estimates"]
    # labels and draws are one here, so nothing can be compared over labels alone
    assert {each["n_persons"] for each in found if each["quantity"].endswith("over order")} == {20}
    exact = {each["quantity"]: each["value"] for each in found}["exact agreement of answers over order"]
    assert exact == pytest.approx(11 / 12)


def twice(noise: int, missing: int = 30) -> pd.DataFrame:
    """Two draws of the same persons, copies without noise; some answers are missing from the second."""
    first, random = simulated(20), np.random.default_rng(3)
    second = (first + random.integers(-noise, noise + 1, size=first.shape)).clip(0, 5)
    for row, column in zip(random.integers(0, 20, missing), random.integers(0, 12, missing), strict=True):
        second.iloc[row, column] = np.nan
    draws = [each.assign(persona=range(20), replicate=n) for n, each in ((1, first), (2, second))]
    return pd.concat(draws)


def test_copies_of_a_draw_are_no_retest_whatever_answers_are_missing(inventory, tmp_path):
    table = twice(noise=0)
    table.loc[table["replicate"] == 2, "q7"] = np.nan
    found = result(table, inventory, tmp_path)["statistics"]
    agreed = {"exact agreement": 1, "change": 0}
    for each in found["retest"]["estimates"]:
        assert (each["value"], each["low"], each["note"]) == (agreed.get(each["quantity"]), None, "no_replication")
    kappas = found["kappa"]["tables"]["weighted kappa of items"]
    assert {(row["kappa"], row["note"]) for row in kappas} == {(None, "no_replication")}
    assert found["repeats"]["estimates"][0]["note"] == "no_replication"


def test_draws_that_differ_are_a_retest_and_so_is_one_other_answer_among_copies(inventory, tmp_path):
    table = twice(noise=0)
    table.iloc[-1, 3] = 5 - table.iloc[19, 3]
    for each in (twice(noise=1), table):
        found = result(each, inventory, tmp_path)["statistics"]
        values = {(one["scale"], one["quantity"]): one for one in found["retest"]["estimates"]}
        assert values["S", "r"]["value"] > 0.9 and values["S", "r"]["note"] == ""
        assert "no_replication" not in {one["note"] for one in found["g_study"]["estimates"]}


def test_a_third_draw_does_not_make_two_copies_a_retest(inventory, tmp_path):
    other = simulated(20, seed=9).assign(persona=range(20), replicate=3)
    found = result(pd.concat([twice(noise=0), other]), inventory, tmp_path)["statistics"]
    assert {each["note"] for each in found["retest"]["estimates"]} == {"no_replication"}
    assert "no_replication" not in {each["note"] for each in found["g_study"]["estimates"]}


@pytest.mark.parametrize("missing", [0, 30])
def test_a_generalizability_study_of_copied_draws_says_so(missing, inventory, tmp_path):
    found = result(twice(noise=0, missing=missing), inventory, tmp_path)["statistics"]
    residual = found["g_study"]["tables"]["variance components, S"][-1]
    assert residual["effect"] == "residual" and residual["variance"] == pytest.approx(0, abs=1e-12)
    for each in found["g_study"]["estimates"]:
        assert each["value"] is not None and each["note"] == "no_replication"
        assert any(told.startswith("no_replication: the draws") for told in each["warnings"])
    for table in found["d_study"]["tables"].values():
        assert "no_replication" in {row["note"] for row in table} <= {"no_replication", "not_reached"}


def test_a_study_of_items_forms_and_draws_has_a_smallest_design(inventory, tmp_path):
    table = in_every_form(simulated(12)).drop(columns="factor.labels")
    items = [f"q{n}" for n in range(1, 13)]
    table[items] = np.clip(table[items] + np.random.default_rng(1).integers(-1, 2, size=(len(table), 12)), 0, 5)
    table.to_csv(tmp_path / "answers.csv", index=False)
    found = analyze(tmp_path / "answers.csv", inventory, only=["d_study"])
    assert found["warnings"] == [] and "failed" not in found["statistics"]["d_study"]
    (smallest,) = (rows for name, rows in found["statistics"]["d_study"]["tables"].items() if "smallest" in name)
    assert {row["goal"] for row in smallest} == {"phi at least 0.80", "width of phi at most 0.10 (of sizes in steps)"}
    assert all(row["draws"] and row["forms"] and row["items"] for row in smallest if not row["note"])


@pytest.mark.parametrize("facets", [["item"], ["item", "form"], ["item", "draw"], ["item", "form", "draw"]])
@pytest.mark.parametrize("others", [{}, {"person": range(3, 12)}, {"person": range(3, 1000)}])
def test_sizes_to_try_are_few_enough_and_reach_from_1_to_the_most(facets, others):
    sizes = grid(facets, others)
    assert math.prod(len(each) for each in sizes.values()) <= MOST_DESIGNS
    for facet in facets:
        assert sizes[facet][0] == 1 and sizes[facet][-1] == MOST[facet]
        assert sizes[facet] == sorted(set(sizes[facet]))
