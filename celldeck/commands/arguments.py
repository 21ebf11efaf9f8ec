"""What the command line names: settings and decks, the same for every command."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from glob import glob
from pathlib import Path
from typing import Any

from celldeck.errors import DeckError
from celldeck.gateway import address
from celldeck.settings import OPTIONS, Option, Settings, find_root, override, read_settings

_FILES = {".html", ".htm", ".pdf"}
"""Endings by which `output` names a file."""
_SHORT = {"output": ("-o",), "jobs": ("-j",)}


def add_decks(parser: argparse.ArgumentParser) -> None:
    """Let a command take decks, and every setting that has a flag."""
    parser.add_argument("deck", nargs="*", help="a Markdown file; none: every deck of slides/")
    for option in OPTIONS:
        if option.flag:
            _add(parser, option)
    parser.add_argument("--html", action="store_true", help="the same as --html-tags all, as in marp-cli")


def what_is_named(given: argparse.Namespace) -> tuple[Settings, list[Path]]:
    """Return the settings, the command line's over those of pyproject.toml, and the decks to work on.

    Raises:
        DeckError: a setting or a path is wrong, or there is no deck.
    """
    here = Path.cwd()
    root = find_root(here)
    # Relative where it can be, so that what is told names files as their author does.
    root = Path() if root == here else root
    settings = override(read_settings(root), _values(given, root))
    _check_themes(settings)
    if settings.gateway:
        address(settings.gateway)
    decks = list(dict.fromkeys(Path(deck) for deck in given.deck)) or find_decks(settings)
    _check_outputs(settings, decks)
    return settings, decks


def find_decks(settings: Settings) -> list[Path]:
    """Return the decks that the settings name.

    Raises:
        DeckError: there is none.
    """
    names = {
        name for pattern in settings.decks for name in glob(pattern, root_dir=settings.root, recursive=True)
    }
    found = sorted(path for name in names if (path := settings.root / name).is_file())
    if not found:
        patterns = ", ".join(settings.decks)
        raise DeckError(f"there is no deck: nothing matches {patterns}", hint="name one: build.py DECK.md")
    return found


def output_path(deck: Path, settings: Settings, alone: bool) -> Path:
    """Return where the HTML of a deck goes.

    Args:
        alone: it is the only one, so `output` may name a file.
    """
    if settings.output is None:
        return settings.root / "dist" / deck.with_suffix(".html").name
    output = Path(settings.output)
    if alone and output.suffix in _FILES and not output.is_dir():
        return output.with_suffix(".html") if output.suffix == ".pdf" else output
    return output / deck.with_suffix(".html").name


def _check_themes(settings: Settings) -> None:
    for path in settings.theme_paths:
        if not path.exists():
            raise DeckError(f"there is no theme file or folder {path}")
        if path.suffix == ".md":
            raise DeckError(
                f"{path} is no theme", hint="name the decks before --theme-set, which takes all that follows"
            )


def _check_outputs(settings: Settings, decks: Sequence[Path]) -> None:
    """Tell when a file would be written by several decks, or over its own deck."""
    alone = len(decks) == 1
    if settings.output and not alone and Path(settings.output).suffix in _FILES:
        raise DeckError(
            f"{len(decks)} decks cannot all be written to {settings.output}", hint="name a folder with -o"
        )
    outputs: dict[Path, Path] = {}
    for deck in decks:
        output = output_path(deck, settings, alone)
        other = outputs.setdefault(output, deck)
        if other is not deck:
            raise DeckError(
                f"{other} and {deck} would be written to the same file, {shown(output)}",
                hint="build them one by one, into two folders with -o",
            )
        if output.resolve() == deck.resolve():
            raise DeckError(f"{deck} would be written over", hint="name another file or folder with -o")


def _values(given: argparse.Namespace, root: Path) -> dict[str, Any]:
    values = {option.field: getattr(given, option.field) for option in OPTIONS if option.flag}
    if given.html:
        values["html_tags"] = "all"
    if values["output"] and Path(values["output"]).suffix == ".pdf":
        values["pdf"] = True
    if values["theme_set"] is not None:
        # Paths on the command line are relative to where we are, those of the settings to their file.
        here = Path.cwd() if root.is_absolute() else Path()
        values["theme_set"] = tuple(str(here / path) for path in values["theme_set"])
    return values


def _add(parser: argparse.ArgumentParser, option: Option) -> None:
    names = (*_SHORT.get(option.name, ()), f"--{option.name}")
    choices = option.choices or None
    match option.kind:
        case "flag":
            parser.add_argument(*names, action="store_true", default=None, help=option.help)
        case "texts":
            parser.add_argument(*names, nargs="+", action="extend", metavar=option.metavar, help=option.help)
        case "count":
            parser.add_argument(*names, type=_whole, metavar=option.metavar, help=option.help)
        case "port":
            parser.add_argument(*names, type=_port, metavar=option.metavar, help=option.help)
        case _:
            parser.add_argument(*names, choices=choices, metavar=option.metavar, help=option.help)


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number above 0")
    return int(text)


def _port(text: str) -> int:
    port = _whole(text)
    if port > 65535:
        raise argparse.ArgumentTypeError(f"{port} is no port: they go up to 65535")
    return port


def shown(path: Path) -> str:
    """Return a path as people are told it: from where they are, if it is below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
