"""What a profile says is what the scores say, and its figures draw no more than that."""

from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest
from scipy import stats

from traitscope import analysis, estimates, figures, places
from traitscope.figures import style
from traitscope.findings import findings
from traitscope.record import Record
from traitscope.results import assigned_shown, profiles, profiles_shown, profiles_told

PLACE = {"inventory": "tipi", "model": "simulated:person", "ask": "rating: chosen"}
DOMAINS = PLACE | {"level": "domain"}


@pytest.fixture(scope="module")
def full(runs: Path) -> Record:
    return Record(runs / "full")


@pytest.fixture(scope="module")
def likelihood(runs: Path) -> Record:
    return Record(runs / "likelihood")


@pytest.fixture(scope="module")
def scores(runs: Path) -> pd.DataFrame:
    table = analysis.scores(Record(runs / "full"))
    return table.query("model == 'simulated:person' and inventory == 'tipi' and version == 'chosen' and scale == 'E'")


def line(table: pd.DataFrame, scale: str = "E") -> pd.Series:
    return table[table["scale"] == scale].iloc[0]


def test_one_persona_has_the_t_interval_over_its_sittings(full: Record, scores: pd.DataFrame) -> None:
    own = scores[scores["persona"] == "E+A+C+N+O+"]["pomp"]
    low, high = stats.t.interval(0.95, len(own) - 1, own.mean(), stats.sem(own))
    found = line(profiles.profile(full, ["E+A+C+N+O+"], **DOMAINS))
    assert (found["n_persons"], found["n_sittings"]) == (1, 4)
    assert found[["value", "low", "high"]].tolist() == pytest.approx([own.mean(), max(low, 0), min(high, 100)])


def test_a_group_has_the_t_interval_over_its_personas(full: Record, scores: pd.DataFrame) -> None:
    people = scores[scores["assigned"] == 1].groupby("persona")["pomp"].mean()
    low, high = stats.t.interval(0.95, len(people) - 1, people.mean(), stats.sem(people))
    found = line(profiles.profile(full, ["big_five_32: assigned high"], **DOMAINS))
    assert (found["n_persons"], found["assigned"]) == (8, "high")
    assert found[["value", "low", "high"]].tolist() == pytest.approx([people.mean(), max(low, 0), min(high, 100)])


def test_a_scale_that_counts_the_other_way_is_low_where_the_trait_was_assigned_high(full: Record) -> None:
    found = line(profiles.profile(full, ["E+A+C+N+O+"], **DOMAINS), "ES")
    assert found["assigned"] == "low"


def test_a_single_sitting_has_no_interval_and_says_why(likelihood: Record) -> None:
    found = line(profiles.profile(likelihood, ["bare model"], **DOMAINS))
    assert pd.isna(found["low"]) and found["note"] == "1 sitting; an interval needs 3"


def test_likelihoods_have_no_pomp_and_no_norm(likelihood: Record) -> None:
    found = line(profiles.profile(likelihood, ["bare model"], **DOMAINS | {"ask": "likelihood: double_centred"}))
    assert found[["pomp", "t", "percentile"]].isna().all()
    assert "no common metric" in found["unit"]


def test_what_is_one_constant_answer_is_known_as_such(full: Record) -> None:
    found = places.places(full).query("inventory == 'tipi'").set_index(["model", "ask"])["constant"]
    assert found["simulated:first_option"].all() and not found["simulated:person"].any()
    assert places.options(full, "ask", inventory="tipi", model="simulated:first_option") == [
        "rating: chosen",
        "rating: expected",
    ]


def test_a_constant_answer_is_no_norm_score(full: Record) -> None:
    table = profiles.profile(full, ["big_five_32: all"], **DOMAINS | {"model": "simulated:first_option"})
    assert table["constant"].all()
    assert table[["low", "high", "t", "percentile"]].isna().all(axis=None)
    assert set(table["note"]) == {"16 of 16 personas gave one constant answer"}
    assert set(table["reliability"]) == {"not estimable: no total differs between the personas"}


def test_an_inventory_without_assigned_traits_offers_its_sets_whole(full: Record) -> None:
    offered, first = profiles.groups(profiles.people(full, **PLACE | {"inventory": "sdrs5"}))
    assert first == ["bare model", "big_five_32: all"]
    assert "big_five_32: assigned high" not in offered


def test_every_code_in_a_note_becomes_words(likelihood: Record) -> None:
    said = PLACE | {"ask": "likelihood: double_centred"}
    shown = [profiles_shown.reliability(likelihood, **said, level="domain")]
    shown += [assigned_shown.effects(likelihood, **said, level="domain", persona_set="big_five_32")]
    told = [note for each in shown for note in each.table["note"] if note]
    assert any("scales are not independent" in each for each in told)
    assert not any("_" in each for each in told)


def drawn(figure: go.Figure) -> list[go.Scatter]:
    return [trace for trace in figure.data if trace.showlegend is not False]


