"""Inventories: one's own from TOML or CSV with its mistakes, and a preview that is what a run sends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from test_pages import calm, rendered, words

from inventories.forms import Form
from inventories.loading import inventory_ids, load_inventory
from inventories.responder import Message
from traitscope import inventories_shown, own_inventories, preview
from traitscope.inventory_csv import MOST_MISTAKES, TEMPLATE
from traitscope.record import Record

Run = Callable[[Path, str, int | None], Record]
TWIN = """
title = "Tiny extraversion scale"
kind = "cognition"
source = "International Personality Item Pool (Goldberg et al., 2006)"
licence = "public domain"
scales = { E = "Extraversion" }
options = [{ value = 1, text = "inaccurate" }, { value = 2, text = "neither" }, { value = 3, text = "accurate" }]
items = [
  { id = "E1", scale = "E", key = 1, text = "Am the life of the party." },
  { id = "E2", scale = "E", key = -1, text = "Don't talk a lot." },
]
"""


def read(text: str | bytes, file: str = "tiny.csv", runs: Path = Path("/nowhere")) -> own_inventories.Import:
    return own_inventories.read(runs, file, text)


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_csv_file_becomes_the_same_inventory_as_its_toml_twin(sign: str) -> None:
    head, *rest = TEMPLATE.replace("(Goldberg et al., 2006)", "(Goldberg et al.@ 2006)").split("\n")
    text = "\n".join([head, *rest]).replace(",", sign).replace("@", ",")
    twin = read(TWIN, "tiny.toml")
    assert read(text.encode("utf-8-sig")).inventory == twin.inventory is not None
    assert read(text.encode("utf-16")).inventory == twin.inventory


def test_texts_with_commas_quotes_line_breaks_and_backslashes_stay_as_they_are() -> None:
    text = TEMPLATE.replace("Don't talk a lot.", '"Say ""no\\more"", often,\nand Größe — 話す"')
    item = read(text).inventory.items[1]  # type: ignore[union-attr]
    assert item.text == 'Say "no\\more", often,\nand Größe — 話す'


MISTAKES = {
    "key": ("E2,E,R", "E2,E,2", "line 10, key: '2' is not allowed; empty, 1 or +"),
    "scale": ("E2,E,R", "E2,Extra,R", "line 10, scale: unknown scale 'Extra'; Allowed: E"),
    "doubled id": ("E2,E,R", "E1,E,R", "line 10, id: 'E1' stands already in line 9"),
    "no id": ("E2,E,R", ",E,R", "line 10, id: is missing"),
    "no text": ("Don't talk a lot.", "", "line 10, text: is missing"),
    "comma in a text": ("Don't talk a lot.", "Don't talk, ever.", "line 10: more cells than columns, seen 'ever.'"),
    "value": ("option,2,", "option,two,", "line 6, option: the value must be a whole number of at most 9 digits, seen 'two'"),
    "word": ("licence,", "lisence,", "line 2: unknown word 'lisence'; did you mean 'licence'?"),
    "column": ("id,scale,key,text", "id,scale,keys,text", "line 8: unknown column 'keys'; did you mean 'key'?"),
    "quotes": ("Don't", '"Don\'t', "line 10: cannot be read as CSV"),
    "scale without items": ("option,1", "scale,A,Agreeableness\noption,1", 'line 5, scale "A": no item counts towards it'),
    "no licence": ("licence,public domain\n", "", "line 1: 'licence' is missing"),
    "one value": ("option,2,neither\noption,3,accurate\n", "option,1,accurate\n", 'line 8, item "E1": its options must not all'),
    "place for the item": ("scale,E", "printed,I am\nscale,E", "tiny.csv, printed: 'I am' has no place for the item"),
}  # fmt: skip


def test_a_file_of_another_kind_is_told_by_its_first_mistakes() -> None:
    told = read("[[a]]\n" * 1000).mistakes
    assert len(told) == MOST_MISTAKES + 1
    assert told[-1] == f"tiny.csv: more than {MOST_MISTAKES} mistakes; what follows line {MOST_MISTAKES} was not read"


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_csv_file_is_told_with_file_line_and_value(name: str) -> None:
    before, after, told = MISTAKES[name]
    assert before in TEMPLATE
    found = read(TEMPLATE.replace(before, after, 1))
    assert found.inventory is None
    assert any(told in each and each.startswith("tiny.csv, ") for each in found.mistakes), found.mistakes


COLUMNS = {
    "id,scale,key,txt": "line 8: unknown column 'txt'; did you mean 'text'? Allowed: facet, id, key, left, right, scale, text",
    "item,scale,key,text": "line 8: unknown column 'item'; ",
    "id,scale,key,question": "line 8: unknown column 'question'; ",
    "id,skale,keys,text": "line 8: unknown columns 'skale', 'keys'; did you mean 'scale'?",
    "id,scale,key": "line 8: there is no column 'text', seen id, scale, key; Allowed: facet",
}


@pytest.mark.parametrize("sign", [",", ";"])
@pytest.mark.parametrize("columns", COLUMNS)
def test_a_wrong_name_of_a_column_is_one_mistake(columns: str, sign: str) -> None:
    text = TEMPLATE.replace("id,scale,key,text", columns).replace("(Goldberg et al., 2006)", "").replace(",", sign)
    (told,) = read(text).mistakes
    assert told.startswith(f"tiny.csv, {COLUMNS[columns]}")


def test_all_mistakes_of_a_csv_file_are_told_at_once() -> None:
    broken = TEMPLATE.replace("E2,E,R", "E1,X,2").replace("option,2", "option,b")
    assert [each.partition(":")[0] for each in read(broken).mistakes] == [
        "tiny.csv, line 6, option", "tiny.csv, line 10, id", "tiny.csv, line 10, key", "tiny.csv, line 10, scale"
    ]  # fmt: skip


def test_a_mistake_in_a_toml_file_is_told_with_its_item_as_on_the_command_line() -> None:
    found = read(TWIN.replace("key = -1", "key = 0"), "tiny.toml")
    assert found.mistakes == ('tiny.toml, item "E2": key must be 1 or -1, not 0',)
    (told,) = read(TWIN.replace("key = -1", "kee = -1"), "tiny.toml").mistakes
    assert told.startswith("tiny.toml, items \"E2\": unknown key 'kee'; did you mean 'key'?")
    (told,) = read(TWIN.replace("key = -1", "key = "), "tiny.toml").mistakes
    assert told.startswith("tiny.toml: not valid TOML") and "at line 10" in told


def test_bytes_that_are_no_text_and_names_that_are_taken_are_refused() -> None:
    assert "tiny.csv, line 2: not UTF-8" in read("title,Größe\nlicence,ü".encode()[:14] + b"\xfc").mistakes[0]
    assert "is an inventory of the bank" in read(TWIN, "sd3.toml").mistakes[0]
    for name in ("../x.toml", "a b.csv", ".toml", "x.de.toml", "x.txt"):
        assert read(TWIN, name).inventory is None


def test_an_inventory_that_was_saved_is_shown_and_can_be_named_by_a_study(tmp_path: Path, stopped_run: Run) -> None:
    found = read(TEMPLATE, runs=tmp_path)
    path = own_inventories.save(tmp_path, found)
    assert own_inventories.save(tmp_path, found) == path
    assert inventories_shown.names(tmp_path)["tiny (yours)"] == str(path)
    with pytest.raises(ValueError, match="another inventory is saved under this name"):
        own_inventories.save(tmp_path, read(TEMPLATE.replace("Tiny", "Teeny"), runs=tmp_path))
    study = f'models = ["simulated:person"]\ninventories = ["{path}"]\n'
    assert stopped_run(tmp_path / "asked", study, None).progress() == {"trials": 2, "done": 2, "failed": 0}


FORMS: list[tuple[str, str, dict[str, Any]]] = [
    ("tipi", "rating", {}),
    ("tipi", "rating", {"options": "reversed", "labels": "upper", "binding": "content", "wording": "direct"}),
    ("tipi", "rating", {"items_per_prompt": 4, "persona_place": "user", "items": "shuffled", "options": "shuffled"}),
    ("tipi", "rating", {"format": "structured", "wording": "instrument"}),
    ("tipi", "likelihood", {"wording": "interview"}),
    ("scenarios_sd3", "choice", {"options": "swapped", "labels": "roman_lower", "situation": "paraphrased"}),
    ("scenarios_sd3", "choice", {"wording": "trait_bare"}),
    ("scenarios_sd3", "rating", {"wording": "reflective"}),
    ("scenarios_sd3", "confirmation", {}),
    ("ipip_neo_120", "rating", {"language": "de", "memory": "continued", "items_per_prompt": 10}),
]


@pytest.mark.parametrize(("name", "elicitation", "levels"), FORMS)
def test_the_preview_is_what_a_run_sends(
    tmp_path: Path, stopped_run: Run, name: str, elicitation: str, levels: dict[str, Any]
) -> None:
    form = ", ".join(f"{key} = {value if isinstance(value, int) else repr(value)}" for key, value in levels.items())
    study = f"""
