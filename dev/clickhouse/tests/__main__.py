"""Runs the tests and ends with one line that programs can read."""

import os
import sys
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))


def main():
    loader = unittest.TestLoader()
    if sys.argv[1:]:
        suite = loader.loadTestsFromNames(sys.argv[1:])
    else:
        suite = loader.discover(FOLDER, top_level_dir=os.path.dirname(FOLDER))
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    failed = len({test.id() for test, _ in [*result.failures, *result.errors]})
    passed = result.testsRun - failed
    print(f"clickhouse-front-tests: passed={passed} failed={failed}", flush=True)
    sys.exit(1 if failed or not result.testsRun else 0)


if __name__ == "__main__":
    main()
