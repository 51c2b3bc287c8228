"""Interaction: what a task adds to every trait is found in the paired change, and nothing is where it adds nothing."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from imitations import serving
from recipes_held import answering, exhibits, held, table, with_parameters

from inventories.responder import About, Shown
from traitscope import recipe_file, tables
from traitscope.recipe_records import stage
from traitscope.record import Record
from traitscope.responders.simulated import SimulatedResponder
from traitscope.results import change_shown
from traitscope.study_file import study_file

PERSON = {"effect": 0.6, "trait_sd": 0.5, "item_sd": 0.2, "noise": 0.3}
PERSONS = 2 * recipe_file.load("interaction").small["personas"][0]["times_n"]
PLACE = ("bfi10", "simulated:person", "rating: chosen")


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return held(tmp_path_factory.mktemp("moved"), "interaction", with_parameters("person", task_shift=0.5, **PERSON))


def expected_shift(record: Record, shift: float) -> float:
    """Mean change over persons and items, in the inventory's own metric, by the model that the persons answer by."""
    person = SimulatedResponder("person", {"task_shift": shift, **PERSON})
    found = []
    for each in record.manifest.personas.values():
        for item in record.inventory("bfi10").items:
            scale = record.inventory("bfi10").scale(str(item.scale))
            shown = Shown(item.id, scale.trait, item.key, (1, 2, 3, 4, 5))
            before, after = (
                sum(value * chance for value, chance in person.true_chances(about, shown).items())
                for about in (About(each.id, each.assigned), About(each.id, each.assigned, again=1))
            )
            found.append(item.key * (after - before))
    return float(np.mean(found))


def test_what_a_task_adds_is_found_on_every_scale_and_about_as_large_as_it_is(moved: Record) -> None:
    found = table(exhibits("interaction", moved), "paired_change")
    assert found["condition"].to_list() == [change_shown.ALONE] * 5 + [change_shown.TOGETHER] * 5
    assert (found["n_persons"] == PERSONS).all() and (found["mean_shift"] > 0).all() and (found["d_z"] > 0).all()
    assert (found["after"] - found["before"]).to_numpy() == pytest.approx(found["mean_shift"].to_numpy())
    expected = expected_shift(moved, 0.5)
    assert 0.3 < expected < 0.4  # a threshold every 4/3 units of the trait
    assert found["mean_shift"].mean() == pytest.approx(expected, abs=0.1)
    assert (found["p"] < 0.05).sum() >= 8 and (found["d_z_low"] < found["d_z"]).all()


def test_where_the_task_adds_nothing_nothing_changes(tmp_path: Path) -> None:
    record = held(tmp_path, "interaction", with_parameters("person", task_shift=0.0, **(PERSON | {"noise": 0})))
    found = table(exhibits("interaction", record), "paired_change")
    assert set(found["mean_shift"]) == {0.0} == set(found["d_av"]) and found[["d_z", "p"]].isna().all(axis=None)
    assert set(found["note"]) == {"nothing differs between the personas"}


def test_noise_between_two_times_is_no_change(tmp_path: Path) -> None:
    record = held(tmp_path, "interaction", with_parameters("person", **(PERSON | {"noise": 1.0})))
    found = table(exhibits("interaction", record), "paired_change")
    assert (found["d_z_low"] < 0).all() and (found["d_z_high"] > 0).all() and (found["p"] > 0.05).all()


def test_the_gap_of_the_groups_stays_and_is_that_of_creative_less_analytic(moved: Record) -> None:
    (shown,) = [
        each for each in exhibits("interaction", moved)
        if each.name == "group_difference" and each.about["elicitation"] == PLACE[2]
    ]  # fmt: skip
    assert "creative less analytic." in shown.caption
    found = shown.table.set_index(["condition", "name", "when"])
    for condition in (change_shown.ALONE, change_shown.TOGETHER):
        gaps = found.loc[condition]["mean_difference"].unstack("when")
        assert (gaps["before"] > 0.4).all() and (gaps["after"] > 0.4).all()
        assert gaps["change"].to_numpy() == pytest.approx((gaps["after"] - gaps["before"]).to_numpy())
        assert gaps["change"].mean() == pytest.approx(0, abs=0.25)
    changed = found.xs("change", level="when")
    assert (changed["low"] < 0).sum() >= 8 and (changed["high"] > 0).sum() >= 8


