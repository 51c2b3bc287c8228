"""Records that nobody plans for: odd folders, damaged files, names full of signs, one of everything, a study that shrank."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import run_until
from tests.pages.test_pages import PAGES, calm, rendered, words
from traitscope import figures, overview, tables
from traitscope.record import Record
from traitscope.results import consistency_shown, profiles, profiles_told
from traitscope.store import StoreError

RESULTS = ["compare", "consistency", "divergence", "reliability", "replies", "trait_profiles"]
PLACE = {"inventory": "tipi", "model": "simulated:person", "ask": "rating: chosen"}
TIPI = """
title = "Tipi"
models = ["simulated:person"]
inventories = ["tipi"]
personas = [
  { id = "calm", text = "You are calm.", assigned = { extraversion = -1 } },
  { id = "loud", text = "You are loud.", assigned = { extraversion = 1 } },
]
"""
SMALLER = TIPI.replace('  { id = "loud", text = "You are loud.", assigned = { extraversion = 1 } },\n', "")
SIGNS = """
title = "Own <b>*x*</b> | $y$"
models = ["simulated:person"]
inventories = ["signs.toml"]
personas = ["none", { id = "solo *b* <b>x</b>", text = "You are *bold* <i>y</i> $x$ :smile:" }]
[[asks]]
vary = { options = ["printed", "reversed"] }
"""
# scales of one item, of two, and of items whose options differ
INVENTORY = """
title = "Own *signs* <b>x</b> 😀 $a$ | pipe"
kind = "cognition"
source = "me"
licence = "<i>x</i> *x*"
options = [{ value = 1, text = "no *way* <b>" }, { value = 2, text = "hm | $" }, { value = 3, text = "yes" }]
items = [
  { id = "one *b* <b>x</b> 😀 | $y$", scale = "ONE", text = "Text *i* <b>x</b> | $z$" },
  { id = "two_1", scale = "TWO *b* <b>x</b>", text = "t1" },
  { id = "two_2", scale = "TWO *b* <b>x</b>", key = -1, text = "t2" },
  { id = "mixed_1", scale = "MIXED", text = "m1", options = [{ value = 0, text = "no" }, { value = 1, text = "yes" }] },
  { id = "mixed_2", scale = "MIXED", key = -1, text = "m2" },
  { id = "LONG_ID", scale = "MIXED", text = "m3" },
  { id = "unscored", text = "asked, not scored" },
]
[scales]
ONE = { name = "One <i>i</i> [link](http://x) $x$" }
"TWO *b* <b>x</b>" = { name = "Two & % # items" }
MIXED = { name = "MMM" }
""".replace("LONG_ID", "L" * 200).replace("MMM", "M" * 200)
UNREADABLE_NUMBERS = re.compile(r"\b(nan|NaN|NaT)\b|<NA>|\binf\b")
AS_CODE = re.compile(r"(?<!\\)(`+)(?!`).*?(?<!`)\1(?!`)")  # nothing in it is read as Markdown
MARKUP = re.compile(r"(?<!\\)<(b|i)\b|(?<!\\)\*b|(?<!\\)\[link|(?<!\\)\$[xyz]")


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the records tipi, shrunk, damaged, named (everything is full of signs), and unknown: its inventory is gone."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "signs.toml").write_text(INVENTORY, "utf-8")
    run_until(folder / "named", SIGNS, None)
    run_until(folder / "tipi", TIPI, None)
    run_until(folder / "shrunk", TIPI, None)
    run_until(folder / "shrunk", SMALLER, None)
    shutil.copytree(folder / "named", folder / "unknown")
    shutil.rmtree(folder / "unknown" / "inventories")
    shutil.copytree(folder / "tipi", folder / "damaged")
    store = folder / "damaged" / "answers.sqlite"
    whole = store.read_bytes()
    store.write_bytes(whole[:200] + b"\xff" * (len(whole) - 200))  # its head is whole, so it opens
    return folder


@pytest.fixture(autouse=True)
def runs_folder(odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages look at these records."""
    monkeypatch.setenv("TRAITSCOPE_RUNS", str(odd))


@pytest.mark.parametrize("sign", ["#1", "100%", "%23", "a b & c", "süß", "$x *b*"])
def test_a_record_lies_in_its_own_folder_whatever_the_folder_is_called(tmp_path: Path, sign: str) -> None:
    record = run_until(tmp_path / sign, TIPI, 7)
    assert {each.name for each in tmp_path.iterdir()} == {sign, f"{sign}.toml"}
    assert (record.folder / "answers.sqlite").is_file()
    assert record.progress()["done"] == 7


def test_the_command_that_goes_on_can_be_pasted_whatever_the_folder_is_called(tmp_path: Path) -> None:
    record = run_until(tmp_path / "süß & #1 *b*", TIPI, 7)
    page = rendered("trait_profiles", record.folder)
    told = next(each.value for each in page.code if each.value.startswith("traitscope run"))
    folder = str(record.folder)
    assert shlex.split(told) == ["traitscope", "run", f"{folder}/study.toml", "--record", folder]


def test_a_damaged_file_is_a_mistake_of_the_record(odd: Path) -> None:
    with pytest.raises(StoreError, match="cannot be used as a record: database disk image is malformed"):
        Record(odd / "damaged").progress()


