"""Tables of answers from elsewhere become records: published figures come out of them, and every cell is there."""

from pathlib import Path

import pytest
from importing_files import TIPI, answers, imported, written

from inventories.loading import load_inventory
from traitscope import analysis
from traitscope.cli import main
from traitscope.collected import analyze
from traitscope.datafile import DataError
from traitscope.findings import findings
from traitscope.interviews import seats
from traitscope.overview import model_name, study
from traitscope.runner import reparse, run
from traitscope.study import load_study

PERSONALLM = {  # verified: d with ddof 0 and 1, alpha over 320 rows
    "E": (7.8063, 7.7819, 0.9505),
    "A": (5.9304, 5.9119, 0.9532),
    "C": (1.5614, 1.5565, 0.8611),
    "N": (1.8330, 1.8272, 0.8965),
    "O": (2.9034, 2.8943, 0.9444),
}
HOSTILE = [
    '=HYPERLINK("http://example.org","5")', "<script>alert('x')</script>", "a" * 1_000_000, "nul\0", "#REF!", "4,5",
    "Strongly\r\nagree?", "I would rather not say", "9", "'; DROP TABLE answers; --",
]  # fmt: skip


@pytest.fixture(scope="module")
def shared() -> Path:
    found = Path(__file__).parents[3] / "shared" / "data"
    if not found.is_dir():
        pytest.skip("the shared reference data are not beside this checkout")
    return found


