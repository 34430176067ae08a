"""Score links as HTML to paste into a mail of one's own: plain links that any mail program shows."""

from __future__ import annotations

from markupsafe import escape

from cxsurvey.surveys.asked import AskedWorkspace
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.languages import direction_of
from cxsurvey.surveys.points import points_of

PERSONAL_LINK = "PERSONAL_LINK"
"""Stands for the personal link of each customer; whoever sends the mail puts it in."""
CELL = "padding:4px"
LINK = (
    "display:inline-block;min-width:24px;padding:12px 10px;border:1px solid #8b867a;border-radius:8px;"
    "color:#1d1c19;text-align:center;text-decoration:none"
)


def score_links(definition: Definition, language: str, workspace: AskedWorkspace) -> str:
    """The question and a link for every point, each of which opens the form with that point chosen.

    One text goes to everybody, so that no customer is called by name.
    """
    definition = workspace.fill_in(definition)
    texts = definition.texts_in(language)
    cells = "\n".join(
        f'  <td style="{CELL}"><a style="{LINK}" href="{PERSONAL_LINK}?s={point.score}&amp;lang={language}"'
        f' aria-label="{escape(point.label)}">{escape(point.text)}</a></td>'
        for point in points_of(definition, language)
    )
    return (
        f'<div lang="{language}" dir="{direction_of(language)}">\n'
        f"<p>{escape(texts.question)}</p>\n"
        f'<table role="presentation"><tr>\n{cells}\n</tr></table>\n'
        f"<p>{escape(texts.low_label)} \u2013 {escape(texts.high_label)}</p>\n"
        "</div>"
    )
