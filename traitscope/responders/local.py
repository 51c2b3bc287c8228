"""Local models, by transformers: label probabilities, likelihoods and text, in batches that no result depends on.

What the model reads is its chat template with the assistant's turn open. A model without a template (a base model)
reads the turns one after another with a blank line between them, and "Answer:" at the end. What it says then begins
with a space, unless what it has read ends in white space or in a special token.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from inventories.responder import Abilities, Likelihood, Message, Prompt, Reply, ResponderError
from traitscope.responders import embedded
from traitscope.responders.completion import transcript, without_thoughts
from traitscope.responders.packing import Found, Text, Writing, one_by_one, packed, packs, written

_WINDOW = 1024  # prompts that are looked at together: enough to find what they share
_CHUNK_LOGITS = 2**26  # numbers that the logits of one chunk may take
_MOST_THREADS = 16  # more wait for each other in matrices as small as these
_DEFAULTS: dict[str, str | int] = {
    "device": "",  # "cuda" where there is one, else "cpu"
    "dtype": "float32",  # others are for models that do not fit: their results depend on the batch
    "threads": 0,  # 0: as many as this process may use
    "chunk_tokens": 384,
    "batch": 16,  # texts that are written side by side
}
_TOLERANCES = {"float32": 1e-2, "bfloat16": 0.5, "float16": 0.2}  # between packed and plain, by the type's precision


class LocalResponder:
    """A model on this machine: "smollm2-135m", a folder, a GGUF file, or a hub id that is in the user's cache."""

    def __init__(self, name: str, params: Mapping[str, Any] | None = None) -> None:
        self.name = name
        self.params = _checked(name, params or {})
        self._found = embedded.find(name)
        self._folder: Path | None = None  # known when a GGUF file has been converted

    def can(self) -> Abilities:
        """Loads the model: only its template can tell whether it has a system role."""
        model = self._model()
        note = ["text above temperature 0 varies with the seed alone"]
        if not model.packs:
            note.append("asked one text at a time: this architecture cannot share the beginnings of prompts")
        if self.params["dtype"] != "float32":
            note.append(f"in {self.params['dtype']} a result depends a little on its batch")
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
        while window := list(islice(waiting, _WINDOW)):
            yield from self._score(model, [prompt for prompt in window if prompt.want != "text"])
            yield from self._write(model, [prompt for prompt in window if prompt.want == "text"])

    def _fingerprint(self) -> str:
        path = self._found.path
        files = [path] if path.is_file() else sorted(each for each in path.iterdir() if each.is_file())
        return f"sha256:{embedded.fingerprint(*files)}"

    def _score(self, model: _Model, prompts: Sequence[Prompt]) -> Iterator[Reply]:
        contexts = model.read(prompts)
        said = model.said(prompts, contexts)
        owners = [(which, place) for which, each in enumerate(said) for place in range(len(each))]
        texts = [Text((*contexts[which], *said[which][place]), len(contexts[which])) for which, place in owners]
        logs: list[dict[int, list[float]]] = [{} for _ in prompts]
        since = time.perf_counter()
        for found in model.score(texts, int(self.params["chunk_tokens"])):
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

    def _write(self, model: _Model, prompts: Sequence[Prompt]) -> Iterator[Reply]:
        contexts = model.read(prompts)
        writings = [
            Writing(context, max(1, prompt.max_tokens), prompt.temperature, prompt.seed)
            for prompt, context in zip(prompts, contexts, strict=True)
        ]
        since = time.perf_counter()
        for index, tokens in written(
            model.network, writings, model.stops, int(self.params["batch"]) if model.packs else 1
        ):
            text, thinking = without_thoughts(model.tokenizer.decode(tokens, skip_special_tokens=True))
            yield Reply(
                prompt=prompts[index].id,
                text=text,
                thinking=thinking,
                seconds=time.perf_counter() - since,
                tokens_in=len(contexts[index]),
                tokens_out=len(tokens),
            )
            since = time.perf_counter()

    def _model(self) -> _Model:
        embedded.require("torch", "transformers")
        # read when torch is loaded: threads that wait leave their core to others, or two programs on one machine
        # wait for each other most of the time
        os.environ.setdefault("GOMP_SPINCOUNT", "20000")
        path = self._found.path
        self._folder = self._folder or (embedded.converted(path) if path.is_file() else path)
        _set_threads(int(self.params["threads"]))
        return _load(self._folder, str(self.params["device"]), str(self.params["dtype"]))


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


