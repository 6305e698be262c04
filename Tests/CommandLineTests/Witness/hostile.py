"""A catalogue whose texts try to be markup, and whether its report keeps them texts.

hostile.py KINDRED works in the current folder and prints one JSON object: the number of comparisons by
kind. The browser test takes the catalogue from here.
"""

import csv
import json
import os
import subprocess
import sys

from report_page import HTML, parse

ATTACKS = [
    "<script>document.title='owned'</script>",
    "</script><script>document.title='owned'</script>",
    "<!--<script>",
    "--><img src=x onerror=\"document.title='owned'\">",
    "]]><svg/onload=document.title='owned'>",
    "\"'><img src=x onerror=document.title='owned'>",
    "\"\u0301><b>bold</b>",
    "javascript:document.title='owned'",
    "&lt;b&gt; &amp; &#60;i&#62; &notin;",
    "\u202ereversed \u2066isolated\u2069 \u200fmark",
    "line\u2028separator\u2029paragraph",
    "a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307 stack",
    "%DATA% %SCRIPT% ${title} {{title}}",
    "__proto__",
    "constructor",
    "back\\slash \\u003cb\\u003e \\",
    "tab\tand\nline",
    "\u00a8\u00a9 \u4e28 \u60a8 not separators",
    "=HYPERLINK(\"http://localhost/\")",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 family",
]
NAME = "<img src=x onerror=alert(1)> & \"quoted\" '.csv"
COLUMNS = ["id", "title", "description", "<b>kind</b>", "\"><script>alert(2)</script>"]
WORDS = ["<script>alert(3)</script>", "onerror", "</script>", "caf\u00e9\u0301", "<!--", "]]>"]


def write(path, is_hostile=True):
    """A catalogue of 60 rows; the harmless one has the same shape."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS if is_hostile else ["id", "title", "description", "kind", "other"])
        for row in range(60):
            attack = ATTACKS[row % len(ATTACKS)] if is_hostile else f"title {row % len(ATTACKS)}"
            word = WORDS[row % len(WORDS)] if is_hostile else f"word{row % len(WORDS)}"
            topic = ["war soldier battle", "love wedding bride", "school teacher pupil"][row % 3]
            lines.writerow([
                f"<id>{row}" if is_hostile else f"r{row}", f"{attack} {row // len(ATTACKS)}",
                f"{topic} {word} {topic.split()[row % 2]} and a long enough text for row {row}",
                (["<i>a</i>", "b\"'", "</script>"] if is_hostile else ["a", "b", "c"])[row % 3],
                ("&amp;" if row % 2 else "<svg>") if is_hostile else "dc"[row % 2]])


def markup(path):
    """Every element with its attributes, but for the texts."""
    document, _ = parse(path)
    return [(element.tag, sorted(element.items())) for element in document.iter()
            if isinstance(element.tag, str)], [
        element for element in document.iter() if not isinstance(element.tag, str)]


def main():
    kindred = os.path.abspath(sys.argv[1])
    write(NAME)
    write("plain.csv", is_hostile=False)
    for name, out in ((NAME, "hostile"), ("plain.csv", "plain")):
        subprocess.run(
            [kindred, "sweep", name, "--text", "description", "--title", "title", "--id", "id",
             "--k", "2...4", "--out", out, "--quiet"],
            check=True, stdout=subprocess.DEVNULL)
    (ours, comments), (theirs, _) = markup("hostile/report.html"), markup("plain/report.html")
    assert ours == theirs, "a text became markup"
    assert not comments, "a text became a comment"
    _, data = parse("hostile/report.html")
    assert data["input"] == NAME
    assert [column["name"] for column in data["rows"]["columns"]] == COLUMNS[3:]
    for row, name in enumerate(data["rows"]["names"]):
        assert name == f"{ATTACKS[row % len(ATTACKS)]} {row // len(ATTACKS)}", name
    with open("hostile/report.html", "rb") as file:
        block = file.read().split(b'<script type="application/json" id="data">')[1]
    block = block.split(b"</script>")[0]
    for forbidden in (b"<", b">", b"&", "\u2028".encode(), "\u2029".encode(), b"\0"):
        assert forbidden not in block, forbidden
    print(json.dumps({"elements": len(ours), "titles": len(data["rows"]["names"]),
                      "scripts": sum(tag == f"{HTML}script" for tag, _ in ours)}))


if __name__ == "__main__":
    main()
