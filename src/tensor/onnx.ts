/** Writes a graph as an ONNX model file, and reads the metadata of one: protocol-buffer messages by the field numbers of onnx.proto3. */
import { PbfReader, PbfWriter } from 'pbf'
import type { Attribute, Constant, DataType, Graph, Node, Tensor } from './graph.ts'

/** Operator set 18 and file format 8: ONNX Runtime 1.14 and later. */
const OPERATOR_SET = 18
const FORMAT = 8
/** Of operators that are not ONNX's own: all of ONNX Runtime's are of the first set. */
const FURTHER_OPERATOR_SET = 1

/** What sizes that are known at run time are called, by their symbols: `BATCH`, `TURNS` and those of the graphs built on this. */
const axisNames: Readonly<Record<number, string>> = {
  1: 'batch',
  2: 'past',
  3: 'present',
  4: 'words',
  5: 'length',
  6: 'columns',
  7: 'places',
  8: 'columns',
  9: 'steps',
  11: 'width',
  12: 'text_width',
  14: 'height',
  75: 'map_width',
  76: 'columns',
  78: 'map_height',
}

const MEBIBYTE = 2 ** 20

/** Field of ModelProto. */
const METADATA = 14

/** Numbers of TensorProto.DataType. */
export const typeCode: Record<DataType, number> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
}

/** The model file of a graph's outputs and what they need; `metadata` is kept as the file's key-value pairs. */
export function writeModel(graph: Graph, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const { nodes, constants } = reachable(graph)
  // Room for all at once: a buffer that grows by doubling is copied time and again.
  const pbf = new PbfWriter(
    new Uint8Array(2 * MEBIBYTE + constants.reduce((sum, { data }) => sum + data.byteLength, 0)),
  )
  pbf.writeVarintField(1, FORMAT)
  pbf.writeStringField(2, 'safl')
  pbf.writeMessage(7, writeGraph, { graph, nodes, constants })
  pbf.writeMessage(8, writeOperatorSet, { domain: '', version: OPERATOR_SET })
  for (const domain of new Set(nodes.map(({ operator }) => domainOf(operator)).filter((name) => name !== '')))
    pbf.writeMessage(8, writeOperatorSet, { domain, version: FURTHER_OPERATOR_SET })
  for (const [key, value] of Object.entries(metadata)) {
    pbf.writeMessage(
      METADATA,
      (entry, message) => {
        message.writeStringField(1, entry.key)
        message.writeStringField(2, entry.value)
      },
      { key, value },
    )
  }
  return pbf.finish()
}

/** The key-value pairs that a model file keeps; throws where the bytes are no such file. */
export function readMetadata(model: Uint8Array): Record<string, string> {
  const metadata: Record<string, string> = {}
  new PbfReader(model).readFields((field, _, pbf) => {
    if (field !== METADATA) return
    const pair = { key: '', value: '' }
    pbf.readMessage((part, entry, message) => {
      if (part === 1) entry.key = message.readString()
      else if (part === 2) entry.value = message.readString()
    }, pair)
    metadata[pair.key] = pair.value
  }, null)
  return metadata
}

/** The nodes and constants that the outputs depend on, in their order. */
function reachable(graph: Graph): { nodes: Node[]; constants: Constant[] } {
  const wanted = new Set(graph.outputs.map(({ tensor }) => tensor.name))
  const nodes = graph.nodes
    .slice()
    .reverse()
    .filter((node) => {
      if (!node.outputs.some((name) => wanted.has(name))) return false
      for (const name of inputsOf(node)) wanted.add(name)
      return true
    })
    .reverse()
  return { nodes, constants: graph.constants.filter((constant) => wanted.has(constant.name)) }
}

/** A node's inputs, and what its body takes from the graph around it. */
function inputsOf(node: Node): string[] {
  const bodies = Object.values(node.attributes).flatMap((value) =>
    typeof value === 'object' && 'graph' in value ? [value.graph] : [],
  )
  const captured = bodies.flatMap((body) => {
    const { nodes, constants } = reachable(body)
    const own = new Set([...body.inputs, ...constants].map(({ name }) => name))
    for (const inner of nodes) for (const name of inner.outputs) own.add(name)
    return nodes.flatMap(inputsOf).filter((name) => !own.has(name))
  })
  return [...node.inputs, ...captured]
}

