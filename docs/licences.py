"""Writes docs/licences.md, the licences of all locked packages, from their own metadata: `python docs/licences.py`."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import tempfile
import zipfile
from email.message import Message
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "licences.md"
LONGEST = 60  # letters of a licence that is a name; some packages have the whole text there
HEAD = """# Licences

Of every package that Traitscope may install, in the versions that the lock files hold, as each states it itself. Made by `make lock`;
Traitscope's own code is under the MIT licence, and the bank's inventories keep their own terms (see LICENSE).

PyTorch is pinned by version alone, since each machine needs a build of its own; what its builds for GPUs bring besides (CUDA libraries
of NVIDIA, under NVIDIA's terms, and triton, MIT) is not locked and not listed.

| package | version | licence |
| --- | --- | --- |
"""
PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;]+)", re.MULTILINE)


def locked() -> list[tuple[str, str]]:
    """Name and version of each package of the lock files, and of those that the requirements name besides."""
    files = [*sorted(ROOT.glob("requirements*.lock")), *sorted(ROOT.glob("requirements*.txt"))]
    return sorted({(name.lower(), number) for path in files for name, number in PIN.findall(path.read_text("utf-8"))})


def licence(told: Message) -> str:
    """What a package's metadata say: an SPDX expression, else a short name, else the trove classifiers."""
    short = " ".join((told.get("License") or "").split()).partition(" Copyright ")[
        0
    ]  # where the whole text stands, its head
    classes = [
        each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or () if each.startswith("License :: ")
    ]
    named = short if short and len(short) <= LONGEST and short.lower() != "unknown" else ""
    return told.get("License-Expression") or named or ", ".join(classes) or short[:LONGEST] or "not stated"


def of_package(name: str, number: str) -> Message:
    """Its metadata: of the one that is installed, or of the file that other systems are given."""
    try:
        found = distribution(name)
        if found.version.partition("+")[0] == number:
            return email.message_from_string(found.read_text("METADATA") or "")
    except PackageNotFoundError:
        pass
    with tempfile.TemporaryDirectory() as folder:
        # a newer Python than the oldest that is supported: some versions are locked for those alone
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", folder,
             "--python-version", "3.12", "--platform", "manylinux_2_28_x86_64", "--platform", "manylinux2014_x86_64",
             f"{name}=={number}"],
            check=True,
        )  # fmt: skip
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as whole:
            place = next(each for each in whole.namelist() if each.endswith(".dist-info/METADATA"))
            return email.message_from_bytes(whole.read(place))


def page() -> str:
    """The whole page."""
    rows = [
        f"| {name} | {number} | {licence(of_package(name, number)).replace('|', '/')} |" for name, number in locked()
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
