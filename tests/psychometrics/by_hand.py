"""Functions whose relations are written out one by one, and what statistics of whole files do not owe."""

# exported function -> the test of test_properties_numbers.py that has its relations
BY_HAND = {
    "adjust_families": "test_a_family_is_adjusted_like_its_p_values_alone",
    "human_structure": "test_a_stored_structure_has_orthogonal_named_factors",
    "jensen_shannon_centroid": "test_a_centroid_is_a_distribution_and_forgets_order_and_weight",
    "jensen_shannon_distance": "test_a_distance_of_distributions_is_a_metric",
    "jensen_shannon_divergence": "test_a_distance_of_distributions_is_a_metric",
    "metric_note": "test_a_metric_is_common_unless_it_is_of_likelihoods",
    "normal_percentile": "test_norms_follow_the_unit_of_the_score",
    "numbered": "test_numbers_of_persons_do_not_depend_on_their_names",
    "on_rows": "test_a_bootstrap_of_rows_is_that_of_sums",
    "option_inertia": "test_inertia_is_that_of_shares_in_any_order_and_weight",
    "persona_bootstrap": "test_a_bootstrap_of_rows_is_that_of_sums",
    "pomp": "test_norms_follow_the_unit_of_the_score",
    "position_weighted_consistency": "test_consistency_weighs_early_rounds_most",
    "t_score": "test_norms_follow_the_unit_of_the_score",
    "type_letters": "test_letters_do_not_depend_on_the_order_of_axes",
    "undefined": "test_an_undefined_estimate_has_nothing_but_its_reason",
    "verdict": "test_a_verdict_turns_with_the_sign",
    "wilson": "test_a_share_of_successes_mirrors_that_of_failures",
}

NOT_OWED_BY_STATISTICS = {
    "styles": {"columns_permuted": "a run of equal answers is one in the order of the page"},
    "split_half": {"columns_permuted": "odd and even, first and second are places of items"},
    "irt": {"persons_permuted": "held to four digits among the functions"},
}  # fmt: skip
