#!/usr/bin/env python3
"""The image under a real Xen (tools/xen): PV and PVH guests. TAP.
Usage: tests/xen/run.py [--short] [BUILD] [PART…]      parts: pv pvh tools many; needs tools/xen/prepare.py BUILD/xen"""
import os
import shutil
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, f"{ROOT}/tools/xen"]
import parts  # noqa: E402
from images import Images  # noqa: E402
from tap import Tap  # noqa: E402

PARTS = {"pv": parts.Kind, "pvh": parts.Kind, "tools": parts.Tools, "many": parts.Many}
AT_ONCE = 2


def run_parts(chosen):
    """Each has a machine of its own; two at a time."""
    waiting, lock = list(chosen), threading.Lock()

    def work():
        while True:
            with lock:
                if not waiting:
                    return
                part = waiting.pop(0)
            part.run()
            part.write_log()
    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def main():
    words = [w for w in sys.argv[1:] if w not in PARTS and w != "--short"]
    names = [w for w in sys.argv[1:] if w in PARTS] or list(PARTS)
    short = "--short" in sys.argv
    build = os.path.abspath(words[0] if words else f"{ROOT}/build")
    where = tempfile.mkdtemp()
    try:
        images = Images(build, where, not short)
        chosen = [PARTS[n](n, build, images, short) for n in names]
        run_parts(chosen)
    finally:
        shutil.rmtree(where, ignore_errors=True)
    tap = Tap()
    for part in chosen:
        for name, ok, why in part.results:
            tap.result(name, ok, why)
    tap.end()


if __name__ == "__main__":
    main()
