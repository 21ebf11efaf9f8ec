"""Things that were expensive to make, kept on disk by what they were made from.

One file holds everything, so a warm build opens one file, whatever number of formulas and code blocks it has:

    record = MAGIC, digest of kind and key, length, checksum, value (zlib)

New records are appended in one write. A reader that meets damage looks for the next `MAGIC`, and a value
whose checksum is wrong counts as never made: neither a crash, a full disk nor a second process can do more
harm than to have something made again. All that goes wrong on disk is passed over in silence, since a build
works without a cache.
"""

from __future__ import annotations

import struct
import threading
import weakref
import zlib
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from celldeck.files import write_atomically

MAGIC = b"cD\xf1\x01"
"""The last byte is the version of the record: with another one, old files count as damage."""
_HEAD = struct.Struct("<4s16sII")
_LIMIT_BYTES = 32 << 20
_FLUSH_BYTES = 1 << 20


class Cache:
    """Text by kind and key: in memory, and in a folder if there is one. Safe to use from several threads."""

    def __init__(self, folder: Path | None, *, limit_bytes: int = _LIMIT_BYTES) -> None:
        """Take the folder to keep things in; it is made when something is first written.

        Args:
            folder: None keeps everything in memory, for this process only.
            limit_bytes: what the file may grow to; then the half of it that was not used longest is dropped.
        """
        self.path = None if folder is None else folder / "made.bin"
        self._limit = limit_bytes
        self._lock = threading.RLock()
        self._data: bytes | None = None
        self._index: dict[bytes, tuple[int, int]] = {}
        self._fresh: dict[bytes, bytes] = {}
        self._fresh_bytes = 0
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._used: set[bytes] = set()
        # If nobody calls flush(), what is pending reaches the disk at exit, or when the cache is dropped.
        self._finalizer = weakref.finalize(self, _append, self.path, self._pending)

    def get(self, kind: str, key: str) -> str | None:
        """Return what was put for this kind and key, or None.

        Args:
            kind: what it is, such as `math`.
            key: everything that the value depends on, versions included; of any length.
        """
        digest = _digest(kind, key)
        with self._lock:
            packed = self._fresh.get(digest)
            if packed is None:
                packed = self._from_disk(digest)
            if packed is None:
                return None
            self._used.add(digest)
        try:
            return zlib.decompress(packed).decode("utf-8")
        except (zlib.error, UnicodeDecodeError):
            return None

    def has(self, kind: str, key: str) -> bool:
        """Say whether something was put for this kind and key, without unpacking it."""
        digest = _digest(kind, key)
        with self._lock:
            return digest in self._fresh or self._from_disk(digest) is not None

    def put(self, kind: str, key: str, value: str) -> None:
        """Keep `value` for this kind and key; it is on disk after `flush`, or when the process ends."""
        digest = _digest(kind, key)
        # Level 1: four times smaller for an SVG, at a cost that a warm build does not notice.
        packed = zlib.compress(value.encode("utf-8", "replace"), 1)
        with self._lock:
            self._remember(digest, packed)
            if self.path is None:
                return
            self._used.add(digest)
            record = _record(digest, packed)
            self._pending.append(record)
            self._pending_bytes += len(record)
            if self._pending_bytes >= _FLUSH_BYTES:
                self.flush()

    def flush(self) -> None:
        """Write what is new to disk."""
        with self._lock:
            if self.path is None or not self._pending:
                return
            self._load()
            size = 0
            with suppress(OSError):
                size = self.path.stat().st_size
            if size + self._pending_bytes > self._limit:
                self._compact()
            else:
                _append(self.path, self._pending)
            self._pending.clear()
            self._pending_bytes = 0

    def _remember(self, digest: bytes, packed: bytes) -> None:
        self._fresh_bytes += len(packed) - len(self._fresh.pop(digest, b""))
        self._fresh[digest] = packed
        while self._fresh_bytes > self._limit and len(self._fresh) > 1:
            oldest = next(iter(self._fresh))
            self._fresh_bytes -= len(self._fresh.pop(oldest))

    def _from_disk(self, digest: bytes) -> bytes | None:
        self._load()
        place = self._index.get(digest)
        if place is None or self._data is None:
            return None
        start, length = place
        packed = self._data[start : start + length]
        checksum = _HEAD.unpack_from(self._data, start - _HEAD.size)[3]
        return packed if zlib.crc32(packed, zlib.crc32(digest)) == checksum else None

    def _load(self) -> None:
        if self._data is not None:
            return
        self._data = b""
        if self.path is not None:
            # A file far over the limit is not ours, or was never compacted: do not fill the memory with it.
            with suppress(OSError):
                if self.path.stat().st_size <= 2 * self._limit:
                    self._data = self.path.read_bytes()
        self._index = _read_index(self._data)

    def _compact(self) -> None:
        """Write a new file: what this process used and the newest of the rest, up to half the limit."""
        assert self.path is not None
        kept: dict[bytes, bytes] = {}
        room = self._limit // 2
        in_use = [digest for digest in reversed(self._index) if digest in self._used]
        others = [digest for digest in reversed(self._index) if digest not in self._used]
        for digest, packed in reversed(self._fresh.items()):
            if len(packed) <= room:
                kept[digest] = packed
                room -= len(packed) + _HEAD.size
        for digest in in_use + others:
            packed_on_disk = None if digest in kept else self._from_disk(digest)
            if packed_on_disk is not None and len(packed_on_disk) <= room:
                kept[digest] = packed_on_disk
                room -= len(packed_on_disk) + _HEAD.size
        data = b"".join(_record(digest, packed) for digest, packed in reversed(kept.items()))
        with suppress(OSError):
            write_atomically(self.path, data)
            self._data = data
            self._index = _read_index(data)


def _digest(kind: str, key: str) -> bytes:
    return blake2b(f"{kind}\0{key}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _record(digest: bytes, packed: bytes) -> bytes:
    return _HEAD.pack(MAGIC, digest, len(packed), zlib.crc32(packed, zlib.crc32(digest))) + packed


def _read_index(data: bytes) -> dict[bytes, tuple[int, int]]:
    """Return where each digest's newest value starts, and its length."""
    index: dict[bytes, tuple[int, int]] = {}
    at, unread, end = 0, 0, len(data)
    while at < end:
        head = data[at : at + _HEAD.size]
        if head[:4] == MAGIC and len(head) == _HEAD.size:
            _, digest, length, _ = _HEAD.unpack(head)
            start = at + _HEAD.size
            unread = at + 1
            if start + length <= end:
                # Popped first, so that the order of the index is the order of the file.
                index.pop(digest, None)
                index[digest] = (start, length)
                at = start + length
                continue
        # No record starts here, so the one before may be cut short: look inside it, too.
        at = data.find(MAGIC, unread)
        if at < 0:
            break
        unread = at + 1
    return index


def _append(path: Path | None, records: list[bytes]) -> None:
    if path is None or not records:
        return
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered: one call, which the system appends as a whole even if another process appends, too.
        with path.open("ab", buffering=0) as file:
            file.write(b"".join(records))
