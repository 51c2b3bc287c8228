"""What a network remembers: whatever was read before, beside or meanwhile, a text gets its own log-probabilities."""

import random
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from typing import Any

import pytest
from local_models import CLOSE, Make, ask, likelihood, llama, numbers, plainly, rating, writing

from inventories.responder import Message, Prompt, Reply
from traitscope.responders.local import LocalResponder
from traitscope.responders.memory import Memory
from traitscope.responders.packing import Found, Size, Text, chunks, memory_of, packed, tree_of
from traitscope.responders.writing import Writing, written

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="pip install -r requirements-local.txt")

WORDS = 64  # of the vocabulary
ROOM = 90  # tokens: a few texts
SIZES = [Size(1, 1), Size(3, 40), Size(16, 4), Size(40, 40)]
NO_STOPS: frozenset[int] = frozenset()

SMALL = {"vocab_size": WORDS, "hidden_size": 32, "num_hidden_layers": 2, "initializer_range": 0.4, "pad_token_id": 0}
HEADS = {**SMALL, "num_attention_heads": 4, "intermediate_size": 64, "max_position_embeddings": 600}
GROUPED = {**HEADS, "num_key_value_heads": 2}
NARROW = {**GROUPED, "head_dim": 8}
EXPERTS = {"num_experts_per_tok": 2, "moe_intermediate_size": 16, "shared_expert_intermediate_size": 16}
OLD = {"vocab_size": WORDS, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 600, "initializer_range": 0.4}
TILED, OWN, ALONE = "our attention", "its own attention", "one text at a time"
ARCHITECTURES = {  # name: (transformers' config, parameters, how it is packed)
    "llama": ("LlamaConfig", {**HEADS, "num_key_value_heads": 4}, TILED),
    "llama, grouped": ("LlamaConfig", GROUPED, TILED),
    "llama, one key head": ("LlamaConfig", {**HEADS, "num_key_value_heads": 1}, TILED),
    "qwen2": ("Qwen2Config", GROUPED, TILED),
    "qwen3": ("Qwen3Config", {**GROUPED, "head_dim": 16}, TILED),
    "gpt2": ("GPT2Config", OLD, TILED),
    "gpt-neox": ("GPTNeoXConfig", HEADS, TILED),
    "phi": ("PhiConfig", GROUPED, TILED),
    "opt": ("OPTConfig", {**HEADS, "ffn_dim": 64, "word_embed_proj_dim": 32, "init_std": 0.4}, TILED),
    "gemma3": ("Gemma3TextConfig", {**NARROW, "sliding_window": 80}, TILED),
    "mistral": ("MistralConfig", {**GROUPED, "sliding_window": 80}, TILED),
    "mixtral": ("MixtralConfig", {**GROUPED, "num_local_experts": 4}, TILED),
    "qwen2-moe": ("Qwen2MoeConfig", {**GROUPED, **EXPERTS, "num_experts": 4}, TILED),
    "gemma2": ("Gemma2Config", {**NARROW, "attn_logit_softcapping": 1.0}, OWN),
    "gpt-oss": ("GptOssConfig", {**NARROW, "num_local_experts": 4}, OWN),
    "gpt-j": ("GPTJConfig", {**OLD, "rotary_dim": 4}, OWN),
    # its own mask is by the order of the places, and hides what is far away
    "gpt-neo": ("GPTNeoConfig", {**HEADS, "num_layers": 2, "num_heads": 4, "attention_types": [[["local"], 2]]}, ALONE),
    "bloom": ("BloomConfig", {**SMALL, "n_layer": 2, "n_head": 4}, ALONE),
    "mamba": ("MambaConfig", {**SMALL, "state_size": 8}, ALONE),
    "lfm2": ("Lfm2Config", {**GROUPED, "layer_types": ["conv", "full_attention"]}, ALONE),
}


@cache
def network(name: str) -> Any:
    """A small untrained network."""
    import torch
    import transformers

    torch.set_num_threads(1)  # in matrices this small two threads only wait for each other
    config, params, _ = ARCHITECTURES[name]
    torch.manual_seed(0)
    return transformers.AutoModelForCausalLM.from_config(getattr(transformers, config)(**params)).eval()


