"""Does the bank's every scenario show the assigned trait? Signs on the embedded model, by likelihood.

    python benchmarks/scenarios.py [--json] [--record DIR]

Asks the 103 scenarios as what each persona would do next: BFI twins under 16 Big Five combinations, and again said with
negated markers; SD-3 twins under the Dark Triad combinations; OEJTS twins under half of the sixteen types. A sign is
right when personas assigned the high pole of the item's trait lean more to its high side than those assigned the low
one. It resumes: the record keeps what was asked. About a quarter of an hour on two cores.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

# this folder has a statistics.py, which must not stand for the standard library's
sys.path = [each for each in sys.path if Path(each).resolve() != Path(__file__).parent.resolve()]

from traitscope import scenarios  # noqa: E402
from traitscope.record import Record  # noqa: E402
from traitscope.runner import run  # noqa: E402
from traitscope.study import load_study  # noqa: E402

STUDY = """
title = "The scenario bank on one model, by likelihood"
seed = 1
models = ["{model}"]
inventories = ["scenarios_bfi44", "scenarios_sd3", "scenarios_oejts12"]
personas = [
  {{ set = "big_five_32", fraction = "half" }},
  {{ set = "dark_triad" }},
  {{ set = "mbti_16", fraction = "half" }},
  {{ set = "big_five_32_negated", fraction = "half" }},
]
asks = [
  {{ elicitation = "likelihood", inventories = ["scenarios_bfi44"], personas = ["big_five_32", "big_five_32_negated"] }},
  {{ elicitation = "likelihood", inventories = ["scenarios_sd3"], personas = ["dark_triad"] }},
  {{ elicitation = "likelihood", inventories = ["scenarios_oejts12"], personas = ["mbti_16"] }},
]
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--model", default="local:smollm2-135m")
    parser.add_argument("--record", type=Path, default=Path("runs/scenario_bank"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario_bank.toml"
        path.write_text(STUDY.format(model=given.model), "utf-8")
        run(load_study(path), given.record)
    effects = scenarios.item_effects(Record(given.record))
    shares = scenarios.sign_share(effects)
    plain = effects[~effects["persona_set"].str.contains("negated")]
    right, known = int((plain["effect"] > 0).sum()), int(plain["effect"].notna().sum())
    result = {
        "model": given.model,
        "right_of_103": right,
        "asked": known,
        "share_right": right / max(1, known),
        "by_set": shares.to_dict("records"),
        "wrong": plain.loc[plain["effect"] <= 0, ["item", "scale", "effect", "d"]].to_dict("records"),
    }
    if given.json:
        print(json.dumps(result))
        return 0
    print(
        f"{right} of {known} scenarios have the right sign ({right / max(1, known):.0%}) on {given.model} by likelihood"
    )
    print(shares.to_string(index=False))
    print(
        plain.groupby(["inventory", "scale"], sort=False)["effect"]
        .agg(lambda each: f"{(each > 0).sum()} of {len(each)}")
        .to_string()
    )
    print("Wrong: " + ", ".join(plain.loc[plain["effect"] <= 0, "item"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
