"""Draw the figures of a result: cost by stage, and peers on the same texts.

    python -m benchmarks.plot RESULT.json [PICTURE.png]

Needs altair and vl-convert-python. Two greys, values written beside the bars.
"""

import json
import sys
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

from benchmarks.grey_png import to_greys

#: what of a tool was run
SAID = {
    "edsnlp": "edsnlp: term matcher",
    "gilda": "gilda: terms",
    "medspacy": "medspaCy: terms, ConText",
    "scispacy": "scispaCy: fuzzy candidates",
}
#: of the profiles
GREYS = {"default": "#333333", "fast": "#a8a8a8"}
_FONT = "DejaVu Sans"


def stage_rows(profiles: list[dict[str, Any]]) -> list[dict[str, object]]:
    """Give a row for each stage and profile, ratios to the blank tokenizer."""
    return [
        {"stage": name.removeprefix("radtab_"), "profile": each["profile"], "ratio": ratio}
        for each in profiles
        for name, ratio in each["stage_ratios"].items()
    ]


def tool_rows(result: dict[str, Any]) -> list[dict[str, object]]:
    """Give a row for each profile and each peer that was measured."""
    ours = [
        {"tool": f"radtab: all, {each['profile']}", "ratio": each["ratio"], "ours": True}
        for each in result["profiles"]
    ]
    peers = [
        {"tool": SAID.get(each["peer"], each["peer"]), "ratio": each["ratio"], "ours": False}
        for each in result.get("peers", [])
        if "ratio" in each
    ]
    blank = {"tool": "spaCy blank", "ratio": 1.0, "ours": False}
    return [*ours, *peers, blank]


def stage_chart(result: dict[str, Any]) -> alt.LayerChart:
    """Draw the cost of each stage, both profiles beside each other."""
    rows = stage_rows(result["profiles"])
    order = [row["stage"] for row in rows if row["profile"] == "default"]
    chart = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("stage:N", sort=order, title=None),
        yOffset=alt.YOffset("profile:N", sort=list(GREYS)),
        x=alt.X(
            "ratio:Q",
            title="cost, multiple of spaCy's blank tokenizer",
            scale=alt.Scale(domain=[0, 2]),
            axis=alt.Axis(values=[0, 0.5, 1, 1.5, 2]),
        ),
    )
    colour = alt.Color(
        "profile:N",
        scale=alt.Scale(domain=list(GREYS), range=list(GREYS.values())),
        legend=alt.Legend(title=None, orient="top", direction="horizontal"),
    )
    return (
        chart.mark_bar().encode(color=colour)
        + chart.mark_text(align="left", dx=3, fontSize=9).encode(
            text=alt.Text("ratio:Q", format=".2f")
        )
    ).properties(width=270, height=360, title="Stages")


def tool_chart(result: dict[str, Any]) -> alt.LayerChart:
    """Draw the cost of whole tools; the scale is logarithmic, so points instead of bars."""
    rows = sorted(tool_rows(result), key=lambda row: float(str(row["ratio"])))
    chart = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("tool:N", sort=[row["tool"] for row in rows], title=None),
        x=alt.X(
            "ratio:Q",
            title="the same of whole tools (log scale)",
            scale=alt.Scale(type="log", domain=[0.1, 500]),
            axis=alt.Axis(values=[0.1, 1, 10, 100], format="~g"),
        ),
    )
    shade = alt.condition("datum.ours", alt.value("#333333"), alt.value("#ffffff"))
    return (
        chart.mark_point(size=70, stroke="#333333", filled=False).encode(fill=shade)
        + chart.mark_text(align="left", dx=9, fontSize=10).encode(
            text=alt.Text("ratio:Q", format=".3~g")
        )
    ).properties(width=270, height=360, title="Tools on the same texts")


def main() -> None:
    """Run the command."""
    source = Path(sys.argv[1])
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).with_name("cost.png")
    result = json.loads(source.read_text("utf-8"))
    chart = alt.hconcat(stage_chart(result), tool_chart(result), spacing=30).configure(
        font=_FONT, background="white"
    )
    target.write_bytes(to_greys(vl_convert.vegalite_to_png(chart.to_json(), scale=1.3)))


if __name__ == "__main__":
    main()