@cache
def tried(name: str) -> Memory | None:
    """What `memory_of` finds out about a network."""
    return memory_of(network(name), [each * 7 % 62 + 1 for each in range(31)], 1e-2, 1)


def memory(name: str = "llama, grouped", room: int = ROOM) -> Memory:
    found = tried(name)
    assert found is not None
    return Memory(found.network, room, tiled=bool(found._sizes))


def together(found: Iterable[Found]) -> Found:
    return {index: values for each in found for index, values in each.items()}


def off(texts: Sequence[Text], found: Found, name: str = "llama, grouped") -> float:
    """How far from transformers' own forward pass of each text."""
    assert found.keys() == set(range(len(texts)))
    return max(
        abs(one - two)
        for index, text in enumerate(texts)
        for one, two in zip([0.0, *found[index]], [0.0, *plain(name, text)], strict=True)
    )


@cache
def plain(name: str, text: Text) -> tuple[float, ...]:
    import torch

    with torch.inference_mode():
        logs = network(name)(input_ids=torch.tensor([text.tokens]), use_cache=False).logits[0].double().log_softmax(-1)
    return tuple(float(logs[place - 1, text.tokens[place]]) for place in range(text.start, len(text.tokens)))


def forest(draw: random.Random, count: int, longest: int = 30) -> list[Text]:
    """Texts that share beginnings; some are others' beginnings, some are the same twice, some have nothing asked."""
    texts: list[Text] = []
    for _ in range(count):
        other = draw.choice(texts).tokens if texts and draw.random() < 0.7 else (1,)
        tokens = other[: draw.randint(1, len(other))] + tuple(draw.choices(range(2, WORDS), k=draw.randint(0, 15)))
        tokens = tokens[:longest]
        texts.append(Text(tokens, draw.randint(1, len(tokens))))
    return texts


def some(count: int, length: int, seed: int = 0) -> list[Text]:
    """Texts of that length, of whose last token the log-probability is asked."""
    draw = random.Random(seed)
    return [Text(tuple(draw.choices(range(2, WORDS), k=length)), length - 1) for _ in range(count)]


def fed(network: Any) -> tuple[list[int], Any]:
    """A list that gets the number of tokens of each pass, and what ends that."""
    counts: list[int] = []

    def count(_: object, __: object, given: dict[str, Any]) -> None:
        counts.append(given["input_ids"].numel())

    return counts, network.register_forward_pre_hook(count, with_kwargs=True)


# ---- architectures


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_an_architecture_is_packed_as_it_allows_and_gives_what_one_plain_forward_a_text_gives(name: str) -> None:
    found = tried(name)
    assert (ALONE if found is None else TILED if found._sizes else OWN) == ARCHITECTURES[name][2]
    if found is None:
        return
    held, draw = memory(name), random.Random(name)
    for size in SIZES * 2:
        texts = forest(draw, 9)
        assert off(texts, together(packed(held, texts, size)), name) < CLOSE


@pytest.mark.parametrize("name", ["gpt_neo", "mamba", "bloom"])
def test_what_cannot_be_packed_is_asked_one_text_at_a_time_and_is_right(tiny: Make, name: str) -> None:
    import transformers

    config = {
        "gpt_neo": lambda: transformers.GPTNeoConfig(
            hidden_size=32, num_layers=2, num_heads=4, attention_types=[[["global", "local"], 1]], window_size=40,
            max_position_embeddings=600, initializer_range=0.4,
        ),
        "mamba": lambda: transformers.MambaConfig(hidden_size=32, num_hidden_layers=2, state_size=8),
        "bloom": lambda: transformers.BloomConfig(hidden_size=32, n_layer=2, n_head=4, initializer_range=0.4),
    }[name]()  # fmt: skip
    responder = tiny(config)
    assert "one text at a time" in responder.can().note
    prompts = [rating("shy", "is talkative"), likelihood("shy", "I am shy.")]
    replies = ask(responder, [*prompts, writing("w", "Hello", max_tokens=3)])
    for prompt in prompts:
        assert numbers(replies[prompt.id]) == pytest.approx(
            [sum(each) for each in plainly(responder, prompt)], abs=CLOSE
        )
    assert replies["w"].text is not None


# ---- trees


