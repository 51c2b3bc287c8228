"""A folder from elsewhere may hold links that lead out of it: what is read or written through one lies somewhere else."""

from __future__ import annotations

import os
from pathlib import Path


def first_link(folder: Path) -> Path | None:
    """A link, or what is neither file nor folder, anywhere in `folder`; None where there is none. `folder` itself may be a link."""
    for place, folders, files in os.walk(folder):  # which goes through no link
        for name in (*folders, *files):
            path = Path(place) / name
            if path.is_symlink() or not (path.is_file() or path.is_dir() or not path.exists()):
                return path
    return None


def is_plain_name(name: str) -> bool:
    """Whether `name` names something directly in a folder, on every system: no path, no way up, nothing unprintable."""
    return bool(name) and name.strip(". ") != "" and not set(name) & set("/\\:") and name.isprintable()
