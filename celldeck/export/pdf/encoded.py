"""Pictures as the bytes of a file."""

from __future__ import annotations

import io
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image as Pillow


def encoded(image: Pillow.Image, kind: str, **options: Any) -> bytes:
    """Return what Pillow writes to a file.

    Args:
        kind: Pillow's name of the format.
        options: of the format.
    """
    # Into memory, Pillow writes without letting other threads go on.
    with suppress(OSError), tempfile.TemporaryFile() as file:
        image.save(file, kind, **options)
        file.seek(0)
        return file.read()
    # There is no room for a temporary one.
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()