def test_a_radar_draws_a_closed_line_for_each_group(full: Record) -> None:
    table = profiles.profile(full, ["bare model", "big_five_32: assigned high"], **DOMAINS)
    figure = figures.radar(table, "Where?")
    assert [trace.name for trace in drawn(figure)] == ["bare model", "big_five_32: assigned high"]
    assert all(len(trace.r) == 6 and trace.r[0] == trace.r[-1] for trace in drawn(figure))
    assert figure.layout.polar.radialaxis.range == (0, 100)


def test_a_radar_draws_no_shape_of_a_constant_answer(full: Record) -> None:
    table = profiles.profile(full, ["bare model"], **DOMAINS | {"model": "simulated:first_option"})
    (trace,) = drawn(figures.radar(table, "Where?"))
    assert trace.name == "bare model (constant answers)"
    assert all(value is None for value in trace.r)


def test_dots_draw_the_interval_and_name_the_axis(full: Record) -> None:
    table = profiles.profile(full, ["big_five_32: assigned low"], **DOMAINS)
    figure = figures.dots(table, "How sure?")
    (trace,) = drawn(figure)
    assert list(trace.error_x.array) == pytest.approx(list(table["high"] - table["value"]))
    assert list(trace.error_x.arrayminus) == pytest.approx(list(table["value"] - table["low"]))
    assert set(trace.marker.symbol) == {"triangle-down"}
    assert figure.layout.xaxis.title.text.replace("<br>", " ") == "POMP: percent of the maximum possible score"
    assert [text.replace("<br>", " ") for text in figure.layout.yaxis.ticktext] == list(table["name"])


def test_the_axis_of_likelihoods_has_zero_in_the_middle(likelihood: Record) -> None:
    table = profiles.profile(likelihood, ["bare model"], **DOMAINS | {"ask": "likelihood: double_centred"})
    low, high = figures.dots(table, "How sure?").layout.xaxis.range
    assert low == pytest.approx(-high) and high > table["value"].abs().max()


def test_a_figure_without_answers_says_so(full: Record) -> None:
    table = profiles.profile(full, ["bare model"], **DOMAINS | {"model": "simulated:refuser"})
    for draw in (figures.radar, figures.dots):
        assert "No usable answer yet" in [note.text for note in draw(table, "Where?").layout.annotations]


def test_a_name_with_markup_is_drawn_as_text(full: Record) -> None:
    table = profiles.profile(full, ["bare model"], **DOMAINS).assign(group="<a href='x'>me</a>")
    for draw in (figures.radar, figures.dots):
        assert drawn(draw(table, "Where?"))[0].name == "&lt;a href='x'&gt;me&lt;/a&gt;"


def test_many_scales_are_named_by_their_codes_round_a_radar() -> None:
    rows = [{"group": "me", "scale": f"F{place}", "name": f"Facet {place}", "value": 50.0} for place in range(30)]
    table = pd.DataFrame(rows).assign(unit="POMP", constant=False)
    (trace,) = drawn(figures.radar(table, "Where?"))
    assert trace.theta[:2] == ("F0", "F1")


def test_levels_are_named_from_low_to_high_in_the_direction_of_the_scale(runs: Path) -> None:
    found = Record(runs / "graded")
    names, first = profiles.groups(profiles.people(found, **PLACE))
    assert first == ["big_five_graded: assigned high", "big_five_graded: assigned low"]
    assert names[1] == "big_five_graded: assigned level 8 of 9"
    table = profiles.profile(found, first, **DOMAINS)
    assert set(table["n_persons"]) == {1}


def test_all_personas_stand_by_set_and_assigned_level_with_the_bare_model_first(full: Record) -> None:
    shown = profiles_shown.everybody(full, **DOMAINS)
    (cells,) = [trace for trace in shown.figure.data if trace.type == "heatmap"]
    names = list(shown.figure.layout.yaxis.ticktext)
    assert len(names) == 17 and names[0] == "bare model"
    assert names[1:9] == sorted(names[1:9], key=lambda name: name[1] != "+") and all(
        "E+" in name for name in names[1:9]
    )
    table = shown.table.set_index(["label", "name"])["value"]
    across = list(dict.fromkeys(shown.table["name"]))
    assert list(cells.z[3]) == pytest.approx([table[names[3], each] for each in across])


def test_a_radar_needs_three_scales(full: Record) -> None:
    place = PLACE | {"inventory": "sdrs5"}
    table = profiles.profile(full, ["bare model"], **place, level="domain")
    shown = profiles_shown.shape(full, table, **place)
    assert shown.figure is None and shown.missing.startswith("A radar needs 3 scales")


def test_the_finding_of_a_place_is_that_of_the_whole_record(likelihood: Record) -> None:
    whole = findings(likelihood, estimates.tables(likelihood))
    told = [profiles_told.finding(likelihood, **PLACE | {"ask": ask}) for ask in ("rating: chosen", "likelihood: raw")]
    assert [each.split(" - ", 1)[1] for each in whole] == told


def test_as_many_groups_as_can_be_chosen_have_each_its_own_colour() -> None:
    assert len(set(style.COLOURS)) == len(set(style.DASHES)) == len(set(style.SYMBOLS)) == profiles.MOST_GROUPS
