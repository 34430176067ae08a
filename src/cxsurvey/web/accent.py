"""One colour of a workspace, made readable in light and dark, as a tiny style sheet of its own.

The content policy permits no style in a page, so the colour travels in the address of a style sheet that
depends on nothing else and may be kept for ever.
"""

from __future__ import annotations

import re
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass

HEX = re.compile(r"#?([0-9a-fA-F]{6})")
LIGHT_GROUND = (0xF3, 0xF1, 0xEB)
DARK_GROUND = (0x26, 0x24, 0x20)
LIGHT_SURFACE = (0xFF, 0xFF, 0xFF)
DARK_SURFACE = (0x1D, 0x1C, 0x19)
TEXT = 4.5
"""What WCAG 2.2 AA asks of text."""
READABLE = 4.6  # WCAG asks for 4.5
READABLE_AT_NIGHT = 7.0  # less looks muddy on a dark ground

Colour = tuple[int, int, int]


def url(colour: str) -> str:
    """The address of the style sheet for a colour such as `#274C84`."""
    return f"/static/accent/{_hex(_parse(colour))[1:]}.css"


def stylesheet(colour: str) -> str:
    """The custom properties of a colour; ValueError unless it is six hexadecimal digits."""
    chosen = _parse(colour)
    light = readable_on(chosen, LIGHT_GROUND, READABLE)
    dark = readable_on(chosen, DARK_GROUND, READABLE_AT_NIGHT)
    soft_light, soft_dark = _mix(chosen, (255, 255, 255), 0.89), _mix(chosen, (29, 28, 25), 0.72)
    return (
        ":root{"
        f"--accent:light-dark({_hex(light)},{_hex(dark)});"
        f"--accent-soft:light-dark({_hex(soft_light)},{_hex(soft_dark)});"
        f"--band:light-dark({_hex(light)}22,{_hex(dark)}2e)"
        "}"
    )


@dataclass(frozen=True, slots=True)
class Check:
    """One contrast of a colour as it was chosen, and what pages show in its place where that is too little."""

    what: str
    dark: bool
    ratio: float
    needed: float
    shown: str
    shown_ratio: float

    @property
    def passes(self) -> bool:
        """Whether the colour can stay as it is."""
        return self.ratio >= self.needed


def checks(colour: str) -> tuple[Check, ...]:
    """How a colour fares as the ground of a button's text and as the colour of links, in light and in dark."""
    chosen = _parse(colour)
    return tuple(
        Check(
            what,
            dark,
            contrast(chosen, beside),
            TEXT,
            _hex(worn := readable_on(chosen, ground, wanted)),
            contrast(worn, beside),
        )
        for dark, ground, wanted, surface in (
            (False, LIGHT_GROUND, READABLE, LIGHT_SURFACE),
            (True, DARK_GROUND, READABLE_AT_NIGHT, DARK_SURFACE),
        )
        for what, beside in (("Text on a button", surface), ("Links", ground))
    )


def nearest(colour: str) -> str | None:
    """The nearest colour of the same hue that can be read in light as it is; None when this one can."""
    chosen = _parse(colour)
    worn = readable_on(chosen, LIGHT_GROUND, READABLE)
    return None if worn == chosen else _hex(worn).upper()


def readable_on(colour: Colour, ground: Colour, ratio: float) -> Colour:
    """The colour of the same hue, darker or lighter by as little as gives this contrast with the ground."""
    hue, lightness, saturation = rgb_to_hls(*(channel / 255 for channel in colour))
    end = 0.0 if luminance(ground) > 0.18 else 1.0
    for step in range(101):
        moved = lightness + (end - lightness) * step / 100
        red, green, blue = (round(255 * channel) for channel in hls_to_rgb(hue, moved, saturation))
        if contrast((red, green, blue), ground) >= ratio:
            return red, green, blue
    return (0, 0, 0) if end == 0 else (255, 255, 255)


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: Colour) -> float:
    """The relative luminance of WCAG 2, from 0 to 1."""
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _mix(colour: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _parse(text: str) -> Colour:
    match = HEX.fullmatch(text)
    if match is None:
        raise ValueError("a colour has six hexadecimal digits")
    digits = match[1]
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
