"""How much faster the local responder asks than one forward pass a prompt, in one run on this machine.

    python benchmarks/local.py [--json] [--model NAME] [--rounds N]

Each way of asking is timed in turn, several rounds, and told by its median: a machine's speed swings, ratios do so less.

gemm_gflops      the best product of matrices as large as the network's own
rating, choice, likelihood, text
                 items a second by one pass a prompt, by batches padded on the left, and by the responder; their ratio
limit            ratings a second if only the tokens that no two prompts share had to be multiplied, at that speed
limit_share      the responder's ratings a second as a share of it
limit_read_once  the same limit when what prompts share has to be multiplied once, too; and the share of that
ratio_single     responder against one pass a prompt, 44 ratings of one persona in one form
ratio_design     the same for 32 personas x 4 forms x 44 items
ratio_continued  the same for one conversation of 44 questions, several side by side
max_difference   largest difference of a label's log-probability to one plain pass, in nats
ready_s          from starting Python to a model that can be asked, in a process of its own
rss_mib          most memory of that process when it has asked in each of the four ways
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
# run as a script, this folder comes first, and has a file with the name of a standard module
sys.path = [str(ROOT), *(each for each in sys.path if not each.endswith("benchmarks"))]

from inventories.administer import Interview, next_prompt
from inventories.responder import Prompt, Reply
from traitscope.interviews import interviews
from traitscope.responders import by_name
from traitscope.responders.local import LocalResponder
from traitscope.responders.network import Model
from traitscope.responders.packing import Text, tree_of
from traitscope.study import load_study

STUDY = """
title = "What is timed"
models = ["{model}"]
inventories = ["bfi44", "scenarios_bfi44"]
personas = ["none", "big_five_32"]
[[asks]]
inventories = ["bfi44"]
vary = {{ options = ["printed", "reversed"], labels = ["arabic", "upper"] }}
[[asks]]
elicitation = "choice"
inventories = ["scenarios_bfi44"]
[[asks]]
elicitation = "likelihood"
inventories = ["bfi44"]
[[asks]]
inventories = ["bfi44"]
reply = "text"
[[asks]]
inventories = ["bfi44"]
form = {{ memory = "continued" }}
"""
KINDS = ("rating", "choice", "likelihood", "text")
PERSONA = "E+A+C-N-O+"
ALONE = 12  # prompts that are asked one pass a prompt: enough for a rate, few enough to be short
PADDED = 16  # prompts of a padded batch
SIDE_BY_SIDE = 6  # conversations
SIZES = ((384, 576, 1536), (1024, 576, 1536), (1024, 1536, 576))


def main() -> int:
    """Time everything, print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--model", default="local:smollm2-135m")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--alone", action="store_true", help="what a process that only asks needs; called by this script"
    )
    given = parser.parse_args()
    if given.alone:
        print(json.dumps(_alone(given.model)))
        return 0
    result = measured(given.model, given.rounds)
    print(json.dumps(result) if given.json else "\n".join(f"{name}: {value}" for name, value in result.items()))
    return 0


def measured(name: str, rounds: int) -> dict[str, Any]:
    """All figures."""
    alone = [_by_itself(name) for _ in range(rounds)]
    responder = by_name(name)
    assert isinstance(responder, LocalResponder)
    asked = _asked(name, responder)
    model = responder._model()
    list(responder.ask(asked["rating"][:4]))
    peaks, rates = [], {}
    for kind in KINDS:
        found = []
        for _ in range(rounds):
            peaks.append(_gemm())
            found.append(_rates(responder, model, asked[kind]))
        rates[kind] = {way: round(_median(each[way] for each in found), 1) for way in found[0]}
        rates[kind]["ratio"] = round(_median(each["ours"] / each["one_pass"] for each in found), 2)
    limit, read_once = _limits(model, asked["rating"], _median(peaks))
    design = _against(responder, model, asked["design"])
    continued = [_continued(responder, model, asked["continued"]) for _ in range(rounds)]
    return {
        "ratio_single": rates["rating"]["ratio"],
        "limit_share": round(rates["rating"]["ours"] / limit, 2),
        "ratio_design": round(design["ratio"], 2),
        "max_difference": _difference(responder, model, asked["rating"]),
        "rss_mib": round(max(each["rss_mib"] for each in alone)),
        "ratio_continued": round(_median(each["ratio"] for each in continued), 2),
        "ready_s": round(_median(each["ready_s"] for each in alone), 2),
        "gemm_gflops": round(_median(peaks)),
        "limit": round(limit, 1),
        "limit_read_once": {"items_per_s": round(read_once, 1), "share": round(rates["rating"]["ours"] / read_once, 2)},
        **rates,
        "design": {way: round(value, 1) for way, value in design.items()},
        "continued": {way: round(_median(each[way] for each in continued), 1) for way in continued[0]},
    }


