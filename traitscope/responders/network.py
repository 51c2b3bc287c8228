"""A local model that is loaded: what it reads of a conversation, how likely it finds a text, and what it says."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from inventories.responder import Message, Prompt, ResponderError
from traitscope.responders import embedded, machine
from traitscope.responders.completion import transcript
from traitscope.responders.memory import Memory
from traitscope.responders.packing import Found, Size, Text, memory_of, one_by_one, packed
from traitscope.responders.writing import Writing, written, written_alone

_MOST_THREADS = 16  # more wait for each other in matrices as small as these
_LOADING = threading.Lock()  # transformers loads one model at a time
_TOLERANCES = {"float32": 1e-2, "bfloat16": 0.5, "float16": 0.2, "int8": 0.5}  # between packed and plain


class Model:
    """A network with its tokenizer, and what had to be found out about them."""

    def __init__(self, network: Any, tokenizer: Any, dtype: str, memory_mib: int) -> None:
        self.network, self.tokenizer = network, tokenizer
        self.amounts = machine.amounts(str(network.device), network.num_parameters())
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
        some = self._tokens(["One two, three four; five six."])[0]
        room = memory_mib * 2**20 or self.amounts.memory_bytes
        self.memory: Memory | None = memory_of(network, some, _TOLERANCES[dtype], room)
        self.most_asked = max(1, self.amounts.logits // int(config.vocab_size))

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

    def score(self, texts: Sequence[Text], size: Size) -> Iterator[Found]:
        """Log-probabilities as in `packed`, or one by one where this model cannot be packed."""
        together = [index for index, text in enumerate(texts) if self._remembers(len(text.tokens), size)]
        alone = [index for index, text in enumerate(texts) if not self._remembers(len(text.tokens), size)]
        if self.memory is not None:
            yield from _of(together, packed(self.memory, [texts[index] for index in together], size))
        yield from _of(alone, one_by_one(self.network, [texts[index] for index in alone]))

    def write(self, writings: Sequence[Writing], size: Size, batch: int) -> Iterator[tuple[int, list[int]]]:
        """Texts as in `written`, or one by one where this model cannot be packed."""
        batch = batch or self.amounts.batch
        longest = max(len(each.tokens) + each.max_tokens for each in writings)
        if self.memory is None or not self._remembers(longest, size):
            yield from written_alone(self.network, writings, self.stops)
            return
        # all that is under way has to stay in the memory
        together = max(1, min(batch, (self.memory.room - size.tokens) // longest))
        yield from written(self.memory, writings, self.stops, together, size)

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

    def _remembers(self, tokens: int, size: Size) -> bool:
        """Whether a text of so many tokens can be packed."""
        if self.memory is None or (self._near and tokens > self._near):
            return False
        return tokens + size.tokens <= self.memory.room

    def _tokens(self, texts: Sequence[str], begin: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
        if not texts:
            return []
        different = list(dict.fromkeys(texts))
        # the template has written the special tokens already
        ids = self.tokenizer(different, add_special_tokens=False, return_attention_mask=False)["input_ids"]
        known = {text: (*begin, *each) for text, each in zip(different, ids, strict=True)}
        return [known[text] for text in texts]


def _of(indices: Sequence[int], found: Iterator[Found]) -> Iterator[Found]:
    for each in found:
        yield {indices[index]: values for index, values in each.items()}


def kept(name: str, folder: Path, device: str, dtype: str, memory_mib: int) -> Model:
    """Loaded once, because several studies and responders of one process ask the same model."""
    with _LOADING:
        return _kept(name, folder, device, dtype, memory_mib)


@lru_cache(maxsize=1)
def _kept(name: str, folder: Path, device: str, dtype: str, memory_mib: int) -> Model:
    return loaded(name, folder, device, dtype, memory_mib)


def loaded(name: str, folder: Path, device: str, dtype: str, memory_mib: int = 0) -> Model:
    """The model in `folder`, where it fits; `name` is what it is called in messages."""
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoTokenizer

    machine.check_fits(name, folder, dtype, device)
    try:
        with embedded.quiet():
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            # eight bits are made of what the file holds
            wanted = "auto" if dtype == "int8" else getattr(torch, dtype)
            network = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=wanted)
    except (OSError, ValueError, SafetensorError) as error:
        raise ResponderError(f"{folder}: not a model that transformers reads: {embedded.line(error)}") from error
    if dtype == "int8":
        from traitscope.responders import precision

        network = precision.in_int8(network)
    try:
        network = network.to(device).eval()
    except (RuntimeError, AssertionError) as error:  # torch says by AssertionError that it was built without CUDA
        raise ResponderError(f'device "{device}": {embedded.line(error)}') from error
    return Model(network, tokenizer, dtype, memory_mib)


def set_threads(threads: int) -> None:
    import torch

    free = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    torch.set_num_threads(threads or min(free, _MOST_THREADS))
