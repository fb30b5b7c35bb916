"""What every class chart says of a row in the same way: its tooltip, and the colours of the two shares."""

from __future__ import annotations

from typing import Any

import altair as alt

from custrata.charts import rows, theme
from custrata.locale import Lang, text


def tooltip(lang: Lang) -> list[alt.Tooltip]:
    """Class, customers, spend and their shares, named in the reader's language."""
    fields = {
        "class": "class",
        "customers_text": "customers",
        "customer_share_text": "customer_share",
        "spend_text": "spend",
        "spend_share_text": "spend_share",
        "average_text": "average_spend",
    }
    return [alt.Tooltip(f"{field}:N", title=text(f"charts.{key}", lang)) for field, key in fields.items()]


def series_color(lang: Lang) -> Any:
    """Customers light, spend strong, and those without the numbers grey, in every chart alike."""
    scale = alt.Scale(domain=rows.series(lang), range=[theme.LIGHT["customers"], theme.LIGHT["spend"]])
    return alt.condition(
        alt.datum.missing,
        alt.value(theme.LIGHT["missing"]),
        alt.Color("series:N", sort=rows.series(lang), scale=scale),
    )