@pytest.mark.parametrize("seed", range(6))
def test_any_tree_in_any_size_and_order_gives_the_same_whatever_the_memory_held(seed: int) -> None:
    draw = random.Random(seed)
    known = forest(draw, 50)
    held = memory(room=draw.choice([72, 80, 100, 150, 400]))
    for _ in range(20):
        texts = draw.choices(known, k=draw.randint(1, 14))
        size = Size(draw.choice([1, 2, 7, 20, 40]), draw.choice([1, 2, 5, 100]))
        assert off(texts, together(packed(held, texts, size))) < CLOSE


def test_texts_that_fill_the_memory_are_asked_again_together_with_new_ones() -> None:
    held, texts = memory(room=100), some(8, 12)
    size = Size(40, 100)
    together(packed(held, texts, size))
    # the new ones come last
    texts += [Text((63,) * 20 + each.tokens, 31) for each in some(2, 12, seed=1)]
    assert off(texts, together(packed(held, texts, size))) < CLOSE


def test_a_text_longer_than_the_memory_is_refused_and_leaves_it_usable() -> None:
    held = memory(room=40)
    (text,) = some(1, 60)
    with pytest.raises(MemoryError, match="40 tokens are fewer than one pass needs"):
        together(packed(held, [text], Size(100, 100)))
    short = [Text(text.tokens[:30], 29)]
    assert off(short, together(packed(held, short, Size(10, 100)))) < CLOSE


def test_callers_that_take_turns_with_one_memory_get_each_their_own() -> None:
    draw = random.Random(5)
    held, known = memory(room=80), forest(draw, 60)
    for _ in range(30):
        asked = [draw.choices(known, k=8) for _ in range(2)]
        callers = dict(enumerate(packed(held, each, Size(5, 3)) for each in asked))
        found: list[Found] = [{}, {}]
        while callers:
            which = draw.choice(list(callers))
            step = next(callers[which], None)
            if step is None:
                del callers[which]
            else:
                found[which].update(step)
        for texts, each in zip(asked, found, strict=True):
            assert off(texts, each) < CLOSE


def side_by_side(*tasks: Callable[[], object]) -> None:
    """Run tasks in threads of their own, and raise what one of them raises."""
    problems: list[BaseException] = []

    def guarded(task: Callable[[], object]) -> None:
        try:
            task()
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=guarded, args=(task,)) for task in tasks]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for problem in problems:
        raise problem


def read_often(held: Memory, name: str, seed: int) -> None:
    draw = random.Random(seed)
    known = forest(draw, 20)
    for _ in range(30):
        texts = draw.choices(known, k=8)
        assert off(texts, together(packed(held, texts, Size(5, 3))), name) < CLOSE


def test_threads_with_two_networks_do_not_disturb_each_other() -> None:
    names = ("llama, grouped", "qwen3")
    held = [memory(name) for name in names]  # transformers does not let itself be imported by two threads at once
    side_by_side(*(lambda one=one, name=name: read_often(one, name, 1) for one, name in zip(held, names, strict=True)))


def test_threads_with_one_network_do_not_disturb_each_other() -> None:
    held, name = memory(room=200), "llama, grouped"
    side_by_side(*(lambda seed=seed: read_often(held, name, seed) for seed in (1, 2)))


def test_threads_that_write_with_one_network_do_not_disturb_each_other() -> None:
    held = memory(room=400)
    asked = [[Writing(each.tokens, 6, 1.0, seed) for each in some(4, 12, seed)] for seed in (1, 2)]
    alone = [dict(written(memory(room=400), each, NO_STOPS, 3, Size(8, 8))) for each in asked]

    def write(which: int) -> None:
        for _ in range(8):
            assert dict(written(held, asked[which], NO_STOPS, 3, Size(8, 8))) == alone[which]

    side_by_side(lambda: write(0), lambda: write(1))


# ---- what goes wrong in the middle


def test_a_pass_that_fails_leaves_the_memory_usable() -> None:
    held, texts, size = memory(room=400), forest(random.Random(2), 12), Size(10, 10)
    for layer in range(2):
        passes = []

        def fail(*_: object, passes: list[int] = passes) -> None:
            passes.append(1)
            if len(passes) == 3:
                raise RuntimeError("a device that fails")

        hook = held.network.model.layers[layer].register_forward_hook(fail)
        with pytest.raises(RuntimeError, match="a device that fails"):
            together(packed(held, texts, size))
        hook.remove()
        assert off(texts, together(packed(held, texts, size))) < CLOSE


