"""Structured answers: a reply that keeps to a JSON schema, as a factor of the form beside free replies."""

import json

import pytest

from inventories.administer import next_prompts, read
from inventories.forms import Form
from inventories.responder import Abilities, Reply
from traitscope import analysis, planning
from traitscope.cli import main
from traitscope.interviews import check_served, interviews
from traitscope.record import Record
from traitscope.responders import completion
from traitscope.runner import run
from traitscope.study import load_study
from traitscope.study_file import StudyError

BOTH = """
seed = 2
models = [{ name = "simulated:person", parameters = { noise = 0.6, seed = 4 } }]
inventories = ["tipi"]
personas = [{ set = "big_five_32", fraction = "half" }]
[[asks]]
reply = "text"
vary = { format = ["free", "structured"] }
"""
STRUCTURED = BOTH.replace('vary = { format = ["free", "structured"] }', 'form = { format = "structured" }')


def prompts(text, study_file, **able):
    study = load_study(study_file(text))
    abilities = {study.models[0].name: Abilities(structured=True, **able)}
    return [(each, *found) for each in interviews(study, abilities) for found in next_prompts(each, {})]


def first(text, study_file):
    return prompts(text, study_file)[0]


@pytest.mark.parametrize("labels", ["arabic", "upper", "roman_lower"])
@pytest.mark.parametrize("options", ["printed", "reversed", "shuffled"])
def test_the_prompt_asks_for_json_and_the_schema_names_every_label(labels, options, study_file):
    more = f'form = {{ format = "structured", labels = "{labels}", options = "{options}" }}'
    for _, _, prompt in prompts(STRUCTURED.replace('form = { format = "structured" }', more), study_file):
        words = prompt.messages[-1].content
        assert "Reply with a JSON object" in words and '"answer"' in words and "Reply with the label alone" not in words
        schema = json.loads(prompt.schema)
        assert schema["properties"] == {"answer": {"type": "string", "enum": list(prompt.labels)}}
        assert schema["required"] == ["answer"] and schema["additionalProperties"] is False
        assert prompt.want == "text" and len(set(prompt.labels)) == 7


def test_a_block_has_a_key_for_the_number_of_each_statement(study_file):
    found = prompts(STRUCTURED.replace('"structured"', '"structured", items_per_prompt = 4'), study_file)
    assert {len(step.trials) for _, step, _ in found} == {4, 2}
    for _, step, prompt in found:
        keys = [str(number) for number in range(1, len(step.trials) + 1)]
        schema = json.loads(prompt.schema)
        assert list(schema["properties"]) == schema["required"] == keys
        assert all(each["enum"] == list(prompt.labels) for each in schema["properties"].values())
        assert f'"1" to "{len(keys)}"' in prompt.messages[-1].content
        assert prompt.max_tokens == 32 * len(keys)


def test_a_free_prompt_has_no_schema_and_says_nothing_of_json(study_file):
    _, _, prompt = first(STRUCTURED.replace('"structured"', '"free"'), study_file)
    assert prompt.schema == "" and "JSON" not in prompt.messages[-1].content


def test_scenarios_and_follow_ups_are_structured_too(study_file):
    text = STRUCTURED.replace('"tipi"', '"scenarios_sd3"') + 'elicitation = "choice"\n'
    text += 'steps = [{ kind = "follow_up", text = "Are you sure?" }]\n'
    interview, step, prompt = first(text, study_file)
    assert json.loads(prompt.schema)["properties"]["answer"]["enum"] == list(prompt.labels)
    replies = {prompt.id: Reply(prompt.id, text=json.dumps({"answer": prompt.labels[0]}))}
    up = next(found for each, found in next_prompts(interview, replies) if each.kind == "follow_up")
    assert up.schema == prompt.schema and up.messages[-1].content == "Are you sure?"
    assert step.kind == "item"


def test_a_task_is_answered_freely(study_file):
    text = STRUCTURED.replace('"structured"', '"structured", memory = "continued"')
    _, step, prompt = first(text + 'steps = [{ kind = "task", text = "Write a story." }]\n', study_file)
    assert (step.kind, prompt.schema) == ("task", "")


def test_a_provider_is_sent_the_schema_to_be_kept_to(study_file):
    _, _, prompt = first(STRUCTURED, study_file)
    told = completion.body(prompt, "m", Abilities(structured=True))["response_format"]
    assert told["type"] == "json_schema"
    assert told["json_schema"] == {"name": "reply", "strict": True, "schema": json.loads(prompt.schema)}


@pytest.mark.parametrize(
    ("said", "outcomes"),
    [
        ('{"1": "2", "2": "7", "3": "1", "4": "4"}', ["answered"] * 4),
        ('{"1": "2", "2": "7", "4": "4"}', ["answered", "answered", "missing", "answered"]),
        ('{"4": "4", "1": "2", "2": "9", "3": "1"}', ["answered", "answered", "off_scale", "answered"]),
        ('{"1": "2", "2": "7", "3": "1"', None),
    ],
)  # fmt: skip
def test_a_block_in_json_is_read_item_by_item(said, outcomes, study_file):
    interview, step, prompt = first(
        STRUCTURED.replace('"structured"', '"structured", items_per_prompt = 4'), study_file
    )
    readings = read(interview, step, Reply(prompt.id, text=said))
    if outcomes is None:  # a reply cut off: whatever is read is what stands there, and the last is not made up
        assert readings[3].outcome != "answered"
        assert [each.chosen for each in readings[:3]] in ([2, 7, 1], [None] * 3)
        return
    reading = {step.trials[place].item: each for place, each in enumerate(readings)}
    assert [each.outcome for each in reading.values()] == (
        outcomes if said[2] == "1" else ["answered", "off_scale", "answered", "answered"]
    )
    assert readings[0].chosen == 2 and readings[3].chosen == 4


