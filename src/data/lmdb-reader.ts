/**
 * Reads LMDB files (data.mdb): a B+ tree of pages, of which only those on the way to a key are read. The npm packages
 * either need a compiler or are built for another version of the format. (Node)
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { BIG, EMPTY, HEADER, MAGIC, META, NODE_HEADER, PAGE, TREE, VERSION } from './lmdb-format.ts'

/** Deeper than any tree that fits a disk: more is a loop in a damaged file. */
const MAXIMUM_DEPTH = 32
/** Pages that are kept, least recently used out first. */
const CACHED_PAGES = 512

export class LmdbReader {
  readonly path: string
  private readonly file: number
  private readonly size: number
  private readonly pageSize: number
  private readonly root: bigint
  private readonly cache = new Map<bigint, Buffer>()

  /** Opens a data.mdb; an error names the file and says what is wrong with it. */
  constructor(path: string) {
    this.path = path
    this.file = openSync(path, 'r')
    try {
      this.size = fstatSync(this.file).size
      if (this.size >= META.version && this.read(META.magic, 4).readUInt32LE() !== MAGIC) throw this.foreign()
      const first = this.meta(this.read(0, 4096))
      this.pageSize = first.pageSize
      const second = this.meta(this.read(this.pageSize, 4096))
      this.root = (second.transaction > first.transaction ? second : first).root
    } catch (error) {
      closeSync(this.file)
      throw error
    }
  }

  /** The value of a key, or undefined. */
  get(key: string): Buffer | undefined {
    if (this.root === EMPTY) return undefined
    const wanted = Buffer.from(key)
    let number = this.root
    for (let depth = 0; depth < MAXIMUM_DEPTH; depth++) {
      const page = this.page(number)
      const flags = page.readUInt16LE(10)
      const count = (page.readUInt16LE(12) - HEADER) >> 1
      if (flags & PAGE.leaf) return this.findInLeaf(page, count, wanted)
      if (!(flags & PAGE.branch) || count < 1) throw this.damaged(`page ${number} is no page of a tree`)
      number = childFor(page, count, wanted, (node) => this.key(page, node))
    }
    throw this.damaged('its pages lead in a circle')
  }

  close(): void {
    closeSync(this.file)
  }

  private findInLeaf(page: Buffer, count: number, wanted: Buffer): Buffer | undefined {
    let [low, high] = [0, count - 1]
    while (low <= high) {
      const middle = (low + high) >> 1
      const node = nodeAt(page, middle)
      const order = Buffer.compare(this.key(page, node), wanted)
      if (order === 0) return this.value(page, node)
      if (order < 0) low = middle + 1
      else high = middle - 1
    }
    return undefined
  }

  private key(page: Buffer, node: number): Buffer {
    if (node + NODE_HEADER > page.length) throw this.damaged('a node lies outside its page')
    return page.subarray(node + NODE_HEADER, node + NODE_HEADER + page.readUInt16LE(node + 6))
  }

  private value(page: Buffer, node: number): Buffer {
    const length = page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 65536
    const start = node + NODE_HEADER + page.readUInt16LE(node + 6)
    if (page.readUInt16LE(node + 4) & BIG) {
      const place = Number(page.readBigUInt64LE(start)) * this.pageSize
      if (!(this.read(place, HEADER).readUInt16LE(10) & PAGE.overflow)) throw this.damaged('a value has no page')
      return this.read(place + HEADER, length)
    }
    if (start + length > page.length) throw this.damaged('a value reaches beyond its page')
    return page.subarray(start, start + length)
  }

  private page(number: bigint): Buffer {
    const page = this.cache.get(number) ?? this.read(Number(number) * this.pageSize, this.pageSize)
    this.cache.delete(number)
    this.cache.set(number, page)
    if (this.cache.size > CACHED_PAGES) this.cache.delete(this.cache.keys().next().value!)
    return page
  }

  private meta(page: Buffer): { pageSize: number; root: bigint; transaction: bigint } {
    if (page.readUInt32LE(META.magic) !== MAGIC) throw this.foreign()
    const version = page.readUInt32LE(META.version)
    if (version !== VERSION)
      throw new Error(`${this.path}: is of LMDB's data version ${version}; version ${VERSION} is read`)
    const pageSize = page.readUInt32LE(META.freeTree + TREE.pageSize)
    if (pageSize < 512 || pageSize > 65536 || (pageSize & (pageSize - 1)) !== 0)
      throw this.damaged(`its page size is ${pageSize}`)
    return {
      pageSize,
      root: page.readBigUInt64LE(META.mainTree + TREE.root),
      transaction: page.readBigUInt64LE(META.transaction),
    }
  }

  private read(place: number, length: number): Buffer {
    if (place + length > this.size) throw this.damaged('it is truncated')
    const bytes = Buffer.alloc(length)
    readSync(this.file, bytes, 0, length, place)
    return bytes
  }

  private foreign(): Error {
    return new Error(`${this.path}: is no LMDB file`)
  }

  private damaged(how: string): Error {
    return new Error(`${this.path}: is a damaged LMDB file: ${how}`)
  }
}

function nodeAt(page: Buffer, index: number): number {
  return page.readUInt16LE(HEADER + index * 2)
}

/** The child whose keys enclose the wanted one: the last whose first key is not above it. The first has no key. */
function childFor(page: Buffer, count: number, wanted: Buffer, keyOf: (node: number) => Buffer): bigint {
  let [low, high] = [0, count - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (Buffer.compare(keyOf(nodeAt(page, middle)), wanted) <= 0) low = middle
    else high = middle - 1
  }
  const node = nodeAt(page, low)
  return BigInt(page.readUInt32LE(node)) + (BigInt(page.readUInt16LE(node + 4)) << 32n)
}

/** Folders below one that is no LMDB in which others are looked for, and how many of these are named. */
const DEEPEST = 4
const MOST_NAMED = 8

/**
 * The file of an LMDB: the path itself, or the data.mdb of that folder. Rejects where there is none, and names those that
 * lie in folders below.
 */
export async function findLmdb(path: string): Promise<string> {
  const found = await stat(path).catch(() => null)
  if (!found) throw new Error(`${path}: no such LMDB`)
  if (!found.isDirectory()) {
    if (/(?:^lock\.mdb|-lock)$/.test(basename(path)))
      throw new Error(`${path}: is the lock of an LMDB, not its data; give the folder, or the file beside it`)
    return path
  }
  const file = join(path, 'data.mdb')
  if (existsSync(file)) return file
  const others = await listLmdbs(path, DEEPEST)
  const named = others.slice(0, MOST_NAMED).map((each) => `lmdb:${each}`)
  if (others.length > MOST_NAMED) named.push(`one of ${others.length - MOST_NAMED} more`)
  throw new Error(
    others.length > 0
      ? `${path}: is no LMDB, but has ${others.length} in it: give ${named.join(', or ')}`
      : `${path}: is no LMDB: it has no data.mdb, and no folder in it has one`,
  )
}

async function listLmdbs(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const found = await Promise.all(
    entries
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(async ({ name }) => {
        const path = join(folder, name)
        // Folders may be links to where the sets are.
        const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false
        if (!isFolder) return /\.l?mdb$/.test(name) && name !== 'lock.mdb' ? [path] : []
        if (existsSync(join(path, 'data.mdb'))) return [path]
        return depth > 1 ? listLmdbs(path, depth - 1) : []
      }),
  )
  return found.flat()
}
