"""Tests of the local stack, against the real services. `dev/test` runs them."""

import sys

sys.dont_write_bytecode = True
