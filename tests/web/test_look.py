"""What the style sheets promise in numbers: text that can be read, in light and in dark."""

from __future__ import annotations

import re

import pytest

from cxsurvey.core import paths
from cxsurvey.web import accent

TOKENS = (paths.static() / "css" / "tokens.css").read_text("utf-8")
PAIR = re.compile(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
COLOURS = {name: (light, dark) for name, light, dark in PAIR.findall(TOKENS)}

TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("paper", "surface", "sunken")),
    *(("accent", ground) for ground in ("paper", "surface", "accent-soft")),
    *((word, ground) for word in ("worse", "better") for ground in ("paper", "surface")),
    ("worse", "worse-soft"),
    ("better", "better-soft"),
    ("ink", "worse-soft"),
    ("ink", "better-soft"),
    ("ink", "passive"),
    ("on-accent", "accent"),
    ("on-group", "detractor"),
    ("on-group", "promoter"),
]


@pytest.mark.parametrize(("ink", "ground"), TEXT)
@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_its_ground(ink: str, ground: str, scheme: int) -> None:
    assert contrast(COLOURS[ink][scheme], COLOURS[ground][scheme]) >= 4.5


@pytest.mark.parametrize("ground", ["paper", "surface", "sunken"])
@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_edges_of_controls_stand_out(ground: str, scheme: int) -> None:
    assert contrast(COLOURS["edge"][scheme], COLOURS[ground][scheme]) >= 3


@pytest.mark.parametrize("chosen", ["#274C84", "#ffffff", "#000000", "#ffff00", "#7f7f7f", "#ff0000", "#00ff00"])
def test_any_colour_of_a_workspace_becomes_readable(chosen: str) -> None:
    sheet = accent.stylesheet(chosen)
    light, dark = re.findall(r"--accent:light-dark\((#[0-9a-f]{6}),(#[0-9a-f]{6})\)", sheet)[0]

    for ground in ("paper", "surface", "sunken"):
        assert contrast(light, COLOURS[ground][0]) >= 4.5
        assert contrast(dark, COLOURS[ground][1]) >= 4.5
    assert contrast(COLOURS["on-accent"][0], light) >= 4.5
    assert contrast(COLOURS["on-accent"][1], dark) >= 4.5


def test_a_readable_colour_is_left_as_it_is() -> None:
    assert "--accent:light-dark(#274c84," in accent.stylesheet("#274C84")


@pytest.mark.parametrize("name", ["base.css", "dashboard.css"])
def test_colours_are_written_down_in_the_tokens_alone(name: str) -> None:
    text = (paths.static() / "css" / name).read_text("utf-8")

    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", text)


def contrast(one: str, other: str) -> float:
    return accent.contrast(rgb(one), rgb(other))


def rgb(text: str) -> accent.Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:], 16)
