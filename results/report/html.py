"""A document as one self-contained HTML page: both languages, fonts, pictures and the map inside it."""

from __future__ import annotations

import base64
import html
import json
from functools import singledispatch
from pathlib import Path
from string import Template

from results import fonts
from results.content import (
    Block,
    Bullets,
    Cards,
    Cell,
    Command,
    Document,
    Figure,
    Map,
    Note,
    Paragraph,
    Section,
    Table,
)
from results.language import LANGUAGES, Both, both

HERE = Path(__file__).parent
_UNREAD = ("data", "ramp", "lines")
"""Keys of a map's data that hold no text."""
LONG = 14
"""Characters from which a figure in a table may be broken over lines on a phone."""
PHONE_COLUMNS, PHONE_ROOM = 5, 66
"""Columns, and signs in a row, that a table on a phone (390 px) has room for."""
TAGS = {"zh": "zh-CN", "en": "en"}


def page(document: Document, lang: str = "zh") -> str:
    """The page, shown first in ``lang``; a button turns it. It asks nothing of any network.

    Raises ValueError for a language there are no words in.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"there are no pages in '{lang}'; languages are {', '.join(LANGUAGES)}")
    body = _head(document) + _contents(document) + "".join(_section(s) for s in document.sections)
    scripts = "".join(
        f"<script>{(HERE / name).read_text(encoding='utf-8')}</script>" for name in ("page.js", "map.js")
    )
    characters = _readable(document) | set("–·…×≥▶Ⅱ") | {chr(c) for c in range(0x20, 0x7F)}
    title = html.escape(document.title.said(lang))
    return (
        f'<!doctype html>\n<html lang="{TAGS[lang]}" data-zh="{html.escape(document.title.zh)}" '
        f'data-en="{html.escape(document.title.en)}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f"<style>{_faces(characters)}{(HERE / 'page.css').read_text(encoding='utf-8')}</style></head>\n"
        f"<body>{body}{_foot(characters)}{scripts}</body></html>\n"
    )


def text(words: Both) -> str:
    """Both languages, of which the page shows one."""
    if words.zh == words.en:
        return html.escape(words.zh)
    return "".join(f'<span lang="{TAGS[lang]}">{html.escape(words.said(lang))}</span>' for lang in LANGUAGES)


# --------------------------------------------------------------------------- frame


def _head(document: Document) -> str:
    notes = "".join(f"<p>{text(note)}</p>" for note in document.notes)
    facts = "".join(
        f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in document.facts
    )
    return (
        f'<header><button id="language" type="button">{text(Both("English", "中文"))}</button>'
        f'<h1>{text(document.title)}</h1><p class="subtitle">{text(document.subtitle)}</p>'
        + (f'<p class="asked">{text(document.asked)}</p>' if any(document.asked) else "")
        + (f'<div class="notes" role="note">{notes}</div>' if notes else "")
        + f'<dl class="facts">{facts}</dl></header>'
    )


def _contents(document: Document) -> str:
    items = "".join(f'<li><a href="#{s.key}">{text(s.title)}</a></li>' for s in document.sections)
    return f'<nav aria-label="contents"><ol>{items}</ol></nav>'


def _foot(characters: set[str]) -> str:
    lines = [text(both("page.font"))]
    if lost := fonts.missing("".join(characters)):
        lines.append(text(both("page.missing_glyphs", characters=" ".join(lost))))
    return "<footer>" + "".join(f"<p>{line}</p>" for line in lines) + "</footer>"


def _faces(characters: set[str]) -> str:
    faces = []
    for path, weight in ((fonts.REGULAR, 400), (fonts.BOLD, 700)):
        data = base64.b64encode(fonts.woff(path, characters)).decode()
        faces.append(
            f'@font-face{{font-family:"Stormyard";font-weight:{weight};'
            f'src:url(data:font/woff;base64,{data}) format("woff")}}'
        )
    return "".join(faces)


def _readable(document: Document) -> set[str]:
    """Every character that the page may show, the map's names included."""
    found: set[str] = set()

    def gather(thing: object) -> None:
        if isinstance(thing, str):
            found.update(thing)
        elif isinstance(thing, dict):
            gather([part for key, part in thing.items() if key not in _UNREAD])
        elif isinstance(thing, tuple | list):
            for part in thing:
                gather(part)
        elif hasattr(thing, "__dataclass_fields__"):
            gather([getattr(thing, name) for name in thing.__dataclass_fields__])

    gather(document)
    for key in ("clear_road", "closed", "crew", "critical", "site"):
        gather(both(f"map.{key}"))
    gather((both("page.font"), both("page.missing_glyphs", characters=""), "中文"))
    return {c for c in found if not c.isspace()}


# --------------------------------------------------------------------------- blocks


def _section(section: Section) -> str:
    blocks = "".join(_block(b) for b in section.blocks)
    return f'<section id="{section.key}"><h2>{text(section.title)}</h2>{blocks}</section>\n'


