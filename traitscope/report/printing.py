"""A page printed to PDF by the Chromium or Chrome of this machine."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from traitscope.figures.images import PictureError, browser

SECONDS = 180  # a busy machine is slow, not wrong
FLAGS = ("--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-pdf-header-footer", "--generate-pdf-document-outline")  # fmt: skip


def printed(html: str) -> bytes:
    """The PDF of a page, as Chromium prints it; raises PictureError where it does not.

    The headings become the outline of the file, and pages are numbered by the page's own style sheet.
    """
    program = browser()
    if program is None:
        raise PictureError("a PDF needs Chromium or Chrome")
    # Chromium's sandbox does not run for root, as in a container; the page forbids itself every script but its own
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "report.html", Path(folder) / "report.pdf"
        source.write_text(html, "utf-8")
        own = [f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}", source.as_uri()]
        try:
            done = subprocess.run(
                [program, *FLAGS, *sandbox, *own], capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise PictureError(f"{program} printed no PDF: {problem}") from None
        if not target.is_file():
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise PictureError(f"{program} printed no PDF: {last}")
        return target.read_bytes()
