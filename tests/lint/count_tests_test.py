#!/usr/bin/env python3
"""The count of the tests is honest: what did not run has not passed, and nothing run is no success."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

COUNT_TESTS = pathlib.Path(__file__).resolve().parents[2] / "tools" / "count_tests"
PASSED = '<testcase name="a" status="run"/>'
FAILED = '<testcase name="b" status="fail"><failure message=""/></testcase>'
SKIPPED = '<testcase name="c" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/></testcase>'
DISABLED = '<testcase name="d" status="disabled"/>'
NOT_BUILT = '<testcase name="e" status="notrun"><skipped message="Unable to find executable"/></testcase>'
NO_FILE = '<testcase name="f" status="notrun"><skipped message="Required Files Missing"/></testcase>'


class CountTestsTest(unittest.TestCase):
    def run_on(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "tests.xml"
            if text is not None:
                path.write_text(text, encoding="utf-8")
            return subprocess.run([sys.executable, str(COUNT_TESTS), str(path)], capture_output=True, text=True,
                                  check=False)

    def assert_verdict(self, text, verdict, code):
        result = self.run_on(text)
        self.assertEqual(result.stdout.splitlines()[-1], verdict)
        self.assertEqual(result.returncode, code)

    def suite(self, *cases):
        return "<testsuite>" + "".join(cases) + "</testsuite>"

    def test_all_passed(self):
        self.assert_verdict(self.suite(PASSED, PASSED), "2 passed, 0 failed", 0)

    def test_a_failure_fails_the_run_and_is_named(self):
        self.assert_verdict(self.suite(PASSED, FAILED), "1 passed, 1 failed", 1)
        self.assertIn("failed: b", self.run_on(self.suite(PASSED, FAILED)).stdout)

    def test_skipped_and_disabled_are_neither_passed_nor_failed(self):
        self.assert_verdict(self.suite(PASSED, SKIPPED, DISABLED), "1 passed, 0 failed, 2 skipped", 0)

    def test_what_could_not_run_has_failed(self):
        self.assert_verdict(self.suite(PASSED, NOT_BUILT, NO_FILE), "1 passed, 2 failed", 1)

    def test_nothing_run_is_no_success(self):
        self.assert_verdict(self.suite(), "0 passed, 0 failed", 1)
        self.assert_verdict(self.suite(SKIPPED), "0 passed, 0 failed, 1 skipped", 1)

    def test_no_file_or_a_torn_one_is_a_failure(self):
        self.assert_verdict(None, "0 passed, 1 failed", 1)
        self.assert_verdict("<testsuite><testcase", "0 passed, 1 failed", 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
