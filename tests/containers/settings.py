"""The environment variables that the programs know, read where they are declared."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]


def known():
    names = set()
    for source in list((ROOT / "services/node").glob("*.cpp")) + list((ROOT / "services/gateway").glob("*.cpp")) + [
        ROOT / "services/standalone/main.cpp"
    ]:
        names |= set(re.findall(r'"(ZHIDA_[A-Z_]+)"', source.read_text()))
    return names
