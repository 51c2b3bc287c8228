"""A study composed in the browser: its form, its file, what it takes and what it buys."""
