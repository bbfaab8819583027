"""Flags win over the environment, the environment over the defaults."""

import pytest

from stadsgraaf.errors import UsageError
from stadsgraaf.settings import Settings


def test_defaults_are_those_of_the_table() -> None:
    settings = Settings.load({})
    assert {row.name: row.default for row in Settings.table()} == vars(settings)


def test_flags_win_over_the_environment() -> None:
    environ = {"STADSGRAAF_PORT": "1", "STADSGRAAF_WORKERS": "3"}
    settings = Settings.load(environ, {"port": 2, "host": None})
    assert (settings.port, settings.workers, settings.host) == (2, 3, "127.0.0.1")


def test_a_value_of_the_wrong_type_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="STADSGRAAF_PORT='x' is not a valid int"):
        Settings.load({"STADSGRAAF_PORT": "x"})


def test_every_setting_has_help() -> None:
    assert all(row.help.endswith(".") for row in Settings.table())
