"""Pictures for tests, drawn byte by byte."""

from __future__ import annotations

import struct
import zlib


def part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 120, height: int = 40, *, more: bytes = b"", pixels: bytes | None = None) -> bytes:
    """A PNG in one colour; `more` are parts between its head and its pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\x27\x4c\x84" * width) * height if pixels is None else pixels
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + more + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")


def jpeg(width: int = 120, height: int = 40, *, more: bytes = b"", marker: int = 0xC0) -> bytes:
    """The frame of a JPEG, with a scan that nobody would call beautiful."""
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"\x01\x22\x00\x02\x11\x01\x03\x11\x01"
    scan = b"\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00"
    return (
        b"\xff\xd8"
        + more
        + _segment(0xDB, b"\0" + bytes(range(1, 65)))
        + _segment(marker, frame)
        + _segment(0xDA, scan)
        + b"\x12\xff\x00\x34\xff\xd0\x56"
        + b"\xff\xd9"
    )


def _segment(marker: int, data: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data


def exif(text: bytes = b"48.8584 N 2.2945 E") -> bytes:
    """A part of a JPEG that tells where it was taken."""
    return _segment(0xE1, b"Exif\0\0" + text)


def webp(width: int = 120, height: int = 40, *, more: bytes = b"", extended: bool = False) -> bytes:
    """A lossless WebP without its pixels, which nobody here decodes."""
    bits = (width - 1) | (height - 1) << 14
    drawn = _chunk(b"VP8L", b"\x2f" + struct.pack("<I", bits) + b"\0" * 7)
    head = b""
    if extended:
        size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        head = _chunk(b"VP8X", b"\x3e\0\0\0" + size)
    body = b"WEBP" + head + drawn + more
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def animation() -> bytes:
    """The part by which a WebP moves."""
    return _chunk(b"ANIM", b"\0" * 6)


def application(marker: int, said: bytes) -> bytes:
    """A part of a JPEG that says something about it."""
    return _segment(marker, said)
