"""The page of promises and the tests that keep them name each other."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "promises.md").read_text("utf-8")


def test_every_promise_has_its_test_and_every_such_test_is_a_promise() -> None:
    named = re.findall(r"^\|.*\| `(test_\w+)` \|$", PAGE, re.MULTILINE)
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| fault", "| ---"))]
    there = [
        each.name
        for path in sorted(Path(__file__).parent.glob("test_promises_*.py"))
        if path != Path(__file__)
        for each in ast.parse(path.read_text("utf-8")).body
        if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")
    ]
    assert len(named) == len(rows)
    assert sorted(named) == sorted(there)
