"""The rules of the house that a machine can check: who may import whom, and where the packages come from."""

import ast
import importlib
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {"inventories", "psychometrics", "traitscope", "pages", "app"}
HEAVY = {"litellm", "transformers", "torch", "ray"}
STANDARD = set(__import__("sys").stdlib_module_names)


def sources(package: str) -> list[Path]:
    return [ROOT / "app.py"] if package == "app" else sorted((ROOT / package).rglob("*.py"))


def imports(path: Path, top_level_only: bool = False) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


def tops(path: Path, top_level_only: bool = False) -> set[str]:
    return {name.partition(".")[0] for name in imports(path, top_level_only)}


@pytest.mark.parametrize("path", sources("psychometrics"), ids=str)
def test_psychometrics_knows_numbers_only(path: Path) -> None:
    allowed = STANDARD | {
        "psychometrics",
        "numpy",
        "pandas",
        "scipy",
        "statsmodels",
        "pingouin",
        "krippendorff",
        "mirt",
        "threadpoolctl",
    }
    assert tops(path) <= allowed


@pytest.mark.parametrize("path", sources("inventories"), ids=str)
def test_inventories_need_the_standard_library_and_msgspec_only(path: Path) -> None:
    assert tops(path) <= (STANDARD - {"socket", "urllib", "http", "asyncio"}) | {"inventories", "msgspec"}


@pytest.mark.parametrize("path", sources("traitscope"), ids=str)
def test_traitscope_knows_no_pages(path: Path) -> None:
    assert not tops(path) & {"streamlit", "pages", "app"}


@pytest.mark.parametrize("path", [*sources("pages"), *sources("app")], ids=str)
def test_a_page_has_no_arithmetic(path: Path) -> None:
    assert not tops(path) & {
        "numpy",
        "pandas",
        "scipy",
        "plotly",
        "sqlite3",
        "psychometrics",
        "statsmodels",
        "pingouin",
    }


@pytest.mark.parametrize("package", ["inventories", "traitscope", "pages", "app"])
def test_heavy_libraries_are_imported_where_they_are_needed(package: str) -> None:
    assert not {
        path.name: tops(path, top_level_only=True) & HEAVY for path in sources(package) if tops(path, True) & HEAVY
    }


def test_one_module_speaks_to_sqlite_and_one_folder_to_plotly() -> None:
    using = {
        name: {
            path.parent.name if name == "plotly" else path.name for path in sources("traitscope") if name in tops(path)
        }
        for name in ("sqlite3", "plotly")
    }
    assert using == {"sqlite3": {"store.py"}, "plotly": {"figures"}}


@pytest.mark.parametrize("package", sorted(OURS))
def test_every_package_resolves_in_this_checkout(package: str) -> None:
    file = importlib.import_module(package).__file__
    assert file is not None and Path(file).is_relative_to(ROOT)


def test_every_requirement_is_pinned() -> None:
    for name in ("requirements.txt", "requirements-local.txt", "requirements-dev.txt"):
        lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text("utf-8").splitlines()]
        assert [line for line in lines if line and not line.startswith("-r ") and "==" not in line] == []


def test_all_data_files_are_valid_toml() -> None:
    for path in [*ROOT.glob("inventories/*/*.toml"), *ROOT.glob("examples/*.toml")]:
        tomllib.loads(path.read_text("utf-8"))
