"""Precisions and devices: what changes answers is said with numbers, and what does not fit is refused with them."""

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from local_models import CLOSE, MIXED, Make, ask, largest_difference, llama, writing

from inventories.responder import Reply, ResponderError
from traitscope.responders import embedded, machine, precision
from traitscope.responders.local import LocalResponder

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="pip install -r requirements-local.txt")

GB = 10**9
TOLD = re.compile(r"(\d+) of 44 chosen options of the bfi44 differ from float32, and .* by up to ([\d.e-]+)")
SOME = [*MIXED[:4], MIXED[-1]]


def config(**more: Any) -> Any:
    return llama(max_position_embeddings=3000, **more)


def told(responder: LocalResponder) -> tuple[int, float]:
    """How many chosen options change, and how much a label's log-probability."""
    found = TOLD.search(responder.can().note)
    assert found, responder.can().note
    return int(found[1]), float(found[2])


def folder_of(numbers: float, folder: Path, stored: str = "bfloat16") -> Path:
    """A folder that looks like a model with so many weights; the file takes no place on the disk."""
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"dtype": stored}))
    with (folder / "model.safetensors").open("wb") as file:
        file.truncate(int(numbers * machine.PRECISIONS[stored]))
    return folder


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "int8"])
def test_another_precision_answers_and_says_how_much_it_changes(tiny: Make, dtype: str) -> None:
    exact = ask(tiny(config()), SOME)
    responder = tiny(config(), dtype=dtype)
    changed, by = told(responder)
    assert changed <= 8 and 0 < by < 1
    assert f"in {dtype}" in responder.can().note
    replies = ask(responder, [*SOME, writing("w", "Hello", max_tokens=4)])
    assert replies.pop("w").tokens_out
    assert largest_difference(replies, exact) > 0
    assert responder._model().memory  # texts of other precisions are packed, too


def test_float32_needs_no_note_about_its_precision(tiny: Make) -> None:
    assert "float32" not in tiny(config()).can().note


def test_what_a_precision_changes_is_counted_against_float32() -> None:
    exact = {"a": Reply("a", label_logprobs=(-1.0, -2.0)), "b": Reply("b", label_logprobs=(-3.0, -1.0))}
    other = {"a": Reply("a", label_logprobs=(-1.5, -1.25)), "b": Reply("b", label_logprobs=(-2.5, -1.0))}
    assert precision.told(exact, other) == (
        "1 of 2 chosen options of the bfi44 differ from float32, and log-probabilities of labels by up to 0.75"
    )
    assert precision.told(exact, exact).startswith("0 of 2")


@pytest.mark.model
@pytest.mark.parametrize("dtype", ["bfloat16", "int8"])
def test_the_embedded_model_in_another_precision_says_what_that_changes(dtype: str) -> None:
    try:
        embedded.gguf()
    except ResponderError as error:
        pytest.skip(str(error))
    responder = LocalResponder("smollm2-135m", {"dtype": dtype})
    changed, by = told(responder)
    assert changed <= 4 and 0 < by < 0.5
    assert responder._model().memory
    replies = ask(responder, [MIXED[0], writing("w", "Say yes.", max_tokens=3)])
    assert replies["w"].text and replies[MIXED[0].id].label_logprobs


def test_an_unknown_precision_is_named_with_those_allowed(tiny: Make) -> None:
    with pytest.raises(
        ResponderError, match="dtype must be one of float32, bfloat16, float16, int8, not 'int4'"
    ) as said:
        tiny(config(), dtype="int4")
    assert "\n" not in str(said.value)


def test_a_device_that_is_not_there_is_refused_in_one_line(tiny: Make) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    for device in ("cuda", "cuda:1", "nonsense"):
        for dtype in ("float32", "int8"):
            with pytest.raises(ResponderError, match=f'device .*"{device}"') as said:
                tiny(config(), device=device, dtype=dtype).can()
            assert "\n" not in str(said.value)


def test_a_model_that_does_not_fit_is_refused_with_figures_and_a_precision_that_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(7e9, tmp_path / "seven")
    monkeypatch.setattr(machine, "free_bytes", lambda _: 20 * GB)
    with pytest.raises(ResponderError) as said:
        machine.check_fits("seven", folder, "float32", "cuda")
    assert str(said.value) == (
        'local model "seven": 7.00 billion numbers in float32 need 32.2 GB, and 20.0 GB are free on cuda; '
        'dtype = "bfloat16" (16.1 GB) or dtype = "float16" (16.1 GB) or dtype = "int8" (16.1 GB) '
        "fits, and changes answers by as much as the run says"
    )
    machine.check_fits("seven", folder, "bfloat16", "cuda")
    monkeypatch.setattr(machine, "free_bytes", lambda _: 2 * GB)
    with pytest.raises(ResponderError, match=r"need 16\.1 GB, and 2\.0 GB are free on cpu; no precision fits"):
        machine.check_fits("seven", folder, "float16", "cpu")


