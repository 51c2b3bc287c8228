"""Every page renders a full, a half-run and an empty record, and says what is missing."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted(path.stem for path in ROOT.glob("pages/*.py") if path.stem != "__init__")
WITHOUT_RECORD = {"design", "recipes"}  # it makes one
RECORDS = ["full", "both", "graded", "likelihood", "half", "planned", "storeless"]


def _page(name: str, folder: str | None) -> None:
    from importlib import import_module

    from traitscope.record import Record

    import_module(f"pages.{name}").render(Record(folder) if folder else None)


def rendered(name: str, folder: Path | None, **address: Any) -> AppTest:
    """The whole page after one run, each part of it and each table opened, without an exception."""
    page = AppTest.from_function(_page, default_timeout=60, args=(name, str(folder) if folder else None))
    for key, value in {"whole": "1", **address}.items():
        page.query_params[key] = value
    return calm(page.run())


def calm(page: AppTest) -> AppTest:
    assert [each.message for each in page.exception] == []
    return page


def keys(page: AppTest) -> set[str]:
    """What the figures of a page are called."""
    return {each.proto.id.rpartition("-")[2] for each in page.get("plotly_chart")}


def words(page: AppTest) -> str:
    """All that a reader can read, tables and figures left out."""
    kinds = (page.title, page.subheader, page.markdown, page.caption, page.info, page.warning, page.code, page.text)
    return "\n".join(str(each.value) for kind in kinds for each in kind).replace("\\", "")


@pytest.mark.parametrize("record", RECORDS)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_renders_every_kind_of_record(runs: Path, name: str, record: str) -> None:
    assert rendered(name, runs / record).title


def test_a_part_is_drawn_when_it_is_opened_and_a_table_when_it_is_asked_for(runs: Path) -> None:
    first = rendered("trait_profiles", runs / "full", whole="")
    other = rendered("trait_profiles", runs / "full", whole="", tab="Reliability")
    whole = rendered("trait_profiles", runs / "full")
    assert "figure_personas" in keys(first) and "figure_personas" not in keys(other)
    assert keys(whole) >= keys(first) | keys(other)
    assert not first.table and len(whole.table) >= 3
    assert not first.get("download_button") and len(whole.get("download_button")) >= 12


@pytest.mark.parametrize("name", sorted({*PAGES} - WITHOUT_RECORD))
def test_without_any_record_a_page_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("TRAITSCOPE_RUNS", str(tmp_path))
    assert "make demo" in words(rendered(name, None))


def test_studies_tell_progress_state_and_who_is_simulated(runs: Path) -> None:
    told = words(rendered("studies", runs / "full"))
    assert "simulated:first_option (simulated, not a language model)" in told
    assert f"--record {runs}/full" not in told
    half = words(rendered("studies", runs / "half"))
    assert "half: simulated:person" in half
    assert f"traitscope run {runs}/half/study.toml --record {runs}/half" in half


def test_studies_give_the_terms_of_an_inventory_once(runs: Path) -> None:
    assert words(rendered("studies", runs / "full")).count("Terms of tipi") == 1


def test_the_outcomes_of_a_refuser_are_counted(runs: Path) -> None:
    (outcomes,) = rendered("studies", runs / "full").table
    refuser = outcomes.value.query("model == 'simulated\\\\:refuser' and inventory == 'tipi'").iloc[0]
    assert (refuser["trials"], refuser["answered"]) == ("680", "0")
    assert int(refuser["refused"]) + int(refuser.get("unreadable", "0")) == 680


def test_a_record_without_answers_says_how_to_ask(runs: Path) -> None:
    told = words(rendered("trait_profiles", runs / "planned"))
    assert "has no answers yet" in told
    assert f"traitscope run {runs}/planned/study.toml --record {runs}/planned" in told


def test_a_half_run_record_says_how_far_it_is_and_what_is_missing(runs: Path) -> None:
    told = words(rendered("trait_profiles", runs / "half"))
    assert "Half-run record: 75 of 340 trials" in told
    assert "traitscope run" in told
    assert "big_five_32: assigned high: " in told and "are usable; the rest are pending" in told


def test_a_full_record_says_nothing_of_missing_answers(runs: Path) -> None:
    told = words(rendered("trait_profiles", runs / "full", model="simulated:person"))
    assert "Half-run" not in told and "pending" not in told


def test_the_caption_tells_persons_sittings_and_elicitation(runs: Path) -> None:
    told = words(rendered("trait_profiles", runs / "full", model="simulated:person"))
    assert "simulated:person (simulated, not a language model); tipi; rating, answer chosen" in told
    assert "Personas: bare model 1; big_five_32: assigned high 8;" in told
    assert "Sittings: bare model 4; big_five_32: assigned high 32;" in told


def test_a_constant_responder_is_called_one_and_gets_no_place_in_a_norm_group(runs: Path) -> None:
    page = rendered("trait_profiles", runs / "full", model="simulated:first_option")
    assert "One constant answer, so no profile: bare model, big_five_32: assigned high" in words(page)
    assert not {"T", "percentile", "95 % CI"} & set(page.table[0].value.columns)


def test_a_refuser_has_no_profile_and_no_number(runs: Path) -> None:
    page = rendered("trait_profiles", runs / "full", model="simulated:refuser")
    assert "no usable answer yet on any scale" in words(page)
    assert "POMP" not in page.table[0].value


def test_without_neutral_personas_a_profile_says_how_to_get_a_control_band(runs: Path) -> None:
    assert 'Add "controls_30" to the personas' in words(rendered("trait_profiles", runs / "full"))


def test_norms_come_with_source_and_n(runs: Path) -> None:
    page = rendered("trait_profiles", runs / "full", model="simulated:person")
    assert {"T", "percentile", "norm group", "norm n"} <= set(page.table[0].value.columns)
    assert "T and percentile are within a norm group, n " in words(page)


def test_likelihoods_keep_their_own_scale(runs: Path) -> None:
    page = rendered("trait_profiles", runs / "likelihood", ask="likelihood: double_centred")
    assert "POMP" not in page.table[0].value
    assert "no common metric with ratings" in words(page)


def test_the_address_chooses_what_is_shown(runs: Path) -> None:
    page = rendered("trait_profiles", runs / "full", model="simulated:refuser", personas=["bare model", "E+A+C+N+O+"])
    assert page.selectbox(key="model").value == "simulated:refuser"
    assert page.multiselect(key="personas").value == ["bare model", "E+A+C+N+O+"]


def test_an_address_of_another_record_falls_back_to_what_there_is(runs: Path) -> None:
    page = rendered("trait_profiles", runs / "full", model="gone", inventory="gone", personas=["gone"])
    assert page.selectbox(key="inventory").value == "tipi"
    assert page.multiselect(key="personas").value[0] == "bare model"


def test_the_choosers_choose(runs: Path) -> None:
    page = rendered("trait_profiles", runs / "full")
    calm(page.selectbox(key="inventory").select("sdrs5").run())
    assert "A radar needs 3 scales" in words(page)
    calm(page.multiselect(key="personas").set_value([]).run())
    assert "Choose at least one" in words(page)


def test_persona_texts_and_titles_are_shown_as_text(runs: Path) -> None:
    page = rendered("trait_profiles", runs / "full", personas=["E+A+C+N+O+"])
    assert any("extroverted" in each.value for each in page.code)
    studies = rendered("studies", runs / "full")
    assert any(r"\*simulated\* \<b\>responders\<\/b\>" in each.value.replace("/", r"\/") for each in studies.markdown)


def test_a_page_is_less_than_a_hundred_lines() -> None:
    assert {name for name in PAGES if len((ROOT / "pages" / f"{name}.py").read_text().splitlines()) >= 100} == set()


def test_the_frame_opens_on_the_studies(runs: Path) -> None:
    frame = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert calm(frame).title[0].value == "Studies"


def test_the_frame_keeps_the_chosen_record_in_the_address(runs: Path) -> None:
    frame = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    frame.query_params["record"] = "half"
    assert "Outcomes of half" in [each.value for each in calm(frame.run()).subheader]
    calm(frame.sidebar.selectbox(key="record").select("full").run())
    assert frame.query_params["record"] == "full"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_file_opened_by_itself_hands_over_to_the_frame(name: str) -> None:
    page = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=60).run()
    assert set(calm(page).sidebar.selectbox(key="record").options) == set(RECORDS)
