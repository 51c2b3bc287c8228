"""Files of other programs become records: PsychoBench's results, TRAIT's, and surveys from Qualtrics."""

import json
from pathlib import Path

import pytest
from importing_files import TIPI, answers, imported, written

from inventories.loading import load_inventory
from traitscope import analysis, scenarios
from traitscope.datafile import DataError
from traitscope.importing.reading import recognised
from traitscope.overview import study
from traitscope.runner import reparse

ITEMS = load_inventory("tipi").items
PRINTED = list(range(1, 11))
SHUFFLED = [3, 1, 2, 10, 9, 8, 7, 6, 5, 4]


def psychobench(
    path: Path, *, orders=(PRINTED, SHUFFLED), cells=lambda number, test: number % 7 + 1, tests=2, texts=None
):
    """PsychoBench's file of a model: a block of columns for each order, a column for each test of it."""
    texts = texts or {number: item.text for number, item in enumerate(ITEMS, start=1)}
    columns = []
    for block, order in enumerate(orders):
        columns.append(
            ["Prompt: Reply with numbers.", *(f"{place}. {texts[number]}." for place, number in enumerate(order, 1))]
        )
        columns.append([f"order-{block + 1}", *order])
        columns += [[f"shuffle{block}-test{test}", *(cells(number, test) for number in order)] for test in range(tests)]
    header, *rows = zip(*columns, strict=True)
    return written(path, header, *rows)


def trait_row(number: int = 1, **more):
    """One scenario as the authors' repository has it, with what their script adds to it."""
    return {
        "personality": "Extraversion", "situation": f"Situation {number}.", "query": "What do you do?",
        "paraphrased_situation": f"In other words {number}.", "paraphrased_query": "What now?",
        "response_high1": f"Talk {number}.", "response_high2": f"Sing {number}.",
        "response_low1": f"Hide {number}.", "response_low2": f"Leave {number}.", **more,
    }  # fmt: skip


def chances(labels: str, *values: float):
    return dict(zip(labels, values, strict=True))


def qualtrics(path: Path, *responses, questions=None, names=None, items=TIPI):
    """A Qualtrics export with three lines of header; a response is (id, finished, answers)."""
    names = names or items
    questions = questions or [f"Please rate. - {item.text}" for item in ITEMS]
    header = ["StartDate", "IPAddress", "Finished", "ResponseId", *names]
    told = ["Start Date", "IP Address", "Finished", "Response ID", *questions]
    ids = [f'{{"ImportId":"{name}"}}' for name in header]
    rows = [["2024-05-01 10:00:00", "192.0.2.1", finished, name, *cells] for name, finished, cells in responses]
    return written(path, header, told, ids, *rows)


def test_every_format_is_recognised_by_its_file(tmp_path):
    results = tmp_path / "results.json"
    results.write_text(json.dumps([trait_row()]))
    assert recognised(psychobench(tmp_path / "p.csv")) == "psychobench"
    assert recognised(qualtrics(tmp_path / "q.csv", ("R_1", "True", [1] * 10))) == "qualtrics"
    assert recognised(written(tmp_path / "l.csv", ["person", "item", "value"], ["a", "tipi_01", 1])) == "long"
    assert recognised(written(tmp_path / "w.csv", ["person", "tipi_01"], ["a", 1])) == "wide"
    assert recognised(results) == "trait"


def test_the_format_that_was_said_goes_before_the_one_that_is_recognised(tmp_path):
    with pytest.raises(DataError, match="line 3: needs Qualtrics' import ids"):
        imported(written(tmp_path / "w.csv", ["person", "tipi_01"], ["a", 1]), kind="qualtrics")


def test_psychobench_answers_go_to_the_items_that_its_orders_number(tmp_path):
    table = answers(psychobench(tmp_path / "gpt-4-TIPI.csv"))
    assert len(table) == 4 * 10
    assert set(table["persona"]) == {"bare"}
    assert table.groupby("item")["chosen"].unique().map(list).to_dict() == {
        item: [number % 7 + 1] for number, item in enumerate(TIPI, start=1)
    }


def test_psychobench_orders_are_two_forms_in_the_order_of_the_file(tmp_path):
    table = answers(psychobench(tmp_path / "gpt-4-TIPI.csv"))
    shuffled = table[(table["items"] == "shuffled") & (table["replicate"] == 1)]
    assert set(table["items"]) == {"printed", "shuffled"}
    assert shuffled["item"].tolist() == [TIPI[number - 1] for number in SHUFFLED]


