"""The parts of a study between file and form."""

from pathlib import Path

import pytest

from inventories.responder import Abilities
from traitscope import cost
from traitscope.design import design_details, designing
from traitscope.design.design_file import BEGINNING, checked, free_name, text
from traitscope.interviews import interviews, seats, summary
from traitscope.study import load_study
from traitscope.study_file import Ask, Model, StudyFile

COUNTED = """
models = ["simulated:person", "simulated:agree"]
inventories = ["tipi", "scenarios_sd3", "oejts12"]
personas = ["none", { set = "big_five_32", fraction = "half" }]
[[asks]]
inventories = ["tipi", "oejts12"]
vary = { items = ["printed", "shuffled"], items_per_prompt = [1, 4], persona_place = ["system", "user"] }
replicates = 2
[[asks]]
inventories = ["tipi"]
personas = ["big_five_32"]
form = { memory = "continued" }
steps = [{ kind = "task", text = "Write a line." }, { kind = "follow_up", text = "Are you sure?" }]
[[asks]]
elicitation = "likelihood"
inventories = ["scenarios_sd3"]
"""


@pytest.mark.parametrize("told", ["a = ", f"a = {'9' * 5000}", f"a = {'[' * 5000}"])
def test_parameters_that_cannot_be_read_are_a_mistake_of_who_typed_them(told: str) -> None:
    with pytest.raises(designing.DesignError, match="model number 1, parameters: "):
        design_details.read(told, "model number 1")


def test_several_levels_vary_one_fixes_and_none_is_as_usual() -> None:
    ask = designing.with_levels(Ask(), {"options": ["printed", "reversed"], "labels": ["upper"]})
    assert (ask.vary, ask.form.labels) == ({"options": ["printed", "reversed"]}, "upper")
    assert designing.with_levels(ask, {"options": [], "labels": []}) == Ask()


def test_a_model_as_usual_is_its_name_alone_and_all_are_in_the_order_of_the_file() -> None:
    base = StudyFile(
        models=["simulated:person", Model("simulated:agree", parameters={"seed": 3})], inventories=["tipi"]
    )
    chosen = [Model("simulated:agree", 0.7, parameters={"seed": 3}), Model("simulated:person")]
    assert designing.models(base, chosen) == [
        "simulated:person", Model("simulated:agree", temperature=0.7, parameters={"seed": 3})
    ]  # fmt: skip


def test_a_level_without_a_number_is_a_mistake_in_words() -> None:
    assert designing.levels_read("extraversion = 1, neuroticism = -1", "x") == {
        "extraversion": 1.0,
        "neuroticism": -1.0,
    }
    with pytest.raises(designing.DesignError, match="'loud' is no level"):
        designing.levels_read("loud", "x")


def test_the_beginning_is_a_study_and_names_only_what_is_not_usual(tmp_path: Path) -> None:
    assert checked(BEGINNING, tmp_path)[1] == ""
    assert "design" not in text(BEGINNING) and "replicates" not in text(BEGINNING)


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    (tmp_path / "my_study").mkdir()
    assert free_name(tmp_path, "my study") == "my_study_2"


def test_counting_by_form_is_counting_every_trial(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(COUNTED, "utf-8")
    study = load_study(path)
    able = {each.name: Abilities(labels=True, likelihood=True) for each in study.models}
    due: dict[tuple[str, str, str], list[int]] = {}
    for each in interviews(study, able):
        row = due.setdefault((each.sitting.model, each.sitting.elicitation, each.sitting.inventory), [0, 0, 0])
        steps = [step for conversation in each.sitting.conversations for step in conversation]
        row[0], row[1], row[2] = row[0] + 1, row[1] + sum(len(step.trials) for step in steps), row[2] + len(steps)
    names = ("model", "elicitation", "inventory", "sittings", "trials", "calls")
    assert [[part[name] for name in names] for part in summary(study, able)["parts"]] == [[*key, *row] for key, row in due.items()]  # fmt: skip
    assert [each.id for each in seats(study, able)] == [each.sitting.id for each in interviews(study, able)]


def test_a_forecast_by_shapes_is_the_sum_over_every_prompt(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(
        COUNTED.replace('"simulated:person", "simulated:agree"', '"server:http://127.0.0.1:9/v1#m"'), "utf-8"
    )
    study = load_study(path)
    (model,) = study.models
    able = Abilities(labels=True, likelihood=True)
    planned = list(interviews(study, {model.name: able}))
    for row in cost.forecast(seats(study, {model.name: able}), {model.name: model}, {model.name: able}):
        prompts = [
            one for each in planned if each.sitting.elicitation == row.elicitation for one in cost.prompts_of(each)
        ]
        told, out, _ = zip(*(cost.assumed(each, model, able) for each in prompts), strict=True)
        assert row.tokens_in.low == pytest.approx(sum(each.low for each in told))
        assert row.tokens_in.high == pytest.approx(sum(each.high for each in told))
        assert row.tokens_out.high == pytest.approx(sum(each.high for each in out))
