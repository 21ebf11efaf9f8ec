"""Bytes deflated."""

import zlib

import pytest

from celldeck.export.pdf.flate import deflated


@pytest.mark.parametrize("content", [b"", b"x", bytes(100_000), bytes(range(256)) * 300])
def test_gives_what_zlib_reads(content: bytes) -> None:
    assert zlib.decompress(deflated(content)) == content
    assert len(deflated(content, 9)) <= len(zlib.compress(content, 9)) + 16
