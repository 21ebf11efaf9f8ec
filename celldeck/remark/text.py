"""Lines of remark's Markdown as Marp reads them: what both read, and not alike, is rewritten."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from celldeck.remark.page import Line, RemarkDeck
from celldeck.remark.slides import in_fences
from celldeck.render.allowlist import sanitize

Tell = Callable[[Line, str, str, str | None], None]
"""Takes a line, what is told of it, the text that is meant, and perhaps a hint."""

_RULER = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})")
_FENCE = re.compile(r"([ \t>]*(?:[-+*]|\d{1,9}[.)])?[ \t]*)((?:`{3,}[^`]*|~{3,}.*))")
_DASHES = re.compile(r" {0,3}-+[ \t]*")
_BULLET = re.compile(r"([ \t]*)\*([ \t]+\S.*)?")
_PARENTHESIS = re.compile(r"([ \t]*\d{1,9})\)(?=[ \t])")
_ITEM = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)")
_TIGHT_HEADING = re.compile(r"(#{1,6})([^#\s].*)")
_CODE_SPAN = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_MACRO = re.compile(r"!\[:([^\] ]+)[ ]*([^\]]*)\](?:\(([^)]*)\))?")
_SIZE = re.compile(r"[\d.]+(?:%|px|em|cm|mm|in|pt)?")
_LINK = re.compile(r"""(\]\(|\bhref=["']?)#([\w.-]+)""")
_TAG = re.compile(r"<[a-z][\w-]*\b(?:\"[^\"]*\"|'[^']*'|[^\"'<>])*>", re.IGNORECASE)
_IMAGE_TAG = re.compile(r"(<img\b[^>]*?)\s+style\s*=\s*(?:\"([^\">]*)\"|'([^'>]*)')([^>]*>)", re.IGNORECASE)
_SIDES = re.compile(r"\s*(?:(?:width|height)\s*:\s*\d+(?:\.\d+)?(?:px|%)\s*(?:;\s*|\Z))+", re.IGNORECASE)
_SIDE = re.compile(r"(width|height)\s*:\s*([\d.]+)(px|%)", re.IGNORECASE)
_BLOCK_START = re.compile(r"\s*(?:[#>|<]|!\[bg|\$\$|\.[\w.-]+\[|\]|=+\s*$|\[[^\]]+\]:|`{3}|~{3}|-+\s*$)")


@dataclass(frozen=True)
class Reader:
    """What rewriting the text of one deck needs."""

    deck: RemarkDeck
    links: Mapping[str, str]
    """Where links to slides lead, by names and by remark's numbers: to the address in the new deck."""
    tell: Tell

    def lines(self, written: Sequence[Line]) -> list[str]:
        """Return lines of a slide, or of a step of it, as Marp reads them."""
        result: list[str] = []
        text: list[str] = []
        at = 0
        is_code = in_fences(written)
        written = self._closed(written, is_code)
        in_list = False
        while at < len(written):
            if is_code[at]:
                result += _unwrapped(text)
                text = []
                end = at + 1
                while not _is_end(written, at, end):
                    end += 1
                result += self._fence(written[at : end + 1])
                at = end + 1
                continue
            line = written[at]
            indent = len(line.text) - len(line.text.lstrip(" "))
            before = written[at - 1].text if at else ""
            is_indented_code = (
                indent >= 4 and not in_list and (not before.strip() or before.startswith("    "))
            )
            if line.text.strip() and not is_indented_code:
                in_list = bool(_ITEM.match(line.text)) or (in_list and line.text[0] in " \t")
            text.append(line.text if is_indented_code else self._line(line, before))
            at += 1
        return result + _unwrapped(text)

    def _closed(self, written: Sequence[Line], is_code: Sequence[bool]) -> list[Line]:
        """Return the lines with what is never closed as text: in Marp it would take in the slides below."""
        closed = list(written)
        for opening, closing, instead in (("$$", "$$", r"\$\$"), ("<!--", "-->", "&lt;!--")):
            while (number := _open_line(closed, is_code, opening, closing)) is not None:
                line = closed[number]
                self.tell(line, f"this {opening} is never closed", opening, None)
                before, _, after = line.text.rpartition(opening)
                closed[number] = line.with_text(f"{before}{instead}{after}")
        return closed

    def _line(self, line: Line, before: str) -> str:
        text = line.text
        if fence := _FENCE.fullmatch(text):
            # It is none in remark, and in Marp it would take in all that follows.
            self.tell(line, "this block of code is never closed", fence[2], None)
            return f"{fence[1]}\\{fence[2]}"
        if _RULER.fullmatch(text) and not (
            _DASHES.fullmatch(text) and before.strip() and not _starts_something(before)
        ):
            return "<hr />"
        if found := _BULLET.fullmatch(text):
            # Marp would make steps of these.
            text = f"{found[1]}-{found[2] or ''}"
        text = _PARENTHESIS.sub(r"\1.", text, count=1) if _PARENTHESIS.match(text) else text
        if found := _TIGHT_HEADING.fullmatch(text):
            text = f"{found[1]} {found[2]}"
        return "".join(self._inline(text, line))

    def _inline(self, text: str, line: Line) -> Iterator[str]:
        at = 0
        for span in _CODE_SPAN.finditer(text):
            yield self._prose(text[at : span.start()], line)
            yield self._code_span(span[0], span[2])
            at = span.end()
        yield self._prose(text[at:], line)

    def _code_span(self, whole: str, inner: str) -> str:
        """Return code inside a line; a formula stands in it to be kept from remark's Markdown."""
        if not self.deck.has_formulas:
            return whole
        for opening, closing, mark in (
            ("$$", "$$", "$$"),
            ("$", "$", "$"),
            ("\\(", "\\)", "$"),
            ("\\[", "\\]", "$$"),
        ):
            tex = inner[len(opening) : -len(closing)]
            if (
                inner.startswith(opening)
                and inner.endswith(closing)
                and len(inner) > 2 * len(mark)
                and tex.strip()
            ):
                return f"{mark}{tex.strip()}{mark}"
        return whole

    def _prose(self, text: str, line: Line) -> str:
        if self.deck.is_page and not self.deck.has_formulas:
            text = re.sub(r"(?<!\\)\$", r"\\$", text)
        elif self.deck.has_formulas:
            text = re.sub(r"\\{1,2}\((.+?)\\{1,2}\)", r"$\1$", text)
        text = _MACRO.sub(lambda found: self._macro(found, line), text)
        text = _LINK.sub(lambda found: self._link(found, line), text)
        # Browsers take the one tag for the other, and Marp does not.
        text = re.sub(r"<image\b", "<img", text, flags=re.IGNORECASE)
        text = _IMAGE_TAG.sub(_with_size, text)
        for tag in _TAG.findall(text):
            self._check_tag(tag, line)
        return text

    def _macro(self, found: re.Match[str], line: Line) -> str:
        name, given, address = found[1], found[2].strip(), found[3]
        if address and name in {"scale", "width", "w", "size"} and _SIZE.fullmatch(given):
            return f"![w:{given}]({address})"
        hint = "what the page's script makes of it has to be written by hand"
        self.tell(line, f"Marp has no macros, such as ':{name}'", f"![:{name}", hint)
        return found[0]

    def _link(self, found: re.Match[str], line: Line) -> str:
        target = self.links.get(found[2])
        if target is None:
            self.tell(line, f"no slide has the name '{found[2]}'", f"#{found[2]}", None)
            return found[0]
        return f"{found[1]}{target}"

    def _check_tag(self, tag: str, line: Line) -> None:
        shown = sanitize(tag, None)
        if shown.startswith("&lt;"):
            self.tell(line, "Marp shows this tag as text", tag, "build with --html, which lets all tags pass")
        elif re.search(r"\sstyle\s*=", tag) and "style=" not in shown:
            self.tell(
                line, "Marp drops the style of this tag", tag, "build with --html, which lets all tags pass"
            )

    # ---------------------------------------------------------------- code

    def _fence(self, lines: Sequence[Line]) -> list[str]:
        """Return a block of code with remark's marks in it as Marp, or celldeck, has them."""
        opening, *code, closing = lines
        indent = len(opening.text) - len(opening.text.lstrip())
        texts = [line.text for line in code]
        inner = [text[min(indent, len(text) - len(text.lstrip())) :] for text in texts]
        marked = [number for number, text in enumerate(inner, 1) if text.startswith("*")]
        head = opening.text
        if marked and self.deck.highlights_lines:
            for number in marked:
                before = texts[number - 1][: len(texts[number - 1]) - len(inner[number - 1])]
                texts[number - 1] = before + re.sub(r"^\*( )?", r"\1\1", inner[number - 1])
            language = "text" if re.fullmatch(r"\s*[`~]+\s*", head) else ""
            head = f"{head.rstrip()}{language} {{{_ranges(marked)}}}"
            if not self.deck.is_page:
                told = "a * before code is taken for remark's mark of a line to point out"
                self.tell(code[marked[0] - 1], told, "*", None)
        if self.deck.highlights_spans and any(re.search(r"[^`]`[^`]+`", text) for text in texts):
            self.tell(opening, "Marp points out no part of a line of code", opening.text.strip(), None)
            texts = [re.sub(r"(?<!\\)`([^`]+?)`", r"\1", text) for text in texts]
        return [head, *texts, closing.text]


def _open_line(lines: Sequence[Line], is_code: Sequence[bool], opening: str, closing: str) -> int | None:
    """Return which line has an opening that is never closed; None: all are."""
    open_at: int | None = None
    for number, line in enumerate(lines):
        at = 0
        while not is_code[number]:
            found = line.text.find(opening if open_at is None else closing, at)
            if found < 0:
                break
            open_at, at = (number, found + 2) if open_at is None else (None, found + 2)
    return open_at


def _with_size(found: re.Match[str]) -> str:
    """Return a picture's tag with its size as attributes, which Marp lets pass, unlike a style."""
    style = found[2] or found[3] or ""
    if not _SIDES.fullmatch(style):
        return found[0]
    sides = _SIDE.findall(style)
    if any(re.search(rf"\s{name}\s*=", found[1] + found[4], re.IGNORECASE) for name, _, _ in sides):
        return found[0]
    sizes = (f' {name.lower()}="{number}{"%" * (unit == "%")}"' for name, number, unit in sides)
    return f"{found[1]}{''.join(sizes)}{found[4]}"


def _is_end(written: Sequence[Line], start: int, at: int) -> bool:
    """Say whether the fence that opened at `start` closes at `at`."""
    opening = written[start].text.strip()
    mark = re.match(r"[`~]+", opening)
    assert mark
    line = written[at].text.strip()
    return len(line) >= len(mark[0]) and set(line) == {mark[0][0]}


def _ranges(numbers: Sequence[int]) -> str:
    """Return numbers as `2,5-7`."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ",".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)


def _unwrapped(lines: Sequence[str]) -> list[str]:
    """Return lines with those of a paragraph joined: Marp keeps line ends, and remark does not."""
    result: list[str] = []
    for line in lines:
        before = result[-1] if result else ""
        goes_on = (
            bool(line.strip())
            and bool(before.strip())
            and not _starts_something(line)
            and (not _starts_something(before) or bool(_ITEM.match(before)))
            and not before.endswith(("  ", "\\", "<br>", "<br/>", "<br />"))
            and not (line.startswith("    ") and not _ITEM.match(before) and not before.startswith(" "))
        )
        if goes_on:
            result[-1] = f"{before.rstrip()} {line.strip()}"
            if line.endswith("  "):
                result[-1] += "  "
        else:
            result.append(line)
    return result


def _starts_something(line: str) -> bool:
    return bool(_BLOCK_START.match(line)) or bool(_ITEM.match(line)) or "|" in line or "<!--" in line
