#!/usr/bin/env python3
"""`python convert.py ...` is `soundcube convert ...`; see README.md."""
from soundcube.cli import script

if __name__ == "__main__":
    script("convert")
