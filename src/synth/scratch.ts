/** Arrays that are used again: new ones for every picture would keep the garbage collector busy for a fifth of the time. */

/**
 * A lender of one array: each call gives `length` numbers of any value, and what the call before gave is no longer the
 * borrower's. Every use needs a lender of its own.
 */
export function createScratch(): (length: number) => Float32Array {
  let room = new Float32Array(0)
  return (length) => {
    if (room.length < length) room = new Float32Array(length)
    return room.subarray(0, length)
  }
}

/** As `createScratch`, of bytes. */
export function createByteScratch(): (length: number) => Uint8Array {
  let room = new Uint8Array(0)
  return (length) => {
    if (room.length < length) room = new Uint8Array(length)
    return room.subarray(0, length)
  }
}