function writeGraph(content: { graph: Graph; nodes: Node[]; constants: Constant[] }, pbf: PbfWriter): void {
  const { graph, nodes, constants } = content
  for (const node of nodes) pbf.writeMessage(1, writeNode, node)
  // An output is named by an identity node, so that one tensor can be returned under any name.
  for (const { name, tensor } of graph.outputs) {
    pbf.writeMessage(1, writeNode, { operator: 'Identity', inputs: [tensor.name], outputs: [name], attributes: {} })
  }
  pbf.writeStringField(2, 'graph')
  for (const constant of constants) pbf.writeMessage(5, writeConstant, constant)
  for (const input of graph.inputs) pbf.writeMessage(11, writeValue, input)
  for (const { name, tensor } of graph.outputs) pbf.writeMessage(12, writeValue, { ...tensor, name })
}

function writeOperatorSet({ domain, version }: { domain: string; version: number }, pbf: PbfWriter): void {
  if (domain) pbf.writeStringField(1, domain)
  pbf.writeVarintField(2, version)
}

function domainOf(operator: string): string {
  return operator.slice(0, Math.max(0, operator.lastIndexOf('.')))
}

function writeNode(node: Node, pbf: PbfWriter): void {
  for (const name of node.inputs) pbf.writeStringField(1, name)
  for (const name of node.outputs) pbf.writeStringField(2, name)
  // Named by its first output, so that profiles and errors of the runtime say which node they mean.
  pbf.writeStringField(3, node.outputs[0]!)
  const domain = domainOf(node.operator)
  pbf.writeStringField(4, domain ? node.operator.slice(domain.length + 1) : node.operator)
  if (domain) pbf.writeStringField(7, domain)
  for (const [name, value] of Object.entries(node.attributes)) pbf.writeMessage(5, writeAttribute, { name, value })
}

function writeAttribute({ name, value }: { name: string; value: Attribute }, pbf: PbfWriter): void {
  pbf.writeStringField(1, name)
  if (typeof value === 'number') {
    pbf.writeVarintField(3, value)
    pbf.writeVarintField(20, 2)
  } else if (typeof value === 'string') {
    pbf.writeStringField(4, value)
    pbf.writeVarintField(20, 3)
  } else if ('graph' in value) {
    pbf.writeMessage(6, writeGraph, { graph: value.graph, ...reachable(value.graph) })
    pbf.writeVarintField(20, 5)
  } else if ('float' in value) {
    pbf.writeFloatField(2, value.float)
    pbf.writeVarintField(20, 1)
  } else {
    for (const item of value) pbf.writeVarintField(8, item)
    pbf.writeVarintField(20, 7)
  }
}

function writeConstant({ name, shape, type, data }: Constant, pbf: PbfWriter): void {
  for (const size of shape) pbf.writeVarintField(1, size)
  pbf.writeVarintField(2, typeCode[type])
  pbf.writeStringField(8, name)
  pbf.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

function writeValue({ name, shape, type }: Tensor, pbf: PbfWriter): void {
  const writeShape = (sizes: readonly number[], message: PbfWriter) => {
    for (const size of sizes) {
      message.writeMessage(
        1,
        (value, dimension) => {
          if (value >= 0) dimension.writeVarintField(1, value)
          else dimension.writeStringField(2, axisNames[-value] ?? `axis${-value}`)
        },
        size,
      )
    }
  }
  const writeTensorType = (_: null, message: PbfWriter) => {
    message.writeVarintField(1, typeCode[type])
    message.writeMessage(2, writeShape, shape)
  }
  pbf.writeStringField(1, name)
  pbf.writeMessage(2, (_, message) => message.writeMessage(1, writeTensorType, null), null)
}
