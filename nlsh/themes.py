"""Which colour says what: named themes of styles, as rich writes them.

`terminal` uses the sixteen colours of the terminal's own palette, so it fits dark and light ones;
`dark` and `light` are for terminals whose palette is hard to read; `mono` has no colour at all.
"""

ROLES = ("card", "danger", "header", "number", "folder", "link")
THEMES: dict[str, dict[str, str]] = {
    "terminal": {
        "card": "bold yellow", "danger": "bold red", "header": "bold", "number": "dim", "folder": "bold blue", "link": "cyan",
    },
    "dark": {
        "card": "bold #e5c07b", "danger": "bold #ff6c6b", "header": "bold #abb2bf", "number": "#7f848e", "folder": "bold #61afef",
        "link": "#56b6c2",
    },
    "light": {
        "card": "bold #8a5a00", "danger": "bold #b3001b", "header": "bold #383a42", "number": "#76777d", "folder": "bold #2f5bb7",
        "link": "#0b7285",
    },
    "mono": {"card": "bold", "danger": "bold reverse", "header": "bold", "number": "dim", "folder": "bold", "link": "italic"},
}  # fmt: skip
