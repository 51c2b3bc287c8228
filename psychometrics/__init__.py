"""Numbers: scores, reliability, structure and effects, each an `Estimate` with its interval, persons and warnings.

Pure: it knows tables, not models or inventories. A function that has the name of its file, such as `efa` or `retest`, is
the name here; the module of that name is imported by its full path.
"""

from psychometrics.acquiescence import CorrectedAnswers, StyleAlphas, style_alphas, without_acquiescence
from psychometrics.agreement import exact_agreement, mean_absolute_change
from psychometrics.alignment import Aligned, Alignment, alignment
from psychometrics.alpha import alpha_of_repeats, cronbach_alpha
from psychometrics.attribute_effects import attribute_effects, eta_squared
from psychometrics.bootstrap import Bootstrap, on_rows, persona_bootstrap
from psychometrics.bootstrap_mean import bootstrap_mean
from psychometrics.calibrated_gap import calibrate, calibrated_gap
from psychometrics.cfa import ConfirmatoryFactors, confirmatory_factors
from psychometrics.cfa_ordinal import OrdinalFactors, ordinal_factors
from psychometrics.compare import assigned_effect, mean_over_persons, paired_effect, two_group_effect
from psychometrics.components import Components, variance_components
from psychometrics.congruence import (
    Congruence,
    congruence,
    procrustes,
    tucker_congruence,
)
from psychometrics.contamination import Contamination, contamination, wilson
from psychometrics.correlations import Polychoric, polychoric
from psychometrics.desirability import DesirabilityShift, desirability_shift
from psychometrics.dif import DifferentialFunctioning, ordinal_dif
from psychometrics.divergence import Measure, Null, divergence
from psychometrics.drift import Drift, drift
from psychometrics.dstudy import SmallestDesign, d_study, smallest_design
from psychometrics.efa import FactorSolution, efa
from psychometrics.estimate import Estimate, numbered, undefined
from psychometrics.factorability import Factorability, factorability
from psychometrics.firmness import Firmness, firmness, position_weighted_consistency
from psychometrics.forms import FormEffect, PositionPreference, form_effects, position_preference
from psychometrics.generalizability import GStudy, g_study
from psychometrics.graded import graded_effect
from psychometrics.guttman import GuttmanLambdas, guttman_lambdas
from psychometrics.human_structure import human_congruence, human_structure
from psychometrics.intraclass import IntraclassCorrelations, intraclass_correlations
from psychometrics.invariance import Cutoffs, Invariance, measurement_invariance
from psychometrics.irt import ItemResponseModel, graded_response, two_parameter_logistic
from psychometrics.items import item_statistics
from psychometrics.jensen_shannon import (
    GroupInconsistency,
    group_inconsistency,
    jensen_shannon_centroid,
    jensen_shannon_distance,
    jensen_shannon_divergence,
)
from psychometrics.judge_gate import JudgeGate, judge_agreement, judge_gate
from psychometrics.kappa import fleiss_kappa, item_kappas, weighted_kappa
from psychometrics.krippendorff_alpha import krippendorff_alpha
from psychometrics.labels import LabelPreference, label_preference
from psychometrics.level_against_rest import Outliers, density_outliers, level_against_rest
from psychometrics.level_gap import absolute_gap, level_gap, rank_change, verdict
from psychometrics.levels import equivalence, level_tests, variance_decided_test
from psychometrics.likelihoods import likelihood_scores
from psychometrics.many_tests import adjust, adjust_families
from psychometrics.mixed import MixedModel, mixed_model
from psychometrics.multitrait import MultitraitMultimethod, multitrait_multimethod
from psychometrics.omega import HierarchicalOmega, omega_hierarchical
from psychometrics.omega_one_factor import omega_one_factor
from psychometrics.ordinal_alpha import ordinal_alpha
from psychometrics.paired_change import Change, GroupDifference, group_difference, paired_change
from psychometrics.parallel import ParallelAnalysis, parallel_analysis
from psychometrics.parallel_forms import ParallelForms, parallel_forms
from psychometrics.quasi_f import quasi_f
from psychometrics.repeats import Repeats, repeats
from psychometrics.retest import Retest, retest
from psychometrics.said_done_correlation import SaidDone, said_done_correlation
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
from psychometrics.self_confirmation import SelfConfirmation, self_confirmation
from psychometrics.sensitivity import FormSensitivity, form_sensitivity, level_shifts
from psychometrics.split_half import SplitHalf, split_half
from psychometrics.steerability import option_inertia, option_steerability
from psychometrics.styles import ResponseStyles, response_styles
from psychometrics.subject_profiles import profile_consistency, profile_fairness, profile_robustness
from psychometrics.text_fidelity import SentenceFidelity, persona_constraints, profile_variation, sentence_fidelity
from psychometrics.topics import TopicInconsistency, topic_inconsistency
from psychometrics.trait_scores import TraitScores, trait_scores
from psychometrics.turns import behaviour_chains, style_stability
from psychometrics.type_confusion import TypeConfusion, TypeTally, default_types, type_confusion
from psychometrics.validity import convergent_table, criterion_table

