"""What bash has and another shell may not have, as a table: how it is found, and how a shell is asked about it."""

from typing import Final, NamedTuple


class Construct(NamedTuple):
    """`pattern` finds it, `probe` succeeds in a shell that has it and changes nothing in any. `effect`: without it.

    `name` is a noun with the text that was found.
    """

    name: str
    pattern: str
    probe: str
    effect: str
    fix: str

    @property
    def is_syntax(self) -> bool:
        return self.effect == _REFUSED


_REFUSED: Final = "a syntax error"
_STAYS: Final = "it is not expanded"
_BY_BASH: Final = 'write a list, ["bash", "-c", "..."]'
_BAD: Final = "bad substitution"
_ILLEGAL: Final = "an illegal option"

# The commands whose arguments are looked at: the pattern is that of an argument.
_OF_COMMANDS: Final = {
    "set": (
        Construct("option {0} of set", "pipefail", "set -o pipefail", _ILLEGAL, f"remove it, or {_BY_BASH}"),
    ),
    "trap": (
        Construct("trap {0}", "ERR|DEBUG|RETURN", "trap : ERR", "a bad trap, which is not set",
                  'write "set -e", and a trap of EXIT'),
        Construct("trap {0}", "SIG[A-Z0-9+-]+", "trap : SIGTERM", "a bad trap, which is not set",
                  "write it without SIG"),
    ),
    "kill": (
        Construct("signal {0}", "-SIG[A-Z0-9+-]+", "kill -SIGCONT $$", "no signal is sent",
                  "write it without SIG"),
    ),
    "[": (Construct("operator {0}", "==", "[ a == a ]", "an error, which counts as false", 'write "="'),),
    "echo": (
        Construct("option {0} of echo", "-[nE]*e[nE]*", '[ "$(echo -e a)" = a ]', "it is printed too", "write printf"),
    ),
    "wait": (Construct("option {0} of wait", "-n", "sleep 0 & wait -n", _ILLEGAL, f"wait for a pid, or {_BY_BASH}"),),
    "exec": (Construct("option {0} of exec", "-a", "(exec -a x true)", "-a is taken for the program", "remove -a"),),
    "read": (
        Construct("option {0} of read", "-[A-Za-z]*[adintuNs].*", "echo a | read -t 1 a", _ILLEGAL, _BY_BASH),
    ),
    "printf": (Construct("option {0} of printf", "-v", "printf -v a b", _ILLEGAL, "write NAME=$(printf ...)"),),
    "export": (Construct("option {0} of export", "-[a-z]*f", "a() { :; }; export -f a", _ILLEGAL, _BY_BASH),),
}  # fmt: skip
ARGUMENTS: Final = {**_OF_COMMANDS, "test": _OF_COMMANDS["["]}

# Outside of quotes.
UNQUOTED: Final = (
    Construct("range {0}", r"(?<!\$)\{(?:-?\d+\.\.-?\d+|\w\.\.\w)(?:\.\.-?\d+)?\}",
              '[ "$(echo {1..2})" = "1 2" ]', _STAYS, "write seq, or each word"),
    Construct("brace expansion {0}", r"(?<!\$)\{[^\s{}]{0,200},[^\s{}]{0,200}\}", '[ "$(echo x{a,b})" = "xa xb" ]',
              _STAYS, "write each word"),
    Construct("string {0}", r"\$'[^']*'", "[ $'a' = a ]", "the dollar sign and the escapes stay",
              "write printf"),
)  # fmt: skip

# Also within double quotes.
EXPANDED: Final = (
    Construct("expansion {0}", r"\$\{\w+/[^}]{0,200}\}?", 'a=b; [ "${a//b/c}" = c ]', _BAD, "write sed"),
    Construct("expansion {0}", r"\$\{\w+:[^-=?+}][^}]{0,200}\}", 'a=b; [ "${a:0:1}" = b ]', _BAD, "write cut"),
    Construct("expansion {0}", r"\$\{\w+(?:\^|,)[^}]{0,200}\}", 'a=b; [ "${a^^}" = B ]', _BAD, "write tr"),
    Construct("expansion {0}", r"\$\{!\w[^}]{0,200}\}", 'a=b b=c; [ "${!a}" = c ]', _BAD, "write eval"),
    Construct("expansion {0}", r"\$\{#?\w+\[[^}]{0,200}\}", 'a=b; [ "${a[0]}" = b ]', _BAD, _BY_BASH),
    Construct("expansion {0}", r"\$\{\w+@\w\}", 'a=b; [ "${a@Q}" ]', _BAD, _BY_BASH),
    Construct("expansion {0}", r"\$\(\s*<\s*[^\s<()&|;]+\s*\)",
              '! read -r a </proc/self/comm || [ "$(</proc/self/comm)" ]', "it is empty", "write $(cat FILE)"),
    Construct("expansion {0}", r"\$\(\([^)]{0,200}(?:\+\+|--)[^)]{0,200}\)\)", "a=1; [ $((a++)) ]",
              "an arithmetic error",
              "write a=$((a + 1))"),
    Construct("expansion {0}", r"\$\(\([^)]{0,200}\*\*[^)]{0,200}\)\)", "[ $((2**3)) ]", "an arithmetic error",
              "write a product"),
    *(Construct("variable {0}", rf"\${{?{name}\b\}}?", f'[ "${name}" ]', "it is empty", _BY_BASH)
      for name in ("RANDOM", "EUID", "SECONDS", "PIPESTATUS")),
)  # fmt: skip

_OF_TOKENS: Final = {
    "&>": Construct("operator {0}", "", '[ -z "$(echo a &>/dev/null)" ]',
                    "the command runs in the background, which always succeeds", 'write "> FILE 2>&1"'),
    ">&": Construct("operator {0}", "", "echo a >& /dev/null", _REFUSED,
                    'write "> FILE 2>&1"'),
    "<<<": Construct("operator {0}", "", "read a <<< b", _REFUSED, 'write printf "%s" ... |'),
    "|&": Construct("operator {0}", "", ": |& :", _REFUSED, 'write "2>&1 |"'),
    "<(": Construct("operator {0}", "", ": <(:)", _REFUSED, "write a pipe or a file"),
    "((": Construct("operator {0}", "", "((1))", "a subshell, and no such command",
                    'write [ ... ] or NAME=$((...))'),
    "for ((": Construct("loop {0}", "", "for ((a=0; a<1; a++)); do :; done", _REFUSED,
                        f'write "for a in ...", or {_BY_BASH}'),
    "=(": Construct("array {0}", "", "a=(b)", _REFUSED, f"write words, or {_BY_BASH}"),
    "function": Construct("keyword {0}", "", "function a { :; }", _REFUSED, "write NAME() {"),
    "+=": Construct("operator {0}", "", "a=b; a+=c", "no such command", 'write NAME="${NAME}..."'),
}  # fmt: skip
OPERATORS: Final = {**_OF_TOKENS, "&>>": _OF_TOKENS["&>"], ">(": _OF_TOKENS["<("]}


def bash_word(name: str) -> Construct:
    fixes = {"source": 'write "."', "[[": 'write "["'}
    return Construct("command {0}", "", f"command -v {name}", "no such command", fixes.get(name, _BY_BASH))
