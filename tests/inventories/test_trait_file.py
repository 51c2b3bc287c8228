"""A user's own copy of TRAIT in either layout. All rows are invented."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from inventories.forms import Form, sitting
from inventories.loading import load_inventory
from inventories.reading import DefinitionError
from inventories.scenarios import as_asked
from traitscope import analysis
from traitscope.bank import inventory_at
from traitscope.record import Record
from traitscope.runner import run
from traitscope.study import load_study

ACTIONS = {
    "response_high1": "I climb it.",
    "response_high2": "I ask for a rope.",
    "response_low1": "I walk round it.",
    "response_low2": "I turn back.",
}


def listed(number: int = 1, **fields: object) -> dict[str, Any]:
    """A row of the authors' repository."""
    row = {
        "idx": number, "personality": "Openness", "statement": "I like hills.", "situation": f"Hill {number} is in the way.",
        "query": "What do you do?", "paraphrased_situation": f"In the way: hill {number}.", "paraphrased_query": "And you?",
        **ACTIONS,
    }  # fmt: skip
    return {name: value for name, value in (row | fields).items() if value != "drop"}


def of_the_hub(number: int = 1, **fields: object) -> dict[str, Any]:
    """A row of the hub: one question, and neither a trait nor a paraphrase."""
    row = {"idx": number, "question": f"Hill {number} is in the way. What now?", "split": "test", **ACTIONS}
    return row | fields


def written(path: Path, *rows: Mapping[str, object]) -> Path:
    """The rows as the ending says: a list, or one a line."""
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) if path.suffix == ".jsonl" else f"[{', '.join(lines)}]", "utf-8")
    return path


def shown(path: Path, situation: str = "original") -> list[str]:
    inventory = as_asked(inventory_at(str(path)), "choice", situation)
    return [inventory.printed_text(item) for item in inventory.items]


@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_the_authors_list_has_situation_question_and_paraphrase(ending: str, tmp_path: Path) -> None:
    path = written(tmp_path / f"TRAIT.{ending}", listed(1), listed(2, personality="Machiavellianism"))
    inventory = load_inventory(str(path))
    assert (inventory.id, inventory.kind, inventory.terms.use) == ("TRAIT", "action", "unstated")
    assert {name: inventory.scale(name).trait for name in inventory.scales} == {
        "O": "openness",
        "MACH": "machiavellianism",
    }
    assert [(item.scale, item.key) for item in inventory.items] == [("O", 1), ("MACH", 1)]
    assert [(each.value, each.text) for each in inventory.options_of(inventory.items[0])] == [
        (1, "I climb it."), (0, "I walk round it."), (1, "I ask for a rope."), (0, "I turn back."),
    ]  # fmt: skip
    assert shown(path) == ["Hill 1 is in the way. What do you do?", "Hill 2 is in the way. What do you do?"]
    assert shown(path, "paraphrased") == ["In the way: hill 1. And you?", "In the way: hill 2. And you?"]


@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_the_hubs_rows_take_their_trait_from_the_name_of_the_file(ending: str, tmp_path: Path) -> None:
    path = written(tmp_path / f"Psychopathy-00000-of-00001.{ending}", of_the_hub(1), of_the_hub(2))
    assert [item.scale for item in load_inventory(str(path)).items] == ["PSYC", "PSYC"]
    assert shown(path) == ["Hill 1 is in the way. What now?", "Hill 2 is in the way. What now?"]
    with pytest.raises(DefinitionError, match="it has no paraphrase"):
        shown(path, "paraphrased")


def test_a_parquet_file_is_read_like_the_rows_it_holds(tmp_path: Path) -> None:
    rows = [of_the_hub(1), of_the_hub(2)]
    path = tmp_path / "Neuroticism.parquet"
    pd.DataFrame(rows).to_parquet(path)
    same = load_inventory(str(written(tmp_path / "Neuroticism.json", *rows)))
    assert inventory_at("Neuroticism.parquet", beside=tmp_path).items == same.items


def test_a_parquet_file_of_both_layouts_has_gaps_that_say_nothing(tmp_path: Path) -> None:
    path = tmp_path / "Openness.parquet"
    pd.DataFrame([listed(1), of_the_hub(2)]).to_parquet(path)
    assert shown(path) == ["Hill 1 is in the way. What do you do?", "Hill 2 is in the way. What now?"]
    assert [item.scale for item in inventory_at(str(path)).items] == ["O", "O"]


def test_a_file_that_is_no_parquet_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "Openness.parquet"
    path.write_text("PAR", "utf-8")
    for name in (path, tmp_path / "absent.parquet"):
        with pytest.raises(DefinitionError, match=r"^[^\n]*\.parquet: (cannot be read|not a parquet file)[^\n]+$"):
            inventory_at(str(name))


def test_separators_of_lines_inside_a_text_do_not_end_a_row(tmp_path: Path) -> None:
    odd = "One\u2028two\u0085three."
    path = written(tmp_path / "TRAIT.jsonl", listed(1, situation=odd), listed(2))
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    assert [item.text for item in load_inventory(str(path)).items] == [odd, "Hill 2 is in the way."]


def test_a_mark_before_the_text_and_a_single_object_are_read(tmp_path: Path) -> None:
    path = tmp_path / "TRAIT.json"
    path.write_text(json.dumps(listed()), "utf-8-sig")
    assert len(load_inventory(str(path)).items) == 1


def test_a_paraphrase_keeps_the_question_where_it_has_none_of_its_own(tmp_path: Path) -> None:
    path = written(tmp_path / "TRAIT.json", listed(paraphrased_query="drop"))
    assert shown(path, "paraphrased") == ["In the way: hill 1. What do you do?"]


