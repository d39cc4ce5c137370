"""For `jupyter lab --config=jupyter_config.py`: shows the whole project, and opening a chapter does not change it."""
from pathlib import Path

c = get_config()  # noqa: F821 (Jupyter's)
c.ServerApp.root_dir = str(Path(__file__).parent)
try:
    from soundcube.jupyter import keep_kernel
except ImportError:
    pass  # the Jupyter of another environment
else:
    c.FileContentsManager.pre_save_hook = keep_kernel
