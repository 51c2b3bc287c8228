"""Local models: what a model says does not depend on how its prompts were put together."""

import math
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from local_models import (
    CHAT_WITHOUT_SYSTEM,
    CLOSE,
    MIXED,
    Make,
    ask,
    largest_difference,
    llama,
    numbers,
    plainly,
    rating,
    writing,
)

from inventories.responder import Message, Prompt, ResponderError
from traitscope.responders import embedded
from traitscope.responders.local import LocalResponder, label_logprobs, without_thoughts
from traitscope.responders.packing import Size
from traitscope.responders.writing import Writing, written

# not importorskip: the responder sets how threads wait before it imports torch
pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="pip install -r requirements-local.txt")

SIZE = Size(64, 64)


@pytest.fixture(scope="module")
def smollm() -> LocalResponder:
    """The embedded model, with chunks short enough to cut prefixes, items and labels."""
    try:
        embedded.gguf()
    except ResponderError as error:
        pytest.skip(str(error))
    return LocalResponder("smollm2-135m", {"chunk_tokens": 100})


def test_importing_the_local_responder_loads_neither_torch_nor_transformers() -> None:
    code = (
        "import sys, traitscope.responders.local as local; local.LocalResponder;"
        "print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_an_unknown_model_and_an_unknown_parameter_are_named_in_one_line(tmp_path: Path) -> None:
    for name in ("no-such-model", "somebody/no-such-model", str(tmp_path), ""):
        with pytest.raises(ResponderError, match=r'no local model ".*"; allowed: "smollm2-135m"'):
            LocalResponder(name)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ResponderError, match=r'unknown parameter "bach"; allowed: .*batch'):
        LocalResponder(str(tmp_path), {"bach": 4})
    with pytest.raises(ResponderError, match='"batch" must be a whole number from 0, not -1'):
        LocalResponder(str(tmp_path), {"batch": -1})
    with pytest.raises(ResponderError, match="not a model that transformers reads"):
        LocalResponder(str(tmp_path)).can()


def test_a_file_that_is_no_model_leaves_nothing_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "broken.gguf").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ResponderError, match=r"broken\.gguf"):
        LocalResponder(str(tmp_path / "broken.gguf")).can()
    assert not list(embedded.cache().iterdir())


def test_what_belongs_to_a_longer_label_is_taken_from_the_label_that_it_begins_with() -> None:
    said = [(1,), (1, 0), (1, 0, 0), (5,), (5, 3), (5, 3, 1)]
    half, quarter = math.log(0.5), math.log(0.25)
    logs = [[half], [half, quarter], [half, quarter, half], [half], [half, half], [half, half, half]]
    chances = [math.exp(each) for each in label_logprobs(said, logs)]
    assert chances == pytest.approx([0.5 - 0.125, 0.125 - 0.0625, 0.0625, 0.5 - 0.25, 0.25 - 0.125, 0.125])
    assert sum(chances) == pytest.approx(0.5 + 0.5)  # no mass is counted twice


@pytest.mark.model
def test_packed_label_probabilities_and_likelihoods_are_those_of_one_plain_forward_a_text(
    smollm: LocalResponder,
) -> None:
    replies = ask(smollm, MIXED)
    for prompt in MIXED:
        plain = plainly(smollm, prompt)
        if prompt.want == "likelihood":
            sums = [math.fsum(each) for each in plain]
            assert [each.tokens for each in replies[prompt.id].likelihoods or ()] == [len(each) for each in plain]
        elif "10" in prompt.labels:  # digits are tokens of their own here: the order of labels is 1, 10, 2, 100
            one, ten, two, hundred = (math.exp(math.fsum(each)) for each in plain)
            sums = [math.log(each) for each in (one - ten, ten - hundred, two, hundred)]
        else:
            sums = [math.fsum(each) for each in plain]
        assert numbers(replies[prompt.id]) == pytest.approx(sums, abs=CLOSE)


@pytest.mark.model
def test_a_result_depends_neither_on_its_batch_nor_on_the_size_of_the_chunks(smollm: LocalResponder) -> None:
    together = ask(smollm, MIXED)
    alone = {key: reply for prompt in MIXED for key, reply in ask(smollm, [prompt]).items()}
    whole = ask(LocalResponder("smollm2-135m", {"chunk_tokens": 2000}), list(reversed(MIXED)))
    assert largest_difference(together, alone) < CLOSE
    assert largest_difference(together, whole) < CLOSE


@pytest.mark.model
def test_written_text_is_that_of_transformers_and_does_not_depend_on_its_batch(smollm: LocalResponder) -> None:
    import torch

    loaded = smollm._model()
    prompts = [
        writing("greedy", "Say yes.", max_tokens=6),
        *(
            writing(name, "Describe yourself.", max_tokens=5, temperature=0.9, seed=seed)
            for name, seed in (("seed0", 0), ("seed1", 1), ("again", 1))
        ),
    ]
    together = ask(smollm, prompts)
    assert {key: each.text for key, each in together.items()} == {
        prompt.id: ask(smollm, [prompt])[prompt.id].text for prompt in prompts
    }
    assert together["seed1"].text == together["again"].text != together["seed0"].text
    (context,) = loaded.read(prompts[:1])
    row = torch.tensor([context])
    ids = loaded.network.generate(row, attention_mask=torch.ones_like(row), do_sample=False, max_new_tokens=6)
    assert together["greedy"].text == loaded.tokenizer.decode(ids[0, len(context) :], skip_special_tokens=True)


