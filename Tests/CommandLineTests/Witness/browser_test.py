"""Opens reports in a browser and uses them as a person would.

browser_test.py CHROMIUM KINDRED CATALOGUE works in the current folder.
"""

import csv
import json
import os
import subprocess
import sys

import hostile
from browser import Browser, Page

WIDTHS, SCHEMES = (375, 1280), ("light", "dark")


def kindred_recommends(kindred, folder, title):
    found = subprocess.run([kindred, "recommend", folder, title, "--format", "json"],
                           check=True, capture_output=True).stdout
    return json.loads(found)


def check(condition, what):
    assert condition, what


def colors(page):
    return page.run("[...document.querySelectorAll('#dendrogram .branch')]"
                    ".map((branch) => getComputedStyle(branch).stroke).join()")


def shown_relatives(page):
    return page.run(
        "[...document.querySelectorAll('.relatives li')].map((line) => ["
        "line.querySelector('button bdi').textContent,"
        "line.querySelector('.similarity').textContent,"
        "[...line.querySelectorAll('.shared bdi')].map((word) => word.textContent)])")


def compare_relatives(page, kindred, folder, title):
    found = kindred_recommends(kindred, folder, title)
    theirs = [[relative["title"], f"{relative['similarity']:.4f}",
               [word["word"] for word in relative["shared"]][:5]]
              for relative in found["recommendations"]]
    check(shown_relatives(page) == theirs, f"relatives of {title}")
    check(page.run("document.querySelector('#favorite h3 bdi').textContent") == found["title"], title)


def search(page, text):
    page.run("document.getElementById('query').focus(); document.getElementById('query').select()")
    page.type(text)
    page.key("Enter")


def use(page, kindred, folder, titles, width):
    check(page.run("document.documentElement.scrollWidth <= window.innerWidth"),
          f"the page is wider than {width}")
    # The first stop of the keyboard skips to the report.
    page.key("Tab")
    check(page.run("document.activeElement.className") == "skip", "no skip link")
    for title in titles:
        search(page, title)
        compare_relatives(page, kindred, folder, title)
    # With other case, without the last letter and with one wrong in the middle.
    typed = titles[0].upper()[:-1]
    search(page, typed)
    compare_relatives(page, kindred, folder, titles[0])
    middle = len(typed) // 2
    search(page, typed[:middle] + "q" + typed[middle + 1:])
    compare_relatives(page, kindred, folder, titles[0])
    # From a relative to its own.
    second = shown_relatives(page)[1][0]
    page.run("document.querySelectorAll('.relatives button')[1].click()")
    compare_relatives(page, kindred, folder, second)
    # How long a key takes, with all that it sets off.
    longest = page.run("""(() => {
      const query = document.getElementById('query');
      let longest = 0;
      for (const text of ['a', 'th', 'the', 'strnger', 'qqqqqqq', 'love story']) {
        query.value = text;
        const start = performance.now();
        query.dispatchEvent(new Event('input'));
        longest = Math.max(longest, performance.now() - start);
      }
      query.value = '';
      query.dispatchEvent(new Event('input'));
      return longest;
    })()""")
    check(longest < 100, f"a key takes {longest} ms")
    # The cut of the tree recolors it.
    page.run("document.getElementById('cut').focus()")
    before = colors(page)
    page.key("ArrowRight")
    after = colors(page)
    check(before != after, "the slider changes no color")
    # Sorting by a button.
    page.run("document.querySelectorAll('#clusters-table .sort')[2].click()")
    sizes = page.run("[...document.querySelectorAll('#clusters-table tbody tr')]"
                     ".map((row) => Number(row.children[2].textContent.replace(',', '')))")
    check(sizes == sorted(sizes, reverse=True), "the table is not sorted")
    # A click on the map shows a title and filters the list to its cluster.
    page.run("""(() => {
      const box = map.canvas.getBoundingClientRect();
      const [x, y] = map.place(map.x[0], map.y[0]);
      for (const type of ['pointerdown', 'pointerup']) {
        map.canvas.dispatchEvent(new PointerEvent(type, {
          clientX: box.left + x, clientY: box.top + y, pointerId: 1, bubbles: true }));
      }
    })()""")
    page.wait(0.2)
    label = page.run("explorer.cluster")
    check(label is not None, "a click on the map filters nothing")
    count = page.run("document.getElementById('count').textContent")
    with open(f"{folder}/labels.csv", newline="", encoding="utf-8") as file:
        own = sum(int(line["cluster"]) == label for line in csv.DictReader(file))
    check(count.startswith(f"{own:,} of "), f"{count}, not {own}")
    # The button turns light to dark and back.
    color = "getComputedStyle(document.body).backgroundColor"
    before = page.run(color)
    page.run("document.getElementById('scheme').click()")
    check(page.run(color) != before, "the button changes no color")
    page.run("document.getElementById('scheme').click()")
    check(page.run(color) == before, "the button does not change back")


