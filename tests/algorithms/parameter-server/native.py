"""Where MXNet's library is."""

import os
from pathlib import Path

from contract import Mistake

# As tests/algorithms/build puts it into the image.
PLACE = "/usr/local/lib/mxnet-native-mkl/libmxnet.so"


def library():
    """MXNET_LIBRARY_PATH is what MXNet's own packages look at, too."""
    file = Path(os.environ.get("MXNET_LIBRARY_PATH", PLACE))
    if not file.is_file():
        raise Mistake(
            f"there is no {file}: put MXNet's native library and those beside it there, as the"
            " sample's build does, or the library's path into Environment, as MXNET_LIBRARY_PATH"
        )
    return str(file)