models = ["simulated:person"]
inventories = ["{name}"]
seed = 7
personas = [{{ set = "big_five_32" }}]
[[asks]]
elicitation = "{elicitation}"
personas = ["E+A+C+N+O+"]
replicates = 2
reply = "{"auto" if levels.get("format") == "structured" or elicitation == "likelihood" else "text"}"
form = {{ {form} }}
"""
    record = stopped_run(tmp_path / "asked", study, None)
    inventory = load_inventory(name)
    persona = preview.personas("big_five_32")["E+A+C+N+O+"]
    items = preview.items(inventory, elicitation)  # type: ignore[arg-type]
    with record.store() as store:
        names, rows = store.table("calls")
        calls = [dict(zip(names, row, strict=True)) for row in rows]
        draws = dict(store.db.execute("SELECT id, replicate FROM sittings"))
        for call in calls[:3] + calls[-3:]:
            messages, continuations = store.prompt(call["prompt"])
            shown = preview.prompt(
                inventory, Form(**levels), elicitation, persona, call["item"], seed=7, draw=draws[call["sitting"]]  # type: ignore[arg-type]
            )  # fmt: skip
            assert call["item"] in items
            assert shown.problem == ""
            assert _without_replies(shown.messages) == _without_replies(messages)
            assert [each.role for each in shown.messages] == [each.role for each in messages]
            assert elicitation != "likelihood" or shown.options == "\n".join(continuations)


def _without_replies(messages: tuple[Message, ...]) -> list[Message]:
    return [each for each in messages if each.role != "assistant"]


def test_every_form_that_can_be_chosen_is_printed_or_refused_in_words() -> None:
    person = preview.personas("none")
    for name in ("oejts12", "scenarios_oejts12", "mfq30"):
        inventory = load_inventory(name)
        for elicitation in preview.ELICITATIONS[inventory.kind]:
            item = preview.items(inventory, elicitation)[-1]
            for factor, levels in preview.levels(inventory, elicitation, ["en"]).items():
                for level in levels:
                    found = preview.prompt(
                        inventory, preview.form_of({factor: level}), elicitation, next(iter(person.values())), item
                    )
                    assert found.messages or found.problem, (name, elicitation, factor, level)


@pytest.mark.parametrize("name", [*inventory_ids(), "bfi10"])
def test_every_inventory_of_the_bank_is_shown_with_all_its_items(runs: Path, name: str) -> None:
    page = rendered("inventories", runs / "full", view="One inventory", bank=name)
    inventory = load_inventory(name)
    assert inventory.title in words(page)
    table = inventories_shown.items(inventory)
    assert table.table["item"].to_list() == [item.id for item in inventory.items]
    assert ("No norms are known" in words(page)) == (not inventory.norms)


def test_the_page_previews_what_the_address_says_and_says_why_it_cannot(runs: Path) -> None:
    page = rendered("inventories", runs / "full", whole="", view="The printed prompt", bank="tipi", item="tipi_02",
                    form_options="reversed", persona_set="big_five_32", persona="E-A+C-N+O+")  # fmt: skip
    assert page.selectbox(key="item").value == "tipi_02"
    system, user = (each.value for each in page.code[:2])
    assert "introverted" in system and "1. Agree strongly" in user and "critical, quarrelsome" in user
    page = rendered("inventories", runs / "full", whole="", view="The printed prompt", bank="scenarios_sd3", elicitation="choice",
                    form_wording="trait_letters", form_labels="lower")  # fmt: skip
    assert "has labels of its own" in page.warning[0].value.replace("\\", "")


def test_a_pasted_file_is_shown_like_one_of_the_bank_and_its_mistakes_are_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runs: Path
) -> None:
    monkeypatch.setenv("TRAITSCOPE_RUNS", str(tmp_path))
    page = rendered("inventories", runs / "full", whole="", view="Add your own")
    calm(page.text_area(key="text_csv").input(TEMPLATE.replace("E2,E,R", "E2,<b>X</b>,R")).run())
    assert "line 10, scale: unknown scale '<b>X</b>'" in page.error[0].value.replace("\\", "")
    calm(page.text_area(key="text_csv").input(TEMPLATE).run())
    assert not page.error and "Tiny extraversion scale" in words(page)
    assert page.table[0].value.shape[0] == 2
    # what a model would be sent, before anything is saved
    assert any("Statement: Am the life of the party." in each.value for each in page.code)
    assert not (tmp_path / "own_inventories").exists()
    calm(page.button(key="save_inventory").click().run())
    assert (tmp_path / "own_inventories" / "my_inventory.toml").is_file()
    assert msgspec.toml.decode(own_inventories.TEMPLATES["toml"])["title"] == "Tiny extraversion scale"
