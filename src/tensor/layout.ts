/** Operators that move values without changing them, forward and gradient side by side. */
import { cast, equal, unbroadcast } from './elementwise.ts'
import { emit, resolveAxis, type Shape, ShapeError, sameShape, sizeOf, strided, type Tensor } from './graph.ts'

/**
 * The same values in row-major order under another shape. Symbols of the shape are x's: each keeps its axis, but for one
 * that may move; or an axis of size 1 goes, before which all keep theirs.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x
  // Where more than one symbol moves: one of ONNX's reshapes says of one axis alone that it is what is left.
  const dropped = x.shape.findIndex((size, axis) => size === 1 && sameShape(x.shape.toSpliced(axis, 1), shape))
  const symbols = (of: Shape) => of.filter((size) => size < 0)
  const sizes = (of: Shape) => sizeOf(of.filter((size) => size >= 0))
  const moved = shape.filter((size, axis) => size < 0 && size !== x.shape[axis])
  const fits = sameShape(symbols(x.shape), symbols(shape)) && sizes(x.shape) === sizes(shape)
  const isDropped = dropped === 0 || (dropped > 0 && moved.length > 1)
  if (!fits || (moved.length > 1 && !isDropped))
    throw new ShapeError('reshape', `cannot become [${shape.join(', ')}]`, [x])
  // Of a symbol 0 says "as before", -1 "what is left".
  const target = shape.map((size, axis) => (size >= 0 ? size : size === x.shape[axis] ? 0 : -1))
  const output = isDropped
    ? emit('Squeeze', [x, x.graph.integers([dropped])], shape, { type: x.type })
    : emit('Reshape', [x, x.graph.integers(target)], shape, { type: x.type })
  x.graph.record('reshape', [x], [output], ([dy]) => [reshape(dy!, x.shape)])
  return output
}

/** Axis i of the result is axis `order[i]` of x. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  if (order.length !== x.shape.length || [...order].sort((a, b) => a - b).some((axis, index) => axis !== index)) {
    throw new ShapeError('transpose', `[${order.join(', ')}] is no order of its axes`, [x])
  }
  const output = emit(
    'Transpose',
    [x],
    order.map((axis) => x.shape[axis]!),
    { type: x.type, attributes: { perm: order } },
  )
  const inverse = order.map((_, axis) => order.indexOf(axis))
  x.graph.record('transpose', [x], [output], ([dy]) => [transpose(dy!, inverse)])
  return output
}

/** Repeats axes of size 1 (and adds leading ones) to reach the shape. */
export function expand(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x
  const lead = shape.length - x.shape.length
  if (lead < 0 || x.shape.some((size, axis) => size !== 1 && size !== shape[axis + lead])) {
    throw new ShapeError('expand', `cannot become [${shape.join(', ')}]`, [x])
  }
  const output = emit('Expand', [x, x.graph.integers(shape)], shape, { type: x.type })
  x.graph.record('expand', [x], [output], ([dy]) => [unbroadcast(dy!, x.shape)])
  return output
}

/**
 * Every `step`-th index of one axis from `start` (default 0) up to, not with, `end` (default its size). Of an axis whose
 * size is a symbol every `step`-th index, without a gradient.
 */
export function slice(x: Tensor, options: { axis: number; start?: number; end?: number; step?: number }): Tensor {
  const axis = resolveAxis('slice', x, options.axis)
  const size = x.shape[axis]!
  const { start = 0, end = size, step = 1 } = options
  if (size < 0 && start === 0 && end === size) return everyStep(x, axis, step)
  const whole = [start, end, step].every(Number.isInteger)
  if (size < 0 || !whole || start < 0 || end > size || start >= end || step < 1) {
    throw new ShapeError('slice', `[${start}:${end}:${step}] does not fit axis ${axis}`, [x])
  }
  if (start === 0 && end === size && step === 1) return x
  const length = Math.ceil((end - start) / step)
  const { graph } = x
  const bounds = [start, end, axis, step].map((value) => graph.integers([value]))
  const shape = x.shape.map((value, index) => (index === axis ? length : value))
  const output = emit('Slice', [x, ...bounds], shape, { type: x.type })
  graph.record('slice', [x], [output], ([dy]) => {
    const spread = step === 1 ? dy! : spreadZeros(dy!, axis, step)
    const after = size - start - spread.shape[axis]!
    return [
      after >= 0
        ? pad(spread, { axis, before: start, after })
        : pad(slice(spread, { axis, end: size - start }), { axis, before: start, after: 0 }),
    ]
  })
  return output
}