def main():
    program, kindred, catalogue = sys.argv[1], os.path.abspath(sys.argv[2]), sys.argv[3]
    subprocess.run([kindred, "sweep", catalogue, "--k", "2...12", "--out", "sample", "--quiet"],
                   check=True, stdout=subprocess.DEVNULL)
    with open("sample/labels.csv", newline="", encoding="utf-8") as file:
        titles = [line["title"] for line in csv.DictReader(file)]
    titles = [title for title in titles if titles.count(title) == 1 and len(title) > 9]
    hostile.write(hostile.NAME)
    subprocess.run(
        [kindred, "sweep", hostile.NAME, "--text", "description", "--title", "title", "--id", "id",
         "--k", "2...4", "--out", "hostile", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    browser = Browser(program)
    try:
        for width in WIDTHS:
            for scheme in SCHEMES:
                page = Page(browser, "sample/report.html", width, scheme)
                use(page, kindred, "sample", [titles[0], titles[7], titles[100]], width)
                check(not page.troubles, f"{width} {scheme}: {page.troubles}")
                page.picture(f"sample-{width}-{scheme}.png")
                page.close()
        page = Page(browser, "hostile/report.html", 1280, "light")
        for attack in hostile.ATTACKS:
            place = hostile.ATTACKS.index(attack)
            page.run(f"explorer.showTitle({place})")
            check(page.run("document.querySelector('#favorite h3 bdi').textContent")
                  == f"{attack} 0", f"{attack!r} is not shown as it is")
        page.run("document.getElementById('browse').open = true")
        page.wait(0.3)
        check(page.run("document.querySelectorAll('img, iframe, object, b script, svg script').length")
              == 0, "a text became an element")
        check(page.run("document.querySelectorAll('script').length") == 2, "a script came in")
        check(page.run("document.title") == f"{hostile.NAME}: {page.run('report.k')} clusters",
              "something ran")
        check(page.run("Object.getPrototypeOf({}) === Object.prototype"), "a prototype changed")
        check(not page.troubles, f"hostile: {page.troubles}")
        page.close()
        # What is put into a page afterwards does not run, and the test would hear of it.
        with open("sample/report.html", encoding="utf-8") as file:
            source = file.read()
        with open("changed.html", "w", encoding="utf-8") as file:
            file.write(source.replace("<main", "<script>document.title='owned'</script><main", 1))
        page = Page(browser, "changed.html", 1280, "light")
        check(page.run("document.title") != "owned", "the policy lets a foreign script run")
        check([kind for kind, _ in page.troubles] == ["log"], f"changed: {page.troubles}")
        page.close()
    finally:
        browser.close()
    print(f"browser: {len(WIDTHS) * len(SCHEMES)} views of the sample and "
          f"{len(hostile.ATTACKS)} hostile texts, without an error or a request")


if __name__ == "__main__":
    main()
