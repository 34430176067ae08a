"""Pictures from outside, read without decoding a pixel: what kind, how large, and nothing in them but the picture.

PNG, JPEG and WebP are taken. SVG is a document that may hold scripts and fetch from elsewhere; GIF and the animated
forms of the others move, which not everybody can bear. Each file is walked from its first byte to its last and written
anew from the parts that draw it: texts, places and whatever hides behind the end are left out.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

MOST_BYTES: Final = 200 * 1024
LONGEST_SIDE: Final = 2000
MOST_PIXELS: Final = 2_000_000
SUFFIXES: Final = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
NAME: Final = re.compile(r"[0-9a-f]{32}-([1-9][0-9]{0,3})x([1-9][0-9]{0,3})\.(png|jpg|webp)")
"""The name of a picture: 128 bits of the SHA-256 of its bytes, and its size in pixels."""

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs"}
)
_PNG_DEPTHS: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PNG_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_JPEG_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
_JPEG_OTHER_FRAMES: Final = frozenset(range(0xC3, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN: Final = 0xDA
_END: Final = 0xD9
_JPEG_KEPT: Final = frozenset({0xC4, 0xDB, 0xDD, 0xEE})
"""Tables, restart interval, and what Adobe says of colours."""
_JFIF, _ICC = 0xE0, 0xE2
_JPEG_SAYING: Final = frozenset({_JFIF, _ICC})
"""Parts that say how pixels and colours are meant, and may hold other things: smaller pictures, notes of programs."""


class NotAPicture(ValueError):  # noqa: N818 - says what it is
    """The bytes are no picture that is taken. The message is a rule, such as "must be a PNG, JPEG or WebP picture"."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept. `content` holds only what draws it."""

    media_type: str
    width: int
    height: int
    content: bytes

    @property
    def digest(self) -> bytes:
        """The SHA-256 of its bytes."""
        return sha256(self.content).digest()

    @property
    def name(self) -> str:
        """What it is called in addresses; other bytes have another name."""
        return f"{self.digest.hex()[:32]}-{self.width}x{self.height}.{SUFFIXES[self.media_type]}"


def read(content: bytes) -> Picture:
    """The picture in these bytes; raises `NotAPicture`."""
    if len(content) > MOST_BYTES:
        raise NotAPicture(f"must have at most {MOST_BYTES // 1024} kB")
    try:
        if content.startswith(_PNG):
            return _png(content)
        if content.startswith(b"\xff\xd8\xff"):
            return _jpeg(content)
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _webp(content)
    except (struct.error, IndexError, zlib.error):
        raise NotAPicture("is damaged") from None
    raise NotAPicture("must be a PNG, JPEG or WebP picture")


def _sized(media_type: str, width: int, height: int, content: bytes) -> Picture:
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE and width * height <= MOST_PIXELS):
        raise NotAPicture(f"must be at most {LONGEST_SIDE} pixels long and {MOST_PIXELS // 10**6} megapixels large")
    return Picture(media_type, width, height, content)


def _png(content: bytes) -> Picture:
    parts = list(_png_parts(content))
    if [kind for kind, _ in parts[:1]] != [b"IHDR"] or len(parts[0][1]) != 13:
        raise NotAPicture("is damaged")
    kinds = [kind for kind, _ in parts]
    if b"acTL" in kinds:
        raise NotAPicture("must not move")
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", parts[0][1])
    known = depth in _PNG_DEPTHS.get(colour, ()) and (compression, filtering) == (0, 0) and interlace in {0, 1}
    if not known or kinds.count(b"IHDR") != 1 or (colour == 3) > (b"PLTE" in kinds):
        raise NotAPicture("is damaged")
    kept = [part for part in parts if part[0] in _PNG_KEPT]
    picture = _sized("image/png", width, height, _PNG + b"".join(_png_part(*part) for part in kept))
    _check_pixels(b"".join(data for kind, data in parts if kind == b"IDAT"), width, height, depth, colour)
    return picture


def _png_parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while True:
        (length,) = struct.unpack_from(">I", content, at)
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", content, at + 8 + length)
        if zlib.crc32(kind + data) != checksum:
            raise NotAPicture("is damaged")
        yield kind, data
        at += 12 + length
        if kind == b"IEND":
            return


def _png_part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _check_pixels(packed: bytes, width: int, height: int, depth: int, colour: int) -> None:
    """Unpacks as much as such a picture holds, a piece at a time, and no more: a small file may promise gigabytes."""
    row = 1 + (width * depth * _PNG_CHANNELS[colour] + 7) // 8
    most, unpacked, unpacker = row * height + 8 * (width + height), 0, zlib.decompressobj()
    rest = packed
    while rest and not unpacker.eof:
        unpacked += len(unpacker.decompress(rest, 65536))
        rest = unpacker.unconsumed_tail
        if unpacked > most:
            raise NotAPicture("is damaged")
    if not unpacker.eof or unpacked < height:
        raise NotAPicture("is damaged")


