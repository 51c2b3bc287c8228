"""Structure and hierarchical omega, asked for the way R's cases name them.

The order and the signs of factors are free: they are brought to those of the case before they are compared.
"""

import itertools
import re
from typing import Any

import numpy as np
import pandas as pd
from oracle_reading import Case, as_list
from scipy.optimize import linear_sum_assignment

from psychometrics.congruence import procrustes, tucker_congruence
from psychometrics.efa import FactorSolution, efa
from psychometrics.estimate import Estimate
from psychometrics.factorability import factorability
from psychometrics.omega import omega_hierarchical
from psychometrics.parallel import parallel_analysis


def structure(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    found, expected = solution(case, x), case["expected"]["loadings"]
    alike = tucker_congruence(found.loadings, as_frame(expected)).to_numpy()
    order = linear_sum_assignment(-np.abs(alike.T))[1]
    signs, names = np.sign(alike[order, range(len(order))]), as_list(expected["cols"])
    loadings = pd.DataFrame(found.loadings.to_numpy()[:, order] * signs, index=found.loadings.index, columns=names)
    phi = found.phi.to_numpy()[np.ix_(order, order)] * np.outer(signs, signs)
    return {
        "loadings": {**expected, "values": loadings.loc[as_list(expected["rows"])].to_numpy().tolist()},
        "communality": dict(zip(found.items["item"], found.items["communality"], strict=True)),
        "rms": found.fit.value,
        "phi": {"rows": names, "cols": names, "values": phi.tolist()},
        "note": case["expected"].get("note"),
    }


def adequacy(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    found = factorability(x)
    return {
        "kmo": found.kmo.value,
        "kmo_items": dict(zip(found.items["item"], found.items["kmo"], strict=True)),
        "bartlett_chisq": found.bartlett.value,
        "df": found.bartlett.extra["df"],
        "p": found.bartlett.extra["p"],
    }


def parallel(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    params = case.get("params") or {}
    # the text of `rule` names the mean, but the call is psych's, which compares with its quantile .95
    quantile = float(asked(case, "quantile", r"quant\s*=\s*([.\d]+)", ".95"))
    found = parallel_analysis(x, n_iter=int(params.get("n_iter", 100)), centile=100 * quantile)
    return {
        "eigen_cor": list(found.eigenvalues["component"]),
        "eigen_sim_mean": list(found.eigenvalues["component_mean"]),
        "n_components": found.n_components.value,
        "n_factors": found.n_factors.value,
        "eigen_fa": list(found.eigenvalues["factor"]),
    }


def tucker(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    groups = compared(case)
    items = as_list((case.get("prep") or {}).get("items")) or [each for each in x if each != groups[0][0]]
    first, second = (solution(case, x.loc[members(x[column], value), items]).loadings for column, value in groups)
    expected = np.array(case["expected"]["phi"]["values"], dtype=float)
    rows, columns = orders(tucker_congruence(first, second).to_numpy(), expected)
    first, second = first.iloc[:, rows], second.iloc[:, columns]
    phi = tucker_congruence(first, second).to_numpy()
    phi = phi * np.sign((phi * expected).sum(axis=1, keepdims=True))
    phi = phi * np.sign((phi * expected).sum(axis=0, keepdims=True))
    after = tucker_congruence(procrustes(first, second), second)
    return {
        "phi": {**case["expected"]["phi"], "values": phi.tolist()},
        "phi_after_procrustes": list(np.diag(after)),
    }


def hierarchical(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    found = omega_hierarchical(x, int(asked(case, "nfactors", r"o_omega\(\w+,\s*(?:nf\s*=\s*)?(\d+)", "3")))
    general, expected = found.loadings.set_index("item")["g"], pd.Series(case["expected"]["g_loadings"], dtype=float)
    if (general * expected).sum() < 0:
        general = -general
    name = next(iter(case["expected"]["ecv"])) if isinstance(case["expected"]["ecv"], dict) else ""
    share = reported(found.explained_common_variance)
    return {
        "omega_h": reported(found.hierarchical),
        "omega_total": reported(found.total),
        "omega_h_asymptotic": reported(found.asymptotic),
        "alpha_std": found.alpha.value,
        "lambda6": found.lambda6.value,
        "ecv": {name: share} if name else share,
        "g_loadings": general.to_dict(),
    }


def reported(estimate: Estimate) -> float:
    """R reports an improper solution like any other; here it is NaN, and what R says is in `extra`."""
    return float(estimate.extra.get("value_at_bound", estimate.value))


def solution(case: Case, x: pd.DataFrame) -> FactorSolution:
    return efa(
        x,
        int(asked(case, "n_factors", r"(?:o_efa|fa)\(.*?,\s*(?:nfactors\s*=\s*)?(\d+)\s*,", "")),
        rotation=asked(case, "rotation", r"(varimax|oblimin|none)", "oblimin"),
        extraction=asked(case, "method", r"\"(minres|ml)\"", "minres").lower(),
    )


def asked(case: Case, name: str, in_call: str, otherwise: str) -> Any:
    """A parameter of the case, or what its R call says."""
    params = case.get("params") or {}
    written = re.search(in_call, case["r_call"], re.DOTALL)
    return params[name] if name in params else written[1] if written else otherwise


def compared(case: Case) -> list[tuple[str, str]]:
    """Column and value of the two groups: "gender 1" or "gender == 1" of the parameters, or x$gender == 1."""
    params = case.get("params") or {}
    texts = [str(params[each]) for each in ("a", "b") if each in params]
    texts = texts if len(texts) == 2 else re.findall(r"x\$(\w+\s*==\s*[^,\]]+)", case["r_call"])[:2]
    split = [re.fullmatch(r"\s*(\S+?)(?:\s*==?\s*|\s+)(.+?)\s*", each) for each in texts]
    return [(each[1], each[2].strip("\"'")) for each in split if each]


def members(column: pd.Series, value: str) -> pd.Series:
    return column == float(value) if pd.api.types.is_numeric_dtype(column) else column == value


def as_frame(matrix: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(matrix["values"], index=as_list(matrix["rows"]), columns=as_list(matrix["cols"]), dtype=float)


def orders(found: Any, expected: Any) -> tuple[list[int], list[int]]:
    """The order of rows and of columns in which congruences come closest to the case's."""

    def misfit(rows: tuple[int, ...]) -> tuple[float, list[int]]:
        apart = np.abs(np.abs(expected)[:, :, None] - np.abs(found)[list(rows)][:, None, :]).sum(axis=0)
        at, columns = linear_sum_assignment(apart)
        return float(apart[at, columns].sum()), list(columns)

    tries = itertools.permutations(range(len(found))) if len(found) < 8 else [tuple(range(len(found)))]
    best = min(tries, key=lambda rows: misfit(rows)[0])
    return list(best), misfit(best)[1]


STATISTICS = {
    "efa": structure,
    "kmo_bartlett": adequacy,
    "parallel_analysis": parallel,
    "tucker_congruence": tucker,
    "mcdonald_omega": hierarchical,
}
