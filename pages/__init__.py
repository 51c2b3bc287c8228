"""What the browser shows: one file a page, each with `render(record)`."""
