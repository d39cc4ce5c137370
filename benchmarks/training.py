"""How near a training step comes to what this machine's matrix products can do.

    python benchmarks/training.py [key=value...]

Steps of the configured preset are timed in turn with large float32 products of NumPy, each the best of several.
Useful operations of a step: 6 for each weight and frame (2 forward, 4 backward); all else counts as loss.
KERAS_BACKEND=jax measures JAX.
"""
import sys
import time

import numpy as np

from soundcube.config import load_config
from soundcube.settings import ConvertSettings, TrainSettings
from soundcube.models import build_model
from soundcube.training import make_trainer
import keras


def best(run, times: int) -> float:
    "Seconds of the quickest of several runs."
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    config = load_config(None, sys.argv[1:])
    asked = TrainSettings.of(config)
    model = build_model(asked.model_name, config.data.axes, asked.kwargs)
    trainer, batch, block = make_trainer(model, config), asked.batch_size, asked.block(ConvertSettings.of(config).frame_rate)
    x = np.random.default_rng(0).standard_normal((batch, block + 1, sum(i.shape[-1] for i in model.inputs))).astype(np.float32)
    a = np.random.default_rng(0).standard_normal((2048, 2048)).astype(np.float32)
    for _ in range(3): float(trainer.train_on_batch(x))  # compiles
    useful, product = 6.0 * model.count_params() * batch * block, 2.0 * 2048**3
    peak, step = 0.0, np.inf
    for _ in range(5):  # in turn, so that whatever else runs here disturbs both
        peak = max(peak, product / best(lambda: a @ a, 5))
        step = min(step, best(lambda: float(trainer.train_on_batch(x)), 4))
    print(f"{keras.backend.backend()}: {model.count_params() / 1e6:.2f} M weights, {batch} blocks of {block} frames: "
          f"{step:.3f} s a step, {useful / step / 1e9:.0f} of {peak / 1e9:.0f} GFLOP/s: {useful / step / peak:.2f} of the peak")


if __name__ == "__main__":
    main()
