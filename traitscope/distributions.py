"""What a model gave besides text - probabilities of labels, likelihoods - as the bytes that a record keeps."""

from __future__ import annotations

import msgspec

from inventories.responder import Likelihood, Reply


def encoded(reply: Reply) -> bytes | None:
    """The bytes, or None for a reply in text alone."""
    if reply.label_logprobs is None and reply.likelihoods is None:
        return None
    # JSON has no infinity; e to the power of this is 0 all the same
    labels = None if reply.label_logprobs is None else [max(each, -1e4) for each in reply.label_logprobs]
    return msgspec.json.encode({"labels": labels, "likelihoods": reply.likelihoods})


class _Distribution(msgspec.Struct):
    labels: tuple[float, ...] | None
    likelihoods: tuple[Likelihood, ...] | None


def label_logprobs(blob: bytes) -> tuple[float, ...] | None:
    """The log-probability of each label in printed order, from a row of "distributions"."""
    return msgspec.json.decode(blob, type=_Distribution).labels


def stored_reply(trial: str, text: str | None, blob: bytes | None, thinking: str | None) -> Reply:
    """A good reply as it was stored."""
    if blob is None:
        return Reply(trial, text=text, thinking=thinking)
    kept = msgspec.json.decode(blob, type=_Distribution)
    return Reply(trial, text=text, thinking=thinking, label_logprobs=kept.labels, likelihoods=kept.likelihoods)
