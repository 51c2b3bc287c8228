"""A record as a folder that another lab can read, check and make a record of: export, verify, import."""
