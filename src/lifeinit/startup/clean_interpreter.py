"""A bare interpreter for PID 1: whether this one is, the exec of one where it is not, and what it does without."""

import builtins
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn

# What an interpreter's own start leaves in sys.modules. Anything more came from a .pth file, a sitecustomize or
# PYTHONPATH: it may hold threads and megabytes, and is not to live in PID 1.
_OWN_MODULES = frozenset(
    "__main__ _abc _codecs _collections_abc _distutils_hack _frozen_importlib _frozen_importlib_external _imp _io"
    " _signal _sitebuiltins _stat _thread _warnings _weakref abc builtins codecs encodings errno genericpath io"
    " lifeinit marshal os posix posixpath site stat sys time zipimport".split()
)
# Variables that images set for every Python, and that change nothing in ours.
_HARMLESS = frozenset(
    "PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONHASHSEED PYTHONIOENCODING PYTHONUTF8 PYTHONNOUSERSITE".split()
)

# What `strip` frees: of the interpreter's own modules what `os` and UTF-8 do without, and modules of the start alone.
_UNUSED = {
    "_collections_abc": "Hashable Awaitable Coroutine AsyncIterable AsyncIterator AsyncGenerator Iterator Generator"
    " Callable _CallableGenericAlias MutableSet Sequence ByteString _DeprecateByteStringMeta Buffer MutableSequence",
    "codecs": "StreamReaderWriter StreamRecoder EncodedFile open iterencode iterdecode getincrementalencoder"
    " getincrementaldecoder getreader getwriter getencoder getdecoder make_identity_dict make_encoding_map",
}
_OF_THE_START = ("site", "_sitebuiltins", "lifeinit.startup.inherited", __name__)


def is_clean() -> bool:
    """Whether this interpreter is as bare as a new one. Where it is no second one starts: 11 of 32 ms of CPU less."""
    if sys.flags.isolated and sys.flags.no_site:
        return True
    variables = {name for name in os.environ if name.startswith("PYTHON") and not name.startswith("PYTHON_")}
    own = _OWN_MODULES | {"sitecustomize"} if _has_distributions_sitecustomize() else _OWN_MODULES
    return variables <= _HARMLESS and all(name.partition(".")[0] in own for name in sys.modules)


def exec_clean(arguments: "Iterable[str]", mask: "Iterable[int]", parent: int) -> "NoReturn":
    """Run the launcher in a bare interpreter. The pid, the blocked signals and the pending ones stay. execve(2)"""
    from lifeinit.startup import search_path  # noqa: PLC0415  # not for an interpreter that stays

    if is_lc_ctype_added():
        os.unsetenv("LC_CTYPE")  # the new one would take it for an inherited variable
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bare.py")
    inherited = (",".join(str(int(signo)) for signo in mask), str(parent), *search_path.to_words())
    try:
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-B", script, *inherited, *arguments])
    except (OSError, ValueError) as error:  # a ValueError: the interpreter does not know where it is
        _fail(f"internal error: cannot start the interpreter {sys.executable!r}: {error}")


def strip(needed: "Iterable[str]") -> None:
    """Free what only the start has needed, before the engine is imported into its place: 200 to 300 kB less in PID 1.

    What is freed later leaves holes that nothing fills. A module refers to itself: only an empty one is free.
    `needed` are the modules that the engine needs from the standard library's directories.
    """
    import encodings.aliases  # noqa: PLC0415
    import gc  # noqa: PLC0415

    for name in needed:  # as long as the lists of these directories are here
        try:
            __import__(name)
        except ImportError:
            pass  # whatever needs it knows
    _forget_import_system()
    encodings.aliases.aliases.clear()  # other names of codecs, of which the engine uses none
    sys.stdlib_module_names = frozenset()
    for name, value in list(vars(builtins).items()):
        if type(value).__module__ == "_sitebuiltins":
            delattr(builtins, name)
    for name, unused in _UNUSED.items():  # whoever imports one of these again gets a whole one
        module = vars(sys.modules.pop(name))
        for word in unused.split():
            module.pop(word, None)
    for left in [sys.modules.pop(name) for name in _OF_THE_START if name in sys.modules]:
        vars(left).clear()
    gc.collect()  # classes refer to themselves


def _forget_import_system() -> None:
    """The names of all files in each directory of the search path, setuptools' finder, and archives as directories."""
    foreign = {"_distutils_hack"}
    if not any(type(finder).__module__ == "zipimport" for finder in sys.path_importer_cache.values()):
        foreign.add("zipimport")
    sys.path_importer_cache.clear()
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ not in foreign]
    sys.path_hooks[:] = [hook for hook in sys.path_hooks if hook.__module__ not in foreign]
    for module in [sys.modules.pop(name) for name in foreign if name in sys.modules]:
        vars(module).clear()


def is_lc_ctype_added() -> bool:
    """Whether LC_CTYPE is CPython's own addition: in the C locale it sets one, and keeps no note of it. PEP 538"""
    if b"LC_CTYPE" not in os.environb:
        return False
    try:
        with open("/proc/self/environ", "rb") as environ:
            return not any(entry.startswith(b"LC_CTYPE=") for entry in environ.read().split(b"\0"))
    except OSError:  # no /proc: then by what CPython would have done
        values = {os.environb.get(name, b"") for name in (b"LC_ALL", b"LANG")}
        added = {b"C.UTF-8", b"C.utf8", b"UTF-8"}
        return values <= {b"", b"C", b"POSIX"} and os.environb[b"LC_CTYPE"] in added


def refuse_archive() -> "NoReturn":
    """Exit, as there is no file to give to a bare interpreter; nor could psutil's extension be loaded. zipapp"""
    archive = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    fix = "install it, or make the archive with shiv, which unpacks itself"
    _fail(f'cannot run from the archive "{archive}": {fix}; nothing was started')


def _fail(text: str) -> "NoReturn":
    from lifeinit.engine import exit_status, log, printable  # noqa: PLC0415  # nothing is imported before it is needed

    log.say(printable.escaped(text), "internal_error", "error")
    os._exit(exit_status.SOFTWARE)


def _has_distributions_sitecustomize() -> bool:
    """Whether it lies in the standard library, where Debian puts one that does nothing, and not in a search path."""
    file = getattr(sys.modules.get("sitecustomize"), "__file__", None)
    return isinstance(file, str) and os.path.dirname(file) == os.path.dirname(os.__file__)
