"""A study whose every text tries to be more than that, and what a terminal obeys."""

import re

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m \u202eevil\u2066 \x7f\r\x08"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
FORMULA = '=HYPERLINK("http://out.example","x")'
STUDY = f"""
title = "{FORMULA.replace('"', "'")}"
models = ["simulated:person"]
inventories = ["tipi"]
personas = [{{ set = "big_five_32", fraction = "half" }}, {{ id = "=1+1", text = "@SUM(A1)" }}, {{ id = "+cmd|' /C calc'!A0", text = "-2+3" }}]
"""