def test_d_av_and_the_unpaired_f_are_those_computed_by_hand(moved: Record) -> None:
    found = table(exhibits("interaction", moved), "paired_change").set_index(["condition", "name"])
    scores = change_shown.before_and_after(moved, *PLACE)
    for (condition, name), some in scores.groupby(["condition", "name"]):
        before, after = some["before"].to_numpy(float), some["after"].to_numpy(float)
        variance = (before.var(ddof=1) + after.var(ddof=1)) / 2
        shift = (after - before).mean()
        row = found.loc[(condition, name)]
        assert row["d_av"] == pytest.approx(shift / math.sqrt(variance))
        assert row["d_z"] == pytest.approx(shift / (after - before).std(ddof=1))
        assert row["f"] == pytest.approx(PERSONS / 2 * shift**2 / variance)


def test_the_scores_before_are_those_of_the_record_without_the_items_asked_again(moved: Record) -> None:
    scores = tables.scores(moved)
    chosen = scores[scores["version"] == "chosen"].set_index(["persona", "scale"])["score"]
    some = change_shown.before_and_after(moved, *PLACE)
    alone = some[some["condition"] == change_shown.ALONE].set_index(["person", "scale"])["before"]
    assert len(chosen) == len(alone) == PERSONS * 5 and (chosen.sort_index() == alone.sort_index()).all()


def test_everybody_reads_one_text_of_the_other_group_whole_and_answers_about_themselves(tmp_path: Path) -> None:
    def tell(messages: list[str]) -> str:
        if "share a personal story" in messages[-1]:
            group = "analytic" if "introverted" in messages[0] else "creative"
            return f"A {group} {{text}} of {{persona}} by {messages[0][:30]}."
        return "5" if "Your partner has shared" in " ".join(messages) else "2"

    with serving(answering(tell)) as served:
        record = held(tmp_path, "interaction", served.model)
    chats = [asked["messages"] for _, asked in served.asked if "Your partner" in str(asked.get("messages", [{}])[-1])]
    opened, read = ([messages[place]["content"] for messages in chats] for place in (0, -1))
    assert len(read) == len(set(read)) == PERSONS
    for persona, words in zip(opened, read, strict=True):
        other = "creative" if "introverted" in persona else "analytic"
        assert f"story:\n\nA {other} {{text}} of {{persona}} by " in words and words.count("story:") == 1
    found = change_shown.before_and_after(record, "bfi10", served.model, "rating: chosen").set_index("condition")
    assert (found.loc[change_shown.ALONE, "before"] == found.loc[change_shown.ALONE, "after"]).all()
    extraversion = found[found["scale"] == "E"].loc[change_shown.TOGETHER]
    assert set(extraversion["before"]) == set(extraversion["after"]) == {3.0}  # one item of two is reversed


def test_without_answers_or_without_groups_the_reason_is_told(tmp_path: Path) -> None:
    record = held(tmp_path, "interaction", "simulated:refuser")
    assert all(each.missing for each in exhibits("interaction", record))
    ungrouped = held(tmp_path / "one", "interaction", "simulated:perfect", personas=["big_five_32"])
    assert {each.missing for each in change_shown.groups(ungrouped)} == {change_shown.NO_GROUPS}
    assert set(table(exhibits("interaction", ungrouped), "paired_change")["condition"]) == {change_shown.ALONE}


def test_partners_are_the_same_whoever_has_written_by_now_and_nobody_reads_an_empty_text(tmp_path: Path) -> None:
    with serving(answering(lambda messages: f"By {messages[0]}" if "story" in messages[-1] else "3")) as served:
        full = held(tmp_path / "full", "interaction", served.model)
    silent = next(iter(full.manifest.personas.values()))
    # one of the creative writes no word
    with serving(answering(lambda messages: "..." if messages[0] == silent.text else f"By {messages[0]}")) as served:
        part = held(tmp_path / "part", "interaction", served.model)
    asked = []
    for record in (full, part):
        partner = stage(record, "partner")
        assert partner is not None
        steps = {each.personas[0]: each.steps[0].text for each in study_file(partner.folder / "study.toml").asks}
        asked.append(steps)
    left_out = {persona for persona, text in asked[0].items() if f"By {silent.text}" in text}
    assert len(left_out) == 1 and asked[0].keys() - asked[1].keys() == left_out
    assert all(asked[0][persona] == text for persona, text in asked[1].items())
