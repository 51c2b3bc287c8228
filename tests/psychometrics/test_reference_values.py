"""Published and recomputed values of model and human answers, read from the shared folder."""

import json

import numpy as np
import pandas as pd
import pytest

from psychometrics import alpha_of_repeats, assigned_effect, cronbach_alpha, keyed, scale_score

# PROTOCOLS section 1: d ddof 0, d ddof 1, alpha over 320 rows, mean, SD
PERSONALLM = {
    "E": (7.8063, 7.7819, 0.9505, 3.329, 1.232),
    "A": (5.9304, 5.9119, 0.9532, 3.274, 1.266),
    "C": (1.5614, 1.5565, 0.8611, 3.661, 0.734),
    "N": (1.8330, 1.8272, 0.8965, 2.283, 0.772),
    "O": (2.9034, 2.8943, 0.9444, 3.919, 1.082),
}
# shared/data/README.md: alpha (R psych), n, mean, SD of complete cases
BFI25 = {
    "A": (0.7038, 2709, 4.643, 0.901),
    "C": (0.7293, 2707, 4.262, 0.954),
    "E": (0.7609, 2713, 4.145, 1.060),
    "N": (0.8133, 2694, 3.164, 1.195),
    "O": (0.6025, 2726, 4.594, 0.807),
}
HUMANS = {
    "ipip50": "openpsych_ipip50.csv",
    "mini_ipip": "openpsych_ipip50.csv",
    "sd3": "openpsych_sd3.csv",
    "tipi": "openpsych_tipi.csv",
    "goldberg100": "goldberg100_responses.csv",
}


def scales(inventory) -> dict[str, dict[str, int]]:
    """Scale to item to key; items of the Mini-IPIP are found under their name in the IPIP-50 data."""
    keys: dict[str, dict[str, int]] = {}
    for item in inventory["items"]:
        keys.setdefault(item["scale"], {})[item.get("ipip50_id", item["id"])] = item["keyed"]
    return keys


@pytest.mark.parametrize("trait", PERSONALLM)
def test_personallm_answers_give_the_published_table(shared, trait: str) -> None:
    table = pd.read_csv(shared / "data/llm/personallm_gpt35_bfi44.csv")
    keys = scales(json.loads((shared / "inventories/bfi44.json").read_text()))[trait]
    items, poles = keyed(table[list(keys)], keys, 1, 5), table[f"assigned.{trait}"]
    d0, d1, alpha, mean, sd = PERSONALLM[trait]
    total = scale_score(items, "sum")["score"]
    assert assigned_effect(total, poles, table["persona"], ddof=0, seed=1).value == pytest.approx(d0, abs=5e-5)
    assert assigned_effect(total, poles, table["persona"], ddof=1, seed=1).value == pytest.approx(d1, abs=5e-5)
    estimate = alpha_of_repeats(items, table["persona"], 1, strata=poles)
    assert estimate.value == pytest.approx(alpha, abs=5e-5)
    assert (estimate.n_persons, estimate.n_replications) == (32, 10)
    score = scale_score(items)["score"]
    assert (score.mean(), score.std()) == pytest.approx((mean, sd), abs=5e-4)
    if trait == "E":
        assert estimate.extra["alpha_of_means"] == pytest.approx(0.970, abs=5e-4)


@pytest.mark.parametrize("trait", BFI25)
def test_bfi25_alphas_are_those_of_r(shared, trait: str) -> None:
    listed = pd.read_csv(shared / "data/bfi25_items.csv")
    table = pd.read_csv(shared / "data/bfi25.csv")
    names = [each for each in listed["code"] if each.startswith(trait)]
    keys = listed.set_index("code")["keyed"].astype(int).to_dict()
    items = keyed(table[names], keys, 1, 6)
    alpha, n, mean, sd = BFI25[trait]
    estimate = cronbach_alpha(items, missing="listwise")
    assert estimate.value == pytest.approx(alpha, abs=5e-5)
    assert estimate.n_persons == n
    score = scale_score(items.dropna())["score"]
    assert (score.mean(), score.std()) == pytest.approx((mean, sd), abs=5.1e-4)


@pytest.mark.parametrize("name", HUMANS)
def test_norms_and_alphas_of_human_answers_are_those_in_the_inventory(shared, name: str) -> None:
    inventory = json.loads((shared / f"inventories/{name}.json").read_text())
    table = pd.read_csv(shared / "data" / HUMANS[name])
    norm = next(each for each in inventory["norms"] if each["verified"] is True)
    reliability = next(
        each
        for each in inventory["reliability"]
        if each["verified"] is True and each["population"].startswith("as norm")
    )
    low, high = norm["range"]
    for scale, keys in scales(inventory).items():
        items = keyed(table[list(keys)].replace(0, np.nan), keys, low, high)
        alpha = cronbach_alpha(items, missing="listwise")
        expected = norm["scales"][scale]
        assert round(alpha.value, 3) == reliability["scales"][scale], scale
        assert alpha.n_persons == expected["n"], scale
        score = scale_score(items.dropna())["score"]
        assert (score.mean(), score.std()) == pytest.approx((expected["mean"], expected["sd"]), abs=5.1e-4), scale
