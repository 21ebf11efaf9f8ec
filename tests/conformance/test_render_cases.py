from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from render_cases import options_of

from celldeck.model import MarpOptions

TOOL = Path(__file__).with_name("render_cases.py")


def test_each_case_gets_a_result_with_its_theme_and_options(tmp_path: Path) -> None:
    topic = tmp_path / "cases" / "topic"
    topic.mkdir(parents=True)
    (topic / "themed.md").write_text("---\ntheme: mine\n---\ntext <!-- a note -->", "utf-8")
    (topic / "themed.theme.css").write_text(
        "/* @theme mine */ section { width: 640px; height: 480px }", "utf-8"
    )
    (topic / "cli.md").write_text("\ufeff---\nauthor: me\n---\n# Title\n<!-- <b> -->", "utf-8")
    (topic / "cli.options.json").write_text('{"cli": true, "cliArgs": ["--title", "Given"]}', "utf-8")
    (topic / "throws.md").write_text("---\ntheme: round\n---\n", "utf-8")
    (topic / "throws.theme.css").write_text("/* @theme round */ @import 'round';", "utf-8")
    out = tmp_path / "out"
    subprocess.run([sys.executable, TOOL, tmp_path / "cases", out], check=True)
    themed, cli, throws = (
        json.loads((out / "topic" / f"{n}.json").read_text()) for n in ("themed", "cli", "throws")
    )
    assert 'viewBox="0 0 640 480"' in themed["html"][0]
    assert themed["comments"] == [["a note"]]
    assert "640px" in themed["css"]
    assert cli["head"]["title"] == "Given"
    assert cli["head"]["lang"] == "en-US"
    assert cli["head"]["meta"]["author"] == "me"
    assert cli["notes"] == [{"index": 0, "paragraphs": ["<b>"]}]
    assert list(throws) == ["error"]


def test_options_are_marps_in_our_words() -> None:
    given = {
        "html": {"b": []},
        "marp": {
            "headingDivider": [1, 2],
            "markdown": {"breaks": False},
            "emoji": {"unicode": False},
            "lang": "ja",
        },
    }
    assert options_of(given) == MarpOptions(
        html={"b": []},
        heading_divider=(1, 2),
        breaks=False,
        emoji_unicode=False,
        lang="ja",
        cli=False,
        remark_classes=False,
        code_lines=False,
    )
