"""The factors of a form in words: one for each, where a study is designed, previewed and shown."""

WORDS = {
    "reply": "what is read", "wording": "wording", "labels": "labels", "options": "order of options", "binding": "what labels stay with",
    "items": "order of items", "items_per_prompt": "items in a prompt", "memory": "memory", "persona_place": "place of the persona",
    "language": "language", "situation": "telling of the situation", "format": "format of the reply",
}  # fmt: skip


def effect(name: str) -> str:
    """An effect of factors, or of several together: "labels x items_per_prompt" -> "labels x items in a prompt"."""
    return " x ".join(WORDS.get(each, each.replace("_", " ")) for each in name.split(" x "))
