/** What the files of `deploy/` say, read as the programs read it that they are for. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { parseAllDocuments } from 'yaml'
import { queueCommand } from '../../src/cli/queue.ts'
import { serveCommand } from '../../src/cli/serve.ts'

/** The documents of a file; throws where it is no YAML, or has a key twice. */
export async function yamlOf<Content>(file: string): Promise<Content[]> {
  const documents = parseAllDocuments(await readFile(`deploy/${file}`, 'utf8'), { merge: true })
  return [...documents].map((document) => {
    const [problem] = [...document.errors, ...document.warnings]
    if (problem) throw new Error(`${file}: ${problem.message}`)
    return document.toJS() as Content
  })
}

export interface Arguments {
  /** `serve` or `queue work`. */
  readonly verb: string
  readonly options: Readonly<Record<string, unknown>>
}

/** What the command line makes of a container's arguments, without doing it. Throws where it refuses them. */
export function parsed(args: readonly string[]): Arguments {
  const verbs: Readonly<Record<string, Command | undefined>> = {
    serve: serveCommand(),
    'queue work': queueCommand().commands.find((each) => each.name() === 'work'),
  }
  const [verb, command] = Object.entries(verbs).find(([name]) => `${args.join(' ')} `.startsWith(`${name} `)) ?? []
  if (verb === undefined || !command) throw new Error(`${args.join(' ')}: is no verb of the container`)
  let isRun = false
  command
    .exitOverride()
    .configureOutput({ writeErr() {} })
    .action(() => {
      isRun = true
    })
    .parse(args.slice(verb.split(' ').length), { from: 'user' })
  if (!isRun) throw new Error(`${args.join(' ')}: is not run`)
  return { verb, options: command.opts() }
}

export async function packageVersion(): Promise<string> {
  return (JSON.parse(await readFile('package.json', 'utf8')) as { version: string }).version
}