@pytest.fixture(scope="module")
def personallm(shared: Path, tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("personallm") / "answers.csv"
    path.write_bytes((shared / "llm" / "personallm_gpt35_bfi44.csv").read_bytes())
    return imported(path, "bfi44")[0]


@pytest.mark.parametrize("scale", list(PERSONALLM))
def test_the_published_figures_come_out_of_the_record_that_was_imported(personallm, scale):
    d0, d1, alpha = PERSONALLM[scale]
    found = analyze(personallm.folder, load_inventory("bfi44"))["scales"][scale]
    assert found["assigned"]["d_ddof0"] == pytest.approx(d0, abs=5e-5)
    assert found["assigned"]["d_ddof1"] == pytest.approx(d1, abs=5e-5)
    assert found["alpha"]["value"] == pytest.approx(alpha, abs=5e-5)


def test_the_file_is_kept_as_it_came(personallm, shared):
    kept = personallm.folder / "imported" / "answers.csv"
    assert kept.read_bytes() == (shared / "llm" / "personallm_gpt35_bfi44.csv").read_bytes()


def test_thirty_two_personas_with_ten_repeats_are_320_sittings_and_not_320_persons(personallm):
    table = analysis.answers(personallm)
    assert table["persona"].nunique() == 32
    assert set(table["replicate"]) == set(range(1, 11))
    assert len(table) == 320 * 44


def test_the_study_of_the_record_loads_and_plans_the_sittings_that_are_there(personallm):
    again = load_study(personallm.folder / "study.toml")
    with personallm.store() as store:
        there = set(store.sittings())
    assert {each.id for each in seats(again, personallm.manifest.abilities)} == there


def test_running_an_imported_study_is_refused_in_one_line(personallm, capsys):
    folder = str(personallm.folder)
    assert main(["run", f"{folder}/study.toml", "--record", folder]) == 2
    told = capsys.readouterr().err
    assert "imported:answers.csv" in told
    assert "cannot be asked again" in told
    assert told.count("\n") == 1


def test_tables_findings_and_lists_say_that_the_answers_were_imported(personallm):
    from traitscope.estimates import tables

    name = "imported:answers.csv"
    assert model_name(personallm, name) == f"{name} (answers imported, not asked)"
    assert "imported, not asked" in study(personallm)["asked"]
    assert "imported, not asked" in personallm.manifest.abilities[name].note
    assert all("imported, not asked" in each for each in findings(personallm, tables(personallm)))


def test_an_imported_record_is_complete_and_costs_nothing(personallm):
    row = study(personallm)
    assert (row["state"], row["usd"]) == ("complete", 0)


def test_reading_imported_replies_again_changes_no_answer(tmp_path):
    path = written(
        tmp_path / "answers.csv", ["persona", *TIPI], ["a", *HOSTILE], ["b", 1, 2, 3, 4, 5, 6, 7, "5.0", "", "NA"]
    )
    record, _ = imported(path)
    before = analysis.answers(record)
    reparse(record)
    assert analysis.answers(record).equals(before)


def test_every_hostile_cell_is_kept_whole_with_one_outcome(tmp_path):
    table = answers(written(tmp_path / "answers.csv", ["persona", *TIPI], ["a", *HOSTILE]))
    assert table["reply_text"].tolist() == HOSTILE
    assert table["outcome"].notna().all()
    assert dict(zip(HOSTILE, table["outcome"], strict=True))["9"] == "off_scale"
    assert dict(zip(HOSTILE, table["outcome"], strict=True))["I would rather not say"] == "refused"


def test_blank_cells_are_missing_and_the_names_of_outcomes_are_outcomes(tmp_path):
    row = ["", "NA", ".", "refused", "ambiguous", "off_scale", "unreadable", "missing", "7.0", "agree strongly"]
    table = answers(written(tmp_path / "answers.csv", ["persona", *TIPI], ["a", *row]))
    told = ["missing"] * 3 + ["refused", "ambiguous", "off_scale", "unreadable", "missing", "answered", "answered"]
    assert table["outcome"].tolist() == told
    assert table["chosen"].tolist()[-2:] == [7, 7]


def test_a_date_that_a_spreadsheet_made_of_an_answer_is_none(tmp_path):
    table = answers(written(tmp_path / "answers.csv", ["persona", *TIPI], ["a", *["2020-03-03", "3/4/2020"] * 5]))
    assert set(table["outcome"]) == {"unreadable"}


def test_a_long_table_holds_what_the_wide_one_holds(tmp_path):
    wide = written(
        tmp_path / "wide.csv", ["persona", "replicate", *TIPI], *[["a", n, *range(1, 8), 1, 2, n] for n in (1, 2)]
    )
    cells = [["a", n, item, value] for n in (1, 2) for item, value in zip(TIPI, [*range(1, 8), 1, 2, n], strict=True)]
    (tmp_path / "other").mkdir()
    long = written(tmp_path / "other" / "wide.csv", ["person", "replicate", "item", "value"], *cells)
    told = ["persona", "replicate", "item", "outcome", "chosen"]
    assert answers(long)[told].equals(answers(wide)[told])


def test_a_number_is_a_value_in_whatever_order_the_options_were_printed(tmp_path):
    header = ["persona", "factor.options", "factor.labels", *TIPI]
    path = written(
        tmp_path / "answers.csv", header, *[["a", order, "upper", *[2] * 10] for order in ("printed", "reversed")]
    )
    table = answers(path)
    assert set(table["chosen"]) == {2}
    assert table.groupby("options")["position"].unique().map(list).to_dict() == {"printed": [1], "reversed": [5]}


def test_where_options_were_shuffled_no_place_on_the_page_is_made_up(tmp_path):
    path = written(tmp_path / "answers.csv", ["persona", "factor.options", *TIPI], ["a", "shuffled", *[2] * 10])
    table = answers(path)
    assert set(table["chosen"]) == {2}
    assert table["position"].isna().all()


def test_a_value_that_two_actions_share_is_an_answer_without_a_place(tmp_path):
    inventory = load_inventory("scenarios_sd3")
    items = [item.id for item in inventory.items]
    path = written(tmp_path / "choices.csv", ["persona", *items], ["a", *[1] * len(items)], ["b", *["B"] * len(items)])
    table = answers(path, "scenarios_sd3")
    assert set(table["elicitation"]) == {"choice"}
    by_number = table[table["persona"] == "a"]
    assert set(by_number["chosen"]) == {1}
    assert by_number["position"].isna().all()


def test_levels_of_a_factor_that_no_form_has_are_repeats_and_told(tmp_path):
    path = written(
        tmp_path / "answers.csv", ["persona", "factor.mood", *TIPI], ["a", "glad", *[1] * 10], ["a", "sad", *[2] * 10]
    )
    record, sheet = imported(path)
    assert sorted(set(analysis.answers(record)["replicate"])) == [1, 2]
    assert any("factor.mood" in each for each in sheet.told)


def test_models_levels_groups_and_outside_scores_are_kept(tmp_path):
    header = ["model", "persona", "assigned.E", "group.sex", "criterion.gpa", *TIPI]
    path = written(
        tmp_path / "answers.csv", header, ["gpt", "a", -1, "f", 3.2, *[1] * 10], ["llama", "b", 1, "m", "", *[2] * 10]
    )
    record, _ = imported(path)
    assert list(record.manifest.models) == ["imported:gpt", "imported:llama"]
    first, second = record.manifest.personas["a"], record.manifest.personas["b"]
    assert (first.assigned, first.attributes) == ({"extraversion": -1.0}, {"sex": "f", "criterion.gpa": "3.2"})
    assert second.attributes == {"sex": "m"}


def test_sittings_that_the_file_has_not_are_not_planned(tmp_path):
    path = written(
        tmp_path / "answers.csv", ["model", "persona", *TIPI], ["gpt", "a", *[1] * 10], ["llama", "b", *[2] * 10]
    )
    assert imported(path)[0].progress() == {"trials": 20, "done": 20, "failed": 0}


def test_repeats_without_a_persona_are_the_bare_model(tmp_path):
    table = answers(written(tmp_path / "answers.csv", ["replicate", *TIPI], [1, *[1] * 10], [2, *[2] * 10]))
    assert set(table["persona"]) == {"bare"}


def test_rows_that_name_nobody_are_persons(tmp_path):
    table = answers(written(tmp_path / "answers.csv", TIPI, [1] * 10, [2] * 10))
    assert sorted(set(table["persona"])) == ["row 1", "row 2"]


def test_items_without_a_column_were_not_asked(tmp_path):
    record, sheet = imported(written(tmp_path / "answers.csv", ["persona", *TIPI[:4]], ["a", 1, 2, 3, 4]))
    assert record.progress()["trials"] == 4
    assert any("6 of 10 items have no column" in each for each in sheet.told)


def test_positions_say_in_which_order_the_items_stood(tmp_path):
    header = ["persona", *TIPI, *(f"position.{item}" for item in TIPI)]
    table = answers(written(tmp_path / "answers.csv", header, ["a", *[1] * 10, *range(10, 0, -1)]))
    assert table["item"].tolist() == TIPI[::-1]


@pytest.mark.parametrize(
    ("header", "rows", "told"),
    [
        (["persona", "replicate", *TIPI], [["a", 1, *[1] * 10], ["a", 1, *[2] * 10]], "row 2: persona 'a' with replicate 1 stands twice, first in row 1"),
        (["persona", "replicate", *TIPI], [["a", "x", *[1] * 10]], "row 1, column 'replicate': 'x' is no number of a repeat; allowed: 1 to"),
        (["persona", "assigned.E", *TIPI], [["a", "high", *[1] * 10]], "row 1, column 'assigned.E': 'high' is no level; allowed: a number"),
        (["persona", "assigned.E", *TIPI], [["a", 1, *[1] * 10], ["a", -1, *[1] * 10]], "row 2, column 'assigned.E': persona 'a' has '-1' here and '1' in row 1"),
        (["persona", "factor.options", *TIPI], [["a", "upside", *[1] * 10]], "row 1, column 'factor.options': 'upside' is no level; Allowed: printed"),
        (["persona", "factor.elicitation", *TIPI], [["a", "likelihood", *[1] * 10]], "'likelihood' has no answers"),
        (["persona", *TIPI], [["", *[1] * 10]], "row 1, column 'persona': is empty"),
        (["persona", *TIPI], [["a" * 1000, *[1] * 10]], "row 1, column 'persona': 1,000 characters"),
        (["persona", *TIPI], [["a\0b", *[1] * 10]], "row 1, column 'persona': 'a\\x00b'"),
        (["persona", "x", "y"], [["a", 1, 2]], "no column is an item of tipi; seen: 'persona', 'x', 'y'"),
        (["persona", "tipi_01", "tipi_01"], [["a", 1, 2]], "the column 'tipi_01' stands twice"),
        (["persona", "item", "value"], [["a", "tipi_99", 2]], "row 1, column 'item': 'tipi_99' is no item of tipi"),
        (["persona", "item", "value"], [["a", "tipi_01", 2], ["a", "tipi_01", 3]], "stands twice"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_that_says_where_and_what(tmp_path, capsys, header, rows, told):
    path = written(tmp_path / "answers.csv", header, *rows)
    assert main(["import", str(path), "--inventory", "tipi", "--record", str(tmp_path / "record")]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert str(path) in said
    assert said.count("\n") == 1
    assert [each.name for each in tmp_path.iterdir()] == ["answers.csv"]


def test_another_encoding_is_told_with_its_place(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_bytes(",".join(["persona", *TIPI]).encode() + b"\nM\xfcller" + b",1" * 10)
    with pytest.raises(DataError, match="not UTF-8"):
        imported(path)


def test_an_inventory_is_needed_and_a_record_is_never_overwritten(tmp_path):
    path = written(tmp_path / "answers.csv", ["persona", *TIPI], ["a", *[1] * 10])
    with pytest.raises(DataError, match="needs --inventory"):
        imported(path, None)
    imported(path)
    with pytest.raises(DataError, match="holds a record already"):
        imported(path)


def test_answers_to_a_translation_are_in_its_language(tmp_path):
    items = [item.id for item in load_inventory("ipip_neo_120").items]
    table = answers(written(tmp_path / "antworten.csv", ["persona", *items], ["a", *[3] * 120]), "ipip_neo_120.de")
    assert set(table["language"]) == {"de"}


def test_an_inventory_of_the_users_own_is_copied_into_the_record(tmp_path):
    own = tmp_path / "tiny.toml"
    own.write_text(
        'title = "Tiny"\nkind = "cognition"\nlicence = "mine"\nscales = { E = "Extraversion" }\n'
        'options = [{ value = 1, text = "no" }, { value = 2, text = "yes" }]\n'
        'items = [{ id = "E1", scale = "E", key = 1, text = "Talks." }, { id = "E2", scale = "E", key = 1, text = "Sings." }]\n'
    )
    record, _ = imported(written(tmp_path / "answers.csv", ["persona", "E1", "E2"], ["a", "yes", 1]), str(own))
    own.unlink()
    assert analysis.answers(record)["chosen"].tolist() == [2, 1]
    assert load_study(record.folder / "study.toml").inventories["tiny"].id == "tiny"


def test_what_a_run_wrote_and_somebody_reshaped_comes_back_as_it_was(tmp_path, study_file):
    text = 'models = ["simulated:person"]\ninventories = ["tipi"]\npersonas = ["none", { set = "big_five_32", fraction = "half" }]\n'
    first = run(
        load_study(study_file(text + '[[asks]]\nvary = { options = ["printed", "reversed"] }\n')), tmp_path / "first"
    )
    table = analysis.answers(first)
    columns = {name: table[name] for name in ("model", "persona", "replicate", "item")}
    long = tmp_path / "long.csv"
    table.assign(**columns, value=table["chosen"], **{"factor.options": table["options"]})[
        [*columns, "factor.options", "value"]
    ].to_csv(long, index=False)
    found = answers(long)
    order = ["persona", "options", "item"]
    told = (
        [*order, "outcome", "chosen", "position", "keyed"]
        if "keyed" in table
        else [*order, "outcome", "chosen", "position"]
    )
    before, after = (each.sort_values(order).reset_index(drop=True)[told] for each in (table, found))
    assert after.equals(before)
