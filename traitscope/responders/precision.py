"""Other precisions than float32: how a network is put into eight bits, and how much a precision changes answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from inventories.administer import Interview, next_prompts
from inventories.forms import Form, sitting
from inventories.loading import load_inventory
from inventories.persona_sets import Persona
from inventories.responder import Prompt, Reply, ResponderError

INVENTORY = "bfi44"  # what the change is measured on


def in_int8(network: Any) -> Any:
    """The network with the weights of all linear layers but the last in eight bits, a scale for each row of them.

    What they are multiplied with stays float32: its outliers are what eight bits cannot hold.
    """
    import torch

    last = network.get_output_embeddings()
    some = [name for name, each in network.named_modules() if type(each) is torch.nn.Linear and each is not last]
    if not some:
        raise ResponderError(
            'dtype "int8": this model has no layers to put into it; allowed: float32, bfloat16, float16'
        )
    for name in some:  # in place: each layer's weights go before those of the next are made
        network.set_submodule(name, _eight_bits()(network.get_submodule(name)))
    return network.float()


@lru_cache(maxsize=1)
def _eight_bits() -> type:
    """A linear layer whose weights are whole numbers."""
    import torch

    class EightBits(torch.nn.Module):  # type: ignore[misc]
        def __init__(self, layer: Any) -> None:
            super().__init__()
            weight = layer.weight.detach().float()
            scale = weight.abs().amax(dim=1).clamp(min=1e-30) / 127
            self.register_buffer("whole", torch.round(weight / scale[:, None]).to(torch.int8))
            self.register_buffer("scale", scale)
            self.bias = layer.bias

        def forward(self, given: Any) -> Any:
            result = torch.nn.functional.linear(given, self.whole.to(given.dtype)) * self.scale
            return result if self.bias is None else result + self.bias

    return EightBits


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
