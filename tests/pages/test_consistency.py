"""The page Consistency: what it says and shows of forms, places, styles and outcomes."""

from collections.abc import Callable
from pathlib import Path

from tests.pages.test_pages import calm, rendered, words
from traitscope.record import Record


def figures(page: object) -> list[str]:
    return [each.proto.id for each in page.get("plotly_chart")]  # type: ignore[attr-defined]


def test_a_constant_responder_follows_the_place_and_not_the_content(runs: Path) -> None:
    page = rendered("consistency", runs / "full", inventory="tipi", model="simulated:first_option")
    told = words(page)
    assert (
        "Turning the options round changes 100 % of the answers, by 6.00 categories on average over all of them."
        in told
    )
    assert "The first option on the page is chosen in 100 % of the answers, where 14 % would be even." in told
    assert "Not estimable: no total differs between the personas." in told
    assert "nan" not in told.lower().split()


def test_every_question_has_its_figure(runs: Path) -> None:
    page = rendered("consistency", runs / "full", inventory="tipi", model="simulated:person")
    shown = " ".join(figures(page))
    for name in ("shifts", "parallel", "items_by_form", "places", "chosen_again", "acquiescence", "use_of_scale"):
        assert f"figure_{name}" in shown
    assert "All 680 trials got a usable answer." in words(page)


def test_a_refuser_is_told_of_in_words_and_its_refusals_are_drawn(runs: Path) -> None:
    page = rendered("consistency", runs / "full", inventory="tipi", model="simulated:refuser")
    told = words(page)
    assert "None of 680 trials got a usable answer" in told
    assert "No option was chosen" in told
    assert any("outcomes_by_item" in each for each in figures(page))


def test_the_address_chooses_cells_and_what_outcomes_are_counted_by(runs: Path) -> None:
    change = "mean absolute change from the first form"
    page = rendered("consistency", runs / "full", inventory="tipi", model="simulated:refuser", by="model", cells=change)
    assert page.selectbox(key="by").value == "model"
    assert page.selectbox(key="cells").value == change
    assert "Which models give no usable answer?" in " ".join(each.label for each in page.expander)
    page = rendered("consistency", runs / "full", inventory="tipi", model="simulated:refuser")
    calm(page.selectbox(key="by").select("persona").run())
    assert "Which personas give no usable answer?" in " ".join(each.label for each in page.expander)


def test_one_form_is_told_with_how_to_vary_it_and_the_rest_is_shown_all_the_same(runs: Path) -> None:
    page = rendered("consistency", runs / "graded")
    told = words(page)
    assert "Everything was printed in one form" in told and 'vary = { options = ["printed", "reversed"] }' in told
    assert any("figure_places" in each for each in figures(page))
    assert any("figure_use_of_scale" in each for each in figures(page))


def test_a_likelihood_is_told_to_have_no_printed_options(runs: Path) -> None:
    told = words(rendered("consistency", runs / "likelihood", ask="likelihood: double_centred"))
    assert "A likelihood is asked without printed options" in told


def test_a_single_person_of_the_bare_model_has_no_interval_and_no_exception(
    tmp_path: Path, stopped_run: Callable[[Path, str, int | None], Record]
) -> None:
    study = 'title = "Alone"\nmodels = ["simulated:person"]\ninventories = ["tipi"]\npersonas = ["none"]\n[[asks]]\n'
    record = stopped_run(tmp_path / "alone", study + 'vary = { options = ["printed", "reversed"] }\n', None)
    page = rendered("consistency", record.folder)
    assert "n = 1 person, 20 usable answers in 2 forms" in words(page)
    assert "nan" not in words(page).lower().split()
