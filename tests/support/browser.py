"""Pages opened in Chromium without a window, where there is one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
ANSWER = re.compile(r'<pre id="answer-of-axe">(.*?)</pre>', re.S)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]

ASK = """
axe.run(document, {runOnly: RULES, resultTypes: ["violations"]}).then((found) => {
  const answer = document.createElement("pre");
  answer.id = "answer-of-axe";
  answer.textContent = JSON.stringify(found.violations.map((one) => ({
    rule: one.id, help: one.help, where: one.nodes.slice(0, 3).map((node) => node.html)})));
  document.body.append(answer);
});
"""


def opened(page: Path, profile: Path, width: int = 1280, fragment: str = "") -> str:
    """Return the page as it is after its script has run."""
    done = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", f"--window-size={width},900",
         "--virtual-time-budget=20000", "--dump-dom", page.as_uri() + fragment],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return done.stdout


def complaints(html: str, folder: Path, width: int = 1280) -> list[dict[str, Any]]:
    """Return what axe finds wrong with a page: rule, help, and the elements meant."""
    spec = find_spec("axe_core_python")
    assert spec
    assert spec.origin
    axe = (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")
    # The page's own policy would not let axe run: it is left out of this copy.
    html = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    html = html.replace("<details", "<details open")
    ask = ASK.replace("RULES", json.dumps(RULES))
    whole = html.replace("</body>", f"<script>{axe}</script><script>{ask}</script></body>")
    page = folder / "with-axe.html"
    page.write_text(whole, encoding="utf-8")
    answer = ANSWER.search(opened(page, folder / "profile", width))
    assert answer, "axe gave no answer"
    result: list[dict[str, Any]] = json.loads(unescape(answer.group(1)))
    return result
