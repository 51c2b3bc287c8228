"""Our figures beside R's, to the fourth digit: `make check-r`, or `python -m benchmarks.check_r`.

Each case is a bundle as `traitscope export` writes it; its own analysis.R recomputes the figures with psych and lavaan
from the raw answers. Beside them stands what `traitscope analyze` says of the data that the bundle was made of. Where
we call a figure not estimable, R has to fail, too, and for the same reason. The exit status is 1 if anything differs.
"""

from __future__ import annotations

import math
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from pandas import DataFrame

from inventories.loading import load_inventory
from psychometrics import intraclass_correlations
from traitscope import run, statistics
from traitscope.bundle.writing import export
from traitscope.collected import sample_at
from traitscope.importing.reading import import_file
from traitscope.sample import Sample, read_sample
from traitscope.statistics.found import by_level, domains, occasions
from traitscope.statistics.reliability import estimates_of

SHARED = Path(__file__).parents[2] / "shared" / "data"
FOURTH_DIGIT = 5e-5
COMPARED = ("alpha", "omega_one_factor", "omega", "icc", "cfa")
# other intervals of the same figure, and what stands in for one that is not estimable
WITHOUT_R = ("alpha, Duhachek", "alpha, bootstrap", "alpha varying items", "instead of omega")
ICCS = {
    "one way": "ICC(1)", "agreement": "ICC(A,1)", "consistency": "ICC(C,1)",
    "one way average": "ICC(k)", "agreement average": "ICC(A,k)", "consistency average": "ICC(C,k)",
}  # fmt: skip
SAME_REASON = {
    "zero_total_variance": "no variance|standard deviation is zero",
    "constant_items": "no variance|standard deviation is zero",
    "covariance_not_positive_definite": "not positive-definite",
}
HEYWOOD = (
    "a Heywood case on both sides: we give no omega then, psych whatever its optimiser stops at (its criterion leaves "
    "out the diagonal, its slope does not); in brackets our value at the bound"
)
NEVER = "$^"  # matches no text
LONGEST = 60  # characters of R's words in the table

PEOPLE_IMPORTED = 200  # of the SD-3 sample; half a million answers, one by one, would take many minutes
FORMS = """
models = ["simulated:person"]
inventories = ["bfi44"]
personas = ["big_five_32"]
[[asks]]
elicitation = "rating"
replicates = 2
vary = { options = ["printed", "reversed"] }
"""
CONSTANT = """
models = ["local:smollm2-135m"]
inventories = ["bfi44"]
personas = ["big_five_32"]
[[asks]]
elicitation = "rating"
personas = ["E+A+C+N+O+", "E+A-C-N-O-", "E-A+C-N-O-", "E-A-C-N+O-"]
replicates = 2
"""

Key = tuple[str, str]  # statistic, scale


class Figure(NamedTuple):
    """What we say of one statistic; `at_bound` is what a Heywood case would give, which we do not."""

    value: float
    note: str = ""
    at_bound: float = math.nan


class Line(NamedTuple):
    """A row of the comparison; `verdict` begins with "equal", "neither", "named" or "DIFFERS"."""

    statistic: str
    scale: str
    ours: Figure
    r: float
    verdict: str


# ---- what we say


def figures(sample: Sample) -> dict[Key, Figure]:
    """Every figure that R recomputes, by the names of analysis.R."""
    found: dict[Key, Figure] = {}
    for name in COMPARED:
        result = statistics.compute(sample, [name])[name]
        if "failed" in result:
            raise RuntimeError(f"{name}: {result['failed']}")
        for each in result["estimates"]:
            if each["quantity"] not in WITHOUT_R:
                found[_name(each["quantity"]), each["scale"]] = _figure(each)
            if each["quantity"].startswith("chi-square"):
                df = each["extra"].get("df")
                found["df", each["scale"]] = Figure(_number(df), each["note"])
        for each in result["tables"].get("standardised loadings", []):
            found[f"loading of {each['item']}", "all"] = Figure(each["standardised"])
    return found | dict(_over_replicates(sample))


def _name(quantity: str) -> str:
    """ "ICC over options, agreement" is R's "ICC(A,1) over options"; degrees of freedom have a row of their own."""
    if quantity.startswith("ICC over "):
        factor, _, kind = quantity.removeprefix("ICC over ").partition(", ")
        return f"{ICCS[kind]} over {factor}"
    return quantity.partition(" (")[0]


def _figure(estimate: dict[str, Any]) -> Figure:
    extra = estimate["extra"]
    heywood = str(extra.get("improper_because", "")).startswith("heywood")
    return Figure(
        _number(estimate["value"]), estimate["note"], _number(extra["value_at_bound"]) if heywood else math.nan
    )


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _over_replicates(sample: Sample) -> Iterator[tuple[Key, Figure]]:
    """All replicates as raters; `traitscope analyze` compares the first two alone, as a retest."""
    if occasions(sample) is None:
        return
    for scale in domains(sample):
        found = intraclass_correlations(by_level(sample, scale, sample.table["replicate"]))
        for name, each in estimates_of(found):
            yield (f"{ICCS[name]} over replicate", scale), Figure(each.value, each.note)


# ---- what R says


