/** Elementwise operators with NumPy broadcasting, forward and gradient side by side. */
import { type DataType, emit, requireType, type Shape, ShapeError, sameShape, type Tensor } from './graph.ts'
import { typeCode } from './onnx.ts'

export type Operand = Tensor | number

/** The shape that two shapes broadcast to, or a `ShapeError` that names the operator. */
export function broadcastShape(operator: string, a: Tensor, b: Tensor): Shape {
  const rank = Math.max(a.shape.length, b.shape.length)
  return Array.from({ length: rank }, (_, axis) => {
    const sizeA = a.shape[axis - rank + a.shape.length] ?? 1
    const sizeB = b.shape[axis - rank + b.shape.length] ?? 1
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) throw new ShapeError(operator, 'shapes do not broadcast', [a, b])
    return sizeA === 1 ? sizeB : sizeA
  })
}

/** Sums a gradient over the axes along which a tensor of `shape` was broadcast. */
export function unbroadcast(gradient: Tensor, shape: Shape): Tensor {
  if (sameShape(gradient.shape, shape)) return gradient
  const lead = gradient.shape.length - shape.length
  const axes = gradient.shape.flatMap((size, axis) =>
    size !== 1 && (axis < lead || shape[axis - lead] === 1) ? [axis] : [],
  )
  const kept = gradient.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  const { graph } = gradient
  const summed = axes.length
    ? emit('ReduceSum', [gradient, graph.integers(axes)], kept, { attributes: { keepdims: 1 } })
    : gradient
  return sameShape(kept, shape) ? summed : emit('Reshape', [summed, graph.integers(shape)], shape)
}

function operands(operator: string, a: Operand, b: Operand): [Tensor, Tensor] {
  const graph = typeof a === 'number' ? (b as Tensor).graph : a.graph
  const left = typeof a === 'number' ? graph.scalar(a) : a
  const right = typeof b === 'number' ? graph.scalar(b) : b
  requireType(operator, 'float32', left, right)
  return [left, right]
}

export function add(a: Operand, b: Operand): Tensor {
  const [left, right] = operands('add', a, b)
  const output = emit('Add', [left, right], broadcastShape('add', left, right))
  output.graph.record('add', [left, right], [output], ([dy]) => [
    unbroadcast(dy!, left.shape),
    unbroadcast(dy!, right.shape),
  ])
  return output
}

export function subtract(a: Operand, b: Operand): Tensor {
  const [left, right] = operands('subtract', a, b)
  const output = emit('Sub', [left, right], broadcastShape('subtract', left, right))
  output.graph.record('subtract', [left, right], [output], ([dy], [, needB]) => [
    unbroadcast(dy!, left.shape),
    needB ? negate(unbroadcast(dy!, right.shape)) : undefined,
  ])
  return output
}

export function multiply(a: Operand, b: Operand): Tensor {
  const [left, right] = operands('multiply', a, b)
  const output = emit('Mul', [left, right], broadcastShape('multiply', left, right))
  output.graph.record('multiply', [left, right], [output], ([dy], [needA, needB]) => [
    needA ? unbroadcast(multiply(dy!, right), left.shape) : undefined,
    needB ? unbroadcast(multiply(dy!, left), right.shape) : undefined,
  ])
  return output
}

export function divide(a: Operand, b: Operand): Tensor {
  const [left, right] = operands('divide', a, b)
  const output = emit('Div', [left, right], broadcastShape('divide', left, right))
  output.graph.record('divide', [left, right], [output], ([dy], [needA, needB]) => {
    const scaled = divide(dy!, right)
    return [
      needA ? unbroadcast(scaled, left.shape) : undefined,
      needB ? negate(unbroadcast(multiply(scaled, output), right.shape)) : undefined,
    ]
  })
  return output
}

/** An operator of one tensor whose gradient is `dy` times a function of input and output. */
function unary(operator: string, onnx: string, x: Tensor, pullback: (dy: Tensor, y: Tensor) => Tensor): Tensor {
  requireType(operator, 'float32', x)
  const output = emit(onnx, [x], x.shape)
  x.graph.record(operator, [x], [output], ([dy]) => [pullback(dy!, output)])
  return output
}

export function negate(x: Tensor): Tensor {
  return unary('negate', 'Neg', x, (dy) => negate(dy))
}

