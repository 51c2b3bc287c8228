"""What a network has read: a tree of tokens, each read once and kept for whatever comes after it.

A token's place in the tree is its place in the pools, which hold its key and its value for each layer of the network.
What many prompts begin with is one branch, read once; a conversation goes on from where it was; and what has not been
used for longest makes room when the pools are full.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from traitscope.responders.attention import SIZES, Tiles, looking, tiles

ROOT = -1
Step = TypeVar("Step")
_FREED = 4  # a pool that is full is emptied by one part of so many


class Memory:
    """A network and all that it remembers, up to `room` tokens.

    With `tiled`, the network's attention is ours; else it is its own, for architectures that do not let themselves be
    given another.
    """

    def __init__(self, network: Any, room: int, tiled: bool = True) -> None:
        self.network, self.room = network, room
        self._sizes = SIZES if tiled else ()
        self._pools: Any = _pools()(room, tiled)
        self._births = [0] * room  # how many tokens a place has had; `forget` leaves it, so old marks stay wrong
        self._turn = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """As if nothing had been read."""
        self._children: dict[tuple[int, int], int] = {}  # (place of the token before, token) -> place
        self._token, self._depth, self._parent = [0] * self.room, [0] * self.room, [ROOT] * self.room
        self._used = [0] * self.room  # when last; 0: never, the place is free
        self._free = list(range(self.room - 1, -1, -1))  # the lowest first: what was never used takes no memory
        self._unread = 0  # tokens that have a place and have not been read
        self._now = 1

    def alone(self, steps: Iterator[Step]) -> Iterator[Step]:
        """The same steps, each taken while no other thread takes one: between two of them nothing is left unread."""
        while True:
            with self._turn:
                step = next(steps, None)
            if step is None:
                return
            yield step

    def begin(self) -> None:
        """From here on, what is used stays until the next `begin`."""
        if self._unread:
            self.forget()  # whoever was to read them was interrupted
        self._now += 1

    def find(self, before: int, token: int) -> int | None:
        """Where `token` after `before` is kept, if it is."""
        return self._children.get((before, token))

    def full(self) -> bool:
        """Whether no place is free nor can be freed before the next `begin`."""
        return not self._free and not any(0 < used < self._now for used in self._used)

    def add(self, before: int, token: int) -> int:
        """A place for `token` after `before`; it is to be read before anything is asked of it."""
        if not self._free:
            self._make_room()
        place = self._free.pop()
        self._children[before, token] = place
        self._token[place], self._parent[place] = token, before
        self._depth[place] = 0 if before == ROOT else self._depth[before] + 1
        self._used[place] = self._now
        self._births[place] += 1
        self._unread += 1
        return place

    def use(self, place: int) -> None:
        """Keep `place` and all that is before it until the next `begin`."""
        while place != ROOT and self._used[place] != self._now:
            self._used[place] = self._now
            place = self._parent[place]

    def mark(self, place: int) -> tuple[int, int]:
        """What tells later whether `place` still holds the same token."""
        return place, self._births[place]

    def still(self, mark: tuple[int, int] | None) -> bool:
        """Whether the place of `mark` holds what it held."""
        return mark is not None and self._used[mark[0]] > 0 and self._births[mark[0]] == mark[1]

    def read(self, places: Sequence[int], asked: Sequence[int]) -> Any:
        """Read the tokens of `places` in one pass; logits after those of them that `asked` numbers, (asked, words)."""
        import torch

        device = self.network.device
        through = tiles(self._paths(places), device, self.network.dtype, self._sizes or (len(places),))
        where = torch.tensor(places, device=device)
        self._pools.begin(where, through)
        try:
            with torch.inference_mode(), looking(through):
                output = self.network(
                    input_ids=torch.tensor([[self._token[each] for each in places]], device=device),
                    position_ids=torch.tensor([[self._depth[each] for each in places]], device=device),
                    attention_mask=through.mask,
                    past_key_values=self._pools,
                    use_cache=True,
                    # an empty selection would be read as "all rows"
                    logits_to_keep=torch.tensor(list(asked) or [0], device=device),
                )
        except BaseException:
            self.forget()  # some layers have read these tokens, others have not
            raise
        self._unread = 0
        return output.logits[0, : len(asked)].float()

    def bytes_a_token(self) -> int:
        """What one token takes in the pools; known when something has been read."""
        return int(self._pools.bytes_a_token())

    def _paths(self, places: Sequence[int]) -> list[np.ndarray]:
        """Of each place all that is before it in the tree, and itself."""
        known: dict[int, np.ndarray] = {}
        for place in places:
            trail = []
            at = place
            while at != ROOT and at not in known:
                trail.append(at)
                at = self._parent[at]
            above = known[at] if at != ROOT else np.empty(0, dtype=np.int64)
            known[place] = np.concatenate([above, trail[::-1]])
        return [known[place] for place in places]

    def _make_room(self) -> None:
        """Free what was not used for longest; what comes after a token was never used later than it."""
        old = [place for place, used in enumerate(self._used) if 0 < used < self._now]
        if not old:
            raise MemoryError(f"{self.room} tokens are fewer than one pass needs at once")
        old.sort(key=lambda place: (self._used[place], -self._depth[place]))  # of those used together the last ones
        for place in old[: max(1, self.room // _FREED)]:
            del self._children[self._parent[place], self._token[place]]
            self._used[place] = 0
            self._free.append(place)


@lru_cache(maxsize=1)
def _pools() -> type:
    """The keys and values of all layers, in the form in which transformers' networks hand them over."""
    import torch
    from transformers import Cache

    class Pools(Cache):  # type: ignore[misc]
        """Takes the keys and values of one pass to their places, and gives those that the pass may look at."""

        def __init__(self, room: int, tiled: bool) -> None:
            self._room, self._tiled = room, tiled
            self._kept: dict[int, tuple[Any, Any]] = {}  # layer -> keys and values, each (places, heads, width)
            self.layers: list[Any] = []  # some networks look here for what they have read before

        def begin(self, places: Any, through: Tiles) -> None:
            self._places, self._through = places, through

        def update(self, keys: Any, values: Any, layer_idx: int, *_: Any, **__: Any) -> tuple[Any, Any]:
            if layer_idx not in self._kept:
                self._kept[layer_idx] = tuple(
                    torch.empty((self._room, each.shape[1], each.shape[3]), dtype=each.dtype, device=each.device)
                    for each in (keys, values)
                )
            kept = self._kept[layer_idx]
            for pool, new in zip(kept, (keys, values), strict=True):
                pool.index_copy_(0, self._places, new[0].transpose(0, 1))
            if self._tiled:
                return kept
            # for a network's own attention there is one tile, which it is to take for all there is
            own, other = (pool[self._through.places[0]].transpose(0, 1)[None] for pool in kept)
            return own, other

        def bytes_a_token(self) -> int:
            return sum(pool[0].numel() * pool.element_size() for kept in self._kept.values() for pool in kept)

        def get_seq_length(self, layer_idx: int = 0) -> int:
            return 0

    return Pools
