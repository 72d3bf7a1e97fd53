"""Several members' numbers at once: a numba type for a short vector of float64, one number ("lane") a member.

Why: the routing kernel does the same arithmetic for every member of an ensemble, and its look-ups in tables keep
compilers from vectorising plain loops. With a type of its own, ``a + b`` on lanes is one machine instruction for
as many members as the processor can take at once, on any processor that LLVM knows. No fast-math flag is set:
results are the same IEEE numbers on every machine.

Inside a kernel: ``load``/``store`` move row i of an array ``[element, lane]`` (its width is that of the tuple
given as ``lanes``), ``+ - * /`` and comparisons work lane by lane, also with a plain float, ``where`` selects,
``least``/``greatest``/``size``/``root`` are min, max, absolute value and square root, ``cell`` truncates to whole
numbers and ``gather`` reads a table there.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, lower_cast, models, register_model

_DOUBLE, _BIT, _INDEX = ir.DoubleType(), ir.IntType(1), ir.IntType(32)


class Lanes(types.Type):
    """Vector of float64."""

    def __init__(self, width: int) -> None:
        self.width = width
        super().__init__(f"Lanes({width})")


class Mask(types.Type):
    """Vector of truth values."""

    def __init__(self, width: int) -> None:
        self.width = width
        super().__init__(f"Mask({width})")


class Cells(types.Type):
    """Vector of places in a table."""

    def __init__(self, width: int) -> None:
        self.width = width
        super().__init__(f"Cells({width})")


def _register(kind: Any, element: ir.Type) -> None:
    @register_model(kind)
    class _Model(models.PrimitiveModel):
        def __init__(self, manager: Any, kind: Any) -> None:
            super().__init__(manager, kind, ir.VectorType(element, kind.width))


_register(Lanes, _DOUBLE)
_register(Mask, _BIT)
_register(Cells, _INDEX)


def _spread(builder: Any, number: Any, width: int) -> Any:
    vector = ir.Constant(ir.VectorType(number.type, width), ir.Undefined)
    for lane in range(width):
        vector = builder.insert_element(vector, number, ir.Constant(_INDEX, lane))
    return vector


@lower_cast(types.Float, Lanes)
@lower_cast(types.Integer, Lanes)
def _cast(context: Any, builder: Any, source: Any, target: Any, value: Any) -> Any:
    return _spread(builder, context.cast(builder, value, source, types.float64), target.width)


def _operator(function: Callable, emit: Callable, kind: Any, result: Any) -> None:
    """Let ``function`` work on two vectors, or on one and a plain number."""

    @infer_global(function)
    class _Template(AbstractTemplate):
        def generic(self, args: tuple, kws: dict) -> Any:
            if len(args) == 2 and any(isinstance(a, kind) for a in args):
                width = next(a.width for a in args if isinstance(a, kind))
                return signature(result(width), kind(width), kind(width))
            return None

    @lower_builtin(function, kind, kind)
    def _lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return emit(builder, *args)


for _function, _emit in (
    (operator.add, lambda b, x, y: b.fadd(x, y)), (operator.sub, lambda b, x, y: b.fsub(x, y)),
    (operator.mul, lambda b, x, y: b.fmul(x, y)), (operator.truediv, lambda b, x, y: b.fdiv(x, y)),
):  # fmt: skip
    _operator(_function, _emit, Lanes, Lanes)
for _function, _sign in ((operator.lt, "<"), (operator.le, "<="), (operator.gt, ">"), (operator.ge, ">=")):
    _operator(_function, lambda b, x, y, sign=_sign: b.fcmp_ordered(sign, x, y), Lanes, Mask)
_operator(operator.and_, lambda b, x, y: b.and_(x, y), Mask, Mask)
_operator(operator.or_, lambda b, x, y: b.or_(x, y), Mask, Mask)


def _row(context: Any, builder: Any, kind: Any, array: Any, index: Any, width: int) -> Any:
    """Pointer to row ``index`` of an array [element, lane] as a vector."""
    data = context.make_array(kind)(context, builder, array).data
    place = builder.gep(data, [builder.mul(index, ir.Constant(index.type, width))])
    return builder.bitcast(place, ir.VectorType(_DOUBLE, width).as_pointer())


@intrinsic
def load(typingctx: Any, array: Any, index: Any, lanes: Any) -> Any:
    """Row ``index`` of ``array``, which must be C-contiguous [element, len(lanes)]."""
    width = lanes.count

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer = _row(context, builder, sig.args[0], args[0], args[1], width)
        return builder.load(pointer, align=8)

    return Lanes(width)(array, types.intp, lanes), codegen


@intrinsic
def store(typingctx: Any, array: Any, index: Any, value: Any) -> Any:
    """Write row ``index`` of ``array`` [element, lane]."""
    width = value.width

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store(args[2], _row(context, builder, sig.args[0], args[0], args[1], width), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, value), codegen


@intrinsic
def spread(typingctx: Any, number: Any, lanes: Any) -> Any:
    """The same number in every lane."""
    width = lanes.count
    return Lanes(width)(types.float64, lanes), lambda context, builder, sig, args: _spread(
        builder, args[0], width
    )


@intrinsic
def where(typingctx: Any, mask: Any, yes: Any, no: Any) -> Any:
    """``yes`` where the mask holds, else ``no``."""
    both = Lanes(mask.width)
    return both(mask, both, both), lambda context, builder, sig, args: builder.select(*args)


def _choice(name: str, sign: str) -> Any:
    def function(typingctx: Any, one: Any, other: Any) -> Any:
        width = one.width if isinstance(one, Lanes) else other.width
        both = Lanes(width)

        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return builder.select(builder.fcmp_ordered(sign, args[0], args[1]), args[0], args[1])

        return both(both, both), codegen

    function.__name__ = name
    return intrinsic(function)


least = _choice("least", "<")
greatest = _choice("greatest", ">")


def _math(name: str, call: str) -> Any:
    def function(typingctx: Any, value: Any) -> Any:
        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            vector = ir.VectorType(_DOUBLE, value.width)
            kind = ir.FunctionType(vector, [vector])
            found = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{call}.v{value.width}f64")
            return builder.call(found, args)

        return value(value), codegen

    function.__name__ = name
    return intrinsic(function)


root = _math("root", "sqrt")
size = _math("size", "fabs")


@intrinsic
def opposite(typingctx: Any, mask: Any) -> Any:
    """Not."""
    return mask(mask), lambda context, builder, sig, args: builder.not_(args[0])


def _bits(builder: Any, mask: Any, width: int) -> Any:
    return builder.bitcast(mask, ir.IntType(width))


@intrinsic
def some(typingctx: Any, mask: Any) -> Any:
    """Whether the mask holds in any lane."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = _bits(builder, args[0], mask.width)
        return builder.icmp_unsigned("!=", bits, ir.Constant(bits.type, 0))

    return types.boolean(mask), codegen


