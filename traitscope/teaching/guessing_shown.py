"""What a class guessed, as it is shown: votes for each pole beside the truth."""

from __future__ import annotations

from collections.abc import Mapping

from pandas import DataFrame

from traitscope import figures
from traitscope.apa import column
from traitscope.exhibit import Exhibit
from traitscope.overview import counted
from traitscope.teaching.guessing import Room
from traitscope.teaching.riddles import Riddle

QUESTION = "What did the class guess, and who was it?"


def votes(riddle: Riddle, counts: Mapping[str, tuple[int, int]]) -> DataFrame:
    """One row a trait: trait, name, low, high (the poles in words), n_low, n_high, n, truth, right (share of the guesses)."""
    rows = []
    for pole in riddle.poles:
        high, low = counts[pole.trait]
        truth = riddle.truth[pole.trait]
        right = (high if truth > 0 else low) / (high + low) if high + low else float("nan")
        rows.append((pole.trait, pole.name, pole.low, pole.high, low, high, low + high, pole.word(truth), right))
    return DataFrame(rows, columns=["trait", "name", "low", "high", "n_low", "n_high", "n", "truth", "right"])


def exhibit(room: Room, number: int) -> Exhibit:
    """The votes of round `number` once it is revealed."""
    name, played = f"guess_who_{number}", room.round(number)
    if played.stage != "revealed":
        return Exhibit(name, QUESTION, DataFrame(), missing="It is not revealed yet.")
    if not played.guesses:
        return Exhibit(name, QUESTION, DataFrame(), missing="Nobody guessed in this round.")
    table = votes(played.riddle, room.counts(number))
    typed = any(pole.high != "high" for pole in played.riddle.poles)
    columns = [
        column("name", "trait"),
        *([column("low", "first pole")] if typed else []),
        column("n_low", "guessed it" if typed else "guessed low", "count"),
        *([column("high", "second pole")] if typed else []),
        column("n_high", "guessed this" if typed else "guessed high", "count"),
        column("truth"),
        column("right", "right", "percent"),
    ]
    caption = (
        f"{counted(len(played.guesses), 'player')} guessed. A star marks the pole that the persona was assigned. "
        f"Answers: {played.riddle.source}. Counts of this class, not a sample: no interval."
    )
    return Exhibit(name, QUESTION, table, columns, caption, figures.votes(table, QUESTION))


def said(riddle: Riddle, guess: Mapping[str, int]) -> str:
    """A player's guess in one line, as it was taken: "Extraversion high, Openness low"."""
    return ", ".join(f"{each.name} {each.word(guess[each.trait])}" for each in riddle.poles if each.trait in guess)


def verdict(
    riddle: Riddle, guess: Mapping[str, int], counts: Mapping[str, tuple[int, int]] | None = None
) -> dict[str, list[str]]:
    """A player's guess beside the truth, one row a trait: Trait, Your guess, Truth, Right, and Class right (how many)."""
    said = {each.trait: guess.get(each.trait) for each in riddle.poles}
    shown = {
        "Trait": [each.name for each in riddle.poles],
        "Your guess": [each.word(pole) if (pole := said[each.trait]) else "none" for each in riddle.poles],
        "Truth": [each.word(riddle.truth[each.trait]) for each in riddle.poles],
        "Right": ["yes" if said[trait] == riddle.truth[trait] else "no" for trait in said],
    }
    if counts:
        right = [counts[trait][0 if riddle.truth[trait] > 0 else 1] for trait in said]
        shown["Class right"] = [f"{n} of {sum(counts[trait])}" for n, trait in zip(right, said, strict=True)]
    return shown
