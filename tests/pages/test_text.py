"""Text of a record stands on a page as it is: nothing of it is Markdown, and nothing becomes a link."""

import pytest

from pages.kit.text import plain


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a*b* <b>", r"a\*b\* \<b\>"),
        ("server:http://127.0.0.1:80/v1#m is asked", "`server:http://127.0.0.1:80/v1#m` is asked"),
        ("see www.example.org", "see `www.example.org`"),
        ("a@b.org and HTTPS://X", "`a@b.org` and `HTTPS://X`"),
        ("odd`http://x`", "`` odd`http://x` ``"),
        ("5 @ 3.", r"5 @ 3\."),
        ("so :smile: he said :+1:", "so `:smile:` he said `:+1:`"),
        ("is :material/home: or :red[x]", r"is `:material/home:` or \:red\[x\]"),
        ("at 18:46:55, rating: chosen", r"at 18\:46\:55, rating\: chosen"),
        ("local:model: For", r"local\:model\: For"),
    ],
)
def test_signs_are_escaped_and_addresses_are_code(text: str, written: str) -> None:
    assert plain(text) == written


@pytest.mark.parametrize("word", ["x", ":", "x@", "@.", ":a"])
def test_a_word_without_end_takes_no_time(word: str) -> None:
    assert len(plain(word * 100_000)) >= 100_000