class Interrupted(list[int]):
    """Tokens of which one is not reached: somebody presses Ctrl-C."""

    def __getitem__(self, place: Any) -> Any:
        if place == 25:
            raise KeyboardInterrupt
        return super().__getitem__(place)


def test_an_interruption_between_two_passes_leaves_nothing_that_counts_as_read() -> None:
    held, texts = memory(room=400), some(1, 40)
    together(packed(held, [Text((5, 6, 7, 8), 1)], Size(10, 10)))
    tree = tree_of(texts)
    with pytest.raises(KeyboardInterrupt):
        list(chunks(held, tree._replace(token=Interrupted(tree.token)), Size(100, 100)))
    assert off(texts, together(packed(held, texts, Size(100, 100)))) < CLOSE


def test_a_caller_that_waits_while_the_pass_of_another_fails_still_gets_its_own() -> None:
    held, texts, size = memory(room=400), forest(random.Random(3), 12), Size(10, 10)
    waiting = packed(held, texts, size)
    found = together([next(waiting), next(waiting), next(waiting)])
    hook = held.network.model.layers[1].register_forward_hook(lambda *_: 1 / 0)
    with suppress(ZeroDivisionError):
        together(packed(held, some(3, 20, seed=8), size))
    hook.remove()
    together(packed(held, some(3, 20, seed=9), size))
    found.update(together(waiting))
    assert off(texts, found) < CLOSE


def test_an_abandoned_caller_leaves_the_memory_right_for_the_next() -> None:
    draw = random.Random(4)
    held, known = memory(room=100), forest(draw, 30)
    for taken in range(1, 8):
        texts = draw.choices(known, k=12)
        caller = packed(held, texts, Size(6, 4))
        for _ in range(taken):
            next(caller, None)
        del caller
        assert off(known, together(packed(held, known, Size(6, 4)))) < CLOSE


# ---- conversations


def test_a_conversation_that_goes_on_reads_its_new_tokens_alone() -> None:
    held, size = memory(room=200), Size(40, 40)
    (long,) = some(1, 100)
    counts, hook = fed(held.network)
    with_hook = []
    for length in (50, 80, 100):
        text = Text(long.tokens[:length], length - 1)  # the last token is asked for and not read
        counts.clear()
        found = together(packed(held, [text], size))
        with_hook.append(sum(counts))
        assert off([text], found) < CLOSE
    hook.remove()
    assert with_hook == [49, 30, 20]


def test_a_conversation_that_was_pushed_out_is_read_again_and_is_right() -> None:
    held, size = memory(room=140), Size(40, 40)
    (long, *others) = some(5, 60)
    start = Text(long.tokens[:40], 39)
    counts, hook = fed(held.network)
    together(packed(held, [start], size))
    for each in others:
        together(packed(held, [each], size))
    counts.clear()
    found = together(packed(held, [long], size))
    hook.remove()
    assert sum(counts) > 20  # something had to be read again
    assert off([long], found) < CLOSE


class Feed:
    """Conversations whose next question comes when the last one is answered; it may have nothing for a moment."""

    def __init__(self, count: int, questions: int) -> None:
        self.questions = questions
        self.waiting = [self.prompt(f"person {which}", ()) for which in range(count)]
        self.asked: dict[str, Prompt] = {}

    def prompt(self, who: str, before: tuple[Message, ...]) -> Prompt:
        turn = len(before) // 2
        question = f"Question {turn}: are you calm?"
        messages = (Message("system", f"You are {who}."), *before, Message("user", question))
        labels = ("1", "2", "3")
        name = f"{who}/{turn}"
        return Prompt(name, messages, "labels", labels=labels, goes_on=turn + 1 < self.questions)

    def __iter__(self) -> Iterator[Prompt]:
        return self

    def __next__(self) -> Prompt:
        if not self.waiting:
            raise StopIteration
        prompt = self.waiting.pop(0)
        self.asked[prompt.id] = prompt
        return prompt

    def answered(self, reply: Reply) -> None:
        prompt = self.asked[reply.prompt]
        logs = reply.label_logprobs
        if prompt.goes_on and logs:
            said = Message("assistant", prompt.labels[logs.index(max(logs))])
            self.waiting.insert(0, self.prompt(prompt.id.split("/")[0], (*prompt.messages[1:], said)))


