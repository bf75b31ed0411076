"""The rules for the folder of drop-ins beside a hook file: W3."""

from lifeinit.check.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "W328",
        "skipped-drop-in",
        "lifeinit would skip a drop-in at its start: it is not trusted, or not a regular file.",
        "Nobody names a drop-in, so it counts only if it, its folder and the directory of that belong to root or to the"
        " user of lifeinit, and no one else may write there. A start prints a warning and goes on without its hooks."
        " With --no-preflight every drop-in counts: then who owns a clone does not matter.",
        '# hooks.d/10-db.toml, which belongs to uid 1000\n[[pre_start]]\ncommand = "migrate"',
        '# hooks.d/10-db.toml, which belongs to root\n[[pre_start]]\ncommand = "migrate"',
    ),
    Rule(
        "W329",
        "unread-drop-ins",
        "The image has drop-ins in /etc/lifeinit/hooks.d, and the hook file lies elsewhere.",
        "Only the folder beside the hook file is read. A hook file of an image that is built on one with drop-ins"
        " belongs in /etc/lifeinit, or its hooks belong in a drop-in of its own.",
        '# /app/hooks.toml, while there is /etc/lifeinit/hooks.d/10-db.toml\npre_start = "echo app"',
        '# /etc/lifeinit/hooks.toml, while there is /etc/lifeinit/hooks.d/10-db.toml\npre_start = "echo app"',
    ),
)
