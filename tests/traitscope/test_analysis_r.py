"""A bundle's own analysis.R gives our figures, and where there is none says why; skipped where R is not set up."""

import importlib
import math
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from inventories.loading import load_inventory
from traitscope import run
from traitscope.bundle.writing import export
from traitscope.collected import sample_at

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "traitscope" / "bundle" / "analysis.R"
PACKAGES = 'for (each in c("psych", "lavaan", "GPArotation")) loadNamespace(each)'
FORMS = """
models = ["simulated:person"]
inventories = ["sd3"]
personas = ["big_five_32"]
[[asks]]
elicitation = "rating"
replicates = 2
vary = { options = ["printed", "reversed"] }
"""
REFUSING = """
models = ["simulated:refuser"]
inventories = ["sd3"]
personas = ["dark_triad"]
[[asks]]
elicitation = "rating"
"""


def ready() -> bool:
    return (
        bool(shutil.which("Rscript"))
        and not subprocess.run(["Rscript", "-e", PACKAGES], capture_output=True).returncode
    )


needs_r = pytest.mark.skipif(not ready(), reason="R with psych, lavaan and GPArotation is not set up (make check-r)")


@pytest.fixture
def check_r(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(ROOT)
    yield importlib.import_module("benchmarks.check_r")


def bundle_of(study: str, folder: Path) -> tuple[Path, Path]:
    (folder / "study.toml").write_text(study, "utf-8")
    record = run(folder / "study.toml", record=folder / "record")
    export(record, folder / "bundle")
    return record.folder, folder / "bundle"


@needs_r
def test_r_gives_our_figures_for_every_scale_and_form(check_r, tmp_path):
    record, bundle = bundle_of(FORMS, tmp_path)
    lines = check_r.compared(check_r.figures(sample_at(record, load_inventory("sd3"))), check_r.recomputed(bundle))
    assert [line for line in lines if line.verdict.startswith("DIFFERS")] == []
    equal = {(line.statistic, line.scale) for line in lines if line.verdict == "equal"}
    expected = ("alpha", "omega total, one factor", "ICC(A,1) over options", "ICC(C,k) over replicate")
    assert {(name, scale) for name in expected for scale in "MNP"} <= equal


@needs_r
def test_a_changed_answer_in_the_bundle_is_a_difference(check_r, tmp_path):
    record, bundle = bundle_of(FORMS, tmp_path)
    wide = bundle / "wide" / "sd3.rating.csv"
    table = pd.read_csv(wide, dtype=str, keep_default_na=False)
    table.loc[0, "sd3_m1"] = "1" if table.loc[0, "sd3_m1"] != "1" else "5"
    table.to_csv(wide, index=False)
    lines = check_r.compared(check_r.figures(sample_at(record, load_inventory("sd3"))), check_r.recomputed(bundle))
    wrong = {(line.statistic, line.scale) for line in lines if line.verdict.startswith("DIFFERS")}
    assert ("alpha", "M") in wrong
    assert ("alpha", "N") not in wrong


@needs_r
def test_without_any_answer_every_row_has_a_reason_and_none_a_value(check_r, tmp_path):
    _, bundle = bundle_of(REFUSING, tmp_path)
    found = check_r.recomputed(bundle)
    assert {"alpha", "omega hierarchical", "chi-square"} <= set(found["statistic"])
    assert found["value"].isna().all()
    assert (found["note"] != "").all()


@needs_r
def test_the_script_runs_on_a_moved_folder_and_prints_what_it_writes(tmp_path):
    hand_made(tmp_path / "made", key=1)
    moved = (tmp_path / "made").rename(tmp_path / "moved elsewhere")
    done = subprocess.run(["Rscript", moved / SCRIPT.name], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    written = pd.read_csv(moved / "analysis_R.csv")
    assert list(written) == ["statistic", "inventory", "elicitation", "scale", "value", "n", "note"]
    assert all(name in done.stdout for name in written["statistic"])


@needs_r
@pytest.mark.parametrize(("key", "alpha"), [(1, 1.5 * (1 - 21.5 / 58)), (-1, 1.5 * (1 - 21.5 / 5))])
def test_alpha_is_the_one_computed_by_hand_and_the_key_turns_an_item_round(tmp_path, key, alpha):
    # squared deviations from the mean: 10, 2.75 and 8.75 of the items, 58 of their total, 5 with the third turned round
    hand_made(tmp_path / "made", key=key)
    subprocess.run(["Rscript", tmp_path / "made" / SCRIPT.name], capture_output=True, check=True)
    found = pd.read_csv(tmp_path / "made" / "analysis_R.csv").set_index("statistic")["value"]
    assert found["alpha"] == pytest.approx(alpha)


def hand_made(folder: Path, key: int) -> None:
    """Four persons and three items, in the layout of a bundle; the third item has the key."""
    (folder / "wide").mkdir(parents=True)
    shutil.copyfile(SCRIPT, folder / SCRIPT.name)
    book = pd.DataFrame({"table": "wide/tiny.rating", "inventory": "tiny", "elicitation": "rating", "item": ["e1", "e2", "e3"],
                         "scale": "E", "facet": "", "key": [1, 1, key], "values": "1 to 5"})  # fmt: skip
    book.to_csv(folder / "codebook.csv", index=False)
    answers = pd.DataFrame({"sitting": list("abcd"), "model": "m", "persona": list("abcd"), "replicate": 1,
                            "e1": [1, 2, 4, 5], "e2": [2, 2, 3, 4], "e3": [1, 3, 4, 5]})  # fmt: skip
    answers.to_csv(folder / "wide" / "tiny.rating.csv", index=False)


def test_a_figure_that_one_side_lacks_or_gives_otherwise_is_a_difference(check_r):
    ours = {
        ("alpha", "E"): check_r.Figure(0.9),
        ("alpha", "A"): check_r.Figure(0.8),
        ("omega", "E"): check_r.Figure(0.7),
    }
    r = pd.DataFrame(
        {"statistic": ["alpha", "alpha", "df"], "scale": ["E", "A", "all"], "value": [0.90004, 0.8001, 3.0], "note": ""}
    )
    verdicts = {(line.statistic, line.scale): line.verdict.partition(":")[0] for line in check_r.compared(ours, r)}
    assert verdicts == {
        ("alpha", "E"): "equal",
        ("alpha", "A"): "DIFFERS",
        ("df", "all"): "DIFFERS",
        ("omega", "E"): "DIFFERS",
    }


@pytest.mark.parametrize(
    ("note", "told", "verdict"),
    [
        ("zero_total_variance", "the standard deviation is zero", "neither"),
        ("zero_total_variance", "lavaan ERROR: sample covariance matrix is not positive-definite", "DIFFERS"),
        ("too_few_persons", "the standard deviation is zero", "DIFFERS"),
    ],
)
def test_two_undefined_figures_agree_only_when_their_reasons_do(check_r, note, told, verdict):
    r = pd.DataFrame({"statistic": ["alpha"], "scale": ["E"], "value": [math.nan], "note": [told]})
    (line,) = check_r.compared({("alpha", "E"): check_r.Figure(math.nan, note)}, r)
    assert line.verdict.startswith(verdict)


@pytest.mark.parametrize(("told", "verdict"), [("Heywood case: E1", "named"), ("", "DIFFERS")])
def test_a_heywood_case_is_named_only_where_r_has_one_too(check_r, told, verdict):
    r = pd.DataFrame({"statistic": ["omega total"], "scale": ["E"], "value": [0.9], "note": [told]})
    ours = {("omega total", "E"): check_r.Figure(math.nan, "did_not_converge", at_bound=0.9002)}
    (line,) = check_r.compared(ours, r)
    assert line.verdict.startswith(verdict)
