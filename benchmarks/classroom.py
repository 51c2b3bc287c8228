"""Thirty browsers of one Chromium play "Guess who" at once: does every guess count, exactly as it was sent?

    python benchmarks/classroom.py --json
    {"players": 30, "joined": 30, "guesses": 60, "exact": true, "errors": 0, "seconds": 41.2}

Starts the pages of `make class` on a free port. Every player has a browser context of its own; when all have the page
open, all join at once and then guess at once: known poles (each third player sends others first and changes them, each
fifth clicks twice), the own result is read, and the teacher's window reads the counts. `exact` is true when every count,
every result and every point is what was sent; `errors` counts what the browsers' consoles complain of, too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

# this folder has a statistics.py, which must not stand for the standard library's
sys.path[:] = [each for each in sys.path if Path(each).resolve() != Path(__file__).parent.resolve()]
sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import browsing  # noqa: E402
from traitscope.teaching import classroom, serving  # noqa: E402

TRAITS = ("Extraversion", "Agreeableness", "Conscientiousness", "Neuroticism", "Openness")
MOST_SECONDS = 300  # for any one step: a busy machine is slow, not wrong
OPENING = 6  # pages that load at a time: each costs this one Chromium a second of computing, which the server does not


class Browser:
    """One player, or the teacher: a page in a context of its own, and what it complained of."""

    def __init__(self, page: Any, errors: list[str]) -> None:
        self.page = page
        page.set_default_timeout(MOST_SECONDS * 1000)
        page.on("pageerror", lambda each: errors.append(str(each)))
        page.on("console", lambda each: errors.append(each.text) if each.type == "error" else None)

    async def press(self, name: str, times: int = 1) -> None:
        await self.page.get_by_role("button", name=name, exact=True).click(click_count=times)

    async def sees(self, text: str) -> None:
        try:
            await self.page.get_by_text(text).first.wait_for()
        except Exception as problem:
            shown = " ".join((await self.page.locator("body").inner_text()).split())
            raise RuntimeError(f"{text!r} did not appear; the page says: {shown[:500]}") from problem

    async def open(self, address: str, few: asyncio.Semaphore) -> None:
        async with few:
            await self.page.goto(address)
            await self.page.get_by_label("Your name").wait_for()

    async def join(self, name: str) -> None:
        await self.page.get_by_label("Your name").fill(name)
        await self.press("Join")
        await self.sees(f"{name}: ")

    async def guess(self, number: int, poles: dict[str, str], times: int = 1, again: bool = False) -> None:
        await self.sees(f"Round {number}. ")
        for trait, pole in poles.items():
            await self.page.get_by_role("radiogroup", name=trait).get_by_text(pole, exact=True).click()
        await self.press("Change my guess" if again else "Guess", times)
        told = ", ".join(f"{trait} {pole}" for trait, pole in poles.items())
        await self.sees(f"Your guess is in: {told}.")

    async def verdict(self) -> list[list[str]]:
        await self.page.get_by_text("right", exact=False).first.wait_for()
        return await self._cells("[data-testid=stTable]", "Your guess")

    async def counted(self) -> list[list[str]]:
        await self.page.locator("[data-testid=stExpander] summary").first.click()
        return await self._cells("[data-testid=stExpander] [data-testid=stTable]", "guessed high")

    async def ranking(self) -> list[list[str]]:
        return await self._cells("[data-testid=stTable]", "Player")

    async def _cells(self, place: str, head: str) -> list[list[str]]:
        table = self.page.locator(place).filter(has=self.page.get_by_role("columnheader", name=head)).first
        await table.wait_for()
        script = "found => [...found.querySelectorAll('tbody tr')].map(row => [...row.children].map(cell => cell.innerText.trim()))"
        return list(await table.evaluate(script))


async def play(
    base: str, code: str, host: str, players: int, rounds: int, seed: int, pictures: Path | None
) -> dict[str, Any]:
    """Join, guess and read, all players at once; what was joined, guessed and counted."""
    from playwright.async_api import async_playwright

    errors: list[str] = []
    exact, guesses, began = True, 0, time.monotonic()
    drawn = random.Random(seed)
    async with async_playwright() as started:
        chromium = await browsing.launched(started)
        pages = [
            await (await chromium.new_context(viewport={"width": 900, "height": 900})).new_page()
            for _ in range(players + 1)
        ]
        teacher, *browsers = [Browser(page, errors) for page in pages]
        await teacher.page.goto(f"{base}/?host={host}")
        await teacher.page.get_by_text("Join code").first.wait_for()
        few = asyncio.Semaphore(OPENING)
        await asyncio.gather(*(one.open(f"{base}/?code={code}", few) for one in browsers))
        names = [f"Player {number:02d}" for number in range(players)]
        await asyncio.gather(*(one.join(name) for one, name in zip(browsers, names, strict=True)))
        points = dict.fromkeys(names, 0)
        for number in range(1, rounds + 1):
            await teacher.press("Next round" if number > 1 else "Open the first round")
            sent = [{trait: drawn.choice(["low", "high"]) for trait in TRAITS} for _ in names]
            await asyncio.gather(*(_guess(one, place, number, sent[place]) for place, one in enumerate(browsers)))
            guesses += len(sent)
            await teacher.press("Close the guesses")
            await teacher.press("Reveal")
            rows = await teacher.counted()
            for trait, (name, low, high, truth, *_) in zip(TRAITS, rows, strict=True):
                told = [each[trait] for each in sent]
                exact &= (name, int(low), int(high)) == (trait, told.count("low"), told.count("high"))
                for player, pole in zip(names, told, strict=True):
                    points[player] += pole == truth
            verdicts = await asyncio.gather(*(one.verdict() for one in browsers))
            exact &= [{row[0]: row[1] for row in verdict} for verdict in verdicts] == sent
        ranked = await teacher.ranking()
        exact &= all(row[2] == f"{points[row[1]]} of {rounds * len(TRAITS)}" for row in ranked) and len(ranked) > 0
        joined = int(await teacher.page.locator("[data-testid=stMetricValue]").first.inner_text())
        errors += ["exception" for one in (teacher, *browsers) if await one.page.get_by_test_id("stException").count()]
        if pictures:
            await _pictures(pictures, teacher, browsers[0])
        await chromium.close()
    seconds = round(time.monotonic() - began, 1)
    for each in errors[:5]:
        print(f"error: {each[:300]}", file=sys.stderr)
    return {
        "players": players,
        "joined": joined,
        "guesses": guesses,
        "exact": exact,
        "errors": len(errors),
        "seconds": seconds,
    }


async def _guess(one: Browser, place: int, number: int, poles: dict[str, str]) -> None:
    if place % 3 == 0:  # changes its mind
        await one.guess(number, {trait: "low" if pole == "high" else "high" for trait, pole in poles.items()})
    await one.guess(number, poles, times=2 if place % 5 == 0 else 1, again=place % 3 == 0)


async def _pictures(folder: Path, teacher: Browser, player: Browser) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, one in (("teacher", teacher), ("player", player)):
        await one.page.set_viewport_size({"width": 1400, "height": 2200})
        await asyncio.sleep(1)
        await one.page.screenshot(path=folder / f"{name}.png")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--players", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="screenshots of the last round")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output and nothing else")
    given = parser.parse_args()
    environment = serving.class_environment(serving.PORT)
    with tempfile.TemporaryDirectory() as none, browsing.served(Path(none), environment) as base:
        code, host = environment[classroom.CODE], environment[classroom.HOST]
        result = asyncio.run(play(base, code, host, given.players, given.rounds, given.seed, given.pictures))
    print(json.dumps(result) if given.json else "\n".join(f"{name:8} {value}" for name, value in result.items()))
    return 0 if result["exact"] and not result["errors"] and result["joined"] == given.players else 1


if __name__ == "__main__":
    sys.exit(main())
