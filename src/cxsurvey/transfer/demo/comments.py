"""The words of the made-up customers, by language or touchpoint and band."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from cxsurvey.scoring.scales import Band
from cxsurvey.transfer.demo.chance import Chance

SECOND_SENTENCE = 0.35
ABOUT_THE_CARRIER = 0.7
COMMENTED = {Band.DETRACTOR: 0.52, Band.PASSIVE: 0.24, Band.PROMOTER: 0.31}


@cache
def sections() -> Mapping[str, tuple[str, ...]]:
    """The comments by the name of their section, such as `delivery detractor carrier`."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in files(__package__).joinpath("comments.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            lines = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return {name: tuple(texts) for name, texts in found.items()}


def comment(chance: Chance, touchpoint: str, band: Band, language: str, dip: float) -> str | None:
    """What a customer writes, None when nothing; `dip` is how much of the trouble with the carrier is felt."""
    if not chance.happens(COMMENTED[band]):
        return None
    subject = touchpoint.casefold() if language == "en" else language
    about = sections()
    carrier = about.get(f"{subject} {band.value} carrier") if touchpoint in {"Delivery", "Support", "Returns"} else None
    if carrier and chance.happens(dip * ABOUT_THE_CARRIER):
        return chance.pick(carrier)
    text = chance.pick(about[f"{subject} {band.value}"])
    if language == "en" and chance.happens(SECOND_SENTENCE):
        text = f"{text} {chance.pick(about[f'also {band.value}'])}"
    return text
