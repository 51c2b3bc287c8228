"""The control band holds neutral personas, and what is assigned far from them stands outside."""

import numpy as np
import pandas as pd
import pytest

from traitscope.record import Record
from traitscope.results import control_band, profiles
from traitscope.runner import run
from traitscope.study import load_study

BFI = {"inventory": "bfi44", "model": "simulated:person", "ask": "rating: chosen"}


def people_of(values: list[float], persona_set: str = "controls_30", bare: bool = False) -> pd.DataFrame:
    rows = [{"persona": f"p{place}", "scale": "E", "value": value} for place, value in enumerate(values)]
    return pd.DataFrame(rows).assign(persona_set=persona_set, bare=bare)


def ends(values: list[float]) -> tuple[float, float]:
    (row,) = control_band.band(people_of(values), "controls_30").itertuples()
    return row.band_low, row.band_high


def test_from_ten_on_the_band_is_between_percentiles() -> None:
    # 0 to 40: 2.5 % of 40 steps is one step
    assert ends([float(each) for each in range(41)]) == (1.0, 39.0)


def test_below_ten_the_band_is_from_lowest_to_highest_and_is_called_a_hint() -> None:
    assert ends([30.0, 70.0, 50.0]) == (30.0, 70.0)
    band = control_band.band(people_of([30.0, 70.0, 50.0]), "controls_30")
    table = control_band.placed(pd.DataFrame([profile_row(80.0)]), band)
    told = control_band.told(table, band, "controls_30", ["controls_30", control_band.NONE])
    assert "lowest to highest of 3 neutral personas" in told[0] and "no more than a hint" in told[0]
    assert told[1] == "me: above on Extraversion."


def test_neutral_personas_that_do_not_differ_make_no_band() -> None:
    assert np.isnan(ends([50.0] * 12)).all()
    band = control_band.band(people_of([50.0] * 12), "controls_30")
    assert control_band.placed(pd.DataFrame([profile_row(80.0)]), band)["band"].isna().all()


def test_the_bare_model_counts_among_the_controls() -> None:
    both = pd.concat([people_of([40.0, 60.0]), people_of([90.0], "none", bare=True)])
    (row,) = control_band.band(both, "controls_30").itertuples()
    assert (row.band_low, row.band_high, row.n_controls) == (40.0, 90.0, 3)


def test_a_value_on_the_edge_is_inside_and_a_constant_is_not_placed() -> None:
    band = control_band.band(people_of([40.0, 60.0]), "controls_30")
    rows = [profile_row(value) for value in (39.9, 40.0, 60.0, 60.1)] + [profile_row(99.0) | {"constant": True}]
    sides = control_band.placed(pd.DataFrame(rows), band)["band"]
    assert sides.tolist()[:4] == ["below", "inside", "inside", "above"] and pd.isna(sides[4])


def profile_row(value: float) -> dict[str, object]:
    return {"group": "me", "scale": "E", "name": "Extraversion", "value": value, "constant": False, "n_persons": 1}


@pytest.fixture(scope="module")
def neutral(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Thirty neutral personas, two hundred others whose traits are drawn alike, and sixteen with assigned traits."""
    folder = tmp_path_factory.mktemp("neutral")
    others = ", ".join(f'{{ id = "other_{each}", text = "You are number {each}." }}' for each in range(200))
    (folder / "study.toml").write_text(
        'title = "Neutral"\nseed = 4\ninventories = ["bfi44"]\n'
        'models = [{ name = "simulated:person", parameters = { trait_sd = 0.5 } }]\n'
        f'personas = ["none", "controls_30", {{ set = "big_five_32", fraction = "half" }}, {others}]\n[[asks]]\n',
        "utf-8",
    )
    return run(load_study(folder / "study.toml"), folder / "record")


def test_the_band_holds_most_neutral_personas_and_most_of_others_like_them(neutral: Record) -> None:
    people = profiles.people(neutral, **BFI)
    assert control_band.sets(neutral, people) == ["controls_30", "no band", "study"]
    band = control_band.band(people, "controls_30")
    assert set(band["n_controls"]) == {31}
    inside = control_band.placed(people.assign(group=people["persona"], n_persons=1), band)
    shares = inside.assign(inside=inside["band"] == "inside").groupby("persona_set")["inside"].mean()
    # of 31, one is cut off at each end; of new ones from the same population, 95 % less what so few leave unknown
    assert shares["controls_30"] > 0.92
    assert 0.85 < shares["study"] < 0.99


def test_assigned_traits_leave_the_band_on_the_side_that_was_assigned(neutral: Record) -> None:
    band = control_band.band(profiles.people(neutral, **BFI), "controls_30")
    groups = ["big_five_32: assigned high", "big_five_32: assigned low"]
    placed = control_band.placed(profiles.profile(neutral, groups, **BFI, level="domain"), band)
    sides = placed.groupby("group")["band"].agg(set)
    assert "below" not in sides[groups[0]] and "above" not in sides[groups[1]]
    assert "above" in sides[groups[0]] and "below" in sides[groups[1]]


def test_without_neutral_personas_it_says_how_to_get_them() -> None:
    people = people_of([1.0], "big_five_32")
    table = control_band.placed(pd.DataFrame([profile_row(1.0)]), control_band.band(people, control_band.NONE))
    (told,) = control_band.told(
        table, control_band.band(people, control_band.NONE), control_band.NONE, [control_band.NONE]
    )
    assert '"controls_30"' in told and "study.toml" in told
