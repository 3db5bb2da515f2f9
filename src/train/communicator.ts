/** What the ranks of a distributed training, one a machine, say to each other. (Node) */

/** Every call but `abort` is one that all ranks make, in the same order: each waits there for the others. */
export interface Communicator {
  /** This process's number, from 0. Rank 0 writes the run's folder, validates and prints. */
  readonly rank: number
  /** How many ranks there are. */
  readonly size: number
  /** How many of them run on this machine. */
  readonly onThisMachine: number
  /** Adds up the vectors of all ranks, in place: all get the same sums. */
  sum(values: Float32Array): void
  /** `values` lies in one stretch a rank, of these lengths: each rank gives its own, and gets the others' in place. */
  collect(values: Float32Array, lengths: readonly number[]): void
  /** The bytes of all ranks, in their order; they need not be as many. */
  gather(bytes: Uint8Array): Uint8Array[]
  /** Ends all ranks, also those that compute or wait, and this process. */
  abort(): never
  /** Waits until all ranks come here. */
  close(): void
}

/** What each rank says, in the order of the ranks: whatever JSON holds. */
export function exchange<T>(communicator: Pick<Communicator, 'gather'>, value: T): T[] {
  const texts = communicator.gather(new TextEncoder().encode(JSON.stringify(value)))
  return texts.map((text) => JSON.parse(new TextDecoder().decode(text)) as T)
}
