"""A pilot: a crossed part of a study, asked first; what it tells of the cost of the rest, and of what it will buy."""

import json
from collections import Counter

import pytest

from psychometrics import d_study
from traitscope import buying, cost, pilot, planning
from traitscope.cli import main
from traitscope.interviews import interviews
from traitscope.record import Record
from traitscope.runner import Options, Responders, run
from traitscope.sample import record_sample
from traitscope.statistics.found import domains
from traitscope.statistics.generalizability import study_of
from traitscope.study import load_study
from traitscope.study_file import StudyError

FORMS = """
seed = 3
models = [{ name = "simulated:person", parameters = { noise = 0.6 } }]
inventories = ["bfi44", "sd3"]
personas = [{ set = "big_five_32" }]
[[asks]]
reply = "text"
vary = { options = ["printed", "reversed"], labels = ["arabic", "upper"], items = ["printed", "shuffled"] }
"""
DRAWS = FORMS.replace('vary = { options = ["printed", "reversed"], labels = ["arabic", "upper"], items = ["printed", "shuffled"] }',
                      "replicates = 6")  # fmt: skip
PAID = """
models = [{ name = "NAME", temperature = 1.0, price = { input = 1.0, output = 4.0 } }]
inventories = ["tipi"]
personas = [{ set = "big_five_32" }]
[[asks]]
reply = "text"
vary = { labels = ["arabic", "upper"] }
"""


def abilities(study, folder):
    return Responders(study, folder).abilities(study.models)


def planned(study, folder):
    return list(interviews(study, abilities(study, folder)))


def cells(sittings) -> dict[str, Counter]:
    """By inventory: persona -> how many forms and draws."""
    found: dict[str, Counter] = {}
    for each in sittings:
        found.setdefault(each.inventory, Counter())[each.persona] += 1
    return found


def calls(folder) -> set[str]:
    with Record(folder).store() as store:
        names, rows = store.table("calls")
    return {row[names.index("trial")] for row in rows}


@pytest.mark.parametrize("text", [FORMS, DRAWS])
@pytest.mark.parametrize("share", [0.001, 0.05, 0.2, 0.3, 0.8, 1])
def test_a_pilot_crosses_personas_with_forms_and_is_no_smaller_than_its_share(text, share, study_file, tmp_path):
    everything = planned(load_study(study_file(text)), tmp_path)
    found = pilot.chosen(everything, share)
    chosen = [each.sitting for each in everything if each.sitting.id in found]
    assert len(found) == len(chosen)
    for name, personas in cells(chosen).items():
        whole = sum(each.sitting.inventory == name for each in everything)
        assert len(personas) >= 3
        assert len(set(personas.values())) == 1, "crossed: everybody in the same forms"
        least = 6 if share == 0.001 else share * whole
        assert least <= sum(personas.values()) <= least + max(personas.values()) + (whole / 4 if share > 0.2 else 0)


def test_a_small_share_of_many_forms_is_not_the_whole_study(study_file, tmp_path):
    text = DRAWS.replace("replicates = 6", "replicates = 100").replace('"bfi44", "sd3"', '"tipi"')
    text = text.replace('{ set = "big_five_32" }', '"none"')
    everything = planned(load_study(study_file(text)), tmp_path)
    assert len(everything) == 100
    assert len(pilot.chosen(everything, 0.05)) == 5


def test_a_pilot_has_other_forms_before_further_draws_of_one(study_file, tmp_path):
    text = FORMS.replace('"bfi44", "sd3"', '"bfi44"') + "replicates = 5\n"
    everything = planned(load_study(study_file(text)), tmp_path)
    found = pilot.chosen(everything, 0.01)
    some = {(each.sitting.form.name(), each.sitting.replicate) for each in everything if each.sitting.id in found}
    assert len({form for form, _ in some}) == 2 and {draw for _, draw in some} == {1}


def test_asks_that_share_persona_and_form_are_both_in_a_pilot(study_file, tmp_path):
    text = FORMS.replace('"bfi44", "sd3"', '"bfi44"').partition("[[asks]]")[0]
    text += "[[asks]]\nitems = ['bfi44_01', 'bfi44_02']\n[[asks]]\nitems = ['bfi44_03', 'bfi44_04']\n"
    everything = planned(load_study(study_file(text)), tmp_path)
    assert len(everything) == 64
    assert pilot.chosen(everything, 1) == {each.sitting.id for each in everything}
    assert 6 <= len(pilot.chosen(everything, 0.05)) <= 8


