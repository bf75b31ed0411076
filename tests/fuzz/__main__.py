"""A long campaign on one target: python -m tests.fuzz TARGET [--seconds 180] [--seed 1].

Where atheris is installed it leads the way through the code; else, and for `environment`, whose code runs in processes
of its own, seeds are mutated by chance. hypothesis holds the same rules for a few seconds in each run of the tests.
"""

import argparse
import importlib
import importlib.util
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.mutation import mutated

TARGETS = ["answers", "hook_file", "shell", "manifest", "exports", "notify", "state", "environment"]
BY_CHANCE = {"environment"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--seed", type=int, default=1, help="the same inputs again for the same seed, without atheris")
    parser.add_argument("--by-chance", action="store_true", help="without atheris")
    options = parser.parse_args()
    if options.by_chance or options.target in BY_CHANCE or importlib.util.find_spec("atheris") is None:
        return by_chance(options.target, options.seconds, options.seed)
    return led(options.target, options.seconds)


def by_chance(name: str, seconds: int, seed: int) -> int:
    target = importlib.import_module(f"tests.fuzz.{name}")
    rng, began, runs = random.Random(seed), time.monotonic(), 0
    told = began
    while (now := time.monotonic()) < began + seconds:
        data = mutated(rng, target.SEEDS, target.PIECES)
        runs += 1
        try:
            target.look(data)
        except BaseException:
            print(f"{name}, run {runs} of seed {seed}: {data[:2000]!r}, {len(data)} bytes", flush=True)
            raise
        if now > told + 30:
            told = now
            print(f"{name}: {runs} runs in {now - began:.0f} s", flush=True)
    print(f"{name}: {runs} runs by chance in {seconds} s, seed {seed}, no finding")
    return 0


def led(name: str, seconds: int) -> int:
    """By what of the code each input reaches. Never returns: libFuzzer ends the process, with 77 for a finding."""
    import atheris  # noqa: PLC0415

    with atheris.instrument_imports(include=["lifeinit"]):
        target = importlib.import_module(f"tests.fuzz.{name}")
    place = Path(tempfile.mkdtemp(prefix=f"lifeinit-fuzz-{name}-"))
    corpus, words = place / "corpus", place / "words"
    corpus.mkdir()
    for number, seed in enumerate(target.SEEDS):
        (corpus / str(number)).write_bytes(seed)
    words.write_text("".join(f'"{_escaped(piece)}"\n' for piece in target.PIECES if len(piece) < 100))
    limits = [
        f"-max_total_time={seconds}",
        "-max_len=8192",
        f"-dict={words}",
        f"-artifact_prefix={place}/",
        "-timeout=20",
    ]
    print(f"{name}: corpus and findings lie in {place}", flush=True)
    atheris.Setup([sys.argv[0], *limits, str(corpus)], target.look)
    atheris.Fuzz()
    return 0


def _escaped(piece: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in piece)


if __name__ == "__main__":
    sys.exit(main())