class _Model:
    """A network with its tokenizer, and what had to be found out about them."""

    def __init__(self, network: Any, tokenizer: Any, dtype: str) -> None:
        self.network, self.tokenizer = network, tokenizer
        self.chat = bool(getattr(tokenizer, "chat_template", None))
        self.system = self.chat and self._takes_system()
        empty = tokenizer("")["input_ids"]
        self._begin = tuple(empty[:1]) if empty[:1] == [tokenizer.bos_token_id] else ()
        self._special = set(tokenizer.all_special_ids)
        ends = getattr(network.generation_config, "eos_token_id", None)
        self.stops = frozenset([ends] if isinstance(ends, int) else ends or ()) | {tokenizer.eos_token_id}
        config = network.config.get_text_config()
        self._longest = int(getattr(config, "max_position_embeddings", 0) or 0)
        # a mask of ours replaces the model's own, which in some models hides what is far away
        spans = [getattr(config, each, None) for each in ("sliding_window", "attention_chunk_size")]
        self._near = min((int(span) for span in spans if span), default=0)
        self.packs = packs(network, self._tokens(["One two, three four; five six."])[0], _TOLERANCES[dtype])
        self._chunk_most = max(1, _CHUNK_LOGITS // int(config.vocab_size))

    def read(self, prompts: Sequence[Prompt]) -> list[tuple[int, ...]]:
        """The tokens that each prompt comes to."""
        contexts = self._tokens([self.layout(prompt.messages) for prompt in prompts], self._begin)
        for prompt, context in zip(prompts, contexts, strict=True):
            most = self._longest - (prompt.max_tokens if prompt.want == "text" else 0)
            if not context or (self._longest and len(context) > most):
                raise ResponderError(f"prompt {prompt.id}: {len(context)} tokens, and the model reads 1 to {most}")
        return contexts

    def said(self, prompts: Sequence[Prompt], contexts: Sequence[tuple[int, ...]]) -> list[list[tuple[int, ...]]]:
        """The tokens of each label or continuation of each prompt, as they stand after it."""
        layouts = [self.layout(prompt.messages) for prompt in prompts]
        leads = [
            "" if layout[-1:].isspace() or context[-1] in self._special else " "
            for layout, context in zip(layouts, contexts, strict=True)
        ]
        spoken = [
            (which, leads[which] + each)
            for which, prompt in enumerate(prompts)
            for each in (prompt.labels if prompt.want == "labels" else prompt.continuations)
        ]
        wholes = self._tokens([layouts[which] + each for which, each in spoken], self._begin)
        alone = self._tokens([each for _, each in spoken])
        result: list[list[tuple[int, ...]]] = [[] for _ in prompts]
        for (which, _), whole, apart in zip(spoken, wholes, alone, strict=True):
            context = contexts[which]
            # where the tokenizer would melt the last letters read with the first ones said, those said stand apart
            result[which].append(whole[len(context) :] if whole[: len(context)] == context else apart)
        return result

    def score(self, texts: Sequence[Text], chunk_tokens: int) -> Iterator[Found]:
        """Log-probabilities as in `packed`, or one by one where this model cannot be packed."""
        together = [index for index, text in enumerate(texts) if self._packs(text)]
        alone = [index for index, text in enumerate(texts) if not self._packs(text)]
        size = min(chunk_tokens, self._chunk_most)
        for indices, found in (
            (together, packed(self.network, [texts[index] for index in together], size)),
            (alone, one_by_one(self.network, [texts[index] for index in alone])),
        ):
            for each in found:
                yield {indices[index]: values for index, values in each.items()}

    def layout(self, messages: Sequence[Message]) -> str:
        """What the model reads."""
        turns = [{"role": each.role, "content": each.content} for each in messages]
        if not self.chat:
            return transcript(messages)
        if not self.system and len(turns) > 1 and turns[0]["role"] == "system":
            turns[:2] = [{"role": "user", "content": f"{turns[0]['content']}\n\n{turns[1]['content']}"}]
        return self._template(turns)

    def _template(self, turns: list[dict[str, str]]) -> str:
        text = self.tokenizer.apply_chat_template(
            turns,
            tokenize=False,
            add_generation_prompt=True,
            enable_thinking=False,  # a label is what is said first; templates that know no thinking ignore this
        )
        return str(text)

    def _takes_system(self) -> bool:
        try:
            text = self._template([{"role": "system", "content": "be-somebody"}, {"role": "user", "content": "hello"}])
        except Exception:  # templates refuse by raising, each in its own way
            return False
        return "be-somebody" in text

    def _packs(self, text: Text) -> bool:
        return self.packs and not (self._near and len(text.tokens) > self._near)

    def _tokens(self, texts: Sequence[str], begin: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
        if not texts:
            return []
        different = list(dict.fromkeys(texts))
        # the template has written the special tokens already
        ids = self.tokenizer(different, add_special_tokens=False, return_attention_mask=False)["input_ids"]
        known = {text: (*begin, *each) for text, each in zip(different, ids, strict=True)}
        return [known[text] for text in texts]


@lru_cache(maxsize=1)
def _load(folder: Path, device: str, dtype: str) -> _Model:
    """Kept, because several studies and responders of one process ask the same model."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        with embedded.quiet():
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            network = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=getattr(torch, dtype))
    except (OSError, ValueError) as error:
        raise ResponderError(f"{folder}: not a model that transformers reads: {embedded.line(error)}") from error
    try:
        network = network.to(device).eval()
    except (RuntimeError, AssertionError) as error:  # torch says by AssertionError that it was built without CUDA
        raise ResponderError(f'device "{device}": {embedded.line(error)}') from error
    return _Model(network, tokenizer, dtype)


def _set_threads(threads: int) -> None:
    import torch

    free = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    torch.set_num_threads(threads or min(free, _MOST_THREADS))


def _checked(name: str, params: Mapping[str, Any]) -> dict[str, str | int]:
    for key, value in params.items():
        if key not in _DEFAULTS:
            raise ResponderError(f'local model "{name}": unknown parameter "{key}"; allowed: {", ".join(_DEFAULTS)}')
        least = None if isinstance(_DEFAULTS[key], str) else int(key != "threads")
        if not (isinstance(value, str) if least is None else type(value) is int and value >= least):
            wants = "a text" if least is None else f"a whole number from {least}"
            raise ResponderError(f'local model "{name}": parameter "{key}" must be {wants}, not {value!r}')
    merged = {**_DEFAULTS, **params}
    if merged["dtype"] not in _TOLERANCES:
        allowed = ", ".join(_TOLERANCES)
        raise ResponderError(f'local model "{name}": dtype must be one of {allowed}, not {merged["dtype"]!r}')
    return merged
