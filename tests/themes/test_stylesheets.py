"""The stylesheets of `theme/`: what they promise in their heads, that they need no network, and that text
can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from celldeck.export.local_files import LocalFiles
from celldeck.render.mime import FORMATS
from celldeck.render.mime.figures import themed
from celldeck.themes import builtin_folder, find_theme, load_themes, stylesheet

THEMES = ("default", "gaia", "uncover", "dsi-certificates-theme")
FILES = {path.stem: path.read_text("utf-8") for path in sorted(Path(builtin_folder()).glob("*.css"))}
SCHEMES = ("light", "dark")


def without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


# ---------------------------------------------------------------- colours


def variables(name: str, scheme: str, slide_class: str | None = None) -> dict[str, str]:
    """Return the variables that a theme's slides have in a scheme, as written but for `light-dark()`."""
    found: dict[str, str] = {}
    for css in (FILES["celldeck"], FILES[name]):
        for selector, body in re.findall(r"([^{};]+)\{([^{}]*)\}", without_comments(css)):
            if selector.strip() in ("section", f"section:where(.{slide_class})"):
                found |= dict(re.findall(r"(--[\w-]+)\s*:\s*([^;]+);", body))
    side = SCHEMES.index(scheme)
    pattern = r"light-dark\(\s*([^,()]+|rgb\([^)]*\))\s*,\s*([^,()]+|rgb\([^)]*\))\s*\)"
    return {key: re.sub(pattern, lambda pair: pair[side + 1].strip(), value) for key, value in found.items()}