/** Beyond any index. */
const FAR = 2 ** 31 - 1

function everyStep(x: Tensor, axis: number, step: number): Tensor {
  if (step === 1) return x
  const bounds = [0, FAR, axis, step].map((value) => x.graph.integers([value]))
  return emit('Slice', [x, ...bounds], x.shape.with(axis, strided(x.shape[axis]!, step)), { type: x.type })
}

/** The part of an axis between two int64 tensors [1], whose length `size` names; without a gradient. */
export function sliceBetween(
  x: Tensor,
  { axis, start, end, size }: { axis: number; start: Tensor; end: Tensor; size: number },
): Tensor {
  return emit('Slice', [x, start, end, x.graph.integers([axis])], x.shape.with(axis, size), { type: x.type })
}

/** The size of an axis at run time, int64 [1]. */
export function sizeAt(x: Tensor, axis: number): Tensor {
  return emit('Shape', [x], [1], { type: 'int64', attributes: { start: axis, end: axis + 1 } })
}

/** Puts `step - 1` zeros after every index of an axis. */
function spreadZeros(x: Tensor, axis: number, step: number): Tensor {
  const split = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)]
  const joined = x.shape.map((size, index) => (index === axis ? size * step : size))
  return reshape(pad(reshape(x, split), { axis: axis + 1, before: 0, after: step - 1 }), joined)
}

/** Adds zeros (or `value`) before and after an axis. */
export function pad(x: Tensor, options: { axis: number; before: number; after: number; value?: number }): Tensor {
  const axis = resolveAxis('pad', x, options.axis)
  const { before, after, value = 0 } = options
  const size = x.shape[axis]!
  if (size < 0 || before < 0 || after < 0)
    throw new ShapeError('pad', `cannot add ${before} and ${after} to axis ${axis}`, [x])
  if (before === 0 && after === 0) return x
  const { graph } = x
  const shape = x.shape.map((length, index) => (index === axis ? before + length + after : length))
  const ends = x.shape.map((_, index) => (index === axis ? before : 0))
  const output = emit(
    'Pad',
    [
      x,
      graph.integers([...ends, ...x.shape.map((_, index) => (index === axis ? after : 0))]),
      graph.scalar(value, x.type),
    ],
    shape,
    { type: x.type },
  )
  graph.record('pad', [x], [output], ([dy]) => [slice(dy!, { axis, start: before, end: before + size })])
  return output
}

/**
 * Joins tensors along an axis. Where their sizes along it are symbols, `size` names the symbol of the result.
 */
export function concatenate(tensors: readonly Tensor[], options: { axis: number; size?: number }): Tensor {
  const first = tensors[0]
  if (!first) throw new ShapeError('concatenate', 'no tensors')
  if (tensors.length === 1 && options.size === undefined) return first
  const axis = resolveAxis('concatenate', first, options.axis)
  const fits = (tensor: Tensor) =>
    tensor.type === first.type &&
    tensor.shape.length === first.shape.length &&
    tensor.shape.every((size, index) => index === axis || size === first.shape[index])
  if (!tensors.every(fits)) throw new ShapeError('concatenate', `sizes differ outside axis ${axis}`, tensors)
  const sizes = tensors.map((tensor) => tensor.shape[axis]!)
  const symbolic = sizes.some((size) => size < 0)
  if (symbolic && options.size === undefined)
    throw new ShapeError('concatenate', 'the result size is not named', tensors)
  const length = symbolic ? options.size! : sizes.reduce((a, b) => a + b, 0)
  const shape = first.shape.map((size, index) => (index === axis ? length : size))
  const output = emit('Concat', tensors, shape, { type: first.type, attributes: { axis } })
  first.graph.record('concatenate', tensors, [output], ([dy], needed) => {
    let start = 0
    return sizes.map((size, index) => {
      const from = start
      start += size
      return needed[index] ? slice(dy!, { axis, start: from, end: start }) : undefined
    })
  })
  return output
}

