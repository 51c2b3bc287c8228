"""A study composed, saved and started from the page Design alone."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.test_pages import calm, rendered, words
from traitscope import freeze, overview, own_inventories, removing, tables
from traitscope.design.design_file import EXAMPLES, NEW
from traitscope.record import Record
from traitscope.study import load_study
from traitscope.study_file import study_file

SECONDS = 90  # a busy machine is slow, not wrong
STUDIES = sorted(path.stem for path in EXAMPLES.glob("*.toml") if "models" in path.read_text("utf-8"))
SMALL = f"design_{NEW}"
KEY = "a-key-that-nobody-may-see-0815"
COUSINS = """
title = "Two cousins"
source = "ours"
licence = "MIT"
personas = [{ id = "ann", text = "You are Ann." }, { id = "bob", text = "You are Bob." }]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for records."""
    monkeypatch.setenv("TRAITSCOPE_RUNS", str(tmp_path))
    return tmp_path


def toml(page: AppTest) -> str:
    """The study file that the page shows."""
    return str(next(each.value for each in page.code if each.language == "toml"))


def complete(folder: Path) -> Record:
    """The record in `folder` as soon as it is complete."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if (folder / "manifest.json").is_file():
            record = Record(folder)
            if overview.study(record)["state"] == "complete":
                return record
        time.sleep(0.2)
    log = folder / "run.log"
    raise AssertionError(log.read_text() if log.is_file() else f"{folder} was not started")


@pytest.mark.parametrize("name", STUDIES)
def test_an_example_goes_through_the_form_unchanged(folder: Path, name: str) -> None:
    page = rendered("design", None, start=f"example {name}")
    (folder / "shown.toml").write_text(toml(page), "utf-8")
    assert study_file(folder / "shown.toml") == study_file(EXAMPLES / f"{name}.toml")
    assert [each.value for each in page.error] == []


def test_all_that_a_file_says_survives_an_edit(folder: Path) -> None:
    (folder / "rich").mkdir()
    (folder / "rich" / "study.toml").write_text(
        """
title = "Rich"
note = "Pre-registered."
models = [{ name = "simulated:person", max_tokens = 9, parameters = { noise = 0.5 }, price = { input = 0, output = 0 } }]
inventories = ["tipi"]
limits = { concurrency = 3 }
[[asks]]
form = { memory = "continued" }
steps = [{ kind = "task", text = "Write a line." }]
[analysis]
margin = 7.5
""",
        "utf-8",
    )
    before = study_file(folder / "rich" / "study.toml")
    page = rendered("design", None, start="record rich")
    calm(page.number_input(key="design_record rich_ask_0_draws").set_value(4).run())
    (folder / "shown.toml").write_text(toml(page), "utf-8")
    after = study_file(folder / "shown.toml")
    assert after.asks[0].replicates == 4
    assert (after.note, after.limits, after.analysis, after.models) == (
        before.note, before.limits, before.analysis, before.models
    )  # fmt: skip
    assert (after.asks[0].steps, after.asks[0].form) == (before.asks[0].steps, before.asks[0].form)


def test_a_study_is_designed_started_and_scored(folder: Path) -> None:
    page = rendered("design", None)
    calm(page.text_input(key=f"{SMALL}_name").set_value("first try").run())
    calm(page.multiselect(key=f"{SMALL}_ask_0_rating_options").set_value(["printed", "reversed"]).run())
    told = [each.value for each in page.metric]
    assert told == ["32", "320", "320"]  # 16 personas x 2 orders, 10 items each
    calm(page.button(key="design_start").click().run())
    record = complete(folder / "first_try")
    assert len(tables.scores(record).query("version == 'chosen'")) == 32 * 5
    assert toml(page) == (folder / "first_try" / "study.toml").read_text("utf-8").rstrip()
    calm(page.run())
    links = [each.proto.label.replace("\\", "") for each in page.get("page_link")]
    assert links == ["first_try under Trait profiles", "first_try under Studies"]  # it has no pairs for Divergence


def test_the_record_is_called_as_the_title_until_a_name_is_typed(folder: Path) -> None:
    page = rendered("design", None)
    name = page.text_input(key=f"{SMALL}_name")
    assert name.value == "my_study"
    calm(page.text_input(key=f"{SMALL}_title").set_value("Order of options").run())
    assert page.text_input(key=f"{SMALL}_name").value == "order_of_options"
    calm(page.text_input(key=f"{SMALL}_name").set_value("mine").run())
    calm(page.text_input(key=f"{SMALL}_title").set_value("Something else").run())
    assert page.text_input(key=f"{SMALL}_name").value == "mine"
    calm(page.button(key="design_save").click().run())
    assert (folder / "mine" / "study.toml").is_file()


