"""tap.py: results as TAP, as they come."""
import sys


class Tap:
    def __init__(self):
        self.n = self.failed = 0

    def result(self, name, ok, why=""):
        """why: lines for a test that failed."""
        self.n += 1
        self.failed += not ok
        print(f"{'ok' if ok else 'not ok'} {self.n} - {name}", flush=True)
        if not ok:
            print("".join(f"# {line}\n" for line in str(why).splitlines()), end="", flush=True)

    def end(self):
        print(f"1..{self.n}", flush=True)
        sys.exit(self.failed != 0)
