"""What a file of scenarios, or a study that asks them, may not say, and what it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventories.definitions import Inventory
from inventories.loading import load_inventory
from inventories.reading import DefinitionError
from inventories.responder import Abilities
from traitscope.interviews import interviews, summary
from traitscope.study import load_study
from traitscope.study_file import StudyError

SCENES, SAID = ((Path(__file__).parent / "scenes" / name).read_text("utf-8") for name in ("scenes.toml", "said.toml"))


def written(folder: Path, scenes: str) -> Inventory:
    """The scenarios of this text, their statements beside them."""
    (folder / "said.toml").write_text(SAID, "utf-8")
    (folder / "scenes.toml").write_text(scenes, "utf-8")
    return load_inventory("scenes.toml", beside=folder)


MENU = 'twin = "new"\nscale = "O"\nkey = 1'
BROKEN = {
    "value 2": ("value = 0, text = \"In", "value = 2, text = \"In", 'item "party": the values of a scenario\'s options must be 1 (high) and 0 (low), not [1, 2, 1, 0]'),
    "only high": ("value = 0, text = \"I ", "value = 1, text = \"I ", 'item "menu": the values of a scenario\'s options must be 1 (high) and 0 (low), not [1, 1, 1, 1]'),
    "other key": (MENU, MENU.replace("1", "-1"), "item \"menu\": key -1 and scale 'O' must be those of its twin new: 1, 'O'"),
    "other scale": (MENU, MENU.replace("O", "E"), "item \"menu\": key 1 and scale 'E' must be those of its twin new: 1, 'O'"),
    "unknown twin": ('twin = "new"', 'twin = "news"', "item \"menu\": twin: said.toml has no item 'news'; did you mean 'new'? Allowed: new, quiet"),
    "no twin": ('twin = "new"\n', "", 'item "menu": a twin needs `twin` in the item and `twin_of` in the file, or neither'),
    "no twin_of": ('twin_of = "said.toml"', "", 'item "party": a twin needs `twin` in the item and `twin_of` in the file'),
    "absent statements": ("said.toml", "sad.toml", "sad.toml: cannot be read"),
    "unknown statements": ("said.toml", "bfi45", "twin_of: no inventory 'bfi45' in the bank; did you mean 'bfi44'?"),
    "its own twin": ("said.toml", "scenes.toml", "twin_of: 'scenes.toml' holds scenarios; twins are statements"),
    "scenarios as twins": ("said.toml", "scenarios_sd3", "twin_of: 'scenarios_sd3' holds scenarios; twins are statements"),
    "no rater": (', rated_by = "model-assisted"', "", 'item "party": desirability and rated_by belong together'),
    "no rating": ("desirability = 3, ", "", 'item "party": desirability and rated_by belong together'),
    "rating of 6": ("desirability = 3", "desirability = 6", 'items "party", options number 1, desirability: expected'),
    "statements with twins": ('"action"', '"cognition"', "twin_of: only scenarios (kind = \"action\") are twins of statements"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_scenario_is_told_file_place_and_reason_in_one_line(what: str, tmp_path: Path) -> None:
    old, new, reason = BROKEN[what]
    assert old in SCENES
    with pytest.raises(DefinitionError) as caught:
        written(tmp_path, SCENES.replace(old, new))
    message = str(caught.value)
    assert message.startswith(str(tmp_path / "scenes.toml")) and reason in message and "\n" not in message


def test_two_files_of_scenarios_that_name_each_other_as_twins_are_told(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(SCENES.replace("said.toml", "scenes.toml"), "utf-8")
    with pytest.raises(DefinitionError, match=r"twin_of: 'other\.toml' holds scenarios; twins are statements"):
        written(tmp_path, SCENES.replace("said.toml", "other.toml"))


def test_scenarios_need_actions_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "shared.toml").write_text(SAID.replace("cognition", "action"), "utf-8")
    with pytest.raises(DefinitionError, match='item "quiet": a scenario has options of its own'):
        load_inventory("shared.toml", beside=tmp_path)


STUDY = 'models = ["simulated:person"]\ninventories = ["bfi44", "scenarios_bfi44"]\n[[asks]]\n'
ONLY = 'inventories = ["scenarios_bfi44"]\n'
MISTAKES = {
    "choice of statements": ('elicitation = "choice"', "asks number 1: choice is for scenarios; 'bfi44' holds statements: use rating or likelihood"),
    "confirmation of statements": ('elicitation = "confirmation"\ninventories = ["bfi44"]', "confirmation is for scenarios; 'bfi44' holds statements"),
    "swapped ratings": ('vary = { options = ["printed", "swapped"] }\n' + ONLY, 'options = "swapped" exchanges the pairs of a choice; use "reversed"'),
    "a template for likelihood": ('elicitation = "likelihood"\nform = { wording = "trait_bare" }\n' + ONLY, "the wording 'trait_bare' offers scenarios as a choice; likelihood needs another: Allowed: direct, "),
    "a template for confirmation": ('elicitation = "confirmation"\nvary = { wording = ["plain", "trait_letters"] }\n' + ONLY, "the wording 'trait_letters' offers scenarios as a choice; confirmation needs another"),
    "labels beside a template": ('elicitation = "choice"\nform = { wording = "trait_numbers", labels = "roman_upper" }\n' + ONLY, "the wording 'trait_numbers' has labels of its own (arabic); leave `labels` out"),
    "unknown item": ('items = ["bfi44_1"]', "asks number 1, items: 'bfi44_1' is in none of ['bfi44', 'scenarios_bfi44']; did you mean 'bfi44_"),
    "item of another inventory": ('elicitation = "choice"\nitems = ["bfi44_01"]\n' + ONLY, "items: 'bfi44_01' is in none of ['scenarios_bfi44']; did you mean 'sc_bfi44_01'?"),
    "no items": ("items = []", "asks number 1, items: at least one is needed; leave `items` out to ask all"),
    "paraphrased statements": ('form = { situation = "paraphrased" }', "'bfi44' holds statements, which have no situation to be paraphrased"),
    "several scenarios in a prompt": ('elicitation = "choice"\nform = { items_per_prompt = 2 }\n' + ONLY, "'scenarios_bfi44' holds scenarios, and each stands alone: items_per_prompt must be 1"),
    "likelihood in a conversation": ('elicitation = "likelihood"\nform = { memory = "continued" }\n' + ONLY, "the likelihood of actions is asked of each situation by itself; leave `memory` out"),
}  # fmt: skip


@pytest.mark.parametrize("what", MISTAKES)
def test_a_study_that_asks_scenarios_wrongly_is_told_in_one_line(what: str, tmp_path: Path) -> None:
    ask, reason = MISTAKES[what]
    path = tmp_path / "study.toml"
    path.write_text(STUDY + ask, "utf-8")
    with pytest.raises(StudyError) as caught:
        load_study(path)
    message = str(caught.value)
    assert message.startswith(str(path)) and "asks number 1" in message and reason in message and "\n" not in message


def test_only_the_items_that_are_asked_need_a_paraphrase(tmp_path: Path) -> None:
    written(tmp_path, SCENES.replace('paraphrase = "There is another menu."\n', ""))
    path = tmp_path / "study.toml"
    asked = STUDY.replace('"bfi44", "scenarios_bfi44"', '"scenes.toml"')
    asked += 'elicitation = "choice"\nform = { situation = "paraphrased" }\n'
    path.write_text(asked, "utf-8")
    with pytest.raises(StudyError, match=r'scenes\.toml, item "menu": it has no paraphrase, so situation = '):
        load_study(path)
    path.write_text(asked + 'items = ["party"]\n', "utf-8")
    assert load_study(path)


@pytest.mark.parametrize(
    ("elicitation", "trials"), [("choice", 2), ("rating", 2), ("confirmation", 8), ("likelihood", 2)]
)
def test_the_items_that_are_named_are_asked_of_the_inventories_that_hold_them(
    elicitation: str, trials: int, tmp_path: Path
) -> None:
    path = tmp_path / "study.toml"
    named = 'items = ["sc_bfi44_02", "sc_bfi44_07"]'
    path.write_text(STUDY + f'elicitation = "{elicitation}"\n{named}', "utf-8")
    study = load_study(path)
    able = {"simulated:person": Abilities(labels=True, likelihood=True)}
    (part,) = summary(study, able)["parts"]
    assert (part["inventory"], part["trials"]) == ("scenarios_bfi44", trials)


def test_some_items_of_a_translation_or_a_short_form_can_be_asked(tmp_path: Path) -> None:
    text = STUDY.replace('"bfi44", "scenarios_bfi44"', '"ipip_neo_120", "bfi10"')
    german = 'items = ["{}"]\ninventories = ["ipip_neo_120"]\nform = {{ language = "de" }}\n'
    first = load_inventory("ipip_neo_120").items[0].id
    path = tmp_path / "study.toml"
    path.write_text(text + german.format(first) + '[[asks]]\nitems = ["bfi44_36"]\ninventories = ["bfi10"]\n', "utf-8")
    held = list(interviews(load_study(path), {"simulated:person": Abilities(labels=True, likelihood=True)}))
    assert [[item.id for item in each.inventory.items] for each in held] == [[first], ["bfi44_36"]]
    assert held[0].inventory.language == "de"
