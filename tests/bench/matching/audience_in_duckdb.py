"""Counts by DuckDB, with one thread, for how many profiles rules are true and for how many NULL.

usage: audience_in_duckdb.py FOLDER with
  schema        a line for each attribute: name, kind, least and greatest value
  profiles.csv  a column for each attribute; empty = missing; lists as |a|b|, the empty list as |
  rules.sql     a condition on each line
Prints its version and types, the CPU seconds of one round over all rules, and for each rule both counts.

The table is in memory with the narrowest types; words are tried as ENUM and as VARCHAR, and the faster counts. Timed is, after a round to
warm up, the best of three rounds of `SELECT count(*) … WHERE rule`, prepared before: what DuckDB is fastest at.
"""

import sys
import time

import duckdb


def integer(least, greatest):
    for bits, name in ((7, "TINYINT"), (15, "SMALLINT"), (31, "INTEGER")):
        if -(1 << bits) <= least and greatest < 1 << bits:
            return name
    return "BIGINT"


def column_type(name, kind, least, greatest):
    if kind in ("code", "number"):
        return integer(least, greatest)
    return {"word": f"{name}_word", "tags": f"{name}_word[]", "date": "DATE", "boolean": "BOOLEAN"}[kind]


def expression(name, kind, wanted):
    if kind == "tags":
        return f"CAST(list_filter(string_split({name}, '|'), lambda x: x <> '') AS {wanted}) AS {name}"
    return f"CAST({name} AS {wanted}) AS {name}"


def cpu(work):
    start = time.process_time()
    work()
    return time.process_time() - start


def measure(folder, attributes, rules, words):
    connection = duckdb.connect(":memory:")
    connection.execute("PRAGMA threads=1")
    for name, kind, _, greatest in attributes:
        if kind in ("word", "tags"):
            values = ", ".join(f"'w{i}'" for i in range(greatest + 1))
            connection.execute(f"CREATE TYPE {name}_word AS " + ("VARCHAR" if words == "VARCHAR" else f"ENUM ({values})"))
    text = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name, *_ in attributes) + "}"
    columns = ", ".join(expression(name, kind, column_type(name, kind, least, greatest)) for name, kind, least, greatest in attributes)
    connection.execute(
        f"CREATE TABLE p AS SELECT {columns} FROM read_csv('{folder}/profiles.csv', header=false, delim=',', quote='', escape='',"
        f" nullstr='', auto_detect=false, columns={text})"
    )
    for i, rule in enumerate(rules):
        connection.execute(f"PREPARE rule_{i} AS SELECT count(*) FROM p WHERE {rule}")

    def one(i):
        return connection.execute(f"EXECUTE rule_{i}").fetchone()[0]

    eligible = [one(i) for i in range(len(rules))]
    seconds = min(cpu(lambda: [one(i) for i in range(len(rules))]) for _ in range(3))
    unknown = [connection.execute(f"SELECT count(*) FROM p WHERE ({rule}) IS NULL").fetchone()[0] for rule in rules]
    return seconds, words, list(zip(eligible, unknown))


def main(folder):
    with open(f"{folder}/schema", encoding="utf-8") as file:
        attributes = [(name, kind, int(least), int(greatest)) for name, kind, least, greatest in map(str.split, file)]
    with open(f"{folder}/rules.sql", encoding="utf-8") as file:
        rules = file.read().splitlines()
    runs = sorted(measure(folder, attributes, rules, words) for words in ("ENUM", "VARCHAR"))
    (seconds, words, counts), (slower, other, others) = runs
    if counts != others:
        raise SystemExit("DuckDB's counts depend on its types")
    print(f"{duckdb.__version__}, words as {words} ({seconds:.3f} s a round; {slower:.3f} s as {other})")
    print(seconds)
    for eligible, unknown in counts:
        print(eligible, unknown)


main(sys.argv[1])