def test_own_inventories_travel_into_the_record(folder: Path) -> None:
    page = rendered("design", None, start="example my_study")
    calm(page.button(key="design_save").click().run())
    study = load_study(folder / "my_study" / "study.toml")
    assert Path(study.inventories["curiosity"].file).parent.name == "inventories"
    assert [each.id for each in study.personas] == ["bare", "explorer", "inventor", "homebody", "clerk"]


def test_a_study_that_is_there_is_not_overwritten_silently(folder: Path) -> None:
    (folder / "mine").mkdir()
    file = folder / "mine" / "study.toml"
    file.write_text('models = ["simulated:uniform"]\ninventories = ["sdrs5"]\n', "utf-8")
    page = rendered("design", None)
    calm(page.text_input(key=f"{SMALL}_name").set_value("mine").run())
    calm(page.button(key="design_save").click().run())
    assert "is there already" in page.error[0].value
    assert study_file(file).models == ["simulated:uniform"]
    calm(page.checkbox(key="design_replace_mine").check().run())
    calm(page.button(key="design_save").click().run())
    assert study_file(file).models == ["simulated:person"]


def test_a_mistake_is_told_in_words_and_cannot_be_started(folder: Path) -> None:
    page = rendered("design", None)
    calm(page.segmented_control(key=f"{SMALL}_ask_0_elicitation").set_value("choice").run())
    assert "choice is for scenarios" in page.error[0].value.replace("\\", "")
    assert "/tmp" not in page.error[0].value
    assert "design_start" not in [each.key for each in page.button]
    calm(page.segmented_control(key=f"{SMALL}_ask_0_elicitation").set_value("rating").run())
    calm(page.multiselect(key=f"{SMALL}_models").set_value(["simulated:persn"]).run())
    assert "did you mean 'person'" in page.error[0].value.replace("\\", "")


def test_a_level_that_is_none_is_told(folder: Path) -> None:
    page = rendered("design", None)
    calm(page.number_input(key=f"{SMALL}_own").set_value(1).run())
    calm(page.text_input(key=f"{SMALL}_levels_0").set_value("extraversion high").run())
    assert "'extraversion high' is no level" in page.error[0].value.replace("\\", "")
    calm(page.text_input(key=f"{SMALL}_levels_0").set_value("extraversion = 1").run())
    assert "assigned = { extraversion = 1 }" in toml(page)


def test_unclear_terms_need_a_yes(folder: Path) -> None:
    page = rendered("design", None)
    calm(page.multiselect(key=f"{SMALL}_inventories").set_value(["mfq30"]).run())
    assert "unclear" in page.error[0].value
    calm(page.checkbox(key=f"{SMALL}_accept_mfq30").check().run())
    assert [each.value for each in page.error] == []
    assert 'accept = ["mfq30"]' in toml(page)


def test_more_than_a_dollar_needs_a_yes_and_has_a_limit(folder: Path) -> None:
    (folder / "dear").mkdir()
    (folder / "dear" / "study.toml").write_text(
        'models = [{ name = "server:http://127.0.0.1:9/v1#m", price = { input = 1000, output = 1000 } }]\ninventories = ["tipi"]\n',
        "utf-8",
    )
    page = rendered("design", None, start="record dear")
    assert page.button(key="design_start").disabled
    name = page.text_input(key="design_record dear_name").value
    assert page.number_input(key=f"design_limit_{name}").value > 1
    calm(page.checkbox(key=f"design_sure_{name}").check().run())
    assert not page.button(key="design_start").disabled


def test_the_check_says_that_a_model_does_not_answer(folder: Path) -> None:
    page = rendered("design", None)
    calm(page.multiselect(key=f"{SMALL}_models").set_value(["server:http://127.0.0.1:9/v1#m"]).run())
    calm(page.button(key=f"{SMALL}_check_server:http://127.0.0.1:9/v1#m").click().run())
    assert "does not answer" in page.error[0].value


def test_a_pilot_tells_what_reliability_to_expect(folder: Path) -> None:
    page = rendered("design", None)
    calm(page.multiselect(key=f"{SMALL}_ask_0_rating_options").set_value(["printed", "reversed"]).run())
    calm(page.number_input(key=f"{SMALL}_ask_0_draws").set_value(3).run())
    calm(page.button(key="design_pilot").click().run())
    end = time.monotonic() + SECONDS
    while "PILOT done" not in (folder / "my_study" / "run.log").read_text() and time.monotonic() < end:
        time.sleep(0.2)
    assert 0 < Record(folder / "my_study").progress()["done"] < 960
    calm(page.run())
    calm(page.selectbox(key="pilot").set_value("my_study").run())
    (table,) = [each.value for each in page.table if "G then" in each.value]
    assert set(table["scale"]) == {"A", "C", "E", "ES", "O"} and table["forms"].str.endswith("→ 2").all()


