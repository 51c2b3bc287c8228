"""What a local model runs on: the device, the memory there is, and what fits into it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

from inventories.responder import ResponderError
from traitscope.responders import embedded

PRECISIONS = {"float32": 4, "bfloat16": 2, "float16": 2, "int8": 1}  # bytes of a number
_SPARE = 1.15  # of the weights' size: what a pass needs besides
_GB = 10**9
_PASS = 2 * 10**11  # products that a pass on a CPU may take: some seconds


class Amounts(NamedTuple):
    """How much is worked on at once."""

    chunk_tokens: int  # of one pass
    logits: int  # numbers that the logits of one pass may take
    batch: int  # texts that are written side by side
    memory_bytes: int  # for the keys and values of what has been read


def device(asked: str = "") -> str:
    """The device `asked` for, else CUDA where there is one, else MPS, else the CPU."""
    import torch

    if asked:
        return asked
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def free_bytes(name: str) -> int:
    """Memory that is free on a device; of a Mac's, which the processor shares, what is free there."""
    import torch

    if name.startswith("cuda"):
        try:
            return int(torch.cuda.mem_get_info(torch.device(name))[0])
        except (RuntimeError, AssertionError) as error:  # torch says by AssertionError that it was built without CUDA
            raise ResponderError(f'device "{name}": {embedded.line(error)}') from error
    size = os.sysconf("SC_PAGE_SIZE")
    if "SC_AVPHYS_PAGES" in os.sysconf_names:
        try:
            # the cache of files makes room for programs
            told = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text("ascii").splitlines())
            return int(told["MemAvailable"].split()[0]) * 1024
        except (OSError, KeyError):
            return size * os.sysconf("SC_AVPHYS_PAGES")
    return size * os.sysconf("SC_PHYS_PAGES") // 2


def amounts(name: str, numbers: int) -> Amounts:
    """What suits a device with the memory that is free there now, for a network of so many `numbers`."""
    if name.startswith("cuda"):
        return Amounts(4096, 2**28, 128, free_bytes(name) // 4)
    if name == "mps":
        return Amounts(1024, 2**26, 32, free_bytes(name) // 8)
    # a pass of a large network takes long enough, and its products are fast with few tokens; logits take the memory
    return Amounts(min(1024, max(128, _PASS // numbers)), 2**24, 16, min(free_bytes(name) // 8, 384 * 2**20))


def check_fits(model: str, folder: Path, precision: str, name: str) -> None:
    """Raise ResponderError where the weights do not fit in `precision`; it names one that does.

    Another precision is never chosen by itself: it changes answers.
    """
    numbers, stored = _numbers(folder)
    free = free_bytes(name)

    def needed(each: str) -> float:
        # eight bits are made when the file has been read
        return numbers * max(PRECISIONS[each], stored if each == "int8" else 0) * _SPARE

    if needed(precision) <= free:
        return
    others = [each for each in PRECISIONS if needed(each) <= free]
    fit = (
        " or ".join(f'dtype = "{each}" ({needed(each) / _GB:.1f} GB)' for each in others)
        + " fits, and changes answers by as much as the run says"
        if others
        else "no precision fits"
    )
    raise ResponderError(
        f'local model "{model}": {numbers / _GB:.2f} billion numbers in {precision} need {needed(precision) / _GB:.1f} GB, '
        f"and {free / _GB:.1f} GB are free on {name}; {fit}"
    )


def _numbers(folder: Path) -> tuple[float, int]:
    """Weights of a model, by the size of its files, and the bytes of each there."""
    # beside them some folders have all weights once more, in the form of other programs
    patterns = ("model*.safetensors", "*.safetensors", "*.bin")
    files = next((found for each in patterns if (found := [*folder.glob(each)])), [])
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ResponderError(
            f"{folder}: not a model that transformers reads: config.json: {embedded.line(error)}"
        ) from error
    each = PRECISIONS.get(str(config.get("dtype") or config.get("torch_dtype") or "float32"), 4)
    return sum(file.stat().st_size for file in files) / each, each
