"""The classroom: taking a test, guessing a persona, breaking a test; and the server for a class."""
