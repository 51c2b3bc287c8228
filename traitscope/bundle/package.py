"""The bundle's own description, datapackage.json: every file, and every column of every table."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from pandas import DataFrame
from pandas.api import types

from inventories.ids import digest
from traitscope.harmless import guarded
from traitscope.record import Manifest, write_whole

PACKAGE = "datapackage.json"
MARK = "traitscope"  # the property that tells a bundle from any other data package
FORMATS = {
    ".csv": ("csv", "text/csv"),
    ".parquet": ("parquet", "application/vnd.apache.parquet"),
    ".sav": ("sav", "application/x-spss-sav"),
    ".jsonl": ("jsonl", "application/jsonl"),
    ".json": ("json", "application/json"),
    ".toml": ("toml", "application/toml"),
    ".txt": ("txt", "text/plain"),
    ".bib": ("bib", "application/x-bibtex"),
    ".R": ("r", "text/x-r-source"),
}


def record_id(manifest: Manifest) -> str:
    """Names the record that a bundle is of, wherever that was moved and however it grew."""
    return digest("record", manifest.study, manifest.seed, manifest.created)


def is_bundle(folder: Path) -> bool:
    """Whether an export made this folder."""
    return MARK in read_package(folder)


def read_package(folder: Path) -> dict[str, Any]:
    """The description of a bundle; empty where there is none that can be read."""
    try:
        found = json.loads((folder / PACKAGE).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def resources(folder: Path) -> dict[str, dict[str, Any]]:
    """The files that a bundle describes, by their paths; a path that leads out of the folder is none of its files."""
    found = read_package(folder).get("resources", [])
    return {
        each["path"]: each
        for each in found
        if not PurePath(each["path"]).is_absolute() and ".." not in PurePath(each["path"]).parts
    }


def schema(table: DataFrame, told: Mapping[str, str]) -> dict[str, Any]:
    """A Table Schema: the type of each column, and what it means."""
    fields = [
        {"name": guarded(str(name)), "type": _type(table[name]), "description": told[str(name)]}
        for name in table.columns
    ]
    return {"fields": fields, "missingValues": [""]}


def _type(column: Any) -> str:
    if types.is_bool_dtype(column):
        return "boolean"
    if types.is_integer_dtype(column):
        return "integer"
    return "number" if types.is_float_dtype(column) else "string"


def table_resource(path: str, row: str, described: Mapping[str, Any]) -> dict[str, Any]:
    """A CSV table as it stands in the package, before it is known how long it is."""
    return {
        "name": _name(path), "path": path, "type": "table", "profile": "tabular-data-resource", "title": path.removesuffix(".csv"),
        "description": f"One row {row}.", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
        "dialect": {"lineTerminator": "\r\n"}, "schema": described,
    }  # fmt: skip


def write_package(folder: Path, manifest: Manifest, tables: list[dict[str, Any]], told: Mapping[str, str]) -> list[str]:
    """Describe all that lies in `folder`; return the files' paths. `told` says what each file is that is no CSV table."""
    known = {each["path"]: each for each in tables}
    described = []
    for path in sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()):
        resource = known.get(path) or _file(path, told)
        data = folder / path
        described.append(resource | {"bytes": data.stat().st_size, "hash": hash_of(data)})
    package = {
        "name": _name(manifest.study),
        "title": manifest.title,
        "description": "A study of language models by traitscope: answers, scores, estimates, and the raw replies they come from.",
        "profile": "data-package",
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        MARK: {"record": record_id(manifest), "version": manifest.packages.get("traitscope", "")},
        "resources": described,
    }
    write_whole(folder / PACKAGE, json.dumps(package, indent=1, ensure_ascii=False))
    return [each["path"] for each in described]


def _file(path: str, told: Mapping[str, str]) -> dict[str, Any]:
    kind, media = FORMATS.get(Path(path).suffix, (Path(path).suffix.removeprefix("."), "application/octet-stream"))
    told_by = told.get(path) or told.get(path.partition("/")[0]) or told[Path(path).suffix]
    return {
        "name": _name(path),
        "path": path,
        "type": "file",
        "description": told_by,
        "format": kind,
        "mediatype": media,
    }


def _name(text: str) -> str:
    """As a package's names must be: small letters of ASCII, digits, full stop, hyphen, underscore and slash."""
    return re.sub(r"[^-a-z0-9._/]", "-", text.lower())


def hash_of(path: Path) -> str:
    """SHA-256 of a file, in the package's notation."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
