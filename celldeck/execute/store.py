"""Outputs kept from one build to the next, by the key of their cell.

One file a cell: a line that names the format, a checksum, JSON, and after it the bytes of pictures, sounds
and films as they are. A file that is broken counts as not there, and is written anew. Files appear whole or
not at all, and two builds that write the same key write the same, so any number of them can share a store.
"""

from __future__ import annotations

import json
import os
import re
import struct
import zlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from celldeck.execute.effects import Effect, from_value, to_value
from celldeck.execute.facts import Facts
from celldeck.execute.messages import Update
from celldeck.files import write_atomically
from celldeck.frozen import frozen
from celldeck.model import Output

MAGIC = b"celldeck outputs 3\n"
_HEAD = struct.Struct("<II")
"""Checksum of all that follows, and length of the JSON."""

LARGEST_BYTES = 1 << 30
"""What a store may take before its oldest files go."""

BROKEN = (ValueError, KeyError, TypeError, IndexError, struct.error, zlib.error)
"""What reading a file that is no record, or a damaged one, may raise."""

_KEY = re.compile(r"[0-9a-f]{40}")
_BINARY = ("image/", "audio/", "video/", "application/pdf")


@frozen
class Record:
    """What is known of one run of a cell."""

    outputs: tuple[Output, ...]
    """As its own run left them; where the code stands in the deck is not settled yet."""
    updates: tuple[Update, ...] = ()
    """For outputs of earlier cells."""
    facts: Facts = field(default_factory=Facts)
    seconds: float = 0.0
    left_out: tuple[str, ...] = ()
    """What was too much to keep, in words."""
    effect: Effect | None = None
    """What it read and changed; None: that was not observed."""

    @property
    def failed(self) -> bool:
        """It raised."""
        return any(output.kind == "error" for output in self.outputs)


class Store:
    """A folder of records."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made with the first record."""
        self.folder = folder

    def get(self, key: str) -> Record | None:
        """Return the record of a key; None if there is none that can be read."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        try:
            record = loaded(content)
        except BROKEN:
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            # What is used stays; see `prune`.
            os.utime(path)
        return record

    def put(self, key: str, record: Record) -> None:
        """Keep a record.

        Raises:
            OSError: it cannot be written; nothing half-written is left.
        """
        write_atomically(self._path(key), dumped(record))

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """Yield the key and the file of each record, in the order of the keys."""
        for path in sorted(self.folder.glob("??/*.cell")):
            with suppress(OSError):
                yield path.parent.name + path.stem, path.read_bytes()

    def take(self, key: str, content: bytes) -> bool:
        """Keep the file of a record that another store gave; say whether it is one, and this a key.

        Raises:
            OSError: it cannot be written.
        """
        if not _KEY.fullmatch(key):
            return False
        try:
            record = loaded(content)
        except BROKEN:
            return False
        if not self._path(key).is_file():
            # State behind names, which an effect holds, is loaded in a kernel: only what was made here may.
            self.put(key, replace(record, effect=None))
        return True

    def prune(self, largest_bytes: int = LARGEST_BYTES) -> None:
        """Delete the records that were not used for longest, until the rest takes no more than this."""
        files: list[tuple[float, int, str]] = []
        for folder, _, names in os.walk(self.folder):
            for name in names:
                with suppress(OSError):
                    status = os.stat(os.path.join(folder, name))
                    files.append((status.st_mtime, status.st_size, os.path.join(folder, name)))
        excess = sum(size for _, size, _ in files) - largest_bytes
        for _, size, path in sorted(files):
            if excess <= 0:
                break
            with suppress(OSError):
                os.unlink(path)
                excess -= size

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key[2:]}.cell"


def dumped(record: Record) -> bytes:
    """Return the content of the file of a record."""
    blobs: list[bytes] = []
    value = {
        "outputs": [_output_value(output, blobs) for output in record.outputs],
        "updates": [[u.display_id, _bundle_value(u.data, blobs), dict(u.metadata)] for u in record.updates],
        "files": dict(record.facts.files),
        "packages": dict(record.facts.packages),
        "missing": record.facts.missing,
        "folders": dict(record.facts.folders),
        "seconds": record.seconds,
        "left_out": record.left_out,
        "effect": record.effect and to_value(record.effect),
        "blobs": [len(blob) for blob in blobs],
    }
    text = zlib.compress(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"), 3)
    body = text + b"".join(blobs)
    return MAGIC + _HEAD.pack(zlib.crc32(body), len(text)) + body


def loaded(content: bytes) -> Record:
    """Return the record of a file; one of `BROKEN` is raised if it is none, or damaged."""
    if not content.startswith(MAGIC):
        raise ValueError("another format")
    start = len(MAGIC) + _HEAD.size
    checksum, length = _HEAD.unpack_from(content, len(MAGIC))
    if zlib.crc32(memoryview(content)[start:]) != checksum:
        raise ValueError("broken")
    value = json.loads(zlib.decompress(content[start : start + length]).decode("utf-8", "surrogatepass"))
    blobs: list[bytes] = []
    at = start + length
    for size in value["blobs"]:
        blobs.append(content[at : at + size])
        at += size
    files = {path: tuple(identity) if identity else None for path, identity in value["files"].items()}
    folders = {path: tuple(names) for path, names in value["folders"].items()}
    return Record(
        outputs=tuple(_output(one, blobs) for one in value["outputs"]),
        updates=tuple(Update(i, _bundle(data, blobs), metadata) for i, data, metadata in value["updates"]),
        facts=Facts(files, value["packages"], tuple(value["missing"]), folders),
        seconds=value["seconds"],
        left_out=tuple(value["left_out"]),
        effect=from_value(value["effect"]) if value["effect"] else None,
    )


def _output_value(output: Output, blobs: list[bytes]) -> list[Any]:
    data = _bundle_value(output.data, blobs)
    return [
        output.kind,
        data,
        output.stream,
        dict(output.metadata),
        output.display_id,
        output.error,
        output.error_line,
    ]


def _output(value: list[Any], blobs: list[bytes]) -> Output:
    kind, data, stream, metadata, display_id, error, error_line = value
    error = (error[0], error[1]) if error else None
    return Output(kind, _bundle(data, blobs), stream, metadata, display_id, error, error_line)


def _bundle_value(data: Mapping[str, str], blobs: list[bytes]) -> dict[str, str | int]:
    """Return a bundle with binary content moved to `blobs`, and its number in its place."""
    value: dict[str, str | int] = {}
    for mime, content in data.items():
        value[mime] = content
        if mime.startswith(_BINARY) and mime != "image/svg+xml":
            with suppress(NotBase64, ValueError):
                blob = b64decode(content, validate=True)
                if b64encode(blob).decode("ascii") == content:
                    blobs.append(blob)
                    value[mime] = len(blobs) - 1
    return value


def _bundle(value: Mapping[str, str | int], blobs: list[bytes]) -> dict[str, str]:
    return {
        mime: b64encode(blobs[content]).decode("ascii") if isinstance(content, int) else content
        for mime, content in value.items()
    }
