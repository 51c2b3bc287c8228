"""Does a model answer, and what can it do? Asked in a process of its own, which alone has the keys.

`python -m traitscope.design.design_probe` reads a `Question` as JSON from standard input and prints an `Answer`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping

import msgspec

from inventories.responder import Abilities, Message, Prompt, ResponderError
from traitscope.responders import by_name, keys
from traitscope.responders.limits import Limits
from traitscope.study_file import Model

LONGEST = 240.0  # seconds; a local model may have to be converted first
CALLS = 3  # questions that tell how long one takes
WORDS = {
    "labels": "probabilities of the option labels",
    "likelihood": "likelihood of a given text",
    "structured": "replies in a fixed format",
    "thinks": "thinks before it answers",
}


class Question(msgspec.Struct, frozen=True):
    """The model that is asked."""

    model: Model
    limits: Limits = Limits()


class Answer(msgspec.Struct, frozen=True):
    """What a model can do and how long a call takes, or the problem in one line."""

    able: Abilities | None = None
    seconds: float | None = None  # of one call, one after the other; None where none was made
    reply: str = ""
    problem: str = ""


def ask(model: Model, limits: Limits, given: Mapping[str, str] | None = None) -> Answer:
    """What `model` can do, asked in a process of its own that has the keys `given` (variable -> key)."""
    secrets = {name: key.strip() for name, key in (given or {}).items() if key.strip()}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "traitscope.design.design_probe"],
            input=msgspec.json.encode(Question(model, limits)),
            capture_output=True,
            timeout=LONGEST,
            env={**os.environ, **secrets},
        )
        answer = msgspec.json.decode(done.stdout.splitlines()[-1], type=Answer)
    except subprocess.TimeoutExpired:
        return Answer(problem=f"{model.name} did not answer within {LONGEST:.0f} seconds")
    except (IndexError, msgspec.DecodeError):
        return Answer(problem=f"{model.name}: the check ended without an answer; `traitscope plan` tells more")
    problem = answer.problem
    for secret in secrets.values():
        problem = problem.replace(secret, "[key]")
    return msgspec.structs.replace(answer, problem=problem)


def asked(question: Question) -> Answer:
    """The check itself, in this process."""
    model = question.model
    try:
        responder = by_name(model.name, model.parameters, limits=question.limits)
        able = responder.can()
        if able.simulated:
            return Answer(able)
        said, since = "", 0.0
        for number in range(CALLS + 1):  # the first one shows a text and warms up; the others tell the time
            if number == 1:
                since = time.monotonic()
            by_label = number > 0 and able.labels
            asks = (Message("user", f"Which digit comes after {number + 1}? Digit only."),)
            labels = tuple("123456789") if by_label else ()
            prompt = Prompt(f"check{number}", asks, "labels" if by_label else "text", labels=labels, max_tokens=16)
            for reply in responder.ask([prompt]):
                if reply.error is not None:
                    return Answer(able, problem=keys.redacted(f"{model.name} does not answer: {reply.error}"))
                said = said or reply.text or ""
        return Answer(able, (time.monotonic() - since) / CALLS, said.strip()[:200])
    except ResponderError as problem:
        return Answer(problem=keys.redacted(str(problem)))
    except Exception as problem:  # whatever a model's library raises is told in one line
        return Answer(
            problem=keys.redacted(f"{model.name}: {' '.join(f'{type(problem).__name__}: {problem}'.split())[:300]}")
        )


def told(name: str, answer: Answer) -> str:
    """An answer in one line: what the model can do, and what not."""
    if answer.able is None:
        return answer.problem
    if answer.able.simulated:
        return f"{name} is simulated: it needs no check, can do all that is asked, and is no language model."
    can = [words for name, words in WORDS.items() if getattr(answer.able, name)]
    cannot = [words for name, words in WORDS.items() if not getattr(answer.able, name) and name != "thinks"]
    parts = [f"{name} answers" + (f" in {answer.seconds:.2f} s" if answer.seconds is not None else "")]
    parts += [f"it has {', '.join(['text', *can])}"] + ([f"it has no {', no '.join(cannot)}"] if cannot else [])
    return "; ".join(filter(None, [*parts, answer.able.note, answer.problem])) + "."


if __name__ == "__main__":
    print(msgspec.json.encode(asked(msgspec.json.decode(sys.stdin.buffer.read(), type=Question))).decode())