/** Cuts an axis into consecutive parts of the given sizes. */
export function split(x: Tensor, options: { axis: number; sizes: readonly number[] }): Tensor[] {
  const axis = resolveAxis('split', x, options.axis)
  const { sizes } = options
  if (sizes.reduce((a, b) => a + b, 0) !== x.shape[axis]) {
    throw new ShapeError('split', `parts of ${sizes.join(' + ')} do not add up to axis ${axis}`, [x])
  }
  if (sizes.length === 1) return [x]
  const shapes = sizes.map((size) => ({
    shape: x.shape.map((old, index) => (index === axis ? size : old)),
    type: x.type,
  }))
  const outputs = x.graph.node('Split', [x, x.graph.integers(sizes)], shapes, { axis })
  x.graph.record('split', [x], outputs, (gradients) => [concatenate(gradients, { axis })])
  return outputs
}

/** The parts of the first axis in another order: part i of the result is part `order[i]` of x. */
export function reorder(x: Tensor, order: readonly number[]): Tensor {
  const size = x.shape[0]
  if (order.length !== size || [...order].sort((a, b) => a - b).some((part, index) => part !== index)) {
    throw new ShapeError('reorder', `${order.length} indices are no order of the first axis`, [x])
  }
  const output = emit('Gather', [x, x.graph.integers(order)], x.shape, { type: x.type, attributes: { axis: 0 } })
  x.graph.record('reorder', [x], [output], ([dy]) => {
    const inverse = Array<number>(size)
    for (const [index, part] of order.entries()) inverse[part] = index
    return [reorder(dy!, inverse)]
  })
  return output
}

/** Rows of a table: `table[V, D]` and int32 or int64 `ids[...]` give `[..., D]`. The gradient adds up repeated ids. */
export function embedding(table: Tensor, ids: Tensor): Tensor {
  if (table.shape.length !== 2 || (ids.type !== 'int32' && ids.type !== 'int64')) {
    throw new ShapeError('embedding', 'takes a table [V, D] and integer ids', [table, ids])
  }
  const [rows, width] = table.shape as [number, number]
  const { graph } = table
  const output = emit('Gather', [table, ids], [...ids.shape, width], { attributes: { axis: 0 } })
  graph.record('embedding', [table], [output], ([dy]) => {
    // A matrix product with the one-hot ids: deterministic on every provider, which a scatter is not.
    const count = sizeOf(ids.shape)
    const rowIds = cast(
      graph.constant(
        Int32Array.from({ length: rows }, (_, row) => row),
        [rows, 1],
      ),
      ids.type,
    )
    const flat = emit('Reshape', [ids, graph.integers([1, count])], [1, count], { type: ids.type })
    const hot = cast(equal(rowIds, flat), 'float32')
    return [emit('MatMul', [hot, reshape(dy!, [count, width])], [rows, width])]
  })
  return output
}

/** Values of an axis at constant indices. */
export function gather(x: Tensor, options: { axis: number; indices: readonly number[] }): Tensor {
  const axis = resolveAxis('gather', x, options.axis)
  const size = x.shape[axis]!
  const { indices } = options
  if (indices.some((index) => !Number.isInteger(index) || index < 0 || index >= size)) {
    throw new ShapeError('gather', `an index lies outside axis ${axis}`, [x])
  }
  const { graph } = x
  const shape = x.shape.map((length, index) => (index === axis ? indices.length : length))
  const output = emit('Gather', [x, graph.integers(indices)], shape, { type: x.type, attributes: { axis } })
  graph.record('gather', [x], [output], ([dy]) => {
    const order = x.shape.map((_, index) => index).filter((index) => index !== axis)
    const rows = sizeOf(order.map((index) => x.shape[index]!))
    const flat = reshape(transpose(dy!, [...order, axis]), [rows, indices.length])
    const hot = new Float32Array(indices.length * size)
    for (const [row, index] of indices.entries()) hot[row * size + index] = 1
    const summed = emit('MatMul', [flat, graph.constant(hot, [indices.length, size])], [rows, size])
    const back = x.shape.map((_, index) => (index === axis ? order.length : order.indexOf(index)))
    return [transpose(reshape(summed, [...order.map((index) => x.shape[index]!), size]), back)]
  })
  return output
}