def with_room(responder: LocalResponder, room: int) -> Memory:
    """Let its memory be this small."""
    model = responder._model()
    assert model.memory is not None
    model.memory = Memory(model.network, room, tiled=True)
    return model.memory


@pytest.mark.parametrize("room", [500, 1500, 20000])
def test_many_conversations_that_come_as_they_are_answered_are_right_and_none_is_lost(tiny: Make, room: int) -> None:
    responder = tiny(llama(), chunk_tokens=64)
    held = with_room(responder, room)
    feed, replies, fullest = Feed(12, 4), {}, 0
    while True:
        before = len(replies)
        for reply in responder.ask(feed):
            assert reply.prompt not in replies
            replies[reply.prompt] = reply
            feed.answered(reply)
            fullest = max(fullest, len(held._children))
        if len(replies) == before:
            break
    assert len(replies) == 12 * 4
    assert fullest <= room
    for name, prompt in feed.asked.items():
        if name.startswith(("person 0/", "person 7/")):
            sums = [sum(each) for each in plainly(responder, prompt)]
            assert numbers(replies[name]) == pytest.approx(sums, abs=CLOSE)


def test_last_questions_of_more_conversations_than_a_pass_can_hold_are_answered(tiny: Make) -> None:
    responder = tiny(llama(max_position_embeddings=4000), chunk_tokens=600)
    with_room(responder, 2000)
    before = [
        Prompt(f"{who}", (Message("user", f"{who}" + "long " * 50),), "labels", labels=("1", "2")) for who in range(6)
    ]
    ask(responder, before)
    after = [
        Prompt(f"{each.id}", (*each.messages, Message("assistant", "1"), Message("user", "And?")), "labels", labels=("1", "2"))
        for each in before
    ]  # fmt: skip
    replies = ask(responder, after)
    for prompt in after:
        assert numbers(replies[prompt.id]) == pytest.approx(
            [sum(each) for each in plainly(responder, prompt)], abs=CLOSE
        )


def test_a_responder_whose_first_reply_alone_was_taken_answers_the_next_rightly(tiny: Make) -> None:
    responder = tiny(llama(), chunk_tokens=50)
    with_room(responder, 700)
    prompts = [rating(who, item) for who in ("shy", "bold") for item in ("is calm", "worries", "is old")]
    for _ in range(3):
        next(iter(responder.ask(prompts)))
        next(iter(responder.ask([writing("w", "Hello", max_tokens=9), writing("v", "Hi", max_tokens=2)])))
    replies = ask(responder, prompts)
    for prompt in prompts:
        assert numbers(replies[prompt.id]) == pytest.approx(
            [sum(each) for each in plainly(responder, prompt)], abs=CLOSE
        )


# ---- labels and likelihoods


def test_labels_that_begin_one_another_and_labels_of_several_tokens_share_no_mass(tiny: Make) -> None:
    import math

    responder = tiny(llama())
    prompt = rating("shy", "is talkative", ("1", "10", "100", "2", "agree", "agreed", "I"))
    (reply,) = responder.ask([prompt])
    logs = [sum(each) for each in plainly(responder, prompt)]
    one, ten, hundred, two, agree, agreed, person = (math.exp(each) for each in logs)
    assert [math.exp(each) for each in numbers(reply)] == pytest.approx(
        [one - ten, ten - hundred, hundred, two, agree - agreed, agreed, person], rel=1e-3, abs=1e-12
    )


def test_nothing_said_has_the_likelihood_one_beside_texts_that_say_something(tiny: Make) -> None:
    responder = tiny(llama())
    prompt = likelihood("shy", "", "I", "", "I am")
    (reply,) = responder.ask([prompt])
    assert reply.likelihoods is not None
    assert [each.tokens for each in reply.likelihoods] == [0, 1, 0, 4]
    assert numbers(reply) == pytest.approx([sum(each) for each in plainly(responder, prompt)], abs=CLOSE)
    (empty,) = responder.ask([likelihood("shy", "")])
    assert numbers(empty) == [0.0]


