"""The format of container-executor.cfg and of the command files: sections of KEY=VALUE.

Its quirks matter, because command files are written in it: a value ends at the next '=' or '#',
and lists are split at commas, with empty elements dropped.
"""


class Malformed(Exception):
    pass


class Configuration:
    def __init__(self, sections):
        self._sections = sections

    def has_section(self, section):
        return section in self._sections

    def keys(self, section):
        return [key for key, _ in self._sections.get(section, ())]

    def value(self, section, key):
        for candidate, value in self._sections.get(section, ()):
            if candidate == key:
                return value
        return None

    def values(self, section, key):
        """None where the key is missing."""
        value = self.value(section, key)
        if value is None:
            return None
        parts = [part for part in value.split(",") if part]
        return parts or [value]

    def flag(self, section, key):
        value = (self.value(section, key) or "").lower()
        return value in ("true", "1")


def read(path):
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            text = file.read()
    except OSError as failure:
        raise Malformed(f"Invalid conf file provided, unable to open file : {path}") from failure
    return parse(text, path)


def parse(text, path):
    sections = {}
    current = ""
    for line in text.split("\n"):
        line = line.split("#", 1)[0]
        if not line:
            continue
        if line.startswith("[") and line.endswith("]"):
            current = line[1:-1]
            if not current:
                raise Malformed("Empty section name")
            continue
        entry = _entry(line)
        if entry:
            sections.setdefault(current, []).append(entry)
    if not sections:
        raise Malformed(f"Invalid configuration provided in {path}")
    return Configuration(sections)


def _entry(line):
    tokens = [token for token in line.split("=") if token]
    if not tokens:
        raise Malformed(f"Error with line '{line}', no '=' found")
    if len(tokens) == 1:
        if "=" not in line:
            raise Malformed(f"configuration tokenization failed, error with line {line}")
        # A key without a value counts as absent.
        return None
    return tokens[0].strip(), tokens[1].strip()
