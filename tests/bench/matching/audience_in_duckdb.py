"""Counts by DuckDB, with one thread, for how many profiles rules are true and for how many NULL.

usage: audience_in_duckdb.py FOLDER with
  schema        a line for each attribute: name, kind, least and greatest value
  profiles.csv  a column for each attribute; empty = missing; lists as |a|b|, the empty list as |
  rules.sql     a condition on each line
Prints its version and types, the CPU seconds of one round over all rules, and for each rule both counts.

The table is in memory with the narrowest types; words are tried as ENUM and as VARCHAR with a tenth of the rules, and the faster counts. Timed is, after a round to
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


class Table:
    def __init__(self, folder, attributes, rules, words):
        self.words = words
        self.rules = rules
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("PRAGMA threads=1")
        for name, kind, _, greatest in attributes:
            if kind in ("word", "tags"):
                values = ", ".join(f"'w{i}'" for i in range(greatest + 1))
                self.connection.execute(f"CREATE TYPE {name}_word AS " + ("VARCHAR" if words == "VARCHAR" else f"ENUM ({values})"))
        text = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name, *_ in attributes) + "}"
        columns = ", ".join(expression(name, kind, column_type(name, kind, least, greatest)) for name, kind, least, greatest in attributes)
        self.connection.execute(
            f"CREATE TABLE p AS SELECT {columns} FROM read_csv('{folder}/profiles.csv', header=false, delim=',', quote='', escape='',"
            f" nullstr='', auto_detect=false, columns={text})"
        )
        for i, rule in enumerate(rules):
            self.connection.execute(f"PREPARE rule_{i} AS SELECT count(*) FROM p WHERE {rule}")

    def eligible(self, i):
        return self.connection.execute(f"EXECUTE rule_{i}").fetchone()[0]

    def unknown(self, i):
        return self.connection.execute(f"SELECT count(*) FROM p WHERE ({self.rules[i]}) IS NULL").fetchone()[0]

    def seconds(self, chosen, rounds):
        for i in chosen:
            self.eligible(i)
        return min(cpu(lambda: [self.eligible(i) for i in chosen]) for _ in range(rounds))


def main(folder):
    with open(f"{folder}/schema", encoding="utf-8") as file:
        attributes = [(name, kind, int(least), int(greatest)) for name, kind, least, greatest in map(str.split, file)]
    with open(f"{folder}/rules.sql", encoding="utf-8") as file:
        rules = file.read().splitlines()
    some, all_rules = range(0, len(rules), 10), range(len(rules))
    tables = [Table(folder, attributes, rules, words) for words in ("ENUM", "VARCHAR")]
    (quick, fast), (slow, other) = sorted(((table.seconds(some, 2), table) for table in tables), key=lambda each: each[0])
    print(f"{duckdb.__version__}, words as {fast.words} (as {other.words} {slow / quick:.1f} x the time)")
    print(fast.seconds(all_rules, 3))
    for i in all_rules:
        print(fast.eligible(i), fast.unknown(i))


main(sys.argv[1])
