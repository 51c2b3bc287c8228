"""Log-probabilities of many texts that share beginnings, each shared token computed once.

All texts of a call form a tree of tokens. Its tokens are laid out depth first and cut into chunks of equal size; a
chunk is one row of one forward pass. A token attends to its own ancestors and to nothing else: those in the chunk
through the mask, those before it through a cache that holds one path of the tree. So a persona that is put before 71
items is read once, wherever a chunk ends, no text sees another, and memory does not grow with the number of texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias


class Text(NamedTuple):
    """Tokens, of which those from `start` on are to be given log-probabilities."""

    tokens: tuple[int, ...]
    start: int


class Writing(NamedTuple):
    """Tokens that the model is to go on from; temperature 0 takes the likeliest."""

    tokens: tuple[int, ...]
    max_tokens: int
    temperature: float
    seed: int


Found: TypeAlias = dict[int, list[float]]  # index of a text -> log-probabilities


class _Tree(NamedTuple):
    """The tokens of many texts, depth first: a token's parent stands before it, at `depth` less one."""

    token: list[int]
    depth: list[int]
    parent: list[int]  # -1 for the first token of a text
    wanted: list[list[tuple[int, int, int]]]  # of each token: (text, place, token that the text has next)


def packed(model: Any, texts: Sequence[Text], chunk_tokens: int) -> Iterator[Found]:
    """Yield chunk by chunk the texts that it completes: index -> log-probability of each token from `start` on.

    The result of a text depends on the others only by the rounding of float32.
    """
    import torch

    tree = _tree(texts)
    partial = {index: [0.0] * (len(text.tokens) - text.start) for index, text in enumerate(texts)}
    missing = {index: len(values) for index, values in partial.items()}
    yield {index: [] for index, count in missing.items() if not count}
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
        done: Found = {}
        if rows:
            values = iter((logits[rows, targets] - torch.logsumexp(logits, dim=-1)[rows]).tolist())
            for index, place, _ in (each for node in ask for each in tree.wanted[node]):
                partial[index][place] = next(values)
                missing[index] -= 1
                if not missing[index]:
                    done[index] = partial.pop(index)
        del logits  # as large as the vocabulary times the chunk: gone before the next one is made
        yield done
        if last < len(tree.token):
            path = _ancestors(tree, first, last)
            # a new selection, so that the cache never holds more than one path
            layers = [(keys[:, :, path], values[:, :, path]) for keys, values in grown]


def one_by_one(model: Any, texts: Sequence[Text]) -> Iterator[Found]:
    """The same as `packed` by one plain forward pass a text: for models that cannot be packed, and to check the rest."""
    import torch

    for index, text in enumerate(texts):
        count = len(text.tokens) - text.start
        if not count:
            yield {index: []}
            continue
        row = torch.tensor([text.tokens[:-1]], device=model.device)
        with torch.inference_mode():
            logits = model(input_ids=row, use_cache=False, logits_to_keep=count).logits[0].float()
        # as in `packed`: torch's log_softmax is off by 1.5e-5 on a CPU, always in the same direction
        values = logits[range(count), list(text.tokens[text.start :])] - torch.logsumexp(logits, dim=-1)
        yield {index: values.tolist()}


