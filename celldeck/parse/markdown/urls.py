"""Addresses of links: encoded for `href`, decoded for their text, and refused where a script could hide.

markdown-it: https://github.com/markdown-it/mdurl, and `normalizeLink` in
https://github.com/markdown-it/markdown-it/blob/master/lib/index.mjs
"""

from __future__ import annotations

import codecs
from typing import Final, NamedTuple
from urllib.parse import quote

from celldeck.js import trim
from celldeck.patterns import late

_REFUSED = late(r"(?:vbscript|javascript|file|data):")
_ALLOWED_DATA = late(r"data:image/(?:gif|png|jpeg|webp);")
# Letters, digits and what never needs encoding, with no host that could.
_PLAIN = late(r"(?!//)(?:https?://[A-Za-z0-9.-]{1,200}(?=[/?#]|$))?[A-Za-z0-9_.!~*'()/?;&=+$,#@-]*")
_KEPT: Final = ";/?:@&=+$,-_.!~*'()#"
_ENCODED = late(r"%[0-9A-Fa-f]{2}")
_ENCODED_RUN = late(r"(?:%[0-9A-Fa-f]{2})+")
_PROTOCOL = late(r"(?ai)[a-z0-9.+-]+:")
_SLASHED: Final = frozenset({"http:", "https:", "ftp:", "gopher:", "file:"})
_HOST_RECODED: Final = frozenset({"http:", "https:", "mailto:"})
_HOST_END = late(r"[/?#]")
_NOT_HOST = late(r"[%/?;#'{}|\\^`<>\" \r\n\t]")
_PORT = late(r":[0-9]*$")
_HOST_PART = late(r"[+a-zA-Z0-9_-]{0,63}$")
_HOST_PART_START = late(r"[+a-zA-Z0-9_-]{0,63}")
_NOT_ASCII = late(r"[^\x00-\x7f]")
_HOST_LIMIT: Final = 255
_DOTS = late("[\u3002\uff0e\uff61]")
# Decoding these would change where an address leads.
_KEPT_ENCODED: Final = frozenset(";/?:@&=+$,#%")

# A broken sequence becomes one mark a byte, where Python's own way is one for all of it.
_EACH_BYTE: Final = "celldeck-each-byte"
codecs.register_error(
    _EACH_BYTE,
    lambda error: (
        ("\ufffd" * (error.end - error.start), error.end)
        if isinstance(error, UnicodeDecodeError)
        else ("", 0)
    ),
)


def is_allowed(href: str) -> bool:
    """Say whether a link may lead to this address, as `normalize_link` gives it."""
    lowered = trim(href).lower()
    return not _REFUSED.match(lowered) or _ALLOWED_DATA.match(lowered) is not None


def normalize_link(url: str) -> str:
    """Return an address as it stands in `href`: percent-encoded, its host in punycode."""
    if _PLAIN.fullmatch(url):
        return url
    parts = _split(url)
    if parts.host and (not parts.protocol or parts.protocol in _HOST_RECODED):
        parts = parts._replace(host=_to_ascii(parts.host))
    return _encode(parts.join())


def normalize_link_text(url: str) -> str:
    """Return an address as a link's text shows it: its characters and its host decoded."""
    parts = _split(url)
    if parts.host and (not parts.protocol or parts.protocol in _HOST_RECODED):
        parts = parts._replace(host=_to_unicode(parts.host))
    return _ENCODED_RUN.sub(lambda run: _decode(run[0]), parts.join())


class _Parts(NamedTuple):
    protocol: str
    slashes: str
    auth: str
    host: str
    port: str
    rest: str
    """Path, query and fragment."""

    def join(self) -> str:
        auth = self.auth + "@" if self.auth else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = ":" + self.port if self.port else ""
        return self.protocol + self.slashes + auth + host + port + self.rest


def _split(url: str) -> _Parts:
    """Take an address apart, with a host wherever `//` or an unknown protocol stands before it."""
    rest = trim(url)
    found = _PROTOCOL.match(rest)
    protocol = found[0] if found else ""
    rest = rest[len(protocol) :]
    has_slashes = rest.startswith("//")
    is_script = protocol == "javascript:"
    slashes = "//" if has_slashes and not is_script else ""
    rest = rest[len(slashes) :]
    if is_script or not (has_slashes or (protocol and protocol not in _SLASHED)):
        return _Parts(protocol, slashes, "", "", "", rest)
    ending = _HOST_END.search(rest)
    at_sign = rest.rfind("@", 0, ending.end() if ending else None)
    auth = rest[:at_sign] if at_sign >= 0 else ""
    rest = rest[at_sign + 1 :]
    other = _NOT_HOST.search(rest)
    end = other.start() if other else len(rest)
    if rest[end - 1 : end] == ":":
        end -= 1
    host, rest = rest[:end], rest[end:]
    port = _PORT.search(host)
    if port:
        host = host[: port.start()]
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1] if len(host) <= _HOST_LIMIT else ""
    else:
        host, beyond = _valid_host(host)
        rest = beyond + rest
    return _Parts(protocol, slashes, auth, host, port[0][1:] if port else "", rest)


def _valid_host(host: str) -> tuple[str, str]:
    """Return as much of a host as can be one, and what is left of it."""
    labels = host.split(".")
    for at, label in enumerate(labels):
        if _HOST_PART.match(_NOT_ASCII.sub("x", label)):
            continue
        start = _HOST_PART_START.match(label)
        assert start
        host = ".".join([*labels[:at], start[0]])
        beyond = ".".join([label[start.end() :], *labels[at + 1 :]])
        return (host if len(host) <= _HOST_LIMIT else ""), beyond
    return (host if len(host) <= _HOST_LIMIT else ""), ""


def _encode(url: str) -> str:
    """Percent-encode what may not stand in an address; what is encoded already stays."""
    if "%" not in url:
        return quote(url, safe=_KEPT, errors="replace")
    parts: list[str] = []
    end = 0
    for kept in _ENCODED.finditer(url):
        parts += (quote(url[end : kept.start()], safe=_KEPT, errors="replace"), kept[0])
        end = kept.end()
    return "".join(parts) + quote(url[end:], safe=_KEPT, errors="replace")


def _decode(run: str) -> str:
    """Decode a run of percent-encoded bytes, except those that mean something in an address."""
    text = bytes.fromhex(run.replace("%", "")).decode("utf-8", errors=_EACH_BYTE)
    return "".join(f"%{ord(char):02X}" if char in _KEPT_ENCODED else char for char in text)


def _to_ascii(host: str) -> str:
    """Return a host with its labels in punycode, where they need it."""
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
        for label in _labels(host)
    )


def _to_unicode(host: str) -> str:
    """Return a host with its punycode labels as the characters they stand for."""
    labels = _labels(host)
    try:
        return ".".join(
            label[4:].lower().encode("ascii").decode("punycode") if label.startswith("xn--") else label
            for label in labels
        )
    except UnicodeError:
        return host


def _labels(host: str) -> list[str]:
    return _DOTS.sub(".", host).split(".")
