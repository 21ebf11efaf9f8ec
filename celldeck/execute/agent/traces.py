"""What a `tf.function` was traced to: its graph, in words that are the same for graphs that do the same.

Names of operations and of functions in a graph mean nothing, and many of them have numbers that TensorFlow
counts over all of the process; so each is told by its place. The source are the protocol buffers of
TensorFlow: `graph.proto`, `function.proto`, `node_def.proto` and `attr_value.proto`.
"""

from __future__ import annotations

import sys
import types
import weakref
from typing import Any

HARMLESS = frozenset(
    {"ReadVariableOp", "AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp", "VarIsInitializedOp"}
    | {"PartitionedCall", "StatefulPartitionedCall", "While", "If", "Case", "PrintV2", "Print", "Assert"}
    | {"RngReadAndSkip"}
)
"""Operations that count as having a state, and keep none but in variables and in functions that they call."""
NAMED = frozenset({"_class", "_user_specified_name", "_gradient_op_type"})
"""Attributes that hold names, and nothing that changes what a graph gives."""
LINKS = frozenset({"forward_function_name", "backward_function_name"})
"""Attributes that name functions of the same graph."""


class Unknown(Exception):
    """The graph keeps a state that cannot be read."""


def keeps_nothing(definition: Any) -> bool:
    """Say whether a graph of TensorFlow changes nothing when it runs but the variables that it was given.

    Random operations, for one, count how often they have run.
    """
    registry = sys.modules["tensorflow.python.framework.op_def_registry"]
    inner = {function.signature.name for function in definition.library.function}
    graphs = [definition.node, *(function.node_def for function in definition.library.function)]
    for name in {node.op for nodes in graphs for node in nodes} - inner - HARMLESS:
        operation = registry.get(name)
        if operation is None or (operation.is_stateful and not name.startswith("Resource")):
            return False
    return True


def is_of_deck(function: Any, depth: int = 4) -> bool:
    """Say whether a function, or one that it closes over, is written in the deck."""
    if not isinstance(function, types.FunctionType) or not depth:
        return False
    if function.__globals__.get("__name__") == "__main__":
        return True
    inner = [cell.cell_contents for cell in function.__closure__ or () if cell != types.CellType()]
    return any(is_of_deck(one, depth - 1) for one in inner)


class Traces:
    """Describes concrete functions, each once: they never change."""

    def __init__(self) -> None:
        self.known: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()

    def described(self, trace: Any) -> tuple[str, list[Any]]:
        """Return what a concrete function does, and what it has captured, in order: variables and tensors.

        Raises:
            Unknown: it keeps a state that is not in what it has captured.
        """
        if trace not in self.known:
            self.known[trace] = text_of(trace)
        variables = {id(one.handle): one for one in trace.variables}
        captured = []
        for outer, _ in trace.graph.captures:
            if outer.dtype.name == "resource":
                if id(outer) not in variables:
                    # A table or the like.
                    raise Unknown
                outer = variables[id(outer)]
            captured.append(outer)
        return self.known[trace], captured


def text_of(trace: Any) -> str:
    """Return what a concrete function does, without what it has captured.

    Raises:
        Unknown: it keeps a state of its own.
    """
    definition = trace.graph.as_graph_def()
    if not keeps_nothing(definition):
        raise Unknown
    description = Description(definition)
    ends = [("input", tensor) for tensor in trace.graph.inputs]
    ends += [("output", tensor) for tensor in trace.graph.outputs]
    ends += [("captured", inner) for _, inner in trace.graph.captures]
    places = [(what, description.nodes.get(one.op.name), one.value_index) for what, one in ends]
    return "\n".join([repr(trace.structured_input_signature), repr(places), *description.lines()])


class Description:
    """A graph with its functions."""

    def __init__(self, definition: Any) -> None:
        self.definition = definition
        self.library = {function.signature.name: function for function in definition.library.function}
        self.gradients = {one.function_name: one.gradient_func for one in definition.library.gradient}
        self.functions: dict[str, int] = {}
        """Name to number, in the order in which they are met."""
        self.nodes = {node.name: number for number, node in enumerate(definition.node)}

    def lines(self) -> list[str]:
        """Return the graph, and each function that it calls once."""
        lines = [self.node(node, self.nodes) for node in self.definition.node]
        described = 0
        while described < len(self.functions):
            name = list(self.functions)[described]
            lines += self.function(self.library[name])
            if name in self.gradients:
                lines.append(self.called(self.gradients[name]))
            described += 1
        return lines

    def called(self, name: str) -> str:
        """Return what stands for a function's name."""
        if name not in self.library:
            return name
        return f"function {self.functions.setdefault(name, len(self.functions))}"

    def function(self, function: Any) -> list[str]:
        signature = function.signature
        places = {argument.name: -1 - number for number, argument in enumerate(signature.input_arg)}
        places |= {node.name: number for number, node in enumerate(function.node_def)}
        lines = [
            repr([(one.type, one.type_attr, one.number_attr) for one in signature.input_arg]),
            repr([reference(function.ret[one.name], places) for one in signature.output_arg]),
            repr(sorted(reference(name, places) for name in function.control_ret.values())),
            repr(self.attributes(function.attr)),
        ]
        return lines + [self.node(node, places) for node in function.node_def]

    def check_gradient(self, node: Any) -> None:
        """Raise `Unknown` for an operation whose gradient the deck has written: that may hold anything."""
        name = node.attr["_gradient_op_type"].s.decode() if "_gradient_op_type" in node.attr else ""
        if name.startswith("CustomGradient"):
            registry = sys.modules["tensorflow.python.framework.ops"].gradient_registry
            if is_of_deck(registry.lookup(name)):
                raise Unknown

    def node(self, node: Any, places: dict[str, int]) -> str:
        self.check_gradient(node)
        given = [reference(name, places) for name in node.input if not name.startswith("^")]
        after = sorted(reference(name, places) for name in node.input if name.startswith("^"))
        return repr((self.called(node.op), node.device, given, after, self.attributes(node.attr)))

    def attributes(self, attributes: Any) -> list[tuple[str, Any]]:
        return [
            (name, self.attribute(name, attributes[name])) for name in sorted(attributes) if name not in NAMED
        ]

    def attribute(self, name: str, value: Any) -> Any:
        if value.HasField("func"):
            return self.called(value.func.name), self.attributes(value.func.attr)
        if value.list.func:
            return [(self.called(one.name), self.attributes(one.attr)) for one in value.list.func]
        if name in LINKS:
            return self.called(value.s.decode("utf-8", "replace"))
        return value.SerializeToString(deterministic=True)


def reference(name: str, places: dict[str, int]) -> str:
    """Return an input as the place of its node, and which of its outputs."""
    node, colon, output = name.removeprefix("^").partition(":")
    return f"{places.get(node, node)}{colon}{output}"