export function exponential(x: Tensor): Tensor {
  return unary('exponential', 'Exp', x, multiply)
}

export function logarithm(x: Tensor): Tensor {
  return unary('logarithm', 'Log', x, (dy) => divide(dy, x))
}

export function squareRoot(x: Tensor): Tensor {
  return unary('squareRoot', 'Sqrt', x, (dy, y) => divide(multiply(dy, 0.5), y))
}

export function sigmoid(x: Tensor): Tensor {
  return unary('sigmoid', 'Sigmoid', x, (dy, y) => multiply(multiply(dy, y), subtract(1, y)))
}

export function tanh(x: Tensor): Tensor {
  return unary('tanh', 'Tanh', x, (dy, y) => multiply(dy, subtract(1, multiply(y, y))))
}

/** max(x, 0); its gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  // A hard sigmoid this steep is 0 at 0 and 1 above: one vectorised pass, where Sign costs six and a comparison two.
  const steepness = { float: 3e38 }
  return unary('relu', 'Relu', x, (dy, y) =>
    multiply(dy, emit('HardSigmoid', [y], y.shape, { attributes: { alpha: steepness, beta: { float: 0 } } })),
  )
}

/** x raised to a constant power. */
export function power(x: Tensor, exponent: number): Tensor {
  requireType('power', 'float32', x)
  const output = emit('Pow', [x, x.graph.scalar(exponent)], x.shape)
  x.graph.record('power', [x], [output], ([dy]) => [
    exponent === 0 ? undefined : multiply(dy!, multiply(power(x, exponent - 1), exponent)),
  ])
  return output
}

/** Limits x to [minimum, maximum]; the gradient passes where x lies within, its ends included. */
export function clamp(x: Tensor, minimum: number, maximum: number): Tensor {
  requireType('clamp', 'float32', x)
  if (minimum > maximum) throw new ShapeError('clamp', `minimum ${minimum} is above maximum ${maximum}`)
  const { graph, shape } = x
  const output = emit('Clip', [x, graph.scalar(minimum), graph.scalar(maximum)], shape)
  graph.record('clamp', [x], [output], ([dy]) => [select(equal(x, output), dy!, 0)])
  return output
}

/** Largest integer at or below x; no gradient. */
export function floor(x: Tensor): Tensor {
  return emit('Floor', [x], x.shape)
}

function comparison(onnx: string, a: Tensor, b: Tensor | number): Tensor {
  const right = typeof b === 'number' ? a.graph.scalar(b, a.type) : b
  requireType(onnx, a.type, right)
  return emit(onnx, [a, right], broadcastShape(onnx, a, right), { type: 'bool' })
}

export function equal(a: Tensor, b: Tensor | number): Tensor {
  return comparison('Equal', a, b)
}

export function less(a: Tensor, b: Tensor | number): Tensor {
  return comparison('Less', a, b)
}

export function greaterOrEqual(a: Tensor, b: Tensor | number): Tensor {
  return comparison('GreaterOrEqual', a, b)
}

/** Where the condition holds, a, elsewhere b. */
export function select(condition: Tensor, a: Operand, b: Operand): Tensor {
  requireType('select', 'bool', condition)
  const { graph } = condition
  const left = typeof a === 'number' ? graph.scalar(a) : a
  const right = typeof b === 'number' ? graph.scalar(b) : b
  requireType('select', 'float32', left, right)
  const values: Tensor = { ...left, shape: broadcastShape('select', left, right) }
  const output = emit('Where', [condition, left, right], broadcastShape('select', condition, values))
  graph.record('select', [left, right], [output], ([dy], [needA, needB]) => [
    needA ? unbroadcast(select(condition, dy!, 0), left.shape) : undefined,
    needB ? unbroadcast(select(condition, 0, dy!), right.shape) : undefined,
  ])
  return output
}

/** Converts the values' type; no gradient. */
export function cast(x: Tensor, type: DataType): Tensor {
  return x.type === type ? x : emit('Cast', [x], x.shape, { type, attributes: { to: typeCode[type] } })
}

/** The same value, through which no gradient passes. */
export function detach(x: Tensor): Tensor {
  return emit('Identity', [x], x.shape, { type: x.type })
}
