#!/usr/bin/env python3
"""`python reset.py ...` is `soundcube reset ...`; see README.md."""
from soundcube.cli import script

if __name__ == "__main__":
    script("reset")
