"""The command `run`: limits from the command line, a word before money is spent, a bar meanwhile, a summary at the end."""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from inventories.administer import Interview
from traitscope import cost, pilot
from traitscope.harmless import for_terminal
from traitscope.interviews import check_served, interviews, trials_of
from traitscope.listing import terms_of
from traitscope.record import Record
from traitscope.responders.limits import Limits
from traitscope.responders.workers import check_address
from traitscope.runner import Options, Responders, folder_of, run
from traitscope.study import Study
from traitscope.study_file import Model, StudyError

SHOWN_FAILURES = 5


def options(study: Study, given: Mapping[str, Any]) -> Options:
    """What the command line says, over what the study says."""
    told = {name: given[name] for name in Limits.__struct_fields__ if given.get(name) is not None}
    try:
        limits = msgspec.convert({**msgspec.to_builtins(study.limits), **told}, Limits)
    except msgspec.ValidationError as problem:
        flag, _, _ = str(problem).rpartition("$.")[2].replace("_", "-").partition("`")
        raise StudyError(f"--{flag}: {problem}") from None
    most = given.get("max_cost")
    if most is not None and not (math.isfinite(most) and most >= 0):
        raise StudyError(f"--max-cost: US dollars from 0 are needed, not {most}")
    cluster, workers = given.get("cluster"), given.get("workers")
    if cluster is not None:
        check_address(cluster)
    if workers is not None and (cluster is None or workers < 1):
        raise StudyError(f"--workers {workers}: a whole number from 1, together with --cluster")
    return Options(
        limits=limits,
        max_cost=most,
        pilot=given.get("pilot"),
        reuse=tuple(given.get("reuse") or ()),
        cluster=cluster,
        workers=workers,
    )


def run_told(
    study: Study, folder: Path | None, chosen: Options, *, ask_above: float | None, quiet: bool
) -> tuple[dict[str, Any], str]:
    """Run a study from a terminal; `ask_above` None spends without asking."""
    folder = folder_of(study, folder)
    bars: list[Any] = []

    def tell(message: str) -> None:
        message = for_terminal(message)  # it may quote what a server said
        if bars and not quiet:
            bars[-1].write(f"traitscope: {message}", file=sys.stderr)
        else:
            print(f"traitscope: {message}", file=sys.stderr)

    def started(total: int, done: int) -> Callable[[int], Any]:
        from tqdm import tqdm

        # on a screen the bar moves at once; in a log file a line now and then is enough
        often = 0.1 if sys.stderr.isatty() else 10
        bar: Any = tqdm(
            total=total,
            initial=done,
            unit=" trials",
            desc=for_terminal(study.name),
            disable=quiet,
            smoothing=0.1,
            mininterval=often,
        )
        bars.append(bar)
        return lambda count: bar.update(count)

    try:
        with closing(Responders(study, folder, chosen, tell)) as responders:
            some = None
            if chosen.pilot is not None:
                some, told = _piloted(study, responders, chosen.pilot)
                tell(told)
            if ask_above is not None and any(_paid(each) for each in study.models):
                _may_spend(study, folder, responders, chosen, some, ask_above)
            record = run(study, folder, started, chosen, tell, responders)
    finally:
        for bar in bars:
            bar.close()
    return _summary(record, study, chosen)


def _piloted(study: Study, responders: Responders, share: float) -> tuple[set[str], str]:
    """The sittings of the pilot, and how large it is; small studies need a larger share than was asked for."""
    abilities = responders.abilities(study.models)
    check_served(study, abilities)
    sizes: dict[str, int] = {}

    def counted() -> Iterator[Interview]:
        for each in interviews(study, abilities):
            sizes[each.sitting.id] = trials_of(each)
            yield each

    some = pilot.chosen(counted(), share)
    count, whole = sum(sizes[each] for each in some), sum(sizes.values())
    why = (
        f"; every part needs {pilot.FEWEST_PERSONAS} personas in {pilot.FORMS} forms"
        if count > 1.5 * share * whole
        else ""
    )
    return some, f"the pilot asks {count:,} of {whole:,} trials ({count / max(1, whole):.0%}){why}"


def _paid(model: Model) -> bool:
    """Whether a hosted model may cost money; a server is one's own unless a price says otherwise."""
    price = cost.price_of(model)
    if price is None:
        return not model.name.startswith("server:")
    return price.input > 0 or price.output > 0


def _may_spend(
    study: Study, folder: Path, responders: Responders, chosen: Options, some: set[str] | None, ask_above: float
) -> None:
    """Ask before spending more than `ask_above` on the study, or on `some` sittings; where nobody can be asked, refuse."""
    from traitscope import planning

    abilities = responders.abilities(study.models)
    check_served(study, abilities)
    rows = planning.forecast(study, abilities, folder, some, chosen.reuse)
    if unknown := sorted({row.model for row in rows if row.usd is None}):
        told = f"traitscope: no price is known for {', '.join(unknown)}; a study says it as price = {{ input, output }}"
        print(for_terminal(told), file=sys.stderr)
    high = min(cost.total(rows).high, math.inf if chosen.max_cost is None else chosen.max_cost)
    if high <= ask_above:
        return
    told = f"this may cost up to ${high:,.2f}, more than --ask-above {ask_above:g}"
    if not sys.stdin.isatty():
        part = "" if chosen.pilot is not None else ", or --pilot 0.05 to try a part first"
        raise StudyError(f"{told}; say --yes to spend it, --max-cost to stop at a sum{part}")
    print(for_terminal(planning.priced(rows)), file=sys.stderr)
    print(f"{told[0].upper()}{told[1:]}. Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise StudyError("nothing was asked")


def _summary(record: Record, study: Study, chosen: Options) -> tuple[dict[str, Any], str]:
    with record.store() as store:
        counts, spent = store.counts(), store.spent()
        names, rows = store.table("failures")
    failures = [dict(zip(names, row, strict=True)) for row in rows]
    text = f"{record.folder}: {counts['done']} of {counts['trials']} trials done"
    if counts["failed"]:
        text += f", {counts['failed']} failed; run the same command again to ask them once more"
    lines = [text, *(f"- {each['trials']} of {each['model']}: {each['error']}" for each in failures[:SHOWN_FAILURES])]
    if len(failures) > SHOWN_FAILURES:
        lines.append(f"- {len(failures) - SHOWN_FAILURES} more messages: traitscope status {record.folder}")
    lines += [f"Spent so far: ${spent:.4g}"] if spent else []
    terms = terms_of(study.inventories.values())
    result = {"record": str(record.folder), **counts, "spent_usd": spent, "failures": failures, "terms": terms}
    show = shlex.join(["traitscope", "show", str(record.folder)])
    rest = shlex.join(["traitscope", "run", str(study.path), "--record", str(record.folder)])
    following = f"Next: {show}" if counts["done"] == counts["trials"] else f"Next: {rest} asks the rest; {show}"
    if chosen.pilot is not None:
        from traitscope import planning

        told, shown = planning.piloted(record, study)
        result["pilot"] = told
        lines.append(f"\n{shown}\n")
    return result, "\n".join([*lines, *terms, following])