def test_a_pilot_is_the_same_every_time_and_for_every_model(study_file, tmp_path):
    text = FORMS.replace("models = [", 'models = ["simulated:uniform", ')
    everything = planned(load_study(study_file(text)), tmp_path)
    found = pilot.chosen(everything, 0.1)
    assert found == pilot.chosen(reversed(everything), 0.1)
    chosen = [each.sitting for each in everything if each.sitting.id in found]
    seen = {model: sorted((each.persona, each.form.name(), each.replicate, each.inventory) for each in chosen if each.model == model)
            for model in ("simulated:uniform", "simulated:person")}  # fmt: skip
    assert seen["simulated:uniform"] == seen["simulated:person"]


@pytest.mark.parametrize("share", [0, -0.1, 1.01, float("nan")])
def test_a_share_is_above_0_and_up_to_1(share, study_file, tmp_path):
    with pytest.raises(StudyError, match="--pilot: a share above 0 and up to 1"):
        run(load_study(study_file(FORMS)), tmp_path / "r", options=Options(pilot=share))


def test_the_full_run_after_a_pilot_asks_the_rest_alone(fault_server, study_file, tmp_path):
    server, folder = fault_server(), tmp_path / "r"
    path = study_file(PAID.replace("NAME", server.model), "paid.toml")
    assert main(["run", str(path), "--record", str(folder), "--pilot", "0.1"]) == 0
    first, counts = calls(folder), Record(folder).progress()
    assert 64 <= len(first) == counts["done"] < counts["trials"] == 640
    assert main(["run", str(path), "--record", str(folder), "--pilot", "0.1"]) == 0
    assert calls(folder) == first
    assert main(["run", str(path), "--record", str(folder)]) == 0
    with Record(folder).store() as store:
        assert len(store.table("calls")[1]) == 640
    assert server.stats()["answered_twice"] == 0