# ---- writing


def generated(name: str, tokens: Sequence[int], count: int) -> list[int]:
    """What transformers goes on with."""
    import torch

    row = torch.tensor([tokens])
    more = {"max_new_tokens": count, "min_new_tokens": count, "eos_token_id": None, "do_sample": False}
    found = network(name).generate(row, attention_mask=torch.ones_like(row), **more)
    return [int(each) for each in found[0, len(tokens) :]]


def begun(count: int = 7) -> list[Writing]:
    """Greedy texts of different lengths; two begin another, two are the same."""
    first = [each.tokens[: 4 + 3 * place] for place, each in enumerate(some(count, 30, seed=6))]
    tokens = [*first, first[3][:5], first[3], first[3] + (7,)]
    return [Writing(each, 3 + place * 2, 0.0, 0) for place, each in enumerate(tokens)]


@pytest.mark.parametrize("name", ["llama, grouped", "gpt2", "gemma2"])
def test_greedy_text_is_that_of_transformers_in_any_batch_and_room(name: str) -> None:
    writings = begun()
    expected = {place: generated(name, each.tokens, each.max_tokens) for place, each in enumerate(writings)}
    for beside, room in ((1, 60), (2, 100), (5, 230), (20, 600)):
        held = memory(name, room)
        for _ in range(2):
            assert dict(written(held, writings, NO_STOPS, beside, Size(10, 3))) == expected


def test_the_same_seed_draws_the_same_text_whoever_writes_beside() -> None:
    beginnings = [*(each.tokens for each in some(4, 12, seed=2)), (1, 2, 3), (1, 2, 3, 4)]
    writings = [Writing(tokens, 8, 1.5, seed) for tokens in beginnings for seed in (0, 1, 1)]
    held = memory(room=600)
    alone = {}
    for place, each in enumerate(writings):
        ((_, alone[place]),) = written(memory(room=60), [each], NO_STOPS, 1, Size(7, 7))
    for beside in (1, 3, 20):
        assert dict(written(held, writings, NO_STOPS, beside, Size(7, 7))) == alone
    backwards = dict(written(held, writings[::-1], NO_STOPS, 4, Size(30, 30)))
    assert {len(writings) - 1 - place: each for place, each in backwards.items()} == alone
    assert all(alone[place] != alone[place + 1] == alone[place + 2] for place in range(0, len(writings), 3))


def test_one_token_at_most_and_a_text_that_ends_at_once() -> None:
    held = memory()
    (text,) = some(1, 10)
    first, *_ = generated("llama, grouped", text.tokens, 1)
    one, more = Writing(text.tokens, 1, 0.0, 0), Writing(text.tokens, 5, 0.0, 0)
    assert dict(written(held, [one, one], NO_STOPS, 4, Size(9, 9))) == {0: [first], 1: [first]}
    assert dict(written(held, [one, more, more], frozenset({first}), 4, Size(9, 9))) == {0: [], 1: [], 2: []}


def test_a_reply_that_ends_at_once_is_an_empty_text(tiny: Make) -> None:
    responder = tiny(llama())
    prompt = writing("w", "Hello", max_tokens=4)
    model = responder._model()
    (tokens,) = model.read([prompt])
    ((_, said),) = model.write([Writing(tokens, 1, 0.0, 0)], Size(64, 64), 0)
    model.stops = frozenset(said)
    (reply,) = responder.ask([prompt])
    assert (reply.text, reply.tokens_out) == ("", 0)


def test_writing_goes_on_while_others_push_its_beginning_out_of_the_memory() -> None:
    held = memory(room=100)
    writings = [Writing(each.tokens, 10, 0.0, 0) for each in some(4, 15, seed=7)]
    expected = {place: generated("llama, grouped", each.tokens, 10) for place, each in enumerate(writings)}
    found = {}
    for place, said in written(held, writings, NO_STOPS, 2, Size(10, 10)):
        found[place] = said
        together(packed(held, some(3, 40, seed=place), Size(20, 20)))
    assert found == expected