@intrinsic
def every(typingctx: Any, mask: Any) -> Any:
    """Whether the mask holds in all lanes."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = _bits(builder, args[0], mask.width)
        return builder.icmp_unsigned("==", bits, ir.Constant(bits.type, (1 << mask.width) - 1))

    return types.boolean(mask), codegen


@intrinsic
def cell(typingctx: Any, value: Any) -> Any:
    """Whole numbers towards zero."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.fptosi(args[0], ir.VectorType(_INDEX, value.width))

    return Cells(value.width)(value), codegen


@intrinsic
def whole(typingctx: Any, cells: Any) -> Any:
    """Places as numbers."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.sitofp(args[0], ir.VectorType(_DOUBLE, cells.width))

    return Lanes(cells.width)(cells), codegen


@intrinsic
def gather(typingctx: Any, table: Any, base: Any, cells: Any, stride: Any, offset: Any) -> Any:
    """``table[base + cells * stride + offset]`` of a one-dimensional table, lane by lane; ``stride`` and ``offset``
    are constants in the kernel. Nothing checks that the place is inside the table."""
    width = cells.width

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = context.make_array(sig.args[0])(context, builder, args[0]).data
        start = builder.gep(data, [builder.add(args[1], args[4])])
        vector = ir.Constant(ir.VectorType(_DOUBLE, width), ir.Undefined)
        for lane in range(width):
            place = builder.extract_element(args[2], ir.Constant(_INDEX, lane))
            place = builder.mul(builder.sext(place, args[3].type), args[3])
            value = builder.load(builder.gep(start, [place]))
            vector = builder.insert_element(vector, value, ir.Constant(_INDEX, lane))
        return vector

    return Lanes(width)(table, types.intp, cells, types.intp, types.intp), codegen


@intrinsic
def linear(typingctx: Any, table: Any, base: Any, cells: Any, stride: Any, offset: Any, at: Any) -> Any:
    """``a + b * at`` with a and b side by side at ``base + cells * stride + offset`` of a one-dimensional table."""
    width = cells.width

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = context.make_array(sig.args[0])(context, builder, args[0]).data
        start = builder.gep(data, [builder.add(args[1], args[4])])
        twins = ir.VectorType(_DOUBLE, 2)
        rows = []
        for lane in range(width):
            place = builder.extract_element(args[2], ir.Constant(_INDEX, lane))
            place = builder.mul(builder.sext(place, args[3].type), args[3])
            pointer = builder.bitcast(builder.gep(start, [place]), twins.as_pointer())
            rows.append(builder.load(pointer, align=8))
        while len(rows) > 1:
            count = 2 * rows[0].type.count
            order = ir.Constant(ir.VectorType(_INDEX, count), list(range(count)))
            rows = [builder.shuffle_vector(a, b, order) for a, b in zip(rows[::2], rows[1::2], strict=True)]
        first, second = (
            builder.shuffle_vector(rows[0], rows[0], ir.Constant(ir.VectorType(_INDEX, width), list(order)))
            for order in (range(0, 2 * width, 2), range(1, 2 * width, 2))
        )
        return builder.fadd(first, builder.fmul(second, args[5]))

    return Lanes(width)(table, types.intp, cells, types.intp, types.intp, Lanes(width)), codegen


@intrinsic
def lowest(typingctx: Any, value: Any) -> Any:
    """Least of all lanes."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        best = builder.extract_element(args[0], ir.Constant(_INDEX, 0))
        for lane in range(1, value.width):
            other = builder.extract_element(args[0], ir.Constant(_INDEX, lane))
            best = builder.select(builder.fcmp_ordered("<", other, best), other, best)
        return best

    return types.float64(value), codegen


