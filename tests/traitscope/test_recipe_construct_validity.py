"""Construct validity: what is reliable, convergent and shaped by design is found so, and constant answers give reasons."""

import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tomli_w
from pandas import DataFrame

from traitscope import recipe_file, recipe_run, tables
from traitscope.exhibit import Exhibit
from traitscope.record import Record
from traitscope.runner import run
from traitscope.study import load_study

# nine levels, three units from the middle to either end, beside differences between persons of one level of .6
NINE = {"level_middle": 5, "level_span": 4, "effect": 3.0, "trait_sd": 0.6, "item_sd": 0.2, "noise": 0.4}
Recorded = Callable[..., Record]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """The small study of the recipe, asked of a simulated responder; each once."""

    @functools.cache
    def asked(kind: str, **parameters: float) -> Record:
        folder = tmp_path_factory.mktemp(kind)
        study = recipe_file.load("construct-validity").study_at("small", "")
        study["models"] = [{"name": f"simulated:{kind}", "parameters": parameters}]
        (folder / "study.toml").write_text(tomli_w.dumps(study), "utf-8")
        run(load_study(folder / "study.toml"), folder / "record")
        return Record(folder / "record")

    return asked


@functools.cache
def everything(folder: Path) -> tuple[Exhibit, ...]:
    """All exhibits of the recipe."""
    return tuple(recipe_run.exhibits(recipe_file.load("construct-validity"), Record(folder)))


def found(record: Record, name: str) -> list[Exhibit]:
    return [each for each in everything(record.folder) if each.name == name]


def table(record: Record, name: str, inventory: str, ask: str = "rating: chosen") -> DataFrame:
    """The one table of that name, inventory and way of asking."""
    (one,) = [each for each in found(record, name) if each.about.get("inventory", inventory) == inventory and each.about["elicitation"] == ask]  # fmt: skip
    return one.table


def test_scores_follow_nine_assigned_levels_where_they_were_put_in(recorded: Recorded) -> None:
    for ask in ("rating: chosen", "rating: expected"):
        shaped = table(recorded("person", **NINE), "shaping", "mini_ipip", ask)
        assert len(shaped) == 5 and (shaped["spearman"] > 0.85).all() and shaped["spearman"].mean() > 0.9
        assert (shaped["n_persons"] == 18).all() and (shaped["n_levels"] == 9).all()
        assert (shaped["spearman_low"] > 0.6).all() and (shaped["spearman_high"] <= 1).all()
        assert (shaped["at 1"] < 25).all() and (shaped["at 9"] > 75).all()


def test_two_personas_a_level_are_called_too_few_for_an_interval(recorded: Recorded) -> None:
    notes = [each.note for each in found(recorded("person", **NINE), "shaping")]
    assert len(notes) == 4 and all("only 2 personas at a level it is too narrow" in each for each in notes)


def test_answers_at_random_follow_no_level(recorded: Recorded) -> None:
    parts = [table(recorded("uniform"), "shaping", each)["spearman"] for each in ("mini_ipip", "bfi10")]
    rho = np.concatenate(parts)
    assert abs(rho.mean()) < 0.2 and (np.abs(rho) < 0.75).all()  # ten rank correlations of 18 persons: SD .24 each


def test_a_trait_goes_with_itself_in_another_inventory_and_not_with_others(recorded: Recorded) -> None:
    own = table(recorded("person", **NINE), "convergent", "mini_ipip, bfi10")
    mean = own.set_index("name").loc["mean of traits"]
    assert mean["r"] > 0.8 and mean["mean_discriminant"] < 0.25 and mean["discriminant_low"] > 0.6
    assert set(own["exceeds"][:5]) == {"8 of 8"}
    at_random = table(recorded("uniform"), "convergent", "mini_ipip, bfi10").set_index("name").loc["mean of traits"]
    assert at_random["low"] < 0 < at_random["high"] and abs(at_random["r"]) < 0.15


def test_r_without_error_is_r_over_the_root_of_both_alphas(recorded: Recorded) -> None:
    record = recorded("person", **NINE)
    own = table(record, "convergent", "mini_ipip, bfi10").set_index("trait").loc["extraversion"]
    alphas = [
        rows.loc[(rows["scale"] == "E") & (rows["coefficient"] == "alpha"), "value"].item()
        for rows in (table(record, "reliabilities", each) for each in ("mini_ipip", "bfi10"))
    ]
    assert own["disattenuated"] == pytest.approx(own["r"] / np.sqrt(np.prod(alphas)))


def test_the_matrix_has_every_pair_of_ten_scales_once(recorded: Recorded) -> None:
    pairs = table(recorded("person", **NINE), "multitrait", "mini_ipip, bfi10")
    counts = pairs["kind"].value_counts().to_dict()
    assert counts == {"convergent": 5, "heterotrait_heteromethod": 20, "heterotrait_monomethod": 20}


