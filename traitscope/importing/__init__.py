"""Answers that were collected elsewhere become a record: one reader for each kind of file, one writer for all."""