@pytest.mark.model
def test_the_embedded_model_says_what_it_can_and_which_file_it_is(smollm: LocalResponder) -> None:
    can = smollm.can()
    assert can.labels and can.likelihood and can.text and can.system and can.seed and can.deterministic
    assert can.resolved == f"smollm2-135m@sha256:{embedded.fingerprint(embedded.gguf())}"
    assert smollm._model().memory


def test_replies_come_while_later_chunks_are_still_to_be_computed(tiny: Make) -> None:
    responder = tiny(llama(), chunk_tokens=50)
    passes: list[int] = []
    responder._model().network.register_forward_hook(lambda *_: passes.append(1))
    replies = responder.ask([rating(who, "is talkative") for who in ("shy", "bold", "calm", "old")])
    next(replies)
    before = len(passes)
    assert len(list(replies)) == 3
    assert before < len(passes) / 2


@pytest.mark.parametrize("size", [3, 64, 5000])
def test_every_size_of_chunk_gives_the_same(tiny: Make, size: int) -> None:
    responder = tiny(llama(), chunk_tokens=size)
    prompts = [MIXED[0], MIXED[1], MIXED[-1]]
    replies = ask(responder, prompts)
    for prompt in prompts:
        sums = [math.fsum(each) for each in plainly(responder, prompt)]
        assert numbers(replies[prompt.id]) == pytest.approx(sums, abs=CLOSE)


def test_a_model_that_cannot_be_packed_is_asked_one_text_at_a_time(tiny: Make) -> None:
    from transformers import MambaConfig

    responder = tiny(MambaConfig(hidden_size=32, num_hidden_layers=2, state_size=8, initializer_range=0.4))
    assert "one text at a time" in responder.can().note
    replies = ask(responder, [*MIXED[:2], MIXED[-1], writing("w", "Hello", max_tokens=5)])
    for prompt in (*MIXED[:2], MIXED[-1]):
        sums = [math.fsum(each) for each in plainly(responder, prompt)]
        assert numbers(replies[prompt.id]) == pytest.approx(sums, abs=CLOSE)
    assert replies["w"].tokens_out


def test_texts_longer_than_a_sliding_window_are_computed_by_the_models_own_mask(tiny: Make) -> None:
    from transformers import MistralConfig

    small = llama().to_dict()
    kept = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads")
    responder = tiny(MistralConfig(**{key: small[key] for key in kept}, sliding_window=60, initializer_range=0.4))
    assert responder._model().memory
    for prompt, reply in ((each, ask(responder, MIXED)[each.id]) for each in (MIXED[0], MIXED[-1])):
        sums = [math.fsum(each) for each in plainly(responder, prompt)]
        assert numbers(reply) == pytest.approx(sums, abs=CLOSE)


def test_a_template_without_a_system_role_gets_the_system_text_in_front_of_the_user_turn(tiny: Make) -> None:
    responder = tiny(llama(), chat=CHAT_WITHOUT_SYSTEM)
    assert not responder.can().system
    layout = responder._model().layout(MIXED[0].messages)
    assert layout.startswith("<|im_start|>user\nYou are shy.\n\nHow well does this fit you?")


def test_a_base_model_reads_turns_between_blank_lines_and_answers_after_a_space(tiny: Make) -> None:
    responder = tiny(llama(), chat=None)
    model = responder._model()
    turns = (
        Message("system", "You are shy."),
        Message("user", "One?"),
        Message("assistant", "4"),
        Message("user", "Two?"),
    )
    assert model.layout(turns) == "You are shy.\n\nOne?\n\nAnswer: 4\n\nTwo?\n\nAnswer:"
    prompt = Prompt("x", turns, "labels", labels=("4",))
    (tokens,) = model.said([prompt], model.read([prompt]))[0]
    assert model.tokenizer.decode(tokens) == " 4"
    assert not responder.can().system


def test_a_prompt_that_is_too_long_is_refused_with_its_length(tiny: Make) -> None:
    with pytest.raises(ResponderError, match=r"prompt long: \d+ tokens, and the model reads 1 to 568"):
        ask(tiny(llama()), [writing("long", "word " * 200)])


def test_writing_ends_with_the_turn_or_at_the_most_tokens_whoever_writes_beside(tiny: Make) -> None:
    model = tiny(llama())._model()
    asked = [writing(str(seed), f"Hello {seed % 3}") for seed in range(5)]
    writings = [Writing(tokens, 9 + seed, 2.0, seed) for seed, tokens in enumerate(model.read(asked))]
    memory = model.memory
    assert memory
    endless = dict(written(memory, writings, frozenset(), 3, SIZE))
    assert [len(endless[index]) for index in range(5)] == [9, 10, 11, 12, 13]
    end = endless[2][4]
    for together in (1, 2, 5):
        ended = dict(written(memory, writings, frozenset({end}), together, SIZE))
        for index, tokens in endless.items():
            assert ended[index] == (tokens[: tokens.index(end)] if end in tokens else tokens)
    assert model.stops == {model.tokenizer.convert_tokens_to_ids("<|im_end|>")}


def test_what_a_model_thinks_is_kept_apart_from_what_it_says() -> None:
    assert without_thoughts("<think>Four?\nYes.</think>\n\n4") == ("4", "Four?\nYes.")
    assert without_thoughts("Four?</think>4") == ("4", "Four?")
    assert without_thoughts("4") == ("4", None)
