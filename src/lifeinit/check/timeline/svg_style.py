"""How the picture looks, on light pages and on dark ones."""

from typing import Final

STYLE: Final = """\
  .page { fill: #ffffff; stroke: #d1d9e0; }
  text { font: 13px ui-sans-serif, system-ui, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; \
fill: #1f2328; }
  .title { font-size: 19px; font-weight: 600; }
  .half { font-size: 11px; font-weight: 700; letter-spacing: 1.2px; }
  .name { font-weight: 600; }
  .quiet { fill: #59636e; font-size: 11.5px; }
  .end { text-anchor: end; }
  .middle { text-anchor: middle; }
  .stripe { fill: #818b98; fill-opacity: 0.07; }
  .axis { stroke: #818b98; stroke-width: 1; }
  .start { fill: #0969da; color: #0969da; }
  .app { fill: #1a7f37; color: #1a7f37; }
  .stop { fill: #bc4c00; color: #bc4c00; }
  .most { fill-opacity: 0.3; }
  .open-start { fill: url(#fade-start); }
  .open-stop { fill: url(#fade-stop); }
  .fade { stop-color: currentColor; }
  .mark { stroke: #59636e; stroke-width: 1.5; stroke-dasharray: 2 4; stroke-linecap: round; }
  .grace { stroke: #d1242f; stroke-width: 2; }
  .lost { fill: #d1242f; fill-opacity: 0.08; }
  .kills { fill: #d1242f; font-weight: 600; font-size: 11.5px; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #3d444d; }
    text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .stripe { fill: #9198a1; }
    .axis { stroke: #656c76; }
    .start { fill: #4493f8; color: #4493f8; }
    .app { fill: #3fb950; color: #3fb950; }
    .stop { fill: #f0883e; color: #f0883e; }
    .mark { stroke: #9198a1; }
    .grace { stroke: #f85149; }
    .most { fill-opacity: 0.45; }
    .lost { fill: #f85149; fill-opacity: 0.14; }
    .kills { fill: #f85149; }
  }
"""
