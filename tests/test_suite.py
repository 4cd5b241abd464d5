"""What the suite promises about itself: what it says, when it fails, what it leaves out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import __main__ as suite


@pytest.fixture
def outcome(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs the suite with what each half came to, on a machine with or without PostgreSQL."""

    def run(
        sqlite: suite.Result,
        postgresql: suite.Result | None = None,
        *,
        ci: bool = False,
    ) -> int:
        halves = {"SQLite": sqlite, "PostgreSQL": postgresql}
        monkeypatch.setattr(suite, "run", lambda database, _url, _arguments: halves[database])
        monkeypatch.setattr(suite, "programs", lambda: None)
        monkeypatch.setattr(suite, "IN_CI", ci)
        monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
        if postgresql is not None:
            monkeypatch.setenv("TEST_DATABASE_URL", "postgresql://a.server.of.ones.own/name")
        return suite.main([])

    return run


def result(database: str, failed: int = 0, skipped: int = 0, exit_code: int = 0) -> suite.Result:
    return suite.Result(database, exit_code, passed=412, failed=failed, skipped=skipped)


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_the_last_line_says_how_many_passed_on_which_database(
    outcome: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(result("SQLite"), result("PostgreSQL", skipped=1)) == 0
    assert last_line(capsys) == (
        "SQLite: 412 passed, 0 failed · PostgreSQL: 412 passed, 0 failed, 1 skipped"
    )


def test_a_failure_on_either_database_is_a_failure(outcome: Callable[..., int]) -> None:
    assert outcome(result("SQLite", failed=1), result("PostgreSQL")) == 1
    assert outcome(result("SQLite"), result("PostgreSQL", failed=1)) == 1


def test_a_half_that_breaks_off_is_a_failure_though_no_test_failed(
    outcome: Callable[..., int],
) -> None:
    assert outcome(result("SQLite", exit_code=2), result("PostgreSQL")) == 1


def test_without_postgresql_the_package_is_named_and_only_ci_takes_offence(
    outcome: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(result("SQLite")) == 0
    assert "PostgreSQL: left out" in (line := last_line(capsys))
    assert "apt-get install postgresql" in line
    assert outcome(result("SQLite"), ci=True) == 1


def test_the_counts_are_those_of_pytests_report(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="10" failures="1" errors="2" skipped="3"/></testsuites>'
    )
    counted = suite.Result("SQLite", 1)
    counted.count(report)
    assert str(counted) == "SQLite: 4 passed, 3 failed, 3 skipped"


def test_a_missing_program_skips_a_test_with_its_package_and_fails_it_under_ci(
    needs_system: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="in the package some-package"):
        needs_system("no-such-program", "some-package")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="in the package some-package"):
        needs_system("no-such-program", "some-package")
    assert Path(needs_system("sh", "dash")).is_absolute()