@singledispatch
def _block(block: Block) -> str:
    raise TypeError(f"a page has no way to show a {type(block).__name__}")


@_block.register
def _(block: Paragraph) -> str:
    return f"<p>{text(block.text)}</p>"


@_block.register
def _(block: Note) -> str:
    return f'<p class="note" role="note">{text(block.text)}</p>'


@_block.register
def _(block: Bullets) -> str:
    return "<ul>" + "".join(f"<li>{text(item)}</li>" for item in block.items) + "</ul>"


@_block.register
def _(block: Command) -> str:
    return f"<pre><code>{html.escape(chr(10).join(block.lines))}</code></pre>"


@_block.register
def _(block: Cards) -> str:
    cards = "".join(
        f'<div class="card {c.tone}"><div class="label">{text(c.label)}</div>'
        f'<div class="value">{text(c.value)} <small>{text(c.unit)}</small></div>'
        f'<div class="detail">{text(c.detail)}</div></div>'
        for c in block.items
    )
    return f'<div class="cards">{cards}</div>'


@_block.register
def _(block: Table) -> str:
    stacked = _stacked(block)

    def cell(tag: str, column: int, content: Both | Cell) -> str:
        words, tone = (content.text, content.tone) if isinstance(content, Cell) else (content, "")
        long = "long" if max(map(len, words)) > LONG else ""
        kind = " ".join(k for k in ("n" if column in block.numbers else "", long, tone) if k)
        attributes = f' class="{kind}"' if kind else ""
        label = f"<em>{text(block.head[column])}</em>" if stacked and tag == "td" and column else ""
        said = f"{label}<span>{text(words)}</span>" if label else text(words)
        return f"<{tag}{attributes}>{said}</{tag}>"

    head = "".join(cell("th", i, h) for i, h in enumerate(block.head))
    rows = "".join(
        "<tr>" + "".join(cell("td", i, c) for i, c in enumerate(row)) + "</tr>" for row in block.rows
    )
    kind = ' class="stacked"' if stacked else ""
    return (
        f'<div class="scroll"><table{kind}><caption>{text(block.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _stacked(table: Table) -> bool:
    """Whether a phone shows each row as a list of its cells: there are many columns, or much to read in them."""
    rows = [[cell.text if isinstance(cell, Cell) else cell for cell in row] for row in table.rows]
    room = sum(
        max((min(_signs(words), 18) for words in column), default=0) for column in zip(*rows, strict=True)
    )
    much = len(table.head) > 2 and any(len(words.en) > 60 for row in rows for words in row)
    return len(table.head) > PHONE_COLUMNS or room > PHONE_ROOM or much


def _signs(words: Both) -> int:
    """Width of a text in Latin letters; a Chinese character takes two."""
    return max(len(words.en), sum(2 if c > "\u2e80" else 1 for c in words.zh))


@_block.register
def _(block: Figure) -> str:
    narrow = block.narrow or (block.zh, block.en)
    images = [("zh", block.zh, narrow[0]), ("en", block.en, narrow[1])]
    if block.zh == block.en:
        images = [("", block.zh, narrow[0])]
    shown = "".join(
        f'<picture{_lang(lang)}><source media="(max-width:520px)" srcset="{_data(small)}">'
        f'<img alt="{html.escape(block.caption.said(lang or "zh"))}" src="{_data(wide)}"></picture>'
        for lang, wide, small in images
    )
    return f"<figure>{shown}<figcaption>{text(block.caption)}</figcaption></figure>"


def _lang(lang: str) -> str:
    return f' lang="{TAGS[lang]}"' if lang else ""


def _data(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def pictures(document: Document) -> dict[str, bytes]:
    """The document's pictures by file name, such as ``snow-zh.png``; one without words has no language in it."""
    found: dict[str, bytes] = {}
    for block in (b for section in document.sections for b in section.blocks if isinstance(b, Figure)):
        if block.zh == block.en:
            found[f"{block.key}.png"] = block.zh
        else:
            found |= {f"{block.key}-zh.png": block.zh, f"{block.key}-en.png": block.en}
    return found


@_block.register
def _(block: Map) -> str:
    data = json.dumps(block.data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    layers = "".join(
        f'<label><input type="radio" name="layer" value="{i}"{"" if i else " checked"}> '
        f"{text(Both(layer['zh'], layer['en']))}</label>"
        for i, layer in enumerate(block.data["layers"])
    )
    keys = ("clear_road", "closed", "crew", "critical", "site")
    words = {key: text(both(f"map.{key}")) for key in keys}
    frame = Template((HERE / "map.html").read_text(encoding="utf-8"))
    return frame.substitute(
        words, data=data, layers=layers, last=len(block.data["times"]) - 1, caption=text(block.caption),
        label=html.escape(block.caption.en),
    )  # fmt: skip
