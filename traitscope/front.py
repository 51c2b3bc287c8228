"""A study asked from Python: what `traitscope run` does, for scripts and notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from traitscope.record import Record
from traitscope.study import Study, load_study


def run(
    study: Study | Path | str,
    *,
    record: Path | str | None = None,
    progress: bool = False,
    concurrency: int | None = None,
    requests_per_minute: float | None = None,
    tokens_per_minute: float | None = None,
    timeout: float | None = None,
    retries: int | None = None,
    max_cost: float | None = None,
    ask_above: float | None = 1.0,
    pilot: float | None = None,
    reuse: Sequence[Path | str] = (),
    cluster: str | None = None,
    workers: int | None = None,
) -> Record:
    """Ask what a study still misses and return its record; run again to resume, or after the study grew.

    Parameters
    ----------
    study : Study, or path of a study file
    record : folder of the record; `runs/` and the study's name unless given
    progress : whether a bar is drawn on standard error
    concurrency, requests_per_minute, tokens_per_minute, timeout (seconds), retries : limits, over those of the study
    max_cost : US dollars that the record may have cost when the run stops
    ask_above : US dollars that may be spent without a question; where nobody can be asked, as in a notebook, more is
        refused with a StudyError. None spends what the forecast says
    pilot : share of the sittings to be asked first
    reuse : records whose answers to the very same trials are taken over
    cluster, workers : of Ray, for local models

    What failed in passing stays pending: `record.progress()` counts it. What a run has to tell, such as a deviation from
    a frozen plan, goes to standard error.
    """
    # `import traitscope` need not wait for what only a run needs
    from traitscope import asking
    from traitscope.runner import folder_of

    study = study if isinstance(study, Study) else load_study(study)
    given = {
        "concurrency": concurrency, "requests_per_minute": requests_per_minute, "tokens_per_minute": tokens_per_minute,
        "timeout": timeout, "retries": retries, "max_cost": max_cost, "pilot": pilot, "cluster": cluster, "workers": workers,
        "reuse": [Path(each) for each in reuse],
    }  # fmt: skip
    folder = folder_of(study, None if record is None else Path(record))
    asking.run_told(study, folder, asking.options(study, given), ask_above=ask_above, quiet=not progress)
    return Record(folder)