def test_eight_bits_are_made_of_what_the_files_hold_and_need_as_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "free_bytes", lambda _: 10 * GB)
    for stored, needs in (("float32", "32.2"), ("bfloat16", "16.1")):
        with pytest.raises(ResponderError, match=f"in int8 need {re.escape(needs)} GB"):
            machine.check_fits("seven", folder_of(7e9, tmp_path / stored, stored), "int8", "cpu")


@pytest.mark.parametrize("stored", ["float32", "bfloat16"])
def test_the_weights_are_counted_whatever_the_files_hold_them_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored: str
) -> None:
    folder = folder_of(1e9, tmp_path / stored, stored)
    monkeypatch.setattr(machine, "free_bytes", lambda _: GB)
    with pytest.raises(ResponderError, match=r"1\.00 billion numbers in float32 need 4\.6 GB"):
        machine.check_fits("one", folder, "float32", "cpu")


def test_weights_that_a_folder_holds_twice_are_counted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of(1e9, tmp_path / "twice")
    with (folder / "consolidated.safetensors").open("wb") as file:
        file.truncate(2 * GB)
    with (folder / "pytorch_model.bin").open("wb") as file:
        file.truncate(2 * GB)
    monkeypatch.setattr(machine, "free_bytes", lambda _: GB)
    with pytest.raises(ResponderError, match=r"1\.00 billion numbers"):
        machine.check_fits("one", folder, "float32", "cpu")


def test_a_broken_configuration_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{broken")
    with pytest.raises(ResponderError, match=re.escape(str(tmp_path))) as said:
        LocalResponder(str(tmp_path)).can()
    assert "\n" not in str(said.value)


def test_a_precision_is_never_chosen_for_the_user(tiny: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    responder = tiny(config())
    monkeypatch.setattr(machine, "free_bytes", lambda _: 100_000)
    for _ in range(2):
        with pytest.raises(ResponderError, match=r"in float32 need .* are free on cpu"):
            ask(responder, SOME)
    assert responder.params["dtype"] == "float32"


def test_a_model_that_is_loaded_takes_no_second_place(tiny: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    responder = tiny(config())
    before = ask(responder, SOME)
    monkeypatch.setattr(machine, "free_bytes", lambda _: 100_000)  # its weights have taken the rest
    assert largest_difference(ask(responder, SOME), before) < CLOSE


def test_the_exact_model_that_does_not_fit_leaves_a_note_instead_of_a_figure(
    tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    responder = tiny(config(), dtype="bfloat16")
    ask(responder, SOME[:1])
    size = sum(each.stat().st_size for each in Path(responder.name).glob("*.safetensors"))
    monkeypatch.setattr(machine, "free_bytes", lambda _: size * 0.8)  # half of it, and some more
    note = responder.can().note
    assert "could not be measured" in note and "in float32 need" in note


def test_a_graphics_card_is_taken_before_a_macs_and_that_before_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    there = {"cuda": True, "mps": True}
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there["cuda"])
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: there["mps"])
    assert machine.device() == "cuda"
    there["cuda"] = False
    assert machine.device() == "mps"
    there["mps"] = False
    assert machine.device() == "cpu"
    assert machine.device("cuda:1") == "cuda:1"


def test_what_is_free_is_less_than_the_machine_has() -> None:
    import os

    assert 0 < machine.free_bytes("cpu") < os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def test_a_layer_in_eight_bits_does_nearly_what_it_did_and_each_row_alone_what_it_does_beside_others() -> None:
    import torch

    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Linear(64, 48, dtype=torch.bfloat16))
    network.get_output_embeddings = lambda: None
    with torch.no_grad():
        network[0].weight[3] = 0  # without a largest number
        network[0].weight[2] *= 1000  # must not make others coarse
    rows = torch.randn(20, 64)
    rows[0] *= 1000  # the same
    with torch.inference_mode():
        weight, bias = network[0].weight.float(), network[0].bias.float()
        exact = rows @ weight.T + bias
        network = precision.in_int8(network)
        found = network(rows)
        # every weight is off by half a step of its own row at most
        steps = weight.abs().amax(dim=1) / 254
        assert ((found - exact).abs() <= rows.abs().sum(dim=1, keepdim=True) * steps + 1e-3).all()
        assert torch.allclose(network(rows[5:6]), found[5:6], rtol=1e-4, atol=1e-4)
    assert torch.int8 in {each.dtype for each in network.state_dict().values()}


def test_a_network_whose_layers_cannot_be_put_into_eight_bits_is_refused(tiny: Make) -> None:
    from transformers import GPT2Config

    small = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 3000, "initializer_range": 0.4}
    with pytest.raises(ResponderError, match=r'dtype "int8"'):
        tiny(GPT2Config(**small), dtype="int8").can()
