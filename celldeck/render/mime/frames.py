"""Frames: outputs with scripts as pages of their own, for a deck that is served.

A script in the page could ask the server to run code, as the page itself does. In a frame without an
origin it runs as well, and reaches neither the page nor the server. `runtime/frames.js` gives such a frame
its address and its height.
"""

from __future__ import annotations

import base64
import re
from hashlib import blake2b

from celldeck.patterns import late

_ACTIVE = late(
    r"<\s*(?:script|object|embed|applet|base|meta|link|frame|portal)\b"
    r"|<[^>]*\s(?:on[a-z]+|srcdoc)\s*=|javascript\s*:",
    re.IGNORECASE,
)
_LOCAL_PAGE = re.compile(r'\bsrc="data:text/html;charset=utf-8;base64,([A-Za-z0-9+/=]+)(#[^"]*)?"')
_PLOTLY = '<div class="plotly-figure"'
MOST_FRAMES = 400
"""Frames that are kept beyond those of the present pages; the oldest go."""

ADDRESS = "/~frame/"
"""The address of a frame is this and its name."""
PLOTLY_ADDRESS = "/~static/plotly.min.js"

# The looks of the slide around it are sent by the page; what it has no room for scrolls.
_DOCUMENT = """<!DOCTYPE html><meta charset="utf-8"><title>Output</title>
<style>:root {{ color-scheme: light }} html, body {{ margin: 0; background: transparent }}
body {{ overflow-x: auto; overflow-y: hidden }}</style>
<script>(() => {{
  const say = (more) => parent.postMessage({{ celldeck: "frame", ...more }}, "*");
  const tell = () => say({{ height: Math.ceil(document.body.scrollHeight) }});
  addEventListener("message", ({{ data, source }}) => {{
    if (source !== parent || data?.celldeck !== "looks") return;
    const {{ style }} = document.documentElement;
    for (const [name, value] of Object.entries(data.looks)) style.setProperty(name, value);
    tell();
  }});
  addEventListener("DOMContentLoaded", () => {{
    new ResizeObserver(tell).observe(document.body);
    say({{}});
  }});
  addEventListener("load", tell);
}})();</script>{script}
{content}
"""


class Frames:
    """The frames of the decks of a server, by name."""

    def __init__(self) -> None:
        self._documents: dict[str, str] = {}

    def framed(self, content: str) -> str:
        """Return the frame of HTML that holds something active; other HTML as it is."""
        if not is_active(content):
            return content
        script = f'<script src="{PLOTLY_ADDRESS}"></script>' if _PLOTLY in content else ""
        name = self._put(_DOCUMENT.format(script=script, content=content))
        return (
            f'<iframe class="cell-frame" sandbox="allow-scripts allow-popups allow-downloads allow-modals" '
            f'title="Output" data-frame="{name}"></iframe>'
        )

    def kept(self, slide: str) -> str:
        """Return a slide whose frames of local pages are frames of ours: as parts of the page none of their
        scripts would run."""
        return _LOCAL_PAGE.sub(self._keep, slide) if "data:text/html" in slide else slide

    def _keep(self, found: re.Match[str]) -> str:
        return (
            f'data-frame="{self._put(base64.b64decode(found[1]).decode("utf-8", "replace"))}{found[2] or ""}"'
        )

    def _put(self, document: str) -> str:
        name = blake2b(document.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        # The latest last.
        self._documents.pop(name, None)
        self._documents[name] = document
        while len(self._documents) > MOST_FRAMES:
            del self._documents[next(iter(self._documents))]
        return name

    def document(self, name: str) -> str | None:
        """Return the document of a frame; None: there is none of this name."""
        return self._documents.get(name)


def is_active(content: str) -> bool:
    """Say whether HTML may do more than show something, such as run a script."""
    return bool(_ACTIVE.search(content))
