"""What breaks a test."""

from pages import kit
from traitscope.record import Record


def render(record: Record | None) -> None:
    """Nothing yet."""
    kit.head("What breaks a test", "To be built.")