def test_psychobench_tests_without_a_number_are_missing_and_kept(tmp_path):
    table = answers(psychobench(tmp_path / "m.csv", cells=lambda number, test: "" if test else "no number"))
    assert table["outcome"].value_counts().to_dict() == {"missing": 20, "unreadable": 20}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"orders": ([1, *PRINTED[:9]],)}, "stands twice; each of 1 to 10 once"),
        ({"orders": ([99, *PRINTED[1:]],), "texts": dict.fromkeys(range(100), "x")}, "line 2, column 'order-1': '99' is no number of a statement; allowed: 1 to 10"),
        ({"texts": {n: ITEMS[10 - n].text for n in PRINTED}}, "is tipi_10, but its number says tipi_01"),
        ({"tests": 0}, "so there are no answers"),
    ],
)  # fmt: skip
def test_a_psychobench_file_that_does_not_fit_says_where(tmp_path, change, told):
    with pytest.raises(DataError, match="(?s).*" + told.replace("(", r"\(")):
        imported(psychobench(tmp_path / "m.csv", **change))


def test_another_psychobench_questionnaire_is_no_such_inventory(tmp_path):
    with pytest.raises(DataError, match="10 statements, but sd3 has 27"):
        imported(psychobench(tmp_path / "m.csv"), "sd3")


def test_reworded_psychobench_statements_are_told(tmp_path):
    texts = {number: f"Reworded {number}" for number in PRINTED}
    _, sheet = imported(psychobench(tmp_path / "m.csv", texts=texts))
    assert any("10 of 10 statements are worded otherwise" in each for each in sheet.told)


def test_qualtrics_columns_are_items_by_name_or_by_question(tmp_path):
    by_name = answers(qualtrics(tmp_path / "a.csv", ("R_1", "True", [*range(1, 8), 1, 2, 3])))
    (tmp_path / "b").mkdir()
    path = qualtrics(
        tmp_path / "b" / "b.csv", ("R_1", "True", [*range(1, 8), 1, 2, 3]), names=[f"Q7_{n}" for n in PRINTED]
    )
    by_question = answers(path)
    assert by_question["chosen"].tolist() == by_name["chosen"].tolist() == [*range(1, 8), 1, 2, 3]


def test_qualtrics_choice_texts_and_numbers_say_the_same(tmp_path):
    texts = [option.text for option in load_inventory("tipi").options]
    table = answers(qualtrics(tmp_path / "a.csv", ("R_1", "True", [*texts, 1, 4, 7])))
    assert table["chosen"].tolist() == [*range(1, 8), 1, 4, 7]


def test_unfinished_qualtrics_responses_are_kept_and_told(tmp_path):
    record, sheet = imported(qualtrics(tmp_path / "a.csv", ("R_1", "True", [1] * 10), ("R_2", "False", [1, *[""] * 9])))
    table = analysis.answers(record)
    assert table[table["persona"] == "R_2"]["outcome"].value_counts().to_dict() == {"missing": 9, "answered": 1}
    assert record.manifest.personas["R_2"].attributes == {"Finished": "False"}
    assert any("1 of 2 responses are not finished" in each for each in sheet.told)


def test_where_a_respondent_sat_is_in_the_copy_of_the_file_alone(tmp_path):
    record, _ = imported(qualtrics(tmp_path / "a.csv", ("R_1", "True", [1] * 10)))
    assert b"192.0.2.1" not in (record.folder / "manifest.json").read_bytes()
    assert b"192.0.2.1" in (record.folder / "imported" / "a.csv").read_bytes()


def test_seen_and_not_answered_is_missing(tmp_path):
    record, sheet = imported(qualtrics(tmp_path / "a.csv", ("R_1", "True", [-99, *[1] * 9])))
    assert analysis.answers(record)["outcome"].tolist() == ["missing", *["answered"] * 9]
    assert any("1 cells with -99" in each for each in sheet.told)


@pytest.mark.parametrize(
    ("responses", "names", "told"),
    [
        ([("R_1", "True", [1] * 10), ("R_1", "True", [2] * 10)], None, "response 2, column 'ResponseId': 'R_1' stands twice, first in response 1"),
        ([], None, "three lines of header and no response"),
        ([("R_1", "True", [1] * 10)], ["tipi_01", "TIPI_01", *TIPI[2:]], "tipi_01 has the column 'tipi_01' already"),
    ],
)  # fmt: skip
def test_a_qualtrics_file_that_does_not_fit_says_where(tmp_path, responses, names, told):
    with pytest.raises(DataError, match=told):
        imported(qualtrics(tmp_path / "a.csv", *responses, names=names))


