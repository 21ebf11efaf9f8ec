"""Make a page self-contained: local pictures, fonts, media and styles become part of it.

Nothing is fetched from a network. What an author links there stays as it is, and is told.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote

from celldeck.errors import Notice
from celldeck.export.css_urls import replace_urls
from celldeck.export.html_tags import Tag, rewrite
from celldeck.export.kept import Kept
from celldeck.export.local_files import LIMIT_BYTES, LocalFiles, kind_of, relative_address
from celldeck.export.placeholder import placeholder
from celldeck.export.shared_backgrounds import share_backgrounds
from celldeck.export.sprites import Sprites
from celldeck.frozen import frozen
from celldeck.model import Page
from celldeck.source import Source

Kind = Literal[
    "missing-picture",
    "missing-file",
    "broken-picture",
    "large-file",
    "remote-picture",
    "remote-file",
    "dead-link",
]

# Attributes that hold an address, and whether it is a picture's.
_ADDRESSES = {
    ("img", "src"): True,
    ("input", "src"): True,
    ("image", "href"): True,
    ("image", "xlink:href"): True,
    ("feimage", "href"): True,
    ("feimage", "xlink:href"): True,
    ("video", "poster"): True,
    ("audio", "src"): False,
    ("video", "src"): False,
    ("source", "src"): False,
    ("track", "src"): False,
    ("script", "src"): False,
}
_FRAMES = {("iframe", "src"), ("embed", "src"), ("object", "data")}
_LINKS = {("a", "href"), ("area", "href"), ("a", "xlink:href")}
_FAULTS = {
    "lfs": "it was not checked out: `git lfs pull` brings it",
    "no-picture": "the file holds something else than its name says",
}


Link = Callable[[Path], str | None]


@frozen
class Finding:
    """An address that could not become part of the page."""

    kind: Kind
    address: str
    """As it stands in the page."""
    slide: int | None
    """Number of the slide it stands on first, from 1; None: in the stylesheet."""
    hint: str | None = None


@frozen
class Inlined:
    """A page with everything local in it."""

    page: Page
    findings: tuple[Finding, ...] = ()
    """Each address once a kind, in the order of the slides."""


def inline(
    page: Page,
    *,
    folder: Path,
    files: LocalFiles,
    style_folders: Sequence[Path] = (),
    root: Path | None = None,
    output: Path | None = None,
    stand_ins: bool = True,
    link: Link | None = None,
    again: Reinliner | None = None,
) -> Inlined:
    """Return the page with local files embedded as data URLs.

    Args:
        folder: the deck's, which its addresses are relative to.
        files: reads the files; one for several builds saves reading them again.
        style_folders: where else what a stylesheet names may be: the folders of the themes.
        root: of the project; an address that begins with a slash may mean a file in it.
        output: the file that will hold the page: links to local files are written relative to it.
            None: links stay as they are.
        stand_ins: a picture that is missing is one that says so; otherwise its address stays, and the browser
            shows what it shows then.
        link: gives the address under which a file is served; for one that it gives None, and without it,
            the file is embedded.
        again: has done this before with the same arguments but for `page`, if it was done before.
    """
    embedding = _Embedding(files, (folder, *([root] if root else [])), output, stand_ins, link)
    again = again or Reinliner()
    parts = again.inline(page, embedding, tuple(style_folders))
    texts = [part.text for part in parts]
    count = len(page.slides)
    slides, css = share_backgrounds(tuple(texts[:count]), texts[-1], again.kept)
    inlined = replace(page, slides=slides, typeset_notes=tuple(texts[count:-1]), css=css)
    told: dict[tuple[str, str], Finding] = {}
    for number, part in enumerate(parts):
        for finding in part.findings:
            own = finding if number == len(parts) - 1 else replace(finding, slide=number % count + 1)
            told.setdefault((finding.kind, finding.address), own)
    return Inlined(inlined, tuple(told.values()))


@frozen
class _Part:
    """A slide or a stylesheet with its addresses replaced."""

    text: str
    findings: tuple[Finding, ...]


class Reinliner:
    """Keeps what slides became, for builds that come after; until files are looked at anew."""

    def __init__(self) -> None:
        self._age = -1
        self._parts: dict[tuple[str, tuple[Path, ...] | None], _Part] = {}
        self.kept = Kept()
        """What was made of these slides."""

    def inline(self, page: Page, embedding: _Embedding, style_folders: tuple[Path, ...]) -> list[_Part]:
        """Return the slides of a page, their notes, and last its stylesheet."""
        if self._age != embedding.files.age:
            self._age = embedding.files.age
            self._parts.clear()
        self.kept.turn()
        texts = (*page.slides, *page.typeset_notes)
        wanted: list[tuple[str, tuple[Path, ...] | None]] = [(text, None) for text in texts]
        wanted.append((page.css, style_folders))
        known = self._parts
        self._parts = {key: known.get(key) or embedding.part(*key) for key in wanted}
        return [self._parts[key] for key in wanted]


_MESSAGES: dict[Kind, str] = {
    "missing-picture": "the picture {} is not there",
    "missing-file": "the file {} is not there",
    "broken-picture": "the picture {} cannot be shown",
    "large-file": "the file {} is too large to be put into the page, which links it instead",
    "remote-picture": "the picture {} is loaded from the network when the deck is shown",
    "remote-file": "{} is loaded from the network when the deck is shown",
    "dead-link": "the link {} leads nowhere",
}


def notices(
    findings: Sequence[Finding], source: Source, slide_lines: Sequence[tuple[int, int]] = ()
) -> tuple[Notice, ...]:
    """Return the findings as notices that point into the deck.

    Args:
        source: of the deck.
        slide_lines: for each slide its first line and the one after its last, from 1; empty: unknown.
    """
    encoded = _encoded(source) if findings else {}
    return tuple(_notice(finding, source, slide_lines, encoded) for finding in findings)


_Spelling = tuple[int, str]
"""A 1-based line of a deck, and how it spells an address: parts of it may be percent-encoded or not."""


def _notice(
    finding: Finding,
    source: Source,
    slide_lines: Sequence[tuple[int, int]],
    encoded: Mapping[str, Sequence[_Spelling]],
) -> Notice:
    own = slide_lines[finding.slide - 1] if finding.slide and slide_lines else None
    address, name = finding.address, unquote(finding.address)
    spellings = sorted({*_places_of(address, source), *_places_of(name, source), *encoded.get(name, ())})
    if own:
        # Its own slide before all others.
        spellings.sort(key=lambda spelling: not own[0] <= spelling[0] < own[1])
    place, shown = source.span(own[0]) if own else None, address
    if spellings:
        line, shown = spellings[0]
        place = source.span(line, shown)
    where = " (named by the theme or a style)" if finding.slide is None else ""
    return Notice(finding.kind, _MESSAGES[finding.kind].format(shown) + where, place, finding.hint)


def _places_of(spelling: str, source: Source) -> Iterator[_Spelling]:
    """Give the lines in which this stands, which has no line end."""
    text = source.text
    line, done = 1, 0
    while (at := text.find(spelling, done)) >= 0:
        line += text.count("\n", done, at)
        yield line, spelling
        done = at + len(spelling)


def _encoded(source: Source) -> dict[str, list[_Spelling]]:
    """Return what percent-encoded words of a text mean, and where they stand."""
    found: dict[str, list[_Spelling]] = {}
    for line, _ in _places_of("%", source):
        for word in re.findall(r"""[^\s()<>"'\[\]]+""", source.lines[line - 1]):
            if "%" in word:
                found.setdefault(unquote(word), []).append((line, word))
    return found


