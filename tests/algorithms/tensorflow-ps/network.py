"""The graph of one worker: variables on the servers, the network and its gradients on itself."""

import numpy
from model import COUNT, WEIGHTS
from tensorflow_c import FLOAT, Graph


class Network:
    def __init__(self, state, worker, servers, rate):
        self.graph = graph = Graph()
        self.here = f"/job:worker/task:{worker}"
        self.variables = {}
        self.reads = {}
        self.presences = []
        self.starts = []
        # DONE counts the workers that have seen the last step.
        values = {**state, "done": numpy.zeros(1)}
        for number, (name, value) in enumerate(values.items()):
            self.variable(name, value, f"/job:ps/task:{number % servers}")
        self.inputs = graph.add("Placeholder", device=self.here, dtype=FLOAT, shape=(-1, -1))
        self.labels = graph.add("Placeholder", device=self.here, dtype=FLOAT, shape=(-1, -1))
        self.loss = self.mean_loss()
        self.steps = [self.increase(COUNT), *self.descend(rate)]
        self.leave = [self.increase("done")]

    def variable(self, name, value, server):
        graph = self.graph
        value = numpy.asarray(value, numpy.float32)
        kind = {"dtype": FLOAT, "device": server}
        variable = graph.add("VarHandleOp", **kind, shape=value.shape, shared_name=name)
        self.variables[name] = variable, server
        self.reads[name] = graph.add("ReadVariableOp", variable, **kind)
        self.presences.append(graph.add("VarIsInitializedOp", variable, device=server))
        first = graph.constant(value, server)
        self.starts.append(graph.add("AssignVariableOp", variable, first, **kind))

    def increase(self, name):
        variable, server = self.variables[name]
        one = self.graph.constant(numpy.ones(1, numpy.float32), server)
        return self.graph.add("AssignAddVariableOp", variable, one, dtype=FLOAT, device=server)

    def layer(self, inputs, weight, bias):
        product = self.graph.add("MatMul", inputs, self.reads[weight], device=self.here)
        return self.graph.add("BiasAdd", product, self.reads[bias], device=self.here)

    def mean_loss(self):
        graph, here = self.graph, self.here
        hidden = graph.add("Relu", self.layer(self.inputs, *WEIGHTS[:2]), device=here)
        scores = self.layer(hidden, *WEIGHTS[2:])
        kind = "SoftmaxCrossEntropyWithLogits"
        losses = graph.add(kind, scores, self.labels, device=here)
        rows = graph.constant(numpy.zeros(1, numpy.int32), here)
        return graph.add("Mean", losses, rows, device=here)

    def descend(self, rate):
        """Applied where the variables are."""
        slopes = self.graph.gradients(self.loss, [self.reads[name] for name in WEIGHTS])
        for name, slope in zip(WEIGHTS, slopes):
            variable, server = self.variables[name]
            size = self.graph.constant(numpy.float32(rate), server)
            kind = "ResourceApplyGradientDescent"
            yield self.graph.add(kind, variable, size, slope, device=server)