def _what_draws(marker: int, segment: bytes) -> bytes:
    """Of an application part what is needed to draw: density without its small picture, or a colour profile."""
    said = segment[4:]
    if marker == _JFIF and said.startswith(b"JFIF\0") and len(said) >= 14:
        return segment[:2] + struct.pack(">H", 16) + said[:12] + b"\0\0"
    return segment if marker == _ICC and said.startswith(b"ICC_PROFILE\0") else b""


def _jpeg(content: bytes) -> Picture:
    sizes, kept, markers = [], [b"\xff\xd8"], set()
    for marker, segment in _jpeg_segments(content):
        markers.add(marker)
        if marker in _JPEG_OTHER_FRAMES:
            raise NotAPicture("must be a baseline or progressive JPEG")
        if marker in _JPEG_FRAMES:
            sizes.append(_jpeg_size(segment))
        if marker in _JPEG_SAYING:
            kept.append(_what_draws(marker, segment))
        elif marker in _JPEG_KEPT | _JPEG_FRAMES | {_SCAN}:
            kept.append(segment)
    if len(sizes) != 1 or _SCAN not in markers:
        raise NotAPicture("is damaged")
    return _sized("image/jpeg", *sizes[0], b"".join([*kept, b"\xff\xd9"]))


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each segment up to the end of the picture; a scan with the data that follows it."""
    at = 2
    while True:
        if content[at] != 0xFF:
            raise NotAPicture("is damaged")
        marker = content[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker == _END:
            return
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(content):
            raise NotAPicture("is damaged")
        if marker == _SCAN:
            end = _end_of_scan(content, end)
        yield marker, content[at:end]
        at = end


def _jpeg_size(segment: bytes) -> tuple[int, int]:
    depth, height, width, channels = struct.unpack_from(">BHHB", segment, 4)
    if depth != 8 or channels not in {1, 3}:
        raise NotAPicture("must be a JPEG of 8 bits in grey or RGB")
    return width, height


def _end_of_scan(content: bytes, at: int) -> int:
    while (at := content.find(0xFF, at)) >= 0:
        follows = content[at + 1]
        if follows != 0 and not 0xD0 <= follows <= 0xD7:
            return at
        at += 2
    raise NotAPicture("is damaged")


def _webp(content: bytes) -> Picture:
    (length,) = struct.unpack_from("<I", content, 4)
    if length + 8 > len(content) or length % 2:
        raise NotAPicture("is damaged")
    parts = dict(_webp_parts(content[12 : length + 8]))
    if b"ANIM" in parts or b"ANMF" in parts:
        raise NotAPicture("must not move")
    drawn = [kind for kind in (b"VP8 ", b"VP8L") if kind in parts]
    if len(drawn) != 1:
        raise NotAPicture("is damaged")
    size = _lossy_size(parts[b"VP8 "]) if drawn == [b"VP8 "] else _lossless_size(parts[b"VP8L"])
    kept: list[tuple[bytes, bytes]] = [(kind, parts[kind]) for kind in (b"ICCP", b"ALPH", drawn[0]) if kind in parts]
    if b"VP8X" in parts:
        extended = parts[b"VP8X"]
        canvas = tuple(int.from_bytes(extended[at : at + 3], "little") + 1 for at in (4, 7))
        if len(extended) != 10 or canvas != size:
            raise NotAPicture("is damaged")
        kept.insert(0, (b"VP8X", bytes([extended[0] & 0b110000]) + extended[1:]))  # no EXIF, no XMP, no animation
    body = b"WEBP" + b"".join(_webp_part(kind, data) for kind, data in kept)
    return _sized("image/webp", *size, b"RIFF" + struct.pack("<I", len(body)) + body)


def _webp_parts(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, seen = 0, set()
    while at < len(body):
        kind, (length,) = body[at : at + 4], struct.unpack_from("<I", body, at + 4)
        data = body[at + 8 : at + 8 + length]
        if len(data) != length or kind in seen:
            raise NotAPicture("is damaged")
        seen.add(kind)
        yield kind, data
        at += 8 + length + length % 2


def _webp_part(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _lossy_size(data: bytes) -> tuple[int, int]:
    if data[0] & 1 or data[3:6] != b"\x9d\x01\x2a":
        raise NotAPicture("is damaged")
    width, height = struct.unpack_from("<HH", data, 6)
    return width & 0x3FFF, height & 0x3FFF


def _lossless_size(data: bytes) -> tuple[int, int]:
    if data[0] != 0x2F:
        raise NotAPicture("is damaged")
    (bits,) = struct.unpack_from("<I", data, 1)
    if bits >> 29:
        raise NotAPicture("is damaged")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
