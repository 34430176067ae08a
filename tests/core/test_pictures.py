"""Which files are pictures, and what is left of them."""

from __future__ import annotations

import struct
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.core.pictures import LONGEST_SIDE, MOST_BYTES, NAME, NotAPicture, read
from tests.pictures import animation, application, exif, jpeg, part, png, webp

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "media_type"), [(png(), "image/png"), (jpeg(), "image/jpeg"), (webp(), "image/webp")]
)
def test_each_kind_is_known_by_its_bytes(content: bytes, media_type: str) -> None:
    picture = read(content)

    assert (picture.media_type, picture.width, picture.height) == (media_type, 120, 40)
    assert picture.content == content, "a plain picture is kept as it came"
    assert NAME.fullmatch(picture.name)
    assert read(picture.content) == picture


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SVG, "must be a PNG, JPEG or WebP picture"),
        (b"GIF89a" + bytes(40), "must be a PNG, JPEG or WebP picture"),
        (b"", "must be a PNG, JPEG or WebP picture"),
        (b"<!doctype html><script>", "must be a PNG, JPEG or WebP picture"),
        (png() + bytes(MOST_BYTES), "must have at most 200 kB"),
        (png(more=part(b"acTL", bytes(8))), "must not move"),
        (webp(more=animation()), "must not move"),
        (png(LONGEST_SIDE + 1, 1), "must be at most 2000 pixels long and 2 megapixels large"),
        (jpeg(2000, 2000), "must be at most 2000 pixels long and 2 megapixels large"),
        (jpeg(marker=0xC3), "must be a baseline or progressive JPEG"),
        (jpeg(0, 40), "must be at most 2000 pixels long and 2 megapixels large"),
        (png(more=part(b"IHDR", bytes(13))), "is damaged"),
        (png(pixels=b""), "is damaged"),
    ],
)
def test_what_is_no_picture_is_told_why(content: bytes, said: str) -> None:
    with pytest.raises(NotAPicture) as refused:
        read(content)
    assert str(refused.value) == said


@pytest.mark.parametrize(
    "content",
    [
        png(more=part(b"tEXt", b"Comment\0SECRET") + part(b"eXIf", b"SECRET")) + b"SECRET",
        jpeg(more=exif(b"SECRET")) + b"<script>SECRET</script>",
        jpeg(more=application(0xE0, b"JFXX\0\x10SECRET")),
        jpeg(more=application(0xE0, b"JFIF\0\1\1\0\0\1\0\1\2\1SECRET")),
        jpeg(more=application(0xE2, b"MPF\0SECRET")),
        webp(more=b"EXIF" + struct.pack("<I", 6) + b"SECRET", extended=True),
    ],
)
def test_only_what_draws_the_picture_is_kept(content: bytes) -> None:
    kept = read(content).content

    assert b"SECRET" not in kept
    assert read(kept).content == kept


def test_a_small_file_that_promises_gigabytes_costs_nothing() -> None:
    bomb = zlib.compress(bytes(150_000_000), 9)
    head = struct.pack(">IIBBBBB", 10, 10, 8, 2, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", bomb) + part(b"IEND", b"")
    began = time.process_time()

    with pytest.raises(NotAPicture):
        read(content)

    assert len(content) < MOST_BYTES
    assert time.process_time() - began < 0.1


@given(st.sampled_from([png(), jpeg(), webp(), webp(extended=True)]), st.data())
def test_no_bytes_break_the_reading(content: bytes, data: st.DataObject) -> None:
    """Cut short, bits turned, bytes put in: a picture or a refusal, and a picture stays one when it is read again."""
    at = data.draw(st.integers(0, len(content)))
    hurt = content[:at] + data.draw(st.binary(max_size=6)) + content[at + data.draw(st.integers(0, 6)) :]
    try:
        picture = read(hurt)
    except NotAPicture:
        return
    assert read(picture.content) == picture
