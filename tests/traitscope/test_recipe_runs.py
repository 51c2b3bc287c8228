"""Runs of recipes as a page starts and follows them: where they go, what they may cost, how far they are, what they found."""

import time
from pathlib import Path

import pytest

from traitscope import (
    overview,
    recipe_file,
    recipe_progress,
    recipe_records,
    recipe_run,
    recipe_start,
    recipes_shown,
    removing,
)
from traitscope.datafile import DataError
from traitscope.lock import alone
from traitscope.recipe_records import Ran
from traitscope.record import Record
from traitscope.store import Store, StoreError

SECONDS = 120  # a busy machine is slow, not wrong
PLAIN = next(name for name in recipe_file.names() if not recipe_file.load(name).stages)
STAGED = next(name for name in recipe_file.names() if recipe_file.load(name).stages)
JUDGED = next(name for name in recipe_file.names() if recipe_file.load(name).judged)
PERSON = "simulated:person"


def asked(name: str, model: str = PERSON, scale: str = "small", judge: str = "") -> Ran:
    return recipe_start.as_what(name, scale, model, judge, recipe_file.load(name).parameters)


def run(name: str, folder: Path, model: str = PERSON) -> Record:
    recipe_run.run(name, model, "small", folder, {}, ask_above=None, quiet=True)
    return Record(folder)


def settled(folder: Path) -> recipe_progress.Run:
    """The run in `folder` as soon as nothing asks it."""
    end = time.monotonic() + SECONDS
    while (found := recipe_progress.run_in(folder)).moving and time.monotonic() < end:
        time.sleep(0.1)
    return found


