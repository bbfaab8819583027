"""Flags win over the environment, the environment over a file, a file over the defaults."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from stadsgraaf.cli import main
from stadsgraaf.errors import NoSuchPath, UsageError
from stadsgraaf.settings import Settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text('port = 1\nworkers = 3\nquery_timeout = 2\nlog_format = "json"\n')
    return path


def test_defaults_are_those_of_the_table() -> None:
    settings = Settings.load({})
    assert {row.name: row.default for row in Settings.table()} == vars(settings)


def test_flags_win_over_the_environment() -> None:
    environ = {"STADSGRAAF_PORT": "1", "STADSGRAAF_WORKERS": "3"}
    settings = Settings.load(environ, {"port": 2, "host": None})
    assert (settings.port, settings.workers, settings.host) == (2, 3, "127.0.0.1")


def test_the_environment_wins_over_a_file_and_a_file_over_the_defaults(file: Path) -> None:
    environ = {"STADSGRAAF_CONFIG": str(file), "STADSGRAAF_PORT": "2"}
    settings = Settings.load(environ)
    assert (settings.port, settings.workers, settings.query_timeout) == (2, 3, 2.0)
    origins = {name: each.origin for name, each in Settings.given(environ).items()}
    assert origins["port"] == "STADSGRAAF_PORT"
    assert origins["workers"] == str(file)


def test_a_file_in_the_working_folder_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stadsgraaf.toml").write_text("port = 99\n")
    monkeypatch.chdir(tmp_path)
    assert Settings.load({}).port == 99


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PORT", "x", "STADSGRAAF_PORT='x' is not a valid int"),
        ("PORT", "70000", "STADSGRAAF_PORT='70000' is not from 1 to 65535"),
        ("WORKERS", "0", "is not from 1 to 1024"),
        ("QUERY_TIMEOUT", "0", "is not 0.001 or more"),
        ("QUERY_TIMEOUT", "nan", "is not a valid float"),
        ("GRACE", "inf", "is not a valid float"),
        ("PUBLIC_URL", "javascript:alert(1)", "is not https://host or https://host/path"),
        ("PUBLIC_URL", "https://e.example/<x>", "is not https://host or https://host/path"),
        ("PUBLIC_URL", "e.example", "is not https://host or https://host/path"),
        ("LOG_FORMAT", "xml", "is none of: console, json"),
        ("LOG_QUERIES", "maybe", "is not a valid bool"),
        ("SECURITY_CONTACT", "http://e.example/", "is not an e-mail address, https: or tel:"),
        ("PROT", "1", "STADSGRAAF_PROT is not a setting: did you mean port?"),
    ],
)
def test_what_is_no_setting_or_cannot_be_is_refused_by_name(
    name: str, value: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        Settings.load({"STADSGRAAF_" + name: value})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 1\n", "prot is not a setting: did you mean port?"),
        ('port = "x"\n', "port='x' is not a valid int"),
        ("port = 1.5\n", "port=1.5 is not a valid int"),
        ("port = true\n", "port=True is not a valid int"),
        ("[port]\n", "is not a valid int"),
        ("port = \n", "is not TOML"),
    ],
)
def test_a_file_is_read_as_strictly(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(UsageError, match="x.toml.*" + message.replace("?", r"\?")):
        Settings.load({"STADSGRAAF_CONFIG": str(tmp_path / "x.toml")})


def test_a_file_that_is_named_must_be_there() -> None:
    with pytest.raises(NoSuchPath):
        Settings.load({"STADSGRAAF_CONFIG": "/nowhere.toml"})


def test_a_secret_is_never_said() -> None:
    row = next(row for row in Settings.table() if row.is_secret)
    assert "geheim" not in repr(Settings(**{row.name: "geheim"}))


def test_the_command_says_what_is_in_force_and_where_it_came_from(file: Path) -> None:
    result = CliRunner().invoke(main, ["--config", str(file), "settings"])
    assert f"port = 1  ({file})" in result.output
    assert "host = '127.0.0.1'  (default)" in result.output


@pytest.fixture(autouse=True)
def _no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STADSGRAAF_CONFIG", "")  # and put back afterwards
    monkeypatch.delenv("STADSGRAAF_CONFIG")


def test_every_setting_has_help() -> None:
    assert all(row.help.endswith(".") for row in Settings.table())
