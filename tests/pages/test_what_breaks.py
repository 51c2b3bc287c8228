"""The page What breaks a test? moves at once, says why, and keeps its sliders in the address."""

import time

from test_pages import calm, rendered, words


def test_it_works_without_a_record_and_shows_four_figures() -> None:
    page = rendered("what_breaks_a_test", None)
    assert "Nothing is moved" in words(page)
    assert len(page.get("plotly_chart")) == 4


def test_a_preset_moves_the_slider_and_says_why() -> None:
    page = rendered("what_breaks_a_test", None)
    (button,) = [each for each in page.button if each.label == "Nobody differs"]
    calm(button.click().run())
    assert page.slider(key="trait_sd").value == 0.0
    assert "Alpha belongs to the persons, not to the test" in words(page)
    (start,) = [each for each in page.button if each.label == "A good test"]
    calm(start.click().run())
    assert page.slider(key="trait_sd").value == 1.0


def test_what_is_undefined_is_said_in_words() -> None:
    told = words(rendered("what_breaks_a_test", None, order_bias="1"))
    assert "Alpha is not estimable: no total differs between the persons" in told
    assert "nan" not in told.lower()


def test_the_address_moves_the_sliders() -> None:
    page = rendered("what_breaks_a_test", None, noise="3", persons="50")
    assert (page.slider(key="noise").value, page.slider(key="persons").value) == (3.0, 50)
    assert "50 simulated persons" in words(page)


def test_every_slider_can_be_at_either_end() -> None:
    page = rendered("what_breaks_a_test", None)
    for slider in list(page.slider):
        for end in (slider.min, slider.max):
            calm(page.slider(key=slider.key).set_value(end).run())


def test_a_moved_slider_is_answered_within_half_a_second() -> None:
    page = rendered("what_breaks_a_test", None)
    times = []
    for spread in (0.5, 1.5, 2.5):
        start = time.process_time()
        page.slider(key="trait_sd").set_value(spread).run()
        times.append(time.process_time() - start)
    assert min(times) < 0.5
