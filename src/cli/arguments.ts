/** Checks of values given on the command line. */
import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { InvalidArgumentError, Option } from 'commander'
import type { NodeEngineOptions } from '../recognize/node-engine.ts'
import { decoders, precisions, type SearchOptions } from '../recognize/reading-options.ts'
import { readText, readWordCounts } from '../word-counts.ts'

export function positiveInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1.')
  return value
}

export function positiveNumber(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) throw new InvalidArgumentError('It must be a number above 0.')
  return value
}

/** A port to listen at; 0 for one that is free. */
export function portNumber(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('It must be a whole number up to 65535.')
  return value
}

/** Of what failed, an address that cannot be listened at is said in a line. */
export function namedListenError({ host, port }: { readonly host: string; readonly port: number }) {
  return (error: NodeJS.ErrnoException): never => {
    // Where a name is none, it is not the listening that failed.
    if (error.syscall !== 'listen' && error.syscall !== 'getaddrinfo') throw error
    throw new Error(`--host ${host} --port ${port}: cannot be listened at (${error.code})`)
  }
}

/** Collects an option that may be given several times; without a default it may be required. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value]
}

/** The lines of a text file that are not empty; at least one. */
export async function readLines(path: string): Promise<string[]> {
  const text = await readText(path)
  const lines = text.split(/\r?\n|\r/).filter((line) => line !== '')
  if (lines.length === 0) throw new Error(`${path}: holds no line`)
  return lines
}

/** A folder for results, made where it is not there; the first of the folders that had to be made. */
export async function makeFolder(path: string): Promise<string | undefined> {
  return mkdir(path, { recursive: true }).catch((error: Error) => {
    throw new Error(`${path}: cannot be made a folder (${error.message})`)
  })
}

/** Processes that render unless told otherwise: whichever cores wait, they have work. Each holds 300 MiB. */
export function defaultWorkers(): number {
  return Math.min(availableParallelism(), 4)
}

/** So that workers times threads are the cores there are. */
export function shareCores({ workers, threads }: { readonly workers?: number; readonly threads?: number }) {
  const cores = availableParallelism()
  const side = workers ?? Math.max(1, Math.floor(cores / (threads ?? 1)))
  return { workers: side, threads: threads ?? Math.max(1, Math.floor(cores / side)) }
}

/** `--workers`, of commands that train. */
export function workersOption(): Option {
  return new Option('--workers <count>', 'processes that render batches in the time that training leaves')
    .argParser(positiveInteger)
    .default(defaultWorkers())
}

/** Of a command's options those that load a recogniser. */
export function loadOptions({ model, preset, decoder, precision, threads }: NodeEngineOptions): NodeEngineOptions {
  return {
    ...(model !== undefined && { model }),
    ...(preset !== undefined && { preset }),
    ...(decoder !== undefined && { decoder }),
    ...(precision !== undefined && { precision }),
    ...(threads !== undefined && { threads }),
  }
}

/** `--decoder`, of commands that read. */
export function decoderOption(): Option {
  return new Option('--decoder <name>', 'what spells the words; ctc needs weights trained with training.ctcWeight')
    .choices(decoders)
    .default('attention')
}

/** `--precision`, of commands that read. */
export function precisionOption(): Option {
  return new Option(
    '--precision <name>',
    'what layers compute in; default: int8, which takes less time, where safl calibrate measured the weights for it, else float32',
  ).choices(precisions)
}

/** `--no-second-look`, of commands that read. */
export function noSecondLookOption(): Option {
  return new Option('--no-second-look', 'read each word once: no further views, no comparison with words like it')
}

export interface PriorArguments {
  readonly prior?: string | false
  readonly priorWeight?: number
}

/** `--prior`, of commands that read. */
export function priorOption(): Option {
  return new Option(
    '--prior <file>',
    'expect the words of this file, and still read others: a word and its count a line, words alone, or JSON [{"word", "count"}]',
  )
}

/** `--no-prior`. */
export function noPriorOption(): Option {
  return new Option('--no-prior', 'expect no words, not even frequent ones where a word is not sure')
}

/** `--prior-weight`, which belongs to it. */
export function priorWeightOption(): Option {
  return new Option('--prior-weight <number>', 'how much the prior counts beside the image; default: 0.4').argParser(
    positiveNumber,
  )
}

export async function readPrior({ prior, priorWeight }: PriorArguments): Promise<SearchOptions> {
  return {
    ...(prior !== undefined && { prior: prior === false ? null : await readWordCounts(prior) }),
    ...(priorWeight !== undefined && { priorWeight }),
  }
}
