"""TensorFlow's C API: servers, graphs with their gradients, and sessions."""

import ctypes as c
import os
from pathlib import Path

# They load OpenSSL, which must be there before TensorFlow's own BoringSSL.
import hashlib  # noqa: F401  pylint: disable=unused-import
import numpy
import numpy.random  # noqa: F401  pylint: disable=unused-import
from contract import Lost, Mistake

PLACE = "/usr/local/lib/tensorflow-core-native"
FLOAT, INT32, BOOL = 1, 3, 10
KINDS = {numpy.float32: FLOAT, numpy.int32: INT32, numpy.bool_: BOOL}
NUMPY = {number: kind for kind, number in KINDS.items()}
Pointer = c.c_void_p
Numbers = c.POINTER(c.c_int64)


class Output(c.Structure):
    """What an operation gives first."""

    _fields_ = [("operation", Pointer), ("index", c.c_int)]


Outputs = c.POINTER(Output)
Pointers = c.POINTER(Pointer)


def load():
    directory = Path(os.environ.get("TENSORFLOW_LIBRARY_PATH", PLACE))
    file = directory / "libtensorflow_cc.so.2"
    if not file.is_file():
        raise Mistake(
            f"there is no {file}: put TensorFlow's native libraries there, as the sample's build"
            " does, or their directory into Environment, as TENSORFLOW_LIBRARY_PATH"
        )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    return c.CDLL(str(file))


LIBRARY = load()


def declare(name, result, *arguments):
    function = getattr(LIBRARY, f"TF_{name}")
    function.restype = result
    function.argtypes = arguments
    return function


new_status = declare("NewStatus", Pointer)
get_code = declare("GetCode", c.c_int, Pointer)
get_message = declare("Message", c.c_char_p, Pointer)
new_server = declare("NewServer", Pointer, c.c_char_p, c.c_size_t, Pointer)
server_start = declare("ServerStart", None, Pointer, Pointer)
server_join = declare("ServerJoin", None, Pointer, Pointer)
server_target = declare("ServerTarget", c.c_char_p, Pointer)
new_graph = declare("NewGraph", Pointer)
new_operation = declare("NewOperation", Pointer, Pointer, c.c_char_p, c.c_char_p)
add_input = declare("AddInput", None, Pointer, Output)
set_device = declare("SetDevice", None, Pointer, c.c_char_p)
set_type = declare("SetAttrType", None, Pointer, c.c_char_p, c.c_int)
set_text = declare("SetAttrString", None, Pointer, c.c_char_p, c.c_char_p, c.c_size_t)
set_shape = declare("SetAttrShape", None, Pointer, c.c_char_p, Numbers, c.c_int)
set_tensor = declare("SetAttrTensor", None, Pointer, c.c_char_p, Pointer, Pointer)
finish_operation = declare("FinishOperation", Pointer, Pointer, Pointer)
add_gradients = declare(
    "AddGradients", None, Pointer, Outputs, c.c_int, Outputs, c.c_int, Outputs, Pointer, Outputs
)
allocate = declare("AllocateTensor", Pointer, c.c_int, Numbers, c.c_int, c.c_size_t)
tensor_data = declare("TensorData", Pointer, Pointer)
tensor_type = declare("TensorType", c.c_int, Pointer)
dimensions = declare("NumDims", c.c_int, Pointer)
dimension = declare("Dim", c.c_int64, Pointer, c.c_int)
delete_tensor = declare("DeleteTensor", None, Pointer)
new_options = declare("NewSessionOptions", Pointer)
set_target = declare("SetTarget", None, Pointer, c.c_char_p)
new_session = declare("NewSession", Pointer, Pointer, Pointer, Pointer)
session_run = declare(
    "SessionRun",
    None,
    *(Pointer, Pointer),
    *(Outputs, Pointers, c.c_int),
    *(Outputs, Pointers, c.c_int),
    *(Pointers, c.c_int),
    *(Pointer, Pointer),
)


def check(status):
    if get_code(status):
        raise Lost(f"TensorFlow: {get_message(status).decode(errors='replace')}")