def test_reliability_has_three_coefficients_a_scale_and_says_what_two_items_cannot_give(recorded: Recorded) -> None:
    rows = table(recorded("person", **NINE), "reliabilities", "mini_ipip").set_index(["scale", "coefficient"])
    alpha, bound, omega = (
        rows.xs(each, level="coefficient") for each in ("alpha", "Guttman's lambda 6", "omega total, one factor")
    )
    assert (alpha["value"] > 0.8).all() and (alpha["low"] < alpha["value"]).all() and (alpha["n_persons"] == 90).all()
    assert (np.abs(bound["value"] - alpha["value"]) < 0.1).all() and bound["low"].isna().all()
    assert (np.abs(omega["value"] - alpha["value"]) < 0.05).all() and (omega["high"] <= 1).all()
    short = table(recorded("person", **NINE), "reliabilities", "bfi10")
    assert set(short.loc[short["coefficient"] == "omega total, one factor", "note"]) == {"too few items"}


def test_an_outside_scale_that_has_nothing_to_do_with_the_traits_goes_with_none(recorded: Recorded) -> None:
    outside = table(recorded("person", **NINE), "criteria", "mini_ipip")
    assert list(outside["criterion_name"].unique()) == ["Socially desirable responding (sdrs5)"]
    assert len(outside) == 5 and (outside["r"].abs() < 0.4).all() and (outside["p_holm"] > 0.01).all()


def test_the_shift_is_in_sds_of_people_towards_the_desirable_end(recorded: Recorded) -> None:
    record = recorded("person", **NINE)
    shifts = table(record, "desirability", "mini_ipip").set_index("name")
    scores = tables.scores(record)
    answers = tables.answers(record).drop_duplicates("sitting").set_index("sitting")
    own = scores[(scores["persona_set"] == "controls_30") & (scores["version"] == "chosen")]
    own = own.assign(items=own["sitting"].map(answers["items_per_prompt"]))
    means = own.pivot_table(index=["scale", "persona"], columns="items", values="score")
    moved = (means[5] - means[1]).groupby("scale").mean()
    assert shifts.loc["Neuroticism", "value"] == pytest.approx(
        -moved["N"] / 0.897
    )  # people's SDs: the bank's first norm
    assert shifts.loc["Agreeableness", "value"] == pytest.approx(moved["A"] / 0.870)
    assert shifts["low"].isna().all() and (shifts["n_persons"] == 3).all()


@pytest.mark.parametrize(("kind", "leaning", "both"), [("agree", 2.0, 1.0), ("first_option", -2.0, 0.0)])
def test_one_answer_to_everything_is_all_acquiescence_or_none(
    recorded: Recorded, kind: str, leaning: float, both: float
) -> None:
    (rows,) = [
        each.table for each in found(recorded(kind), "agreement") if each.about["elicitation"] == "rating: chosen"
    ]
    assert set(rows["value"]) == {leaning} and set(rows["both_affirmed"]) == {both}
    assert rows["low"].isna().all() and set(rows["note"]) == {"everybody gave one answer to all items"}


def test_acquiescence_that_was_put_in_comes_out(recorded: Recorded) -> None:
    plain, yes = (
        table(recorded("person", **NINE, **more), "agreement", "", "rating: chosen").set_index("inventory")
        for more in ({}, {"acquiescence": 1.0})
    )
    assert (yes["value"] - plain["value"] > 0.3).all() and (yes["low"] > 0).all()
    assert (yes["both_affirmed"] > plain["both_affirmed"]).all()


@pytest.mark.parametrize("kind", ["agree", "first_option"])
def test_one_answer_to_everything_gives_reasons_in_place_of_numbers(recorded: Recorded, kind: str) -> None:
    record = recorded(kind)
    for name, why in (
        ("reliabilities", "no total differs between the personas"),
        ("convergent", "all scores of a side are equal"),
        ("criteria", "all scores of a side are equal"),
        ("shaping", "nothing differs between the personas"),
    ):
        told = [each.missing for each in found(record, name)]
        assert told and all(why in each for each in told), name
    (shift,) = found(record, "desirability")
    assert set(shift.table["value"]) == {0.0} and shift.table["low"].isna().all()
    assert set(shift.table["note"]) == {"all personas shifted alike, so no interval"}


def test_somebody_who_refuses_everything_gets_reasons_too(recorded: Recorded) -> None:
    shown = everything(recorded("refuser").folder)
    assert {each.name for each in shown} == {
        "reliabilities",
        "convergent",
        "criteria",
        "shaping",
        "desirability",
        "agreement",
    }
    assert all(each.missing for each in shown)


def test_every_finding_of_a_simulated_person_has_a_table_and_a_figure(recorded: Recorded) -> None:
    shown = everything(recorded("person", **NINE).folder)
    assert not [each.missing for each in shown if each.missing]
    assert all(len(each.printed()) and each.figure is not None and "n = " in each.caption for each in shown)
