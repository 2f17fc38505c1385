# SPDX-License-Identifier: Apache-2.0
"""What the flow needs of a Liberty file: areas, pins, functions, registers; and models made of them.

Functions are kept as trees: ("var", name), ("const", 0 or 1), ("not", x), ("and" | "or" | "xor", x, y).
Example: "(!((A B)+C))" is ("not", ("or", ("and", ("var", "A"), ("var", "B")), ("var", "C"))).
"""
import itertools
import pathlib
import re

from . import Wrong

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([(){};:,])|([^\s(){};:,"]+)', re.S)
_FUNCTION = re.compile(r"\s*([A-Za-z_]\w*|[01]|[!'^*&+|()])")


def parse_function(text):
    """The tree of a Liberty function; and, or, xor bind as Liberty says: ! ' ^ and-by-space or."""
    tokens, position = [], 0
    text = text.strip()
    while position < len(text):
        match = _FUNCTION.match(text, position)
        if not match:
            raise Wrong(f"the Liberty function '{text}' cannot be read.")
        tokens.append(match.group(1))
        position = match.end()
    tokens.append("")

    def primary():
        token = tokens.pop(0)
        if token == "!":
            return ("not", primary())
        if token == "(":
            tree = alternative()
            if tokens.pop(0) != ")":
                raise Wrong(f"the Liberty function '{text}' lacks a parenthesis.")
        elif token in ("0", "1"):
            tree = ("const", int(token))
        elif re.match(r"[A-Za-z_]", token):
            tree = ("var", token)
        else:
            raise Wrong(f"the Liberty function '{text}' cannot be read.")
        while tokens[0] == "'":
            tokens.pop(0)
            tree = ("not", tree)
        return tree

    def exclusive():
        tree = primary()
        while tokens[0] == "^":
            tokens.pop(0)
            tree = ("xor", tree, primary())
        return tree

    def conjunction():
        tree = exclusive()
        while tokens[0] in ("*", "&", "!", "(", "0", "1") or re.match(r"[A-Za-z_]", tokens[0]):
            if tokens[0] in ("*", "&"):
                tokens.pop(0)
            tree = ("and", tree, exclusive())
        return tree

    def alternative():
        tree = conjunction()
        while tokens[0] in ("+", "|"):
            tokens.pop(0)
            tree = ("or", tree, conjunction())
        return tree

    tree = alternative()
    if tokens != [""]:
        raise Wrong(f"the Liberty function '{text}' cannot be read.")
    return tree


def evaluate(tree, values):
    kind = tree[0]
    if kind == "var":
        return values[tree[1]]
    if kind == "const":
        return tree[1]
    if kind == "not":
        return 1 - evaluate(tree[1], values)
    left, right = evaluate(tree[1], values), evaluate(tree[2], values)
    return {"and": left & right, "or": left | right, "xor": left ^ right}[kind]


def variables(tree):
    if tree[0] == "var":
        return {tree[1]}
    return set().union(*(variables(part) for part in tree[1:] if isinstance(part, tuple)))


def verilog(tree, names=None):
    """The tree as a Verilog expression; names renames variables."""
    kind = tree[0]
    if kind == "var":
        return (names or {}).get(tree[1], tree[1])
    if kind == "const":
        return f"1'b{tree[1]}"
    if kind == "not":
        return f"~{verilog(tree[1], names)}"
    sign = {"and": "&", "or": "|", "xor": "^"}[kind]
    return f"({verilog(tree[1], names)} {sign} {verilog(tree[2], names)})"


class Group:
    """`kind (arguments) { ... }`: its attributes `name : value`, those of the form `name (value, ...)`, and
    the groups in it, in the file's order."""

    def __init__(self, kind, arguments):
        self.kind, self.arguments = kind, arguments
        self.name = arguments[0] if arguments else ""
        self.values, self.lists, self.groups = {}, {}, []


def _groups(path, text):
    """The file's groups, in one around them."""
    tokens = [(m.group(1), True) if m.group(1) is not None else (m.group(2) or m.group(3), False)
              for m in _TOKEN.finditer(text)]
    position = 0

    def until(*ends):
        nonlocal position
        found = []
        while position < len(tokens) and tokens[position] not in ends:
            found.append(tokens[position][0])
            position += 1
        return found

    stack = [Group("", [])]
    while position < len(tokens):
        word, quoted = tokens[position]
        position += 1
        if word == "}" and not quoted:
            stack.pop()
            if not stack:
                raise Wrong(f"{path} has a closing brace too many.")
            continue
        if word == ";" or quoted:
            continue
        follows = tokens[position][0] if position < len(tokens) else ""
        if follows == ":":
            position += 1
            stack[-1].values[word] = " ".join(until((";", False), ("}", False)))
        elif follows == "(":
            position += 1
            arguments = [argument for argument in until((")", False)) if argument != ","]
            position += 1
            if position < len(tokens) and tokens[position] == ("{", False):
                position += 1
                group = Group(word, arguments)
                stack[-1].groups.append(group)
                stack.append(group)
            else:
                stack[-1].lists[word] = arguments
    if len(stack) > 1:
        raise Wrong(f"{path} ends inside a group.")
    return stack[0]


class Cell:
    def __init__(self, name):
        self.name = name
        self.area = 0.0
        self.inputs = {}     # name: capacitance, in the library's unit
        self.outputs = {}    # name: function, or None
        self.tristate = False
        self.state = None    # ("ff" | "latch", (q, qn), {attribute: text})

    def truth(self, output):
        """The output's truth table, as the tuple of its values in counting order of the inputs."""
        tree, names = self.outputs[output], sorted(self.inputs)
        return tuple(evaluate(tree, dict(zip(names, values)))
                     for values in itertools.product((0, 1), repeat=len(names)))

    def is_logic(self, inputs, outputs):
        return (self.state is None and not self.tristate and len(self.inputs) == inputs
                and len(self.outputs) == outputs
                and all(tree and variables(tree) <= set(self.inputs)
                        for tree in self.outputs.values()))


class Library:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        try:
            text = self.path.read_text(encoding="latin-1")
        except OSError as error:
            raise Wrong(f"the Liberty file {path} cannot be read: {error.strerror}.") from None
        self.name = ""
        self.cells = {}
        self.time_ns = 1.0
        self.capacitance_ff = 1000.0
        self.root = _groups(self.path, re.sub(r"/\*.*?\*/", " ", text, flags=re.S).replace("\\\n", " "))
        self._read(self.root, None)
        if not self.cells:
            raise Wrong(f"{path} has no cells: it is not a Liberty file.")

    def _read(self, outer, cell):
        for group in outer.groups:
            if group.kind == "library":
                self.name = group.name
                unit = group.lists.get("capacitive_load_unit", ())
                if len(unit) == 2:
                    self.capacitance_ff = float(unit[0]) * {"pf": 1000.0, "ff": 1.0}.get(
                        unit[1].lower(), 1000.0)
            elif group.kind == "cell":
                cell = self.cells[group.name] = Cell(group.name)
            elif group.kind in ("ff", "latch") and cell is not None:
                cell.state = (group.kind, tuple(group.arguments), {})
            for name, value in group.values.items():
                self._attribute(group.kind, cell, group.name, name, value)
            self._read(group, cell)

    def _attribute(self, group, cell, pin, name, value):
        if group == "library" and name == "time_unit":
            match = re.fullmatch(r"([\d.]+)\s*(ns|ps)", value)
            if not match:
                raise Wrong(f"{self.path} has the time unit '{value}', which is neither ns nor ps.")
            self.time_ns = float(match.group(1)) * {"ns": 1.0, "ps": 1e-3}[match.group(2)]
        elif group == "cell" and name == "area":
            cell.area = float(value)
        elif group in ("ff", "latch"):
            cell.state[2][name] = value
        elif group == "pin" and cell is not None:
            if name == "direction" and value == "input":
                cell.inputs.setdefault(pin, 0.0)
            elif name == "direction" and value == "output":
                cell.outputs.setdefault(pin, None)
            elif name == "capacitance":
                if pin not in cell.outputs:
                    cell.inputs[pin] = float(value)
            elif name == "function":
                cell.inputs.pop(pin, None)
                cell.outputs[pin] = parse_function(value)
            elif name == "three_state":
                cell.tristate = True
        if group == "pin" and cell is not None and pin in cell.outputs:
            cell.inputs.pop(pin, None)

    # ---- Cells that the flow looks for ----
    def _with_truth(self, inputs, truth):
        found = [cell for cell in self.cells.values()
                 if cell.is_logic(inputs, 1) and cell.truth(next(iter(cell.outputs))) == truth]
        return sorted(found, key=lambda cell: (sum(cell.inputs.values()), cell.area, cell.name))

    def nand2(self):
        """The smallest two-input NAND: the gate equivalent."""
        found = self._with_truth(2, (1, 1, 1, 0))
        if not found:
            raise Wrong(f"{self.path} has no two-input NAND, the gate that areas are counted in.")
        return min(found, key=lambda cell: (cell.area, cell.name))

    def driver(self):
        """The inverter that drives the inputs: of middling strength."""
        found = self._with_truth(1, (1, 0))
        if not found:
            raise Wrong(f"{self.path} has no inverter.")
        return found[len(found) // 2]

    def full_adder(self):
        """(cell, its inputs, its sum output, its carry output) of the smallest full adder, or None."""
        for cell in sorted(self.cells.values(), key=lambda cell: (cell.area, cell.name)):
            if not cell.is_logic(3, 2):
                continue
            truth = {cell.truth(output): output for output in cell.outputs}
            total = truth.get((0, 1, 1, 0, 1, 0, 0, 1))
            carry = truth.get((0, 0, 0, 1, 0, 1, 1, 1))
            if total and carry:
                return cell, sorted(cell.inputs), total, carry
        return None

    def is_register(self, name):
        return name in self.cells and self.cells[name].state is not None

    # ---- Models ----
    def model(self, name):
        """A Verilog model of the cell without timing, made of its Liberty functions alone."""
        cell = self.cells[name]
        if cell.tristate or not all(cell.outputs.values()):
            raise no_model(name)
        ports = [f"input {pin}" for pin in cell.inputs] + [f"output {pin}" for pin in cell.outputs]
        lines = [f"module {name} ({', '.join(ports)});"]
        names = {}
        if cell.state:
            kind, states, attributes = cell.state
            names = {states[0]: "state"}
            if len(states) > 1:
                names[states[1]] = "(~state)"
            lines.append("  reg state;")
            at = {key: verilog(parse_function(attributes[key]))
                  for key in ("clocked_on", "next_state", "clear", "preset", "enable", "data_in")
                  if key in attributes}
            forces = [(at[key], value) for key, value in (("clear", "1'b0"), ("preset", "1'b1"))
                      if key in at]
            steps = "".join(f"if ({condition}) state {'<' if kind == 'ff' else ''}= {value}; else "
                            for condition, value in forces)
            if kind == "ff":
                lines.append(f"  wire clock = {at['clocked_on']};")
                edges = "".join(f" or posedge force{i}" for i in range(len(forces)))
                for i, (condition, _) in enumerate(forces):
                    lines.append(f"  wire force{i} = {condition};")
                lines.append(f"  always @(posedge clock{edges}) {steps}state <= {at['next_state']};")
            else:
                lines.append(f"  always @* {steps}if ({at['enable']}) state = {at['data_in']};")
        for pin, tree in cell.outputs.items():
            lines.append(f"  assign {pin} = {verilog(tree, names)};")
        return "\n".join(lines + ["endmodule", ""])


def no_model(name):
    return Wrong(f"the cell {name} has no function in the Liberty file, so no model can be made.")
