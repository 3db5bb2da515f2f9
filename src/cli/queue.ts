/** `safl queue`: many images read by many processes, by way of a queue in Redis or Valkey. */
import { resolve } from 'node:path'
import { Command } from 'commander'
import type { Redis } from 'ioredis'
import { QUEUE, requirePackages } from '../optional-packages.ts'
import { isPackagedModel } from '../package-files.ts'
import type { RunPlan } from '../queue/run.ts'
import { loadOptions, namedListenError, portNumber, positiveInteger, positiveNumber, shareCores } from './arguments.ts'
import { complain } from './find-images.ts'
import { type ProgressLine, progressLine } from './progress.ts'
import { queuedImages } from './queue-images.ts'
import { addReadingOptions, type RecognizerArguments, recognizeOptions } from './recognizer-options.ts'
import { stopOnSignal } from './stop-on-signal.ts'

interface QueueArguments {
  readonly redis: string
  readonly queue: string
}

interface RunArguments extends QueueArguments {
  readonly run: string
}

const ADDRESS = 'redis://127.0.0.1:6379'

export function queueCommand(): Command {
  const command = new Command('queue').description(
    'Read many images by many processes: a queue in Redis or Valkey hands them out, and keeps what was read.',
  )
  command.addCommand(enqueueCommand()).addCommand(workCommand()).addCommand(collectCommand())
  return command.addHelpText('after', HELP)
}

const HELP = `
It needs packages that safl does not bring along:
  npm install ${QUEUE.join(' ')}

Example, with Redis on this machine:
  safl queue enqueue --run monday crops/
  safl queue work &
  safl queue collect --run monday words.jsonl`

function enqueueCommand(): Command {
  const command = new Command('enqueue')
    .description('Put images into the queue. The same call again goes on where it was ended, and doubles nothing.')
    .argument(
      '<images...>',
      'files, folders, patterns such as "shop/**/*.jpg", lmdb:PATH, jsonl:FILE with {"path": "a.png"} a line, or -',
    )
    .requiredOption('--run <name>', 'name of these images, by which they are collected')
    .option('--job-size <count>', 'images of a job: a worker that ends has so many read again', positiveInteger, 64)
    .option('--bytes', 'put the images themselves into the queue: workers need no common file system')
  return addReadingOptions(addQueueOptions(command)).action(enqueue)
}

function workCommand(): Command {
  return addQueueOptions(new Command('work'))
    .description('Read what is in the queue, of all runs, until SIGTERM: then what is in hand is finished.')
    .option('--concurrency <count>', 'jobs that are read at once; default: cores / threads', positiveInteger)
    .option('--threads <count>', 'threads of the runtime for each; default: cores / concurrency, or 1', positiveInteger)
    .option(
      '--stalled-after <seconds>',
      'after a worker is gone, its jobs go to another after up to twice this time; the same for all workers',
      positiveNumber,
      30,
    )
    .option(
      '--port <number>',
      'answer GET /health, /ready and /metrics (jobs by state, for Prometheus) there; 0 for one that is free; default: nowhere',
      portNumber,
    )
    .option('--host <address>', 'address of that port; 0.0.0.0 for all of this machine', '127.0.0.1')
    .action(work)
}

function collectCommand(): Command {
  return addQueueOptions(new Command('collect'))
    .description(
      'Write what was read to a file, a line of JSON an image, in the order of the images. The same call again goes on.',
    )
    .argument('<file>', 'such as words.jsonl')
    .requiredOption('--run <name>', 'name that the images were enqueued by')
    .option('--no-follow', 'do not wait for what is not read yet')
    .option('--remove', 'take from Redis what is in the file, and the run at its end')
    .action(collect)
}

function addQueueOptions(command: Command): Command {
  return command
    .option('--redis <address>', `Redis or Valkey; default: SAFL_REDIS, or ${ADDRESS}`)
    .option('--queue <name>', 'name of the queue', 'safl')
}

/** Loads what few have, checks names, and connects. */
async function connect({ redis, queue, run }: Partial<RunArguments> & QueueArguments, patient = false) {
  requirePackages('safl queue', QUEUE)
  const { checkName } = await import('../queue/job.ts')
  checkName('--queue', queue)
  if (run !== undefined) checkName('--run', run)
  const { connectRedis } = await import('../queue/redis.ts')
  return connectRedis(redis ?? (process.env.SAFL_REDIS || ADDRESS), { patient })
}

interface EnqueueArguments extends RunArguments, RecognizerArguments {
  readonly jobSize: number
  readonly bytes?: boolean
}

