"""Log-probabilities of many texts that share beginnings, each shared token computed once.

All texts of a call form a tree of tokens. Its tokens are laid out depth first and cut into chunks of equal size; a
chunk is one row of one forward pass. A token attends to its own ancestors and to nothing else: those in the chunk
through the mask, those before it through a cache that holds one path of the tree. So a persona that is put before 71
items is read once, wherever a chunk ends, no text sees another, and memory does not grow with the number of texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple


class Text(NamedTuple):
    """Tokens, of which those from `start` on are to be given log-probabilities."""

    tokens: tuple[int, ...]
    start: int


class _Tree(NamedTuple):
    """The tokens of many texts, depth first: a token's parent stands before it, at `depth` less one."""

    token: list[int]
    depth: list[int]
    parent: list[int]  # -1 for the first token of a text
    wanted: list[list[tuple[int, int, int]]]  # of each token: (text, place, token that the text has next)


def packed(model: Any, texts: Sequence[Text], chunk_tokens: int) -> Iterator[tuple[int, list[float]]]:
    """Yield (index of the text, log-probability of each of its tokens from `start` on), each as soon as it is known.

    The result of a text depends on the others only by the rounding of float32.
    """
    import torch

    tree = _tree(texts)
    found: dict[int, list[float]] = {}
    missing = {index: len(text.tokens) - text.start for index, text in enumerate(texts)}
    for index in [index for index, left in missing.items() if not left]:
        yield index, []
    layers: list[tuple[Any, Any]] | None = None  # keys and values of the ancestors of the chunk's first token
    for first in range(0, len(tree.token), chunk_tokens):
        last = min(first + chunk_tokens, len(tree.token))
        ask = [node for node in range(first, last) if tree.wanted[node]]
        logits, grown = _forward(model, tree, first, last, [node - first for node in ask], layers)
        rows, targets = [], []
        for row, node in enumerate(ask):
            for _, _, token in tree.wanted[node]:
                rows.append(row)
                targets.append(token)
        if rows:
            norms = torch.logsumexp(logits, dim=-1)
            values = iter((logits[rows, targets] - norms[rows]).tolist())
            for node in ask:
                for index, place, _ in tree.wanted[node]:
                    found.setdefault(index, [0.0] * (len(texts[index].tokens) - texts[index].start))[place] = next(
                        values
                    )
                    missing[index] -= 1
                    if not missing[index]:
                        yield index, found.pop(index)
        del logits  # as large as the vocabulary times the chunk: gone before the next one is made
        if last < len(tree.token):
            path = _ancestors(tree, first, last)
            # a new selection, so that the cache never holds more than one path
            layers = [(keys[:, :, path], values[:, :, path]) for keys, values in grown]


def one_by_one(model: Any, texts: Sequence[Text]) -> Iterator[tuple[int, list[float]]]:
    """The same as `packed` by one plain forward pass a text: for models that cannot be packed, and to check the rest."""
    import torch

    for index, text in enumerate(texts):
        count = len(text.tokens) - text.start
        if not count:
            yield index, []
            continue
        row = torch.tensor([text.tokens[:-1]], device=model.device)
        with torch.inference_mode():
            logits = model(input_ids=row, use_cache=False, logits_to_keep=count).logits[0].float()
        targets = torch.tensor(text.tokens[text.start :], device=logits.device)
        yield index, torch.log_softmax(logits, dim=-1).gather(1, targets[:, None])[:, 0].tolist()


def packs(model: Any, texts: Sequence[Text]) -> bool:
    """Whether this model gives these texts the same log-probabilities packed as one by one.

    Recurrent layers and some caches cannot follow a tree, and a model does not say so: it has to be tried.
    """
    try:
        values = dict(packed(model, texts, 5))  # chunks this short go through the cache
    except Exception:  # whatever the code of a foreign architecture raises, it means no
        return False
    plain = dict(one_by_one(model, texts))
    return all(abs(a - b) < 1e-2 for index in plain for a, b in zip(values[index], plain[index], strict=True))


def _tree(texts: Sequence[Text]) -> _Tree:
    tree = _Tree([], [], [], [])
    path: list[int] = []  # the nodes of the text before
    before: tuple[int, ...] = ()
    for index in sorted(range(len(texts)), key=lambda index: texts[index].tokens):
        tokens, start = texts[index]
        if start < 1:
            raise ValueError("a text needs a token before those that are to be given log-probabilities")
        fed = tokens[:-1] if len(tokens) > start else ()  # nothing is asked of what comes after the last token
        same = _common(before, fed)
        # `before` may be shorter than the text it came from; its nodes are all in `path`
        del path[same:]
        for depth in range(same, len(fed)):
            tree.parent.append(path[-1] if path else -1)
            path.append(len(tree.token))
            tree.token.append(fed[depth])
            tree.depth.append(depth)
            tree.wanted.append([])
        for place, token in enumerate(tokens[start:]):
            tree.wanted[path[start + place - 1]].append((index, place, token))
        before = fed
    return tree


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    length = min(len(one), len(other))
    for index in range(length):
        if one[index] != other[index]:
            return index
    return length


def _forward(
    model: Any, tree: _Tree, first: int, last: int, rows: list[int], layers: list[tuple[Any, Any]] | None
) -> tuple[Any, list[tuple[Any, Any]]]:
    """Logits of `rows`, and the keys and values of the path before the chunk followed by those of the chunk."""
    import torch
    from transformers import DynamicCache

    held = layers[0][0].shape[2] if layers else 0
    size = last - first
    seen = torch.zeros(size, held + size, dtype=torch.bool)
    for row in range(size):
        parent = tree.parent[first + row]
        if parent >= first:
            seen[row] = seen[parent - first]
        else:  # its ancestors are the beginning of the path, as far as the parent
            seen[row, : tree.depth[first + row]] = True
        seen[row, held + row] = True
    mask = torch.zeros(seen.shape, dtype=model.dtype).masked_fill(~seen, torch.finfo(model.dtype).min)
    device = model.device
    cache = DynamicCache(layers) if layers else DynamicCache()
    with torch.inference_mode():
        output = model(
            input_ids=torch.tensor([tree.token[first:last]], device=device),
            position_ids=torch.tensor([tree.depth[first:last]], device=device),
            attention_mask=mask[None, None].to(device),
            past_key_values=cache,
            use_cache=True,
            # an empty selection would be read as "all rows"
            logits_to_keep=torch.tensor(rows or [0], device=device),
        )
        return output.logits[0].float(), [(layer.keys, layer.values) for layer in cache.layers]


def _ancestors(tree: _Tree, first: int, node: int) -> list[int]:
    """Where the ancestors of `node` stand in the path before the chunk (from `first` to `node`) and the chunk."""
    held = tree.depth[first]
    places: list[int] = []
    parent = tree.parent[node]
    while parent >= first:
        places.append(held + parent - first)
        parent = tree.parent[parent]
    depth = tree.depth[node] - len(places)
    return [*range(depth), *reversed(places)]
