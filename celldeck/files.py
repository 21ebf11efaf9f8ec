"""Write files so that nobody ever sees half of one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write `content` beside `path` and move it there: the old file stays until the new one is whole.

    Missing folders are made. Text is written as UTF-8.

    Raises:
        OSError: it could not be written; what stood at `path` is untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    # Not with the name of the file in it, which may be as long as a name can be.
    temporary = path.with_name(f".celldeck-{os.urandom(8).hex()}.part")
    try:
        with temporary.open("xb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
