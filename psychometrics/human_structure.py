"""The factors of human answers to an inventory, stored with it, and how alike the factors of other answers are."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pandas import DataFrame

from psychometrics.congruence import Congruence, congruence, no_congruence
from psychometrics.efa import efa
from psychometrics.estimate import Missing, undefined
from psychometrics.extraction import Extraction
from psychometrics.rotation import Rotation

STRUCTURES = Path(__file__).parent / "structures"


@dataclass(frozen=True)
class HumanStructure:
    """Loadings of human answers to an inventory's items, as printed (not reversed), computed once and stored.

    Attributes
    ----------
    inventory : str
    loadings : DataFrame, index item, one column a scale
        Rounded to four digits. Each factor is named by the scale it stands for, and points to its high pole.
    n_persons : int
    missing, extraction, rotation : str
    source : str
        Whose answers.
    """

    inventory: str
    loadings: DataFrame
    n_persons: int
    missing: Missing
    extraction: Extraction
    rotation: Rotation
    source: str


def human_structure(inventory: str) -> HumanStructure | None:
    """The stored human loadings of an inventory; None when there are none.

    Parameters
    ----------
    inventory : str
        Id, such as "ipip50".

    Returns
    -------
    HumanStructure or None

    Examples
    --------
    >>> found = human_structure("ipip50")
    >>> list(found.loadings), found.loadings.loc["ipip50_01"].tolist()
    (['E', 'A', 'C', 'N', 'O'], [0.67, 0.0645, 0.0099, -0.0574, 0.0384])
    >>> human_structure("tiny") is None
    True
    """
    if inventory not in {each.stem for each in STRUCTURES.glob("*.toml")}:
        return None
    told = tomllib.loads((STRUCTURES / f"{inventory}.toml").read_text("utf-8"))
    table = pd.DataFrame.from_dict(told["loadings"], orient="index", columns=told["factors"], dtype=float)
    table.index.name = "item"
    return HumanStructure(
        inventory, table, told["n_persons"], told["missing"], told["extraction"], told["rotation"], told["source"]
    )


def human_congruence(
    items: DataFrame,
    inventory: str,
    *,
    keys: Mapping[str, int] | None = None,
    missing: Missing = "pairwise",
    seed: int = 0,
    shuffles: int = 200,
    ipsative: bool = False,
) -> Congruence:
    """Congruence of the factors of `items` with those of human answers to the same inventory.

    The answers are factored as the human ones were: same number of factors, extraction and rotation.

    Parameters
    ----------
    items : DataFrame, shape (persons, items)
        One row a person; columns are item ids. Values as printed, unless `keys` is given.
    inventory : str
        Id of an inventory with a stored structure, see `human_structure`.
    keys : mapping from item id to 1 or -1, optional
        Given when `items` are keyed values: those of -1 were reversed.
    missing : "pairwise" or "listwise"
    seed, shuffles : int
        See `congruence`.
    ipsative : bool
        True gives `ipsative`: such answers correlate by construction.

    Returns
    -------
    Congruence
        As `congruence`, without an interval: resampled persons add noise of their own, which lowers every congruence,
        so that a bootstrap interval lies below the value. NaN with `no_reference_structure` when no human loadings are
        stored, and with the reasons of `efa`, whose warnings are passed on.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(1)
    >>> human = human_structure("sd3").loadings
    >>> traits, noise = random.normal(size=(400, 3)), random.normal(size=(400, 27))
    >>> answers = pd.DataFrame(traits @ human.to_numpy().T + 0.7 * noise, columns=human.index)
    >>> human_congruence(answers, "sd3").total
    Estimate(0.993, n=400)
    >>> human_congruence(answers, "tiny").total
    Estimate(not estimable: no_reference_structure, n=400)
    """
    human = human_structure(inventory)
    if human is None:
        none = undefined("no_reference_structure", n_persons=len(items), n_items=items.shape[1], missing=missing)
        return no_congruence(none, pd.DataFrame())
    target = human.loadings
    answers = items[[each for each in items.columns if each in target.index]]
    if answers.shape[1] < 2 * target.shape[1]:
        few = undefined("too_few_items", n_persons=len(items), n_items=answers.shape[1], missing=missing)
        return no_congruence(few, target)
    if keys is not None:
        for item in answers.columns:
            if keys.get(item) not in (-1, 1):
                raise ValueError(f'keys: item "{item}" has {keys.get(item)}; every item needs 1 or -1')
        answers = answers * pd.Series({each: float(keys[each]) for each in answers.columns})
    found = efa(
        answers,
        target.shape[1],
        extraction=human.extraction,
        rotation=human.rotation,
        missing=missing,
        ipsative=ipsative,
    )
    if not found.fit.estimable:
        return no_congruence(found.fit, target)
    result = congruence(found.loadings, target, seed=seed, shuffles=shuffles, n_persons=found.fit.n_persons)
    total = dataclasses.replace(result.total, missing=missing, warnings=found.fit.warnings + result.total.warnings)
    return dataclasses.replace(result, total=total)
