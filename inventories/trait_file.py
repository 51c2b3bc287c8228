"""A user's own copy of the TRAIT data set (Lee et al., 2025, arXiv 2406.14703), which we may not ship, as an inventory.

Both layouts are read: the one JSON list of the authors' repository (situation and query apart, a paraphrase beside),
and the hub's rows (one `question`; a JSON or JSON-lines export, one file a trait or all together). Columns that are not
known are left alone.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from inventories.definitions import Inventory, Item, Option, Scale, Terms
from inventories.reading import DefinitionError, allowed, read_text
from inventories.responder import writable

ENDINGS = (".json", ".jsonl")
SCALES = {
    "openness": "O", "conscientiousness": "C", "extraversion": "E", "agreeableness": "A", "neuroticism": "N",
    "machiavellianism": "MACH", "narcissism": "NARC", "psychopathy": "PSYC",
}  # fmt: skip
ACTIONS = (("response_high1", 1), ("response_low1", 0), ("response_high2", 1), ("response_low2", 0))
MOST_BYTES = 200_000_000


def read_trait(path: Path) -> Inventory:
    """The scenarios in the JSON or JSON-lines file `path`."""
    return trait_inventory(rows_of(path), path)


def trait_inventory(rows: Iterable[Mapping[str, Any]], path: Path) -> Inventory:
    """The scenarios of `rows`; the trait of a row without a `personality` is in the name of its file, `path`.

    Every high response is high on the trait, so all keys are +1. An item's id is its trait and a digest of its text, so
    it stays when rows are added or sorted; a row that stands twice is one item.
    """
    items: dict[str, Item] = {}
    for number, row in enumerate(rows, start=1):
        place = f"{path}, row {number}"
        if not isinstance(row, Mapping):
            raise DefinitionError(f"{place}: expected an object with the fields of TRAIT, seen {str(row)[:60]!r}")
        scale = SCALES[_trait(row, path, place)]
        situation, question = _situation(row, place)
        actions = [Option(value, _text(row, name, place)) for name, value in ACTIONS]
        texts = "\0".join([scale, situation, question, *(each.text for each in actions)])
        name = f"{scale}_{hashlib.blake2b(texts.encode(), digest_size=5).hexdigest()}"
        items[name] = Item(
            name,
            situation,
            scale=scale,
            question=question,
            paraphrase=_told(row, "paraphrased_situation"),
            paraphrased_question=_told(row, "paraphrased_query"),
            options=actions,
        )
    if not items:
        raise DefinitionError(f"{path}: no rows; a TRAIT file has one scenario a row")
    counts = Counter(item.scale for item in items.values())
    return Inventory(
        title="TRAIT, a copy of the user's own",
        kind="action",
        licence="none stated by the authors; the user's own copy, for research",
        items=list(items.values()),
        scales={scale: Scale(trait.capitalize(), trait=trait) for trait, scale in SCALES.items() if scale in counts},
        source="Lee et al. (2025), TRAIT: personality testset designed for LLMs with psychometrics, arXiv 2406.14703",
        terms=Terms(
            use="unstated",
            text="The authors state no licence. Read their terms before you use the data set; do not pass it on.",
        ),
        id=path.stem,
        file=str(path),
    )


def rows_of(path: Path) -> list[Any]:
    """The rows of a JSON or JSON-lines file."""
    text = read_text(path, most=MOST_BYTES)
    if text.lstrip().startswith("["):
        found = _decoded(text, str(path))
        return found if isinstance(found, list) else [found]
    # not splitlines: a text may hold other separators of lines, which JSON leaves as they are
    return [_decoded(line, f"{path}, line {number}") for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _decoded(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:  # a number of thousands of digits is a plain ValueError
        raise DefinitionError(f"{place}: not valid JSON: {problem}") from None


def _trait(row: Mapping[str, Any], path: Path, place: str) -> str:
    told = _told(row, "personality").lower()
    if not told:  # a hub split is named by its trait, perhaps with more around it: "Openness-00000-of-00001"
        told = next((each for each in SCALES if each in path.stem.lower()), "")
    if told not in SCALES:
        raise DefinitionError(
            f"{place}: no trait {row.get('personality')!r}; {allowed(SCALES, told)} (field personality, or the file's name)"
        )
    return told


def _situation(row: Mapping[str, Any], place: str) -> tuple[str, str]:
    """The situation and what is asked about it; the hub has both in one text, which stands alone."""
    if not _told(row, "situation") and _told(row, "question"):
        return _text(row, "question", place), ""
    return _text(row, "situation", place), _text(row, "query", place)


def _told(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)  # a missing text is None or, from a parquet file, NaN
    return writable(value.strip()) if isinstance(value, str) else ""


def _text(row: Mapping[str, Any], name: str, place: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise DefinitionError(
            f"{place}: {name!r} must be a text, not {value!r}; there are {', '.join(map(str, row))[:200]}"
        )
    return writable(value.strip())
