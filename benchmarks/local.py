"""How much faster the local responder asks than one forward pass a prompt, in one run on this machine.

`python benchmarks/local.py [--json]`: the demo's prompts for three personas, each elicitation. Ratios are what to quote;
items a second depend on the machine and on what else it does.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from inventories.administer import next_prompts
from inventories.responder import Prompt
from traitscope.interviews import interviews
from traitscope.responders import by_name
from traitscope.study import load_study

PERSONAS = ("bare", "E+A+C+N+O+", "E-A-C-N-O+")
ALONE = 12  # prompts asked one at a time: enough for a rate, few enough to be short


def main() -> None:
    """Print items a second alone and together, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    model = "local:smollm2-135m"
    responder = by_name(model)
    study = load_study(Path(__file__).parent.parent / "examples" / "demo.toml")
    prompts = [
        prompt
        for each in interviews(study, {model: responder.can()})
        if each.persona.id in PERSONAS
        for _, prompt in next_prompts(each, {})
    ]
    result = {}
    for want, name in (("labels", "rating"), ("likelihood", "likelihood")):
        some = [prompt for prompt in prompts if prompt.want == want]
        list(responder.ask(some[:2]))
        alone = rate(responder, [[prompt] for prompt in some[:: len(some) // ALONE][:ALONE]])
        together = rate(responder, [some])
        result[name] = {"alone": round(alone, 1), "together": round(together, 1), "ratio": round(together / alone, 2)}
    if given.json:
        print(json.dumps(result))
        return
    for name, each in result.items():
        print(f"{name}: {each['alone']} items/s one at a time, {each['together']} together, {each['ratio']} times")


def rate(responder: object, batches: list[list[Prompt]]) -> float:
    """Prompts a second over all batches."""
    begun = time.perf_counter()
    count = sum(1 for batch in batches for _ in responder.ask(batch))  # type: ignore[attr-defined]
    return count / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
