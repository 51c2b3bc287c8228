"""Texts that a network goes on with, many side by side: what they begin with is read once, and who is done leaves."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from traitscope.responders.memory import ROOT, Memory
from traitscope.responders.packing import Size, Text, chunks, tree_of


class Writing(NamedTuple):
    """Tokens that the network is to go on from; temperature 0 takes the likeliest."""

    tokens: tuple[int, ...]
    max_tokens: int
    temperature: float
    seed: int


class _Writer:
    """One text under way."""

    def __init__(self, index: int, asked: Writing) -> None:
        import torch

        self.index, self.asked = index, asked
        self.said: list[int] = []
        self._draws = torch.Generator().manual_seed(asked.seed % 2**63)

    def goes_on(self, logits: Any, stops: frozenset[int]) -> bool:
        """Say the next token; False where it ends the text or is the last one allowed."""
        token = _draw(logits, self.asked.temperature, self._draws)
        if token in stops:
            return False
        self.said.append(token)
        return len(self.said) < self.asked.max_tokens


def written(
    memory: Memory, writings: Sequence[Writing], stops: frozenset[int], together: int, size: Size
) -> Iterator[tuple[int, list[int]]]:
    """Yield (index, tokens that the network goes on with, without the one that ended it), each when it is complete.

    Up to `together` are under way at once; when half of them are done, others begin.
    """
    return memory.alone(_written(memory, writings, stops, together, size))


def _written(
    memory: Memory, writings: Sequence[Writing], stops: frozenset[int], together: int, size: Size
) -> Iterator[tuple[int, list[int]]]:
    order = sorted(range(len(writings)), key=lambda index: (writings[index].tokens, index))
    waiting = deque(_Writer(index, writings[index]) for index in order)
    under_way: list[_Writer] = []
    while waiting or under_way:
        if len(under_way) <= together // 2 and waiting:
            begun = [waiting.popleft() for _ in range(min(len(waiting), together - len(under_way)))]
            going = _begin(memory, begun, stops, size)
            under_way += [writer for writer in begun if writer.index in going]
            yield from ((writer.index, writer.said) for writer in begun if writer.index not in going)
        if under_way:
            logits = _step(memory, under_way)
            going = {each.index for each, row in zip(under_way, logits, strict=True) if each.goes_on(row, stops)}
            yield from ((writer.index, writer.said) for writer in under_way if writer.index not in going)
            under_way = [writer for writer in under_way if writer.index in going]


def written_alone(network: Any, writings: Sequence[Writing], stops: frozenset[int]) -> Iterator[tuple[int, list[int]]]:
    """The same, one text at a time, for networks without a memory: nothing is asked of them but to go on."""
    import torch

    for index, asked in enumerate(writings):
        writer = _Writer(index, asked)
        read, cache, going = list(asked.tokens), None, True
        while going:
            with torch.inference_mode():
                ids = torch.tensor([read], device=network.device)
                output = network(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
            going = writer.goes_on(output.logits[0, -1].float().cpu(), stops)
            cache = getattr(output, "past_key_values", None)
            # a network that gives no cache back reads everything again
            read = writer.said[-1:] if cache is not None else [*asked.tokens, *writer.said]
        yield index, writer.said


def _begin(memory: Memory, writers: Sequence[_Writer], stops: frozenset[int], size: Size) -> set[int]:
    """Read what each is to go on from, and say its first token; the indices of those that are not done with it."""
    # whatever is said next is asked for: the token after the last one stands for it
    tree = tree_of([Text((*each.asked.tokens, 0), len(each.asked.tokens)) for each in writers])
    going = set()
    for nodes, logits in chunks(memory, tree, size):
        for node, row in zip(nodes, logits.cpu(), strict=True):
            for which, _, _ in tree.wanted[node]:
                if writers[which].goes_on(row, stops):
                    going.add(writers[which].index)
    return going


def _step(memory: Memory, writers: Sequence[_Writer]) -> Any:
    """Logits after the last token of each, which is read now, as is whatever of its text the memory has lost."""
    memory.begin()
    rows: dict[int, int] = {}  # place in the memory -> row of the pass
    asked = []
    for writer in writers:
        place = ROOT
        for token in (*writer.asked.tokens, *writer.said):
            found = memory.find(place, token)
            if found is None:
                found = memory.add(place, token)
                rows[found] = len(rows)
            memory.use(found)
            place = found
        asked.append(rows.setdefault(place, len(rows)))  # another may have said the same before
    return memory.read(list(rows), asked).cpu()


def _draw(logits: Any, temperature: float, generator: Any) -> int:
    """The next token. By the inverse of the distribution, so that rounding moves a draw only next to a boundary."""
    import torch

    if temperature <= 0:
        return int(logits.argmax())
    heights = torch.softmax(logits.double() / temperature, dim=-1).cumsum(dim=-1)
    height = torch.rand(1, generator=generator, dtype=torch.float64) * heights[-1]
    return min(int(torch.searchsorted(heights, height, right=True)), len(heights) - 1)
