"""The shape of a study file: what may stand in it, and what it is when it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from inventories.designs import Design, crossed, fraction
from inventories.forms import Elicitation, Extra, Form
from inventories.reading import one_line, read_toml
from traitscope.responders.limits import Limits


class StudyError(ValueError):
    """A mistake in a study file; the message is one line."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Anything in a study file: unknown keys are mistakes."""


class Price(_Part, frozen=True):
    """US dollars per million tokens."""

    input: Annotated[float, msgspec.Meta(ge=0)]
    output: Annotated[float, msgspec.Meta(ge=0)]


class Model(_Part, frozen=True):
    """A responder by name, with what is passed to it; its price changes no answer, and no id."""

    name: str
    temperature: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    max_tokens: Annotated[int, msgspec.Meta(ge=1)] = 32
    parameters: dict[str, Any] = {}
    price: Price | None = None

    def identity(self) -> list[Any]:
        """What of a model is part of a sitting's id."""
        return [self.name, self.temperature, self.max_tokens, self.parameters]


class People(_Part, frozen=True):
    """A persona set by name or path, crossed with another where `times` names one; or one persona with its text."""

    set: str = ""
    fraction: str | None = None
    n: int | None = None
    times: str = ""  # a set such as descriptions: each of `set` is crossed with each of these
    times_n: int | None = None  # only the first of these
    between: str = " "  # what stands between the text of such a one and the persona's own
    id: str = ""
    text: str | None = None
    assigned: dict[str, float] = {}


class Ask(_Part, frozen=True):
    """One elicitation with the forms in which it is put."""

    elicitation: Elicitation = "rating"
    form: Form = Form()
    vary: dict[str, list[Any]] = {}
    design: Literal["crossed", "fraction"] = "crossed"
    runs: int | None = None
    replicates: int = 1
    reply: Literal["auto", "labels", "text"] = "auto"
    inventories: list[str] | None = None  # of the study's, by id; all when absent
    personas: list[str] | None = None  # set names or persona ids of the study's; all when absent
    items: list[str] | None = None  # of those inventories, by id; all when absent
    steps: list[Extra] = []

    def forms(self, seed: int) -> list[Form]:
        return [msgspec.structs.replace(self.form, **row) for row in self.layout(seed).rows]

    def layout(self, seed: int) -> Design:
        """Which combinations of the varied factors are printed."""
        return crossed(self.vary) if self.design == "crossed" else fraction(self.vary, seed=seed, runs=self.runs)


class Analysis(_Part, frozen=True):
    """What is going to be computed, said before data are seen; `plan --freeze` keeps it."""

    statistics: list[str] = []  # names of `traitscope analyze --list`; all that apply when empty
    margin: Annotated[float, msgspec.Meta(gt=0)] = 10.0  # POMP points within which saying and doing agree
    tau: Annotated[float, msgspec.Meta(ge=0)] = 1.0  # points within which a pair is consistent
    missing: Literal["pairwise", "listwise"] = "pairwise"
    note: str = ""  # hypotheses and exclusions, in words


class StudyFile(_Part, frozen=True):
    """What stands in a study file."""

    models: list[str | Model]
    inventories: list[str]
    title: str = ""
    note: str = ""
    seed: int = 1
    personas: list[str | People] = msgspec.field(default_factory=lambda: ["none"])
    asks: list[Ask] = msgspec.field(default_factory=lambda: [Ask()])
    accept: list[str] = []
    limits: Limits = Limits()
    analysis: Analysis = Analysis()

    def responders(self) -> list[Model]:
        """The models; one that is a name alone has the defaults."""
        return [Model(each) if isinstance(each, str) else each for each in self.models]


def study_file(path: Path) -> StudyFile:
    """A study file as it stands; none of the files that it names is read."""
    return read_toml(path, StudyFile, StudyError)
