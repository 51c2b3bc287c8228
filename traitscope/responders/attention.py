"""Attention of tokens that stand in one row to those that come before them in their own text, and to nothing else.

The tokens of a row belong to many texts, which form a tree. A mask over all that is kept would make a network compare
each token with everything and throw most of it away: a sixth of its time. So neighbours, which have most of what comes
before them in common, are taken together as a tile: only the places that some token of the tile sees are gathered, and
the mask sorts out the rest within the tile.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

NAME = "traitscope_tiles"  # of this attention, as transformers knows it
SIZES = (1, 16, 64)  # tokens of a tile
_GATHERED = 24  # what it costs to gather one place, in comparisons of one token with one place
_ROUND = 16  # places of a tile are a multiple of this, which kernels of GPUs want
_looked = threading.local()


class Tiles(NamedTuple):
    """Which places each tile of a row gathers, and which of these each token sees."""

    places: Any  # (tiles, width)
    mask: Any  # (tiles, 1, size, width), to be added
    size: int  # tokens of a tile


def tiles(paths: Sequence[np.ndarray], device: Any, dtype: Any, sizes: Sequence[int] = SIZES) -> Tiles:
    """The cheapest tiles for tokens whose `paths` are the places that each may see."""
    import torch

    layouts = [_laid(paths, size) for size in sizes if size == sizes[0] or size < 2 * len(paths)]
    size, places, seen = min(layouts, key=lambda each: each[1].size * (each[0] + _GATHERED))
    mask = torch.zeros(seen.shape, dtype=dtype).masked_fill(~torch.from_numpy(seen), torch.finfo(dtype).min)
    return Tiles(torch.from_numpy(places).to(device), mask[:, None].to(device), size)


def _laid(paths: Sequence[np.ndarray], size: int) -> tuple[int, np.ndarray, np.ndarray]:
    """Size, places (tiles, width) and what is seen (tiles, size, width) of tiles of `size` tokens."""
    columns, inside = [], []
    for first in range(0, len(paths), size):
        some = paths[first : first + size]
        union, where = np.unique(np.concatenate(some), return_inverse=True)
        columns.append(union)
        inside.append((np.repeat(np.arange(len(some)), [len(each) for each in some]), where))
    width = -(-max(map(len, columns)) // _ROUND) * _ROUND
    places = np.zeros((len(columns), width), dtype=np.int64)
    seen = np.zeros((len(columns), size, width), dtype=bool)
    for tile, (union, (row, where)) in enumerate(zip(columns, inside, strict=True)):
        places[tile, : len(union)] = union
        seen[tile, row, where] = True
    return size, places, seen


@contextmanager
def looking(through: Tiles) -> Iterator[None]:
    """Inside, a network that uses this attention sees through these tiles; it has no way to be handed them."""
    _looked.tiles = through
    try:
        yield
    finally:
        _looked.tiles = None


@lru_cache(maxsize=1)
def registered() -> str:
    """The name under which transformers finds this attention."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    AttentionInterface.register(NAME, _attend)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    return NAME


def _attend(module: Any, query: Any, key: Any, value: Any, attention_mask: Any, **more: Any) -> tuple[Any, None]:
    """As transformers wants it: `query` is (1, heads, tokens, width), `key` and `value` all places (places, heads, width)."""
    from torch.nn.functional import pad, scaled_dot_product_attention
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    through: Tiles | None = getattr(_looked, "tiles", None)
    if through is None:  # a plain forward pass
        return sdpa_attention_forward(module, query, key, value, attention_mask, **more)  # type: ignore[no-any-return]
    strange = [each for each in ("softcap", "s_aux", "position_bias") if more.get(each) is not None]
    if strange:
        raise NotImplementedError(f"attention with {', '.join(strange)}")
    _, heads, tokens, width = query.shape
    kept = key.shape[1]
    group = heads // kept  # heads of the query that share one of the key
    count, size = len(through.places), through.size
    rows = pad(query[0], (0, 0, 0, count * size - tokens))
    asked = rows.view(kept, group, count, size, width).permute(2, 0, 1, 3, 4)
    found = scaled_dot_product_attention(
        asked.reshape(count, kept, group * size, width),
        key[through.places].transpose(1, 2),
        value[through.places].transpose(1, 2),
        attn_mask=through.mask.repeat(1, 1, group, 1) if group > 1 else through.mask,
        scale=more.get("scaling"),
    )
    found = found.view(count, kept, group, size, -1).permute(0, 3, 1, 2, 4)
    return found.reshape(1, count * size, heads, -1)[:, :tokens], None
