"""What a disk or a damaged file does to a record, each in one line with what to do about it."""

from __future__ import annotations

import errno
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

AGAIN = "what was answered is kept, and the same command goes on from here"
FULL = f"no space is left on the disk; make room: {AGAIN}"
READ_ONLY = "cannot be written ({}); choose a folder that can be, such as by --record DIR or --to DIR"
UNDECODED = "Could not decode to UTF-8"  # text that is none, which has no name among SQLite's errors
NOT_YOURS = "cannot be read or cannot be written ({}); choose what can be, such as by --record DIR or --to DIR"
_SYSTEM = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EFBIG: FULL}
_UNREAD = (errno.ENAMETOOLONG, errno.ELOOP, errno.EIO, errno.EISDIR, errno.ENOTDIR)
_REFUSED = (
    errno.EROFS,
    errno.EEXIST,
    errno.ELOOP,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.ENAMETOOLONG,
)


def of_database(path: Path, problem: Exception, page: int | None = None) -> str:
    """What SQLite met in the database of a record; `page` is the damaged one, where it is known."""
    kind = getattr(problem, "sqlite_errorname", "").split("_")
    if "FULL" in kind:
        return f"{path}: {FULL}"
    if "CORRUPT" in kind or "NOTADB" in kind or str(problem).startswith(UNDECODED):
        return damaged(path, f"{problem}" if page is None else f"{problem} (page {page})")
    if "BUSY" in kind:
        return f"{path}: is being written by another process, which does not let go ({problem}); try again when it has ended"
    if "READONLY" in kind:
        return f"{path}: {READ_ONLY.format(problem)}"
    if "IOERR" in kind:
        return f"{path}: the disk gives an error ({problem}): it is full, at a limit or failing; {AGAIN} once that is mended"
    if "CANTOPEN" in kind:
        return f"{path}: cannot be opened ({problem}); where the folder cannot be written, copy it to one that can"
    return f"{path}: cannot be used as a record: {problem}"


def damaged(path: Path, told: str) -> str:
    """That the database of a record is damaged, how that shows, and what saves the rest."""
    saves = f"`traitscope salvage {shlex.quote(str(path.parent))} --to DIR` keeps all replies that can be read"
    return f"{path}: cannot be used as a record: {told}; {saves}"


def of_system(problem: OSError) -> str | None:
    """What the system refused, in one line; None where that is no matter of the disk."""
    if isinstance(problem, shutil.Error):  # of several files that were copied together
        _, to, told = problem.args[0][0]
        return f"{to}: cannot be copied there ({told})"
    place = problem.filename2 or problem.filename
    at = f"{place}: " if place else ""
    if problem.errno in _SYSTEM:
        return f"{at}{_SYSTEM[problem.errno]}"
    if isinstance(problem, PermissionError) and place:  # which of both it was, the system does not say
        return f"{at}{NOT_YOURS.format(problem.strerror)}"
    if problem.errno in _REFUSED and place:
        return f"{at}{READ_ONLY.format(problem.strerror)}"
    if problem.errno in _UNREAD:
        return f"{at or 'a file: '}cannot be used ({problem.strerror})"
    return None


@contextmanager
def named(path: Path) -> Iterator[None]:
    """What the system refuses meanwhile without a name, as where a disk is full, it refuses of `path`."""
    try:
        yield
    except OSError as problem:
        if problem.filename is None and problem.errno is not None:
            problem.filename = str(path)
        raise
