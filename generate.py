#!/usr/bin/env python3
"""`python generate.py ...` is `soundcube generate ...`; see README.md."""
from soundcube.cli import script

if __name__ == "__main__":
    script("generate")
