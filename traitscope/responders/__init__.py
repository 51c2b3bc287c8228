"""Responders by name. Each lives in its own module and imports what is heavy only when it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from inventories.reading import allowed
from inventories.responder import Abilities, Responder, ResponderError
from traitscope.responders.limits import Limits

KINDS = {
    "local:": "a model that runs here: local:smollm2-135m (embedded), a folder, a .gguf file, a hub id in your cache",
    "simulated:": "persons and null responders with known truth: simulated:person, simulated:uniform, ...",
    "server:": "a model on any OpenAI-compatible server: server:http://127.0.0.1:8000/v1#model",
    "imported:": "answers that `traitscope import` took from a file; they are shown, and cannot be asked again",
    "PROVIDER/": "a hosted model through litellm: openai/..., anthropic/..., ollama/...",
}


def by_name(
    name: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    limits: Limits | None = None,
    known: Abilities | None = None,
    tell: Callable[[str], object] | None = None,
) -> Responder:
    """The responder that `name` stands for; ResponderError in one line when there is none.

    Models behind an interface keep to `limits`, are not asked what they can do where that is `known`, and `tell` when
    they make the run wait.
    """
    check_name(name)
    kind, _, rest = name.partition(":")
    given = dict(parameters or {})
    if kind == "local":
        from traitscope.responders.local import LocalResponder

        return LocalResponder(rest, given, tell)
    if kind == "simulated":
        from traitscope.responders.simulated import SimulatedResponder

        return SimulatedResponder(rest, given)
    if kind == "server":
        from traitscope.responders.server import ServerResponder

        return ServerResponder(rest, given, limits, known, tell)
    if kind == "imported":
        from traitscope.responders.imported import refuse

        refuse(rest)
    from traitscope.responders.api import ApiResponder

    return ApiResponder(name, given, limits, known, tell)


def check_name(name: str) -> None:
    """Raise ResponderError for a name that no responder goes by; loads no model and asks nobody."""
    kind, colon, rest = name.partition(":")
    if kind == "simulated" and colon:
        from traitscope.responders.simulated import KINDS as SIMULATED

        if rest not in SIMULATED:
            raise ResponderError(f"models: no simulated responder {rest!r}; {allowed(SIMULATED, rest)}")
    elif kind == "local" and colon:
        from traitscope.responders.embedded import check_local_name

        check_local_name(rest)
    elif kind == "server" and colon:
        from traitscope.responders.server import parts

        parts(rest)
    elif kind == "imported" and colon:
        from traitscope.responders.imported import check_imported

        check_imported(rest)
    elif "/" in name:
        from traitscope.responders.api import check_provider

        check_provider(name)
    else:
        names = "; ".join(f"{prefix}... ({what})" for prefix, what in KINDS.items())
        raise ResponderError(f"models: {name!r} is no model name. Allowed: {names}")


def keys_needed(models: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Variables that models (name -> parameters) need a key in and that are not set; a server may need none."""
    found: list[str] = []
    for name, parameters in models.items():
        if name.startswith("server:"):
            from traitscope.responders import keys

            keys.load_env()
            found += [] if keys.key(keys.SERVER_KEY) else [keys.SERVER_KEY]
        elif "/" in name.partition(":")[0]:
            from traitscope.responders.api import missing_keys

            found += missing_keys(name, parameters)
    return list(dict.fromkeys(found))
