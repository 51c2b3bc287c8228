"""What may be said of saying and doing: findings worded by interval, null and margin, never beyond them."""

from __future__ import annotations

from typing import Any

from pandas import DataFrame, Series

from traitscope.text import interval


def named(said_by: str, done_by: str) -> str:
    return f"said by {said_by}, done by {done_by}"


def finding(
    whole: DataFrame, scales: DataFrame, model: str, persona_set: str, said_by: str, done_by: str, margin: float
) -> str:
    """What may be said of one model: its pattern, then its level by trait."""
    whole = whole[whole["scale"] == ""]
    size = int(whole["n_persons"].max())
    text = told(whole, scales, margin)
    return f"{named(said_by, done_by)} - {model}, {persona_set} ({size} persona{'s' if size != 1 else ''}): {text}"


def told(whole: DataFrame, scales: DataFrame, margin: float) -> str:
    """The sentences on the measures `whole` of one scope, and on those of its `scales`."""
    rows = {str(row["measure"]): row for _, row in whole.iterrows()}
    sentences = [_pattern(rows["spearman"]), _level(rows.get("level_gap"), scales, margin)]
    cosine = rows["cosine"]
    if cosine["value"] == cosine["value"] and cosine["above_null"] is not True:
        sentences.append(
            f"the raw cosine of {cosine['value']:.2f} is not above what unrelated pairs of the same answers give"
        )
    by_trait = scales[scales["measure"] == "correlation"].dropna(subset=["value"])
    if len(by_trait):
        listed = ", ".join(
            f"{row['scale']} {row['value']:.2f}{'*' if row['above_null'] is True else ''}"
            for _, row in by_trait.iterrows()
        )
        sentences.append(
            f"over personas, saying and doing correlate: {listed} (* beyond persons exchanged within their pole)"
        )
    return ". ".join(each[0].upper() + each[1:] for each in sentences if each) + "."


def _pattern(row: Series[Any]) -> str:
    if row["value"] != row["value"]:
        return f"whether it acts as it says cannot be estimated ({row['note'] or 'no value'})"
    low, high = _ends(row)
    seen = f"rank correlation of the pairs {row['value']:.2f}{between(row)}"
    if low != low:
        beyond = "beyond" if row["above_null"] is True else "not beyond"
        return f"whether it acts as it says is left open without an interval ({seen}, {beyond} unrelated pairs; {_why(row)})"
    if row["above_null"] is True and low > 0:
        return f"what it does goes with what it says ({seen}; unrelated pairs stay under {_highest(row):.2f})"
    lows = [row[name] for name in ("null_items_low", "null_persons_low") if row[name] == row[name]]
    if high < 0 and lows and row["value"] < min(lows):
        return f"it does the contrary of what it says ({seen}; unrelated pairs stay above {min(lows):.2f})"
    return f"it cannot be told from pairs that have nothing to do with each other ({seen})"


def _ends(row: Series[Any]) -> tuple[float, float]:
    """The interval; where all resamples give the value there is none, and on which side of 0 it lies is sure all the same."""
    if row["low"] != row["low"] and "equal_resamples" in row["warnings"]:
        return float(row["value"]), float(row["value"])
    return float(row["low"]), float(row["high"])


def _why(row: Series[Any]) -> str:
    """Why there is no interval: the fewest persons, or the code of what went wrong with the resamples."""
    told = str(row["method"])
    return told if told.startswith("interval withheld") else str(row["warnings"]).partition(":")[0]


def between(row: Series[Any], digits: int = 2) -> str:
    """The interval behind a value, and nothing where there is none."""
    ends = interval(float(row["low"]), float(row["high"]), digits)
    return "" if ends == "-" else f" {ends}"


def _highest(row: Series[Any]) -> float:
    return float(max(row[name] for name in ("null_items_high", "null_persons_high") if row[name] == row[name]))


def _level(whole: Series[Any] | None, scales: DataFrame, margin: float) -> str:
    if whole is None or whole["note"] == "no_common_metric":
        return "the two ways of asking have no common metric, so levels are not compared"
    rows = scales[scales["measure"] == "level_gap"]
    words = {
        "agrees": f"acts at the level it says, within {margin:g} points", "diverges upward": "acts higher than it says",
        "diverges downward": "acts lower than it says", "cannot be told": "cannot be told",
    }  # fmt: skip
    told = []
    for verdict, sentence in words.items():
        some = rows[rows["verdict"] == verdict]
        if len(some):
            listed = ", ".join(f"{row['scale']} {row['value']:+.0f}{between(row, 0)}" for _, row in some.iterrows())
            told.append(f"{sentence}: {listed}")
    return f"level by trait, doing less saying in POMP: {'; '.join(told)}" if told else ""


def confirmed_findings(table: DataFrame, persona_set: str) -> list[str]:
    found = []
    for model, some in table[table["scope"].eq("model")].groupby("model", sort=False):
        rows = {row["measure"]: row for _, row in some.iterrows()}
        yes, other, gap = rows["confirmed"], rows["opposite"], rows["discrimination"]
        if yes["value"] != yes["value"]:
            continue
        text = f"it confirms {yes['value']:.0f} % of the actions it chose"
        if other["value"] == other["value"]:
            text += f", and {other['value']:.0f} % of the contrary ones"
            low, high = _ends(gap)
            if low != low:
                text += f"; whether they differ is left open without an interval ({_why(gap)})"
            elif not (low > 0 or high < 0):
                text += "; the two cannot be told apart, so the confirmation says nothing"
        found.append(f"self-confirmation - {model}, {persona_set}: {text[0].upper()}{text[1:]}.")
    return found
