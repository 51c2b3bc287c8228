"""Small studies on simulated responders."""

from collections.abc import Callable
from pathlib import Path

import pytest

SMALL = """
title = "Small"
models = ["simulated:person"]
inventories = ["bfi44"]
personas = [{ set = "big_five_32", fraction = "half" }]
[[asks]]
vary = { options = ["printed", "reversed"] }
"""


@pytest.fixture
def study_file(tmp_path: Path) -> Callable[..., Path]:
    """Write a study file; without text the small one."""

    def write(text: str = SMALL, name: str = "small.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write
