"""Inventories by name or path, with the endings that need more than the standard library."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from inventories.definitions import Inventory
from inventories.loading import load_inventory
from inventories.reading import DefinitionError
from inventories.trait_file import trait_inventory


def inventory_at(name: str, beside: Path | None = None) -> Inventory:
    """As `load_inventory`; TRAIT's hub files (.parquet) are read as well."""
    if not name.endswith(".parquet"):
        return load_inventory(name, beside=beside)
    path = Path(name).expanduser()
    path = path if path.is_absolute() else (beside or Path.cwd()) / path
    try:
        told = path.stat()
    except (OSError, ValueError) as problem:
        raise DefinitionError(f"{path}: cannot be read ({getattr(problem, 'strerror', None) or problem})") from None
    return _of_the_hub(path, told.st_mtime_ns, told.st_size)


@lru_cache(maxsize=4)
def _of_the_hub(path: Path, changed: int, size: int) -> Inventory:
    """As it was when it was `changed` and had this `size`: a record has it read again and again."""
    from traitscope.datafile import DataError, rows_apart  # pandas: studies without such a file need not wait for it
    from traitscope.reading_apart import PARQUET

    try:
        header, *rows = rows_apart(path, PARQUET)
    except DataError as problem:
        raise DefinitionError(str(problem)) from None
    return trait_inventory((dict(zip(header, row, strict=True)) for row in rows), path)