def test_trait_probabilities_are_read_in_the_order_in_which_the_options_stood(tmp_path):
    path = tmp_path / "results_option_Chatgpt.json"
    row = trait_row(likelihood=chances("ABCD", 0.7, 0.1, 0.1, 0.1), likelihood_rev=chances("ABCD", 0.6, 0.2, 0.1, 0.1))
    path.write_text(json.dumps([row]))
    table = answers(path, None).set_index("options")
    # printed: high, low, high, low; swapped: low, high, low, high
    assert table["chosen"].to_dict() == {"printed": 1, "swapped": 0}
    assert table["expected"].to_dict() == pytest.approx({"printed": 0.8, "swapped": 0.3})
    assert set(table["position"]) == {0}


def test_the_score_of_trait_comes_out_of_its_results(tmp_path):
    # both orders together favour a high action of the first and the third scenario and a low one of the second
    first = trait_row(
        1, likelihood=chances("ABCD", 0.7, 0.1, 0.1, 0.1), likelihood_rev=chances("ABCD", 0.1, 0.7, 0.1, 0.1)
    )
    second = trait_row(
        2, likelihood=chances("ABCD", 0.1, 0.7, 0.1, 0.1), likelihood_rev=chances("ABCD", 0.7, 0.1, 0.1, 0.1)
    )
    third = trait_row(
        3, likelihood=chances("ABCD", 0.1, 0.1, 0.7, 0.1), likelihood_rev=chances("ABCD", 0.1, 0.1, 0.1, 0.7)
    )
    path = tmp_path / "results.json"
    path.write_text(json.dumps([first, second, third]))
    found = scenarios.trait_scores(imported(path, None)[0])
    score = found[(found["scale"] == "E") & (found["statistic"] == "trait_score") & (found["group"] == "all")]
    assert score["value"].tolist() == pytest.approx([200 / 3])


def test_the_prompt_tells_the_wording_and_whether_the_situation_was_paraphrased(tmp_path):
    digits = "Situation: {}\n1 = Talk 1.\n"
    rows = [
        trait_row(
            1,
            prompt='Given a situation: "Situation 1. What do you do?"\nA. Talk',
            likelihood=chances("ABCD", 1, 0, 0, 0),
        ),
        trait_row(2, prompt=digits.format("In other words 2."), likelihood=chances("1234", 1, 0, 0, 0)),
        trait_row(3, prompt="Question: Situation 3.\nA: Talk", likelihood=chances("ABCD", 1, 0, 0, 0)),
    ]
    path = tmp_path / "results.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    table = answers(path, None)
    told = table[table["outcome"] == "answered"].sort_values("reply_text")
    assert sorted(zip(told["wording"], told["situation"], strict=True)) == [
        ("trait_bare", "original"), ("trait_letters", "original"), ("trait_numbers", "paraphrased"),
    ]  # fmt: skip


def test_trait_replies_in_text_are_read_as_replies(tmp_path):
    rows = [
        trait_row(n, answer=said, model="m", persona="p") for n, said in enumerate(["B", "Talk 2.", "I refuse.", ""], 1)
    ]
    path = tmp_path / "results.json"
    path.write_text(json.dumps(rows))
    record, _ = imported(path, None)
    before = analysis.answers(record)
    assert before["outcome"].tolist() == ["answered", "answered", "refused", "missing"]
    assert before["chosen"].tolist()[:2] == [0, 1]
    reparse(record)
    assert analysis.answers(record).equals(before)
    assert study(record)["state"] == "complete"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([trait_row()], "row 1: no answer; one of the fields likelihood"),
        ([trait_row(likelihood={"A": "high"})], "row 1, field 'likelihood', label 'A': 'high' is no probability; allowed: 0 to 1"),
        ([trait_row(likelihood=0.5)], "row 1, field 'likelihood': '0.5' is no object"),
        ([trait_row(answer="A"), trait_row(answer="B")], "row 2: the scenario stands twice"),
        ([trait_row(1, answer="A"), trait_row(2, likelihood={"A": 1})], "some rows have probabilities and some have texts"),
    ],
)  # fmt: skip
def test_a_trait_file_that_does_not_fit_says_where(tmp_path, rows, told):
    path = tmp_path / "results.json"
    path.write_text(json.dumps(rows))
    with pytest.raises(DataError, match=told):
        imported(path, None)
