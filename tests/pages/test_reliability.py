"""The page Reliability: coefficients of a persona set, items, components, and a D-study whose choices are in the address."""

from pathlib import Path

import pytest

from tests.pages.test_pages import calm, rendered, words

PLACE = {"model": "simulated:person", "inventory": "tipi", "ask": "rating: chosen"}


def test_the_finding_stands_on_top_with_the_number_of_personas(runs: Path) -> None:
    told = rendered("reliability", runs / "full", **PLACE).info[0].value.replace("\\", "")
    assert told.startswith("Over 16 personas, alpha is ")
    assert "With another order of options" in told


def test_the_persona_set_is_chosen_and_the_bare_model_is_none(runs: Path) -> None:
    page = rendered("reliability", runs / "full", **PLACE)
    assert page.selectbox(key="personas").options == ["big_five_32"]


def test_what_does_not_apply_is_named_with_the_reason(runs: Path) -> None:
    told = words(rendered("reliability", runs / "full", **PLACE))
    assert "No retest, ICC(A,1): every prompt was asked once" in told
    assert "No omega hierarchical: needs a scale with 6 items" in told
    assert "Every prompt was asked once, so what more draws buy cannot be told." in told


def test_a_refuser_has_no_reliability_and_the_page_says_why(runs: Path) -> None:
    told = words(rendered("reliability", runs / "full", **PLACE | {"model": "simulated:refuser"}))
    assert "No persona set here has two personas or more with usable answers" in told


def test_a_constant_responder_is_told_in_words(runs: Path) -> None:
    told = words(rendered("reliability", runs / "full", **PLACE | {"model": "simulated:first_option"}))
    assert "no total differs between the personas" in told
    assert "nan" not in told.lower().split()


def test_the_form_that_alpha_is_of_is_chosen(runs: Path) -> None:
    page = rendered("reliability", runs / "full", **PLACE)
    chooser = page.selectbox(key="form")
    assert len(chooser.options) == 5 and chooser.options[-1] == "the mean over all forms"
    calm(chooser.select("the mean over all forms").run())
    assert "Alpha, omega and retest are of the mean over all forms" in words(page)


def test_the_chosen_design_comes_from_the_address_and_says_what_it_buys(runs: Path) -> None:
    page = rendered("reliability", runs / "full", **PLACE, along="forms", items="2", forms="8")
    assert page.slider(key="forms").value == 8
    assert "With 2 items, 8 forms: Phi " in words(page)


def test_the_sliders_choose_another_design(runs: Path) -> None:
    page = rendered("reliability", runs / "full", **PLACE)
    assert "With 2 items, 4 forms: Phi " in words(page)
    calm(page.slider(key="forms").set_value(3).run())
    assert "With 2 items, 3 forms: Phi " in words(page)


def test_likelihoods_say_that_some_coefficients_are_not_for_them(runs: Path) -> None:
    told = words(rendered("reliability", runs / "likelihood", ask="likelihood: double_centred"))
    assert "not for values centred within person" in told


@pytest.mark.parametrize("record", ["full", "graded", "likelihood"])
def test_a_table_printed_on_the_page_never_shows_a_code_or_nan(runs: Path, record: str) -> None:
    page = rendered("reliability", runs / record)
    cells = [str(cell) for table in page.table for cell in table.value.to_numpy().ravel()]
    assert cells and not any(cell.lower() in ("nan", "none") or cell.startswith("zero_") for cell in cells)
