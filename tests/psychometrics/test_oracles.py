"""Values from R: the cases of TRAITSCOPE_ORACLES (or ../shared/oracles), and those of tests/reference that may be shipped.

A statistic of the cases is a function in one of the files `oracle_*.py`: a case and its prepared table become the
numbers that R gave, under R's names.
"""

import json
import math
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from oracle_reading import Case, differences, prepared, read_cases

SHARED = Path(os.environ.get("TRAITSCOPE_ORACLES", Path(__file__).parents[3] / "shared" / "oracles"))
REFERENCE = Path(__file__).parents[1] / "reference"

STATISTICS: dict[str, Callable[[Case, Any], dict[str, Any]]] = {}
for each in sorted(Path(__file__).parent.glob("oracle_*.py")):
    STATISTICS |= getattr(import_module(each.stem), "STATISTICS", {})

CASES = [case for folder in (SHARED, REFERENCE) for case in read_cases(folder)]
COMPARED: set[tuple[Path, str]] = set()


def named(case: Case) -> str:
    return str(case["id"]) if case["folder"] == SHARED else f"{case['id']} (reference)"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_r_gives_the_same(case: Case) -> None:
    COMPARED.add((case["folder"], case["id"]))
    found = STATISTICS[case["statistic"]](case, prepared(case))
    assert not list(differences(case, case["expected"], found))


def test_every_case_of_the_folders_was_compared() -> None:
    files = {
        (folder, json.loads(each.read_text("utf-8"))["id"])
        for folder in (SHARED, REFERENCE)
        for each in (folder / "cases").glob("*.json")
    }
    assert files <= COMPARED
    if "TRAITSCOPE_ORACLES" in os.environ or SHARED.is_dir():
        assert any(folder == SHARED for folder, _ in files), f"{SHARED} has no cases"


def test_a_wrong_number_is_noticed() -> None:
    case = {"tolerance": {"abs": 1e-6, "lambda": 0.1}}
    expected = {"alpha": 0.7, "lambda6": [0.8, None]}
    assert not list(differences(case, expected, {"alpha": 0.7, "lambda6": [0.85, math.nan]}))
    wrong = list(differences(case, expected, {"alpha": 0.701, "lambda6": [math.nan, 0.5]}))
    assert [each.partition(":")[0] for each in wrong] == ["alpha", "lambda6.0", "lambda6.1"]