async function enqueue(images: string[], options: EnqueueArguments): Promise<void> {
  const { run, queue, jobSize, bytes = false } = options
  const redis = await connect(options)
  try {
    const [{ enqueueRun }, { tryPlan }] = await Promise.all([
      import('../queue/enqueue-run.ts'),
      import('../queue/try-plan.ts'),
    ])
    const load = portable(loadOptions(options))
    const plan: RunPlan = { folder: process.cwd(), jobSize, bytes, load, reading: await recognizeOptions(options) }
    await tryPlan(plan)
    const done = await enqueueRun({
      redis,
      queue,
      run,
      plan,
      images: queuedImages(images, bytes),
      onProgress: showCount,
    })
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
    const already = done.before > 0 ? `; ${done.before} were there before` : ''
    console.error(`safl: run ${run}: ${done.images} images in ${done.jobs} jobs${already}`)
  } finally {
    redis.disconnect()
  }
}

/** Workers run in other folders. */
function portable({ model, ...load }: RunPlan['load']): RunPlan['load'] {
  if (model === undefined) return load
  return { ...load, model: isPackagedModel(model) ? model : resolve(model) }
}

function showCount(images: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${images} images\u001b[K`)
}

interface WorkArguments extends QueueArguments {
  readonly concurrency?: number
  readonly threads?: number
  readonly stalledAfter: number
  readonly host: string
  readonly port?: number
}

async function work({ concurrency, threads: each, stalledAfter, ...options }: WorkArguments): Promise<void> {
  const redis = await connect(options, true)
  const { startWork } = await import('../queue/work.ts')
  const watch = await openWatch(redis, options)
  const stop = stopOnSignal('finishing what is in hand')
  const { workers, threads } = shareCores({
    ...(concurrency !== undefined && { workers: concurrency }),
    ...(each !== undefined && { threads: each }),
  })
  let said = ''
  // A server that is away is tried again every two seconds.
  const onTrouble = (message: string) => {
    if (message !== said) console.error(`safl: ${message}`)
    said = message
  }
  const { queue } = options
  const worker = startWork({ redis, queue, concurrency: workers, threads, stalledAfter, onTrouble })
  console.error(`safl: works for the queue ${queue}: ${workers} jobs at once, ${threads} threads each`)
  if (watch) console.error(`safl: answers at ${watch.url}`)
  const stopped = new Promise<void>((done) => stop.signal.addEventListener('abort', () => done()))
  try {
    await Promise.race([stopped, worker.failed])
  } finally {
    await worker.stop()
    await watch?.close()
    redis.disconnect()
    console.error(`safl: ${worker.images} images were read`)
  }
  // Threads of a runtime may keep the process.
  process.exit(0)
}

/** For what looks after the worker, where a port is named. */
async function openWatch(redis: Redis, { queue, host, port }: Omit<WorkArguments, 'stalledAfter'>) {
  if (port === undefined) return null
  const { watchWork } = await import('../queue/watch-work.ts')
  return watchWork({ redis, queue, host, port }).catch((error) => {
    redis.disconnect()
    return namedListenError({ host, port })(error)
  })
}

interface CollectArguments extends RunArguments {
  readonly follow: boolean
  readonly remove?: boolean
}

async function collect(file: string, options: CollectArguments): Promise<void> {
  const { run, queue, follow, remove = false } = options
  const redis = await connect(options)
  try {
    const { collectRun } = await import('../queue/collect-run.ts')
    const { signal } = stopOnSignal(`${file} ends with a whole line; the same call goes on`)
    let progress: ProgressLine | null = null
    let start: number | null = null
    let isAwaited = false
    const onProgress = (lines: number, images: number | null) => {
      start ??= lines
      if (images === null) {
        if (!isAwaited) console.error(`safl: run ${run} is not whole yet: its enqueueing goes on, or was ended`)
        isAwaited = true
        return
      }
      progress ??= progressLine(images - start, 'words')
      if (lines > start) progress.update(lines - start)
    }
    const done = await collectRun({ redis, queue, run, file, follow, remove, signal, onProgress })
    const { lines, images, isWhole, failures } = done
    ;(progress as ProgressLine | null)?.clear()
    console.error(`safl: ${file}: ${lines} of ${images} images of run ${run}${isWhole ? '' : ' so far'}`)
    if (failures > 0)
      complain(`${file}: of ${failures} ${failures === 1 ? 'image' : 'images'} nothing could be read: see "error"`)
    // As where the signal ends a process.
    if (!isWhole && signal.aborted) process.exitCode = 130
  } finally {
    redis.disconnect()
  }
}
