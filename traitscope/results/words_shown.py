"""What texts are made of, shown: categories of words against the poles that the writers were assigned."""

from __future__ import annotations

from pandas import DataFrame

from psychometrics.rank_correlations import rank_correlations
from traitscope import estimates, figures
from traitscope.apa import column, interval
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.overview import counted, model_name
from traitscope.places import about
from traitscope.record import Record
from traitscope.word_categories import load, shares
from traitscope.written import texts

QUESTION = "Which words go with the assigned poles?"
NOTHING = "No text has been written yet by personas with assigned levels."
COLUMNS = [
    column("title", "words"), column("level", "assigned trait"), column("rho", "Spearman", "bounded"), interval("bounded"),
    column("p", kind="p", told="by exchange of the personas"), column("p_holm", "p (Holm)", "p", "over all categories and traits"),
    column("share", "per 100 words", "number"), column("n_persons", "writers", "count"), column("note"),
]  # fmt: skip


def word_shares(record: Record) -> DataFrame:
    """One row a text: model, persona, words (how many), and occurrences per 100 words of each category."""
    return kept(_word_shares, record)


def word_correlations(record: Record) -> Exhibit:
    """Spearman's correlation of each word category with each assigned trait, over writers."""
    return kept(_word_correlations, record)


def _word_shares(record: Record) -> DataFrame:
    categories = load()
    table = texts(record)
    rows = [
        {"model": row["model"], "persona": row["persona"], "words": len(row["text"].split()), **shares(row["text"], categories)}
        for row in table.to_dict("records")
    ]  # fmt: skip
    return DataFrame(rows)


def _word_correlations(record: Record) -> Exhibit:
    table = word_shares(record)
    assigned = {name: persona.assigned for name, persona in record.manifest.personas.items() if persona.assigned}
    table = table[table["persona"].isin(list(assigned))] if len(table) else table
    if table.empty:
        return Exhibit("word_categories", QUESTION, DataFrame(), missing=NOTHING)
    titles = {each.id: each.title for each in load().categories}
    # a person is a model x persona: its texts are averaged
    people = table.groupby(["model", "persona"], sort=False)[list(titles)].mean()
    levels = DataFrame([assigned[persona] for _, persona in people.index])
    found = rank_correlations(people.reset_index(drop=True), levels, seed=estimates.SEED)
    found["title"] = found["feature"].map(titles)
    found["share"] = found["feature"].map(people.mean())
    found["note"] = found["note"].map(in_words)
    found = found.sort_values("rho", key=lambda rho: -rho.abs(), kind="stable", ignore_index=True)
    figure = figures.heatmap(
        found, QUESTION, rows="title", columns="level", value="rho", unit="Spearman's rho", middle=0.0, span=(-1.0, 1.0)
    )
    models = ", ".join(model_name(record, each) for each in dict.fromkeys(table["model"]))
    caption = (
        f"{models}; n = {counted(len(people), 'writer')}, {counted(len(table), 'text')} of {table['words'].mean():.0f} words on average. "
        "95 % intervals by Fisher's z (Bonett and Wright, 2000); p by exchange of the personas, Holm over the whole table."
    )
    note = "Word lists of our own, counted word by word: they know neither negation nor irony."
    return Exhibit("word_categories", QUESTION, found, COLUMNS, caption, figure, note=note, about=about(record))