def test_a_damaged_record_does_not_hide_the_others(odd: Path) -> None:
    states = {row["record"]: row["state"] for row in overview.studies(odd)}
    assert states["tipi"] == "complete" and states["damaged"].startswith("cannot be read: ")
    assert "Tipi" in words(rendered("studies", odd / "tipi"))
    assert "database disk image is malformed" in words(rendered("studies", odd / "damaged"))


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize(
    ("record", "why"), [("damaged", "database disk image is malformed"), ("unknown", "no inventory 'signs'")]
)
def test_what_cannot_be_read_is_not_called_empty(odd: Path, name: str, record: str, why: str) -> None:
    page = rendered(name, odd / record)
    (told,) = [each.value.replace("\\", "") for each in page.error]
    assert told.startswith(f"The record {record} cannot be read: ") and why in told
    assert "no answers yet" not in words(page)


def _frame(folder: str) -> None:
    from app import telling
    from pages import trait_profiles
    from traitscope.record import Record

    telling(trait_profiles.render)(Record(folder))


def test_what_a_page_stumbles_over_is_told_in_words_and_never_as_a_traceback(odd: Path, tmp_path: Path) -> None:
    shutil.copytree(odd / "tipi", tmp_path / "tipi")
    (tmp_path / "tipi" / "inventories").mkdir()
    (tmp_path / "tipi" / "inventories" / "tipi.toml").write_text("id = [", "utf-8")
    overview.study(Record(tmp_path / "tipi"))
    page = calm(AppTest.from_function(_frame, default_timeout=60, args=(str(tmp_path / "tipi"),)).run())
    (told,) = [each.value.replace("\\", "") for each in page.error]
    assert "tipi.toml: not valid TOML" in told and "Traceback" not in told


def _failing() -> None:
    from app import telling

    telling(lambda record: record.nothing)(None)


def test_a_failure_of_ours_is_told_in_words_and_hidden_from_the_page() -> None:
    page = AppTest.from_function(_failing).run()
    assert "The program failed here" in page.error[0].value and "Reload the page" in page.error[0].value
    assert 'showErrorDetails = "none"' in (Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text("utf-8")


def test_a_record_whose_manifest_is_damaged_is_named_with_what_saves_it(odd: Path, tmp_path: Path) -> None:
    shutil.copytree(odd / "tipi", tmp_path / "tipi")
    (tmp_path / "tipi" / "manifest.json").write_bytes(b"\xff{")
    (told,) = overview.unreadable(tmp_path, [])
    assert "manifest.json: not a manifest" in told and f"traitscope salvage {tmp_path / 'tipi'} --to DIR" in told
    assert overview.unreadable(tmp_path, ["tipi"]) == []


@pytest.mark.parametrize("name", [each for each in PAGES if each not in ("design", "guess_who")])
@pytest.mark.parametrize("record", ["named", "shrunk"])
def test_odd_records_are_shown_in_words_and_whole_numbers(odd: Path, name: str, record: str) -> None:
    page = rendered(name, odd / record)
    for told in _told(page):
        assert not UNREADABLE_NUMBERS.search(told), told
        assert not MARKUP.search(AS_CODE.sub("", told)), told


def test_a_study_that_shrank_shows_whom_it_still_asks(odd: Path) -> None:
    record = Record(odd / "shrunk")
    assert set(tables.answers(record)["persona"]) == {"calm"} == set(record.manifest.personas)


def test_dots_tell_no_level_where_none_was_assigned(odd: Path) -> None:
    record = Record(odd / "tipi")
    table = profiles.profile(record, ["calm"], **PLACE, level="domain")
    figure = figures.dots(table, "How far apart?")
    levels = {name: level for trace in figure.data if trace.customdata is not None for name, level in trace.customdata}
    assert levels["Extraversion"] == "low" and levels["Openness to Experiences"] == "-"


def test_a_finding_gives_reasons_in_words(odd: Path) -> None:
    record = Record(odd / "shrunk")
    told = profiles_told.finding(record, **PLACE)
    assert "not estimable (too few personas)" in told


@pytest.mark.parametrize("name", RESULTS)
def test_an_address_that_nobody_made_is_passed_over(odd: Path, name: str) -> None:
    keys = ("model", "inventory", "ask", "level", "personas", "scale", "page", "margin", "items", "reply", "words")
    usual = len(_told(rendered(name, odd / "tipi")))
    for value in ("-1", "1e99", "nan", "'; drop table answers; --" + "x" * 3000):
        address = {each: value for each in keys if each != "words" or name != "replies"}
        assert len(_told(rendered(name, odd / "tipi", **address))) >= usual - 2, value


def _told(page: AppTest) -> list[str]:
    """All that Streamlit reads as Markdown, and the cells of tables."""
    kinds = (page.title, page.subheader, page.markdown, page.caption, page.info, page.warning, page.error, page.success)
    cells = [
        json.dumps(each.value.astype(str).values.tolist(), ensure_ascii=False).replace("\\\\", "\\")
        for each in page.table
    ]
    heads = [str(name) for each in page.table for name in each.value]
    return [*(str(each.value) for kind in kinds for each in kind), *cells, *heads]


def test_of_a_model_that_has_not_answered_is_said_so(tmp_path: Path) -> None:
    two = TIPI.replace('["simulated:person"]', '["simulated:person", "simulated:uniform"]')
    record = run_until(tmp_path / "first_only", two, 20)
    for told in (profiles_told.finding, consistency_shown.finding):
        assert told(record, **PLACE | {"model": "simulated:uniform"}).startswith(
            "simulated:uniform has not answered yet"
        )
