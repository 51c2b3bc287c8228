"""Measurement invariance of three groups against lavaan 0.6-14 (R 4.2.2), and what must hold for any data."""

import numpy as np
import pandas as pd
import pytest
from hard_data import HARD
from two_factors import answers

from psychometrics.invariance import CHEN, CHEUNG_RENSVOLD, Cutoffs, Invariance, measurement_invariance

MODEL = "E =~ e1 + e2 + e3 + e4"
NUMBERS = ["chi2", "df", "cfi", "tli", "rmsea", "srmr", "aic", "bic"]
# cfa(MODEL, x, group = "group", meanstructure = TRUE, group.equal = ...); fitMeasures
R = {
    "configural": [1.08227772, 6, 1, 1.02887460, 0, 0.00566427172, 6777.79798, 6936.08745],
    "metric": [2.442828482, 12, 1, 1.028057656, 0, 0.015455619, 6767.158534795, 6899.066424451],
    "scalar": [72.9788167, 18, 0.892396566, 0.892396566, 0.123579503, 0.0660367717, 6825.69452, 6931.22083],
    "strict": [76.6387338, 26, 0.900890889, 0.931386, 0.0986824099, 0.0675777473, 6813.35444, 6883.70531],
}


def invariance(x: pd.DataFrame, **options: object) -> Invariance:
    return measurement_invariance(x, MODEL, x["group"], **options)


@pytest.mark.parametrize("step", R)
def test_each_step_in_three_groups_is_as_in_lavaan(step: str) -> None:
    row = invariance(answers()).steps.set_index("step").loc[step, NUMBERS]
    assert row.tolist() == pytest.approx(R[step], abs=1e-5, rel=1e-8)


def test_latent_means_and_their_errors_are_as_in_lavaan() -> None:
    means = invariance(answers()).latent_means
    assert means["group"].tolist() == ["south", "west"]
    assert means["mean"].tolist() == pytest.approx([0.118160050, 0.305364723], abs=1e-5)
    assert means["standard_error"].tolist() == pytest.approx([0.0929927821, 0.0912185651], abs=1e-5)


def test_differences_are_later_minus_earlier() -> None:
    scalar = invariance(answers()).differences.set_index("step").loc["scalar"]
    assert scalar["delta_chi2"] == pytest.approx(72.9788167 - 2.442828482, abs=1e-5)
    assert (scalar["delta_df"], scalar["holds"]) == (6, False)
    assert scalar["delta_cfi"] == pytest.approx(0.892396566 - 1, abs=1e-7)
    assert scalar["p"] < 1e-10


def test_an_item_that_is_easier_in_one_group_breaks_scalar_invariance() -> None:
    x = answers()
    assert invariance(x).verdict == "metric"
    assert invariance(x.assign(e3=x["e3"] - 0.5 * (x["group"] == "south"))).verdict == "strict"


def test_the_cut_offs_decide() -> None:
    x = answers()
    assert invariance(x, cutoffs=CHEUNG_RENSVOLD).verdict == "metric"
    assert invariance(x, cutoffs=Cutoffs(cfi=0.2)).verdict == "strict"
    assert invariance(x, cutoffs=Cutoffs(cfi=-1.0)).verdict == "configural"
    assert CHEN.srmr_loadings == 0.030


def test_groups_that_are_copies_are_invariant_at_every_step() -> None:
    x = answers()
    twice = pd.concat([x.assign(group="a"), x.assign(group="b")])
    found = invariance(twice)
    assert found.verdict == "strict"
    assert found.differences["delta_chi2"].tolist() == pytest.approx([0, 0, 0], abs=1e-6)
    assert found.latent_means["mean"].tolist() == pytest.approx([0], abs=1e-6)


def test_a_shift_of_the_trait_is_a_shift_of_the_latent_mean() -> None:
    random = np.random.default_rng(5)
    group = np.repeat([0, 1], 5000)
    trait = random.normal(size=(10000, 1)) + 0.5 * group[:, None]
    x = pd.DataFrame(trait * [0.8, 0.7, 0.6, 0.9] + random.normal(0, 0.6, (10000, 4)), columns=list("abcd"))
    means = measurement_invariance(x, "f =~ a + b + c + d", group).latent_means
    assert means["d"][0] == pytest.approx(0.5, abs=0.06)
    assert means["mean"][0] == pytest.approx(0.4, abs=0.05)


def test_persons_without_group_or_with_a_missing_answer_are_left_out() -> None:
    x = answers()
    x["group"] = x["group"].where(x.index >= 30, None)
    x.loc[30:39, "e1"] = np.nan
    found = invariance(x)
    assert (found.n_persons, sum(found.n_by_group)) == (560, 560)


def test_one_group_has_nothing_to_be_compared_with() -> None:
    found = invariance(answers().assign(group="all"))
    assert (found.note, found.verdict) == ("too_few_groups", "")
    assert found.steps["chi2"].isna().all()


def test_small_groups_are_warned_of_and_ipsative_scores_refused() -> None:
    told = [each.partition(":")[0] for each in invariance(answers(120)).warnings]
    assert told[:2] == ["few_persons_for_structure", "few_persons_in_group"]
    assert invariance(answers(), ipsative=True).note == "ipsative"


def test_a_wrong_number_of_labels_is_named() -> None:
    with pytest.raises(ValueError, match="group: 2 labels for 600 persons"):
        measurement_invariance(answers(), MODEL, ["a", "b"])


@pytest.mark.parametrize("name", HARD)
def test_hard_data_have_a_verdict_or_a_reason(name: str) -> None:
    x = HARD[name]
    found = measurement_invariance(x, {"f": list(x)}, np.arange(len(x)) % 2)
    assert bool(found.verdict) != bool(found.note)
    assert all(row["note"] or row["chi2"] >= 0 for _, row in found.steps.iterrows())