def colour(value: str, known: dict[str, str]) -> tuple[float, float, float]:
    """Return an opaque colour as three numbers from 0 to 1."""
    value = value.strip()
    reference = re.fullmatch(r"var\((--[\w-]+)\)", value)
    if reference:
        return colour(known[reference[1]], known)
    assert re.fullmatch(r"#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6}", value), f"no opaque colour: {value}"
    digits = value[1:] if len(value) == 7 else "".join(digit * 2 for digit in value[1:])
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def contrast(one: str, other: str, known: dict[str, str]) -> float:
    """Return the contrast of two colours. WCAG 2.2: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""

    def luminance(value: str) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour(value, known)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_that_of_the_specification() -> None:
    assert contrast("#000", "#ffffff", {}) == pytest.approx(21)
    assert contrast("#777777", "#fff", {}) == pytest.approx(4.48, abs=0.01)


GROUND = {"default": "--bgColor-default"}
TEXT = {
    "default": ["--fgColor-default", "--fgColor-muted", "--fgColor-accent", "--h1-color", "--grey-color"],
    "gaia": ["--color-foreground", "--grey-color"],
    "uncover": ["--color-foreground", "--grey-color"],
    "dsi-certificates-theme": [
        *("--color-foreground", "--color-heading", "--color-accent", "--color-muted", "--grey-color"),
        *("--color-red", "--color-green", "--color-blue", "--color-orange", "--color-purple"),
    ],
}
LOOKS = [(name, "light", None) for name in THEMES] + [(name, "dark", "invert") for name in THEMES]
LOOKS.append(("dsi-certificates-theme", "dark", None))


@pytest.mark.parametrize(("name", "scheme", "slide_class"), LOOKS)
def test_text_can_be_read_on_the_slide(name: str, scheme: str, slide_class: str | None) -> None:
    known = variables(name, scheme, slide_class)
    ground = known[GROUND.get(name, "--color-background")]
    poor = {text: round(contrast(known[text], ground, known), 2) for text in TEXT[name]}
    assert {text: ratio for text, ratio in poor.items() if ratio < 4.5} == {}


@pytest.mark.parametrize(("name", "scheme", "slide_class"), LOOKS)
def test_grey_text_differs_from_other_text(name: str, scheme: str, slide_class: str | None) -> None:
    known = variables(name, scheme, slide_class)
    text = known["--fgColor-default" if name == "default" else "--color-foreground"]
    assert contrast(known["--grey-color"], text, known) >= 1.4


@pytest.mark.parametrize(("scheme", "slide_class"), [("light", None), ("dark", None), ("dark", "invert")])
@pytest.mark.parametrize("ground", ["--color-panel", "--color-background"])
def test_code_can_be_read_in_the_certificate_theme(scheme: str, slide_class: str | None, ground: str) -> None:
    known = variables("dsi-certificates-theme", scheme, slide_class)
    names = [key for key in known if re.fullmatch(r"--color-code-(?!addition|deletion).+", key)]
    assert len(names) >= 8
    poor = {key: round(contrast(known[key], known[ground], known), 2) for key in names}
    assert {key: ratio for key, ratio in poor.items() if ratio < 4.5} == {}
    for changed in ("--color-code-addition", "--color-code-deletion"):
        assert contrast(known["--color-foreground"], known[changed], known) >= 4.5


def terminal_colours(prefix: str, scheme: str) -> dict[str, str]:
    css = without_comments(FILES["celldeck"])
    property_ = "background" if prefix else "color"
    pattern = rf"(\.ansi-{prefix}[^{{]*)\{{ {property_}: light-dark\((#\w+), (#\w+)\)"
    found = {}
    for selectors, *pair in re.findall(pattern, css):
        for name in re.findall(rf"\.ansi-{prefix}((?:bright-)?[a-z]+)", selectors):
            found[name] = pair[SCHEMES.index(scheme)]
    return found


@pytest.mark.parametrize(("name", "scheme", "slide_class"), LOOKS)
def test_terminal_colours_can_be_read_on_outputs(name: str, scheme: str, slide_class: str | None) -> None:
    known = variables(name, scheme, slide_class)
    colours = terminal_colours("", scheme) | {"text": known["--cell-foreground"]}
    assert len(colours) == 17
    poor = {
        (text, ground): round(ratio, 2)
        for text, value in colours.items()
        for ground in ("--cell-background", "--cell-error-background")
        if (ratio := contrast(value, known[ground], known)) < 4.5
    }
    assert poor == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_plain_text_can_be_read_on_terminal_grounds(scheme: str) -> None:
    grounds = terminal_colours("bg-", scheme)
    assert len(grounds) == 16
    for name in THEMES:
        known = variables(name, scheme)
        poor = {n: contrast(known["--cell-foreground"], ground, known) for n, ground in grounds.items()}
        assert {n: ratio for n, ratio in poor.items() if ratio < 4.5} == {}


# ---------------------------------------------------------------- what they promise


@pytest.mark.parametrize("name", THEMES)
def test_theme_has_its_metadata(name: str) -> None:
    theme = find_theme(load_themes([]), name)
    assert (theme.name, theme.auto_scaling, theme.size_px) == (name, "true", (1280, 720))
    assert theme.presets == {"16:9": ("1280px", "720px"), "4:3": ("960px", "720px")}


@pytest.mark.parametrize("name", THEMES)
def test_style_sheet_of_a_theme_is_whole_and_asks_nobody(name: str) -> None:
    themes = load_themes([])
    css = stylesheet(themes, find_theme(themes, name))
    assert "@import" not in css
    assert set(re.findall(r"https?://[^\"')\s]+", css)) <= {"http://www.w3.org/2000/svg"}
    for kind, target in re.findall(r"url\(\s*[\"']?(\w+):([^\"')]*)", css):
        if kind == "package":
            # A font that comes with one of our requirements, and is put into the page.
            assert LocalFiles().find(f"package:{target}", []) is not None
        else:
            assert kind == "data"
    assert ".cell-output" in css
    assert "data-bespoke-marp-fragment" in css


@pytest.mark.parametrize("name", [*THEMES, "celldeck"])
def test_every_class_in_the_head_is_styled(name: str) -> None:
    head = FILES[name][: FILES[name].index("*/")]
    listed = set(re.findall(r"`([a-z-]+)` \(", head))
    if name == "dsi-certificates-theme":
        rows = re.findall(r"^ \*   ([a-z(][a-z(), -]*?)  +\S", head, re.MULTILINE)
        listed = {word for row in rows for word in re.findall(r"[a-z-]+", row)}
        assert len(listed) > 25
    css = without_comments(FILES[name] + FILES["celldeck"])
    assert {word for word in listed if not re.search(rf"\.{word}(?![\w-])", css)} == set()


def test_every_variable_in_the_head_of_the_base_has_a_value_and_a_use() -> None:
    head, rules = FILES["celldeck"].split("*/", 1)
    listed = set(re.findall(r"(--[\w-]+)  ", head))
    figures = {key for key in listed if key.startswith("--figure-")}
    assert len(listed - figures) == 8
    assert listed - figures == {key for key in listed if f"{key}:" in rules and f"var({key})" in rules}
    # A drawing has values for these of its own, and is what uses them.
    cycle = [f"#00000{number}" for number in range(1, 9)]
    drawing = themed(
        f"<svg>#f0f0f0 {' '.join(cycle)}</svg>", {"ink": "#111111", "ground": "#f0f0f0", "cycle": cycle}, ""
    )
    assert figures == {"--figure-ground", "--figure-8"}
    assert all(f"var({key}," in (drawing or "") for key in figures)


def test_classes_of_outputs_are_those_that_outputs_have() -> None:
    emitted = {word for form in FORMATS for word in form.classes.split()}
    emitted |= {
        "cell-output-drawing",
        "cell-output-stream",
        "cell-output-stdout",
        "cell-output-stderr",
        "cell-output-error",
    }
    for name in FILES:
        used = set(re.findall(r"\.(cell-output-[a-z]+)", without_comments(FILES[name])))
        assert used <= emitted, name
    kinds = {"stream", "text", "error", "table", "image", "json", "stderr"}
    styled = set(re.findall(r"cell-output-([a-z]+)", FILES["celldeck"]))
    assert kinds <= styled


def test_braces_are_balanced() -> None:
    for name, css in FILES.items():
        plain = re.sub(r"url\('[^']*'\)", "", without_comments(css))
        assert plain.count("{") == plain.count("}"), name
        assert plain.count("(") == plain.count(")"), name
