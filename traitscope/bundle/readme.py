"""README.txt of a bundle: what is what, how to check it, and what the inventories' terms allow."""

from __future__ import annotations

from traitscope.listing import terms_of
from traitscope.record import Record

TEXT = """\
{title}
{line}

This folder holds one study of language models that filled in questionnaires: what was asked, every raw reply, and the
tables made of them. It is a Frictionless data package: datapackage.json describes each file and each column.

answers.csv            one row a trial: an item that was put to a model under a persona, with the raw reply
wide/                  one row a sitting, one column an item: raw answers, not turned round; empty where there is none
scores.csv             one row a sitting x scale x version
estimates/             reliability, effects of assigned levels and of the form, outcomes, and more; codebook.csv explains them
codebook.csv           items with text, options, scale, key (-1: reversed) and values; and every other column
study.toml             the study as it was given to the program; manifest.json says with what it was asked
sittings.jsonl         the plan; prompts.jsonl: what was sent; calls.jsonl: every raw reply, exactly as it came
citations.bib          references of inventories and methods
analysis.R             computes coefficients again in R

.parquet beside a .csv is the same table with its types. CSV is UTF-8, numbers are not rounded, and an empty cell is a
missing value. A text that a spreadsheet would take for a formula has an apostrophe before it in every CSV file; in
the Parquet files and in calls.jsonl it has not.
A person is a model x persona: repeats and other printed forms of one are no further persons.

To check that all tables follow from the raw replies, and all prompts from the study:
    traitscope verify {folder}
To go on from here, a record that can be looked at and grown:
    traitscope import {folder}

{terms}
"""


def readme(record: Record) -> str:
    """The text for the bundle of `record`."""
    title = record.manifest.title
    terms = [f"{each.id}: {each.licence}. {each.source}".strip() for each in record.inventories().values()]
    terms += terms_of(record.inventories().values())
    return TEXT.format(title=title, line="=" * len(title), folder="FOLDER", terms="\n".join(["Inventories", *terms]))