@dataclass
class _Embedding:
    """The work on one page."""

    files: LocalFiles
    folders: tuple[Path, ...]
    output: Path | None
    stand_ins: bool
    link: Link | None = None
    findings: list[Finding] = field(default_factory=list)
    _is_style: bool = False
    _told: set[tuple[str, str]] = field(default_factory=set)
    _sprites: Sprites = field(default_factory=Sprites)
    _open_files: list[Path] = field(default_factory=list)

    def part(self, text: str, style_folders: tuple[Path, ...] | None) -> _Part:
        """Return a slide, or the page's stylesheet, with its addresses replaced.

        Args:
            style_folders: of the stylesheet; None: it is a slide.
        """
        self._is_style = style_folders is not None
        self.findings.clear()
        self._told.clear()
        if style_folders is None:
            self._sprites = Sprites()
            made = rewrite(text, self._tag, lambda css: self._css(css, self.folders))
        else:
            made = self._css(text, (*self.folders[:1], *style_folders, *self.folders[1:]))
        return _Part(made, tuple(self.findings))

    # ---- what stands in a tag

    def _tag(self, tag: Tag) -> str | None:
        """Change the attributes of a tag in place; give HTML that must stand before it, or None."""
        before = None
        for name, value in tag.attributes.items():
            if (tag.name, name) in _FRAMES:
                tag.set(name, self._framed(value))
            elif (tag.name, name) in _ADDRESSES:
                tag.set(name, self._address(value, is_picture=_ADDRESSES[tag.name, name]))
            elif name == "srcset" and tag.name in {"img", "source"}:
                tag.set(name, re.sub(r"[^\s,]\S*[^\s,]", self._candidate, value))
            elif name == "style":
                tag.set(name, self._style(value))
            elif name in {"href", "xlink:href"} and tag.name == "use":
                before = self._use(tag, name, value)
            elif name == "href" and tag.name == "link":
                tag.set(name, self._linked_style(tag, value))
            elif (tag.name, name) in _LINKS and self.output:
                tag.set(name, self._relinked(value))
        return before

    def _candidate(self, match: re.Match[str]) -> str:
        # In `srcset` a descriptor such as `2x` or `640w` follows each address.
        if re.fullmatch(r"[\d.]+[xwh]", match[0]):
            return match[0]
        return self._address(match[0], is_picture=True)

    def _style(self, css: str) -> str:
        if "url(" not in css.lower():
            return css

        def address(value: str, at: int) -> str | None:
            # Marp gives each directive as a custom property too; a copy of the picture there is idle weight.
            is_custom = css[:at].rpartition(";")[2].lstrip().startswith("--")
            return None if is_custom else self._address(value, is_picture=True)

        return replace_urls(css, address, lambda _: None)

    def _use(self, tag: Tag, name: str, value: str) -> str | None:
        """Bring the drawing that `<use href="file.svg#id">` shows into the page; data URLs cannot be used."""
        address, _, identifier = value.partition("#")
        if kind_of(value) == "remote":
            self._tell("remote-picture", value)
        path = self.files.find(address, self.folders) if kind_of(value) == "local" else None
        if kind_of(value) == "local" and not path:
            self._tell_missing("missing-picture", value, address)
        if not path:
            return None
        try:
            reference, definitions = self._sprites.use(path, identifier)
        except OSError as error:
            self._tell("missing-picture", value, f"it cannot be read: {error.strerror}")
            return None
        tag.set(name, reference)
        return definitions

    def _linked_style(self, tag: Tag, value: str) -> str:
        if "stylesheet" not in tag.attributes.get("rel", "").lower():
            return value
        return self._imported(value, self.folders) or value

    def _relinked(self, value: str) -> str:
        assert self.output
        if kind_of(value) != "local" or value.lower().startswith("file:"):
            return value
        path = self.files.find(value, self.folders)
        if not path:
            if not self._leads_somewhere(value):
                self._tell_missing("dead-link", value)
            return value
        rest = re.search(r"[?#].*", value)
        served = self.link(path) if self.link else None
        if served:
            return served + (rest[0].partition("#")[2] and f"#{rest[0].partition('#')[2]}" if rest else "")
        return relative_address(path, self.output.parent) + (rest[0] if rest else "")

    def _leads_somewhere(self, value: str) -> bool:
        """Say whether an address that is no file's is a folder's, or that of a deck once it is built."""
        name = unquote(re.sub(r"[?#].*", "", value, flags=re.DOTALL))
        built_from = re.sub(r"\.(?:html|pdf)$", ".md", name)
        places = [folder / name for folder in (*self.folders, *([self.output.parent] if self.output else []))]
        is_built = built_from != name and self.files.find(quote(built_from), self.folders) is not None
        return is_built or any(place.exists() for place in places)

    def _framed(self, value: str) -> str:
        """Return the address of what a frame shows; a local page is made self-contained first."""
        path = self.files.find(value, self.folders) if kind_of(value) == "local" else None
        html = self._page(path.resolve()) if path and path.suffix.lower() in {".html", ".htm"} else None
        if html is None:
            return self._address(value, is_picture=False)
        fragment = re.search(r"#.*", value, re.DOTALL)
        encoded = base64.b64encode(html.encode()).decode("ascii")
        return f"data:text/html;charset=utf-8;base64,{encoded}" + (fragment[0] if fragment else "")

    def _page(self, path: Path) -> str | None:
        """Return a local page made self-contained; None: not this one, which is to be taken as it is."""
        if path in self._open_files:
            return None
        try:
            text = path.read_text("utf-8-sig") if path.stat().st_size <= LIMIT_BYTES else None
        except (OSError, UnicodeDecodeError):
            return None
        if text is None:
            return None
        # Links in a page without an address of its own cannot be relative to it.
        inner = replace(
            self, folders=(path.parent, *self.folders), output=None, link=None, _sprites=Sprites()
        )
        self._open_files.append(path)
        html = rewrite(text, inner._tag, lambda css: inner._css(css, inner.folders))
        self._open_files.pop()
        return html

    # ---- what stands in CSS

    def _css(self, css: str, folders: Sequence[Path]) -> str:
        return replace_urls(
            css,
            lambda value, _: self._address(value, is_picture=not _is_font(value), folders=folders),
            lambda value: self._imported(value, folders),
        )

    def _imported(self, value: str, folders: Sequence[Path]) -> str | None:
        """Return a stylesheet, itself made self-contained, as a data URL; None to leave it."""
        if kind_of(value) == "remote":
            self._tell("remote-file", value)
        if kind_of(value) != "local":
            return None
        path = self.files.find(value, folders)
        if not path:
            self._tell_missing("missing-file", value)
            return None
        try:
            text = path.read_text("utf-8-sig", "replace")
        except OSError as error:
            self._tell("missing-file", value, f"it cannot be read: {error.strerror}")
            return None
        # A sheet that imports itself, over however many others, would never come to an end.
        path = path.resolve()
        if path in self._open_files:
            return None
        self._open_files.append(path)
        # A sheet that is a data URL has no address that those in it could be relative to.
        inner = replace(self, link=None)._css(text, (path.parent, *folders))
        self._open_files.pop()
        return f"data:text/css;charset=utf-8,{quote(inner)}"

    # ---- one address

    def _address(self, value: str, *, is_picture: bool, folders: Sequence[Path] | None = None) -> str:
        """Return a local file's data URL, a placeholder's where there is no such picture, or `value`."""
        kind = kind_of(value)
        if kind == "remote":
            self._tell("remote-picture" if is_picture else "remote-file", value)
        if kind != "local":
            return value
        missing: Kind = "missing-picture" if is_picture else "missing-file"
        path = self.files.find(value, self.folders if folders is None else folders)
        if not path:
            self._tell_missing(missing, value)
            return self._stand_in(value) if is_picture else value
        try:
            content = self.files.content(path, picture=is_picture)
        except OSError as error:
            self._tell(missing, value, f"it cannot be read: {error.strerror}")
            return self._stand_in(value) if is_picture else value
        served = self.link(path) if self.link and content.fault in {"", "large"} else None
        if served:
            fragment = re.search(r"#[^?]*$", value)
            return served + (fragment[0] if fragment else "")
        if content.fault == "large":
            self._tell("large-file", value)
            return relative_address(path, self.output.parent) if self.output else value
        if content.fault:
            self._tell("broken-picture", value, _FAULTS[content.fault])
            return self._stand_in(value, "not a picture")
        fragment = re.search(r"#[^?]*$", value)
        is_drawing = content.url.startswith("data:image/svg")
        return content.url + (fragment[0] if fragment and is_drawing else "")

    def _stand_in(self, value: str, what: str = "picture not found") -> str:
        # A theme's picture may be on every slide, behind the text: nothing is better than a message there.
        if self._is_style or not self.stand_ins:
            return value
        return placeholder(unquote(re.sub(r"[?#].*", "", value, flags=re.DOTALL)), what=what)

    def _tell_missing(self, kind: Kind, value: str, address: str | None = None) -> None:
        # Whole folders are looked through for a file that may be meant: once, however often it is named.
        if (kind, value) not in self._told:
            similar = self.files.similar(address or value, self.folders)
            self._tell(kind, value, f"there is {similar}" if similar else None)

    def _tell(self, kind: Kind, address: str, hint: str | None = None) -> None:
        if (kind, address) not in self._told:
            self._told.add((kind, address))
            self.findings.append(Finding(kind, address, None, hint))


def _is_font(address: str) -> bool:
    return bool(re.search(r"\.(woff2?|ttf|otf|eot)\b", address, re.IGNORECASE))
