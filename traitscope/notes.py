"""The codes of a note in a reader's words."""

from __future__ import annotations

NOTES = {
    "zero_total_variance": "no total differs between the personas",
    "zero_variance": "nothing differs between the personas",
    "no_person_facet": "one persona only; reliability needs several",
    "too_few_persons": "too few personas",
    "too_few_items": "too few items",
    "too_few_per_pole": "too few personas at a pole",
    "one_pole_missing": "nobody was assigned the other pole",
    "one_level": "everybody was assigned the same level",
    "no_joint_answers": "no two items were answered by the same personas",
    "degenerate_identical_items": "all items got identical answers",
    "negative_average_covariance": "the items contradict each other on average",
    "ipsative": "centred within the persona, so its scales are not independent",
    "no_common_metric": "no common metric with ratings",
    "no_reference_set": "no reference personas to centre on",
    "reference_incomplete": "the reference personas have not all been asked yet",
    "block_incomplete": "not all items of the centring block have been asked yet",
}


def in_words(note: str) -> str:
    """The codes of a note as a reader's words."""
    return "; ".join(NOTES.get(code, code.replace("_", " ")) for code in note.split("; ") if code)