def _by_itself(name: str) -> dict[str, float]:
    """Seconds from starting Python to a model that can be asked, and MiB when all has been asked."""
    since = time.time()
    command = [sys.executable, __file__, "--alone", "--model", name]
    told = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    return {"ready_s": told["ready"] - since, "rss_mib": told["rss_mib"]}


def _alone(name: str) -> dict[str, float]:
    responder = by_name(name)
    responder.can()
    ready = time.time()
    assert isinstance(responder, LocalResponder)
    asked = _asked(name, responder)
    for kind in KINDS:
        list(responder.ask(asked[kind]))
    return {"ready": ready, "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _asked(name: str, responder: LocalResponder) -> dict[str, Any]:
    """The prompts of each kind: of one persona, or of all for the design; conversations as interviews."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "what_is_timed.toml"
        file.write_text(STUDY.format(model=name), "utf-8")
        study = load_study(file)
    found: dict[str, list[Any]] = {
        kind: [] for kind in ("rating", "choice", "likelihood", "text", "design", "continued")
    }
    first = ""
    for each in interviews(study, {name: responder.can()}):
        sitting = each.sitting
        one = each.persona.id == PERSONA
        if sitting.form.memory == "continued":
            if each.persona.id != "bare" and len(found["continued"]) < SIDE_BY_SIDE:
                found["continued"].append(each)
            continue
        kind = "text" if sitting.reply == "text" else sitting.elicitation
        prompts = [prompt for _, prompt in _all(each)]
        if kind == "rating":
            found["design"] += prompts if each.persona.id != "bare" else []
            first = first or (sitting.form.name() if one else "")
            one = one and sitting.form.name() == first
        found[kind] += prompts if one else []
    return found


def _all(interview: Interview) -> Iterator[tuple[Any, Prompt]]:
    for place in range(len(interview.sitting.conversations)):
        if found := next_prompt(interview, place, {}):
            yield found


def _gemm() -> float:
    """GFLOPS of the best of a few products."""
    import torch

    best = 0.0
    with torch.inference_mode():
        for rows, inner, columns in SIZES:
            left, right = torch.randn(rows, inner), torch.randn(columns, inner)
            for _ in range(10):
                since = time.perf_counter()
                torch.nn.functional.linear(left, right)
                best = max(best, 2e-9 * rows * inner * columns / (time.perf_counter() - since))
    return best


def _limits(model: Model, prompts: Sequence[Prompt], gflops: float) -> tuple[float, float]:
    """Items a second at that speed, if all but products took no time: of tokens that one prompt has for itself; of all."""
    import torch

    last = model.network.get_output_embeddings()
    products = sum(
        each.weight.numel()
        for each in model.network.modules()
        if isinstance(each, torch.nn.Linear) and each is not last
    )
    contexts = model.read(prompts)
    tree = tree_of([Text((*context, 0), len(context)) for context in contexts])
    below = [0] * len(tree.token)  # prompts that a token belongs to
    for node in reversed(range(len(tree.token))):
        below[node] += len(tree.wanted[node])
        if tree.parent[node] >= 0:
            below[tree.parent[node]] += below[node]
    own, once = sum(count == 1 for count in below) / len(prompts), len(tree.token) / len(prompts)
    one, other = (gflops * 1e9 / (2 * (products * each + last.weight.numel())) for each in (own, once))
    return one, other


def _rates(responder: LocalResponder, model: Model, prompts: Sequence[Prompt]) -> dict[str, float]:
    some = prompts[:: max(1, len(prompts) // ALONE)][:ALONE]
    one = _rate(lambda: [_plain(model, [prompt]) for prompt in some], len(some))
    padded = _rate(
        lambda: [_plain(model, prompts[at : at + PADDED]) for at in range(0, len(prompts), PADDED)], len(prompts)
    )
    return {"one_pass": one, "padded": padded, "ours": _ours(responder, model, prompts)}


def _against(responder: LocalResponder, model: Model, prompts: Sequence[Prompt]) -> dict[str, float]:
    some = prompts[:: len(prompts) // (2 * ALONE)]
    before = _rate(lambda: [_plain(model, [prompt]) for prompt in some], len(some))
    ours = _ours(responder, model, prompts)
    after = _rate(lambda: [_plain(model, [prompt]) for prompt in some], len(some))
    one = (before + after) / 2
    return {"prompts": float(len(prompts)), "one_pass": one, "ours": ours, "ratio": ours / one}


def _ours(responder: LocalResponder, model: Model, prompts: Sequence[Prompt]) -> float:
    if model.memory:
        model.memory.forget()  # as in a new run
    return _rate(lambda: list(responder.ask(prompts)), len(prompts))


def _continued(responder: LocalResponder, model: Model, held: Sequence[Interview]) -> dict[str, float]:
    """Several conversations side by side, as a run holds them, against one pass for each prompt, whole as it is."""
    if model.memory:
        model.memory.forget()
    replies: list[dict[str, Reply]] = [{} for _ in held]
    asked: list[Prompt] = []

    def hold() -> None:
        while waiting := {
            found[1].id: (place, found[1])
            for place, each in enumerate(held)
            if (found := next_prompt(each, 0, replies[place]))
        }:
            asked.extend(prompt for _, prompt in waiting.values())
            for reply in responder.ask([prompt for _, prompt in waiting.values()]):
                replies[waiting[reply.prompt][0]][reply.prompt] = reply

    since = time.perf_counter()
    hold()
    ours = len(asked) / (time.perf_counter() - since)
    some = asked[:: max(1, len(asked) // ALONE)]
    one = _rate(lambda: [_plain(model, [prompt]) for prompt in some], len(some))
    return {"prompts": float(len(asked)), "one_pass": one, "ours": ours, "ratio": ours / one}


def _median(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def _rate(work: Callable[[], object], count: int) -> float:
    since = time.perf_counter()
    work()
    return count / (time.perf_counter() - since)


def _plain(model: Model, prompts: Sequence[Prompt]) -> Any:
    """What transformers alone would do: the texts of some prompts side by side, padded on the left."""
    import torch

    contexts = model.read(prompts)
    said = model.said(prompts, contexts) if prompts[0].want == "likelihood" else [[()] for _ in prompts]
    texts = [(*context, *more) for context, each in zip(contexts, said, strict=True) for more in each]
    width = max(map(len, texts))
    mask = torch.tensor([[0] * (width - len(each)) + [1] * len(each) for each in texts])
    ids = torch.tensor([[0] * (width - len(each)) + list(each) for each in texts])
    with torch.inference_mode():
        if prompts[0].want == "text":
            most = max(prompt.max_tokens for prompt in prompts)
            return model.network.generate(
                ids, attention_mask=mask, do_sample=False, max_new_tokens=most, pad_token_id=0
            )
        places = (mask.cumsum(1) - 1).clamp(min=0)
        kept = 1 + max(len(each) for some in said for each in some)
        logits = model.network(
            ids, attention_mask=mask, position_ids=places, use_cache=False, logits_to_keep=kept
        ).logits
        return logits.log_softmax(-1)


def _difference(responder: LocalResponder, model: Model, prompts: Sequence[Prompt]) -> float:
    """Largest difference of the responder to one plain pass a prompt, over all labels of one token."""
    replies = {reply.prompt: reply for reply in responder.ask(prompts)}
    contexts = model.read(prompts)
    largest = 0.0
    for prompt, said in zip(prompts, model.said(prompts, contexts), strict=True):
        exact = _plain(model, [prompt])[0, -1].double()
        ours = replies[prompt.id].label_logprobs or ()
        for tokens, value in zip(said, ours, strict=True):
            if len(tokens) == 1:
                largest = max(largest, abs(float(exact[tokens[0]]) - value))
    if not math.isfinite(largest):
        raise ValueError("the responder gave no number")
    return float(f"{largest:.2g}")


if __name__ == "__main__":
    sys.exit(main())
