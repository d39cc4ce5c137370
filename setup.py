"""Packaging: everything it needs stands in settings.ini, which nbdev reads as well."""
from configparser import ConfigParser
from pathlib import Path

from setuptools import setup

ini = ConfigParser(delimiters=["="])
ini.read(Path(__file__).with_name("settings.ini"), encoding="utf-8")
cfg = ini["DEFAULT"]
extras = {name: cfg[f"{name}_requirements"].split() for name in ("dev", "jax", "voila")}

setup(
    name=cfg["lib_name"], version=cfg["version"], description=cfg["description"], license=cfg["license"].upper(),
    author=cfg["author"], keywords=cfg["keywords"].split(), python_requires=f">={cfg['min_python']}",
    packages=[cfg["lib_path"]], package_data={cfg["lib_path"]: ["*.js", "*.css"]},
    install_requires=cfg["requirements"].split(), extras_require=extras,
    entry_points={"console_scripts": cfg["console_scripts"].split(), "nbdev": [f"{cfg['lib_name']}={cfg['lib_name']}._modidx:d"]},
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"), long_description_content_type="text/markdown",
)
