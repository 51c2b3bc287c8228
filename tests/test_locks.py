"""The lock files pin every package that is asked for, by version and hash, and the list of licences names each of them."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROWS = re.compile(r"^\| ([a-z0-9][\w.-]*) \| (\d\S*) \| (.+) \|$", re.MULTILINE)
PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;#]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
FILES = ["requirements", "requirements-local", "requirements-dev", "requirements-model"]
BY_VERSION = {"torch"}  # each machine has a build of its own: see the Makefile


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def pins(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for package, number in PIN.findall(text(name)):
        found.setdefault(re.sub(r"[-_.]+", "-", package.lower()), set()).add(number)
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_package_that_is_asked_for_is_locked_in_the_very_version(name: str) -> None:
    locked = pins(f"{name}.lock")
    asked = {package: numbers for package, numbers in pins(f"{name}.txt").items() if package not in BY_VERSION}
    assert asked and {package: locked.get(package) for package in asked} == asked


@pytest.mark.parametrize("name", FILES)
def test_every_locked_package_has_its_hashes(name: str) -> None:
    entries = re.split(
        r"^(?=[A-Za-z0-9])", re.sub(r"^#.*\n", "", text(f"{name}.lock"), flags=re.MULTILINE), flags=re.MULTILINE
    )
    assert [each[:40] for each in entries if each.strip() and not HASH.search(each)] == []


def test_no_lock_file_locks_another_version_than_the_largest_has() -> None:
    largest = pins("requirements-dev.lock")
    for name in ("requirements.lock", "requirements-local.lock"):
        assert {
            package: numbers for package, numbers in pins(name).items() if not numbers <= largest.get(package, set())
        } == {}


def test_no_lock_file_names_where_packages_come_from() -> None:
    assert [name for name in FILES if "://" in text(f"{name}.lock") or "index-url" in text(f"{name}.lock")] == []


def test_the_list_of_licences_has_the_locked_packages_and_no_other() -> None:
    spec = importlib.util.spec_from_file_location("docs_licences", ROOT / "docs" / "licences.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert [(name, number) for name, number, _ in ROWS.findall(text("docs/licences.md"))] == module.locked()


def test_every_package_states_its_licence() -> None:
    rows = ROWS.findall(text("docs/licences.md"))
    assert len(rows) > 100
    assert [name for name, _, licence in rows if licence == "not stated"] == []
