"""Study files: mistakes are one line with file, place, value and what is allowed."""

import pytest

from inventories.responder import Abilities
from traitscope.interviews import interviews, summary
from traitscope.study import load_study
from traitscope.study_file import StudyError

GOOD = 'models = ["simulated:person"]\ninventories = ["bfi44"]\n'
TINY = """
title = "Tiny"
kind = "cognition"
licence = "public domain"
scales = { E = "Extraversion" }
options = [{ value = 1, text = "no" }, { value = 2, text = "yes" }]
items = [{ id = "E1", scale = "E", key = 1, text = "Talk." }, { id = "E2", scale = "F", key = -1, text = "Hide." }]
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD + "sede = 1", "unknown key 'sede'; did you mean 'seed'?"),
        (
            GOOD + "[[asks]]\nelicitation = 'rated'",
            "asks number 1, elicitation: 'rated' is not allowed; Allowed: choice, confirmation, likelihood, rating",
        ),
        (GOOD + "[[asks]]\nvary = { optoins = ['printed'] }", "unknown factor 'optoins'; did you mean 'options'?"),
        (GOOD + "[[asks]]\nform = { labels = 'greek' }", "'greek' is not allowed"),
        (GOOD + "[[asks]]\nform = { wording = 'plane' }", "unknown wording 'plane'; did you mean 'plain'?"),
        (GOOD.replace("bfi44", "bfi45"), "no inventory 'bfi45' in the bank; did you mean 'bfi44'?"),
        (GOOD.replace("bfi44", "mine.toml"), "mine.toml: cannot be read"),
        (GOOD.replace("bfi44", "tiny.toml"), "item \"E2\": unknown scale 'F'; Allowed: E"),
        (GOOD.replace("simulated:person", "simulated:persons"), "did you mean 'person'?"),
        (GOOD.replace("simulated:person", "local:smollm3"), "smollm3"),
        (GOOD.replace("simulated:person", "gpt"), "'gpt' is no model name"),
        (GOOD.replace("simulated:person", "opnai/gpt"), "no provider 'opnai'; did you mean 'openai'?"),
        (GOOD + "personas = ['big_five']", "big_five_32"),
        (GOOD + "personas = [{ id = 'x' }]", "give either"),
        (GOOD + "personas = [{ id = 'x', text = '' }, { id = 'x', text = 'y' }]", "'x' stands twice"),
        (GOOD.replace("bfi44", "mc_form_c"), 'accept = ["mc_form_c"]'),
        (
            'models = ["simulated:person"]\ninventories = ["ipip_neo_120"]\n[[asks]]\nform = { language = "is" }',
            'accept = ["ipip_neo_120.is"]',
        ),
        (
            'models = ["simulated:person"]\ninventories = ["ipip_neo_120"]\n[[asks]]\nform = { language = "xx" }',
            "no language 'xx'",
        ),
        (GOOD + "accept = ['mfq30']", "accept: 'mfq30' is not used"),
        (GOOD + "[[asks]]\nreplicates = 0", "replicates must be 1 or more"),
        (GOOD + "[[asks]]\nelicitation = 'choice'", "choice is for scenarios"),
        ("inventories = ['bfi44']", "'models' is missing"),
        ("models = [", "not valid TOML"),
        (GOOD.replace("bfi44", "ipip_neo_120.de"), 'form = { language = "de" }'),
        (GOOD.replace('["bfi44"]', '["bfi44", "bfi44"]'), "'bfi44' stands twice"),
        (GOOD.replace('["bfi44"]', "[]"), "at least one"),
        (GOOD + "asks = []", "asks: at least one is needed"),
        (GOOD + "[[asks]]\npersonas = []", "asks number 1, personas: at least one is needed; leave `personas` out"),
        (GOOD + "[[asks]]\ninventories = []", "asks number 1, inventories: at least one is needed; leave"),
        (GOOD + "[analysis]\nmargin = 0", "analysis, margin: expected `float` > 0.0, seen 0"),
        (GOOD + "[analysis]\ntau = -1", "analysis, tau: expected `float` >= 0.0, seen -1"),
        (
            GOOD.replace('["simulated:person"]', '[{ name = "simulated:person", max_tokens = 0 }]'),
            "max_tokens: expected `int` >= 1, seen 0",
        ),
        (
            GOOD.replace('["simulated:person"]', '[{ name = "simulated:person", temperature = -1 }]'),
            "temperature: expected `float` >= 0.0, seen -1",
        ),
    ],
)
def test_a_mistake_is_one_line_that_says_where_and_what_is_allowed(text, told, study_file, tmp_path):
    (tmp_path / "tiny.toml").write_text(TINY, "utf-8")
    path = study_file(text, "wrong.toml")
    with pytest.raises(StudyError) as mistake:
        load_study(path)
    message = str(mistake.value)
    assert told in message
    assert str(path) in message
    assert "\n" not in message


def test_an_accepted_inventory_is_used(study_file):
    study = load_study(study_file('accept = ["mc_form_c"]\n' + GOOD.replace("bfi44", "mc_form_c")))
    assert list(study.inventories) == ["mc_form_c"]


def test_an_elicitation_that_a_model_cannot_serve_is_refused_with_the_alternative(study_file):
    study = load_study(study_file(GOOD + "[[asks]]\nelicitation = 'likelihood'"))
    with pytest.raises(StudyError, match="use rating"):
        list(interviews(study, {"simulated:person": Abilities()}))


def test_the_summary_counts_what_is_asked(study_file):
    study = load_study(study_file())
    counts = summary(study, {"simulated:person": Abilities(labels=True)})
    assert (counts["personas"], counts["trials"], counts["calls"]) == (16, 16 * 44 * 2, 16 * 44 * 2)


def test_the_demo_is_the_study_it_says_it_is():
    from traitscope.commands import EXAMPLES

    study = load_study(EXAMPLES / "demo.toml")
    able = {"local:smollm2-135m": Abilities(labels=True, likelihood=True)}
    counts = {part["elicitation"] + " " + part["inventory"]: part["trials"] for part in summary(study, able)["parts"]}
    assert counts == {
        "rating bfi44": 17 * 88,
        "rating sd3": 17 * 54,
        "likelihood bfi44": 17 * 44,
        "likelihood sd3": 17 * 27,
        "likelihood scenarios_bfi44": 8 * 24,
    }


@pytest.mark.parametrize("name", ["demo_full.toml", "controls.toml", "my_study.toml"])
def test_every_example_is_a_study_without_mistakes(name):
    from traitscope.commands import EXAMPLES

    assert load_study(EXAMPLES / name).personas
