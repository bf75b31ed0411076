"""Plain immutable records, as dataclasses make them, without the 12 ms that importing dataclasses costs."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import ClassVar, Self, dataclass_transform
else:

    def dataclass_transform(**_options):
        return lambda cls: cls


class _RecordType(type):
    """Makes the classes of records as small as they can be: a plain init has 60 of them.

    It keeps the fields' names, but neither their annotations nor the docstring, which every class would hold twice; and
    empty slots save each class a table for the attributes of instances.
    """

    if not TYPE_CHECKING:

        def __new__(cls, name, bases, namespace):
            namespace["__match_args__"] = tuple(namespace.pop("__annotations__", ()))
            namespace.pop("__doc__", None)
            if bases:
                namespace["__slots__"] = ()
            return type.__new__(cls, name, bases, namespace)


@dataclass_transform(frozen_default=True)
class Record(metaclass=_RecordType):
    """Fields are the class's annotations in their order; a class attribute is the default.

    That a call gives each field once is left to the type checker, which reads these classes as dataclasses.
    """

    __match_args__: "ClassVar[tuple[str, ...]]"

    if not TYPE_CHECKING:  # the type checker writes its own, for each class

        def __init__(self, *values, **named):
            names = self.__match_args__
            for place, value in enumerate(values):  # half the time of a zip, a third of an update of __dict__
                setattr(self, names[place], value)
            if named:
                self.__dict__.update(named)

    @classmethod
    def fields(cls) -> tuple[str, ...]:
        """The fields' names, in order."""
        return cls.__match_args__

    @classmethod
    def filled(cls, fields: "Mapping[str, object]") -> "Self":
        """A record from its fields by name, where the names are data. Raises TypeError for one that is no field."""
        record = cls.__new__(cls)
        record.__dict__.update(fields)
        if not record.__dict__.keys() <= set(cls.__match_args__):
            raise TypeError(f"{cls.__name__} has other fields than {', '.join(fields)}")
        return record

    @classmethod
    def restored(cls, values: "Iterable[object]") -> "Self":
        """A record again from what `values` gave."""
        record = cls.__new__(cls)
        record.__dict__.update(zip(cls.fields(), values, strict=True))
        return record

    def replaced(self, **changes: object) -> "Self":
        """The same with other values for these fields."""
        return self.filled({**self.__dict__, **changes})

    def values(self) -> tuple[object, ...]:
        """The fields' values, in order."""
        return tuple(getattr(self, field) for field in self.fields())

    def compared(self) -> tuple[object, ...]:
        """What makes two records equal: every field, unless a class leaves one out."""
        return self.values()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and type(self) is type(other) and self.compared() == other.compared()

    def __hash__(self) -> int:
        return hash((type(self), self.compared()))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.fields())
        return f"{type(self).__name__}({fields})"