def recomputed(bundle: Path) -> DataFrame:
    """The table that the bundle's own analysis.R writes, one row a statistic x scale."""
    done = subprocess.run(["Rscript", bundle / "analysis.R"], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{bundle / 'analysis.R'}: {done.stderr.strip()}")
    return pd.read_csv(bundle / "analysis_R.csv", keep_default_na=False, na_values={"value": [""]})


def compared(ours: dict[Key, Figure], r: DataFrame) -> list[Line]:
    """Every figure of either side beside the other's."""
    theirs = {(str(row.statistic), str(row.scale)): (float(row.value), str(row.note)) for row in r.itertuples()}
    lines = [_line(key, ours.get(key), *found) for key, found in theirs.items()]
    absent = [key for key in ours if key not in theirs]
    return lines + [Line(*key, ours[key], math.nan, "DIFFERS: R has no such row") for key in absent]


def _line(key: Key, ours: Figure | None, r: float, told: str) -> Line:
    if ours is None:
        return Line(*key, Figure(math.nan), r, "DIFFERS: we have no such figure")
    if math.isnan(ours.value) and math.isnan(r):
        same = re.search(SAME_REASON.get(ours.note, NEVER), told)
        said = told[max(0, same.end() - LONGEST) : same.end()] if same else told[:LONGEST]
        return Line(*key, ours, r, f'{"neither" if same else "DIFFERS"}: {ours.note}; R: "{said}"')
    if not math.isnan(ours.at_bound) and "Heywood case" in told:
        return Line(*key, ours, r, f"named: {HEYWOOD}")
    if abs(ours.value - r) < FOURTH_DIGIT:
        return Line(*key, ours, r, "equal")
    return Line(*key, ours, r, f'DIFFERS: {ours.note or "in value"}; R: "{told[:LONGEST]}"')


def printed(lines: list[Line]) -> str:
    """The comparison as text; what a named difference is stands once below."""
    rows = [f"{'statistic':<32} {'scale':<6} {'ours':>12} {'R':>12} {'difference':>11}"]
    for each in lines:
        named = each.verdict.startswith("named")
        value = each.ours.at_bound if named else each.ours.value
        gap = "" if math.isnan(value - each.r) else f"{value - each.r:z.6f}"
        shown = f"({_digits(value)})" if named else _digits(value)
        verdict = "named [1]" if named else each.verdict
        rows.append(f"{each.statistic:<32} {each.scale:<6} {shown:>12} {_digits(each.r):>12} {gap:>11}  {verdict}")
    if any(each.verdict.startswith("named") for each in lines):
        rows.append(f"[1] {HEYWOOD}")
    return "\n".join(rows)


def _digits(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.4f}"


# ---- the cases


def cases(folder: Path) -> Iterator[tuple[str, Sample, Path]]:
    """Title, what `traitscope analyze` reads, and the bundle of it in `folder`."""
    if SHARED.is_dir():
        file = SHARED / "llm" / "personallm_gpt35_bfi44.csv"
        yield "PersonaLLM: 32 personas, ten draws each, BFI-44", *of_file(file, "bfi44", folder / "personallm")
        yield "SD-3: 18,192 people", *of_many(SHARED / "openpsych_sd3.csv", "sd3", folder / "sd3")
    else:
        print(f"PersonaLLM and SD-3 are left out: {SHARED} is not beside this checkout\n")
    yield "Simulated persons, two orders of options, two draws, BFI-44", *of_study(FORMS, folder / "forms")
    yield "The embedded model, constant ratings, two draws, BFI-44", *of_study(CONSTANT, folder / "constant")


def of_file(file: Path, inventory: str, folder: Path) -> tuple[Sample, Path]:
    """A file of answers, imported and exported."""
    record, _ = import_file(file, inventory, folder / "record")
    export(record, folder / "bundle")
    return sample_at(file, load_inventory(inventory)), folder / "bundle"


def of_many(file: Path, inventory: str, folder: Path) -> tuple[Sample, Path]:
    """The same of a large file: its first rows are imported and exported, then all stand in the bundle's wide table."""
    folder.mkdir(parents=True)
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    few = folder / file.name
    table.head(PEOPLE_IMPORTED).to_csv(few, index=False)
    _, bundle = of_file(few, inventory, folder)
    wide = bundle / "wide" / f"{inventory}.rating.csv"
    persons = DataFrame({"model": "people", "persona": range(len(table)), "replicate": 1})
    known = load_inventory(inventory)
    answers = table[[item.id for item in known.items]]
    pd.concat([persons, answers], axis="columns").to_csv(wide, index=False)
    return read_sample(file, known), bundle


def of_study(study: str, folder: Path) -> tuple[Sample, Path]:
    """A study, run and exported."""
    folder.mkdir(parents=True)
    file = folder / "study.toml"
    file.write_text(study, "utf-8")
    record = run(file, record=folder / "record")
    export(record, folder / "bundle")
    return sample_at(record.folder, load_inventory("bfi44")), folder / "bundle"


def main() -> int:
    """Print every case; 1 if anything differs."""
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="check-r-") as place:
        for title, sample, bundle in cases(Path(place)):
            lines = compared(figures(sample), recomputed(bundle))
            print(f"{title}\n{printed(lines)}")
            kinds = Counter(line.verdict.partition(":")[0] for line in lines)
            print(", ".join(f"{count} {kind}" for kind, count in kinds.items()) + "\n", flush=True)
            wrong += kinds["DIFFERS"]
    print(f"{wrong} figures differ" if wrong else "Every figure agrees with R to the fourth digit, or is named above.")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
