"""Plain immutable records, as dataclasses make them, without the 12 ms that importing dataclasses costs."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import ClassVar, Self, dataclass_transform
else:

    def dataclass_transform(**_options):
        return lambda cls: cls


class _RecordType(type):
    """Makes the classes of records as small as they can be: a plain init has 36 of them.

    Its fields are slots: without a dict of the instance a class is 700 bytes smaller. Neither the annotations nor the
    docstring are kept, and the defaults stand in one place, as a slot cannot have one.
    """

    if not TYPE_CHECKING:

        def __new__(cls, name, bases, namespace):
            annotate = namespace.pop("__annotate_func__", None)  # from Python 3.14 on. PEP 649
            annotations = namespace.pop("__annotations__", ()) if annotate is None else annotate(1)
            fields = tuple(annotations) if bases else ()
            if "__slots__" not in namespace:
                namespace["__slots__"] = fields
            if fields:
                namespace["__match_args__"] = fields
                defaults = {field: namespace.pop(field) for field in fields if field in namespace}
                if defaults:
                    namespace["_defaults"] = defaults
            namespace.pop("__doc__", None)
            return type.__new__(cls, name, bases, namespace)


@dataclass_transform(frozen_default=True)
class Record(metaclass=_RecordType):
    """Fields are the class's annotations in their order; a class attribute is the default.

    That a call gives each field once is left to the type checker, which reads these classes as dataclasses.
    """

    __match_args__: "ClassVar[tuple[str, ...]]" = ()
    _defaults: "ClassVar[Mapping[str, object]]" = {}  # noqa: RUF012

    if not TYPE_CHECKING:  # the type checker writes its own, for each class

        def __init__(self, *values, **named):
            fields = self.__match_args__
            for place, value in enumerate(values):  # half the time of a zip
                setattr(self, fields[place], value)
            for field in fields[len(values) :]:
                setattr(self, field, named[field] if field in named else self._defaults[field])

    @classmethod
    def fields(cls) -> tuple[str, ...]:
        """The fields' names, in order."""
        return cls.__match_args__

    @classmethod
    def filled(cls, fields: "Mapping[str, object]") -> "Self":
        """A record from its fields by name, where the names are data. Raises TypeError for one that is no field."""
        if not fields.keys() <= set(cls.__match_args__):
            raise TypeError(f"{cls.__name__} has other fields than {', '.join(fields)}")
        return cls(**fields)

    @classmethod
    def restored(cls, values: "Iterable[object]") -> "Self":
        """A record again from what `values` gave. Raises ValueError for more or fewer of them."""
        return cls(**dict(zip(cls.__match_args__, values, strict=True)))

    def replaced(self, **changes: object) -> "Self":
        """The same with other values for these fields."""
        return self.filled({**dict(zip(self.fields(), self.values(), strict=True)), **changes})

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
