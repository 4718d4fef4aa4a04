"""`dev/with-stack`: a stack for one command, taken away whatever happens to the command."""

import signal
import time

from tests.sandbox import ONLY_POSTGRES, SandboxTest


class WithStack(SandboxTest):
    def run_with(self, name, *command):
        return self.sandbox.run("with-stack", name, *ONLY_POSTGRES, "--", *command)

    def test_the_command_sees_the_stack_and_nothing_is_left(self):
        done = self.run_with("for-one", "sh", "-c", 'echo "on $SEALTRAIL_STACK at $SEALTRAIL_POSTGRES_URL"')
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("on for-one at postgres://sealtrail:", done.stdout)
        self.assert_no_trace("for-one")

    def test_a_failure_is_passed_on_and_the_logs_stay_until_the_next_run(self):
        done = self.run_with("fails", "sh", "-c", "exit 7")
        self.assertEqual(done.returncode, 7, done.stdout)
        self.assertIn("dev/logs --name fails", done.stdout)
        self.assertEqual(self.sandbox.processes(), [])
        self.assertTrue((self.sandbox.state / "fails" / "logs" / "postgres.log").exists())
        self.assertEqual(self.run_with("fails", "true").returncode, 0)
        self.assert_no_trace("fails")

    def test_interrupting_ends_the_command_with_its_children(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            marker = self.sandbox.root / f"running-{code}"
            script = f"sleep 600 & sleep 600 & touch '{marker}'; wait"
            start = self.sandbox.start("with-stack", "halted", *ONLY_POSTGRES, "--", "sh", "-c", script)
            deadline = time.monotonic() + 60
            while not marker.exists():
                self.assertIsNone(start.poll(), "it ended before it could be interrupted")
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)
            start.send_signal(number)
            output, _ = start.communicate(timeout=60)
            self.assertEqual(start.returncode, code, output)
            self.assertIn("interrupted; taking stack 'halted' away", output)
            self.assert_no_trace("halted")

    def test_a_missing_command_is_refused_before_anything_starts(self):
        done = self.sandbox.run("with-stack", "nothing", *ONLY_POSTGRES)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("write it after --", done.stdout)
        self.assert_no_trace("nothing")
