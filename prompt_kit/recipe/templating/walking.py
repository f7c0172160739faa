"""Goes through the nodes of a template, in a fraction of the time that Jinja2's own way takes."""

from __future__ import annotations

from typing import Final

from jinja2 import nodes

_WITHOUT: Final = frozenset({"attr", "ctx", "data", "name", "op"})
"""The fields that never hold a node."""
_KINDS: Final = tuple(kind for kind in vars(nodes).values() if isinstance(kind, type) and issubclass(kind, nodes.Node))
_FIELDS: Final = {kind: tuple(name for name in kind.fields if name not in _WITHOUT) for kind in _KINDS}
_FIELDS[nodes.Const] = ()
_BODIES: Final = {kind: tuple(name for name in ("body", "elif_", "else_") if name in kind.fields) for kind in _KINDS}
"""The fields that hold lists of statements."""


def children(node: nodes.Node) -> list[nodes.Node]:
    """Return the nodes directly below one, in order."""
    below: list[nodes.Node] = []
    for name in _FIELDS[node.__class__]:
        value = getattr(node, name)
        if value.__class__ is list:
            below += [item for item in value if isinstance(item, nodes.Node)]
        elif isinstance(value, nodes.Node):
            below.append(value)
    return below


def bodies(node: nodes.Node) -> list[tuple[str, list[nodes.Node]]]:
    """Return the lists of statements directly below a node, in order, each with the name of its field."""
    return [(name, getattr(node, name)) for name in _BODIES[node.__class__]]


def copied(node: nodes.Node) -> nodes.Node:
    """Return a copy of a node with copies of all below it."""
    copy = node.__class__.__new__(node.__class__)
    copy.__dict__.update(node.__dict__)
    for name in _FIELDS[node.__class__]:
        value = getattr(node, name)
        if value.__class__ is list:
            setattr(copy, name, [copied(item) if isinstance(item, nodes.Node) else item for item in value])
        elif isinstance(value, nodes.Node):
            setattr(copy, name, copied(value))
    return copy


def every_node(tree: nodes.Node) -> list[nodes.Node]:
    """Return all nodes below one, in order, each before those below it."""
    every: list[nodes.Node] = []
    # Without recursion: the depth of a tree is limited where it is parsed, but includes add to it.
    waiting = children(tree)[::-1]
    while waiting:
        node = waiting.pop()
        every.append(node)
        waiting += children(node)[::-1]
    return every