def packs(model: Any, tokens: Sequence[int], tolerance: float) -> bool:
    """Whether this model gives texts the same log-probabilities packed as one by one, tried on a few made of `tokens`.

    Recurrent layers and some caches cannot follow a tree, and a model does not say so.
    """
    middle = len(tokens) // 2
    half = tuple(tokens[:middle])
    texts = [Text(each, 2) for each in (tuple(tokens), half + half, half + tuple(tokens[1:]))]
    try:
        values = _together(packed(model, texts, max(1, middle // 2)))  # chunks this short go through the cache
        plain = _together(one_by_one(model, texts))
    except Exception:  # whatever the code of a foreign architecture raises, it means no
        return False
    return all(abs(a - b) < tolerance for index in plain for a, b in zip(values[index], plain[index], strict=True))


def written(
    model: Any, writings: Sequence[Writing], stops: frozenset[int], together: int
) -> Iterator[tuple[int, list[int]]]:
    """Yield (index, tokens that the model goes on with, without the one that ended it), each when it is complete.

    With `together` of 1 nothing is asked of the model but to go on from what it has seen. Else that many are written
    side by side: what they all begin with is read once, the rest is padded on the left, and who is done leaves.
    """
    order = sorted(range(len(writings)), key=lambda index: (writings[index].tokens, index))
    for first in range(0, len(order), together):
        members = order[first : first + together]
        for member, tokens in _write(model, [writings[index] for index in members], stops):
            yield members[member], tokens


def _write(model: Any, writings: Sequence[Writing], stops: frozenset[int]) -> Iterator[tuple[int, list[int]]]:
    import torch

    shortest = min(len(writing.tokens) for writing in writings)
    # sorted, so that what the first and the last have in common is common to all; one token at least is left
    shared = min(_common(writings[0].tokens, writings[-1].tokens), shortest - 1) if len(writings) > 1 else 0
    rest = [writing.tokens[shared:] for writing in writings]
    width = max(len(each) for each in rest)
    device = model.device
    ids = torch.tensor([[0] * (width - len(each)) + list(each) for each in rest], device=device)
    mask = torch.tensor([[1] * shared + [0] * (width - len(each)) + [1] * len(each) for each in rest], device=device)
    places = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, shared:]
    # a model that writes one text knows by itself where it is, and some architectures do not let themselves be told
    several = len(writings) > 1
    draws = [torch.Generator().manual_seed(writing.seed % 2**63) for writing in writings]
    said: list[list[int]] = [[] for _ in writings]
    alive = list(range(len(writings)))
    with torch.inference_mode():
        cache: Any = None
        if shared:
            row = torch.tensor([writings[0].tokens[:shared]], device=device)
            cache = model(input_ids=row, use_cache=True, logits_to_keep=1).past_key_values
            cache.batch_repeat_interleave(len(writings))
    while True:
        with torch.inference_mode():
            output = model(
                input_ids=ids,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
                **({"attention_mask": mask, "position_ids": places} if several else {}),
            )
            cache = getattr(output, "past_key_values", None)
            logits = output.logits[:, -1].float().cpu()
        going: list[int] = []
        done: list[int] = []
        for row, index in enumerate(alive):
            token = _draw(logits[row], writings[index].temperature, draws[index])
            if token not in stops:
                said[index].append(token)
            (done if token in stops or len(said[index]) >= writings[index].max_tokens else going).append(row)
        for row in done:
            yield alive[row], said[alive[row]]
        alive = [alive[row] for row in going]
        if not alive:
            return
        if done:
            mask, places = mask[going], places[going]
            cache.batch_select_indices(torch.tensor(going, device=device))
        spoken = torch.tensor([[said[index][-1]] for index in alive], device=device)
        mask = torch.cat([mask, mask.new_ones(len(mask), 1)], dim=1)
        places = places[:, -1:] + 1
        # a model that gives no cache back reads everything again
        ids = spoken if cache is not None else torch.cat([ids, spoken], dim=1)


def _draw(logits: Any, temperature: float, generator: Any) -> int:
    """The next token. By the inverse of the distribution, so that rounding moves a draw only next to a boundary."""
    import torch

    if temperature <= 0:
        return int(logits.argmax())
    heights = torch.softmax(logits.double() / temperature, dim=-1).cumsum(dim=-1)
    height = torch.rand(1, generator=generator, dtype=torch.float64) * heights[-1]
    return min(int(torch.searchsorted(heights, height, right=True)), len(heights) - 1)


def _together(found: Iterator[Found]) -> Found:
    return {index: values for each in found for index, values in each.items()}


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
