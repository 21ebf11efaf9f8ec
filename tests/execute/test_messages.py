"""From the messages of a kernel to outputs."""

from __future__ import annotations

from decks import Message, raises, shows, stream

from celldeck.execute.agent import REPORT
from celldeck.execute.messages import (
    LARGEST_CONTENT,
    LONGEST_TEXT,
    MOST_OUTPUTS,
    Collected,
    Collector,
    DisplayIds,
    Update,
)
from celldeck.model import Output


def collected(*messages: Message, cell: str = "1", ids: DisplayIds | None = None) -> Collected:
    collector = Collector(cell, ids or DisplayIds())
    for kind, content in messages:
        collector.feed(kind, content)
    return collector.collected()


def printed(text: str, name: str = "stdout") -> Output:
    return Output("stream", {"text/plain": text}, stream=name)  # type: ignore[arg-type]


def shown(text: str, display_id: str | None = None) -> Output:
    return Output("display", {"text/plain": text}, display_id=display_id)


def test_streams_are_joined_and_stdout_stands_first() -> None:
    found = collected(stream("a"), stream("w\n", "stderr"), stream("b\n"))
    assert found == Collected((printed("ab\n"), printed("w\n", "stderr")))


def test_streams_stay_on_their_side_of_what_is_shown() -> None:
    found = collected(stream("a\n"), shows("plot"), stream("b\n"))
    assert found.outputs == (printed("a\n"), shown("plot"), printed("b\n"))


def test_a_result_is_told_from_what_is_displayed() -> None:
    found = collected(shows("3", kind="execute_result"), shows("x"))
    assert [output.kind for output in found.outputs] == ["result", "display"]


def test_kinds_that_show_nothing_are_passed_over() -> None:
    assert collected(
        ("status", {"execution_state": "busy"}), ("comm_open", {}), ("execute_input", {})
    ) == Collected(())


def test_an_exception_keeps_its_traceback_and_the_line_of_its_cell() -> None:
    found = collected(
        raises("ValueError", "bad", "<cell 7>:2", "<cell 4>:9, in f", "ValueError: bad"), cell="7"
    )
    (output,) = found.outputs
    assert output.data == {"text/plain": "<cell 7>:2\n<cell 4>:9, in f\nValueError: bad"}
    assert (output.kind, output.error, output.error_line) == ("error", ("ValueError", "bad"), 2)


def test_the_line_of_an_exception_below_a_cell_magic_counts_from_the_cell() -> None:
    (output,) = collected(raises("E", "", "<cell 1+1>:3")).outputs
    assert output.error_line == 4


def test_a_syntax_error_does_not_say_its_place_twice() -> None:
    (output,) = collected(raises("SyntaxError", "invalid syntax (<cell 1>, line 2)", "<cell 1>:2")).outputs
    assert output.error == ("SyntaxError", "invalid syntax")


def test_the_status_of_a_shell_is_an_error_by_name() -> None:
    (output,) = collected(raises("", "2")).outputs
    assert output.error == ("Error", "2")


def test_clear_output_clears_at_once_or_before_the_next_output() -> None:
    now, later = ("clear_output", {"wait": False}), ("clear_output", {"wait": True})
    assert collected(stream("a\n"), now, stream("b\n")).outputs == (printed("b\n"),)
    assert collected(stream("a\n"), later).outputs == (printed("a\n"),)
    assert collected(stream("a\n"), later, stream("b\n")).outputs == (printed("b\n"),)
    assert collected(shows("a"), later, shows("b")).outputs == (shown("b"),)


def test_an_update_replaces_the_output_of_its_own_cell() -> None:
    update = shows("after", "xyz", "update_display_data")
    assert collected(shows("before", "xyz"), update) == Collected((shown("after", "1.0"),))


def test_showing_an_id_again_updates_it_where_it_stands() -> None:
    found = collected(shows("one", "xyz"), shows("two", "xyz"))
    assert found.outputs == (shown("two", "1.0"), shown("two", "1.0"))


def test_updates_for_earlier_cells_are_handed_on_and_the_last_one_counts() -> None:
    ids = DisplayIds()
    first = collected(shows("0 %", "random-id"), cell="1", ids=ids)
    second = collected(
        shows("50 %", "random-id", "update_display_data"),
        shows("99 %", "random-id", "update_display_data"),
        cell="2",
        ids=ids,
    )
    assert first.outputs == (shown("0 %", "1.0"),)
    assert second == Collected((), (Update("1.0", {"text/plain": "99 %"}, {}),))


def test_the_update_of_what_nobody_showed_is_nothing() -> None:
    assert collected(shows("x", "never", "update_display_data")) == Collected(())


def test_the_report_of_the_agent_is_no_output() -> None:
    report = {"files": {}, "dropped": {"stdout": 5_000_000}}
    found = collected(("display_data", {"data": {REPORT: report}, "metadata": {}}))
    assert (found.outputs, found.report, found.left_out) == ((), report, ("5,000,000 characters of text",))


def test_content_becomes_text_in_every_mime_type() -> None:
    (output,) = collected(
        shows(
            "x",
            image_png="aGk=\naGk=\n",
            application_json={"a": [1]},
            text_html=["<b>", "</b>"],
            image_svg="<svg>\n</svg>",
        )
    ).outputs
    assert output.data == {
        "text/plain": "x",
        "image/png": "aGk=aGk=",
        "application/json": '{"a": [1]}',
        "text/html": "<b></b>",
        "image/svg": "<svg></svg>",
    }


def test_too_much_is_cut_and_told() -> None:
    many = collected(*[shows(str(number)) for number in range(MOST_OUTPUTS + 3)])
    assert (len(many.outputs), many.left_out) == (MOST_OUTPUTS, (f"3 outputs above {MOST_OUTPUTS}",))
    long = collected(shows("x" * (LONGEST_TEXT + 1000)))
    assert len(long.outputs[0].data["text/plain"]) == LONGEST_TEXT + 3
    assert long.left_out == ("1,000 characters of text",)
    large = collected(shows("<HTML>", text_html="x" * (LARGEST_CONTENT + 1)))
    assert (large.outputs, large.left_out) == ((shown("<HTML>"),), ("1 outputs that are too large",))


def test_the_start_of_tensorflow_never_shows() -> None:
    noise = "I0000 00:00:1738317600.123456    4242 port.cc:153] oneDNN custom oper"
    assert collected(stream(noise, "stderr"), stream("ations are on.\n", "stderr")).outputs == ()


def test_the_line_is_what_a_progress_bar_shows_now() -> None:
    collector = Collector("1", DisplayIds())
    assert collector.line == ""
    collector.feed(*stream("Epoch 1\n 1/9\r 2/9"))
    assert collector.line == "2/9"
    collector.feed(*shows("x"))
    assert collector.line == ""
