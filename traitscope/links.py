"""A folder from elsewhere may hold links that lead out of it: what is read or written through one lies somewhere else."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

LONGEST = 255  # bytes of a name that file systems take


def first_link(folder: Path) -> Path | None:
    """A link, or what is neither file nor folder, anywhere in `folder`; None where there is none. `folder` itself may be a link."""
    for place, folders, files in os.walk(folder):  # which goes through no link
        for name in (*folders, *files):
            path = Path(place) / name
            if path.is_symlink() or not (path.is_file() or path.is_dir() or not path.exists()):
                return path
    return None


def is_plain_name(name: str) -> bool:
    """Whether `name` names something directly in a folder, on every system: no path, no way up, no device, nothing unprintable."""
    if not name.strip(". ") or set(name) & set("/\\:") or not name.isprintable():
        return False
    return len(name.encode()) <= LONGEST and not PureWindowsPath(name).is_reserved()  # such as nul and con.csv
