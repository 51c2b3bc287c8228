"""Polychoric correlations and confirmatory factor analysis, asked for the way R's cases name them."""

from typing import Any

import pandas as pd
from oracle_reading import Case

from psychometrics.cfa import confirmatory_factors
from psychometrics.cfa_ordinal import ordinal_factors
from psychometrics.correlations import polychoric
from psychometrics.invariance import measurement_invariance
from psychometrics.omega_one_factor import omega_one_factor
from psychometrics.ordinal_alpha import ordinal_alpha

FIT = {
    "npar": "n_parameters",
    "chisq": "chi2",
    "df": "df",
    "pvalue": "p",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "rmsea.ci.lower": "rmsea_low",
    "rmsea.ci.upper": "rmsea_high",
    "srmr": "srmr",
    "aic": "aic",
    "bic": "bic",
    "logl": "loglikelihood",
}


def matrix(table: pd.DataFrame) -> dict[str, Any]:
    """A matrix as the cases have it; a single name is no list there."""
    rows, columns = ([*names] if len(names) > 1 else names[0] for names in (table.index, table.columns))
    return {"rows": rows, "cols": columns, "values": table.to_numpy().tolist()}


def factor_matrix(loadings: pd.DataFrame, tidy: pd.DataFrame) -> dict[str, Any]:
    factors = list(dict.fromkeys(loadings["factor"]))
    square = pd.DataFrame(1.0, index=factors, columns=factors)
    for row in tidy.itertuples():
        square.loc[row.factor, row.other] = square.loc[row.other, row.factor] = row.correlation
    return matrix(square)


def ordinal(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    # lavaan leaves out persons with a missing answer, psych takes each pair's, and smooths what contradicts itself
    lavaan = {"missing": "listwise"}
    psych = {"missing": "pairwise", "smooth": True}
    return {
        "polychoric_lavaan_twostep": matrix(polychoric(x, **lavaan).correlations),
        "thresholds": matrix(polychoric(x, **psych).thresholds),
        "ordinal_alpha_lavaan": ordinal_alpha(x, resamples=0, **lavaan).value,
        "ordinal_alpha_psych": ordinal_alpha(x, resamples=0, **psych).value,
    }


def cfa_ordinal(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    found = ordinal_factors(x, case["params"]["model"], heywood="keep")
    names = found.loadings["factor"] + "=~" + found.loadings["item"]
    scaled, unscaled = found.scaled.to_dict(), found.unscaled.to_dict()
    return {
        **{theirs: unscaled[ours] for theirs, ours in FIT.items()},
        **{f"{theirs}.scaled": scaled[ours] for theirs, ours in FIT.items()},
        "loadings": {
            "std": dict(zip(names, found.loadings["standardised"], strict=True)),
            "se": dict(zip(names, found.loadings["standardised_standard_error"], strict=True)),
        },
        "factor_cor": factor_matrix(found.loadings, found.factor_correlations),
    }


def cfa(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    # lavaan gives a Heywood case with a warning
    found = confirmatory_factors(x, case["params"]["model"], heywood="keep")
    names = found.loadings["factor"] + "=~" + found.loadings["item"]
    return {
        **{theirs: found.fit.to_dict()[ours] for theirs, ours in FIT.items()},
        "loadings": {
            "std": dict(zip(names, found.loadings["standardised"], strict=True)),
            "se": dict(zip(names, found.loadings["standardised_standard_error"], strict=True)),
        },
        "factor_cor": factor_matrix(found.loadings, found.factor_correlations),
    }


def invariance(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    params = case["params"]
    found = measurement_invariance(x, params["model"], x[params["group"]], heywood="keep")
    steps, means = found.steps.set_index("step"), found.latent_means
    second = means[means["group"] == found.groups[1]]
    return {
        **{step: {theirs: steps.loc[step, ours] for theirs, ours in FIT.items()} for step in steps.index},
        **{
            f"{row['step']}_vs_{row['against']}": {
                "delta_chisq": row["delta_chi2"],
                **{each: row[each] for each in ("delta_df", "p", "delta_cfi", "delta_rmsea", "delta_srmr")},
            }
            for _, row in found.differences.iterrows()
        },
        "latent_means_group2_scalar": dict(zip(second["factor"], second["mean"], strict=True)),
        "group_order": [
            str(int(each)) if isinstance(each, float) and each.is_integer() else str(each) for each in found.groups
        ],
    }


def omega(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    more = omega_one_factor(x, heywood="keep").extra
    return {
        "omega_total_1f_model": more.get("omega_model"),
        "omega_total_1f_observed_variance": more.get("omega_observed"),
        "loadings": {each: more.get(f"loading:{each}") for each in x},
        "residual_variance": {each: more.get(f"residual:{each}") for each in x},
    }


STATISTICS = {
    "measurement_invariance": invariance,
    "omega_total_one_factor": omega,
    "polychoric_ordinal_alpha": ordinal,
    "cfa": cfa,
    "cfa_ordinal": cfa_ordinal,
}
