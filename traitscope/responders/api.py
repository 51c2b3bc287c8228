"""Hosted models through litellm: generated replies, several calls in flight."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Any

from inventories.reading import allowed
from inventories.responder import Abilities, Prompt, Reply, ResponderError

IN_FLIGHT = 8


class ApiResponder:
    """Any litellm model by its name, such as openai/gpt-4o-mini. Keys come from the environment and are never kept."""

    def __init__(self, name: str, parameters: Mapping[str, Any]) -> None:
        if secret := sorted(
            key for key in parameters if "key" in key.lower() or ("token" in key.lower() and key != "max_tokens")
        ):
            raise ResponderError(
                f"models: {name}: {secret[0]!r} does not belong in a study file; put keys in the environment"
            )
        self.name = name
        self.parameters = dict(parameters)
        self._litellm = _litellm()
        if "api_base" not in parameters:
            found = self._litellm.validate_environment(name)
            if not found["keys_in_environment"] and found["missing_keys"]:
                raise ResponderError(f"models: {name} needs {' and '.join(found['missing_keys'])} in the environment")

    def can(self) -> Abilities:
        """Generated text only; probabilities of labels are not asked of hosted models."""
        return Abilities(text=True, system=True, resolved=self.name)

    def ask(self, prompts: Sequence[Prompt]) -> Iterator[Reply]:
        """A sliding window: a new call starts as soon as one is back."""
        waiting = iter(prompts)
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            flying: set[Future[Reply]] = {pool.submit(self._call, each) for each in islice(waiting, IN_FLIGHT)}
            try:
                while flying:
                    done, flying = wait(flying, return_when=FIRST_COMPLETED)
                    flying |= {pool.submit(self._call, each) for each in islice(waiting, len(done))}
                    for future in done:
                        yield future.result()
            finally:
                for future in flying:
                    future.cancel()

    def _call(self, prompt: Prompt) -> Reply:
        started = time.monotonic()
        try:
            answer = self._litellm.completion(
                model=self.name,
                messages=[{"role": each.role, "content": each.content} for each in prompt.messages],
                temperature=prompt.temperature,
                max_tokens=prompt.max_tokens,
                **{"timeout": 60, "num_retries": 2, "drop_params": True, **self.parameters},
            )
        except Exception as problem:  # whatever the provider's library raises is a failed call, kept with its message
            return Reply(
                prompt.id, error=f"{type(problem).__name__}: {problem}"[:500], seconds=time.monotonic() - started
            )
        message = answer.choices[0].message
        usage = getattr(answer, "usage", None)
        return Reply(
            prompt.id,
            text=message.content or "",
            thinking=getattr(message, "reasoning_content", None),
            seconds=time.monotonic() - started,
            tokens_in=getattr(usage, "prompt_tokens", None),
            tokens_out=getattr(usage, "completion_tokens", None),
            cost=(getattr(answer, "_hidden_params", None) or {}).get("response_cost"),
        )


def check_provider(name: str) -> None:
    """Raise ResponderError when litellm does not know the provider before the slash."""
    provider = name.partition("/")[0]
    providers = {str(getattr(each, "value", each)) for each in _litellm().provider_list}
    if provider not in providers:
        raise ResponderError(f"models: {name!r}: no provider {provider!r}; {allowed(providers, provider)}")


def _litellm() -> Any:
    # without this litellm fetches its price list from the network when it is imported
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    litellm.suppress_debug_info = True
    litellm.telemetry = False
    return litellm
