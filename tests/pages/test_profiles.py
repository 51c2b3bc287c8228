"""What a profile says is what the scores say, and its figures draw no more than that."""

from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest
from scipy import stats

from traitscope import analysis, figures, profiles
from traitscope.record import Record

PLACE = {"inventory": "tipi", "model": "simulated:person", "ask": "rating: chosen", "level": "domain"}


@pytest.fixture(scope="module")
def full(runs: Path) -> profiles.Profiles:
    return profiles.read(Record(runs / "full"))


@pytest.fixture(scope="module")
def likelihood(runs: Path) -> profiles.Profiles:
    return profiles.read(Record(runs / "likelihood"))


@pytest.fixture(scope="module")
def scores(runs: Path) -> pd.DataFrame:
    table = analysis.scores(Record(runs / "full"))
    return table.query("model == 'simulated:person' and inventory == 'tipi' and version == 'chosen' and scale == 'E'")


def line(table: pd.DataFrame, scale: str = "E") -> pd.Series:
    return table[table["scale"] == scale].iloc[0]


def test_one_persona_has_the_t_interval_over_its_sittings(full: profiles.Profiles, scores: pd.DataFrame) -> None:
    own = scores[scores["persona"] == "E+A+C+N+O+"]["pomp"]
    low, high = stats.t.interval(0.95, len(own) - 1, own.mean(), stats.sem(own))
    found = line(profiles.profile(full, ["E+A+C+N+O+"], **PLACE))
    assert (found["n_persons"], found["n_sittings"]) == (1, 4)
    assert found[["value", "low", "high"]].tolist() == pytest.approx([own.mean(), max(low, 0), min(high, 100)])


def test_a_group_has_the_t_interval_over_its_personas(full: profiles.Profiles, scores: pd.DataFrame) -> None:
    people = scores[scores["assigned"] == 1].groupby("persona")["pomp"].mean()
    low, high = stats.t.interval(0.95, len(people) - 1, people.mean(), stats.sem(people))
    found = line(profiles.profile(full, ["big_five_32: assigned high"], **PLACE))
    assert (found["n_persons"], found["assigned"]) == (8, "high")
    assert found[["value", "low", "high"]].tolist() == pytest.approx([people.mean(), max(low, 0), min(high, 100)])


def test_a_scale_that_counts_the_other_way_is_low_where_the_trait_was_assigned_high(full: profiles.Profiles) -> None:
    found = line(profiles.profile(full, ["E+A+C+N+O+"], **PLACE), "ES")
    assert found["assigned"] == "low"


def test_a_single_sitting_has_no_interval_and_says_why(likelihood: profiles.Profiles) -> None:
    found = line(profiles.profile(likelihood, ["bare model"], **PLACE))
    assert pd.isna(found["low"]) and found["note"] == "1 sitting; an interval needs 3"


def test_likelihoods_have_no_pomp_and_no_norm(likelihood: profiles.Profiles) -> None:
    found = line(profiles.profile(likelihood, ["bare model"], **PLACE | {"ask": "likelihood: double_centred"}))
    assert found[["pomp", "t", "percentile"]].isna().all()
    assert "no common metric" in found["unit"]


def test_what_is_one_constant_answer_is_offered_last(runs: Path, full: profiles.Profiles) -> None:
    people = full.people
    found = profiles.options(people, "ask", inventory="tipi", model="simulated:first_option")
    assert found == ["rating: chosen", "rating: expected"]
    mixed = people[people["model"] == "simulated:person"].copy()
    mixed.loc[mixed["ask"] == "rating: chosen", "constant"] = True
    assert profiles.options(mixed, "ask")[0] == "rating: expected"


def test_a_constant_answer_is_no_norm_score(full: profiles.Profiles) -> None:
    table = profiles.profile(full, ["big_five_32: all"], **PLACE | {"model": "simulated:first_option"})
    assert table["constant"].all()
    assert table[["low", "high", "t", "percentile"]].isna().all(axis=None)
    assert set(table["note"]) == {"16 of 16 personas gave one constant answer"}
    assert set(table["reliability"]) == {"not estimable: no total differs between the personas"}


def test_an_inventory_without_assigned_traits_offers_its_sets_whole(full: profiles.Profiles) -> None:
    offered, first = profiles.groups(profiles.where_all(full.people, inventory="sdrs5", model="simulated:person"))
    assert first == ["bare model", "big_five_32: all"]
    assert "big_five_32: assigned high" not in offered


