"""Entry point of the `dev/` scripts: `python3 dev/stack COMMAND ...`."""

import os
import sys

sys.dont_write_bytecode = True
sys.path[0] = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))

from stack.command_line import main  # noqa: E402  (the path above must be set first)

sys.exit(main(sys.argv[1:]))
