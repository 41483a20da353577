"""MXNet's distributed KVStore, which is ps-lite's parameter server, by MXNet's C API.

The role of this process, and where the others are, is in the environment before this is loaded.
"""

import ctypes
import os
import traceback

import native
import numpy
from contract import Lost

CPU = 1
Handle = ctypes.c_void_p
Controller = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, Handle)
Updater = ctypes.CFUNCTYPE(None, ctypes.c_int, Handle, Handle, Handle)


def load():
    loaded = ctypes.CDLL(native.library())
    loaded.MXGetLastError.restype = ctypes.c_char_p
    return loaded


MXNET = load()


def call(name, *arguments):
    if getattr(MXNET, name)(*arguments):
        raise Lost(f"{name}: {MXNET.MXGetLastError().decode(errors='replace')}")


class Array:
    """An NDArray: MXNet's own memory."""

    def __init__(self, shape):
        self.shape = shape
        self.handle = Handle()
        sizes = (ctypes.c_uint * len(shape))(*shape)
        call("MXNDArrayCreate", sizes, len(shape), CPU, 0, 0, ctypes.byref(self.handle))

    @staticmethod
    def given(handle):
        """One that MXNet hands over, as a row of numbers."""
        array = Array.__new__(Array)
        array.handle = Handle(handle)
        dimensions = ctypes.c_int()
        sizes = ctypes.POINTER(ctypes.c_int)()
        call("MXNDArrayGetShapeEx", array.handle, ctypes.byref(dimensions), ctypes.byref(sizes))
        array.shape = (int(numpy.prod(sizes[: dimensions.value])),)
        return array

    def read(self):
        values = numpy.empty(self.shape, numpy.float32)
        size = ctypes.c_size_t(values.size)
        call("MXNDArraySyncCopyToCPU", self.handle, values.ctypes.data_as(Handle), size)
        return values

    def write(self, values):
        values = numpy.ascontiguousarray(values, numpy.float32)
        size = ctypes.c_size_t(values.size)
        call("MXNDArraySyncCopyFromCPU", self.handle, values.ctypes.data_as(Handle), size)


def open_store():
    """Without steps in common: who is slow, or gone, holds up nobody."""
    handle = Handle()
    call("MXKVStoreCreate", b"dist_async", ctypes.byref(handle))
    return handle


def serve(update):
    """To the end of the process: update(KEY, STORED, PUSHED) gives what is stored next."""
    store = open_store()

    def apply(key, pushed, stored, _):
        try:
            place = Array.given(stored)
            place.write(update(key, place.read(), Array.given(pushed).read()))
        except BaseException:  # pylint: disable=broad-except
            # MXNet wouldn't hear of it.
            traceback.print_exc()
            os._exit(1)

    updater = Updater(apply)
    # MXNet takes an updater only while it serves, so that a worker must ask for it.
    controller = Controller(lambda *_: call("MXKVStoreSetUpdater", store, updater, None))
    call("MXKVStoreRunServer", store, controller, None)


class Client:
    """What workers push to the servers, and pull from them: arrays, whose keys are their order."""

    def __init__(self, shapes):
        self.store = open_store()
        self.keys = (ctypes.c_int * len(shapes))(*range(len(shapes)))
        # Apart, because ps-lite receives what is pulled where it has sent from.
        self.pushed = [Array(shape) for shape in shapes]
        self.pulled = [Array(shape) for shape in shapes]

    def is_chief(self):
        """One of all is."""
        rank = ctypes.c_int()
        call("MXKVStoreGetRank", self.store, ctypes.byref(rank))
        return rank.value == 0

    def begin(self, values):
        """All workers do, with the same values; ends when all have."""
        if self.is_chief():
            call("MXKVStoreSendCommmandToServers", self.store, 0, b"update")
        self.transfer("MXKVStoreInit", self.pushed, values)

    def push(self, values):
        self.transfer("MXKVStorePush", self.pushed, values, 0)

    def pull(self):
        self.transfer("MXKVStorePull", self.pulled, None, 0)
        return [array.read() for array in self.pulled]

    def transfer(self, name, arrays, values, *more):
        for array, value in zip(arrays, values or ()):
            array.write(value)
        handles = (Handle * len(arrays))(*(array.handle.value for array in arrays))
        call(name, self.store, len(arrays), self.keys, handles, *more)
