"""What is read of an answer from the network: no more than a reply can need, however much is sent and however it is packed."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable

from traitscope.responders.pace import Failure

LONGEST = 8_000_000  # bytes of a reply
LONGEST_ERROR = 100_000  # bytes of an error that are looked at: not yet cut to what is shown, for half a key would not be recognised
ENCODINGS = "gzip, deflate"  # all that is asked for, and unpacked below


async def body(chunks: AsyncIterable[bytes], status: int, encoding: str = "") -> bytes:
    """The whole body, of an error its beginning; raises Failure for a reply that is longer than LONGEST, packed or not."""
    most = LONGEST if status < 300 else LONGEST_ERROR
    packed = encoding.strip().lower() not in ("", "identity")
    if packed and encoding.strip().lower() not in ENCODINGS.split(", "):
        raise Failure("final", f"{status}: a reply in a packing that was not asked for ({encoding[:40]!r})")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip, and deflate as HTTP has it
    found = bytearray()
    try:
        async for chunk in chunks:
            found += unpacker.decompress(chunk, most + 1 - len(found)) if packed else chunk
            if len(found) > most:
                break
    except zlib.error as problem:
        raise Failure("passing", f"{status}: a reply that cannot be unpacked ({problem})") from None
    if len(found) > most and status < 300:
        raise Failure("final", f"{status}: a reply of more than {LONGEST:,} bytes; allowed: up to that")
    return bytes(found[:most])


def elsewhere(status: int, place: str) -> Failure:
    """The failure that a redirect is: what is asked goes, with its key, to the address of the study and to no other."""
    return Failure(
        "final", f"{status}: sends on to {place[:200] or 'nowhere'!r}; only the address that the study names is asked"
    )