__all__ = [
    "Aligned",
    "Alignment",
    "Bootstrap",
    "Change",
    "Components",
    "ConfirmatoryFactors",
    "Congruence",
    "Contamination",
    "CorrectedAnswers",
    "Cutoffs",
    "DesirabilityShift",
    "DifferentialFunctioning",
    "Drift",
    "Estimate",
    "FactorSolution",
    "Factorability",
    "Firmness",
    "FormEffect",
    "FormSensitivity",
    "GStudy",
    "GroupDifference",
    "GroupInconsistency",
    "GuttmanLambdas",
    "HierarchicalOmega",
    "IntraclassCorrelations",
    "Invariance",
    "ItemResponseModel",
    "JudgeGate",
    "KeyingCheck",
    "LabelPreference",
    "Measure",
    "MixedModel",
    "MultitraitMultimethod",
    "Null",
    "OrdinalFactors",
    "Outliers",
    "ParallelAnalysis",
    "ParallelForms",
    "Polychoric",
    "PositionPreference",
    "Repeats",
    "ResponseStyles",
    "Retest",
    "SaidDone",
    "SelfConfirmation",
    "SentenceFidelity",
    "SmallestDesign",
    "SplitHalf",
    "StyleAlphas",
    "TopicInconsistency",
    "TraitScores",
    "TypeConfusion",
    "TypeLetters",
    "TypeTally",
    "absolute_gap",
    "adjust",
    "adjust_families",
    "alignment",
    "alpha_of_repeats",
    "assigned_effect",
    "attribute_effects",
    "behaviour_chains",
    "bootstrap_mean",
    "calibrate",
    "calibrated_gap",
    "confirmatory_factors",
    "congruence",
    "contamination",
    "convergent_table",
    "criterion_table",
    "cronbach_alpha",
    "d_study",
    "default_types",
    "density_outliers",
    "desirability_shift",
    "divergence",
    "drift",
    "efa",
    "equivalence",
    "eta_squared",
    "exact_agreement",
    "factorability",
    "firmness",
    "fleiss_kappa",
    "form_effects",
    "form_sensitivity",
    "g_study",
    "graded_effect",
    "graded_response",
    "group_difference",
    "group_inconsistency",
    "guttman_lambdas",
    "human_congruence",
    "human_structure",
    "intraclass_correlations",
    "item_kappas",
    "item_statistics",
    "jensen_shannon_centroid",
    "jensen_shannon_distance",
    "jensen_shannon_divergence",
    "judge_agreement",
    "judge_gate",
    "keyed",
    "keying_suspicion",
    "krippendorff_alpha",
    "label_preference",
    "level_against_rest",
    "level_gap",
    "level_shifts",
    "level_tests",
    "likelihood_scores",
    "mean_absolute_change",
    "mean_over_persons",
    "measurement_invariance",
    "metric_note",
    "mixed_model",
    "multitrait_multimethod",
    "normal_percentile",
    "numbered",
    "omega_hierarchical",
    "omega_one_factor",
    "on_rows",
    "option_inertia",
    "option_steerability",
    "ordinal_alpha",
    "ordinal_dif",
    "ordinal_factors",
    "paired_change",
    "paired_effect",
    "parallel_analysis",
    "parallel_forms",
    "persona_bootstrap",
    "persona_constraints",
    "polychoric",
    "pomp",
    "position_preference",
    "position_weighted_consistency",
    "procrustes",
    "profile_consistency",
    "profile_fairness",
    "profile_robustness",
    "profile_variation",
    "quasi_f",
    "rank_change",
    "repeats",
    "response_styles",
    "retest",
    "said_done_correlation",
    "scale_score",
    "self_confirmation",
    "sentence_fidelity",
    "smallest_design",
    "split_half",
    "style_alphas",
    "style_stability",
    "t_score",
    "topic_inconsistency",
    "trait_scores",
    "tucker_congruence",
    "two_group_effect",
    "two_parameter_logistic",
    "type_confusion",
    "type_letters",
    "undefined",
    "variance_components",
    "variance_decided_test",
    "verdict",
    "weighted_kappa",
    "wilson",
    "without_acquiescence",
]
