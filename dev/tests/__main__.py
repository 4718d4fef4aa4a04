"""Runs all tests of the local stack and ends with one line that programs can read."""

import os
import sys
import unittest

DEV = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path[0] = DEV


class _Counting(unittest.TextTestResult):
    """Counts what passed, which unittest itself doesn't."""

    passed = 0

    def addSuccess(self, test):
        self.passed += 1
        super().addSuccess(test)


def main(names):
    loader = unittest.TestLoader()
    if names:
        suite = loader.loadTestsFromNames([f"tests.{name}" for name in names])
    else:
        suite = loader.discover(os.path.join(DEV, "tests"), top_level_dir=DEV)
    result = unittest.TextTestRunner(verbosity=2, resultclass=_Counting).run(suite)
    failed = len(result.failures) + len(result.errors)
    print(f"dev-tests: passed={result.passed} failed={failed}", flush=True)
    return 0 if failed == 0 and result.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