def test_every_code_in_a_note_becomes_words(full: profiles.Profiles, likelihood: profiles.Profiles) -> None:
    told = [*profiles.reliability(full, **PLACE)["note"], *profiles.effects(likelihood)["note"]]
    assert told and not any("_" in each for each in told)


def drawn(figure: go.Figure) -> list[go.Scatter]:
    return [trace for trace in figure.data if trace.showlegend is not False]


def test_a_radar_draws_a_closed_line_for_each_group(full: profiles.Profiles) -> None:
    table = profiles.profile(full, ["bare model", "big_five_32: assigned high"], **PLACE)
    figure = figures.radar(table, "Where?")
    assert [trace.name for trace in drawn(figure)] == ["bare model", "big_five_32: assigned high"]
    assert all(len(trace.r) == 6 and trace.r[0] == trace.r[-1] for trace in drawn(figure))
    assert figure.layout.polar.radialaxis.range == (0, 100)


def test_a_radar_draws_no_shape_of_a_constant_answer(full: profiles.Profiles) -> None:
    table = profiles.profile(full, ["bare model"], **PLACE | {"model": "simulated:first_option"})
    (trace,) = drawn(figures.radar(table, "Where?"))
    assert trace.name == "bare model (constant answers)"
    assert all(value is None for value in trace.r)


def test_dots_draw_the_interval_and_name_the_axis(full: profiles.Profiles) -> None:
    table = profiles.profile(full, ["big_five_32: assigned low"], **PLACE)
    figure = figures.dots(table, "How sure?")
    (trace,) = drawn(figure)
    assert list(trace.error_x.array) == pytest.approx(list(table["high"] - table["value"]))
    assert list(trace.error_x.arrayminus) == pytest.approx(list(table["value"] - table["low"]))
    assert set(trace.marker.symbol) == {"triangle-down"}
    assert figure.layout.xaxis.title.text == "POMP: percent of the maximum possible score"
    assert [text.replace("<br>", " ") for text in figure.layout.yaxis.ticktext] == list(table["name"])


def test_the_axis_of_likelihoods_has_zero_in_the_middle(likelihood: profiles.Profiles) -> None:
    table = profiles.profile(likelihood, ["bare model"], **PLACE | {"ask": "likelihood: double_centred"})
    low, high = figures.dots(table, "How sure?").layout.xaxis.range
    assert low == pytest.approx(-high) and high > table["value"].abs().max()


def test_a_figure_without_answers_says_so(full: profiles.Profiles) -> None:
    table = profiles.profile(full, ["bare model"], **PLACE | {"model": "simulated:refuser"})
    for draw in (figures.radar, figures.dots):
        assert "No usable answer yet" in [note.text for note in draw(table, "Where?").layout.annotations]


def test_a_name_with_markup_is_drawn_as_text(full: profiles.Profiles) -> None:
    table = profiles.profile(full, ["bare model"], **PLACE).assign(group="<a href='x'>me</a>")
    for draw in (figures.radar, figures.dots):
        assert drawn(draw(table, "Where?"))[0].name == "&lt;a href='x'&gt;me&lt;/a&gt;"


def test_many_scales_are_named_by_their_codes_round_a_radar() -> None:
    rows = [{"group": "me", "scale": f"F{place}", "name": f"Facet {place}", "value": 50.0} for place in range(30)]
    table = pd.DataFrame(rows).assign(unit="POMP", constant=False)
    (trace,) = drawn(figures.radar(table, "Where?"))
    assert trace.theta[:2] == ("F0", "F1")


def test_levels_are_named_from_low_to_high_in_the_direction_of_the_scale(runs: Path) -> None:
    found = profiles.read(Record(runs / "graded"))
    names, first = profiles.groups(found.people)
    assert first == ["big_five_graded: assigned high", "big_five_graded: assigned low"]
    assert names[1] == "big_five_graded: assigned level 8 of 9"
    table = profiles.profile(found, first, **PLACE)
    assert set(table["n_persons"]) == {1}


def test_as_many_groups_as_can_be_chosen_have_each_its_own_colour() -> None:
    assert len(set(figures.COLOURS)) == len(set(figures.DASHES)) == profiles.MOST_GROUPS
