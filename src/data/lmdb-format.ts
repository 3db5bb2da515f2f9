/**
 * The file format of LMDB 0.9 on 64-bit little-endian machines: what Python's lmdb writes and the field's data sets come
 * in. Names and places follow struct MDB_meta, MDB_db, MDB_page and MDB_node of LMDB's mdb.c.
 */

export const MAGIC = 0xbeefc0de
export const VERSION = 1
/** Bytes of a page's head: number, padding, flags, lower and upper end of its free space (or its count of pages). */
export const HEADER = 16
/** Bytes of a node before its key: length of the value (or a child's page), flags, length of the key. */
export const NODE_HEADER = 8

/** Flags of a page. */
export const PAGE = { branch: 1, leaf: 2, overflow: 4, meta: 8 } as const
/** Flag of a node whose value lies in overflow pages of its own. */
export const BIG = 1
/** The root of an empty tree. */
export const EMPTY = 0xffff_ffff_ffff_ffffn

/** Places of the fields of a meta page, from the page's start. */
export const META = {
  magic: 16,
  version: 20,
  mapSize: 32,
  /** The tree of free pages; its first field holds the page size. */
  freeTree: 40,
  mainTree: 88,
  lastPage: 136,
  transaction: 144,
} as const

/** Places of the fields of a tree's description, from its start. */
export const TREE = {
  pageSize: 0,
  flags: 4,
  depth: 6,
  branchPages: 8,
  leafPages: 16,
  overflowPages: 24,
  entries: 32,
  root: 40,
} as const
