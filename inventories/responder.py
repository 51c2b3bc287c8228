"""What the interview needs of a responder: the protocol, its questions and its replies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, Protocol

import msgspec

from inventories.reading import one_line


class ResponderError(RuntimeError):
    """A responder that cannot be used at all: unknown name, no key, no model file. One line for the user."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class Abilities(msgspec.Struct, frozen=True):
    """What a responder can do; found out once, kept in the manifest."""

    labels: bool = False  # probabilities of the option labels
    first_token: bool = False  # ... of the first token only: labels that begin one another cannot be told apart
    likelihood: bool = False  # log-probability of a given text
    text: bool = True  # generated text
    system: bool = True  # a system message of its own
    structured: bool = False  # a reply that keeps to a JSON schema
    thinks: bool = False  # thinks before it answers: tokens that are paid for and are no answer
    seed: bool = False  # repeats can be made to draw the same again
    deterministic: bool = False  # a repeat is the same answer: retest is not estimable
    simulated: bool = False  # not a language model: said so wherever its answers are shown
    resolved: str = ""  # the model that answered, with revision
    dialect: tuple[str, ...] = ()  # what the responder found out about how to ask, so that it need not ask again
    note: str = ""


class Message(msgspec.Struct, frozen=True):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Shown(msgspec.Struct, frozen=True):
    """One printed item, as a simulated person sees it."""

    item: str
    trait: str  # "" when not scored; "-neuroticism" is resolved into `key`
    key: int
    values: tuple[int, ...]  # of the options in printed order
    twin: str = ""  # of a scenario: the statement with the same content
    kind: Literal["cognition", "action"] = "cognition"


class About(msgspec.Struct, frozen=True):
    """What a prompt is about. For simulated persons, who cannot read; a real responder never uses it."""

    persona: str = ""
    assigned: Mapping[str, float] = {}  # trait -> level
    items: tuple[Shown, ...] = ()
    replicate: int = 0
    form: str = ""
    again: int = 0  # how often these items were asked before in the conversation
    challenge: int = 0  # follow-ups on these items so far, this one included


class Prompt(msgspec.Struct, frozen=True):
    """One question to a responder.

    `want` "labels": log-probabilities of `labels` as the first thing said; "likelihood": log-probability of each of
    `continuations` as the whole next words; "text": a generated reply.
    """

    id: str
    messages: tuple[Message, ...]
    want: Literal["labels", "likelihood", "text"]
    labels: tuple[str, ...] = ()
    continuations: tuple[str, ...] = ()
    schema: str = ""  # JSON schema that a text has to keep to, as JSON
    max_tokens: int = 32
    temperature: float = 0.0
    seed: int = 0
    goes_on: bool = False  # more is asked in the same conversation: what is read now is needed again soon
    about: About = About()


class Likelihood(msgspec.Struct, frozen=True):
    """Log-probability of a text, in nats, summed over its tokens."""

    total: float
    tokens: int


class Reply(msgspec.Struct, frozen=True):
    """What came back for one prompt: text, label_logprobs (perhaps with the text), likelihoods, or else error."""

    prompt: str  # the prompt's id
    text: str | None = None
    label_logprobs: tuple[float, ...] | None = None  # one per label of the prompt, natural log, not renormalised
    likelihoods: tuple[Likelihood, ...] | None = None  # one per continuation
    error: str | None = None  # a failure: the prompt stays to be asked
    thinking: str | None = None
    finish: str | None = None  # why the model stopped, in the provider's word: "length" is a reply cut off
    seconds: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None  # those of the thinking included
    tokens_thinking: int | None = None
    cost: float | None = None  # US dollars

    def __post_init__(self) -> None:
        for name in ("text", "thinking", "error"):
            said = getattr(self, name)
            if said is not None and (kept := writable(said)) is not said:
                msgspec.structs.force_setattr(self, name, kept)


def writable(text: str) -> str:
    """`text` itself, or, where it holds halves of surrogate pairs, which no file can hold, with U+FFFD in their place."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


class Responder(Protocol):
    """Something that can be asked. Blocking; it hides its own event loop, threads and batches."""

    def can(self) -> Abilities:
        """What it can do; may load a model, so it is asked once."""

    def ask(self, prompts: Iterable[Prompt]) -> Iterator[Reply]:
        """Yield one Reply per prompt, in any order, each as soon as it is there.

        `prompts` may be endless: as many are taken as are worked on together, more when replies have been handed over.
        """
