"""Local models, by transformers: label probabilities, likelihoods and text, in batches that no result depends on.

What the model reads is its chat template with the assistant's turn open. A model without a template (a base model)
reads the turns one after another with a blank line between them, and "Answer:" at the end. What it says then begins
with a space, unless what it has read ends in white space or in a special token.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from inventories.responder import Abilities, Likelihood, Prompt, Reply, ResponderError
from traitscope.responders import embedded, machine
from traitscope.responders.completion import without_thoughts
from traitscope.responders.network import Model, kept, loaded, set_threads
from traitscope.responders.packing import Size, Text
from traitscope.responders.writing import Writing

_WINDOW = 1024  # prompts that are looked at together: enough to find what they share
_CONVERSATION = 1024  # tokens that a conversation may come to, as long as none was longer
_DEFAULTS: dict[str, str | int] = {
    "device": "",  # "cuda" where there is one, then "mps", else "cpu"
    "dtype": "float32",  # others change answers, by as much as `can` says, and their results depend on the batch
    "threads": 0,  # 0: as many as this process may use
    "chunk_tokens": 0,  # read in one pass; 0: what suits the device
    "batch": 0,  # texts that are written side by side; 0: what suits the device
    "memory_mib": 0,  # for what has been read; 0: what suits the memory that is free
}


class LocalResponder:
    """A model on this machine: "smollm2-135m", a folder, a GGUF file, or a hub id that is in the user's cache."""

    def __init__(
        self, name: str, params: Mapping[str, Any] | None = None, tell: Callable[[str], object] | None = None
    ) -> None:
        self._tell = tell
        self.name = name
        self.params = _checked(name, params or {})
        self._found = embedded.find(name)
        self._folder: Path | None = None  # known when a GGUF file has been converted
        self._longest = _CONVERSATION  # tokens of a prompt so far, or what has to be reckoned with

    def can(self) -> Abilities:
        """Loads the model: only its template can tell whether it has a system role."""
        model = self._model()
        note = ["text above temperature 0 varies with the seed alone"]
        if model.memory is None:
            note.append("asked one text at a time: this architecture cannot share the beginnings of prompts")
        if self.params["dtype"] != "float32":
            changed = f"in {self.params['dtype']} {self._changed(model)}"
            note.append(f"{changed}; a result depends a little on its batch")
            if self._tell:
                self._tell(f"{self.name}: {changed}")
        return Abilities(
            labels=True,
            likelihood=True,
            system=model.system,
            seed=True,
            deterministic=True,
            resolved=f"{self.name}@{self._found.revision or self._fingerprint()}",
            note="; ".join(note),
        )

    def ask(self, prompts: Iterable[Prompt]) -> Iterator[Reply]:
        """Yield the replies of a chunk when it is computed; the order is the one that suits the cache."""
        model = self._model()
        waiting = iter(prompts)
        while window := self._window(model, waiting):
            texts = [prompt for prompt in window if prompt.want == "text"]
            yield from self._score(model, [prompt for prompt in window if prompt.want != "text"])
            if texts:
                yield from self._write(model, texts)

    def _window(self, model: Model, waiting: Iterator[Prompt]) -> list[Prompt]:
        """The next prompts to be looked at together; of conversations no more than the memory can go on with."""
        most = max(1, model.memory.room // self._longest) if model.memory else 1
        window: list[Prompt] = []
        conversations = 0
        for prompt in islice(waiting, _WINDOW):
            window.append(prompt)
            conversations += prompt.goes_on
            if conversations >= most:
                break
        return window

    def _changed(self, model: Model) -> str:
        """How much the precision changes, against float32."""
        from traitscope.responders import precision

        folder = self._folder or self._found.path
        try:
            exact = loaded(self.name, folder, str(model.network.device), "float32")
        except ResponderError as error:
            return f"its answers may differ from those in float32 by what could not be measured here ({error})"
        return precision.told(*(self._asked(each, precision.prompts()) for each in (exact, model)))

    def _asked(self, model: Model, prompts: Sequence[Prompt]) -> dict[str, Reply]:
        return {reply.prompt: reply for reply in self._score(model, prompts)}

    def _fingerprint(self) -> str:
        path = self._found.path
        files = [path] if path.is_file() else sorted(each for each in path.iterdir() if each.is_file())
        return f"sha256:{embedded.fingerprint(*files)}"

    def _score(self, model: Model, prompts: Sequence[Prompt]) -> Iterator[Reply]:
        contexts = self._read(model, prompts)
        said = model.said(prompts, contexts)
        owners = [(which, place) for which, each in enumerate(said) for place in range(len(each))]
        texts = [Text((*contexts[which], *said[which][place]), len(contexts[which])) for which, place in owners]
        logs: list[dict[int, list[float]]] = [{} for _ in prompts]
        since = time.perf_counter()
        for found in model.score(texts, self._size(model)):
            complete = []
            for index, values in found.items():
                which, place = owners[index]
                logs[which][place] = values
                if len(logs[which]) == len(said[which]):
                    complete.append(which)
            seconds = (time.perf_counter() - since) / max(1, len(complete))
            for which in complete:
                values_of = [logs[which].pop(place) for place in range(len(said[which]))]
                labels = prompts[which].want == "labels"
                yield Reply(
                    prompt=prompts[which].id,
                    label_logprobs=label_logprobs(said[which], values_of) if labels else None,
                    likelihoods=None if labels else tuple(Likelihood(math.fsum(each), len(each)) for each in values_of),
                    seconds=seconds,
                    tokens_in=len(contexts[which]),
                    tokens_out=0,
                )
            if complete:
                since = time.perf_counter()  # what the caller did meanwhile is not the model's time

    def _write(self, model: Model, prompts: Sequence[Prompt]) -> Iterator[Reply]:
        contexts = self._read(model, prompts)
        writings = [
            Writing(context, max(1, prompt.max_tokens), prompt.temperature, prompt.seed)
            for prompt, context in zip(prompts, contexts, strict=True)
        ]
        since = time.perf_counter()
        for index, tokens in model.write(writings, self._size(model), int(self.params["batch"])):
            text, thinking = without_thoughts(model.tokenizer.decode(tokens, skip_special_tokens=True))
            yield Reply(
                prompt=prompts[index].id,
                text=text,
                thinking=thinking,
                finish="length" if len(tokens) >= writings[index].max_tokens else "stop",
                seconds=time.perf_counter() - since,
                tokens_in=len(contexts[index]),
                tokens_out=len(tokens),
            )
            since = time.perf_counter()

    def _read(self, model: Model, prompts: Sequence[Prompt]) -> list[tuple[int, ...]]:
        contexts = model.read(prompts)
        self._longest = max([self._longest, *(len(each) for each in contexts)])
        return contexts

    def _size(self, model: Model) -> Size:
        tokens = int(self.params["chunk_tokens"]) or model.amounts.chunk_tokens
        # as much again stays for what the pass goes on from
        return Size(min(tokens, model.memory.room // 2) if model.memory else tokens, model.most_asked)

    def _model(self) -> Model:
        embedded.require("torch", "transformers")
        # read when torch is loaded: threads that wait leave their core to others, or two programs on one machine
        # wait for each other most of the time
        os.environ.setdefault("GOMP_SPINCOUNT", "20000")
        path = self._found.path
        self._folder = self._folder or (embedded.converted(path) if path.is_file() else path)
        set_threads(int(self.params["threads"]))
        device, dtype = machine.device(str(self.params["device"])), str(self.params["dtype"])
        return kept(self.name, self._folder, device, dtype, int(self.params["memory_mib"]))


def label_logprobs(said: Sequence[Sequence[int]], logs: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Log-probability that a reply begins with each label: natural log, not renormalised.

    A label of several tokens is the product over them. Where the tokens of one label begin those of others (1 and 10,
    V and VIII), what belongs to the longer ones is taken from the shorter: a reply that begins with VIII is no V. So
    the events exclude each other and the probabilities sum to the mass that lies on labels. A label that is a word of
    its own (I, a) also counts replies that merely begin with that word.
    """
    labels = [tuple(tokens) for tokens in said]
    result = []
    for label, values in zip(labels, logs, strict=True):
        longer = [other for other in range(len(labels)) if _begins(labels[other], label)]
        # VII and VIII begin with V, but what begins with VIII begins with VII: only the nearest are taken off
        nearest = [other for other in longer if not any(_begins(labels[other], labels[each]) for each in longer)]
        taken = {labels[other]: math.exp(math.fsum(logs[other][len(label) :])) for other in nearest}
        # rounding may leave nothing: the logarithm stays a number
        result.append(math.fsum(values) + math.log(max(1.0 - math.fsum(taken.values()), 1e-9)))
    return tuple(result)


def _begins(longer: tuple[int, ...], shorter: tuple[int, ...]) -> bool:
    return len(longer) > len(shorter) and longer[: len(shorter)] == shorter


def _checked(name: str, params: Mapping[str, Any]) -> dict[str, str | int]:
    for key, value in params.items():
        if key not in _DEFAULTS:
            raise ResponderError(f'local model "{name}": unknown parameter "{key}"; allowed: {", ".join(_DEFAULTS)}')
        least = None if isinstance(_DEFAULTS[key], str) else 0
        if not (isinstance(value, str) if least is None else type(value) is int and value >= least):
            wants = "a text" if least is None else f"a whole number from {least}"
            raise ResponderError(f'local model "{name}": parameter "{key}" must be {wants}, not {value!r}')
    merged = {**_DEFAULTS, **params}
    if merged["dtype"] not in machine.PRECISIONS:
        allowed = ", ".join(machine.PRECISIONS)
        raise ResponderError(f'local model "{name}": dtype must be one of {allowed}, not {merged["dtype"]!r}')
    return merged
