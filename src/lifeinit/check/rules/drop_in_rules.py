"""The rules for the folder of drop-ins beside a hook file: W3."""

from lifeinit.check.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "W328",
        "skipped-drop-in",
        "lifeinit would skip a drop-in when it starts: it is not trusted, or not a regular file.",
        "A drop-in counts only if it, its folder and the parent directory belong to root or to lifeinit's"
        " user, and no one else can write there. lifeinit prints a warning and starts without its hooks. With"
        " --no-preflight every drop-in counts, because the owner of a clone does not matter.",
        '# hooks.d/10-db.toml, which belongs to uid 1000\n[[pre_start]]\ncommand = "migrate"',
        '# hooks.d/10-db.toml, which belongs to root\n[[pre_start]]\ncommand = "migrate"',
    ),
    Rule(
        "W329",
        "unread-drop-ins",
        "The image has drop-ins in /etc/lifeinit/hooks.d, and the hook file is elsewhere.",
        "lifeinit reads only the folder next to the hook file. If your base image has drop-ins, put the hook"
        " file in /etc/lifeinit, or its hooks in another drop-in.",
        '# /app/hooks.toml, while there is /etc/lifeinit/hooks.d/10-db.toml\npre_start = "echo app"',
        '# /etc/lifeinit/hooks.toml, while there is /etc/lifeinit/hooks.d/10-db.toml\npre_start = "echo app"',
    ),
)
