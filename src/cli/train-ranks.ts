/** `safl train --distributed mpi`: what a process is among those that mpirun started. */
import { setTimeout } from 'node:timers/promises'
import type { BatchPart } from '../data/worker-stream.ts'
import { digestOf } from '../train/agreement.ts'
import type { TrainingState } from '../train/checkpoint.ts'
import type { Communicator } from '../train/communicator.ts'
import { openMpi } from '../train/open-mpi.ts'
import { packageVersion } from './package-version.ts'

/** Longer than mpirun takes to end the other ranks, milliseconds. */
const PATIENCE = 4000

/** Null where one process trains alone. */
export type Ranks = Communicator | null

/** Does the work as one of the ranks, if there are to be several; the error of one ends all. */
export async function withRanks(distributed: 'mpi' | undefined, work: (ranks: Ranks) => Promise<void>): Promise<void> {
  if (distributed === undefined) return work(null)
  const communicator = await openMpi()
  try {
    await work(communicator)
  } catch (error) {
    // Most errors are those of all: rank 0 says it once, and ends the others meanwhile.
    if (communicator.rank > 0) await setTimeout(PATIENCE)
    console.error(`safl: rank ${communicator.rank}: ${error instanceof Error ? error.message : String(error)}`)
    communicator.abort()
  }
  communicator.close()
}

/** Whether this process writes the run's folder, validates and says how the run goes. */
export function isLeading(ranks: Ranks): boolean {
  return ranks === null || ranks.rank === 0
}

/** The part of every batch that is this process's. */
export function partOf(ranks: Ranks): BatchPart | undefined {
  return ranks === null ? undefined : { place: ranks.rank, count: ranks.size }
}

/** What all ranks must begin with, beside settings and data. */
export async function beginningOf(state: TrainingState): Promise<Readonly<Record<string, unknown>>> {
  const { step, samples } = state
  return { 'version of safl': await packageVersion(), step, samples, 'hash of the weights': digestOf(state) }
}
