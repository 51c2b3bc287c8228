"""What stands where a model stands in a record whose answers came from a file: it can be named, and not asked."""

from __future__ import annotations

from typing import NoReturn

from inventories.responder import ResponderError

PREFIX = "imported:"
TOLD = "answers imported, not asked"


def is_imported(model: str) -> bool:
    """Whether a model's name says that its answers came from a file."""
    return model.startswith(PREFIX)


def told_of(model: str, simulated: bool) -> str:
    """The model's name, with what a reader must know of whose answers these are."""
    if is_imported(model):
        return f"{model} ({TOLD})"
    return f"{model} (simulated, not a language model)" if simulated else model


def check_imported(rest: str) -> None:
    """Raise ResponderError where nothing stands after `imported:`."""
    if not rest.strip():
        raise ResponderError(
            f'models: {PREFIX!r} needs a name, as in "imported:gpt-4"; `traitscope import FILE` makes it'
        )


def refuse(rest: str) -> NoReturn:
    """Raise ResponderError: nobody is there who could be asked."""
    raise ResponderError(
        f"models: {PREFIX}{rest} stands for answers that `traitscope import` took from a file; it cannot be asked again. "
        "`traitscope show RECORD` shows what is there"
    )
