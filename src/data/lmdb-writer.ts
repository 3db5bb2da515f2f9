/**
 * Writes an LMDB file (data.mdb) from keys in rising order, as its B+ tree's leaves are filled from left to right: values
 * go to the disk as they come, and only one name a leaf stays in memory. Python's lmdb opens what it writes. (Node)
 */
import { type FileHandle, open } from 'node:fs/promises'
import { BIG, EMPTY, HEADER, MAGIC, META, NODE_HEADER, PAGE, TREE, VERSION } from './lmdb-format.ts'

const PAGE_SIZE = 4096
/** A page holds at least two nodes: a larger one puts its value in overflow pages. */
const LARGEST_NODE = (((PAGE_SIZE - HEADER) >> 1) & ~1) - 2
const LONGEST_KEY = 511
const LONGEST_VALUE = 0xffff_ffff
/** Bytes that are gathered before they are written. */
const BUFFERED = 1 << 20
/** The tree of free pages has numbers for keys. */
const INTEGER_KEYS = 8

/** A node as it will stand in its page; branch nodes keep the page of their child in the first six bytes. */
interface Child {
  readonly key: Buffer
  readonly page: number
}

export class LmdbWriter {
  private readonly file: FileHandle
  private readonly counts = { branch: 0, leaf: 0, overflow: 0, entries: 0 }
  private readonly leaves: Child[] = []
  private nodes: Buffer[] = []
  private used = HEADER
  private firstKey = Buffer.alloc(0)
  private lastKey: Buffer | null = null
  /** Pages 0 and 1 are written last. */
  private nextPage = 2
  private pending: Buffer[] = []
  private pendingBytes = 0

  private constructor(file: FileHandle) {
    this.file = file
  }

  static async create(path: string): Promise<LmdbWriter> {
    const file = await open(path, 'wx')
    await file.write(Buffer.alloc(2 * PAGE_SIZE), 0, 2 * PAGE_SIZE, 0)
    return new LmdbWriter(file)
  }

  /** Adds a value under a key of 1 to 511 bytes that is above all before it. */
  async put(key: string, value: Uint8Array): Promise<void> {
    const keyBytes = Buffer.from(key)
    if (keyBytes.length < 1 || keyBytes.length > LONGEST_KEY)
      throw new RangeError(`LMDB key of ${keyBytes.length} bytes: 1 to ${LONGEST_KEY} are allowed`)
    if (value.length > LONGEST_VALUE) throw new RangeError(`LMDB value of ${value.length} bytes: too long`)
    if (this.lastKey && Buffer.compare(this.lastKey, keyBytes) >= 0)
      throw new RangeError(`LMDB key "${key}" does not come after "${this.lastKey}"`)
    const isBig = NODE_HEADER + keyBytes.length + value.length > LARGEST_NODE
    let content = value
    if (isBig) {
      content = Buffer.alloc(8)
      ;(content as Buffer).writeBigUInt64LE(BigInt(await this.writeOverflow(value)))
    }
    const node = Buffer.alloc(even(NODE_HEADER + keyBytes.length + content.length))
    node.writeUInt32LE(value.length, 0)
    node.writeUInt16LE(isBig ? BIG : 0, 4)
    node.writeUInt16LE(keyBytes.length, 6)
    keyBytes.copy(node, NODE_HEADER)
    node.set(content, NODE_HEADER + keyBytes.length)
    if (this.used + node.length + 2 > PAGE_SIZE) await this.finishLeaf()
    if (this.nodes.length === 0) this.firstKey = keyBytes
    this.nodes.push(node)
    this.used += node.length + 2
    this.lastKey = keyBytes
    this.counts.entries++
  }

  /** Completes the tree, flushes it to the disk and closes the file. */
  async finish(): Promise<void> {
    if (this.nodes.length > 0) await this.finishLeaf()
    let level = this.leaves
    let depth = level.length > 0 ? 1 : 0
    for (; level.length > 1; depth++) level = await this.writeBranches(level)
    await this.flush()
    for (const transaction of [0, 1]) {
      const meta = this.metaPage(transaction, { root: level[0]?.page, depth })
      await this.file.write(meta, 0, PAGE_SIZE, transaction * PAGE_SIZE)
    }
    await this.file.sync()
    await this.file.close()
  }

  /** Closes the file as it is: it is no LMDB then. */
  async abandon(): Promise<void> {
    await this.file.close()
  }

  private async finishLeaf(): Promise<void> {
    this.leaves.push({ key: this.firstKey, page: await this.writeNodes(this.nodes, PAGE.leaf) })
    this.counts.leaf++
    this.nodes = []
    this.used = HEADER
  }

