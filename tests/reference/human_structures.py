"""Makes psychometrics/structures/*.toml: the loadings of human answers, one file an inventory.

    python tests/reference/human_structures.py

reads ../shared/data (openpsych_ipip50.csv, goldberg100_responses.csv, openpsych_sd3.csv: see the README there for
who answered) and the keys in inventories/bank. Complete cases, answers as printed; minimum residuals, varimax with
Kaiser's normalisation; as many factors as the inventory has scales. A factor is named by the scale on whose keyed items
it loads most, one each, and points to that scale's high pole. Loadings are rounded to four digits. R's psych 2.2.9,
`fa(na.omit(x), nfactors, rotate = "varimax", fm = "minres")`, gives the same to four digits.
"""

import tomllib
from pathlib import Path
from typing import Any

import pandas as pd

from psychometrics.congruence import match_factors
from psychometrics.efa import efa

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
STRUCTURES = ROOT / "psychometrics" / "structures"
SOURCES = {
    "ipip50": ("openpsych_ipip50.csv", "openpsychometrics.org, Big Five test, raw data of visitors"),
    "goldberg100": (
        "goldberg100_responses.csv",
        "PMC lab, Northwestern University (R psychTools, big5.100.adjectives)",
    ),
    "sd3": ("openpsych_sd3.csv", "openpsychometrics.org, Short Dark Triad, raw data of visitors"),
}


def human_loadings(inventory: str, data: Path = SHARED / "data") -> tuple[pd.DataFrame, int]:
    """Loadings by item id and scale, not rounded, and the number of persons with complete answers."""
    bank = tomllib.loads((ROOT / "inventories" / "bank" / f"{inventory}.toml").read_text("utf-8"))["items"]
    answers = pd.read_csv(data / SOURCES[inventory][0])[[each["id"] for each in bank]]
    scales = list(dict.fromkeys(each["scale"] for each in bank))
    found = efa(answers, len(scales), rotation="varimax", missing="listwise")
    keyed = pd.DataFrame(
        {scale: [each["key"] * (each["scale"] == scale) for each in bank] for scale in scales},
        index=[each["id"] for each in bank],
    )
    return match_factors(found.loadings, keyed), found.fit.n_persons


def as_toml(inventory: str, loadings: pd.DataFrame, n_persons: int) -> str:
    about: dict[str, Any] = {
        "inventory": inventory,
        "source": SOURCES[inventory][1],
        "n_persons": n_persons,
        "missing": "listwise",
        "extraction": "minres",
        "rotation": "varimax",
        "factors": list(loadings),
    }
    lines = ["# Loadings of human answers as printed; made by tests/reference/human_structures.py."]
    for name, value in about.items():
        shown = f"[{', '.join(map(quoted, value))}]" if isinstance(value, list) else quoted(value)
        lines.append(f"{name} = {shown}")
    lines += ["", "[loadings]"]
    lines += [f"{item} = [{', '.join(f'{each:.4f}' for each in row)}]" for item, *row in loadings.itertuples()]
    return "\n".join(lines) + "\n"


def quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


if __name__ == "__main__":
    for each in SOURCES:
        (STRUCTURES / f"{each}.toml").write_text(as_toml(each, *human_loadings(each)), "utf-8")
