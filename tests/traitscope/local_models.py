"""Small untrained models of any architecture, and what to ask of them."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from inventories.responder import Message, Prompt, Reply
from traitscope.responders.local import LocalResponder

# read when torch is loaded, as the responder sets it: threads that wait leave their core to others
os.environ.setdefault("GOMP_SPINCOUNT", "20000")

CLOSE = 1e-4  # nats: what the packing of a batch may change in float32
OPTIONS = "1. Disagree strongly\n2. Disagree a little\n3. Neither\n4. Agree a little\n5. Agree strongly"
CHAT = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CHAT_WITHOUT_SYSTEM = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}" + CHAT
Make = Callable[..., LocalResponder]


def made(folder: Path, config: Any, chat: str | None = CHAT, **params: Any) -> LocalResponder:
    """A small untrained model of some architecture in that folder; its tokens are bytes."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    core = Tokenizer(models.BPE(vocab={letter: place for place, letter in enumerate(letters)}, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, eos_token="<|im_end|>", additional_special_tokens=["<|im_start|>"]
    )
    tokenizer.chat_template = chat
    config.vocab_size = len(tokenizer)
    config.eos_token_id = tokenizer.eos_token_id
    torch.manual_seed(0)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    # one thread: in matrices this small two only wait for each other
    return LocalResponder(str(folder), {"threads": 1, **params})


def llama(**more: Any) -> Any:
    from transformers import LlamaConfig

    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    return LlamaConfig(
        **{**small, "num_key_value_heads": 2, "max_position_embeddings": 600, "initializer_range": 0.4, **more}
    )


def rating(persona: str, item: str, labels: Sequence[str] = ("1", "2", "3", "4", "5")) -> Prompt:
    question = (
        f"How well does this fit you? Answer with the label alone.\n{OPTIONS}\nI see myself as someone who {item}."
    )
    return Prompt(
        f"{persona}/{item}/{len(labels)}",
        (Message("system", f"You are {persona}."), Message("user", question)),
        "labels",
        labels=tuple(labels),
    )


def likelihood(persona: str, *said: str) -> Prompt:
    messages = (Message("system", f"You are {persona}."), Message("user", "Describe yourself."))
    return Prompt(f"{persona}/{said}", messages, "likelihood", continuations=said)


def writing(name: str, question: str, **more: Any) -> Prompt:
    return Prompt(name, (Message("user", question),), "text", **more)


MIXED = [
    *(
        rating(who, item)
        for who in ("shy", "a bold sailor")
        for item in ("is talkative", "worries a lot", "is original")
    ),
    rating("shy", "is talkative", ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")),
    rating("shy", "is talkative", ("1", "10", "2", "100")),
    *(likelihood(who, "I am shy.", "I see myself as someone who is talkative.") for who in ("shy", "a bold sailor")),
    likelihood("shy", "I am shy."),
]


def numbers(reply: Reply) -> list[float]:
    return [*(reply.label_logprobs or ()), *(each.total for each in reply.likelihoods or ())]


def largest_difference(one: dict[str, Reply], other: dict[str, Reply]) -> float:
    assert one.keys() == other.keys()
    return max(abs(a - b) for key in one for a, b in zip(numbers(one[key]), numbers(other[key]), strict=True))


def ask(responder: LocalResponder, prompts: Sequence[Prompt]) -> dict[str, Reply]:
    return {reply.prompt: reply for reply in responder.ask(prompts)}


def plainly(responder: LocalResponder, prompt: Prompt) -> list[list[float]]:
    """Log-probabilities of the tokens of each label or continuation, by transformers alone: one text, one forward."""
    import torch

    loaded = responder._model()
    turns = [{"role": each.role, "content": each.content} for each in prompt.messages]
    context = loaded.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    start = len(loaded.tokenizer(context, add_special_tokens=False)["input_ids"])
    seen: dict[tuple[int, ...], Any] = {}  # labels of one token need one forward together
    result = []
    for said in prompt.labels or prompt.continuations:
        ids = loaded.tokenizer(context + said, add_special_tokens=False)["input_ids"]
        fed = tuple(ids[:-1])
        if fed not in seen:
            with torch.inference_mode():
                seen[fed] = loaded.network(torch.tensor([fed])).logits[0, start - 1 :].double().log_softmax(-1)
        result.append([float(seen[fed][place, token]) for place, token in enumerate(ids[start:])])
    return result
