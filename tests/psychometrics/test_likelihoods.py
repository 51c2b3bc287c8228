"""Likelihood contrasts: against named references, which no later persona moves."""

import numpy as np
import pandas as pd
import pytest

from psychometrics import likelihood_scores

BLOCK = {"E1": 1, "E2": -1, "A1": 1, "A2": -1}
PERSONAS = ["p1", "p2", "p3", "p4"]


def likelihoods(personas: list[str], seed: int = 1) -> pd.DataFrame:
    """Each persona draws from its own generator, so that one more changes no other."""
    rows = []
    for persona in personas:
        random = np.random.default_rng([seed, *persona.encode()])
        rows += [(persona, item, -3 + random.normal()) for item in [*BLOCK, "M1"]]
    return pd.DataFrame(rows, columns=["persona", "item", "value"])


def scored(table: pd.DataFrame, **kwargs) -> pd.DataFrame:
    given = {"reference": PERSONAS, "reference_name": "all", "block": BLOCK, "block_name": "EA"} | kwargs
    return likelihood_scores(table, **given)


def version(scores: pd.DataFrame, name: str) -> pd.DataFrame:
    return scores[scores["version"] == name].pivot(index="persona", columns="item", values="value")


def test_item_centred_values_average_to_0_over_the_reference() -> None:
    centred = version(scored(likelihoods([*PERSONAS, "late"])), "item_centred")
    assert np.allclose(centred.loc[PERSONAS].mean(), 0)
    assert abs(centred.loc["late"].mean()) > 0.01


def test_double_centred_values_average_to_0_over_the_block() -> None:
    double = version(scored(likelihoods(PERSONAS)), "double_centred")
    assert np.allclose(double[list(BLOCK)].mean(axis=1), 0)
    assert not np.allclose(double["M1"], 0)


def test_one_more_persona_changes_no_old_score() -> None:
    before, after = scored(likelihoods(PERSONAS)), scored(likelihoods([*PERSONAS, "", "control", "late"]))
    kept = after[after["persona"].isin(PERSONAS)].reset_index(drop=True)
    pd.testing.assert_frame_equal(before, kept)


def test_a_talkative_persona_and_a_likely_sentence_are_both_taken_out() -> None:
    table = likelihoods(PERSONAS)
    moved = table.copy()
    moved.loc[moved["persona"] == "p2", "value"] += 5
    moved.loc[moved["item"] == "E1", "value"] -= 2
    same = version(scored(moved), "double_centred"), version(scored(table), "double_centred")
    assert np.allclose(*same)


def test_only_double_centred_values_are_ipsative() -> None:
    scores = scored(likelihoods(PERSONAS))
    assert scores.groupby("version")["ipsative"].first().to_dict() == {
        "raw": False,
        "item_centred": False,
        "double_centred": True,
    }


def test_models_are_centred_apart() -> None:
    two = pd.concat([likelihoods(PERSONAS).assign(model="a"), likelihoods(PERSONAS, seed=2).assign(model="b")])
    both = scored(two, within=["model"])
    alone = scored(likelihoods(PERSONAS, seed=2))
    assert np.allclose(both.loc[both["model"] == "b", "value"], alone["value"])


def test_an_incomplete_reference_is_told() -> None:
    scores = scored(likelihoods(PERSONAS[:2]))
    assert set(scores.loc[scores["version"] != "raw", "note"]) == {"reference_incomplete"}
    assert set(scores.loc[scores["version"] == "raw", "note"]) == {""}


def test_an_incomplete_block_is_told() -> None:
    table = likelihoods(PERSONAS)
    scores = scored(table[~((table["persona"] == "p3") & (table["item"] == "E1"))])
    double = scores[scores["version"] == "double_centred"]
    assert set(double.loc[double["persona"] == "p3", "note"]) == {"block_incomplete"}
    assert set(double.loc[double["persona"] == "p1", "note"]) == {"reference_incomplete"}


@pytest.mark.parametrize("forbidden", ["", "neutral"])
def test_the_bare_model_and_controls_cannot_be_the_reference(forbidden: str) -> None:
    with pytest.raises(ValueError, match="bare model or a control"):
        scored(likelihoods(PERSONAS), reference=[*PERSONAS, forbidden], controls=["neutral"])


def test_an_unbalanced_block_is_refused() -> None:
    dark = {f"M{i}": 1 for i in range(22)} | {f"N{i}": -1 for i in range(5)}
    with pytest.raises(ValueError, match="block SD-3: the rarer key has 5 of 27"):
        scored(likelihoods(PERSONAS), block=dark, block_name="SD-3")


def test_repeated_rows_are_a_mistake() -> None:
    table = likelihoods(PERSONAS)
    with pytest.raises(ValueError, match="stands twice"):
        scored(pd.concat([table, table]))
