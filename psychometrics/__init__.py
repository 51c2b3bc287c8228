"""Numbers: scores, reliability and effects, each an `Estimate` with its interval, its persons and its warnings.

Pure: it knows tables, not models or inventories.
"""

from psychometrics.alpha import alpha_of_repeats, cronbach_alpha
from psychometrics.compare import assigned_effect, mean_over_persons, paired_effect, two_group_effect
from psychometrics.estimate import Bootstrap, Estimate, numbered, on_rows, persona_bootstrap, undefined
from psychometrics.forms import FormEffect, PositionPreference, form_effects, position_preference
from psychometrics.graded import graded_effect
from psychometrics.items import item_statistics
from psychometrics.likelihoods import likelihood_scores
from psychometrics.scoring import (
    KeyingCheck,
    TypeLetters,
    keyed,
    keying_suspicion,
    metric_note,
    normal_percentile,
    pomp,
    scale_score,
    t_score,
    type_letters,
)

__all__ = [
    "Bootstrap",
    "Estimate",
    "FormEffect",
    "KeyingCheck",
    "PositionPreference",
    "TypeLetters",
    "alpha_of_repeats",
    "assigned_effect",
    "cronbach_alpha",
    "form_effects",
    "graded_effect",
    "item_statistics",
    "keyed",
    "keying_suspicion",
    "likelihood_scores",
    "mean_over_persons",
    "metric_note",
    "normal_percentile",
    "numbered",
    "on_rows",
    "paired_effect",
    "persona_bootstrap",
    "pomp",
    "position_preference",
    "scale_score",
    "t_score",
    "two_group_effect",
    "type_letters",
    "undefined",
]