@pytest.mark.parametrize("said", ['{"answer": "3"}', '{"answer": 3}', '```json\n{"answer": "3"}\n```'])
def test_one_answer_in_json_is_read(said, study_file):
    interview, step, prompt = first(STRUCTURED, study_file)
    (found,) = read(interview, step, Reply(prompt.id, text=said))
    assert (found.outcome, found.chosen) == ("answered", 3)


@pytest.mark.parametrize(
    "form", ["", ", items_per_prompt = [1, 3]", ', labels = ["upper"]', ', options = ["reversed"]']
)
def test_a_simulated_person_gives_the_same_answers_in_both_formats(form, study_file, tmp_path):
    text = BOTH.replace("noise = 0.6", "noise = 0").replace('"structured"]', f'"structured"]{form}')
    table = analysis.answers(run(load_study(study_file(text)), tmp_path / "r"))
    assert set(table["outcome"]) == {"answered"}
    by = ["persona", "item", "replicate", "items_per_prompt"]
    wide = table.pivot(index=by, columns="format", values="chosen")
    assert len(wide) == 160 * (2 if "[1, 3]" in form else 1)
    assert wide["free"].equals(wide["structured"])


@pytest.mark.parametrize("reply", ["text", "auto"])
def test_the_format_is_a_factor_in_what_show_and_analyze_print(reply, study_file, tmp_path, capsys):
    path, folder = study_file(BOTH.replace('"text"', f'"{reply}"')), tmp_path / "r"
    assert main(["run", str(path), "--record", str(folder)]) == 0
    capsys.readouterr()
    assert main(["show", str(folder)]) == 0
    out = capsys.readouterr().out
    effect = out[out.index("EFFECT OF THE FORM") :].split("\n\n")[0]
    assert "format" in effect and "free" in effect and "structured" in effect
    assert main(["analyze", str(folder), "--inventory", "tipi"]) == 0
    out = capsys.readouterr().out
    rows = out[out.index("Effect of the form") :].split("\n\n")[0].splitlines()[3:]
    assert [row.split()[:5] for row in rows] == [["format", "free", "structured", "16", "160"]]


def test_a_server_that_ignores_the_schema_is_refused_when_the_study_is_planned(fault_server, study_file, tmp_path):
    server = fault_server()
    study = load_study(
        study_file(BOTH.replace('"simulated:person", parameters = { noise = 0.6, seed = 4 }', f'"{server.model}"'))
    )
    with pytest.raises(StudyError, match="does not keep to a JSON schema") as told:
        planning.plan(study.path, tmp_path / "r")
    assert server.model in str(told.value) and 'use format = "free"' in str(told.value)
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("text", [STRUCTURED, BOTH])
def test_a_model_that_does_not_keep_to_a_schema_is_refused_before_it_is_asked(text, study_file):
    study = load_study(study_file(text))
    able = {"simulated:person": Abilities(labels=True)}
    with pytest.raises(StudyError, match=r'asks number 1: simulated:person does not keep.*use format = "free"'):
        check_served(study, able)
    with pytest.raises(StudyError):
        list(interviews(study, able))


def test_label_probabilities_of_a_structured_reply_are_refused(study_file):
    study = load_study(study_file(STRUCTURED.replace('"text"', '"labels"')))
    with pytest.raises(StudyError, match="a structured reply has no label probabilities"):
        check_served(study, {"simulated:person": Abilities(labels=True, structured=True)})


def test_free_replies_beside_structured_ones_are_texts_too_even_where_probabilities_are_to_be_had(study_file):
    replies = {
        text: {each.sitting.form.format: each.sitting.reply for each, _, _ in prompts(text, study_file, labels=True)}
        for text in (each.replace('reply = "text"\n', "") for each in (BOTH, STRUCTURED))
    }
    assert list(replies.values()) == [{"free": "text", "structured": "text"}, {"structured": "text"}]


def test_an_unknown_format_is_a_mistake_in_one_line(study_file, capsys):
    path = study_file(BOTH.replace('"structured"]', '"json"]'))
    assert main(["plan", str(path)]) == 2
    error = capsys.readouterr().err
    assert "vary.format: 'json' is not a level" in error and error.count("\n") == 1


def test_the_format_is_no_part_of_the_name_or_the_ids_of_a_free_form():
    assert Form().differences() == Form(format="free").differences() == {}
    assert Form(format="structured").name() == "format=structured"


def test_the_record_keeps_the_raw_json(study_file, tmp_path):
    record = run(load_study(study_file(STRUCTURED)), tmp_path / "r")
    with Record(record.folder).store() as store:
        names, rows = store.table("calls")
    said = {row[names.index("text")] for row in rows}
    assert said and all(set(json.loads(each)) == {"answer"} for each in said)
