"""Other precisions than float32: how a network is put into eight bits, and how much a precision changes answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inventories.administer import Interview, next_prompts
from inventories.forms import Form, sitting
from inventories.loading import load_inventory
from inventories.persona_sets import Persona
from inventories.responder import Prompt, Reply, ResponderError

INVENTORY = "bfi44"  # what the change is measured on


def in_int8(network: Any, device: str) -> Any:
    """The weights of all layers but the last in eight bits, their products in whole numbers; on a CPU alone."""
    import warnings

    import torch

    if device != "cpu":
        raise ResponderError(
            f'dtype "int8" is for device "cpu", not "{device}"; allowed there: float32, bfloat16, float16'
        )
    last = network.get_output_embeddings()
    some = {name for name, each in network.named_modules() if isinstance(each, torch.nn.Linear) and each is not last}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch would rather have another package
        return torch.ao.quantization.quantize_dynamic(network.eval(), some, dtype=torch.qint8)


def prompts() -> list[Prompt]:
    """The items of the inventory, as the plain form prints them for the bare model."""
    inventory = load_inventory(INVENTORY)
    asked = sitting(
        inventory, inventory.fingerprint(), Form(), seed=1, model="", model_identity="", persona="", persona_text="",
        elicitation="rating", reply="labels",
    )  # fmt: skip
    return [prompt for _, prompt in next_prompts(Interview(asked, inventory, Persona(id="", text="")), {})]


def told(exact: Mapping[str, Reply], other: Mapping[str, Reply]) -> str:
    """How many chosen options and how much of the probabilities differ."""
    changed, largest = 0, 0.0
    for each, reply in exact.items():
        one, two = reply.label_logprobs or (), other[each].label_logprobs or ()
        changed += one.index(max(one)) != two.index(max(two))
        largest = max([largest, *(abs(a - b) for a, b in zip(one, two, strict=True))])
    return (
        f"{changed} of {len(exact)} chosen options of the {INVENTORY} differ from float32, and log-probabilities of labels "
        f"by up to {largest:.2g}"
    )
