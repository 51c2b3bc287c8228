"""Letters of a type and assigned levels come back from persons who answer by what they were assigned."""

import pytest
from scipy import stats

from traitscope.record import Record
from traitscope.results import assigned_shown, profiles, types_shown
from traitscope.runner import run
from traitscope.study import load_study

STUDY = """
title = "Sixteen types"
seed = 5
models = ["simulated:perfect", "simulated:uniform"]
inventories = ["oejts12", "bfi44"]
personas = ["none", "mbti_16"]
[[asks]]
inventories = ["oejts12"]
vary = { options = ["printed", "reversed"], labels = ["arabic", "upper"] }
[[asks]]
elicitation = "likelihood"
"""
PLACE = {"inventory": "oejts12", "model": "simulated:perfect", "ask": "rating: chosen"}


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Record:
    folder = tmp_path_factory.mktemp("types")
    (folder / "study.toml").write_text(STUDY, "utf-8")
    return run(load_study(folder / "study.toml"), folder / "record")


def test_few_levels_are_said_to_bound_a_rank_correlation(typed: Record) -> None:
    exhibit = assigned_shown.effects(typed, **PLACE, level="domain", persona_set="mbti_16")
    assert set(exhibit.table["n_levels"]) == {2}
    assert "Spearman reaches .87 at most" in exhibit.note
    assert stats.spearmanr([0] * 8 + [1] * 8, range(16)).statistic == pytest.approx(0.87, abs=0.005)


def test_a_perfect_persona_gets_the_letters_it_was_assigned_in_every_form(typed: Record) -> None:
    table = types_shown.stability(typed, **PLACE)
    given = table[table["assigned"].notna()]
    assert len(given) == 16
    assert given["letters"].tolist() == given["assigned"].tolist() == given["persona"].tolist()
    assert set(given["share"]) == {1.0} and set(given["n_sittings"]) == {4} and set(given["n_forms"]) == {4}


def test_the_share_of_an_axis_is_the_share_of_its_first_letter(typed: Record) -> None:
    table = types_shown.stability(typed, **PLACE).set_index("persona")
    assert table.loc["ENFP", ["IE", "SN", "FT", "JP"]].tolist() == [1.0, 1.0, 0.0, 1.0]
    uniform = types_shown.stability(typed, **PLACE | {"model": "simulated:uniform"})
    assert 0.2 < uniform[["IE", "SN", "FT", "JP"]].mean(axis=None) < 0.8


def test_who_answers_at_random_keeps_no_letters(typed: Record) -> None:
    uniform = types_shown.stability(typed, **PLACE | {"model": "simulated:uniform"})
    assert uniform["share"].mean() < 0.6 and (uniform["n_letters"] > 1).mean() > 0.7


def test_types_are_shown_with_the_assigned_ones_first_and_counted(typed: Record) -> None:
    shown = types_shown.letters(typed, **PLACE)
    assert shown.figure.layout.yaxis.ticktext[0] == "ISFJ: ISFJ"
    assert shown.table["label"].iloc[-1] == "bare model"
    assert "16 of 16 personas with an assigned type get exactly its letters" in shown.caption
    assert shown.printed()["stability"].iloc[0] == "1.00"


def test_likelihoods_have_no_letters_and_say_why(typed: Record) -> None:
    shown = types_shown.letters(typed, **PLACE | {"ask": "likelihood: item_centred"})
    assert shown.figure is None and "cuts are on the response scale" in shown.missing


def test_only_inventories_with_a_rule_have_types(typed: Record) -> None:
    assert types_shown.has_types(typed, "oejts12") and not types_shown.has_types(typed, "bfi44")


def test_perfect_personas_measure_on_the_side_they_were_assigned(typed: Record) -> None:
    shown = assigned_shown.measured(typed, **PLACE, level="domain", persona_set="mbti_16")
    means = shown.table.pivot(index="name", columns="pole", values="value")
    assert len(means) == 4 and (means["high"] > 75).all() and (means["low"] < 25).all()
    assert set(shown.table["n_persons"]) == {8}
    strokes = [trace for trace in shown.figure.data if trace.marker.symbol == "line-ns"]
    assert [len(trace.x) for trace in strokes] == [32, 32]
    assert min(strokes[0].x) > 50 > max(strokes[1].x)


def test_the_rank_correlation_of_perfect_personas_beats_chance(typed: Record) -> None:
    shown = assigned_shown.effects(typed, **PLACE, level="domain", persona_set="mbti_16")
    assert len(shown.table) == 4 and (shown.table["spearman"] > 0.8).all()


def test_who_answers_at_random_has_no_effect_beyond_chance_on_most_axes(typed: Record) -> None:
    place = PLACE | {"model": "simulated:uniform"}
    table = assigned_shown.effects(typed, **place, level="domain", persona_set="mbti_16").table
    assert (table["d_ddof1"].abs() < table["null95"]).sum() >= 3


def test_a_set_without_a_level_of_what_is_measured_is_not_offered(typed: Record) -> None:
    assert assigned_shown.sets(typed, **PLACE) == ["mbti_16"]
    said = {"inventory": "bfi44", "model": "simulated:perfect", "ask": "likelihood: raw"}
    assert profiles.people(typed, **said)["pole"].isna().all()
    assert assigned_shown.sets(typed, **said) == []
