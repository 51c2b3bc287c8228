"""Guess who."""

from pages import kit
from traitscope.record import Record


def render(record: Record | None) -> None:
    """Nothing yet."""
    kit.head("Guess who", "To be built.")
