#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""validate_lines.py SCHEMA: answers each line of stdin, a JSON value, with one line: ok, or why the schema refuses it."""
import json
import sys

import fastjsonschema


def compile_kind(schema, kind):
    """The schema with one kind of line in place of all: else the reason would name none of its keys."""
    only = {key: value for key, value in schema.items() if key != "oneOf"}
    only["allOf"] = [{"$ref": "#/definitions/" + kind + "_line"}]
    return fastjsonschema.compile(only)


def reason(schema, kinds, value):
    kind = value.get("type") if isinstance(value, dict) else None
    if kind + "_line" not in schema["definitions"] if isinstance(kind, str) else True:
        return "it is no known kind of line"
    if kind not in kinds:
        kinds[kind] = compile_kind(schema, kind)
    try:
        kinds[kind](value)
    except fastjsonschema.JsonSchemaException as error:
        return error.message
    return "it fits more than one kind of line"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    validate = fastjsonschema.compile(schema)
    kinds = {}
    for line in sys.stdin.buffer:
        value = json.loads(line)
        try:
            validate(value)
            answer = "ok"
        except fastjsonschema.JsonSchemaException:
            answer = reason(schema, kinds, value)
        print(answer.replace("\n", " "), flush=True)


main()
