"""What a function of a page puts into the fields of a form before it sends that."""

from collections.abc import Mapping
from typing import Any

from tree_sitter import Node

from spiders.code import Code
from spiders.sent import plain
from spiders.syntax import arguments_of, nodes_of


def fields_set(code: Code, body: Node, env: Mapping[str, Any]) -> dict[str, str]:
    """What a function puts into fields of a form, by name: ``form.page.value = n``, ``$('#page').val(n)``."""
    found: dict[str, str] = {}
    for node in nodes_of(body):
        owner: Node | None = None
        if node.type == "assignment_expression":
            left, value = node.child_by_field_name("left"), code.value(node.child_by_field_name("right"), "", env)
            if left is not None and code.last_name(left) == "value":
                owner = left.child_by_field_name("object")
        elif node.type == "call_expression" and (arguments := arguments_of(node)):
            callee, value = node.child_by_field_name("function"), code.value(arguments[0], "", env)
            owner = callee.child_by_field_name("object") if code.last_name(callee) == "val" and callee else None
        if owner is not None and isinstance(value, str | int) and (name := _field_name(code, owner, env)):
            found[name] = plain(value)
    return found


def _field_name(code: Code, owner: Node, env: Mapping[str, Any]) -> str:
    """``page`` of ``document.pf.page``, ``document.forms[0]['page']`` and ``$('#page')``."""
    if (element := code.element(owner, env)) is not None:
        return str(element.get("name") or "")
    index = owner.child_by_field_name("index")
    return str(code.value(index)) if index is not None else code.last_name(owner)
