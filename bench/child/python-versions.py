"""Says which of the packages named by its arguments this Python has: a JSON object, null for one that is absent."""

import importlib.metadata
import json
import platform
import sys


def version_of(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


print(json.dumps({"python": platform.python_version(), **{name: version_of(name) for name in sys.argv[1:]}}))
