"""Local files that a page refers to, as data URLs."""

from __future__ import annotations

import mimetypes
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote

from celldeck.errors import DeckError
from celldeck.export.embedded import encoded
from celldeck.frozen import frozen
from celldeck.packages import package_folder

LIMIT_BYTES = 64 << 20
"""Files larger than this are linked rather than embedded: a browser would need minutes to open the page."""

_TYPES = {
    ".apng": "image/apng",
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".css": "text/css",
    ".gif": "image/gif",
    ".htm": "text/html",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".json": "application/json",
    ".m4a": "audio/mp4",
    ".m4v": "video/mp4",
    ".mjs": "text/javascript",
    ".mov": "video/quicktime",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".otf": "font/otf",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".vtt": "text/vtt",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
# What a picture's first bytes are, whatever its name says.
_SIGNATURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n....IHDR", re.DOTALL), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"....ftyp(avif|avis|mif1)", re.DOTALL), "image/avif"),
    (re.compile(rb"BM....\x00\x00\x00\x00", re.DOTALL), "image/bmp"),
    (re.compile(rb"\x00\x00\x01\x00"), "image/x-icon"),
    (re.compile(rb"(\xef\xbb\xbf)?\s*<svg[\s>]"), "image/svg+xml"),
)
_RASTER = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"})
_LFS = b"version https://git-lfs.github.com/spec"


def kind_of(address: str) -> Literal["local", "remote", "other"]:
    """Say whether an address is a file's, one in a network, or needs nothing (data URLs, anchors …)."""
    address = address.strip()
    if re.match(r"https?:|ftp:|//", address, re.IGNORECASE):
        return "remote"
    if not address or address.startswith(("#", "?")):
        return "other"
    if re.match(r"file:|package:", address, re.IGNORECASE):
        return "local"
    if sys.platform == "win32" and re.match(r"[A-Za-z]:", address):
        return "local"
    return "other" if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", address) else "local"


@frozen
class Content:
    """What was read from a file."""

    url: str
    """A data URL; empty if there is none, see `fault`."""
    fault: Literal["", "large", "no-picture", "lfs"] = ""
    """Why it cannot be shown, or not be embedded."""


class LocalFiles:
    """Reads local files, each once for as long as its time and size stay."""

    def __init__(self) -> None:
        self._read: dict[Path, tuple[int, int, Content]] = {}
        self.folders: set[Path] = set()
        """In which files were looked for, whether they are there or not."""
        self.places: set[Path] = set()
        """Where files were looked for, whether they are there or not."""
        self.age = 0
        """Grows when files may have changed, so that nobody relies on what was found before."""

    def look_anew(self) -> None:
        """Note that files may have changed."""
        self.age += 1

    @property
    def paths(self) -> Iterable[Path]:
        """The files that were read."""
        return self._read.keys()

    def find(self, address: str, folders: Sequence[Path]) -> Path | None:
        """Return the file that an address names.

        Args:
            address: as it stands in HTML or CSS: percent-encoded, perhaps with a query and a fragment.
                `package:NAME/FILE` is a file of an installed Python package, such as a font.
            folders: what a relative address may be relative to, the likeliest first. The last also
                is the root of one that begins with a slash and that the machine itself does not have.
        """
        if address.startswith("package:"):
            return _in_package(unquote(address.removeprefix("package:")))
        for name in _names(address):
            path = Path(name)
            places = [path] if path.is_absolute() else [folder / path for folder in folders]
            if path.is_absolute() and folders:
                places.append(folders[-1] / name.lstrip("/\\"))
            for place in places:
                self.folders.add(place.parent)
                self.places.add(place)
                try:
                    if place.is_file():
                        return place
                except (OSError, ValueError):
                    continue  # a name that no file can have, such as one with a null or far too long
        return None

    def similar(self, address: str, folders: Sequence[Path]) -> str | None:
        """Return the name of a file that differs from a missing one only in case, or in its ending."""
        wanted = Path(next(_names(address)))
        for folder in folders:
            try:
                with os.scandir((folder / wanted).parent) as entries:
                    names = sorted(entry.name for entry in entries if entry.is_file())
            except (OSError, ValueError):
                continue
            for name in names:
                if name.lower() == wanted.name.lower():
                    return name
            for name in names:
                stem, suffix = os.path.splitext(name.lower())
                is_picture = _TYPES.get(suffix, "").startswith("image/")
                if is_picture and stem == wanted.stem.lower():
                    return name
        return None

    def content(self, path: Path, *, picture: bool = False) -> Content:
        """Return a file as a data URL.

        Args:
            picture: it is shown as a picture, so say if it is none.

        Raises:
            OSError: it cannot be read.
        """
        status = path.stat()
        known = self._read.get(path)
        if known and known[:2] == (status.st_mtime_ns, status.st_size):
            content = known[2]
        else:
            content = _content(path, status.st_size)
            self._read[path] = (status.st_mtime_ns, status.st_size, content)
        if content.fault == "no-picture" and not picture:
            return Content(content.url)
        return content


def _in_package(name: str) -> Path | None:
    package, _, file = name.partition("/")
    try:
        path = package_folder(package) / file
    except DeckError:
        return None
    return path if path.is_file() else None


def relative_address(path: Path, folder: Path) -> str:
    """Return the address of a file for a page that stands in `folder`."""
    try:
        return quote(Path(os.path.relpath(path, folder)).as_posix())
    except ValueError:  # another drive of a Windows machine
        return path.resolve().as_uri()


def _names(address: str) -> Iterator[str]:
    """Yield the file names that an address may stand for, from the plainest reading on."""
    address = address.strip()
    if address.lower().startswith("file:"):
        address = re.sub(r"^file:(//(localhost)?(?=/))?", "", address, flags=re.IGNORECASE)
        if re.match(r"/[A-Za-z]:", address):
            address = address[1:]
    without = re.sub(r"[?#].*", "", address, flags=re.DOTALL)
    yield unquote(without)
    yield unquote(address)  # a name that really has a question mark in it
    yield address


def _content(path: Path, size: int) -> Content:
    if size > LIMIT_BYTES:
        return Content("", "large")
    data = path.read_bytes()
    head = data[:4096]
    by_name = _TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0]
    if head.startswith(_LFS):
        return Content("", "lfs")
    if by_name == "image/svg+xml":
        # A licence, a doctype and more may stand before the element.
        signed = by_name if b"<svg" in data else None
    else:
        signed = next((kind for signature, kind in _SIGNATURES if signature.match(head)), None)
    kind = signed or by_name or "application/octet-stream"
    url = f"data:{kind};base64,{encoded(data)}"
    is_named_picture = by_name in _RASTER or by_name == "image/svg+xml"
    return Content(url, "no-picture" if is_named_picture and not signed else "")