def test_columns_that_are_not_known_change_nothing_and_a_row_that_stands_twice_is_one_item(tmp_path: Path) -> None:
    plain = load_inventory(str(written(tmp_path / "TRAIT.json", listed(1), listed(2))))
    more = [listed(1, idx=7, notes={"deep": [1]}, score=0.5), listed(2, statement="drop"), listed(1, idx=9)]
    assert load_inventory(str(written(tmp_path / "TRAIT.json", *more))).items == plain.items


def test_an_id_stays_when_rows_are_added_or_sorted(tmp_path: Path) -> None:
    (one,) = load_inventory(str(written(tmp_path / "a.json", listed(1)))).items
    turned = load_inventory(str(written(tmp_path / "b.jsonl", listed(3), listed(2), listed(1))))
    assert turned.item(one.id) == one
    assert one.id.startswith("O_")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "no rows; a TRAIT file has one scenario a row"),
        ("", "no rows"),
        ("{oops", "line 1: not valid JSON: "),
        ("[1, ", "not valid JSON: "),
        ("[1]", "row 1: expected an object with the fields of TRAIT, seen '1'"),
        (listed(personality="Opennes"), "row 1: no trait 'Opennes'; did you mean 'openness'? Allowed: agreeableness, "),
        (listed(personality="drop"), "row 1: no trait None; Allowed: agreeableness, "),
        (listed(personality=3), "row 1: no trait 3; Allowed: agreeableness, "),
        (listed(response_low2="drop"), "row 1: 'response_low2' must be a text, not None; there are idx, personality"),
        (listed(response_low2=" "), "row 1: 'response_low2' must be a text, not ' '"),
        (listed(situation="drop"), "row 1: 'situation' must be a text, not None"),
        (listed(query=4), "row 1: 'query' must be a text, not 4"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_row_and_reason_in_one_line(text: Any, told: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(text if isinstance(text, str) else json.dumps([text]), "utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_inventory(str(path))
    message = str(caught.value)
    assert message.startswith(str(path)) and told in message and "\n" not in message


def test_a_file_that_is_not_there_or_not_utf8_is_told(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"absent\.jsonl: cannot be read"):
        load_inventory("absent.jsonl", beside=tmp_path)
    (tmp_path / "latin.json").write_bytes(b'[{"situation": "caf\xe9"}]')
    with pytest.raises(DefinitionError, match="is not UTF-8; save the file as UTF-8"):
        load_inventory("latin.json", beside=tmp_path)


STUDY = """
models = ["simulated:first_option"]
inventories = ["copies/{file}"]
[[asks]]
elicitation = "choice"
vary = {{ wording = ["trait_letters", "trait_numbers", "trait_bare"], options = ["printed", "swapped"] }}
[[asks]]
elicitation = "confirmation"
"""


@pytest.mark.parametrize("ending", ["json", "jsonl", "parquet"])
def test_a_record_keeps_a_copy_of_the_file_and_is_read_when_the_original_is_gone(ending: str, tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()
    path = tmp_path / "copies" / f"Openness.{ending}"
    rows = [listed(1), listed(2)]
    if ending == "parquet":
        pd.DataFrame(rows).to_parquet(path)
    else:
        written(path, *rows)
    study = tmp_path / "study.toml"
    study.write_text(STUDY.format(file=path.name), "utf-8")
    folder = run(load_study(study), tmp_path / "record").folder
    path.unlink()
    record = Record(folder)
    assert {item.scale for item in record.inventory("Openness").items} == {"O"}
    table = analysis.answers(record)
    choices = table[table["elicitation"] == "choice"]
    assert len(choices) == 2 * 3 * 2
    assert set(zip(choices["options"], choices["chosen"], strict=True)) == {("printed", 1), ("swapped", 0)}
    confirmed = table[table["elicitation"] == "confirmation"]
    assert (len(confirmed), set(confirmed["chosen"])) == (2 * 4, {1})
    again = load_study(folder / "study.toml")
    assert run(again, folder).progress()["done"] == len(table), "the record's own study file still leads to the copy"


def test_a_trait_file_has_no_statements_to_be_rated(tmp_path: Path) -> None:
    path = written(tmp_path / "TRAIT.json", listed())
    with pytest.raises(DefinitionError, match=r"TRAIT\.json: it names no statements as twins"):
        as_asked(load_inventory(str(path)), "rating")


def test_eight_thousand_rows_are_read_and_planned(tmp_path: Path) -> None:
    traits = ("Openness", "Conscientiousness", "Extraversion", "Agreeableness", "Neuroticism", "Machiavellianism",
              "Narcissism", "Psychopathy")  # fmt: skip
    path = written(tmp_path / "TRAIT.jsonl", *(listed(n, personality=traits[n % 8]) for n in range(8000)))
    inventory = load_inventory(str(path))
    assert {len(inventory.keys(scale)) for scale in inventory.scales} == {1000}
    form = Form(wording="trait_letters", options="swapped")
    told = {"seed": 1, "model": "m", "model_identity": ["m"], "persona": "p", "persona_text": ""}
    planned = sitting(inventory, inventory.fingerprint(), form, elicitation="choice", reply="labels", **told)  # type: ignore[arg-type]
    trials = [step.trials[0] for conversation in planned.conversations for step in conversation]
    assert len({trial.id for trial in trials}) == 8000
    assert {trial.shown for trial in trials} == {(1, 0, 3, 2)}
    assert inventory.item(trials[-1].item).text == "Hill 7999 is in the way."