def stop_after(calls: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks is interrupted, as by Ctrl-C, when so many calls are stored."""
    add, left = Store.add, iter(range(calls))

    def counted(self: Store, *arguments: object) -> object:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return add(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "add", counted)


@pytest.mark.parametrize("name", recipe_file.names())
def test_what_a_recipe_asks_is_told_for_every_ask_at_both_scales(name: str) -> None:
    recipe = recipe_file.load(name)
    told = recipes_shown.asked(recipe).table
    asks = {scale: sum(len(part.study_at(scale, PERSON).get("asks", [{}])) for _, part, _ in recipes_shown.parts(recipe))
            for scale in recipes_shown.SCALES}  # fmt: skip
    assert told.groupby("scale").size().to_dict() == asks
    assert told["how"].str.len().min() > 0
    assert len(recipes_shown.made(recipe)) == len(recipe.analyses)
    assert len(recipes_shown.studies(recipe)) == 2 * (1 + len(recipe.stages))


def test_published_figures_keep_every_digit_that_was_published() -> None:
    recipe = next(each for each in map(recipe_file.load, recipe_file.names()) if each.published)
    for table, shown in zip(recipe.published, recipes_shown.published(recipe), strict=True):
        cells = [cell.replace("−", "-") for row in shown.printed().to_numpy().tolist() for cell in row]
        whole = [str(cell) for row in table.rows for cell in row]
        assert [float(cell) for cell in cells if cell[-1].isdigit() and not cell[0].isalpha()] == [
            float(cell) for cell in whole if cell[-1].isdigit() and not cell[0].isalpha()
        ]


def test_results_have_a_name_each_and_are_worked_out_once_until_the_record_changes(tmp_path: Path) -> None:
    record = run(STAGED, tmp_path / "record")
    found = recipes_shown.results(record, STAGED)
    assert (
        len({each.name for each in found}) == len(found) == len(recipe_run.exhibits(recipe_file.load(STAGED), record))
    )
    assert recipes_shown.results(Record(tmp_path / "record"), STAGED) is found
    last = recipe_file.load(STAGED).stages[-1].name
    manifest = recipe_records.stage_folder(record.folder, last) / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8"), "utf-8")
    assert recipes_shown.results(record, STAGED) is not found


def test_a_run_is_known_by_its_first_record_and_tells_all_its_studies(tmp_path: Path) -> None:
    run(STAGED, tmp_path / "one")
    run(PLAIN, tmp_path / "other")
    assert recipe_progress.runs_of(tmp_path, STAGED) == [tmp_path / "one"]
    found = recipe_progress.run_in(tmp_path / "one")
    assert found.state == recipe_progress.COMPLETE and found.said == ""
    assert [each.name for each in found.parts] == ["first", *(each.name for each in recipe_file.load(STAGED).stages)]
    assert all(each.done == each.trials > 0 for each in found.parts)


def test_records_of_a_recipe_say_so_among_all_studies(tmp_path: Path) -> None:
    run(STAGED, tmp_path / "one")
    titles = [each["title"] for each in overview.studies(tmp_path)]
    assert len(titles) == 1 + len(recipe_file.load(STAGED).stages)
    assert all(each.endswith(f"(recipe {STAGED}, small)") for each in titles)


def test_a_run_that_was_interrupted_is_unfinished_known_and_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        stop_after(5, patched)
        with pytest.raises(KeyboardInterrupt):
            run(STAGED, tmp_path / "record")
    (folder,) = recipe_progress.runs_of(tmp_path, STAGED)
    found = recipe_progress.run_in(folder)
    assert (found.state, found.done) == (recipe_progress.UNFINISHED, 5)
    assert [bool(each.trials) for each in found.parts] == [True, *(False for _ in recipe_file.load(STAGED).stages)]
    run(STAGED, tmp_path / "record")
    assert recipe_progress.run_in(folder).state == recipe_progress.COMPLETE


@pytest.mark.parametrize("name", recipe_file.names())
@pytest.mark.parametrize("calls", [1, 40])
def test_what_is_half_asked_gives_results_or_says_why_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, calls: int
) -> None:
    with monkeypatch.context() as patched:
        stop_after(calls, patched)
        with pytest.raises(KeyboardInterrupt):
            run(name, tmp_path / "record")
    for each in recipes_shown.results(Record(tmp_path / "record"), name):
        assert each.missing or len(each.table)


def test_the_same_is_gone_on_with_and_anything_else_has_a_record_of_its_own(tmp_path: Path) -> None:
    same = recipe_start.folder(tmp_path, asked(JUDGED), None)
    recipe_records.note(same, asked(JUDGED))
    assert recipe_start.folder(tmp_path, asked(JUDGED), None) == same
    other = recipe_start.folder(tmp_path, asked(JUDGED, judge="simulated:uniform"), None)
    assert other == same.with_name(f"{same.name}_2")
    file = tmp_path / "people.csv"
    file.write_text("person\n", "utf-8")
    assert recipe_start.folder(tmp_path, asked(JUDGED), file) == other
    (tmp_path / recipe_start.folder(tmp_path, asked(PLAIN), None).name).mkdir()  # of somebody else
    assert recipe_start.folder(tmp_path, asked(PLAIN), None).name.endswith("_2")


def test_an_uploaded_file_stays_in_its_own_folder_and_brings_its_key() -> None:
    found = recipe_start.uploaded([("../../people.csv", b"a\n1\n"), ("people_key.toml", b"")])
    assert found is not None and found.name == "people.csv" and found.read_bytes() == b"a\n1\n"
    assert {each.name for each in found.parent.iterdir()} == {"people.csv", "people_key.toml"}
    assert recipe_start.uploaded([]) is None
    with pytest.raises(DataError, match=r"a\.csv, b\.csv: one file"):
        recipe_start.uploaded([("a.csv", b"1"), ("b.csv", b"2")])


def test_a_wrong_file_is_told_before_anything_is_started(tmp_path: Path) -> None:
    taken = [name for name in recipe_file.names() if (each := recipe_file.load(name)).takes and each.making]
    file = recipe_start.uploaded([("mine.csv", b"person,x\nann,1\n")])
    problems = [recipe_start.plan(asked(name), file, tmp_path / "none", {}).problem for name in taken]
    assert problems and all(problems) and all("mine.csv" in each and "/tmp" not in each for each in problems)


@pytest.mark.parametrize("name", recipe_file.names())
@pytest.mark.parametrize("scale", recipes_shown.SCALES)
def test_every_recipe_can_be_planned_at_both_scales(tmp_path: Path, name: str, scale: str) -> None:
    made = recipe_start.plan(asked(name, scale=scale), None, tmp_path / "none", {})
    assert (made.problem, made.price) == ("", "nothing") and made.counts["trials"] > 0
    assert recipe_start.money(asked(name, scale=scale), made, tmp_path / "none") == recipe_start.Money()


def test_a_hosted_model_has_a_sum_to_stop_at_and_more_than_a_dollar_needs_a_yes(tmp_path: Path) -> None:
    for scale in recipes_shown.SCALES:
        ran = asked(PLAIN, "openai/gpt-4o", scale)
        made = recipe_start.plan(ran, None, tmp_path / "none", {})
        money = recipe_start.money(ran, made, tmp_path / "none")
        assert money.limit is not None and money.limit == made.limit and not money.problem
        assert bool(money.confirm) == (money.limit > 1)


def test_a_hosted_judge_has_a_sum_to_stop_at_though_the_model_is_free(tmp_path: Path) -> None:
    ran = asked(JUDGED, judge="openai/gpt-4o")
    made = recipe_start.plan(ran, None, tmp_path / "none", {})
    assert (
        made.price == "nothing" and recipe_start.money(ran, made, tmp_path / "none").limit == recipe_start.JUDGE_ALONE
    )


def test_without_a_price_the_full_scale_of_a_hosted_model_is_not_started(tmp_path: Path) -> None:
    found = {}
    for scale in recipes_shown.SCALES:
        ran = asked(PLAIN, "openai/nobody-knows-this", scale)
        found[scale] = recipe_start.money(ran, recipe_start.plan(ran, None, tmp_path / "none", {}), tmp_path / "none")
    assert found["small"].confirm and not found["small"].problem and found["small"].limit is None
    assert "no sum to stop at" in found["full"].problem


def test_what_all_records_of_a_run_have_cost_counts_towards_its_sum(tmp_path: Path) -> None:
    run(STAGED, tmp_path / "record")
    stage = recipe_records.stage_folder(tmp_path / "record", recipe_file.load(STAGED).stages[0].name)
    with Store(stage / "answers.sqlite", write=True) as store:
        store.db.execute("UPDATE calls SET cost = 0.0")
        store.db.execute("UPDATE calls SET cost = 0.75 WHERE id = (SELECT min(id) FROM calls)")
        store.commit()
    rest = recipe_run._with_rest({"max_cost": 1.0}, [stage])
    assert rest["max_cost"] == pytest.approx(0.25)
    assert recipe_run._with_rest({"max_cost": 0.5}, [stage])["max_cost"] == 0.0
    assert recipe_run._with_rest({"max_cost": None}, [stage])["max_cost"] is None
    assert recipe_run._with_rest({"max_cost": -1.0}, [stage])["max_cost"] == -1.0  # told as a mistake where it is read


def test_a_started_recipe_is_followed_until_it_is_complete_and_its_key_stands_nowhere(tmp_path: Path) -> None:
    key = "a-key-that-nobody-may-see-0815"
    ran, folder = asked(STAGED), tmp_path / "record"
    recipe_start.begin(ran, None, folder, {"OPENAI_API_KEY": key}, 2.5)
    assert recipe_progress.run_in(folder).moving
    found = settled(folder)
    assert found.state == recipe_progress.COMPLETE, recipe_progress.background.last_words(
        recipe_records.working(folder)
    )
    assert found.ran == ran and (folder / recipe_records.PAGE).is_file()
    assert not [each for each in tmp_path.rglob("*") if each.is_file() and key.encode() in each.read_bytes()]
    assert "--max-cost 2.5" in recipe_start.command(ran, folder, None, 2.5)


def test_a_recipe_that_cannot_ask_fails_with_its_last_words(tmp_path: Path) -> None:
    folder = tmp_path / "record"
    recipe_start.begin(asked(PLAIN, "local:/no/such/folder"), None, folder, {}, None)
    found = settled(folder)
    assert found.state == recipe_progress.FAILED and "/no/such/folder" in found.said
    assert recipe_progress.runs_of(tmp_path, PLAIN) == [folder]


def test_a_record_of_a_recipe_is_deleted_whole_and_not_while_it_is_run(tmp_path: Path) -> None:
    run(PLAIN, tmp_path / "one")
    with alone(recipe_records.working(tmp_path / "one")), pytest.raises(StoreError, match="recipe is being run"):
        removing.remove(tmp_path, "one", "one")
    removing.remove(tmp_path, "one", "one")
    assert not (tmp_path / "one").exists()
