"""Inventories by name or path, with the endings that need more than the standard library."""

from __future__ import annotations

from pathlib import Path

from inventories.definitions import Inventory
from inventories.loading import load_inventory
from inventories.reading import DefinitionError
from inventories.trait_file import trait_inventory


def inventory_at(name: str, beside: Path | None = None) -> Inventory:
    """As `load_inventory`; TRAIT's hub files (.parquet) are read as well."""
    if not name.endswith(".parquet"):
        return load_inventory(name, beside=beside)
    import pandas as pd  # half a second that studies without such a file need not wait for

    path = Path(name).expanduser()
    path = path if path.is_absolute() else (beside or Path.cwd()) / path
    try:
        rows = pd.read_parquet(path).to_dict("records")
    except Exception as problem:  # the engine raises what it likes for a file that is none
        raise DefinitionError(f"{path}: cannot be read as parquet: {' '.join(str(problem).split())[:200]}") from None
    return trait_inventory(({str(key): value for key, value in row.items()} for row in rows), path)