  /** The level above: pages filled evenly, because a branch needs two children at least. */
  private async writeBranches(children: readonly Child[]): Promise<Child[]> {
    const sizes = children.map(({ key }) => even(NODE_HEADER + key.length) + 2)
    const whole = sizes.reduce((sum, size) => sum + size, 0)
    const pages = Math.ceil(whole / (PAGE_SIZE - HEADER - Math.max(...sizes)))
    const parents: Child[] = []
    for (let index = 0; index < pages; index++) {
      const [start, end] = [index, index + 1].map((part) => Math.floor((part * children.length) / pages)) as [
        number,
        number,
      ]
      const nodes = children.slice(start, end).map((child, place) => branchNode(child, place === 0))
      parents.push({ key: children[start]!.key, page: await this.writeNodes(nodes, PAGE.branch) })
      this.counts.branch++
    }
    return parents
  }

  /** A page of nodes: their places from the front, themselves from the back. */
  private async writeNodes(nodes: readonly Buffer[], flags: number): Promise<number> {
    const page = Buffer.alloc(PAGE_SIZE)
    let upper = PAGE_SIZE
    for (const [index, node] of nodes.entries()) {
      upper -= node.length
      node.copy(page, upper)
      page.writeUInt16LE(upper, HEADER + 2 * index)
    }
    const lower = HEADER + 2 * nodes.length
    if (lower > upper) throw new Error(`LMDB page ${this.nextPage}: ${nodes.length} nodes do not fit`)
    page.writeBigUInt64LE(BigInt(this.nextPage), 0)
    page.writeUInt16LE(flags, 10)
    page.writeUInt16LE(lower, 12)
    page.writeUInt16LE(upper, 14)
    return this.append(page)
  }

  private async writeOverflow(value: Uint8Array): Promise<number> {
    const pages = Math.ceil((HEADER + value.length) / PAGE_SIZE)
    const bytes = Buffer.alloc(pages * PAGE_SIZE)
    bytes.writeBigUInt64LE(BigInt(this.nextPage), 0)
    bytes.writeUInt16LE(PAGE.overflow, 10)
    bytes.writeUInt32LE(pages, 12)
    bytes.set(value, HEADER)
    this.counts.overflow += pages
    return this.append(bytes)
  }

  private async append(pages: Buffer): Promise<number> {
    const number = this.nextPage
    this.nextPage += pages.length / PAGE_SIZE
    this.pending.push(pages)
    this.pendingBytes += pages.length
    if (this.pendingBytes >= BUFFERED) await this.flush()
    return number
  }

  private async flush(): Promise<void> {
    const end = this.nextPage * PAGE_SIZE
    const bytes = Buffer.concat(this.pending)
    await this.file.write(bytes, 0, bytes.length, end - bytes.length)
    this.pending = []
    this.pendingBytes = 0
  }

  private metaPage(transaction: number, { root, depth }: { root: number | undefined; depth: number }): Buffer {
    const page = Buffer.alloc(PAGE_SIZE)
    page.writeBigUInt64LE(BigInt(transaction), 0)
    page.writeUInt16LE(PAGE.meta, 10)
    page.writeUInt32LE(MAGIC, META.magic)
    page.writeUInt32LE(VERSION, META.version)
    page.writeBigUInt64LE(BigInt(this.nextPage * PAGE_SIZE), META.mapSize)
    page.writeUInt32LE(PAGE_SIZE, META.freeTree + TREE.pageSize)
    page.writeUInt16LE(INTEGER_KEYS, META.freeTree + TREE.flags)
    page.writeBigUInt64LE(EMPTY, META.freeTree + TREE.root)
    const { branch, leaf, overflow, entries } = this.counts
    page.writeUInt16LE(depth, META.mainTree + TREE.depth)
    page.writeBigUInt64LE(BigInt(branch), META.mainTree + TREE.branchPages)
    page.writeBigUInt64LE(BigInt(leaf), META.mainTree + TREE.leafPages)
    page.writeBigUInt64LE(BigInt(overflow), META.mainTree + TREE.overflowPages)
    page.writeBigUInt64LE(BigInt(entries), META.mainTree + TREE.entries)
    page.writeBigUInt64LE(root === undefined ? EMPTY : BigInt(root), META.mainTree + TREE.root)
    page.writeBigUInt64LE(BigInt(this.nextPage - 1), META.lastPage)
    page.writeBigUInt64LE(BigInt(transaction), META.transaction)
    return page
  }
}

/** The first child of a branch stands for all keys below the second: it has no key. */
function branchNode({ key, page }: Child, isFirst: boolean): Buffer {
  const name = isFirst ? Buffer.alloc(0) : key
  const node = Buffer.alloc(even(NODE_HEADER + name.length))
  node.writeUIntLE(page, 0, 6)
  node.writeUInt16LE(name.length, 6)
  name.copy(node, NODE_HEADER)
  return node
}

function even(length: number): number {
  return length + (length & 1)
}
