"""What a cell displays, bounded before it is sent: sending a gigabyte means to copy it several times."""

from __future__ import annotations

from typing import Any


class Values:
    """Stands before IPython's formatter."""

    def __init__(self, shell: Any, longest_text: int, largest_content: int) -> None:
        self.longest_text = longest_text
        self.largest_content = largest_content
        self.plain_format = shell.display_formatter.format
        self.dropped = 0
        self.is_inline = False
        """The running cell is a value in a line of text."""
        shell.display_formatter.format = self.format

    def format(self, *args: Any, **kwargs: Any) -> Any:
        """Format a value as IPython does, and leave out what is too much."""
        data, metadata = self.plain_format(*args, **kwargs)
        if self.is_inline and args:
            # As in an f-string: a text without quotes, a number without the name of its type.
            data["text/plain"] = str(args[0])
        for mime, content in list(data.items()):
            if not isinstance(content, str | bytes):
                continue
            if mime == "text/plain" and isinstance(content, str):
                if len(content) > self.longest_text:
                    half = self.longest_text // 2
                    self.dropped += len(content) - 2 * half
                    data[mime] = f"{content[:half]}\n⋯\n{content[-half:]}"
            elif len(content) > self.largest_content:
                self.dropped += len(content)
                del data[mime]
        return data, metadata

    def end(self) -> dict[str, int]:
        """End a cell; return how many characters were left out."""
        dropped, self.dropped = self.dropped, 0
        return {"values": dropped} if dropped else {}
