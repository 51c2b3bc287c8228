"""Compare."""

from pages import kit
from traitscope.record import Record


def render(record: Record | None) -> None:
    """Nothing yet."""
    kit.head("Compare", "To be built.")
