"""Alpha and its intervals, asked for the way R's cases name them."""

from typing import Any

import pandas as pd
from oracle_reading import Case

from psychometrics import alpha_of_repeats, cronbach_alpha, item_statistics


def alpha(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    missing = (case.get("params") or {}).get("missing", "pairwise")
    estimate, table = (
        cronbach_alpha(x, missing=missing, empty_rows="count"),
        item_statistics(x, missing=missing).set_index("item"),
    )
    more, r = estimate.extra, estimate.extra["average_r"]
    error = more["standard_error"]
    return {
        "raw_alpha": estimate.value,
        "std_alpha": more["standardised_alpha"],
        "lambda6_smc": more["lambda6"],
        "average_r": r,
        "signal_noise": x.shape[1] * r / (1 - r),
        "duhachek_ase": error,
        "duhachek_ci": [estimate.value - 1.96 * error, estimate.value + 1.96 * error],
        "feldt_ci": [estimate.low, estimate.high],
        "scale_mean_of_item_means": more["mean"],
        "scale_sd_of_item_means": more["sd"],
        "alpha_if_dropped": table["alpha_if_dropped"].to_dict(),
        "std_alpha_if_dropped": table["standardised_alpha_if_dropped"].to_dict(),
        "item_total_raw_r": table["item_total_r"].to_dict(),
        "item_rest_r": table["item_rest_r"].to_dict(),
        "item_total_r_cor": table["item_total_r_corrected"].to_dict(),
        "item_mean": table["mean"].to_dict(),
        "item_sd": table["sd"].to_dict(),
    }


def alpha_bootstrap(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    estimate = alpha_of_repeats(x, range(len(x)), 1, 5000, expand=False)
    return {
        "percentile_ci": [estimate.low, estimate.high],
        "bootstrap_se": estimate.extra["standard_error"],
    }


def alpha_degenerate(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    estimate = cronbach_alpha(x, missing="listwise")
    constant = list(estimate.extra.get("constant_items", ()))
    return {
        "raw_alpha": estimate.value,
        "reason": estimate.note,
        "raw_alpha_all_items": estimate.value,
        "constant_items": constant,
        "raw_alpha_without_constant": estimate.extra.get("alpha_varying_items"),
        "std_alpha_without_constant": estimate.extra.get("standardised_alpha_varying_items"),
        "std_alpha_all_items": estimate.extra.get("standardised_alpha"),
        "n_complete": estimate.n_persons,
        "pairwise_raw_alpha": estimate.extra.get("alpha_pairwise"),
    }


STATISTICS = {
    "cronbach_alpha": alpha,
    "cronbach_alpha_bootstrap_ci": alpha_bootstrap,
    "cronbach_alpha_degenerate": alpha_degenerate,
}