def test_after_a_pilot_the_forecast_is_narrower_and_holds_the_final_cost(fault_server, study_file, tmp_path, capsys):
    server, folder = fault_server("--prose", "0.3"), tmp_path / "r"
    path = study_file(PAID.replace("NAME", server.model), "paid.toml")
    study = load_study(path)
    before = cost.total(planning.forecast(study, abilities(study, folder), folder))
    assert main(["run", str(path), "--record", str(folder), "--pilot", "0.1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (row,) = told["pilot"]["forecast"]
    assert row["basis"].startswith("measured on ") and row["calls"] == 640 - told["done"]
    assert main(["run", str(path), "--record", str(folder), "--json"]) == 0
    rest = json.loads(capsys.readouterr().out)["spent_usd"] - told["spent_usd"]
    assert row["usd"]["low"] <= rest <= row["usd"]["high"]
    assert row["usd"]["high"] - row["usd"]["low"] < (before.high - before.low) / 2


def test_a_pilot_tells_the_tokens_of_longer_personas_and_of_larger_blocks_too(study_file, tmp_path):
    text = FORMS.replace("vary = {", "vary = { items_per_prompt = [1, 2, 5, 11],").replace(
        '{ set = "big_five_32" }', '"none", { set = "big_five_32" }'
    )
    study = load_study(study_file(text.replace(', labels = ["arabic", "upper"], items = ["printed", "shuffled"]', "")))
    everything, models = planned(study, tmp_path), {each.name: each for each in study.models}

    def taken(interview):
        prompts = list(cost.prompts_of(interview))
        told = sum(len(each.content.encode()) / 3.7 + 5 for prompt in prompts for each in prompt.messages)
        return cost.Measured(len(prompts), told, 2.0 * len(interview.inventory.items), 0.0)

    first = pilot.chosen(everything, 0.1)
    known = {each.sitting.id: taken(each) for each in everything if each.sitting.id in first}
    rest = [taken(each) for each in everything if each.sitting.id not in first]
    able = abilities(study, tmp_path)
    (row,) = cost.forecast(everything, models, able, known)
    (assumed,) = cost.forecast([each for each in everything if each.sitting.id not in first], models, able)
    assert row.calls == assumed.calls == sum(each.calls for each in rest)
    for name in ("tokens_in", "tokens_out"):
        due, after, before = sum(getattr(each, name) for each in rest), getattr(row, name), getattr(assumed, name)
        assert after.low <= due <= after.high
        assert after.high - after.low < (before.high - before.low) / 4


def test_a_pilot_prints_what_the_rest_costs_and_buys(fault_server, study_file, tmp_path, capsys):
    path = study_file(PAID.replace("NAME", fault_server().model), "paid.toml")
    assert main(["run", str(path), "--record", str(tmp_path / "r"), "--pilot", "0.2"]) == 0
    out = capsys.readouterr().out
    for part in ("PILOT done", "COST of what is still to be asked", "measured on", "D-STUDY", "phi then", "2 -> 2"):
        assert part in out


@pytest.mark.parametrize(("text", "forms", "draws"), [(FORMS, "2 -> 8", "1 -> 1"), (DRAWS, "1 -> 1", "2 -> 6")])
def test_the_d_study_tells_what_more_forms_or_draws_buy(text, forms, draws, study_file, tmp_path):
    study = load_study(study_file(text))
    record = run(study, tmp_path / "r", options=Options(pilot=0.1))
    told, _ = planning.piloted(record, study)
    assert len(told["d_study"]) == 5 + 3
    assert {(row["forms"], row["draws"]) for row in told["d_study"]} == {(forms, draws)}
    facet, size = ("form", 8) if text is FORMS else ("draw", 6)
    for name in ("bfi44", "sd3"):
        sample = record_sample(record, record.inventory(name))
        for scale in domains(sample):
            known = study_of(sample, scale, interval="none")
            (row,) = (each for each in told["d_study"] if (each["inventory"], each["scale"]) == (name, scale))
            now, then = d_study(known, {}).iloc[0], d_study(known, {facet: [size]}).iloc[0]
            assert row["phi"] == pytest.approx(now["phi"], nan_ok=True) or now["phi"] != now["phi"]
            assert row["phi_then"] == pytest.approx(then["phi"]) or then["phi"] != then["phi"]
            assert row["n_persons"] >= 3


def test_a_pilot_without_ratings_has_no_d_study(study_file, tmp_path):
    text = FORMS.partition("reply")[0] + 'elicitation = "likelihood"\n'
    study = load_study(study_file(text))
    told, shown = planning.piloted(run(study, tmp_path / "r", options=Options(pilot=0.1)), study)
    assert told["d_study"] == [] and "D-STUDY" not in shown


@pytest.mark.parametrize("elicitation", ["rating", "choice"])
def test_scenarios_have_a_d_study_of_their_choices_alone(elicitation, study_file, tmp_path):
    text = FORMS.replace('"bfi44", "sd3"', '"scenarios_sd3"').partition("vary")[0]
    study = load_study(study_file(f'{text}elicitation = "{elicitation}"\nreplicates = 3\n'))
    told, _ = planning.piloted(run(study, tmp_path / "r", options=Options(pilot=0.1)), study)
    assert bool(told["d_study"]) == (elicitation == "choice")


def test_a_model_that_has_not_answered_yet_has_no_d_study(fault_server, study_file, tmp_path):
    text = PAID.replace("models = [", 'models = ["simulated:person", ').replace("NAME", fault_server().model)
    study = load_study(study_file(text))
    record = run(study, tmp_path / "r", options=Options(pilot=0.1, max_cost=1e-6))
    told, _ = planning.piloted(record, study)
    assert {row["model"] for row in told["d_study"]} == {"simulated:person"}


def bought(record, study, folder):
    return buying.expected(record, planned(study, folder))["note"]


def test_a_pilot_with_one_draw_or_one_form_says_that_more_of_them_cannot_be_told(study_file, tmp_path):
    forms, draws = (each.replace('"bfi44", "sd3"', '"bfi44"') for each in (FORMS, DRAWS))
    both = load_study(study_file(forms + "replicates = 2\n"))
    for text, one, other in ((forms, "draw", "form"), (draws, "form", "draw")):
        study = load_study(study_file(text))
        record = run(study, tmp_path / one, options=Options(pilot=0.001))
        for note in bought(record, both, tmp_path):
            assert f"one {one} in the pilot: what more {one}s buy cannot be told" in note
            assert f"more {other}s" not in note
        assert not any("cannot be told" in note for note in bought(record, study, tmp_path))


def test_a_pilot_of_few_persons_is_called_rough(study_file, tmp_path):
    study = load_study(study_file(FORMS.replace('"bfi44", "sd3"', '"sd3"')))
    few = bought(run(study, tmp_path / "few", options=Options(pilot=0.01)), study, tmp_path)
    assert all(note.endswith("rough: 3 persons") for note in few)
    many = bought(run(study, tmp_path / "many", options=Options(pilot=0.1)), study, tmp_path)
    assert not any("rough" in note for note in many)


def test_a_pilot_whose_draws_are_copies_tells_nothing_of_other_draws(study_file, tmp_path):
    text = DRAWS.replace("noise = 0.6", "noise = 0").replace('"bfi44", "sd3"', '"bfi44"')
    study = load_study(study_file(text))
    notes = bought(run(study, tmp_path / "r", options=Options(pilot=0.1)), study, tmp_path)
    assert all("draws of the pilot are copies" in note for note in notes)
