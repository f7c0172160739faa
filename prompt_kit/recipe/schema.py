"""The JSON Schema of what files may say, with the docstrings of the keys as descriptions."""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core.core_schema import ModelSchema


def described(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a kind of file.

    Pydantic could take the docstrings itself, but reads and parses the source of every class as soon as it is
    defined; for all commands but this one, that is a quarter of the time they take to start.
    """
    return model.model_json_schema(schema_generator=_Described)


class _Described(GenerateJsonSchema):
    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        texts = _docstrings(schema["cls"])
        for name, key in made.get("properties", {}).items():
            if name in texts:
                key.setdefault("description", texts[name])
        return made


def _docstrings(model: type[BaseModel]) -> Mapping[str, str]:
    """Return the docstrings of a model's fields, its own and those it inherits."""
    texts: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if base is BaseModel or not issubclass(base, BaseModel):
            continue
        body = ast.parse(dedent(inspect.getsource(base))).body[0]
        statements = body.body if isinstance(body, ast.ClassDef) else []
        for field, text in pairwise(statements):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
                texts[field.target.id] = inspect.cleandoc(ast.literal_eval(text.value))
    return texts
