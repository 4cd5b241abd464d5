"""The whole suite on both databases: `python -m tests [arguments of pytest]`.

PostgreSQL is a cluster that is started here and thrown away, or the server that TEST_DATABASE_URL
names. Where neither is to be had that half is left out with a word, and under CI it is a failure.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.postgresql import CannotStartError, clean_up_when_stopped, cluster, programs

# Chosen tests run one after another, as a debugger and a quick look want them. Files stay whole:
# some share a site that takes seconds to start.
WHOLE_SUITE = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile"]
IN_CI = os.environ.get("CI") == "true"


@dataclass
class Result:
    database: str
    exit_code: int
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def count(self, report: Path) -> None:
        for suite in ElementTree.parse(report).iter("testsuite"):
            failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped = int(suite.get("skipped", 0))
            self.failed += failed
            self.skipped += skipped
            self.passed += int(suite.get("tests", 0)) - failed - skipped

    def __str__(self) -> str:
        if not self.passed and not self.failed:
            return f"{self.database}: no test finished"
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.database}: {self.passed} passed, {self.failed} failed{skipped}"


def run(database: str, url: str | None, arguments: list[str]) -> Result:
    print(f"\n── {database} ──", flush=True)
    # Everything temporary goes here, so that it also goes away when a test run is cut short.
    with tempfile.TemporaryDirectory(prefix="tracker-", ignore_cleanup_errors=True) as folder:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": folder}
        environment.pop("TEST_DATABASE_URL", None)
        if url is not None:
            environment["TEST_DATABASE_URL"] = url
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", f"--junit-xml={report}"]
        command += arguments or WHOLE_SUITE
        tests = subprocess.Popen(command, env=environment)
        try:
            result = Result(database, tests.wait())
        except BaseException:
            tests.terminate()  # Ctrl-C has reached it by itself
            tests.wait()
            raise
        if report.exists():
            result.count(report)
    return result


def on_postgresql(arguments: list[str]) -> Result | str:
    """What happened, or why it was left out."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        return run("PostgreSQL", url, arguments)
    place = programs()
    if place is None:
        return "PostgreSQL: left out, as it was not found (apt-get install postgresql)"
    try:
        with cluster(place) as url:
            return run("PostgreSQL", url, arguments)
    except CannotStartError as error:
        print(error, file=sys.stderr)
        return Result("PostgreSQL", exit_code=1)


def main(arguments: list[str]) -> int:
    clean_up_when_stopped()
    results: list[Result | str] = [run("SQLite", None, arguments)]
    results.append(on_postgresql(arguments))
    print("\n" + " · ".join(map(str, results)))
    failed = any(
        result.exit_code or result.failed if isinstance(result, Result) else IN_CI
        for result in results
    )
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