def _one_by_one(name: str, function: Callable) -> Any:
    """``function`` of a number, called lane by lane: what processors cannot reckon for several at once."""

    def each(typingctx: Any, value: Any) -> Any:
        width = value.width

        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            call = context.get_function(function, types.float64(types.float64))
            found = ir.Constant(ir.VectorType(_DOUBLE, width), ir.Undefined)
            for lane in range(width):
                place = ir.Constant(_INDEX, lane)
                found = builder.insert_element(
                    found, call(builder, [builder.extract_element(args[0], place)]), place
                )
            return found

        return value(value), codegen

    each.__name__ = name
    return intrinsic(each)


sine = _one_by_one("sine", math.sin)
arc_cosine = _one_by_one("arc_cosine", math.acos)
exponential = _one_by_one("exponential", math.exp)


@intrinsic
def raised(typingctx: Any, value: Any, exponent: Any) -> Any:
    """``value ** exponent``, the same exponent in every lane; nan where a negative number has no such power."""
    width = value.width

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        call = context.get_function(math.pow, types.float64(types.float64, types.float64))
        found = ir.Constant(ir.VectorType(_DOUBLE, width), ir.Undefined)
        for lane in range(width):
            place = ir.Constant(_INDEX, lane)
            power = call(builder, [builder.extract_element(args[0], place), args[1]])
            found = builder.insert_element(found, power, place)
        return found

    return Lanes(width)(value, types.float64), codegen
