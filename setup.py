"""Packaging: what the package is and needs stands in settings.ini, its name and links in pyproject.toml."""
from configparser import ConfigParser
from pathlib import Path

from setuptools import setup

ini = ConfigParser(delimiters=["="])
ini.read(Path(__file__).with_name("settings.ini"), encoding="utf-8")
cfg = ini["DEFAULT"]

setup(
    description=cfg["description"],
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    keywords=cfg["keywords"].split(),
    license=cfg["license"],
    author=cfg["author"],
    author_email=cfg["author_email"],
    python_requires=f">={cfg['min_python']}",
    packages=["soundcube"],
    package_data={"soundcube": ["*.js", "*.css"]},
    install_requires=cfg["requirements"].split(),
    extras_require={name: cfg[f"{name}_requirements"].split() for name in ("dev", "jax", "voila")},
    entry_points={
        "console_scripts": cfg["console_scripts"].split(),
        "nbdev": ["soundcube=soundcube._modidx:d"],
    },
)
