"""The tables of Documentation/QUALITY.md, from the cells that were measured."""

import statistics

BEGIN = "<!-- tables: made by Benchmarks/Quality/quality.py -->"
END = "<!-- end of tables -->"


def text(cells, measured, settings, halves_count):
    """A table for each collection; settings that were not measured are left out."""
    parts = []
    for files in measured:
        name, classes = files.collection.name, files.class_count
        parts.append(
            f"### {files.collection.title}: {files.row_count:,} rows, {classes} classes\n"
        )
        header = [
            "Setting", "d", "P@10", "rec.", "AMI k=10", "k=20", "k=40", f"k={classes}",
            f"NMI k={classes}", "Seeds", "Halves", "Largest", "Silhouette", "2...30", "k", "AMI",
        ]  # fmt: skip
        rows, group = [], None
        for setting in settings:
            found = {
                part: cells.get(f"{name}/{setting.name}/{part}", {}).get("value")
                for part in ("features", "sweep", "seeds", "halves")
            }
            if None in (found["features"], found["seeds"], found["halves"]):
                continue
            if setting.group != group:
                group = setting.group
                rows.append([f"**{group}**"] + [""] * (len(header) - 1))
            rows.append(line(setting, found, classes, halves_count))
        parts.append(table(header, rows))
    return "\n".join(parts)


def line(setting, found, classes, halves_count):
    seeds, sweep = found["seeds"], found["sweep"]
    middle, whole = seeds[str(halves_count)], seeds[str(classes)]
    return [
        setting.name,
        f"{found['features']['columns']:,}",
        f"{found['features']['clustered']:.3f}",
        f"{found['features']['recommended']:.3f}",
        *(spread(seeds[k]["ami"]) for k in ("10", "20", "40")),
        spread(whole["ami"]),
        spread(whole["nmi"]),
        spread(middle["stability"], 2),
        spread(found["halves"], 2),
        spread(middle["largest"], 2),
        spread(middle["silhouette"]),
        *swept(sweep),
    ]


def swept(sweep):
    """What is told of a sweep over k = 2...30, where there was one."""
    if sweep is None:
        return [""] * 3
    return [f"{sweep['seconds']:.1f} s", str(sweep["k"]), f"{sweep['ami']:.3f}"]


def spread(values, decimals=3):
    """The mean, with the standard deviation where there are several values."""
    values = [value for value in values if value is not None]
    if not values:
        return ""
    mean = f"{statistics.mean(values):.{decimals}f}"
    return mean if len(values) < 2 else f"{mean} ± {statistics.stdev(values):.{decimals}f}"


def table(header, rows):
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def put(tables, path):
    """Puts the tables between the markers of a page, or makes a page of them alone."""
    page = path.read_text(encoding="utf-8") if path.exists() else f"{BEGIN}\n{END}\n"
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n\n{tables}\n{END}{after}", encoding="utf-8")
