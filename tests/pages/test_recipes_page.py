"""The page Recipes: every recipe is listed and told, one is started and followed, and its results are shown as text and tables."""

import html
import re
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from test_pages import calm, keys, rendered, words

from traitscope import recipe_file, recipe_progress, recipe_records, recipe_run, recipes_shown
from traitscope.record import Record

SECONDS = 120  # a busy machine is slow, not wrong
NAMES = recipe_file.names()
STAGED = next(name for name in NAMES if recipe_file.load(name).stages)
TAKES = next(name for name in NAMES if (each := recipe_file.load(name)).takes and each.making)
PARAMETRIC = next(name for name in NAMES if recipe_file.load(name).parameters)
PERSON = "simulated:person"
KEY = "a-key-that-nobody-may-see-0815"
# what a recipe or a reply may be made of, to be read as HTML, Markdown, a picture or mathematics
HOSTILE = '<b id="hostile">b</b> **bold** [x](http://y.example) $x$ :smile: <img src=x onerror=alert(2)>'


# those with a file, a judge and a parameter in every pass, all where there is time
IN_EVERY_PASS = ("alignment", "personallm", "mbti-subjects")
EACH = [pytest.param(name, marks=() if name in IN_EVERY_PASS else pytest.mark.thorough) for name in NAMES]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for records."""
    monkeypatch.setenv("TRAITSCOPE_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def _page() -> None:
    from pages import recipes

    recipes.render(None)


def part(name: str, title: str, model: str = PERSON, **address: str) -> AppTest:
    """One part of the page of a recipe, where `model` was typed already."""
    page = AppTest.from_function(_page, default_timeout=60)
    page.session_state[f"recipe_{name}_model"] = model
    for key, value in {"recipe": name, "part": title, **address}.items():
        page.query_params[key] = value
    return calm(page.run())


def told(page: AppTest) -> str:
    """All that can be read, warnings of states included."""
    return "\n".join([words(page), *(each.value.replace("\\", "") for each in (*page.error, *page.success))])


def moving(folder: Path) -> bool:
    return any(recipe_progress.is_moving(each.parent) for each in folder.glob(f"*/{recipe_records.NOTE}"))


def wait(folder: Path) -> None:
    end = time.monotonic() + SECONDS
    while moving(folder) and time.monotonic() < end:
        time.sleep(0.1)


def test_every_recipe_is_listed_with_question_and_source_and_opens(folder: Path) -> None:
    page = rendered("recipes", None)
    text = told(page)
    for name in NAMES:
        recipe = recipe_file.load(name)
        assert recipe.title in text and recipe.question in text and f"{name}. {recipe.source}" in text
    calm(page.button(key=f"choose_{NAMES[-1]}").click().run())
    assert page.selectbox(key="recipe").value == NAMES[-1]
    assert recipe_file.load(NAMES[-1]).question in [each.value.replace("\\", "") for each in page.subheader]


@pytest.mark.parametrize("name", EACH)
def test_every_recipe_says_what_it_asks_and_what_is_verified_differs_and_lacks(folder: Path, name: str) -> None:
    recipe, page = recipe_file.load(name), part(name, "What it asks")
    text = told(page)
    assert all(each in text for each in [recipe.verified, *recipe.differs, *recipe.lacks, recipe.takes])
    assert [each.value for each in page.code if each.language == "toml"] == [
        each.rstrip() for each in recipes_shown.studies(recipe).values()
    ]
    assert len(page.table) == 1 + len(recipe.published)
    assert set(page.table[0].value["scale"]) == {"small", "full"}


@pytest.mark.parametrize("name", EACH)
def test_every_recipe_can_be_started_and_says_so_where_it_was_not(folder: Path, name: str) -> None:
    recipe, page = recipe_file.load(name), part(name, "Run it")
    assert [each.value for each in page.error] == [] and not page.button(key=f"recipe_{name}_start").disabled
    assert f"traitscope recipe run {name} --model {PERSON} --scale small" in told(page)
    assert ("Judge" in [each.label for each in page.selectbox]) == recipe.judged
    assert bool(page.file_uploader) == bool(recipe.takes)
    assert {each.label for each in page.number_input} >= set(recipe.parameters)
    assert "was not run yet" in told(part(name, "Results"))


def test_a_recipe_is_started_followed_and_its_results_are_shown(folder: Path) -> None:
    page = part(STAGED, "Run it")
    calm(page.button(key=f"recipe_{STAGED}_start").click().run())
    (run,) = recipe_progress.runs_of(folder, STAGED)
    assert f"{run.name}: {PERSON}, small, " in told(page)
    wait(folder)
    assert ", small, complete" in told(calm(page.run()))
    shown = part(STAGED, "Results", whole="1")
    record = Record(run)
    found = recipes_shown.results(record, STAGED)
    assert found and all(each.question in told(shown) for each in found)
    assert {f"figure_{each.name}" for each in found if each.figure is not None} <= keys(shown)
    assert {f"csv_{each.name}" for each in found if not each.missing} <= {each.proto.id.rpartition("-")[2] for each in shown.get("download_button")}  # fmt: skip
    assert "recipe_html" in {each.proto.id.rpartition("-")[2] for each in shown.get("download_button")}
    assert recipe_file.load(STAGED).question in html.unescape(recipes_shown.page(record, STAGED))


def test_runs_of_a_recipe_are_there_to_choose_from_and_no_others(folder: Path) -> None:
    for model, name in (("simulated:uniform", "older"), (PERSON, "newer")):
        recipe_run.run(STAGED, model, "small", folder / name, {}, ask_above=None, quiet=True)
    other = next(name for name in NAMES if name != STAGED)
    recipe_run.run(other, PERSON, "small", folder / "other", {}, ask_above=None, quiet=True)
    page = part(STAGED, "Results")
    assert [each.partition(":")[0] for each in page.selectbox(key="run").options] == ["newer", "older"]
    calm(page.selectbox(key="run").select("older").run())
    assert "simulated:uniform" in told(page)


def test_published_tables_stand_beside_the_results(folder: Path) -> None:
    name = next(each for each in NAMES if recipe_file.load(each).published)
    recipe_run.run(name, PERSON, "small", folder / "record", {}, ask_above=None, quiet=True)
    assert all(f"Published: {each.title}" in told(part(name, "Results")) for each in recipe_file.load(name).published)


def test_a_model_that_is_not_there_is_told_before_it_is_asked(folder: Path) -> None:
    page = part(STAGED, "Run it", "local:/no/such/folder")
    assert "/no/such/folder" in told(page) and f"recipe_{STAGED}_start" not in {each.key for each in page.button}


def test_a_run_that_failed_says_why_and_can_be_gone_on_with(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVER_API_KEY", KEY)
    page = part(STAGED, "Run it", "server:http://127.0.0.1:9/v1#m")  # where nobody listens
    (sure,) = page.checkbox
    assert "No price is known" in sure.label
    calm(sure.check().run())
    calm(page.button(key=f"recipe_{STAGED}_start").click().run())
    wait(folder)
    failed = part(STAGED, "Results")
    assert any("127.0.0.1:9" in each.value.replace("\\", "") for each in failed.error)
    assert not failed.get("plotly_chart")
    (run,) = recipe_progress.runs_of(folder, STAGED)
    failed.session_state[f"rest_{run.name}"] = True
    assert f"rest_{run.name}_start" in {each.key for each in calm(failed.run()).button}


def test_a_half_run_recipe_says_so_and_goes_on_from_its_results(folder: Path) -> None:
    recipe_run.run(STAGED, PERSON, "small", folder / "record", {}, ask_above=None, quiet=True)
    (folder / "record" / recipe_records.PAGE).unlink()  # as if it had been stopped before its end
    page = part(STAGED, "Results")
    assert "Not all was asked" in told(page)
    page.session_state["rest_record"] = True
    calm(page.run())
    assert "nothing is new" in told(page)
    calm(page.button(key="rest_record_start").click().run())
    wait(folder)
    assert recipe_progress.run_in(folder / "record").state == recipe_progress.COMPLETE


def test_another_parameter_changes_the_results_and_asks_nothing(folder: Path) -> None:
    page = part(PARAMETRIC, "Run it")
    calm(page.button(key=f"recipe_{PARAMETRIC}_start").click().run())
    wait(folder)
    (run,) = recipe_progress.runs_of(folder, PARAMETRIC)
    before = [each.csv() for each in recipes_shown.results(Record(run), PARAMETRIC)]
    (parameter, value) = next(iter(recipe_file.load(PARAMETRIC).parameters.items()))
    calm(page.number_input(key=f"recipe_{PARAMETRIC}_parameter_{parameter}").set_value(value / 2).run())
    calm(page.button(key=f"recipe_{PARAMETRIC}_start").click().run())
    wait(folder)
    assert recipe_progress.runs_of(folder, PARAMETRIC) == [run]
    assert [each.csv() for each in recipes_shown.results(Record(run), PARAMETRIC)] != before


def test_a_file_of_ones_own_is_kept_with_the_record_and_a_wrong_one_is_told(folder: Path) -> None:
    page = part(TAKES, "Run it")
    (field,) = page.file_uploader
    calm(field.set_value([("mine.csv", b"person,x\nann,1\n", "text/csv")]).run())
    assert "mine.csv" in told(page) and f"recipe_{TAKES}_start" not in {each.key for each in page.button}
    assert not folder.exists()


def test_a_hosted_model_needs_a_key_has_a_limit_and_the_key_stands_nowhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    page = part(STAGED, "Run it", "openai/gpt-4o")
    calm(page.segmented_control(key=f"recipe_{STAGED}_scale").set_value("full").run())
    calm(page.text_input(key=f"key_OPENAI_API_KEY_recipe_{STAGED}").set_value(KEY).run())
    (limit,) = [each for each in page.number_input if each.label == "Stop at, US$"]
    assert limit.value > 1 and page.button(key=f"recipe_{STAGED}_start").disabled
    assert f"--max-cost {limit.value:g}" in told(page)
    (sure,) = page.checkbox
    calm(sure.check().run())
    assert not page.button(key=f"recipe_{STAGED}_start").disabled
    assert KEY not in told(page) and KEY not in str(page.query_params)


def test_texts_of_a_recipe_and_names_of_its_runs_are_shown_as_text(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (recipe_file.FOLDER / f"{STAGED}.toml").read_text("utf-8")
    lines = []
    for line in text.splitlines():
        field = line.partition(" = ")[0]
        lines.append(f"{field} = '{HOSTILE}'" if field in ("title", "source", "question", "verified") else line)
    own = tmp_path / "recipes"
    own.mkdir()
    hostile = "\n".join(lines).replace("differs = [", f"differs = ['{HOSTILE}',", 1)
    (own / "hostile.toml").write_text(hostile, "utf-8")
    monkeypatch.setattr(recipe_file, "FOLDER", own)
    recipe_run.run("hostile", PERSON, "small", folder / "a **bold** run", {}, ask_above=None, quiet=True)
    for page in (rendered("recipes", None), rendered("recipes", None, recipe="hostile")):
        assert HOSTILE in told(page).replace("`", "")  # what looks like a link stands as code
        kinds = (page.title, page.subheader, page.markdown, page.caption, page.info, page.warning)
        shown = [str(each.value) for kind in kinds for each in kind]
        assert any("hostile" in each for each in shown)
        bare = [re.sub("`[^`]*`", "", each) for each in shown]
        bare = [re.sub("`[^`]*`", "", each) for each in shown]
        assert not [each for each in bare if re.search(r"(?<!\\)(?:<b|<img|\*\*bold|\[x\]|\$x)|:smile:", each)]
