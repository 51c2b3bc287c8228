"""Log-probabilities of many texts that share beginnings, each shared token computed once.

All texts of a call form a tree of tokens. Its tokens are laid out depth first and cut into chunks of equal size; a
chunk is one row of one forward pass. A token attends to its own ancestors and to nothing else, wherever these were
read: in the chunk, in one before it, or for another call. So a persona that is put before 71 items is read once, no
text sees another, and what is kept is bounded by the memory's room.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from traitscope.responders.attention import registered
from traitscope.responders.memory import ROOT, Memory


class Text(NamedTuple):
    """Tokens, of which those from `start` on are to be given log-probabilities."""

    tokens: tuple[int, ...]
    start: int


LEAST_ROOM = 1024  # tokens
Found: TypeAlias = dict[int, list[float]]  # index of a text -> log-probabilities


class Size(NamedTuple):
    """Of one pass: most tokens, and most of them that are asked for logits, each as long as the vocabulary."""

    tokens: int
    asked: int


class Tree(NamedTuple):
    """The tokens of many texts, depth first: a token's parent stands before it."""

    token: list[int]
    parent: list[int]  # -1 for the first token of a text
    wanted: list[list[tuple[int, int, int]]]  # of each token: (text, place, token that the text has next)


def packed(memory: Memory, texts: Sequence[Text], size: Size) -> Iterator[Found]:
    """Yield chunk by chunk the texts that it completes: index -> log-probability of each token from `start` on.

    The result of a text depends on the others, and on what was read before, only by the rounding of float32.
    """
    return memory.alone(_packed(memory, texts, size))


def _packed(memory: Memory, texts: Sequence[Text], size: Size) -> Iterator[Found]:
    import torch

    tree = tree_of(texts)
    partial = {index: [0.0] * (len(text.tokens) - text.start) for index, text in enumerate(texts)}
    missing = {index: len(values) for index, values in partial.items()}
    yield {index: [] for index, count in missing.items() if not count}
    for asked, logits in chunks(memory, tree, size):
        rows, targets = [], []
        for row, node in enumerate(asked):
            for _, _, token in tree.wanted[node]:
                rows.append(row)
                targets.append(token)
        done: Found = {}
        if rows:
            values = iter((logits[rows, targets] - torch.logsumexp(logits, dim=-1)[rows]).tolist())
            for index, place, _ in (each for node in asked for each in tree.wanted[node]):
                partial[index][place] = next(values)
                missing[index] -= 1
                if not missing[index]:
                    done[index] = partial.pop(index)
        del logits  # as large as the vocabulary times the chunk: gone before the next one is made
        yield done


def chunks(memory: Memory, tree: Tree, size: Size) -> Iterator[tuple[list[int], Any]]:
    """Read a tree in passes of that `size`: the nodes after which anything is wanted, and the logits after each.

    What the memory holds is read again only where logits are asked for, for these are not kept.
    """
    marks: list[tuple[int, int] | None] = [None] * len(tree.token)  # where the memory holds each node
    chunk: dict[int, int] = {}  # place in the memory -> row of the pass
    want: list[tuple[int, int]] = []  # (node, row)
    memory.begin()
    for node in range(len(tree.token)):
        if len(want) >= size.asked:
            yield _pass(memory, chunk, want)
            chunk, want = {}, []
            memory.begin()
        trail, place = _unknown(memory, tree, marks, node)
        while trail:
            each = trail.pop()
            found = memory.find(place, tree.token[each])
            if found is None:
                if chunk and (len(chunk) >= size.tokens or memory.full()):
                    yield _pass(memory, chunk, want)
                    chunk, want = {}, []
                    memory.begin()
                    # whoever used the memory meanwhile may have taken the places of what is before this node
                    trail, place = _unknown(memory, tree, marks, node)
                    continue
                found = memory.add(place, tree.token[each])
                chunk[found] = len(chunk)
            memory.use(found)
            marks[each] = memory.mark(found)
            place = found
        if tree.wanted[node]:
            want.append((node, chunk.setdefault(place, len(chunk))))
    if chunk:
        yield _pass(memory, chunk, want)


def _pass(memory: Memory, chunk: dict[int, int], want: list[tuple[int, int]]) -> tuple[list[int], Any]:
    """Read a chunk: the nodes that are wanted, and the logits after each."""
    return [node for node, _ in want], memory.read(list(chunk), [row for _, row in want])


def _unknown(memory: Memory, tree: Tree, marks: Sequence[tuple[int, int] | None], node: int) -> tuple[list[int], int]:
    """The node and what is before it, last first, as far as the memory is not known to have it; the place before that."""
    trail = []
    at = node
    while at >= 0 and not memory.still(marks[at]):
        trail.append(at)
        at = tree.parent[at]
    above = marks[at] if at >= 0 else None
    place = above[0] if above else ROOT
    memory.use(place)
    return trail, place


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
            logits = model(input_ids=row, use_cache=False, logits_to_keep=count).logits[0, -count:].float()
        # as in `packed`: torch's log_softmax is off by 1.5e-5 on a CPU, always in the same direction
        values = logits[range(count), list(text.tokens[text.start :])] - torch.logsumexp(logits, dim=-1)
        yield {index: values.tolist()}


def memory_of(model: Any, tokens: Sequence[int], tolerance: float, room_bytes: int) -> Memory | None:
    """A memory of `room_bytes` for this network, None where it gives texts other log-probabilities packed than alone.

    Tried on a few texts made of `tokens`: recurrent layers cannot follow a tree, some networks insist on an attention of
    their own or on a cache of their own, and none of them says so.
    """
    middle = len(tokens) // 2
    half = tuple(tokens[:middle])
    texts = [Text(each, 2) for each in (tuple(tokens), half + half, half + tuple(tokens[1:]))]
    own = model.config._attn_implementation
    try:
        plain = _together(one_by_one(model, texts))
    except Exception:  # whatever the code of a foreign architecture raises, it means no
        return None
    for attention, tiled in ((registered(), True), (own, False)):
        try:
            model.set_attn_implementation(attention)
            # passes this short go on from what the memory holds
            tried = Memory(model, 2 * len(tokens), tiled)
            # what is read first is soon pushed out: some networks go by the order of the places
            _together(packed(tried, [Text(tuple(tokens[::-1]), 1)], Size(max(2, middle), len(tokens))))
            values = _together(packed(tried, texts, Size(max(2, middle), len(tokens))))
            if all(abs(a - b) < tolerance for index in plain for a, b in zip(values[index], plain[index], strict=True)):
                return Memory(model, max(LEAST_ROOM, room_bytes // tried.bytes_a_token()), tiled)
        except Exception:  # the same
            continue
    return None


def _together(found: Iterator[Found]) -> Found:
    return {index: values for each in found for index, values in each.items()}


def tree_of(texts: Sequence[Text]) -> Tree:
    """All texts, depth first, with what is asked for after each token."""
    tree = Tree([], [], [])
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