def checked(function, *arguments):
    """With a status as the last argument, which must be good then."""
    status = new_status()
    result = function(*arguments, status)
    check(status)
    return result


def to_tensor(values):
    # NumPy would make a row of a single number.
    values = numpy.asarray(values, order="C")
    shape = (c.c_int64 * values.ndim)(*values.shape)
    tensor = allocate(KINDS[values.dtype.type], shape, values.ndim, values.nbytes)
    c.memmove(tensor_data(tensor), values.ctypes.data, values.nbytes)
    return tensor


def from_tensor(tensor):
    shape = [dimension(tensor, i) for i in range(dimensions(tensor))]
    values = numpy.empty(shape, NUMPY[tensor_type(tensor)])
    c.memmove(values.ctypes.data, tensor_data(tensor), values.nbytes)
    delete_tensor(tensor)
    return values


class Graph:
    def __init__(self):
        self.handle = new_graph()
        self.count = 0

    def add(self, kind, *inputs, device, **attributes):
        self.count += 1
        name = f"{kind}-{self.count}"
        operation = new_operation(self.handle, kind.encode(), name.encode())
        for value in inputs:
            add_input(operation, value)
        set_device(operation, device.encode())
        for key, value in attributes.items():
            self.set(operation, key.encode(), value)
        return Output(checked(finish_operation, operation), 0)

    @staticmethod
    def set(operation, key, value):
        if isinstance(value, int):
            set_type(operation, key, value)
        elif isinstance(value, str):
            set_text(operation, key, value.encode(), len(value))
        elif isinstance(value, tuple):
            set_shape(operation, key, (c.c_int64 * len(value))(*value), len(value))
        else:
            checked(set_tensor, operation, key, to_tensor(value))

    def constant(self, value, device):
        kind = KINDS[numpy.asarray(value).dtype.type]
        return self.add("Const", device=device, dtype=kind, value=numpy.asarray(value))

    def gradients(self, of, by):
        """One for each of by."""
        found = (Output * len(by))()
        sources = (Output * len(by))(*by)
        status = new_status()
        add_gradients(
            self.handle, (Output * 1)(of), 1, sources, len(by), None, status, found
        )
        check(status)
        return [Output(output.operation, output.index) for output in found]


class Session:
    def __init__(self, graph, target):
        options = new_options()
        set_target(options, target)
        self.handle = checked(new_session, graph.handle, options)

    def run(self, fetched=(), fed=(), done=()):
        """Arrays for what is fetched; fed has pairs of an operation and its array."""
        inputs = (Output * len(fed))(*(output for output, _ in fed))
        given = (Pointer * len(fed))(*(to_tensor(values) for _, values in fed))
        outputs = (Output * len(fetched))(*fetched)
        found = (Pointer * len(fetched))()
        targets = (Pointer * len(done))(*(output.operation for output in done))
        try:
            checked(
                session_run,
                *(self.handle, None),
                *(inputs, given, len(fed)),
                *(outputs, found, len(fetched)),
                *(targets, len(done)),
                None,
            )
        finally:
            for tensor in given:
                delete_tensor(tensor)
        return [from_tensor(tensor) for tensor in found]


def varint(number):
    content = b""
    while number > 127:
        content += bytes([number & 127 | 128])
        number >>= 7
    return content + bytes([number])


def field(number, content):
    """Of a protocol buffer: a message or text, or a number."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def start_server(cluster, job, task):
    """Started: cluster has the addresses of each job's tasks."""
    # tensorflow/core/protobuf/tensorflow_server.proto and cluster.proto
    jobs = b""
    for name, places in cluster.items():
        tasks = [field(1, i) + field(2, place.encode()) for i, place in enumerate(places)]
        jobs += field(1, field(1, name.encode()) + b"".join(field(2, t) for t in tasks))
    definition = field(1, jobs) + field(2, job.encode()) + field(3, task) + field(5, b"grpc")
    server = checked(new_server, definition, len(definition))
    checked(server_start, server)
    return server
