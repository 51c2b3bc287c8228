"""The page Compare: two models over the same personas, warned of before any mean is compared."""

from pathlib import Path

from tests.pages.test_pages import calm, rendered, words

PLACE = {"inventory": "tipi", "ask": "rating: chosen"}


def test_the_warning_stands_above_the_differences(runs: Path) -> None:
    page = rendered("compare", runs / "full", **PLACE)
    warning = page.warning[0].value.replace("\\", "")
    assert "Measurement invariance is not tested: 16 personas in 2 models are 32 persons" in warning
    assert "simulated:first_option gave one constant answer" in warning


def test_only_models_with_usable_answers_are_offered_and_the_others_are_named(runs: Path) -> None:
    page = rendered("compare", runs / "full", **PLACE)
    assert page.selectbox(key="reference").options == ["simulated:person", "simulated:first_option"]
    assert "simulated:refuser: no usable answer" in page.warning[0].value.replace("\\", "")
    calm(page.selectbox(key="inventory").select("sdrs5").run())
    assert page.info[0].value.startswith("Over 16 personas")


def test_the_finding_names_both_models_and_how_many_personas(runs: Path) -> None:
    told = rendered("compare", runs / "full", **PLACE).info[0].value.replace("\\", "")
    assert told.startswith(
        "Over 16 personas in 4 forms that both answered: simulated:first_option, beside simulated:person: "
    )


def test_the_reference_is_chosen_in_the_address(runs: Path) -> None:
    page = rendered("compare", runs / "full", **PLACE, reference="simulated:first_option", other="simulated:person")
    told = page.info[0].value.replace("\\", "")
    assert "simulated:person, beside simulated:first_option: " in told


def test_reliability_stands_side_by_side(runs: Path) -> None:
    page = rendered("compare", runs / "full", **PLACE)
    assert "Reliability, side by side" in [tab.label for tab in page.tabs]
    assert page.selectbox(key="coefficient").options[0] == "alpha"


def test_a_record_of_one_model_says_how_to_add_one(runs: Path) -> None:
    told = words(rendered("compare", runs / "graded"))
    assert "There is nothing to compare: this record asks one model only, simulated:person" in told
    assert f"{runs}/graded/study.toml" in told
