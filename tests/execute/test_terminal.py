"""What stands on the terminal when all is printed."""

from __future__ import annotations

import pytest

from celldeck.execute.terminal import HEAD_CHARACTERS, OPEN_ROWS, TAIL_CHARACTERS, Screen


def played(*texts: str) -> str:
    screen = Screen()
    for text in texts:
        screen.feed(text)
    return screen.text()


@pytest.mark.parametrize(
    ("printed", "left"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("one\rtwo", "two"),
        ("long line\rshort", "shortline"),
        ("windows\r\nends\r\n", "windows\nends\n"),
        ("abc\b\bX", "aXc"),
        ("\b\bstart", "start"),
        ("  0%| |\r 50%|#|\r100%|#|\n", "100%|#|\n"),
        ("12345\r\x1b[K12", "12"),
        ("12345\r\x1b[2K12", "12"),
        ("12345\x1b[2D\x1b[1Kab", "   ab"),
        ("wiped\r     \r", ""),
        ("a\x1b[3Cb", "a   b"),
        ("abc\x1b[1Gx", "xbc"),
        ("first: 0\nsecond: 0\x1b[A\rfirst: 9\nsecond: 8\n", "first: 9\nsecond: 8\n"),
        ("a\nb\n\x1b[2Jc", "c"),
        ("bell\x07 null\x00 delete\x7f form\x0c", "bell null delete form"),
        ("\x1b]8;;https://example.org\x07link\x1b]8;;\x07", "link"),
        ("\x1b]8;;https://example.org\x1b\\link", "link"),
        ("odd\x1b(B escape\x1b=", "odd escape"),
    ],
)
def test_screen_plays_out_what_moves_the_cursor(printed: str, left: str) -> None:
    assert played(printed) == left


@pytest.mark.parametrize(
    ("printed", "left"),
    [
        ("\x1b[31mred\x1b[0m plain", "\x1b[31mred\x1b[0m plain"),
        ("\x1b[1m\x1b[31mboth", "\x1b[1;31mboth\x1b[0m"),
        ("\x1b[1;31ma\x1b[22mb\x1b[39mc", "\x1b[1;31ma\x1b[0m\x1b[31mb\x1b[0mc"),
        ("\x1b[38;5;208mx\x1b[48;2;1;2;3my\x1b[m", "\x1b[38;5;208mx\x1b[0m\x1b[38;5;208;48;2;1;2;3my\x1b[0m"),
        ("\x1b[91mx\x1b[32my", "\x1b[91mx\x1b[0m\x1b[32my\x1b[0m"),
        ("\x1b[31mab\x1b[0m\rc", "c\x1b[31mb\x1b[0m"),
    ],
)
def test_screen_keeps_colours(printed: str, left: str) -> None:
    assert played(printed) == left


def test_a_text_that_comes_in_pieces_is_the_same_text() -> None:
    text = "\x1b[1m1/2\x1b[0m ━\x1b]8;;a\x1b\\━\r\x1b[32m2/2\x1b[0m ━━\nnext\x1b[A\x1b[K\n"
    assert played(*text) == played(text)


def test_a_keras_epoch_ends_as_one_line() -> None:
    frames = [f"\x1b[1m{i:2}/20\x1b[0m \x1b[32m━\x1b[0m 0s {i}ms/step" for i in range(1, 21)]
    printed = "Epoch 1/1\n" + "".join("\r" + frame + "\b" * 30 for frame in frames) + "\n"
    assert played(printed) == "Epoch 1/1\n\x1b[1m20/20\x1b[0m \x1b[32m━\x1b[0m 0s 20ms/step\n"


def test_the_line_is_the_last_one_without_colours() -> None:
    screen = Screen()
    screen.feed("done\n\x1b[1m3/9\x1b[0m\r")
    assert screen.line == "3/9"
    screen.feed("\n\n")
    assert screen.line == "3/9"


def test_a_long_text_keeps_its_start_and_its_end_and_says_what_is_gone() -> None:
    screen = Screen()
    line = "x" * 99 + "\n"
    for _ in range(100):
        screen.feed(line * 100)
    screen.feed("the end\n")
    text = screen.text()
    assert text.startswith(line * 100)
    assert text.endswith("x\nthe end\n")
    assert len(text) < HEAD_CHARACTERS + TAIL_CHARACTERS + 100 * (OPEN_ROWS + 2)
    kept = text.count("x") + text.count("x\n")
    assert screen.dropped == 1_000_000 - kept
    assert f"\n⋯ {screen.dropped / 1000:.3g} kB left out ⋯\n" in text


def test_a_line_without_an_end_does_not_grow_without_end() -> None:
    screen = Screen()
    for _ in range(20):
        screen.feed("y" * 1_000_000)
    assert len(screen.text()) < 2 * (HEAD_CHARACTERS + TAIL_CHARACTERS)


def test_progress_that_writes_over_itself_for_long_is_not_cut() -> None:
    screen = Screen()
    screen.feed("start\n")
    for number in range(100_000):
        screen.feed(f"\rstep {number:6}")
    assert (screen.text(), screen.dropped) == ("start\nstep  99999", 0)