def test_a_record_grows_and_only_what_is_new_is_asked_and_that_is_said_before(folder: Path) -> None:
    page = rendered("design", None)
    calm(page.text_input(key=f"{SMALL}_name").set_value("grows").run())
    calm(page.button(key="design_start").click().run())
    record = complete(folder / "grows")
    with record.store() as store:
        before = store.answered()
    assert sum(before.values()) == 160
    page = rendered("design", None, start="record grows")
    calm(page.segmented_control(key="design_record grows_save_as").set_value("the record").run())
    assert "nothing is new" in words(page)
    calm(page.number_input(key="design_record grows_ask_0_draws").set_value(2).run())
    assert "160 trials of 320 are new and will be asked; 160 answers stay as they are" in words(page)
    calm(page.button(key="design_start").click().run())
    end = time.monotonic() + SECONDS
    while Record(folder / "grows").progress() != {"trials": 320, "done": 320, "failed": 0} and time.monotonic() < end:
        time.sleep(0.2)
    with Record(folder / "grows").store() as store:
        after = store.answered()
        _, calls = store.table("calls")
    assert {name: after[name] for name in before} == before and len(after) == 32
    assert len(calls) == 320


def test_a_plan_is_fixed_before_data_are_seen(folder: Path) -> None:
    page = rendered("design", None)
    calm(page.number_input(key=f"{SMALL}_margin").set_value(5.0).run())
    calm(page.checkbox(key="design_fix_my_study").check().run())
    calm(page.button(key="design_save").click().run())
    found = freeze.read(folder / "my_study")
    assert found is not None and (found.trials, found.analysis.margin) == (160, 5.0)
    assert "the plan is fixed" in page.success[0].value


def test_a_key_reaches_the_model_and_stands_nowhere_else(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SERVER_API_KEY", raising=False)
    page = rendered("design", None)
    calm(page.multiselect(key=f"{SMALL}_models").set_value(["server:http://127.0.0.1:9/v1#m"]).run())
    calm(page.text_input(key="key_SERVER_API_KEY_design").set_value(KEY).run())
    calm(page.button(key=f"{SMALL}_check_server:http://127.0.0.1:9/v1#m").click().run())
    calm(page.button(key="design_save").click().run())
    told = [each.value for each in (*page.error, *page.success, *page.code, *page.caption, *page.markdown)]
    assert KEY not in "\n".join(map(str, told))
    files = [each for each in folder.rglob("*") if each.is_file()]
    assert files and all(KEY.encode() not in each.read_bytes() for each in files)
    assert KEY not in str(page.query_params)


def test_what_a_simulated_person_is_like_is_chosen(folder: Path) -> None:
    page = rendered("design", None)
    calm(page.number_input(key=f"{SMALL}_order_bias_simulated:person").set_value(0.25).run())
    assert 'models = [{ name = "simulated:person", parameters = { order_bias = 0.25 } }]' in toml(page)
    calm(page.number_input(key=f"{SMALL}_order_bias_simulated:person").set_value(0.0).run())
    assert 'models = ["simulated:person"]' in toml(page)


def test_inventories_and_personas_of_ones_own_travel_with_the_record(folder: Path, tmp_path: Path) -> None:
    own = folder / own_inventories.FOLDER / "mine.toml"
    own.parent.mkdir()
    own.write_text((EXAMPLES / "curiosity.toml").read_text("utf-8"), "utf-8")
    personas = tmp_path / "elsewhere" / "cousins.toml"
    personas.parent.mkdir()
    personas.write_text(COUSINS, "utf-8")
    page = rendered("design", None)
    calm(page.multiselect(key=f"{SMALL}_inventories").set_value([str(own)]).run())
    calm(page.multiselect(key=f"{SMALL}_sets").set_value([str(personas)]).run())
    calm(page.button(key="design_start").click().run())
    record = complete(folder / "my_study")
    personas.unlink()
    study = load_study(record.folder / "study.toml")
    assert ([*study.inventories], [each.id for each in study.personas]) == (["mine"], ["ann", "bob"])
    assert {each.name for each in record.folder.iterdir() if each.is_dir()} == {"inventories", "personas"}
    removing.remove(folder, "my_study", "my_study")
