"""`import lifeinit`: the public names, and where they come from."""

import pytest

import lifeinit
from lifeinit.callbacks import errors


def test_every_public_name_can_be_imported_and_is_listed() -> None:
    for name in lifeinit.__all__:
        assert getattr(lifeinit, name) is not None
        assert name in dir(lifeinit)
    assert lifeinit.FlaskCeleryContainer.__mro__[1] is lifeinit.Container


def test_an_unknown_name() -> None:
    with pytest.raises(AttributeError, match=r"^module 'lifeinit' has no attribute 'Contaner'$"):
        getattr(lifeinit, "Contaner")  # noqa: B009


def test_errors_are_named_as_they_are_imported() -> None:
    """A traceback ends with a name that users can find in the documentation."""
    public = [getattr(lifeinit, name) for name in lifeinit.__all__ if name.endswith("Error")]
    assert public == [errors.AlreadyStartedError, errors.LifeinitError, errors.UsageError]
    assert {error.__module__ for error in public} == {"lifeinit"}
    assert all(issubclass(error, errors.LifeinitError) for error in public)
