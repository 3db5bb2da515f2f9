/** `safl serve`: reads what comes over HTTP. */
import { readFile } from 'node:fs/promises'
import { Command, Option } from 'commander'
import { requirePackages, SERVICE } from '../optional-packages.ts'
import type { NodeEngineOptions } from '../recognize/node-engine.ts'
import {
  collect,
  decoderOption,
  loadOptions,
  namedListenError,
  portNumber,
  positiveInteger,
  positiveNumber,
  precisionOption,
  shareCores,
} from './arguments.ts'
import { onFirstSignal } from './stop-on-signal.ts'

interface Options extends NodeEngineOptions {
  readonly host: string
  readonly port: number
  readonly photographs: boolean
  readonly finder?: string
  readonly workers?: number
  readonly queue: number
  readonly maxBody: number
  readonly maxHeld: number
  readonly maxImages: number
  readonly maxPixels: number
  readonly timeout: number
  readonly grace: number
  readonly tokenFile?: string
  readonly corsOrigin?: string[]
  readonly logLevel: string
}

const MEBIBYTE = 2 ** 20
const logLevels = ['debug', 'info', 'warn', 'error', 'silent']

export function serveCommand(): Command {
  return new Command('serve')
    .description('Read the words of images that come over HTTP, on one machine.')
    .option('--host <address>', 'address to listen at; 0.0.0.0 for all of this machine', '127.0.0.1')
    .option('--port <number>', 'port to listen at; 0 for one that is free', portNumber, 8080)
    .option('--model <name>', 'tiny or small, whose weights come with the package, or path of a weights file', 'tiny')
    .option('--preset <name>', 'preset of a weights file that does not name its model (such as authors)')
    .addOption(decoderOption())
    .addOption(precisionOption())
    .option('--no-photographs', 'read crops of words alone: POST /v1/read is not there')
    .option('--finder <file>', 'weights of what finds words in photographs; default: those of the package')
    .option('--workers <count>', 'threads that read side by side; default: cores / threads', positiveInteger)
    .option(
      '--threads <count>',
      'threads of the runtime in each worker; default: cores / workers, or 1',
      positiveInteger,
    )
    .option('--queue <count>', 'images that may wait, of all requests: more are refused with 503', positiveInteger, 256)
    .option('--max-body <mebibytes>', "size of a request's body", positiveNumber, 16)
    .option('--max-held <mebibytes>', 'size of all bodies that are held at once', positiveNumber, 256)
    .option('--max-images <count>', 'images of a request', positiveInteger, 64)
    .option('--max-pixels <count>', 'pixels of an image, by its header, in millions', positiveNumber, 25)
    .option(
      '--timeout <seconds>',
      'from a request to its answer: what takes longer is refused with 503',
      positiveNumber,
      30,
    )
    .option(
      '--grace <seconds>',
      'time for what was asked before SIGTERM; 0 is the exit status within it',
      positiveNumber,
      25,
    )
    .option(
      '--token-file <file>',
      'bearer tokens that may ask, one a line; also those of SAFL_TOKENS, parted by commas',
    )
    .option(
      '--cors-origin <origin>',
      'origin whose pages may ask, such as https://example.org; may be given again',
      collect,
    )
    .addOption(new Option('--log-level <name>', 'least that is logged, as JSON').choices(logLevels).default('info'))
    .addHelpText('after', HELP)
    .action(run)
}

const HELP = `
Routes:
  POST /v1/recognize  a form with a file a crop in "files", or JSON {"images": ["BASE64", …]};
                      options as further fields: lexicon, pattern, allow, alternatives,
                      characterAlternatives, beamWidth, orientation, secondLook
  POST /v1/read       whole photographs, in the same way: their words with their places
  GET  /v1/models     what reads
  GET  /health        alive; GET /ready: takes more work
  GET  /metrics       for Prometheus
  GET  /docs          all of this in full; GET /openapi.json: for programs

With tokens, /v1 and /metrics want "Authorization: Bearer TOKEN".
SIGTERM and SIGINT: no more connections, what was asked is answered; once more: the end at once.

It needs packages that safl does not bring along:
  npm install ${SERVICE.join(' ')}

Examples:
  safl serve --port 8080 &
  curl -F files=@crop.png -F alternatives=3 http://127.0.0.1:8080/v1/recognize`

async function run(options: Options): Promise<void> {
  requirePackages('safl serve', SERVICE)
  const [{ startService }, { pino }] = await Promise.all([import('../serve/service.ts'), import('pino')])
  const { readTokens } = await import('../serve/tokens.ts')
  const { host, queue, maxImages } = options
  if (maxImages > queue)
    throw new Error(`--max-images ${maxImages} is more than --queue ${queue}: such a request would never be taken`)
  const tokens = await readTokens(options.tokenFile, process.env)
  const log = pino({ level: options.logLevel })
  const { workers, threads } = shareCores(options)
  const reader = await openReader(options, threads)
  const service = await startService({
    version: await packageVersion(),
    host,
    port: options.port,
    workers,
    ...(reader && { reader }),
    load: { ...loadOptions(options), threads },
    limits: {
      bodyBytes: options.maxBody * MEBIBYTE,
      heldBytes: options.maxHeld * MEBIBYTE,
      images: maxImages,
      pixels: options.maxPixels * 1e6,
      queue,
      milliseconds: options.timeout * 1000,
    },
    tokens,
    corsOrigins: options.corsOrigin ?? [],
    log,
  }).catch(namedListenError(options))
  if (tokens.length === 0 && !LOOPBACK.test(host)) log.warn('no tokens are given: whoever reaches this address may ask')
  // What waits for the service to be there reads this line.
  log.info({ url: service.url, model: options.model, workers, threads }, 'listening')
  const signal = await new Promise<NodeJS.Signals>((resolve) => onFirstSignal(resolve))
  log.info({ signal }, 'stopping')
  const isClean = await service.stop(options.grace * 1000)
  await reader?.dispose()
  log.info({ clean: isClean }, 'stopped')
  process.exit(isClean ? 0 : 1)
}

/** One worker more, for whole photographs. */
async function openReader(options: Options, threads: number) {
  if (!options.photographs) return null
  const { TextReader } = await import('../read/text-reader.ts')
  const { finder } = options
  return TextReader.load({ ...loadOptions(options), threads, ...(finder !== undefined && { finder }) })
}

const LOOPBACK = /^(127\.|::1$|localhost$)/

async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
