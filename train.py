#!/usr/bin/env python3
"""`python train.py ...` is `soundcube train ...`; see README.md."""
from soundcube.cli import script

if __name__ == "__main__":
    script("train")
