"""Which names the code of a cell may look up that it has not bound itself, as far as its text tells.

More than it does look up is no fault, less would be: a name counts unless each way to it binds it first. What
functions look up that are called from here is found in their values, when they are known (`agent/graph.py`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache

from celldeck.execute.agent.graph import DYNAMIC, DYNAMIC_ATTRIBUTES
from celldeck.frozen import frozen

_HISTORY = re.compile(r"_{1,3}|_\d+|_i\d*|_i{2,3}|_oh|_ih|In|Out")
"""Names under which IPython keeps what ran before."""
_AT_NAME = re.compile(r"@([A-Za-z_]\w*)")
"""How expressions in texts, those of pandas for one, name variables."""


@frozen
class Reads:
    """What code may look up."""

    names: frozenset[str] = frozenset()
    is_dynamic: bool = False
    """It may look up any name."""
    is_historic: bool = False
    """It may look at what ran before it, and at what that gave."""
    binds: frozenset[str] = frozenset()
    """Names that it binds itself, on some way through it."""
    after: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Of the names looked up: those that are bound by then, on each way to each place that looks it up. What
    its functions look up of these is the cell's own."""


@lru_cache(maxsize=4096)
def reads_of(source: str) -> Reads:
    """Return what a cell's code may look up."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        # Magics of IPython, or no Python.
        return Reads(is_dynamic=True, is_historic=bool(re.search(r"\b(Out|In|_+)\b", source)))
    scope = _Scope()
    scope.block(tree.body)
    names = frozenset(scope.reads)
    historic = any(_HISTORY.fullmatch(name) for name in names)
    binds = frozenset(_bound_in(tree.body) | _declared_outside(tree.body))
    return Reads(names, scope.is_dynamic or bool(names & DYNAMIC), historic, binds, scope.reads)


class _Scope(ast.NodeVisitor):
    """Walks code in the order in which it runs."""

    def __init__(self) -> None:
        self.reads: dict[str, frozenset[str]] = {}
        """Names looked up, each with those that are bound on each way to each place that does."""
        self.bound: set[str] = set()
        """Names that are bound on each way to here."""
        self.around: set[str] | None = None
        """In a comprehension or a class: what was bound outside; names that are bound within are its own."""
        self.functions: dict[str, frozenset[str]] = {}
        """Functions and classes defined here, with the names that they look up when they are called."""
        self.is_dynamic = False

    def block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self.visit(statement)

    def branch(self, *blocks: list[ast.stmt]) -> None:
        """Walk blocks of which one runs, or none."""
        before = set(self.bound)
        after: set[str] | None = None
        for statements in blocks:
            self.bound = set(before)
            self.block(statements)
            after = set(self.bound) if after is None else after & self.bound
        self.bound = before if after is None else after

    def load(self, name: str) -> None:
        if name not in self.bound:
            bound = frozenset(self.bound if self.around is None else self.around)
            self.reads[name] = bound & self.reads.get(name, bound)
        inner = self.functions.get(name)
        if inner is not None:
            # Removed meanwhile, since functions may call each other.
            del self.functions[name]
            for one in inner:
                self.load(one)
            self.functions[name] = inner

    # ------------------------------------------------------------ names

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.load(node.id)
        elif isinstance(node.ctx, ast.Del):
            self.load(node.id)
            self.bound.discard(node.id)
        else:
            self.bind(node.id)

    def bind(self, name: str) -> None:
        self.bound.add(name)
        self.functions.pop(name, None)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.is_dynamic |= node.attr in DYNAMIC_ATTRIBUTES
        self.visit(node.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            for name in _AT_NAME.findall(node.value):
                self.load(name)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id in ("vars", "dir") and not node.args:
            self.is_dynamic = True
        self.generic_visit(node)

    def visit_alias(self, node: ast.alias) -> None:
        if node.name in ("__main__", "*"):
            self.is_dynamic = True
        self.bind((node.asname or node.name).partition(".")[0])

    # ------------------------------------------------------------ statements

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.load(node.target.id)
        self.visit(node.value)
        self.visit(node.target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)
        elif not isinstance(node.target, ast.Name):
            self.visit(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.visit(node.target)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self.branch(node.body, node.orelse)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        before = set(self.bound)
        self.visit(node.target)
        self.block(node.body)
        self.bound = before
        self.block(node.orelse)

    visit_AsyncFor = visit_For

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        before = set(self.bound)
        self.block(node.body)
        self.bound = set(before)
        self.block(node.orelse)
        self.bound = before

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.visit(item)
        before = set(self.bound)
        self.block(node.body)
        # What a `with` guards may be cut short, and the code after it goes on: `contextlib.suppress`.
        self.bound = before

    visit_AsyncWith = visit_With

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        before = set(self.bound)
        self.block(node.body)
        self.block(node.orelse)
        after = set(self.bound)
        for handler in node.handlers:
            self.bound = set(before)
            if handler.type is not None:
                self.visit(handler.type)
            if handler.name:
                # It is deleted at the handler's end, so what it was before matters.
                self.load(handler.name)
                self.bind(handler.name)
            self.block(handler.body)
            if handler.name:
                self.bound.discard(handler.name)
            after &= self.bound
        self.bound = after if node.handlers else before
        finally_before = set(self.bound)
        self.bound = before & self.bound
        self.block(node.finalbody)
        self.bound |= finally_before

    visit_TryStar = visit_Try

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        before = set(self.bound)
        for case in node.cases:
            self.bound = set(before)
            self.visit(case.pattern)
            if case.guard is not None:
                self.visit(case.guard)
            self.block(case.body)
        self.bound = before

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.pattern is not None:
            self.visit(node.pattern)
        if node.name is not None:
            self.bind(node.name)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name is not None:
            self.bind(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        if node.rest is not None:
            self.bind(node.rest)

    # ------------------------------------------------------------ what is evaluated by parts

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        before = set(self.bound)
        for value in node.values[1:]:
            self.visit(value)
        self.bound = before

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        before = set(self.bound)
        self.visit(node.body)
        self.bound = set(before)
        self.visit(node.orelse)
        self.bound = before

    def comprehension(self, node: ast.AST) -> None:
        before, functions, around = set(self.bound), dict(self.functions), self.around
        self.around = before if around is None else around
        generators = node.generators  # type: ignore[attr-defined]
        for generator in generators:
            self.visit(generator.iter)
            self.visit(generator.target)
            for condition in generator.ifs:
                self.visit(condition)
        for name in ("elt", "key", "value"):
            part = getattr(node, name, None)
            if part is not None:
                self.visit(part)
        self.bound, self.functions, self.around = before, functions, around

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension

    # ------------------------------------------------------------ functions and classes

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        inner = self.outside(node)
        for part in (*node.decorator_list, node.args):
            self.visit(part)
        if node.returns is not None:
            self.visit(node.returns)
        self.bind(node.name)
        self.functions[node.name] = inner
        if node.decorator_list:
            # A decorator may call it at once.
            self.load(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit(node.args)
        for name in self.outside(node):
            self.load(name)

    def visit_arguments(self, node: ast.arguments) -> None:
        every = (*node.posonlyargs, *node.args, *node.kwonlyargs, node.vararg, node.kwarg)
        annotations = (one.annotation for one in every if one is not None)
        for part in (*node.defaults, *node.kw_defaults, *annotations):
            if part is not None:
                self.visit(part)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)
        before, functions, around = set(self.bound), dict(self.functions), self.around
        self.functions = {}
        self.around = before if around is None else around
        self.block(node.body)
        inner = frozenset().union(*self.functions.values()) if self.functions else frozenset()
        self.bound, self.functions, self.around = before, functions, around
        self.bind(node.name)
        self.functions[node.name] = inner
        if node.decorator_list or node.bases or node.keywords:
            # A metaclass, or a base's `__init_subclass__`, may call what is in it.
            self.load(node.name)

    def outside(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> frozenset[str]:
        """Return the names that a function looks up outside itself when it is called."""
        inner = _Scope()
        own = node.args
        for argument in (*own.posonlyargs, *own.args, *own.kwonlyargs, own.vararg, own.kwarg):
            if argument is not None:
                inner.bind(argument.arg)
        body: list[ast.stmt] = node.body if isinstance(node.body, list) else [ast.Expr(node.body)]
        outer = _declared_outside(body)
        # A name that is bound anywhere in a function is the function's own, wherever it is looked up.
        inner.bound |= _bound_in(body) - outer
        inner.block(body)
        self.is_dynamic |= inner.is_dynamic
        reads = inner.reads.keys() | outer
        for names in inner.functions.values():
            # Inner functions may be handed out.
            reads |= names - inner.bound
        return frozenset(reads)


def _declared_outside(body: list[ast.stmt]) -> set[str]:
    names: set[str] = set()
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Global | ast.Nonlocal):
                names.update(node.names)
    return names


def _bound_in(body: list[ast.stmt]) -> set[str]:
    """Return the names that a function's own code binds."""
    names: set[str] = set()
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            waiting.extend(node.decorator_list)
            continue
        if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            names.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            names.add(node.rest)
        waiting.extend(ast.iter_child_nodes(node))
    return names
