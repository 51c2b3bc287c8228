"""What can be wrong with a file: in its structure, in its text, in its bytes. Few draws, so that a case is cheap."""

from __future__ import annotations

import copy
import datetime
import math
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

# stand for what no writer of TOML or JSON would write; `raw` puts the thing itself in their place
DEEP, SURROGATE, HUGE = "§deep§", "§surrogate§", "§huge§"
RAW = {
    f'"{DEEP}"': "[" * 1000 + "]" * 1000,
    f'"{SURROGATE}"': '"\\ud800"',
    f'"{HUGE}"': "9" * 5000,
}
ODD: list[Any] = [
    "", " ", "\t", "a\nb", "a\r\nb", "\x00", "a\x00b", "\x1b[31mred\x1b[0m", "\ufeff", "\u200b", "\u202eevil", "שלום עולם", "السلام عليكم",
    "数", "é", "e\u0301", "😀", "x" * 10_000, "long " * 2_000, "../../x", "../../x.toml", "/etc/passwd", "/dev/zero", "C:\\x.toml",
    "~/x.toml", "a/b", ".", "..", "{text}", "{Text}", "{left}", "{0.__class__}", "{", "}", "{markers}", "{id}", "=1+1", "@x", "-", "-1", "1",
    "1.0", "1,5", "nan", "inf", "1e400", "NA", "true", "None", "<script>alert(1)</script>", "'; DROP TABLE calls; --", '"', "'", "\\", ",",
    ";", "|", "E", "O", "A", "sd3", "tipi", "none", "big_five_32", "simulated:person", "simulated:uniform", "options", "reversed", "shuffled",
    "likelihood", "choice", "rating", "action", "cognition", "continued", "de", "answered", "missing", "R_1", "tipi_01", "TIPI_01", "row 1",
    0, 1, -1, 2, 3, 7, 12, 13, 50, 1000, 10**6, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, -(10**30),
    0.0, -0.0, 0.5, 1.0, 1e-320, 1e308, math.nan, math.inf, -math.inf,
    True, False, [], {}, [[]], [{}], {"": 1}, {"a": {"b": []}}, ["a", "a"], [1, 1], datetime.date(2020, 2, 29),
    datetime.datetime(2020, 2, 29, 1, 2, 3), DEEP, SURROGATE, HUGE,
]  # fmt: skip
STRUCTURAL = (
    "replace", "replace", "replace", "replace", "drop", "double", "rename", "insert", "repeat", "many", "negate", "swap", "wrap", "lengthen",
)  # fmt: skip
TEXTUAL = (
    "none", "none", "none", "none", "none", "none", "truncate", "insert", "insert", "delete", "double line", "cr", "crlf", "bom", "utf-16",
    "utf-16-be", "utf-32", "latin-1", "empty", "blank", "flip", "twice",
)  # fmt: skip
CHUNKS: list[bytes] = [
    b"\x00", b"\xff", b"\x80", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\r\n", b"\n", b'"', b"'", b'"""', b"[[", b"]]", b"[" * 1000,
    b"{" * 1000, b"=", b"#", b",", b";", b"\t", b"\\", b"\\u0000", b'"\\ud800"', b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\x0b", b"\x0c", b"\x1b[2J",
    b"nan", b"inf", b"-", b"1e999", b"9" * 5000, b"a." * 2000 + b"b = 1\n", b"x" * 10_000, b"\xd7\xa9", b"{}", b"[]", b"null", b"NaN", b"\n\n\n",
]  # fmt: skip

LONGEST = 20_000  # characters of a text that grows
Change = tuple[str, int, int]
numbers = st.integers(0, 2**16)
structural: st.SearchStrategy[list[Change]] = st.lists(
    st.tuples(st.sampled_from(STRUCTURAL), numbers, numbers), min_size=0, max_size=3
)
textual: st.SearchStrategy[Change] = st.tuples(st.sampled_from(TEXTUAL), numbers, numbers)


def raw(text: str) -> str:
    """`text` with what no writer writes."""
    for name, thing in RAW.items():
        text = text.replace(name, thing)
    return text


def changed(document: Any, changes: list[Change]) -> Any:
    """A copy of `document`, an object of lists and objects, with some places of it changed."""
    document = copy.deepcopy(document)
    for kind, where, what in changes:
        places = list(_places(document))
        if not places:
            break
        container, key = places[where % len(places)]
        _change(container, key, kind, copy.deepcopy(ODD[what % len(ODD)]), what)
    return document


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(pairs)[:200]:
        yield node, key
        yield from _places(value)


def _change(container: Any, key: Any, kind: str, odd: Any, what: int) -> None:
    value, listed = container[key], isinstance(container, list)
    if kind == "replace":
        container[key] = odd
    elif kind == "drop":
        del container[key]
    elif kind == "double":
        if listed:
            container.insert(key, copy.deepcopy(value))
        else:
            container[f"{key}_2"] = copy.deepcopy(value)
    elif kind == "rename":
        if listed:
            container.append(container.pop(key))
        else:
            container[odd if isinstance(odd, str) else f"{key}s"] = container.pop(key)
    elif kind == "insert":
        if isinstance(value, list):
            value.append(odd)
        elif isinstance(value, dict):
            value[odd if isinstance(odd, str) else "unknown"] = what
        elif listed:
            container.insert(key, odd)
    elif kind == "repeat" and listed:
        container[key:key] = [copy.deepcopy(value) for _ in range(2 + what % 30)]
    elif kind == "many" and isinstance(value, list) and value:
        _multiply(value, 5 + what % 60)
    elif kind == "negate" and isinstance(value, int | float):
        container[key] = -value
    elif kind == "swap" and listed:
        other = what % len(container)
        container[key], container[other] = container[other], value
    elif kind == "wrap":
        container[key] = [value] if what % 2 else {"value": value}
    elif kind == "lengthen" and isinstance(value, str):
        container[key] = (value * (2 + what % 500))[:LONGEST]


def _multiply(values: list[Any], times: int) -> None:
    """As many alike, told apart where they have an id, a value or a text."""
    first = values[-1]
    for number in range(times):
        each = copy.deepcopy(first)
        if isinstance(each, dict):
            each |= {name: f"{each[name]}{number}" for name in ("id", "text") if isinstance(each.get(name), str)}
            each |= {"value": number + 100} if isinstance(each.get("value"), int) else {}
        elif isinstance(each, str):
            each = f"{each}{number}"
        values.append(each)


def rewritten(text: str, change: Change) -> bytes:
    """The bytes of `text` with one thing wrong in them."""
    kind, where, what = change
    data = text.encode("utf-8", "surrogatepass")
    place = where * (len(data) + 1) // (2**16 + 1)
    match kind:
        case "truncate":
            return data[:place]
        case "insert":
            return data[:place] + CHUNKS[what % len(CHUNKS)] + data[place:]
        case "delete":
            return data[:place] + data[place + 1 + what % 40 :]
        case "double line":
            lines = data.splitlines(keepends=True) or [b""]
            at = where % len(lines)
            return b"".join([*lines[: at + 1], *lines[at:]])
        case "cr":
            return data.replace(b"\n", b"\r")
        case "crlf":
            return data.replace(b"\n", b"\r\n")
        case "bom":
            return b"\xef\xbb\xbf" + data
        case "utf-16" | "utf-16-be" | "utf-32":
            return data.decode("utf-8", "replace").encode(kind)
        case "latin-1":
            return ("é" + data.decode("utf-8", "replace")).encode("latin-1", "replace")
        case "empty":
            return b""
        case "blank":
            return b" \n\t\n"
        case "flip":
            return data[:place] + bytes([what % 256]) + data[place + 1 :]
        case "twice":
            return data + b"\n" + data
        case _:
            return data
