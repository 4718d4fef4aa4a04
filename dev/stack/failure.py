"""The one exception that ends a command with a message for people."""


class Failure(Exception):
    """What went wrong, with the fix on lines of its own. Never shown with a traceback."""

    def __init__(self, message, *fixes, code=1):
        super().__init__(message)
        self.fixes = fixes
        self.code = code

    def render(self):
        lines = [f"error: {self}"]
        lines += [f"  fix: {fix}" for fix in self.fixes]
        return "\n".join(lines)


class Cancelled(Exception):
    """Raised inside the start-up threads once Ctrl-C, or another service's failure, has ended the run."""
