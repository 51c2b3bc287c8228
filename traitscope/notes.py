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
    "unreliable": "the reliability of a side is not above 0",
    "no_reliability": "a side has one item, so no reliability",
    "equal_in_all_persons": "all personas differ alike",
    "constant_scores": "all scores of a side are equal",
    "too_few_pairs": "fewer than three pairs",
    "perfect_correlation": "a perfect correlation has no interval",
    "no_common_metric": "no common metric with ratings",
    "no_reference_set": "no reference personas to centre on",
    "reference_incomplete": "the reference personas have not all been asked yet",
    "block_incomplete": "not all items of the centring block have been asked yet",
    "no_replication": "nothing was asked twice, or the repeats are copies, as at temperature 0",
    "did_not_converge": "no solution was found",
    "constant_items": "some items got one answer from everybody",
    "constant_item": "everybody gave one answer",
    "identical_ratings": "the scores are copies of each other",
    "constant_differences": "the scores differ by the same amount for everybody",
    "zero_residual_variance": "nothing is left that differs",
    "covariance_not_positive_definite": "too few personas for so many items",
    "no_answers": "no usable answer",
    "negative_component": "a negative estimate of a variance",
    "zero_component": "its estimate is 0",
    "no_values": "no usable answer",
    "too_few_forms": "one form only",
    "heywood_case": "a solution outside of what is possible",
    "constant_raters": "one of those compared gave everybody the same score",
}


def in_words(note: str) -> str:
    """The codes of a note as a reader's words."""
    return "; ".join(NOTES.get(code, code.replace("_", " ")) for code in note.split("; ") if code)
